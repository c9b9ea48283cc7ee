/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a trail stops fitting its cell: what it says is done there, and what the model would do, in words. */
#ifndef STALELINE_JUDGE_DIVERGENCE_H
#define STALELINE_JUDGE_DIVERGENCE_H

#include "outcome.h"

struct divergence {
	gboolean found; /* the trail does not fit */
	u64 at; /* number of the choice, from 1 */
	char *choice; /* "s0", as the trail has it */
	char *expected, *got; /* what is done, in a clause each */
	guint place; /* scenario step whose context is meant: where in the file the model is; NO_ID */
	guint wanted; /* scenario step that the trail goes into, NO_ID: the same, or none that is known */
	GPtrArray *
		possible; /* char *: what could be done instead; empty where the choice itself is possible */
};

struct outcome *divergence_replay(struct scenario *s, const struct scenario_cell *cell,
				  struct trail *trail, const struct outcome_options *options,
				  struct divergence *ret);
void divergence_clear(struct divergence *d);

#endif
