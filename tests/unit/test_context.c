// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may run: levels, nesting, sleeping, triggers, numbers of runs, and what must be balanced at the end. */
#include "../support/cells.h"

#include "../../src/lock.h"

static struct rig r;

enum { PROCESS, OTHER, SOFT, HARD };

static const struct step load_step = {
	.fn = KF_step_load,
	.at = {OPERAND_KSEG0, 0, 0, 4},
};

static void begin(void)
{
	rig_init(&r);
	rig_pages(&r, 1, false);
}

static void steps(u32 n, const enum kfunc *fn)
{
	u32 i;

	for (i = 0; i < n; i++)
		rig_step(&r, fn[i] == KF_step_load ? load_step : (struct step){.fn = fn[i]});
}

#define STEPS(...)                                                                                 \
	steps(sizeof((const enum kfunc[]){__VA_ARGS__}) / sizeof(enum kfunc),                      \
	      (const enum kfunc[]){__VA_ARGS__})

static bool can_enter(u32 ctx)
{
	struct choice c;

	return engine_find_entry(&r.w, ctx, &c);
}

/* Two processes, a softirq, two hardirqs: each with one load. */
static void up_all(bool preempt, bool nesting)
{
	begin();
	r.k.preempt = preempt;
	r.k.hardirq_nesting = nesting;
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	STEPS(KF_step_load);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	STEPS(KF_step_load);
	rig_context(&r, LEVEL_SOFTIRQ, ON_ANY, 2);
	STEPS(KF_step_load);
	rig_context(&r, LEVEL_HARDIRQ, ON_ANY, 2);
	STEPS(KF_step_load);
	rig_context(&r, LEVEL_HARDIRQ, ON_ANY, 2);
	STEPS(KF_step_load);
	rig_context(&r, LEVEL_SOFTIRQ, ON_ANY, 2);
	STEPS(KF_step_load);
	rig_up(&r);
}

/*
 *	on top       may enter
 *	nobody       all
 *	process      softirq, hardirq; a process only where processes are preempted
 *	softirq      hardirq
 *	hardirq      nobody; another hardirq where they nest
 */
static void test_who_interrupts_whom(void **state)
{
	u32 preempt, nesting;

	(void)state;
	for (preempt = 0; preempt < 2; preempt++) {
		for (nesting = 0; nesting < 2; nesting++) {
			up_all(preempt, nesting);
			assert_true(can_enter(PROCESS) && can_enter(OTHER) && can_enter(SOFT) &&
				    can_enter(HARD));
			rig_enter(&r, PROCESS);
			assert_false(can_enter(PROCESS));
			assert_int_equal(can_enter(OTHER), preempt);
			assert_true(can_enter(SOFT) && can_enter(HARD));
			rig_enter(&r, SOFT);
			assert_false(can_enter(OTHER));
			assert_false(can_enter(SOFT));
			assert_false(can_enter(5)); /* another softirq */
			assert_true(can_enter(HARD));
			assert_true(context_in_interrupt(&r.w, 0));
			rig_enter(&r, HARD);
			assert_int_equal(w_ctx(&r.w, HARD)->irqs_off, !nesting);
			assert_int_equal(can_enter(4), nesting);
			assert_false(can_enter(HARD) || can_enter(5) || can_enter(OTHER));
			/* last in, first out: only the top goes on */
			assert_true(context_can_step(&r.w, HARD));
			assert_false(context_can_step(&r.w, SOFT) ||
				     context_can_step(&r.w, PROCESS));
			rig_run(&r, HARD);
			assert_true(context_can_step(&r.w, SOFT));
			assert_true(can_enter(HARD)); /* its second run */
			rig_run(&r, SOFT);
			assert_true(context_can_step(&r.w, PROCESS));
			assert_false(context_in_interrupt(&r.w, 0));
			assert_int_equal(w_top(&r.w)->broken, 0);
			rig_down(&r);
		}
	}
}

/* A hardirq straight from a hardirq does not let a softirq in when it returns to one. */
static void test_softirq_waits_for_the_outermost(void **state)
{
	(void)state;
	up_all(false, true);
	rig_enter(&r, HARD);
	rig_enter(&r, 4);
	rig_run(&r, 4);
	assert_false(can_enter(SOFT));
	rig_run(&r, HARD);
	assert_true(can_enter(SOFT));
	rig_down(&r);
}

static void test_flags_keep_interrupts_out(void **state)
{
	(void)state;
	up_all(true, false);
	rig_enter(&r, PROCESS);
	put(&r.w, &w_ctx(&r.w, PROCESS)->irqs_off, 1);
	assert_false(can_enter(OTHER) || can_enter(SOFT) || can_enter(HARD));
	put(&r.w, &w_ctx(&r.w, PROCESS)->irqs_off, 0);
	put(&r.w, &w_ctx(&r.w, PROCESS)->bh_off, 1);
	assert_false(can_enter(OTHER) || can_enter(SOFT));
	assert_true(can_enter(HARD));
	assert_true(context_in_interrupt(&r.w, 0));
	put(&r.w, &w_ctx(&r.w, PROCESS)->bh_off, 0);
	put(&r.w, &w_ctx(&r.w, PROCESS)->preempt_off, 1);
	assert_false(can_enter(OTHER));
	assert_true(can_enter(SOFT) && can_enter(HARD));
	/* bottom halves of the interrupted process stay off below a hardirq, even one with irqs on */
	put(&r.w, &w_ctx(&r.w, PROCESS)->preempt_off, 0);
	put(&r.w, &w_ctx(&r.w, PROCESS)->bh_off, 1);
	rig_enter(&r, HARD);
	put(&r.w, &w_ctx(&r.w, HARD)->irqs_off, 0);
	assert_false(can_enter(SOFT));
	put(&r.w, &w_ctx(&r.w, PROCESS)->bh_off, 0);
	put(&r.w, &w_ctx(&r.w, HARD)->irqs_off, 1);
	rig_down(&r);
}

/* A preempted process goes on later where it was, in its own address space. */
static void test_preemption(void **state)
{
	(void)state;
	begin();
	r.k.preempt = true;
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	STEPS(KF_step_load, KF_step_load);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	STEPS(KF_step_load);
	r.context[1].mm = 4;
	rig_up(&r);
	rig_enter(&r, 0);
	rig_go(&r, 0);
	assert_int_equal(w_cpu(&r.w, 0)->asid, 1);
	rig_enter(&r, 1);
	assert_int_equal(w_cpu(&r.w, 0)->asid, 5);
	assert_int_equal(w_ctx(&r.w, 0)->state, CTX_READY);
	assert_int_equal(w_ctx(&r.w, 0)->step, 1);
	rig_enter(&r, 0); /* back again */
	assert_int_equal(w_cpu(&r.w, 0)->asid, 1);
	assert_int_equal(w_ctx(&r.w, 1)->state, CTX_READY);
	assert_int_equal(w_ctx(&r.w, 0)->runs, 1);
	rig_run(&r, 0);
	rig_enter(&r, 1);
	rig_run(&r, 1);
	assert_true(context_all_ended(&r.w));
	rig_down(&r);
}

/* Interrupts run in whatever address space they find. */
static void test_interrupts_keep_the_address_space(void **state)
{
	(void)state;
	up_all(false, false);
	rig_enter(&r, OTHER);
	rig_enter(&r, HARD);
	assert_int_equal(w_cpu(&r.w, 0)->asid, 1);
	rig_down(&r);
}

static void test_times(void **state)
{
	u32 run;

	(void)state;
	begin();
	rig_context(&r, LEVEL_PROCESS, ON_START, 3);
	STEPS(KF_step_load);
	rig_context(&r, LEVEL_HARDIRQ, ON_ANY, TIMES_FOREVER);
	STEPS(KF_step_load);
	rig_up(&r);
	for (run = 0; run < 3; run++) {
		assert_false(context_all_ended(&r.w));
		rig_enter(&r, 0);
		assert_int_equal(w_ctx(&r.w, 0)->runs, run + 1);
		rig_run(&r, 0);
		assert_int_equal(w_ctx(&r.w, 0)->state, run == 2 ? CTX_DONE : CTX_IDLE);
	}
	assert_false(can_enter(0));
	assert_true(context_all_ended(&r.w));
	/* one that repeats for ever counts nothing, and holds the end up only while it runs */
	for (run = 0; run < 5; run++) {
		rig_enter(&r, 1);
		assert_false(context_all_ended(&r.w));
		rig_run(&r, 1);
		assert_int_equal(w_ctx(&r.w, 1)->runs, 0);
		assert_true(context_all_ended(&r.w));
	}
	rig_down(&r);
}

/* Triggers: an ended run counts, a raised softirq is one bit, and neither goes past `times`. */
static void test_triggers(void **state)
{
	struct act a;

	(void)state;
	begin();
	rig_context(&r, LEVEL_PROCESS, ON_START, 3);
	STEPS(KF_step_load);
	rig_context(&r, LEVEL_PROCESS, ON_CONTEXT, 2);
	r.context[1].source = 0;
	STEPS(KF_step_load);
	rig_context(&r, LEVEL_SOFTIRQ, ON_RAISE, TIMES_TRIGGERED);
	STEPS(KF_step_load);
	rig_up(&r);
	assert_false(can_enter(1) || can_enter(2));
	rig_enter(&r, 0);
	rig_run(&r, 0);
	assert_true(can_enter(1));
	rig_enter(&r, 0);
	rig_run(&r, 0);
	assert_int_equal(w_ctx(&r.w, 1)->pending, 2);
	rig_enter(&r, 0);
	rig_run(&r, 0);
	assert_int_equal(w_ctx(&r.w, 1)->pending, 2);
	rig_enter(&r, 1);
	rig_run(&r, 1);
	a = rig_act(&r, NO_ID);
	context_trigger(&a, 1); /* one run done and one due are its two */
	assert_int_equal(w_ctx(&r.w, 1)->pending, 1);
	rig_enter(&r, 1);
	rig_run(&r, 1);
	assert_int_equal(w_ctx(&r.w, 1)->state, CTX_DONE);
	assert_true(context_all_ended(&r.w));
	a = rig_act(&r, NO_ID);
	context_trigger(&a, 2);
	context_trigger(&a, 2);
	assert_int_equal(w_ctx(&r.w, 2)->pending, 1);
	assert_false(context_all_ended(&r.w));
	rig_enter(&r, 2);
	assert_int_equal(w_ctx(&r.w, 2)->pending, 0);
	context_trigger(&a, 2); /* raised while it runs: once more */
	rig_run(&r, 2);
	assert_true(can_enter(2));
	rig_enter(&r, 2);
	rig_run(&r, 2);
	assert_true(context_all_ended(&r.w));
	rig_down(&r);
}

/* What is off at the end of a run was forgotten: each flag by itself; and taken back from the CPU. */
static void test_irqs_unbalanced(void **state)
{
	static const struct {
		enum kfunc off, on;
	} flags[] = {
		{KF_local_irq_disable, KF_local_irq_enable},
		{KF_local_bh_disable, KF_local_bh_enable},
		{KF_preempt_disable, KF_preempt_enable},
		{KF_local_irq_save, KF_local_irq_restore}, /* no flags handed over: 0 is on */
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		begin();
		rig_context(&r, LEVEL_PROCESS, ON_START, 2);
		STEPS(flags[i].off, KF_step_load, flags[i].on);
		rig_context(&r, LEVEL_PROCESS, ON_START, 1);
		STEPS(flags[i].off);
		rig_up(&r);
		rig_enter(&r, 0);
		rig_go(&r, 0);
		assert_true(context_atomic(&r.w, 0));
		rig_run(&r, 0);
		assert_int_equal(w_top(&r.w)->broken, 0);
		rig_enter(&r, 1);
		rig_run(&r, 1);
		assert_int_equal(w_top(&r.w)->broken, BIT(R_IRQS_UNBALANCED));
		assert_int_equal(w_ctx(&r.w, 1)->irqs_off | w_ctx(&r.w, 1)->bh_off |
					 w_ctx(&r.w, 1)->preempt_off,
				 0);
		rig_down(&r);
	}
}

/* On without off: bottom halves and preemption are counted. A hardirq's own irqs-off is not its fault. */
static void test_enable_without_disable(void **state)
{
	u32 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		begin();
		rig_context(&r, LEVEL_PROCESS, ON_START, 1);
		STEPS(i ? KF_preempt_enable : KF_local_bh_enable, KF_step_load);
		rig_context(&r, LEVEL_HARDIRQ, ON_ANY, 1);
		STEPS(KF_step_load);
		rig_up(&r);
		rig_enter(&r, 1);
		rig_run(&r, 1);
		assert_int_equal(w_top(&r.w)->broken, 0);
		rig_enter(&r, 0);
		rig_go(&r, 0);
		assert_int_equal(w_top(&r.w)->broken, BIT(R_IRQS_UNBALANCED));
		assert_false(context_atomic(&r.w, 0));
		rig_down(&r);
	}
}

/* Sleeping leaves the CPU to others; the wake-up makes it ready, no more. */
static void test_sleep_and_wake(void **state)
{
	struct act a;

	(void)state;
	begin();
	rig_device(&r, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_wait_irq, .arg = {0}});
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	STEPS(KF_step_load);
	rig_up(&r);
	rig_enter(&r, 0);
	rig_go(&r, 0);
	assert_int_equal(w_ctx(&r.w, 0)->state, CTX_SLEEPING);
	assert_int_equal(w_ctx(&r.w, 0)->wait, WAIT_DEVICE);
	assert_false(can_enter(0));
	rig_enter(&r, 1);
	a = rig_act(&r, 1);
	context_wake(&a, WAIT_DEVICE, 1); /* another device's */
	context_wake(&a, WAIT_PAGE, 0);
	assert_int_equal(w_ctx(&r.w, 0)->state, CTX_SLEEPING);
	context_wake(&a, WAIT_DEVICE, 0);
	assert_int_equal(w_ctx(&r.w, 0)->state, CTX_READY);
	assert_int_equal(w_ctx(&r.w, 0)->wait, WAIT_NONE);
	assert_false(can_enter(0)); /* the CPU is busy */
	rig_run(&r, 1);
	rig_enter(&r, 0);
	rig_go(&r, 0); /* woken for nothing: sleeps again */
	assert_int_equal(w_ctx(&r.w, 0)->state, CTX_SLEEPING);
	a = rig_act(&r, NO_ID);
	put(&r.w, &w_device(&r.w, 0)->completions, 1);
	context_wake(&a, WAIT_DEVICE, 0);
	rig_enter(&r, 0);
	rig_run(&r, 0);
	assert_int_equal(w_device(&r.w, 0)->completions, 0);
	assert_true(context_all_ended(&r.w));
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_down(&r);
}

/* Sleeping where one must not: irqs, bottom halves or preemption off, or in an interrupt, which then hangs. */
static void test_sleep_in_atomic(void **state)
{
	static const enum kfunc off[] = {KF_local_irq_disable, KF_local_bh_disable,
					 KF_preempt_disable};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(off) + 2; i++) {
		begin();
		rig_device(&r, false);
		rig_context(&r, i < ARRAY_SIZE(off) ? LEVEL_PROCESS : (enum ctx_level)(i - 2),
			    ON_START, 1);
		if (i < ARRAY_SIZE(off))
			STEPS(off[i]);
		rig_step(&r, (struct step){.fn = KF_step_wait_irq, .arg = {0}});
		rig_up(&r);
		rig_enter(&r, 0);
		if (i < ARRAY_SIZE(off))
			rig_go(&r, 0);
		assert_int_equal(w_top(&r.w)->broken, 0);
		rig_go(&r, 0);
		assert_int_equal(w_top(&r.w)->broken, BIT(R_SLEEP_IN_ATOMIC));
		assert_int_equal(w_cpu(&r.w, 0)->current, i < ARRAY_SIZE(off) ? 0 : 1);
		assert_false(context_can_step(&r.w, 0));
		rig_down(&r);
	}
}

/* A lock that the CPU holds already: it spins for ever. In a holder it keeps preemption off. */
static void test_lock_recursion(void **state)
{
	(void)state;
	begin();
	r.k.preempt = true;
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	STEPS(KF_spin_lock, KF_step_load, KF_spin_unlock);
	rig_context(&r, LEVEL_HARDIRQ, ON_ANY, 1);
	STEPS(KF_spin_lock, KF_spin_unlock);
	rig_up(&r);
	rig_enter(&r, 0);
	rig_go(&r, 0);
	assert_int_equal(*lock_word(&r.w, LOCK_KMAP), 1);
	assert_int_equal(w_ctx(&r.w, 0)->preempt_off, 1);
	rig_enter(&r, 1);
	rig_go(&r, 1);
	assert_true(rig_broken(&r, R_LOCK_RECURSION));
	assert_false(context_can_step(&r.w, 1));
	rig_take(&r, CHOICE_FINISH, 0);
	assert_true(rig_broken(&r, R_DEADLOCK));
	rig_down(&r);
}

static void put_on_cpu(u32 ctx, u32 cpu)
{
	r.context[ctx].cpu = cpu;
}

/* A lock that another CPU holds: no step until it is given back, and interrupts come all the while. */
static void test_spinning(void **state)
{
	const struct choice step = {CHOICE_STEP, 1, 0, NO_ID};

	(void)state;
	begin();
	r.k.machine.cpus = 2;
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	STEPS(KF_spin_lock, KF_step_load, KF_spin_unlock);
	put_on_cpu(rig_context(&r, LEVEL_PROCESS, ON_START, 1), 1);
	STEPS(KF_spin_lock, KF_spin_unlock);
	put_on_cpu(rig_context(&r, LEVEL_HARDIRQ, ON_ANY, 1), 1);
	STEPS(KF_step_load);
	rig_up(&r);
	rig_enter(&r, 0);
	rig_enter(&r, 1);
	assert_true(engine_possible(&r.w, &step));
	rig_go(&r, 0);
	assert_int_equal(*lock_word(&r.w, LOCK_KMAP), 1);
	assert_true(lock_spinning(&r.w, 1));
	assert_false(engine_possible(&r.w, &step));
	rig_enter(&r, 2);
	rig_run(&r, 2);
	assert_false(engine_possible(&r.w, &step));
	rig_go(&r, 0);
	rig_go(&r, 0);
	assert_int_equal(w_ctx(&r.w, 0)->state, CTX_DONE);
	assert_false(lock_spinning(&r.w, 1));
	rig_go(&r, 1);
	assert_int_equal(*lock_word(&r.w, LOCK_KMAP), 2);
	assert_int_equal(w_ctx(&r.w, 1)->preempt_off, 1);
	rig_all(&r, 10);
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_down(&r);
}

/* Two CPUs that each hold the lock the other wants: found although an interrupt can come for ever. */
static void test_lock_circle(void **state)
{
	u32 wrong, i;

	(void)state;
	for (wrong = 0; wrong < 2; wrong++) {
		begin();
		r.k.machine.cpus = 2;
		rig_device(&r, false);
		rig_context(&r, LEVEL_PROCESS, ON_START, 1);
		STEPS(KF_step_load);
		put_on_cpu(rig_context(&r, LEVEL_PROCESS, ON_START, 1), 1);
		STEPS(KF_step_load);
		rig_context(&r, LEVEL_HARDIRQ, ON_ANY, TIMES_FOREVER);
		STEPS(KF_step_load);
		rig_up(&r);
		for (i = 0; i < 2; i++) {
			rig_enter(&r, i);
			put(&r.w, lock_word(&r.w, i), (wrong ? i : 0) + 1);
		}
		rig_call(&r, 1, KF_spin_lock, (const u32[]){0}, 1);
		assert_true(lock_spinning(&r.w, 1));
		assert_false(lock_circle(&r.w, 1));
		if (!wrong) {
			/* what it has itself is no circle, nor is a free lock */
			put(&r.w, lock_word(&r.w, 0), 0);
			assert_false(lock_spinning(&r.w, 1));
			rig_down(&r);
			continue;
		}
		rig_call(&r, 0, KF_spin_lock, (const u32[]){1}, 1);
		assert_true(lock_circle(&r.w, 0));
		assert_true(lock_circle(&r.w, 1));
		/* a handler that comes and goes changes nothing, and its end is where it shows */
		rig_enter(&r, 2);
		assert_int_equal(w_top(&r.w)->ended, END_NOT);
		rig_run(&r, 2);
		assert_int_equal(w_top(&r.w)->ended, END_EARLY);
		assert_int_equal(w_top(&r.w)->broken, BIT(R_DEADLOCK));
		rig_down(&r);
	}
}

/* `repeat`: an end mark that goes back to the body's first step until its rounds are done. */
static void test_repeat(void **state)
{
	(void)state;
	begin();
	rig_context(&r, LEVEL_PROCESS, ON_START, 2);
	STEPS(KF_step_load, KF_step_load);
	rig_step(&r, (struct step){.fn = KF_none, .arg = {2, 1, 1}});
	rig_step(&r, (struct step){.fn = KF_none, .arg = {3, 0, 0}});
	STEPS(KF_step_load);
	rig_up(&r);
	rig_enter(&r, 0);
	rig_run(&r, 0);
	assert_int_equal(rig_count(&r, EV_LOAD), 3 * (1 + 2) + 1);
	rig_enter(&r, 0);
	rig_run(&r, 0);
	assert_int_equal(rig_count(&r, EV_LOAD), 2 * (3 * (1 + 2) + 1));
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_interrupts_whom),
		cmocka_unit_test(test_softirq_waits_for_the_outermost),
		cmocka_unit_test(test_flags_keep_interrupts_out),
		cmocka_unit_test(test_preemption),
		cmocka_unit_test(test_interrupts_keep_the_address_space),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_triggers),
		cmocka_unit_test(test_irqs_unbalanced),
		cmocka_unit_test(test_enable_without_disable),
		cmocka_unit_test(test_sleep_and_wake),
		cmocka_unit_test(test_sleep_in_atomic),
		cmocka_unit_test(test_lock_recursion),
		cmocka_unit_test(test_spinning),
		cmocka_unit_test(test_lock_circle),
		cmocka_unit_test(test_repeat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
