/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to try next, after a violation. */
#ifndef STALELINE_REPORT_HELP_H
#define STALELINE_REPORT_HELP_H

#include "judge/cause.h"

/*
 * Appends `help:` and its lines. `contrasts`: struct contrast, those under which the schedule reads right; NULL: nobody
 * looked for them.
 */
void help_append(GString *out, const struct history *h, const struct explanation *e,
		 const GPtrArray *contrasts);

/* Of a bug-on that is about a page: it was freed and is not in use; else it is taken into use and is so already. */
gboolean help_page_not_in_use(const struct history *h);

#endif
