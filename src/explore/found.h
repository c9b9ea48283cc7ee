/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a driver found: each rule broken and warning given, once per place in the scenario. */
#ifndef STALELINE_EXPLORE_FOUND_H
#define STALELINE_EXPLORE_FOUND_H

#include "trail.h"

struct found {
	struct finding finding; /* as the first, or the shortest, occurrence had it */
	u64 at; /* choices applied up to and including the one that found it */
	u64 times; /* occurrences */
	struct trail trail; /* leads there; empty where the driver keeps none */
};

struct found_list {
	struct found *item;
	u32 count, room;
};

/* Notes w->finding[]. `trail` may be NULL; else a shorter one replaces the one kept. false: no memory. */
bool found_note(struct found_list *list, const struct world *w, u64 at, const struct trail *trail);
void found_free(struct found_list *list);

#endif
