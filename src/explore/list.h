/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choices that a search has to try in the state that its world is in. */
#ifndef STALELINE_EXPLORE_LIST_H
#define STALELINE_EXPLORE_LIST_H

#include "search.h"

/*
 * Lists them in search.choice[0 .. *end): all, or those that a reduction leaves, with runs of several
 * (departures.h). A single one only if `alone`: the way to what is found may be longer then. false: no memory.
 */
bool list_choices(struct search *s, bool alone, u32 *end);

/* What a choice would do, with all its alternatives. */
struct peek {
	struct foot foot;
	struct reduction_lines lines; /* touched, or not to be filled any more */
	bool loses_fill; /* a line that could be filled unasked cannot behind it */
	bool shows; /* breaks a rule that was not broken, or ends the schedule */
	u32 breaks, warns; /* rules and warnings found, bits */
	bool decides; /* it has alternatives */
	u64 hash; /* of the state behind the last of them */
};

/* Applies `choice` and takes it back. false: no memory. */
bool list_peek(struct search *s, struct choice choice, struct peek *ret);
/* Makes search.choice[] that long at least. false: no memory. */
bool list_room(struct search *s, u32 room);

#endif
