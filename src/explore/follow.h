/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A schedule that was recorded, taken again where things are a little different: with repairs of the world on the
 * way, or under another strategy. Its choices are taken as far as they are possible; what keeps both in step are
 * anchors: how far each context had come, counted in scenario steps and in cache ops of the step it is in.
 *
 * A context behind its anchor takes the steps that are missing, one ahead of it waits; a TLB refill that was not
 * there before is taken at once. An interrupt or a device's turn that is not possible yet comes as soon as it
 * is; a line that is not there is not evicted. Behind the recorded choices the devices go on, then the
 * contexts, until the access was made that all of it is about.
 */
#ifndef STALELINE_EXPLORE_FOLLOW_H
#define STALELINE_EXPLORE_FOLLOW_H

#include "engine.h"
#include "repair.h"

/* How far the contexts have come. */
struct progress {
	u32 *steps; /* per context: beginnings and ends of scenario steps */
	u32 *ops; /* per context: cache ops of its step so far */
	bool refilled; /* the choice under way refilled or repaired a TLB entry */
};

struct anchor {
	struct choice choice;
	u32 steps, ops; /* of the choice's context, behind the choice */
	bool refilled;
};

struct record {
	struct progress progress;
	struct anchor *anchor;
	u32 length, room;
};

bool record_init(struct record *r, const struct cell *k);
void record_free(struct record *r);
/* From the listener, for each event. */
void record_event(struct record *r, const struct event *event);
/* After each choice; false: no memory. */
bool record_choice(struct record *r, const struct choice *choice);

/* The access that a violation is about, the nth by this step of this granule. */
enum access_kind {
	ACCESS_READ, /* a load, or a device's burst */
	ACCESS_REACH, /* any that needs a translation: what matters is the page it reaches */
	ACCESS_END, /* none: is the newest data there when the schedule is complete? */
};

struct access {
	enum access_kind kind;
	u32 step;
	u32 page, offset; /* meant; offset aligned to granules */
	u32 nth; /* from 1 */
};

/* Is the event one by this step of this granule? */
bool access_is(const struct cell *k, const struct access *a, const struct event *event);

/* `repair` after each choice of the record from the from-th to the until-th; 0: before the first. */
struct timed_repair {
	u64 from, until;
	struct repair repair;
};

struct follow_options {
	const struct timed_repair *repair;
	u32 repairs;
	const struct access *access;
	void (*listen)(void *arg, const struct event *event);
	void (*applied)(void *arg, const struct world *w, const struct choice *choice);
	void *arg;
};

struct follow_result {
	bool ran; /* false: no memory */
	bool reached; /* the access was made */
	bool right; /* and it got, or reached, what it should have */
	u32 token; /* what it got */
	u32 broken; /* rules broken up to and including it */
	u64 choices; /* taken */
	u64 left_out; /* choices of the record that were not taken */
	u64 put_in; /* choices taken that are not in the record */
};

/* `k` keeps identities, and has the contexts, devices and scenario steps of the cell that was recorded. */
void follow(const struct cell *k, const struct record *record, const struct follow_options *options,
	    struct follow_result *ret);

#endif
