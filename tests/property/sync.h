/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which lines the syncs of a program visit, against which they ought to: worked out from the program, the
 * table of ops of arch/mips/mm/dma-default.c (2.6.36) and the walkers of c-r4k.c, not from src/.
 */
#ifndef TESTS_PROPERTY_SYNC_H
#define TESTS_PROPERTY_SYNC_H

#include "../../src/world.h"
#include "program.h"

struct sync_watch {
	const struct program *p;
	const struct cell *k;
	const struct world
		*world; /* NULL: nobody looks whether an index walk leaves the caches empty */
	GArray *visited[CONTEXTS_MAX]; /* guint64 of op and address, of the step each context is in */
	GArray *ran[CONTEXTS_MAX]; /* gboolean per piece: the strategy ran an op for it */
	gboolean alone[CONTEXTS_MAX]; /* nobody else did anything since the sync began */
	guint syncs, lines; /* compared so far; lines visited by them */
	char *wrong; /* the first difference, NULL while there is none */
};

void sync_watch_init(struct sync_watch *v, const struct program *p, const struct cell *k);
void sync_watch_free(struct sync_watch *v);
/* A listener; `arg` is the watch. */
void sync_watch_event(void *arg, const struct event *e);

#endif
