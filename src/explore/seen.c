// SPDX-License-Identifier: GPL-2.0-or-later
#include "seen.h"

#include <stdlib.h>

#define FIRST_SLOTS 4096u

bool seen_init(struct seen *s)
{
	s->count = 0;
	s->slots = FIRST_SLOTS;
	s->slot = calloc(s->slots, sizeof(*s->slot));
	return s->slot != NULL;
}

void seen_free(struct seen *s)
{
	free(s->slot);
	s->slot = NULL;
}

/* The slot that holds `fingerprint`, or the empty one where it belongs. */
static u64 *probe(u64 *slot, u64 slots, u64 fingerprint)
{
	u64 at = (fingerprint ^ fingerprint >> 32) & (slots - 1);

	while (slot[at] && slot[at] != fingerprint)
		at = (at + 1) & (slots - 1);
	return &slot[at];
}

static bool grow(struct seen *s)
{
	u64 slots = s->slots * 2;
	u64 *slot = calloc(slots, sizeof(*slot));
	u64 i;

	if (!slot)
		return false;
	for (i = 0; i < s->slots; i++)
		if (s->slot[i])
			*probe(slot, slots, s->slot[i]) = s->slot[i];
	free(s->slot);
	s->slot = slot;
	s->slots = slots;
	return true;
}

enum seen_result seen_add(struct seen *s, u64 fingerprint)
{
	u64 *slot;

	/* 0 marks an empty slot; merging it with 1 costs one more unlikely collision */
	fingerprint += !fingerprint;
	slot = probe(s->slot, s->slots, fingerprint);
	if (*slot)
		return SEEN_BEFORE;
	if (s->count + 1 > s->slots / 3 * 2) {
		if (!grow(s))
			return SEEN_NO_MEMORY;
		slot = probe(s->slot, s->slots, fingerprint);
	}
	*slot = fingerprint;
	s->count++;
	return SEEN_NEW;
}

double seen_odds(u64 states)
{
	return (double)states * (double)states / 36893488147419103232.0; /* 2^65 */
}
