// SPDX-License-Identifier: GPL-2.0-or-later
#include "words.h"

#include <stdlib.h>
#include <string.h>

enum {
	JOIN_MAX = 12,
	EDIT_MAX =
		80, /* longer words are never compared by edits: the work grows with the square */
	BEGUN_MIN = 3, /* fewer characters begin anything */
	NONE = G_MAXUINT,
};

static gboolean words_alike(const char *a, const char *b, gboolean same_dash)
{
	for (; *a && *b; a++, b++) {
		char x = g_ascii_tolower(*a), y = g_ascii_tolower(*b);

		if (same_dash) {
			x = x == '_' ? '-' : x;
			y = y == '_' ? '-' : y;
		}
		if (x != y)
			return FALSE;
	}
	return *a == *b;
}

/* Code points of @text; a byte that is not UTF-8 counts as one, outside Unicode so that it equals
 * only itself. */
static GArray *word_chars(const char *text)
{
	const char *end = text + strlen(text);
	GArray *chars = g_array_new(FALSE, FALSE, sizeof(gunichar));

	while (text < end) {
		gunichar c = g_utf8_get_char_validated(text, end - text);
		gsize n = 1;

		if (c == (gunichar)-1 || c == (gunichar)-2)
			c = 0x80000000u | (guchar)*text;
		else
			n = g_utf8_next_char(text) - text;
		g_array_append_val(chars, c);
		text += n;
	}
	return chars;
}

/* Edits from @a to @b, two swapped neighbours being one; NONE if more than @limit. */
static guint words_distance(const GArray *a, const GArray *b, guint limit)
{
	const gunichar *s = (const gunichar *)a->data, *t = (const gunichar *)b->data;
	guint width = b->len + 1;
	g_autofree guint *rows = NULL;
	guint *before, *last, *now;

	if (a->len > EDIT_MAX || b->len > EDIT_MAX)
		return NONE;
	if (a->len > b->len + limit || b->len > a->len + limit)
		return NONE;

	rows = g_new(guint, 3 * width);
	before = rows;
	last = rows + width;
	now = rows + 2 * width;
	for (guint k = 0; k < width; k++)
		last[k] = k;

	for (guint i = 1; i <= a->len; i++) {
		guint *spare = before;

		now[0] = i;
		for (guint k = 1; k < width; k++) {
			guint cost = last[k - 1] + (s[i - 1] != t[k - 1]);

			cost = MIN(cost, MIN(last[k], now[k - 1]) + 1);
			if (i > 1 && k > 1 && s[i - 1] == t[k - 2] && s[i - 2] == t[k - 1])
				cost = MIN(cost, before[k - 2] + 1);
			now[k] = cost;
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[b->len] <= limit ? last[b->len] : NONE;
}

static int part_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **word_parts(const char *text)
{
	char **parts = g_strsplit(text, "-", -1);

	qsort(parts, g_strv_length(parts), sizeof(*parts), part_compare);
	return parts;
}

/* The only word that begins with @got. */
static const char *word_begun(const char *got, const char *const *words)
{
	const char *only = NULL;
	gsize length = strlen(got);

	for (guint i = 0; words[i] && length >= BEGUN_MIN; i++) {
		if (g_ascii_strncasecmp(words[i], got, length))
			continue;
		if (only)
			return NULL;
		only = words[i];
	}
	return only;
}

const char *words_nearest(const char *got, const char *const *words)
{
	g_autoptr(GArray) chars = NULL;
	g_auto(GStrv) parts = NULL;
	const char *best = NULL;
	guint nearest = NONE;

	for (guint i = 0; words[i]; i++)
		if (words_alike(got, words[i], FALSE))
			return words[i];
	for (guint i = 0; words[i]; i++)
		if (words_alike(got, words[i], TRUE))
			return words[i];

	chars = word_chars(got);
	for (guint i = 0; words[i]; i++) {
		g_autoptr(GArray) other = word_chars(words[i]);
		guint distance = words_distance(chars, other, MAX(chars->len, 3) / 3);

		if (distance < nearest) {
			nearest = distance;
			best = words[i];
		}
	}
	if (best)
		return best;

	best = word_begun(got, words);
	if (best)
		return best;
	for (guint i = 0; words[i]; i++) {
		g_auto(GStrv) other = NULL;

		if (strlen(words[i]) != strlen(got))
			continue;
		if (!parts)
			parts = word_parts(got);
		other = word_parts(words[i]);
		if (g_strv_equal((const char *const *)parts, (const char *const *)other))
			return words[i];
	}
	return NULL;
}

char *words_join(const char *const *words, const char *conjunction)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; words[i]; i++) {
		if (i == JOIN_MAX) {
			g_string_append(out, ", …");
			break;
		}
		if (i && !words[i + 1])
			g_string_append_printf(out, " %s ", conjunction);
		else if (i)
			g_string_append(out, ", ");
		g_string_append_printf(out, "`%s`", words[i]);
	}
	return g_string_free(out, FALSE);
}
