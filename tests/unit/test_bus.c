// SPDX-License-Identifier: GPL-2.0-or-later
/* From a virtual address to data: refill, repair, what fails, what goes past the caches. */
#include "../support/cells.h"

#include "../../src/kmtypes.h"
#include "../../src/pagetable.h"
#include "../../src/tlb_model.h"
#include "../../src/tlbflush.h"

static struct rig r;

#define PAGE 64u
#define USER 0x1000u

/* Pages 0 1 lowmem, 2 3 4 highmem; user addresses of two address spaces; the CPU runs the first one. */
static int set_up(void **state)
{
	(void)state;
	rig_init(&r);
	r.k.identities = true;
	rig_pages(&r, 2, false);
	rig_pages(&r, 3, true);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_user(&r, 0, USER);
	rig_user(&r, 0, USER + PAGE);
	rig_up(&r);
	put(&r.w, &w_cpu(&r.w, 0)->asid, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_down(&r);
	return 0;
}

static void user_pte(u32 nr, u32 page)
{
	put(&r.w, r.w.word + r.k.layout.user_pte + nr,
	    page == NO_ID ? 0 : pagetable_make(&r.k, page, false, false));
}

/* A miss takes a step of its own, which loads both ptes of the pair, valid or not. */
static void test_refill(void **state)
{
	struct act a = rig_act(&r, 0);
	struct meaning m = {2, 4};

	(void)state;
	user_pte(0, 2);
	assert_int_equal(bus_load(&a, USER + 4, m, 4, NULL), ACCESS_AGAIN);
	assert_int_equal(w_cpu(&r.w, 0)->tlb_entries, 1);
	assert_int_equal(w_tlb(&r.w, 0)->vpn2, USER);
	assert_int_equal(w_tlb(&r.w, 0)->asid, 1);
	assert_int_equal(w_tlb(&r.w, 0)->lo[0], pagetable_make(&r.k, 2, false, false));
	assert_int_equal(w_tlb(&r.w, 0)->lo[1], 0);
	assert_int_equal(rig_count(&r, EV_TLB_REFILL), 1);
	assert_int_equal(rig_count(&r, EV_LOAD), 0);
	assert_int_equal(bus_load(&a, USER + 4, m, 4, NULL), ACCESS_DONE);
	assert_int_equal(rig_event(&r, EV_LOAD, 0)->b, cell_page_pa(&r.k, 2) + 4);
	assert_int_equal(w_top(&r.w)->broken, 0);
}

/*
 *	pte     even: page 2   odd: -          odd: page 3
 *	TLB     even: page 2   odd: V=0   ->   both as they are now
 *
 * An invalid half whose pte has come since is read again in one step; the valid half goes along.
 */
static void test_repair_of_an_invalid_buddy(void **state)
{
	struct act a = rig_act(&r, 0);

	(void)state;
	user_pte(0, 2);
	assert_int_equal(rig_load(&r, USER, 2, 0, 4), ACCESS_DONE);
	user_pte(1, 3);
	user_pte(0, 4);
	assert_int_equal(bus_store(&a, USER + PAGE, (struct meaning){3, 0}, 4), ACCESS_AGAIN);
	assert_int_equal(rig_count(&r, EV_TLB_REPAIR), 1);
	assert_int_equal(rig_count(&r, EV_TLB_REFILL), 1);
	assert_int_equal(w_cpu(&r.w, 0)->tlb_entries, 1);
	assert_int_equal(w_tlb(&r.w, 0)->lo[0], pagetable_make(&r.k, 4, false, false));
	assert_int_equal(bus_store(&a, USER + PAGE, (struct meaning){3, 0}, 4), ACCESS_DONE);
	assert_int_equal(rig_load(&r, USER, 4, 0, 4), ACCESS_DONE);
	assert_int_equal(w_top(&r.w)->broken, 0);
}

/* A half that is valid but old is used as it is: nothing traps, the access reaches the page of before. */
static void test_stale_entry_reaches_the_wrong_page(void **state)
{
	struct act a = rig_act(&r, 0);
	enum op_outcome o;

	(void)state;
	user_pte(0, 2);
	assert_int_equal(rig_load(&r, USER, 2, 0, 4), ACCESS_DONE);
	user_pte(0, 3);
	bus_dma_write(&a, 3, 0, 4, 99, false);
	assert_int_equal(rig_load(&r, USER, 3, 0, 4), ACCESS_DONE);
	assert_true(rig_broken(&r, R_WRONG_PAGE));
	assert_false(rig_broken(&r, R_STALE_LOAD)); /* what it read there is not compared */
	put(&r.w, &w_top(&r.w)->broken, 0);
	assert_int_equal(rig_hit(&r, Hit_Writeback_Inv_D, USER, 3, 0, &o), ACCESS_DONE);
	assert_int_equal(o, OP_CLEAN);
	assert_true(rig_broken(&r, R_WRONG_PAGE));
	/* within the right page, but not the right place */
	put(&r.w, &w_top(&r.w)->broken, 0);
	assert_int_equal(rig_load(&r, USER + 8, 2, 4, 4), ACCESS_DONE);
	assert_true(rig_broken(&r, R_WRONG_PAGE));
}

/* A store through it spoils the place reached, and the place meant never sees it. */
static void test_store_to_the_wrong_page(void **state)
{
	(void)state;
	user_pte(0, 2);
	assert_int_equal(rig_store(&r, USER, 3, 0, 4), ACCESS_DONE);
	assert_true(rig_broken(&r, R_WRONG_PAGE));
	put(&r.w, &w_top(&r.w)->broken, 0);
	assert_int_equal(rig_load(&r, USER, 2, 0, 4), ACCESS_DONE);
	assert_true(rig_broken(&r, R_STALE_LOAD));
	put(&r.w, &w_top(&r.w)->broken, 0);
	user_pte(1, 3);
	assert_int_equal(rig_load(&r, USER + PAGE, 3, 0, 4), ACCESS_DONE);
	assert_true(rig_broken(&r, R_STALE_LOAD));
}

/* No pte: a refill with nothing in it, then the invalid exception, and the kernel gives up. */
static void test_bad_address(void **state)
{
	enum op_outcome o = OP_MISS;
	u32 kind;

	(void)state;
	for (kind = 0; kind < 3; kind++) {
		put(&r.w, &w_top(&r.w)->broken, 0);
		put(&r.w, &w_top(&r.w)->ended, END_NOT);
		rig_forget(&r);
		assert_int_equal(kind == 0 ? rig_load(&r, 0x5000 + kind * PAGE, 2, 0, 4) :
				 kind == 1 ? rig_store(&r, 0x5000 + kind * 2 * PAGE, 2, 0, 4) :
					     rig_hit(&r, Hit_Invalidate_D, 0x5000 + kind * 2 * PAGE,
						     2, 0, &o),
				 ACCESS_DEAD);
		assert_int_equal(rig_count(&r, EV_TLB_REFILL), 1);
		assert_true(rig_broken(&r, R_BAD_ADDRESS));
		assert_int_equal(w_top(&r.w)->ended, END_EARLY);
	}
}

/* kseg0 needs no TLB, but where no page is declared there is nothing: a bus error. A hit op finds no line. */
static void test_unmapped_segment_without_memory(void **state)
{
	enum op_outcome o = OP_CLEAN;

	(void)state;
	assert_int_equal(rig_hit(&r, Hit_Invalidate_D, KSEG0 + 0x10000, NO_ID, 0, &o), ACCESS_DONE);
	assert_int_equal(o, OP_MISS);
	assert_int_equal(w_top(&r.w)->broken, 0);
	assert_int_equal(rig_load(&r, KSEG0 + 0x10000, NO_ID, 0, 4), ACCESS_DEAD);
	assert_true(rig_broken(&r, R_BAD_ADDRESS));
	assert_int_equal(rig_count(&r, EV_TLB_REFILL), 0);
}

/* Loads and stores of kseg1 do not look into the caches, hit ops do nothing there. */
static void test_uncached(void **state)
{
	u32 cached = rig_kseg0(&r, 0), uncached = cached - KSEG0 + KSEG1;
	enum op_outcome o = OP_MISS;

	(void)state;
	rig_store(&r, cached, NO_ID, 0, 4);
	assert_int_equal(rig_load(&r, uncached, NO_ID, 0, 4), ACCESS_DONE);
	assert_true(rig_broken(&r, R_STALE_LOAD));
	assert_int_equal(rig_event(&r, EV_LOAD, 0)->e, PLACE_MEMORY);
	assert_int_equal(rig_hit(&r, Hit_Writeback_Inv_D, uncached, NO_ID, 0, &o), ACCESS_DONE);
	assert_int_equal(o, OP_UNCACHED);
	assert_non_null(
		cache_find(&r.w, 0, cache_set(&r.k, 0, cached, cached - KSEG0), cached - KSEG0));
	put(&r.w, &w_top(&r.w)->broken, 0);
	rig_store(&r, uncached, NO_ID, 0, 4);
	rig_load(&r, uncached, NO_ID, 0, 4);
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_load(&r, cached, NO_ID, 0, 4);
	assert_true(rig_broken(&r, R_STALE_LOAD));
}

/* An uncached access while any cache holds a line of the place, through whatever colour. */
static void test_mixed_attributes(void **state)
{
	u32 cached = rig_kseg0(&r, 0), uncached = cached - KSEG0 + KSEG1;

	(void)state;
	rig_load(&r, uncached, NO_ID, 0, 4);
	rig_store(&r, uncached, NO_ID, 0, 4);
	assert_false(rig_warned(&r, W_MIXED_ATTRIBUTES));
	rig_load(&r, cached, NO_ID, 0, 4);
	assert_false(rig_warned(&r, W_MIXED_ATTRIBUTES));
	rig_load(&r, uncached, NO_ID, 16,
		 4); /* says itself; same line's neighbour is another line */
	assert_true(rig_warned(&r, W_MIXED_ATTRIBUTES));
	rig_forget(&r);
	rig_load(&r, uncached + 16, NO_ID, 0, 4);
	assert_false(rig_warned(&r, W_MIXED_ATTRIBUTES));
	rig_store(&r, uncached + 4, NO_ID, 0, 4);
	assert_true(rig_warned(&r, W_MIXED_ATTRIBUTES));
}

/* A mapping with CCA 2 behaves like kseg1. */
static void test_uncached_mapping(void **state)
{
	enum op_outcome o = OP_MISS;

	(void)state;
	put(&r.w, r.w.word + r.k.layout.user_pte, pagetable_make(&r.k, 2, false, true));
	rig_store(&r, USER, 2, 0, 4);
	assert_int_equal(cache_next_busy_set(&r.w, 0, 0), NO_ID);
	rig_load(&r, USER, 2, 0, 4);
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_hit(&r, Hit_Invalidate_D, USER, 2, 0, &o);
	assert_int_equal(o, OP_UNCACHED);
}

/* Snooped bursts: a read has the dirty data written back first, a write takes the line out. */
static void test_snoop(void **state)
{
	struct act a = rig_act(&r, 0);
	u32 va = rig_kseg0(&r, 0);

	(void)state;
	rig_store(&r, va, NO_ID, 0, 4);
	bus_dma_read(&a, 0, 0, 16, true);
	assert_int_equal(w_top(&r.w)->broken, 0);
	assert_int_equal(cache_line(&r.w, 0, cache_set(&r.k, 0, va, va - KSEG0), 0)->dirty, 0);
	rig_store(&r, va + 4, NO_ID, 0, 4);
	bus_dma_write(&a, 0, 0, 4, 99, true);
	rig_forget(&r);
	rig_load(&r, va, NO_ID, 0, 4);
	rig_load(&r, va + 4, NO_ID, 0, 4);
	assert_int_equal(w_top(&r.w)->broken, 0);
	assert_int_equal(rig_event(&r, EV_LOAD, 0)->d, 99);
	/* without snooping both directions go wrong */
	bus_dma_write(&a, 0, 0, 4, 100, false);
	rig_load(&r, va, NO_ID, 0, 4);
	assert_true(rig_broken(&r, R_STALE_LOAD));
	rig_store(&r, va + 4, NO_ID, 0, 4);
	bus_dma_read(&a, 0, 4, 4, false);
	assert_true(rig_broken(&r, R_STALE_DMA_READ));
}

/* Private entry of address space 1 for a pair, then a global one refilled under address space 2. */
static void trap(u32 victim, enum access_result *first)
{
	struct act a = rig_act(&r, 0);
	u32 va = pkmap_va(&r.k, 0);

	put(&r.w, pkmap_pte(&r.w, 0), pagetable_make(&r.k, 2, false, false));
	assert_int_equal(rig_load(&r, va, 2, 0, 4), ACCESS_DONE);
	put(&r.w, pkmap_pte(&r.w, 0), 0);
	pte_set(&a, va, pagetable_make(&r.k, 2, true, false));
	put(&r.w, &w_cpu(&r.w, 0)->asid, 2);
	r.k.tlb_any = victim != NO_ID;
	r.w.pick = (struct pick){.value = victim + 1};
	*first = bus_load(&a, va, (struct meaning){2, 0}, 4, NULL);
}

static void test_duplicates_are_a_machine_check(void **state)
{
	enum access_result result;

	(void)state;
	trap(NO_ID, &result);
	assert_int_equal(result, ACCESS_DEAD);
	assert_true(rig_broken(&r, R_MACHINE_CHECK));
	assert_int_equal(w_top(&r.w)->ended, END_EARLY);
}

static void test_duplicates_where_nothing_checks(void **state)
{
	enum access_result result;

	(void)state;
	r.k.machine.machine_check = false;
	trap(NO_ID, &result);
	assert_int_equal(result, ACCESS_AGAIN);
	assert_int_equal(w_top(&r.w)->broken, 0);
	assert_int_equal(w_cpu(&r.w, 0)->tlb_entries, 2);
}

/* TLBWR over the very entry that would have been the duplicate: none is made, nothing traps. */
static void test_no_duplicate_when_the_victim_is_it(void **state)
{
	enum access_result result;

	(void)state;
	trap(0, &result);
	assert_int_equal(w_top(&r.w)->broken, 0);
	assert_int_equal(result, ACCESS_AGAIN);
	assert_int_equal(w_cpu(&r.w, 0)->tlb_entries, 1);
}

/* A mapping's meaning goes on over its pages: past the end of the declared ones nothing is looked up. */
static void test_meaning_past_the_last_page(void **state)
{
	(void)state;
	user_pte(0, 2);
	assert_int_equal(rig_store(&r, USER, 4, PAGE, 4), ACCESS_DONE);
	assert_true(rig_broken(&r, R_WRONG_PAGE));
	assert_int_equal(rig_load(&r, USER, 2, 1000 * PAGE, 4), ACCESS_DONE);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(cache_op_name(Hit_Writeback_Inv_SD), "Hit_Writeback_Inv_SD");
	assert_string_equal(cache_op_name(Index_Writeback_Inv_D), "Index_Writeback_Inv_D");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_refill),
		T(test_repair_of_an_invalid_buddy),
		T(test_stale_entry_reaches_the_wrong_page),
		T(test_store_to_the_wrong_page),
		T(test_bad_address),
		T(test_unmapped_segment_without_memory),
		T(test_uncached),
		T(test_mixed_attributes),
		T(test_uncached_mapping),
		T(test_snoop),
		T(test_duplicates_are_a_machine_check),
		T(test_duplicates_where_nothing_checks),
		T(test_no_duplicate_when_the_victim_is_it),
		T(test_names),
		T(test_meaning_past_the_last_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
