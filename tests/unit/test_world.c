// SPDX-License-Identifier: GPL-2.0-or-later
/* The journal: what put() changes can be taken back word for word, and the hash tells worlds apart. */
#include "../support/cells.h"

#include <stdlib.h>

static struct rig r;

static u32 seed;

static u32 any(u32 below)
{
	seed = seed * 1664525u + 1013904223u;
	return (u32)((u64)(seed >> 4) * below >> 28);
}

static void up(bool identities)
{
	rig_init(&r);
	r.k.identities = identities;
	rig_l2(&r, 4, 2, 5);
	rig_pages(&r, 3, true);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_up(&r);
}

/* Random puts, marks at random places, all undone down to each mark. */
static void test_undo_gives_identical_words(void **state)
{
	u32 round, mode;

	(void)state;
	for (mode = 0; mode < 2; mode++) {
		u32 words;

		up(mode);
		words = r.k.layout.words;
		for (round = 0; round < 200; round++) {
			enum { MARKS = 5 };
			u32 *kept[MARKS];
			size_t mark[MARKS];
			u64 hash[MARKS];
			int m;

			r.w.logged = 0;
			for (m = 0; m < MARKS; m++) {
				u32 n = any(40);

				kept[m] = (u32 *)malloc(words * sizeof(u32));
				assert_non_null(kept[m]);
				memcpy(kept[m], r.words, words * sizeof(u32));
				mark[m] = r.w.logged;
				hash[m] = r.w.hash;
				while (n--)
					put(&r.w, &r.words[any(words)], any(4) * any(0x10000));
				assert_true(r.w.hash == world_hash(&r.w));
			}
			for (m = MARKS - 1; m >= 0; m--) {
				world_undo(&r.w, mark[m], hash[m]);
				assert_memory_equal(r.words, kept[m], words * sizeof(u32));
				assert_true(r.w.hash == world_hash(&r.w));
				assert_int_equal(r.w.logged, mark[m]);
				free(kept[m]);
			}
		}
		rig_down(&r);
	}
}

/* The same values put in another order, through detours: same hash. */
static void test_hash_knows_no_order(void **state)
{
	u32 at[20], value[20], i, round;
	u64 hash;

	(void)state;
	up(false);
	for (round = 0; round < 200; round++) {
		for (i = 0; i < 20; i++) {
			at[i] = i * (r.k.layout.hashed / 20) + any(r.k.layout.hashed / 20);
			value[i] = any(1000);
			put(&r.w, &r.words[at[i]], value[i]);
		}
		hash = r.w.hash;
		for (i = 0; i < 20; i++)
			put(&r.w, &r.words[at[i]], any(1000));
		for (i = 20; i--;)
			put(&r.w, &r.words[at[i]], value[i]);
		assert_true(r.w.hash == hash);
		r.w.logged = 0;
	}
	rig_down(&r);
}

/* Every word of the state counts, at its own place; words derived from the state do not. */
static void test_hash_sees_every_word(void **state)
{
	u64 before;
	u32 i;

	(void)state;
	up(true);
	before = r.w.hash;
	for (i = 0; i < r.k.layout.words; i++) {
		u32 old = r.words[i];

		put(&r.w, &r.words[i], old + 1);
		if (i < r.k.layout.hashed)
			assert_true(r.w.hash != before);
		else
			assert_true(r.w.hash == before);
		put(&r.w, &r.words[i], old);
		assert_true(r.w.hash == before);
		r.w.logged = 0;
	}
	assert_true(world_mix(1, 2) != world_mix(2, 1));
	assert_true(world_mix(7, 0) == 0);
	rig_down(&r);
}

static int compare_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/*
 * Worlds that differ in a few words, each changed a little, do not share a hash: what a pair of changes does to the hash
 * no other pair does. Places whose factors are multiples of each other fail here, as with splitmix64 from 0 on.
 */
static void test_hash_tells_near_worlds_apart(void **state)
{
	enum { PLACES = 400, CHANGES = 4, ALL = PLACES * CHANGES };
	static const u32 change[CHANGES][2] = {{0, 1}, {1, 0}, {1, 3}, {0, 0x10000}};
	u64 one[ALL], *two = malloc(ALL * ALL / 2 * sizeof(u64));
	u32 i, j, n = 0;

	(void)state;
	assert_non_null(two);
	for (i = 0; i < ALL; i++)
		one[i] = world_mix(i / CHANGES, change[i % CHANGES][1]) -
			 world_mix(i / CHANGES, change[i % CHANGES][0]);
	for (i = 0; i < ALL; i++)
		for (j = i - i % CHANGES; j--;)
			two[n++] = one[i] + one[j];
	qsort(two, n, sizeof(*two), compare_u64);
	assert_true(two[0] != 0);
	for (i = 1; i < n; i++)
		assert_true(two[i] != two[i - 1]);
	free(two);
}

/* A put that changes nothing costs no record, and an open end of the log is noticed. */
static void test_log(void **state)
{
	(void)state;
	up(false);
	r.w.logged = 0;
	put(&r.w, &w_top(&r.w)->used[BOUND_EVICTIONS], 0);
	assert_int_equal(r.w.logged, 0);
	put(&r.w, &w_top(&r.w)->used[BOUND_EVICTIONS], 3);
	assert_int_equal(r.w.logged, 1);
	assert_int_equal(r.w.log[0].old, 0);
	r.w.log_capacity = 1;
	put(&r.w, &w_top(&r.w)->used[BOUND_EVICTIONS], 3);
	assert_bug(put(&r.w, &w_top(&r.w)->used[BOUND_EVICTIONS], 4));
	r.w.log = NULL;
	r.w.logged = r.w.log_capacity = 0;
	put(&r.w, &w_top(&r.w)->used[BOUND_EVICTIONS], 5);
	assert_int_equal(w_top(&r.w)->used[BOUND_EVICTIONS], 5);
	r.w.log = r.log;
	rig_down(&r);
}

/* No two arrays of the layout share a word: each is filled with its own number, then read back. */
static void test_layout_has_no_overlap(void **state)
{
	u32 begin[16], n = 0, i;

	(void)state;
	up(true);
	begin[n++] = r.k.layout.top;
	begin[n++] = r.k.layout.cpu;
	begin[n++] = r.k.layout.ctx;
	begin[n++] = r.k.layout.tlb;
	begin[n++] = r.k.layout.handle;
	begin[n++] = r.k.layout.lock;
	begin[n++] = r.k.layout.page;
	begin[n++] = r.k.layout.pkmap_pte;
	begin[n++] = r.k.layout.pkmap_count;
	begin[n++] = r.k.layout.fixmap_pte;
	begin[n++] = r.k.layout.slot_users;
	begin[n++] = r.k.layout.flat;
	begin[n++] = r.k.layout.memory;
	begin[n++] = r.k.layout.place[0].lines;
	begin[n++] = r.k.layout.place[1].lines;
	for (i = 1; i < n; i++)
		assert_true(begin[i] > begin[i - 1]);
	assert_int_equal(r.k.layout.cpu - r.k.layout.top, sizeof(struct w_top) / sizeof(u32));
	assert_int_equal(r.k.layout.flat + 3 * 64 / 4, r.k.layout.memory);
	assert_int_equal(r.k.layout.memory + 3 * 64 / 4, r.k.layout.place[0].lines);
	/* 2 sets x 2 ways x (head + 4 tokens); the L2's line has two sectors */
	assert_int_equal(r.k.layout.place[0].lines + 2 * 2 * (LINE_HEAD_WORDS + 4),
			 r.k.layout.place[1].lines);
	assert_int_equal(r.k.layout.place[1].lines + 4 * 2 * (LINE_HEAD_WORDS + 8),
			 r.k.layout.hashed);
	assert_int_equal(r.k.layout.hashed + 2, r.k.layout.words);
	rig_down(&r);
}

/*
 * world_step_bound() is what a driver keeps free in the log. Giving a long list to a device marks each of
 * its granules, bit by bit, in one choice: 16 pages of 1024 granules here.
 */
static void test_step_bound_covers_a_long_mapping(void **state)
{
	size_t before;

	(void)state;
	rig_init(&r);
	r.k.machine.page_shift = 12;
	rig_pages(&r, 16, true);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_dma_map});
	rig_map(&r, DMA_MAP_SG, DMA_FROM_DEVICE, NO_ID);
	rig_sg(&r, 0, 0, 16 * 4096);
	rig_strategy(&r, RIG_LOWMEM_ONLY);
	rig_up(&r);
	rig_enter(&r, 0);
	before = r.w.logged;
	rig_go(&r, 0);
	assert_true(r.w.logged - before <= world_step_bound(&r.k));
	rig_down(&r);
}

/* Pages are in use from the beginning, unless the cell says that an `alloc` gives them out. */
static void test_pages_at_the_beginning(void **state)
{
	(void)state;
	rig_init(&r);
	rig_pages(&r, 2, true);
	r.page[1].starts_free = false;
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_up(&r);
	assert_int_equal(w_page(&r.w, 0)->flags, 0);
	assert_int_equal(w_page(&r.w, 1)->flags, PAGE_IN_USE);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undo_gives_identical_words),
		cmocka_unit_test(test_hash_knows_no_order),
		cmocka_unit_test(test_hash_sees_every_word),
		cmocka_unit_test(test_hash_tells_near_worlds_apart),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_layout_has_no_overlap),
		cmocka_unit_test(test_pages_at_the_beginning),
		cmocka_unit_test(test_step_bound_covers_a_long_mapping),
	};

	seed = 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
