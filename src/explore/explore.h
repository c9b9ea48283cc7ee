/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every schedule of a cell: each state (world and broken rules) is visited once, by one thread or several.
 *
 * Unless told otherwise choices are left out where others lead to the same (reduce.h). Which rules are broken
 * never, sometimes or always, which warnings are given and which steps executed, is the same with and without;
 * states and transitions are those of the search that was done, the same for every number of threads.
 */
#ifndef STALELINE_EXPLORE_EXPLORE_H
#define STALELINE_EXPLORE_EXPLORE_H

#include "found.h"
#include "meter.h"

enum explore_stop {
	EXPLORE_COMPLETE,
	EXPLORE_MAX_STATES,
	EXPLORE_NO_MEMORY, /* of the machine's, or of what options.memory allows */
	EXPLORE_TIME,
	EXPLORE_INTERRUPTED,
	EXPLORE_FIRST, /* stopped at the first violation, as asked */
};

struct explore_progress {
	u64 states, transitions;
	u32 depth; /* choices to where the search is now */
	u32 load; /* of the visited set, in hundredths */
};

struct explore_options {
	bool unreduced; /* try every choice */
	bool exact; /* compare whole states, not fingerprints */
	bool trails; /* what is found gets trails: the shortest, where they can be had (shortest.h) */
	bool first;
	u32 jobs; /* threads; 0 counts as 1 */
	u64 max_states; /* 0: no limit */
	u64 memory; /* bytes; 0: no limit */
	u64 seconds; /* 0: no limit */
	const volatile int *interrupted; /* set by a signal handler; NULL: nobody interrupts */
	/* called every now and then with what is known so far; NULL: nobody listens */
	void (*progress)(void *arg, const struct explore_progress *progress);
	void *progress_arg;
};

/* States in which a schedule is over. */
struct explore_ends {
	u64 count;
	u32 always; /* rules broken in every one of them; while there is none it says nothing */
	/* of the complete ones: some had data rules broken before the end was looked at, some had not */
	bool spoilt, unspoilt;
	u32 found; /* rules that were broken by looking at a complete end */
	bool stuck; /* of the early ones: somewhere nothing could go on */
};

struct explore_result {
	enum explore_stop stop;
	bool reduced;
	u64 states, transitions;
	u32 depth; /* longest path of the search, in choices; depends on its order */
	struct explore_ends complete, early;
	u32 ever; /* rules broken in some state reached */
	u32 warned; /* warnings given anywhere */
	u32 withheld; /* kinds of choices (enum bound) that a bound kept from being tried somewhere */
	bool cut; /* some schedule could go on only beyond a bound: it has no end, and no rule is `always` */
	struct found_list found;
	struct worst_list worst; /* of a metered cell: the largest figures (meter.h) */
	u8 *step_done; /* per scenario step: STEP_DONE and its like, over all schedules; owned by the result */
	u32 line_done[LINES_MAX / 32]; /* as world.line_done, over all schedules */
	u64 seen_bytes; /* of the visited set at its end */
	u64 collisions; /* exact: states whose fingerprint another one has too */
};

/*
 * Explores `k`, which keeps identities only where steps branch on them. A metered one has more states, and the worst
 * figures are exact where it is complete, but those of nesting only if unreduced.
 */
void explore(const struct cell *k, const struct explore_options *options,
	     struct explore_result *ret);
void explore_result_free(struct explore_result *r);

void explore_ends_add(struct explore_ends *sum, const struct explore_ends *more);
/* Rules broken in every end reached; none while there is no end. */
u32 explore_always(const struct explore_result *r);

#endif
