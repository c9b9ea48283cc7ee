/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A comparison as a table or as JSON lines, and against an earlier one. */
#ifndef STALELINE_REPORT_COMPARE_H
#define STALELINE_REPORT_COMPARE_H

#include <stdio.h>

#include "judge/comparison.h"

/* No winner is declared: correctness, irq latency and work are three things. */
void compare_human(const struct comparison *c);
void compare_jsonl(const struct comparison *c);

/*
 * Reads what compare_jsonl() wrote earlier: place -> verdict text. NULL with *error set when the file cannot
 * be read or is not such a file.
 */
GHashTable *compare_baseline_read(const char *path, char **error);
/*
 * Prints every place whose verdict is not the baseline's, and those of it that are gone; how many there are.
 * Takes the places it found out of `baseline`.
 */
guint compare_baseline_check(const struct comparison *c, GHashTable *baseline, FILE *out);

#endif
