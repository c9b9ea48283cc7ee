/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The states already visited, as 64-bit fingerprints: one table with open addressing, grown by half when thirteen
 * sixteenths full: 8 bytes a slot, 10 to 15 bytes a state. Two different states share a fingerprint with odds of about
 * states^2 / 2^65; seen_odds() says twice that, see world_factor().
 *
 * Several threads look up and add without a lock. Only while the table grows all others have to be out of it, which is
 * why each says when it goes in and out.
 *
 * Or exactly (kept.h): each state is there, slow and large; it shows that the fingerprints did not lie.
 */
#ifndef STALELINE_EXPLORE_SEEN_H
#define STALELINE_EXPLORE_SEEN_H

#include "world.h"

struct seen;

/*
 * For `threads` of them, numbered from 0. `first`: the first state, kept where `exact`. `most` bytes, 0 for no limit.
 * NULL: no memory.
 */
struct seen *seen_new(const struct world *first, bool exact, u32 threads, u64 most);
void seen_free(struct seen *s);

enum seen_result { SEEN_NEW, SEEN_BEFORE, SEEN_NO_MEMORY };

/* seen_add() only between these two. */
void seen_enter(struct seen *s, u32 thread);
void seen_leave(struct seen *s, u32 thread);
/* Notes the state of this hash. */
enum seen_result seen_add(struct seen *s, u32 thread, u64 hash);
/* A state of this hash will be looked up soon: has the memory fetched that this needs. */
void seen_prepare(const struct seen *s, u64 hash);
/* Instead of all these where states are kept: notes the state that `w` is in. */
enum seen_result seen_keep(struct seen *s, const struct world *w);

/* About right while others add; so is the next. */
u64 seen_count(const struct seen *s);
/* How full the table is, in hundredths. */
u32 seen_load(const struct seen *s);
/* Bytes in use now. */
u64 seen_bytes(const struct seen *s);
/* Exactly kept states that share a fingerprint with another one. */
u64 seen_collisions(const struct seen *s);

/* The chance that any two of `states` states were taken for one, at most. */
double seen_odds(u64 states);

#endif
