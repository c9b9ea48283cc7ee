/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one path from a virtual address to data: segment, TLB, caches, memory; the CACHE instruction; the
 * port through which devices reach memory past the caches. Each call is one step of a context or device.
 */
#ifndef STALELINE_BUS_H
#define STALELINE_BUS_H

#include "hierarchy.h"
#include "oracle.h"

enum access_result {
	ACCESS_DONE,
	/* a TLB refill, the repair of an invalid half, or what waits in the write buffer took this step; try again */
	ACCESS_AGAIN,
	ACCESS_DEAD, /* bad-address or machine-check: the schedule has ended */
};

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
enum access_result bus_index_op(const struct act *a, enum cache_op op, u32 set, u32 way,
				enum op_outcome *outcome);
/* SYNC: over when nothing waits in this CPU's write buffer; until then each step lets one entry go on. */
enum access_result bus_sync(const struct act *a);

/* One burst of a device: at most a sector, within one. `coherent`: the caches are snooped. */
void bus_dma_write(const struct act *a, u32 page, u32 offset, u32 length, u32 identity,
		   bool coherent);
void bus_dma_read(const struct act *a, u32 page, u32 offset, u32 length, bool coherent);

#endif
