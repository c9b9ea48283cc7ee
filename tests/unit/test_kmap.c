// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kmap family: the order of effects, as the kernel has it in mm/highmem.c, arch/mips/mm/highmem.c and
 * arch/arm/mm/highmem.c, and what nests in what. Effects are compared by their names in sequence.
 */
#include "../support/cells.h"

#include "../../src/kmap_model.h"
#include "../../src/kmtypes.h"
#include "../../src/lock.h"
#include "../../src/pagetable.h"
#include "../../src/tlb_model.h"

static struct rig r;

#define NEW_SLOT "last_pkmap_nr++ set_pte pkmap_count=1 set_page_address"
#define FLUSH_ONE "local_irq_save local_flush_tlb_one local_irq_restore"
#define FLUSH_RANGE "local_irq_save local_flush_tlb_kernel_range local_irq_restore"
#define ZERO "pkmap_count=0 pte_clear set_page_address"

/* Page 0 is lowmem, 1 to 6 are highmem. */
static void begin(bool high_get)
{
	rig_init(&r);
	r.k.strategy.kmap_high_get = high_get;
	rig_l1(&r, 4, 2, 4);
	rig_pages(&r, 1, false);
	rig_pages(&r, 6, true);
}

static void up(bool high_get)
{
	begin(high_get);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_up(&r);
	put(&r.w, &w_cpu(&r.w, 0)->asid, 1);
}

static u32 count(u32 nr)
{
	return r.w.word[r.k.layout.pkmap_count + nr];
}

#define assert_ksteps(want)                                                                        \
	do {                                                                                       \
		assert_string_equal(rig_ksteps(&r), want);                                         \
		rig_forget(&r);                                                                    \
	} while (0)

static void test_kmap(void **state)
{
	u32 va;

	(void)state;
	up(false);
	va = RIG_CALL(&r, 0, kmap, 1);
	assert_int_equal(va, pkmap_va(&r.k, 1));
	assert_ksteps("spin_lock " NEW_SLOT " pkmap_count++ spin_unlock " FLUSH_ONE);
	assert_int_equal(count(1), 2);
	assert_int_equal(page_address(&r.w, 1), va);
	assert_int_equal(*lock_word(&r.w, LOCK_KMAP), 0);
	assert_int_equal(rig_load(&r, va, 1, 0, 4), ACCESS_DONE);
	/* mapped already: one more user, and the flush all the same */
	assert_int_equal(RIG_CALL(&r, 0, kmap, 1), va);
	assert_ksteps("spin_lock pkmap_count++ spin_unlock " FLUSH_ONE);
	assert_int_equal(count(1), 3);
	/* lowmem has its address by itself */
	assert_int_equal(RIG_CALL(&r, 0, kmap, 0), rig_kseg0(&r, 0));
	assert_ksteps("page_address");
	assert_int_equal(page_address(&r.w, 0), rig_kseg0(&r, 0));
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_down(&r);
}

/* ARCH_NEEDS_KMAP_HIGH_GET: irqs are off while the lock is held, and on afterwards. */
static void test_kmap_where_interrupts_need_the_lock(void **state)
{
	(void)state;
	up(true);
	RIG_CALL(&r, 0, kmap, 1);
	assert_ksteps("local_irq_disable spin_lock " NEW_SLOT
		      " pkmap_count++ spin_unlock local_irq_enable " FLUSH_ONE);
	RIG_CALL(&r, 0, kunmap, 1);
	assert_ksteps("local_irq_save spin_lock pkmap_count-- spin_unlock local_irq_restore");
	/* the process' lock enables irqs whatever they were; the any-context one restores */
	put(&r.w, &w_ctx(&r.w, 0)->irqs_off, 1);
	RIG_CALL(&r, 0, kunmap_high, 1 + 0 * RIG_CALL(&r, 0, kmap_high_get, 1));
	assert_int_equal(w_ctx(&r.w, 0)->irqs_off, 1);
	RIG_CALL(&r, 0, kmap_high, 1);
	assert_int_equal(w_ctx(&r.w, 0)->irqs_off, 0);
	rig_down(&r);
}

/* Unmapping is lazy: the count drops to 1; pte, TLB entry and address stay. */
static void test_kunmap(void **state)
{
	u32 va;

	(void)state;
	up(false);
	va = RIG_CALL(&r, 0, kmap, 1);
	rig_forget(&r);
	RIG_CALL(&r, 0, kunmap, 1);
	assert_ksteps("spin_lock pkmap_count-- spin_unlock");
	assert_int_equal(count(1), 1);
	assert_int_equal(page_address(&r.w, 1), va);
	assert_int_equal(rig_load(&r, va, 1, 0, 4), ACCESS_DONE);
	/* mapped again in the same place, without a new pte */
	assert_int_equal(RIG_CALL(&r, 0, kmap, 1), va);
	assert_int_equal(count(1), 2);
	/* once more than mapped: the count must never come to 0 without a flush */
	RIG_CALL(&r, 0, kunmap, 1);
	assert_int_equal(w_top(&r.w)->broken, 0);
	assert_true(rig_call(&r, 0, KF_kunmap, (const u32[]){1}, 1));
	while (rig_next(&r, 0, &va))
		;
	assert_true(rig_broken(&r, R_BUG_ON));
	rig_down(&r);
}

static void test_kunmap_of_what_has_no_address(void **state)
{
	u32 ret;

	(void)state;
	up(false);
	assert_true(rig_call(&r, 0, KF_kunmap, (const u32[]){1}, 1));
	assert_false(rig_next(&r, 0, &ret));
	assert_true(rig_broken(&r, R_BUG_ON));
	rig_down(&r);
}

/*
 *	slot      0     1     2     3
 *	count     0     1     2     1      pages -, 1, 2, 3; last_pkmap_nr = 3
 *
 * The next new mapping wraps to 0: slots 1 and 3 are given up, pte by pte, then one flush of all.
 */
static void test_pool_wraps(void **state)
{
	u32 page;

	(void)state;
	up(false);
	for (page = 1; page <= 3; page++) {
		assert_int_equal(RIG_CALL(&r, 0, kmap, page), pkmap_va(&r.k, page));
		assert_int_equal(rig_load(&r, pkmap_va(&r.k, page), page, 0, 4), ACCESS_DONE);
	}
	RIG_CALL(&r, 0, kunmap, 1);
	RIG_CALL(&r, 0, kunmap, 3);
	rig_forget(&r);
	assert_int_equal(RIG_CALL(&r, 0, kmap_high, 4), pkmap_va(&r.k, 0));
	assert_ksteps("spin_lock last_pkmap_nr++ " ZERO " " ZERO " " FLUSH_RANGE
		      " set_pte pkmap_count=1 set_page_address pkmap_count++ spin_unlock");
	assert_int_equal(w_cpu(&r.w, 0)->tlb_entries, 0);
	assert_int_equal(count(0), 2);
	assert_int_equal(count(1), 0);
	assert_int_equal(count(2), 2);
	assert_int_equal(count(3), 0);
	assert_int_equal(page_address(&r.w, 1), 0);
	assert_int_equal(page_address(&r.w, 2), pkmap_va(&r.k, 2));
	assert_int_equal(page_address(&r.w, 3), 0);
	assert_int_equal(*pkmap_pte(&r.w, 1) & ~LO_G, 0);
	assert_int_equal(*pkmap_pte(&r.w, 3) & ~LO_G, 0);
	/* slot 1 is next, for another page: nothing stale is left of it */
	assert_int_equal(RIG_CALL(&r, 0, kmap, 5), pkmap_va(&r.k, 1));
	assert_int_equal(rig_load(&r, pkmap_va(&r.k, 1), 5, 0, 4), ACCESS_DONE);
	assert_int_equal(rig_load(&r, pkmap_va(&r.k, 2), 2, 0, 4), ACCESS_DONE);
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_down(&r);
}

/*
 * The flush of the pool goes pair by pair up to half the TLB's size, and spares what is not the pool's; for
 * a larger pool everything goes that is not wired.
 */
static void test_pool_flush_takes_pairs_or_all(void **state)
{
	u32 entries;

	(void)state;
	for (entries = 3; entries <= 4; entries++) {
		u32 slot;

		begin(false);
		r.k.machine.tlb_entries = entries; /* the pool is two pairs */
		rig_context(&r, LEVEL_PROCESS, ON_START, 1);
		rig_step(&r, (struct step){.fn = KF_step_load});
		rig_up(&r);
		put(&r.w, &w_cpu(&r.w, 0)->asid, 1);
		slot = RIG_CALL(&r, 0, kmap_atomic, 5, KM_USER0);
		assert_int_equal(rig_load(&r, slot, 5, 0, 4), ACCESS_DONE);
		assert_int_equal(rig_load(&r, RIG_CALL(&r, 0, kmap_high, 1), 1, 0, 4), ACCESS_DONE);
		assert_int_equal(rig_load(&r, RIG_CALL(&r, 0, kmap_high, 2), 2, 0, 4), ACCESS_DONE);
		assert_int_equal(w_cpu(&r.w, 0)->tlb_entries, 3);
		RIG_CALL(&r, 0, flush_tlb_kernel_range, pkmap_va(&r.k, 0), pkmap_va(&r.k, 4));
		assert_int_equal(w_cpu(&r.w, 0)->tlb_entries, entries == 4 ? 1 : 0);
		assert_int_equal(tlb_probe(&r.w, 0, slot, 0), entries == 4 ? 0 : NO_ID);
		rig_down(&r);
	}
}

/* Nothing to give up: no flush. */
static void test_pool_wraps_with_nothing_to_flush(void **state)
{
	u32 page;

	(void)state;
	up(false);
	for (page = 1; page <= 3; page++)
		RIG_CALL(&r, 0, kmap_high, page);
	rig_forget(&r);
	RIG_CALL(&r, 0, kmap_high, 4);
	assert_ksteps("spin_lock " NEW_SLOT " pkmap_count++ spin_unlock");
	rig_down(&r);
}

/*
 * Two processes: 0 maps five pages into a pool of four, 1 gives the first one back. Slots are tried from 1
 * to 0, then once more because the wrap starts the count again.
 */
static void up_two_processes(bool preempt)
{
	u32 page;

	begin(false);
	r.k.preempt = preempt;
	r.k.handles = 6;
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	for (page = 1; page <= 5; page++)
		rig_step(&r, (struct step){.fn = KF_step_kmap, .arg = {page, 0, page}});
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_kunmap, .arg = {0, 0, 1}});
	rig_up(&r);
	rig_enter(&r, 0);
	for (page = 1; page <= 4; page++)
		while (w_ctx(&r.w, 0)->step < page)
			rig_go(&r, 0);
	rig_forget(&r);
}

static void test_pool_exhausted(void **state)
{
	(void)state;
	up_two_processes(false);
	rig_to(&r, 0, KS_pkmap_wait);
	rig_go(&r, 0);
	assert_ksteps("spin_lock last_pkmap_nr++ last_pkmap_nr++ last_pkmap_nr++ last_pkmap_nr++ "
		      "last_pkmap_nr++ last_pkmap_nr++ last_pkmap_nr++ spin_unlock schedule");
	assert_int_equal(w_ctx(&r.w, 0)->state, CTX_SLEEPING);
	assert_int_equal(w_cpu(&r.w, 0)->current, 0);
	rig_enter(&r, 1);
	rig_run(&r, 1);
	assert_ksteps("spin_lock pkmap_count-- spin_unlock wake_up");
	assert_int_equal(w_ctx(&r.w, 0)->state, CTX_READY);
	rig_enter(&r, 0);
	rig_run(&r, 0);
	/* starts over behind the last slot tried, which was 3: the wrap frees slot 1 */
	assert_ksteps("spin_lock last_pkmap_nr++ " ZERO " " FLUSH_RANGE " " NEW_SLOT
		      " pkmap_count++ spin_unlock " FLUSH_ONE);
	assert_int_equal(w_handle(&r.w, 5)->va, pkmap_va(&r.k, 1));
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_down(&r);
}

/*
 * The kernel queues itself on pkmap_map_wait before it unlocks: a kunmap between the unlock and schedule()
 * wakes it all the same, and it does not sleep for ever.
 */
static void test_wake_up_between_unlock_and_schedule(void **state)
{
	(void)state;
	up_two_processes(true);
	rig_to(&r, 0, KS_pkmap_wait);
	rig_enter(&r, 1); /* preempts */
	rig_run(&r, 1);
	assert_int_equal(count(1), 1);
	rig_enter(&r, 0);
	rig_all(&r, 200);
	assert_int_equal(w_top(&r.w)->broken, 0);
	assert_int_equal(w_top(&r.w)->ended, END_COMPLETE);
	rig_down(&r);
}

/* kmap_high_get() maps nothing; a lazily unmapped page it brings back. */
static void test_kmap_high_get(void **state)
{
	(void)state;
	up(true);
	assert_int_equal(RIG_CALL(&r, 0, kmap_high_get, 1), 0);
	assert_ksteps("local_irq_save spin_lock spin_unlock local_irq_restore");
	RIG_CALL(&r, 0, kmap, 1);
	rig_forget(&r);
	assert_int_equal(RIG_CALL(&r, 0, kmap_high_get, 1), pkmap_va(&r.k, 1));
	assert_ksteps("local_irq_save spin_lock pkmap_count++ spin_unlock local_irq_restore");
	assert_int_equal(count(1), 3);
	RIG_CALL(&r, 0, kunmap_high, 1);
	RIG_CALL(&r, 0, kunmap_high, 1);
	assert_int_equal(count(1), 1);
	assert_int_equal(RIG_CALL(&r, 0, kmap_high_get, 1), pkmap_va(&r.k, 1));
	assert_int_equal(count(1), 2);
	rig_down(&r);
}

/* pagefault_disable(), the pte, the flush; the pte before the flush, so that in between the old page is hit. */
static void test_kmap_atomic(void **state)
{
	u32 va, ret;

	(void)state;
	up(false);
	va = RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	assert_int_equal(va, fixmap_va(&r.k, 0, KM_USER0));
	assert_ksteps("preempt_disable set_pte " FLUSH_ONE);
	assert_int_equal(w_ctx(&r.w, 0)->preempt_off, 1);
	assert_int_equal(page_address(&r.w, 1), 0);
	assert_int_equal(rig_load(&r, va, 1, 0, 4), ACCESS_DONE);
	RIG_CALL(&r, 0, kunmap_atomic, va, KM_USER0);
	assert_int_equal(w_ctx(&r.w, 0)->preempt_off, 0);
	rig_forget(&r);
	/* nothing was taken down: it still works */
	assert_int_equal(rig_load(&r, va, 1, 0, 4), ACCESS_DONE);
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_call(&r, 0, KF_kmap_atomic, (const u32[]){2, KM_USER0}, 2);
	rig_next(&r, 0, &ret);
	rig_next(&r, 0, &ret);
	assert_int_equal(*fixmap_pte(&r.w, 0, KM_USER0), pagetable_make(&r.k, 2, true, false));
	assert_int_equal(rig_load(&r, va, 2, 0, 4), ACCESS_DONE);
	assert_true(rig_broken(&r, R_WRONG_PAGE));
	rig_down(&r);
}

static void test_kunmap_atomic(void **state)
{
	u32 va;

	(void)state;
	up(false);
	va = RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	rig_forget(&r);
	RIG_CALL(&r, 0, kunmap_atomic, va, KM_USER0);
	assert_ksteps("preempt_enable");
	rig_down(&r);
}

/* CONFIG_DEBUG_HIGHMEM: the slot is emptied at unmap, and has to be empty at map. */
static void test_debug_highmem(void **state)
{
	u32 va, ret;

	(void)state;
	up(false);
	r.k.debug_highmem = true;
	va = RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	rig_forget(&r);
	RIG_CALL(&r, 0, kunmap_atomic, va, KM_USER0);
	assert_ksteps("pte_clear " FLUSH_ONE " preempt_enable");
	assert_int_equal(*fixmap_pte(&r.w, 0, KM_USER0) & ~LO_G, 0);
	RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_call(&r, 0, KF_kmap_atomic, (const u32[]){2, KM_USER0}, 2);
	assert_false(rig_next(&r, 0, &ret));
	assert_true(rig_broken(&r, R_BUG_ON));
	rig_down(&r);
}

/* A slot taken while somebody has it is a warning; each CPU and type has its own. */
static void test_slot_busy(void **state)
{
	u32 va;

	(void)state;
	up(false);
	va = RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	RIG_CALL(&r, 0, kmap_atomic, 2, KM_USER1);
	assert_false(rig_warned(&r, W_SLOT_BUSY));
	RIG_CALL(&r, 0, kunmap_atomic, va, KM_USER0);
	RIG_CALL(&r, 0, kmap_atomic, 3, KM_USER0);
	assert_false(rig_warned(&r, W_SLOT_BUSY));
	RIG_CALL(&r, 0, kmap_atomic, 1, KM_USER0);
	assert_true(rig_warned(&r, W_SLOT_BUSY));
	rig_down(&r);
}

/* The order of arch/arm/mm/highmem.c; the page that the slot has already costs no pte and no flush. */
static void test_l1_vipt(void **state)
{
	u32 va;

	(void)state;
	up(true);
	va = RIG_CALL(&r, 0, kmap_high_l1_vipt, 1);
	assert_int_equal(va, fixmap_va(&r.k, 0, KM_L1_CACHE));
	assert_ksteps("preempt_disable local_irq_save depth++ set_pte " FLUSH_ONE
		      " local_irq_restore");
	assert_int_equal(w_ctx(&r.w, 0)->irqs_off, 0);
	assert_int_equal(w_cpu(&r.w, 0)->l1_depth, 1);
	assert_int_equal(rig_load(&r, va, 1, 0, 4), ACCESS_DONE);
	RIG_CALL(&r, 0, kunmap_high_l1_vipt, 1, 0);
	assert_ksteps("check slot local_irq_save depth-- local_irq_restore preempt_enable");
	assert_int_equal(w_cpu(&r.w, 0)->l1_depth, 0);
	assert_int_equal(w_ctx(&r.w, 0)->preempt_off, 0);
	/* left in place */
	assert_int_equal(*fixmap_pte(&r.w, 0, KM_L1_CACHE), pagetable_make(&r.k, 1, true, false));
	RIG_CALL(&r, 0, kmap_high_l1_vipt, 1);
	assert_ksteps("preempt_disable local_irq_save depth++ local_irq_restore");
	rig_down(&r);
}

static void test_l1_vipt_checks(void **state)
{
	u32 ret;

	(void)state;
	up(true);
	RIG_CALL(&r, 0, kmap_high_l1_vipt, 1);
	rig_call(&r, 0, KF_kunmap_high_l1_vipt, (const u32[]){2, 0}, 2);
	assert_false(rig_next(&r, 0, &ret)); /* another page stands in the slot */
	assert_true(rig_broken(&r, R_BUG_ON));
	rig_down(&r);
	up(true);
	RIG_CALL(&r, 0, kmap_high_l1_vipt, 1);
	RIG_CALL(&r, 0, kunmap_high_l1_vipt, 1, 0);
	rig_call(&r, 0, KF_kunmap_high_l1_vipt, (const u32[]){1, 0}, 2);
	assert_false(rig_next(&r, 0, &ret)); /* nobody has it */
	assert_true(rig_broken(&r, R_BUG_ON));
	rig_down(&r);
}

/*
 * A process, a softirq and a hardirq, each in the middle of syncing a page of its own:
 *
 *	process  |--map 1--op                                            op--unmap--|
 *	softirq             |--map 2--op                     op--unmap--|
 *	hardirq                        |--map 3--op--unmap--|
 */
static void up_nest(enum rig_strategy strategy)
{
	u32 i;

	begin(false);
	rig_strategy(&r, strategy);
	for (i = 0; i < 3; i++) {
		rig_context(&r, (enum ctx_level)(LEVEL_PROCESS + i), i ? ON_ANY : ON_START, 1);
		rig_step(&r, (struct step){.fn = KF_step_dma_map, .arg = {i}});
		rig_step(&r, (struct step){.fn = KF_step_dma_unmap, .arg = {i}});
		rig_map(&r, DMA_MAP_PAGE, DMA_TO_DEVICE, NO_ID);
		rig_sg(&r, 1 + i, 0, 64);
	}
	rig_up(&r);
	for (i = 0; i < 3; i++) {
		rig_enter(&r, i);
		rig_to(&r, i, KS_cache_hit_op);
		rig_go(&r, i); /* a refill */
		rig_go(&r, i); /* the first line */
		assert_int_equal(w_top(&r.w)->broken, 0);
	}
}

static void test_l1_vipt_nests(void **state)
{
	u32 i, j;

	(void)state;
	up_nest(RIG_ARM);
	/* the hardirq entered with irqs off; three deep; a process counts preemption only outside interrupts */
	assert_int_equal(w_cpu(&r.w, 0)->l1_depth, 3);
	assert_int_equal(w_ctx(&r.w, 0)->preempt_off, 1);
	assert_int_equal(w_ctx(&r.w, 1)->preempt_off, 0);
	for (i = 3; i--;) {
		assert_int_equal(*fixmap_pte(&r.w, 0, KM_L1_CACHE),
				 pagetable_make(&r.k, 1 + i, true, false));
		rig_forget(&r);
		rig_run(&r, i);
		assert_int_equal(w_cpu(&r.w, 0)->l1_depth, i);
		assert_int_equal(w_top(&r.w)->broken, 0);
		/* all but the outermost give back what they found */
		assert_int_equal(rig_count(&r, EV_SET_PTE), i ? 1 : 0);
		for (j = 0; j < r.events; j++)
			if (r.event[j].kind == EV_CACHE_OP)
				assert_int_equal(r.event[j].c >> 6, r.k.page[1 + i].pfn);
	}
	rig_take(&r, CHOICE_FINISH, 0);
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_down(&r);
}

/* The same nest over one fixed slot that nobody gives back: the interrupted ones go on with the wrong page. */
static void test_fixed_slot_does_not_nest(void **state)
{
	u32 i;

	(void)state;
	up_nest(RIG_KMAP_ATOMIC);
	for (i = 3; i--;) {
		put(&r.w, &w_top(&r.w)->broken, 0);
		rig_run(&r, i);
		assert_int_equal(rig_broken(&r, R_WRONG_PAGE), i < 2);
	}
	rig_down(&r);
}

/* A process that sleeps in kmap with irqs off, or unmaps from an interrupt. */
static void test_contexts_that_must_not(void **state)
{
	(void)state;
	begin(false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_kmap, .arg = {1, 0, 0}});
	rig_context(&r, LEVEL_HARDIRQ, ON_ANY, 2);
	rig_step(&r, (struct step){.fn = KF_step_kunmap, .arg = {0, 0, 0}});
	rig_up(&r);
	rig_enter(&r, 0);
	rig_run(&r, 0);
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_enter(&r, 1);
	assert_true(rig_broken(&r, R_BUG_ON));
	rig_down(&r);

	up(false);
	put(&r.w, &w_ctx(&r.w, 0)->preempt_off, 1);
	RIG_CALL(&r, 0, kmap, 1);
	assert_true(rig_broken(&r, R_SLEEP_IN_ATOMIC));
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kmap),
		cmocka_unit_test(test_kmap_where_interrupts_need_the_lock),
		cmocka_unit_test(test_kunmap),
		cmocka_unit_test(test_kunmap_of_what_has_no_address),
		cmocka_unit_test(test_pool_wraps),
		cmocka_unit_test(test_pool_flush_takes_pairs_or_all),
		cmocka_unit_test(test_pool_wraps_with_nothing_to_flush),
		cmocka_unit_test(test_pool_exhausted),
		cmocka_unit_test(test_wake_up_between_unlock_and_schedule),
		cmocka_unit_test(test_kmap_high_get),
		cmocka_unit_test(test_kmap_atomic),
		cmocka_unit_test(test_kunmap_atomic),
		cmocka_unit_test(test_debug_highmem),
		cmocka_unit_test(test_slot_busy),
		cmocka_unit_test(test_l1_vipt),
		cmocka_unit_test(test_l1_vipt_checks),
		cmocka_unit_test(test_l1_vipt_nests),
		cmocka_unit_test(test_fixed_slot_does_not_nest),
		cmocka_unit_test(test_contexts_that_must_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
