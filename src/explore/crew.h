/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searches that share a visited set, each in a thread of its own, and give each other work. */
#ifndef STALELINE_EXPLORE_CREW_H
#define STALELINE_EXPLORE_CREW_H

#include "search.h"

/* Seconds of the monotonic clock. */
u64 crew_now(void);
/* When searches under these options have to stop: seconds of the monotonic clock, 0 for never. */
u64 crew_deadline(const struct explore_options *options);

/*
 * Searches `k` whole, or until a limit of the options. *ret is the sum of what all threads saw, its lists in an
 * order that does not depend on theirs. *astray gets the contexts that touched lines they do not mean; where
 * there are any the result of a reduced search is worth nothing.
 */
void crew_search(const struct cell *k, const struct reduction *reduction,
		 const struct explore_options *options, u64 deadline, bool trails,
		 struct explore_result *ret, u64 *astray);

#endif
