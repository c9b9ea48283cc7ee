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
	MUTANT_UNTRIED, /* the user put an end to it before all cells were explored */
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

/* The violation that killed a mutant: of the rules that its cell keeps otherwise, the one that takes the fewest choices. */
struct mutant_kill {
	enum rule rule;
	char *step; /* where, as in `process.map`; NULL: there is none, the cell turned vacuous */
	char *trail; /* leads there, in the cell with the mutation; may be NULL */
	u64 choices; /* of the trail */
	gboolean shortest; /* no trail that leads there is shorter */
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
	struct mutant_kill kill;
};

struct mutants {
	GPtrArray *places; /* struct mutant_place *, the fewest states first */
	GPtrArray *list; /* struct mutant * */
	guint cut_short; /* cells left out because a limit was hit without a mutation */
	gboolean interrupted;
};

/*
 * `strategies` and `routines` are what to mutate, NULL-terminated names; a strategy may be named as the cells name
 * it. `cells`, of struct mutant_cell, are those that may be explored. Returns mutants without a list if nothing
 * uses a target: `*unused` is its name. `announce` is called before each cell without a mutation, then before each
 * mutant.
 */
struct mutant_cell {
	struct scenario *scenario;
	const struct scenario_cell *cell;
};

struct mutants *mutants_make(GArray *cells, char **strategies, char **routines,
			     const struct outcome_options *options,
			     void (*announce)(guint at, guint of, const char *what),
			     const char **unused);
void mutants_free(struct mutants *m);
guint mutants_count(const struct mutants *m, enum mutant_fate fate);

#endif
