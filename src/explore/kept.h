/* SPDX-License-Identifier: GPL-2.0-or-later */
/* States that are kept whole, as what differs from the first one. Threads take turns. */
#ifndef STALELINE_EXPLORE_KEPT_H
#define STALELINE_EXPLORE_KEPT_H

#include "world.h"

struct kept_states;

/* NULL: no memory. */
struct kept_states *kept_new(const struct world *first);
void kept_free(struct kept_states *s);

enum kept_result { KEPT_NEW, KEPT_BEFORE, KEPT_NO_MEMORY };

/* Keeps the state that `w` is in, unless it is there. `most` bytes altogether, 0 for no limit. */
enum kept_result kept_add(struct kept_states *s, const struct world *w, u64 most);

struct kept_count {
	u64 states, bytes, chains;
	u64 collisions; /* states whose hash another one has too */
};

struct kept_count kept_count(struct kept_states *s);

#endif
