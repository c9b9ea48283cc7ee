/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trails for what a search found. */
#ifndef STALELINE_EXPLORE_TRAILS_H
#define STALELINE_EXPLORE_TRAILS_H

#include "explore.h"
#include "reduce.h"

/*
 * Trails for all that `result` has: the shortest; where that takes too long, what is needed of the ones that a single
 * thread meets first, so that they do not depend on how many threads there were.
 */
void trails_find(const struct cell *k, const struct reduction *r,
		 const struct explore_options *options, u64 deadline,
		 struct explore_result *result);

#endif
