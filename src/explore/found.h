/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a driver found: each rule broken and warning given, once per place in the scenario. */
#ifndef STALELINE_EXPLORE_FOUND_H
#define STALELINE_EXPLORE_FOUND_H

#include "trail.h"

struct found {
	struct finding finding; /* as the first, or the shortest, occurrence had it */
	u64 at; /* choices applied up to and including the one that found it */
	u64 times; /* occurrences */
	u64 schedule; /* of schedules by chance: the number, from 1, of the one that the trail is of */
	struct trail trail; /* leads there; empty where the driver keeps none */
	bool shortest; /* no trail that leads there is shorter */
};

struct found_list {
	struct found *item;
	u32 count, room;
	u64 schedule; /* what found_note() puts into found.schedule */
};

/* Notes w->finding[]. `trail` may be NULL; else a shorter one replaces the one kept. false: no memory. */
bool found_note(struct found_list *list, const struct world *w, u64 at, const struct trail *trail);
/* Notes what another list has of one place; takes its trail. false: no memory. */
bool found_merge(struct found_list *list, struct found *other);
/* Gives the item of the same place the other's trail, unless it has the shortest. */
void found_take_trail(struct found_list *list, struct found *other);
/* Violations before warnings, each by rule and step: an order that no search decides. */
void found_sort(struct found_list *list);
void found_free(struct found_list *list);

#endif
