// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The exploration against the naive one, on the cells of scenarios/ and on scenarios made by chance.
 *
 *	test_naive                    200 generated ones, and 10,000 tiny ones
 *	test_naive suite FOLDER       all cells of the folder's scenarios
 *	test_naive seeds A B          those generated from the seeds A to B
 *	test_naive [suite FOLDER] small    less of it, for builds that are slow
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "../../src/cmd/cmd.h"
#include "../../src/explore/arena.h"
#include "../../src/explore/explore.h"
#include "../../src/explore/reduce.h"
#include "../../src/explore/trailtext.h"
#include "generate.h"
#include "naive.h"

/* The naive explorer does cells of at most so many states; the ways of searching are compared on larger ones too. */
static u64 naive_states = 60000, suite_states = 20000000;
static struct generated {
	guint64 first, last; /* seeds; last 0: as many as it takes for `count` */
	guint count;
	u64 states; /* larger ones are left out */
	gboolean all_ways; /* of searching are compared; else two, in turn */
} few = {1, 0, 200, 20000, TRUE}, many = {1000001, 0, 10000, 400, FALSE};
/* Up to here the explorer is run five times more, to see where it stops when told to. */
#define LIMITED_STATES 5000u

static const char *folder = "scenarios";
static guint split; /* cells whose contexts fall into groups */
static guint by_ways_only; /* cells too large for the naive explorer */
static u64 reduced_states, unreduced_states; /* of all cells compared */
static u64 alike; /* pairs of states that hashes of NAIVE_BITS bits would take for one */
static double alike_by_chance;
static guint bounded[BOUND_COUNT], cuts; /* cells compared in which a bound kept something out */

static void differ(guint *differences, const char *what, u64 explored, u64 naive)
{
	if (explored == naive)
		return;
	printf("%s: explored %llu, naive %llu\n", what, (unsigned long long)explored,
	       (unsigned long long)naive);
	(*differences)++;
}

static void compare_rules(guint *differences, const struct explore_result *e,
			  const struct naive_result *n)
{
	guint i;

	differ(differences, "rules ever broken", e->ever, n->ever);
	for (i = 0; i < RULE_COUNT; i++) {
		differ(differences, rule_name(i), (e->ever >> i & 1) + (explore_always(e) >> i & 1),
		       (n->ever >> i & 1) + (n->always >> i & 1));
	}
	differ(differences, "warnings", e->warned, n->warned);
	differ(differences, "bounds that kept something out", e->withheld, n->withheld);
	differ(differences, "cut", e->cut, n->cut);
}

/* Each finding is met on the same number of transitions, and nothing is found by one of the two only. */
static void compare_findings(guint *differences, const struct cell *k,
			     const struct explore_result *e, const struct naive_result *n)
{
	u64 left = 0;
	size_t i;
	u32 j;

	for (i = 0; i < naive_findings(k); i++)
		left += n->times[i] != 0;
	differ(differences, "findings", e->found.count, left);
	for (j = 0; j < e->found.count; j++) {
		const struct finding *f = &e->found.item[j].finding;

		differ(differences, f->warning ? warning_name(f->rule) : rule_name(f->rule),
		       e->found.item[j].times,
		       n->times[naive_finding(k, f->warning, f->rule, f->step)]);
	}
}

static guint compare(const struct cell *k, const struct explore_result *e,
		     const struct naive_result *n)
{
	guint differences = 0;
	u32 i;

	differ(&differences, "gave up", 0, n->too_many);
	differ(&differences, "equal states with other derived words", 0, n->derived_differ);
	differ(&differences, "states", e->states, n->states);
	differ(&differences, "transitions", e->transitions, n->transitions);
	differ(&differences, "ends", e->complete.count + e->early.count, n->ends);
	differ(&differences, "complete ends", e->complete.count, n->ends_complete);
	compare_rules(&differences, e, n);
	compare_findings(&differences, k, e, n);
	for (i = 0; i < k->steps; i++) {
		differ(&differences, "step reached", e->step_done[i] & STEP_DONE,
		       n->step_done[i] & STEP_DONE);
		differ(&differences, "step's syncs", e->step_done[i], n->step_done[i]);
	}
	return differences;
}

/* A second exploration has to give the first one's result, down to the trails. */
static guint compare_again(const struct cell *k, const struct explore_result *a,
			   const struct explore_result *b)
{
	guint differences = 0;
	u32 i;

	differ(&differences, "again: stop", a->stop, b->stop);
	differ(&differences, "again: states", a->states, b->states);
	differ(&differences, "again: transitions", a->transitions, b->transitions);
	differ(&differences, "again: depth", a->depth, b->depth);
	differ(&differences, "again: early ends", a->early.count, b->early.count);
	differ(&differences, "again: complete ends", a->complete.count, b->complete.count);
	differ(&differences, "again: ever", a->ever, b->ever);
	differ(&differences, "again: always", explore_always(a), explore_always(b));
	differ(&differences, "again: warned", a->warned, b->warned);
	differ(&differences, "again: findings", a->found.count, b->found.count);
	for (i = 0; i < a->found.count && i < b->found.count; i++) {
		const struct found *x = &a->found.item[i], *y = &b->found.item[i];
		char *trail[2] = {trail_print(k, x->trail.choice, x->trail.length),
				  trail_print(k, y->trail.choice, y->trail.length)};

		differ(&differences, "again: times", x->times, y->times);
		differ(&differences, "again: found at", x->at, y->at);
		differ(&differences, "again: rule", x->finding.rule, y->finding.rule);
		differ(&differences, "again: step", x->finding.step, y->finding.step);
		differ(&differences, "again: trails", 0, g_strcmp0(trail[0], trail[1]) != 0);
		free(trail[0]);
		free(trail[1]);
	}
	if (memcmp(a->step_done, b->step_done, k->steps))
		differ(&differences, "again: steps reached", 0, 1);
	return differences;
}

/* With a limit below the number of states there are exactly as many as the limit, else all of them. */
static guint compare_limits(const struct cell *k, const struct explore_result *whole)
{
	const u64 limits[] = {1, 2, whole->states / 2, whole->states - 1, whole->states};
	guint differences = 0, i;

	for (i = 0; i < G_N_ELEMENTS(limits); i++) {
		struct explore_options options = {.max_states = limits[i], .unreduced = true};
		struct explore_result r;

		if (!limits[i] || limits[i] > whole->states)
			continue;
		explore(k, &options, &r);
		differ(&differences, "limited: stop", r.stop,
		       limits[i] < whole->states ? EXPLORE_MAX_STATES : EXPLORE_COMPLETE);
		differ(&differences, "limited: states", r.states, limits[i]);
		explore_result_free(&r);
	}
	return differences;
}

/* Do the choices of the trail end in what was found, in the cell as it is? */
static bool trail_finds(const struct cell *k, const struct found *f)
{
	struct arena arena = {0};
	bool found = false;
	u32 i, j;

	if (!arena_init(&arena, k, false))
		return false;
	for (i = 0; i < f->trail.length && engine_possible(&arena.world, &f->trail.choice[i]); i++)
		engine_apply(&arena.world, &f->trail.choice[i]);
	for (j = 0; i == f->trail.length && j < arena.world.findings; j++) {
		const struct finding *is = &arena.world.finding[j];

		found |= is->rule == f->finding.rule && is->warning == f->finding.warning &&
			 is->step == f->finding.step;
	}
	arena_free(&arena);
	return found;
}

/*
 * Whatever way the search is done: the rules broken never, sometimes and always, the warnings, what is found
 * where and the steps executed are the same; without reduction the counts too.
 */
static guint compare_way(const struct cell *k, const struct explore_result *whole,
			 struct explore_options options, const char *way)
{
	guint differences = 0;
	struct explore_result r;
	u32 i;

	explore(k, &options, &r);
	differ(&differences, "stop", r.stop, whole->stop);
	differ(&differences, "ever", r.ever, whole->ever);
	differ(&differences, "always", explore_always(&r), explore_always(whole));
	differ(&differences, "warned", r.warned, whole->warned);
	differ(&differences, "some early end", r.early.count != 0, whole->early.count != 0);
	differ(&differences, "some complete end", r.complete.count != 0,
	       whole->complete.count != 0);
	differ(&differences, "cut", r.cut, whole->cut);
	differ(&differences, "bounds", r.withheld & (options.unreduced ? ~0u : ~whole->withheld),
	       options.unreduced ? whole->withheld : 0);
	differ(&differences, "findings", r.found.count, whole->found.count);
	for (i = 0; i < r.found.count && i < whole->found.count; i++) {
		differ(&differences, "finding's rule", r.found.item[i].finding.rule,
		       whole->found.item[i].finding.rule);
		differ(&differences, "finding's step", r.found.item[i].finding.step,
		       whole->found.item[i].finding.step);
	}
	for (i = 0; options.trails && i < r.found.count && i < whole->found.count; i++) {
		const struct found *f = &r.found.item[i], *w = &whole->found.item[i];

		differ(&differences, "trail leads there", trail_finds(k, f), 1);
		if (f->shortest && w->shortest)
			differ(&differences, "length of the shortest trail", f->trail.length,
			       w->trail.length);
	}
	if (memcmp(r.step_done, whole->step_done, k->steps))
		differ(&differences, "steps reached", 0, 1);
	if (options.unreduced) {
		differ(&differences, "states", r.states, whole->states);
		differ(&differences, "transitions", r.transitions, whole->transitions);
		differ(&differences, "early ends", r.early.count, whole->early.count);
	}
	differ(&differences, "collisions", r.collisions, 0);
	if (differences)
		printf("^ %s, against the unreduced search of one thread\n", way);
	reduced_states += options.unreduced ? 0 : r.states;
	unreduced_states += options.unreduced ? 0 : whole->states;
	explore_result_free(&r);
	return differences;
}

/* All ways; `one`: the first, and the one of that number. */
#define ALL_WAYS 0u
static guint compare_ways(const struct cell *k, const struct explore_result *whole, guint one)
{
	struct {
		const char *name;
		struct explore_options options;
	} way[] = {
		{"reduced, with trails", {.jobs = 1, .trails = true}},
		{"two threads", {.jobs = 2, .unreduced = true}},
		{"reduced, two threads", {.jobs = 2}},
		{"exact", {.exact = true, .unreduced = true}},
		{"reduced, exact, two threads", {.exact = true, .jobs = 2}},
	};
	guint differences = 0, i;

	/* trails of large cells take too long */
	if (whole->states > naive_states)
		way[0].options.trails = false;
	for (i = 0; i < G_N_ELEMENTS(way); i++)
		if (one == ALL_WAYS || !i || i == 1 + one % (G_N_ELEMENTS(way) - 1))
			differences += compare_way(k, whole, way[i].options, way[i].name);
	return differences;
}

/* Larger cells, with the states that open windows and calls add, are left out. */
static u64 worst_states = 3000;
static guint worst_cells, worst_figures;

static u32 value_of(const struct explore_result *e, enum worst_kind kind, u32 ctx, u32 step)
{
	const struct figure f = {kind, ctx, step, 0};
	u32 i;

	for (i = 0; i < e->worst.count; i++)
		if (figure_same(&e->worst.item[i].figure, &f))
			return e->worst.item[i].figure.value;
	return 0;
}

/* Do the choices of the trail, taken in the metered cell, attain the figure? */
static bool trail_attains(const struct cell *k, const struct worst *worst)
{
	struct meter meter = {0};
	struct arena arena = {0};
	bool attained = false;
	u32 i, j;

	if (!arena_init(&arena, k, false))
		return false;
	arena.world.listen = meter_listen;
	arena.world.listen_arg = &meter;
	for (i = 0;
	     i < worst->trail.length && engine_possible(&arena.world, &worst->trail.choice[i]);
	     i++) {
		meter_begin(&meter);
		engine_apply(&arena.world, &worst->trail.choice[i]);
		meter_applied(&meter, &arena.world, &worst->trail.choice[i]);
	}
	for (j = 0; i == worst->trail.length && j < meter.figures; j++)
		attained |= figure_same(&meter.figure[j], &worst->figure) &&
			    meter.figure[j].value == worst->figure.value;
	arena_free(&arena);
	return attained;
}

static guint compare_figures(const struct cell *k, const struct explore_result *e,
			     const struct tallying *t)
{
	guint differences = 0;
	u32 i;

	for (i = 0; i < k->contexts; i++)
		differ(&differences, "longest with irqs off", value_of(e, WORST_IRQS_OFF, i, NO_ID),
		       t->irqs_off[i]);
	for (i = 0; i < k->steps; i++) {
		differ(&differences, "cache ops of a call", value_of(e, WORST_CACHE_OPS, NO_ID, i),
		       t->ops[i]);
		differ(&differences, "flushes of a call", value_of(e, WORST_TLB_FLUSHES, NO_ID, i),
		       t->flushes[i]);
	}
	/* a reduced search says "at least" of these */
	if (!e->reduced) {
		differ(&differences, "nesting", value_of(e, WORST_NESTING, NO_ID, NO_ID),
		       t->nesting);
		differ(&differences, "nested calls", value_of(e, WORST_NESTED_CALLS, NO_ID, NO_ID),
		       t->nested_calls);
	} else {
		differ(&differences, "nesting too deep",
		       value_of(e, WORST_NESTING, NO_ID, NO_ID) > t->nesting ||
			       value_of(e, WORST_NESTED_CALLS, NO_ID, NO_ID) > t->nested_calls,
		       0);
	}
	return differences;
}

static guint compare_worst_way(const struct cell *k, struct explore_options options,
			       const struct tallying *t)
{
	struct explore_result e;
	guint differences = 0;
	u32 i;

	explore(k, &options, &e);
	differ(&differences, "metered: stop", e.stop, EXPLORE_COMPLETE);
	differences += compare_figures(k, &e, t);
	for (i = 0; options.trails && i < e.worst.count; i++)
		differ(&differences, "trail attains its figure", trail_attains(k, &e.worst.item[i]),
		       1);
	if (differences)
		printf("^ worst cases, %s, %u threads\n",
		       options.unreduced ? "unreduced" : "reduced", options.jobs);
	worst_figures += e.worst.count;
	explore_result_free(&e);
	return differences;
}

/* The worst cases, in every way, against the naive explorer's. */
static guint compare_worst(const struct cell *k)
{
	struct cell metered = *k;
	struct naive_result naive;
	guint differences = 0;

	naive_explore(k, worst_states, true, &naive);
	if (!naive.too_many) {
		meter_prepare(&metered);
		differences += compare_worst_way(
			&metered,
			(struct explore_options){.jobs = 1, .unreduced = true, .trails = true},
			&naive.tally);
		differences += compare_worst_way(
			&metered, (struct explore_options){.jobs = 2, .unreduced = true},
			&naive.tally);
		differences += compare_worst_way(
			&metered, (struct explore_options){.jobs = 1, .trails = true},
			&naive.tally);
		differences += compare_worst_way(&metered, (struct explore_options){.jobs = 2},
						 &naive.tally);
		worst_cells++;
	}
	naive_free(&naive);
	return differences;
}

/* Will the reduced search take the cell's contexts in groups? */
static bool in_groups(const struct cell *k)
{
	struct reduction *r = reduction_new(k, &(struct strays){0});
	u64 group[ACTORS_MAX];
	bool several = r && reduction_groups(r, group) > 1;

	reduction_free(r);
	return several;
}

enum compared { COMPARED_EQUAL, COMPARED_DIFFERENT, COMPARED_TOO_LARGE };

/* `limit`: states above which nothing is compared. `one`: as of compare_ways(); less is done then. */
static enum compared check(const struct cell *k, u64 limit, guint one)
{
	struct explore_options options = {.max_states = limit, .unreduced = true};
	struct explore_result first, again;
	struct naive_result naive;
	guint differences = 0, i;

	explore(k, &options, &first);
	if (first.stop != EXPLORE_COMPLETE) {
		differ(&differences, "stop", first.stop, EXPLORE_MAX_STATES);
		differ(&differences, "states at the limit", first.states, limit);
		explore_result_free(&first);
		return differences ? COMPARED_DIFFERENT : COMPARED_TOO_LARGE;
	}
	for (i = 0; i < BOUND_COUNT; i++)
		bounded[i] += first.withheld >> i & 1;
	cuts += first.cut;
	split += in_groups(k);
	if (first.states <= naive_states) {
		explore_result_free(&first);
		options.trails = true;
		explore(k, &options, &first);
		naive_explore(k, first.states + 1, false, &naive);
		differences += compare(k, &first, &naive);
		if (naive.states >= NAIVE_MANY) {
			alike += naive.alike;
			alike_by_chance += (double)naive.states * (double)(naive.states - 1) / 2 /
					   (1u << NAIVE_BITS);
		}
		naive_free(&naive);
	} else {
		by_ways_only++;
	}
	differences += compare_ways(k, &first, one);
	if (one == ALL_WAYS && options.trails) {
		explore(k, &options, &again);
		differences += compare_again(k, &first, &again);
		explore_result_free(&again);
	}
	if (first.states <= worst_states)
		differences += compare_worst(k);
	if (one == ALL_WAYS && first.states <= LIMITED_STATES)
		differences += compare_limits(k, &first);
	explore_result_free(&first);
	return differences ? COMPARED_DIFFERENT : COMPARED_EQUAL;
}

static void test_scenarios(void **state)
{
	struct cmd_options options = {.files = (char *[]){(char *)folder, NULL}};
	struct diag *diag = diag_new();
	GPtrArray *scenarios = cmd_load(&options, diag, FALSE);
	guint i, j, count[3] = {0};

	(void)state;
	assert_non_null(scenarios);
	for (i = 0; i < scenarios->len; i++) {
		struct scenario *s = scenarios->pdata[i];

		for (j = 0; j < s->cells->len; j++) {
			const struct scenario_cell *cell = s->cells->pdata[j];
			struct compiled *c;
			enum compared compared = COMPARED_EQUAL;

			if (cell->schedule && strcmp(cell->schedule, "all"))
				continue;
			c = scenario_compile(s, cell, NULL, FALSE);
			assert_non_null(c);
			if (!c->refused) {
				compared = check(&c->cell, suite_states, ALL_WAYS);
				count[compared]++;
			}
			if (compared == COMPARED_DIFFERENT)
				printf("^ %s[%s]\n", s->path, cell->id);
			compiled_free(c);
		}
	}
	g_ptr_array_unref(scenarios);
	diag_free(diag);
	printf("%u cells equal, %u different, %u too large; %u without the naive explorer\n",
	       count[COMPARED_EQUAL], count[COMPARED_DIFFERENT], count[COMPARED_TOO_LARGE],
	       by_ways_only);
	printf("%u of all are searched in groups\n", split);
	printf("%llu states reduced, %llu unreduced\n", (unsigned long long)reduced_states,
	       (unsigned long long)unreduced_states);
	printf("%llu pairs of states agree in %u bits of their hashes, %.0f by chance\n",
	       (unsigned long long)alike, NAIVE_BITS, alike_by_chance);
	assert_int_equal(count[COMPARED_DIFFERENT], 0);
	assert_true(count[COMPARED_EQUAL] >= 10);
	/* one difference that cancels does so in many pairs, so it is no sum of independent chances */
	assert_true((double)alike <= 2 * alike_by_chance + 10);
}

static enum compared check_seed(guint64 seed, const struct generated *g, const char *path)
{
	const struct scenario_options options = {0};
	struct diag *diag = diag_new();
	g_autofree char *scenario = generate_scenario(seed), *bounds = generate_bounds(seed);
	char *text = g_strconcat(scenario, bounds, NULL);
	enum compared compared = COMPARED_DIFFERENT;
	struct scenario *s;

	/* nobody needs it to outlive a crash of the machine; some GLibs do not shorten what was there */
	g_unlink(path);
	assert_true(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
	s = scenario_load(diag, path, &options);
	if (s) {
		struct compiled *c = scenario_compile(s, s->cells->pdata[0], NULL, FALSE);

		compared = check(&c->cell, g->states,
				 g->all_ways ? ALL_WAYS : 1 + (guint)(seed % 1000));
		compiled_free(c);
		scenario_free(s);
	} else {
		GString *faults = g_string_new(NULL);

		diag_print(diag, faults, FALSE);
		fputs(faults->str, stdout);
		g_string_free(faults, TRUE);
	}
	if (compared == COMPARED_DIFFERENT)
		printf("^ seed %" G_GUINT64_FORMAT ":\n%s\n", seed, text);
	g_free(text);
	diag_free(diag);
	return compared;
}

static void compare_generated(const struct generated *g)
{
	g_autofree char *dir = g_dir_make_tmp("staleline-naive-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "generated.yaml", NULL);
	guint count[3] = {0}, i;
	guint64 seed;

	split = 0;
	for (seed = g->first;
	     g->last ? seed <= g->last :
		       count[COMPARED_EQUAL] + count[COMPARED_DIFFERENT] < g->count;
	     seed++)
		count[check_seed(seed, g, path)]++;
	g_unlink(path);
	g_rmdir(dir);
	printf("seeds %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
	       ": %u scenarios equal, %u different, %u of more than %llu states; %u in groups\n",
	       g->first, seed - 1, count[COMPARED_EQUAL], count[COMPARED_DIFFERENT],
	       count[COMPARED_TOO_LARGE], (unsigned long long)g->states, split);
	printf("%u figures in %u runs of %u cells\n", worst_figures, 4 * worst_cells, worst_cells);
	assert_int_equal(count[COMPARED_DIFFERENT], 0);
	for (i = 0; i < BOUND_COUNT; i++)
		printf("%u times bounded: %s\n", bounded[i], bound_key((enum bound)i));
	printf("%u with schedules cut\n", cuts);
	assert_true(count[COMPARED_EQUAL] > 0 && worst_figures > 0);
	split = 0;
}

static void test_few(void **state)
{
	(void)state;
	compare_generated(&few);
}

static void test_many(void **state)
{
	(void)state;
	compare_generated(&many);
}

#define BOUNDED_STATES 60000u

static void check_file(const char *name, const struct limits *limits)
{
	const struct scenario_options options = {.limits = *limits};
	g_autofree char *path = g_build_filename("tests/naive", name, NULL);
	struct diag *diag = diag_new();
	struct scenario *s = scenario_load(diag, path, &options);
	struct compiled *c;

	assert_non_null(s);
	c = scenario_compile(s, s->cells->pdata[0], NULL, FALSE);
	assert_int_not_equal(check(&c->cell, BOUNDED_STATES, ALL_WAYS), COMPARED_DIFFERENT);
	compiled_free(c);
	scenario_free(s);
	diag_free(diag);
}

/* Each kind of choice bounded alone, and with the next one, where there are such choices. */
static void test_bounds(void **state)
{
	guint kind, most, both;

	(void)state;
	for (kind = 0; kind < BOUND_COUNT; kind++) {
		const guint next = (kind + 1) % BOUND_COUNT, before = bounded[kind];

		for (most = 0; most < 3; most++) {
			for (both = 0; both < 2; both++) {
				struct limits limits = {
					.given = BIT(kind) | both << next,
					.bounds.set = BIT(kind) | both << next,
				};

				limits.bounds.most[next] = 1;
				/* a run takes several steps */
				limits.bounds.most[kind] = kind == BOUND_STEPS ? 2 + most : most;
				check_file("bounds.yaml", &limits);
				check_file("bounds-smp.yaml", &limits);
				check_file("bounds-fills.yaml", &limits);
			}
		}
		assert_true(bounded[kind] > before);
	}
}

/* What luck seldom makes. */
static void test_written(void **state)
{
	const struct limits none = {0};

	(void)state;
	check_file("slot-of-another-cpu.yaml", &none);
	check_file("line-of-the-same-fate.yaml", &none);
	check_file("fill-before-unmap.yaml", &none);
	check_file("fill-takes-room.yaml", &none);
	check_file("drain-dirties-l2.yaml", &none);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest generated[] = {cmocka_unit_test(test_bounds),
					       cmocka_unit_test(test_written),
					       cmocka_unit_test(test_few),
					       cmocka_unit_test(test_many)};
	const struct CMUnitTest suite[] = {cmocka_unit_test(test_scenarios)};
	const struct CMUnitTest seeds[] = {cmocka_unit_test(test_few)};

	if (argc > 1 && !strcmp(argv[argc - 1], "small")) {
		naive_states = suite_states = 1500;
		few.states = 3000;
		few.count = 50;
		many.count = 300;
	}
	if (argc > 3 && !strcmp(argv[1], "seeds")) {
		few.first = strtoull(argv[2], NULL, 0);
		few.last = strtoull(argv[3], NULL, 0);
		return cmocka_run_group_tests(seeds, NULL, NULL);
	}
	if (argc > 2 && !strcmp(argv[1], "suite")) {
		folder = argv[2];
		return cmocka_run_group_tests(suite, NULL, NULL);
	}
	return cmocka_run_group_tests(generated, NULL, NULL);
}
