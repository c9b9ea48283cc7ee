// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trails along random walks: the text read back is the trail, replaying it fits, and a trail that was tampered
 * with is stopped at the choice that was. And the hash of cells: what it is blind to, and what not.
 *
 * usage: test_trail [small] VICTIMS SCENARIO...
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "../../src/cell_hash.h"
#include "../../src/explore/run.h"
#include "../../src/explore/trailtext.h"
#include "../../src/explore/victims.h"
#include "walk.h"

#define STEPS_MAX 800u

static guint walks = 4, texts = 200000;

static char **scenarios;
static char *victims; /* a scenario whose sets overflow, with evictions unbounded */

/* Walks through the cell as it is explored; `run` is the same with identities. */
static void walk_cell(const struct cell *walked, const struct cell *run,
		      void (*check)(const struct cell *walked, const struct cell *run,
				    const struct trail *walk))
{
	guint n;

	for (n = 0; n < walks; n++) {
		struct trail walk = {0};
		struct walker v;
		struct choice choice;

		walker_init(&v, walked, FALSE, n + 1);
		while (walk.length < STEPS_MAX && walker_draw(&v, &choice)) {
			walker_take(&v, &choice);
			assert_true(trail_add(&walk, choice));
		}
		check(walked, run, &walk);
		walker_free(&v);
		trail_free(&walk);
	}
}

/* Calls `check` for each walk through each cell of each file. */
static void each_walk_of(char **files,
			 void (*check)(const struct cell *walked, const struct cell *run,
				       const struct trail *walk))
{
	guint i, j;

	for (i = 0; files[i]; i++) {
		const struct scenario_options options = {0};
		struct diag *diag = diag_new();
		struct scenario *s = scenario_load(diag, files[i], &options);

		assert_non_null(s);
		for (j = 0; j < s->cells->len; j++) {
			struct compiled *walked =
				scenario_compile(s, s->cells->pdata[j], NULL, FALSE);
			struct compiled *run = scenario_compile(s, s->cells->pdata[j], NULL, TRUE);

			if (!walked->refused)
				walk_cell(&walked->cell, &run->cell, check);
			compiled_free(walked);
			compiled_free(run);
		}
		scenario_free(s);
		diag_free(diag);
	}
}

static void each_walk(void (*check)(const struct cell *walked, const struct cell *run,
				    const struct trail *walk))
{
	each_walk_of(scenarios, check);
}

static void parse(struct trail *t, const char *text)
{
	bool version;
	u32 at;
	const char *error = trail_parse(t, text, &at, &version);

	if (error)
		fail_msg("%s, at %u: %s", error, at, text);
}

static void choices_are(const struct trail *a, const struct trail *b)
{
	u32 i;

	assert_int_equal(a->length, b->length);
	for (i = 0; i < a->length; i++)
		if (!choice_same(&a->choice[i], &b->choice[i]))
			fail_msg("choice %u is another one", i + 1);
}

static void check_round_trip(const struct cell *walked, const struct cell *run,
			     const struct trail *walk)
{
	char *text = trail_print(walked, walk->choice, walk->length);
	char *again = trail_print(run, walk->choice, walk->length);
	GString *spread = g_string_new(NULL);
	struct trail back = {0}, folded = {0};
	gsize i;

	/* what the trail says of its choices is the same with and without identities */
	assert_string_equal(text, again);
	parse(&back, text);
	choices_are(&back, walk);
	assert_true(back.cell == cell_hash(walked));
	for (i = 0; text[i]; i++)
		g_string_append_printf(spread, "%c%s", text[i], i % 3 ? "" : "\n ");
	parse(&folded, spread->str);
	choices_are(&folded, walk);
	assert_memory_equal(folded.mark, back.mark, back.length * sizeof(*back.mark));
	g_string_free(spread, TRUE);
	trail_free(&back);
	trail_free(&folded);
	free(text);
	free(again);
}

static void test_the_text_read_back_is_the_trail(void **state)
{
	(void)state;
	each_walk(check_round_trip);
}

static u64 steps_taken(const struct cell *k, const struct trail *t, enum run_stop *stop)
{
	const struct run_options options = {0};
	struct run_result r;
	u64 steps;

	run_trail(k, t, &options, &r);
	*stop = r.stop;
	steps = r.steps;
	run_result_free(&r);
	return steps;
}

static void check_replay(const struct cell *walked, const struct cell *run,
			 const struct trail *walk)
{
	char *text = trail_print(walked, walk->choice, walk->length);
	struct trail t = {0};
	enum run_stop stop;
	u32 at;

	parse(&t, text);
	assert_int_equal(steps_taken(run, &t, &stop), walk->length);
	assert_int_equal(stop, RUN_ENDED);
	/* one effect, and one step of the scenario, that the model does not have there */
	for (at = walk->length / 3; at < walk->length; at++)
		if (t.mark[at].effect != MARK_UNKNOWN)
			break;
	if (at < walk->length) {
		t.mark[at].effect ^= 1;
		assert_int_equal(steps_taken(run, &t, &stop), at);
		assert_int_equal(stop, RUN_DIVERGED);
		t.mark[at].effect ^= 1;
	}
	for (; at < walk->length; at++)
		if (t.mark[at].step < MARK_STEPS)
			break;
	if (at < walk->length) {
		t.mark[at].step = (u16)((t.mark[at].step + 1) % MARK_STEPS);
		assert_int_equal(steps_taken(run, &t, &stop), at);
		assert_int_equal(stop, RUN_DIVERGED);
	}
	free(text);
	trail_free(&t);
}

static void test_a_tampered_trail_stops_where_it_was_tampered_with(void **state)
{
	(void)state;
	each_walk(check_replay);
}

static u32 replayed_broken(const struct cell *run, const struct trail *t)
{
	const struct run_options options = {0};
	struct run_result r;
	u32 broken;

	run_trail(run, t, &options, &r);
	broken = r.stop == RUN_ENDED ? r.broken : ~0u;
	run_result_free(&r);
	return broken;
}

static guint fits_as_it_is, differs_as_it_is;

static void check_victims(const struct cell *walked, const struct cell *run,
			  const struct trail *walk)
{
	struct trail t = {0};
	struct arena arena;
	u32 broken, i;

	assert_true(arena_init(&arena, walked, false));
	for (i = 0; i < walk->length; i++)
		engine_apply(&arena.world, &walk->choice[i]);
	broken = w_top(&arena.world)->broken;
	arena_free(&arena);
	if (replayed_broken(run, walk) == broken)
		fits_as_it_is++;
	else
		differs_as_it_is++;
	assert_true(trail_copy(&t, walk->choice, walk->length));
	assert_true(victims_evict(walked, &t));
	assert_int_equal(replayed_broken(run, &t), broken);
	trail_free(&t);
}

/* A set that overflows while exploring loses another line than in a run: the trail says which. */
static void test_lines_that_were_replaced_are_evicted(void **state)
{
	g_autofree char *folder = g_path_get_dirname(victims);
	g_autofree char *both = g_build_filename(folder, "both-levels.yaml", NULL);
	char *files[] = {victims, both, NULL};

	(void)state;
	each_walk_of(files, check_victims);
	/* else this shows nothing */
	assert_true(differs_as_it_is > 0);
}

/* No text crashes the reader, or makes it read a trail whose choices and marks are not as many as it says. */
static void test_any_text_can_be_read(void **state)
{
	static const char alphabet[] = "0123456789abcdefsxzAZ_.:,*() \n2:";
	GRand *rand = g_rand_new_with_seed(1);
	guint i, j;

	(void)state;
	for (i = 0; i < texts; i++) {
		char text[40] = "2:s0:aBCd3(ab)2,x0.1.20,d0:w2i,e1*2";
		struct trail t = {0};
		bool version;
		u32 at, edits = (u32)g_rand_int_range(rand, 0, 6);

		for (j = 0; j < edits; j++)
			text[g_rand_int_range(rand, 0, 35)] =
				alphabet[g_rand_int_range(rand, 0, sizeof(alphabet) - 1)];
		if (trail_parse(&t, text, &at, &version))
			assert_true(at <= strlen(text));
		else
			assert_true(!t.length || t.mark);
		for (j = 0; j < t.length && t.length < 1000; j++)
			assert_true(t.choice[j].kind <= CHOICE_FINISH);
		trail_free(&t);
	}
	g_rand_free(rand);
}

static void test_what_is_wrong_is_said_where_it_is(void **state)
{
	static const struct {
		const char *text, *error;
		u32 at;
		bool version;
	} cases[] = {
		{"", "expected a trail of version 2, which begins with `2:`", 0, false},
		{"1:e0", "expected a trail of version 2, which begins with `2:`", 0, true},
		{"2e0", "expected a trail of version 2, which begins with `2:`", 1, false},
		{"2:q", "expected s, e, d, x, p, b or f", 2, false},
		{"2:e0,", "expected s, e, d, x, p, b or f", 5, false},
		{"2:e0 e1", "expected `,`", 5, false},
		{"2:s", "expected a number", 3, false},
		{"2:s70000", "expected a number", 8, false},
		{"2:s0.", "expected which alternative", 5, false},
		{"2:x0.zz", "expected cache.set.address", 5, false},
		{"2:s0:", "expected a letter for what the choice does", 5, false},
		{"2:s0:A", "expected a second capital", 6, false},
		{"2:s0:(ab", "expected `)`", 8, false},
		{"2:s0:a0", "expected a count that leaves the trail shorter than any run", 7,
		 false},
		{"2:s0*", "expected a count", 5, false},
		{"2:s0:((a99999)99999)99999",
		 "expected a count that leaves the trail shorter than any run", 19, false},
		{"2:s0:(((((((((a)))))))))", "expected fewer groups within each other", 14, false},
		{"2:d0:a", "expected r, w or i for what the device does", 5, false},
	};
	guint i;

	(void)state;
	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct trail t = {0};
		bool version;
		u32 at;
		const char *error = trail_parse(&t, cases[i].text, &at, &version);

		assert_non_null(error);
		assert_string_equal(error, cases[i].error);
		assert_int_equal(at, cases[i].at);
		assert_int_equal(version, cases[i].version);
		trail_free(&t);
	}
}

/* What repeats is said once: a loop over a page of 128 lines and one over 8 have texts of one length. */
static void test_what_repeats_is_said_once(void **state)
{
	struct trail t = {0};
	char *text;
	struct walk_cell c;
	u32 i, length = 0;

	(void)state;
	assert_true(walk_cell_open(&c, scenarios[0], 0, TRUE));
	parse(&t, "2:s0:a(bcAZd3)40e,d0:w128i");
	assert_int_equal(t.length, 1 + 40 * 5 + 1 + 129);
	for (i = 0; i < t.length; i++)
		length += t.mark[i].step == 25;
	assert_int_equal(length, 120);
	trail_free(&t);
	/* unknown effects are counted as well */
	parse(&t, "2:e0*2,s0*300");
	text = trail_print(&c.compiled->cell, t.choice, t.length);
	assert_true(strlen(text) < 60);
	free(text);
	trail_free(&t);
	walk_cell_close(&c);
}

/* A change of `field` changes the hash, and taking it back restores it. */
#define DECIDES(k, field)                                                                          \
	do {                                                                                       \
		__typeof__(field) old = (field);                                                   \
		u64 before = cell_hash(k);                                                         \
		(field) = (__typeof__(field))(old ^ 1);                                            \
		if (cell_hash(k) == before)                                                        \
			fail_msg("the hash does not see %s", #field);                              \
		(field) = old;                                                                     \
		assert_true(cell_hash(k) == before);                                               \
	} while (0)

static void test_the_hash_sees_what_decides_behaviour(void **state)
{
	struct walk_cell c;
	struct cell *k;
	struct step *step;
	struct context_def *context;
	struct page_info *page;
	struct strategy_op *op;
	u32 i;

	(void)state;
	assert_true(walk_cell_open(&c, scenarios[0], 0, TRUE));
	k = &c.compiled->cell;
	DECIDES(k, k->machine.cpus);
	DECIDES(k, k->machine.page_shift);
	DECIDES(k, k->machine.tlb_entries);
	DECIDES(k, k->machine.machine_check);
	DECIDES(k, k->machine.dma_coherent);
	DECIDES(k, k->machine.post_dma_flush);
	DECIDES(k, k->machine.speculation);
	DECIDES(k, k->machine.l1d.ways);
	DECIDES(k, k->machine.l1d.sets);
	DECIDES(k, k->machine.l1d.line_shift);
	DECIDES(k, k->machine.l1d.virtual_index);
	DECIDES(k, k->machine.l1d.alias_free);
	DECIDES(k, k->machine.l1d.write_through);
	DECIDES(k, k->machine.l1d.no_write_allocate);
	DECIDES(k, k->machine.l1d.inclusive);
	DECIDES(k, k->machine.l1d.replacement);
	DECIDES(k, k->machine.l2.present);
	DECIDES(k, k->last_pkmap);
	DECIDES(k, k->debug_highmem);
	DECIDES(k, k->hardirq_nesting);
	DECIDES(k, k->preempt);
	DECIDES(k, k->mutation.fn);
	DECIDES(k, k->mutation.at);
	DECIDES(k, k->mutation.change);
	DECIDES(k, k->strategy.kmap_high_get);
	DECIDES(k, k->strategy.lowmem_whole);
	DECIDES(k, k->strategy.no_op);
	DECIDES(k, k->strategy.uncached);
	for (i = 0; i < k->steps; i++) {
		step = &g_array_index(c.compiled->steps, struct step, i);
		DECIDES(k, step->fn);
		DECIDES(k, step->at.kind);
		DECIDES(k, step->at.ref);
		DECIDES(k, step->at.offset);
		DECIDES(k, step->at.length);
		DECIDES(k, step->arg[0]);
		DECIDES(k, step->arg[3]);
	}
	for (i = 0; i < k->contexts; i++) {
		context = &g_array_index(c.compiled->contexts, struct context_def, i);
		DECIDES(k, context->cpu);
		DECIDES(k, context->level);
		DECIDES(k, context->trigger);
		DECIDES(k, context->source);
		DECIDES(k, context->times);
		DECIDES(k, context->mm);
		DECIDES(k, context->steps);
	}
	for (i = 0; i < k->pages; i++) {
		page = &g_array_index(c.compiled->pages, struct page_info, i);
		DECIDES(k, page->pfn);
		DECIDES(k, page->highmem);
		DECIDES(k, page->starts_free);
	}
	for (i = 0; i < k->sgs; i++) {
		DECIDES(k, g_array_index(c.compiled->sg, struct sg_entry, i).page);
		DECIDES(k, g_array_index(c.compiled->sg, struct sg_entry, i).length);
	}
	for (i = 0; i < k->maps; i++)
		DECIDES(k, g_array_index(c.compiled->maps, struct dma_map_def, i).direction);
	for (i = 0; i < k->devices; i++)
		DECIDES(k, g_array_index(c.compiled->devices, struct device_def, i).coherent);
	for (i = 0; i < k->strategy.ops; i++) {
		op = (struct strategy_op *)(uintptr_t)&k->strategy.op[i];
		DECIDES(k, op->kind);
		DECIDES(k, op->arg);
		DECIDES(k, op->slot);
		DECIDES(k, op->target);
	}
	walk_cell_close(&c);
}

static void test_the_hash_is_blind_to_the_search(void **state)
{
	struct walk_cell c, with;

	(void)state;
	assert_true(walk_cell_open(&c, scenarios[0], 0, FALSE));
	assert_true(walk_cell_open(&with, scenarios[0], 0, TRUE));
	assert_true(cell_hash(&c.compiled->cell) == cell_hash(&with.compiled->cell));
	c.compiled->cell.bounds = (struct bounds){BIT(BOUND_EVICTIONS), {[BOUND_EVICTIONS] = 7}};
	c.compiled->cell.tlb_any ^= 1;
	g_array_index(c.compiled->steps, struct step, 0).check ^= 1;
	assert_true(cell_hash(&c.compiled->cell) == cell_hash(&with.compiled->cell));
	walk_cell_close(&c);
	walk_cell_close(&with);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_text_read_back_is_the_trail),
		cmocka_unit_test(test_a_tampered_trail_stops_where_it_was_tampered_with),
		cmocka_unit_test(test_lines_that_were_replaced_are_evicted),
		cmocka_unit_test(test_any_text_can_be_read),
		cmocka_unit_test(test_what_is_wrong_is_said_where_it_is),
		cmocka_unit_test(test_what_repeats_is_said_once),
		cmocka_unit_test(test_the_hash_sees_what_decides_behaviour),
		cmocka_unit_test(test_the_hash_is_blind_to_the_search),
	};

	if (argc > 1 && !strcmp(argv[1], "small")) {
		walks = 1;
		texts = 10000;
		argv++;
		argc--;
	}
	if (argc < 3)
		return 2;
	victims = argv[1];
	scenarios = argv + 2;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
