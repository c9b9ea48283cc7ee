/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mutants and what became of them, as a table or as JSON lines. */
#ifndef STALELINE_REPORT_MUTANTS_H
#define STALELINE_REPORT_MUTANTS_H

#include "judge/mutants.h"

/*
 * The table, then those that were not killed by what that means, and how many there are of each fate; with `trails` also
 * the command that repeats each kill.
 */
void mutants_human(const struct mutants *m, gboolean trails);
/* One `mutant` object each, then `mutants`. */
void mutants_jsonl(const struct mutants *m);

#endif
