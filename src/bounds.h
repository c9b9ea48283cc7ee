/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often choices of a kind may be taken in one schedule while exploring. A choice may be of several kinds; it is left
 * out when one of them is used up. Bounds say nothing where one schedule is run or replayed.
 */
#ifndef STALELINE_BOUNDS_H
#define STALELINE_BOUNDS_H

#include "base.h"

enum bound {
#define BOUND(id, key, text) BOUND_##id,
#include "bounds.def"
	BOUND_COUNT
};

#define BOUND_MOST 1000000u

struct bounds {
	u32 set; /* kinds that are bounded, one bit each */
	u32 most[BOUND_COUNT]; /* of those: 0 to BOUND_MOST */
};

/* "evictions": the key in files and of --limit. */
const char *bound_key(enum bound kind);
/* What it counts, in words. */
const char *bound_text(enum bound kind);

#endif
