// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random walks: what undo, hash and freshness promise, tried on long and crooked ways through the model.
 *
 *	test_walk FOREVER.YAML WALK_HASH SCENARIOS [small]
 *
 * `small`: shorter walks, for builds that are slow.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "../../src/cache_model.h"
#include "../../src/cmd/cmd.h"
#include "../../src/datum.h"
#include "../naive/generate.h"
#include "walk.h"

/* Above 64 KiB a hash from scratch is dear: every 4096th choice has to do. */
#define SMALL_WORDS 16384u
#define FOREVER_CELLS 8u

static const char *forever, *walk_hash, *folder;
static bool small;
static u32 choices = 100000, twin_choices = 4000, seeds = 500;

/* A state on the way, to come back to. */
struct mark {
	size_t logged;
	u64 hash;
	struct choice choice; /* taken from here */
};

static void check_hash(const struct walker *v, u32 taken)
{
	const struct world *w = &v->arena.world;

	if (w->k->layout.words <= SMALL_WORDS || !(taken % 4096))
		assert_true(world_hash(w) == w->hash);
}

static u32 *snapshot(const struct walker *v)
{
	return (u32 *)g_memdup2(v->arena.words, v->arena.world.k->layout.words * sizeof(u32));
}

static bool same_words(const struct walker *v, const u32 *words)
{
	return !memcmp(v->arena.words, words, v->arena.world.k->layout.words * sizeof(u32));
}

/* The walk leaves no step out: else it would prove less than it seems to. */
static void check_steps_done(const struct walker *v, const struct compiled *c)
{
	u32 i;

	for (i = 0; i < c->cell.steps; i++)
		if (!(v->arena.step_done[i] & STEP_DONE)) {
			char *name = compiled_step_name(c, i);

			fail_msg("the walk never came to the end of %s", name);
		}
}

/* From the first state and back in one go. */
static void undo_at_once(guint cell, gboolean identities)
{
	struct walk_cell c;
	struct walker v;
	struct choice choice;
	u32 *before;
	u64 hash;
	u32 i;

	assert_true(walk_cell_open(&c, forever, cell, identities));
	walker_init(&v, &c.compiled->cell, TRUE, cell + 1);
	before = snapshot(&v);
	hash = v.arena.world.hash;
	for (i = 0; i < choices; i++) {
		assert_true(walker_draw(&v, &choice));
		walker_take(&v, &choice);
		check_hash(&v, i);
	}
	assert_false(same_words(&v, before));
	if (!small)
		check_steps_done(&v, c.compiled);
	world_undo(&v.arena.world, 0, hash);
	assert_int_equal(v.arena.world.logged, 0);
	assert_true(same_words(&v, before));
	assert_true(world_hash(&v.arena.world) == hash);
	g_free(before);
	walker_free(&v);
	walk_cell_close(&c);
}

/* Forth and back, by chance as well; a way taken again after an undo leads to the same states. */
static void undo_in_chunks(guint cell, gboolean identities)
{
	struct mark *mark = g_new(struct mark, choices + 1);
	struct walk_cell c;
	struct walker v;
	guint64 chance = 4711 + cell;
	u32 at = 0, taken = 0, target, i;
	u32 *before, *there;

	assert_true(walk_cell_open(&c, forever, cell, identities));
	walker_init(&v, &c.compiled->cell, TRUE, cell + 101);
	before = snapshot(&v);
	while (taken < choices) {
		u32 steps = (u32)(generate_random(&chance) % 1000);

		for (i = 0; i < steps && taken < choices; i++, taken++) {
			mark[at].logged = v.arena.world.logged;
			mark[at].hash = v.arena.world.hash;
			assert_true(walker_draw(&v, &mark[at].choice));
			walker_take(&v, &mark[at++].choice);
		}
		mark[at].logged = v.arena.world.logged;
		mark[at].hash = v.arena.world.hash;
		target = at - (u32)(generate_random(&chance) % (MIN(at, 1100) + 1));
		there = snapshot(&v);
		world_undo(&v.arena.world, mark[target].logged, mark[target].hash);
		assert_true(world_hash(&v.arena.world) == mark[target].hash);
		/* now and then the same choices once more */
		if (generate_random(&chance) & 1) {
			for (i = target; i < at; i++) {
				assert_true(v.arena.world.hash == mark[i].hash);
				assert_int_equal(v.arena.world.logged, mark[i].logged);
				assert_true(engine_possible(&v.arena.world, &mark[i].choice));
				walker_take(&v, &mark[i].choice);
			}
			assert_true(same_words(&v, there));
			assert_true(v.arena.world.hash == mark[at].hash);
			world_undo(&v.arena.world, mark[target].logged, mark[target].hash);
		}
		g_free(there);
		at = target;
	}
	world_undo(&v.arena.world, 0, mark[0].hash);
	assert_true(same_words(&v, before));
	assert_true(world_hash(&v.arena.world) == mark[0].hash);
	g_free(before);
	g_free(mark);
	walker_free(&v);
	walk_cell_close(&c);
}

static void test_undo_at_once(void **state)
{
	guint cell;

	(void)state;
	for (cell = 0; cell < FOREVER_CELLS; cell++)
		undo_at_once(cell, FALSE);
}

static void test_undo_at_once_identities(void **state)
{
	(void)state;
	undo_at_once(0, TRUE);
	undo_at_once(FOREVER_CELLS - 1, TRUE);
}

static void test_undo_in_chunks(void **state)
{
	(void)state;
	undo_in_chunks(0, FALSE);
	undo_in_chunks(FOREVER_CELLS - 1, FALSE);
	undo_in_chunks(3, TRUE);
}

static char *hash_of(guint cell, const char *mode)
{
	g_autofree char *number = g_strdup_printf("%u", cell);
	const char *argv[] = {walk_hash, forever, number, "20101120", "20000", mode, NULL};
	g_autoptr(GError) error = NULL;
	char *out = NULL;
	int status = 0;

	if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL,
			  &status, &error))
		fail_msg("%s: %s", walk_hash, error->message);
	assert_true(g_spawn_check_wait_status(status, NULL));
	assert_int_equal(strlen(out), 34);
	return out;
}

/* No address gets into the state: two processes, whose memory lies elsewhere, agree. */
static void test_hash_without_addresses(void **state)
{
	static const char *const modes[] = {"freshness", "identities"};
	guint cell, mode;

	(void)state;
	for (cell = 0; cell < FOREVER_CELLS; cell++) {
		for (mode = 0; mode < G_N_ELEMENTS(modes); mode++) {
			g_autofree char *once = hash_of(cell, modes[mode]);
			g_autofree char *again = hash_of(cell, modes[mode]);

			assert_string_equal(once, again);
		}
	}
}

/* The same cell in both modes, walked in step. */
struct twins {
	struct walker fresh, ident;
};

static u32 flat(const struct world *w, u32 page, u32 offset)
{
	const struct cell *k = w->k;

	return w->word[k->layout.flat + page * k->page_sectors * k->sector_granules +
		       (offset >> k->granule_shift)];
}

/* Newest there means the newest identity here, and the other way round. */
static bool same_token(const struct twins *t, u32 page, u32 offset, const u32 *fresh,
		       const u32 *ident)
{
	const struct cell *kf = t->fresh.arena.world.k, *ki = t->ident.arena.world.k;
	u32 granule = datum_granule_in_sector(ki, offset);

	return (datum_get(kf, fresh, granule) == DATUM_NEWEST) ==
	       (datum_get(ki, ident, granule) == flat(&t->ident.arena.world, page, offset));
}

static const char *compare_memory(const struct twins *t)
{
	const struct world *f = &t->fresh.arena.world, *i = &t->ident.arena.world;
	u32 page, offset;

	for (page = 0; page < i->k->pages; page++)
		for (offset = 0; offset < cell_page_bytes(i->k);
		     offset += 1u << i->k->granule_shift)
			if (!same_token(t, page, offset, datum_memory(f, page, offset),
					datum_memory(i, page, offset)))
				return "memory";
	return NULL;
}

static const char *compare_line(const struct twins *t, u32 cache, const struct w_line *a,
				const struct w_line *b)
{
	const struct cell *kf = t->fresh.arena.world.k, *ki = t->ident.arena.world.k;
	u32 pa, end, page;

	if (a->tag != b->tag || a->dirty != b->dirty || a->way != b->way)
		return "a line's head";
	if (!b->tag)
		return NULL;
	pa = cache_line_pa(ki, cache, b);
	end = pa + (1u << cache_geometry(ki, cache)->line_shift);
	for (; pa < end; pa += 1u << ki->granule_shift) {
		page = cell_page_of(ki, pa);
		if (page != NO_ID &&
		    !same_token(t, page, pa & (cell_page_bytes(ki) - 1),
				cache_sector(kf, cache, a, pa), cache_sector(ki, cache, b, pa)))
			return "a line's data";
	}
	return NULL;
}

static const char *compare_caches(const struct twins *t)
{
	const struct world *f = &t->fresh.arena.world, *i = &t->ident.arena.world;
	const char *what = NULL;
	u32 cache, set, way;

	for (cache = 0; cache < cache_count(i->k) && !what; cache++) {
		set = cache_next_busy_set(i, cache, 0);
		if (set != cache_next_busy_set(f, cache, 0))
			return "the busy sets";
		while (set != NO_ID && !what) {
			for (way = 0; way < cache_geometry(i->k, cache)->ways && !what; way++)
				what = compare_line(t, cache, cache_line(f, cache, set, way),
						    cache_line(i, cache, set, way));
			if (cache_next_busy_set(i, cache, set + 1) !=
			    cache_next_busy_set(f, cache, set + 1))
				return "the busy sets";
			set = cache_next_busy_set(i, cache, set + 1);
		}
	}
	return what;
}

/* All that is not data is the same in both, but for the identities that devices write. */
static const char *compare_rest(const struct twins *t)
{
	const struct world *f = &t->fresh.arena.world, *i = &t->ident.arena.world;
	u32 at, in_device = sizeof(struct w_device) / sizeof(u32);
	u32 iteration = offsetof(struct w_device, iteration) / sizeof(u32);

	for (at = 0; at < i->k->layout.iteration; at++) {
		u32 from = at - i->k->layout.device;

		if (f->word[at] == i->word[at])
			continue;
		if (from < i->k->devices * in_device && from % in_device == iteration)
			continue;
		return at < i->k->layout.cpu ? "rules broken, or the end" : "another word";
	}
	return NULL;
}

static const char *compare_findings(const struct twins *t)
{
	const struct world *f = &t->fresh.arena.world, *i = &t->ident.arena.world;
	u32 n;

	if (f->findings != i->findings)
		return "the number of findings";
	for (n = 0; n < f->findings; n++) {
		const struct finding *x = &f->finding[n], *y = &i->finding[n];

		if (x->warning != y->warning || x->rule != y->rule || x->step != y->step ||
		    x->page != y->page || x->offset != y->offset)
			return "a finding";
	}
	return NULL;
}

static const char *compare_choices(const struct twins *t)
{
	u32 n;

	if (t->fresh.choices != t->ident.choices)
		return "the number of choices";
	for (n = 0; n < t->fresh.choices; n++) {
		const struct choice *x = &t->fresh.choice[n], *y = &t->ident.choice[n];

		if (x->kind != y->kind || x->actor != y->actor || x->set != y->set ||
		    x->arg != y->arg || x->pick != y->pick)
			return "a choice";
	}
	return NULL;
}

/*
 * Bounded evictions, because the order of a set's lines is state only then in the mode for exploring. Both
 * modes then offer the same choices all the way, and the same draw takes the same one.
 */
static const char *walk_twins(struct cell *fresh, struct cell *ident, guint64 seed, u32 most)
{
	struct choice one, other;
	struct twins t;
	const char *what = NULL;
	u32 i;

	fresh->evictions_any = ident->evictions_any = false;
	fresh->bounds.set = ident->bounds.set = BIT(BOUND_EVICTIONS);
	fresh->bounds.most[BOUND_EVICTIONS] = ident->bounds.most[BOUND_EVICTIONS] =
		1 + (u32)(seed % 50);
	/* how a set is kept depends on it */
	world_layout(fresh);
	world_layout(ident);
	walker_init(&t.fresh, fresh, FALSE, seed);
	walker_init(&t.ident, ident, FALSE, seed);
	for (i = 0; i < most && !what; i++) {
		gboolean goes_on = walker_draw(&t.fresh, &one);

		if (goes_on != walker_draw(&t.ident, &other))
			what = "the end";
		if (!what)
			what = compare_choices(&t);
		if (what || !goes_on)
			break;
		walker_take(&t.fresh, &one);
		walker_take(&t.ident, &other);
		what = compare_rest(&t);
		if (!what)
			what = compare_findings(&t);
		if (!what)
			what = compare_memory(&t);
		if (!what)
			what = compare_caches(&t);
	}
	if (what)
		printf("walk %" G_GUINT64_FORMAT ", after choice %u: %s\n", seed, i, what);
	walker_free(&t.fresh);
	walker_free(&t.ident);
	return what;
}

static void test_freshness_forever(void **state)
{
	struct walk_cell fresh, ident;
	guint cell;

	(void)state;
	for (cell = 0; cell < FOREVER_CELLS; cell++) {
		assert_true(walk_cell_open(&fresh, forever, cell, FALSE));
		assert_true(walk_cell_open(&ident, forever, cell, TRUE));
		assert_null(walk_twins(&fresh.compiled->cell, &ident.compiled->cell, cell,
				       twin_choices));
		walk_cell_close(&fresh);
		walk_cell_close(&ident);
	}
}

static guint differing_walks(struct scenario *s, const struct scenario_cell *cell, guint64 walks)
{
	struct compiled *fresh = scenario_compile(s, cell, NULL, FALSE);
	struct compiled *ident = scenario_compile(s, cell, NULL, TRUE);
	guint differing = 0;
	guint64 seed;

	for (seed = 0; seed < walks && !fresh->refused; seed++)
		if (walk_twins(&fresh->cell, &ident->cell, seed, 1000)) {
			printf("^ %s[%s]\n", s->path, cell->id);
			differing++;
		}
	compiled_free(fresh);
	compiled_free(ident);
	return differing;
}

static void test_freshness_scenarios(void **state)
{
	struct cmd_options options = {.files = (char *[]){(char *)folder, NULL}};
	struct diag *diag = diag_new();
	GPtrArray *scenarios = cmd_load(&options, diag, FALSE);
	guint i, j, differing = 0;

	(void)state;
	assert_non_null(scenarios);
	for (i = 0; i < scenarios->len; i++) {
		struct scenario *s = scenarios->pdata[i];

		for (j = 0; j < s->cells->len; j++) {
			const struct scenario_cell *cell = s->cells->pdata[j];

			if (!cell->schedule || !strcmp(cell->schedule, "all"))
				differing += differing_walks(s, cell, small ? 1 : 3);
		}
	}
	g_ptr_array_unref(scenarios);
	diag_free(diag);
	assert_int_equal(differing, 0);
}

static void test_freshness_generated(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("staleline-walk-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "generated.yaml", NULL);
	const struct scenario_options options = {0};
	guint differing = 0;
	guint64 seed;

	(void)state;
	for (seed = 1; seed <= seeds; seed++) {
		g_autofree char *text = generate_scenario(seed);
		struct diag *diag = diag_new();
		struct scenario *s;

		assert_true(g_file_set_contents(path, text, -1, NULL));
		s = scenario_load(diag, path, &options);
		assert_non_null(s);
		if (differing_walks(s, s->cells->pdata[0], 10)) {
			printf("^ seed %" G_GUINT64_FORMAT ":\n%s\n", seed, text);
			differing++;
		}
		scenario_free(s);
		diag_free(diag);
	}
	g_unlink(path);
	g_rmdir(dir);
	assert_int_equal(differing, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undo_at_once),
		cmocka_unit_test(test_undo_at_once_identities),
		cmocka_unit_test(test_undo_in_chunks),
		cmocka_unit_test(test_hash_without_addresses),
		cmocka_unit_test(test_freshness_forever),
		cmocka_unit_test(test_freshness_scenarios),
		cmocka_unit_test(test_freshness_generated),
	};

	small = argc == 5 && !strcmp(argv[4], "small");
	if (argc != 4 + small) {
		fputs("usage: test_walk FOREVER.YAML WALK_HASH SCENARIOS [small]\n", stderr);
		return 2;
	}
	if (small) {
		choices = 10000;
		twin_choices = 500;
		seeds = 100;
	}
	forever = argv[1];
	walk_hash = argv[2];
	folder = argv[3];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
