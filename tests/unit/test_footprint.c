// SPDX-License-Identifier: GPL-2.0-or-later
/* How many TLB entries a CPU's slots can take: what the reduction leaves out rests on it. */
#include "../support/cells.h"

#include "../../src/footprint.h"
#include "../../src/kmtypes.h"

static struct rig r;

/* A cell of `contexts` contexts, whose strategy is the program. */
static void up(u32 contexts, const struct strategy_op *op, u32 ops)
{
	u32 i;

	rig_init(&r);
	rig_pages(&r, 2, true);
	for (i = 0; i < contexts; i++) {
		rig_context(&r, i ? LEVEL_HARDIRQ : LEVEL_PROCESS, ON_START, 1);
		rig_step(&r, (struct step){.fn = KF_step_dma_map});
	}
	rig_up(&r);
	r.k.strategy = (struct strategy){.op = op, .ops = ops};
}

/* The least number of entries that there is room in for all. */
static u32 entries_wanted(u32 contexts, const struct strategy_op *op, u32 ops)
{
	u32 entries;

	up(contexts, op, ops);
	for (entries = 0; entries < 64; entries++) {
		r.k.machine.tlb_entries = entries;
		if (!footprint_tlb_crowded(&r.k))
			break;
	}
	rig_down(&r);
	return entries;
}

#define CALL(fn)                                                                                   \
	{                                                                                          \
		SOP_CALL, KF_##fn, KM_USER0, 0, false                                              \
	}
#define WANTED(contexts, op) entries_wanted(contexts, op, ARRAY_SIZE(op))

/* One slot for each context that may stand in the middle of its sync; two of them share an entry. */
static void test_given_back(void **state)
{
	static const struct strategy_op local[] = {
		CALL(kmap_local), CALL(cache_op), CALL(kunmap_local), {SOP_END}};
	static const struct strategy_op stack[] = {
		CALL(kmap_atomic_stack), CALL(cache_op), CALL(kunmap_atomic_stack), {SOP_END}};

	(void)state;
	assert_int_equal(WANTED(1, local), 1);
	assert_int_equal(WANTED(2, local), 1);
	assert_int_equal(WANTED(3, local), 2);
	assert_int_equal(WANTED(3, stack), 2);
}

/* A slot that a way through the program does not give back stays: in the end all are in use. */
static void test_kept(void **state)
{
	static const struct strategy_op never[] = {CALL(kmap_local), CALL(cache_op), {SOP_END}};
	static const struct strategy_op other[] = {
		CALL(kmap_local), CALL(cache_op), CALL(kunmap_atomic_stack), {SOP_END}};
	static const struct strategy_op two[] = {CALL(kmap_local),   CALL(kmap_local),
						 CALL(cache_op),     CALL(kunmap_local),
						 CALL(kunmap_local), {SOP_END}};
	static const struct strategy_op perhaps[] = {CALL(kmap_local),
						     CALL(cache_op),
						     {SOP_UNLESS, COND_HARDIRQ, 0, 4},
						     CALL(kunmap_local),
						     {SOP_END}};
	static const struct strategy_op not_taken[] = {{SOP_UNLESS, COND_HARDIRQ, 0, 2},
						       CALL(kmap_local),
						       CALL(cache_op),
						       CALL(kunmap_local),
						       {SOP_END}};
	static const struct strategy_op moved[] = {
		CALL(kmap_local), CALL(kmap_atomic), CALL(cache_op), CALL(kunmap_local), {SOP_END}};

	(void)state;
	assert_int_equal(WANTED(1, never), KM_TYPE_NR / 2);
	assert_int_equal(WANTED(1, other), KM_TYPE_NR / 2);
	assert_int_equal(WANTED(1, two), KM_TYPE_NR / 2);
	assert_int_equal(WANTED(1, perhaps), KM_TYPE_NR / 2);
	assert_int_equal(WANTED(1, not_taken), KM_TYPE_NR / 2);
	/* and the named one */
	assert_int_equal(WANTED(1, moved), KM_TYPE_NR / 2 + 1);
}

/* Stacked slots are beside the named ones: a strategy of both needs entries for both. */
static void test_named_and_stacked(void **state)
{
	static const struct strategy_op both[] = {CALL(kmap_local),   CALL(cache_op),
						  CALL(kunmap_local), CALL(kmap_atomic),
						  CALL(cache_op),     CALL(kunmap_atomic),
						  {SOP_END}};

	(void)state;
	assert_int_equal(WANTED(1, both), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_given_back),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_named_and_stacked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
