/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A compiled cell: everything about a scenario, a strategy and a kernel that is constant while it
 * runs. The scenario loader fills it once; the model only reads it. Ids are indices into its arrays.
 */
#ifndef STALELINE_PROGRAM_H
#define STALELINE_PROGRAM_H

#include "bounds.h"
#include "machine.h"

enum dma_direction { DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE };

enum ctx_level { LEVEL_PROCESS, LEVEL_SOFTIRQ, LEVEL_HARDIRQ };

/* What lets a context begin one more run. */
enum ctx_trigger {
	ON_START, /* from the beginning */
	ON_CONTEXT, /* after a run of context `source` ended */
	ON_DEVICE, /* a completion interrupt of device `source` is pending */
	ON_RAISE, /* a `raise` step named it */
	ON_ANY, /* an interrupt that may arrive between any two steps */
};

#define TIMES_FOREVER NO_ID
/* Runs as often as its trigger fires; complete whenever nothing is pending. */
#define TIMES_TRIGGERED (NO_ID - 1)

struct context_def {
	u32 cpu;
	enum ctx_level level;
	enum ctx_trigger trigger;
	u32 source;
	u32 times; /* runs, TIMES_FOREVER or TIMES_TRIGGERED */
	u32 mm; /* address space, processes only: its ASID is mm + 1 */
	u32 first_step, steps;
};

/* An address operand of a step: arg[0] of the operand's four words. */
enum operand_kind {
	OPERAND_HANDLE, /* ref = handle id: the virtual address a mapping step stored there */
	OPERAND_KSEG0, /* ref = first page of a lowmem range */
	OPERAND_KSEG1,
};

struct operand {
	enum operand_kind kind;
	u32 ref;
	u32 offset; /* bytes from the start of the mapping or page */
	u32 length; /* bytes */
};

#define LOOP_DEPTH 3

struct step {
	u32 fn; /* enum kfunc: the routine that executes the step */
	u32 check; /* digest of its text in the file, by which a trail knows it; decides nothing */
	struct operand at; /* steps that touch memory or take an address */
	u32 arg[4]; /* meaning per routine: src/steps.h */
};

struct page_info {
	u32 pfn;
	bool highmem;
	bool starts_free; /* not in use before an `alloc` */
};

/* Pages of consecutive ids and pfns, as one line of the scenario's `pages:` declared them. */
struct page_range {
	u32 first, count;
	u32 pfn;
};

struct sg_entry {
	u32 page; /* first page; entries may cover several consecutive ones */
	u32 offset, length; /* bytes */
};

enum dma_map_kind { DMA_MAP_SINGLE, DMA_MAP_PAGE, DMA_MAP_SG };

/* One `dma-map-*` step: what it maps is constant, whether it is mapped is state. */
struct dma_map_def {
	enum dma_map_kind kind;
	enum dma_direction direction;
	u32 first_sg, sgs;
	u32 device; /* NO_ID: none named */
};

struct device_def {
	bool coherent; /* snoops the caches whatever the machine does */
	bool unwaited; /* no step waits for its completions: counting them would only tell states apart */
};

struct user_pte_def {
	u32 mm;
	u32 va; /* page aligned */
};

/*
 * Strategy programs: how a range gets addresses for its cache op (a YAML file of strategies/). A flat list of
 * ops; `target` is where to go on when the op does not fall through.
 */
enum strategy_op_kind {
	SOP_END, /* the range is done */
	SOP_CALL, /* run routine `arg` (enum kfunc), with slot type `slot` */
	SOP_EACH_PAGE, /* the next page-sized piece of the range, or go to target when there is none */
	SOP_UNLESS, /* go to target unless condition `arg` holds */
	SOP_JUMP, /* go to target */
	SOP_LOWMEM_ADDRESS, /* the address is page_address() + offset */
};

enum strategy_condition {
	COND_MAPPED, /* the last mapping primitive gave an address */
	COND_HIGHMEM, /* the piece is of a highmem page */
	COND_NESTED, /* the per-CPU depth is not 0 */
	COND_CHANGED, /* the saved pte is not the one of this page */
	COND_HARDIRQ, /* in_irq() */
	COND_SOFTIRQ, /* in_softirq(), and not in_irq() */
	COND_ALWAYS, /* no `if` names it: what a mutated one asks */
};

struct strategy_op {
	enum strategy_op_kind kind;
	u32 arg;
	u32 slot;
	u32 target;
	bool other_page; /* mutated: the routine gets the next page instead of the piece's */
};

struct strategy {
	const struct strategy_op *op;
	u32 ops;
	bool kmap_high_get; /* ARCH_NEEDS_KMAP_HIGH_GET: kmap_lock disables irqs */
	bool lowmem_whole; /* the lowmem rest of a range goes in one op */
	bool no_op; /* `cache-op: none`: every sync returns at once */
	bool slots_shared; /* single effects on a slot are on CPU 0's, whichever CPU runs them */
	bool uncached; /* every mapping of the cell's pages is uncached, from boot on */
};

/* One line of a kernel routine that is not as the kernel has it: kline.h. */
struct mutation {
	u32 fn; /* enum kfunc, 0: none */
	u32 at; /* the line: an enum kstep, or the number of a call */
	u32 change; /* enum change */
};

/*
 * The valid lines of a set stand in front. In which order is what makes equal sets equal words: by age
 * where the age decides which line leaves, else by something that never changes.
 */
enum set_order {
	ORDER_AGE, /* the most recently used (LRU) or filled (FIFO) first */
	ORDER_WAY, /* tree-PLRU: the bits name ways */
	ORDER_TAG,
};

/* Where a cache is in the world, and what finding a line in it takes: everything that is done for each access. */
struct cache_place {
	u32 lines; /* its first word */
	u32 line_words, set_words;
	u32 ways, line_shift, set_mask;
	enum set_order order; /* how the lines of a set are kept */
	bool keeps_order; /* a hit changes nothing */
	bool by_va; /* the set comes from the virtual address */
	bool alias_free;
	u32 sector_mask; /* sectors in a line - 1 */
	u32 plru; /* one word a set, where the policy is tree-PLRU */
	u32 busy; /* one bit a set that holds a line, then one bit a word of these */
};

/* A cell, and where its arrays begin in the world (layout.h). */
struct layout {
	u32 top, cpu, ctx, tlb, handle, map, device, page, lock, meter;
	u32 user_pte, pkmap_pte, fixmap_pte, pkmap_count, slot_users;
	u32 iteration, polled, flat, memory, leak;
	u32 hashed; /* words before this one are state; the rest is derived from them */
	u32 words;
	/* strides, in words */
	u32 line_words[CACHE_LEVELS];
	struct cache_place place[MAX_CACHES]; /* by the numbers of cache_model.h */
};

struct cell {
	struct machine machine;

	/* kernel configuration */
	u32 last_pkmap; /* a power of two */
	bool debug_highmem, hardirq_nesting, preempt;
	bool sync_after_op; /* 3.1's __sync() at the end of dma_cache_wback_inv and dma_cache_inv */
	struct mutation mutation;
	bool lines_watched; /* some line is mutated, or those executed are wanted (world.line_done) */
	bool metered; /* the world has room for what windows and calls have cost so far; decides nothing */

	/* exploration switches */
	bool identities; /* copies hold full write identities; else only newest-or-not */
	bool evictions_any; /* unbounded evictions: sets are unordered */
	struct bounds bounds; /* of choices, while exploring */
	bool ways_matter; /* index ops may hit single ways: lines remember theirs */
	bool tlb_indexed; /* TLB entries keep their index: TLBWI, TLBR and TLBP may name it */
	bool tlb_any; /* a refill may drop any entry, even while a slot is free */
	u64 absent; /* contexts, one bit each, that never begin: a search leaves them to another one */

	u32 granule_shift;
	u32 sector_granules, sector_words, page_sectors;
	u32 token_bits; /* 1 or 32 */
	bool polls; /* some step branches on what it reads */

	const struct page_info *page;
	u32 pages;
	const struct page_range *range;
	u32 ranges;
	const struct context_def *context;
	u32 contexts;
	const struct step *step;
	u32 steps;
	const struct sg_entry *sg;
	u32 sgs;
	const struct dma_map_def *map;
	u32 maps;
	const struct device_def *device;
	u32 devices;
	const struct user_pte_def *user_pte;
	u32 user_ptes;
	u32 handles;
	u32 contexts_per_cpu[MAX_CPUS];

	struct strategy strategy;
	struct layout layout;
};

static inline u32 cell_page_bytes(const struct cell *k)
{
	return 1u << k->machine.page_shift;
}

/* The page that physical address `pa` lies in, or NO_ID. */
u32 cell_page_of(const struct cell *k, u32 pa);

static inline u32 cell_page_pa(const struct cell *k, u32 page)
{
	return k->page[page].pfn << k->machine.page_shift;
}

#endif
