/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A second model of caches, of the architecture's words alone: it shares nothing with the one under test. Arrays of
 * ways with a tag, a dirty bit, the time of the last use and an identity per granule; no journal, no order that
 * stands for time, no colours: what must leave other sets is looked for in all of them.
 */
#ifndef TESTS_SUPPORT_REF_CACHE_H
#define TESTS_SUPPORT_REF_CACHE_H

#include "../../src/base.h"

#define LINE 16u /* of the L1: one sector of two granules */
#define GRANULE 8u
#define REF_SETS 8
#define REF_WAYS 4
#define REF_LINE_GRANULES 4 /* of an L2 line of 32 bytes */
#define REF_GRANULES 512
#define REF_WAITING 4
#define REF_WAITING_GRANULES (LINE / GRANULE)

struct ref_line {
	bool valid, dirty;
	u32 pa;
	u32 used; /* time of the last use */
	u32 data[REF_LINE_GRANULES];
};

struct ref_cache {
	u32 sets, ways, line;
	bool fifo, plru, through, no_allocate;
	struct ref_line at[REF_SETS][REF_WAYS];
	bool second_older[REF_SETS]
			 [REF_WAYS]; /* tree-PLRU: of each node, its second half was used longer ago */
};

/* A place of the write buffer: a line of the L1, and which granules of it were written. */
struct ref_waiting {
	bool taken;
	u32 pa;
	bool written[REF_WAITING_GRANULES];
	u32 data[REF_WAITING_GRANULES];
};

struct ref {
	struct ref_cache l1, l2;
	u32 places; /* of the write buffer; 0: there is none */
	struct ref_waiting waiting[REF_WAITING]; /* in no order */
	bool has_l2;
	bool inclusive; /* what leaves the L2 leaves the L1; S ops act on both */
	bool alias_free; /* a line is in one set of the L1 at a time */
	bool any; /* victims are not chosen by age: the highest address goes */
	u32 page_bytes;
	u32 base; /* physical address of the first page */
	u32 memory[REF_GRANULES];
	u32 newest[REF_GRANULES];
	u32 now;
	bool stale; /* the last read was */
};

enum outcome { NOTHING, MISS, CLEAN, WROTE, DROPPED, UNCACHED };

u32 ref_set(const struct ref_cache *c, u32 index_address);
/* The line of `pa` in that set; NULL: it is not there. */
struct ref_line *ref_look(struct ref_cache *c, u32 set, u32 pa);
u32 ref_granule(const struct ref *r, u32 pa);
/* Accesses of a granule; r->stale says whether what was read was the newest. */
void ref_load(struct ref *r, u32 va, u32 pa, bool cached);
void ref_store(struct ref *r, u32 va, u32 pa, bool cached, u32 identity);
void ref_device_read(struct ref *r, u32 pa, bool coherent);
void ref_device_write(struct ref *r, u32 pa, bool coherent, u32 identity);
/* What waits of the line of `pa`; NULL: nothing. */
struct ref_waiting *ref_waits(struct ref *r, u32 pa);
/* It goes on. */
void ref_go_on(struct ref *r, struct ref_waiting *w);
/* All of it does. */
void ref_sync(struct ref *r);
/* What was sent to the L2's line of `pa`, or to one of its sets, gets there before an op on the L2 does. */
void ref_before_l2(struct ref *r, u32 pa);
void ref_before_l2_set(struct ref *r, u32 set);
/* op[4:2] of CACHE on a line of `c`; NULL: none was found. */
enum outcome ref_op(struct ref *r, struct ref_cache *c, struct ref_line *l, u32 op);

#endif
