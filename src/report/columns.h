/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How wide a report may be. */
#ifndef STALELINE_REPORT_COLUMNS_H
#define STALELINE_REPORT_COLUMNS_H

#include <glib.h>

/* Where stdout is no terminal. */
#define COLUMNS_USUAL 80u

/* Of the terminal that stdout is; COLUMNS_USUAL where it is none, or does not tell. At least 20. */
guint columns_of_stdout(void);
/* stdout is a terminal narrower than `wanted`. */
gboolean columns_are_few(guint wanted);

#endif
