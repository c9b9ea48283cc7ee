// SPDX-License-Identifier: GPL-2.0-or-later
/* Schedules by chance: what they find, how evenly they are drawn, and that only the seed decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/judge/outcome.h"
#include "../../src/explore/trailtext.h"

static struct outcome *explore_text(struct diag *diag, struct scenario **s, const char *text,
				    const struct outcome_options *options)
{
	const struct scenario_options none = {0};

	*s = scenario_load_text(diag, "test.yaml", text, strlen(text), &none);
	assert_non_null(*s);
	return outcome_explore(*s, (*s)->cells->pdata[0], options);
}

/* A process is the first of two or of four with odds of one half, whatever else there is to choose from. */
static void test_choices_are_even(void **state)
{
	static const char *const text = "format: 1\nstrategy: none\npages: {pg: {zone: lowmem}}\n"
					"contexts:\n"
					"  a: {steps: [{alloc: {pages: pg}}]}\n"
					"  b: {steps: [{free: {pages: pg}}]}\n"
					"  c: {steps: [preempt-disable, preempt-enable]}\n"
					"  d: {steps: [preempt-disable, preempt-enable]}\n"
					"explore: {evictions: none}\n";
	guint way;

	(void)state;
	for (way = 0; way < 2; way++) {
		struct outcome_options options = {
			.jobs = 1,
			.random = {.schedules = 10000, .seed = 7, .by_priority = way == 1}};
		struct diag *diag = diag_new();
		struct scenario *s;
		struct outcome *o = explore_text(diag, &s, text, &options);

		/* allocated while in use: a bug-on; five standard deviations are 250 */
		assert_int_equal(o->found.count, 1);
		assert_in_range(o->found.item[0].times, 4750, 5250);
		assert_int_equal(o->verdict, VERDICT_VIOLATES);
		assert_false(o->complete);
		/* the enter and the one step, whatever came before */
		assert_int_equal(o->found.item[0].trail.length, 2);
		outcome_free(o);
		scenario_free(s);
		diag_free(diag);
	}
}

static char *all_of(const struct outcome *o)
{
	GString *text = g_string_new(NULL);
	guint i;

	g_string_append_printf(text, "%d %lu %lu %lu\n", (int)o->verdict,
			       (gulong)o->taken_by_chance.schedules,
			       (gulong)o->taken_by_chance.stopped, (gulong)o->transitions);
	for (i = 0; i < o->found.count; i++) {
		const struct found *f = &o->found.item[i];
		char *trail = trail_print(&o->compiled->cell, f->trail.choice, f->trail.length);

		g_string_append_printf(text, "%u %u %lu %lu %s\n", f->finding.rule, f->finding.step,
				       (gulong)f->times, (gulong)f->schedule, trail);
		free(trail);
	}
	return g_string_free(text, FALSE);
}

static char *all_of_nest(guint jobs, guint64 seed, gboolean by_priority)
{
	const struct scenario_options none = {0};
	struct outcome_options options = {
		.jobs = jobs,
		.random = {
			.schedules = 300, .seed = seed, .by_priority = by_priority, .changes = 3}};
	struct diag *diag = diag_new();
	struct scenario *s = scenario_load(diag, "scenarios/nest/two-hardirqs.yaml", &none);
	char *text = NULL;
	guint i;

	assert_non_null(s);
	for (i = 0; i < s->cells->len && !text; i++) {
		const struct scenario_cell *cell = s->cells->pdata[i];

		if (!strcmp(cell->strategy, "shared-slot") && !strcmp(cell->schedule, "all")) {
			struct outcome *o = outcome_explore(s, cell, &options);

			assert_int_equal(o->verdict, VERDICT_VIOLATES);
			text = all_of(o);
			outcome_free(o);
		}
	}
	assert_non_null(text);
	scenario_free(s);
	diag_free(diag);
	return text;
}

/* The same seed, the same findings, times and trails, for any number of threads; another seed, other schedules. */
static void test_the_seed_decides(void **state)
{
	guint way;

	(void)state;
	for (way = 0; way < 2; way++) {
		g_autofree char *one = all_of_nest(1, 5, way == 1);
		g_autofree char *again = all_of_nest(1, 5, way == 1);
		g_autofree char *two = all_of_nest(2, 5, way == 1);
		g_autofree char *five = all_of_nest(5, 5, way == 1);
		g_autofree char *other = all_of_nest(1, 6, way == 1);

		assert_string_equal(one, again);
		assert_string_equal(one, two);
		assert_string_equal(one, five);
		assert_string_not_equal(one, other);
	}
}

/* Schedules without an end stop where they are told; nothing found is never clean. */
static void test_for_ever(void **state)
{
	static const char *const text = "format: 1\nstrategy: none\npages: {pg: {zone: lowmem}}\n"
					"contexts:\n"
					"  a: {times: forever, steps: [{write: {to: pg}}]}\n"
					"  b: {times: forever, level: hardirq, on: any, "
					"steps: [{read: {from: pg}}]}\n";
	guint way;

	(void)state;
	for (way = 0; way < 2; way++) {
		struct outcome_options options = {.jobs = 2,
						  .random = {.schedules = 20,
							     .seed = 1,
							     .length = 500,
							     .by_priority = way == 1,
							     .changes = 2}};
		struct diag *diag = diag_new();
		struct scenario *s;
		struct outcome *o = explore_text(diag, &s, text, &options);

		assert_int_equal(o->verdict, VERDICT_INCONCLUSIVE);
		assert_int_equal(o->taken_by_chance.schedules, 20);
		assert_int_equal(o->taken_by_chance.stopped, 20);
		assert_int_equal(o->transitions, 20 * 500);
		/* nobody is starved */
		assert_int_equal(o->unreached->len, 0);
		outcome_free(o);
		scenario_free(s);
		diag_free(diag);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choices_are_even),
		cmocka_unit_test(test_the_seed_decides),
		cmocka_unit_test(test_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
