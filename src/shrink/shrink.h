/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The smallest scenario of one cell that still breaks the same rule at the same step: cuts of every kind are tried
 * until none of them leaves the violation. A cut is kept when the rest loads, is not refused, breaks the rule at that
 * very step, and breaks no rule that the cell did not break before: else it would be another violation.
 */
#ifndef STALELINE_SHRINK_SHRINK_H
#define STALELINE_SHRINK_SHRINK_H

#include "judge/outcome.h"

enum shrink_end {
	SHRINK_DONE, /* no single cut is left */
	SHRINK_LIMIT, /* there may be one: a try was cut short, or the budget is used up */
	SHRINK_NOTHING, /* the violation asked for was not found; `found` says what was */
	SHRINK_UNKNOWN, /* nor can it be said that there is none: a limit was hit first */
	SHRINK_REFUSED, /* the modelled kernel declines the cell */
	SHRINK_INTERRUPTED,
};

struct shrink_options {
	int rule; /* or -1: any */
	const char *step; /* "context.step" or "the end"; NULL: any */
	gboolean cause; /* the cause stays the same, too */
	const char *folder; /* where the result is to stand: strategies are named from there */
	guint64 budget; /* tries */
	struct outcome_options limits; /* of each try */
};

struct shrink_result {
	enum shrink_end end;
	char *text; /* a scenario file, with SHRINK_DONE, _LIMIT, and _INTERRUPTED where it was found; else NULL */
	char *found; /* "stale-load at reader.user-read", and so on, or "nothing" */
	guint tries,
		short_tries; /* those that a limit ended before the violation was seen, at the end */
	guint steps_before, steps;
	guint contexts_before, contexts;
};

void shrink(struct scenario *s, const struct scenario_cell *cell,
	    const struct shrink_options *options, struct shrink_result *ret);
void shrink_result_clear(struct shrink_result *r);

#endif
