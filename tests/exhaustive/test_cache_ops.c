// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every op on every state of a line, on caches small enough to write all of them down, against a model of
 * the architecture's words that shares nothing with the one under test: arrays of ways with a tag, a dirty
 * bit, the time of the last use and an identity per granule; no journal, no order that stands for time.
 *
 * One case is
 *
 *	L1 (each colour)            L2                          memory
 *	absent                      absent                      newest
 *	clean or dirty, newest      clean or dirty, newest      stale
 *	or stale, at each place     or stale, at each place
 *	among 0 .. ways - 1 other   among the others
 *	lines, dirty or clean
 *
 * and one op: each hit op, load, store, cached and uncached, an eviction of each copy, a device's read and
 * write with and without snooping, an index op on each way. Afterwards the caches, memory, dirtiness, places
 * in the replacement order, what the op said it did and what the oracle said have to be the reference's;
 * and they have to be twice: with identities as tokens, and with one bit, newest or not.
 */
#include "../support/cells.h"

#include <stdlib.h>

#include "../../src/pagetable.h"
#include "../../src/tlb_model.h"

#define MAX_SETS 4
#define MAX_WAYS 4
#define LINE 16u /* of the L1: one sector of two granules */
#define GRANULE 8u
#define MAX_LINE_GRANULES 4 /* of an L2 line of 32 bytes */
#define PAGES 40
#define MAX_GRANULES 512
#define USER_VA 0x1000u

/* The reference. Physical addresses are bytes from the first page's start. */

struct ref_line {
	bool valid, dirty;
	u32 pa;
	u32 used; /* time of the last use */
	u32 data[MAX_LINE_GRANULES];
};

struct ref_cache {
	u32 sets, ways, line;
	bool fifo, through, no_allocate;
	struct ref_line at[MAX_SETS][MAX_WAYS];
};

struct ref {
	struct ref_cache l1, l2;
	bool has_l2;
	bool inclusive; /* what leaves the L2 leaves the L1; S ops act on both */
	bool alias_free; /* a line is in one set of the L1 at a time */
	bool any; /* victims are not chosen by age: the highest address goes */
	u32 page_bytes;
	u32 base; /* physical address of the first page */
	u32 memory[MAX_GRANULES];
	u32 newest[MAX_GRANULES];
	u32 now;
	bool stale; /* the last read was */
};

enum outcome { NOTHING, MISS, CLEAN, WROTE, DROPPED, UNCACHED };

static u32 set_of(const struct ref_cache *c, u32 index_address)
{
	return index_address / c->line % c->sets;
}

static struct ref_line *look(struct ref_cache *c, u32 set, u32 pa)
{
	u32 way;

	for (way = 0; way < c->ways; way++) {
		struct ref_line *l = &c->at[set][way];

		if (l->valid && l->pa == pa / c->line * c->line)
			return l;
	}
	return NULL;
}

static u32 granule_of(const struct ref *r, u32 pa)
{
	return (pa - r->base) / GRANULE;
}

static void memory_from(struct ref *r, const struct ref_cache *c, const struct ref_line *l)
{
	memcpy(&r->memory[granule_of(r, l->pa)], l->data, c->line / GRANULE * sizeof(u32));
}

static struct ref_line *ref_l2_get(struct ref *r, u32 pa);

static void copy_down(struct ref_line *below, const struct ref_cache *c, const struct ref_line *l)
{
	memcpy(&below->data[(l->pa - below->pa) / GRANULE], l->data,
	       c->line / GRANULE * sizeof(u32));
}

/* To the next level down: the L2 if it has the line or takes it in, memory, or both. */
static void ref_write_back(struct ref *r, struct ref_cache *c, const struct ref_line *l)
{
	struct ref_line copy = *l;
	struct ref_line *below;

	if (c == &r->l2 || !r->has_l2 ||
	    (r->l2.no_allocate && !look(&r->l2, set_of(&r->l2, copy.pa), copy.pa))) {
		memory_from(r, c, &copy);
		return;
	}
	below = ref_l2_get(r, copy.pa);
	copy_down(below, c, &copy);
	if (r->l2.through)
		memory_from(r, c, &copy);
	else
		below->dirty = true;
}

/* An inclusive L2 loses or cleans a line: the L1's lines within it, of any colour, give their data first. */
static bool ref_claim(struct ref *r, struct ref_line *l2, bool keep_data, bool stay)
{
	bool dirty = false;
	u32 set, way;

	for (set = 0; set < r->l1.sets; set++) {
		for (way = 0; way < r->l1.ways; way++) {
			struct ref_line *l = &r->l1.at[set][way];

			if (!l->valid || l->pa / r->l2.line != l2->pa / r->l2.line)
				continue;
			dirty |= l->dirty;
			if (l->dirty && keep_data) {
				copy_down(l2, &r->l1, l);
				l2->dirty = true;
			}
			l->dirty = false;
			l->valid = stay;
		}
	}
	return dirty;
}

/*
 * A way of the set for a new line: an empty one, else the one that went longest without use. What leaves
 * comes back in *left: the L2 writes it at once, the L1 after its new line has come in.
 */
static struct ref_line *ref_room(struct ref *r, struct ref_cache *c, u32 set, struct ref_line *left)
{
	struct ref_line *victim = NULL;
	u32 way;

	left->valid = false;
	for (way = 0; way < c->ways; way++)
		if (!c->at[set][way].valid)
			return &c->at[set][way];
	for (way = 0; way < c->ways; way++) {
		struct ref_line *l = &c->at[set][way];

		if (!victim || (r->any ? l->pa > victim->pa : l->used < victim->used))
			victim = l;
	}
	*left = *victim;
	victim->valid = false;
	return victim;
}

static struct ref_line *ref_l2_get(struct ref *r, u32 pa)
{
	struct ref_cache *c = &r->l2;
	u32 set = set_of(c, pa);
	struct ref_line *l = look(c, set, pa);
	struct ref_line left;

	if (!l) {
		l = ref_room(r, c, set, &left);
		if (left.valid) {
			if (r->inclusive)
				ref_claim(r, &left, true, false);
			if (left.dirty)
				memory_from(r, c, &left);
		}
		*l = (struct ref_line){.valid = true, .pa = pa / c->line * c->line};
		memcpy(l->data, &r->memory[granule_of(r, l->pa)], c->line / GRANULE * sizeof(u32));
		l->used = ++r->now;
	}
	if (!c->fifo)
		l->used = ++r->now;
	return l;
}

/* Hardware that avoids aliases: the line leaves every other set. */
static void ref_one_colour(struct ref *r, u32 set, u32 pa)
{
	u32 other;

	for (other = 0; r->alias_free && other < r->l1.sets; other++) {
		struct ref_line *l = look(&r->l1, other, pa);

		if (!l || other == set)
			continue;
		if (l->dirty)
			ref_write_back(r, &r->l1, l);
		l->valid = false;
	}
}

static struct ref_line *ref_l1_get(struct ref *r, u32 va, u32 pa)
{
	struct ref_cache *c = &r->l1;
	u32 set = set_of(c, va);
	struct ref_line *l = look(c, set, pa);
	struct ref_line new = {.valid = true, .pa = pa / c->line * c->line}, left;
	const struct ref_line *below;

	if (!l) {
		ref_one_colour(r, set, pa);
		if (r->has_l2) {
			below = ref_l2_get(r, pa);
			memcpy(new.data, &below->data[(new.pa - below->pa) / GRANULE],
			       c->line / GRANULE * sizeof(u32));
		} else {
			memcpy(new.data, &r->memory[granule_of(r, new.pa)],
			       c->line / GRANULE * sizeof(u32));
		}
		l = ref_room(r, c, set, &left);
		*l = new;
		l->used = ++r->now;
		if (left.valid && left.dirty)
			ref_write_back(r, c, &left);
	}
	if (!c->fifo)
		l->used = ++r->now;
	return l;
}

static void ref_read(struct ref *r, u32 granule, u32 token)
{
	r->stale = token != r->newest[granule];
}

static void ref_load(struct ref *r, u32 va, u32 pa, bool cached)
{
	const struct ref_line *l;

	if (!cached) {
		ref_read(r, granule_of(r, pa), r->memory[granule_of(r, pa)]);
		return;
	}
	l = ref_l1_get(r, va, pa);
	ref_read(r, granule_of(r, pa), l->data[(pa - l->pa) / GRANULE]);
}

static void ref_store(struct ref *r, u32 va, u32 pa, bool cached, u32 identity)
{
	bool below = !cached;
	struct ref_line *l;

	if (cached && (look(&r->l1, set_of(&r->l1, va), pa) || !r->l1.no_allocate)) {
		l = ref_l1_get(r, va, pa);
		l->data[(pa - l->pa) / GRANULE] = identity;
		below = r->l1.through;
		l->dirty = !below;
	} else if (cached) {
		ref_one_colour(r, set_of(&r->l1, va), pa);
		below = true;
	}
	if (cached && below && r->has_l2 &&
	    (!r->l2.no_allocate || look(&r->l2, set_of(&r->l2, pa), pa))) {
		l = ref_l2_get(r, pa);
		l->data[(pa - l->pa) / GRANULE] = identity;
		below = r->l2.through;
		if (!below)
			l->dirty = true;
	}
	if (below)
		r->memory[granule_of(r, pa)] = identity;
	r->newest[granule_of(r, pa)] = identity;
}

/* hardware.md's words for op[4:2]: 0 and 5 write back if dirty, then invalidate; 4 invalidates; 6 cleans. */
static enum outcome ref_op(struct ref *r, struct ref_cache *c, struct ref_line *l, u32 op)
{
	bool dirty;

	if (!l)
		return MISS;
	dirty = l->dirty;
	if (c == &r->l2 && r->inclusive)
		dirty |= ref_claim(r, l, op != 4, op == 6);
	if (dirty && op != 4)
		ref_write_back(r, c, l);
	if (op == 6)
		l->dirty = false;
	else
		l->valid = false;
	return !dirty ? CLEAN : op == 4 ? DROPPED : WROTE;
}

/* A snooped sector leaves memory up to date; a device's write also takes it out of the caches. */
static void ref_snoop(struct ref *r, u32 pa, bool write)
{
	u32 set;

	for (set = 0; set < r->l1.sets; set++) {
		struct ref_line *l = look(&r->l1, set, pa);

		if (!l)
			continue;
		if (l->dirty)
			ref_write_back(r, &r->l1, l);
		l->dirty = false;
		l->valid = !write;
	}
	if (r->has_l2) {
		struct ref_line *l = look(&r->l2, set_of(&r->l2, pa), pa);

		if (!l)
			return;
		if (write && r->inclusive)
			ref_claim(r, l, true, false);
		if (l->dirty)
			memory_from(r, &r->l2, l);
		l->dirty = false;
		l->valid = !write;
	}
}

/* The two worlds under test. */

struct geometry {
	u32 sets, ways;
	u32 l2_sets, l2_ways, l2_line; /* l2_sets 0: no L2 */
	u32 page_shift; /* 6, or 5: then 4 sets of 16 bytes are two pages, and a line has two colours */
	bool any;
	u32 policy;
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

static struct {
	struct rig rig[2]; /* identities, newest-or-not */
	u32 *clean[2]; /* words to begin every case with */
	u64 clean_hash[2];
	struct geometry g;
	u32 colours;
	u64 cases;
} t;

static void up(const struct geometry *g)
{
	u32 i, page;

	t.g = *g;
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
		r->k.machine.l1d.replacement = g->policy & L1_FIFO ? REPLACE_FIFO : REPLACE_LRU;
		r->k.machine.l1d.write_through = g->policy & L1_THROUGH;
		r->k.machine.l1d.no_write_allocate = g->policy & L1_NO_ALLOCATE;
		r->k.machine.l1d.alias_free = g->policy & ALIAS_FREE;
		r->k.machine.l2.replacement = g->policy & L2_FIFO ? REPLACE_FIFO : REPLACE_LRU;
		r->k.machine.l2.write_through = g->policy & L2_THROUGH;
		r->k.machine.l2.no_write_allocate = g->policy & L2_NO_ALLOCATE;
		r->k.machine.l2.inclusive = g->policy & INCLUSIVE;
		r->k.granule_shift = 3;
		r->k.identities = i == 0;
		r->k.evictions_any = g->any;
		r->k.ways_matter = true;
		r->k.machine.tlb_entries = 2;
		page = rig_pages(r, PAGES, false);
		assert_int_equal(page, 0);
		rig_context(r, LEVEL_PROCESS, ON_START, 1);
		rig_step(r, (struct step){.fn = KF_step_load});
		rig_user(r, 0, USER_VA);
		rig_user(r, 0, USER_VA + cell_page_bytes(&r->k));
		rig_up(r);
		assert_int_equal(r->k.machine.l1d.colours, t.colours);
		/* page 0 through both colours, without a refill in the way */
		put(&r->w, &w_cpu(&r->w, 0)->asid, 1);
		tlb_write_random(&r->w, 0,
				 &(struct tlb_entry){
					 .vpn2 = USER_VA,
					 .mask = tlb_pair_mask(&r->k),
					 .asid = 1,
					 .lo = {pagetable_make(&r->k, 0, false, false),
						pagetable_make(&r->k, 0, false, false)},
				 },
				 NO_ID);
		r->w.listen = NULL;
		r->w.log = NULL;
		r->w.logged = r->w.log_capacity = 0;
		t.clean[i] = (u32 *)malloc(r->k.layout.words * sizeof(u32));
		assert_non_null(t.clean[i]);
		memcpy(t.clean[i], r->words, r->k.layout.words * sizeof(u32));
		t.clean_hash[i] = r->w.hash;
	}
}

static void down(void)
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
			  expected(rig, ref, granule_of(ref, pa), l->data[i]));
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

static void load_world(u32 rig, const struct ref *ref)
{
	struct rig *r = &t.rig[rig];
	u32 granules = PAGES * ref->page_bytes / GRANULE;
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

			/* the next in order: the most recently used, or the lowest address */
			for (way = 0; way < c->ways; way++) {
				const struct ref_line *o = &c->at[set][way];
				u32 k = ref->any ? ~o->pa : o->used;

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
					expected(rig, ref, granule_of(ref, pa), l->data[i]));
			}
			position++;
		}
	}
}

static void same_world(u32 rig, const struct ref *ref)
{
	struct rig *r = &t.rig[rig];
	u32 granules = PAGES * ref->page_bytes / GRANULE;
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
}

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
	V_DMA_WRITE
};

struct doing {
	enum verb verb;
	enum cache_op op;
	u32 colour;
	u32 way;
	bool coherent;
};

static const struct {
	bool l2;
	u32 op; /* op[4:2] */
} architecture[CACHE_OPS] = {
	[Index_Writeback_Inv_D] = {false, 0}, [Index_Writeback_Inv_SD] = {true, 0},
	[Hit_Invalidate_D] = {false, 4},      [Hit_Invalidate_SD] = {true, 4},
	[Hit_Writeback_Inv_D] = {false, 5},   [Hit_Writeback_Inv_SD] = {true, 5},
	[Hit_Writeback_D] = {false, 6},       [Hit_Writeback_SD] = {true, 6},
};

#define STORED (1u << DATUM_ITERATION_BITS) /* step 0, iteration 0 */
#define DEVICE_WROTE 77u

static enum outcome do_ref(struct ref *r, const struct doing *d)
{
	u32 pa = r->base;
	u32 va = USER_VA + d->colour * r->page_bytes;
	struct ref_cache *c = architecture[d->op].l2 ? &r->l2 : &r->l1;

	r->stale = false;
	switch (d->verb) {
	case V_HIT: {
		struct ref_line *l;
		u32 set;

		if (c == &r->l2 && !r->has_l2)
			return UNCACHED;
		l = look(c, set_of(c, c == &r->l1 ? va : pa), pa);
		for (set = 0; !l && r->alias_free && c == &r->l1 && set < c->sets; set++)
			l = look(c, set, pa);
		return ref_op(r, c, l, architecture[d->op].op);
	}
	case V_INDEX: {
		struct ref_line *l = &c->at[set_of(c, c == &r->l1 ? va : pa)][d->way];

		return ref_op(r, c, l->valid ? l : NULL, 0);
	}
	case V_LOAD:
		ref_load(r, va, pa, true);
		return NOTHING;
	case V_STORE:
		ref_store(r, va, pa, true, STORED);
		return NOTHING;
	case V_UNCACHED_HIT:
		return UNCACHED;
	case V_UNCACHED_LOAD:
		ref_load(r, va, pa, false);
		return NOTHING;
	case V_UNCACHED_STORE:
		ref_store(r, va, pa, false, STORED);
		return NOTHING;
	case V_EVICT_L1:
	case V_EVICT_L2: {
		struct ref_cache *from = d->verb == V_EVICT_L2 ? &r->l2 : &r->l1;
		struct ref_line *l = look(from, set_of(from, d->verb == V_EVICT_L2 ? pa : va), pa);

		if (l)
			ref_op(r, from, l, 0);
		return NOTHING;
	}
	case V_DMA_READ:
		if (d->coherent)
			ref_snoop(r, pa, false);
		ref_read(r, granule_of(r, pa), r->memory[granule_of(r, pa)]);
		return NOTHING;
	case V_DMA_WRITE:
		if (d->coherent)
			ref_snoop(r, pa, true);
		r->memory[granule_of(r, pa)] = DEVICE_WROTE;
		r->newest[granule_of(r, pa)] = DEVICE_WROTE;
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
	u32 pa = cell_page_pa(&r->k, 0);
	u32 va = USER_VA + d->colour * cell_page_bytes(&r->k);
	struct meaning m = {0, 0};
	enum op_outcome o = OP_MISS;
	const struct w_line *line;
	u32 cache, set;

	switch (d->verb) {
	case V_HIT:
		assert_int_equal(bus_hit_op(&a, d->op, va, m, &o), ACCESS_DONE);
		return outcome_of(o);
	case V_INDEX:
		cache = architecture[d->op].l2;
		return outcome_of(bus_index_op(&a, d->op, cache_set(&r->k, cache, va, pa), d->way));
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
		bus_dma_read(&a, 0, 0, GRANULE, d->coherent);
		return NOTHING;
	case V_DMA_WRITE:
		bus_dma_write(&a, 0, 0, GRANULE, rig == 0 ? DEVICE_WROTE : DATUM_NEWEST,
			      d->coherent);
		return NOTHING;
	}
	return NOTHING;
}

static void check(const struct ref *before, const struct doing *d)
{
	struct ref after = *before;
	enum outcome want = do_ref(&after, d);
	u32 rig;

	for (rig = 0; rig < 2; rig++) {
		load_world(rig, before);
		assert_int_equal(do_rig(rig, d), want);
		same_world(rig, &after);
		assert_int_equal(rig_broken(&t.rig[rig], d->verb == V_DMA_READ ? R_STALE_DMA_READ :
										 R_STALE_LOAD),
				 after.stale);
		assert_int_equal(w_top(&t.rig[rig].w)->broken != 0, after.stale);
	}
	t.cases++;
}

static void every_op(const struct ref *ref)
{
	struct doing d = {0};
	u32 op, way;

	for (d.colour = 0; d.colour < t.colours; d.colour++) {
		for (op = 0; op < CACHE_OPS; op++) {
			d.op = op;
			if (architecture[op].op) {
				d.verb = V_HIT;
				check(ref, &d);
				continue;
			}
			if (architecture[op].l2 && !ref->has_l2)
				continue;
			d.verb = V_INDEX;
			for (way = 0; way < (architecture[op].l2 ? ref->l2.ways : ref->l1.ways);
			     way++) {
				d.way = way;
				check(ref, &d);
			}
		}
		d.op = Hit_Writeback_Inv_D;
		d.verb = V_LOAD;
		check(ref, &d);
		d.verb = V_STORE;
		check(ref, &d);
		d.verb = V_EVICT_L1;
		check(ref, &d);
	}
	d.colour = 0;
	d.verb = V_UNCACHED_HIT;
	check(ref, &d);
	d.verb = V_UNCACHED_LOAD;
	check(ref, &d);
	d.verb = V_UNCACHED_STORE;
	check(ref, &d);
	if (ref->has_l2) {
		d.verb = V_EVICT_L2;
		check(ref, &d);
	}
	for (d.coherent = false;; d.coherent = true) {
		d.verb = V_DMA_READ;
		check(ref, &d);
		d.verb = V_DMA_WRITE;
		check(ref, &d);
		if (d.coherent)
			break;
	}
}

/* One copy of the line in a cache, and what is around it in its set. */
struct copy {
	u32 state; /* 0 absent, then clean newest, clean stale, dirty newest, dirty stale */
	u32 others, others_dirty;
	u32 position; /* others that are younger */
};

static bool copy_next(struct copy *c, u32 ways)
{
	if (c->state && c->position < c->others) {
		c->position++;
		return true;
	}
	c->position = 0;
	if (c->others && !c->others_dirty) {
		c->others_dirty = 1;
		return true;
	}
	c->others_dirty = 0;
	if (c->others + !!c->state < ways) {
		c->others++;
		return true;
	}
	c->others = 0;
	return ++c->state < 5;
}

#define NEWEST 5u

/* Puts a copy with stale identity `stale` into set `set`; other lines come from the pages from `page` on. */
static void place(struct ref *r, struct ref_cache *c, u32 set, const struct copy *copy, u32 stale,
		  u32 page)
{
	u32 total = copy->others + (copy->state != 0);
	u32 pa = r->base + page * r->page_bytes;
	u32 i, j;

	/* ways are taken in the order of the fills, from the oldest on */
	for (i = 0; i < total; i++) {
		struct ref_line *l = &c->at[set][i];

		l->valid = true;
		l->used = ++r->now;
		if (copy->state && i == copy->others - copy->position) {
			l->pa = r->base;
			l->dirty = copy->state >= 3;
			for (j = 0; j < c->line / GRANULE; j++)
				l->data[j] = r->newest[j];
			l->data[0] = copy->state & 1 ? NEWEST : stale;
			continue;
		}
		while (set_of(c, pa) != set)
			pa += c->line;
		l->pa = pa;
		l->dirty = copy->others_dirty;
		for (j = 0; j < c->line / GRANULE; j++) {
			u32 granule = granule_of(r, pa) + j;

			if (l->dirty)
				r->newest[granule] = 2000 + granule;
			l->data[j] = r->newest[granule];
		}
		pa += c->line;
	}
}

/* States that the machine can be in: no dirty line where stores go through, all of an inclusive L2's L1 in it. */
static bool possible(const struct copy *l1, const struct copy *alias, const struct copy *l2)
{
	const struct geometry *g = &t.g;

	if ((g->policy & L1_THROUGH) &&
	    (l1->state >= 3 || l1->others_dirty || alias->state >= 3 || alias->others_dirty))
		return false;
	if ((g->policy & L2_THROUGH) && (l2->state >= 3 || l2->others_dirty))
		return false;
	if ((g->policy & ALIAS_FREE) && l1->state && alias->state)
		return false;
	if ((g->policy & INCLUSIVE) &&
	    (l1->others || alias->others || ((l1->state || alias->state) && !l2->state)))
		return false;
	return true;
}

static void every_state(void)
{
	const struct geometry *g = &t.g;
	struct copy l1 = {0}, alias, l2;
	u32 memory_stale, i;

	do {
		memset(&alias, 0, sizeof(alias));
		do {
			memset(&l2, 0, sizeof(l2));
			do {
				for (memory_stale = 0; memory_stale < 2; memory_stale++) {
					static struct ref ref;

					if (!possible(&l1, &alias, &l2))
						continue;
					memset(&ref, 0, sizeof(ref));
					ref.l1 = (struct ref_cache){
						.sets = g->sets,
						.ways = g->ways,
						.line = LINE,
						.fifo = g->policy & L1_FIFO,
						.through = g->policy & L1_THROUGH,
						.no_allocate = g->policy & L1_NO_ALLOCATE};
					ref.l2 = (struct ref_cache){
						.sets = g->l2_sets,
						.ways = g->l2_ways,
						.line = g->l2_line,
						.fifo = g->policy & L2_FIFO,
						.through = g->policy & L2_THROUGH,
						.no_allocate = g->policy & L2_NO_ALLOCATE};
					ref.inclusive = g->policy & INCLUSIVE;
					ref.alias_free = g->policy & ALIAS_FREE;
					ref.has_l2 = g->l2_sets;
					ref.any = g->any;
					ref.page_bytes = 1u << g->page_shift;
					ref.base = cell_page_pa(&t.rig[0].k, 0);
					for (i = 0; i < PAGES * ref.page_bytes / GRANULE; i++)
						ref.newest[i] = ref.memory[i] = 1000 + i;
					ref.newest[0] = NEWEST;
					ref.memory[0] = memory_stale ? 13 : NEWEST;
					place(&ref, &ref.l1, set_of(&ref.l1, USER_VA), &l1, 11, 1);
					if (t.colours > 1)
						place(&ref, &ref.l1,
						      set_of(&ref.l1, USER_VA + ref.page_bytes),
						      &alias, 14, 12);
					if (ref.has_l2)
						place(&ref, &ref.l2, set_of(&ref.l2, ref.base), &l2,
						      12, 24);
					every_op(&ref);
				}
			} while (g->l2_sets && copy_next(&l2, g->l2_ways));
		} while (t.colours > 1 && copy_next(&alias, g->ways));
	} while (copy_next(&l1, g->ways));
}

static void run(const struct geometry *g, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		up(&g[i]);
		every_state();
		down();
	}
	print_message("%llu cases\n", (unsigned long long)t.cases);
	t.cases = 0;
}

static void test_l1_alone(void **state)
{
	static const struct geometry all[] = {
		{.sets = 1, .ways = 1, .page_shift = 6}, {.sets = 1, .ways = 2, .page_shift = 6},
		{.sets = 1, .ways = 3, .page_shift = 6}, {.sets = 1, .ways = 4, .page_shift = 6},
		{.sets = 2, .ways = 1, .page_shift = 6}, {.sets = 2, .ways = 3, .page_shift = 6},
		{.sets = 4, .ways = 1, .page_shift = 6}, {.sets = 4, .ways = 2, .page_shift = 6},
		{.sets = 4, .ways = 4, .page_shift = 6},
	};

	(void)state;
	run(all, ARRAY_SIZE(all));
}

static void test_l2_with_equal_lines(void **state)
{
	static const struct geometry all[] = {
		{1, 1, 1, 1, 16, 6, false}, {1, 1, 1, 2, 16, 6, false}, {1, 2, 1, 1, 16, 6, false},
		{1, 2, 2, 2, 16, 6, false}, {2, 2, 4, 2, 16, 6, false}, {4, 2, 2, 3, 16, 6, false},
		{2, 4, 1, 2, 16, 6, false}, {4, 1, 4, 4, 16, 6, false},
	};

	(void)state;
	run(all, ARRAY_SIZE(all));
}

static void test_l2_with_longer_lines(void **state)
{
	static const struct geometry all[] = {
		{1, 1, 1, 1, 32, 6, false}, {1, 2, 1, 2, 32, 6, false}, {2, 2, 2, 1, 32, 6, false},
		{2, 1, 4, 2, 32, 6, false}, {4, 3, 2, 2, 32, 6, false},
	};

	(void)state;
	run(all, ARRAY_SIZE(all));
}

/* Way size = two pages: one physical line can be in two sets, and an op sees only the set of its address. */
static void test_two_colours(void **state)
{
	static const struct geometry all[] = {
		{4, 1, 0, 0, 16, 5, false}, {4, 2, 0, 0, 16, 5, false}, {4, 1, 1, 1, 16, 5, false},
		{4, 1, 2, 2, 32, 5, false}, {4, 2, 2, 1, 16, 5, false},
	};

	(void)state;
	run(all, ARRAY_SIZE(all));
}

/* With evictions at any time a set is kept by address, and the highest leaves where one has to. */
static void test_order_that_means_nothing(void **state)
{
	static const struct geometry all[] = {
		{1, 3, 0, 0, 16, 6, true},
		{2, 2, 1, 2, 16, 6, true},
		{4, 1, 2, 2, 32, 5, true},
	};

	(void)state;
	run(all, ARRAY_SIZE(all));
}

static void test_policies(void **state)
{
	static const struct geometry all[] = {
		{1, 3, 0, 0, 16, 6, false, L1_FIFO},
		{2, 2, 0, 0, 16, 6, false, L1_FIFO | L1_NO_ALLOCATE},
		{1, 3, 0, 0, 16, 6, false, L1_THROUGH},
		{2, 2, 0, 0, 16, 6, false, L1_THROUGH | L1_NO_ALLOCATE},
		{1, 2, 1, 2, 16, 6, false, L1_FIFO | L2_FIFO},
		{1, 2, 1, 2, 32, 6, false, L2_FIFO | L1_THROUGH},
		{1, 2, 1, 2, 16, 6, false, L1_THROUGH | L1_NO_ALLOCATE},
		{2, 2, 2, 2, 32, 6, false, L1_THROUGH | L1_NO_ALLOCATE | L2_NO_ALLOCATE},
		{1, 2, 1, 2, 16, 6, false, L2_THROUGH},
		{1, 2, 1, 2, 32, 6, false, L2_THROUGH | L2_NO_ALLOCATE},
		{2, 2, 1, 2, 16, 6, false, L2_NO_ALLOCATE},
		{1, 2, 1, 2, 16, 6, true, L1_THROUGH | L2_NO_ALLOCATE},
	};

	(void)state;
	run(all, ARRAY_SIZE(all));
}

static void test_inclusive_l2(void **state)
{
	static const struct geometry all[] = {
		{1, 2, 1, 2, 16, 6, false, INCLUSIVE},
		{2, 2, 1, 2, 32, 6, false, INCLUSIVE},
		{1, 2, 1, 3, 32, 6, false, INCLUSIVE | L1_THROUGH},
		{2, 1, 2, 2, 16, 6, false, INCLUSIVE | L2_THROUGH | L1_NO_ALLOCATE},
		{4, 1, 2, 2, 16, 5, false, INCLUSIVE},
		{4, 2, 1, 2, 32, 5, false, INCLUSIVE | L1_FIFO},
	};

	(void)state;
	run(all, ARRAY_SIZE(all));
}

/* Two colours, of which a line is in one at a time, and found in either. */
static void test_alias_free(void **state)
{
	static const struct geometry all[] = {
		{4, 1, 0, 0, 16, 5, false, ALIAS_FREE},
		{4, 2, 0, 0, 16, 5, false, ALIAS_FREE | L1_NO_ALLOCATE},
		{4, 2, 2, 1, 16, 5, false, ALIAS_FREE},
		{4, 1, 2, 2, 32, 5, false, ALIAS_FREE | INCLUSIVE},
	};

	(void)state;
	run(all, ARRAY_SIZE(all));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_l1_alone),
		cmocka_unit_test(test_l2_with_equal_lines),
		cmocka_unit_test(test_l2_with_longer_lines),
		cmocka_unit_test(test_two_colours),
		cmocka_unit_test(test_order_that_means_nothing),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_inclusive_l2),
		cmocka_unit_test(test_alias_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
