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
void grid_free(struct grid *g);

#endif
