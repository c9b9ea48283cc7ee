/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One violation as text: the verdict line, the source with carets, why, and the schedule that led there. */
#ifndef STALELINE_REPORT_STORY_H
#define STALELINE_REPORT_STORY_H

#include "judge/cause.h"
#include "report.h"

/* Appends the whole story of `f`; all_steps: every moment of the schedule, not only those that matter. */
void story_append(GString *out, const struct outcome *o, const struct found *f,
		  const struct report_options *options);

#endif
