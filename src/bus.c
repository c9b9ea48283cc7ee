// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus.h"

#include "datum.h"
#include "pagetable.h"
#include "tlb_model.h"
#include "write_buffer.h"

struct translation {
	u32 pa;
	bool cacheable;
};

/*
 * The entry that TLBWR replaces, among those that are not wired: a choice where the TLB is full; with tlb_any
 * also while it is not, besides that no entry goes. NO_ID: none.
 */
static u32 tlb_victim(const struct act *a)
{
	u32 n = tlb_replaceable(a->w, a->cpu);

	if (w_cpu(a->w, a->cpu)->tlb_entries == a->k->machine.tlb_entries)
		return world_pick(a->w, n, BOUND_TLB_VICTIMS, false);
	return a->k->tlb_any ? world_pick(a->w, n + 1, BOUND_TLB_VICTIMS, false) - 1 : NO_ID;
}

/* TLB refill handler: both ptes of the pair are loaded whatever they hold, then TLBWR. EXL: one step. */
static enum access_result refill(const struct act *a, u32 va)
{
	const struct cell *k = a->k;
	u32 mask = tlb_pair_mask(k);
	u32 asid = w_cpu(a->w, a->cpu)->asid;
	u32 even = va & ~mask;
	u32 odd = even + cell_page_bytes(k);
	u32 mm = asid - 1;
	u32 victim;
	struct tlb_entry entry = {
		.vpn2 = even,
		.mask = mask,
		.asid = asid,
		.lo = {pagetable_read(a->w, mm, even), pagetable_read(a->w, mm, odd)},
	};

	entry.global = entry.lo[0] & entry.lo[1] & LO_G;
	victim = tlb_victim(a);
	/* TLBWR over the entry that would be the duplicate makes none */
	if (tlb_conflicts(a->w, a->cpu, &entry,
			  victim == NO_ID ? NO_ID : w_cpu(a->w, a->cpu)->wired + victim) &&
	    k->machine.machine_check) {
		oracle_end(a, R_MACHINE_CHECK, (struct meaning){NO_ID, 0});
		return ACCESS_DEAD;
	}
	tlb_write_random(a->w, a->cpu, &entry, victim);
	tell(a, EV_TLB_REFILL, va, entry.lo[0], entry.lo[1]);
	return ACCESS_AGAIN;
}

/* TLB invalid exception: handle_tlbl/handle_tlbs reload both halves when the pte is there by now. */
static enum access_result repair(const struct act *a, u32 va, u32 index, struct meaning m)
{
	const struct cell *k = a->k;
	u32 even = va & ~tlb_pair_mask(k);
	u32 mm = w_cpu(a->w, a->cpu)->asid - 1;
	u32 lo0 = pagetable_read(a->w, mm, even);
	u32 lo1 = pagetable_read(a->w, mm, even + cell_page_bytes(k));

	if (!(pagetable_read(a->w, mm, va) & LO_V)) {
		/* do_page_fault() finds nothing that could be mapped there */
		oracle_end(a, R_BAD_ADDRESS, m);
		return ACCESS_DEAD;
	}
	tlb_write_halves(a->w, a->cpu, index, lo0, lo1);
	tell(a, EV_TLB_REPAIR, va, lo0, lo1);
	return ACCESS_AGAIN;
}

static enum access_result translate(const struct act *a, u32 va, struct meaning m,
				    struct translation *t)
{
	struct tlb_translation found;

	if (segment_unmapped(va)) {
		/* Config.K0 is what every pte's attribute is */
		*t = (struct translation){va & (KSEG_SIZE - 1),
					  va < KSEG1 && !a->k->strategy.uncached};
		return ACCESS_DONE;
	}
	foot_touch(a->w, FOOT_TLB);
	pagetable_foot(a->w, va);
	/* every pte of the modelled kernel has D set: no Modified exception */
	switch (tlb_translate(a->w, a->cpu, va, w_cpu(a->w, a->cpu)->asid, false, &found)) {
	case TLB_NO_MATCH:
		return refill(a, va);
	case TLB_NOT_VALID:
		return repair(a, va, found.index, m);
	case TLB_MAPPED:
	case TLB_NOT_DIRTY:
		break;
	}
	*t = (struct translation){found.pa, (found.lo >> LO_C_SHIFT & LO_C_MASK) != CCA_UNCACHED};
	return ACCESS_DONE;
}

/* Is a line of `pa` in any cache? */
static bool cached_anywhere(const struct act *a, u32 pa)
{
	u32 cache, colour;

	for (cache = 0; cache < cache_count(a->k); cache++)
		for (colour = 0; colour < cache_geometry(a->k, cache)->colours; colour++)
			if (cache_find(a->w, cache, cache_colour_set(a->k, cache, pa, colour), pa))
				return true;
	return false;
}

/* Where a translated access lands, against where it was meant to. */
struct target {
	u32 page, offset; /* reached */
	struct meaning meant;
	bool right;
};

static bool aim(const struct act *a, const struct translation *t, struct meaning m,
		struct target *ret)
{
	const struct cell *k = a->k;

	ret->page = cell_page_of(k, t->pa);
	ret->offset = t->pa & (cell_page_bytes(k) - 1);
	if (m.page == NO_ID)
		m = (struct meaning){ret->page, ret->offset};
	ret->meant = meaning_at(k, m, 0);
	foot_line(a->w, ret->page, ret->offset);
	foot_line(a->w, ret->meant.page, ret->meant.offset);
	ret->right = ret->meant.page == ret->page && ret->meant.offset == ret->offset;
	return ret->page != NO_ID;
}

/* What loads and stores begin with: where the address leads, and what the oracle thinks of it. */
static enum access_result reach(const struct act *a, u32 va, struct meaning m, u32 length,
				bool store, struct translation *t, struct target *to)
{
	enum access_result result = translate(a, va, m, t);

	if (result != ACCESS_DONE)
		return result;
	if (!aim(a, t, m, to)) {
		oracle_end(a, R_BAD_ADDRESS, m);
		return ACCESS_DEAD;
	}
	if (!to->right)
		oracle_break(a, R_WRONG_PAGE, to->meant, 0, 0);
	oracle_touch(a, to->meant, length, store);
	return ACCESS_DONE;
}

enum access_result bus_load(const struct act *a, u32 va, struct meaning m, u32 length, u32 *polled)
{
	const struct cell *k = a->k;
	enum copy_place from = PLACE_MEMORY;
	enum access_result result;
	struct translation t;
	struct target to;
	const u32 *sector;
	u32 done;

	result = reach(a, va, m, length, false, &t, &to);
	if (result != ACCESS_DONE)
		return result;
	if (t.cacheable) {
		sector = cache_sector(k, a->cpu, hierarchy_l1(a, va, t.pa, &from), t.pa);
	} else {
		if (cached_anywhere(a, t.pa))
			oracle_warn(a, W_MIXED_ATTRIBUTES, to.meant);
		sector = datum_memory(a->w, to.page, to.offset);
	}
	for (done = 0; done < length; done += 1u << k->granule_shift) {
		u32 granule = datum_granule_in_sector(k, t.pa + done);
		u32 token = datum_get(k, sector, granule);

		tell(a, EV_LOAD, va + done, t.pa + done, to.meant.page, token, from);
		if (polled && !done && to.right)
			*polled = token;
		if (to.right && !polled)
			oracle_read(a, R_STALE_LOAD, meaning_at(k, to.meant, done), token);
	}
	return ACCESS_DONE;
}

enum access_result bus_store(const struct act *a, u32 va, struct meaning m, u32 length)
{
	const struct cell *k = a->k;
	enum copy_place from = PLACE_MEMORY;
	const u32 *sector[STORE_PLACES];
	enum access_result result;
	struct translation t;
	struct target to;
	u32 token, places = 1, done, i;

	result = reach(a, va, m, length, true, &t, &to);
	if (result != ACCESS_DONE)
		return result;
	if (t.cacheable) {
		places = hierarchy_store(a, va, t.pa, false, length, sector, &from);
	} else {
		if (cached_anywhere(a, t.pa))
			oracle_warn(a, W_MIXED_ATTRIBUTES, to.meant);
		sector[0] = datum_memory(a->w, to.page, to.offset);
	}
	oracle_write(a, to.meant, length, oracle_identity(a));
	for (done = 0; done < length; done += 1u << k->granule_shift) {
		token = oracle_token(a, meaning_at(k, to.meant, done), to.right);
		for (i = 0; i < places; i++)
			datum_put(a->w, sector[i], datum_granule_in_sector(k, t.pa + done), token);
		tell(a, EV_STORE, va + done, t.pa + done, to.meant.page, token, from);
	}
	return ACCESS_DONE;
}

enum access_result bus_hit_op(const struct act *a, enum cache_op op, u32 va, struct meaning m,
			      enum op_outcome *outcome)
{
	u32 cache = cache_op_is_l2(op) ? cache_l2(a->k) : a->cpu;
	const struct w_line *line;
	enum access_result result;
	struct translation t;
	struct target to;
	u32 set;

	result = translate(a, va, m, &t);
	if (result != ACCESS_DONE)
		return result;
	*outcome = OP_UNCACHED;
	to.meant = m;
	/* whatever there is to act on; past the end of what the scenario declares nothing is meant */
	if (aim(a, &t, m, &to) && !to.right)
		oracle_break(a, R_WRONG_PAGE, to.meant, 0, 0);
	if (t.cacheable && cache != CACHE_NONE) {
		if (cache_op_is_l2(op))
			hierarchy_drain_for_l2(a, t.pa);
		line = hierarchy_find(a->w, cache, va, t.pa, &set);
		*outcome = line ? hierarchy_op(a, op, cache, set, line) : OP_MISS;
		if (!cache_op_is_l2(op)) {
			enum op_outcome peers = hierarchy_peers_op(a, op, t.pa);

			if (peers > *outcome)
				*outcome = peers;
		}
	}
	tell(a, EV_CACHE_OP, op, va, t.pa, *outcome, to.meant.page);
	return ACCESS_DONE;
}

/* Lets one entry of this CPU's write buffer go on, the first; in `set` of the L2, unless that is NO_ID. */
static bool drain_one(const struct act *a, u32 set, enum drain_reason reason)
{
	const struct cell *k = a->k;
	u32 buffer = cache_buffer(k, a->cpu), first = NO_ID, i;
	const struct w_line *entry;

	if (!write_buffer_present(k))
		return false;
	for (i = 0; (entry = write_buffer_entry(a->w, a->cpu, i)); i++) {
		u32 pa = cache_line_pa(k, buffer, entry);

		if (set != NO_ID && cache_colour_set(k, k->machine.cpus, pa, 0) != set)
			continue;
		foot_line(a->w, cell_page_of(k, pa), pa & (cell_page_bytes(k) - 1));
		if (first == NO_ID)
			first = pa;
	}
	if (first != NO_ID)
		hierarchy_drain(a, a->cpu, first, reason);
	return first != NO_ID;
}

enum access_result bus_sync(const struct act *a)
{
	foot_touch(a->w, FOOT_SYNC);
	if (drain_one(a, NO_ID, DRAIN_SYNC))
		return ACCESS_AGAIN;
	tell(a, EV_SYNC_DONE, 0);
	return ACCESS_DONE;
}

enum access_result bus_index_op(const struct act *a, enum cache_op op, u32 set, u32 way,
				enum op_outcome *outcome)
{
	u32 cache = cache_op_is_l2(op) ? cache_l2(a->k) : a->cpu;
	u32 i;

	/* a line that is filled unasked before would have been there */
	if (a->k->machine.speculation != SPECULATION_NONE)
		foot_touch(a->w, FOOT_ALL_LINES);
	/* it comes behind what was sent to the set before */
	if (cache_op_is_l2(op) && drain_one(a, set, DRAIN_SYNC))
		return ACCESS_AGAIN;
	for (i = 0; i < cache_geometry(a->k, cache)->ways; i++) {
		const struct w_line *line = cache_line(a->w, cache, set, i);
		u32 pa;

		if (!line->tag)
			break;
		if (line->way != way)
			continue;
		pa = cache_line_pa(a->k, cache, line);
		foot_line(a->w, cell_page_of(a->k, pa), pa & (cell_page_bytes(a->k) - 1));
		tell(a, EV_CACHE_OP, op, pa, pa, line->dirty ? OP_WROTE_BACK : OP_CLEAN,
		     cell_page_of(a->k, pa));
		*outcome = hierarchy_op(a, op, cache, set, line);
		return ACCESS_DONE;
	}
	tell(a, EV_CACHE_OP, op, 0, NO_ID, OP_MISS, NO_ID);
	*outcome = OP_MISS;
	return ACCESS_DONE;
}

void bus_dma_write(const struct act *a, u32 page, u32 offset, u32 length, u32 identity,
		   bool coherent)
{
	const struct cell *k = a->k;
	const u32 *sector = datum_memory(a->w, page, offset);
	u32 token = 0, done;

	foot_line(a->w, page, offset);
	if (coherent)
		hierarchy_snoop(a, cell_page_pa(k, page) + offset, true);
	oracle_write(a, (struct meaning){page, offset}, length, identity);
	for (done = 0; done < length; done += 1u << k->granule_shift) {
		token = oracle_token(a, (struct meaning){page, offset + done}, true);
		datum_put(a->w, sector, datum_granule_in_sector(k, offset + done), token);
	}
	tell(a, EV_DMA_WRITE, page, offset, length, token);
}

void bus_dma_read(const struct act *a, u32 page, u32 offset, u32 length, bool coherent)
{
	const struct cell *k = a->k;
	const u32 *sector = datum_memory(a->w, page, offset);
	u32 done;

	foot_line(a->w, page, offset);
	if (coherent)
		hierarchy_snoop(a, cell_page_pa(k, page) + offset, false);
	for (done = 0; done < length; done += 1u << k->granule_shift) {
		u32 token = datum_get(k, sector, datum_granule_in_sector(k, offset + done));

		tell(a, EV_DMA_READ, page, offset + done, 0, token);
		oracle_read(a, R_STALE_DMA_READ, (struct meaning){page, offset + done}, token);
	}
}
