// SPDX-License-Identifier: GPL-2.0-or-later
#include "grid.h"

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

void grid_append(GString *out, const struct grid *g)
{
	g_autofree guint *width = g_new0(guint, g->columns);
	guint i, j;

	for (i = 0; i < g->rows->len; i++) {
		char **row = g->rows->pdata[i];

		for (j = 0; j < g->columns; j++)
			width[j] = MAX(width[j], (guint)g_utf8_strlen(row[j], -1));
	}
	for (i = 0; i < g->rows->len; i++) {
		char **row = g->rows->pdata[i];
		gsize begin = out->len;

		for (j = 0; j < g->columns; j++) {
			guint pad = width[j] - (guint)g_utf8_strlen(row[j], -1);

			if (!j && g->first_right)
				g_string_append_printf(out, "  %*s%s", (int)pad, "", row[j]);
			else
				g_string_append_printf(out, "  %s%*s", row[j], (int)pad, "");
		}
		while (out->len > begin && out->str[out->len - 1] == ' ')
			g_string_truncate(out, out->len - 1);
		g_string_append_c(out, '\n');
	}
}

void grid_free(struct grid *g)
{
	g_ptr_array_unref(g->rows);
	g_free(g);
}
