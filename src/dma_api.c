// SPDX-License-Identifier: GPL-2.0-or-later
#include "dma_api.h"

bool dma_coherent(const struct cell *k, u32 map)
{
	u32 device = k->map[map].device;

	return k->machine.dma_coherent || (device != NO_ID && k->device[device].coherent);
}

static struct meaning map_place(const struct cell *k, u32 map)
{
	const struct sg_entry *sg = &k->sg[k->map[map].first_sg];

	return (struct meaning){sg->page, sg->offset};
}

/* Counts the mapping in or out of the pages it touches, where a device owns it. */
static void owners_add(const struct act *a, u32 map, u32 by)
{
	const struct cell *k = a->k;
	const struct dma_map_def *def = &k->map[map];
	u32 i, page;

	for (i = def->first_sg; i < def->first_sg + def->sgs; i++) {
		const struct sg_entry *sg = &k->sg[i];
		u32 last = sg->page + ((sg->offset + sg->length - 1) >> k->machine.page_shift);

		for (page = sg->page; page <= last; page++)
			put(a->w, &w_page(a->w, page)->owners, w_page(a->w, page)->owners + by);
	}
}

static void map_own(const struct act *a, u32 map, enum map_state state)
{
	const struct w_map *m = w_map(a->w, map);

	if ((m->state == MAP_DEVICE) != (state == MAP_DEVICE))
		owners_add(a, map, state == MAP_DEVICE ? 1 : (u32)-1);
	put(a->w, &m->state, state);
}

/* Ranges of two mappings overlap while both are mapped. */
static bool maps_overlap(const struct cell *k, const struct sg_entry *a, const struct sg_entry *b)
{
	u64 page = cell_page_bytes(k);
	u64 a_start = a->page * page + a->offset, b_start = b->page * page + b->offset;

	return a_start < b_start + b->length && b_start < a_start + a->length;
}

static bool mapped_already(const struct act *a, u32 map)
{
	const struct cell *k = a->k;
	const struct dma_map_def *def = &k->map[map];
	u32 other, i, j;

	for (other = 0; other < k->maps; other++) {
		const struct dma_map_def *o = &k->map[other];

		if (w_map(a->w, other)->state == MAP_NONE)
			continue;
		if (other == map)
			return true;
		/* two mappings that a device only reads through may overlap */
		if (def->direction == DMA_TO_DEVICE && o->direction == DMA_TO_DEVICE)
			continue;
		for (i = 0; i < def->sgs; i++)
			for (j = 0; j < o->sgs; j++)
				if (maps_overlap(k, &k->sg[def->first_sg + i],
						 &k->sg[o->first_sg + j]))
					return true;
	}
	return false;
}

struct map_frame {
	u32 map;
	u32 op; /* enum dma_op; sync_list only, like the next */
	u32 at; /* next sg entry */
};

static const struct sg_entry *entry_at(const struct act *a, const struct map_frame *L)
{
	return &a->k->sg[a->k->map[L->map].first_sg + L->at];
}

static void leak_mark(const struct act *a, u32 map)
{
	const struct dma_map_def *def = &a->k->map[map];
	u32 i;

	for (i = def->first_sg; i < def->first_sg + def->sgs; i++)
		oracle_leak(a, (struct meaning){a->k->sg[i].page, a->k->sg[i].offset},
			    a->k->sg[i].length, true);
}

static enum dma_op op_for(const struct act *a, u32 map, enum dma_hook hook)
{
	if (dma_coherent(a->k, map))
		return DMA_OP_NONE;
	return strategy_op_for(a->k, hook, a->k->map[map].direction);
}

/* The loop of arch/mips/mm/dma-default.c over a list, 2.6.36: each entry is a range of the strategy's. */
KFUNC(sync_list)
{
	K_BEGIN(map_frame);
	for (; L->op && L->at < a->k->map[L->map].sgs; SET(L->at, L->at + 1))
		K_CALL(1, sync_range, entry_at(a, L)->page, entry_at(a, L)->offset,
		       entry_at(a, L)->length, L->op);
	K_END;
}

/*
 * arch/mips/mm/dma-default.c dma_map_single/page/sg(), 2.6.36: every entry is synced, then it has a bus
 * address. Left out: the bus address itself, which is always right.
 */
KFUNC(dma_map)
{
	K_BEGIN(map_frame);
	K_PLACE(dma_map);
	if (mapped_already(a, L->map))
		oracle_break(a, R_DMA_MISUSE, map_place(a->k, L->map), MISUSE_MAPPED_ALREADY, 0);
	map_own(a, L->map, MAP_DEVICE);
	if (a->k->map[L->map].direction == DMA_FROM_DEVICE)
		leak_mark(a, L->map);
	tell(a, EV_MAP, L->map);
	K_CALL(1, sync_list, L->map, op_for(a, L->map, HOOK_MAP));
	K_END;
}

/* arch/mips/mm/dma-default.c dma_unmap_single/page/sg(), 2.6.36 */
KFUNC(dma_unmap)
{
	K_BEGIN(map_frame);
	K_CALL(1, sync_list, L->map,
	       op_for(a, L->map,
		      a->k->map[L->map].kind == DMA_MAP_SG ? HOOK_UNMAP_SG : HOOK_UNMAP));
	K_PLACE(dma_unmap);
	if (w_map(a->w, L->map)->state == MAP_NONE)
		oracle_break(a, R_DMA_MISUSE, map_place(a->k, L->map), MISUSE_UNMAP_UNMAPPED, 0);
	map_own(a, L->map, MAP_NONE);
	tell(a, EV_UNMAP, L->map);
	K_END;
}

/* arch/mips/mm/dma-default.c dma_sync_*_for_cpu(), 2.6.36 */
KFUNC(dma_sync_for_cpu)
{
	K_BEGIN(map_frame);
	K_CALL(1, sync_list, L->map, op_for(a, L->map, HOOK_FOR_CPU));
	K_PLACE(dma_sync_own);
	if (w_map(a->w, L->map)->state == MAP_NONE)
		oracle_break(a, R_DMA_MISUSE, map_place(a->k, L->map), MISUSE_SYNC_UNMAPPED, 0);
	else
		map_own(a, L->map, MAP_CPU);
	K_END;
}

/* arch/mips/mm/dma-default.c dma_sync_*_for_device(), 2.6.36 */
KFUNC(dma_sync_for_device)
{
	K_BEGIN(map_frame);
	K_PLACE(dma_sync_own);
	if (w_map(a->w, L->map)->state == MAP_NONE)
		oracle_break(a, R_DMA_MISUSE, map_place(a->k, L->map), MISUSE_SYNC_UNMAPPED, 0);
	else
		map_own(a, L->map, MAP_DEVICE);
	K_CALL(1, sync_list, L->map, op_for(a, L->map, HOOK_FOR_DEVICE));
	K_END;
}
