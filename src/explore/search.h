/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The search of one thread. It goes down into one state after the other; in each all choices are applied and taken back
 * first, and only then is looked up which of the states they lead to were noted before: memory is slow, and has them all
 * fetched at once. The others are noted, and visited one after the other: each state once, by whoever noted it.
 *
 * The way there lies in the log. Behind the changes that led to the path's last state lie those that lead on from it to
 * each child that is still to be visited; one after the other is the last one there, is made, and has its own children's
 * behind it.
 *
 * Several searches may share a visited set; one that has run out of work goes on with children that another one
 * gives away.
 */
#ifndef STALELINE_EXPLORE_SEARCH_H
#define STALELINE_EXPLORE_SEARCH_H

#include "arena.h"
#include "explore.h"
#include "reduce.h"
#include "seen.h"

/* One state on the path. */
struct node {
	size_t mark,
		start; /* in the log: what led here; behind it lies what leads to its children */
	u64 hash;
	u32 taken; /* choices that led here from the first state */
	u32 first; /* in search.child[]: its children not visited yet, up to those of the next state */
};

/* A state that was noted and is still to be visited. */
struct child {
	size_t mark; /* in the log: what leads there, up to the next one's */
	u64 hash;
	u32 way; /* in search.ways: what leads there */
	u32 choices; /* so many */
};

struct search {
	struct arena arena;
	struct seen *seen;
	u32 thread; /* its number */
	const struct reduction *reduction; /* NULL: every choice is tried */
	const struct explore_options *options;
	bool trails; /* what is found keeps the choices that led there; nothing is given away or taken */
	struct node *node;
	u32 depth, node_room;
	struct child *child;
	u32 children, child_room;
	struct choice *choice; /* of the state being expanded */
	u32 choice_room;
	struct choice *fill; /* of it, too: those that matter */
	u32 fills, fill_room;
	struct trail path, ways; /* only with trails */
	struct meter meter; /* of metered cells */
	u64 astray; /* contexts that touched lines they do not mean */
	struct explore_result result; /* what this search saw */
};

/* A state and some of its children, for another search to go on with. */
struct job {
	u32 *words;
	u64 hash;
	struct undo *log;
	size_t changes;
	struct child *child;
	u32 children;
	u32 taken;
};

bool search_init(struct search *s, const struct cell *k, struct seen *seen,
		 const struct reduction *reduction, const struct explore_options *options,
		 bool trails);
void search_free(struct search *s);

/* Begins in the cell's first state. False when the search has to stop for the reason in result.stop. */
bool search_begin(struct search *s);
/* Begins with a job. false: no memory. */
bool search_take(struct search *s, const struct job *job);
/*
 * Goes on for about so many transitions. False when there is nothing left to try (result.stop is
 * EXPLORE_COMPLETE then) or the search has to stop for the reason in result.stop.
 */
bool search_go(struct search *s, u64 transitions);
/* Gives away the children of the earliest state on the path that has some; false: none to give. */
bool search_give(struct search *s, struct job *ret);
void job_free(struct job *job);

#endif
