// SPDX-License-Identifier: GPL-2.0-or-later
#include "flush.h"

#include "kline.h"

struct flush_frame {
	u32 address, size;
	u32 page, offset; /* what `address` was mapped for */
	u32 op; /* enum cache_op, for the walkers */
	u32 at; /* address of the next line */
	u32 last; /* address of the last line */
};

static u32 dcache_line(const struct act *a)
{
	return 1u << a->k->machine.l1d.line_shift;
}

static u32 scache_line(const struct act *a)
{
	return 1u << a->k->machine.l2.line_shift;
}

static u32 op_line(const struct act *a, enum cache_op op)
{
	return op == Hit_Invalidate_SD || op == Hit_Writeback_Inv_SD ? scache_line(a) :
								       dcache_line(a);
}

static u32 first_line(const struct flush_frame *L, u32 line)
{
	return align_down(L->address, line);
}

static u32 last_line(const struct flush_frame *L, u32 line)
{
	return align_down(L->address + L->size - 1, line);
}

/* kseg0 and kseg1 addresses mean themselves; a mapped one means the page its mapping was made for. */
static struct meaning meant_at(const struct act *a, u32 va, u32 address, u32 page, u32 offset)
{
	if (va >= KSEG0 && va < KSEG2)
		return (struct meaning){NO_ID, 0};
	/* va may lie below address, in the partial first line, never below its page */
	return meaning_at(a->k, (struct meaning){page, offset}, va - address);
}

/* The address the walker has come to is not the line of the range it stands for: zone crossing. */
static bool strays(const struct act *a, u32 va, u32 address, u32 page, u32 offset)
{
	const struct cell *k = a->k;
	u32 ahead = offset + (va - address);
	u32 line_page = page + (u32)((int32_t)ahead >> k->machine.page_shift);

	if (va < KSEG0 || va >= KSEG2)
		return false;
	return va >= KSEG1 || line_page >= k->pages ||
	       va - KSEG0 != cell_page_pa(k, line_page) + (ahead & (cell_page_bytes(k) - 1));
}

static enum cache_op op_changed(const struct act *a, enum cache_op op)
{
	bool l2 = op == Hit_Writeback_Inv_SD;

	if (op != Hit_Writeback_Inv_D && !l2)
		return op;
	if (a->change == CHANGE_WRITEBACK_ONLY)
		return l2 ? Hit_Writeback_SD : Hit_Writeback_D;
	if (a->change == CHANGE_INVALIDATE_ONLY)
		return l2 ? Hit_Invalidate_SD : Hit_Invalidate_D;
	return op;
}

/* Whether a sync ever finds a line is asked of all schedules, so it is no state. */
static void note_acted(const struct act *a, enum op_outcome outcome)
{
	if (outcome != OP_MISS && outcome != OP_UNCACHED)
		a->w->step_done[a->step] |= STEP_SYNC_USEFUL;
}

/* One hit op of a range: the op, and what the oracle wants to know about it. */
static enum access_result range_op(struct act *a, const struct flush_frame *L, enum cache_op op,
				   u32 va)
{
	struct meaning meant = meant_at(a, va, L->address, L->page, L->offset);
	enum op_outcome outcome = OP_MISS;
	enum access_result result = bus_hit_op(a, op_changed(a, op), va, meant, &outcome);
	struct meaning place = {L->page, L->offset};

	if (result != ACCESS_DONE)
		return result;
	if (strays(a, va, L->address, L->page, L->offset))
		oracle_break(a, R_UNSYNCED_RANGE, place, 0, 0);
	note_acted(a, outcome);
	/* dropped, it loses somebody else's bytes; written back at an edge, it may undo the device's */
	if ((outcome == OP_DROPPED || (outcome == OP_WROTE_BACK && a->kstep != KS_cache_hit_op)) &&
	    (va < L->address || va + op_line(a, op) > L->address + L->size))
		oracle_warn(a, W_PARTIAL_LINE_DIRTY, place);
	return ACCESS_DONE;
}

/*
 * `cpu_has_safe_index_cacheops && size >= cpu_dcache_size()`, arch/mips/mm/c-r4k.c, 2.6.36: with CONFIG_MIPS_CMP,
 * where the L1s of several CPUs are coherent, index ops are not safe: they are this CPU's only.
 */
static bool takes_index_ops(const struct act *a, u32 size)
{
	const struct machine *m = &a->k->machine;

	return size >= machine_cache_bytes(&m->l1d) && !(m->cpus > 1 && m->l1_snooped);
}

/* From the line of the first byte to the line of the last. */
static enum k_result blast_range(struct act *a, u32 line)
{
	enum access_result result;

	K_BEGIN(flush_frame);
	SET(L->at, first_line(L, line));
	SET(L->last, last_line(L, line));
	for (;;) {
		K_ACCESS(cache_hit_op, result, range_op(a, L, L->op, L->at));
		if (L->at == L->last)
			break;
		SET(L->at, L->at + line);
	}
	K_END;
}

/* arch/mips/include/asm/r4kcache.h blast_*dcache_range(), 2.6.36 */
KFUNC(blast_dcache_range)
{
	return blast_range(a, dcache_line(a));
}

/* arch/mips/include/asm/r4kcache.h blast_*scache_range(), 2.6.36 */
KFUNC(blast_scache_range)
{
	return blast_range(a, scache_line(a));
}

struct blast_frame {
	u32 set, way;
};

static enum access_result index_op(const struct act *a, const struct blast_frame *L,
				   enum cache_op op)
{
	enum op_outcome outcome;
	enum access_result result = bus_index_op(a, op, L->set, L->way, &outcome);

	if (result == ACCESS_DONE)
		note_acted(a, outcome);
	return result;
}

/* Way by way, each over all sets. */
static enum k_result blast_whole(struct act *a, const struct cache_geometry *g, enum cache_op op)
{
	enum access_result result;

	K_BEGIN(blast_frame);
	for (; L->way < g->ways; SET(L->way, L->way + 1)) {
		for (SET(L->set, 0); L->set < g->sets; SET(L->set, L->set + 1))
			K_ACCESS(cache_index_op, result, index_op(a, L, op));
	}
	K_END;
}

/* arch/mips/include/asm/r4kcache.h blast_*dcache(), 2.6.36. This CPU's only. */
KFUNC(blast_dcache)
{
	return blast_whole(a, &a->k->machine.l1d, Index_Writeback_Inv_D);
}

/* arch/mips/include/asm/r4kcache.h blast_*scache(), 2.6.36; without an L2 there is no way to walk. */
KFUNC(blast_scache)
{
	return blast_whole(a, &a->k->machine.l2, Index_Writeback_Inv_SD);
}

/* The SYNC instruction alone: `__sync()`, arch/mips/include/asm/barrier.h, 2.6.36 */
KFUNC(sync)
{
	enum access_result result;

	K_BEGIN(no_frame);
	K_ACCESS(sync, result, bus_sync(a));
	K_END;
}

/* The strategy `flush-all`: the whole L1, then the whole L2, as a cautious board port would. */
KFUNC(index_all)
{
	enum access_result result;

	K_BEGIN(flush_frame);
	K_CALL(1, blast_dcache, 0);
	K_CALL(2, blast_scache, 0);
	if (a->k->sync_after_op)
		K_ACCESS(sync, result, bus_sync(a));
	K_END;
}

/*
 * arch/mips/mm/c-r4k.c r4k_dma_cache_wback_inv(), 2.6.36; also installed as _dma_cache_wback. The SYNC at the
 * end is 3.1's, where it is asked for (kernel: sync-after-op). bc_wback_inv is mips_sc_wback_inv(),
 * arch/mips/mm/sc-mips.c. Where the L2 includes the L1s (cpu_has_inclusive_pcaches) only S ops are run.
 */
KFUNC(r4k_dma_cache_wback_inv)
{
	enum access_result result;

	K_BEGIN(flush_frame);
	K_BUG_ON(!L->size);
	if (a->k->machine.l2.inclusive) {
		if (L->size >= machine_cache_bytes(&a->k->machine.l2))
			K_CALL(4, blast_scache, 0);
		else
			K_CALL(5, blast_scache_range, L->address, L->size, L->page, L->offset,
			       Hit_Writeback_Inv_SD);
	} else if (takes_index_ops(a, L->size)) {
		K_CALL(1, blast_dcache, 0);
	} else {
		K_CALL(2, blast_dcache_range, L->address, L->size, L->page, L->offset,
		       Hit_Writeback_Inv_D);
	}
	if (a->k->machine.l2.present && !a->k->machine.l2.inclusive)
		K_CALL(3, blast_scache_range, L->address, L->size, L->page, L->offset,
		       Hit_Writeback_Inv_SD);
	if (a->k->sync_after_op)
		K_ACCESS(sync, result, bus_sync(a));
	K_END;
}

/*
 * arch/mips/mm/c-r4k.c r4k_dma_cache_inv(), 2.6.36: the first and the last line are written back and
 * invalidated (2.6.29 to 3.7), then the whole range is invalidated without write-back; a size of the cache
 * or more takes index ops, which do write back. mips_sc_inv() does the same to the L2. Where the L2 includes
 * the L1s the same is done by S ops alone, index ops from the L2's size on. SYNC as above.
 */
KFUNC(r4k_dma_cache_inv)
{
	enum access_result result;

	K_BEGIN(flush_frame);
	K_BUG_ON(!L->size);
	if (a->k->machine.l2.inclusive) {
		if (L->size >= machine_cache_bytes(&a->k->machine.l2))
			K_CALL(4, blast_scache, 0);
	} else if (takes_index_ops(a, L->size)) {
		K_CALL(1, blast_dcache, 0);
	} else {
		K_ACCESS(dcache_first_line, result,
			 range_op(a, L, Hit_Writeback_Inv_D, first_line(L, dcache_line(a))));
		K_ACCESS(dcache_last_line, result,
			 range_op(a, L, Hit_Writeback_Inv_D, last_line(L, dcache_line(a))));
		K_CALL(2, blast_dcache_range, L->address, L->size, L->page, L->offset,
		       Hit_Invalidate_D);
	}
	if (a->k->machine.l2.present &&
	    !(a->k->machine.l2.inclusive && L->size >= machine_cache_bytes(&a->k->machine.l2))) {
		K_ACCESS(scache_first_line, result,
			 range_op(a, L, Hit_Writeback_Inv_SD, first_line(L, scache_line(a))));
		K_ACCESS(scache_last_line, result,
			 range_op(a, L, Hit_Writeback_Inv_SD, last_line(L, scache_line(a))));
		K_CALL(3, blast_scache_range, L->address, L->size, L->page, L->offset,
		       Hit_Invalidate_SD);
	}
	if (a->k->sync_after_op)
		K_ACCESS(sync, result, bus_sync(a));
	K_END;
}

/*
 * arch/mips/mm/c-r4k.c local_r4k_flush_data_cache_page(), 2.6.36: the page's L1 lines, hit write-back
 * invalidate, this CPU only; never the L2.
 */
KFUNC(r4k_flush_data_cache_page)
{
	u32 bytes;

	K_BEGIN(flush_frame);
	bytes = cell_page_bytes(a->k);
	K_CALL(1, blast_dcache_range, align_down(L->address, bytes), bytes, L->page,
	       align_down(L->offset, bytes), Hit_Writeback_Inv_D);
	K_END;
}
