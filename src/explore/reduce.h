/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which choices of a state need not be tried, because what they lead to is reached in another order too.
 *
 * Three reductions, all persistent sets from footprints, which keep the set of rules broken at every reachable
 * end, every rule that can be broken at all, every warning and every step that can be executed:
 *
 * - A line leaves a cache only before a choice that touches it (departures.h), or at the end where that can change
 *   what is lost. Earlier than that nobody sees the difference.
 * - A line is filled unasked only before a choice that touches it, or that takes away the mapping by which it may be
 *   filled; a line that nobody's program touches, never. While nobody touches the line, what it holds below stays what
 *   it is, so a later fill brings the same data.
 * - A step of a context, or a burst of a device, is taken alone where nothing that can happen before it (other
 *   contexts, interrupts that may arrive, devices) touches what it touches: then it does not matter when those
 *   happen, and it is taken first. It is not where it breaks a rule or ends the schedule, since others may end
 *   it before.
 *
 * What may happen later is over-approximated from the programs (footprint.h), except the lines of accesses that
 * go astray: reduction_strays() sees those, and the search is done again without assuming anything of them.
 * Taking steps alone cannot put anything off for ever: a run of a context ends in finitely many steps, to begin
 * another it has to enter its CPU, and where something may enter all choices are tried.
 */
#ifndef STALELINE_EXPLORE_REDUCE_H
#define STALELINE_EXPLORE_REDUCE_H

#include "engine.h"

struct reduction;

/*
 * Contexts, one bit each, that touch lines which their programs do not mean: lines of any page that is mapped on
 * their CPU, or any at all.
 */
struct strays {
	u64 near, far;
};

/* NULL: no memory, or a cell of too many actors. */
struct reduction *reduction_new(const struct cell *k, const struct strays *strays);
void reduction_free(struct reduction *r);

/*
 * The contexts in groups that never meet: whatever one group does, each other one can do the same. At most as
 * many as there are contexts.
 */
#define ACTORS_MAX 64u
u32 reduction_groups(const struct reduction *r, u64 *group);

/* What can happen before an actor's next choice. */
struct reduction_others {
	u64 contexts, devices;
	u32 cpu; /* the actor's; NO_ID for a device */
};

/* Looks at the state before `choice`, a step or a burst. */
void reduction_look(const struct reduction *r, const struct world *w, const struct choice *choice,
		    struct reduction_others *ret);
/* After it was applied: is what it touched beyond the reach of all of them? */
bool reduction_apart(const struct reduction *r, const struct world *w, const struct foot *foot,
		     const struct reduction_others *others);

/* Lines that choices of one state touched. */
struct reduction_lines {
	bool all;
	u32 count;
	u32 line[16];
};

void reduction_note(const struct reduction *r, const struct foot *foot,
		    struct reduction_lines *lines);
/* Adds `from` to `to`. */
void reduction_add(struct reduction_lines *to, const struct reduction_lines *from);
/* None of the lines can decide the fate of others. */
bool reduction_lone(const struct reduction *r, const struct reduction_lines *lines);
/* Is the eviction or fill among those that have to be tried beside choices that touch `lines`? */
bool reduction_wants(const struct reduction *r, const struct choice *unasked,
		     const struct reduction_lines *lines);

/* The machine speculates, and fills may be taken. */
bool reduction_fills(const struct reduction *r);
/* Does the fill concern a line that anybody may ever touch, or one of its fate? */
bool reduction_matters(const struct reduction *r, const struct choice *fill);
/* Adds the fill's line to `lines`: a choice of the state makes it impossible. */
void reduction_note_fill(const struct reduction *r, const struct choice *fill,
			 struct reduction_lines *lines);

/* The step touched a line that its context's program does not mean. */
bool reduction_strays(const struct reduction *r, u32 ctx, const struct foot *foot);

#endif
