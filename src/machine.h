/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a machine is, constant while it runs: cache geometry, TLB size, page size, address map.
 * Facts and their sources: docs/model.md. All sizes are bytes, all shifts base-2 logarithms.
 */
#ifndef STALELINE_MACHINE_H
#define STALELINE_MACHINE_H

#include "base.h"

#define MAX_CPUS 8

/* MIPS32 segments. kseg0 and kseg1 see the first 512 MiB of physical memory. */
#define KSEG0 0x80000000u
#define KSEG1 0xa0000000u
#define KSEG2 0xc0000000u
#define KSEG_SIZE 0x20000000u

/* kseg0 and kseg1: the TLB is not asked, the physical address is the offset into the segment. */
static inline bool segment_unmapped(u32 va)
{
	return va - KSEG0 < 2 * KSEG_SIZE;
}

/* Window bases of a generic MIPS32 2.6.36 kernel: arch/mips/include/asm/{highmem,fixmap}.h. */
#define PKMAP_BASE 0xfe000000u
#define FIXADDR_TOP 0xfffe0000u
/* FIX_CMAP_BEGIN is 0 and takes 2 x 8 colour slots; FIX_KMAP_BEGIN follows FIX_CMAP_END. */
#define FIX_KMAP_BEGIN 17u

/* EntryLo: PFN in bits 31:6, then C (5:3), D, V, G. The modelled page tables hold the same form. */
#define LO_G BIT(0)
#define LO_V BIT(1)
#define LO_D BIT(2)
#define LO_C_SHIFT 3
#define LO_C_MASK 7u
#define LO_PFN_SHIFT 6

/* Cache coherency attributes (EntryLo.C, Config.K0). */
enum cca {
	CCA_UNCACHED = 2,
	CCA_CACHEABLE = 3, /* noncoherent, write-back, write-allocate */
};

/* Which line of a full set leaves. An invalid way is always filled first. */
enum replacement {
	REPLACE_LRU, /* the one that went longest without use */
	REPLACE_FIFO, /* the one filled longest ago */
	REPLACE_PLRU, /* where a binary tree of use bits points; ways are a power of two */
	REPLACE_RANDOM, /* seeded where one schedule is run, any while exploring */
	REPLACE_ANY, /* a choice */
};

/* What a core does to its L1 D-cache on its own account: speculation and prefetch. */
enum speculation {
	SPECULATION_NONE,
	SPECULATION_LOADS, /* fills lines, clean, that no load asked for */
};

/* Kinds of caches, in the order in which the world holds them. */
enum cache_level { LEVEL_L1D, LEVEL_L2, LEVEL_L1I, LEVEL_BUFFER, CACHE_LEVELS };

/* Caches of a machine: an L1 D-cache, an I-cache and a write buffer for each CPU, and the L2. */
#define MAX_CACHES (3u * MAX_CPUS + 1u)

struct cache_geometry {
	bool present;
	bool virtual_index; /* the set comes from the virtual address: VIPT */
	/* an L1: a line in another colour's set is taken out before it is filled again, and found by hit ops */
	bool alias_free;
	bool write_through; /* stores go on to the next level; no line is ever dirty */
	bool no_write_allocate; /* a store that misses goes to the next level only */
	bool inclusive; /* an L2: what the L1s hold it holds too, and S ops act on both */
	enum replacement replacement;
	u32 sets; /* a power of two */
	u32 ways; /* 1..16 */
	u32 line_shift;
	/* derived by machine_finish() */
	u32 colours; /* sets of one physical line: way size / page size if virtually indexed, at least 1 */
	u32 line_sectors; /* sectors (smallest lines) in a line */
};

struct machine {
	u32 cpus; /* each with an L1 and a TLB of its own */
	bool l1_snooped; /* the L1s see each other's misses and stores; TLBs never do */
	u32 page_shift;
	u32 sector_shift; /* the smallest line of any cache: also the device's burst */
	u32 long_shift; /* the longest line of any cache */
	struct cache_geometry l1d, l2;
	struct cache_geometry
		l1i; /* of the machine that traces run on; the kernel models have none */
	/* entries of a line of the L1 D-cache, between each CPU's and what is below; ways are its entries */
	struct cache_geometry buffer;
	u32 tlb_entries;
	bool machine_check; /* a TLB write that makes a duplicate traps; else the result is undefined */
	bool dma_coherent; /* DMA snoops the caches */
	u32 seed; /* of random replacement, in a schedule that is run */
	bool post_dma_flush; /* R10000-like: the kernel syncs again for the CPU after DMA */
	enum speculation speculation;
};

static inline u32 machine_page_bytes(const struct machine *m)
{
	return 1u << m->page_shift;
}

static inline u32 machine_cache_bytes(const struct cache_geometry *c)
{
	return c->present ? (c->sets * c->ways) << c->line_shift : 0;
}

/* Fills the derived fields. The caller has checked all ranges. */
void machine_finish(struct machine *m);

/* Two virtual addresses of one page can reach different copies of it in one L1. */
static inline bool machine_has_aliases(const struct machine *m)
{
	return m->l1d.colours > 1 && !m->l1d.alias_free;
}

#endif
