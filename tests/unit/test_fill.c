// SPDX-License-Identifier: GPL-2.0-or-later
/* Which lines a core that speculates may fill, and what a fill does. */
#include "../support/cells.h"

#include <string.h>

#include "../../src/pagetable.h"
#include "../../src/tlb_model.h"

static struct rig r;

#define ROOM 64u
#define USER_VA 0x00400000u

/* Two lowmem pages, two highmem pages, one process that loads; four lines a page. */
static void begin(void)
{
	rig_init(&r);
	r.k.machine.speculation = SPECULATION_LOADS;
	rig_pages(&r, 2, false);
	rig_pages(&r, 2, true);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load, .at = {OPERAND_KSEG0, 0, 0, 4}});
}

/* Fills of lines of the page that are offered, one bit a line and set: line + 4 * set. */
static u64 offered(u32 cpu, u32 page)
{
	struct choice c[ROOM];
	u32 n = engine_fills(&r.w, c, ROOM), i;
	u64 lines = 0;

	assert_true(n <= ROOM);
	for (i = 0; i < n; i++) {
		assert_int_equal(c[i].kind, CHOICE_FILL);
		assert_true(engine_possible(&r.w, &c[i]));
		if (c[i].actor != cpu || cell_page_of(&r.k, c[i].arg) != page)
			continue;
		lines |= 1ull << (c[i].arg % 64 / 16 + 4 * c[i].set);
	}
	return lines;
}

/* All four lines, in sets 0, 1, 0, 1. */
#define WHOLE (1ull << 0 | 1ull << (1 + 4) | 1ull << 2 | 1ull << (3 + 4))

static struct tlb_entry entry(u32 va, u32 asid, u32 lo0, u32 lo1)
{
	return (struct tlb_entry){
		.vpn2 = va, .mask = tlb_pair_mask(&r.k), .asid = asid, .lo = {lo0, lo1}};
}

static u32 lo(u32 page, enum cca cca, bool valid)
{
	return r.k.page[page].pfn << LO_PFN_SHIFT | (u32)cca << LO_C_SHIFT | LO_D |
	       (valid ? LO_V : 0);
}

static void test_lowmem_through_kseg0(void **state)
{
	struct choice c;

	(void)state;
	begin();
	rig_up(&r);
	assert_true(offered(0, 0) == WHOLE && offered(0, 1) == WHOLE);
	assert_int_equal(engine_fills(&r.w, NULL, 0), 8);
	/* the line it holds, it does not fill */
	rig_load(&r, rig_kseg0(&r, 0), 0, 0, 4);
	assert_true(offered(0, 0) == (WHOLE & ~1ull));
	assert_false(engine_find_fill(&r.w, 0, 0, 12, &c));
	assert_true(engine_find_fill(&r.w, 0, 0, 20, &c));
	assert_int_equal(c.arg, cell_page_pa(&r.k, 0) + 16);
	/* nor where it says another address than a line's, another set, or no page of the cell */
	c.arg += 4;
	assert_false(engine_possible(&r.w, &c));
	c.arg -= 4;
	c.set ^= 1;
	assert_false(engine_possible(&r.w, &c));
	c.set ^= 1;
	assert_true(engine_possible(&r.w, &c));
	c.actor = 1;
	assert_false(engine_possible(&r.w, &c));
	c.actor = 0;
	c.arg = 0;
	assert_false(engine_possible(&r.w, &c));
	rig_down(&r);
}

static void test_no_speculation_no_fill(void **state)
{
	struct choice c;

	(void)state;
	begin();
	rig_up(&r);
	assert_true(engine_find_fill(&r.w, 0, 0, 0, &c));
	r.k.machine.speculation = SPECULATION_NONE;
	assert_int_equal(engine_fills(&r.w, NULL, 0), 0);
	assert_false(engine_possible(&r.w, &c));
	rig_down(&r);
}

/* kseg1 is never filled from, and a strategy may make kseg0 like it. */
static void test_uncached_segment(void **state)
{
	(void)state;
	begin();
	r.k.strategy.uncached = true;
	rig_up(&r);
	assert_int_equal(engine_fills(&r.w, NULL, 0), 0);
	rig_down(&r);
}

static void test_highmem_through_the_tlb(void **state)
{
	const struct {
		u32 asid, page;
		enum cca cca;
		bool valid, fills;
	} cases[] = {
		{1, 2, CCA_CACHEABLE, true, true},      {1, 2, CCA_CACHEABLE, false, false},
		{1, 2, CCA_UNCACHED, true, false},      {2, 2, CCA_CACHEABLE, true, false},
		{1, NO_ID, CCA_CACHEABLE, true, false},
	};
	struct choice c;
	u32 i, half;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (half = 0; half < 2; half++) {
			u32 value;
			struct tlb_entry e;

			begin();
			rig_up(&r);
			put(&r.w, &w_cpu(&r.w, 0)->asid, 1);
			assert_true(offered(0, 2) == 0);
			assert_false(engine_find_fill(&r.w, 0, 2, 0, &c));
			/* a frame that is no page of the cell */
			value = cases[i].page == NO_ID ?
					5u << LO_PFN_SHIFT | LO_V | CCA_CACHEABLE << LO_C_SHIFT :
					lo(cases[i].page, cases[i].cca, cases[i].valid);
			e = half ? entry(USER_VA, cases[i].asid, 0, value) :
				   entry(USER_VA, cases[i].asid, value, 0);
			tlb_write_random(&r.w, 0, &e, NO_ID);
			assert_true(offered(0, 2) == (cases[i].fills ? WHOLE : 0));
			assert_true(offered(0, 3) == 0);
			assert_int_equal(engine_fills(&r.w, NULL, 0), cases[i].fills ? 12 : 8);
			assert_true(engine_find_fill(&r.w, 0, 2, 16, &c) == cases[i].fills);
			if (cases[i].fills) {
				/* the entry goes, and the fill with it */
				tlb_drop(&r.w, 0, 0);
				assert_false(engine_possible(&r.w, &c));
			}
			rig_down(&r);
		}
	}
}

/* A global entry is of every address space. Of two entries that match, the first one leads on. */
static void test_global_and_duplicate(void **state)
{
	struct tlb_entry e, other;

	(void)state;
	begin();
	rig_up(&r);
	put(&r.w, &w_cpu(&r.w, 0)->asid, 1);
	e = entry(USER_VA, 7, lo(2, CCA_CACHEABLE, true), 0);
	e.global = true;
	tlb_write_random(&r.w, 0, &e, NO_ID);
	assert_true(offered(0, 2) == WHOLE);
	other = entry(USER_VA, 1, lo(3, CCA_CACHEABLE, true), 0);
	tlb_write_random(&r.w, 0, &other, NO_ID);
	/* they stand sorted: the global one, whose ASID is 0, in front */
	assert_true(offered(0, 2) == WHOLE && offered(0, 3) == 0);
	rig_down(&r);
}

/* The TLB that counts is the CPU's own; kseg0 is everybody's. */
static void test_each_cpu_by_its_own_tlb(void **state)
{
	struct tlb_entry e;

	(void)state;
	begin();
	r.k.machine.cpus = 2;
	rig_up(&r);
	put(&r.w, &w_cpu(&r.w, 0)->asid, 1);
	put(&r.w, &w_cpu(&r.w, 1)->asid, 1);
	e = entry(USER_VA, 1, lo(2, CCA_CACHEABLE, true), 0);
	tlb_write_random(&r.w, 1, &e, NO_ID);
	assert_true(offered(0, 2) == 0 && offered(1, 2) == WHOLE);
	assert_true(offered(0, 0) == WHOLE && offered(1, 0) == WHOLE);
	rig_down(&r);
}

/* Two colours: the line goes where the address leads. */
static void test_colours(void **state)
{
	const u64 colour0 = 1ull << 0 | 1ull << (1 + 4) | 1ull << (2 + 8) | 1ull << (3 + 12);
	u32 odd, other;
	struct tlb_entry e;

	(void)state;
	begin();
	rig_l1(&r, 8, 1, 4);
	r.k.machine.l1d.virtual_index = true;
	rig_up(&r);
	assert_int_equal(r.k.machine.l1d.colours, 2);
	odd = r.k.page[0].pfn & 1;
	assert_true(offered(0, 0) == colour0 << 16 * odd);
	/* mapped at the even page of a pair, or the odd one: the colour that kseg0 does not have */
	put(&r.w, &w_cpu(&r.w, 0)->asid, 1);
	other = lo(0, CCA_CACHEABLE, true);
	e = odd ? entry(USER_VA, 1, other, 0) : entry(USER_VA, 1, 0, other);
	tlb_write_random(&r.w, 0, &e, NO_ID);
	assert_true(offered(0, 0) == (colour0 | colour0 << 16));
	rig_down(&r);
}

/*
 * It is no access: it is not compared with anything, takes no TLB entry, moves nobody on. What it brings is clean, and
 * what memory holds, newest or not; the L2 takes the line in on the way.
 */
static void test_what_a_fill_does(void **state)
{
	const struct w_line *line;
	struct w_cpu cpu;
	struct choice c;
	u32 pa, filled;

	(void)state;
	begin();
	rig_l2(&r, 4, 2, 4);
	rig_up(&r);
	pa = cell_page_pa(&r.k, 0);
	/* memory's copy of the first granule is not the newest */
	datum_put(&r.w, datum_memory(&r.w, 0, 0), 0, 0);
	memcpy(&cpu, w_cpu(&r.w, 0), sizeof(cpu));
	assert_true(engine_find_fill(&r.w, 0, 0, 4, &c));
	rig_forget(&r);
	engine_apply(&r.w, &c);
	assert_int_equal(r.w.findings, 0);
	assert_int_equal(w_top(&r.w)->broken, 0);
	assert_memory_equal(&cpu, w_cpu(&r.w, 0), sizeof(cpu));
	assert_int_equal(rig_count(&r, EV_LOAD), 0);
	filled = rig_count(&r, EV_FILL);
	assert_int_equal(filled, 2);
	line = cache_find(&r.w, 0, c.set, pa);
	assert_non_null(line);
	assert_int_equal(line->dirty, 0);
	assert_int_equal(datum_get(&r.k, cache_sector(&r.k, 0, line, pa), 0), 0);
	assert_int_equal(datum_get(&r.k, cache_sector(&r.k, 0, line, pa), 1), DATUM_NEWEST);
	assert_non_null(cache_find(&r.w, 1, cache_set(&r.k, 1, pa, pa), pa));
	assert_int_equal(w_top(&r.w)->used[BOUND_FILLS], 0);
	assert_false(engine_possible(&r.w, &c));
	rig_down(&r);
}

/* It needs room like any fill, and the line that makes room is written back. */
static void test_victim(void **state)
{
	struct choice c;

	(void)state;
	begin();
	rig_l1(&r, 2, 1, 4);
	rig_up(&r);
	rig_store(&r, rig_kseg0(&r, 0), 0, 0, 4);
	assert_int_equal(datum_get(&r.k, datum_memory(&r.w, 0, 0), 0), 0);
	assert_true(engine_find_fill(&r.w, 0, 0, 32, &c));
	engine_apply(&r.w, &c);
	assert_null(cache_find(&r.w, 0, 0, cell_page_pa(&r.k, 0)));
	assert_int_equal(datum_get(&r.k, datum_memory(&r.w, 0, 0), 0), DATUM_NEWEST);
	rig_down(&r);
}

/* What another L1 holds dirty goes a level down first, where L1s snoop; else the fill gets what is there. */
static void test_snooped(void **state)
{
	struct choice c;
	u32 snooped;

	(void)state;
	for (snooped = 0; snooped < 2; snooped++) {
		const struct w_line *line;
		u32 pa;

		begin();
		r.k.machine.cpus = 2;
		r.k.machine.l1_snooped = snooped != 0;
		rig_up(&r);
		pa = cell_page_pa(&r.k, 0);
		rig_store(&r, rig_kseg0(&r, 0), 0, 0, 4);
		assert_true(engine_find_fill(&r.w, 1, 0, 0, &c));
		engine_apply(&r.w, &c);
		line = cache_find(&r.w, 1, c.set, pa);
		assert_int_equal(datum_get(&r.k, cache_sector(&r.k, 1, line, pa), 0), snooped);
		assert_int_equal(cache_find(&r.w, 0, c.set, pa)->dirty, !snooped);
		rig_down(&r);
	}
}

static void test_bounded(void **state)
{
	struct choice list[ROOM], c;
	u32 bound, used;

	(void)state;
	for (bound = 0; bound <= 2; bound++) {
		begin();
		r.k.bounds.set = BIT(BOUND_FILLS);
		r.k.bounds.most[BOUND_FILLS] = bound;
		rig_up(&r);
		for (used = 0; used < bound; used++) {
			assert_int_equal(engine_withheld(&r.w), 0);
			assert_true(engine_fills(&r.w, list, ROOM) > 0);
			engine_apply(&r.w, &list[0]);
			assert_int_equal(w_top(&r.w)->used[BOUND_FILLS], used + 1);
		}
		assert_int_equal(engine_fills(&r.w, list, ROOM), 0);
		assert_int_equal(engine_withheld(&r.w), BIT(BOUND_FILLS));
		/* a replay knows no bounds */
		assert_true(engine_find_fill(&r.w, 0, 1, 0, &c));
		assert_true(engine_possible(&r.w, &c));
		rig_down(&r);
	}
}

/* Listed behind what leaves a cache; in front of nothing, and not once the schedule has ended. */
static void test_order(void **state)
{
	struct choice list[ROOM];
	u32 n, i;

	(void)state;
	begin();
	rig_up(&r);
	rig_enter(&r, 0);
	rig_go(&r, 0);
	n = engine_enabled(&r.w, list, ROOM);
	/* the end, one line that may leave, and seven that may come */
	assert_int_equal(n, 9);
	assert_int_equal(list[0].kind, CHOICE_FINISH);
	assert_int_equal(list[1].kind, CHOICE_EVICT);
	for (i = 2; i < n; i++)
		assert_int_equal(list[i].kind, CHOICE_FILL);
	assert_int_equal(engine_enabled(&r.w, NULL, 0), 9);
	rig_take(&r, CHOICE_FINISH, 0);
	assert_int_equal(engine_fills(&r.w, list, ROOM), 0);
	assert_int_equal(engine_enabled(&r.w, list, ROOM), 0);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lowmem_through_kseg0),
		cmocka_unit_test(test_no_speculation_no_fill),
		cmocka_unit_test(test_uncached_segment),
		cmocka_unit_test(test_highmem_through_the_tlb),
		cmocka_unit_test(test_global_and_duplicate),
		cmocka_unit_test(test_each_cpu_by_its_own_tlb),
		cmocka_unit_test(test_colours),
		cmocka_unit_test(test_what_a_fill_does),
		cmocka_unit_test(test_victim),
		cmocka_unit_test(test_snooped),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
