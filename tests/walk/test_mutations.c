// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every mutation of every kernel line, walked at random in the cells of some scenarios: whatever line is missing,
 * the model goes on or says which rule is broken; undo restores every word, and the hash is that of the words.
 *
 *	test_mutations MAXIMUM SCENARIO...
 *
 * MAXIMUM: walks at most so many cells of a scenario.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../src/cmd/cmd.h"
#include "../../src/kline.h"
#include "walk.h"

#define WALKS 3u
#define CHOICES 1200u

static char **paths;
static guint cells_max;

/* One walk from the first state, and back. */
static void walk(const struct cell *k, guint64 seed)
{
	struct walker v;
	struct choice choice;
	u32 *before;
	u64 hash;
	u32 i;

	walker_init(&v, k, TRUE, seed);
	before = (u32 *)g_memdup2(v.arena.words, k->layout.words * sizeof(u32));
	hash = v.arena.world.hash;
	for (i = 0; i < CHOICES && walker_draw(&v, &choice); i++) {
		walker_take(&v, &choice);
		if (!(i % 16))
			assert_true(world_hash(&v.arena.world) == v.arena.world.hash);
	}
	assert_true(world_hash(&v.arena.world) == v.arena.world.hash);
	world_undo(&v.arena.world, 0, hash);
	assert_memory_equal(v.arena.words, before, k->layout.words * sizeof(u32));
	g_free(before);
	walker_free(&v);
}

static void walk_mutations(struct cell *k)
{
	guint line, change, i;

	k->lines_watched = true;
	for (line = 1; line < KL_COUNT; line++)
		for (change = 1; change < CHANGE_COUNT; change++) {
			if (!(kline_changes(line) & BIT(change)))
				continue;
			k->mutation = kline_mutation(line, change);
			for (i = 0; i < WALKS; i++)
				walk(k, line * 1000 + change * 10 + i);
		}
}

static void test_walks(void **state)
{
	guint i, j;

	(void)state;
	for (i = 0; paths[i]; i++) {
		guint cells = 1;

		for (j = 0; j < cells; j++) {
			struct walk_cell c;

			assert_true(walk_cell_open(&c, paths[i], j, j % 2));
			cells = MIN(c.scenario->cells->len, cells_max);
			if (!c.compiled->refused)
				walk_mutations(&c.compiled->cell);
			walk_cell_close(&c);
		}
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_walks)};

	if (argc < 3)
		return EXIT_USAGE;
	cells_max = (guint)g_ascii_strtoull(argv[1], NULL, 10);
	paths = argv + 2;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
