// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables: as wide as they need, folded where there is less room, and paragraphs where there is next to none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/report/grid.h"

static struct grid *table(void)
{
	static const char *const texts[][4] = {
		{"step", "what", "TLB cpu0", ""},
		{"7", "set_pte 00400000 = pg[0]", "-", ""},
		{"104", "write u: 00400000 -> pg[1]+0x0", "pg[1]", "(2) wrong-page"},
	};
	struct grid *g = grid_new(4, TRUE);
	guint i, j;

	for (i = 0; i < G_N_ELEMENTS(texts); i++) {
		char **row = g_new0(char *, 5);

		for (j = 0; j < 4; j++)
			row[j] = g_strdup(texts[i][j]);
		grid_add(g, row);
	}
	return g;
}

static void folded_is(guint width, const char *want)
{
	struct grid *g = table();
	GString *out = g_string_new(NULL);

	grid_append_folded(out, g, width, 2);
	assert_string_equal(out->str, want);
	g_string_free(out, TRUE);
	grid_free(g);
}

static const char whole[] = "  step  what                            TLB cpu0\n"
			    "     7  set_pte 00400000 = pg[0]        -\n"
			    "   104  write u: 00400000 -> pg[1]+0x0  pg[1]     (2) wrong-page\n";

static void test_room_for_all(void **state)
{
	struct grid *g = table();
	GString *out = g_string_new(NULL);

	(void)state;
	grid_append(out, g);
	assert_string_equal(out->str, whole);
	folded_is(64, whole);
	g_string_free(out, TRUE);
	grid_free(g);
}

/* One column too few: a line more gives six columns in `what`, four in the last one, three in the head of `TLB cpu0`. */
static void test_folded(void **state)
{
	(void)state;
	folded_is(63, "  step  what                      TLB cpu0\n"
		      "     7  set_pte 00400000 = pg[0]  -\n"
		      "   104  write u: 00400000 ->      pg[1]     (2) wrong-page\n"
		      "        pg[1]+0x0\n");
}

static void test_every_width_keeps_the_words(void **state)
{
	guint width;

	(void)state;
	for (width = 10; width < 70; width++) {
		struct grid *g = table();
		GString *out = g_string_new(NULL);
		const char *p, *line;

		grid_append_folded(out, g, width, 2);
		for (p = out->str; *p; p = strchr(p, '\n') + 1)
			/* `wrong-page` behind an indentation of 8 is the longest that cannot be cut */
			assert_true(strchr(p, '\n') - p <= (ptrdiff_t)MAX(width, 18));
		for (line = "set_pte\0write\0pg[1]+0x0\0wrong-page\0"; *line;
		     line += strlen(line) + 1)
			assert_non_null(strstr(out->str, line));
		g_string_free(out, TRUE);
		grid_free(g);
	}
}

static void test_paragraphs(void **state)
{
	(void)state;
	folded_is(30, "  7 set_pte 00400000 = pg[0]\n"
		      "      TLB cpu0: -\n"
		      "  104 write u: 00400000 ->\n"
		      "      pg[1]+0x0\n"
		      "      TLB cpu0: pg[1]\n"
		      "      (2) wrong-page\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room_for_all),
		cmocka_unit_test(test_folded),
		cmocka_unit_test(test_every_width_keeps_the_words),
		cmocka_unit_test(test_paragraphs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
