// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mutated routines: what each change does to a line, and that nothing else of the routine changes.
 */
#include "../support/cells.h"

#include "../../src/kline.h"
#include "../../src/kmap_model.h"
#include "../../src/kmtypes.h"
#include "../../src/pagetable.h"
#include "../../src/tlb_model.h"

static struct rig r;

#define FLUSH_ONE "local_irq_save local_flush_tlb_one local_irq_restore"

/* Page 0 is lowmem, 1 to 4 are highmem; one context, whose routines have `change` at `line`. */
static void up(enum kline line, enum change change)
{
	rig_init(&r);
	rig_l1(&r, 4, 2, 4);
	rig_pages(&r, 1, false);
	rig_pages(&r, 4, true);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	r.k.mutation = kline_mutation(line, change);
	r.k.lines_watched = true;
	rig_up(&r);
	put(&r.w, &w_cpu(&r.w, 0)->asid, 1);
}

#define assert_ksteps(want)                                                                        \
	do {                                                                                       \
		assert_string_equal(rig_ksteps(&r), want);                                         \
		rig_forget(&r);                                                                    \
	} while (0)

static u32 pte_page(u32 pte)
{
	return cell_page_of(&r.k, pte >> LO_PFN_SHIFT << r.k.machine.page_shift);
}

static u32 slot_page(u32 type)
{
	return pte_page(*fixmap_pte(&r.w, 0, type));
}

static u32 pkmap_users(u32 nr)
{
	return r.w.word[r.k.layout.pkmap_count + nr];
}

/* No two lines have one name, and each can be left out. */
static void test_names(void **state)
{
	u32 i, j;

	(void)state;
	for (i = 1; i < KL_COUNT; i++) {
		assert_true(kline_changes(i) & BIT(CHANGE_WITHOUT));
		for (j = 1; j < i; j++)
			assert_false(kline_routine(i) == kline_routine(j) &&
				     !strcmp(kline_what(i), kline_what(j)) &&
				     kline_occurrence(i) == kline_occurrence(j));
	}
	assert_int_equal(kline_changes(KL_NONE), 0);
	assert_string_equal(kline_what(KL_kmap_atomic_call_1), "local_flush_tlb_one");
	assert_string_equal(kline_what(KL_kmap_atomic_set_pte), "set_pte");
	assert_int_equal(kline_routine(KL_kmap_atomic_set_pte), KF_kmap_atomic);
}

static void test_executed_lines_are_known_only_where_they_are_watched(void **state)
{
	(void)state;
	up(KL_NONE, CHANGE_NONE);
	RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	assert_true(kline_executed(r.w.line_done, KL_kmap_atomic_set_pte));
	assert_true(kline_executed(r.w.line_done, KL_kmap_atomic_call_1));
	assert_true(kline_executed(r.w.line_done, KL_local_flush_tlb_one_local_irq_save));
	assert_false(kline_executed(r.w.line_done, KL_kunmap_atomic_preempt_enable));
	rig_down(&r);

	up(KL_NONE, CHANGE_NONE);
	r.k.lines_watched = false;
	RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	assert_false(kline_executed(r.w.line_done, KL_kmap_atomic_set_pte));
	rig_down(&r);
}

/* The call is gone, and with it every place it rested at; the rest of the routine is there. */
static void test_without_a_call(void **state)
{
	u32 va;

	(void)state;
	up(KL_kmap_atomic_call_1, CHANGE_WITHOUT);
	va = RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	assert_ksteps("preempt_disable set_pte");
	assert_int_equal(rig_load(&r, va, 1, 0, 4), ACCESS_DONE);
	RIG_CALL(&r, 0, kunmap_atomic, va, KM_USER0);
	RIG_CALL(&r, 0, kmap_atomic, 2, KM_USER0);
	/* the slot's old entry answers */
	assert_int_equal(rig_load(&r, va, 2, 0, 4), ACCESS_DONE);
	assert_true(rig_broken(&r, R_WRONG_PAGE));
	rig_down(&r);
}

/* The routine called has other callers: theirs stay. */
static void test_without_a_call_of_one_routine_only(void **state)
{
	u32 va;

	(void)state;
	up(KL_kmap_atomic_call_1, CHANGE_WITHOUT);
	va = RIG_CALL(&r, 0, kmap_high_l1_vipt, 1);
	assert_ksteps("preempt_disable local_irq_save depth++ set_pte " FLUSH_ONE
		      " local_irq_restore");
	assert_int_equal(va, fixmap_va(&r.k, 0, KM_L1_CACHE));
	rig_down(&r);
}

/* A step that is left out rests all the same, and does nothing. */
static void test_without_a_step(void **state)
{
	(void)state;
	up(KL_kmap_atomic_set_pte, CHANGE_WITHOUT);
	RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	assert_ksteps("preempt_disable set_pte " FLUSH_ONE);
	assert_int_equal(*fixmap_pte(&r.w, 0, KM_USER0) & LO_V, 0);
	rig_down(&r);
}

/* A call left out returns 0: no address, and the next line oopses. */
static void test_a_call_left_out_returns_zero(void **state)
{
	u32 ret;

	(void)state;
	up(KL_kmap_high_call_3, CHANGE_WITHOUT);
	assert_true(rig_call(&r, 0, KF_kmap_high, (const u32[]){1}, 1));
	assert_false(rig_next(&r, 0, &ret));
	assert_true(rig_broken(&r, R_BAD_ADDRESS));
	assert_int_equal(w_top(&r.w)->ended, END_EARLY);
	rig_down(&r);
}

/* local_irq_save left out says "irqs were on", so its restore turns them on. */
static void test_flags_of_a_save_left_out(void **state)
{
	(void)state;
	up(KL_local_flush_tlb_one_local_irq_save, CHANGE_WITHOUT);
	put(&r.w, &w_ctx(&r.w, 0)->irqs_off, 1);
	RIG_CALL(&r, 0, local_flush_tlb_one, pkmap_va(&r.k, 1));
	assert_int_equal(w_ctx(&r.w, 0)->irqs_off, 0);
	rig_down(&r);
}

static void test_irqs_on(void **state)
{
	u32 ret;

	(void)state;
	/* a save that only saves */
	up(KL_local_flush_tlb_one_local_irq_save, CHANGE_IRQS_ON);
	rig_call(&r, 0, KF_local_flush_tlb_one, (const u32[]){pkmap_va(&r.k, 1)}, 1);
	assert_true(rig_next(&r, 0, &ret));
	assert_int_equal(w_ctx(&r.w, 0)->irqs_off, 0);
	rig_down(&r);
	up(KL_local_flush_tlb_one_local_irq_save, CHANGE_IRQS_ON);
	put(&r.w, &w_ctx(&r.w, 0)->irqs_off, 1);
	RIG_CALL(&r, 0, local_flush_tlb_one, pkmap_va(&r.k, 1));
	assert_int_equal(w_ctx(&r.w, 0)->irqs_off, 1);
	rig_down(&r);
	/* a restore that enables */
	up(KL_local_flush_tlb_one_local_irq_restore, CHANGE_IRQS_ON);
	put(&r.w, &w_ctx(&r.w, 0)->irqs_off, 1);
	RIG_CALL(&r, 0, local_flush_tlb_one, pkmap_va(&r.k, 1));
	assert_int_equal(w_ctx(&r.w, 0)->irqs_off, 0);
	rig_down(&r);
}

static void test_other_page(void **state)
{
	(void)state;
	up(KL_kmap_atomic_set_pte, CHANGE_OTHER_PAGE);
	RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	assert_int_equal(slot_page(KM_USER0), 2);
	/* the one after the last is the first */
	RIG_CALL(&r, 0, kmap_atomic, 4, KM_USER0);
	assert_int_equal(slot_page(KM_USER0), 0);
	rig_down(&r);
	/* an argument of a call */
	up(KL_kmap_call_1, CHANGE_OTHER_PAGE);
	RIG_CALL(&r, 0, kmap, 1);
	assert_int_equal(page_address(&r.w, 1), 0);
	assert_int_equal(page_address(&r.w, 2), pkmap_va(&r.k, 1));
	rig_down(&r);
	up(KL_map_new_virtual_set_page_address, CHANGE_OTHER_PAGE);
	RIG_CALL(&r, 0, kmap, 1);
	assert_int_equal(page_address(&r.w, 2), pkmap_va(&r.k, 1));
	rig_down(&r);
}

static void test_other_slot(void **state)
{
	u32 ret;

	(void)state;
	up(KL_kmap_atomic_set_pte, CHANGE_OTHER_SLOT);
	RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	assert_int_equal(*fixmap_pte(&r.w, 0, KM_USER0) & LO_V, 0);
	assert_int_equal(slot_page(KM_USER0 + 1), 1);
	rig_down(&r);
	up(KL_map_new_virtual_set_pte, CHANGE_OTHER_SLOT);
	RIG_CALL(&r, 0, kmap, 1);
	assert_int_equal(pte_page(*pkmap_pte(&r.w, 2)), 1);
	rig_down(&r);
	up(KL_map_new_virtual_pkmap_take, CHANGE_OTHER_SLOT);
	rig_call(&r, 0, KF_map_new_virtual, (const u32[]){1}, 1);
	while (rig_next(&r, 0, &ret))
		;
	assert_int_equal(pkmap_users(1), 0);
	assert_int_equal(pkmap_users(2), 1);
	rig_down(&r);
}

/* The pair after the one that was meant goes, the one that was meant stays. */
static void test_other_address(void **state)
{
	u32 va;

	(void)state;
	up(KL_kmap_atomic_call_1, CHANGE_OTHER_ADDRESS);
	va = RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	rig_load(&r, va, 1, 0, 4);
	RIG_CALL(&r, 0, kmap_atomic, 2, KM_USER0);
	assert_int_not_equal(tlb_probe(&r.w, 0, va, 0), NO_ID);
	rig_down(&r);
	up(KL_local_flush_tlb_one_local_flush_tlb_one, CHANGE_OTHER_ADDRESS);
	va = RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	rig_load(&r, va, 1, 0, 4);
	RIG_CALL(&r, 0, local_flush_tlb_one, va - 2 * cell_page_bytes(&r.k));
	assert_int_equal(tlb_probe(&r.w, 0, va, 0), NO_ID);
	rig_down(&r);
}

static void test_one_short(void **state)
{
	u32 first, last;

	(void)state;
	/* pkmap slots 0 to 3 are two pairs */
	up(KL_flush_tlb_kernel_range_local_flush_tlb_kernel_range, CHANGE_ONE_SHORT);
	first = RIG_CALL(&r, 0, kmap, 1);
	last = RIG_CALL(&r, 0, kmap, 2);
	last = RIG_CALL(&r, 0, kmap, 3);
	rig_load(&r, first, 1, 0, 4);
	rig_load(&r, last, 3, 0, 4);
	RIG_CALL(&r, 0, flush_tlb_kernel_range, pkmap_va(&r.k, 0), pkmap_va(&r.k, 4));
	assert_int_equal(tlb_probe(&r.w, 0, first, 0), NO_ID);
	assert_int_not_equal(tlb_probe(&r.w, 0, last, 0), NO_ID);
	rig_down(&r);
	/* 32 bytes are two lines; 16 are one, which stays */
	up(KL_r4k_dma_cache_wback_inv_call_2, CHANGE_ONE_SHORT);
	RIG_CALL(&r, 0, r4k_dma_cache_wback_inv, rig_kseg0(&r, 0), 32, 0, 0);
	assert_ksteps("cache");
	RIG_CALL(&r, 0, r4k_dma_cache_wback_inv, rig_kseg0(&r, 0) + 8, 16, 0, 8);
	assert_ksteps("cache");
	RIG_CALL(&r, 0, r4k_dma_cache_wback_inv, rig_kseg0(&r, 0), 16, 0, 0);
	assert_ksteps("cache");
	rig_down(&r);
}

/* A line of page 0 is dirty; what is left of it after the op. */
static void flush_dirty(enum kline line, enum change change, bool *valid, bool *dirty)
{
	const struct w_line *at;

	up(line, change);
	rig_store(&r, rig_kseg0(&r, 0), 0, 0, 4);
	RIG_CALL(&r, 0, r4k_dma_cache_wback_inv, rig_kseg0(&r, 0), 16, 0, 0);
	at = cache_find(&r.w, 0, cache_set(&r.k, 0, rig_kseg0(&r, 0), cell_page_pa(&r.k, 0)),
			cell_page_pa(&r.k, 0));
	*valid = at != NULL;
	*dirty = at && at->dirty;
}

static void test_ops(void **state)
{
	bool valid, dirty;

	(void)state;
	flush_dirty(KL_NONE, CHANGE_NONE, &valid, &dirty);
	assert_false(valid);
	assert_int_equal(rig_count(&r, EV_WRITEBACK), 1);
	rig_down(&r);
	flush_dirty(KL_blast_dcache_range_cache_hit_op, CHANGE_WRITEBACK_ONLY, &valid, &dirty);
	assert_true(valid && !dirty);
	assert_int_equal(rig_count(&r, EV_WRITEBACK), 1);
	rig_down(&r);
	flush_dirty(KL_blast_dcache_range_cache_hit_op, CHANGE_INVALIDATE_ONLY, &valid, &dirty);
	assert_false(valid);
	assert_int_equal(rig_count(&r, EV_WRITEBACK), 0);
	rig_down(&r);
	flush_dirty(KL_blast_dcache_range_cache_hit_op, CHANGE_WITHOUT, &valid, &dirty);
	assert_true(valid && dirty);
	assert_ksteps("cache");
	rig_down(&r);
}

/* ARM's slot: the pte found there is a line of its own, taken together with depth++. */
static void test_without_a_line_that_does_not_rest(void **state)
{
	u32 ret = 0;

	(void)state;
	up(KL_kmap_high_l1_vipt_save_pte, CHANGE_WITHOUT);
	RIG_CALL(&r, 0, kmap_high_l1_vipt, 1);
	rig_forget(&r);
	rig_call(&r, 0, KF_kmap_high_l1_vipt, (const u32[]){2}, 1);
	while (rig_next(&r, 0, &ret))
		;
	assert_ksteps("preempt_disable local_irq_save depth++ set_pte " FLUSH_ONE
		      " local_irq_restore");
	/* nothing was saved, so the inner user takes the mapping away from the outer one */
	RIG_CALL(&r, 0, kunmap_high_l1_vipt, 2, 0);
	assert_int_equal(*fixmap_pte(&r.w, 0, KM_L1_CACHE) & LO_V, 0);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_executed_lines_are_known_only_where_they_are_watched),
		cmocka_unit_test(test_without_a_call),
		cmocka_unit_test(test_without_a_call_of_one_routine_only),
		cmocka_unit_test(test_without_a_step),
		cmocka_unit_test(test_a_call_left_out_returns_zero),
		cmocka_unit_test(test_flags_of_a_save_left_out),
		cmocka_unit_test(test_irqs_on),
		cmocka_unit_test(test_other_page),
		cmocka_unit_test(test_other_slot),
		cmocka_unit_test(test_other_address),
		cmocka_unit_test(test_one_short),
		cmocka_unit_test(test_ops),
		cmocka_unit_test(test_without_a_line_that_does_not_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
