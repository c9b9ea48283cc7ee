// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What must hold of every program of a kind, on programs made by chance; docs/results/conditions.md says what,
 * and why.
 *
 *	test_property                     all of it, from seed 1
 *	test_property small               less of it, for builds that are slow
 *	test_property long SEED           ten times as many seeds, from SEED on
 *	test_property PROPERTY SEED       one seed of one property, the case shrunk where it fails
 *	test_property show PROPERTY SEED  prints that seed's program
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "../../src/cache_model.h"
#include "../../src/explore/explore.h"
#include "../../src/explore/run.h"
#include "../walk/walk.h"
#include "draw.h"
#include "shrink.h"
#include "sync.h"

enum {
	STATES_MAX = 10000,
	WALKS = 6,
	WALK_CHOICES = 700,
};

static guint seeds = 800, seeds_dropped = 400;
static guint64 first_seed = 1;
static char *dir, *path;
static const char *self;

/* ---- one program, tried ---- */

#define DATA_RULES                                                                                 \
	(BIT(R_BAD_ADDRESS) | BIT(R_WRONG_PAGE) | BIT(R_STALE_LOAD) | BIT(R_STALE_DMA_READ) |      \
	 BIT(R_LEAK) | BIT(R_LOST_WRITE))
/* What the model says of programs that break a condition. */
#define CONDITION_WARNINGS                                                                         \
	(BIT(W_SLOT_BUSY) | BIT(W_LINE_SHARED) | BIT(W_MIXED_ATTRIBUTES) | BIT(W_USE_AFTER_UNMAP))

struct trial {
	u32 broken, warned;
	gboolean excluded; /* an L1 line that an inclusive L2 did not hold */
	gboolean whole; /* every schedule was seen */
};

static void open_cell(struct walk_cell *cell, const struct program *p, gboolean identities)
{
	g_autofree char *text = program_print(p, "drawn");
	FILE *file = fopen(path, "w");

	/* g_file_set_contents() waits for the disk, ten times as long as all the rest takes */
	if (!file || fputs(text, file) == EOF || fclose(file))
		fail_msg("%s: cannot be written", path);
	if (!walk_cell_open(cell, path, 0, identities)) {
		fputs(text, stdout);
		fail_msg("a program that the loader refuses");
	}
	if (cell->compiled->refused) {
		fputs(text, stdout);
		fail_msg("a program that the kernel declines: %s", cell->compiled->refused);
	}
}

static void try_all(const struct program *p, struct trial *t)
{
	const struct explore_options options = {.max_states = STATES_MAX};
	struct explore_result r;
	struct walk_cell cell;

	open_cell(&cell, p, FALSE);
	explore(&cell.compiled->cell, &options, &r);
	t->broken |= r.ever;
	t->warned |= r.warned;
	t->whole = r.stop == EXPLORE_COMPLETE;
	explore_result_free(&r);
	walk_cell_close(&cell);
}

static gboolean included(const struct world *w)
{
	const struct cell *k = w->k;
	u32 l2 = cache_l2(k), set, way;

	for (set = 0; k->machine.l2.inclusive && set < k->machine.l1d.sets; set++)
		for (way = 0; way < k->machine.l1d.ways; way++) {
			const struct w_line *line = cache_line(w, 0, set, way);
			u32 pa;

			if (!line->tag)
				break;
			pa = cache_line_pa(k, 0, line);
			if (!cache_find(w, l2, cache_set(k, l2, pa, pa), pa))
				return FALSE;
		}
	return TRUE;
}

/* One walk; evictions as the program has them. */
static void walk(const struct cell *k, guint64 seed, struct trial *t, struct sync_watch *watch)
{
	struct walker v;
	struct choice choice;
	u32 n, i;

	walker_init(&v, k, FALSE, seed);
	if (watch) {
		watch->world = &v.arena.world;
		v.arena.world.listen = sync_watch_event;
		v.arena.world.listen_arg = watch;
	}
	for (n = 0; n < WALK_CHOICES && walker_draw(&v, &choice); n++) {
		walker_take(&v, &choice);
		t->excluded |= !included(&v.arena.world);
		for (i = 0; i < v.arena.world.findings; i++)
			if (v.arena.world.finding[i].warning)
				t->warned |= BIT(v.arena.world.finding[i].rule);
	}
	t->broken |= w_top(&v.arena.world)->broken;
	walker_free(&v);
}

/* Schedules by chance, for what the explorer's limit leaves out. */
static void try_some(const struct program *p, struct trial *t)
{
	struct walk_cell cell;
	guint64 seed;

	open_cell(&cell, p, TRUE);
	for (seed = 1; seed <= WALKS; seed++)
		walk(&cell.compiled->cell, seed, t, NULL);
	walk_cell_close(&cell);
}

static struct trial try(const struct program *p)
{
	struct trial t = {0};

	try_all(p, &t);
	if (!t.whole)
		try_some(p, &t);
	return t;
}

/* ---- what is asked of it ---- */

/* Newly allocated, what is wrong with the program; NULL: nothing. */
typedef char *judge(const struct program *p);

static char *judge_clean(const struct program *p)
{
	struct trial t = try(p);
	GString *out;
	guint i;

	t.warned &= CONDITION_WARNINGS;
	if (!t.broken && !t.warned)
		return NULL;
	out = g_string_new(NULL);
	for (i = 0; i < RULE_COUNT; i++)
		if (t.broken & BIT(i))
			g_string_append_printf(out, " %s", rule_name((enum rule)i));
	for (i = 0; i < WARNING_COUNT; i++)
		if (t.warned & BIT(i))
			g_string_append_printf(out, " %s", warning_name((enum warning)i));
	return g_string_free(out, FALSE);
}

/* The strategy's one slot is not safe from what interrupts it, and the walker is not to blame. */
static gboolean slot_is_shared(const struct program *p)
{
	return g_str_equal(p->strategy, "shared-slot") || g_str_equal(p->strategy, "l1-only");
}

static guint syncs_compared, lines_compared;

static char *judge_syncs(const struct program *p)
{
	struct run_options options = {.max_steps = 4000, .listen = sync_watch_event};
	struct sync_watch watch;
	struct walk_cell cell;
	struct run_result r;
	struct trial t = {0};
	char *wrong;
	guint64 seed;

	open_cell(&cell, p, TRUE);
	sync_watch_init(&watch, p, &cell.compiled->cell);
	options.arg = &watch;
	run_scheduled(&cell.compiled->cell, &cell.compiled->schedule, &options, &r);
	t.broken |= r.broken;
	run_result_free(&r);
	watch.world = NULL;
	for (seed = 1; seed <= WALKS && !slot_is_shared(p); seed++)
		walk(&cell.compiled->cell, seed, &t, &watch);
	wrong = watch.wrong                      ? g_strdup(watch.wrong) :
		t.broken & BIT(R_UNSYNCED_RANGE) ? g_strdup(" unsynced-range\n") :
						   NULL;
	syncs_compared += watch.syncs;
	lines_compared += watch.lines;
	sync_watch_free(&watch);
	walk_cell_close(&cell);
	return wrong;
}

static char *judge_included(const struct program *p)
{
	struct trial t = {0};

	try_some(p, &t);
	return t.excluded ? g_strdup(" the L1 holds a line that the L2 does not") : NULL;
}

/* Turned round: the data violation is what is looked for. */
static char *judge_violates(const struct program *p)
{
	struct trial t = try(p);
	GString *out = g_string_new(NULL);
	guint i;

	for (i = 0; i < RULE_COUNT; i++)
		if (t.broken & DATA_RULES & BIT(i))
			g_string_append_printf(out, " %s", rule_name((enum rule)i));
	return g_string_free(out, !out->len);
}

/* ---- properties ---- */

struct property {
	const char *name;
	struct wish wish;
	judge *judge;
	enum {
		NEVER,
		ONCE,
		OFTEN
	} wanted; /* cases: none, the first one is enough, every third program */
};

static const struct property properties[] = {
	{"flush-all", {BY_FLUSH_ALL, CONDITIONS}, judge_clean, NEVER},
	{"snooped", {BY_SNOOPING, CONDITIONS}, judge_clean, NEVER},
	{"syncs", {BY_ANY_STRATEGY, CONDITIONS}, judge_syncs, NEVER},
	{"included", {BY_SNOOPING, CONDITIONS}, judge_included, NEVER},
	{"nothing", {BY_NOTHING, CONDITIONS}, judge_violates, OFTEN},
	{"flush-all-without-keeps-api", {BY_FLUSH_ALL, KEEPS_API}, judge_violates, ONCE},
	{"flush-all-without-owns-lines", {BY_FLUSH_ALL, OWNS_LINES}, judge_violates, ONCE},
	{"flush-all-without-one-colour", {BY_FLUSH_ALL, ONE_COLOUR}, judge_violates, ONCE},
	{"flush-all-without-own-slots", {BY_FLUSH_ALL, OWN_SLOTS}, judge_violates, ONCE},
	{"flush-all-without-no-fills", {BY_FLUSH_ALL, NO_FILLS}, judge_violates, ONCE},
	{"snooped-without-keeps-api", {BY_SNOOPING, KEEPS_API}, judge_violates, NEVER},
	{"snooped-without-owns-lines", {BY_SNOOPING, OWNS_LINES}, judge_violates, NEVER},
	{"snooped-without-one-colour", {BY_SNOOPING, ONE_COLOUR}, judge_violates, ONCE},
	{"snooped-without-own-slots", {BY_SNOOPING, OWN_SLOTS}, judge_violates, ONCE},
	{"snooped-without-no-fills", {BY_SNOOPING, NO_FILLS}, judge_violates, NEVER},
};

static const struct property *property_find(const char *name)
{
	guint i;

	for (i = 0; i < G_N_ELEMENTS(properties); i++)
		if (g_str_equal(properties[i].name, name))
			return &properties[i];
	return NULL;
}

/* Judged the same way, and no condition given up on the way there. */
static gboolean still_so(void *arg, const struct program *p)
{
	const struct property *property = arg;
	guint kept = property->wish.dropped == CONDITIONS ? 0 : 1u << property->wish.dropped;
	g_autofree char *wrong = NULL;

	if (program_faults(p) != kept)
		return FALSE;
	wrong = property->judge(p);
	return wrong != NULL;
}

/* Seed, the shrunk case, and how to see it again. */
static void show_case(const struct property *property, guint64 seed, struct program *p)
{
	g_autofree char *wrong = NULL, *text = NULL, *note = NULL;

	program_shrink(p, still_so, (void *)property);
	wrong = property->judge(p);
	note = g_strdup_printf("%s, seed %" G_GUINT64_FORMAT ", shrunk", property->name, seed);
	text = program_print(p, note);
	printf("%s: seed %" G_GUINT64_FORMAT ":%s\n%s^ again: %s %s %" G_GUINT64_FORMAT
	       "; every schedule of it: staleline explore FILE\n",
	       property->name, seed, wrong, text, self, property->name, seed);
}

struct tally {
	guint programs, cases;
};

static void try_seed(const struct property *property, guint64 seed, struct tally *tally)
{
	g_autofree char *wrong = NULL;
	struct program p;

	if (!program_draw(&p, seed, property->wish))
		return;
	tally->programs++;
	wrong = property->judge(&p);
	if (!wrong)
		return;
	tally->cases++;
	if (property->wanted != OFTEN || tally->cases == 1)
		show_case(property, seed, &p);
}

static gboolean as_wanted(const struct property *property, const struct tally *tally)
{
	switch (property->wanted) {
	case NEVER:
		return !tally->cases;
	case ONCE:
		return tally->cases == 1;
	case OFTEN:
		return 3 * tally->cases >= tally->programs;
	}
	return FALSE;
}

static void test_property(void **state)
{
	const struct property *property = *state;
	guint n = property->wish.dropped == CONDITIONS ? seeds : seeds_dropped;
	struct tally tally = {0};
	guint64 seed;

	/* not every seed gives a program */
	for (seed = first_seed; tally.programs < n && seed < first_seed + 20 * (guint64)n; seed++) {
		try_seed(property, seed, &tally);
		/* one that is wanted, or one too many */
		if (tally.cases && property->wanted != OFTEN)
			break;
	}
	printf("%s: %u programs, seeds from %" G_GUINT64_FORMAT ", %u cases\n", property->name,
	       tally.programs, first_seed, tally.cases);
	assert_true(as_wanted(property, &tally));
	if (property->judge == judge_syncs) {
		printf("%s: %u syncs, %u lines\n", property->name, syncs_compared, lines_compared);
		assert_true(syncs_compared > n && lines_compared > n);
	}
	if (property->wanted == NEVER)
		assert_int_equal(tally.programs, n);
}

static int show(const char *name, const char *seed)
{
	const struct property *property = property_find(name);
	g_autofree char *text = NULL;
	struct program p;

	if (!property)
		return 2;
	if (!program_draw(&p, g_ascii_strtoull(seed, NULL, 0), property->wish)) {
		puts("no program");
		return 1;
	}
	text = program_print(&p, name);
	fputs(text, stdout);
	return 0;
}

static int one_seed(const char *name, const char *seed)
{
	const struct property *property = property_find(name);
	struct tally tally = {0};

	if (!property) {
		fprintf(stderr, "test_property: %s: no such property\n", name);
		return 2;
	}
	try_seed(property, g_ascii_strtoull(seed, NULL, 0), &tally);
	if (!tally.cases)
		printf("%s\n", tally.programs ? "no case" : "no program");
	return !as_wanted(property, &tally);
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[G_N_ELEMENTS(properties)];
	guint i;
	int end;

	self = argv[0];
	dir = g_dir_make_tmp("staleline-property-XXXXXX", NULL);
	path = g_build_filename(dir, "drawn.yaml", NULL);
	for (i = 0; i < G_N_ELEMENTS(properties); i++)
		tests[i] = (struct CMUnitTest){properties[i].name, test_property, NULL, NULL,
					       (void *)&properties[i]};
	if (argc == 4 && g_str_equal(argv[1], "show")) {
		end = show(argv[2], argv[3]);
	} else if (argc == 3 && !g_str_equal(argv[1], "long")) {
		end = one_seed(argv[1], argv[2]);
	} else {
		if (argc == 2) {
			seeds /= 10;
			seeds_dropped /= 4;
		} else if (argc == 3) {
			first_seed = g_ascii_strtoull(argv[2], NULL, 0);
			seeds *= 10;
			seeds_dropped *= 10;
		}
		end = cmocka_run_group_tests(tests, NULL, NULL);
	}
	g_unlink(path);
	g_rmdir(dir);
	g_free(path);
	g_free(dir);
	return end;
}
