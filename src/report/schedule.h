/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A history as a table: one row a moment, one column a place that holds a copy, changed cells only. */
#ifndef STALELINE_REPORT_SCHEDULE_H
#define STALELINE_REPORT_SCHEDULE_H

#include "judge/history.h"

struct schedule_mark {
	guint moment;
	guint number; /* of the caret, 0: none */
	const char *word; /* shown at the end of the row */
};

/* `title` begins the line above the table: "schedule". */
void schedule_append(GString *out, const struct history *h, const char *title,
		     const struct schedule_mark *marks, guint count, gboolean all);

#endif
