/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strategy files: YAML to the program that struct strategy runs (docs/strategy-format.md). */
#ifndef STALELINE_SCENARIO_STRATEGY_LOAD_H
#define STALELINE_SCENARIO_STRATEGY_LOAD_H

#include "mutation.h"
#include "program.h"

struct strategy_file {
	char *name;
	char *doc, *source;
	GArray *ops; /* struct strategy_op */
	struct strategy program; /* points into ops */
	gboolean index_ops; /* it runs index ops over whole caches */
	gboolean task_slots; /* it uses kmap-local */
	gboolean cache_ops; /* it runs any cache op at all */
	GPtrArray *mutations; /* every mutation of its program, as text: mutation.h */
};

/*
 * `name` is a built-in strategy or the path of a file (relative to `base`, a folder, unless absolute).
 * `at` is where the name stands, NULL for the command line. NULL after errors. `mutation`, if not NULL, changes
 * a step of the program if it names this strategy; then it is cleared.
 */
struct strategy_file *strategy_load(struct diag *diag, const char *name, const char *base,
				    const struct ynode *at, GPtrArray *trees,
				    struct mutation_text *mutation);
void strategy_file_free(struct strategy_file *s);

/* The primitives that programs are made of, NULL-terminated, and what each does. */
const char *const *strategy_primitives(void);
const char *strategy_primitive_text(const char *name);
/* Does it work on a slot? */
gboolean strategy_primitive_slot(const char *name);

#endif
