/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The states already visited, as 64-bit fingerprints: open addressing, linear probing, doubled when two
 * thirds full. 8 bytes a slot, so 12 to 24 bytes a state. Two different states share a fingerprint with
 * odds of about states^2 / 2^65 (seen_odds()).
 */
#ifndef STALELINE_EXPLORE_SEEN_H
#define STALELINE_EXPLORE_SEEN_H

#include "base.h"

struct seen {
	u64 *slot;
	u64 slots; /* a power of two */
	u64 count;
};

/* false: no memory */
bool seen_init(struct seen *s);
void seen_free(struct seen *s);

enum seen_result { SEEN_NEW, SEEN_BEFORE, SEEN_NO_MEMORY };

enum seen_result seen_add(struct seen *s, u64 fingerprint);

/* The chance that any two of `states` states were taken for one. */
double seen_odds(u64 states);

#endif
