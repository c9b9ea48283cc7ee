// SPDX-License-Identifier: GPL-2.0-or-later
#include "list.h"

#include <stdlib.h>

#include "departures.h"

bool list_room(struct search *s, u32 room)
{
	u32 wanted = s->choice_room ? s->choice_room : 1024;
	struct choice *grown;

	while (wanted < room)
		wanted *= 2;
	if (wanted == s->choice_room)
		return true;
	grown = realloc(s->choice, wanted * sizeof(*grown));
	if (!grown)
		return false;
	s->choice = grown;
	s->choice_room = wanted;
	return true;
}

typedef u32 enabled_fn(const struct world *w, struct choice *out, u32 room);

/* Appends what `enabled` lists to search.choice[], behind the first `at`; its end is in *end. */
static bool list(struct search *s, enabled_fn *enabled, u32 at, u32 *end)
{
	const struct world *w = &s->arena.world;
	u32 n = enabled(w, s->choice + at, s->choice_room - at);

	if (n > s->choice_room - at) {
		if (!list_room(s, at + n))
			return false;
		n = enabled(w, s->choice + at, s->choice_room - at);
	}
	*end = at + n;
	return true;
}

/* Lists in search.fill[] which lines may be filled unasked, of those that matter. false: no memory. */
static bool list_fills(struct search *s)
{
	const struct world *w = &s->arena.world;
	u32 n, i;

	s->fills = 0;
	if (!reduction_fills(s->reduction))
		return true;
	n = engine_fills(w, s->fill, s->fill_room);
	if (n > s->fill_room) {
		struct choice *grown = realloc(s->fill, 2 * n * sizeof(*grown));

		if (!grown)
			return false;
		s->fill = grown;
		s->fill_room = 2 * n;
		engine_fills(w, s->fill, s->fill_room);
	}
	for (i = 0; i < n; i++)
		if (reduction_matters(s->reduction, &s->fill[i]))
			s->fill[s->fills++] = s->fill[i];
	return true;
}

/* Notes the lines that could be filled before the choice just applied and cannot be any more. */
static void note_fills_lost(struct search *s, struct peek *peek)
{
	u32 i;

	/* nobody will see what was filled */
	if (w_top(&s->arena.world)->ended)
		return;
	for (i = 0; i < s->fills; i++) {
		if (engine_possible(&s->arena.world, &s->fill[i]))
			continue;
		peek->loses_fill = true;
		reduction_note_fill(s->reduction, &s->fill[i], &peek->lines);
	}
}

bool list_peek(struct search *s, struct choice choice, struct peek *ret)
{
	struct world *w = &s->arena.world;
	u32 broken = w_top(w)->broken;
	size_t mark = w->logged;
	u64 hash = w->hash;
	bool more;
	u32 i;

	*ret = (struct peek){.decides = false};
	w->foot = &ret->foot;
	do {
		if (!arena_reserve(&s->arena)) {
			w->foot = NULL;
			return false;
		}
		engine_apply(w, &choice);
		more = engine_next_pick(w, &choice);
		ret->shows |= w_top(w)->broken != broken || w_top(w)->ended;
		for (i = 0; i < w->findings; i++)
			*(w->finding[i].warning ? &ret->warns : &ret->breaks) |=
				BIT(w->finding[i].rule);
		ret->decides |= w->pick.count != 0;
		ret->hash = w->hash;
		note_fills_lost(s, ret);
		world_undo(w, mark, hash);
	} while (more);
	w->foot = NULL;
	reduction_note(s->reduction, &ret->foot, &ret->lines);
	if (choice.kind == CHOICE_STEP &&
	    reduction_strays(s->reduction, choice.actor, &ret->foot))
		s->astray |= 1ull << choice.actor;
	return true;
}

/* A choice that has to be tried, and what it does. */
struct tried {
	struct choice choice;
	struct peek peek;
};

/* Adds the evictions, drains and fills that have to be tried one at a time beside choices that touch `lines`. */
static bool add_unasked(struct search *s, const struct reduction_lines *lines, u32 *end)
{
	u32 at = *end, last, i;

	if (!lines->count && !lines->all)
		return true;
	if (!list(s, engine_evictions, at, &last) || !list(s, engine_drains, last, &last))
		return false;
	for (; at < last; at++)
		if (reduction_wants(s->reduction, &s->choice[at], lines))
			s->choice[(*end)++] = s->choice[at];
	if (!list_room(s, *end + s->fills))
		return false;
	for (i = 0; i < s->fills; i++)
		if (reduction_wants(s->reduction, &s->fill[i], lines))
			s->choice[(*end)++] = s->fill[i];
	return true;
}

/* All choices in [0, *end) have to be tried. */
static bool keep_all(struct search *s, const struct tried *tried, bool keeps_length, u32 *end)
{
	struct reduction_lines lines = {0};
	u32 count = *end, i;

	for (i = 0; i < count; i++) {
		const struct tried *t = &tried[i];
		enum departures result = DEPARTURES_MANY;

		if (t->choice.kind == CHOICE_STEP || t->choice.kind == CHOICE_DEVICE)
			result = departures_list(s, &t->choice, &t->peek, NULL, keeps_length, end);
		if (result == DEPARTURES_NO_MEMORY)
			return false;
		if (result == DEPARTURES_MANY)
			reduction_add(&lines, &t->peek.lines);
	}
	return add_unasked(s, &lines, end);
}

/* `t`, the first of the choices in [0, *end), is tried alone, with the runs that end in it. */
static bool keep_one(struct search *s, const struct tried *t, enum departures result, u32 runs,
		     u32 *end)
{
	u32 count = runs - *end;

	s->choice[0] = t->choice;
	memmove(&s->choice[1], &s->choice[*end], count * sizeof(struct choice));
	*end = 1 + count;
	return result != DEPARTURES_MANY || add_unasked(s, &t->peek.lines, end);
}

/*
 * Leaves only choices in [0, *end) that have to be tried: one alone where it is apart from all others,
 * else all; and before them the lines that can leave.
 */
static bool reduce(struct search *s, bool alone, u32 *end)
{
	const struct world *w = &s->arena.world;
	struct tried tried[ACTORS_MAX * 2 + 1];
	u32 count = *end, i;

	if (!list_fills(s))
		return false;
	bug_on(count > ARRAY_SIZE(tried), "more actors than a reduction is for");
	for (i = 0; i < count; i++) {
		const struct choice choice = s->choice[i];
		bool acts = choice.kind == CHOICE_STEP || choice.kind == CHOICE_DEVICE;
		struct reduction_others others;
		enum departures result;
		struct peek *peek = &tried[i].peek;
		u32 runs = *end;

		if (!list_peek(s, choice, peek))
			return false;
		tried[i].choice = choice;
		if (!alone || !acts || peek->shows || peek->loses_fill)
			continue;
		reduction_look(s->reduction, w, &choice, &others);
		if (!reduction_apart(s->reduction, w, &peek->foot, &others))
			continue;
		result = departures_list(s, &choice, peek, &others, false, &runs);
		if (result == DEPARTURES_NO_MEMORY)
			return false;
		if (result != DEPARTURES_MEET)
			return keep_one(s, &tried[i], result, runs, end);
	}
	return keep_all(s, tried, !alone, end);
}

bool list_choices(struct search *s, bool alone, u32 *end)
{
	return list(s, s->reduction ? engine_enabled_plain : engine_enabled, 0, end) &&
	       (!s->reduction || reduce(s, alone, end));
}
