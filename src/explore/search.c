// SPDX-License-Identifier: GPL-2.0-or-later
#include "search.h"

#include <stdlib.h>

#include "departures.h"
#include "list.h"

static bool push_node(struct search *s, size_t mark, u32 taken)
{
	const struct world *w = &s->arena.world;

	if (s->depth == s->node_room) {
		u32 room = s->node_room ? 2 * s->node_room : 1024;
		struct node *grown = realloc(s->node, room * sizeof(*grown));

		if (!grown)
			return false;
		s->node = grown;
		s->node_room = room;
	}
	s->node[s->depth++] = (struct node){
		.mark = mark,
		.start = w->logged,
		.hash = w->hash,
		.taken = taken,
		.first = s->children,
	};
	if (taken > s->result.depth)
		s->result.depth = taken;
	return true;
}

static bool push_child(struct search *s, struct child child)
{
	if (s->children == s->child_room) {
		u32 room = s->child_room ? 2 * s->child_room : 1024;
		struct child *grown = realloc(s->child, room * sizeof(*grown));

		if (!grown)
			return false;
		s->child = grown;
		s->child_room = room;
	}
	s->child[s->children++] = child;
	return true;
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

/* Applies a choice, the schedule's number `at`, and notes what it shows. False when the search has to stop. */
static bool apply(struct search *s, const struct choice *choice, u32 at)
{
	struct explore_result *r = &s->result;
	struct world *w = &s->arena.world;
	u32 i;

	if (!arena_reserve(&s->arena))
		return false;
	if (s->trails && !trail_add(&s->path, *choice))
		return false;
	if (w->k->metered)
		meter_begin(&s->meter);
	engine_apply(w, choice);
	if (w->k->metered && !note_worst(s, choice))
		return false;
	r->transitions++;
	if (choice->kind == CHOICE_FINISH)
		note_finish(s);
	/* also where the state turns out to be one too many: what was seen was seen */
	r->ever |= w_top(w)->broken;
	if (!w->findings)
		return true;
	for (i = 0; i < w->findings; i++) {
		if (w->finding[i].warning)
			r->warned |= BIT(w->finding[i].rule);
		else if (s->options->first)
			r->stop = EXPLORE_FIRST;
	}
	return found_note(&r->found, w, at, s->trails ? &s->path : NULL) && r->stop != EXPLORE_FIRST;
}

/* One that was not there before, unless it is one too many. */
static bool count_state(struct search *s)
{
	struct explore_result *r = &s->result;

	if (s->options->max_states && r->states == s->options->max_states) {
		r->stop = EXPLORE_MAX_STATES;
		return false;
	}
	r->states++;
	return true;
}

/* Where states are kept they are looked up while the world is in them. False when the search has to stop. */
static bool keep_state(struct search *s, bool *new)
{
	enum seen_result result = seen_keep(s->seen, &s->arena.world);

	*new = result == SEEN_NEW;
	return result != SEEN_NO_MEMORY && (!*new || count_state(s));
}

/* Applies search.choice[first] to `last`, which is taken as `choice`. False when the search has to stop. */
static bool apply_run(struct search *s, u32 first, u32 last, const struct choice *choice)
{
	u32 at = s->node[s->depth - 1].taken, i;

	for (i = first; i < last; i++) {
		struct choice then = s->choice[i];

		then.kind &= (u16)~CHOICE_THEN;
		if (!apply(s, &then, ++at))
			return false;
	}
	return apply(s, choice, at + 1);
}

/* The path's choices from its last state on become a way. */
static bool keep_way(struct search *s)
{
	u32 i;

	for (i = s->node[s->depth - 1].taken; i < s->path.length; i++)
		if (!trail_add(&s->ways, s->path.choice[i]))
			return false;
	return true;
}

/*
 * Applies choices of the path's last state, the last one of them with all its alternatives, and takes each back. What
 * they changed stays in the log, and what they lead to becomes a child. False when the search has to stop.
 */
static bool try_run(struct search *s, u32 first, u32 last)
{
	const struct node *node = &s->node[s->depth - 1];
	struct world *w = &s->arena.world;
	struct choice choice = s->choice[last];
	bool more, new = true;

	do {
		struct child child = {w->logged, 0, s->ways.length, last - first + 1};

		if (!apply_run(s, first, last, &choice))
			return false;
		if (s->options->exact && !keep_state(s, &new))
			return false;
		if (s->trails) {
			if (new && !keep_way(s))
				return false;
			s->path.length = node->taken;
		}
		more = w->pick.count && engine_next_pick(w, &choice);
		child.hash = w->hash;
		if (!s->options->exact)
			seen_prepare(s->seen, child.hash);
		world_back(w, child.mark, node->hash);
		if (!new)
			w->logged = child.mark;
		else if (!push_child(s, child))
			return false;
	} while (more);
	return true;
}

/* Makes the child, which ends where the next one begins, the last one. */
static void move_child(struct search *s, const struct child *from, const struct child *next)
{
	struct world *w = &s->arena.world;
	size_t changes = next->mark - from->mark;
	u32 choices = next->way - from->way;

	s->child[s->children++] = (struct child){w->logged, from->hash, s->ways.length,
						   from->choices};
	memmove(w->log + w->logged, w->log + from->mark, changes * sizeof(*w->log));
	w->logged += changes;
	if (choices)
		memmove(s->ways.choice + s->ways.length, s->ways.choice + from->way,
			choices * sizeof(struct choice));
	s->ways.length += choices;
}

/*
 * Notes the children of the path's last state, which memory had some time for since they were met. Those that were noted
 * before go. False when the search has to stop.
 */
static bool note_children(struct search *s, u32 first)
{
	struct world *w = &s->arena.world;
	struct child end = {.mark = w->logged, .way = s->ways.length};
	u32 children = s->children, i;
	bool go_on = true;

	if (first == children)
		return true;
	w->logged = s->child[first].mark;
	s->ways.length = s->child[first].way;
	s->children = first;
	seen_enter(s->seen, s->thread);
	for (i = first; i < children && go_on; i++) {
		struct child child = s->child[i];

		switch (seen_add(s->seen, s->thread, child.hash)) {
		case SEEN_NO_MEMORY:
			go_on = false;
			break;
		case SEEN_NEW:
			go_on = count_state(s);
			move_child(s, &child, i + 1 < children ? &s->child[i + 1] : &end);
			break;
		case SEEN_BEFORE:
			break;
		}
	}
	seen_leave(s->seen, s->thread);
	return go_on;
}

/* Puts the world's state on the path, and beside it what its choices lead to. False when the search has to stop. */
static bool push(struct search *s, size_t mark, u32 taken)
{
	struct world *w = &s->arena.world;
	u32 first = s->children, end;

	s->result.stop = EXPLORE_NO_MEMORY;
	note_end(s);
	if (!list_choices(s, true, &end) || !push_node(s, mark, taken))
		return false;
	if (!end && !w_top(w)->ended) {
		s->result.cut = true;
		w->withheld |= engine_withheld(w);
	}
	/* the last one to be tried is the first one to be visited */
	while (end) {
		u32 last = end - 1;

		for (end = last; end && s->choice[end - 1].kind & CHOICE_THEN; end--)
			;
		if (!try_run(s, end, last))
			return false;
	}
	return s->options->exact || note_children(s, first);
}

/* Visits the last child of the path's last state. */
static bool visit(struct search *s)
{
	struct child child = s->child[--s->children];
	u32 taken = s->node[s->depth - 1].taken + child.choices, i;
	struct world *w = &s->arena.world;

	world_forth(w, child.mark, child.hash);
	if (s->trails) {
		for (i = child.way; i < s->ways.length; i++)
			if (!trail_add(&s->path, s->ways.choice[i]))
				return false;
		s->ways.length = child.way;
	}
	return push(s, child.mark, taken);
}

/* Back to the state before. */
static void pop(struct search *s)
{
	const struct node *node = &s->node[--s->depth];
	struct world *w = &s->arena.world;

	if (!s->depth)
		return;
	/* what was given away lies between */
	w->logged = node->start;
	world_undo(w, node->mark, node[-1].hash);
	if (s->trails)
		s->path.length = node[-1].taken;
}

bool search_go(struct search *s, u64 transitions)
{
	struct explore_result *r = &s->result;
	u64 until = r->transitions + transitions;

	while (s->depth) {
		if (s->children == s->node[s->depth - 1].first) {
			pop(s);
			continue;
		}
		if (r->transitions >= until)
			return true;
		if (!visit(s))
			return false;
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
	return arena_hurry(&s->arena) && list_room(s, 1024);
}

void search_free(struct search *s)
{
	explore_result_free(&s->result);
	arena_free(&s->arena);
	trail_free(&s->path);
	trail_free(&s->ways);
	free(s->node);
	free(s->child);
	free(s->choice);
	free(s->fill);
}

bool search_begin(struct search *s)
{
	struct world *w = &s->arena.world;
	enum seen_result result;

	s->result.stop = EXPLORE_NO_MEMORY;
	if (s->options->exact) {
		result = seen_keep(s->seen, w);
	} else {
		seen_enter(s->seen, s->thread);
		result = seen_add(s->seen, s->thread, w->hash);
		seen_leave(s->seen, s->thread);
	}
	if (result == SEEN_NO_MEMORY)
		return false;
	s->result.states = 1;
	return push(s, 0, 0);
}

bool search_take(struct search *s, const struct job *job)
{
	struct world *w = &s->arena.world;
	u32 i;

	memcpy(s->arena.words, job->words, w->k->layout.words * sizeof(u32));
	w->hash = job->hash;
	w->logged = 0;
	s->depth = s->children = s->ways.length = 0;
	if (!push_node(s, 0, job->taken))
		return false;
	w->logged = job->changes;
	if (!arena_reserve(&s->arena))
		return false;
	memcpy(w->log, job->log, job->changes * sizeof(*job->log));
	for (i = 0; i < job->children; i++)
		if (!push_child(s, job->child[i]))
			return false;
	return true;
}

/* The words of the path's state `at`. */
static void words_of(const struct search *s, u32 at, u32 *words)
{
	const struct world *w = &s->arena.world;
	size_t i;
	u32 d;

	memcpy(words, s->arena.words, w->k->layout.words * sizeof(u32));
	for (d = s->depth; --d > at;)
		for (i = s->node[d].start; i > s->node[d].mark; i--)
			words[w->log[i - 1].at] = w->log[i - 1].old;
}

bool search_give(struct search *s, struct job *ret)
{
	const struct world *w = &s->arena.world;
	const struct node *node, *next;
	u32 at = 0, i;

	/* the last state's children are quicker visited than given away */
	while (at + 1 < s->depth && s->node[at].first == s->node[at + 1].first)
		at++;
	if (at + 1 >= s->depth)
		return false;
	node = &s->node[at];
	next = node + 1;
	*ret = (struct job){
		.words = malloc(w->k->layout.words * sizeof(u32)),
		.hash = node->hash,
		.changes = next->mark - node->start,
		.log = malloc((next->mark - node->start) * sizeof(struct undo)),
		.children = next->first - node->first,
		.child = malloc((next->first - node->first) * sizeof(struct child)),
		.taken = node->taken,
	};
	if (!ret->words || !ret->log || !ret->child) {
		job_free(ret);
		return false;
	}
	words_of(s, at, ret->words);
	memcpy(ret->log, w->log + node->start, ret->changes * sizeof(*ret->log));
	memcpy(ret->child, s->child + node->first, ret->children * sizeof(*ret->child));
	for (i = 0; i < ret->children; i++)
		ret->child[i].mark -= node->start;
	/* no state up to this one has children left */
	for (i = 0; i <= at; i++)
		s->node[i].first = next->first;
	return true;
}

void job_free(struct job *job)
{
	free(job->words);
	free(job->log);
	free(job->child);
	*job = (struct job){0};
}
