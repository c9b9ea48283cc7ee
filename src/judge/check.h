/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A claimed cause is checked: the schedule is taken again with just that cause repaired, at the place that the
 * claim names, and the same access has to come out right. Where another cause would be cured by the same
 * repair, a control is made too: less than the repair, which must not help. docs/model.md has the table.
 */
#ifndef STALELINE_JUDGE_CHECK_H
#define STALELINE_JUDGE_CHECK_H

#include "cause.h"

/* Checks `claim->cause`, which is not CAUSE_UNKNOWN. */
void check_claim(const struct history *h, const struct explanation *claim, struct check *ret);

/* Does the schedule, taken again the same way with nothing repaired, break the rule again? Else no check counts. */
gboolean check_baseline(const struct history *h);

#endif
