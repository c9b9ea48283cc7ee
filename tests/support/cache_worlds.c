// SPDX-License-Identifier: GPL-2.0-or-later
#include "cells.h"

#include <stdlib.h>

#include "../../src/pagetable.h"
#include "../../src/tlb_model.h"
#include "../../src/write_buffer.h"

#include "cache_worlds.h"

static struct {
	struct rig rig[2]; /* identities, newest-or-not */
	u32 *clean[2]; /* words to begin every case with */
	u64 clean_hash[2];
	struct geometry g;
	u32 colours;
	u32 pages;
} t;

static u32 page_stride(void)
{
	return t.colours < 2 ? 2 : t.colours;
}

static u32 page_va(u32 page, u32 colour)
{
	return USER_VA + ((page * page_stride() + colour) << t.g.page_shift);
}

static void map_page(struct rig *r, u32 page)
{
	u32 lo = pagetable_make(&r->k, page, false, false);
	u32 colour;

	for (colour = 0; colour < page_stride(); colour += 2)
		tlb_write_random(&r->w, 0,
				 &(struct tlb_entry){
					 .vpn2 = page_va(page, colour),
					 .mask = tlb_pair_mask(&r->k),
					 .asid = 1,
					 .lo = {lo, lo},
				 },
				 NO_ID);
}

static enum replacement replacement(u32 policy, u32 fifo, u32 plru)
{
	return policy & fifo ? REPLACE_FIFO : policy & plru ? REPLACE_PLRU : REPLACE_LRU;
}

void worlds_up(const struct geometry *g, u32 pages, u32 mapped)
{
	u32 i, page;

	assert_true(pages * (1u << g->page_shift) / GRANULE <= REF_GRANULES && mapped <= pages);
	t.g = *g;
	t.pages = pages;
	t.colours = (g->sets * LINE) >> g->page_shift;
	if (!t.colours)
		t.colours = 1;
	for (i = 0; i < 2; i++) {
		struct rig *r = &t.rig[i];

		rig_init(r);
		rig_l1(r, g->sets, g->ways, 4);
		if (g->l2_sets)
			rig_l2(r, g->l2_sets, g->l2_ways, log2_u32(g->l2_line));
		r->k.machine.page_shift = g->page_shift;
		r->k.machine.l1d.replacement = replacement(g->policy, L1_FIFO, L1_PLRU);
		r->k.machine.l1d.write_through = g->policy & L1_THROUGH;
		r->k.machine.l1d.no_write_allocate = g->policy & L1_NO_ALLOCATE;
		r->k.machine.l1d.alias_free = g->policy & ALIAS_FREE;
		r->k.machine.l2.replacement = replacement(g->policy, L2_FIFO, L2_PLRU);
		r->k.machine.l2.write_through = g->policy & L2_THROUGH;
		r->k.machine.l2.no_write_allocate = g->policy & L2_NO_ALLOCATE;
		r->k.machine.l2.inclusive = g->policy & INCLUSIVE;
		r->k.machine.buffer =
			(struct cache_geometry){.present = g->buffer, .ways = g->buffer};
		r->k.granule_shift = 3;
		r->k.identities = i == 0;
		r->k.evictions_any = g->any;
		r->k.ways_matter = true;
		r->k.machine.tlb_entries = mapped * (page_stride() / 2) + 1;
		page = rig_pages(r, pages, false);
		assert_int_equal(page, 0);
		rig_context(r, LEVEL_PROCESS, ON_START, 1);
		rig_step(r, (struct step){.fn = KF_step_load});
		rig_user(r, 0, USER_VA);
		rig_user(r, 0, USER_VA + cell_page_bytes(&r->k));
		rig_up(r);
		assert_int_equal(r->k.machine.l1d.colours, t.colours);
		/* without a refill in the way */
		put(&r->w, &w_cpu(&r->w, 0)->asid, 1);
		for (page = 0; page < mapped; page++)
			map_page(r, page);
		r->w.listen = NULL;
		r->w.log = NULL;
		r->w.logged = r->w.log_capacity = 0;
		t.clean[i] = (u32 *)malloc(r->k.layout.words * sizeof(u32));
		assert_non_null(t.clean[i]);
		memcpy(t.clean[i], r->words, r->k.layout.words * sizeof(u32));
		t.clean_hash[i] = r->w.hash;
	}
}

void worlds_down(void)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		free(t.clean[i]);
		rig_down(&t.rig[i]);
	}
}

/* What token a rig must hold where the reference has an identity. */
static u32 expected(u32 rig, const struct ref *ref, u32 granule, u32 identity)
{
	return rig == 0 ? identity : identity == ref->newest[granule];
}

static void put_line(u32 rig, const struct ref *ref, u32 cache, u32 set, const struct ref_line *l,
		     u32 granules)
{
	struct rig *r = &t.rig[rig];
	const struct w_line *line = cache_insert(&r->w, cache, set, l->pa);
	u32 i;

	put(&r->w, &line->dirty, l->dirty);
	for (i = 0; i < granules; i++) {
		u32 pa = l->pa + i * GRANULE;

		datum_put(&r->w, cache_sector(&r->k, cache, line, pa),
			  datum_granule_in_sector(&r->k, pa),
			  expected(rig, ref, ref_granule(ref, pa), l->data[i]));
	}
}

/* Oldest first, so that each insertion comes out in front of those before. */
static void put_cache(u32 rig, const struct ref *ref, u32 cache, const struct ref_cache *c)
{
	u32 set, way;

	for (set = 0; set < c->sets; set++) {
		u32 after = 0;

		for (;;) {
			const struct ref_line *next = NULL;

			for (way = 0; way < c->ways; way++) {
				const struct ref_line *l = &c->at[set][way];

				if (l->valid && l->used > after && (!next || l->used < next->used))
					next = l;
			}
			if (!next)
				break;
			after = next->used;
			put_line(rig, ref, cache, set, next, c->line / GRANULE);
		}
	}
}

static void put_waiting(u32 rig, const struct ref *ref, const struct ref_waiting *w)
{
	struct rig *r = &t.rig[rig];
	const struct w_line *entry;
	u32 i;

	if (!w->taken)
		return;
	entry = write_buffer_take(&r->w, 0, w->pa);
	for (i = 0; i < REF_WAITING_GRANULES; i++) {
		u32 pa = w->pa + i * GRANULE;

		if (!w->written[i])
			continue;
		write_buffer_note(&r->w, entry, pa, GRANULE);
		datum_put(&r->w, cache_sector(&r->k, cache_buffer(&r->k, 0), entry, pa),
			  datum_granule_in_sector(&r->k, pa),
			  expected(rig, ref, ref_granule(ref, pa), w->data[i]));
	}
}

static void load_world(u32 rig, const struct ref *ref)
{
	struct rig *r = &t.rig[rig];
	u32 granules = t.pages * ref->page_bytes / GRANULE;
	u32 i;

	memcpy(r->words, t.clean[rig], r->k.layout.words * sizeof(u32));
	r->w.hash = t.clean_hash[rig];
	r->w.findings = 0;
	for (i = 0; i < granules; i++) {
		if (rig == 0)
			put(&r->w, r->w.word + r->k.layout.flat + i, ref->newest[i]);
		datum_put(&r->w,
			  datum_memory(&r->w, i * GRANULE / ref->page_bytes,
				       i * GRANULE % ref->page_bytes),
			  datum_granule_in_sector(&r->k, i * GRANULE),
			  expected(rig, ref, i, ref->memory[i]));
	}
	put_cache(rig, ref, 0, &ref->l1);
	if (ref->has_l2)
		put_cache(rig, ref, 1, &ref->l2);
	for (i = 0; i < ref->places; i++)
		put_waiting(rig, ref, &ref->waiting[i]);
}

static void same_cache(u32 rig, const struct ref *ref, u32 cache, const struct ref_cache *c)
{
	struct rig *r = &t.rig[rig];
	u32 set, way, i;

	for (set = 0; set < c->sets; set++) {
		u32 before = NO_ID;
		u32 position = 0;

		for (;;) {
			const struct ref_line *l = NULL;
			const struct w_line *line;
			u32 key = 0;

			/* the next in order: the most recently used, the lowest way, or the lowest address */
			for (way = 0; way < c->ways; way++) {
				const struct ref_line *o = &c->at[set][way];
				u32 k = c->plru ? REF_WAYS - way : ref->any ? ~o->pa : o->used;

				if (o->valid && k < before && (!l || k > key)) {
					l = o;
					key = k;
				}
			}
			line = position < c->ways ? cache_line(&r->w, cache, set, position) : NULL;
			if (!l) {
				assert_true(!line || !line->tag);
				break;
			}
			before = key;
			assert_non_null(line);
			assert_int_equal(line->tag, l->pa / c->line + 1);
			assert_int_equal(line->dirty, l->dirty);
			assert_int_equal(line->way, l - c->at[set]);
			for (i = 0; i < c->line / GRANULE; i++) {
				u32 pa = l->pa + i * GRANULE;

				assert_int_equal(
					datum_get(&r->k, cache_sector(&r->k, cache, line, pa),
						  datum_granule_in_sector(&r->k, pa)),
					expected(rig, ref, ref_granule(ref, pa), l->data[i]));
			}
			position++;
		}
	}
}

/* The same lines wait, by address, and the same granules of them count. */
static void same_buffer(u32 rig, struct ref *ref)
{
	struct rig *r = &t.rig[rig];
	u32 waits = 0, before = 0, i, j;

	for (i = 0; i < ref->places; i++)
		waits += ref->waiting[i].taken;
	for (i = 0; i < ref->places; i++) {
		const struct w_line *entry = write_buffer_entry(&r->w, 0, i);
		u32 buffer = cache_buffer(&r->k, 0);
		const struct ref_waiting *w;

		assert_int_equal(entry != NULL, i < waits);
		if (!entry)
			continue;
		assert_true(entry->tag > before && !entry->dirty && !entry->way);
		before = entry->tag;
		w = ref_waits(ref, (entry->tag - 1) * LINE);
		assert_non_null(w);
		for (j = 0; j < REF_WAITING_GRANULES; j++) {
			u32 pa = w->pa + j * GRANULE;

			assert_int_equal(write_buffer_holds(&r->k, entry, pa), w->written[j]);
			if (w->written[j])
				assert_int_equal(
					datum_get(&r->k, cache_sector(&r->k, buffer, entry, pa),
						  datum_granule_in_sector(&r->k, pa)),
					expected(rig, ref, ref_granule(ref, pa), w->data[j]));
		}
	}
}

static void same_world(u32 rig, struct ref *ref)
{
	struct rig *r = &t.rig[rig];
	u32 granules = t.pages * ref->page_bytes / GRANULE;
	u32 i;

	for (i = 0; i < granules; i++) {
		if (rig == 0)
			assert_int_equal(r->w.word[r->k.layout.flat + i], ref->newest[i]);
		assert_int_equal(datum_get(&r->k,
					   datum_memory(&r->w, i * GRANULE / ref->page_bytes,
							i * GRANULE % ref->page_bytes),
					   datum_granule_in_sector(&r->k, i * GRANULE)),
				 expected(rig, ref, i, ref->memory[i]));
	}
	same_cache(rig, ref, 0, &ref->l1);
	if (ref->has_l2)
		same_cache(rig, ref, 1, &ref->l2);
	same_buffer(rig, ref);
}

const struct cache_op_words architecture[CACHE_OPS] = {
	[Index_Writeback_Inv_D] = {false, 0}, [Index_Writeback_Inv_SD] = {true, 0},
	[Hit_Invalidate_D] = {false, 4},      [Hit_Invalidate_SD] = {true, 4},
	[Hit_Writeback_Inv_D] = {false, 5},   [Hit_Writeback_Inv_SD] = {true, 5},
	[Hit_Writeback_D] = {false, 6},       [Hit_Writeback_SD] = {true, 6},
};

/* Identities: of the store of step 0; of a device, out of the way of all others. */
static u32 stored(const struct doing *d)
{
	return 1u << DATUM_ITERATION_BITS | d->number;
}

static u32 device_wrote(const struct doing *d)
{
	return 1u << 30 | d->number;
}

static enum outcome do_ref(struct ref *r, const struct doing *d)
{
	u32 pa = r->base + d->page * r->page_bytes + d->offset;
	u32 va = page_va(d->page, d->colour) + d->offset;
	struct ref_cache *c = architecture[d->op].l2 ? &r->l2 : &r->l1;

	r->stale = false;
	switch (d->verb) {
	case V_HIT: {
		struct ref_line *l;
		u32 set;

		if (c == &r->l2 && !r->has_l2)
			return UNCACHED;
		if (c == &r->l2)
			ref_before_l2(r, pa);
		l = ref_look(c, ref_set(c, c == &r->l1 ? va : pa), pa);
		for (set = 0; !l && r->alias_free && c == &r->l1 && set < c->sets; set++)
			l = ref_look(c, set, pa);
		return ref_op(r, c, l, architecture[d->op].op);
	}
	case V_INDEX: {
		struct ref_line *l = &c->at[ref_set(c, c == &r->l1 ? va : pa)][d->way];

		if (c == &r->l2)
			ref_before_l2_set(r, ref_set(c, pa));
		return ref_op(r, c, l->valid ? l : NULL, 0);
	}
	case V_LOAD:
		ref_load(r, va, pa, true);
		return NOTHING;
	case V_STORE:
		ref_store(r, va, pa, true, stored(d));
		return NOTHING;
	case V_UNCACHED_HIT:
		return UNCACHED;
	case V_UNCACHED_LOAD:
		ref_load(r, va, pa, false);
		return NOTHING;
	case V_UNCACHED_STORE:
		ref_store(r, va, pa, false, stored(d));
		return NOTHING;
	case V_EVICT_L1:
	case V_EVICT_L2: {
		struct ref_cache *from = d->verb == V_EVICT_L2 ? &r->l2 : &r->l1;
		struct ref_line *l =
			ref_look(from, ref_set(from, d->verb == V_EVICT_L2 ? pa : va), pa);

		if (l)
			ref_op(r, from, l, 0);
		return NOTHING;
	}
	case V_DMA_READ:
		ref_device_read(r, pa, d->coherent);
		return NOTHING;
	case V_DMA_WRITE:
		ref_device_write(r, pa, d->coherent, device_wrote(d));
		return NOTHING;
	case V_DRAIN:
		if (ref_waits(r, pa))
			ref_go_on(r, ref_waits(r, pa));
		return NOTHING;
	case V_SYNC:
		ref_sync(r);
		return NOTHING;
	}
	return NOTHING;
}

static enum outcome outcome_of(enum op_outcome o)
{
	static const enum outcome plain[] = {
		[OP_MISS] = MISS,       [OP_CLEAN] = CLEAN,       [OP_WROTE_BACK] = WROTE,
		[OP_DROPPED] = DROPPED, [OP_UNCACHED] = UNCACHED,
	};

	return plain[o];
}

static enum outcome do_rig(u32 rig, const struct doing *d)
{
	struct rig *r = &t.rig[rig];
	struct act a = rig_act(r, 0);
	u32 pa = cell_page_pa(&r->k, d->page) + d->offset;
	u32 va = page_va(d->page, d->colour) + d->offset;
	struct meaning m = {d->page, d->offset};
	enum op_outcome o = OP_MISS;
	const struct w_line *line;
	u32 cache, set;

	switch (d->verb) {
	case V_HIT:
		assert_int_equal(bus_hit_op(&a, d->op, va, m, &o), ACCESS_DONE);
		return outcome_of(o);
	case V_INDEX:
		cache = architecture[d->op].l2;
		/* once more for each line that goes on before */
		while (bus_index_op(&a, d->op, cache_set(&r->k, cache, va, pa), d->way, &o) ==
		       ACCESS_AGAIN)
			;
		return outcome_of(o);
	case V_LOAD:
		assert_int_equal(bus_load(&a, va, m, GRANULE, NULL), ACCESS_DONE);
		return NOTHING;
	case V_STORE:
		assert_int_equal(bus_store(&a, va, m, GRANULE), ACCESS_DONE);
		return NOTHING;
	case V_UNCACHED_HIT:
		assert_int_equal(bus_hit_op(&a, d->op, KSEG1 + pa, m, &o), ACCESS_DONE);
		return outcome_of(o);
	case V_UNCACHED_LOAD:
		assert_int_equal(bus_load(&a, KSEG1 + pa, m, GRANULE, NULL), ACCESS_DONE);
		return NOTHING;
	case V_UNCACHED_STORE:
		assert_int_equal(bus_store(&a, KSEG1 + pa, m, GRANULE), ACCESS_DONE);
		return NOTHING;
	case V_EVICT_L1:
	case V_EVICT_L2:
		cache = d->verb == V_EVICT_L2;
		set = cache_set(&r->k, cache, va, pa);
		line = cache_find(&r->w, cache, set, pa);
		if (line)
			hierarchy_evict(&a, cache, set, line);
		return NOTHING;
	case V_DMA_READ:
		bus_dma_read(&a, d->page, d->offset, GRANULE, d->coherent);
		return NOTHING;
	case V_DMA_WRITE:
		bus_dma_write(&a, d->page, d->offset, GRANULE,
			      rig == 0 ? device_wrote(d) : DATUM_NEWEST, d->coherent);
		return NOTHING;
	case V_DRAIN:
		if (write_buffer_present(&r->k) && write_buffer_find(&r->w, 0, pa))
			hierarchy_drain(&a, 0, pa / LINE * LINE, DRAIN_CHOICE);
		return NOTHING;
	case V_SYNC:
		while (bus_sync(&a) == ACCESS_AGAIN)
			;
		return NOTHING;
	}
	return NOTHING;
}

u32 worlds_colours(void)
{
	return t.colours;
}

void worlds_reference(struct ref *ref, u32 first)
{
	const struct geometry *g = &t.g;
	u32 i;

	memset(ref, 0, sizeof(*ref));
	ref->l1 = (struct ref_cache){.sets = g->sets,
				     .ways = g->ways,
				     .line = LINE,
				     .fifo = g->policy & L1_FIFO,
				     .plru = g->policy & L1_PLRU,
				     .through = g->policy & L1_THROUGH,
				     .no_allocate = g->policy & L1_NO_ALLOCATE};
	ref->l2 = (struct ref_cache){.sets = g->l2_sets,
				     .ways = g->l2_ways,
				     .line = g->l2_line,
				     .fifo = g->policy & L2_FIFO,
				     .plru = g->policy & L2_PLRU,
				     .through = g->policy & L2_THROUGH,
				     .no_allocate = g->policy & L2_NO_ALLOCATE};
	ref->places = g->buffer;
	ref->inclusive = g->policy & INCLUSIVE;
	ref->alias_free = g->policy & ALIAS_FREE;
	ref->has_l2 = g->l2_sets;
	ref->any = g->any;
	ref->page_bytes = 1u << g->page_shift;
	ref->base = cell_page_pa(&t.rig[0].k, 0);
	for (i = 0; i < t.pages * ref->page_bytes / GRANULE; i++)
		ref->newest[i] = ref->memory[i] = first + i;
}

void worlds_load(const struct ref *ref)
{
	load_world(0, ref);
	load_world(1, ref);
}

void worlds_do(struct ref *ref, const struct doing *d)
{
	enum outcome want = do_ref(ref, d);
	u32 rig;

	for (rig = 0; rig < 2; rig++) {
		struct rig *r = &t.rig[rig];

		/* what earlier ops broke is no matter here */
		put(&r->w, &w_top(&r->w)->broken, 0);
		r->w.findings = 0;
		if (rig == 0)
			put(&r->w, r->w.word + r->k.layout.iteration, d->number);
		assert_int_equal(do_rig(rig, d), want);
		same_world(rig, ref);
		assert_int_equal(rig_broken(r, d->verb == V_DMA_READ ? R_STALE_DMA_READ :
								       R_STALE_LOAD),
				 ref->stale);
		assert_int_equal(w_top(&r->w)->broken != 0, ref->stale);
	}
}
