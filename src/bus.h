/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one path from a virtual address to data: segment, TLB, L1, L2, memory; the CACHE instruction; the
 * port through which devices reach memory past the caches. Each call is one step of a context or device.
 *
 * Non-inclusive write-back L2 below a write-back, write-allocate L1: an L1 line that is written back goes
 * to the L2, allocating there; removing a line from one level says nothing about the other.
 */
#ifndef STALELINE_BUS_H
#define STALELINE_BUS_H

#include "oracle.h"

enum access_result {
	ACCESS_DONE,
	ACCESS_AGAIN, /* a TLB refill or the repair of an invalid half took this step; try again */
	ACCESS_DEAD, /* bad-address or machine-check: the schedule has ended */
};

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

/* What a CACHE op did. */
enum op_outcome {
	OP_MISS, /* no line there */
	OP_CLEAN, /* acted on a clean line */
	OP_WROTE_BACK, /* wrote a dirty line back */
	OP_DROPPED, /* dropped a dirty line: its data is gone */
	OP_UNCACHED, /* uncached address or no such cache: nothing happens */
};

/* Where a load found its data, or a line its contents. */
enum copy_place { PLACE_L1, PLACE_L2, PLACE_MEMORY };

/*
 * `length` bytes within one line of the smallest cache. With `polled` the load is not compared; it gets the
 * token of the first granule when the result is ACCESS_DONE and the page is the one meant.
 */
enum access_result bus_load(const struct act *a, u32 va, struct meaning m, u32 length, u32 *polled);
enum access_result bus_store(const struct act *a, u32 va, struct meaning m, u32 length);
/* A hit op on the line of `va`. *outcome is set when the result is ACCESS_DONE. */
enum access_result bus_hit_op(const struct act *a, enum cache_op op, u32 va, struct meaning m,
			      enum op_outcome *outcome);
/* An index op on one way of one set: local and blind, writes back whatever is dirty there. */
enum op_outcome bus_index_op(const struct act *a, enum cache_op op, u32 set, u32 way);

/* The environment takes a line out of a cache, writing it back first if it is dirty. */
void bus_evict(const struct act *a, u32 cache, u32 set, const struct w_line *line);

/* One burst of a device: at most a sector, within one. `coherent`: the caches are snooped. */
void bus_dma_write(const struct act *a, u32 page, u32 offset, u32 length, u32 identity,
		   bool coherent);
void bus_dma_read(const struct act *a, u32 page, u32 offset, u32 length, bool coherent);

#endif
