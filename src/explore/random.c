// SPDX-License-Identifier: GPL-2.0-or-later
#include "random.h"

#include <pthread.h>
#include <stdlib.h>

#include "arena.h"
#include "crew.h"
#include "trim.h"

/* Choices that trimming may take, over all trails. */
#define TRIM_CHOICES 20000000u
/* Choices in a row after which a context of a schedule by priorities lets others go on: it may wait for them. */
#define PATIENCE 1000u
#define WALKERS_MAX 64u

struct walker;

struct shared {
	const struct cell *k;
	const struct random_options *random;
	const struct explore_options *options;
	u64 deadline;
	u64 steps; /* by priorities: about how long a schedule is */
	struct walker *walker;
	/* changed by all threads, without a lock */
	u64 next; /* number of the next schedule, from 0 */
	u64 schedules, choices; /* so far */
	bool over;
};

/* One thread's schedules. */
struct walker {
	struct shared *shared;
	struct arena arena;
	u32 *first; /* the words of the first state */
	u64 first_hash;
	u64 state; /* of its numbers */
	struct choice *choice;
	u32 room;
	struct trail trail;
	u64 *priority; /* of contexts, then devices; the highest goes on */
	u64 lowest; /* below all given so far */
	u64 *change; /* after how many choices each change of priorities is due, ascending */
	u32 changes; /* of them done */
	u32 last, row; /* who made the last choice, and how many in a row */
	u64 stopped;
	struct explore_result result;
};

/* splitmix64 */
static u64 number(u64 *state)
{
	u64 x = *state += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static u32 below(struct walker *r, u32 n)
{
	return (u32)((number(&r->state) >> 32) * n >> 32);
}

typedef u32 enabled_fn(const struct world *w, struct choice *out, u32 room);

/* Lists choices in r->choice; false: no memory. */
static bool list(struct walker *r, enabled_fn *enabled, u32 *n)
{
	*n = enabled(&r->arena.world, r->choice, r->room);
	if (*n > r->room) {
		struct choice *grown = realloc(r->choice, 2 * *n * sizeof(*grown));

		if (!grown)
			return false;
		r->choice = grown;
		r->room = 2 * *n;
		enabled(&r->arena.world, r->choice, r->room);
	}
	return true;
}

static void draw_priority(struct walker *r, u32 actor)
{
	/* the lower half is for those that were put back */
	r->priority[actor] = number(&r->state) | 1ull << 63;
}

static u32 actor_of(const struct cell *k, const struct choice *c)
{
	return c->kind == CHOICE_DEVICE ? k->contexts + c->actor : c->actor;
}

static int ascending(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void begin(struct walker *r, u64 index, u32 changes)
{
	const struct shared *s = r->shared;
	u64 seed = s->random->seed;
	u32 i;

	/* neither schedules of one seed nor of neighbouring seeds have numbers in common */
	r->state = number(&seed) ^ index * 0xd1342543de82ef95ull;
	r->state = number(&r->state);
	r->lowest = 1ull << 62;
	r->last = NO_ID;
	r->row = 0;
	r->changes = 0;
	for (i = 0; i < s->k->contexts + s->k->devices; i++)
		draw_priority(r, i);
	for (i = 0; i < changes; i++)
		r->change[i] = number(&r->state) % s->steps;
	qsort(r->change, changes, sizeof(*r->change), ascending);
}

/* The one that goes on among the first `n` listed, the end aside. */
static u32 highest(const struct walker *r, u32 n)
{
	const struct cell *k = r->shared->k;
	u32 best = 0, i;

	for (i = 1; i < n; i++)
		if (r->choice[i].kind != CHOICE_FINISH &&
		    r->priority[actor_of(k, &r->choice[i])] >
			    r->priority[actor_of(k, &r->choice[best])])
			best = i;
	return best;
}

/* A line by chance leaves its cache or write buffer, or is filled unasked; false: there is none, or (*failed) no memory. */
static bool choose_unasked(struct walker *r, struct choice *ret, bool *failed)
{
	bool fill = r->shared->k->machine.speculation != SPECULATION_NONE && below(r, 2);
	enabled_fn *what = fill ? engine_fills : engine_evictions;
	u32 n;

	if (r->shared->k->machine.buffer.present && below(r, 2))
		what = engine_drains;
	*failed = !list(r, what, &n);
	if (*failed || !n)
		return false;
	*ret = r->choice[below(r, n)];
	return true;
}

static bool choose_by_priority(struct walker *r, u32 changes, u64 at, struct choice *ret,
			       bool *failed)
{
	const struct cell *k = r->shared->k;
	bool change = false;
	u32 n, best, actor;

	for (; r->changes < changes && r->change[r->changes] <= at; r->changes++)
		change = true;
	if (change && below(r, 2) && choose_unasked(r, ret, failed))
		return true;
	*failed = *failed || !list(r, engine_enabled_plain, &n);
	if (*failed || !n)
		return false;
	/* listed last: the end; now, or after another line has left, or when others have gone on */
	if (r->choice[n - 1].kind == CHOICE_FINISH && (n == 1 || below(r, 2))) {
		*ret = r->choice[n - 1];
		if (!below(r, 2))
			choose_unasked(r, ret, failed);
		return !*failed;
	}
	best = highest(r, n);
	actor = actor_of(k, &r->choice[best]);
	if (change || r->row >= PATIENCE) {
		r->priority[actor] = r->lowest--;
		r->row = 0;
		best = highest(r, n);
		actor = actor_of(k, &r->choice[best]);
	}
	r->row = actor == r->last ? r->row + 1 : 0;
	r->last = actor;
	*ret = r->choice[best];
	return true;
}

static bool choose_uniformly(struct walker *r, struct choice *ret, bool *failed)
{
	u32 n;

	*failed = !list(r, engine_enabled, &n);
	if (*failed || !n)
		return false;
	*ret = r->choice[below(r, n)];
	return true;
}

/* Takes the choice, with one of its alternatives by chance. */
static bool take(struct walker *r, struct choice choice)
{
	struct world *w = &r->arena.world;
	u64 hash = w->hash;
	u32 decided = 0, digit;

	/* this choice is all that is ever taken back */
	w->logged = 0;
	for (;;) {
		if (!arena_reserve(&r->arena))
			return false;
		engine_apply(w, &choice);
		if (decided == w->pick.count)
			break;
		digit = below(r, w->pick.of[decided]);
		/* what is decided behind it may hang on this decision */
		choice.pick |= digit << decided++ * PICK_BITS;
		if (!digit && decided == w->pick.count)
			break;
		world_undo(w, 0, hash);
	}
	return trail_add(&r->trail, choice);
}

/* A context whose run is over gets another priority for its next one. */
static void after(struct walker *r)
{
	const struct choice *c = &r->trail.choice[r->trail.length - 1];

	if (c->kind == CHOICE_STEP && !w_ctx(&r->arena.world, c->actor)->sp)
		draw_priority(r, c->actor);
}

static bool note(struct walker *r, u64 index)
{
	const struct world *w = &r->arena.world;
	bool done = true;
	u32 i;

	for (i = 0; i < w->findings; i++)
		if (w->finding[i].warning)
			r->result.warned |= BIT(w->finding[i].rule);
	r->result.ever |= w_top(w)->broken;
	if (w->findings) {
		r->result.found.schedule = index + 1;
		done = found_note(&r->result.found, w, r->trail.length, &r->trail);
	}
	return done;
}

static bool interrupted(const struct shared *s)
{
	const struct explore_options *o = s->options;

	return (o->interrupted && *o->interrupted) || __atomic_load_n(&s->over, __ATOMIC_RELAXED);
}

static bool late(const struct shared *s)
{
	return s->deadline && crew_now() >= s->deadline;
}

/* One schedule from the first state on. False when the walker has to stop, for the reason in result.stop. */
static bool walk(struct walker *r, u64 index, u32 changes)
{
	struct shared *s = r->shared;
	const struct random_options *o = s->random;
	struct world *w = &r->arena.world;
	const struct w_top *top = w_top(w);
	struct explore_ends *ends;
	bool failed = false;

	memcpy(r->arena.words, r->first, s->k->layout.words * sizeof(u32));
	w->hash = r->first_hash;
	r->trail.length = 0;
	begin(r, index, changes);
	while (!top->ended && r->trail.length < o->length) {
		struct choice choice;
		bool some = o->by_priority ? choose_by_priority(r, changes, r->trail.length,
								&choice, &failed) :
					     choose_uniformly(r, &choice, &failed);

		if (!some && !failed) {
			r->result.cut = true;
			w->withheld |= engine_withheld(w);
			break;
		}
		if (failed || !take(r, choice) || !note(r, index)) {
			r->result.stop = EXPLORE_NO_MEMORY;
			return false;
		}
		after(r);
		if (!(r->trail.length % 1024) && (interrupted(s) || late(s)))
			break;
	}
	r->result.transitions += r->trail.length;
	__atomic_add_fetch(&s->choices, r->trail.length, __ATOMIC_RELAXED);
	r->result.stop = interrupted(s) ? EXPLORE_INTERRUPTED : EXPLORE_TIME;
	if (!top->ended && r->trail.length < o->length && !r->result.cut)
		return false;
	r->stopped += !top->ended && r->trail.length == o->length;
	if (top->ended) {
		ends = top->ended == END_COMPLETE ? &r->result.complete : &r->result.early;
		ends->always = ends->count ? ends->always & top->broken : top->broken;
		ends->count++;
	}
	r->result.stop = EXPLORE_COMPLETE;
	return true;
}

static void work(struct walker *r)
{
	struct shared *s = r->shared;
	u32 changes = s->random->by_priority ? s->random->changes : 0;

	for (;;) {
		u64 index = __atomic_fetch_add(&s->next, 1, __ATOMIC_RELAXED);

		if (index >= s->random->schedules)
			return;
		if (interrupted(s) || late(s)) {
			r->result.stop = interrupted(s) ? EXPLORE_INTERRUPTED : EXPLORE_TIME;
			break;
		}
		if (!walk(r, index, changes))
			break;
		__atomic_add_fetch(&s->schedules, 1, __ATOMIC_RELAXED);
		if (r == s->walker && s->random->progress && !(index % 16))
			s->random->progress(s->options->progress_arg,
					    __atomic_load_n(&s->schedules, __ATOMIC_RELAXED),
					    __atomic_load_n(&s->choices, __ATOMIC_RELAXED));
		if (s->options->first && r->result.ever) {
			r->result.stop = EXPLORE_FIRST;
			break;
		}
	}
	__atomic_store_n(&s->over, true, __ATOMIC_RELAXED);
}

static void *work_thread(void *walker)
{
	work(walker);
	return NULL;
}

static bool walker_init(struct walker *r, struct shared *s)
{
	size_t bytes = s->k->layout.words * sizeof(u32);

	*r = (struct walker){.shared = s, .room = 64};
	r->result.stop = EXPLORE_COMPLETE;
	r->first = malloc(bytes);
	r->choice = malloc(r->room * sizeof(*r->choice));
	r->priority = calloc(s->k->contexts + s->k->devices + 1, sizeof(*r->priority));
	r->change = calloc(s->random->changes + 1, sizeof(*r->change));
	if (!arena_init(&r->arena, s->k, true) || !r->first || !r->choice || !r->priority ||
	    !r->change)
		return false;
	r->first_hash = r->arena.world.hash;
	memcpy(r->first, r->arena.words, bytes);
	return true;
}

static void walker_free(struct walker *r)
{
	explore_result_free(&r->result);
	trail_free(&r->trail);
	arena_free(&r->arena);
	free(r->first);
	free(r->choice);
	free(r->priority);
	free(r->change);
}

/* About how long a schedule is: one without changes says so. False: no memory, or told to stop. */
static bool measure(struct walker *r)
{
	struct shared *s = r->shared;

	if (!walk(r, ~0ull, 0))
		return false;
	s->steps = r->trail.length + !r->trail.length;
	/* it is none of those asked for */
	s->choices = 0;
	memset(r->arena.step_done, 0, s->k->steps);
	memset(r->arena.world.line_done, 0, sizeof(r->arena.world.line_done));
	r->arena.world.withheld = 0;
	r->stopped = 0;
	explore_result_free(&r->result);
	r->result = (struct explore_result){.stop = EXPLORE_COMPLETE};
	return true;
}

static bool add_up(const struct shared *s, u32 walkers, struct explore_result *ret,
		   struct random_result *taken)
{
	u32 i, j;

	for (i = 0; i < walkers; i++) {
		struct walker *r = &s->walker[i];

		taken->stopped += r->stopped;
		/* that one found something, or has no memory, rather than that others stopped */
		if (r->result.stop != EXPLORE_COMPLETE &&
		    (ret->stop == EXPLORE_COMPLETE || ret->stop == EXPLORE_INTERRUPTED))
			ret->stop = r->result.stop;
		ret->transitions += r->result.transitions;
		ret->ever |= r->result.ever;
		ret->warned |= r->result.warned;
		ret->cut |= r->result.cut;
		ret->withheld |= r->arena.world.withheld;
		explore_ends_add(&ret->complete, &r->result.complete);
		explore_ends_add(&ret->early, &r->result.early);
		for (j = 0; j < s->k->steps; j++)
			ret->step_done[j] |= r->arena.step_done[j];
		for (j = 0; j < ARRAY_SIZE(ret->line_done); j++)
			ret->line_done[j] |= r->arena.world.line_done[j];
		for (j = 0; j < r->result.found.count; j++)
			if (!found_merge(&ret->found, &r->result.found.item[j]))
				return false;
	}
	return true;
}

void random_explore(const struct cell *k, const struct random_options *random,
		    const struct explore_options *options, struct explore_result *ret,
		    struct random_result *taken)
{
	/* which schedules were taken when one found something must not depend on who was quicker */
	u32 jobs = options->first || !options->jobs ? 1 : min_u32(options->jobs, WALKERS_MAX);
	struct shared s = {
		.k = k,
		.random = random,
		.options = options,
		.deadline = crew_deadline(options),
		.steps = 1,
	};
	pthread_t thread[WALKERS_MAX];
	u32 ready = 0, started, i;
	bool done;

	*ret = (struct explore_result){.stop = EXPLORE_NO_MEMORY};
	*taken = (struct random_result){0};
	ret->step_done = calloc(k->steps + 1, 1);
	s.walker = calloc(jobs, sizeof(*s.walker));
	for (done = ret->step_done && s.walker; done && ready < jobs; ready++)
		done = walker_init(&s.walker[ready], &s);
	if (done && random->by_priority)
		done = measure(&s.walker[0]);
	if (done) {
		for (started = 1; started < jobs; started++)
			if (pthread_create(&thread[started], NULL, work_thread, &s.walker[started]))
				break;
		work(&s.walker[0]);
		for (i = 1; i < started; i++)
			pthread_join(thread[i], NULL);
	}
	if (ready == jobs && (done || s.walker[0].result.stop != EXPLORE_COMPLETE)) {
		ret->stop = EXPLORE_COMPLETE;
		if (!add_up(&s, jobs, ret, taken))
			ret->stop = EXPLORE_NO_MEMORY;
		taken->schedules = s.schedules;
		for (i = 0; i < ret->found.count; i++)
			trim(k, &ret->found.item[i], TRIM_CHOICES / ret->found.count);
		found_sort(&ret->found);
	}
	for (i = 0; i < ready; i++)
		walker_free(&s.walker[i]);
	free(s.walker);
}
