// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is wrong, rule by rule: one test in which it must fire, one next to it in which it must not. Each
 * runs with identities and with newest-or-not tokens, which have to agree.
 *
 * Pages 0 and 1 are lowmem, 2 and 3 highmem. Mapping 0 is FROM_DEVICE of bytes 8 .. 40 of page 0, mapping 1
 * TO_DEVICE of page 1, mapping 2 FROM_DEVICE of bytes 48 .. 56 of page 0 by a device that snoops.
 *
 *	page 0    |  line 0   |  line 1   |  line 2   |  line 3   |     lines of 16 bytes
 *	mapping 0         .8================40.
 */
#include "../support/cells.h"

#include "../../src/block.h"

static struct rig r;

static void up(bool identities, bool coherent_machine)
{
	rig_init(&r);
	r.k.identities = identities;
	r.k.machine.dma_coherent = coherent_machine;
	rig_l2(&r, 4, 2, 4);
	rig_pages(&r, 2, false);
	rig_pages(&r, 2, true);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_device(&r, true);
	rig_map(&r, DMA_MAP_SINGLE, DMA_FROM_DEVICE, NO_ID);
	rig_sg(&r, 0, 8, 32);
	rig_map(&r, DMA_MAP_SINGLE, DMA_TO_DEVICE, NO_ID);
	rig_sg(&r, 1, 0, 64);
	rig_map(&r, DMA_MAP_SINGLE, DMA_FROM_DEVICE, 0);
	rig_sg(&r, 0, 48, 8);
	rig_up(&r);
}

static int set_up_identities(void **state)
{
	(void)state;
	up(true, false);
	return 0;
}

static int set_up_newest(void **state)
{
	(void)state;
	up(false, false);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_down(&r);
	return 0;
}

static void own(u32 map, u32 page)
{
	put(&r.w, &w_map(&r.w, map)->state, MAP_DEVICE);
	put(&r.w, &w_page(&r.w, page)->owners, w_page(&r.w, page)->owners + 1);
}

static u32 device_identity(void)
{
	return r.k.identities ? 1234 : DATUM_NEWEST;
}

static void device_writes(u32 page, u32 offset, u32 length)
{
	struct act a = rig_act(&r, 0);

	bus_dma_write(&a, page, offset, length, device_identity(), false);
}

static void device_reads(u32 page, u32 offset, u32 length)
{
	struct act a = rig_act(&r, 0);

	bus_dma_read(&a, page, offset, length, false);
}

static void load(u32 page, u32 offset)
{
	assert_int_equal(rig_load(&r, rig_kseg0(&r, page) + offset, NO_ID, 0, 4), ACCESS_DONE);
}

static void store(u32 page, u32 offset)
{
	assert_int_equal(rig_store(&r, rig_kseg0(&r, page) + offset, NO_ID, 0, 4), ACCESS_DONE);
}

static void op(enum cache_op which, u32 page, u32 offset)
{
	enum op_outcome o;

	assert_int_equal(rig_hit(&r, which, rig_kseg0(&r, page) + offset, NO_ID, 0, &o),
			 ACCESS_DONE);
}

static void flush(u32 page, u32 offset)
{
	op(Hit_Writeback_Inv_D, page, offset);
	op(Hit_Writeback_Inv_SD, page, offset);
}

static void finish(void)
{
	struct act a = rig_act(&r, NO_ID);

	a.step = NO_ID;
	oracle_complete(&a);
}

#define assert_clean() assert_int_equal(w_top(&r.w)->broken, 0)

/* A line loaded before the device writes is old afterwards. */
static void test_stale_load(void **state)
{
	(void)state;
	load(0, 0);
	device_writes(0, 0, 4);
	load(0, 4); /* a neighbour's granule in the same line is not */
	assert_clean();
	load(0, 0);
	assert_true(rig_broken(&r, R_STALE_LOAD));
	assert_int_equal(w_top(&r.w)->broken, BIT(R_STALE_LOAD));
	assert_int_equal(r.w.finding[0].page, 0);
	assert_int_equal(r.w.finding[0].offset, 0);
	if (r.k.identities)
		assert_int_equal(r.w.finding[0].want, 1234);
}

static void test_no_stale_load_after_invalidation(void **state)
{
	(void)state;
	load(0, 0);
	device_writes(0, 0, 4);
	op(Hit_Invalidate_D, 0, 0);
	load(0, 0); /* the L2's copy is as old */
	assert_true(rig_broken(&r, R_STALE_LOAD));
	put(&r.w, &w_top(&r.w)->broken, 0);
	op(Hit_Invalidate_D, 0, 0);
	op(Hit_Invalidate_SD, 0, 0);
	load(0, 0);
	assert_clean();
}

/* An old dirty line written back over the device's data. */
static void test_stale_load_after_clobbering(void **state)
{
	(void)state;
	store(0, 4);
	device_writes(0, 0, 4);
	flush(0, 0);
	load(0, 4);
	assert_clean();
	load(0, 0);
	assert_true(rig_broken(&r, R_STALE_LOAD));
}

static void test_stale_dma_read(void **state)
{
	(void)state;
	store(1, 0);
	device_reads(1, 4, 12);
	assert_clean();
	op(Hit_Writeback_Inv_D, 1, 0); /* it only came as far as the L2 */
	device_reads(1, 0, 16);
	assert_int_equal(w_top(&r.w)->broken, BIT(R_STALE_DMA_READ));
}

static void test_no_stale_dma_read_after_write_back(void **state)
{
	(void)state;
	store(1, 0);
	flush(1, 0);
	device_reads(1, 0, 16);
	assert_clean();
}

/* The boot content is the newest there is, wherever it is read. */
static void test_boot_content_is_newest(void **state)
{
	(void)state;
	load(0, 0);
	load(0, 60);
	device_reads(0, 0, 16);
	flush(0, 0);
	load(0, 0);
	assert_clean();
}

/* Contents that a dirty line had before the map, dropped, come back: old secrets. */
static void leaky(bool leaks)
{
	struct act a = rig_act(&r, 0);

	store(0, 8);
	store(0, 12);
	oracle_leak(&a, (struct meaning){0, 8}, 4, true);
	if (!leaks)
		oracle_leak(&a, (struct meaning){0, 8}, 4, false);
	op(Hit_Invalidate_D, 0, 8);
	op(Hit_Invalidate_SD, 0, 8);
}

static void test_leak(void **state)
{
	(void)state;
	leaky(true);
	load(0, 8);
	assert_int_equal(w_top(&r.w)->broken, BIT(R_LEAK));
	load(0, 12);
	assert_true(rig_broken(&r, R_STALE_LOAD));
}

static void test_no_leak_outside_a_mapping(void **state)
{
	(void)state;
	leaky(false);
	load(0, 8);
	assert_int_equal(w_top(&r.w)->broken, BIT(R_STALE_LOAD));
}

/* Written since the map: it is stale-load again. By a device or by a CPU. */
static void test_no_leak_once_written(void **state)
{
	struct act a = rig_act(&r, 0);

	(void)state;
	load(0, 8);
	oracle_leak(&a, (struct meaning){0, 8}, 8, true);
	device_writes(0, 8, 4);
	load(0, 8);
	assert_int_equal(w_top(&r.w)->broken, BIT(R_STALE_LOAD));
	put(&r.w, &w_top(&r.w)->broken, 0);
	store(0, 12);
	op(Hit_Invalidate_D, 0, 12);
	op(Hit_Invalidate_SD, 0, 12);
	load(0, 12);
	assert_int_equal(w_top(&r.w)->broken, BIT(R_STALE_LOAD));
}

/* A device that gets the old data leaks it like a CPU. */
static void test_leak_by_a_device(void **state)
{
	(void)state;
	leaky(true);
	device_reads(0, 8, 4);
	assert_int_equal(w_top(&r.w)->broken, BIT(R_LEAK));
}

/* Freeing a page ends what was said of it. */
static void test_no_leak_after_free(void **state)
{
	struct act a = rig_act(&r, 0);

	(void)state;
	page_alloc(&a, 0);
	leaky(true);
	page_free(&a, 0);
	load(0, 8);
	assert_int_equal(w_top(&r.w)->broken, BIT(R_STALE_LOAD));
}

/* Dropped while dirty, never read again: at the end the newest is nowhere. */
static void test_lost_write(void **state)
{
	struct act a = rig_act(&r, 0);

	(void)state;
	page_alloc(&a, 0);
	store(0, 0);
	op(Hit_Invalidate_D, 0, 0);
	finish();
	assert_int_equal(w_top(&r.w)->broken, BIT(R_LOST_WRITE));
	assert_int_equal(r.w.finding[0].page, 0);
	assert_int_equal(r.w.finding[0].offset, 0);
}

/* In the L1, in the L2 or in memory: it is somewhere. */
static void test_no_lost_write_while_somewhere(void **state)
{
	struct act a = rig_act(&r, 0);

	(void)state;
	page_alloc(&a, 0);
	store(0, 0);
	finish();
	assert_clean();
	op(Hit_Writeback_Inv_D, 0, 0);
	finish();
	assert_clean();
	op(Hit_Writeback_Inv_SD, 0, 0);
	finish();
	assert_clean();
}

/* Nobody misses the data of a page that is free. */
static void test_no_lost_write_in_a_free_page(void **state)
{
	(void)state;
	store(0, 0);
	op(Hit_Invalidate_D, 0, 0);
	finish();
	assert_clean();
}

/* What the device was to overwrite anyway, and what another rule already told. */
static void test_no_lost_write_where_leak_or_another_rule_covers(void **state)
{
	struct act a = rig_act(&r, 0);

	(void)state;
	page_alloc(&a, 0);
	leaky(true);
	oracle_leak(&a, (struct meaning){0, 12}, 4, true);
	finish();
	assert_clean();
	oracle_leak(&a, (struct meaning){0, 8}, 8, false);
	load(0, 8);
	assert_int_equal(w_top(&r.w)->broken, BIT(R_STALE_LOAD));
	finish();
	assert_int_equal(w_top(&r.w)->broken, BIT(R_STALE_LOAD));
}

static void test_dma_ownership(void **state)
{
	static const u32 inside[] = {8, 12, 16, 36};
	u32 i;

	(void)state;
	own(0, 0);
	for (i = 0; i < ARRAY_SIZE(inside); i++) {
		put(&r.w, &w_top(&r.w)->broken, 0);
		rig_forget(&r);
		load(0, inside[i]);
		assert_int_equal(w_top(&r.w)->broken, BIT(R_DMA_OWNERSHIP));
		assert_false(rig_warned(&r, W_LINE_SHARED));
		put(&r.w, &w_top(&r.w)->broken, 0);
		store(0, inside[i]);
		assert_int_equal(w_top(&r.w)->broken, BIT(R_DMA_OWNERSHIP));
	}
}

/* A device that only reads lets the CPU read, not write. */
static void test_ownership_of_a_reader(void **state)
{
	(void)state;
	own(1, 1);
	load(1, 0);
	assert_clean();
	store(1, 0);
	assert_int_equal(w_top(&r.w)->broken, BIT(R_DMA_OWNERSHIP));
}

static void test_no_ownership_when_not_the_devices(void **state)
{
	(void)state;
	load(0, 8);
	store(0, 8);
	own(0, 0);
	put(&r.w, &w_map(&r.w, 0)->state, MAP_CPU);
	load(0, 8);
	store(0, 12);
	store(1, 8);
	assert_clean();
	assert_int_equal(r.w.findings, 0);
}

/* The other bytes of the first and the last line: 0 .. 8 and 40 .. 48. */
static void test_line_shared(void **state)
{
	static const u32 shared[] = {0, 4, 40, 44};
	u32 i;

	(void)state;
	own(0, 0);
	for (i = 0; i < ARRAY_SIZE(shared); i++) {
		rig_forget(&r);
		load(0, shared[i]);
		assert_true(rig_warned(&r, W_LINE_SHARED));
		rig_forget(&r);
		store(0, shared[i]);
		assert_true(rig_warned(&r, W_LINE_SHARED));
	}
	assert_clean();
}

static void test_no_line_shared_in_the_next_line(void **state)
{
	(void)state;
	own(0, 0);
	load(0, 48);
	store(0, 60);
	store(1, 8);
	assert_int_equal(r.w.findings, 0);
}

static void test_no_line_shared_on_a_coherent_machine(void **state)
{
	bool identities = r.k.identities;

	(void)state;
	rig_down(&r);
	up(identities, true);
	own(0, 0);
	store(0, 0);
	assert_int_equal(r.w.findings, 0);
}

/* A device that snoops by itself shares lines as harmlessly as a machine on which all do. */
static void test_no_line_shared_with_a_coherent_device(void **state)
{
	(void)state;
	own(2, 0);
	store(0, 60);
	assert_int_equal(r.w.findings, 0);
}

/* An L2 line of 32 bytes is what counts where it is the longest. */
static void test_line_shared_by_the_longest_line(void **state)
{
	bool identities = r.k.identities;

	(void)state;
	rig_down(&r);
	rig_init(&r);
	r.k.identities = identities;
	rig_l2(&r, 4, 2, 5);
	rig_pages(&r, 1, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_map(&r, DMA_MAP_SINGLE, DMA_FROM_DEVICE, NO_ID);
	rig_sg(&r, 0, 16, 16);
	rig_up(&r);
	own(0, 0);
	store(0, 0);
	assert_true(rig_warned(&r, W_LINE_SHARED));
	rig_forget(&r);
	store(0, 32);
	assert_int_equal(r.w.findings, 0);
}

/* One finding a rule and step in one choice, however often it fires; warnings break nothing. */
static void test_findings(void **state)
{
	struct act a = rig_act(&r, 0);

	(void)state;
	oracle_warn(&a, W_SLOT_BUSY, (struct meaning){NO_ID, 0});
	assert_clean();
	oracle_break(&a, R_STALE_LOAD, (struct meaning){0, 0}, 1, 2);
	oracle_break(&a, R_STALE_LOAD, (struct meaning){0, 4}, 3, 4);
	assert_int_equal(r.w.findings, 2);
	assert_int_equal(r.w.finding[1].got, 1);
	assert_int_equal(r.w.finding[1].want, 2);
	oracle_break_kernel(&a, R_DEADLOCK);
	assert_int_equal(r.w.finding[2].page, NO_ID);
	assert_int_equal(w_top(&r.w)->ended, END_NOT);
	oracle_end(&a, R_BUG_ON, (struct meaning){NO_ID, 0});
	assert_int_equal(w_top(&r.w)->ended, END_EARLY);
	assert_int_equal(w_top(&r.w)->broken, BIT(R_STALE_LOAD) | BIT(R_DEADLOCK) | BIT(R_BUG_ON));
}

/* An offset past the page's end means the pages that follow. */
static void test_meaning_goes_on_over_pages(void **state)
{
	struct meaning m = meaning_at(&r.k, (struct meaning){0, 60}, 8);

	(void)state;
	assert_int_equal(m.page, 1);
	assert_int_equal(m.offset, 4);
	m = meaning_at(&r.k, (struct meaning){1, 64 * 2 + 3}, 0);
	assert_int_equal(m.page, 3);
	assert_int_equal(m.offset, 3);
	m = meaning_at(&r.k, (struct meaning){NO_ID, 60}, 8);
	assert_int_equal(m.page, NO_ID);
	assert_int_equal(m.offset, 68);
}

int main(void)
{
#define T(name)                                                                                    \
	cmocka_unit_test_setup_teardown(name, set_up_identities, tear_down),                       \
		cmocka_unit_test_setup_teardown(name, set_up_newest, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_stale_load),
		T(test_no_stale_load_after_invalidation),
		T(test_stale_load_after_clobbering),
		T(test_stale_dma_read),
		T(test_no_stale_dma_read_after_write_back),
		T(test_boot_content_is_newest),
		T(test_leak),
		T(test_no_leak_outside_a_mapping),
		T(test_no_leak_once_written),
		T(test_leak_by_a_device),
		T(test_no_leak_after_free),
		T(test_lost_write),
		T(test_no_lost_write_while_somewhere),
		T(test_no_lost_write_in_a_free_page),
		T(test_no_lost_write_where_leak_or_another_rule_covers),
		T(test_dma_ownership),
		T(test_ownership_of_a_reader),
		T(test_no_ownership_when_not_the_devices),
		T(test_line_shared),
		T(test_no_line_shared_in_the_next_line),
		T(test_no_line_shared_on_a_coherent_machine),
		T(test_no_line_shared_with_a_coherent_device),
		T(test_line_shared_by_the_longest_line),
		T(test_findings),
		T(test_meaning_goes_on_over_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
