/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same schedule under another strategy of the file, in which the place is read right. */
#ifndef STALELINE_REPORT_CONTRAST_H
#define STALELINE_REPORT_CONTRAST_H

#include "judge/history.h"

/* Appends the contrast to `h`, a run's history; nothing when no other strategy of the axis runs without a finding. */
void contrast_append(GString *out, const struct history *h);

#endif
