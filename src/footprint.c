// SPDX-License-Identifier: GPL-2.0-or-later
#include "footprint.h"

#include "cache_model.h"
#include "kmtypes.h"
#include "pagetable.h"

static u32 page_lines(const struct cell *k)
{
	return 1u << (k->machine.page_shift - k->machine.long_shift);
}

u32 footprint_lines(const struct cell *k)
{
	return k->pages * page_lines(k);
}

/* Bytes from `offset` bytes into `page` on; they may run on into the next pages. */
static void mark_bytes(const struct cell *k, u32 page, u32 offset, u32 length, footprint_mark *mark,
		       void *arg)
{
	u32 shift = k->machine.long_shift;
	u32 first = page * page_lines(k) + (offset >> shift);
	u32 end = page * page_lines(k) + ((offset + length + (1u << shift) - 1) >> shift);

	end = min_u32(end, footprint_lines(k));
	if (first < end)
		mark(arg, first, end - first);
}

static void mark_pages(const struct cell *k, u32 page, u32 pages, footprint_mark *mark, void *arg)
{
	mark(arg, page * page_lines(k), pages * page_lines(k));
}

/* Ops on more than the range: index ops on a whole cache, flush_data_cache_page() on a whole page. */
static bool strategy_calls(const struct cell *k, enum kfunc fn)
{
	u32 i;

	for (i = 0; i < k->strategy.ops; i++)
		if (k->strategy.op[i].kind == SOP_CALL && k->strategy.op[i].arg == (u32)fn)
			return true;
	return false;
}

void footprint_mark_map(const struct cell *k, u32 map, footprint_mark *mark, void *arg)
{
	const struct dma_map_def *def = &k->map[map];
	bool pages = strategy_calls(k, KF_r4k_flush_data_cache_page);
	u32 i;

	for (i = def->first_sg; i < def->first_sg + def->sgs; i++) {
		const struct sg_entry *sg = &k->sg[i];

		/* a range as long as the cache takes index ops, which reach every line there is */
		if (strategy_calls(k, KF_index_all) || k->ways_matter)
			mark(arg, 0, footprint_lines(k));
		else if (pages)
			mark_bytes(k, sg->page, 0,
				   ((sg->offset + sg->length - 1) | (cell_page_bytes(k) - 1)) + 1,
				   mark, arg);
		else
			mark_bytes(k, sg->page, sg->offset, sg->length, mark, arg);
	}
}

/* Steps of all contexts that make the handle. */
static const struct step *maker_next(const struct cell *k, u32 handle, u32 *at)
{
	while (*at < k->steps) {
		const struct step *s = &k->step[(*at)++];

		if ((s->fn == KF_step_map_user || s->fn == KF_step_kmap ||
		     s->fn == KF_step_kmap_atomic) &&
		    s->arg[2] == handle)
			return s;
	}
	return NULL;
}

static bool has_operand(u32 fn)
{
	return fn == KF_step_load || fn == KF_step_store || fn == KF_step_poll ||
	       fn == KF_step_cache_op;
}

static bool takes_handle(u32 fn)
{
	return fn == KF_step_unmap_user || fn == KF_step_kunmap || fn == KF_step_kunmap_atomic;
}

static bool takes_map(u32 fn)
{
	switch (fn) {
	case KF_step_dma_map:
	case KF_step_dma_unmap:
	case KF_step_dma_sync_for_cpu:
	case KF_step_dma_sync_for_device:
	case KF_step_readahead:
	case KF_step_ata_qc_complete:
	case KF_step_end_bio:
		return true;
	default:
		return false;
	}
}

static void mark_step(const struct cell *k, const struct step *s, footprint_mark *mark, void *arg)
{
	const struct step *maker;
	u32 at = 0;

	if (takes_map(s->fn)) {
		footprint_mark_map(k, s->arg[0], mark, arg);
		return;
	}
	if (has_operand(s->fn) && s->at.kind != OPERAND_HANDLE) {
		mark_bytes(k, s->at.ref, s->at.offset, s->at.length, mark, arg);
		return;
	}
	if (has_operand(s->fn)) {
		while ((maker = maker_next(k, s->at.ref, &at)))
			mark_bytes(k, maker->arg[0], s->at.offset, s->at.length, mark, arg);
		return;
	}
	if (takes_handle(s->fn)) {
		while ((maker = maker_next(k, s->arg[2], &at)))
			mark_pages(k, maker->arg[0],
				   maker->fn == KF_step_map_user ? maker->arg[1] : 1, mark, arg);
		return;
	}
	switch (s->fn) {
	case KF_step_dev_start:
	case KF_step_dev_transfer:
		footprint_mark_map(k, s->arg[1], mark, arg);
		break;
	case KF_step_alloc:
	case KF_step_free:
	case KF_step_map_user:
	case KF_step_wait_on_page:
		mark_pages(k, s->arg[0], s->arg[1], mark, arg);
		break;
	case KF_step_kmap:
	case KF_step_kmap_atomic:
		mark_pages(k, s->arg[0], 1, mark, arg);
		break;
	default:
		break;
	}
}

void footprint_mark_context(const struct cell *k, u32 ctx, footprint_mark *mark, void *arg)
{
	const struct context_def *def = &k->context[ctx];
	u32 i;

	for (i = 0; i < def->steps; i++)
		mark_step(k, &k->step[def->first_step + i], mark, arg);
}

static bool only_maps(u32 fn)
{
	return fn == KF_step_map_user || fn == KF_step_kmap || fn == KF_step_kmap_atomic ||
	       takes_handle(fn);
}

void footprint_mark_data(const struct cell *k, u32 ctx, footprint_mark *mark, void *arg)
{
	const struct context_def *def = &k->context[ctx];
	u32 i;

	for (i = 0; i < def->steps; i++)
		if (!only_maps(k->step[def->first_step + i].fn))
			mark_step(k, &k->step[def->first_step + i], mark, arg);
}

static u32 primitive_touches(u32 fn)
{
	switch (fn) {
	case KF_kmap_high_get:
	case KF_kunmap_high:
		return FOOT_PKMAP;
	case KF_kmap_atomic:
	case KF_kunmap_atomic:
	case KF_kmap_atomic_stack:
	case KF_kunmap_atomic_stack:
	case KF_kmap_local:
	case KF_kunmap_local:
	case KF_kmap_high_l1_vipt:
	case KF_kunmap_high_l1_vipt:
	case KF_save_pte:
	case KF_set_pte:
	case KF_restore_pte:
	case KF_clear_pte:
	case KF_tlb_flush_local:
	case KF_depth_inc:
	case KF_depth_dec:
		return FOOT_SLOT | FOOT_TLB;
	default:
		return 0;
	}
}

static u32 strategy_touches(const struct cell *k)
{
	u32 touches = 0;
	u32 i;

	for (i = 0; i < k->strategy.ops; i++) {
		const struct strategy_op *op = &k->strategy.op[i];

		if (op->kind == SOP_CALL)
			touches |= primitive_touches(op->arg);
		else if (op->kind == SOP_UNLESS && op->arg == COND_NESTED)
			touches |= FOOT_SLOT;
	}
	/* an op at an address of the pool that kmap_high_get() found */
	return touches & FOOT_PKMAP ? touches | FOOT_TLB : touches;
}

static u32 maker_touches(u32 fn)
{
	if (fn == KF_step_kmap)
		return FOOT_PKMAP | FOOT_TLB;
	return fn == KF_step_kmap_atomic ? FOOT_SLOT | FOOT_TLB : FOOT_USER | FOOT_TLB;
}

u32 footprint_touches(const struct cell *k, u32 ctx)
{
	const struct context_def *def = &k->context[ctx];
	u32 touches = 0, i;

	for (i = 0; i < def->steps; i++) {
		const struct step *s = &k->step[def->first_step + i], *maker;
		u32 at = 0;

		if (takes_map(s->fn))
			touches |= strategy_touches(k);
		else if (s->fn == KF_step_map_user || s->fn == KF_step_kmap ||
			 s->fn == KF_step_kmap_atomic)
			touches |= maker_touches(s->fn);
		else if ((has_operand(s->fn) && s->at.kind == OPERAND_HANDLE) ||
			 takes_handle(s->fn))
			while ((maker = maker_next(k, has_operand(s->fn) ? s->at.ref : s->arg[2],
						   &at)))
				touches |= maker_touches(maker->fn);
	}
	/* at the border of two windows a TLB entry can be of both */
	return touches & FOOT_PKMAP ? touches | FOOT_SLOT : touches;
}

bool footprint_triggers(const struct cell *k, u32 ctx, u32 other)
{
	const struct context_def *def = &k->context[ctx], *o = &k->context[other];
	u32 i;

	if (o->trigger == ON_CONTEXT)
		return o->source == ctx;
	if (o->trigger != ON_RAISE)
		return false;
	for (i = 0; i < def->steps; i++) {
		const struct step *s = &k->step[def->first_step + i];

		if ((s->fn == KF_step_raise && s->arg[0] == other) ||
		    (s->fn == KF_step_ata_qc_complete && s->arg[2] == other))
			return true;
	}
	return false;
}

bool footprint_starts(const struct cell *k, u32 ctx, u32 device)
{
	const struct context_def *def = &k->context[ctx];
	u32 i;

	for (i = 0; i < def->steps; i++) {
		const struct step *s = &k->step[def->first_step + i];

		if ((s->fn == KF_step_dev_start && s->arg[0] == device) ||
		    (s->fn == KF_step_readahead && s->arg[1] == device))
			return true;
	}
	return false;
}

bool footprint_uses_device(const struct cell *k, u32 ctx, u32 device)
{
	const struct context_def *def = &k->context[ctx];
	u32 i;

	if (def->trigger == ON_DEVICE && def->source == device)
		return true;
	for (i = 0; i < def->steps; i++) {
		const struct step *s = &k->step[def->first_step + i];

		switch (s->fn) {
		case KF_step_dev_start:
		case KF_step_wait_irq:
			if (s->arg[0] == device)
				return true;
			break;
		case KF_step_readahead:
		case KF_step_ata_qc_complete:
			if (s->arg[1] == device)
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

/* Sets of caches, in front of those that write buffers are. */
static u32 cache_sets(const struct cell *k)
{
	return k->machine.cpus * k->machine.l1d.sets +
	       (k->machine.l2.present ? k->machine.l2.sets : 0);
}

u32 footprint_sets(const struct cell *k)
{
	return cache_sets(k) + (k->machine.buffer.present ? k->machine.cpus : 0);
}

u32 footprint_set(const struct cell *k, u32 line, u32 n)
{
	u32 page = line / page_lines(k);
	u32 pa = cell_page_pa(k, page) + (line % page_lines(k) << k->machine.long_shift);
	u32 cache, first = 0;

	for (cache = 0; cache < cache_count(k); cache++) {
		const struct cache_geometry *g = cache_geometry(k, cache);
		u32 parts = 1u << (k->machine.long_shift - g->line_shift);

		if (n < parts * g->colours)
			return first + cache_colour_set(k, cache,
							pa + (n / g->colours << g->line_shift),
							n % g->colours);
		n -= parts * g->colours;
		first += g->sets;
	}
	return k->machine.buffer.present && n < k->machine.cpus ? first + n : NO_ID;
}

/* A line of the longest size may take several entries, one for each line of the L1. */
static u32 buffer_room(const struct cell *k)
{
	return k->machine.buffer.ways >> (k->machine.long_shift - k->machine.l1d.line_shift);
}

u32 footprint_room(const struct cell *k, u32 set)
{
	u32 l1 = k->machine.cpus * k->machine.l1d.sets;
	u32 cache = set < l1 ? 0 : k->machine.cpus;

	if (set >= cache_sets(k))
		return buffer_room(k);
	if (cache_order(k, cache) != ORDER_TAG || cache_ways_matter(k, cache))
		return 1;
	return cache_geometry(k, cache)->ways;
}

u32 footprint_set_owner(const struct cell *k, u32 set)
{
	if (set < k->machine.cpus * k->machine.l1d.sets)
		return set / k->machine.l1d.sets;
	return set < cache_sets(k) ? NO_ID : set - cache_sets(k);
}

static bool is_jump_into(const struct strategy *s, u32 first, u32 last)
{
	u32 i;

	for (i = 0; i < s->ops; i++)
		if (s->op[i].kind != SOP_CALL && s->op[i].kind != SOP_END &&
		    s->op[i].kind != SOP_LOWMEM_ADDRESS && s->op[i].target > first &&
		    s->op[i].target <= last)
			return true;
	return false;
}

/*
 * Whatever way the program goes, the stacked slot that it takes at `at` is given back before it takes another one or
 * ends: nothing but calls that keep the address stand between.
 */
static bool slot_given_back(const struct strategy *s, u32 at)
{
	const u32 back = s->op[at].arg == KF_kmap_local ? KF_kunmap_local : KF_kunmap_atomic_stack;
	u32 i;

	for (i = at + 1; i < s->ops && s->op[i].kind == SOP_CALL; i++) {
		if (s->op[i].arg == back)
			return !is_jump_into(s, at, i);
		if (primitive_touches(s->op[i].arg))
			return false;
	}
	return false;
}

/* Slots of one CPU that strategy and steps name, as bits; stacked ones up to the deepest nesting. */
static u64 slots_named(const struct cell *k)
{
	u64 slots = 0;
	u32 i;

	for (i = 0; i < k->strategy.ops; i++) {
		const struct strategy_op *op = &k->strategy.op[i];

		if (op->kind != SOP_CALL || !(primitive_touches(op->arg) & FOOT_SLOT))
			continue;
		switch (op->arg) {
		case KF_kmap_atomic_stack:
		case KF_kmap_local:
			/* each context has one at most, if it has none when its sync is over */
			slots |= ((1ull << (slot_given_back(&k->strategy, i) ?
						    min_u32(k->contexts, KM_TYPE_NR) :
						    KM_TYPE_NR)) -
				  1)
				 << SLOT_STACKED;
			break;
		case KF_kmap_high_l1_vipt:
			slots |= 1ull << KM_L1_CACHE;
			break;
		case KF_kunmap_atomic_stack:
		case KF_kunmap_local:
		case KF_kunmap_high_l1_vipt:
		case KF_depth_inc:
		case KF_depth_dec:
			break;
		default:
			slots |= 1ull << op->slot;
			break;
		}
	}
	for (i = 0; i < k->steps; i++)
		if (k->step[i].fn == KF_step_kmap_atomic)
			slots |= 1ull << k->step[i].arg[1];
	return slots;
}

static u32 cpu_of_step(const struct cell *k, const struct step *s)
{
	u32 at = (u32)(s - k->step), i;

	for (i = 0; i < k->contexts; i++)
		if (at - k->context[i].first_step < k->context[i].steps)
			return k->context[i].cpu;
	return NO_ID;
}

/* Some step on `cpu` goes through a slot of `other`, by a handle that was made there. */
static bool slot_reached(const struct cell *k, u32 cpu, u32 other)
{
	u32 i;

	for (i = 0; i < k->steps; i++) {
		const struct step *s = &k->step[i], *maker;
		bool operand = has_operand(s->fn) && s->at.kind == OPERAND_HANDLE;
		u32 at = 0;

		if ((!operand && !takes_handle(s->fn)) || cpu_of_step(k, s) != cpu)
			continue;
		while ((maker = maker_next(k, operand ? s->at.ref : s->arg[2], &at)))
			if (maker->fn == KF_step_kmap_atomic && cpu_of_step(k, maker) == other)
				return true;
	}
	return false;
}

/* or slots of two CPUs would share a pair, and the pairs below would not be those of every CPU */
_Static_assert(KM_TYPE_NR % 2 == 0, "a CPU's slots are whole pairs of pages");

bool footprint_tlb_crowded(const struct cell *k)
{
	u32 pairs = k->user_ptes, before = NO_ID, slot, i, j;
	u64 slots = slots_named(k);

	if (k->tlb_any || k->mutation.fn)
		return true;
	/* slots of several CPUs in one TLB: not worth counting */
	for (i = 0; i < k->machine.cpus; i++)
		for (j = 0; j < k->machine.cpus; j++)
			if (i != j && slot_reached(k, i, j))
				return true;
	for (i = 0; i < k->steps; i++)
		if (k->step[i].fn == KF_step_kmap) {
			pairs += k->last_pkmap / 2 + 1;
			break;
		}
	for (slot = 0; slot < SLOT_NR; slot++) {
		u32 pair = fixmap_va(k, 0, slot) >> (k->machine.page_shift + 1);

		/* neighbours share an entry */
		if (!(slots >> slot & 1) || pair == before)
			continue;
		before = pair;
		pairs++;
	}
	return pairs > k->machine.tlb_entries;
}

bool footprint_slots_meet(const struct cell *k, u32 cpu, u32 other)
{
	u64 slots = slots_named(k);
	u32 pair = k->machine.page_shift + 1, i, j;

	if ((k->strategy.slots_shared && slots) || slot_reached(k, cpu, other) ||
	    slot_reached(k, other, cpu))
		return true;
	for (i = 0; i < SLOT_NR; i++)
		for (j = 0; j < SLOT_NR; j++)
			if ((slots >> i & 1) && (slots >> j & 1) &&
			    fixmap_va(k, cpu, i) >> pair == fixmap_va(k, other, j) >> pair)
				return true;
	return false;
}
