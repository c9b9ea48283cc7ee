// SPDX-License-Identifier: GPL-2.0-or-later
/* "Did you mean" and lists of words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/scenario/words.h"

static const char *const steps[] = {
	"dma-map-sg",  "dma-unmap-sg", "kmap", "kmap-atomic", "kunmap", "kunmap-atomic",
	"kmap_stacks", "alloc",        "free", "read",        "write",  NULL,
};

static void nearest_is(const char *got, const char *want)
{
	const char *found = words_nearest(got, steps);

	if (!want)
		assert_null(found);
	else if (!found)
		fail_msg("nothing is near `%s`, expected `%s`", got, want);
	else
		assert_string_equal(found, want);
}

static void test_case_comes_first(void **state)
{
	const char *const words[] = {"kmaq", "KMAP", "kmap", NULL};

	(void)state;
	nearest_is("DMA-Map-SG", "dma-map-sg");
	assert_string_equal(words_nearest("Kmap", words), "KMAP");
}

static void test_dash_and_underscore(void **state)
{
	(void)state;
	nearest_is("dma_map_sg", "dma-map-sg");
	nearest_is("KMAP-STACKS", "kmap_stacks");
}

static void test_edits(void **state)
{
	(void)state;
	nearest_is("dma-map-gs", "dma-map-sg");
	nearest_is("aloc", "alloc");
	nearest_is("allocc", "alloc");
	nearest_is("frex", "free");
	nearest_is("kunmpa", "kunmap");
}

/* A third of the length, and one edit even for a word of one or two characters. */
static void test_edit_limit(void **state)
{
	const char *const words[] = {"ab", "abcdef", NULL};

	(void)state;
	assert_string_equal(words_nearest("a", words), "ab");
	assert_null(words_nearest("xy", words));
	assert_string_equal(words_nearest("abcdxy", words), "abcdef");
	assert_null(words_nearest("abcxyz", words));
	nearest_is("tlb-flush", NULL);
	nearest_is("", NULL);
}

static void test_ties_by_order(void **state)
{
	const char *const words[] = {"bat", "cat", NULL};

	(void)state;
	assert_string_equal(words_nearest("rat", words), "bat");
}

static void test_words_in_another_order(void **state)
{
	(void)state;
	nearest_is("atomic-kmap", "kmap-atomic");
	nearest_is("sg-unmap-dma", "dma-unmap-sg");
}

static void test_the_only_word_that_begins_so(void **state)
{
	const char *const words[] = {"KM_SKB_DATA_SOFTIRQ", "KM_USER0", "KM_USER1", NULL};

	(void)state;
	assert_string_equal(words_nearest("KM_SKB", words), "KM_SKB_DATA_SOFTIRQ");
	assert_string_equal(words_nearest("km_skb_dat", words), "KM_SKB_DATA_SOFTIRQ");
	assert_null(words_nearest("KM_", words));
	assert_null(words_nearest("KM", words));
	assert_null(words_nearest("", words));
}

/* Neither a long word nor bytes that are not UTF-8 may hurt. */
static void test_odd_input(void **state)
{
	g_autofree char *large = g_strnfill(1 << 20, 'k');

	(void)state;
	nearest_is(large, NULL);
	nearest_is("kma\xff", "kmap");
	nearest_is("km\xc3\xa4p", "kmap");
}

static void joined_is(guint count, const char *want)
{
	const char *const words[] = {"a", "b", "c", "d", "e", "f", "g",
				     "h", "i", "j", "k", "l", "m"};
	const char *list[G_N_ELEMENTS(words) + 1] = {NULL};
	g_autofree char *got = NULL;

	for (guint i = 0; i < count; i++)
		list[i] = words[i];
	got = words_join(list, "or");
	assert_string_equal(got, want);
}

static void test_join(void **state)
{
	(void)state;
	joined_is(0, "");
	joined_is(1, "`a`");
	joined_is(2, "`a` or `b`");
	joined_is(3, "`a`, `b` or `c`");
	joined_is(12, "`a`, `b`, `c`, `d`, `e`, `f`, `g`, `h`, `i`, `j`, `k` or `l`");
	joined_is(13, "`a`, `b`, `c`, `d`, `e`, `f`, `g`, `h`, `i`, `j`, `k`, `l`, …");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_case_comes_first),
		cmocka_unit_test(test_dash_and_underscore),
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_edit_limit),
		cmocka_unit_test(test_ties_by_order),
		cmocka_unit_test(test_words_in_another_order),
		cmocka_unit_test(test_the_only_word_that_begins_so),
		cmocka_unit_test(test_odd_input),
		cmocka_unit_test(test_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
