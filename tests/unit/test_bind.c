// SPDX-License-Identifier: GPL-2.0-or-later
/* Typed values out of a tree. What is said of wrong ones is in tests/golden/bad-scenario. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/bind.h"
#include "scenario/scalar.h"

struct fixture {
	struct binder b;
	struct ytree *tree;
};

static int set_up(void **state)
{
	static const char text[] = "num: 0x40\nsize: 4KiB\nword: two\nyes: yes\nodd: 24\nmap: {a: 1}\n"
				   "list: [1]\naxis: $l2\nquoted: \"$l2\"\nempty:\n";
	struct fixture *f = g_new0(struct fixture, 1);

	f->b.diag = diag_new();
	f->tree = ytree_load_text(f->b.diag, "test.yaml", text, sizeof(text) - 1);
	assert_non_null(f->tree);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	if (f->b.axis)
		g_hash_table_unref(f->b.axis);
	ytree_free(f->tree);
	diag_free(f->b.diag);
	g_free(f);
	return 0;
}

static const struct ynode *at(struct fixture *f, const char *key)
{
	return ynode_get(f->tree->root, key);
}

static const char *last_code(struct fixture *f)
{
	g_autoptr(GPtrArray) faults = diag_sorted(f->b.diag);

	return faults->len ? ((struct diag_fault *)faults->pdata[faults->len - 1])->code : "";
}

static void test_numbers(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(bind_number(&f->b, at(f, "num"), "num", SCALAR_PLAIN, 0, 100, 7), 64);
	assert_int_equal(bind_number(&f->b, at(f, "size"), "size", SCALAR_BYTES, 0, 8192, 7), 4096);
	assert_int_equal(bind_power(&f->b, at(f, "size"), "size", SCALAR_BYTES, 1, 8192, 7), 4096);
	assert_int_equal(diag_count(f->b.diag), 0);
	assert_int_equal(bind_number(&f->b, at(f, "num"), "num", SCALAR_PLAIN, 0, 63, 7), 7);
	assert_string_equal(last_code(f), "E0106");
	assert_int_equal(bind_power(&f->b, at(f, "odd"), "odd", SCALAR_PLAIN, 1, 100, 8), 8);
	assert_string_equal(last_code(f), "E0107");
}

static void test_words(void **state)
{
	static const char *const words[] = {"one", "two", NULL};
	struct fixture *f = *state;
	guint64 number = 5;

	assert_int_equal(bind_word(&f->b, at(f, "word"), "word", words), 1);
	assert_true(bind_bool(&f->b, at(f, "yes"), "yes", FALSE));
	assert_int_equal(bind_word_or_number(&f->b, at(f, "word"), "w", words, SCALAR_PLAIN, 0, 100, &number), 1);
	assert_int_equal(number, 5);
	assert_int_equal(bind_word_or_number(&f->b, at(f, "odd"), "w", words, SCALAR_PLAIN, 0, 100, &number), -1);
	assert_int_equal(number, 24);
	assert_int_equal(diag_count(f->b.diag), 0);
	assert_int_equal(bind_word(&f->b, at(f, "yes"), "yes", words), -1);
	assert_string_equal(last_code(f), "E0103");
}

static void test_kinds(void **state)
{
	static const char *const keys[] = {"a", NULL}, *const others[] = {"b", NULL};
	struct fixture *f = *state;

	assert_true(bind_map(&f->b, at(f, "map"), "map", keys));
	assert_true(bind_list(&f->b, at(f, "list"), "list"));
	assert_int_equal(diag_count(f->b.diag), 0);
	/* still a map, so that its known keys are read */
	assert_true(bind_map(&f->b, at(f, "map"), "map", others));
	assert_string_equal(last_code(f), "E0102");
	assert_false(bind_list(&f->b, at(f, "map"), "map"));
	assert_null(bind_text(&f->b, at(f, "list"), "list"));
	assert_null(bind_text(&f->b, at(f, "empty"), "empty"));
	assert_string_equal(last_code(f), "E0101");
}

static void test_axis(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(bind_text(&f->b, at(f, "quoted"), "quoted"), "$l2");
	f->b.axis = g_hash_table_new(g_str_hash, g_str_equal);
	g_hash_table_insert(f->b.axis, (gpointer) "l2", (gpointer)at(f, "word"));
	assert_string_equal(bind_text(&f->b, at(f, "axis"), "axis"), "two");
	assert_int_equal(diag_count(f->b.diag), 0);
	g_hash_table_remove_all(f->b.axis);
	assert_null(bind_text(&f->b, at(f, "axis"), "axis"));
	assert_string_equal(last_code(f), "E0110");
}

static void test_misspelt(void **state)
{
	struct fixture *f = *state;

	assert_true(bind_misspelt(f->tree->root, "sizes"));
	assert_false(bind_misspelt(f->tree->root, "size"));
	assert_false(bind_misspelt(f->tree->root, "contexts"));
	assert_null(bind_required(&f->b, f->tree->root, "test", "sizes"));
	assert_int_equal(diag_count(f->b.diag), 0);
	assert_null(bind_required(&f->b, f->tree->root, "test", "contexts"));
	assert_string_equal(last_code(f), "E0108");
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_numbers), WITH_FIXTURE(test_words),	 WITH_FIXTURE(test_kinds),
		WITH_FIXTURE(test_axis),    WITH_FIXTURE(test_misspelt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
