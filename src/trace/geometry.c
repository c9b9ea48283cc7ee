// SPDX-License-Identifier: GPL-2.0-or-later
#include "geometry.h"

#include <string.h>

#include "scenario/scalar.h"
#include "scenario/words.h"

static const char *const policy_words[] = {"lru", "fifo", "plru", "random", "wb",
					   "wt",  "wa",   "nwa",  NULL};

enum { WORD_WB = 4, WORD_WT, WORD_WA, WORD_NWA };

/* Sizes as people write them: also 32k for 32 KiB. */
static gboolean size_parse(const char *text, guint64 *size)
{
	gsize len = strlen(text);
	g_autofree char *number = g_strndup(text, len ? len - 1 : 0);
	char why[SCALAR_WHY];
	guint shift;

	if (!scalar_u64(text, SCALAR_BYTES, size, why))
		return TRUE;
	shift = len ? (text[len - 1] | 0x20) == 'k'   ? 10 :
			(text[len - 1] | 0x20) == 'm' ? 20 :
							0 :
		      0;
	if (!shift || scalar_u64(number, SCALAR_PLAIN, size, why) || *size >> 40)
		return FALSE;
	*size <<= shift;
	return TRUE;
}

static gboolean number_parse(const char *text, guint64 low, guint64 high, guint64 *ret)
{
	char why[SCALAR_WHY];

	return !scalar_u64(text, SCALAR_BYTES, ret, why) && *ret >= low && *ret <= high;
}

static gboolean is_power(guint64 n)
{
	return n && !(n & (n - 1));
}

/* The `n`-th field of `text`, or the whole when there is none. */
static gboolean fault_at(struct geometry_fault *fault, char **field, guint n, char *why)
{
	guint i;

	fault->at = 0;
	for (i = 0; i < n; i++)
		fault->at += (guint)strlen(field[i]) + 1;
	fault->length = MAX(1, (guint)strlen(field[n]));
	fault->why = why;
	return FALSE;
}

/* Words of one kind exclude each other. */
static guint word_kind(guint word)
{
	return word < WORD_WB ? 0 : word <= WORD_WT ? 1 : 2;
}

static gboolean words_take(char **field, struct cache_geometry *g, struct geometry_fault *fault)
{
	const char *before[3] = {NULL, NULL, NULL};
	guint i, word;

	for (i = 3; field[i]; i++) {
		for (word = 0; policy_words[word]; word++)
			if (!strcmp(field[i], policy_words[word]))
				break;
		if (!policy_words[word]) {
			const char *near = words_nearest(field[i], policy_words);

			return fault_at(
				fault, field, i,
				g_strdup_printf(
					"unknown policy `%s`; %s%s%s", field[i],
					near ? "did you mean `" :
					       "expected lru, fifo, plru, random, wb, wt, wa or nwa",
					near ? near : "", near ? "`?" : ""));
		}
		if (before[word_kind(word)])
			return fault_at(fault, field, i,
					g_strdup_printf("`%s` after `%s`: one of them is enough",
							field[i], before[word_kind(word)]));
		before[word_kind(word)] = field[i];
		if (word < WORD_WB)
			g->replacement = (enum replacement)word;
		else if (word <= WORD_WT)
			g->write_through = word == WORD_WT;
		else
			g->no_write_allocate = word == WORD_NWA;
	}
	return TRUE;
}

gboolean geometry_parse(const char *text, struct cache_geometry *ret, struct geometry_fault *fault)
{
	g_auto(GStrv) field = g_strsplit(text, ",", -1);
	struct cache_geometry g = {.present = true};
	guint64 size, ways, line;

	*fault = (struct geometry_fault){.length = (guint)strlen(text)};
	if (g_strv_length(field) < 3) {
		fault->why =
			g_strdup("expected SIZE,WAYS,LINE[,POLICY...] such as 32k,2,32,lru,wb,wa");
		return FALSE;
	}
	if (!size_parse(field[0], &size) || !size || size > 1u << 30)
		return fault_at(fault, field, 0,
				g_strdup("expected a size such as 32k or 1MiB, at most 1GiB"));
	if (!number_parse(field[1], 1, GEOMETRY_WAYS, &ways))
		return fault_at(fault, field, 1,
				g_strdup_printf("expected 1 to %u ways", GEOMETRY_WAYS));
	if (!number_parse(field[2], 4, 256, &line) || !is_power(line))
		return fault_at(fault, field, 2,
				g_strdup("expected lines of 4 to 256 bytes, a power of two"));
	if (size % (ways * line) || !is_power(size / (ways * line)))
		return fault_at(
			fault, field, 0,
			g_strdup_printf(
				"expected sets x ways x line = size with a power of two of sets; "
				"%" G_GUINT64_FORMAT " is not sets x %" G_GUINT64_FORMAT
				" x %" G_GUINT64_FORMAT,
				size, ways, line));
	if (!words_take(field, &g, fault))
		return FALSE;
	if (g.replacement == REPLACE_PLRU && (!is_power(ways) || ways > GEOMETRY_PLRU_WAYS))
		return fault_at(
			fault, field, 1,
			g_strdup_printf("tree-PLRU needs a power of two of ways, at most %u",
					GEOMETRY_PLRU_WAYS));
	g.ways = (u32)ways;
	g.line_shift = log2_u32((u32)line);
	g.sets = (u32)(size / (ways * line));
	*ret = g;
	return TRUE;
}

char *geometry_text(const struct cache_geometry *g)
{
	u32 bytes = machine_cache_bytes(g);
	gboolean whole = bytes >= 1024 && bytes % 1024 == 0;

	return g_strdup_printf("%u%s, %u-way, %u-byte lines, %s, %s, %s%s",
			       whole ? bytes / 1024 : bytes, whole ? " KiB" : " bytes", g->ways,
			       1u << g->line_shift, policy_words[g->replacement],
			       policy_words[g->write_through ? WORD_WT : WORD_WB],
			       policy_words[g->no_write_allocate ? WORD_NWA : WORD_WA],
			       g->inclusive ? ", inclusive" : "");
}
