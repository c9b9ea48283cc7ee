// SPDX-License-Identifier: GPL-2.0-or-later
#include "explore.h"

#include <stdlib.h>

#include "arena.h"
#include "seen.h"

/* One state on the path: how to get back to it, and which of its choices are still to be tried. */
struct node {
	size_t mark;
	u64 hash;
	u32 first, next, end; /* in search.choice[] */
};

struct search {
	struct arena arena;
	struct seen seen;
	struct node *node;
	u32 depth, node_room;
	struct choice
		*choice; /* the enabled choices of all states on the path, one after the other */
	u32 choices, choice_room;
	struct trail path;
	const struct explore_options *options;
	struct explore_result *result;
};

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

/* Puts the world's state on the path, with its choices. */
static bool push(struct search *s)
{
	const struct world *w = &s->arena.world;
	u32 n;

	if (s->depth == s->node_room) {
		u32 room = s->node_room ? 2 * s->node_room : 1024;
		struct node *grown = realloc(s->node, room * sizeof(*grown));

		if (!grown)
			return false;
		s->node = grown;
		s->node_room = room;
	}
	n = engine_enabled(w, s->choice + s->choices, s->choice_room - s->choices);
	if (n > s->choice_room - s->choices) {
		if (!grow_choices(s, s->choices + n))
			return false;
		n = engine_enabled(w, s->choice + s->choices, s->choice_room - s->choices);
	}
	s->node[s->depth++] = (struct node){
		.mark = w->logged,
		.hash = w->hash,
		.first = s->choices,
		.next = s->choices,
		.end = s->choices + n,
	};
	s->choices += n;
	if (s->depth > s->result->depth)
		s->result->depth = s->depth;
	return true;
}

static void note_end(struct search *s)
{
	const struct w_top *top = w_top(&s->arena.world);
	struct explore_result *r = s->result;

	if (!top->ended)
		return;
	r->always = r->ends ? r->always & top->broken : top->broken;
	r->ends++;
	r->ends_complete += top->ended == END_COMPLETE;
}

/* Applies the next choice of the path's last state. Returns false when the search has to stop. */
static bool step(struct search *s, struct node *node)
{
	struct explore_result *r = s->result;
	struct world *w = &s->arena.world;
	struct choice choice = s->choice[node->next++];
	bool violated = false;
	u32 i;

	r->stop = EXPLORE_NO_MEMORY;
	if (!arena_reserve(&s->arena) || !trail_add(&s->path, choice))
		return false;
	engine_apply(w, &choice);
	/* the same choice with its next alternative is tried before the next choice */
	if (engine_next_pick(w, &choice))
		s->choice[--node->next] = choice;
	r->transitions++;
	for (i = 0; i < w->findings; i++) {
		if (w->finding[i].warning)
			r->warned |= BIT(w->finding[i].rule);
		else
			violated = true;
	}
	if (w->findings && !found_note(&r->found, w, s->path.length, &s->path))
		return false;
	/* also where the state turns out to be one too many: what was seen was seen */
	r->ever |= w_top(w)->broken;
	switch (seen_add(&s->seen, w->hash)) {
	case SEEN_NO_MEMORY:
		return false;
	case SEEN_NEW:
		if (s->options->max_states && s->seen.count > s->options->max_states) {
			s->seen.count--;
			r->stop = EXPLORE_MAX_STATES;
			return false;
		}
		note_end(s);
		if (violated && s->options->first) {
			r->stop = EXPLORE_FIRST;
			return false;
		}
		return push(s);
	case SEEN_BEFORE:
		break;
	}
	s->path.length--;
	world_undo(w, node->mark, node->hash);
	return true;
}

static void search_run(struct search *s)
{
	const struct explore_options *o = s->options;
	struct explore_result *r = s->result;

	while (s->depth) {
		struct node *node = &s->node[s->depth - 1];

		if (o->interrupted && *o->interrupted) {
			r->stop = EXPLORE_INTERRUPTED;
			return;
		}
		if (o->progress && (r->transitions & 0xffff) == 0xffff)
			o->progress(o->progress_arg, s->seen.count, r->transitions, s->depth);
		if (node->next < node->end) {
			if (!step(s, node))
				return;
			continue;
		}
		/* back to the state before, whose choice led here */
		s->choices = node->first;
		s->depth--;
		if (s->depth) {
			node = &s->node[s->depth - 1];
			s->path.length--;
			world_undo(&s->arena.world, node->mark, node->hash);
		}
	}
	r->stop = EXPLORE_COMPLETE;
}

void explore(const struct cell *k, const struct explore_options *options,
	     struct explore_result *ret)
{
	struct search s = {.options = options, .result = ret};

	bug_on(k->identities && !k->polls, "exploring a cell that keeps identities");
	*ret = (struct explore_result){.stop = EXPLORE_NO_MEMORY};
	if (arena_init(&s.arena, k, true)) {
		if (seen_init(&s.seen) && grow_choices(&s, 1024)) {
			seen_add(&s.seen, s.arena.world.hash);
			if (push(&s))
				search_run(&s);
		}
		ret->states = s.seen.count;
		memcpy(ret->line_done, s.arena.world.line_done, sizeof(ret->line_done));
		ret->step_done = s.arena.step_done;
		s.arena.step_done = NULL;
		seen_free(&s.seen);
		arena_free(&s.arena);
	}
	trail_free(&s.path);
	free(s.node);
	free(s.choice);
}

void explore_result_free(struct explore_result *r)
{
	found_free(&r->found);
	free(r->step_done);
	r->step_done = NULL;
}
