/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How lines move between the L1s, the L2 and memory: fills, write-backs, evictions, stores that go on below,
 * CACHE ops on a line, a device that snoops. Which data is right is none of its business (oracle.h).
 *
 * A miss reads the new line from below first; what has to leave for it waits in a write buffer and follows.
 * A line that is written back whole is not read first by the level that takes it in.
 *
 * Where the L1s of several CPUs snoop, a miss first sends what another one holds dirty a level down, where it
 * stays clean, and a store takes the line out of all the others, as MESI has it. So what one L1 holds dirty is
 * in no other. Without snooping they know nothing of each other.
 *
 * With a write buffer (write_buffer.h), what an L1 sends below waits there: dirty victims, what cache ops write back,
 * stores that go on below. Any entry may go on at any time. This CPU's fills and its ops on the L2 come behind what
 * waits of their line, which goes below first; a SYNC comes behind all of it. What snoops finds it like a line of the
 * L1: other CPUs' misses and stores, their hit ops, coherent devices; the data then goes on straight. Uncached accesses
 * and devices that do not snoop pass it by. So does Hit_Invalidate_D: it takes nothing back.
 *
 * The L2 is physically indexed. Unless it is inclusive, removing a line from one level says nothing about the
 * other. An inclusive one always holds what the L1s hold: a line that leaves it leaves them too, its dirty
 * data taken along, and S ops act on both (R4000SC, R10000; docs/model.md).
 */
#ifndef STALELINE_HIERARCHY_H
#define STALELINE_HIERARCHY_H

#include "cache_model.h"

/* The CACHE operations that Linux's DMA and page flushes use; op[4:2] and cache as in the architecture. */
enum cache_op {
	Index_Writeback_Inv_D,
	Index_Writeback_Inv_SD,
	Hit_Invalidate_D,
	Hit_Invalidate_SD,
	Hit_Writeback_Inv_D,
	Hit_Writeback_Inv_SD,
	Hit_Writeback_D,
	Hit_Writeback_SD,
	CACHE_OPS
};

const char *cache_op_name(enum cache_op op);
bool cache_op_is_l2(enum cache_op op);

/* What a CACHE op did. */
enum op_outcome {
	OP_MISS, /* no line there */
	OP_CLEAN, /* acted on a clean line */
	OP_WROTE_BACK, /* wrote a dirty line back */
	OP_DROPPED, /* dropped a dirty line: its data is gone */
	OP_UNCACHED, /* uncached address or no such cache: nothing happens */
};

/* Where a load found its data, or a line its contents. */
enum copy_place { PLACE_L1, PLACE_L2, PLACE_MEMORY, PLACE_BUFFER, PLACE_NONE };

/* Why an entry of a write buffer goes on. */
enum drain_reason {
	DRAIN_CHOICE, /* the environment's */
	DRAIN_SYNC, /* the step waits for it, and is taken again */
	DRAIN_ROOM, /* another one needs its place */
	DRAIN_ORDER, /* this CPU reads the line, or works on it in the L2 */
	DRAIN_SNOOP, /* somebody else does, and looks */
};

/* The acting CPU's L1 line of `va` = `pa`, filled if it was not there. */
const struct w_line *hierarchy_l1(const struct act *a, u32 va, u32 pa, enum copy_place *from);
/* Fills the line of `pa` into a set of the acting CPU's L1, which does not hold it there, as a load that misses would. */
void hierarchy_fill(const struct act *a, u32 set, u32 pa);
/* The same as hierarchy_l1() of its I-cache. */
const struct w_line *hierarchy_fetch(const struct act *a, u32 va, u32 pa, enum copy_place *from);
/*
 * Sectors a store to `va` = `pa` writes: at most L1, L2 and memory. Fills what allocates, marks what is dirty.
 * `whole`: the store covers its L1 line, which then is not read first. `bytes` are written, within a sector where
 * there are write buffers.
 */
#define STORE_PLACES 3
u32 hierarchy_store(const struct act *a, u32 va, u32 pa, bool whole, u32 bytes,
		    const u32 *sector[STORE_PLACES], enum copy_place *from);
/* The line a hit op through `va` = `pa` finds in `cache`, and its set; NULL: none. */
const struct w_line *hierarchy_find(const struct world *w, u32 cache, u32 va, u32 pa, u32 *set);
/* The op on a line found by hit or index. */
enum op_outcome hierarchy_op(const struct act *a, enum cache_op op, u32 cache, u32 set,
			     const struct w_line *line);
/*
 * A coherence manager passes hit ops on: the op on what other CPUs' L1s hold of `pa`, in all colours. What it
 * did, the most of it; OP_MISS on machines without.
 */
enum op_outcome hierarchy_peers_op(const struct act *a, enum cache_op op, u32 pa);
/* Takes a line out of a cache, writing it back first if it is dirty. */
void hierarchy_evict(const struct act *a, u32 cache, u32 set, const struct w_line *line);
/* The line of `pa` waits in the write buffer of `cpu`: it goes on. */
void hierarchy_drain(const struct act *a, u32 cpu, u32 pa, enum drain_reason reason);
/* Before an op of this CPU on the L2: what waits of the L2's line of `pa` goes there. */
void hierarchy_drain_for_l2(const struct act *a, u32 pa);
/* A device accesses the sector of `pa` and the caches look: dirty data goes to memory; a write takes lines out. */
void hierarchy_snoop(const struct act *a, u32 pa, bool write);

#endif
