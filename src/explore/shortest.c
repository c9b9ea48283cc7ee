// SPDX-License-Identifier: GPL-2.0-or-later
#include "shortest.h"

#include <stdlib.h>

#include "departures.h"
#include "list.h"

#define FIRST_ROOM 256u

/* A state met, or one that a run only passes through: how it was reached. */
struct met {
	u32 parent; /* NO_ID: the first state */
	u32 length; /* choices on the way */
	u32 interrupts; /* that arrived on it */
	struct choice choice;
};

/* A state to be expanded: its number, hash, and where its words differ from the first state's. */
struct waiting {
	u32 met;
	u32 pairs;
	u64 hash;
	u32 (*pair)[2];
};

struct level {
	struct waiting *item;
	u32 count, room;
};

/* The best way found so far to a thing that is looked for. */
struct way {
	bool found;
	u32 parent, length, interrupts;
	struct choice choice;
	struct finding finding;
};

/* States wait by the length of the way to them; a run leads some levels on. */
#define LEVELS (DEPARTURES_RUN + 2)

/* A choice or a run, taken from a state. */
struct taken {
	u32 parent; /* the state; the last one passed through, once that is laid */
	u32 length, interrupts;
	struct choice run[DEPARTURES_RUN + 1];
	u32 count; /* of run[] */
	bool laid; /* the states passed through stand in met[] */
};

struct breadth {
	struct search search; /* its world, and its list of choices */
	struct met *met;
	u32 mets, met_room;
	u64 *fingerprint; /* hash table over mets: 0 is empty */
	u32 *index;
	u64 slots;
	struct level now, level[LEVELS];
	u32 depth; /* of the level being expanded */
	u32 waiting; /* states, in all levels */
	u32 *first; /* words of the first state */
	u32 (*at)[2]; /* pairs that the world's words have now */
	u32 at_pairs;
	u32 *touched, touched_room; /* places that a choice changed */
	struct way *way; /* per item of the list, then per worst figure */
	struct found_list *list;
	struct worst_list *worst;
	bool wants_end;
	struct way end; /* to a complete end with no rule about data broken */
};

static bool index_grow(struct breadth *b)
{
	u64 slots = b->slots ? 2 * b->slots : 4 * FIRST_ROOM;
	u64 *fingerprint = calloc(slots, sizeof(u64));
	u32 *index = calloc(slots, sizeof(u32));
	u64 i;

	if (!fingerprint || !index) {
		free(fingerprint);
		free(index);
		return false;
	}
	for (i = 0; i < b->slots; i++) {
		u64 to = b->fingerprint[i] & (slots - 1);

		if (!b->fingerprint[i])
			continue;
		while (fingerprint[to])
			to = (to + 1) & (slots - 1);
		fingerprint[to] = b->fingerprint[i];
		index[to] = b->index[i];
	}
	free(b->fingerprint);
	free(b->index);
	b->fingerprint = fingerprint;
	b->index = index;
	b->slots = slots;
	return true;
}

/* The number of the state with this hash; a new one, NO_ID so far, where there is none. NULL: no memory. */
static u32 *lookup(struct breadth *b, u64 hash)
{
	u64 fingerprint = hash + !hash, at;

	if (b->mets + 1 > b->slots / 2 && !index_grow(b))
		return NULL;
	at = fingerprint & (b->slots - 1);
	while (b->fingerprint[at] && b->fingerprint[at] != fingerprint)
		at = (at + 1) & (b->slots - 1);
	if (!b->fingerprint[at]) {
		b->fingerprint[at] = fingerprint;
		b->index[at] = NO_ID;
	}
	return &b->index[at];
}

static void level_clear(struct level *l)
{
	u32 i;

	for (i = 0; i < l->count; i++)
		free(l->item[i].pair);
	l->count = 0;
}

static bool level_add(struct level *l, struct waiting item)
{
	if (l->count == l->room) {
		u32 room = l->room ? 2 * l->room : 256;
		struct waiting *grown = realloc(l->item, room * sizeof(*grown));

		if (!grown)
			return false;
		l->item = grown;
		l->room = room;
	}
	l->item[l->count++] = item;
	return true;
}

/* Brings the world into the state. The pairs stay the level's. */
static void restore(struct breadth *b, const struct waiting *state)
{
	struct world *w = &b->search.arena.world;
	u32 i;

	for (i = 0; i < b->at_pairs; i++)
		w->word[b->at[i][0]] = b->first[b->at[i][0]];
	b->at = state->pair;
	b->at_pairs = state->pairs;
	for (i = 0; i < b->at_pairs; i++)
		w->word[b->at[i][0]] = b->at[i][1];
	w->hash = state->hash;
	w->logged = 0;
}

static int by_place(const void *x, const void *y)
{
	u32 a = *(const u32 *)x, b = *(const u32 *)y;

	return a < b ? -1 : a > b;
}

/* The world's differences from the first state: those of the state before, but where the log says otherwise. */
static bool differences(struct breadth *b, struct waiting *ret)
{
	const struct world *w = &b->search.arena.world;
	u32 n = 0, i, j = 0;

	if (w->logged > b->touched_room) {
		u32 *grown = realloc(b->touched, w->logged * 2 * sizeof(u32));

		if (!grown)
			return false;
		b->touched = grown;
		b->touched_room = (u32)w->logged * 2;
	}
	for (i = 0; i < w->logged; i++)
		b->touched[n++] = w->log[i].at;
	if (n)
		qsort(b->touched, n, sizeof(u32), by_place);
	ret->pair = malloc((b->at_pairs + n + 1) * sizeof(*ret->pair));
	ret->pairs = 0;
	if (!ret->pair)
		return false;
	for (i = 0; i < b->at_pairs || j < n;) {
		u32 place = i < b->at_pairs ? b->at[i][0] : NO_ID;

		if (j < n && b->touched[j] <= place)
			place = b->touched[j];
		while (j < n && b->touched[j] == place)
			j++;
		if (i < b->at_pairs && b->at[i][0] == place)
			i++;
		if (w->word[place] == b->first[place])
			continue;
		ret->pair[ret->pairs][0] = place;
		ret->pair[ret->pairs++][1] = w->word[place];
	}
	return true;
}

static u32 interrupts_of(const struct cell *k, const struct choice *c)
{
	return c->kind == CHOICE_ENTER && k->context[c->actor].level != LEVEL_PROCESS;
}

static bool met_add(struct breadth *b, struct met met)
{
	if (b->mets == b->met_room) {
		u32 room = b->met_room ? 2 * b->met_room : FIRST_ROOM;
		struct met *grown = realloc(b->met, room * sizeof(*grown));

		if (!grown)
			return false;
		b->met = grown;
		b->met_room = room;
	}
	b->met[b->mets++] = met;
	return true;
}

/* Gives the states that a run passes through their places. */
static bool lay(struct breadth *b, struct taken *t)
{
	u32 i;

	for (i = 0; !t->laid && i + 1 < t->count; i++) {
		struct met through = b->met[t->parent];

		through.parent = t->parent;
		through.length++;
		through.choice = t->run[i];
		t->parent = b->mets;
		if (!met_add(b, through))
			return false;
	}
	t->laid = true;
	return true;
}

/* Is this way to the thing better than the one there is? */
static bool better(const struct way *way, const struct taken *t)
{
	return !way->found || t->length < way->length ||
	       (t->length == way->length && t->interrupts < way->interrupts);
}

static bool take_way(struct breadth *b, struct way *way, struct taken *t, struct finding finding)
{
	if (!better(way, t))
		return true;
	if (!lay(b, t))
		return false;
	*way = (struct way){
		.found = true,
		.parent = t->parent,
		.length = t->length,
		.interrupts = t->interrupts,
		.choice = t->run[t->count - 1],
		.finding = finding,
	};
	return true;
}

/* Notes which things were found behind what was taken. */
static bool note_ways(struct breadth *b, struct taken *t)
{
	const struct world *w = &b->search.arena.world;
	u32 i, j;

	if (b->wants_end && w_top(w)->ended == END_COMPLETE &&
	    !(w_top(w)->broken & rule_data_mask()) &&
	    !take_way(b, &b->end, t, (struct finding){0}))
		return false;
	for (i = 0; i < w->findings; i++) {
		const struct finding *f = &w->finding[i];

		for (j = 0; j < b->list->count; j++) {
			const struct found *item = &b->list->item[j];

			if (!item->shortest && item->finding.warning == f->warning &&
			    item->finding.rule == f->rule && item->finding.step == f->step &&
			    !take_way(b, &b->way[j], t, *f))
				return false;
		}
	}
	return true;
}

/* Notes which of the largest figures were attained. */
static bool note_figures(struct breadth *b, struct taken *t)
{
	const struct meter *m = &b->search.meter;
	u32 i, j;

	for (i = 0; i < m->figures; i++) {
		for (j = 0; j < b->worst->count; j++) {
			const struct worst *item = &b->worst->item[j];

			if (!item->shortest && figure_same(&item->figure, &m->figure[i]) &&
			    item->figure.value == m->figure[i].value &&
			    !take_way(b, &b->way[b->list->count + j], t, (struct finding){0}))
				return false;
		}
	}
	return true;
}

/* Notes the state that was reached, unless a way as good is known. */
static bool note_state(struct breadth *b, struct taken *t)
{
	const struct world *w = &b->search.arena.world;
	struct waiting state = {.hash = w->hash};
	u32 *number = lookup(b, w->hash);
	const struct met *known;
	struct met met;

	if (!number)
		return false;
	known = *number == NO_ID ? NULL : &b->met[*number];
	/* those of levels behind were expanded */
	if (known && (known->length <= b->depth || known->length < t->length ||
		      (known->length == t->length && known->interrupts <= t->interrupts)))
		return true;
	if (!lay(b, t))
		return false;
	met = (struct met){t->parent, t->length, t->interrupts, t->run[t->count - 1]};
	if (*number != NO_ID) {
		bool waits = b->met[*number].length == t->length;

		b->met[*number] = met;
		if (waits)
			return true;
	} else {
		*number = b->mets;
		if (!met_add(b, met))
			return false;
	}
	if (w_top(w)->ended)
		return true;
	state.met = *number;
	b->waiting++;
	return differences(b, &state) && level_add(&b->level[t->length % LEVELS], state);
}

/* Applies a choice of the state, and notes what it leads to where a run ends in it. */
static bool take(struct breadth *b, struct taken *t, struct choice choice, bool last)
{
	struct world *w = &b->search.arena.world;

	t->run[t->count++] = choice;
	t->length++;
	t->interrupts += interrupts_of(w->k, &choice);
	if (!arena_reserve(&b->search.arena))
		return false;
	meter_begin(&b->search.meter);
	engine_apply(w, &choice);
	if (w->k->metered) {
		meter_applied(&b->search.meter, w, &choice);
		if (!note_figures(b, t))
			return false;
	}
	return (!w->findings && !b->wants_end) || !last || note_ways(b, t);
}

static bool expand(struct breadth *b, const struct waiting *state)
{
	struct world *w = &b->search.arena.world;
	const struct met from = b->met[state->met];
	u32 end, i = 0;

	restore(b, state);
	if (!list_choices(&b->search, false, &end))
		return false;
	while (i < end) {
		struct taken t = {state->met, from.length, from.interrupts, .count = 0};
		struct choice choice;
		bool then, more;

		do {
			choice = b->search.choice[i++];
			then = choice.kind & CHOICE_THEN;
			choice.kind &= (u16)~CHOICE_THEN;
			if (!take(b, &t, choice, !then))
				return false;
		} while (then);
		more = w->pick.count && engine_next_pick(w, &choice);
		if (!note_state(b, &t))
			return false;
		world_undo(w, 0, state->hash);
		/* the same choice with its next alternative */
		if (more)
			b->search.choice[--i] = choice;
	}
	return true;
}

static bool trail_of(const struct breadth *b, const struct way *way, struct trail *ret)
{
	u32 length = 1, at;

	for (at = way->parent; b->met[at].parent != NO_ID; at = b->met[at].parent)
		length++;
	ret->length = 0;
	for (at = 0; at < length; at++)
		if (!trail_add(ret, way->choice))
			return false;
	for (at = way->parent; b->met[at].parent != NO_ID; at = b->met[at].parent)
		ret->choice[--length - 1] = b->met[at].choice;
	return true;
}

/* No way that is still to be found is shorter. */
static bool final(const struct breadth *b, const struct way *way)
{
	return way->found && way->length <= b->depth + 1;
}

/* Gives what has its shortest way by now its trail. Returns how many things are still looked for. */
static u32 conclude(struct breadth *b)
{
	u32 left = b->wants_end && !final(b, &b->end), i;

	for (i = 0; i < b->list->count; i++) {
		struct found *item = &b->list->item[i];

		if (final(b, &b->way[i]) && !item->shortest &&
		    trail_of(b, &b->way[i], &item->trail)) {
			item->shortest = true;
			item->finding = b->way[i].finding;
			item->at = item->trail.length;
		}
		left += !item->shortest;
	}
	for (i = 0; i < b->worst->count; i++) {
		const struct way *way = &b->way[b->list->count + i];
		struct worst *item = &b->worst->item[i];

		if (final(b, way) && !item->shortest && trail_of(b, way, &item->trail))
			item->shortest = true;
		left += !item->shortest;
	}
	return left;
}

static bool may_go_on(const struct breadth *b, const struct explore_options *o)
{
	/* a search that was to be short has a short one for its trails */
	u64 most = o->max_states && o->max_states < SHORTEST_STATES / 2 ? 2 * o->max_states :
									  SHORTEST_STATES;

	return !(o->interrupted && *o->interrupted) && b->mets < most;
}

static void breadth_first(struct breadth *b, const struct explore_options *options)
{
	for (;; b->depth++) {
		struct level *level = &b->level[b->depth % LEVELS], emptied = b->now;
		u32 i;

		b->now = *level;
		*level = emptied;
		b->waiting -= b->now.count;
		for (i = 0; i < b->now.count; i++) {
			const struct waiting *state = &b->now.item[i];

			/* unless a shorter way to it was found meanwhile */
			if (b->met[state->met].length == b->depth &&
			    (!may_go_on(b, options) || !expand(b, state)))
				return;
		}
		/* the world is in the last state expanded, whose pairs go now */
		restore(b, &(struct waiting){0});
		level_clear(&b->now);
		if (!conclude(b) || !b->waiting)
			return;
	}
}

/* Searches for what b->list and b->wants_end say. */
static void search_breadth(struct breadth *b, const struct cell *k,
			   const struct reduction *reduction, const struct explore_options *options)
{
	size_t bytes = k->layout.words * sizeof(u32);

	b->way = calloc(b->list->count + b->worst->count + 1, sizeof(*b->way));
	b->first = malloc(bytes);
	b->met = malloc(FIRST_ROOM * sizeof(*b->met));
	if (b->way && b->first && b->met &&
	    search_init(&b->search, k, NULL, reduction, options, false)) {
		const struct world *w = &b->search.arena.world;
		u32 *number = lookup(b, w->hash);

		b->met_room = FIRST_ROOM;
		memcpy(b->first, w->word, bytes);
		b->met[b->mets++] = (struct met){.parent = NO_ID};
		b->waiting = 1;
		if (number && level_add(&b->level[0], (struct waiting){.hash = w->hash})) {
			*number = 0;
			breadth_first(b, options);
		}
		search_free(&b->search);
	}
}

static void breadth_free(struct breadth *b)
{
	u32 i;

	level_clear(&b->now);
	free(b->now.item);
	for (i = 0; i < LEVELS; i++) {
		level_clear(&b->level[i]);
		free(b->level[i].item);
	}
	free(b->met);
	free(b->fingerprint);
	free(b->index);
	free(b->first);
	free(b->touched);
	free(b->way);
}

static u32 not_shortest(const struct found_list *list, const struct worst_list *worst)
{
	u32 left = 0, i;

	for (i = 0; i < list->count; i++)
		left += !list->item[i].shortest;
	for (i = 0; i < worst->count; i++)
		left += !worst->item[i].shortest;
	return left;
}

u32 shortest_find(const struct cell *k, const struct reduction *reduction,
		  const struct explore_options *options, struct found_list *list,
		  struct worst_list *worst)
{
	struct breadth b = {.list = list, .worst = worst};

	if (!not_shortest(list, worst))
		return 0;
	search_breadth(&b, k, reduction, options);
	breadth_free(&b);
	return not_shortest(list, worst);
}

bool shortest_end(const struct cell *k, const struct reduction *reduction,
		  const struct explore_options *options, struct trail *ret)
{
	struct found_list none = {0};
	struct worst_list no_figures = {0};
	struct breadth b = {.list = &none, .worst = &no_figures, .wants_end = true};
	bool found;

	search_breadth(&b, k, reduction, options);
	found = b.end.found && trail_of(&b, &b.end, ret);
	breadth_free(&b);
	return found;
}
