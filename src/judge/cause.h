/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a rule was broken: claimed from the history, by going back from what was read to who wrote it, who wrote
 * what should have been read, and the sync that was owed between the two. A claim counts only when it is
 * proved (check.h); else the next one that fits is tried.
 */
#ifndef STALELINE_JUDGE_CAUSE_H
#define STALELINE_JUDGE_CAUSE_H

#include "history.h"

/* What became of a claim when the schedule was taken again with the cause repaired. */
enum proof {
	PROOF_NONE, /* nothing was claimed, or there is no place to repair */
	PROOF_CONFIRMED, /* the violation is gone */
	PROOF_STILL, /* it is still there */
	PROOF_NOT_REACHED, /* the access is not made any more */
	PROOF_NOT_NEEDED, /* it is gone without what the claim is about, too */
};

struct check {
	enum proof proof;
	const char *repair; /* in words: "with …" */
	const char *control; /* what was seen not to help, in words; NULL: nothing was tried */
	guint place; /* moment that the repair is made at; NO_ID: at no particular one */
	gboolean before; /* right before it; else behind it */
	u32 token; /* what the access then gets */
	u64 left_out, put_in; /* choices that fell away, that were needed besides */
};

/* Index of a moment in the history; NO_ID where there is none. */
struct explanation {
	enum cause cause;
	struct check check;
	u32 refuted; /* bits of enum cause: claims that fitted, and did not stand the check */
	gboolean unfixable; /* no placement of cache ops makes this layout safe */
	guint old_writer, new_writer; /* moments that made what was read / what should have been */
	guint old_step, new_step; /* their scenario steps; NO_ID for boot content */
	guint reader; /* the violation itself: the last moment */
	gboolean by_device; /* a device read it, past the caches */
	int source; /* seat that the old data was read from, or that the newest is stuck in; -1: memory */
	int hit; /* seat that the load hit; not `source` where the data came there from another */
	guint source_since; /* moment from which that copy held it */
	gboolean astray; /* a cache op for the place reached another page, in moment astray_op */
	guint astray_op;
	guint culprit; /* moment that did the damage: write-back, discard, remapping; that disabled what stayed so */
	guint dirtied; /* partial-line: moment that made the line dirty while a device owned it */
	guint sync; /* moment of the sync that was owed; its SYNC_BEGIN event */
	guint sync_end; /* moment in which its last piece ended; the same where it has none */
	gboolean sync_ran; /* it ran a cache op */
	gboolean sync_useful; /* a cache op of it that concerns the place found a line */
	gboolean at_last; /* no sync is to blame alone: what brought the copy, or kept it, came behind them */
	guint other_op; /* alias: moment of a cache op for the place that went through another colour */
	int other; /* alias: seat of another colour that holds the newest data, or -1 */
	const struct event *astray_store; /* foreign-write: the store that went to another page */
	guint astray_at; /* its moment */
};

/* The history ends with a violation of a kind that has causes: about a place, and what is read or reached there. */
gboolean has_cause(const struct history *h);
void explain(const struct history *h, struct explanation *ret);

/* The moment to blame let something go on from a write buffer. */
gboolean culprit_drained(const struct history *h, const struct explanation *e);
/* The seat is the L2's. */
gboolean seat_is_l2(const struct cell *k, int seat);
/* The first event of a kind in a moment, or NULL. */
const struct event *moment_event(const struct moment *m, enum event_kind kind);
/* refilled-during-dma, where what was read then had come from a level below the one that was read. */
gboolean refilled_from_below(const struct explanation *e);
/* In the moment, or NO_ID, a CPU filled a line that no load asked for. */
gboolean moment_is_fill(const struct history *h, guint moment);

#endif
