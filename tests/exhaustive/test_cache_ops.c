// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every op on every state of a line, on caches small enough to write all of them down, against the reference of
 * support/ref_cache.h.
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
 * with a write buffer times what waits there of the line (nothing; both granules, or one of them, newest or stale) and how many
 * others do, and one op: each hit op, load, store, cached and uncached, an eviction of each copy, a device's read and
 * write with and without snooping, an index op on each way, what waits of the line goes on, SYNC. Afterwards the caches, memory, dirtiness, places
 * in the replacement order, what the op said it did and what the oracle said have to be the reference's;
 * and they have to be twice: with identities as tokens, and with one bit, newest or not.
 */
#include "../support/cells.h"

#include "../support/cache_worlds.h"

static u64 cases;

static void check(const struct ref *before, const struct doing *d)
{
	struct ref after = *before;

	worlds_load(before);
	worlds_do(&after, d);
	cases++;
}

static void every_op(const struct ref *ref)
{
	struct doing d = {0};
	u32 op, way;

	for (d.colour = 0; d.colour < worlds_colours(); d.colour++) {
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
	for (d.verb = V_DRAIN; ref->places && d.verb <= V_SYNC; d.verb++)
		check(ref, &d);
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
		while (ref_set(c, pa) != set)
			pa += c->line;
		l->pa = pa;
		l->dirty = copy->others_dirty;
		for (j = 0; j < c->line / GRANULE; j++) {
			u32 granule = ref_granule(r, pa) + j;

			if (l->dirty)
				r->newest[granule] = 2000 + granule;
			l->data[j] = r->newest[granule];
		}
		pa += c->line;
	}
}

/* What of the line waits in the write buffer, beside others. */
struct waits {
	u32 state; /* 0 nothing; whole and newest, whole and stale; the first granule so, or so; the second one */
	u32 others;
};

static bool waits_next(struct waits *w, u32 places)
{
	if (w->others + !!w->state < places) {
		w->others++;
		return true;
	}
	w->others = 0;
	return places && ++w->state < 6;
}

/* Others are of the pages from 34 on. */
static void wait(struct ref *r, const struct waits *waits)
{
	static const struct {
		bool first, newest, second;
	} states[] = {
		{false, false, false}, {true, true, true},   {true, false, true},
		{true, true, false},   {true, false, false}, {false, false, true},
	};
	u32 i, j;

	for (i = 0; i < waits->others; i++) {
		struct ref_waiting *w = &r->waiting[i];

		*w = (struct ref_waiting){.taken = true, .pa = r->base + (34 + i) * r->page_bytes};
		for (j = 0; j < REF_WAITING_GRANULES; j++) {
			u32 granule = ref_granule(r, w->pa) + j;

			w->written[j] = true;
			w->data[j] = r->newest[granule] = 3000 + granule;
		}
	}
	if (waits->state)
		r->waiting[i] = (struct ref_waiting){
			.taken = true,
			.pa = r->base,
			.written = {states[waits->state].first, states[waits->state].second},
			.data = {states[waits->state].newest ? NEWEST : 15, r->newest[1]},
		};
}

/* States that the machine can be in: no dirty line where stores go through, all of an inclusive L2's L1 in it. */
static bool possible(const struct geometry *g, const struct copy *l1, const struct copy *alias,
		     const struct copy *l2, const struct waits *waits)
{
	if ((g->policy & INCLUSIVE) && (waits->others || (waits->state && !l2->state)))
		return false;
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

static void every_state(const struct geometry *g)
{
	struct copy l1 = {0}, alias, l2;
	struct waits waits = {0};
	u32 memory_stale;

	do {
		memset(&alias, 0, sizeof(alias));
		do {
			memset(&l2, 0, sizeof(l2));
			do {
				for (memory_stale = 0; memory_stale < 2;
				     memory_stale += !waits_next(&waits, g->buffer)) {
					static struct ref ref;

					if (waits.state == 6)
						waits = (struct waits){0};
					if (!possible(g, &l1, &alias, &l2, &waits))
						continue;
					worlds_reference(&ref, 1000);
					ref.newest[0] = NEWEST;
					ref.memory[0] = memory_stale ? 13 : NEWEST;
					place(&ref, &ref.l1, ref_set(&ref.l1, USER_VA), &l1, 11, 1);
					if (worlds_colours() > 1)
						place(&ref, &ref.l1,
						      ref_set(&ref.l1, USER_VA + ref.page_bytes),
						      &alias, 14, 12);
					if (ref.has_l2)
						place(&ref, &ref.l2, ref_set(&ref.l2, ref.base),
						      &l2, 12, 24);
					wait(&ref, &waits);
					every_op(&ref);
				}
			} while (g->l2_sets && copy_next(&l2, g->l2_ways));
		} while (worlds_colours() > 1 && copy_next(&alias, g->ways));
	} while (copy_next(&l1, g->ways));
}

static void run(const struct geometry *g, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		worlds_up(&g[i], WORLDS_PAGES, 1);
		every_state(&g[i]);
		worlds_down();
	}
	print_message("%llu cases\n", (unsigned long long)cases);
	cases = 0;
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

static void test_write_buffer(void **state)
{
	static const struct geometry all[] = {
		{1, 1, 0, 0, 16, 6, false, 0, 1},
		{1, 2, 0, 0, 16, 6, false, 0, 2},
		{1, 2, 0, 0, 16, 6, true, 0, 4},
		{1, 2, 0, 0, 16, 6, false, L1_THROUGH, 2},
		{1, 2, 0, 0, 16, 6, false, L1_THROUGH | L1_NO_ALLOCATE, 2},
		{2, 1, 0, 0, 16, 6, false, L1_NO_ALLOCATE, 1},
		{1, 1, 1, 2, 16, 6, false, 0, 2},
		{1, 2, 1, 1, 32, 6, false, 0, 1},
		{1, 1, 1, 2, 32, 6, false, L1_THROUGH | L2_NO_ALLOCATE, 2},
		{1, 1, 1, 2, 16, 6, false, L2_THROUGH | L1_NO_ALLOCATE, 2},
		{1, 1, 1, 2, 16, 6, false, INCLUSIVE, 2},
		{2, 1, 1, 2, 32, 6, false, INCLUSIVE | L1_THROUGH, 1},
		{4, 1, 0, 0, 16, 5, false, 0, 2},
		{4, 1, 1, 1, 32, 5, false, 0, 1},
		{4, 1, 1, 2, 16, 5, false, INCLUSIVE, 1},
		{4, 1, 0, 0, 16, 5, false, ALIAS_FREE, 2},
		{4, 1, 1, 1, 16, 5, false, ALIAS_FREE, 1},
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
		cmocka_unit_test(test_write_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
