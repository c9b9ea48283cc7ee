// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs of strategies: how a range is cut into pieces, each condition both ways, and what is said of a
 * piece for which no op ran. Pages 0 and 1 are lowmem, 2 to 4 highmem, 5 lowmem again.
 */
#include "../support/cells.h"

#include "../../src/kmtypes.h"
#include "../../src/pagetable.h"

static struct rig r;

static void begin(void)
{
	rig_init(&r);
	rig_l1(&r, 4, 3, 4); /* a whole page is less than the cache: hit ops */
	rig_pages(&r, 2, false);
	rig_pages(&r, 3, true);
	rig_pages(&r, 1, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_dma_map});
}

static void up(enum rig_strategy which)
{
	begin();
	rig_strategy(&r, which);
	rig_up(&r);
}

static void sync(u32 page, u32 offset, u32 length)
{
	rig_forget(&r);
	if (rig_call(&r, 0, KF_sync_range, (const u32[]){page, offset, length, DMA_OP_WBACK_INV},
		     4)) {
		u32 ret;

		while (rig_next(&r, 0, &ret))
			;
	}
}

static void assert_piece(u32 n, u32 page, u32 offset, u32 length, u32 ran)
{
	const struct event *e = rig_event(&r, EV_SYNC_PIECE, n);

	assert_int_equal(e->a, page);
	assert_int_equal(e->b, offset);
	assert_int_equal(e->c, length);
	assert_int_equal(e->d, ran);
}

/* For every offset and length: pieces cover the range, in order, without a gap, none over a page's end. */
static void test_pieces(void **state)
{
	u32 offset, length, at, n;

	(void)state;
	up(RIG_KMAP_ATOMIC);
	for (offset = 0; offset < 64; offset += 4) {
		for (length = 4; length <= 3 * 64 - offset; length += 12) {
			sync(2, offset, length);
			for (at = offset, n = 0; at < offset + length; n++) {
				u32 piece = 64 - at % 64;

				if (piece > offset + length - at)
					piece = offset + length - at;
				assert_piece(n, 2 + at / 64, at % 64, piece, 1);
				at += piece;
			}
			assert_int_equal(rig_count(&r, EV_SYNC_PIECE), n);
			assert_int_equal(w_top(&r.w)->broken, 0);
			assert_int_equal(r.w.findings, 0);
		}
	}
	rig_down(&r);
}

/* An offset that is beyond the first page means the page it comes to. */
static void test_offset_past_the_first_page(void **state)
{
	(void)state;
	up(RIG_KMAP_ATOMIC);
	sync(2, 64 + 8, 16);
	assert_int_equal(rig_count(&r, EV_SYNC_PIECE), 1);
	assert_piece(0, 3, 8, 16, 1);
	rig_down(&r);
}

/* Highmem without an address is skipped, and that is said; lowmem never is. */
static void test_sync_skipped(void **state)
{
	(void)state;
	up(RIG_LOWMEM_ONLY);
	sync(0, 0, 128);
	assert_false(rig_warned(&r, W_SYNC_SKIPPED));
	assert_piece(0, 0, 0, 64, 1);
	assert_piece(1, 1, 0, 64, 1);
	assert_int_equal(rig_event(&r, EV_CACHE_OP, 0)->b, rig_kseg0(&r, 0));
	sync(3, 8, 20);
	assert_true(rig_warned(&r, W_SYNC_SKIPPED));
	assert_piece(0, 3, 8, 20, 0);
	assert_int_equal(rig_count(&r, EV_CACHE_OP), 0);
	assert_int_equal(r.w.finding[0].page, 3);
	assert_int_equal(r.w.finding[0].offset, 8);
	rig_down(&r);
}

/* mapped: kmap_high_get() gave an address, or it did not. */
static void test_condition_mapped(void **state)
{
	u32 va;

	(void)state;
	up(RIG_KMAP_HIGH_GET);
	va = RIG_CALL(&r, 0, kmap, 3);
	sync(2, 0, 128); /* page 2 is not mapped, page 3 is */
	assert_piece(0, 2, 0, 64, 0);
	assert_piece(1, 3, 0, 64, 1);
	assert_true(rig_warned(&r, W_SYNC_SKIPPED));
	assert_int_equal(rig_event(&r, EV_CACHE_OP, 0)->b, va);
	sync(2, 8, 8); /* an offset is not an address */
	assert_piece(0, 2, 8, 8, 0);
	assert_int_equal(rig_count(&r, EV_CACHE_OP), 0);
	sync(3, 0, 64);
	/* given back */
	assert_int_equal(r.w.word[r.k.layout.pkmap_count + 1], 2);
	sync(3, 20, 4);
	assert_false(rig_warned(&r, W_SYNC_SKIPPED));
	assert_int_equal(rig_event(&r, EV_CACHE_OP, 0)->b, va + 16);
	rig_down(&r);
}

/* ARM: through the pkmap where it is mapped, through the slot where it is not. */
static void test_arm(void **state)
{
	(void)state;
	up(RIG_ARM);
	RIG_CALL(&r, 0, kmap, 3);
	sync(2, 0, 128);
	assert_false(rig_warned(&r, W_SYNC_SKIPPED));
	assert_int_equal(rig_event(&r, EV_CACHE_OP, 0)->b, fixmap_va(&r.k, 0, KM_L1_CACHE));
	assert_int_equal(rig_event(&r, EV_CACHE_OP, 4)->b, pkmap_va(&r.k, 1));
	assert_int_equal(w_cpu(&r.w, 0)->l1_depth, 0);
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_down(&r);
}

/* One program that marks, by an irq flag effect, whether a condition held. */
static void up_condition(enum strategy_condition condition)
{
	begin();
	rig_op(&r, SOP_EACH_PAGE, 0, 0, 6);
	rig_op(&r, SOP_CALL, KF_save_pte, KM_SYNC_DCACHE, 0);
	rig_op(&r, SOP_UNLESS, condition, 0, 4);
	rig_op(&r, SOP_CALL, KF_local_bh_disable, 0, 0);
	rig_op(&r, SOP_CALL, KF_set_pte, KM_SYNC_DCACHE, 0);
	rig_op(&r, SOP_JUMP, 0, 0, 0);
	rig_op(&r, SOP_END, 0, 0, 0);
	rig_up(&r);
}

static bool held(u32 page)
{
	u32 before = w_ctx(&r.w, 0)->bh_off;

	sync(page, 0, 16);
	return w_ctx(&r.w, 0)->bh_off > before;
}

static void test_condition_highmem(void **state)
{
	(void)state;
	up_condition(COND_HIGHMEM);
	assert_false(held(0));
	assert_true(held(2));
	assert_false(held(5));
	rig_down(&r);
}

static void test_condition_nested(void **state)
{
	(void)state;
	up_condition(COND_NESTED);
	assert_false(held(2));
	put(&r.w, &w_cpu(&r.w, 0)->l1_depth, 1);
	assert_true(held(2));
	rig_down(&r);
}

/* The slot's pte as saved is another page's: the first time, and after every change of page. */
static void test_condition_changed(void **state)
{
	(void)state;
	up_condition(COND_CHANGED);
	assert_true(held(2));
	assert_false(held(2));
	assert_true(held(3));
	assert_true(held(2));
	rig_down(&r);
}

/* A piece is mapped only once its own primitive says so: the last one's address does not count. */
static void test_mapped_begins_anew_with_each_piece(void **state)
{
	u32 before;

	(void)state;
	up_condition(COND_MAPPED);
	before = w_ctx(&r.w, 0)->bh_off;
	sync(2, 0, 3 * 64);
	assert_int_equal(w_ctx(&r.w, 0)->bh_off, before);
	rig_down(&r);
}

/* lowmem: whole -- once a piece is lowmem, the rest of the range goes with it, as ARM's loop did. */
static void test_lowmem_whole(void **state)
{
	begin();
	(void)state;
	r.k.strategy.lowmem_whole = true;
	rig_strategy(&r, RIG_KMAP_ATOMIC);
	rig_up(&r);
	sync(0, 8, 100);
	assert_int_equal(rig_count(&r, EV_SYNC_PIECE), 1);
	assert_piece(0, 0, 8, 100, 1);
	assert_int_equal(w_top(&r.w)->broken, 0);
	sync(2, 8, 100); /* highmem is cut all the same */
	assert_int_equal(rig_count(&r, EV_SYNC_PIECE), 2);
	assert_int_equal(w_top(&r.w)->broken, 0);
	/* from lowmem into highmem: kseg0 addresses that are not the pages' */
	sync(1, 32, 64);
	assert_int_equal(rig_count(&r, EV_SYNC_PIECE), 1);
	assert_int_equal(w_top(&r.w)->broken, BIT(R_UNSYNCED_RANGE));
	rig_down(&r);
}

/* cache-op: none -- every sync returns at once, and says so. */
static void test_no_op(void **state)
{
	(void)state;
	begin();
	rig_strategy(&r, RIG_KMAP_ATOMIC);
	r.k.strategy.no_op = true;
	rig_up(&r);
	sync(0, 0, 64);
	assert_int_equal(rig_count(&r, EV_KSTEP), 0);
	assert_true(rig_warned(&r, W_SYNC_SKIPPED));
	rig_down(&r);
}

/* A program for the range as a whole. */
static void test_index_all(void **state)
{
	(void)state;
	begin();
	r.k.ways_matter = true;
	rig_strategy(&r, RIG_INDEX_ALL);
	rig_up(&r);
	rig_store(&r, rig_kseg0(&r, 5), NO_ID, 0, 4);
	sync(2, 8, 100);
	assert_false(rig_warned(&r, W_SYNC_SKIPPED));
	assert_int_equal(rig_count(&r, EV_SYNC_PIECE), 1);
	assert_piece(0, 2, 8, 100, 1);
	assert_true(r.step_done[0] & STEP_SYNC_USEFUL);
	assert_int_equal(cache_next_busy_set(&r.w, 0, 0), NO_ID);
	rig_down(&r);
}

/* PowerPC's shape, from single effects: flags and pte are given back; two pages, two slots' worth. */
static void test_single_effects(void **state)
{
	(void)state;
	begin();
	rig_op(&r, SOP_CALL, KF_local_irq_save, 0, 0);
	rig_op(&r, SOP_EACH_PAGE, 0, 0, 10);
	rig_op(&r, SOP_CALL, KF_save_pte, KM_SYNC_DCACHE, 0);
	rig_op(&r, SOP_CALL, KF_depth_inc, 0, 0);
	rig_op(&r, SOP_CALL, KF_set_pte, KM_SYNC_DCACHE, 0);
	rig_op(&r, SOP_CALL, KF_tlb_flush_local, KM_SYNC_DCACHE, 0);
	rig_op(&r, SOP_CALL, KF_cache_op, 0, 0);
	rig_op(&r, SOP_CALL, KF_depth_dec, 0, 0);
	rig_op(&r, SOP_CALL, KF_restore_pte, KM_SYNC_DCACHE, 0);
	rig_op(&r, SOP_JUMP, 0, 0, 1);
	rig_op(&r, SOP_CALL, KF_local_irq_restore, 0, 0); /* 10 */
	rig_op(&r, SOP_END, 0, 0, 0);
	rig_up(&r);
	sync(2, 32, 48);
	assert_string_equal(
		rig_ksteps(&r),
		"local_irq_save "
		"save pte depth++ set_pte local_flush_tlb_one cache cache cache depth-- set_pte "
		"save pte depth++ set_pte local_flush_tlb_one cache cache depth-- set_pte "
		"local_irq_restore");
	assert_int_equal(w_ctx(&r.w, 0)->irqs_off, 0);
	put(&r.w, &w_ctx(&r.w, 0)->irqs_off, 1);
	sync(2, 0, 16);
	assert_int_equal(w_ctx(&r.w, 0)->irqs_off, 1);
	assert_int_equal(*fixmap_pte(&r.w, 0, KM_SYNC_DCACHE) & ~LO_G, 0);
	assert_int_equal(w_cpu(&r.w, 0)->l1_depth, 0);
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_down(&r);
}

/* What the run remembers of its syncs: that an op ran, and that it found a line. */
static void test_useful(void **state)
{
	(void)state;
	up(RIG_KMAP_ATOMIC);
	sync(0, 0, 16);
	assert_int_equal(r.step_done[0], STEP_SYNC_RAN);
	rig_store(&r, rig_kseg0(&r, 0), NO_ID, 0, 4);
	sync(0, 0, 16);
	assert_int_equal(r.step_done[0], STEP_SYNC_RAN | STEP_SYNC_USEFUL);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_offset_past_the_first_page),
		cmocka_unit_test(test_sync_skipped),
		cmocka_unit_test(test_condition_mapped),
		cmocka_unit_test(test_arm),
		cmocka_unit_test(test_condition_highmem),
		cmocka_unit_test(test_condition_nested),
		cmocka_unit_test(test_condition_changed),
		cmocka_unit_test(test_mapped_begins_anew_with_each_piece),
		cmocka_unit_test(test_lowmem_whole),
		cmocka_unit_test(test_no_op),
		cmocka_unit_test(test_index_all),
		cmocka_unit_test(test_single_effects),
		cmocka_unit_test(test_useful),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
