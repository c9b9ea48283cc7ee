// SPDX-License-Identifier: GPL-2.0-or-later
#include "arena.h"

#include <stdlib.h>

bool arena_init(struct arena *a, const struct cell *k, bool undo)
{
	a->undo = undo;
	a->factor = NULL;
	a->bound = world_step_bound(k);
	a->words = calloc(k->layout.words, sizeof(*a->words));
	a->step_done = calloc(k->steps + 1, 1);
	if (!a->words || !a->step_done) {
		free(a->words);
		free(a->step_done);
		return false;
	}
	world_init(&a->world, k, a->words, a->step_done);
	if (undo && !arena_reserve(a)) {
		arena_free(a);
		return false;
	}
	return true;
}

void arena_free(struct arena *a)
{
	free(a->words);
	free(a->step_done);
	free(a->factor);
	free(a->world.log);
	*a = (struct arena){0};
}

bool arena_hurry(struct arena *a)
{
	u32 words = a->world.k->layout.hashed, i;

	a->factor = malloc(words * sizeof(*a->factor));
	if (!a->factor)
		return false;
	for (i = 0; i < words; i++)
		a->factor[i] = world_factor(i);
	a->world.factor = a->factor;
	a->world.factors = words;
	return true;
}

bool arena_grow(struct arena *a)
{
	struct world *w = &a->world;
	size_t wanted = w->log_capacity ? w->log_capacity : a->bound;
	struct undo *grown;

	if (!a->undo || w->logged + a->bound <= w->log_capacity)
		return true;
	while (wanted < w->logged + a->bound)
		wanted *= 2;
	grown = realloc(w->log, wanted * sizeof(*grown));
	if (!grown)
		return false;
	w->log = grown;
	w->log_capacity = wanted;
	return true;
}
