// SPDX-License-Identifier: GPL-2.0-or-later
#include "scalar.h"

#include <string.h>

#define NUMBER_SHOWN 40 /* digits of the user's number that fit into a reason */

static const char *G_GNUC_PRINTF(2, 3) because(char *why, const char *fmt, ...)
{
	g_autofree char *text = NULL;
	const char *end;
	va_list args;

	va_start(args, fmt);
	text = g_strdup_vprintf(fmt, args);
	va_end(args);
	g_strlcpy(why, text, SCALAR_WHY);
	if (strlen(text) >= SCALAR_WHY && !g_utf8_validate(why, -1, &end))
		why[end - why] = '\0';
	return why;
}

struct unit {
	const char *name;
	guint64 factor;
	guint in; /* enum scalar_units; 0 marks a spelling that is only recognised to be corrected
		   */
	const char *instead;
};

static const struct unit number_units[] = {
	{"k", 1000, SCALAR_COUNTS, "KiB"},
	{"M", 1000000, SCALAR_COUNTS, "MiB"},
	{"B", 1, SCALAR_BYTES, NULL},
	{"KiB", 1 << 10, SCALAR_BYTES, NULL},
	{"MiB", 1 << 20, SCALAR_BYTES, NULL},
	{"GiB", 1 << 30, SCALAR_BYTES, NULL},
	{"K", 1000, 0, "KiB"},
	{"KB", 1 << 10, 0, "KiB"},
	{"kB", 1 << 10, 0, "KiB"},
	{"kb", 1 << 10, 0, "KiB"},
	{"kib", 1 << 10, 0, "KiB"},
	{"m", 1000000, 0, "MiB"},
	{"MB", 1 << 20, 0, "MiB"},
	{"mb", 1 << 20, 0, "MiB"},
	{"mib", 1 << 20, 0, "MiB"},
	{"G", 1 << 30, 0, "GiB"},
	{"GB", 1 << 30, 0, "GiB"},
	{"gib", 1 << 30, 0, "GiB"},
	{"b", 1, 0, "B"},
};

static const char *number_expected(char *why, guint units)
{
	return because(why, "expected a number such as %s",
		       units & SCALAR_BYTES  ? "64, 0x40 or 4KiB" :
		       units & SCALAR_COUNTS ? "64, 0x40 or 2M" :
					       "64, 0x40 or 0o100");
}

static gboolean digits_read(const char *text, gsize n, guint base, guint64 *value)
{
	guint64 sum = 0;

	for (gsize i = 0; i < n; i++) {
		guint digit = g_ascii_xdigit_value(text[i]);

		if (!g_uint64_checked_mul(&sum, sum, base) ||
		    !g_uint64_checked_add(&sum, sum, digit))
			return FALSE;
	}
	*value = sum;
	return TRUE;
}

static const char *too_large(char *why)
{
	return because(why, "the number is too large: at most 18446744073709551615");
}

static const char *read_prefixed(const char *text, guint64 *value, char *why)
{
	gboolean hex = text[1] == 'x';
	const char *p = text + 2;
	const char *what = hex ? "hexadecimal digits after 0x" : "octal digits (0 to 7) after 0o";
	gsize n = strspn(p, hex ? "0123456789abcdefABCDEF" : "01234567");

	if (!n)
		return because(why, "expected %s", what);
	if (p[n] == '_')
		return because(why, "a number is written without `_`");
	if (p[n])
		return because(why, "expected only %s; a unit needs a decimal number", what);
	if (!digits_read(p, n, hex ? 16 : 8, value))
		return too_large(why);
	return NULL;
}

/* 2e6 and 1.5e3 are how a few languages write counts; say the number if it is a whole one. */
static const char *read_exponent(const char *text, gsize n, guint units, char *why)
{
	guint64 mantissa, exponent;
	const char *p = text + n;
	gsize fraction = 0, digits;

	if (*p == '.')
		fraction = strspn(++p, "0123456789");
	p += fraction;
	if (*p != 'e' && *p != 'E')
		return because(why, "expected a whole number, without a fraction");
	p++;
	p += *p == '+';
	digits = strspn(p, "0123456789");
	if (!digits || p[digits] || fraction)
		return because(why, "expected a whole number in digits, without an exponent");
	if (!digits_read(text, n, 10, &mantissa) || !digits_read(p, digits, 10, &exponent) ||
	    exponent > 19)
		return because(why, "expected a number in digits, without an exponent");
	for (; exponent; exponent--)
		if (!g_uint64_checked_mul(&mantissa, mantissa, 10))
			return too_large(why);
	if ((units & SCALAR_COUNTS) && mantissa && mantissa % 1000000 == 0)
		return because(why,
			       "write %" G_GUINT64_FORMAT " or %" G_GUINT64_FORMAT
			       "M: there are no exponents",
			       mantissa, mantissa / 1000000);
	return because(why, "write %" G_GUINT64_FORMAT ": there are no exponents", mantissa);
}

static const char *read_zero(const char *text, gsize n, char *why)
{
	gsize skip = MIN(strspn(text, "0"), n - 1);
	guint64 octal;

	if (n > NUMBER_SHOWN)
		return because(
			why,
			"a leading zero is ambiguous: write 0o for octal, or leave the zero out");
	if (strspn(text, "01234567") < n || !digits_read(text, n, 8, &octal))
		return because(why, "a leading zero is ambiguous: write %.*s", (int)(n - skip),
			       text + skip);
	if (octal < 8)
		return because(why, "a leading zero is ambiguous: write %" G_GUINT64_FORMAT, octal);
	return because(why, "a leading zero is ambiguous: write 0o%.*s or %" G_GUINT64_FORMAT,
		       (int)(n - skip), text + skip, octal);
}

static const char *read_unit(const char *text, gsize n, guint units, guint64 *value, char *why)
{
	const char *name = text + n;
	int shown = MIN(n, NUMBER_SHOWN);
	guint64 number;

	if (!digits_read(text, n, 10, &number))
		return too_large(why);
	if (!*name) {
		*value = number;
		return NULL;
	}
	if (*name == ' ' && g_ascii_isalpha(name[1]))
		return because(why, "a number and its unit are written without a space");

	for (gsize i = 0; i < G_N_ELEMENTS(number_units); i++) {
		const struct unit *unit = &number_units[i];

		if (!g_str_equal(unit->name, name))
			continue;
		if (unit->in & units) {
			if (!g_uint64_checked_mul(&number, number, unit->factor))
				return too_large(why);
			*value = number;
			return NULL;
		}
		if (!units)
			return because(why, "this number has no unit: write it in digits");
		if ((units & SCALAR_BYTES) && unit->instead)
			return because(why, "`%s` is no unit of bytes: write %.*s%s", name, shown,
				       text, unit->instead);
		if (!unit->in && g_str_equal(name, "K"))
			return because(why, "`K` is no unit of a count: write %.*sk", shown, text);
		if (!unit->in && g_str_equal(name, "m"))
			return because(why, "`m` is no unit of a count: write %.*sM", shown, text);
		return because(why,
			       "this is a count, not a number of bytes: its units are k and M");
	}
	return number_expected(why, units);
}

const char *scalar_u64(const char *text, guint units, guint64 *value, char why[SCALAR_WHY])
{
	gsize n = strspn(text, "0123456789");
	const char *rest = text + n;

	if (*text == '-' && g_ascii_isdigit(text[1]))
		return because(why, "expected a number that is not negative");
	if (*text == '+' && g_ascii_isdigit(text[1]))
		return because(why, "a number is written without `+`");
	if (!n)
		return number_expected(why, units);
	if (text[0] == '0' && n == 1 && (*rest == 'x' || *rest == 'o'))
		return read_prefixed(text, value, why);
	if (text[0] == '0' && n == 1 && (*rest == 'X' || *rest == 'O'))
		return because(why, "write 0%c in lower case", g_ascii_tolower(*rest));
	if (*rest == '_')
		return because(why, "a number is written without `_`");
	if (*rest == '.' ||
	    ((*rest == 'e' || *rest == 'E') && (g_ascii_isdigit(rest[1]) || rest[1] == '+')))
		return read_exponent(text, n, units, why);
	if (text[0] == '0' && n > 1)
		return read_zero(text, n, why);
	return read_unit(text, n, units, value, why);
}

const char *scalar_bool(const char *text, gboolean *value, char why[SCALAR_WHY])
{
	static const struct {
		const char *name;
		gboolean value;
	} words[] = {
		{"yes", TRUE},    {"no", FALSE}, {"true", TRUE},
		{"false", FALSE}, {"on", TRUE},  {"off", FALSE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_str_equal(words[i].name, text)) {
			*value = words[i].value;
			return NULL;
		}
		if (!g_ascii_strcasecmp(words[i].name, text))
			return because(why, "write `%s` in lower case", words[i].name);
	}
	return because(why, "expected yes or no");
}

const char *scalar_duration_ms(const char *text, guint64 *ms, char why[SCALAR_WHY])
{
	gsize n = strspn(text, "0123456789");
	int shown = MIN(n, NUMBER_SHOWN);
	const char *unit = text + n;
	guint64 number, factor;

	if (!n)
		return because(why, "expected a duration such as 500ms, 30s or 2m");
	if (!*unit)
		return because(why, "a duration needs a unit: write %.*ss or %.*sms", shown, text,
			       shown, text);
	if (text[0] == '0' && n > 1)
		return because(why, "a duration has no leading zero");
	if (*unit == ' ' && g_ascii_isalpha(unit[1]))
		return because(why, "a number and its unit are written without a space");
	if (g_str_equal(unit, "ms"))
		factor = 1;
	else if (g_str_equal(unit, "s"))
		factor = 1000;
	else if (g_str_equal(unit, "m"))
		factor = 60000;
	else
		return because(why, "expected a duration such as 500ms, 30s or 2m");
	if (!digits_read(text, n, 10, &number) || !g_uint64_checked_mul(&number, number, factor))
		return because(why, "the duration is too long: at most 18446744073709551615ms");
	*ms = number;
	return NULL;
}

const char *scalar_name(const char *text, char why[SCALAR_WHY])
{
	if (!*text)
		return because(why, "expected a name, found nothing");
	for (const char *p = text; *p; p++) {
		if (g_ascii_isalnum(*p) || *p == '.' || *p == '_' || *p == '-')
			continue;
		if (g_ascii_isgraph(*p))
			return because(
				why, "a name has only letters, digits, `.`, `_` and `-`, not `%c`",
				*p);
		if (*p == ' ')
			return because(
				why, "a name has only letters, digits, `.`, `_` and `-`, no space");
		return because(why, "a name has only ASCII letters, digits, `.`, `_` and `-`");
	}
	return NULL;
}
