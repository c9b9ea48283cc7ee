/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stepping through a trail on the terminal, forward and back. */
#ifndef STALELINE_TUI_TUI_H
#define STALELINE_TUI_TUI_H

#include "judge/outcome.h"

/* What ended it. */
enum tui_end { TUI_QUIT, TUI_INTERRUPTED, TUI_NO_TERMINAL, TUI_NO_MEMORY };

/*
 * `o` is the outcome of replaying its trail. On a terminal that can be drawn on it fills the screen, on others
 * (TERM=dumb) it reads commands by line. `colour`: wanted.
 */
enum tui_end tui_replay(const struct outcome *o, gboolean colour);

#endif
