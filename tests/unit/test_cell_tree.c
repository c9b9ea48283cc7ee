// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each cell of the scenarios below the folders named on the command line, written as a file of its own, is read
 * again as one cell and does what it did: the same states, transitions and rules, or the same choices.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/judge/outcome.h"
#include "../../src/scenario/cell_tree.h"
#include "../../src/scenario/expand.h"
#include "../../src/scenario/ymake.h"
#include "../../src/scenario/ywrite.h"

#define STATES 2000

static char **folders;

static struct outcome *execute(struct scenario *s, const struct scenario_cell *cell)
{
	static const struct outcome_options limits = {.max_states = STATES};

	if (!cell->schedule || !strcmp(cell->schedule, "all"))
		return outcome_explore(s, cell, &limits);
	return outcome_run(s, cell, cell->schedule, &limits);
}

static void text_check(struct scenario *s, const struct scenario_cell *cell, const char *text,
		       gboolean expected)
{
	const struct scenario_options options = {.need_expect = expected};
	g_autoptr(GString) faults = g_string_new(NULL);
	struct diag *diag = diag_new();
	struct scenario *alone;
	struct outcome *a, *b;

	alone = scenario_load_text(diag, s->path, text, strlen(text), &options);
	if (!alone) {
		diag_print(diag, faults, FALSE);
		fail_msg("%s[%s] does not load:\n%s\n%s", s->path, cell->id, text, faults->str);
	}
	assert_int_equal(alone->cells->len, 1);
	a = execute(s, cell);
	b = execute(alone, alone->cells->pdata[0]);
	if (a->states != b->states || a->transitions != b->transitions ||
	    a->verdict != b->verdict || a->explored != b->explored || a->warned != b->warned ||
	    a->found.count != b->found.count || memcmp(a->rule, b->rule, sizeof(a->rule)))
		fail_msg("%s[%s] is another cell:\n%s", s->path, cell->id, text);
	if (expected) {
		const struct scenario_cell *c = alone->cells->pdata[0];

		assert_int_equal(c->expect->verdict, cell->expect->verdict);
		assert_memory_equal(c->expect->rule, cell->expect->rule, sizeof(c->expect->rule));
		assert_int_equal(c->expect->warnings, cell->expect->warnings);
	}
	assert_false(strchr(text, '$'));
	outcome_free(a);
	outcome_free(b);
	scenario_free(alone);
	diag_free(diag);
}

/* All that stands behind a key or a dash on its own line has its origin behind it. */
static void origins_check(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint i, n = 0;

	for (i = 0; lines[i]; i++)
		n += g_regex_match_simple("^[^#]*  # [^ ].*(:[0-9]+|the default|line [0-9]+)$",
					  lines[i], 0, 0);
	assert_true(n >= 8);
	assert_true(strstr(text, "  # machines/") != NULL);
}

static void cell_check(struct scenario *s, const struct scenario_cell *cell)
{
	struct ytree *tree = ytree_new();
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *expanded = expand_cell(s, cell, s->base);

	ywrite(text, cell_tree(s, cell, s->base, tree));
	text_check(s, cell, text->str, FALSE);
	text_check(s, cell, expanded, TRUE);
	origins_check(expanded);
	ytree_free(tree);
}

static guint folder_check(const char *folder)
{
	static const struct scenario_options options = {0};
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;
	guint n = 0, i;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		struct diag *diag;
		struct scenario *s;

		if (!strcmp(name, "strategies"))
			continue;
		if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
			n += folder_check(path);
			continue;
		}
		if (!g_str_has_suffix(path, ".yaml"))
			continue;
		diag = diag_new();
		s = scenario_load(diag, path, &options);
		assert_non_null(s);
		for (i = 0; i < s->cells->len; i++, n++)
			cell_check(s, s->cells->pdata[i]);
		scenario_free(s);
		diag_free(diag);
	}
	if (dir)
		g_dir_close(dir);
	return n;
}

static void test_a_cell_alone_does_the_same(void **state)
{
	guint i;

	(void)state;
	for (i = 0; folders[i]; i++)
		assert_true(folder_check(folders[i]) >= 6);
}

/* A strategy file is named from where the new file is to stand. */
static void test_the_path_of_a_strategy(void **state)
{
	static const char *const names[] = {"scenarios/tlb/strategies/x.yaml", NULL};
	static const struct {
		const char *folder, *want;
	} cases[] = {
		{".", "scenarios/tlb/strategies/x.yaml"},
		{"scenarios/tlb", "strategies/x.yaml"},
		{"scenarios/tlb/strategies", "x.yaml"},
		{"scenarios/dma", "../tlb/strategies/x.yaml"},
	};
	guint i;

	(void)state;
	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct ytree *tree = ytree_new(), *empty = ytree_new();
		struct scenario s = {.tree = empty, .base = (char *)"."};
		struct scenario_cell cell = {.strategy = (char *)names[0]};

		empty->root = ymake_map(empty);
		assert_string_equal(
			ynode_get(cell_tree(&s, &cell, cases[i].folder, tree), "strategy")->text,
			cases[i].want);
		ytree_free(tree);
		ytree_free(empty);
	}
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_cell_alone_does_the_same),
		cmocka_unit_test(test_the_path_of_a_strategy),
	};

	(void)argc;
	folders = argv + 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
