// SPDX-License-Identifier: GPL-2.0-or-later
#include "playback.h"

/* Where the undo log stood before a choice. */
struct before {
	size_t mark;
	u64 hash;
};

static void on_event(void *arg, const struct event *event)
{
	struct playback *p = arg;

	g_array_append_val(p->events, *event);
}

struct playback *playback_new(const struct compiled *c, const struct trail *trail)
{
	struct playback *p = g_new0(struct playback, 1);

	p->compiled = c;
	p->trail = trail;
	if (!arena_init(&p->arena, &c->cell, true)) {
		g_free(p);
		return NULL;
	}
	p->events = g_array_new(FALSE, FALSE, sizeof(struct event));
	p->back = g_array_new(FALSE, FALSE, sizeof(struct before));
	p->arena.world.listen = on_event;
	p->arena.world.listen_arg = p;
	return p;
}

void playback_free(struct playback *p)
{
	arena_free(&p->arena);
	g_array_unref(p->events);
	g_array_unref(p->back);
	g_free(p);
}

gboolean playback_forward(struct playback *p)
{
	struct world *w = &p->arena.world;
	struct before before = {w->logged, w->hash};

	if (p->at == p->trail->length || !arena_reserve(&p->arena))
		return FALSE;
	g_array_append_val(p->back, before);
	g_array_set_size(p->events, 0);
	engine_apply(w, &p->trail->choice[p->at++]);
	return TRUE;
}

static void back(struct playback *p)
{
	struct before *before = &g_array_index(p->back, struct before, p->at - 1);

	world_undo(&p->arena.world, before->mark, before->hash);
	g_array_set_size(p->back, --p->at);
	g_array_set_size(p->events, 0);
	p->arena.world.findings = 0;
}

void playback_seek(struct playback *p, u32 at)
{
	gboolean went_back = p->at > at;

	while (p->at > at)
		back(p);
	/* one more, and forward again, so that the events and findings of the last one are there */
	if (went_back && at) {
		back(p);
		playback_forward(p);
	}
	while (p->at < at && playback_forward(p))
		;
}

struct doing playback_next(const struct playback *p)
{
	const struct world *w = &p->arena.world;
	const struct cell *k = w->k;
	const struct choice *choice = &p->trail->choice[p->at];
	struct doing doing = {{trail_effect(w, choice), MARK_UNKNOWN}, NO_ID};

	if (choice->kind == CHOICE_STEP) {
		const struct context_def *def = &k->context[choice->actor];
		u32 step = w_ctx(w, choice->actor)->step;

		/* behind the last step an interrupt returns */
		doing.step = step < def->first_step + def->steps ? step : NO_ID;
	}
	if (choice->kind == CHOICE_DEVICE && w_device(w, choice->actor)->starter)
		doing.step = w_device(w, choice->actor)->starter - 1;
	return doing;
}
