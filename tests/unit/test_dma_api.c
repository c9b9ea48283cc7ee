// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The streaming DMA API of arch/mips/mm/dma-default.c, 2.6.36: which op a hook runs, who owns the buffer
 * from which effect to which, and what is misuse.
 *
 *	                 TO_DEVICE    FROM_DEVICE  BIDIRECTIONAL
 *	map              wback        inv          wback_inv
 *	sync_for_device  wback        inv          wback_inv
 *	unmap sg         -            inv          wback_inv
 *	unmap, for_cpu   -            -            -           but as at map with a post-DMA flush
 */
#include "../support/cells.h"

#include "../../src/block.h"

static struct rig r;

/* Map 0 is what the test asks for: bytes 0 .. 16 of page 0 and 16 .. 32 of page 1. Maps 1, 2 overlap it. */
static void up(enum dma_map_kind kind, enum dma_direction direction, bool post_flush)
{
	rig_init(&r);
	r.k.machine.post_dma_flush = post_flush;
	rig_l1(&r, 4, 2, 4);
	rig_pages(&r, 3, false);
	rig_strategy(&r, RIG_LOWMEM_ONLY);
	rig_device(&r, false);
	rig_device(&r, true);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_dma_map});
	rig_map(&r, kind, direction, 0);
	rig_sg(&r, 0, 0, 16);
	if (kind == DMA_MAP_SG)
		rig_sg(&r, 1, 16, 16);
	rig_map(&r, DMA_MAP_SINGLE, DMA_TO_DEVICE, NO_ID);
	rig_sg(&r, 0, 8, 32);
	rig_map(&r, DMA_MAP_SINGLE, DMA_FROM_DEVICE, 1);
	rig_sg(&r, 2, 0, 80 - 16);
	rig_up(&r);
}

static enum dma_op last_sync(void)
{
	return rig_count(&r, EV_SYNC_BEGIN) ? rig_event(&r, EV_SYNC_BEGIN, 0)->d : DMA_OP_NONE;
}

static enum dma_op run(enum kfunc fn)
{
	rig_forget(&r);
	rig_whole(&r, 0, fn, (const u32[]){0}, 1);
	return last_sync();
}

static void test_ops(void **state)
{
	static const enum dma_op at_map[] = {
		[DMA_BIDIRECTIONAL] = DMA_OP_WBACK_INV,
		[DMA_TO_DEVICE] = DMA_OP_WBACK,
		[DMA_FROM_DEVICE] = DMA_OP_INV,
	};
	u32 kind, direction, post;

	(void)state;
	for (kind = DMA_MAP_SINGLE; kind <= DMA_MAP_SG; kind++) {
		for (direction = 0; direction < 3; direction++) {
			for (post = 0; post < 2; post++) {
				enum dma_op full = at_map[direction];
				enum dma_op sg = direction == DMA_TO_DEVICE ? DMA_OP_NONE : full;

				up((enum dma_map_kind)kind, (enum dma_direction)direction, post);
				assert_int_equal(run(KF_dma_map), full);
				assert_int_equal(rig_count(&r, EV_SYNC_BEGIN),
						 kind == DMA_MAP_SG ? 2 : 1);
				assert_int_equal(run(KF_dma_sync_for_cpu),
						 post ? full : DMA_OP_NONE);
				assert_int_equal(run(KF_dma_sync_for_device), full);
				assert_int_equal(run(KF_dma_unmap), kind == DMA_MAP_SG ? sg :
								    post               ? full :
											 DMA_OP_NONE);
				assert_int_equal(w_top(&r.w)->broken, 0);
				rig_down(&r);
			}
		}
	}
}

/* The CACHE instructions behind the names: wback is wback_inv, inv begins with the edge lines. */
static void test_instructions(void **state)
{
	u32 direction;

	(void)state;
	for (direction = 0; direction < 3; direction++) {
		up(DMA_MAP_PAGE, (enum dma_direction)direction, false);
		run(KF_dma_map);
		assert_int_equal(rig_event(&r, EV_CACHE_OP, 0)->a, Hit_Writeback_Inv_D);
		assert_int_equal(rig_count(&r, EV_CACHE_OP), direction == DMA_FROM_DEVICE ? 3 : 1);
		if (direction == DMA_FROM_DEVICE)
			assert_int_equal(rig_event(&r, EV_CACHE_OP, 2)->a, Hit_Invalidate_D);
		rig_down(&r);
	}
}

/* Every entry of a list, in order, with its own offset and length. */
static void test_every_entry(void **state)
{
	(void)state;
	up(DMA_MAP_SG, DMA_TO_DEVICE, false);
	run(KF_dma_map);
	assert_int_equal(rig_event(&r, EV_SYNC_BEGIN, 0)->a, 0);
	assert_int_equal(rig_event(&r, EV_SYNC_BEGIN, 0)->b, 0);
	assert_int_equal(rig_event(&r, EV_SYNC_BEGIN, 1)->a, 1);
	assert_int_equal(rig_event(&r, EV_SYNC_BEGIN, 1)->b, 16);
	assert_int_equal(rig_event(&r, EV_SYNC_BEGIN, 1)->c, 16);
	assert_int_equal(rig_event(&r, EV_CACHE_OP, 1)->b, rig_kseg0(&r, 1) + 16);
	rig_down(&r);
}

/* Where DMA snoops, by the machine or by the device, nothing is synced; ownership is the same. */
static void test_coherent(void **state)
{
	(void)state;
	up(DMA_MAP_SG, DMA_BIDIRECTIONAL, true);
	assert_false(dma_coherent(&r.k, 0));
	assert_false(dma_coherent(&r.k, 1));
	assert_true(dma_coherent(&r.k, 2));
	RIG_CALL(&r, 0, dma_map, 2);
	assert_int_equal(rig_count(&r, EV_SYNC_BEGIN), 0);
	assert_int_equal(w_map(&r.w, 2)->state, MAP_DEVICE);
	r.k.machine.dma_coherent = true;
	assert_int_equal(run(KF_dma_map), DMA_OP_NONE);
	assert_int_equal(run(KF_dma_unmap), DMA_OP_NONE);
	rig_down(&r);
}

#define assert_owners(p0, p1)                                                                      \
	do {                                                                                       \
		assert_int_equal(w_page(&r.w, 0)->owners, p0);                                     \
		assert_int_equal(w_page(&r.w, 1)->owners, p1);                                     \
	} while (0)

/*
 *	device owns   [map … map]                        [for_device …
 *	CPU owns                    … for_cpu][
 *
 * From the first effect of map and sync_for_device to the last one of unmap and sync_for_cpu.
 */
static void test_ownership(void **state)
{
	u32 ret;

	(void)state;
	up(DMA_MAP_SG, DMA_BIDIRECTIONAL, true);
	rig_call(&r, 0, KF_dma_map, (const u32[]){0}, 1);
	assert_owners(0, 0);
	assert_true(rig_next(&r, 0, &ret));
	assert_owners(1, 1);
	assert_int_equal(w_map(&r.w, 0)->state, MAP_DEVICE);
	while (rig_next(&r, 0, &ret))
		;
	rig_call(&r, 0, KF_dma_sync_for_cpu, (const u32[]){0}, 1);
	while (context_next_kstep(&r.w, 0) != KS_dma_sync_own) {
		rig_next(&r, 0, &ret);
		assert_owners(1, 1);
	}
	assert_false(rig_next(&r, 0, &ret));
	assert_owners(0, 0);
	assert_int_equal(w_map(&r.w, 0)->state, MAP_CPU);
	rig_call(&r, 0, KF_dma_sync_for_device, (const u32[]){0}, 1);
	rig_next(&r, 0, &ret);
	assert_owners(1, 1);
	while (rig_next(&r, 0, &ret))
		;
	rig_call(&r, 0, KF_dma_unmap, (const u32[]){0}, 1);
	while (context_next_kstep(&r.w, 0) != KS_dma_unmap) {
		rig_next(&r, 0, &ret);
		assert_owners(1, 1);
	}
	assert_false(rig_next(&r, 0, &ret));
	assert_owners(0, 0);
	assert_int_equal(w_map(&r.w, 0)->state, MAP_NONE);
	/* unmapped from the CPU's hands: nothing is counted twice */
	run(KF_dma_map);
	run(KF_dma_sync_for_cpu);
	run(KF_dma_unmap);
	assert_owners(0, 0);
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_down(&r);
}

static bool misused(void)
{
	bool yes = rig_broken(&r, R_DMA_MISUSE);

	assert_int_equal(w_top(&r.w)->broken & ~BIT(R_DMA_MISUSE), 0);
	put(&r.w, &w_top(&r.w)->broken, 0);
	return yes;
}

static void test_misuse(void **state)
{
	struct act a;

	(void)state;
	up(DMA_MAP_SINGLE, DMA_FROM_DEVICE, false);
	run(KF_dma_unmap);
	assert_true(misused());
	run(KF_dma_sync_for_cpu);
	assert_true(misused());
	run(KF_dma_sync_for_device);
	assert_true(misused());
	assert_int_equal(w_map(&r.w, 0)->state, MAP_NONE);
	run(KF_dma_map);
	assert_false(misused());
	run(KF_dma_map);
	assert_true(misused());
	assert_owners(1, 0);
	RIG_CALL(&r, 0, dma_map, 1); /* bytes 8 .. 16 are mapped already */
	assert_true(misused());
	RIG_CALL(&r, 0, dma_unmap, 1);
	RIG_CALL(&r, 0, dma_map, 2); /* another page */
	assert_false(misused());
	/* the device: another direction, twice, not mapped */
	a = rig_act(&r, 0);
	device_start(&a, 0, 0, DMA_TO_DEVICE);
	assert_true(misused());
	device_start(&a, 0, 0, DMA_FROM_DEVICE);
	assert_true(misused());
	device_start(&a, 1, 2, DMA_FROM_DEVICE);
	assert_false(misused());
	rig_down(&r);
	up(DMA_MAP_SINGLE, DMA_BIDIRECTIONAL, false);
	a = rig_act(&r, 0);
	device_start(&a, 0, 0, DMA_TO_DEVICE);
	assert_true(misused());
	rig_down(&r);
}

/* Two mappings that a device only reads through may share bytes; an end and a beginning that touch too. */
static void test_overlap_of_readers(void **state)
{
	(void)state;
	up(DMA_MAP_SINGLE, DMA_TO_DEVICE, false);
	run(KF_dma_map);
	RIG_CALL(&r, 0, dma_map, 1);
	assert_false(misused());
	assert_owners(2, 0);
	run(KF_dma_map); /* but not the same mapping twice */
	assert_true(misused());
	rig_down(&r);
}

/* Still mapped at the end. */
static void test_never_unmapped(void **state)
{
	(void)state;
	up(DMA_MAP_SINGLE, DMA_TO_DEVICE, false);
	rig_all(&r, 20);
	assert_int_equal(w_top(&r.w)->ended, END_COMPLETE);
	assert_true(misused());
	rig_down(&r);
}

/* A mapping for reading from a device says whose old contents would leak: exactly its bytes. */
static void test_leak_marks(void **state)
{
	u32 direction, i;

	(void)state;
	for (direction = 0; direction < 3; direction++) {
		u32 leak;

		up(DMA_MAP_SG, (enum dma_direction)direction, false);
		run(KF_dma_map);
		for (i = 0; i < 2; i++) {
			leak = r.w.word[r.k.layout.leak] >> 16 * i & 0xffff;
			/* granules of 4 bytes: 0 .. 4 of page 0, 4 .. 8 of page 1 */
			assert_int_equal(leak, direction != DMA_FROM_DEVICE ? 0 : i ? 0xf0 : 0xf);
		}
		assert_int_equal(r.w.word[r.k.layout.leak + 1], 0);
		rig_down(&r);
	}
}

/*
 * A device's bursts go over the list, each within one line, then the interrupt, then who waits goes on.
 * FROM_DEVICE into an uneven range: 8 .. 16, 16 .. 24 of the first entry.
 */
static void test_device(void **state)
{
	(void)state;
	rig_init(&r);
	r.k.identities = true;
	rig_pages(&r, 2, false);
	rig_strategy(&r, RIG_LOWMEM_ONLY);
	rig_device(&r, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_dma_map, .arg = {0}});
	rig_step(&r, (struct step){.fn = KF_step_dev_start, .arg = {0, 0, DMA_FROM_DEVICE}});
	rig_step(&r, (struct step){.fn = KF_step_wait_irq, .arg = {0}});
	rig_step(&r, (struct step){.fn = KF_step_dma_unmap, .arg = {0}});
	rig_step(&r, (struct step){.fn = KF_step_load, .at = {OPERAND_KSEG0, 0, 8, 16}});
	rig_map(&r, DMA_MAP_SG, DMA_FROM_DEVICE, 0);
	rig_sg(&r, 0, 8, 16);
	rig_sg(&r, 1, 60, 4);
	rig_up(&r);
	rig_enter(&r, 0);
	while (w_ctx(&r.w, 0)->state == CTX_CURRENT)
		rig_go(&r, 0);
	rig_forget(&r);
	rig_take(&r, CHOICE_DEVICE, 0);
	rig_take(&r, CHOICE_DEVICE, 0);
	rig_take(&r, CHOICE_DEVICE, 0);
	assert_int_equal(rig_count(&r, EV_DMA_WRITE), 3);
	assert_int_equal(rig_event(&r, EV_DMA_WRITE, 0)->b, 8);
	assert_int_equal(rig_event(&r, EV_DMA_WRITE, 0)->c, 8);
	assert_int_equal(rig_event(&r, EV_DMA_WRITE, 1)->b, 16);
	assert_int_equal(rig_event(&r, EV_DMA_WRITE, 1)->c, 8);
	assert_int_equal(rig_event(&r, EV_DMA_WRITE, 2)->a, 1);
	assert_int_equal(rig_event(&r, EV_DMA_WRITE, 2)->b, 60);
	/* the identity is that of the step that started the transfer */
	assert_int_equal(rig_event(&r, EV_DMA_WRITE, 2)->d >> DATUM_ITERATION_BITS, 2);
	assert_int_equal(w_ctx(&r.w, 0)->state, CTX_SLEEPING);
	rig_take(&r, CHOICE_DEVICE, 0);
	assert_int_equal(rig_count(&r, EV_DMA_DONE), 1);
	assert_false(device_busy(&r.w, 0));
	assert_int_equal(w_ctx(&r.w, 0)->state, CTX_READY);
	rig_all(&r, 100);
	assert_int_equal(w_top(&r.w)->ended, END_COMPLETE);
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_down(&r);
}

/* The same list moved in the context's own steps: a burst a step, nothing else is a choice, no interrupt. */
static void test_transfer(void **state)
{
	(void)state;
	rig_init(&r);
	r.k.identities = true;
	rig_pages(&r, 2, false);
	rig_strategy(&r, RIG_LOWMEM_ONLY);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_dma_map, .arg = {0}});
	rig_step(&r, (struct step){.fn = KF_step_dev_transfer, .arg = {0, 0, DMA_FROM_DEVICE}});
	rig_step(&r, (struct step){.fn = KF_step_dma_unmap, .arg = {0}});
	rig_step(&r, (struct step){.fn = KF_step_dev_transfer, .arg = {0, 0, DMA_TO_DEVICE}});
	rig_map(&r, DMA_MAP_SG, DMA_FROM_DEVICE, NO_ID);
	rig_sg(&r, 0, 8, 16);
	rig_sg(&r, 1, 60, 4);
	rig_up(&r);
	rig_enter(&r, 0);
	rig_to(&r, 0, KS_dev_burst);
	rig_forget(&r);
	rig_go(&r, 0);
	assert_int_equal(rig_count(&r, EV_DMA_WRITE), 1);
	assert_int_equal(rig_count(&r, EV_DMA_START), 1);
	rig_go(&r, 0);
	rig_go(&r, 0);
	assert_int_equal(rig_count(&r, EV_DMA_WRITE), 3);
	assert_int_equal(rig_count(&r, EV_DMA_START), 1);
	assert_int_equal(rig_event(&r, EV_DMA_WRITE, 1)->b, 16);
	assert_int_equal(rig_event(&r, EV_DMA_WRITE, 1)->c, 8);
	assert_int_equal(rig_event(&r, EV_DMA_WRITE, 2)->a, 1);
	assert_int_equal(rig_event(&r, EV_DMA_WRITE, 2)->c, 4);
	assert_int_equal(rig_event(&r, EV_DMA_WRITE, 2)->d >> DATUM_ITERATION_BITS, 2);
	assert_int_equal(w_top(&r.w)->broken, 0);
	/* what is not mapped any more is misused, and read all the same */
	rig_to(&r, 0, KS_dev_burst);
	rig_forget(&r);
	rig_go(&r, 0);
	assert_int_equal(rig_count(&r, EV_DMA_READ), 2);
	assert_true(rig_broken(&r, R_DMA_MISUSE));
	rig_all(&r, 100);
	assert_int_equal(rig_count(&r, EV_DMA_READ), 5);
	assert_int_equal(rig_count(&r, EV_DMA_DONE), 0);
	assert_int_equal(w_top(&r.w)->ended, END_COMPLETE);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ops),
		cmocka_unit_test(test_instructions),
		cmocka_unit_test(test_every_entry),
		cmocka_unit_test(test_coherent),
		cmocka_unit_test(test_ownership),
		cmocka_unit_test(test_misuse),
		cmocka_unit_test(test_overlap_of_readers),
		cmocka_unit_test(test_never_unmapped),
		cmocka_unit_test(test_leak_marks),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_transfer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
