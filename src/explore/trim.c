// SPDX-License-Identifier: GPL-2.0-or-later
#include "trim.h"

#include <stdlib.h>

#include "arena.h"

struct trimmer {
	struct arena arena;
	struct trail trail; /* the best so far */
	struct trail tried;
	struct choice *offered;
	u32 room;
	struct found *f;
	u64 first_hash;
	u64 budget; /* choices left */
};

/* Could an exploration take it here? Being possible is not enough for the end, nor where there are bounds. */
static bool offered(struct trimmer *t, const struct choice *choice)
{
	const struct world *w = &t->arena.world;
	u32 n, i;

	if (!engine_possible(w, choice))
		return false;
	if (choice->kind != CHOICE_FINISH && !w->k->bounds.set)
		return true;
	n = engine_enabled(w, t->offered, t->room);
	if (n > t->room) {
		struct choice *grown = realloc(t->offered, n * sizeof(*grown));

		if (!grown)
			return false;
		t->offered = grown;
		t->room = n;
		engine_enabled(w, t->offered, n);
	}
	for (i = 0; i < n; i++)
		if (t->offered[i].kind == choice->kind && t->offered[i].actor == choice->actor &&
		    t->offered[i].set == choice->set && t->offered[i].arg == choice->arg)
			return true;
	return false;
}

static bool found_here(const struct trimmer *t, struct finding *ret)
{
	const struct world *w = &t->arena.world;
	const struct finding *want = &t->f->finding;
	u32 i;

	for (i = 0; i < w->findings; i++)
		if (w->finding[i].warning == want->warning && w->finding[i].rule == want->rule &&
		    w->finding[i].step == want->step) {
			*ret = w->finding[i];
			return true;
		}
	return false;
}

#define NOTHING CHOICE_FINISH

/* Of the best trail without [from, to) and what `skip` says: does it, as far as it is possible, lead there too? */
static bool try_without(struct trimmer *t, u32 from, u32 to, u32 skip_kind, u32 skip_actor)
{
	struct world *w = &t->arena.world;
	struct finding finding;
	bool found = false;
	u32 i;

	t->tried.length = 0;
	for (i = 0; i < t->trail.length && !found && t->budget; i++) {
		const struct choice *choice = &t->trail.choice[i];
		bool enters = choice->kind == CHOICE_ENTER || choice->kind == CHOICE_STEP;

		if (i >= from && i < to)
			continue;
		if (skip_kind == CHOICE_STEP ? enters && choice->actor == skip_actor :
					       skip_kind != NOTHING && choice->kind == skip_kind)
			continue;
		if (!offered(t, choice))
			continue;
		t->budget--;
		if (!arena_reserve(&t->arena) || !trail_add(&t->tried, *choice))
			break;
		engine_apply(w, choice);
		if (!engine_pick_fits(w))
			break;
		found = found_here(t, &finding);
	}
	world_undo(w, 0, t->first_hash);
	if (!found || t->tried.length >= t->trail.length)
		return false;
	t->f->finding = finding;
	return trail_copy(&t->trail, t->tried.choice, t->tried.length);
}

static void trim_all(struct trimmer *t)
{
	const struct cell *k = t->arena.world.k;
	u32 before, size, i;

	do {
		before = t->trail.length;
		try_without(t, 0, 0, CHOICE_EVICT, 0);
		if (k->machine.speculation != SPECULATION_NONE)
			try_without(t, 0, 0, CHOICE_FILL, 0);
		if (k->machine.buffer.present)
			try_without(t, 0, 0, CHOICE_DRAIN, 0);
		for (i = 0; i < k->contexts; i++)
			try_without(t, 0, 0, CHOICE_STEP, i);
		for (size = t->trail.length / 2; size; size /= 2) {
			/* from the end on: what comes later hangs on less */
			for (i = t->trail.length; i && t->budget;) {
				u32 from = i > size ? i - size : 0;

				try_without(t, from, i, NOTHING, 0);
				i = min_u32(from, t->trail.length);
			}
		}
	} while (t->trail.length < before && t->budget);
}

void trim(const struct cell *k, struct found *f, u64 budget)
{
	struct trimmer t = {.f = f, .budget = budget};

	if (arena_init(&t.arena, k, true) &&
	    trail_copy(&t.trail, f->trail.choice, f->trail.length)) {
		t.first_hash = t.arena.world.hash;
		trim_all(&t);
		if (trail_copy(&f->trail, t.trail.choice, t.trail.length))
			f->at = f->trail.length;
	}
	trail_free(&t.trail);
	trail_free(&t.tried);
	free(t.offered);
	arena_free(&t.arena);
}
