/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a world in lines: contexts and irqs, locks, devices and mappings, TLBs, page tables, what the caches
 * hold of the cell's pages, memory. It reads the world and changes nothing.
 */
#ifndef STALELINE_TUI_BOARD_H
#define STALELINE_TUI_BOARD_H

#include "scenario/compiled.h"

struct board_line {
	const char *section; /* "contexts", "TLB" … */
	char *name; /* what the line is about: "reader", "D$ cpu0 pg" */
	u32 from, to; /* of lines about bytes: the first and the last offset; else 0, 0 */
	char *text;
	gboolean changed; /* since the board before; see board_compare() */
};

/* Lines of struct board_line, by section; free with g_ptr_array_unref(). */
GPtrArray *board_make(const struct compiled *c, const struct world *w);
/*
 * Marks the lines of `now` that are new or say something else than in `before`, and appends a text each to
 * `changes`: "name: old -> new".
 */
void board_compare(const GPtrArray *before, GPtrArray *now, GPtrArray *changes);
/* Appends the lines as text to `out` (char *), under headings; neighbours that say the same are one line. */
void board_print(const GPtrArray *board, GPtrArray *out);

#endif
