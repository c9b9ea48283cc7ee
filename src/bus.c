// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus.h"

#include "cache_model.h"
#include "datum.h"
#include "pagetable.h"
#include "tlb_model.h"

static const char *const op_names[] = {
	[Index_Writeback_Inv_D] = "Index_Writeback_Inv_D",
	[Index_Writeback_Inv_SD] = "Index_Writeback_Inv_SD",
	[Hit_Invalidate_D] = "Hit_Invalidate_D",
	[Hit_Invalidate_SD] = "Hit_Invalidate_SD",
	[Hit_Writeback_Inv_D] = "Hit_Writeback_Inv_D",
	[Hit_Writeback_Inv_SD] = "Hit_Writeback_Inv_SD",
	[Hit_Writeback_D] = "Hit_Writeback_D",
	[Hit_Writeback_SD] = "Hit_Writeback_SD",
};

const char *cache_op_name(enum cache_op op)
{
	return op_names[op];
}

static bool op_is_l2(enum cache_op op)
{
	return op == Index_Writeback_Inv_SD || op == Hit_Invalidate_SD ||
	       op == Hit_Writeback_Inv_SD || op == Hit_Writeback_SD;
}

/* Where copies of a line's data are: a cache, or memory where line is NULL. */
struct holder {
	u32 cache;
	const struct w_line *line;
};

static const struct holder memory = {CACHE_NONE, NULL};

static const u32 *sector_of(const struct act *a, struct holder h, u32 pa)
{
	if (h.line)
		return cache_sector(a->k, h.cache, h.line, pa);
	return datum_memory(a->w, cell_page_of(a->k, pa), pa & (cell_page_bytes(a->k) - 1));
}

/* Copies the line of `cache` that `pa` lies in, sector by sector. */
static void line_copy(const struct act *a, u32 cache, u32 pa, struct holder to, struct holder from)
{
	u32 bytes = 1u << cache_geometry(a->k, cache)->line_shift;
	u32 at;

	pa = align_down(pa, bytes);
	for (at = 0; at < bytes; at += 1u << a->k->machine.sector_shift)
		datum_copy(a->w, sector_of(a, to, pa + at), sector_of(a, from, pa + at));
}

static void make_room(const struct act *a, u32 cache, u32 set);

/* The L2 line of `pa`, allocated and filled from memory if it was not there. */
static const struct w_line *l2_line(const struct act *a, u32 pa, enum copy_place *from)
{
	u32 l2 = cache_l2(a->k);
	u32 set = cache_set(a->k, l2, pa, pa);
	const struct w_line *line = cache_find(a->w, l2, set, pa);

	*from = PLACE_L2;
	if (line)
		return cache_touch(a->w, l2, set, line);
	*from = PLACE_MEMORY;
	make_room(a, l2, set);
	line = cache_insert(a->w, l2, set, pa);
	line_copy(a, l2, pa, (struct holder){l2, line}, memory);
	tell(a, EV_FILL, l2, cache_line_pa(a->k, l2, line), PLACE_MEMORY);
	return line;
}

static void write_back(const struct act *a, u32 cache, const struct w_line *line)
{
	const struct cell *k = a->k;
	u32 l2 = cache_l2(k);
	u32 pa = cache_line_pa(k, cache, line);

	if (cache == l2 || l2 == CACHE_NONE) {
		line_copy(a, cache, pa, memory, (struct holder){cache, line});
		tell(a, EV_WRITEBACK, cache, pa, PLACE_MEMORY);
	} else {
		enum copy_place from;
		const struct w_line *below = l2_line(a, pa, &from);

		line_copy(a, cache, pa, (struct holder){l2, below}, (struct holder){cache, line});
		put(a->w, &below->dirty, 1);
		tell(a, EV_WRITEBACK, cache, pa, PLACE_L2);
	}
}

static void make_room(const struct act *a, u32 cache, u32 set)
{
	const struct w_line *victim = cache_victim(a->w, cache, set);

	if (victim)
		bus_evict(a, cache, set, victim);
}

void bus_evict(const struct act *a, u32 cache, u32 set, const struct w_line *line)
{
	u32 pa = cache_line_pa(a->k, cache, line);

	if (line->dirty)
		write_back(a, cache, line);
	cache_remove(a->w, cache, set, line);
	tell(a, EV_EVICT, cache, pa);
}

/* The acting CPU's L1 line for `va` = `pa`, filled if it was not there. */
static const struct w_line *l1_line(const struct act *a, u32 va, u32 pa, enum copy_place *from)
{
	const struct cell *k = a->k;
	u32 cache = a->cpu;
	u32 set = cache_set(k, cache, va, pa);
	const struct w_line *line = cache_find(a->w, cache, set, pa);

	*from = PLACE_L1;
	if (line)
		return cache_touch(a->w, cache, set, line);
	make_room(a, cache, set);
	if (cache_l2(k) == CACHE_NONE) {
		*from = PLACE_MEMORY;
		line = cache_insert(a->w, cache, set, pa);
		line_copy(a, cache, pa, (struct holder){cache, line}, memory);
	} else {
		const struct w_line *below = l2_line(a, pa, from);

		line = cache_insert(a->w, cache, set, pa);
		line_copy(a, cache, pa, (struct holder){cache, line},
			  (struct holder){cache_l2(k), below});
	}
	tell(a, EV_FILL, cache, cache_line_pa(k, cache, line), *from);
	return line;
}

struct translation {
	u32 pa;
	bool cacheable;
};

/* TLB refill handler: both ptes of the pair are loaded whatever they hold, then TLBWR. EXL: one step. */
static enum access_result refill(const struct act *a, u32 va)
{
	const struct cell *k = a->k;
	u32 mask = tlb_pair_mask(k);
	u32 asid = w_cpu(a->w, a->cpu)->asid;
	u32 even = va & ~mask;
	u32 odd = even + cell_page_bytes(k);
	u32 mm = asid - 1;
	struct tlb_entry entry = {
		.vpn2 = even,
		.mask = mask,
		.asid = asid,
		.lo = {pagetable_read(a->w, mm, even), pagetable_read(a->w, mm, odd)},
	};

	u32 victim = a->arg;

	if (victim == NO_ID && w_cpu(a->w, a->cpu)->tlb_entries == k->machine.tlb_entries)
		victim = 0;
	entry.global = entry.lo[0] & entry.lo[1] & LO_G;
	/* TLBWR over the entry that would be the duplicate makes none */
	if (tlb_conflicts(a->w, a->cpu, &entry,
			  victim == NO_ID ? NO_ID : w_cpu(a->w, a->cpu)->wired + victim) &&
	    k->machine.machine_check) {
		oracle_end(a, R_MACHINE_CHECK, (struct meaning){NO_ID, 0});
		return ACCESS_DEAD;
	}
	tlb_write_random(a->w, a->cpu, &entry, a->arg);
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
		sector = cache_sector(k, a->cpu, l1_line(a, va, t.pa, &from), t.pa);
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
	enum access_result result;
	struct translation t;
	struct target to;
	const u32 *sector;
	u32 token, done;

	result = reach(a, va, m, length, true, &t, &to);
	if (result != ACCESS_DONE)
		return result;
	if (t.cacheable) {
		const struct w_line *line = l1_line(a, va, t.pa, &from);

		put(a->w, &line->dirty, 1);
		sector = cache_sector(k, a->cpu, line, t.pa);
	} else {
		if (cached_anywhere(a, t.pa))
			oracle_warn(a, W_MIXED_ATTRIBUTES, to.meant);
		sector = datum_memory(a->w, to.page, to.offset);
	}
	oracle_write(a, to.meant, length, oracle_identity(a));
	for (done = 0; done < length; done += 1u << k->granule_shift) {
		token = oracle_token(a, meaning_at(k, to.meant, done), to.right);
		datum_put(a->w, sector, datum_granule_in_sector(k, t.pa + done), token);
		tell(a, EV_STORE, va + done, t.pa + done, to.meant.page, token, from);
	}
	return ACCESS_DONE;
}

static enum op_outcome line_op(const struct act *a, enum cache_op op, u32 cache, u32 set,
			       const struct w_line *line)
{
	u32 pa = cache_line_pa(a->k, cache, line);
	u32 dirty = line->dirty;

	switch (op) {
	case Hit_Invalidate_D:
	case Hit_Invalidate_SD:
		cache_remove(a->w, cache, set, line);
		tell(a, EV_DROP, cache, pa, 0, dirty);
		return dirty ? OP_DROPPED : OP_CLEAN;
	case Hit_Writeback_D:
	case Hit_Writeback_SD:
		if (dirty) {
			write_back(a, cache, line);
			put(a->w, &line->dirty, 0);
		}
		return dirty ? OP_WROTE_BACK : OP_CLEAN;
	case Index_Writeback_Inv_D:
	case Index_Writeback_Inv_SD:
	case Hit_Writeback_Inv_D:
	case Hit_Writeback_Inv_SD:
		if (dirty)
			write_back(a, cache, line);
		cache_remove(a->w, cache, set, line);
		tell(a, EV_DROP, cache, pa, 0, 0);
		return dirty ? OP_WROTE_BACK : OP_CLEAN;
	case CACHE_OPS:
		break;
	}
	bug("a CACHE op that does not exist", __FILE__, __LINE__);
}

enum access_result bus_hit_op(const struct act *a, enum cache_op op, u32 va, struct meaning m,
			      enum op_outcome *outcome)
{
	u32 cache = op_is_l2(op) ? cache_l2(a->k) : a->cpu;
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
		set = cache_set(a->k, cache, va, t.pa);
		line = cache_find(a->w, cache, set, t.pa);
		*outcome = line ? line_op(a, op, cache, set, line) : OP_MISS;
	}
	tell(a, EV_CACHE_OP, op, va, t.pa, *outcome, to.meant.page);
	return ACCESS_DONE;
}

enum op_outcome bus_index_op(const struct act *a, enum cache_op op, u32 set, u32 way)
{
	u32 cache = op_is_l2(op) ? cache_l2(a->k) : a->cpu;
	u32 i;

	for (i = 0; i < cache_geometry(a->k, cache)->ways; i++) {
		const struct w_line *line = cache_line(a->w, cache, set, i);
		u32 pa;

		if (!line->tag)
			break;
		if (line->way != way)
			continue;
		pa = cache_line_pa(a->k, cache, line);
		tell(a, EV_CACHE_OP, op, pa, pa, line->dirty ? OP_WROTE_BACK : OP_CLEAN,
		     cell_page_of(a->k, pa));
		return line_op(a, op, cache, set, line);
	}
	tell(a, EV_CACHE_OP, op, 0, NO_ID, OP_MISS, NO_ID);
	return OP_MISS;
}

/* Snooping: dirty data of the sector goes to memory first; a write then takes the line out. */
static void snoop(const struct act *a, u32 pa, bool write)
{
	u32 cache, colour;

	for (cache = 0; cache < cache_count(a->k); cache++) {
		for (colour = 0; colour < cache_geometry(a->k, cache)->colours; colour++) {
			u32 set = cache_colour_set(a->k, cache, pa, colour);
			const struct w_line *line = cache_find(a->w, cache, set, pa);

			if (!line)
				continue;
			if (line->dirty)
				write_back(a, cache, line);
			if (write)
				cache_remove(a->w, cache, set, line);
			else
				put(a->w, &line->dirty, 0);
		}
	}
}

void bus_dma_write(const struct act *a, u32 page, u32 offset, u32 length, u32 identity,
		   bool coherent)
{
	const struct cell *k = a->k;
	const u32 *sector = datum_memory(a->w, page, offset);
	u32 token = 0, done;

	if (coherent)
		snoop(a, cell_page_pa(k, page) + offset, true);
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

	if (coherent)
		snoop(a, cell_page_pa(k, page) + offset, false);
	for (done = 0; done < length; done += 1u << k->granule_shift) {
		u32 token = datum_get(k, sector, datum_granule_in_sector(k, offset + done));

		tell(a, EV_DMA_READ, page, offset + done, 0, token);
		oracle_read(a, R_STALE_DMA_READ, (struct meaning){page, offset + done}, token);
	}
}
