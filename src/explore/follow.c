// SPDX-License-Identifier: GPL-2.0-or-later
#include "follow.h"

#include <stdlib.h>

#include "arena.h"

/* A refill and the repair of an invalid half, with room for a TLB that thrashes. */
#define REFILLS_MAX 8u
/* How much longer than the record a run may get before the access counts as not reached. */
#define GO_ON_FACTOR 4u
#define GO_ON_LEAST 10000u

static bool progress_init(struct progress *p, const struct cell *k)
{
	*p = (struct progress){
		.steps = calloc(k->contexts + 1, sizeof(*p->steps)),
		.ops = calloc(k->contexts + 1, sizeof(*p->ops)),
	};
	return p->steps && p->ops;
}

static void progress_free(struct progress *p)
{
	free(p->steps);
	free(p->ops);
	*p = (struct progress){0};
}

static void progress_event(struct progress *p, const struct event *e)
{
	/* what a step that is taken again was for */
	if (e->kind == EV_TLB_REFILL || e->kind == EV_TLB_REPAIR ||
	    (e->kind == EV_DRAIN && e->d == DRAIN_SYNC))
		p->refilled = true;
	if (e->ctx == NO_ID)
		return;
	if (e->kind == EV_STEP_BEGIN || e->kind == EV_STEP_END) {
		p->steps[e->ctx]++;
		p->ops[e->ctx] = 0;
	} else if (e->kind == EV_CACHE_OP) {
		p->ops[e->ctx]++;
	}
}

bool record_init(struct record *r, const struct cell *k)
{
	*r = (struct record){0};
	return progress_init(&r->progress, k);
}

void record_free(struct record *r)
{
	progress_free(&r->progress);
	free(r->anchor);
	*r = (struct record){0};
}

void record_event(struct record *r, const struct event *event)
{
	progress_event(&r->progress, event);
}

static bool of_context(const struct choice *c)
{
	return c->kind == CHOICE_STEP || c->kind == CHOICE_ENTER;
}

bool record_choice(struct record *r, const struct choice *choice)
{
	const struct progress *p = &r->progress;

	if (r->length == r->room) {
		u32 room = r->room ? 2 * r->room : 256;
		struct anchor *grown = realloc(r->anchor, room * sizeof(*grown));

		if (!grown)
			return false;
		r->anchor = grown;
		r->room = room;
	}
	r->anchor[r->length++] = (struct anchor){
		.choice = *choice,
		.steps = of_context(choice) ? p->steps[choice->actor] : 0,
		.ops = of_context(choice) ? p->ops[choice->actor] : 0,
		.refilled = p->refilled,
	};
	r->progress.refilled = false;
	return true;
}

static bool same_granule(const struct cell *k, const struct access *a, u32 offset)
{
	return align_down(offset & (cell_page_bytes(k) - 1), 1u << k->granule_shift) == a->offset;
}

bool access_is(const struct cell *k, const struct access *a, const struct event *e)
{
	if (e->step != a->step)
		return false;
	switch (a->kind) {
	case ACCESS_READ:
		if (e->kind == EV_DMA_READ)
			return e->a == a->page && same_granule(k, a, e->b);
		return e->kind == EV_LOAD && e->c == a->page && same_granule(k, a, e->a);
	case ACCESS_REACH:
		if (e->kind == EV_CACHE_OP)
			return e->e == a->page && same_granule(k, a, e->b);
		return (e->kind == EV_LOAD || e->kind == EV_STORE) && e->c == a->page &&
		       same_granule(k, a, e->a);
	case ACCESS_END:
		break;
	}
	return false;
}

struct follower {
	struct arena arena;
	const struct cell *k;
	const struct record *record;
	const struct follow_options *options;
	struct follow_result *result;
	struct progress progress;
	u32 *was_steps, *was_ops; /* per context: its last anchor */
	u32 *ahead; /* per context: refills of the record that were not needed: it is that many choices ahead */
	u32 *enter, *device; /* per context, device: turns that were not possible yet */
	u32 seen; /* accesses so far */
};

static void judge(struct follower *f, const struct event *e)
{
	const struct access *a = f->options->access;
	struct meaning at = {a->page, a->offset};
	u32 reached = e->kind == EV_CACHE_OP ? e->c : e->b;

	f->result->reached = true;
	f->result->token = e->d;
	f->result->right = e->kind == EV_DMA_READ || cell_page_of(f->k, reached) == a->page;
	if (a->kind != ACCESS_REACH)
		f->result->right &= e->d == oracle_newest(&f->arena.world, at);
}

static void follower_listen(void *arg, const struct event *event)
{
	struct follower *f = arg;

	progress_event(&f->progress, event);
	if (!f->result->reached && access_is(f->k, f->options->access, event) &&
	    ++f->seen == f->options->access->nth)
		judge(f, event);
	if (f->options->listen)
		f->options->listen(f->options->arg, event);
}

/* The schedule is complete: was the data kept? */
static void judge_end(struct follower *f)
{
	const struct access *a = f->options->access;
	struct meaning at = {a->page, a->offset};
	const struct world *w = &f->arena.world;

	if (a->kind != ACCESS_END || w_top(w)->ended != END_COMPLETE)
		return;
	f->result->reached = true;
	f->result->right = oracle_kept(w, at);
	f->result->token = oracle_newest(w, at);
}

static bool finished(const struct follower *f)
{
	return f->result->reached || w_top(&f->arena.world)->ended;
}

static bool take(struct follower *f, const struct choice *choice)
{
	struct world *w = &f->arena.world;

	if (finished(f) || !engine_possible(w, choice))
		return false;
	f->progress.refilled = false;
	engine_apply(w, choice);
	f->result->choices++;
	judge_end(f);
	if (f->options->applied)
		f->options->applied(f->options->arg, w, choice);
	return true;
}

static bool take_step(struct follower *f, u32 ctx)
{
	const struct choice choice = {.kind = CHOICE_STEP, .actor = (u16)ctx};

	return take(f, &choice);
}

/* Takes a step, and what refills it needs that the record does not have. */
static bool step(struct follower *f, const struct anchor *a)
{
	u32 ctx = a->choice.actor, i;

	if (!take(f, &a->choice))
		return false;
	if (a->refilled) {
		f->ahead[ctx] += !f->progress.refilled;
		return true;
	}
	for (i = 0; i < REFILLS_MAX + f->k->machine.buffer.ways && f->progress.refilled; i++) {
		if (!take_step(f, ctx))
			break;
		f->result->put_in++;
	}
	return true;
}

/* Brings the context to where it was in the record. */
static void catch_up(struct follower *f, const struct anchor *a)
{
	u32 ctx = a->choice.actor;

	while (f->progress.steps[ctx] < a->steps && take_step(f, ctx))
		f->result->put_in++;
}

static void follow_step(struct follower *f, const struct anchor *a)
{
	u32 ctx = a->choice.actor;
	bool next = f->was_steps[ctx] != a->steps;

	f->was_steps[ctx] = a->steps;
	f->was_ops[ctx] = a->ops;
	if (f->progress.steps[ctx] > a->steps ||
	    (f->progress.steps[ctx] == a->steps && next)) {
		/* here already */
		f->result->left_out++;
	} else if (f->ahead[ctx] && !a->refilled) {
		f->ahead[ctx]--;
		f->result->left_out++;
	} else if (!step(f, a)) {
		f->result->left_out++;
	}
	catch_up(f, a);
	if (next)
		f->ahead[ctx] = 0;
}

/* The context that an entry interrupts gets as many cache ops done as it had in the record. */
static void interrupted_catches_up(struct follower *f, u32 cpu)
{
	u32 ctx = w_cpu(&f->arena.world, cpu)->current - 1;

	if (ctx == NO_ID || f->progress.steps[ctx] != f->was_steps[ctx])
		return;
	while (f->progress.ops[ctx] < f->was_ops[ctx] &&
	       f->progress.steps[ctx] == f->was_steps[ctx] && take_step(f, ctx))
		f->result->put_in++;
}

static bool enter(struct follower *f, u32 ctx)
{
	struct choice choice;

	return !finished(f) && engine_find_entry(&f->arena.world, ctx, &choice) &&
	       take(f, &choice);
}

static bool device_turn(struct follower *f, u32 device)
{
	const struct choice choice = {.kind = CHOICE_DEVICE, .actor = (u16)device};

	return take(f, &choice);
}

/* What could not happen when it did in the record. */
static void late_ones(struct follower *f)
{
	u32 i;

	for (i = 0; i < f->k->devices; i++)
		while (f->device[i] && device_turn(f, i))
			f->device[i]--;
	for (i = 0; i < f->k->contexts; i++)
		while (f->enter[i] && enter(f, i))
			f->enter[i]--;
}

static void follow_choice(struct follower *f, const struct anchor *a)
{
	u32 actor = a->choice.actor;

	late_ones(f);
	switch ((enum choice_kind)a->choice.kind) {
	case CHOICE_STEP:
		follow_step(f, a);
		return;
	case CHOICE_ENTER:
		interrupted_catches_up(f, f->k->context[actor].cpu);
		f->was_steps[actor] = a->steps;
		f->was_ops[actor] = a->ops;
		f->enter[actor] += !enter(f, actor);
		return;
	case CHOICE_DEVICE:
		f->device[actor] += !device_turn(f, actor);
		return;
	case CHOICE_EVICT:
	case CHOICE_FILL:
	case CHOICE_DRAIN:
	case CHOICE_FINISH:
		f->result->left_out += !take(f, &a->choice);
		return;
	}
}

static void repair(struct follower *f, u64 number)
{
	const struct follow_options *o = f->options;
	u32 i;

	for (i = 0; i < o->repairs; i++)
		if (o->repair[i].from <= number && number <= o->repair[i].until && !finished(f))
			repair_apply(&f->arena.world, &o->repair[i].repair);
}

/* Interrupts that may come at any time need not come. */
static bool due(const struct cell *k, const struct choice *c)
{
	return c->kind == CHOICE_DEVICE ||
	       (c->kind == CHOICE_ENTER && k->context[c->actor].trigger != ON_ANY);
}

/* The next choice behind the end of the record. */
static bool go_on_choice(struct follower *f, struct choice *ret)
{
	struct choice list[4 * MAX_CPUS];
	const struct world *w = &f->arena.world;
	u32 n = engine_enabled_plain(w, list, ARRAY_SIZE(list)), i;

	n = min_u32(n, ARRAY_SIZE(list));
	for (i = 0; i < n; i++) {
		if (!due(f->k, &list[i]))
			continue;
		*ret = list[i];
		return true;
	}
	if (n)
		*ret = list[0];
	return n != 0;
}

static void go_on(struct follower *f)
{
	u64 most = f->result->choices * GO_ON_FACTOR + GO_ON_LEAST;
	struct choice choice;

	while (!finished(f) && f->result->choices < most && go_on_choice(f, &choice)) {
		if (!take(f, &choice))
			return;
		f->result->put_in++;
		repair(f, f->record->length);
	}
}

static bool follower_init(struct follower *f)
{
	const struct cell *k = f->k;

	if (!arena_init(&f->arena, k, false))
		return false;
	f->was_steps = calloc(k->contexts + 1, sizeof(u32));
	f->was_ops = calloc(k->contexts + 1, sizeof(u32));
	f->ahead = calloc(k->contexts + 1, sizeof(u32));
	f->enter = calloc(k->contexts + 1, sizeof(u32));
	f->device = calloc(k->devices + 1, sizeof(u32));
	return progress_init(&f->progress, k) && f->was_steps && f->was_ops && f->ahead &&
	       f->enter && f->device;
}

static void follower_free(struct follower *f)
{
	progress_free(&f->progress);
	free(f->was_steps);
	free(f->was_ops);
	free(f->ahead);
	free(f->enter);
	free(f->device);
	if (f->arena.words)
		arena_free(&f->arena);
}

void follow(const struct cell *k, const struct record *record, const struct follow_options *options,
	    struct follow_result *ret)
{
	struct follower f = {.k = k, .record = record, .options = options, .result = ret};
	u32 i;

	bug_on(!k->identities, "following a schedule on a cell that keeps no identities");
	*ret = (struct follow_result){0};
	if (follower_init(&f)) {
		ret->ran = true;
		f.arena.world.listen = follower_listen;
		f.arena.world.listen_arg = &f;
		repair(&f, 0);
		for (i = 0; i < record->length && !finished(&f); i++) {
			follow_choice(&f, &record->anchor[i]);
			repair(&f, i + 1);
		}
		go_on(&f);
		ret->broken = w_top(&f.arena.world)->broken;
	}
	follower_free(&f);
}
