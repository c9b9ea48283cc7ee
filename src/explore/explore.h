/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every schedule: depth-first with undo over all choices, each state (world and broken rules) visited once.
 */
#ifndef STALELINE_EXPLORE_EXPLORE_H
#define STALELINE_EXPLORE_EXPLORE_H

#include "found.h"

enum explore_stop {
	EXPLORE_COMPLETE,
	EXPLORE_MAX_STATES,
	EXPLORE_NO_MEMORY,
	EXPLORE_INTERRUPTED,
	EXPLORE_FIRST, /* stopped at the first violation, as asked */
};

struct explore_options {
	u64 max_states; /* 0: no limit */
	bool first;
	const volatile int *interrupted; /* set by a signal handler; NULL: nobody interrupts */
	/* called every now and then with what is known so far; NULL: nobody listens */
	void (*progress)(void *arg, u64 states, u64 transitions, u32 depth);
	void *progress_arg;
};

struct explore_result {
	enum explore_stop stop;
	u64 states, transitions;
	u32 depth; /* longest path of the search, in choices */
	u64 ends; /* states in which a schedule is over */
	u64 ends_complete; /* of them: not ended early */
	u32 ever; /* rules broken in some state reached */
	u32 always; /* rules broken in every end reached; 0 while there is none */
	u32 warned; /* warnings given anywhere */
	struct found_list found;
	u8 *step_done; /* per scenario step: STEP_DONE and its like, over all schedules; owned by the result */
	u32 line_done[LINES_MAX / 32]; /* as world.line_done, over all schedules */
};

/* Explores `k`, which keeps identities only where steps branch on them. */
void explore(const struct cell *k, const struct explore_options *options,
	     struct explore_result *ret);
void explore_result_free(struct explore_result *r);

#endif
