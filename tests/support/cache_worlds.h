/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two worlds of the model under test, side by side with the reference of ref_cache.h: one with identities as tokens,
 * one with a bit, newest or not. What is done to the reference is done to both, and then caches, memory, dirtiness,
 * places in the replacement order, what an op said it did and what the oracle said have to be the reference's.
 */
#ifndef TESTS_SUPPORT_CACHE_WORLDS_H
#define TESTS_SUPPORT_CACHE_WORLDS_H

#include "../../src/hierarchy.h"
#include "ref_cache.h"

#define USER_VA 0x1000u
#define WORLDS_PAGES 40

struct geometry {
	u32 sets, ways;
	u32 l2_sets, l2_ways, l2_line; /* l2_sets 0: no L2 */
	u32 page_shift; /* 6, or 5: then 4 sets of 16 bytes are two pages, and a line has two colours */
	bool any;
	u32 policy;
	u32 buffer; /* places of the write buffer */
};

/* bits of geometry.policy */
#define L1_FIFO BIT(0)
#define L1_THROUGH BIT(1)
#define L1_NO_ALLOCATE BIT(2)
#define L2_FIFO BIT(3)
#define L2_THROUGH BIT(4)
#define L2_NO_ALLOCATE BIT(5)
#define INCLUSIVE BIT(6)
#define ALIAS_FREE BIT(7)
#define L1_PLRU BIT(8)
#define L2_PLRU BIT(9)

/* The ops of a case. `colour` is that of the address used. */
enum verb {
	V_HIT,
	V_INDEX,
	V_LOAD,
	V_STORE,
	V_UNCACHED_HIT,
	V_UNCACHED_LOAD,
	V_UNCACHED_STORE,
	V_EVICT_L1,
	V_EVICT_L2,
	V_DMA_READ,
	V_DMA_WRITE,
	V_DRAIN,
	V_SYNC
};

struct doing {
	enum verb verb;
	enum cache_op op;
	u32 page, offset; /* a granule */
	u32 colour; /* of the address: page `page` is mapped once in each */
	u32 way;
	bool coherent;
	u32 number; /* what is written by this is told apart from what others write by it; below 2^20 */
};

/* The architecture's words for a CACHE op. */
struct cache_op_words {
	bool l2;
	u32 op; /* op[4:2] */
};

extern const struct cache_op_words architecture[CACHE_OPS];

/* `mapped` pages, from page 0 on, have an address in each colour; the others cannot be named by a doing. */
void worlds_up(const struct geometry *g, u32 pages, u32 mapped);
void worlds_down(void);
u32 worlds_colours(void);
/* The reference of the geometry with empty caches, and in memory `first`, `first` + 1, ... */
void worlds_reference(struct ref *ref, u32 first);
/* Puts both worlds into the reference's state. */
void worlds_load(const struct ref *ref);
/* Does it, and fails where the worlds then differ from the reference. */
void worlds_do(struct ref *ref, const struct doing *d);

#endif
