// SPDX-License-Identifier: GPL-2.0-or-later
/* The L1s of two CPUs: what one does with a line that the other has. */
#include "../support/cells.h"

#include "../../src/pagetable.h"

static struct rig r;

#define PAGE 64u
#define CPUS 2u

/* Context i is on CPU i. One lowmem page; lines of 16 bytes. */
static void begin(bool snooped)
{
	u32 i;

	rig_init(&r);
	r.k.identities = true;
	r.k.machine.cpus = CPUS;
	r.k.machine.l1_snooped = snooped;
	rig_pages(&r, 1, false);
	for (i = 0; i < CPUS; i++) {
		r.context[rig_context(&r, LEVEL_PROCESS, ON_START, 1)].cpu = i;
		rig_step(&r, (struct step){.fn = KF_step_load});
	}
}

static u32 va(u32 offset)
{
	return rig_kseg0(&r, 0) + offset;
}

static void load(u32 cpu, u32 address)
{
	struct act a = rig_act(&r, cpu);

	a.step = cpu;
	assert_int_equal(bus_load(&a, address, (struct meaning){NO_ID, 0}, 4, NULL), ACCESS_DONE);
}

static void store(u32 cpu, u32 address)
{
	struct act a = rig_act(&r, cpu);
	const u32 *n = r.w.word + r.k.layout.iteration + cpu;

	a.step = cpu;
	put(&r.w, n, *n + 1);
	assert_int_equal(bus_store(&a, address, (struct meaning){NO_ID, 0}, 4), ACCESS_DONE);
}

static enum op_outcome hit(u32 cpu, enum cache_op op, u32 address)
{
	struct act a = rig_act(&r, cpu);
	enum op_outcome outcome;

	assert_int_equal(bus_hit_op(&a, op, address, (struct meaning){NO_ID, 0}, &outcome),
			 ACCESS_DONE);
	return outcome;
}

static const struct w_line *line(u32 cpu, u32 offset)
{
	u32 pa = cell_page_pa(&r.k, 0) + offset, colour;
	const struct w_line *l = NULL;

	for (colour = 0; !l && colour < r.k.machine.l1d.colours; colour++)
		l = cache_find(&r.w, cpu, cache_colour_set(&r.k, cpu, pa, colour), pa);
	return l;
}

/* Another CPU's load: the dirty line goes to memory and stays, clean, in both. */
static void test_load_of_a_dirty_line(void **state)
{
	(void)state;
	begin(true);
	rig_up(&r);
	store(0, va(0));
	load(1, va(0));
	assert_int_equal(r.w.findings, 0);
	assert_int_equal(rig_event(&r, EV_WRITEBACK, 0)->a, 0);
	assert_false(line(0, 0)->dirty);
	assert_false(line(1, 0)->dirty);
	/* and the next store takes it out of the other one again */
	store(1, va(4));
	assert_null(line(0, 0));
	assert_true(line(1, 0)->dirty);
	load(0, va(4));
	load(0, va(0));
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_down(&r);
}

/* A store that misses: the line comes with what the other CPU wrote to its other bytes. */
static void test_store_to_a_dirty_line(void **state)
{
	(void)state;
	begin(true);
	rig_up(&r);
	store(0, va(0));
	store(1, va(8));
	assert_null(line(0, 0));
	load(1, va(0));
	load(1, va(8));
	assert_int_equal(w_top(&r.w)->broken, 0);
	rig_down(&r);
}

/* Without snooping each L1 goes on with what it has. */
static void test_nothing_is_snooped(void **state)
{
	(void)state;
	begin(false);
	rig_up(&r);
	load(1, va(0));
	store(0, va(0));
	assert_non_null(line(1, 0));
	load(1, va(0));
	assert_true(rig_broken(&r, R_STALE_LOAD));
	assert_int_equal(hit(1, Hit_Writeback_Inv_D, va(0)), OP_CLEAN);
	assert_true(line(0, 0)->dirty);
	rig_down(&r);
}

/* Hit ops reach all L1s of a coherent machine, index ops only this CPU's. */
static void test_hit_ops_reach_the_other_cpu(void **state)
{
	enum op_outcome outcome;

	(void)state;
	begin(true);
	r.k.ways_matter = true;
	rig_up(&r);
	store(0, va(0));
	assert_int_equal(hit(1, Hit_Writeback_D, va(0)), OP_WROTE_BACK);
	assert_false(line(0, 0)->dirty);
	assert_int_equal(hit(1, Hit_Writeback_Inv_D, va(0)), OP_CLEAN);
	assert_null(line(0, 0));
	store(0, va(0));
	assert_int_equal(hit(1, Hit_Invalidate_D, va(0)), OP_DROPPED);
	assert_null(line(0, 0));
	assert_int_equal(hit(1, Hit_Invalidate_D, va(0)), OP_MISS);
	store(0, va(0));
	bus_index_op(&(struct act){.w = &r.w, .k = &r.k, .cpu = 1, .ctx = 1}, Index_Writeback_Inv_D,
		     0, 0, &outcome);
	assert_true(line(0, 0)->dirty);
	rig_down(&r);
}

/* The other L1 may have the line in any colour. */
static void test_all_colours(void **state)
{
	u32 user = 0x1000, colour;

	(void)state;
	for (colour = 0; colour < 2; colour++) {
		begin(true);
		rig_l1(&r, 8, 1, 4);
		rig_user(&r, 0, user);
		rig_user(&r, 0, user + PAGE);
		rig_up(&r);
		assert_int_equal(r.k.machine.l1d.colours, 2);
		put(&r.w, &w_cpu(&r.w, 0)->asid, 1);
		put(&r.w, r.w.word + r.k.layout.user_pte + colour,
		    pagetable_make(&r.k, 0, false, false));
		do {
			struct act a = rig_act(&r, 0);

			if (bus_store(&a, user + colour * PAGE, (struct meaning){0, 0}, 4) ==
			    ACCESS_DONE)
				break;
		} while (true);
		load(1, va(0));
		assert_int_equal(w_top(&r.w)->broken, 0);
		assert_false(line(0, 0)->dirty);
		store(1, va(0));
		assert_null(line(0, 0));
		rig_down(&r);
	}
}

/*
 * Whatever two CPUs do to one page, on every kind of cache: while the L1s snoop, nobody ever reads old data, and a
 * dirty line is in no other L1. Where they do not, some of the same walks go wrong.
 */
static u32 walk(bool snooped, u32 seed)
{
	static const enum cache_op ops[] = {Hit_Writeback_Inv_D, Hit_Writeback_D};
	struct choice evict;
	u32 n, cpu, offset;

	begin(snooped);
	rig_l1(&r, 2, 1 + seed % 2, 4);
	r.k.machine.l1d.write_through = seed % 5 == 4;
	r.k.machine.l1d.no_write_allocate = seed % 3 == 2;
	if (seed % 7 < 3) {
		rig_l2(&r, 2, 1 + seed % 2, 4 + seed % 2);
		r.k.machine.l2.inclusive = seed % 7 == 2;
	}
	rig_up(&r);
	for (n = 0; n < 300; n++) {
		seed = seed * 1103515245u + 12345u;
		cpu = seed >> 16 & 1;
		offset = (seed >> 17 & 15) * 4;
		rig_forget(&r);
		switch (seed >> 21 & 7) {
		case 0:
			if (engine_find_eviction(&r.w, 0, offset & ~15u, 0, &evict))
				engine_apply(&r.w, &evict);
			break;
		case 1:
			hit(cpu, ops[seed >> 24 & 1], va(offset));
			break;
		case 2:
		case 3:
		case 4:
			store(cpu, va(offset));
			break;
		default:
			load(cpu, va(offset));
			break;
		}
		if (snooped && line(0, offset) && line(1, offset)) {
			assert_false(line(0, offset)->dirty);
			assert_false(line(1, offset)->dirty);
		}
	}
	n = w_top(&r.w)->broken;
	rig_down(&r);
	return n;
}

static void test_walks(void **state)
{
	u32 seed, wrong = 0;

	(void)state;
	for (seed = 0; seed < 500; seed++) {
		assert_int_equal(walk(true, seed), 0);
		wrong += walk(false, seed) != 0;
	}
	assert_true(wrong > 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load_of_a_dirty_line),
		cmocka_unit_test(test_store_to_a_dirty_line),
		cmocka_unit_test(test_nothing_is_snooped),
		cmocka_unit_test(test_hit_ops_reach_the_other_cpu),
		cmocka_unit_test(test_all_colours),
		cmocka_unit_test(test_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
