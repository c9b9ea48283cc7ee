/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line on the terminal that says how far a long command is; it is no part of the results. Nothing is shown in
 * the first moment, nor where stderr is no terminal.
 */
#ifndef STALELINE_CMD_PROGRESS_H
#define STALELINE_CMD_PROGRESS_H

#include <glib.h>

#include "explore/explore.h"

#include "base.h"

/* Before anything else, once; `wanted`: unless --quiet. */
void progress_init(gboolean wanted);
/* Cell `at` of `of` begins (of 0: nobody knows how many); `name` is copied. */
void progress_cell(guint at, guint of, const char *name);
/* As struct outcome_options wants them. */
void progress_explore(void *arg, const struct explore_progress *p);
void progress_run(void *arg, u64 steps);
void progress_random(void *arg, u64 schedules, u64 choices);
/* Erases the line, so that results can be printed. */
void progress_clear(void);

#endif
