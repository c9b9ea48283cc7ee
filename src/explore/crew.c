// SPDX-License-Identifier: GPL-2.0-or-later
#include "crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* Transitions between two looks at limits and at who has nothing to do. */
#define SLICE 4096u
#define JOBS_MAX 64u

struct crew {
	const struct cell *k;
	const struct explore_options *options;
	struct seen *seen;
	struct search *search;
	u32 workers;
	u64 deadline; /* 0: none */

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	struct job job[JOBS_MAX]; /* given away and not taken yet */
	u32 jobs;
	u32 idle; /* searches that wait for a job; changed under the lock, read without */
	bool over; /* all are idle, or one had to stop; the same */
};

u64 crew_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec;
}

u64 crew_deadline(const struct explore_options *options)
{
	return options->seconds ? crew_now() + options->seconds : 0;
}

static bool limit_hit(const struct crew *c, struct search *s)
{
	const struct explore_options *o = c->options;

	if (o->interrupted && *o->interrupted)
		s->result.stop = EXPLORE_INTERRUPTED;
	else if (c->deadline && crew_now() >= c->deadline)
		s->result.stop = EXPLORE_TIME;
	else if (c->workers > 1 && o->max_states && seen_count(c->seen) > o->max_states)
		s->result.stop = EXPLORE_MAX_STATES;
	else
		return false;
	return true;
}

static void tell_progress(const struct crew *c, const struct search *s)
{
	struct explore_progress p = {
		.states = seen_count(c->seen),
		.depth = s->depth ? s->node[s->depth - 1].taken : 0,
		.load = seen_load(c->seen),
	};
	u32 i;

	/* what other threads counted may be some transitions old */
	for (i = 0; i < c->workers; i++)
		p.transitions +=
			__atomic_load_n(&c->search[i].result.transitions, __ATOMIC_RELAXED);
	c->options->progress(c->options->progress_arg, &p);
}

static void stop_all(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	__atomic_store_n(&c->over, true, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

static void give(struct crew *c, struct search *s)
{
	struct job job;

	if (!search_give(s, &job))
		return;
	pthread_mutex_lock(&c->lock);
	if (c->jobs < JOBS_MAX) {
		c->job[c->jobs++] = job;
		pthread_cond_signal(&c->changed);
		pthread_mutex_unlock(&c->lock);
		return;
	}
	pthread_mutex_unlock(&c->lock);
	bug("more jobs are given away than there are searches to take them", __FILE__, __LINE__);
}

/* Waits for a job; false when there will be none any more. */
static bool take(struct crew *c, struct search *s)
{
	struct job job = {0};
	bool taken;

	pthread_mutex_lock(&c->lock);
	__atomic_add_fetch(&c->idle, 1, __ATOMIC_RELAXED);
	if (c->idle == c->workers && !c->jobs) {
		__atomic_store_n(&c->over, true, __ATOMIC_RELAXED);
		pthread_cond_broadcast(&c->changed);
	}
	while (!c->jobs && !c->over)
		pthread_cond_wait(&c->changed, &c->lock);
	if (!c->over) {
		job = c->job[--c->jobs];
		__atomic_sub_fetch(&c->idle, 1, __ATOMIC_RELAXED);
	}
	pthread_mutex_unlock(&c->lock);
	if (!job.words)
		return false;
	taken = search_take(s, &job);
	job_free(&job);
	if (!taken) {
		s->result.stop = EXPLORE_NO_MEMORY;
		stop_all(c);
	}
	return taken;
}

static void work(struct crew *c, struct search *s)
{
	u64 rounds = 0;

	do {
		while (search_go(s, SLICE)) {
			if (__atomic_load_n(&c->over, __ATOMIC_RELAXED)) {
				/* the reason is another search's */
				s->result.stop = EXPLORE_COMPLETE;
				return;
			}
			/* what went astray makes all of it worth nothing */
			if (s->astray || limit_hit(c, s)) {
				stop_all(c);
				return;
			}
			if (__atomic_load_n(&c->idle, __ATOMIC_RELAXED) >
			    __atomic_load_n(&c->jobs, __ATOMIC_RELAXED))
				give(c, s);
			if (s == c->search && c->options->progress && !(++rounds % 16))
				tell_progress(c, s);
		}
		if (s->result.stop != EXPLORE_COMPLETE) {
			stop_all(c);
			return;
		}
	} while (c->workers > 1 && take(c, s));
}

struct worker {
	struct crew *crew;
	struct search *search;
};

static void *worker_main(void *arg)
{
	struct worker *w = arg;

	if (take(w->crew, w->search))
		work(w->crew, w->search);
	return NULL;
}

/* One of several reasons to stop: a violation found, or a limit, rather than that others stopped. */
static enum explore_stop stop_of(const struct crew *c)
{
	enum explore_stop stop = EXPLORE_COMPLETE;
	u32 i;

	for (i = 0; i < c->workers; i++)
		if (c->search[i].result.stop != EXPLORE_COMPLETE &&
		    (stop == EXPLORE_COMPLETE || c->search[i].result.stop > stop))
			stop = c->search[i].result.stop;
	return stop;
}

static bool result_add(struct explore_result *sum, struct explore_result *r)
{
	u32 i;

	explore_ends_add(&sum->complete, &r->complete);
	explore_ends_add(&sum->early, &r->early);
	sum->states += r->states;
	sum->transitions += r->transitions;
	sum->ever |= r->ever;
	sum->cut |= r->cut;
	sum->warned |= r->warned;
	if (r->depth > sum->depth)
		sum->depth = r->depth;
	for (i = 0; i < r->found.count; i++)
		if (!found_merge(&sum->found, &r->found.item[i]))
			return false;
	for (i = 0; i < r->worst.count; i++)
		if (!worst_merge(&sum->worst, &r->worst.item[i]))
			return false;
	return true;
}

static void run_threads(struct crew *c)
{
	pthread_t thread[JOBS_MAX];
	struct worker worker[JOBS_MAX];
	u32 started = 1, i;

	for (i = 1; i < c->workers; i++) {
		worker[i] = (struct worker){c, &c->search[i]};
		if (pthread_create(&thread[i], NULL, worker_main, &worker[i]))
			break;
		started++;
	}
	/* a thread that could not be had counts as one that waits for ever */
	if (started < c->workers) {
		pthread_mutex_lock(&c->lock);
		c->workers = started;
		pthread_mutex_unlock(&c->lock);
	}
	work(c, &c->search[0]);
	for (i = 1; i < started; i++)
		pthread_join(thread[i], NULL);
}

void crew_search(const struct cell *k, const struct reduction *reduction,
		 const struct explore_options *options, u64 deadline, bool trails,
		 struct explore_result *ret, u64 *astray)
{
	struct crew c = {
		.k = k,
		.options = options,
		.workers = options->jobs > 1 ? min_u32(options->jobs, JOBS_MAX) : 1,
		.deadline = deadline,
	};
	u32 wanted = c.workers, i, j;
	bool ready = true;

	*ret = (struct explore_result){.stop = EXPLORE_NO_MEMORY, .reduced = reduction != NULL};
	*astray = 0;
	pthread_mutex_init(&c.lock, NULL);
	pthread_cond_init(&c.changed, NULL);
	c.search = calloc(wanted, sizeof(*c.search));
	ret->step_done = calloc(k->steps + 1, 1);
	ready = c.search && ret->step_done;
	for (i = 0; ready && i < wanted; i++) {
		ready = search_init(&c.search[i], k, NULL, reduction, options, trails);
		if (ready && !i)
			c.seen = seen_new(&c.search[0].arena.world, options->exact, wanted,
					  options->memory);
		ready = ready && c.seen;
		c.search[i].seen = c.seen;
		c.search[i].thread = i;
		/* until it stops for a reason of its own */
		c.search[i].result.stop = EXPLORE_COMPLETE;
	}
	if (ready) {
		if (search_begin(&c.search[0]))
			run_threads(&c);
		ret->stop = stop_of(&c);
		for (i = 0; i < wanted; i++) {
			const struct search *s = &c.search[i];

			*astray |= s->astray;
			ret->withheld |= s->arena.world.withheld;
			if (!result_add(ret, &c.search[i].result))
				ret->stop = EXPLORE_NO_MEMORY;
			for (j = 0; j < k->steps; j++)
				ret->step_done[j] |= s->arena.step_done[j];
			for (j = 0; j < ARRAY_SIZE(ret->line_done); j++)
				ret->line_done[j] |= s->arena.world.line_done[j];
		}
		found_sort(&ret->found);
		worst_sort(&ret->worst);
		ret->seen_bytes = seen_bytes(c.seen);
		ret->collisions = seen_collisions(c.seen);
	}
	for (i = 0; c.search && i < wanted; i++)
		search_free(&c.search[i]);
	for (i = 0; i < c.jobs; i++)
		job_free(&c.job[i]);
	seen_free(c.seen);
	free(c.search);
	pthread_cond_destroy(&c.changed);
	pthread_mutex_destroy(&c.lock);
}
