/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines that leave caches right before a choice that touches them, for a reduced search.
 *
 * A line need not leave earlier than that (reduce.h), and between its going and the choice nothing else has to
 * happen: whatever did could have come first. So lines that go and the choice behind them are one run, and what
 * lies between is no state of the search.
 *
 * Nor is a run tried that leads where the choice leads if the lines go behind it, or not at all: they are put off
 * until the next choice that touches them. A write-back that an L1 makes by itself just before a CACHE op would
 * have made it comes to the same; with an L2 behind it, that saves most of the states.
 */
#ifndef STALELINE_EXPLORE_DEPARTURES_H
#define STALELINE_EXPLORE_DEPARTURES_H

#include "reduce.h"

struct search;
struct peek;

/* In search.choice[], of a choice's kind: the next one follows at once. */
#define CHOICE_THEN 0x8000u

/* Lines that can leave in one run, at most. */
#define DEPARTURES_RUN 12u

enum departures {
	DEPARTURES_LISTED,
	DEPARTURES_MANY, /* lines must go one at a time: too many, of one fate, filled unasked, or in write buffers */
	DEPARTURES_MEET, /* behind some of them the choice breaks a rule, or is not apart from `others` */
	DEPARTURES_NO_MEMORY,
};

/*
 * Appends to search.choice[], behind *end, the runs that have to be tried beside `choice`, which is a context's step
 * or a device's burst: what it does where nothing leaves in front of it is `alone`. With `others`, what happens in them
 * must be apart from those. With `keeps_length`, no way gets longer by what is left out. Where it does not end with
 * DEPARTURES_LISTED, *end is as it was.
 */
enum departures departures_list(struct search *s, const struct choice *choice,
				const struct peek *alone,
				const struct reduction_others *others, bool keeps_length,
				u32 *end);

#endif
