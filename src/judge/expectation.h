/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is an outcome what the file expects of its cell? */
#ifndef STALELINE_JUDGE_EXPECTATION_H
#define STALELINE_JUDGE_EXPECTATION_H

#include "cause.h"

/* NULL when it is, else two lines: what was expected, what was found. The cell has an expect entry. */
char *expectation_mismatch(const struct outcome *o);
/* Even an incomplete search has seen what the file says cannot be: a rule that is not among its rules. */
gboolean expectation_contradicted(const struct outcome *o);
/* The violation that stands for all: the earliest of a schedule, the one with the shortest trail; or NULL. */
const struct found *expectation_first(const struct outcome *o);

#endif
