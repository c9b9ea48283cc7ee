// SPDX-License-Identifier: GPL-2.0-or-later
#include "victims.h"

#include "arena.h"
#include "cache_model.h"

/* A choice replaces a line a level, and what is written back for it may replace others: never as many as this. */
#define DEPTH_MAX 8u

struct watcher {
	struct arena arena;
	struct choice under_way;
	struct choice evict; /* the first line that the choice under way replaced */
	bool replaced;
};

/* The set of `cache` in which a full set holds the line of `pa`; NO_ID: none. */
static u32 full_set_of(const struct world *w, u32 cache, u32 pa)
{
	u32 colour;

	for (colour = 0; colour < cache_geometry(w->k, cache)->colours; colour++) {
		u32 set = cache_colour_set(w->k, cache, pa, colour);

		if (cache_find(w, cache, set, pa) && cache_full(w, cache, set))
			return set;
	}
	return NO_ID;
}

static void on_event(void *arg, const struct event *event)
{
	struct watcher *v = arg;
	const struct choice *c = &v->under_way;

	if (event->kind != EV_EVICT || v->replaced ||
	    (c->kind == CHOICE_EVICT && c->actor == event->a && c->arg == event->b))
		return;
	v->replaced = true;
	v->evict = (struct choice){CHOICE_EVICT, (u16)event->a, 0, event->b, 0};
}

static bool apply(struct watcher *v, const struct choice *choice)
{
	v->under_way = *choice;
	v->replaced = false;
	if (!arena_reserve(&v->arena))
		return false;
	engine_apply(&v->arena.world, choice);
	return true;
}

/* Appends the choice that was applied. */
static bool add(const struct watcher *v, const struct choice *choice, struct trail *out)
{
	struct choice taken = *choice;

	if (v->replaced)
		taken.pick |= PICK_BY_TAG;
	return trail_add(out, taken);
}

/*
 * Takes the choice, after an eviction of what it would replace, if that comes to the same; appends to `out` what
 * was taken. It does not where an L1 loses a line to the set of the L2 that was filled just before.
 */
static bool take(struct watcher *v, const struct choice *choice, struct trail *out, u32 depth)
{
	struct world *w = &v->arena.world;
	size_t mark = w->logged;
	u64 hash = w->hash, wanted;
	u32 length = out->length;
	struct choice evict;

	if (!apply(v, choice))
		return false;
	if (!v->replaced || !depth)
		return add(v, choice, out);
	wanted = w->hash;
	evict = v->evict;
	world_undo(w, mark, hash);
	evict.set = full_set_of(w, evict.actor, evict.arg);
	if (evict.set != NO_ID) {
		if (!take(v, &evict, out, depth - 1) || !take(v, choice, out, depth - 1))
			return false;
		if (w->hash == wanted)
			return true;
		world_undo(w, mark, hash);
		out->length = length;
	}
	return apply(v, choice) && add(v, choice, out);
}

bool victims_evict(const struct cell *k, struct trail *t)
{
	struct watcher v = {0};
	struct trail out = {0};
	bool ok = true;
	u32 i;

	if (!k->evictions_any)
		return true;
	if (!arena_init(&v.arena, k, true))
		return false;
	v.arena.world.listen = on_event;
	v.arena.world.listen_arg = &v;
	for (i = 0; ok && i < t->length; i++)
		ok = take(&v, &t->choice[i], &out, DEPTH_MAX);
	arena_free(&v.arena);
	if (ok)
		ok = trail_copy(t, out.choice, out.length);
	trail_free(&out);
	return ok;
}
