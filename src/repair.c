// SPDX-License-Identifier: GPL-2.0-or-later
#include "repair.h"

#include "cache_model.h"
#include "datum.h"
#include "pagetable.h"
#include "tlb_model.h"
#include "write_buffer.h"

bool repair_line_owned(const struct world *w, u32 page, u32 offset)
{
	const struct cell *k = w->k;
	u64 page_bytes = cell_page_bytes(k);
	u32 bytes = 1u << k->machine.l1d.line_shift;
	u64 line;
	u32 map, i;

	if (k->machine.l2.present && k->machine.l2.line_shift > k->machine.l1d.line_shift)
		bytes = 1u << k->machine.l2.line_shift;
	line = page * page_bytes + align_down(offset, bytes);
	for (map = 0; map < k->maps; map++) {
		const struct dma_map_def *def = &k->map[map];

		if (w_map(w, map)->state != MAP_DEVICE)
			continue;
		for (i = def->first_sg; i < def->first_sg + def->sgs; i++) {
			u64 from = k->sg[i].page * page_bytes + k->sg[i].offset;

			if (from < line + bytes && line < from + k->sg[i].length)
				return true;
		}
	}
	return false;
}

/* The newest data of the line goes to memory; where granules were never written to an entry, none. */
static void newest_to_memory(struct world *w, u32 cache, const struct w_line *line)
{
	const struct cell *k = w->k;
	u32 pa = cache_line_pa(k, cache, line);
	u32 end = pa + (1u << cache_geometry(k, cache)->line_shift);

	for (; pa < end; pa += 1u << k->granule_shift) {
		struct meaning at = {cell_page_of(k, pa), pa & (cell_page_bytes(k) - 1)};
		u32 granule = datum_granule_in_sector(k, pa);
		u32 token = datum_get(k, cache_sector(k, cache, line, pa), granule);

		if (token == oracle_newest(w, at) &&
		    (cache_level(k, cache) != LEVEL_BUFFER || write_buffer_holds(k, line, pa)))
			datum_put(w, datum_memory(w, at.page, at.offset), granule, token);
	}
}

static void repair_line(const struct act *a, const struct repair *r, u32 cache, u32 set, u32 pa)
{
	const struct w_line *line = cache_find(a->w, cache, set, pa);

	if (!line)
		return;
	if (r->kind == REPAIR_FLUSH) {
		hierarchy_evict(a, cache, set, line);
		return;
	}
	if (r->kind == REPAIR_SPLIT)
		newest_to_memory(a->w, cache, line);
	hierarchy_op(a, cache_is_l2(a->k, cache) ? Hit_Invalidate_SD : Hit_Invalidate_D, cache, set,
		     line);
}

/* What waits in a CPU's write buffer, of lines that its L1 may just have written back. */
static void repair_waiting(const struct act *a, const struct repair *r, u32 cpu, u32 pa)
{
	u32 buffer = cache_buffer(a->k, cpu);
	const struct w_line *entry = write_buffer_find(a->w, cpu, pa);

	if (!entry)
		return;
	if (r->kind == REPAIR_FLUSH && (r->caches & (BIT(cpu) | BIT(buffer)))) {
		hierarchy_drain(a, cpu, cache_line_pa(a->k, buffer, entry), DRAIN_CHOICE);
	} else if (r->kind == REPAIR_SPLIT) {
		newest_to_memory(a->w, buffer, entry);
		cache_remove(a->w, buffer, 0, entry);
	} else if (r->kind == REPAIR_DISCARD && (r->caches & BIT(buffer))) {
		cache_remove(a->w, buffer, 0, entry);
	}
}

static void repair_lines(const struct act *a, const struct repair *r)
{
	const struct cell *k = a->k;
	u32 pa = cell_page_pa(k, r->page) + r->offset;
	u32 cache, colour;

	/* before the lines of the cache below, which may have to go on to memory */
	for (cache = 0; cache < k->machine.cpus; cache++) {
		if (r->kind == REPAIR_SPLIT || (r->caches & BIT(cache)))
			for (colour = 0; colour < cache_geometry(k, cache)->colours; colour++)
				if (r->kind == REPAIR_SPLIT || (r->colours & BIT(colour)))
					repair_line(a, r, cache,
						    cache_colour_set(k, cache, pa, colour), pa);
		if (write_buffer_present(k))
			repair_waiting(a, r, cache, pa);
	}
	if (k->machine.l2.present && (r->kind == REPAIR_SPLIT || (r->caches & BIT(cache_l2(k)))))
		repair_line(a, r, cache_l2(k), cache_colour_set(k, cache_l2(k), pa, 0), pa);
}

static void repair_mapping(struct world *w, const struct repair *r)
{
	u32 asid = w_cpu(w, r->cpu)->asid;
	const u32 *pte = pagetable_entry(w, asid - 1, r->va);
	u32 index = tlb_probe(w, r->cpu, r->va, asid);

	if (index != NO_ID)
		tlb_drop(w, r->cpu, index);
	if (r->kind == REPAIR_MAP && pte)
		put(w, pte, pagetable_make(w->k, r->page, r->va >= KSEG0, false));
}

void repair_apply(struct world *w, const struct repair *r)
{
	struct act a = {
		.w = w,
		.k = w->k,
		.ctx = NO_ID,
		.step = NO_ID,
	};

	bug_on(!w->k->identities, "a world without identities is repaired");
	switch (r->kind) {
	case REPAIR_SPLIT:
		if (!repair_line_owned(w, r->page, r->offset))
			return;
		repair_lines(&a, r);
		return;
	case REPAIR_FLUSH:
	case REPAIR_DISCARD:
		repair_lines(&a, r);
		return;
	case REPAIR_SYNC:
		a.cpu = r->cpu;
		while (bus_sync(&a) == ACCESS_AGAIN)
			;
		return;
	case REPAIR_TLB_DROP:
	case REPAIR_MAP:
		repair_mapping(w, r);
		return;
	}
}
