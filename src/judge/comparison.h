/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strategies side by side: a row per scenario and choice of its other axes, a column per strategy; in each
 * place the verdict over all schedules and the cost of the default one.
 */
#ifndef STALELINE_JUDGE_COMPARISON_H
#define STALELINE_JUDGE_COMPARISON_H

#include "cost.h"

struct compared {
	enum verdict verdict;
	enum how rule[RULE_COUNT];
	gboolean complete;
	gboolean has_cost;
	struct cost cost;
};

struct comparison_row {
	struct scenario *scenario;
	char *axes; /* "l2=no", "" where there are none but strategy and schedule */
	GPtrArray *places; /* struct compared *, one per strategy; NULL: excluded */
};

struct comparison {
	GPtrArray *strategies; /* char * */
	GPtrArray *rows; /* struct comparison_row * */
	gboolean interrupted;
};

/* `selected`: which cells take part. */
struct comparison *comparison_make(GPtrArray *scenarios, const struct outcome_options *options,
				   gboolean (*selected)(gconstpointer arg,
							const struct scenario_cell *cell),
				   gconstpointer arg);
void comparison_free(struct comparison *c);
/* No place was cut short by a limit. */
gboolean comparison_complete(const struct comparison *c);

/* "clean", "violates stale-load always" …: what a baseline is compared by. Newly allocated. */
char *compared_text(const struct compared *p);

#endif
