// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The choices a world offers, their order, and that each can be taken back. Choices are written as a letter
 * and who: "S0" context 0 steps, "E1" context 1 enters, "D0" device 0, "V0:2"
 * cache 0 loses a line of set 2, "F" the schedule ends.
 */
#include "../support/cells.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../src/tlb_model.h"

static struct rig r;

#define ROOM 64u

static const char *name(const struct choice *c)
{
	static char text[32];

	switch ((enum choice_kind)c->kind) {
	case CHOICE_STEP:
		snprintf(text, sizeof(text), "S%u", c->actor);
		break;
	case CHOICE_ENTER:
		snprintf(text, sizeof(text), "E%u", c->actor);
		break;
	case CHOICE_DEVICE:
		snprintf(text, sizeof(text), "D%u", c->actor);
		break;
	case CHOICE_EVICT:
		snprintf(text, sizeof(text), "V%u:%u", c->actor, c->set);
		break;
	case CHOICE_FILL:
		snprintf(text, sizeof(text), "P%u:%u:%x", c->actor, c->set, c->arg);
		break;
	case CHOICE_DRAIN:
		snprintf(text, sizeof(text), "B%u", c->actor);
		break;
	case CHOICE_FINISH:
		return "F";
	}
	return text;
}

static const char *choices(bool plain)
{
	static char text[1024];
	struct choice c[ROOM];
	size_t used = 0;
	u32 n = plain ? engine_enabled_plain(&r.w, c, ROOM) : engine_enabled(&r.w, c, ROOM);
	u32 i;

	assert_true(n <= ROOM);
	text[0] = '\0';
	for (i = 0; i < n; i++) {
		assert_true(engine_possible(&r.w, &c[i]));
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
					 name(&c[i]));
	}
	return text;
}

#define assert_choices(want) assert_string_equal(choices(false), want)

static struct step access_step(enum kfunc fn, u32 page, u32 offset)
{
	return (struct step){.fn = fn, .at = {OPERAND_KSEG0, page, offset, 4}};
}

/* Process 0 stores twice, process 1 loads, hardirq 2 loads; device 0. */
static void begin(void)
{
	rig_init(&r);
	rig_l2(&r, 4, 2, 4);
	rig_pages(&r, 2, false);
	rig_device(&r, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, access_step(KF_step_store, 0, 0));
	rig_step(&r, access_step(KF_step_store, 0, 16));
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, access_step(KF_step_load, 0, 0));
	rig_context(&r, LEVEL_HARDIRQ, ON_ANY, 1);
	rig_step(&r, access_step(KF_step_load, 1, 0));
	rig_map(&r, DMA_MAP_SINGLE, DMA_TO_DEVICE, 0);
	rig_sg(&r, 1, 32, 16);
}

static void test_order(void **state)
{
	(void)state;
	begin();
	rig_up(&r);
	assert_choices("E0 E1 E2");
	rig_enter(&r, 0);
	assert_choices("S0 E2");
	put(&r.w, &w_map(&r.w, 0)->state, MAP_DEVICE);
	put(&r.w, &w_device(&r.w, 0)->map, 1);
	put(&r.w, &w_device(&r.w, 0)->starter, 1);
	assert_choices("S0 E2 D0");
	rig_go(&r, 0);
	assert_choices("S0 E2 D0 V0:0 V1:0");
	assert_string_equal(choices(true), "S0 E2 D0");
	rig_go(&r, 0);
	assert_choices("E1 E2 D0 V0:0 V0:1 V1:0 V1:1");
	rig_enter(&r, 2);
	rig_run(&r, 2);
	rig_enter(&r, 1);
	rig_run(&r, 1);
	assert_string_equal(choices(true), "D0");
	rig_take(&r, CHOICE_DEVICE, 0);
	rig_take(&r, CHOICE_DEVICE, 0);
	put(&r.w, &w_map(&r.w, 0)->state, MAP_NONE);
	/* the end is possible, but a dirty line could still clobber what it will look at */
	assert_choices("F V0:0 V0:0 V0:1 V1:0 V1:0 V1:1");
	rig_take(&r, CHOICE_FINISH, 0);
	assert_int_equal(w_top(&r.w)->ended, END_COMPLETE);
	assert_int_equal(w_top(&r.w)->broken, 0);
	assert_choices("");
	rig_down(&r);
}

/* The number does not depend on the room, and nothing is written past it. */
static void test_room(void **state)
{
	struct choice all[ROOM], some[ROOM];
	u32 n, room, i;

	(void)state;
	begin();
	rig_up(&r);
	rig_enter(&r, 0);
	rig_go(&r, 0);
	rig_go(&r, 0);
	n = engine_enabled(&r.w, all, ROOM);
	assert_int_equal(n, 6);
	for (room = 0; room <= n; room++) {
		memset(some, 0xee, sizeof(some));
		assert_int_equal(engine_enabled(&r.w, some, room), n);
		assert_memory_equal(some, all, room * sizeof(*all));
		for (i = room * (u32)sizeof(*some); i < sizeof(some); i++)
			assert_int_equal(((const u8 *)some)[i], 0xee);
	}
	rig_down(&r);
}

/* The same with a single choice before the evictions. */
static void test_no_room_for_the_only_choice(void **state)
{
	struct choice c[ROOM];
	u32 n;

	(void)state;
	begin();
	rig_up(&r);
	rig_enter(&r, 2);
	rig_run(&r, 2);
	rig_enter(&r, 0);
	rig_go(&r, 0);
	n = engine_enabled(&r.w, c, ROOM);
	assert_int_equal(n, 1 + 4);
	assert_int_equal(engine_enabled(&r.w, c, 1), n);
	assert_int_equal(engine_enabled(&r.w, c, 0), n);
	rig_down(&r);
}

/* Nothing can go on and not all has ended: the end is the only choice, and it is a deadlock. */
static void test_deadlock(void **state)
{
	(void)state;
	rig_init(&r);
	rig_device(&r, false);
	rig_pages(&r, 1, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, access_step(KF_step_store, 0, 0));
	rig_step(&r, (struct step){.fn = KF_step_wait_irq, .arg = {0}});
	rig_up(&r);
	rig_enter(&r, 0);
	rig_go(&r, 0);
	assert_false(engine_possible(&r.w, &(struct choice){CHOICE_FINISH, 0, 0, 0, 0}));
	rig_go(&r, 0);
	assert_choices("F");
	rig_take(&r, CHOICE_FINISH, 0);
	assert_int_equal(w_top(&r.w)->broken, BIT(R_DEADLOCK));
	assert_int_equal(w_top(&r.w)->ended, END_EARLY);
	assert_choices("");
	rig_down(&r);
}

/* One that repeats for ever may go on beside the end; where all do there is no end. */
static void test_finish_beside_what_repeats(void **state)
{
	u32 all;

	(void)state;
	for (all = 0; all < 2; all++) {
		rig_init(&r);
		rig_pages(&r, 1, false);
		rig_context(&r, LEVEL_PROCESS, ON_START, all ? TIMES_FOREVER : 1);
		rig_step(&r, access_step(KF_step_load, 0, 0));
		rig_context(&r, LEVEL_HARDIRQ, ON_ANY, TIMES_FOREVER);
		rig_step(&r, access_step(KF_step_load, 0, 16));
		rig_up(&r);
		rig_enter(&r, 0);
		rig_run(&r, 0);
		assert_string_equal(choices(true), all ? "E0 E1" : "E1 F");
		rig_enter(&r, 1);
		assert_string_equal(choices(true), "S1");
		rig_down(&r);
	}
}

/* Bounded evictions are used up; beyond the bound they are possible, but not offered. */
static void test_evictions_are_bounded(void **state)
{
	struct choice c;
	u32 bound;

	(void)state;
	for (bound = 0; bound <= 2; bound++) {
		u32 used;

		begin();
		r.k.bounds.set = BIT(BOUND_EVICTIONS);
		r.k.bounds.most[BOUND_EVICTIONS] = bound;
		rig_up(&r);
		rig_enter(&r, 0);
		rig_go(&r, 0);
		rig_go(&r, 0);
		for (used = 0; used < bound; used++) {
			struct choice list[ROOM];
			u32 n = engine_enabled(&r.w, list, ROOM);

			assert_int_equal(list[n - 1].kind, CHOICE_EVICT);
			engine_apply(&r.w, &list[n - 1]);
			assert_int_equal(w_top(&r.w)->used[BOUND_EVICTIONS], used + 1);
		}
		assert_choices("E1 E2");
		assert_true(engine_find_eviction(&r.w, 0, 0, 0, &c));
		assert_true(engine_possible(&r.w, &c));
		rig_down(&r);
	}
}

/*
 * What a bound keeps out is said. Where nothing else could go on the schedule stops, which is no deadlock; an interrupt
 * that may not arrive any more need not.
 */
static void test_what_bounds_keep_out(void **state)
{
	(void)state;
	begin();
	r.k.bounds = (struct bounds){BIT(BOUND_STEPS) | BIT(BOUND_HARDIRQS) | BIT(BOUND_BURSTS) |
					     BIT(BOUND_EVICTIONS),
				     {[BOUND_STEPS] = 3}};
	rig_up(&r);
	assert_choices("E0 E1");
	assert_int_equal(engine_withheld(&r.w), BIT(BOUND_HARDIRQS));
	rig_enter(&r, 0);
	put(&r.w, &w_map(&r.w, 0)->state, MAP_DEVICE);
	put(&r.w, &w_device(&r.w, 0)->map, 1);
	put(&r.w, &w_device(&r.w, 0)->starter, 1);
	assert_choices("S0");
	assert_int_equal(engine_withheld(&r.w), BIT(BOUND_HARDIRQS) | BIT(BOUND_BURSTS));
	rig_run(&r, 0);
	assert_int_equal(r.w.withheld,
			 BIT(BOUND_HARDIRQS) | BIT(BOUND_BURSTS) | BIT(BOUND_EVICTIONS));
	put(&r.w, &w_device(&r.w, 0)->map, 0);
	rig_enter(&r, 1);
	rig_go(&r, 1);
	assert_int_equal(w_top(&r.w)->used[BOUND_STEPS], 3);
	put(&r.w, &w_map(&r.w, 0)->state, MAP_NONE);
	/* all is done but for the interrupt */
	assert_choices("F");
	rig_take(&r, CHOICE_FINISH, 0);
	assert_int_equal(w_top(&r.w)->ended, END_COMPLETE);
	rig_down(&r);

	begin();
	r.k.bounds = (struct bounds){BIT(BOUND_STEPS), {[BOUND_STEPS] = 1}};
	rig_up(&r);
	rig_enter(&r, 0);
	rig_go(&r, 0);
	rig_enter(&r, 2);
	assert_choices("");
	assert_int_equal(engine_withheld(&r.w), BIT(BOUND_STEPS));
	assert_int_equal(w_top(&r.w)->ended, END_NOT);
	rig_down(&r);
}

/* Evictions write dirty lines back one level and take them out; without a bound nothing is counted. */
static void test_eviction(void **state)
{
	struct choice c;
	u32 pa;

	(void)state;
	begin();
	rig_up(&r);
	rig_enter(&r, 0);
	rig_go(&r, 0);
	pa = cell_page_pa(&r.k, 0);
	/* the L1's copy is the first, the L2's the second, there is no third */
	assert_false(engine_find_eviction(&r.w, 0, 0, 2, &c));
	assert_false(engine_find_eviction(&r.w, 0, 32, 0, &c));
	assert_true(engine_find_eviction(&r.w, 0, 4, 1, &c));
	assert_int_equal(c.actor, 1);
	assert_true(engine_find_eviction(&r.w, 0, 4, 0, &c));
	assert_int_equal(c.actor, 0);
	assert_int_equal(c.arg, pa);
	engine_apply(&r.w, &c);
	assert_null(cache_find(&r.w, 0, c.set, pa));
	assert_int_equal(cache_find(&r.w, 1, cache_set(&r.k, 1, pa, pa), pa)->dirty, 1);
	assert_int_equal(w_top(&r.w)->used[BOUND_EVICTIONS], 0);
	assert_false(engine_possible(&r.w, &c));
	assert_bug(engine_apply(&r.w, &c));
	rig_down(&r);
}

/*
 * TLB victims: the alternatives of a refill are the replaceable entries of a full TLB; with tlb_any also those of
 * one that has room, behind the one that replaces none.
 */
static void test_victims(void **state)
{
	const struct meaning nothing = {NO_ID, 0};
	u32 any;

	(void)state;
	for (any = 0; any < 2; any++) {
		u32 i;

		rig_init(&r);
		r.k.machine.tlb_entries = 3;
		r.k.tlb_any = any;
		rig_pages(&r, 1, false);
		rig_user(&r, 0, 0x1000);
		rig_context(&r, LEVEL_PROCESS, ON_START, 1);
		rig_step(&r, access_step(KF_step_load, 0, 0));
		rig_up(&r);
		rig_enter(&r, 0);
		for (i = 0; i <= 3; i++) {
			u32 want = i == 3 ? 3 : any ? i + 1 : 0;
			struct act a = rig_act(&r, 0);
			struct choice c = {.kind = CHOICE_STEP};
			u32 n = 1;

			r.w.pick = (struct pick){0};
			assert_int_equal(bus_load(&a, 0x1000, nothing, 4, NULL), ACCESS_AGAIN);
			while (engine_next_pick(&r.w, &c)) {
				assert_int_equal(c.pick, n++);
				r.w.pick.value = c.pick;
			}
			assert_int_equal(n, want > 1 ? want : 1);
			/* its entry makes room for another one */
			tlb_drop(&r.w, 0, tlb_probe(&r.w, 0, 0x1000, w_cpu(&r.w, 0)->asid));
			if (i == 3)
				break;
			while (w_cpu(&r.w, 0)->tlb_entries > i)
				tlb_drop(&r.w, 0, 0);
			tlb_write_random(&r.w, 0,
					 &(struct tlb_entry){
						 .vpn2 = 0x4000 + 128 * i, .mask = 127, .asid = 1},
					 NO_ID);
		}
		/* a digit that names no entry is told, and does no harm */
		r.w.pick = (struct pick){.value = 7};
		assert_int_equal(world_pick(&r.w, 3, BOUND_CACHE_VICTIMS, false), 0);
		assert_false(engine_pick_fits(&r.w));
		rig_down(&r);
	}
}

static void test_impossible(void **state)
{
	(void)state;
	begin();
	rig_up(&r);
	assert_false(engine_possible(&r.w, &(struct choice){CHOICE_STEP, 0, 0, 0, 0}));
	assert_false(engine_possible(&r.w, &(struct choice){CHOICE_STEP, 9, 0, 0, 0}));
	assert_false(engine_possible(&r.w, &(struct choice){CHOICE_ENTER, 3, 0, 0, 0}));
	assert_false(engine_possible(&r.w, &(struct choice){CHOICE_DEVICE, 0, 0, 0, 0}));
	assert_false(engine_possible(&r.w, &(struct choice){CHOICE_DEVICE, 1, 0, 0, 0}));
	assert_false(engine_possible(&r.w, &(struct choice){CHOICE_EVICT, 0, 0, 0, 0}));
	assert_false(engine_possible(&r.w, &(struct choice){CHOICE_EVICT, 2, 0, 0, 0}));
	assert_false(engine_possible(&r.w, &(struct choice){CHOICE_EVICT, 0, 99, 0, 0}));
	assert_false(engine_possible(&r.w, &(struct choice){CHOICE_FINISH, 0, 0, 0, 0}));
	assert_false(engine_possible(&r.w, &(struct choice){77, 0, 0, 0, 0}));
	rig_down(&r);
}

/* Findings are those of the last choice; the rules broken stay. */
static void test_findings_are_of_the_last_choice(void **state)
{
	struct act a;

	(void)state;
	begin();
	rig_up(&r);
	a = rig_act(&r, 0);
	oracle_break_kernel(&a, R_BUG_ON);
	rig_enter(&r, 0);
	assert_int_equal(r.w.findings, 0);
	assert_true(rig_broken(&r, R_BUG_ON));
	rig_down(&r);
}

/*
 * A whole driver's life: a page is allocated, mapped by kmap, stored to, given to a device that reads it,
 * waited for, taken back, freed; beside it a hardirq that syncs a page of its own through ARM's slot, and
 * evictions. From each of many states each choice is taken and taken back.
 */
static void up_life(bool identities, bool any)
{
	rig_init(&r);
	r.k.identities = identities;
	r.k.evictions_any = any;
	r.k.tlb_any = any;
	r.k.preempt = true;
	r.k.machine.tlb_entries = 2;
	rig_l1(&r, 4, 2, 4);
	rig_l2(&r, 4, 2, 5);
	rig_pages(&r, 1, false);
	rig_pages(&r, 3, true);
	rig_strategy(&r, RIG_ARM);
	rig_device(&r, false);
	rig_map(&r, DMA_MAP_SG, DMA_BIDIRECTIONAL, 0);
	rig_sg(&r, 1, 8, 72);
	rig_map(&r, DMA_MAP_PAGE, DMA_FROM_DEVICE, NO_ID);
	rig_sg(&r, 3, 0, 32);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_alloc, .arg = {1, 2}});
	rig_step(&r, (struct step){.fn = KF_step_kmap, .arg = {1, 0, 0}});
	rig_step(&r, (struct step){.fn = KF_step_store, .at = {OPERAND_HANDLE, 0, 0, 32}});
	rig_step(&r, (struct step){.fn = KF_step_dma_map, .arg = {0}});
	rig_step(&r, (struct step){.fn = KF_step_dev_start, .arg = {0, 0, DMA_TO_DEVICE}});
	rig_step(&r, (struct step){.fn = KF_step_wait_irq, .arg = {0}});
	rig_step(&r, (struct step){.fn = KF_step_dma_unmap, .arg = {0}});
	rig_step(&r, (struct step){.fn = KF_step_load, .at = {OPERAND_HANDLE, 0, 0, 32}});
	rig_step(&r, (struct step){.fn = KF_step_kunmap, .arg = {0, 0, 0}});
	rig_step(&r, (struct step){.fn = KF_step_free, .arg = {1, 2}});
	rig_context(&r, LEVEL_PROCESS, ON_START, TIMES_FOREVER);
	rig_step(&r, access_step(KF_step_store, 0, 16));
	rig_context(&r, LEVEL_HARDIRQ, ON_ANY, TIMES_FOREVER);
	rig_step(&r, (struct step){.fn = KF_step_dma_map, .arg = {1}});
	rig_step(&r, (struct step){.fn = KF_step_dma_unmap, .arg = {1}});
	rig_up(&r);
}

static u32 seed;

static u32 pick(u32 below)
{
	seed = seed * 1664525u + 1013904223u;
	return (u32)((u64)(seed >> 4) * below >> 28);
}

static void test_every_choice_can_be_taken_back(void **state)
{
	u32 mode, round, step, i, n, taken = 0, ends = 0;

	(void)state;
	seed = 7;
	for (mode = 0; mode < 4; mode++) {
		u32 words;
		u32 *kept, *first;
		u64 first_hash;

		up_life(mode & 1, mode & 2);
		r.w.listen = NULL;
		words = r.k.layout.words;
		kept = (u32 *)malloc(words * sizeof(u32));
		first = (u32 *)malloc(words * sizeof(u32));
		assert_true(kept && first);
		memcpy(first, r.words, words * sizeof(u32));
		first_hash = r.w.hash;
		for (round = 0; round < 12; round++) {
			for (step = 0; step < 800; step++) {
				struct choice c[ROOM];
				u64 hash = r.w.hash;

				n = engine_enabled(&r.w, c, ROOM);
				assert_true(n <= ROOM);
				if (!n)
					break;
				memcpy(kept, r.words, words * sizeof(u32));
				for (i = 0; i < n; i++) {
					r.w.logged = 0;
					engine_apply(&r.w, &c[i]);
					assert_true(r.w.logged <= world_step_bound(&r.k));
					assert_true(world_hash(&r.w) == r.w.hash);
					world_undo(&r.w, 0, hash);
					assert_memory_equal(r.words, kept, words * sizeof(u32));
					assert_true(world_hash(&r.w) == hash);
					taken++;
				}
				r.w.logged = 0;
				/* what is under way goes on most of the time */
				engine_apply(&r.w, &c[pick(8) ? 0 : pick(n)]);
			}
			ends += w_top(&r.w)->ended == END_COMPLETE;
			memcpy(r.words, first, words * sizeof(u32));
			r.w.hash = first_hash;
		}
		free(kept);
		free(first);
		rig_down(&r);
	}
	print_message("%u choices taken back, %u schedules complete\n", taken, ends);
	assert_true(taken > 20000);
	assert_true(ends > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_no_room_for_the_only_choice),
		cmocka_unit_test(test_deadlock),
		cmocka_unit_test(test_finish_beside_what_repeats),
		cmocka_unit_test(test_evictions_are_bounded),
		cmocka_unit_test(test_what_bounds_keep_out),
		cmocka_unit_test(test_eviction),
		cmocka_unit_test(test_victims),
		cmocka_unit_test(test_impossible),
		cmocka_unit_test(test_findings_are_of_the_last_choice),
		cmocka_unit_test(test_every_choice_can_be_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
