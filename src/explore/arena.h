/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory for one world and what its driver keeps beside it: words, undo log, bookkeeping. */
#ifndef STALELINE_EXPLORE_ARENA_H
#define STALELINE_EXPLORE_ARENA_H

#include "engine.h"

struct arena {
	struct world world;
	u32 *words;
	u8 *step_done;
	u64 *factor;
	bool undo;
	size_t bound; /* of the puts of one choice */
};

/* A world of `k` in its first state. With `undo` changes can be taken back. false: no memory. */
bool arena_init(struct arena *a, const struct cell *k, bool undo);
void arena_free(struct arena *a);
/* Memory for time: for a driver that applies choices by the million. false: no memory. */
bool arena_hurry(struct arena *a);
bool arena_grow(struct arena *a);

/* Makes sure that the log has room for one more choice; call it before each engine_apply(). */
static inline bool arena_reserve(struct arena *a)
{
	return a->world.log_capacity - a->world.logged >= a->bound || arena_grow(a);
}

#endif
