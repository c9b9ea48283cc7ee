// SPDX-License-Identifier: GPL-2.0-or-later
/* What goes with what: units of steps, contexts and devices; pages renumbered; the same on the toy machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/scenario/ywrite.h"
#include "../../src/shrink/cut.h"

static const char *const text =
	"format: 1\n"
	"strategy: none\n"
	"\n"
	"pages:\n"
	"  pg: {zone: highmem, count: 3}\n"
	"  low: {zone: lowmem}\n"
	"\n"
	"devices:\n"
	"  d: {}\n"
	"  e: {}\n"
	"\n"
	"contexts:\n"
	"  a:\n"
	"    steps:\n"
	"      - map-user: {page: \"pg[0..2]\", as: u}\n"
	"      - write: {to: u+0x1040, id: w}\n"
	"      - write: {to: u+0x2040}\n"
	"      - dma-map-sg: {pages: [low, \"pg[2]\"], dir: to-device, dev: d, id: m}\n"
	"      - dev-start: {dev: d, map: m}\n"
	"      - repeat:\n"
	"          times: 2\n"
	"          steps:\n"
	"            - read: {from: low+0x40, len: 64}\n"
	"            - raise: s\n"
	"      - wait-irq: {dev: d}\n"
	"      - dma-unmap-sg: {map: m}\n"
	"\n"
	"  s:\n"
	"    level: softirq\n"
	"    on: raise\n"
	"    steps:\n"
	"      - read: {from: a.u}\n"
	"      - dev-start: {dev: e, map: a.m}\n"
	"\n"
	"  b:\n"
	"    on: a\n"
	"    steps:\n"
	"      - poll: {from: low, until: a.w}\n"
	"      - read: {from: low}\n"
	"\n"
	"  h:\n"
	"    level: hardirq\n"
	"    on: d\n"
	"    steps:\n"
	"      - write: {to: low}\n"
	"\n"
	"schedules:\n"
	"  x:\n"
	"    - {at: a.w, do: h}\n"
	"    - {after: s.dev-start, do: {evict: low+0x40}}\n"
	"    - {at: b.read, do: s}\n";

struct fixture {
	struct diag *diag;
	struct ytree *tree;
};

static int set_up(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->diag = diag_new();
	f->tree = ytree_load_text(f->diag, "test.yaml", text, strlen(text));
	assert_non_null(f->tree);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	ytree_free(f->tree);
	diag_free(f->diag);
	g_free(f);
	return 0;
}

/* Lines that both texts have, in order, as many as can be: from line i of one and line j of the other on. */
static guint common(char **a, char **b, guint *memo, guint width, guint i, guint j)
{
	guint *n = &memo[i * width + j];

	if (!a[i] || !b[j])
		return 0;
	if (!*n)
		*n = 1 + (!strcmp(a[i], b[j]) ? 1 + common(a, b, memo, width, i + 1, j + 1) :
						MAX(common(a, b, memo, width, i + 1, j),
						    common(a, b, memo, width, i, j + 1)));
	return *n - 1;
}

/* The lines that are gone, and, behind `+`, new ones; each without what indents it. */
static void gone_are(struct fixture *f, const char *want)
{
	g_autoptr(GString) now = g_string_new(NULL), out = g_string_new(NULL);
	g_auto(GStrv) a = g_strsplit(text, "\n", -1);
	g_auto(GStrv) b = NULL;
	g_autofree guint *memo = NULL;
	guint width, i = 0, j = 0;

	ywrite(now, f->tree->root);
	b = g_strsplit(now->str, "\n", -1);
	width = g_strv_length(b) + 1;
	memo = g_new0(guint, (g_strv_length(a) + 1) * width);
	while (a[i] || b[j]) {
		if (a[i] && b[j] && !strcmp(a[i], b[j])) {
			i++, j++;
		} else if (a[i] && (!b[j] || common(a, b, memo, width, i + 1, j) >=
						     common(a, b, memo, width, i, j + 1))) {
			if (*a[i])
				g_string_append_printf(out, "%s\n", g_strstrip(a[i]));
			i++;
		} else {
			if (*b[j])
				g_string_append_printf(out, "+%s\n", g_strstrip(b[j]));
			j++;
		}
	}
	assert_string_equal(out->str, want);
}

static void test_steps_are_numbered_as_compiled(void **state)
{
	struct fixture *f = *state;
	struct outline *l = outline_new(f->tree->root);
	static const char *const want[] = {"map-user",  "write",        "write", "dma-map-sg",
					   "dev-start", "read",         "raise", "repeat",
					   "wait-irq",  "dma-unmap-sg", "read",  "dev-start",
					   "poll",      "read",         "write"};
	guint i;

	assert_int_equal(l->steps->len, G_N_ELEMENTS(want));
	for (i = 0; i < l->steps->len; i++)
		assert_string_equal(outline_step(l, i)->spec->name, want[i]);
	assert_int_equal(outline_step(l, 5)->repeat, 7);
	assert_int_equal(outline_step(l, 7)->repeat, -1);
	assert_true(outline_uses(l, 10, 0)); /* a.u */
	assert_true(outline_uses(l, 11, 3)); /* a.m */
	assert_true(outline_uses(l, 12, 1)); /* until: a.w */
	assert_false(outline_uses(l, 8, 3));
	outline_free(l);
}

static void test_a_mapping_goes_with_its_users(void **state)
{
	struct fixture *f = *state;
	struct unit *u = unit_new(f->tree->root);

	u->step[0] = TRUE;
	unit_take_away(u);
	unit_free(u);
	gone_are(f, "- map-user: {page: \"pg[0..2]\", as: u}\n"
		    "- write: {to: u+0x1040, id: w}\n"
		    "- write: {to: u+0x2040}\n"
		    "- read: {from: a.u}\n"
		    "- poll: {from: low, until: a.w}\n"
		    "- {at: a.w, do: h}\n");
}

static void test_a_context_goes_with_what_names_it(void **state)
{
	struct fixture *f = *state;
	struct unit *u = unit_new(f->tree->root);

	/* its last step but one goes, the last one is a user of the DMA mapping */
	u->step[10] = u->step[3] = TRUE;
	unit_take_away(u);
	unit_free(u);
	gone_are(f, "- dma-map-sg: {pages: [low, \"pg[2]\"], dir: to-device, dev: d, id: m}\n"
		    "- dev-start: {dev: d, map: m}\n"
		    "- raise: s\n"
		    "- dma-unmap-sg: {map: m}\n"
		    "s:\n"
		    "level: softirq\n"
		    "on: raise\n"
		    "steps:\n"
		    "- read: {from: a.u}\n"
		    "- dev-start: {dev: e, map: a.m}\n"
		    "- {after: s.dev-start, do: {evict: low+0x40}}\n"
		    "- {at: b.read, do: s}\n");
}

static void test_who_waited_for_a_context_does_not(void **state)
{
	struct fixture *f = *state;
	struct unit *u = unit_new(f->tree->root);

	u->context[0] = TRUE;
	unit_take_away(u);
	unit_free(u);
	assert_int_equal(outline_events(f->tree->root)->items->len, 0);
	assert_null(ynode_get(ynode_get(f->tree->root, "contexts"), "a"));
	/* all that the softirq does is with the process' mappings */
	assert_null(ynode_get(ynode_get(f->tree->root, "contexts"), "s"));
	assert_null(ynode_get(ynode_get(ynode_get(f->tree->root, "contexts"), "b"), "on"));
}

static void test_a_device_goes_with_its_transfers(void **state)
{
	struct fixture *f = *state;
	struct unit *u = unit_new(f->tree->root);

	g_ptr_array_add(u->devices, g_strdup("d"));
	unit_take_away(u);
	unit_free(u);
	gone_are(f, "d: {}\n"
		    "- dma-map-sg: {pages: [low, \"pg[2]\"], dir: to-device, dev: d, id: m}\n"
		    "- dev-start: {dev: d, map: m}\n"
		    "+- dma-map-sg: {pages: [low, \"pg[2]\"], dir: to-device, id: m}\n"
		    "- wait-irq: {dev: d}\n"
		    "h:\n"
		    "level: hardirq\n"
		    "on: d\n"
		    "steps:\n"
		    "- write: {to: low}\n"
		    "- {at: a.w, do: h}\n");
}

static enum cut_result cut(struct fixture *f, const char *name, guint n)
{
	struct compiled compiled = {0};
	struct cutter c = {.compiled = &compiled, .explored = TRUE};
	const struct cut_kind *kind;

	compiled.cell.machine.page_shift = 12;
	compiled.cell.machine.sector_shift = 5;
	compiled.cell.machine.l1d.colours = 1;
	for (kind = cut_kinds; strcmp(kind->name, name);)
		kind++;
	return kind->make(&c, f->tree, f->tree->root, n);
}

static void test_a_page_of_several_goes(void **state)
{
	struct fixture *f = *state;

	/* the one in the middle: what came behind it moves up */
	assert_int_equal(cut(f, "page", 2), CUT_MADE);
	gone_are(f, "pg: {zone: highmem, count: 3}\n"
		    "+pg: {zone: highmem, count: 2}\n"
		    "- map-user: {page: \"pg[0..2]\", as: u}\n"
		    "- write: {to: u+0x1040, id: w}\n"
		    "- write: {to: u+0x2040}\n"
		    "- dma-map-sg: {pages: [low, \"pg[2]\"], dir: to-device, dev: d, id: m}\n"
		    "+- map-user: {page: \"pg[0..1]\", as: u}\n"
		    "+- write: {to: u+0x1040}\n"
		    "+- dma-map-sg: {pages: [low, \"pg[1]\"], dir: to-device, dev: d, id: m}\n"
		    "- poll: {from: low, until: a.w}\n"
		    "- {at: a.w, do: h}\n");
}

static void test_the_toy_keeps_lines_apart(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cut(f, "machine", 0), CUT_MADE);
	gone_are(f, "- write: {to: u+0x1040, id: w}\n"
		    "- write: {to: u+0x2040}\n"
		    "+- write: {to: u+0x50, id: w}\n"
		    "+- write: {to: u+0x90}\n"
		    "- read: {from: low+0x40, len: 64}\n"
		    "+- read: {from: low+0x10, len: 32}\n"
		    "- {after: s.dev-start, do: {evict: low+0x40}}\n"
		    "+- {after: s.dev-start, do: {evict: low+0x10}}\n"
		    "+machine:\n"
		    "+preset: toy\n");
}

static void test_offsets_go_together(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cut(f, "offset", 0), CUT_MADE);
	gone_are(f, "- write: {to: u+0x1040, id: w}\n"
		    "- write: {to: u+0x2040}\n"
		    "+- write: {to: u+0x1000, id: w}\n"
		    "+- write: {to: u+0x2000}\n"
		    "- read: {from: low+0x40, len: 64}\n"
		    "+- read: {from: low, len: 64}\n"
		    "- {after: s.dev-start, do: {evict: low+0x40}}\n"
		    "+- {after: s.dev-start, do: {evict: low}}\n");
	/* and none is left */
	assert_int_equal(cut(f, "offset", 0), CUT_END);
}

static void test_every_kind_ends(void **state)
{
	const struct cut_kind *kind;
	guint n;

	(void)state;
	for (kind = cut_kinds; kind->name; kind++) {
		enum cut_result result = CUT_MADE;

		for (n = 0; result != CUT_END; n++) {
			struct fixture *f;

			assert_true(n < 1000);
			set_up((void **)&f);
			result = cut(f, kind->name, n);
			tear_down((void **)&f);
		}
	}
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_steps_are_numbered_as_compiled),
		WITH_FIXTURE(test_a_mapping_goes_with_its_users),
		WITH_FIXTURE(test_a_context_goes_with_what_names_it),
		WITH_FIXTURE(test_who_waited_for_a_context_does_not),
		WITH_FIXTURE(test_a_device_goes_with_its_transfers),
		WITH_FIXTURE(test_a_page_of_several_goes),
		WITH_FIXTURE(test_the_toy_keeps_lines_apart),
		WITH_FIXTURE(test_offsets_go_together),
		cmocka_unit_test(test_every_kind_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
