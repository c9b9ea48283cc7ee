// SPDX-License-Identifier: GPL-2.0-or-later
/* Worst cases of tiny programs, worked out by hand from the table of docs/model.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "judge/outcome.h"

#define IRQS 3u
#define MISS 76u /* filled from memory, then a hit */
#define HIT 1u
#define REFILL 38u

static char *dir, *path;
static struct diag *diag; /* of the file loaded last, which needs it */

#define HEAD                                                                                       \
	"# Is it a test?\n# SPDX-License-Identifier: GPL-2.0-or-later\n"                           \
	"format: 1\nname: tiny\nstrategy: arm-reentrant\nmachine: {preset: toy}\n"

#define ONE_PAGE "pages: {pg: {zone: lowmem}}\n"
#define NO_EVICTIONS "explore: {evictions: none}\n"
#define ANY_EVICTIONS "explore: {evictions: any}\n"

/* Explores what is in the file, with worst cases. */
static struct outcome *explored(const char *text, gboolean unreduced, struct scenario **s)
{
	const struct outcome_options options = {.worst = TRUE, .unreduced = unreduced, .jobs = 1};
	const struct scenario_options scenario_options = {0};
	g_autoptr(GString) faults = g_string_new(NULL);
	struct outcome *o;

	diag = diag_new();
	g_unlink(path);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	*s = scenario_load(diag, path, &scenario_options);
	diag_print(diag, faults, FALSE);
	fputs(faults->str, stdout);
	assert_non_null(*s);
	o = outcome_explore(*s, (*s)->cells->pdata[0], &options);
	assert_true(o->complete);
	return o;
}

static const struct worst *find(const struct outcome *o, enum worst_kind kind, u32 which)
{
	guint i;

	for (i = 0; i < o->worst.count; i++) {
		const struct worst *w = &o->worst.item[i];
		u32 is = w->figure.ctx != NO_ID ? w->figure.ctx : w->figure.step;

		if (w->figure.kind == kind && (is == which || is == NO_ID))
			return w;
	}
	return NULL;
}

/* Of context or step `which`; 0 where there is no such figure. */
static u32 value(const char *text, gboolean unreduced, enum worst_kind kind, u32 which)
{
	struct scenario *s;
	struct outcome *o = explored(text, unreduced, &s);
	const struct worst *w = find(o, kind, which);
	u32 is = w ? w->figure.value : 0;

	if (w) {
		assert_true(w->trail.length > 0);
		assert_true(outcome_exact(o, &w->figure) || (!unreduced && kind >= WORST_NESTING));
	}
	outcome_free(o);
	scenario_free(s);
	diag_free(diag);
	return is;
}

static void expect(const char *text, enum worst_kind kind, u32 which, u32 is)
{
	assert_int_equal(value(text, FALSE, kind, which), is);
	assert_int_equal(value(text, TRUE, kind, which), is);
}

#define OFF "      - local-irq-disable\n"
#define ON "      - local-irq-enable\n"
#define READ "      - read: {from: pg}\n"
#define WRITE "      - write: {to: pg}\n"
#define PROCESS "contexts:\n  c:\n    level: process\n    steps:\n"

static void test_window(void **state)
{
	(void)state;
	/* turning them off is within, turning them on is not */
	expect(HEAD ONE_PAGE NO_EVICTIONS PROCESS OFF WRITE READ ON, WORST_IRQS_OFF, 0,
	       IRQS + MISS + HIT);
	/* two windows are not added up, and what lies between them is in none */
	expect(HEAD ONE_PAGE NO_EVICTIONS PROCESS OFF READ ON READ OFF READ READ ON, WORST_IRQS_OFF,
	       0, IRQS + MISS);
	expect(HEAD ONE_PAGE NO_EVICTIONS PROCESS READ OFF READ ON, WORST_IRQS_OFF, 0, IRQS + HIT);
	expect(HEAD ONE_PAGE NO_EVICTIONS PROCESS READ, WORST_IRQS_OFF, 0, 0);
}

/* The worst schedule takes the line away in between; it is dirty, but the environment writes it back. */
static void test_evictions(void **state)
{
	(void)state;
	expect(HEAD ONE_PAGE ANY_EVICTIONS PROCESS OFF WRITE READ ON, WORST_IRQS_OFF, 0,
	       IRQS + MISS + MISS);
	expect(HEAD ONE_PAGE ANY_EVICTIONS PROCESS READ OFF READ ON, WORST_IRQS_OFF, 0,
	       IRQS + MISS);
}

static void test_refill(void **state)
{
	(void)state;
	expect(HEAD "pages: {pg: {zone: highmem}}\n" NO_EVICTIONS PROCESS
		    "      - map-user: {page: pg, as: u}\n" OFF "      - read: {from: u}\n" ON,
	       WORST_IRQS_OFF, 0, IRQS + REFILL + MISS);
}

#define FOREVER                                                                                    \
	"contexts:\n"                                                                              \
	"  c:\n    level: process\n    times: forever\n    steps:\n" OFF READ ON                   \
	"  h:\n    level: hardirq\n    on: any\n    times: forever\n    steps:\n" READ

static void test_forever(void **state)
{
	(void)state;
	expect(HEAD ONE_PAGE NO_EVICTIONS FOREVER, WORST_IRQS_OFF, 0, IRQS + MISS);
	/* a whole hardirq runs with irqs off, where it does not nest */
	expect(HEAD ONE_PAGE NO_EVICTIONS FOREVER, WORST_IRQS_OFF, 1, MISS);
	expect(HEAD ONE_PAGE NO_EVICTIONS "kernel: {hardirq-nesting: yes}\n" FOREVER,
	       WORST_IRQS_OFF, 1, 0);
}

#define POLL                                                                                       \
	"      - poll: {from: pg, until: o.w}\n"                                                   \
	"  o:\n    level: process\n    cpu: 1\n    steps:\n      - write: {to: pg, id: w}\n"
#define TWO_CPUS                                                                                   \
	"# Is it a test?\n# SPDX-License-Identifier: GPL-2.0-or-later\n"                           \
	"format: 1\nname: tiny\nstrategy: arm-reentrant\nmachine: {preset: toy, cpus: 2, cpu-coherence: snooped}\n"

static void test_poll(void **state)
{
	(void)state;
	expect(TWO_CPUS ONE_PAGE NO_EVICTIONS PROCESS OFF POLL, WORST_IRQS_OFF, 0, METER_UNBOUNDED);
	/* polling with irqs on is nobody's window */
	expect(TWO_CPUS ONE_PAGE NO_EVICTIONS PROCESS OFF ON POLL, WORST_IRQS_OFF, 0, IRQS);
}

/* What another CPU does while irqs are off here takes no time here. */
static void test_other_cpu(void **state)
{
	(void)state;
	expect(TWO_CPUS "pages: {pg: {zone: lowmem}, other: {zone: lowmem}}\n" NO_EVICTIONS PROCESS
		       OFF READ ON
			"  o:\n    level: process\n    cpu: 1\n    times: forever\n    steps:\n"
			"      - write: {to: other}\n      - read: {from: other}\n",
	       WORST_IRQS_OFF, 0, IRQS + MISS);
}

#define MAPS                                                                                       \
	"      - dma-map-single: {page: {page: pg, len: 32}, dir: to-device, id: m}\n"             \
	"      - dma-unmap-single: {map: m}\n"

/* Two lines of 16 bytes, written back one by one; unmapping what a device only read takes none. */
static void test_call(void **state)
{
	(void)state;
	expect(HEAD ONE_PAGE NO_EVICTIONS PROCESS MAPS, WORST_CACHE_OPS, 0, 2);
	expect(HEAD ONE_PAGE NO_EVICTIONS PROCESS MAPS, WORST_CACHE_OPS, 1, 0);
	expect(HEAD ONE_PAGE NO_EVICTIONS PROCESS MAPS, WORST_TLB_FLUSHES, 0, 0);
}

/* A handler that flushes all the time adds nothing to the call that it interrupts. */
static void test_interrupted_call(void **state)
{
	const char *text = HEAD ONE_PAGE NO_EVICTIONS PROCESS MAPS
		"  h:\n    level: hardirq\n    on: any\n    times: forever\n    steps:\n"
		"      - cache-op: {op: Hit_Writeback_Inv_D, at: pg, len: 64}\n";

	(void)state;
	expect(text, WORST_CACHE_OPS, 0, 2);
	expect(text, WORST_NESTED_CALLS, NO_ID, 1);
	expect(text, WORST_NESTING, NO_ID, 2);
}

/* Interrupts that meet nothing: only the search that tries every choice sees them nest. */
static void test_nesting(void **state)
{
	const char *text = HEAD
		"pages: {pg: {zone: lowmem}, a: {zone: lowmem}, b: {zone: lowmem}}\n" NO_EVICTIONS
			PROCESS READ
		"  s:\n    level: softirq\n    on: any\n    steps:\n      - read: {from: a}\n"
		"  h:\n    level: hardirq\n    on: any\n    steps:\n      - read: {from: b}\n";
	struct scenario *s;
	struct outcome *reduced;
	const struct figure *f;

	(void)state;
	assert_int_equal(value(text, TRUE, WORST_NESTING, NO_ID), 3);
	reduced = explored(text, FALSE, &s);
	f = &find(reduced, WORST_NESTING, NO_ID)->figure;
	assert_true(f->value <= 3);
	/* by their levels there cannot be more than three */
	assert_int_equal(outcome_exact(reduced, f), f->value == 3);
	outcome_free(reduced);
	scenario_free(s);
	diag_free(diag);
}

/* Metering tells states apart only while something is open: at the end there is nothing. */
static void test_states(void **state)
{
	const char *text = HEAD ONE_PAGE ANY_EVICTIONS PROCESS OFF WRITE READ ON READ WRITE READ;
	const struct outcome_options plain = {.unreduced = TRUE, .jobs = 1};
	struct scenario *s;
	struct outcome *with = explored(text, TRUE, &s);
	struct outcome *without = outcome_explore(s, s->cells->pdata[0], &plain);

	(void)state;
	assert_int_equal(with->ends, without->ends);
	assert_true(with->states > without->states);
	assert_int_equal(without->worst.count, 0);
	assert_int_equal(with->verdict, without->verdict);
	outcome_free(with);
	outcome_free(without);
	scenario_free(s);
	diag_free(diag);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window),  cmocka_unit_test(test_evictions),
		cmocka_unit_test(test_refill),  cmocka_unit_test(test_forever),
		cmocka_unit_test(test_poll),    cmocka_unit_test(test_other_cpu),
		cmocka_unit_test(test_call),    cmocka_unit_test(test_interrupted_call),
		cmocka_unit_test(test_nesting), cmocka_unit_test(test_states),
	};
	int failed;

	dir = g_dir_make_tmp("staleline-worst-XXXXXX", NULL);
	path = g_build_filename(dir, "tiny.yaml", NULL);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	g_unlink(path);
	g_rmdir(dir);
	g_free(path);
	g_free(dir);
	return failed;
}
