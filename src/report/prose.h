/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences in lines of a bearable length. */
#ifndef STALELINE_REPORT_PROSE_H
#define STALELINE_REPORT_PROSE_H

#include <glib.h>

/*
 * Appends `text` behind `head`, broken between words into lines of at most PROSE_COLUMNS columns, fewer on a
 * narrower terminal, where words allow it; the lines behind the first are indented by `indent`. A newline ends it.
 */
#define PROSE_COLUMNS 80u
void prose_append(GString *out, const char *head, guint indent, const char *text);
/* The same with lines of at most `columns`. */
void prose_append_wide(GString *out, const char *head, guint indent, const char *text,
		       guint columns);

#endif
