// SPDX-License-Identifier: GPL-2.0-or-later
#include "departures.h"

#include "list.h"

/* Of one choice: lines that may leave in front of it, and states met on the way. */
#define LEAVERS_MAX 4u
#define STATES_MAX 64u

struct states {
	u64 hash[STATES_MAX];
	u32 length[STATES_MAX]; /* lines that left on the way there */
	u32 count;
};

struct departing {
	struct search *s;
	struct choice choice;
	const struct reduction_others *others;
	const struct peek *alone; /* the choice, when nothing left */
	bool keeps_length; /* nothing that is put off may take more lines to leave */
	bool distinct; /* what states cost on the way is looked at, too: no two runs come to the same */
	struct states tried; /* in front of the choice */
	struct states told; /* behind it: reached without the run, or by one before it */
	struct choice run[DEPARTURES_RUN];
	u32 length;
	u32 end;
};

/* The state was met, after `length` lines had left, or fewer. */
static bool known(const struct states *states, u64 hash, u32 length)
{
	u32 i;

	for (i = 0; i < states->count; i++)
		if (states->hash[i] == hash)
			return states->length[i] <= length;
	return false;
}

/* false: no room */
static bool note(struct states *states, u64 hash, u32 length)
{
	u32 i;

	for (i = 0; i < states->count && states->hash[i] != hash; i++)
		;
	if (i == STATES_MAX)
		return false;
	if (i == states->count || length < states->length[i])
		states->length[i] = length;
	states->hash[i] = hash;
	states->count += i == states->count;
	return true;
}

/* The evictions that are offered now of the lines touched, each once; more than LEAVERS_MAX if there are. */
static u32 leavers(const struct departing *d, struct choice out[LEAVERS_MAX + 1])
{
	const struct world *w = &d->s->arena.world;
	const struct machine *m = &w->k->machine;
	u32 count = 0, i, j, n;

	if (w_top(w)->ended || bounds_spent(w, BIT(BOUND_EVICTIONS)))
		return 0;
	for (i = 0; i < d->alone->lines.count; i++) {
		u32 line = d->alone->lines.line[i], shift = m->page_shift - m->long_shift;
		u32 page = line >> shift, at;

		/* parts of it are lines of caches with shorter ones */
		for (at = 0; at < 1u << m->long_shift; at += 1u << m->sector_shift) {
			u32 offset = (line & ((1u << shift) - 1)) << m->long_shift | at;
			struct choice found;

			for (n = 0; engine_find_eviction(w, page, offset, n, &found); n++) {
				for (j = 0; j < count && !choice_same(&out[j], &found); j++)
					;
				if (j < count)
					continue;
				out[count++] = found;
				if (count > LEAVERS_MAX)
					return count;
			}
		}
	}
	return count;
}

/* One line leaves. Where that takes decisions, or shows, it is a step like any other. */
static enum departures leave(struct departing *d, const struct choice *eviction)
{
	struct world *w = &d->s->arena.world;

	if (!arena_reserve(&d->s->arena))
		return DEPARTURES_NO_MEMORY;
	engine_apply(w, eviction);
	return w->pick.count || w->findings ? DEPARTURES_MANY : DEPARTURES_LISTED;
}

/* Notes where the choice leads, with lines that leave behind it. */
static enum departures follow(struct departing *d, u32 length)
{
	struct world *w = &d->s->arena.world;
	struct choice out[LEAVERS_MAX + 1];
	size_t mark = w->logged;
	u64 hash = w->hash;
	u32 n, i;

	if (known(&d->told, hash, length))
		return DEPARTURES_LISTED;
	n = leavers(d, out);
	if (n > LEAVERS_MAX || !note(&d->told, hash, length))
		return DEPARTURES_MANY;
	for (i = 0; i < n; i++) {
		enum departures result = leave(d, &out[i]);

		if (result == DEPARTURES_LISTED)
			result = follow(d, length + 1);
		world_undo(w, mark, hash);
		if (result != DEPARTURES_LISTED)
			return result;
	}
	return DEPARTURES_LISTED;
}

/* The run so far is tried, with the choice. */
static enum departures try(struct departing *d)
{
	struct search *s = d->s;
	struct world *w = &s->arena.world;
	struct peek peek;
	u32 i;

	if (!list_peek(s, d->choice, &peek))
		return DEPARTURES_NO_MEMORY;
	if (peek.decides)
		return DEPARTURES_MANY;
	if (d->others &&
	    (peek.shows || !reduction_apart(s->reduction, w, &peek.foot, d->others)))
		return DEPARTURES_MEET;
	if (!d->distinct) {
		if (!(peek.breaks & ~d->alone->breaks) && !(peek.warns & ~d->alone->warns) &&
		    known(&d->told, peek.hash, d->keeps_length ? d->length : NO_ID))
			return DEPARTURES_LISTED;
		if (!note(&d->told, peek.hash, d->length))
			return DEPARTURES_MANY;
	}
	if (!list_room(s, d->end + d->length + 1))
		return DEPARTURES_NO_MEMORY;
	for (i = 0; i < d->length; i++) {
		s->choice[d->end] = d->run[i];
		s->choice[d->end++].kind |= CHOICE_THEN;
	}
	s->choice[d->end++] = d->choice;
	return DEPARTURES_LISTED;
}

/* All runs that begin with what has left. */
static enum departures depart(struct departing *d)
{
	struct world *w = &d->s->arena.world;
	struct choice out[LEAVERS_MAX + 1];
	size_t mark = w->logged;
	u64 hash = w->hash;
	u32 n = leavers(d, out), i;

	if (n > LEAVERS_MAX || d->length == DEPARTURES_RUN)
		return n ? DEPARTURES_MANY : DEPARTURES_LISTED;
	for (i = 0; i < n; i++) {
		enum departures result = leave(d, &out[i]);

		d->run[d->length++] = out[i];
		if (result == DEPARTURES_LISTED && !known(&d->tried, w->hash, d->length)) {
			if (!note(&d->tried, w->hash, d->length))
				result = DEPARTURES_MANY;
			if (result == DEPARTURES_LISTED)
				result = try(d);
			if (result == DEPARTURES_LISTED)
				result = depart(d);
		}
		d->length--;
		world_undo(w, mark, hash);
		if (result != DEPARTURES_LISTED)
			return result;
	}
	return DEPARTURES_LISTED;
}

enum departures departures_list(struct search *s, const struct choice *choice,
				const struct peek *alone,
				const struct reduction_others *others, bool keeps_length,
				u32 *end)
{
	struct world *w = &s->arena.world;
	struct departing d = {
		.s = s,
		.choice = *choice,
		.alone = alone,
		.others = others,
		.keeps_length = keeps_length,
		.distinct = w->k->metered || s->options->exact,
		.end = *end,
	};
	enum departures result = DEPARTURES_LISTED;
	struct choice out[LEAVERS_MAX + 1];
	size_t mark = w->logged;
	u64 hash = w->hash;

	if (alone->lines.all || !reduction_lone(s->reduction, &alone->lines) ||
	    reduction_fills(s->reduction) || w->k->machine.buffer.present)
		return DEPARTURES_MANY;
	if (!leavers(&d, out))
		return DEPARTURES_LISTED;
	if (!d.distinct) {
		if (!arena_reserve(&s->arena))
			return DEPARTURES_NO_MEMORY;
		engine_apply(w, choice);
		result = w->pick.count ? DEPARTURES_MANY : follow(&d, 0);
		world_undo(w, mark, hash);
	}
	if (result == DEPARTURES_LISTED)
		result = depart(&d);
	if (result == DEPARTURES_LISTED)
		*end = d.end;
	return result;
}
