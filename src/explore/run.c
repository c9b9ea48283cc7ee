// SPDX-License-Identifier: GPL-2.0-or-later
#include "run.h"

#include <stdlib.h>

#include "arena.h"
#include "context.h"
#include "datum.h"

enum event_state {
	EVENT_WAITING, /* its step has not begun */
	EVENT_NEAR, /* its step is under way */
	EVENT_DUE,
	EVENT_EVICTING, /* its line has left one cache or buffer, and may be in the next */
	EVENT_DONE,
};

struct runner {
	struct arena arena;
	const struct cell *k;
	const struct run_schedule *schedule;
	const struct run_options *options;
	struct run_result *result;
	enum event_state *state;
	bool *late; /* per event: it was due before it could happen */
	u32 *ops; /* per event: cache ops its context did in the step so far */
	bool keep; /* the choices */
	bool release; /* nothing else can go on: contexts need not wait for their events any more */
};

static void runner_listen(void *arg, const struct event *event)
{
	struct runner *r = arg;
	u32 i;

	if (event->kind == EV_CACHE_OP)
		for (i = 0; i < r->schedule->events; i++)
			if (r->state[i] == EVENT_NEAR && r->schedule->event[i].ctx == event->ctx &&
			    r->schedule->event[i].step == event->step)
				r->ops[i]++;
	if (r->options->meter)
		meter_listen(r->options->meter, event);
	if (r->options->listen)
		r->options->listen(r->options->arg, event);
}

/* Is the context resting in scenario step `step`? */
static bool in_step(const struct world *w, u32 ctx, u32 step)
{
	const struct w_ctx *c = w_ctx(w, ctx);

	return c->sp && c->step == step;
}

static void events_watch(struct runner *r)
{
	const struct world *w = &r->arena.world;
	u32 i;

	for (i = 0; i < r->schedule->events; i++) {
		const struct run_event *e = &r->schedule->event[i];
		bool inside = in_step(w, e->ctx, e->step);

		if (r->state[i] == EVENT_WAITING && inside)
			r->state[i] = EVENT_NEAR;
		if (r->state[i] != EVENT_NEAR)
			continue;
		if (!inside) {
			/* the step is over: what `after` waits for, or one that did fewer ops */
			r->state[i] = EVENT_DUE;
			r->late[i] = !e->after;
		} else if (!e->after && (!e->op || (r->ops[i] + 1 == e->op &&
						    kstep_class(context_next_kstep(w, e->ctx)) ==
							    KC_CACHE_OP))) {
			r->state[i] = EVENT_DUE;
		}
	}
}

/* Can the event happen now? Then *ret is how. */
static bool event_possible(const struct world *w, const struct run_event *e, struct choice *ret)
{
	if (e->evict)
		return engine_find_eviction(w, e->page, e->offset, 0, ret);
	if (e->fill)
		return engine_find_fill(w, w->k->context[e->ctx].cpu, e->page, e->offset, ret);
	if (e->drain)
		return engine_find_drain(w, e->page, e->offset, ret);
	return engine_find_entry(w, e->enter, ret);
}

/* The first event that is due and can happen now. */
static bool event_choice(struct runner *r, struct choice *ret)
{
	u32 i;

	events_watch(r);
	for (i = 0; i < r->schedule->events; i++) {
		const struct run_event *e = &r->schedule->event[i];

		if (r->state[i] != EVENT_DUE && r->state[i] != EVENT_EVICTING)
			continue;
		if (event_possible(&r->arena.world, e, ret)) {
			r->result->fate[i] = r->late[i] ? EVENT_LATE : EVENT_ON_TIME;
			r->state[i] = e->evict || e->drain ? EVENT_EVICTING : EVENT_DONE;
			return true;
		}
		if (r->state[i] == EVENT_EVICTING)
			r->state[i] = EVENT_DONE;
		else
			r->late[i] = true;
	}
	return false;
}

/* Must the context wait for an event of the schedule before it may enter? */
static bool held_back(const struct runner *r, u32 ctx)
{
	u32 i;

	if (r->release)
		return false;
	for (i = 0; i < r->schedule->events; i++)
		if (!r->schedule->event[i].evict && !r->schedule->event[i].fill &&
		    !r->schedule->event[i].drain && r->schedule->event[i].enter == ctx &&
		    r->state[i] != EVENT_DONE && w_ctx(&r->arena.world, ctx)->state == CTX_IDLE)
			return true;
	return false;
}

static bool triggered(const struct cell *k, u32 ctx)
{
	return k->context[ctx].trigger == ON_DEVICE || k->context[ctx].trigger == ON_RAISE;
}

static bool default_choice(struct runner *r, struct choice *ret)
{
	const struct world *w = &r->arena.world;
	const struct cell *k = r->k;
	u32 i;

	for (i = 0; i < k->devices; i++) {
		*ret = (struct choice){CHOICE_DEVICE, (u16)i, 0, 0, 0};
		if (engine_possible(w, ret))
			return true;
	}
	for (i = 0; i < k->contexts; i++)
		if (triggered(k, i) && !held_back(r, i) && engine_find_entry(w, i, ret))
			return true;
	for (i = 0; i < k->contexts; i++) {
		*ret = (struct choice){CHOICE_STEP, (u16)i, 0, 0, 0};
		if (engine_possible(w, ret))
			return true;
		/* an interrupt of the file's lower part waits until the ones above get no further */
		if (!w_cpu(w, k->context[i].cpu)->current && !held_back(r, i) &&
		    engine_find_entry(w, i, ret))
			return true;
	}
	/* a context hangs on its CPU, but interrupts still get through */
	for (i = 0; i < k->contexts; i++)
		if (!held_back(r, i) && engine_find_entry(w, i, ret))
			return true;
	return false;
}

static bool next_choice(struct runner *r, struct choice *ret)
{
	bool released;

	if (w_top(&r->arena.world)->ended)
		return false;
	if (event_choice(r, ret) || default_choice(r, ret))
		return true;
	/* a context whose event never came gets its turn at the end */
	r->release = true;
	released = default_choice(r, ret);
	r->release = false;
	if (released || engine_drains(&r->arena.world, ret, 1))
		return true;
	*ret = (struct choice){.kind = CHOICE_FINISH};
	return true;
}

static bool take(struct runner *r, const struct choice *choice)
{
	struct world *w = &r->arena.world;
	struct choice taken = *choice;
	u32 i;

	if (r->options->meter)
		meter_begin(r->options->meter);
	engine_apply(w, choice);
	if (r->options->meter)
		meter_applied(r->options->meter, w, choice);
	taken.pick = w->pick.value | (w->pick.by_tag ? PICK_BY_TAG : 0);
	if (r->keep && !trail_add(&r->result->taken, taken))
		return false;
	r->result->steps++;
	for (i = 0; i < w->findings; i++)
		if (w->finding[i].warning)
			r->result->warned |= BIT(w->finding[i].rule);
	if (r->options->applied)
		r->options->applied(r->options->arg, w, &taken);
	return !w->findings || found_note(&r->result->found, w, r->result->steps, NULL);
}

static bool runner_init(struct runner *r, const struct cell *k, const struct run_options *options,
			struct run_result *ret, bool undo)
{
	*ret = (struct run_result){.stop = RUN_NO_MEMORY};
	bug_on(!k->identities, "running a cell that keeps no identities");
	r->k = k;
	r->options = options;
	r->result = ret;
	return arena_init(&r->arena, k, undo);
}

static void runner_close(struct runner *r)
{
	struct run_result *ret = r->result;

	ret->broken = w_top(&r->arena.world)->broken;
	ret->end = (enum world_end)w_top(&r->arena.world)->ended;
	memcpy(ret->line_done, r->arena.world.line_done, sizeof(ret->line_done));
	ret->step_done = r->arena.step_done;
	r->arena.step_done = NULL;
	arena_free(&r->arena);
}

/* The context's next step was executed as often as the identities of its stores can tell apart. */
static bool worn_out(const struct world *w, const struct choice *choice)
{
	u32 step;

	if (!w->k->identities || (choice->kind != CHOICE_STEP && choice->kind != CHOICE_ENTER))
		return false;
	step = w_ctx(w, choice->actor)->step;
	return step < w->k->steps && w->word[w->k->layout.iteration + step] >> DATUM_ITERATION_BITS;
}

/* The limits that any run honours; false when it has to stop. */
static bool may_go_on(struct runner *r)
{
	const struct run_options *o = r->options;

	if (o->interrupted && *o->interrupted) {
		r->result->stop = RUN_INTERRUPTED;
		return false;
	}
	if (o->max_steps && r->result->steps >= o->max_steps) {
		r->result->stop = RUN_MAX_STEPS;
		return false;
	}
	if (o->progress && (r->result->steps & 0xffff) == 0xffff)
		o->progress(o->progress_arg, r->result->steps);
	return true;
}

void run_scheduled(const struct cell *k, const struct run_schedule *schedule,
		   const struct run_options *options, struct run_result *ret)
{
	struct runner r = {.schedule = schedule, .keep = true};
	struct choice choice;

	if (!runner_init(&r, k, options, ret, false))
		return;
	r.state = calloc(schedule->events + 1, sizeof(*r.state));
	r.late = calloc(schedule->events + 1, sizeof(*r.late));
	r.ops = calloc(schedule->events + 1, sizeof(*r.ops));
	ret->fate = calloc(schedule->events + 1, sizeof(*ret->fate));
	if (r.state && r.late && r.ops && ret->fate) {
		ret->stop = RUN_ENDED;
		r.arena.world.random = k->machine.seed;
		if (schedule->events || options->listen || options->meter) {
			r.arena.world.listen = runner_listen;
			r.arena.world.listen_arg = &r;
		}
		while (may_go_on(&r) && next_choice(&r, &choice)) {
			if (!take(&r, &choice)) {
				ret->stop = RUN_NO_MEMORY;
				break;
			}
			if (worn_out(&r.arena.world, &choice)) {
				ret->stop = RUN_MAX_STEPS;
				break;
			}
		}
	}
	runner_close(&r);
	free(r.state);
	free(r.late);
	free(r.ops);
}

static void diverged(struct runner *r, const struct choice *choice, enum misfit misfit,
		     struct trail_mark is)
{
	const struct run_options *o = r->options;

	r->result->stop = RUN_DIVERGED;
	if (o->diverged)
		o->diverged(o->arg, &r->arena.world, choice, misfit, is);
}

void run_trail(const struct cell *k, const struct trail *trail, const struct run_options *options,
	       struct run_result *ret)
{
	static const struct run_schedule none;
	struct runner r = {.schedule = &none};
	struct world *w = &r.arena.world;
	struct trail_marker marker;

	if (!runner_init(&r, k, options, ret, true))
		return;
	if (!trail_marker_init(&marker, k)) {
		runner_close(&r);
		return;
	}
	if (options->listen) {
		w->listen = options->listen;
		w->listen_arg = options->arg;
	}
	ret->stop = RUN_ENDED;
	while (ret->steps < trail->length && may_go_on(&r)) {
		const struct choice *choice = &trail->choice[ret->steps];
		struct trail_mark is = trail_marker_next(&marker, w, choice);
		u64 hash = w->hash;

		if (!engine_possible(w, choice)) {
			diverged(&r, choice, MISFIT_IMPOSSIBLE, is);
			break;
		}
		if (trail->mark && !trail_mark_fits(trail->mark[ret->steps], is)) {
			diverged(&r, choice, MISFIT_EFFECT, is);
			break;
		}
		/* one choice is all that is ever taken back */
		w->logged = 0;
		if (!arena_reserve(&r.arena) || !take(&r, choice)) {
			ret->stop = RUN_NO_MEMORY;
			break;
		}
		if (!engine_pick_fits(w)) {
			world_undo(w, 0, hash);
			ret->steps--;
			diverged(&r, choice, MISFIT_PICK, is);
			break;
		}
	}
	trail_marker_free(&marker);
	runner_close(&r);
}

void run_result_free(struct run_result *r)
{
	found_free(&r->found);
	trail_free(&r->taken);
	free(r->fate);
	free(r->step_done);
	*r = (struct run_result){0};
}
