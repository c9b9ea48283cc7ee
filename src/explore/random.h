/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Schedules by chance, for cells that no search gets to the end of: what they break is broken, what they do not break
 * is not known. Memory does not grow with their number. Each schedule is drawn from the seed and its own number
 * alone, so the result is the same for every number of threads.
 *
 * Uniform: each choice is one of those enabled, all equally likely, and so is each alternative in it.
 *
 * By priorities (after Burckhardt et al., A randomized scheduler with probabilistic guarantees of finding bugs, ASPLOS
 * 2010): each context and device has a priority by chance, a context a new one for each run, and whoever can go on
 * and has the highest does. At a few places by chance that one gets the lowest, or a line by chance leaves a
 * cache; elsewhere no line does, except before the end. What takes few such changes is found often, however long
 * the schedule is.
 */
#ifndef STALELINE_EXPLORE_RANDOM_H
#define STALELINE_EXPLORE_RANDOM_H

#include "explore.h"

struct random_options {
	u64 schedules;
	u64 seed;
	u64 length; /* choices after which a schedule is stopped */
	bool by_priority;
	u32 changes; /* of priorities, in a schedule: at most RANDOM_CHANGES_MAX */
	/* called every now and then; NULL: nobody listens */
	void (*progress)(void *arg, u64 schedules, u64 choices);
};

#define RANDOM_CHANGES_MAX 1000u

/* What is not in here is in struct explore_result: `transitions` are the choices of all schedules. */
struct random_result {
	u64 schedules; /* taken, to their end or the limit of their length */
	u64 stopped; /* of them: at that limit */
};

/*
 * Honours jobs, first, seconds, interrupted of `options`. Findings are merged as those of a search, each with the
 * shortest of its trails, cut down (trim.h). ret->stop is EXPLORE_COMPLETE when all schedules were taken.
 */
void random_explore(const struct cell *k, const struct random_options *random,
		    const struct explore_options *options, struct explore_result *ret,
		    struct random_result *taken);

#endif
