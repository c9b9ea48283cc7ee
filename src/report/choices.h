/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A trail in its long form: a row for each choice, or run of alike ones, by name. */
#ifndef STALELINE_REPORT_CHOICES_H
#define STALELINE_REPORT_CHOICES_H

#include "report.h"

/* Appends the choices of `trail`, which fits the outcome's cell. */
void choices_append(GString *out, const struct outcome *o, const struct trail *trail);

#endif
