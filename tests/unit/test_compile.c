// SPDX-License-Identifier: GPL-2.0-or-later
/* Scenarios to cells: the matrix, names, addresses, schedules. Faults are in tests/golden/bad-scenario. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "scenario/scenario.h"

struct fixture {
	char *folder, *path;
	struct diag *diag;
	struct scenario *s;
	struct compiled *c;
};

static int set_up(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->folder = g_dir_make_tmp("staleline-XXXXXX", NULL);
	assert_non_null(f->folder);
	f->path = g_build_filename(f->folder, "test.yaml", NULL);
	f->diag = diag_new();
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	compiled_free(f->c);
	if (f->s)
		scenario_free(f->s);
	diag_free(f->diag);
	g_remove(f->path);
	g_rmdir(f->folder);
	g_free(f->path);
	g_free(f->folder);
	g_free(f);
	return 0;
}

static void load(struct fixture *f, const char *text, char **strategies)
{
	struct scenario_options options = {.strategies = strategies};
	g_autoptr(GString) out = g_string_new(NULL);

	assert_true(g_file_set_contents(f->path, text, -1, NULL));
	f->s = scenario_load(f->diag, f->path, &options);
	diag_print(f->diag, out, FALSE);
	if (!f->s)
		fail_msg("refused:\n%s", out->str);
}

static void compile(struct fixture *f, guint cell, const char *schedule)
{
	f->c = scenario_compile(f->s, f->s->cells->pdata[cell], schedule, TRUE);
	assert_non_null(f->c);
}

static void cells_are(struct fixture *f, const char *const *ids)
{
	guint i;

	for (i = 0; ids[i]; i++) {
		assert_true(i < f->s->cells->len);
		assert_string_equal(((struct scenario_cell *)f->s->cells->pdata[i])->id, ids[i]);
	}
	assert_int_equal(f->s->cells->len, i);
}

#define CONTEXT "contexts: {a: {steps: [local-irq-disable, local-irq-enable]}}\n"
#define MATRIX                                                                                     \
	"format: 1\nmatrix:\n  axes: {strategy: [none, ppc], l2: [no, yes]}\n"                      \
	"  exclude: [{strategy: none, l2: yes}]\n  add: [{strategy: flush-all, l2: no}]\n"

static void test_matrix(void **state)
{
	static const char *const want[] = {"strategy=none,l2=no", "strategy=ppc,l2=no", "strategy=ppc,l2=yes",
					   "strategy=flush-all,l2=no", NULL};
	struct fixture *f = *state;

	load(f, MATRIX "machine: {l2: $l2}\n" CONTEXT, NULL);
	cells_are(f, want);
	compile(f, 2, NULL);
	assert_true(f->c->cell.machine.l2.present);
	assert_string_equal(f->c->strategy->name, "ppc");
}

/* Strategies of the command line replace those of the axis, and those of added cells. */
static void test_strategies_replaced(void **state)
{
	static const char *const want[] = {"strategy=arm-reentrant,l2=no", "strategy=arm-reentrant,l2=yes", NULL};
	char *strategies[] = {(char *)"arm-reentrant", NULL};
	struct fixture *f = *state;

	load(f, MATRIX CONTEXT, strategies);
	cells_are(f, want);
}

static void test_set(void **state)
{
	struct fixture *f = *state;

	load(f,
	     "format: 1\nmatrix:\n  axes: {strategy: [none, ppc]}\n"
	     "  set: [{when: {strategy: none}, pool: 4}, {when: {strategy: ppc}, pool: 16}]\n"
	     "kernel: {last-pkmap: $pool}\n" CONTEXT,
	     NULL);
	compile(f, 1, NULL);
	assert_int_equal(f->c->cell.last_pkmap, 16);
}

/* A name means this context's own mapping first, else the only one of that name. */
static void test_names_and_addresses(void **state)
{
	const struct step *step;
	struct fixture *f = *state;

	load(f,
	     "format: 1\nstrategy: none\npages:\n  pg: {zone: highmem, count: 4}\n  low: {zone: lowmem}\n"
	     "contexts:\n"
	     "  a: {steps: [kmap: {page: \"pg[1]\", as: v}, write: v+0x40]}\n"
	     "  b: {steps: [map-user: {page: \"pg[0..3]\", as: v}, read: {from: \"v[2]+8\", len: 16}, read: a.v]}\n"
	     "  c: {steps: [read: {from: low+4, uncached: yes}, fill: {to: low+0x800}]}\n",
	     NULL);
	compile(f, 0, NULL);
	step = f->c->cell.step;
	assert_int_equal(f->c->cell.steps, 7);
	assert_int_equal(step[1].at.kind, OPERAND_HANDLE);
	assert_int_equal(step[1].at.ref, 0);
	assert_int_equal(step[1].at.offset, 0x40);
	assert_int_equal(step[1].at.length, 4);
	assert_int_equal(step[3].at.ref, 1);
	assert_int_equal(step[3].at.offset, 2 * 4096 + 8);
	assert_int_equal(step[3].at.length, 16);
	assert_int_equal(step[4].at.ref, 0);
	assert_int_equal(step[5].at.kind, OPERAND_KSEG1);
	assert_int_equal(step[6].at.kind, OPERAND_KSEG0);
	assert_int_equal(step[6].at.length, 0x800);
	/* 4 divides all of them */
	assert_int_equal(f->c->cell.granule_shift, 2);
}

static void test_triggers(void **state)
{
	const struct context_def *def;
	struct fixture *f = *state;

	load(f,
	     "format: 1\nstrategy: none\ndevices: {disk: {}}\ncontexts:\n"
	     "  a: {steps: [raise: s]}\n"
	     "  b: {on: a, steps: []}\n"
	     "  s: {level: softirq, on: raise, steps: []}\n"
	     "  d: {level: hardirq, on: disk, steps: []}\n"
	     "  t: {level: hardirq, times: forever, steps: [local-irq-disable]}\n",
	     NULL);
	compile(f, 0, NULL);
	def = f->c->cell.context;
	assert_int_equal(def[0].trigger, ON_START);
	assert_int_equal(def[1].trigger, ON_CONTEXT);
	assert_int_equal(def[1].source, 0);
	assert_int_equal(def[2].times, TIMES_TRIGGERED);
	assert_int_equal(def[3].trigger, ON_DEVICE);
	assert_int_equal(def[4].trigger, ON_ANY);
	assert_int_equal(def[4].times, TIMES_FOREVER);
}

/* An id wins over the step's name; only the schedule asked for is kept. */
static void test_schedules(void **state)
{
	const struct run_event *event;
	struct fixture *f = *state;

	load(f,
	     "format: 1\nstrategy: none\npages: {low: {zone: lowmem, count: 2}}\ncontexts:\n"
	     "  a: {steps: [read: low, read: {from: low, id: write}, write: low]}\n"
	     "schedules:\n  one: [{at: a.write, do: {evict: \"low[1]+0x40\"}}]\n"
	     "  two: [{after: a.write, do: a}, {at: a.write, op: 2, do: a}]\n",
	     NULL);
	compile(f, 0, "one");
	assert_int_equal(f->c->schedule.events, 1);
	event = f->c->schedule.event;
	assert_int_equal(event->step, 1);
	assert_true(event->evict);
	assert_int_equal(event->page, 1);
	assert_int_equal(event->offset, 0x40);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_matrix),
		WITH_FIXTURE(test_strategies_replaced),
		WITH_FIXTURE(test_set),
		WITH_FIXTURE(test_names_and_addresses),
		WITH_FIXTURE(test_triggers),
		WITH_FIXTURE(test_schedules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
