/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which lines are needed: every mutation of some routines and strategies, each explored in the cells that use
 * what it mutates, until one of them breaks a rule that it does not break without the mutation.
 */
#ifndef STALELINE_JUDGE_MUTANTS_H
#define STALELINE_JUDGE_MUTANTS_H

#include "outcome.h"

enum mutant_fate {
	MUTANT_KILLED, /* a rule is broken that was not, or a clean cell no longer executes all of itself */
	MUTANT_SURVIVED, /* every cell that executes the line is explored, and says the same */
	MUTANT_UNREACHED, /* no cell executes the line */
	MUTANT_EQUIVALENT, /* in every cell that does, the change cannot make a difference */
	MUTANT_INCONCLUSIVE, /* a limit was hit first in some cell, and no other one kills it */
};

extern const char *const mutant_fates[];

/* A cell, as it is without a mutation. */
struct mutant_place {
	struct scenario *scenario;
	const struct scenario_cell *cell;
	char *strategy; /* its name */
	u32 broken; /* rules, in some schedule */
	enum verdict verdict;
	u64 states, transitions;
	u32 pages;
	u32 line_done[LINES_MAX / 32];
};

struct mutant {
	char *text; /* CHANGE:ROUTINE.LINE */
	enum kline line; /* KL_NONE: a step of a strategy */
	char *strategy; /* whose step it is; NULL: a line of a routine */
	enum change change;
	enum mutant_fate fate;
	guint tried; /* cells explored */
	const struct mutant_place *killer;
	u32 rules; /* that the killer breaks and did not before; 0: it turned vacuous */
};

struct mutants {
	GPtrArray *places; /* struct mutant_place *, the fewest states first */
	GPtrArray *list; /* struct mutant * */
	guint cut_short; /* cells left out because a limit was hit without a mutation */
	guint64 states; /* explored in all */
	gboolean interrupted;
};

/*
 * `strategies` and `routines` are what to mutate, NULL-terminated names; a strategy may be named as the cells name
 * it. `cells`, of struct mutant_cell, are those that may be explored. Returns mutants without a list if nothing
 * uses a target: `*unused` is its name.
 */
struct mutant_cell {
	struct scenario *scenario;
	const struct scenario_cell *cell;
};

struct mutants *mutants_make(GArray *cells, char **strategies, char **routines,
			     const struct outcome_options *options, const char **unused);
void mutants_free(struct mutants *m);
guint mutants_count(const struct mutants *m, enum mutant_fate fate);

#endif
