// SPDX-License-Identifier: GPL-2.0-or-later
#include "grid.h"

#include <string.h>

#include "prose.h"

#define GAP 2u

struct grid *grid_new(guint columns, gboolean first_right)
{
	struct grid *g = g_new0(struct grid, 1);

	g->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
	g->columns = columns;
	g->first_right = first_right;
	return g;
}

void grid_add(struct grid *g, char **row)
{
	g_ptr_array_add(g->rows, row);
}

static guint text_width(const char *text, gsize bytes)
{
	return (guint)g_utf8_strlen(text, (gssize)bytes);
}

/*
 * The bytes of `text` that fill a line of `width`: whole words, at least one. *next is where the following line
 * begins, NULL behind the last.
 */
static gsize line_of(const char *text, guint width, const char **next)
{
	gsize fits = 0;
	const char *p = text;

	for (;;) {
		gsize to = (gsize)(p - text) + strcspn(p, " ");

		if (fits && text_width(text, to) > width)
			break;
		fits = to;
		if (!text[to]) {
			*next = NULL;
			return fits;
		}
		p = text + to + 1;
	}
	*next = text + fits + 1;
	return fits;
}

/* Lines of a text folded to `width`; *used: the widest. */
static guint fold(const char *text, guint width, guint *used)
{
	guint lines = 0;

	do {
		const char *next;
		gsize bytes = line_of(text, width, &next);

		*used = MAX(*used, text_width(text, bytes));
		lines++;
		text = next;
	} while (text);
	return lines;
}

/* What a column of `width` takes: columns, and lines in each row. */
static guint column_fold(const struct grid *g, guint column, guint width, guint *lines)
{
	guint used = 0, i;

	for (i = 0; i < g->rows->len; i++)
		lines[i] = fold(((char **)g->rows->pdata[i])[column], width, &used);
	return used;
}

/* How the columns share the room. */
struct layout {
	const struct grid *g;
	guint *width; /* of each column */
	guint **lines; /* of each column: in each row */
	guint *trial;
};

/* Lines of the whole table if `column` had those of `trial`. */
static guint height(const struct layout *l, guint column)
{
	guint sum = 0, i, j;

	for (i = 0; i < l->g->rows->len; i++) {
		guint most = l->trial[i];

		for (j = 0; j < l->g->columns; j++)
			if (j != column)
				most = MAX(most, l->lines[j][i]);
		sum += most;
	}
	return sum;
}

static guint total(const struct layout *l)
{
	guint sum = 0, j;

	for (j = 0; j < l->g->columns; j++)
		sum += GAP + l->width[j];
	return sum;
}

static void column_set(struct layout *l, guint column, guint width)
{
	l->width[column] = column_fold(l->g, column, width, l->lines[column]);
}

/* Makes the column narrower that costs the fewest lines for what it gives. FALSE: none can be. */
static gboolean narrow(struct layout *l)
{
	guint best = l->g->columns, best_width = 0, best_height = 0, best_given = 1, j;
	guint now;

	memset(l->trial, 0, (l->g->rows->len + 1) * sizeof(*l->trial));
	now = height(l, l->g->columns);
	for (j = 0; j < l->g->columns; j++) {
		guint width, given, lines;

		if (!l->width[j])
			continue;
		width = column_fold(l->g, j, l->width[j] - 1, l->trial);
		if (width >= l->width[j])
			continue;
		given = l->width[j] - width;
		lines = height(l, j) - now;
		if (best < l->g->columns &&
		    (guint64)lines * best_given >= (guint64)best_height * given)
			continue;
		best = j;
		best_width = width;
		best_height = lines;
		best_given = given;
	}
	if (best == l->g->columns)
		return FALSE;
	column_set(l, best, best_width);
	return TRUE;
}

/* Gives room that is left to columns that can do with fewer lines. */
static void widen(struct layout *l, guint width)
{
	guint j;

	for (j = 0; j < l->g->columns; j++) {
		guint left = width - total(l), before;

		column_fold(l->g, j, l->width[j], l->trial);
		before = height(l, j);
		column_fold(l->g, j, l->width[j] + left, l->trial);
		if (height(l, j) < before)
			column_set(l, j, l->width[j] + left);
	}
}

static void layout_init(struct layout *l, const struct grid *g)
{
	guint j;

	*l = (struct layout){
		.g = g,
		.width = g_new0(guint, g->columns),
		.lines = g_new0(guint *, g->columns),
		.trial = g_new0(guint, g->rows->len + 1),
	};
	for (j = 0; j < g->columns; j++) {
		l->lines[j] = g_new0(guint, g->rows->len + 1);
		l->width[j] = column_fold(g, j, G_MAXUINT, l->lines[j]);
	}
}

static void layout_clear(struct layout *l)
{
	guint j;

	for (j = 0; j < l->g->columns; j++)
		g_free(l->lines[j]);
	g_free(l->lines);
	g_free(l->width);
	g_free(l->trial);
}

static void row_append(GString *out, const struct layout *l, char **row)
{
	const char **rest = (const char **)g_memdup2(row, l->g->columns * sizeof(*row));
	gboolean more;

	do {
		gsize begin = out->len;
		guint j;

		more = FALSE;
		for (j = 0; j < l->g->columns; j++) {
			const char *text = rest[j] ? rest[j] : "", *next = NULL;
			gsize bytes = line_of(text, l->width[j], &next);
			guint pad = l->width[j] - text_width(text, bytes);

			if (!j && l->g->first_right)
				g_string_append_printf(out, "  %*s%.*s", (int)pad, "", (int)bytes,
						       text);
			else
				g_string_append_printf(out, "  %.*s%*s", (int)bytes, text, (int)pad,
						       "");
			rest[j] = next;
			more |= next != NULL;
		}
		while (out->len > begin && out->str[out->len - 1] == ' ')
			g_string_truncate(out, out->len - 1);
		g_string_append_c(out, '\n');
	} while (more);
	g_free(rest);
}

static void table_append(GString *out, const struct layout *l)
{
	guint i;

	for (i = 0; i < l->g->rows->len; i++)
		row_append(out, l, l->g->rows->pdata[i]);
}

void grid_append(GString *out, const struct grid *g)
{
	struct layout l;

	layout_init(&l, g);
	table_append(out, &l);
	layout_clear(&l);
}

static void paragraphs_append(GString *out, const struct grid *g, guint width, guint lead)
{
	char **head = g->rows->len ? g->rows->pdata[0] : NULL;
	guint i, j;

	for (i = 1; i < g->rows->len; i++) {
		char **row = g->rows->pdata[i];
		GString *text = g_string_new(NULL);

		for (j = 0; j < lead; j++)
			if (*row[j])
				g_string_append_printf(text, "%s%s", text->len ? " " : "", row[j]);
		prose_append_wide(out, "  ", 6, text->str, width);
		for (; j < g->columns; j++) {
			if (!*row[j] || !strcmp(row[j], "."))
				continue;
			g_string_printf(text, "%s%s%s", head[j], *head[j] ? ": " : "", row[j]);
			prose_append_wide(out, "      ", 8, text->str, width);
		}
		g_string_free(text, TRUE);
	}
}

/* Lays the rows out in `width` columns. FALSE: there is no room for a table. */
static gboolean fits_into(struct layout *l, const struct grid *g, guint width)
{
	layout_init(l, g);
	while (total(l) > width && narrow(l))
		;
	return total(l) <= width;
}

gboolean grid_folds(const struct grid *g, guint width)
{
	struct layout l;
	gboolean folds = fits_into(&l, g, width);

	layout_clear(&l);
	return folds;
}

void grid_append_folded(GString *out, const struct grid *g, guint width, guint lead)
{
	struct layout l;

	if (!fits_into(&l, g, width)) {
		paragraphs_append(out, g, width, lead);
	} else {
		widen(&l, width);
		table_append(out, &l);
	}
	layout_clear(&l);
}

void grid_free(struct grid *g)
{
	g_ptr_array_unref(g->rows);
	g_free(g);
}
