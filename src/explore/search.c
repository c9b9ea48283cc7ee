// SPDX-License-Identifier: GPL-2.0-or-later
#include "search.h"

#include <stdlib.h>

static bool grow_choices(struct search *s, u32 room)
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
		if (!grow_choices(s, at + n))
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
static void note_fills_lost(struct search *s, struct reduction_lines *lines)
{
	u32 i;

	for (i = 0; i < s->fills; i++) {
		if (engine_possible(&s->arena.world, &s->fill[i]))
			continue;
		s->fill_lost = true;
		reduction_note_fill(s->reduction, &s->fill[i], lines);
	}
}

/*
 * Applies `choice` with all its alternatives, and takes each back; notes in *foot what they touch, in *lines those
 * that can no longer be filled.
 */
static bool peek(struct search *s, struct choice choice, struct foot *foot,
		 struct reduction_lines *lines, bool *visible)
{
	struct world *w = &s->arena.world;
	u32 broken = w_top(w)->broken;
	size_t mark = w->logged;
	u64 hash = w->hash;
	bool more;

	*foot = (struct foot){0};
	*visible = false;
	s->fill_lost = false;
	w->foot = foot;
	do {
		if (!arena_reserve(&s->arena)) {
			w->foot = NULL;
			return false;
		}
		engine_apply(w, &choice);
		more = engine_next_pick(w, &choice);
		*visible |= w_top(w)->broken != broken || w_top(w)->ended;
		note_fills_lost(s, lines);
		world_undo(w, mark, hash);
	} while (more);
	w->foot = NULL;
	if (choice.kind == CHOICE_STEP && reduction_strays(s->reduction, choice.actor, foot))
		s->astray |= 1ull << choice.actor;
	return true;
}

/*
 * Leaves only choices in [first, *end) that have to be tried: one alone where it is apart from all others, else
 * all; and the evictions and fills that matter to them.
 */
static bool reduce(struct search *s, u32 first, bool alone, u32 *end)
{
	const struct world *w = &s->arena.world;
	struct reduction_lines lines = {0};
	struct foot foot;
	bool visible;
	u32 i, at;

	if (!list_fills(s))
		return false;
	for (i = first; i < *end; i++) {
		const struct choice choice = s->choice[i];
		struct reduction_others others;

		if (!alone || (choice.kind != CHOICE_STEP && choice.kind != CHOICE_DEVICE)) {
			if (!peek(s, choice, &foot, &lines, &visible))
				return false;
			reduction_note(s->reduction, &foot, &lines);
			continue;
		}
		reduction_look(s->reduction, w, &choice, &others);
		if (!peek(s, choice, &foot, &lines, &visible))
			return false;
		if (!visible && !s->fill_lost && reduction_apart(s->reduction, w, &foot, &others)) {
			s->choice[first] = choice;
			*end = first + 1;
			lines = (struct reduction_lines){0};
			reduction_note(s->reduction, &foot, &lines);
			break;
		}
		reduction_note(s->reduction, &foot, &lines);
	}
	at = *end;
	if ((!lines.count && !lines.all) || !list(s, engine_evictions, at, &i))
		return !lines.count && !lines.all;
	for (; at < i; at++)
		if (reduction_wants(s->reduction, &s->choice[at], &lines))
			s->choice[(*end)++] = s->choice[at];
	if (!grow_choices(s, *end + s->fills))
		return false;
	for (i = 0; i < s->fills; i++)
		if (reduction_wants(s->reduction, &s->fill[i], &lines))
			s->choice[(*end)++] = s->fill[i];
	return true;
}

bool search_list(struct search *s, bool alone, u32 *end)
{
	return list(s, s->reduction ? engine_enabled_plain : engine_enabled, s->choices, end) &&
	       (!s->reduction || reduce(s, s->choices, alone, end));
}

static bool push_node(struct search *s, u32 first, u32 end)
{
	const struct world *w = &s->arena.world;

	if (s->depth == s->node_room) {
		u32 room = s->node_room ? 2 * s->node_room : 1024;
		struct node *grown = realloc(s->node, room * sizeof(*grown));

		if (!grown)
			return false;
		s->node = grown;
		s->node_room = room;
		/* and for the choices that led to them */
		if (s->trails && !trail_reserve(&s->path, s->base + room))
			return false;
	}
	s->node[s->depth++] = (struct node){
		.mark = w->logged,
		.hash = w->hash,
		.first = first,
		.next = first,
		.end = end,
	};
	s->choices = end;
	if (s->base + s->depth > s->result.depth)
		s->result.depth = s->base + s->depth;
	return true;
}

/* Puts the world's state on the path, with its choices. */
static bool push(struct search *s)
{
	u32 end;

	if (!search_list(s, true, &end))
		return false;
	if (end == s->choices && !w_top(&s->arena.world)->ended) {
		s->result.cut = true;
		s->arena.world.withheld |= engine_withheld(&s->arena.world);
	}
	return push_node(s, s->choices, end);
}

static void note_end(struct search *s)
{
	const struct w_top *top = w_top(&s->arena.world);
	struct explore_ends *ends = top->ended == END_COMPLETE ? &s->result.complete :
								 &s->result.early;

	if (!top->ended)
		return;
	ends->always = ends->count ? ends->always & top->broken : top->broken;
	ends->count++;
	/* looking at the end breaks none of these */
	if (top->broken & rule_data_mask())
		ends->spoilt = true;
	else
		ends->unspoilt = true;
}

/* The choice just applied was to finish. */
static void note_finish(struct search *s)
{
	const struct world *w = &s->arena.world;
	u32 i;

	s->result.early.stuck |= w_top(w)->ended != END_COMPLETE;
	for (i = 0; i < w->findings && w_top(w)->ended == END_COMPLETE; i++)
		if (!w->finding[i].warning)
			s->result.complete.found |= BIT(w->finding[i].rule);
}

/* The choice was applied: what it adds to figures is state, and their largest values are kept. */
static bool note_worst(struct search *s, const struct choice *choice)
{
	meter_applied(&s->meter, &s->arena.world, choice);
	return worst_note(&s->result.worst, &s->meter, s->trails ? &s->path : NULL);
}

/* Applies the next choice of the path's last state. False when the search has to stop. */
static bool step(struct search *s, struct node *node)
{
	struct explore_result *r = &s->result;
	struct world *w = &s->arena.world;
	struct choice choice = s->choice[node->next++];
	bool finish = choice.kind == CHOICE_FINISH;
	bool violated = false, exact = s->options->exact;
	enum seen_result result;
	u32 i;

	r->stop = EXPLORE_NO_MEMORY;
	if (!arena_reserve(&s->arena))
		return false;
	if (s->trails)
		s->path.choice[s->path.length++] = choice;
	if (w->k->metered)
		meter_begin(&s->meter);
	engine_apply(w, &choice);
	seen_prepare(s->seen, w);
	if (w->k->metered && !note_worst(s, &choice))
		return false;
	/* the same choice with its next alternative is tried before the next choice */
	if (w->pick.count && engine_next_pick(w, &choice))
		s->choice[--node->next] = choice;
	r->transitions++;
	if (finish)
		note_finish(s);
	for (i = 0; i < w->findings; i++) {
		if (w->finding[i].warning)
			r->warned |= BIT(w->finding[i].rule);
		else
			violated = true;
	}
	if (w->findings &&
	    !found_note(&r->found, w, s->base + s->depth, s->trails ? &s->path : NULL))
		return false;
	/* also where the state turns out to be one too many: what was seen was seen */
	r->ever |= w_top(w)->broken;
	/* most states were seen before: back already, while memory is fetched */
	if (!exact)
		world_back(w, node->mark);
	result = seen_add(s->seen, w);
	if (!exact && result != SEEN_BEFORE)
		world_forth(w, node->mark);
	switch (result) {
	case SEEN_NO_MEMORY:
		return false;
	case SEEN_NEW:
		r->states++;
		note_end(s);
		if (violated && s->options->first) {
			r->stop = EXPLORE_FIRST;
			return false;
		}
		if (s->options->max_states && r->states > s->options->max_states) {
			r->states--;
			r->stop = EXPLORE_MAX_STATES;
			return false;
		}
		return push(s);
	case SEEN_BEFORE:
		break;
	}
	if (s->trails)
		s->path.length--;
	if (exact) {
		world_undo(w, node->mark, node->hash);
	} else {
		w->logged = node->mark;
		w->hash = node->hash;
	}
	return true;
}

bool search_go(struct search *s, u64 transitions)
{
	struct explore_result *r = &s->result;
	u64 until = r->transitions + transitions;

	while (s->depth) {
		struct node *node = &s->node[s->depth - 1];

		if (node->next < node->end) {
			if (r->transitions == until)
				return true;
			if (!step(s, node))
				return false;
			continue;
		}
		/* back to the state before, whose choice led here */
		s->choices = node->first;
		s->depth--;
		if (s->depth) {
			node = &s->node[s->depth - 1];
			if (s->trails)
				s->path.length--;
			world_undo(&s->arena.world, node->mark, node->hash);
		}
	}
	r->stop = EXPLORE_COMPLETE;
	return false;
}

bool search_init(struct search *s, const struct cell *k, struct seen *seen,
		 const struct reduction *reduction, const struct explore_options *options,
		 bool trails)
{
	*s = (struct search){
		.seen = seen,
		.reduction = reduction,
		.options = options,
		.trails = trails,
		.result = {.stop = EXPLORE_NO_MEMORY},
	};
	if (!arena_init(&s->arena, k, true))
		return false;
	if (k->metered) {
		s->arena.world.listen = meter_listen;
		s->arena.world.listen_arg = &s->meter;
	}
	return arena_hurry(&s->arena) && grow_choices(s, 1024);
}

void search_free(struct search *s)
{
	explore_result_free(&s->result);
	arena_free(&s->arena);
	trail_free(&s->path);
	free(s->node);
	free(s->choice);
	free(s->fill);
}

bool search_begin(struct search *s)
{
	if (seen_add(s->seen, &s->arena.world) == SEEN_NO_MEMORY)
		return false;
	s->result.states = 1;
	return push(s);
}

bool search_take(struct search *s, const struct job *job)
{
	struct world *w = &s->arena.world;

	memcpy(s->arena.words, job->words, w->k->layout.words * sizeof(u32));
	w->hash = job->hash;
	w->logged = 0;
	s->base = job->base;
	s->depth = 0;
	s->choices = 0;
	if (s->trails && (!trail_reserve(&s->path, job->path.length + s->node_room) ||
			  !trail_copy(&s->path, job->path.choice, job->path.length)))
		return false;
	if (!grow_choices(s, job->choices))
		return false;
	memcpy(s->choice, job->choice, job->choices * sizeof(struct choice));
	return push_node(s, 0, job->choices);
}

bool search_give(struct search *s, struct job *ret)
{
	const struct world *w = &s->arena.world;
	size_t bytes = w->k->layout.words * sizeof(u32);
	struct node *node = NULL;
	size_t at;
	u32 i;

	for (i = 0; i < s->depth && !node; i++)
		if (s->node[i].next < s->node[i].end)
			node = &s->node[i];
	/* the last state's choices are quicker tried than given away */
	if (!node || i == s->depth)
		return false;
	*ret = (struct job){
		.words = malloc(bytes),
		.hash = node->hash,
		.choices = node->end - node->next,
		.choice = malloc((node->end - node->next) * sizeof(struct choice)),
		.base = s->base + i - 1,
	};
	if (!ret->words || !ret->choice ||
	    (s->trails && !trail_copy(&ret->path, s->path.choice, ret->base))) {
		job_free(ret);
		return false;
	}
	memcpy(ret->words, s->arena.words, bytes);
	for (at = w->logged; at > node->mark; at--)
		ret->words[w->log[at - 1].at] = w->log[at - 1].old;
	memcpy(ret->choice, s->choice + node->next, ret->choices * sizeof(struct choice));
	node->end = node->next;
	return true;
}

void job_free(struct job *job)
{
	free(job->words);
	free(job->choice);
	trail_free(&job->path);
	*job = (struct job){0};
}
