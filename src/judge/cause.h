/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a rule was broken: derived from the history, by going back from what was read to who wrote it, who
 * wrote what should have been read, and the sync that was owed between the two.
 */
#ifndef STALELINE_JUDGE_CAUSE_H
#define STALELINE_JUDGE_CAUSE_H

#include "history.h"

/* Index of a moment in the history; NO_ID where there is none. */
struct explanation {
	enum cause cause;
	gboolean unfixable; /* no placement of cache ops makes this layout safe */
	guint old_writer, new_writer; /* moments that made what was read / what should have been */
	guint old_step, new_step; /* their scenario steps; NO_ID for boot content */
	guint reader; /* the violation itself: the last moment */
	int source; /* seat that the old data was read from, or that the newest is stuck in; -1: memory */
	guint source_since; /* moment from which that copy held it */
	gboolean astray; /* culprit is a cache op for the place that reached another page */
	guint culprit; /* moment that did the damage: write-back, discard, remapping */
	guint sync; /* moment of the sync that was owed; its SYNC_BEGIN event */
	gboolean sync_ran; /* it ran a cache op */
	gboolean sync_useful; /* a cache op of it acted on some line */
};

void explain(const struct history *h, struct explanation *ret);

#endif
