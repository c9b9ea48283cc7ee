// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One set, drawn as the lines in it by the letter of their address, the most recently used first; `*` is
 * dirty: "c* a b". Line A is the first of page 0, each next one is a set's size further.
 */
#include "../support/cells.h"

#include <stdio.h>

static struct rig r;

#define SETS 2u
#define WAYS 3u

static void up(bool any, bool ways_matter)
{
	rig_init(&r);
	rig_l1(&r, SETS, WAYS, 4);
	r.k.evictions_any = any;
	r.k.ways_matter = ways_matter;
	rig_pages(&r, 8, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_up(&r);
}

static u32 pa_of(char letter)
{
	return cell_page_pa(&r.k, 0) + (u32)(letter - 'a') * SETS * 16;
}

static const struct w_line *find(char letter)
{
	return cache_find(&r.w, 0, 0, pa_of(letter));
}

/* As the bus does it: touch what is there, else make room and insert. */
static void use(char letter, bool store)
{
	const struct w_line *line = find(letter);

	if (line) {
		line = cache_touch(&r.w, 0, 0, line);
	} else {
		if (cache_full(&r.w, 0, 0))
			cache_remove(&r.w, 0, 0, cache_victim(&r.w, 0, 0));
		line = cache_insert(&r.w, 0, 0, pa_of(letter));
		assert_int_equal(line->dirty, 0);
		assert_int_equal(line->data[0], 0);
	}
	assert_ptr_equal(line, find(letter));
	if (store) {
		put(&r.w, &line->dirty, 1);
		put(&r.w, &line->data[0], (u32)letter);
	}
}

static const char *picture(void)
{
	static char text[64];
	size_t used = 0;
	u32 i;

	text[0] = '\0';
	for (i = 0; i < WAYS; i++) {
		const struct w_line *line = cache_line(&r.w, 0, 0, i);

		if (!line->tag)
			continue;
		used += (size_t)snprintf(
			text + used, sizeof(text) - used, "%s%c%s", used ? " " : "",
			(int)('a' + (cache_line_pa(&r.k, 0, line) - pa_of('a')) / 32),
			line->dirty ? "*" : "");
		/* data travels with its tag */
		assert_int_equal(
			line->data[0],
			line->dirty ? 'a' + (cache_line_pa(&r.k, 0, line) - pa_of('a')) / 32 : 0);
	}
	return text;
}

#define assert_picture(p) assert_string_equal(picture(), p)

static void test_lru(void **state)
{
	(void)state;
	up(false, false);
	assert_picture("");
	use('a', true);
	use('b', false);
	assert_picture("b a*");
	use('c', true);
	assert_picture("c* b a*");
	use('b', false); /* from the middle */
	assert_picture("b c* a*");
	use('b', false); /* already in front */
	assert_picture("b c* a*");
	use('a', false); /* from the end */
	assert_picture("a* b c*");
	use('d', false); /* c went longest without use */
	assert_picture("d a* b");
	use('b', true);
	use('e', false);
	assert_picture("e b* d");
	rig_down(&r);
}

/* Out of the front, the middle, the end: the others close up in their order. */
static void test_remove(void **state)
{
	static const char *const left[] = {"b a*", "c* a*", "c* b"};
	u32 i;

	(void)state;
	for (i = 0; i < 3; i++) {
		up(false, false);
		use('a', true);
		use('b', false);
		use('c', true);
		cache_remove(&r.w, 0, 0, cache_line(&r.w, 0, 0, i));
		assert_picture(left[i]);
		assert_false(cache_full(&r.w, 0, 0));
		rig_down(&r);
	}
}

/* Where order means nothing every way to fill a set gives the same words. */
static void test_any_order_is_sorted(void **state)
{
	static const char *const orders[] = {"abc", "acb", "bac", "bca", "cab", "cba"};
	u64 hash = 0;
	u32 i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		up(true, false);
		for (j = 0; j < 3; j++)
			use(orders[i][j], orders[i][j] == 'b');
		for (j = 3; j--;)
			use(orders[i][j], false);
		assert_picture("a b* c");
		assert_true(!i || hash == r.w.hash);
		hash = r.w.hash;
		rig_down(&r);
	}
}

static void test_any_order_after_removal(void **state)
{
	(void)state;
	up(true, false);
	use('d', false);
	use('b', true);
	use('c', false);
	cache_remove(&r.w, 0, 0, find('c'));
	assert_picture("b* d");
	use('a', false);
	assert_picture("a b* d");
	rig_down(&r);
}

/* The lowest empty way is filled; a line keeps its way through every move. */
static void test_ways(void **state)
{
	(void)state;
	up(false, true);
	use('a', false);
	use('b', false);
	use('c', false);
	assert_int_equal(find('a')->way, 0);
	assert_int_equal(find('b')->way, 1);
	assert_int_equal(find('c')->way, 2);
	use('a', false);
	assert_picture("a c b");
	assert_int_equal(find('a')->way, 0);
	use('d', false); /* into the way of b */
	assert_int_equal(find('d')->way, 1);
	cache_remove(&r.w, 0, 0, find('a'));
	cache_remove(&r.w, 0, 0, find('c'));
	use('e', false);
	use('f', false);
	assert_int_equal(find('d')->way, 1);
	assert_int_equal(find('e')->way, 0);
	assert_int_equal(find('f')->way, 2);
	rig_down(&r);
}

static void up_policy(enum replacement policy, u32 ways)
{
	rig_init(&r);
	rig_l1(&r, SETS, ways, 4);
	r.k.machine.l1d.replacement = policy;
	rig_pages(&r, 8, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_up(&r);
	r.w.log = NULL;
	r.w.logged = r.w.log_capacity = 0;
}

/* FIFO: using a line does not make it younger. */
static void test_fifo(void **state)
{
	(void)state;
	up_policy(REPLACE_FIFO, WAYS);
	use('a', false);
	use('b', false);
	use('c', false);
	use('a', false);
	assert_picture("c b a");
	use('d', false);
	assert_picture("d c b");
	rig_down(&r);
}

/*
 * Tree-PLRU against the tree written out: of 8 ways, walk down from the root, away from the half used last.
 * Bits of the reference are kept per subtree, as "the left half was used last".
 */
static void test_plru(void **state)
{
	bool left_last[8] = {false};
	char in[9] = "";
	u32 seed = 12345, n;

	(void)state;
	up_policy(REPLACE_PLRU, 8);
	for (n = 0; n < 5000; n++) {
		char letter;
		char *at;
		u32 way, low = 0, high = 8, node = 1;

		seed = seed * 1664525 + 1013904223;
		letter = (char)('a' + (seed >> 16) % 14);
		at = strchr(in, letter);
		if (at) {
			way = (u32)(at - in);
		} else if (strlen(in) < 8) {
			way = (u32)strlen(in);
			in[way + 1] = '\0';
		} else {
			while (high - low > 1) {
				bool right = left_last[node];

				if (right)
					low = (low + high) / 2;
				else
					high = (low + high) / 2;
				node = 2 * node + right;
			}
			way = low;
		}
		in[way] = letter;
		for (low = 0, high = 8, node = 1; high - low > 1;) {
			bool right = way >= (low + high) / 2;

			left_last[node] = !right;
			node = 2 * node + right;
			if (right)
				low = (low + high) / 2;
			else
				high = (low + high) / 2;
		}
		use(letter, false);
		assert_non_null(find(letter));
		assert_int_equal(find(letter)->way, way);
		assert_true(world_hash(&r.w) == r.w.hash);
	}
	rig_down(&r);
}

/* `any`: every line of a full set can be the one that leaves; which, the digit says. */
static void test_any_policy(void **state)
{
	static const char *const left[] = {"b c d", "a c d", "a b d"};
	u32 i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct choice c = {0};

		up_policy(REPLACE_ANY, WAYS);
		use('c', false);
		use('a', false);
		use('b', false);
		assert_picture("a b c");
		r.w.pick = (struct pick){.value = i};
		use('d', false);
		assert_picture(left[i]);
		assert_int_equal(r.w.pick.count, 1);
		assert_int_equal(engine_next_pick(&r.w, &c), i < 2);
		rig_down(&r);
	}
}

/* Seeded random replacement repeats itself, differs by seed, and takes each line about as often. */
static void test_random(void **state)
{
	u32 taken[3] = {0}, seed, n;
	u64 hash[3];

	(void)state;
	for (seed = 0; seed < 3; seed++) {
		up_policy(REPLACE_RANDOM, WAYS);
		r.w.random = seed / 2 + 1;
		for (n = 0; n < 3000; n++) {
			use((char)('a' + n % 5), false);
			if (n > 3 && r.w.pick.count)
				taken[r.w.pick.value]++;
			r.w.pick = (struct pick){0};
		}
		hash[seed] = r.w.hash;
		rig_down(&r);
	}
	assert_true(hash[0] == hash[1]);
	assert_true(hash[0] != hash[2]);
	for (n = 0; n < 3; n++)
		assert_in_range(taken[n], 1800, 2800);
}

static void test_beliefs(void **state)
{
	(void)state;
	up(false, false);
	use('a', false);
	assert_bug(cache_insert(&r.w, 0, 0, pa_of('a')));
	use('b', false);
	use('c', false);
	assert_bug(cache_insert(&r.w, 0, 0, pa_of('d')));
	rig_down(&r);
}

/* Each pattern of some sets that hold a line, asked from each set on. */
static void busy_sets(const u32 places[11], u32 sets_shift)
{
	u32 sets = 1u << sets_shift, way = sets * 16;
	u32 pattern, from, i;

	rig_init(&r);
	r.k.machine.page_shift = sets_shift + 4;
	rig_l1(&r, sets, 2, 4);
	rig_pages(&r, 2, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_up(&r);
	for (pattern = 0; pattern < 1u << 11; pattern += 1 + (pattern > 64) * 6) {
		r.w.logged = 0;
		for (i = 0; i < 11; i++)
			if (pattern >> i & 1) {
				cache_insert(&r.w, 0, places[i], places[i] * 16);
				cache_insert(&r.w, 0, places[i], places[i] * 16 + way);
				/* one of two lines gone: still busy */
				cache_remove(&r.w, 0, places[i], cache_line(&r.w, 0, places[i], 0));
			}
		for (from = 0; from <= sets; from++) {
			u32 want = NO_ID;

			for (i = 11; i--;)
				if ((pattern >> i & 1) && places[i] >= from)
					want = places[i];
			assert_int_equal(cache_next_busy_set(&r.w, 0, from), want);
		}
		for (i = 0; i < 11; i++)
			if (pattern >> i & 1)
				cache_remove(&r.w, 0, places[i], cache_line(&r.w, 0, places[i], 0));
		assert_int_equal(cache_next_busy_set(&r.w, 0, 0), NO_ID);
	}
	rig_down(&r);
}

/* Over the borders of the words that hold a bit a set, and of those that hold a bit a word. */
static void test_busy_sets(void **state)
{
	static const u32 near[11] = {0, 1, 30, 31, 32, 33, 62, 63, 64, 95, 127};
	static const u32 far[11] = {0, 31, 32, 1023, 1024, 1055, 1056, 2016, 2047, 2048, 4095};

	(void)state;
	busy_sets(near, 7);
	busy_sets(far, 12);
}

/* Which set an address selects, and in which sets a physical line can be, by its colours. */
static void test_sets_and_colours(void **state)
{
	u32 pa, va, colour;

	(void)state;
	rig_init(&r);
	rig_l1(&r, 16, 1, 4); /* 256 bytes a way, pages of 64: four colours */
	rig_l2(&r, 4, 1, 5);
	rig_pages(&r, 8, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_up(&r);
	assert_int_equal(r.k.machine.l1d.colours, 4);
	assert_int_equal(r.k.machine.l2.colours, 1);
	assert_int_equal(r.k.machine.l2.line_sectors, 2);
	for (pa = 0; pa < 1024; pa += 4) {
		for (va = pa % 64; va < 1024; va += 64) {
			assert_int_equal(cache_set(&r.k, 0, va, pa), va / 16 % 16);
			assert_int_equal(cache_set(&r.k, 1, va, pa), pa / 32 % 4);
			colour = va / 64 % 4;
			assert_int_equal(cache_colour_set(&r.k, 0, pa, colour),
					 cache_set(&r.k, 0, va, pa));
		}
		assert_int_equal(cache_colour_set(&r.k, 1, pa, 0), pa / 32 % 4);
		assert_int_equal(cache_tag(&r.k, 0, pa), pa / 16 + 1);
		assert_int_equal(cache_tag(&r.k, 1, pa), pa / 32 + 1);
	}
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lru),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_any_order_is_sorted),
		cmocka_unit_test(test_any_order_after_removal),
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_fifo),
		cmocka_unit_test(test_plru),
		cmocka_unit_test(test_any_policy),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_beliefs),
		cmocka_unit_test(test_busy_sets),
		cmocka_unit_test(test_sets_and_colours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
