/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario file: its question, its cells (one per choice of axis values) and what it expects of each.
 * docs/scenario-format.md describes the format.
 */
#ifndef STALELINE_SCENARIO_SCENARIO_H
#define STALELINE_SCENARIO_SCENARIO_H

#include "compile.h"
#include "keys.h"

enum verdict {
	VERDICT_CLEAN, /* no rule is broken in any schedule (one schedule: nothing found) */
	VERDICT_VIOLATES,
	VERDICT_REFUSED,
	VERDICT_VACUOUS, /* nothing was found because something was never executed */
	VERDICT_INCONCLUSIVE,
};

extern const char *const verdict_words[];

enum how { HOW_NEVER, HOW_YES, HOW_SOMETIMES, HOW_ALWAYS }; /* how_words */

struct expect_entry {
	struct span span;
	GHashTable *when; /* axis name -> GPtrArray of texts */
	enum verdict verdict;
	enum how rule[RULE_COUNT];
	gboolean warnings_listed;
	u32 warnings; /* bits of enum warning */
	int first_rule; /* `first:`: a rule, or -1 */
	char *first_at, *first_cause;
};

struct axis {
	char *name;
	GPtrArray *values; /* const struct ynode * */
	struct span span;
};

struct scenario_cell {
	GHashTable *axis; /* name -> const struct ynode * */
	char *id; /* "strategy=none,schedule=all"; "" without axes */
	char *strategy;
	const struct ynode *strategy_at;
	char *schedule; /* "all", "default", a name; NULL without the axis */
	const struct expect_entry *expect; /* NULL: none, or the strategy was overridden */
};

struct scenario {
	struct diag *diag; /* owned by the caller, must outlive the scenario */
	struct ytree *tree;
	GPtrArray *trees; /* of presets and strategies */
	char *path;
	char *base; /* folder of the file */
	char *name;
	char *question; /* the comment in the first line */
	char *origin;
	GPtrArray *axes; /* struct axis * */
	GPtrArray *cells; /* struct scenario_cell *, in the order of the axes */
	GPtrArray *expects; /* struct expect_entry * */
	gboolean has_expect;
	gboolean strategies_replaced; /* by scenario_options.strategies */
	char *mutation; /* instead of the file's, in every cell; NULL: none is */
	struct limits limits; /* the same */
	gboolean mutated; /* some cell is, by the file or by `mutation` */
};

struct scenario_options {
	char **strategies; /* replaces the strategy axis; NULL: does not */
	const char *mutation; /* replaces `kernel: {mutation}`; NULL: does not */
	struct limits limits; /* replace bounds of `explore` */
	gboolean need_expect; /* each cell must match exactly one expect entry */
};

/* NULL after errors; compiles every cell once to find them all. */
struct scenario *scenario_load(struct diag *diag, const char *path,
			       const struct scenario_options *options);
/* The same of a text that is to stand at `path`: strategies are looked for from there. */
struct scenario *scenario_load_text(struct diag *diag, const char *path, const char *text,
				    gsize len, const struct scenario_options *options);
void scenario_free(struct scenario *s);

/* Never NULL for a loaded scenario. */
struct compiled *scenario_compile(struct scenario *s, const struct scenario_cell *cell,
				  const char *schedule, gboolean identities);

/* Names under `schedules:`, and "default"; NULL-terminated, free with g_strfreev(). */
char **scenario_schedules(const struct scenario *s);

#endif
