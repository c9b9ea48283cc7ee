/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A CPU's write buffer: what its L1 sent below and what has not arrived there. An entry is a line of the L1, of which
 * some granules were written, by a write-back all of them, and at most one entry is of a line: a later write goes into
 * it. Which entry goes first is no state, since any may; they are kept by address. When they go, and who waits for
 * that, is the hierarchy's business (hierarchy.h).
 *
 * Each is one more cache of the world (cache_buffer()); behind the data of its lines stands which granules count.
 */
#ifndef STALELINE_WRITE_BUFFER_H
#define STALELINE_WRITE_BUFFER_H

#include "cache_model.h"

/* The machine has them. Traces leave them out: no hit or miss hangs on them. */
static inline bool write_buffer_present(const struct cell *k)
{
#ifdef WORLD_PLAIN
	(void)k;
	return false;
#else
	return k->machine.buffer.present;
#endif
}

/* The entry in place `at`, from 0 on by address; NULL: there are no more. */
const struct w_line *write_buffer_entry(const struct world *w, u32 cpu, u32 at);
/* The entry of the line of `pa`, or NULL. */
const struct w_line *write_buffer_find(const struct world *w, u32 cpu, u32 pa);
/* The entry of the line of `pa`, made if there is none; there must be room then. */
const struct w_line *write_buffer_take(struct world *w, u32 cpu, u32 pa);
/* The entry holds the granule of `pa`. */
bool write_buffer_holds(const struct cell *k, const struct w_line *entry, u32 pa);
/* The entry holds its whole line. */
bool write_buffer_whole(const struct cell *k, const struct w_line *entry);
/* `bytes` from `pa` on, within the entry's line, are written to it. */
void write_buffer_note(struct world *w, const struct w_line *entry, u32 pa, u32 bytes);

#endif
