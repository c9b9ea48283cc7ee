// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random operations, one after the other, on the model and on the reference of support/ref_cache.h: loads, stores and hit
 * ops through each colour, index ops on any way, uncached accesses, evictions, devices that snoop or do not, lines that go
 * on from a write buffer, SYNC. After each one
 * everything is compared, as in exhaustive/test_cache_ops.c; here the states are those that long runs lead to.
 *
 *	test_cache_random [OPERATIONS [SEED]]
 *
 * A failure is repeated by the seed, and its sequence and operation are printed.
 */
#include "../support/cells.h"

#include <stdio.h>
#include <stdlib.h>

#include "../support/cache_worlds.h"

#define PAGES 12u
#define SEQUENCE 1000u /* operations before everything begins anew */

static const struct geometry geometries[] = {
	/* one colour */
	{1, 4, 0, 0, 16, 6, false},
	{4, 2, 0, 0, 16, 6, false, L1_FIFO},
	{2, 4, 0, 0, 16, 6, false, L1_PLRU},
	{4, 3, 0, 0, 16, 6, false, L1_THROUGH | L1_NO_ALLOCATE},
	{4, 2, 8, 2, 16, 6, false},
	{2, 2, 4, 4, 32, 6, false, L2_PLRU},
	{4, 2, 4, 2, 32, 6, false, L1_PLRU | L2_FIFO},
	{2, 2, 4, 2, 16, 6, false, L1_THROUGH | L2_THROUGH},
	{2, 2, 2, 4, 32, 6, false, L1_NO_ALLOCATE | L2_NO_ALLOCATE},
	{4, 1, 4, 2, 16, 6, true},
	/* an inclusive L2 */
	{2, 2, 4, 2, 16, 6, false, INCLUSIVE},
	{4, 2, 4, 2, 32, 6, false, INCLUSIVE},
	{4, 2, 2, 4, 32, 6, false, INCLUSIVE | L2_PLRU | L1_FIFO},
	{4, 2, 2, 4, 16, 6, false, INCLUSIVE | L1_THROUGH},
	/* two and four colours */
	{4, 2, 0, 0, 16, 5, false},
	{8, 2, 0, 0, 16, 5, false},
	{8, 1, 0, 0, 16, 6, false, L1_NO_ALLOCATE},
	{8, 4, 0, 0, 16, 5, false, L1_PLRU},
	{8, 2, 4, 2, 32, 5, false},
	{8, 2, 8, 2, 16, 5, false, L1_FIFO | L2_THROUGH},
	{4, 2, 4, 2, 32, 5, false, INCLUSIVE},
	{8, 2, 4, 4, 16, 5, false, INCLUSIVE},
	{8, 1, 4, 2, 32, 5, true, L1_THROUGH},
	/* hardware that avoids aliases */
	{4, 2, 0, 0, 16, 5, false, ALIAS_FREE},
	{8, 2, 4, 2, 32, 5, false, ALIAS_FREE},
	{8, 2, 4, 4, 16, 5, false, ALIAS_FREE | INCLUSIVE},
	/* a write buffer of one, two and four lines */
	{4, 2, 0, 0, 16, 6, false, 0, 1},
	{2, 2, 0, 0, 16, 6, false, 0, 4},
	{4, 1, 0, 0, 16, 6, true, 0, 2},
	{4, 2, 0, 0, 16, 6, false, L1_THROUGH, 2},
	{4, 2, 0, 0, 16, 6, false, L1_THROUGH | L1_NO_ALLOCATE, 4},
	{2, 2, 0, 0, 16, 6, false, L1_NO_ALLOCATE, 1},
	{2, 2, 4, 2, 16, 6, false, 0, 2},
	{4, 2, 4, 2, 32, 6, false, 0, 4},
	{2, 2, 4, 2, 32, 6, false, L1_THROUGH | L2_PLRU, 2},
	{2, 2, 4, 2, 32, 6, false, L1_NO_ALLOCATE | L2_NO_ALLOCATE, 2},
	{2, 2, 4, 2, 16, 6, false, L2_THROUGH | L2_FIFO, 1},
	{4, 1, 4, 2, 32, 6, true, 0, 4},
	{2, 2, 4, 2, 16, 6, false, INCLUSIVE, 1},
	{4, 2, 4, 2, 32, 6, false, INCLUSIVE, 4},
	{4, 2, 2, 4, 32, 6, false, INCLUSIVE | L1_THROUGH, 2},
	{8, 2, 0, 0, 16, 5, false, 0, 2},
	{8, 2, 4, 2, 32, 5, false, 0, 4},
	{8, 1, 4, 2, 16, 5, false, L1_THROUGH, 2},
	{8, 2, 4, 4, 16, 5, false, INCLUSIVE, 4},
	{4, 2, 0, 0, 16, 5, false, ALIAS_FREE, 1},
	{8, 2, 4, 2, 32, 5, false, ALIAS_FREE | L1_NO_ALLOCATE, 2},
	{8, 2, 4, 4, 16, 5, false, ALIAS_FREE | INCLUSIVE, 2},
};

static u32 random_state;
static unsigned long operations = 1000000, seed = 1;

static u32 below(u32 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return (u32)((u64)random_state * n >> 32);
}

/* An index op names any way; how often its set is that of a line depends on the page alone. */
static struct doing draw(const struct ref *ref)
{
	static const enum verb verbs[] = {
		V_LOAD,
		V_LOAD,
		V_LOAD,
		V_STORE,
		V_STORE,
		V_STORE,
		V_HIT,
		V_HIT,
		V_HIT,
		V_INDEX,
		V_UNCACHED_HIT,
		V_UNCACHED_LOAD,
		V_UNCACHED_STORE,
		V_EVICT_L1,
		V_EVICT_L2,
		V_DMA_READ,
		V_DMA_WRITE,
		/* from here on where there is a write buffer */
		V_DRAIN,
		V_DRAIN,
		V_SYNC,
	};
	struct doing d = {
		.verb = verbs[below(ARRAY_SIZE(verbs) - (ref->places ? 0 : 3))],
		.op = (enum cache_op)below(CACHE_OPS),
		.page = below(PAGES),
		.offset = below(ref->page_bytes / GRANULE) * GRANULE,
		.colour = below(worlds_colours()),
		.coherent = below(2),
	};
	bool index = !architecture[d.op].op;

	/* half of them on few lines, so that copies meet */
	if (below(2))
		d.page = below(2);
	if ((d.verb == V_HIT || d.verb == V_UNCACHED_HIT) && index)
		d.op = Hit_Writeback_Inv_D;
	if (d.verb == V_INDEX)
		d.op = ref->has_l2 && below(2) ? Index_Writeback_Inv_SD : Index_Writeback_Inv_D;
	d.way = below(architecture[d.op].l2 ? ref->l2.ways : ref->l1.ways);
	if (d.verb == V_EVICT_L2 && !ref->has_l2)
		d.verb = V_EVICT_L1;
	return d;
}

static void sequence(const struct geometry *g, unsigned long number, u32 length)
{
	static struct ref ref;
	struct doing d;
	u32 i;

	random_state = (u32)(seed * 2654435761u + number * 40503u) | 1;
	for (i = 0; i < 8; i++)
		below(1);
	worlds_up(g, PAGES, PAGES);
	worlds_reference(&ref, 1000);
	worlds_load(&ref);
	for (i = 0; i < length; i++) {
		d = draw(&ref);
		d.number = i;
		worlds_do(&ref, &d);
	}
	worlds_down();
}

static void test_random(void **state)
{
	unsigned long left = operations, number = 0;

	(void)state;
	for (; left; number++) {
		const struct geometry *g = &geometries[number % ARRAY_SIZE(geometries)];
		u32 length = (u32)(left < SEQUENCE ? left : SEQUENCE);

		sequence(g, number, length);
		left -= length;
	}
	print_message("%lu operations, %lu sequences, %u geometries, seed %lu\n", operations,
		      number, (unsigned)ARRAY_SIZE(geometries), seed);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};

	if (argc > 1)
		operations = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		seed = strtoul(argv[2], NULL, 10);
	if (!operations || argc > 3) {
		fputs("usage: test_cache_random [OPERATIONS [SEED]]\n", stderr);
		return 2;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
