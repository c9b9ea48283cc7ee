/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shortest trail to each thing found, by a breadth-first search that stops when it has them all. Among the
 * shortest, one with the fewest interrupts; among those, the first in the order of engine_enabled().
 *
 * Choices are left out only as far as no trail gets longer by it (list.h, not `alone`): evictions and fills that nobody would see yet.
 */
#ifndef STALELINE_EXPLORE_SHORTEST_H
#define STALELINE_EXPLORE_SHORTEST_H

#include "explore.h"
#include "reduce.h"

/*
 * States after which it gives up, so that it never takes much longer than the search before it; or twice as many as
 * the search was allowed, if that is less.
 */
#define SHORTEST_STATES 1000000u

/*
 * Gives items of `list` and of `worst`, figures of a metered cell, their trails and marks them as shortest. What is not reached within the limits stays as
 * it is. `reduction` may be NULL: then every choice is tried. Returns how many items have no trail that is known
 * to be shortest.
 */
u32 shortest_find(const struct cell *k, const struct reduction *reduction,
		  const struct explore_options *options, struct found_list *list,
		  struct worst_list *worst);

/*
 * The shortest trail to a complete end in front of which no rule about data was broken. False: there is none
 * within the limits.
 */
bool shortest_end(const struct cell *k, const struct reduction *reduction,
		  const struct explore_options *options, struct trail *ret);

#endif
