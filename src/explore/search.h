/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The depth-first search of one thread: choices are taken and taken back, each state is expanded once, by
 * whoever notes it in the visited set first. Several searches may share a visited set; one that has run out
 * of work goes on with choices that another one gives away.
 */
#ifndef STALELINE_EXPLORE_SEARCH_H
#define STALELINE_EXPLORE_SEARCH_H

#include "arena.h"
#include "explore.h"
#include "reduce.h"
#include "seen.h"

/* One state on the path: how to get back to it, and which of its choices are still to be tried. */
struct node {
	size_t mark;
	u64 hash;
	u32 first, next, end; /* in search.choice[] */
};

struct search {
	struct arena arena;
	struct seen *seen;
	const struct reduction *reduction; /* NULL: every choice is tried */
	const struct explore_options *options;
	bool trails; /* what is found keeps the choices that led there */
	struct node *node;
	u32 depth, node_room;
	struct choice *choice; /* of all states on the path, one after the other */
	u32 choices, choice_room;
	struct choice *fill; /* of the state being expanded: those that matter */
	u32 fills, fill_room;
	bool fill_lost; /* the choice looked at last takes one of them away */
	struct trail path;
	struct meter meter; /* of metered cells */
	u32 base; /* choices of the path before the state that the search began in */
	u64 astray; /* contexts that touched lines they do not mean */
	struct explore_result result; /* what this search saw */
};

/* A state and some of its choices, for another search to go on with. */
struct job {
	u32 *words;
	u64 hash;
	struct choice *choice;
	u32 choices;
	struct trail path; /* only with trails */
	u32 base;
};

bool search_init(struct search *s, const struct cell *k, struct seen *seen,
		 const struct reduction *reduction, const struct explore_options *options,
		 bool trails);
void search_free(struct search *s);

/*
 * Lists the choices of the world's state in choice[0 .. *end): all, or those that have to be tried; a single one
 * only if `alone`, which may make the way to what is found longer. false: no memory.
 */
bool search_list(struct search *s, bool alone, u32 *end);

/* Begins in the cell's first state, which is noted as visited. false: no memory. */
bool search_begin(struct search *s);
/* Begins with a job. */
bool search_take(struct search *s, const struct job *job);
/*
 * Goes on for at most `transitions` transitions. False when there is nothing left to try (result.stop is
 * EXPLORE_COMPLETE then) or the search has to stop for the reason in result.stop.
 */
bool search_go(struct search *s, u64 transitions);
/* Gives away the untried choices of the earliest state on the path that has some; false: none to give. */
bool search_give(struct search *s, struct job *ret);
void job_free(struct job *job);

#endif
