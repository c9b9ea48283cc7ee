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
	return list(s, s->reduction ? engine_enabled_plain : engine_enabled, 0, end) &&
	       (!s->reduction || reduce(s, 0, alone, end));
}

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

/* Applies a choice of the path's last state, and notes what it shows. False when the search has to stop. */
static bool apply(struct search *s, const struct choice *choice)
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
	return found_note(&r->found, w, s->node[s->depth - 1].taken + 1,
			  s->trails ? &s->path : NULL) &&
	       r->stop != EXPLORE_FIRST;
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

/*
 * Applies a choice of the path's last state with all its alternatives, and takes each back. What it changed stays in the
 * log, and what it leads to becomes a child. False when the search has to stop.
 */
static bool try_choice(struct search *s, struct choice choice)
{
	const struct node *node = &s->node[s->depth - 1];
	struct world *w = &s->arena.world;
	bool more, new = true;

	do {
		struct child child = {.mark = w->logged, .way = s->ways.length};

		if (!apply(s, &choice))
			return false;
		if (s->options->exact && !keep_state(s, &new))
			return false;
		if (s->trails) {
			s->path.length = node->taken;
			if (new && !trail_add(&s->ways, choice))
				return false;
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

	s->child[s->children++] = (struct child){w->logged, from->hash, s->ways.length};
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
	if (!search_list(s, true, &end) || !push_node(s, mark, taken))
		return false;
	if (!end && !w_top(w)->ended) {
		s->result.cut = true;
		w->withheld |= engine_withheld(w);
	}
	/* the last one to be tried is the first one to be visited */
	while (end)
		if (!try_choice(s, s->choice[--end]))
			return false;
	return s->options->exact || note_children(s, first);
}

/* Visits the last child of the path's last state. */
static bool visit(struct search *s)
{
	struct child child = s->child[--s->children];
	u32 taken = s->node[s->depth - 1].taken + 1;
	struct world *w = &s->arena.world;

	world_forth(w, child.mark, child.hash);
	if (s->trails) {
		if (!trail_add(&s->path, s->ways.choice[child.way]))
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
	return arena_hurry(&s->arena) && grow_choices(s, 1024);
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
