// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The range walkers of c-r4k.c: which CACHE instructions they run, in which order, for every offset and size
 * of a small space. `first` and `last` are the lines of the first and the last byte.
 *
 *	r4k_dma_cache_inv        first and last written back and invalidated, then first .. last invalidated
 *	r4k_dma_cache_wback_inv  first .. last written back and invalidated
 *	both                     the L1, then the L2; from the L1's size on, the whole L1 by index
 */
#include "../support/cells.h"

static struct rig r;

#define L1_BYTES (2u * 2u * 16u) /* smaller than three pages */
#define PAGES 3u

static void up(u32 l2_line)
{
	rig_init(&r);
	r.k.ways_matter = true;
	if (l2_line)
		rig_l2(&r, 4, 2, log2_u32(l2_line));
	rig_pages(&r, PAGES, false);
	rig_pages(&r, 1, true);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_cache_op});
	rig_up(&r);
}

/* What the architecture's walk would be, checked against the events from *at on. */
static void expect(u32 *at, enum cache_op op, u32 va)
{
	const struct event *e = rig_event(&r, EV_CACHE_OP, (*at)++);

	assert_int_equal(e->a, op);
	assert_int_equal(e->b, va);
	assert_int_equal(e->c, va - KSEG0);
}

static void expect_range(u32 *at, enum cache_op op, u32 va, u32 size, u32 line)
{
	u32 first = va / line * line;
	u32 last = (va + size - 1) / line * line;
	u32 here;

	for (here = first; here <= last; here += line)
		expect(at, op, here);
}

static void expect_edges(u32 *at, enum cache_op op, u32 va, u32 size, u32 line)
{
	expect(at, op, va / line * line);
	expect(at, op, (va + size - 1) / line * line); /* both even if it is one line */
}

static void every_range(bool inv, u32 l2_line)
{
	u32 offset, size;

	up(l2_line);
	for (offset = 0; offset < 64; offset++) {
		for (size = 1; offset + size <= PAGES * 64; size += size < 70 ? 1 : 7) {
			u32 va = rig_kseg0(&r, 0) + offset;
			u32 at = 0;

			rig_forget(&r);
			if (inv)
				RIG_CALL(&r, 0, r4k_dma_cache_inv, va, size, 0, offset);
			else
				RIG_CALL(&r, 0, r4k_dma_cache_wback_inv, va, size, 0, offset);
			if (size < L1_BYTES) {
				if (inv)
					expect_edges(&at, Hit_Writeback_Inv_D, va, size, 16);
				expect_range(&at, inv ? Hit_Invalidate_D : Hit_Writeback_Inv_D, va,
					     size, 16);
			} else {
				/* the whole L1: each set and way, whether a line is there or not */
				at = L1_BYTES / 16;
			}
			if (l2_line) {
				if (inv)
					expect_edges(&at, Hit_Writeback_Inv_SD, va, size, l2_line);
				expect_range(&at, inv ? Hit_Invalidate_SD : Hit_Writeback_Inv_SD,
					     va, size, l2_line);
			}
			assert_int_equal(rig_count(&r, EV_CACHE_OP), at);
			assert_int_equal(w_top(&r.w)->broken, 0);
			assert_int_equal(r.w.findings, 0);
			assert_int_equal(rig_count(&r, EV_KSTEP), at);
		}
	}
	rig_down(&r);
}

static void test_inv_visits_its_lines(void **state)
{
	(void)state;
	every_range(true, 0);
	every_range(true, 16);
	every_range(true, 32);
}

static void test_wback_inv_visits_its_lines(void **state)
{
	(void)state;
	every_range(false, 0);
	every_range(false, 16);
	every_range(false, 32);
}

/* The first byte past the cache's size: index ops, which write back what an invalidate would drop. */
static void test_index_ops_from_the_size_of_the_cache_on(void **state)
{
	u32 size;

	(void)state;
	for (size = L1_BYTES - 1; size <= L1_BYTES + 1; size++) {
		up(0);
		rig_store(&r, rig_kseg0(&r, 0) + 16, NO_ID, 0, 4);
		rig_store(&r, rig_kseg0(&r, 2), NO_ID, 0, 4);
		rig_forget(&r);
		RIG_CALL(&r, 0, r4k_dma_cache_inv, rig_kseg0(&r, 0), size, 0, 0);
		if (size < L1_BYTES) {
			/* page 2 is not in the range; the dirty line inside is dropped */
			assert_int_equal(rig_count(&r, EV_WRITEBACK), 0);
			assert_int_not_equal(cache_next_busy_set(&r.w, 0, 0), NO_ID);
		} else {
			assert_int_equal(rig_count(&r, EV_WRITEBACK), 2);
			assert_int_equal(cache_next_busy_set(&r.w, 0, 0), NO_ID);
			assert_int_equal(rig_event(&r, EV_CACHE_OP, 0)->a, Index_Writeback_Inv_D);
		}
		rig_down(&r);
	}
}

static void test_size_zero_is_a_bug(void **state)
{
	u32 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		up(0);
		assert_false(rig_call(&r, 0, i ? KF_r4k_dma_cache_inv : KF_r4k_dma_cache_wback_inv,
				      (const u32[]){rig_kseg0(&r, 0), 0, 0, 0}, 4));
		assert_true(rig_broken(&r, R_BUG_ON));
		rig_down(&r);
	}
}

/*
 * bytes     0       8      16      24      32
 * range             [==============]
 *
 * A dirty edge line that the range only partly covers is written back, which may undo the device's bytes:
 * partial-line-dirty. A covered one is not an edge worth a word.
 */
static void test_partial_line_dirty(void **state)
{
	u32 va;

	(void)state;
	up(0);
	va = rig_kseg0(&r, 0);
	rig_store(&r, va, NO_ID, 0, 4);
	rig_forget(&r);
	RIG_CALL(&r, 0, r4k_dma_cache_inv, va + 8, 16, 0, 8);
	assert_true(rig_warned(&r, W_PARTIAL_LINE_DIRTY));
	assert_int_equal(rig_count(&r, EV_WRITEBACK), 1);
	rig_store(&r, va, NO_ID, 0, 4);
	rig_forget(&r);
	RIG_CALL(&r, 0, r4k_dma_cache_inv, va, 16, 0, 0);
	assert_false(rig_warned(&r, W_PARTIAL_LINE_DIRTY));
	rig_load(&r, va, NO_ID, 0, 4);
	rig_forget(&r);
	RIG_CALL(&r, 0, r4k_dma_cache_inv, va + 8, 16, 0, 8);
	assert_false(rig_warned(&r, W_PARTIAL_LINE_DIRTY));
	rig_down(&r);
}

/* kseg0 goes on into addresses that are not the range's: its page 3 is highmem, somewhere else. */
static void test_unsynced_range(void **state)
{
	u32 size;

	(void)state;
	for (size = 16; size <= 32; size += 16) {
		up(0);
		RIG_CALL(&r, 0, r4k_dma_cache_wback_inv, rig_kseg0(&r, 2) + 48, size, 2, 48);
		assert_int_equal(w_top(&r.w)->broken, size > 16 ? BIT(R_UNSYNCED_RANGE) : 0);
		rig_down(&r);
	}
	/* an address of another page altogether */
	up(0);
	RIG_CALL(&r, 0, blast_dcache_range, rig_kseg0(&r, 1), 16, 0, 0, Hit_Writeback_Inv_D);
	assert_int_equal(w_top(&r.w)->broken, BIT(R_UNSYNCED_RANGE));
	rig_down(&r);
}

/* Way by way, each over all sets; L1, then L2. */
static void test_index_all(void **state)
{
	u32 line, set, way, i, n = 0;

	(void)state;
	up(16);
	for (i = 0; i < 4; i++)
		rig_store(&r, rig_kseg0(&r, 0) + 16 * i, NO_ID, 0, 4);
	rig_forget(&r);
	RIG_CALL(&r, 0, index_all, 0);
	assert_int_equal(rig_count(&r, EV_KSTEP), 4 + 8);
	assert_int_equal(cache_next_busy_set(&r.w, 0, 0), NO_ID);
	assert_int_equal(cache_next_busy_set(&r.w, 1, 0), NO_ID);
	for (way = 0; way < 2; way++) {
		for (set = 0; set < 2; set++) {
			line = rig_event(&r, EV_CACHE_OP, n)->b - cell_page_pa(&r.k, 0);
			assert_int_equal(rig_event(&r, EV_CACHE_OP, n)->a, Index_Writeback_Inv_D);
			assert_int_equal(line / 16, way * 2 + set);
			n++;
		}
	}
	assert_int_equal(rig_event(&r, EV_CACHE_OP, n)->a, Index_Writeback_Inv_SD);
	rig_down(&r);
}

/* The whole page around the address, L1 only. */
static void test_flush_data_cache_page(void **state)
{
	u32 at = 0, va;

	(void)state;
	up(16);
	va = rig_kseg0(&r, 1);
	rig_store(&r, va + 32, NO_ID, 0, 4);
	rig_forget(&r);
	RIG_CALL(&r, 0, r4k_flush_data_cache_page, va + 20, 8, 1, 20);
	expect_range(&at, Hit_Writeback_Inv_D, va, 64, 16);
	assert_int_equal(rig_count(&r, EV_CACHE_OP), at);
	assert_int_not_equal(cache_next_busy_set(&r.w, 1, 0), NO_ID);
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inv_visits_its_lines),
		cmocka_unit_test(test_wback_inv_visits_its_lines),
		cmocka_unit_test(test_index_ops_from_the_size_of_the_cache_on),
		cmocka_unit_test(test_size_zero_is_a_bug),
		cmocka_unit_test(test_partial_line_dirty),
		cmocka_unit_test(test_unsynced_range),
		cmocka_unit_test(test_index_all),
		cmocka_unit_test(test_flush_data_cache_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
