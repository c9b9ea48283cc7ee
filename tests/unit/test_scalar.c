// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers, booleans, durations and names, read from the text of a scalar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/scenario/scalar.h"

static void number_is(const char *text, guint units, guint64 want)
{
	char why[SCALAR_WHY];
	guint64 got = 12345;
	const char *refused = scalar_u64(text, units, &got, why);

	if (refused)
		fail_msg("`%s` was refused: %s", text, refused);
	assert_int_equal(got, want);
}

static void number_refused(const char *text, guint units, const char *want)
{
	char why[SCALAR_WHY];
	guint64 got = 12345;
	const char *refused = scalar_u64(text, units, &got, why);

	if (!refused)
		fail_msg("`%s` was read as %" G_GUINT64_FORMAT, text, got);
	assert_string_equal(refused, want);
	assert_ptr_equal(refused, why);
	assert_int_equal(got, 12345);
}

static void test_numbers(void **state)
{
	(void)state;
	number_is("0", SCALAR_PLAIN, 0);
	number_is("64", SCALAR_PLAIN, 64);
	number_is("0x40", SCALAR_PLAIN, 64);
	number_is("0xfF", SCALAR_BYTES, 255);
	number_is("0o100", SCALAR_COUNTS, 64);
	number_is("18446744073709551615", SCALAR_PLAIN, G_MAXUINT64);
	number_is("0xffffffffffffffff", SCALAR_PLAIN, G_MAXUINT64);
	/* B is a digit after 0x */
	number_is("0x4B", SCALAR_BYTES, 75);
}

static void test_units(void **state)
{
	(void)state;
	number_is("64B", SCALAR_BYTES, 64);
	number_is("4KiB", SCALAR_BYTES, 4096);
	number_is("1MiB", SCALAR_BYTES, 1 << 20);
	number_is("2GiB", SCALAR_BYTES, G_GUINT64_CONSTANT(2) << 30);
	number_is("0KiB", SCALAR_BYTES, 0);
	number_is("2M", SCALAR_COUNTS, 2000000);
	number_is("5k", SCALAR_COUNTS, 5000);
	number_is("5k", SCALAR_COUNTS | SCALAR_BYTES, 5000);

	number_refused("2M", SCALAR_BYTES, "`M` is no unit of bytes: write 2MiB");
	number_refused("32KB", SCALAR_BYTES, "`KB` is no unit of bytes: write 32KiB");
	number_refused("32K", SCALAR_BYTES, "`K` is no unit of bytes: write 32KiB");
	number_refused("4KiB", SCALAR_COUNTS,
		       "this is a count, not a number of bytes: its units are k and M");
	number_refused("4KiB", SCALAR_PLAIN, "this number has no unit: write it in digits");
	number_refused("2m", SCALAR_COUNTS, "`m` is no unit of a count: write 2M");
	number_refused("4 KiB", SCALAR_BYTES, "a number and its unit are written without a space");
	number_refused("4XiB", SCALAR_BYTES, "expected a number such as 64, 0x40 or 4KiB");
}

static void test_no_number(void **state)
{
	(void)state;
	number_refused("", SCALAR_BYTES, "expected a number such as 64, 0x40 or 4KiB");
	number_refused("many", SCALAR_COUNTS, "expected a number such as 64, 0x40 or 2M");
	number_refused("KiB", SCALAR_PLAIN, "expected a number such as 64, 0x40 or 0o100");
	number_refused(" 1", SCALAR_PLAIN, "expected a number such as 64, 0x40 or 0o100");
	number_refused("1 ", SCALAR_PLAIN, "expected a number such as 64, 0x40 or 0o100");
	number_refused("-1", SCALAR_PLAIN, "expected a number that is not negative");
	number_refused("+1", SCALAR_PLAIN, "a number is written without `+`");
	number_refused("1_000", SCALAR_PLAIN, "a number is written without `_`");
	number_refused("0x1_0", SCALAR_PLAIN, "a number is written without `_`");
	number_refused("1.5KiB", SCALAR_BYTES, "expected a whole number, without a fraction");
	number_refused("0x", SCALAR_PLAIN, "expected hexadecimal digits after 0x");
	number_refused("0o8", SCALAR_PLAIN, "expected octal digits (0 to 7) after 0o");
	number_refused("0X40", SCALAR_PLAIN, "write 0x in lower case");
	number_refused("0x4KiB", SCALAR_BYTES,
		       "expected only hexadecimal digits after 0x; a unit needs a decimal number");
}

/* 010 is 8 to YAML 1.1, 10 to YAML 1.2, and never what its writer thought of. */
static void test_leading_zero(void **state)
{
	(void)state;
	number_refused("010", SCALAR_PLAIN, "a leading zero is ambiguous: write 0o10 or 8");
	number_refused("0010", SCALAR_BYTES, "a leading zero is ambiguous: write 0o10 or 8");
	number_refused("007", SCALAR_PLAIN, "a leading zero is ambiguous: write 7");
	number_refused("089", SCALAR_PLAIN, "a leading zero is ambiguous: write 89");
	number_refused("00", SCALAR_PLAIN, "a leading zero is ambiguous: write 0");
}

static void test_exponents(void **state)
{
	(void)state;
	number_refused("2e6", SCALAR_COUNTS, "write 2000000 or 2M: there are no exponents");
	number_refused("2e6", SCALAR_PLAIN, "write 2000000: there are no exponents");
	number_refused("5E+2", SCALAR_COUNTS, "write 500: there are no exponents");
	number_refused("1.5e3", SCALAR_PLAIN,
		       "expected a whole number in digits, without an exponent");
	number_refused("2e99", SCALAR_PLAIN, "expected a number in digits, without an exponent");
}

static void test_overflow(void **state)
{
	const char *const large = "the number is too large: at most 18446744073709551615";

	(void)state;
	number_refused("18446744073709551616", SCALAR_PLAIN, large);
	number_refused("0x10000000000000000", SCALAR_PLAIN, large);
	number_refused("0o7777777777777777777777", SCALAR_PLAIN, large);
	number_refused("17179869184GiB", SCALAR_BYTES, large);
	number_refused("20e18", SCALAR_PLAIN, large);
}

/* The reason is cut at the end of a character and stays within its buffer. */
static void test_long_reasons(void **state)
{
	g_autofree char *digits = g_strnfill(1000, '7');
	char why[SCALAR_WHY];
	guint64 value;

	(void)state;
	digits[0] = '0';
	assert_non_null(scalar_u64(digits, SCALAR_PLAIN, &value, why));
	digits[0] = '7';
	assert_non_null(scalar_u64(digits, SCALAR_PLAIN, &value, why));
	assert_non_null(scalar_duration_ms(digits, &value, why));
	assert_true(strlen(why) < SCALAR_WHY);
}

static void test_bool(void **state)
{
	const struct {
		const char *text;
		gboolean value;
	} rows[] = {
		{"yes", TRUE},    {"no", FALSE}, {"true", TRUE},
		{"false", FALSE}, {"on", TRUE},  {"off", FALSE},
	};
	char why[SCALAR_WHY];
	gboolean got;

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		assert_null(scalar_bool(rows[i].text, &got, why));
		assert_int_equal(got, rows[i].value);
	}
	assert_string_equal(scalar_bool("Yes", &got, why), "write `yes` in lower case");
	assert_string_equal(scalar_bool("1", &got, why), "expected yes or no");
	assert_string_equal(scalar_bool("", &got, why), "expected yes or no");
}

static void test_duration(void **state)
{
	char why[SCALAR_WHY];
	guint64 ms;

	(void)state;
	assert_null(scalar_duration_ms("30s", &ms, why));
	assert_int_equal(ms, 30000);
	assert_null(scalar_duration_ms("500ms", &ms, why));
	assert_int_equal(ms, 500);
	assert_null(scalar_duration_ms("2m", &ms, why));
	assert_int_equal(ms, 120000);
	assert_string_equal(scalar_duration_ms("30", &ms, why),
			    "a duration needs a unit: write 30s or 30ms");
	assert_string_equal(scalar_duration_ms("1h", &ms, why),
			    "expected a duration such as 500ms, 30s or 2m");
	assert_string_equal(scalar_duration_ms("030s", &ms, why), "a duration has no leading zero");
	assert_string_equal(scalar_duration_ms("30 s", &ms, why),
			    "a number and its unit are written without a space");
	assert_string_equal(scalar_duration_ms("18446744073709551615s", &ms, why),
			    "the duration is too long: at most 18446744073709551615ms");
}

static void test_name(void **state)
{
	char why[SCALAR_WHY];

	(void)state;
	assert_null(scalar_name("kmap-high_get.2", why));
	assert_string_equal(scalar_name("", why), "expected a name, found nothing");
	assert_string_equal(scalar_name("a b", why),
			    "a name has only letters, digits, `.`, `_` and `-`, no space");
	assert_string_equal(scalar_name("a/b", why),
			    "a name has only letters, digits, `.`, `_` and `-`, not `/`");
	assert_string_equal(scalar_name("\xc3\xa4", why),
			    "a name has only ASCII letters, digits, `.`, `_` and `-`");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),      cmocka_unit_test(test_units),
		cmocka_unit_test(test_no_number),    cmocka_unit_test(test_leading_zero),
		cmocka_unit_test(test_exponents),    cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_long_reasons), cmocka_unit_test(test_bool),
		cmocka_unit_test(test_duration),     cmocka_unit_test(test_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
