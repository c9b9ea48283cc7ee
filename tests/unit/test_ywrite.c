// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A tree as text gives the same tree when it is read again: every file of the folders named on the command line,
 * and random trees. And the layout, once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/scenario/ymake.h"
#include "../../src/scenario/ywrite.h"

static char **folders;

static gboolean same(const struct ynode *a, const struct ynode *b)
{
	guint i;

	if (a->kind != b->kind || ynode_is_empty(a) != ynode_is_empty(b))
		return FALSE;
	if (a->kind == Y_SCALAR)
		return !strcmp(a->text, b->text) && (a->text[0] != '$' || a->quoted == b->quoted);
	if (a->kind == Y_LIST) {
		for (i = 0; i < a->items->len && i < b->items->len; i++)
			if (!same(a->items->pdata[i], b->items->pdata[i]))
				return FALSE;
		return a->items->len == b->items->len;
	}
	for (i = 0; i < a->entries->len && i < b->entries->len; i++) {
		const struct yentry *x = &g_array_index(a->entries, struct yentry, i);
		const struct yentry *y = &g_array_index(b->entries, struct yentry, i);

		if (strcmp(x->key->text, y->key->text) || !same(x->value, y->value))
			return FALSE;
	}
	return a->entries->len == b->entries->len;
}

/* Written, read, compared; and written again, which changes nothing. */
static void check(const struct ynode *root)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GString) again = g_string_new(NULL);
	g_autoptr(GString) faults = g_string_new(NULL);
	struct diag *diag = diag_new();
	struct ytree *tree;

	ywrite(text, root);
	tree = ytree_load_text(diag, "written.yaml", text->str, text->len);
	if (!tree) {
		diag_print(diag, faults, FALSE);
		fail_msg("not readable:\n%s\n%s", text->str, faults->str);
	}
	if (!same(root, tree->root))
		fail_msg("not the same tree:\n%s", text->str);
	ywrite(again, tree->root);
	assert_string_equal(text->str, again->str);
	ytree_free(tree);
	diag_free(diag);
}

static guint folder_check(const char *folder)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;
	guint n = 0;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		struct diag *diag;
		struct ytree *tree;

		if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
			n += folder_check(path);
			continue;
		}
		if (!g_str_has_suffix(path, ".yaml"))
			continue;
		diag = diag_new();
		tree = ytree_load_file(diag, path);
		if (tree) {
			check(tree->root);
			n++;
		}
		ytree_free(tree);
		diag_free(diag);
	}
	if (dir)
		g_dir_close(dir);
	return n;
}

static void test_every_file_comes_back(void **state)
{
	guint i;

	(void)state;
	for (i = 0; folders[i]; i++)
		assert_true(folder_check(folders[i]) > 2);
}

/* Texts that mean something else when they are written carelessly. */
static const char *const awkward[] = {
	"",
	" ",
	"a",
	"a b",
	"a: b",
	"a:",
	": a",
	"a #b",
	"#a",
	"- a",
	"-",
	"-1",
	"$a",
	"a,b",
	"[a]",
	"{a: b}",
	"a\nb",
	"a\nb\n",
	"\na",
	"a\n\nb",
	"a \nb",
	" a\nb",
	"a\n  b\n",
	"a\n",
	"\t",
	"a\tb",
	"\"",
	"'a'",
	"a\\b",
	"<<",
	"*a",
	"&a",
	"!a",
	"%a",
	"@a",
	"`a",
	"|",
	">",
	"?",
	"? a",
	"---",
	"...",
	"a\xc2\x85"
	"b",
	"\xc3\xa9",
	"\xe2\x80\xa8",
	"a\xef\xbb\xbf"
	"b",
	"a\x01",
	"no",
	"~",
	"0x40",
	"pg[0..2]",
	"pg+0x40",
	"user.map",
	"a  b",
	"a ",
	"\xf0\x9f\x99\x82",
	"a.",
	".a",
	"..",
};

static struct ynode *random_text(struct ytree *tree, GRand *dice)
{
	const char *text = awkward[g_rand_int_range(dice, 0, G_N_ELEMENTS(awkward))];
	struct ynode *node;
	GString *many;
	gint i;

	if (g_rand_int_range(dice, 0, 12)) {
		node = ymake_text(tree, text);
		node->quoted = g_rand_boolean(dice);
		return node;
	}
	many = g_string_new("word");
	for (i = g_rand_int_range(dice, 0, 60); i; i--)
		g_string_append_printf(many, " %.*s", g_rand_int_range(dice, 1, 9), "#sentence");
	node = ymake_text(tree, many->str);
	g_string_free(many, TRUE);
	return node;
}

static struct ynode *random_tree(struct ytree *tree, GRand *dice, guint depth)
{
	gint i, n = g_rand_int_range(dice, 0, 5);
	gint kind = depth > 5 ? 0 : g_rand_int_range(dice, 0, 4);
	struct ynode *node;

	if (kind < 2)
		return random_text(tree, dice);
	node = kind == 2 ? ymake_list(tree) : ymake_map(tree);
	for (i = 0; i < n; i++) {
		struct ynode *child = random_tree(tree, dice, depth + 1);

		if (kind == 2)
			ymake_add(node, child);
		else
			ymake_put(tree, node, random_text(tree, dice)->text, child);
	}
	return node;
}

static void test_random_trees_come_back(void **state)
{
	GRand *dice = g_rand_new_with_seed(1);
	guint i;

	(void)state;
	for (i = 0; i < 3000; i++) {
		struct ytree *tree = ytree_new();
		struct ynode *root = random_tree(tree, dice, 0);

		if (!ynode_is_empty(root))
			check(root);
		ytree_free(tree);
	}
	g_rand_free(dice);
}

static void test_layout(void **state)
{
	static const char text[] =
		"format: 1\n"
		"name: x\n"
		"origin: >-\n"
		"  a text that is so long that it does not fit on one line of a hundred and twenty columns is "
		"folded between one word and\n"
		"  another\n"
		"\n"
		"machine:\n"
		"  preset: toy\n"
		"  l1d: {size: 256, ways: 4}\n"
		"\n"
		"devices:\n"
		"  d: {}\n"
		"  e:\n"
		"\n"
		"contexts:\n"
		"  a:\n"
		"    level: process\n"
		"    steps:\n"
		"      - dma-map-sg: {pages: [{page: \"pg[0]\", len: 32}], dir: to-device, id: map}\n"
		"      - dma-map-sg:\n"
		"          pages:\n"
		"            - {page: \"pg[0..1]\", offset: 0x40, len: 4128}\n"
		"            - {page: \"pg[2]\", offset: 0x40, len: 32}\n"
		"            - {page: \"pg[3]\", offset: 0x40, len: 32}\n"
		"          dir: to-device\n"
		"      - raise: a\n"
		"\n"
		"  b:\n"
		"    steps: [preempt-disable, preempt-enable]\n"
		"\n"
		"expect:\n"
		"  - verdict: clean\n";
	g_autoptr(GString) out = g_string_new(NULL);
	struct diag *diag = diag_new();
	struct ytree *tree = ytree_load_text(diag, "layout.yaml", text, strlen(text));

	(void)state;
	assert_non_null(tree);
	ywrite(out, tree->root);
	assert_string_equal(out->str, text);
	ytree_free(tree);
	diag_free(diag);
}

/* A changed copy leaves the tree it was made of alone. */
static void test_a_copy_is_its_own(void **state)
{
	static const char text[] = "a: &x [1, 2]\nb: *x\n";
	g_autoptr(GString) out = g_string_new(NULL);
	struct diag *diag = diag_new();
	struct ytree *tree = ytree_load_text(diag, "copy.yaml", text, strlen(text));
	struct ytree *other = ytree_new();
	struct ynode *copy;

	(void)state;
	assert_non_null(tree);
	copy = ymake_copy(other, tree->root);
	assert_true(same(copy, tree->root));
	g_ptr_array_set_size(ynode_get(copy, "a")->items, 1);
	ymake_put(other, copy, "c", ymake_text(other, "new"));
	ymake_drop(copy, "none");
	ywrite(out, copy);
	assert_string_equal(out->str, "a: [1]\nb: [1, 2]\nc: new\n");
	ymake_drop(copy, "a");
	assert_null(ynode_get(copy, "a"));
	assert_int_equal(ynode_get(tree->root, "a")->items->len, 2);
	ytree_free(tree);
	ytree_free(other);
	diag_free(diag);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_file_comes_back),
		cmocka_unit_test(test_random_trees_come_back),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_a_copy_is_its_own),
	};

	(void)argc;
	folders = argv + 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
