/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mutations as users write them: `CHANGE:ROUTINE.LINE`, as in `without:kmap_atomic.local_flush_tlb_one`, for a
 * line of a modelled routine, `CHANGE:STRATEGY.STEP` for a step of a strategy's program; `#2` is the second
 * line of that name.
 */
#ifndef STALELINE_SCENARIO_MUTATION_H
#define STALELINE_SCENARIO_MUTATION_H

#include "bind.h"
#include "kline.h"

struct mutation_text {
	enum change change; /* CHANGE_NONE: nothing is mutated */
	char *routine; /* or strategy */
	char *what;
	guint occurrence;
	const struct ynode *at; /* where it stands */
};

/* Reads `at`; FALSE after an error. `none` is CHANGE_NONE. */
gboolean mutation_parse(struct binder *b, const struct ynode *at, struct mutation_text *ret);
void mutation_clear(struct mutation_text *m);

/*
 * Resolves a line of a modelled routine. `strategy` is the name of the cell's strategy, for the message about a
 * name that is neither.
 */
gboolean mutation_resolve(struct binder *b, const struct mutation_text *m, const char *strategy,
			  struct mutation *ret);
/* An error where `possible`, a bit for each change, does not have the one wanted. */
gboolean mutation_possible(struct binder *b, const struct mutation_text *m, u32 possible);
/* Complains about a line that `routine` does not have; `names` are those that it has. */
void mutation_unknown_line(struct binder *b, const struct mutation_text *m,
			   const char *const *names);

/* "set_pte", "spin_lock#2": the name of a line within its routine; newly allocated. */
char *mutation_line_name(const char *what, guint occurrence);
/* The routines that have lines, NULL-terminated, in the order of the table. */
const char *const *mutation_routines(void);
/*
 * The routine of that name; or the routines of a file of the model (`kmap_model`, `flush` …), or `all`.
 * NULL-terminated, free with g_strfreev(); NULL if there is none.
 */
char **mutation_group(const char *name);
/* Appends to `texts` every mutation of the routine; FALSE if there is no such routine. */
gboolean mutation_list(const char *routine, GPtrArray *texts);

#endif
