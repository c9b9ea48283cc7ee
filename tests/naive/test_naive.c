// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The exploration against the naive one, on the cells of scenarios/ and on scenarios made by chance.
 *
 *	test_naive SCENARIOS            all of it
 *	test_naive SCENARIOS small      less of it, for builds that are slow
 *	test_naive SCENARIOS SEED       one generated scenario
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
#include "../../src/explore/explore.h"
#include "../../src/explore/trailtext.h"
#include "generate.h"
#include "naive.h"

/* Larger cells are left to the explorer alone. */
static u64 scenario_states = 60000, generated_states = 20000;
static guint generated = 300;
/* Up to here the explorer is run five times more, to see where it stops when told to. */
#define LIMITED_STATES 5000u

static const char *folder = "scenarios";
static guint64 only_seed;
static u64 reduced_states, unreduced_states; /* of all cells compared */

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
		differ(differences, rule_name(i), (e->ever >> i & 1) + (e->always >> i & 1),
		       (n->ever >> i & 1) + (n->always >> i & 1));
	}
	differ(differences, "warnings", e->warned, n->warned);
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
	differ(&differences, "ends", e->ends, n->ends);
	differ(&differences, "complete ends", e->ends_complete, n->ends_complete);
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
	differ(&differences, "again: ends", a->ends, b->ends);
	differ(&differences, "again: complete ends", a->ends_complete, b->ends_complete);
	differ(&differences, "again: ever", a->ever, b->ever);
	differ(&differences, "again: always", a->always, b->always);
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
		struct explore_options options = {
			.max_states = limits[i], .unreduced = true, .trails = true};
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
	differ(&differences, "always", r.always, whole->always);
	differ(&differences, "warned", r.warned, whole->warned);
	differ(&differences, "some end", r.ends != 0, whole->ends != 0);
	differ(&differences, "some complete end", r.ends_complete != 0, whole->ends_complete != 0);
	differ(&differences, "findings", r.found.count, whole->found.count);
	for (i = 0; i < r.found.count && i < whole->found.count; i++) {
		differ(&differences, "finding's rule", r.found.item[i].finding.rule,
		       whole->found.item[i].finding.rule);
		differ(&differences, "finding's step", r.found.item[i].finding.step,
		       whole->found.item[i].finding.step);
	}
	if (memcmp(r.step_done, whole->step_done, k->steps))
		differ(&differences, "steps reached", 0, 1);
	if (options.unreduced) {
		differ(&differences, "states", r.states, whole->states);
		differ(&differences, "transitions", r.transitions, whole->transitions);
		differ(&differences, "ends", r.ends, whole->ends);
	}
	differ(&differences, "collisions", r.collisions, 0);
	if (differences)
		printf("^ %s, against the unreduced search of one thread\n", way);
	reduced_states += options.unreduced ? 0 : r.states;
	unreduced_states += options.unreduced ? 0 : whole->states;
	explore_result_free(&r);
	return differences;
}

static guint compare_ways(const struct cell *k, const struct explore_result *whole)
{
	const struct {
		const char *name;
		struct explore_options options;
	} way[] = {
		{"reduced", {.jobs = 1}},
		{"two threads", {.jobs = 2, .unreduced = true}},
		{"reduced, two threads", {.jobs = 2}},
		{"exact", {.exact = true, .unreduced = true}},
		{"reduced, exact, two threads", {.exact = true, .jobs = 2}},
	};
	guint differences = 0, i;

	for (i = 0; i < G_N_ELEMENTS(way); i++)
		differences += compare_way(k, whole, way[i].options, way[i].name);
	return differences;
}

enum compared { COMPARED_EQUAL, COMPARED_DIFFERENT, COMPARED_TOO_LARGE };

static enum compared check(const struct cell *k, u64 limit)
{
	struct explore_options options = {.max_states = limit, .unreduced = true, .trails = true};
	struct explore_result first, again;
	struct naive_result naive;
	guint differences = 0;

	explore(k, &options, &first);
	if (first.stop != EXPLORE_COMPLETE) {
		differ(&differences, "stop", first.stop, EXPLORE_MAX_STATES);
		differ(&differences, "states at the limit", first.states, limit);
		explore_result_free(&first);
		return differences ? COMPARED_DIFFERENT : COMPARED_TOO_LARGE;
	}
	explore(k, &options, &again);
	naive_explore(k, first.states + 1, &naive);
	differences += compare(k, &first, &naive);
	differences += compare_again(k, &first, &again);
	differences += compare_ways(k, &first);
	if (first.states <= LIMITED_STATES)
		differences += compare_limits(k, &first);
	naive_free(&naive);
	explore_result_free(&again);
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
				compared = check(&c->cell, scenario_states);
				count[compared]++;
			}
			if (compared == COMPARED_DIFFERENT)
				printf("^ %s[%s]\n", s->path, cell->id);
			compiled_free(c);
		}
	}
	g_ptr_array_unref(scenarios);
	diag_free(diag);
	printf("%u cells equal, %u different, %u too large\n", count[COMPARED_EQUAL],
	       count[COMPARED_DIFFERENT], count[COMPARED_TOO_LARGE]);
	printf("%llu states reduced, %llu unreduced\n", (unsigned long long)reduced_states,
	       (unsigned long long)unreduced_states);
	assert_int_equal(count[COMPARED_DIFFERENT], 0);
	assert_true(count[COMPARED_EQUAL] >= 10);
}

static enum compared check_seed(guint64 seed, const char *path)
{
	const struct scenario_options options = {0};
	struct diag *diag = diag_new();
	char *text = generate_scenario(seed);
	enum compared compared = COMPARED_DIFFERENT;
	struct scenario *s;

	assert_true(g_file_set_contents(path, text, -1, NULL));
	s = scenario_load(diag, path, &options);
	if (s) {
		struct compiled *c = scenario_compile(s, s->cells->pdata[0], NULL, FALSE);

		compared = check(&c->cell, generated_states);
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

static void test_generated(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("staleline-naive-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "generated.yaml", NULL);
	guint count[3] = {0};
	guint64 seed;

	(void)state;
	if (only_seed)
		count[check_seed(only_seed, path)]++;
	else
		for (seed = 1; count[COMPARED_EQUAL] + count[COMPARED_DIFFERENT] < generated;
		     seed++)
			count[check_seed(seed, path)]++;
	g_unlink(path);
	g_rmdir(dir);
	printf("%u scenarios equal, %u different, %u too large\n", count[COMPARED_EQUAL],
	       count[COMPARED_DIFFERENT], count[COMPARED_TOO_LARGE]);
	assert_int_equal(count[COMPARED_DIFFERENT], 0);
	assert_true(count[COMPARED_TOO_LARGE] <= generated);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generated),
		cmocka_unit_test(test_scenarios),
	};
	const struct CMUnitTest one[] = {cmocka_unit_test(test_generated)};

	if (argc > 1)
		folder = argv[1];
	if (argc > 2 && !strcmp(argv[2], "small")) {
		scenario_states = 1500;
		generated_states = 3000;
		generated = 150;
	} else if (argc > 2) {
		only_seed = strtoull(argv[2], NULL, 0);
		return cmocka_run_group_tests(one, NULL, NULL);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
