/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cell whose contexts fall into groups that never meet (reduce.h): each group is searched as if it were alone.
 *
 * What all of them together can do follows from that without a search. A state of the cell is any state of each
 * group, until a schedule ends: early, as soon as one group breaks off, whatever the others have got to;
 * complete, when all are.
 */
#ifndef STALELINE_EXPLORE_GROUPS_H
#define STALELINE_EXPLORE_GROUPS_H

#include "crew.h"

/*
 * *ret is what a search of the whole cell would give, but for states, transitions and ends, which are sums over
 * the groups. False, with *ret empty: that takes a search of the whole cell, or, where *astray is more than
 * before, one with other groups.
 */
bool groups_search(const struct cell *k, const struct reduction *r, const u64 *group, u32 groups,
		   const struct explore_options *options, u64 deadline, struct explore_result *ret,
		   u64 *astray);

#endif
