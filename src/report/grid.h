/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of texts with columns as wide as they need: what schedules and comparisons are printed with. */
#ifndef STALELINE_REPORT_GRID_H
#define STALELINE_REPORT_GRID_H

#include <glib.h>

struct grid {
	GPtrArray *rows; /* char **, NULL-terminated, `columns` texts each */
	guint columns;
	gboolean first_right; /* the first column stands on the right of its width */
};

struct grid *grid_new(guint columns, gboolean first_right);
/* Takes over an array of `columns` texts. */
void grid_add(struct grid *g, char **row);
/* Appends all rows, indented by two, without trailing blanks. */
void grid_append(GString *out, const struct grid *g);
/*
 * The same in at most `width` columns: texts are folded at blanks. Where even their longest words have no room,
 * each row becomes a paragraph: its first `lead` texts, then a line for each other one that is neither empty nor
 * `.`, headed by that of the first row.
 */
void grid_append_folded(GString *out, const struct grid *g, guint width, guint lead);
/* Is there room for a table? */
gboolean grid_folds(const struct grid *g, guint width);
void grid_free(struct grid *g);

#endif
