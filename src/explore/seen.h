/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The states already visited. As 64-bit fingerprints: open addressing in shards, each behind a lock of its own
 * where several threads share the set, each grown by half when seven eighths full: 8 bytes a slot, 9 to 14
 * bytes a state. Two different states share a fingerprint with odds of about states^2 / 2^65 (seen_odds()).
 *
 * Or exactly: beside each fingerprint stands the state, as what differs from the first one. Slow and large; it
 * shows that the fingerprints did not lie.
 */
#ifndef STALELINE_EXPLORE_SEEN_H
#define STALELINE_EXPLORE_SEEN_H

#include "world.h"

struct seen;

/* `first`: the first state, kept where `exact`. `most` bytes, 0 for no limit. NULL: no memory. */
struct seen *seen_new(const struct world *first, bool exact, bool shared, u64 most);
void seen_free(struct seen *s);

enum seen_result { SEEN_NEW, SEEN_BEFORE, SEEN_NO_MEMORY };

/* Notes the state that `w` is in; where states are not kept, its hash is all that is looked at. */
enum seen_result seen_add(struct seen *s, const struct world *w);
/* The state that `w` is in will be noted soon: has the memory fetched that this needs. */
void seen_prepare(const struct seen *s, const struct world *w);

u64 seen_count(const struct seen *s);
/* Bytes in use now, and how full the tables are, in hundredths. Both are about right while others add. */
u64 seen_bytes(const struct seen *s);
u32 seen_load(const struct seen *s);
/* Exactly kept states that share a fingerprint with another one. */
u64 seen_collisions(const struct seen *s);

/* The chance that any two of `states` states were taken for one. */
double seen_odds(u64 states);

#endif
