/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One schedule: the built-in default order bent by the events of a named schedule, a seeded random walk, or
 * the choices of a trail.
 *
 * Default order: events that are due, then device bursts and completion interrupts at once, interrupts and
 * softirqs that devices or `raise` made due, then the contexts in file order, each as far as it gets.
 * When nothing else is left, what waits in write buffers goes on, before the schedule ends.
 * A context that an event of the schedule brings in enters only through its events until they are used up.
 */
#ifndef STALELINE_EXPLORE_RUN_H
#define STALELINE_EXPLORE_RUN_H

#include "found.h"
#include "meter.h"

/* When `ctx`, in its step `step`, is about to begin (op 0) or to do its op-th cache op; or has done it. */
struct run_event {
	u32 ctx, step;
	u32 op;
	bool after;
	/* what then happens */
	bool evict; /* the line of page + offset leaves every cache */
	bool fill; /* the CPU of `ctx` fills it, unasked */
	bool drain; /* it leaves every write buffer; with none of these, `enter` gets its CPU */
	u32 enter;
	u32 page, offset;
};

struct run_schedule {
	const struct run_event *event;
	u32 events;
};

enum event_fate { EVENT_NEVER, EVENT_ON_TIME, EVENT_LATE };

/* Why a choice of a trail is not taken. */
enum misfit {
	MISFIT_IMPOSSIBLE,
	MISFIT_EFFECT, /* it does something else than the trail says */
	MISFIT_PICK, /* it is possible, but not with these alternatives */
};

enum run_stop {
	RUN_ENDED,
	RUN_MAX_STEPS,
	RUN_NO_MEMORY,
	RUN_INTERRUPTED,
	RUN_DIVERGED, /* choice number result.steps of a trail is not possible, or does something else */
};

struct run_options {
	u64 max_steps; /* 0: no limit */
	const volatile int *interrupted;
	void (*listen)(void *arg, const struct event *event);
	struct meter *
		meter; /* run_scheduled(), of a metered cell: counts each choice; NULL: nobody asks */
	/* called after each choice */
	void (*applied)(void *arg, const struct world *w, const struct choice *choice);
	/* of a trail, before RUN_DIVERGED: the world in which `choice` should be taken, and what it would do there */
	void (*diverged)(void *arg, const struct world *w, const struct choice *choice,
			 enum misfit misfit, struct trail_mark is);
	void *arg;
	void (*progress)(void *arg, u64 steps);
	void *progress_arg;
};

struct run_result {
	enum run_stop stop;
	u64 steps;
	u32 broken, warned;
	enum world_end end;
	struct found_list found;
	struct trail taken; /* by run_scheduled(): the choices */
	enum event_fate *fate; /* one per event of the schedule */
	u8 *step_done;
	u32 line_done[LINES_MAX / 32]; /* as world.line_done */
};

/* `k` keeps identities. */
void run_scheduled(const struct cell *k, const struct run_schedule *schedule,
		   const struct run_options *options, struct run_result *ret);
/*
 * Takes the trail's choices while they do what its marks say; a trail that ends before the schedule does leaves
 * end == END_NOT.
 */
void run_trail(const struct cell *k, const struct trail *trail, const struct run_options *options,
	       struct run_result *ret);
void run_result_free(struct run_result *r);

#endif
