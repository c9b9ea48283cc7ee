// SPDX-License-Identifier: GPL-2.0-or-later
#include "prose.h"

#include "columns.h"

void prose_append(GString *out, const char *head, guint indent, const char *text)
{
	prose_append_wide(out, head, indent, text, MIN(PROSE_COLUMNS, columns_of_stdout()));
}

void prose_append_wide(GString *out, const char *head, guint indent, const char *text,
		       guint columns)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	glong column = g_utf8_strlen(head, -1);
	gboolean first = TRUE;
	guint i;

	g_string_append(out, head);
	for (i = 0; words[i]; i++) {
		glong length = g_utf8_strlen(words[i], -1);

		if (!length)
			continue;
		if (!first && column + 1 + length > (glong)columns) {
			g_string_append_printf(out, "\n%*s", (int)indent, "");
			column = (glong)indent;
		} else if (!first) {
			g_string_append_c(out, ' ');
			column++;
		}
		g_string_append(out, words[i]);
		column += length;
		first = FALSE;
	}
	g_string_append_c(out, '\n');
}
