// SPDX-License-Identifier: GPL-2.0-or-later
/* The three windows that a refill reads, and the global bit that set_pte() keeps equal in a pair. */
#include "../support/cells.h"

#include "../../src/kmtypes.h"
#include "../../src/pagetable.h"
#include "../../src/tlb_model.h"
#include "../../src/tlbflush.h"

static struct rig r;

#define PAGE 64u

static void up(u32 last_pkmap)
{
	rig_init(&r);
	r.k.last_pkmap = last_pkmap;
	rig_pages(&r, 2, false);
	rig_pages(&r, 4, true);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_user(&r, 0, 0x1000);
	rig_user(&r, 0, 0x1000 + PAGE);
	rig_user(&r, 0, 0x4000);
	rig_user(&r, 1, 0x1000);
	rig_user(&r, 3, 0x0);
	rig_up(&r);
}

static int set_up(void **state)
{
	(void)state;
	up(4);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_down(&r);
	return 0;
}

/* PKMAP_BASE is slot 0; each slot is a page further; the page behind the last is in no table. */
static void test_pkmap_window(void **state)
{
	u32 nr, byte;

	(void)state;
	for (nr = 0; nr < 4; nr++) {
		assert_int_equal(pkmap_va(&r.k, nr), PKMAP_BASE + nr * PAGE);
		for (byte = 0; byte < PAGE; byte++) {
			u32 va = pkmap_va(&r.k, nr) + byte;

			assert_int_equal(pkmap_nr(&r.k, va), nr);
			assert_ptr_equal(pagetable_entry(&r.w, 0, va), pkmap_pte(&r.w, nr));
			assert_ptr_equal(pagetable_entry(&r.w, NO_ID, va), pkmap_pte(&r.w, nr));
		}
	}
	assert_null(pagetable_entry(&r.w, 0, pkmap_va(&r.k, 4)));
	assert_null(pagetable_entry(&r.w, 0, PKMAP_BASE - 1));
	assert_int_equal(pagetable_read(&r.w, 0, pkmap_va(&r.k, 4)), 0);
}

/* __fix_to_virt(): slots grow downwards from FIX_KMAP_BEGIN = 17; CPU 1's follow CPU 0's; then stacked ones alike. */
static void test_fixmap_window(void **state)
{
	u32 n, last = 0;

	(void)state;
	rig_down(&r);
	rig_init(&r);
	r.k.machine.cpus = 2;
	rig_pages(&r, 2, true);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_up(&r);
	assert_int_equal(fixmap_va(&r.k, 0, KM_BOUNCE_READ), FIXADDR_TOP - 17 * PAGE);
	for (n = 0; n < 2 * SLOT_NR; n++) {
		u32 cpu = n / KM_TYPE_NR % 2;
		u32 slot = n % KM_TYPE_NR + (n < SLOT_NR ? 0 : SLOT_STACKED);
		u32 va = fixmap_va(&r.k, cpu, slot);

		assert_ptr_equal(pagetable_entry(&r.w, 0, va), fixmap_pte(&r.w, cpu, slot));
		assert_ptr_equal(pagetable_entry(&r.w, 0, va + PAGE - 1),
				 fixmap_pte(&r.w, cpu, slot));
		if (last)
			assert_int_equal(va, last - PAGE);
		last = va;
	}
	/* above the first slot there are the colour slots, which this table does not have */
	assert_null(pagetable_entry(&r.w, 0, FIXADDR_TOP - 16 * PAGE));
	assert_null(pagetable_entry(&r.w, 0, FIXADDR_TOP));
	assert_null(pagetable_entry(&r.w, 0, 0xffffffffu));
	assert_null(pagetable_entry(&r.w, 0, last - 2 * PAGE));
}

static void test_user_window(void **state)
{
	const u32 *base = r.w.word + r.k.layout.user_pte;

	(void)state;
	assert_ptr_equal(pagetable_entry(&r.w, 0, 0x1000), base);
	assert_ptr_equal(pagetable_entry(&r.w, 0, 0x1000 + PAGE - 1), base);
	assert_ptr_equal(pagetable_entry(&r.w, 0, 0x1000 + PAGE), base + 1);
	assert_ptr_equal(pagetable_entry(&r.w, 0, 0x4000), base + 2);
	assert_ptr_equal(pagetable_entry(&r.w, 1, 0x1000), base + 3);
	assert_ptr_equal(pagetable_entry(&r.w, 3, 0x0), base + 4);
	assert_null(pagetable_entry(&r.w, 1, 0x4000));
	assert_null(pagetable_entry(&r.w, 2, 0x1000));
	assert_null(pagetable_entry(&r.w, 0, 0x1000 - 1));
	assert_null(pagetable_entry(&r.w, 0, 0x0));
	assert_null(pagetable_entry(&r.w, 0, 0x7fffffff));
	assert_null(pagetable_entry(&r.w, NO_ID, 0x1000));
}

static void test_make(void **state)
{
	u32 pte = pagetable_make(&r.k, 3, true, false);

	(void)state;
	assert_int_equal(pte >> LO_PFN_SHIFT, r.k.page[3].pfn);
	assert_int_equal(pte & (LO_G | LO_V | LO_D), LO_G | LO_V | LO_D);
	assert_int_equal(pte >> LO_C_SHIFT & LO_C_MASK, CCA_CACHEABLE);
	pte = pagetable_make(&r.k, 3, false, true);
	assert_int_equal(pte & (LO_G | LO_V | LO_D), LO_V | LO_D);
	assert_int_equal(pte >> LO_C_SHIFT & LO_C_MASK, CCA_UNCACHED);
}

/*
 *	           even   odd
 *	before      0      0
 *	set even   pte+G   G     the buddy, empty, takes the bit
 *	set odd    pte+G  pte+G
 *	clear even  G     pte+G  kept because the buddy has it
 *	clear odd   G      G
 */
static void test_global_bit_of_pairs(void **state)
{
	u32 windows[2], i, swap;

	(void)state;
	windows[0] = pkmap_va(&r.k, 2);
	/* slots 0 and 1 are one pair: FIX_KMAP_BEGIN is odd */
	windows[1] = fixmap_va(&r.k, 0, 1);
	for (i = 0; i < 2; i++) {
		for (swap = 0; swap < 2; swap++) {
			struct act a = rig_act(&r, 0);
			u32 one = windows[i] + (swap ? PAGE : 0);
			u32 two = windows[i] + (swap ? 0 : PAGE);
			u32 p = pagetable_make(&r.k, 2, true, false),
			    q = pagetable_make(&r.k, 3, true, false);

			assert_int_equal(windows[i] & tlb_pair_mask(&r.k), 0);
			put(&r.w, pagetable_entry(&r.w, 0, one), 0);
			put(&r.w, pagetable_entry(&r.w, 0, two), 0);
			pte_set(&a, one, p);
			assert_int_equal(pagetable_read(&r.w, 0, one), p);
			assert_int_equal(pagetable_read(&r.w, 0, two), LO_G);
			pte_set(&a, two, q);
			assert_int_equal(pagetable_read(&r.w, 0, one), p);
			assert_int_equal(pagetable_read(&r.w, 0, two), q);
			pte_clear(&a, one);
			assert_int_equal(pagetable_read(&r.w, 0, one), LO_G);
			assert_int_equal(pagetable_read(&r.w, 0, two), q);
			pte_clear(&a, two);
			assert_int_equal(pagetable_read(&r.w, 0, one), LO_G);
			assert_int_equal(pagetable_read(&r.w, 0, two), LO_G);
		}
	}
}

/* A pte without G leaves the buddy alone, and so does a buddy that is in use. */
static void test_global_bit_left_alone(void **state)
{
	struct act a = rig_act(&r, 0);
	u32 private = pagetable_make(&r.k, 2, false, false);

	(void)state;
	pte_set(&a, pkmap_va(&r.k, 0), private);
	assert_int_equal(*pkmap_pte(&r.w, 1), 0);
	pte_clear(&a, pkmap_va(&r.k, 0));
	assert_int_equal(*pkmap_pte(&r.w, 0), 0);
	pte_set(&a, pkmap_va(&r.k, 0), private);
	pte_set(&a, pkmap_va(&r.k, 1), pagetable_make(&r.k, 3, true, false));
	assert_int_equal(*pkmap_pte(&r.w, 0), private);
}

/* Every slot, at the windows' edges too: the refill after set_pte() makes an entry for all address spaces. */
static void every_slot_is_global(void)
{
	struct act a = rig_act(&r, 0);
	u32 slot, nr;

	put(&r.w, &w_cpu(&r.w, 0)->asid, 1);
	for (nr = 0; nr < r.k.last_pkmap + SLOT_NR; nr++) {
		u32 va;

		slot = nr - r.k.last_pkmap;
		va = nr < r.k.last_pkmap ? pkmap_va(&r.k, nr) : fixmap_va(&r.k, 0, slot);
		pte_set(&a, va, pagetable_make(&r.k, 2, true, false));
		assert_int_equal(rig_load(&r, va, 2, 0, 4), ACCESS_DONE);
		/* as local_flush_tlb_one() probes: an address space that no process has */
		assert_int_not_equal(tlb_probe(&r.w, 0, va, 0), NO_ID);
		tlb_flush_kernel(&a, va);
		assert_int_equal(w_cpu(&r.w, 0)->tlb_entries, 0);
		pte_clear(&a, va);
	}
}

static void test_every_slot_is_global(void **state)
{
	(void)state;
	every_slot_is_global();
}

/* A pool of a single page: its slot has a buddy as well, in the page of ptes that Linux allocates. */
static void test_single_slot_is_global(void **state)
{
	(void)state;
	rig_down(&r);
	up(1);
	every_slot_is_global();
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_pkmap_window),         T(test_fixmap_window),
		T(test_user_window),          T(test_make),
		T(test_global_bit_of_pairs),  T(test_global_bit_left_alone),
		T(test_every_slot_is_global), T(test_single_slot_is_global),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
