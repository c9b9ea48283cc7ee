/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same schedule where the place is read right: without a mutation, or under another strategy. */
#ifndef STALELINE_REPORT_CONTRAST_H
#define STALELINE_REPORT_CONTRAST_H

#include "judge/history.h"

enum contrast_kind {
	CONTRAST_WHOLE, /* the same cell, not mutated */
	CONTRAST_FILE, /* another strategy of the file's axis */
	CONTRAST_BUILT_IN, /* a built-in strategy that the file does not list */
};

/* Another cell in which nothing was found up to the same access. */
struct contrast {
	enum contrast_kind kind;
	const struct scenario_cell *cell;
	struct history *history;
	struct reread *reread; /* the file that the cell is of, where it was read again; else NULL */
	struct outcome *outcome; /* what the history is of, where a named schedule was run; else NULL */
	gboolean blunt; /* it flushes whole caches, or maps uncached */
	gboolean everywhere; /* the file expects every cell of the strategy to be clean */
	gboolean expected; /* the file expects the cell to be clean in every schedule */
	guint order; /* of the cell in the file */
	guint64 distance; /* choices more or less than the schedule that went wrong */
};

/*
 * All of them, the nearest first: of a mutated cell the one that is not; strategies that the file expects to be clean
 * in all cells, then cells that it expects to be, before others; those that flush what they must, before those that
 * flush everything; then by distance; then in file order. Free with g_ptr_array_unref().
 *
 * Where `--strategy` left the cell no others to stand beside, those of the file are tried; where none of them does
 * better, the built-in ones.
 *
 * A named schedule is run in the other cell; the choices of an exploration or a trail are followed, kept in
 * step by how far each context had come (explore/follow.h).
 */
GPtrArray *contrast_find(const struct history *h);
/* Appends the table of the nearest; or says that there is none. */
void contrast_append(GString *out, const GPtrArray *contrasts);

#endif
