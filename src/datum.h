/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data that memory, cache lines and devices hold: per granule one token.
 *
 * Where the cell keeps identities (run, replay) a token is the write it came from: (step + 1) << 20 |
 * iteration, 0 the boot content, DATUM_GARBAGE what no write ever made. While exploring a token is one
 * bit, DATUM_NEWEST or not: a superseded identity can never become the newest again.
 *
 * A sector is the smallest line of any cache; copies move in whole sectors. `sector` below is a pointer to
 * its first word inside the world.
 */
#ifndef STALELINE_DATUM_H
#define STALELINE_DATUM_H

#include "world.h"

#define DATUM_ITERATION_BITS 20
#define DATUM_GARBAGE 0xffffffffu
#define DATUM_NEWEST 1u

static inline u32 datum_get(const struct cell *k, const u32 *sector, u32 granule)
{
	if (k->token_bits == 1)
		return sector[granule >> 5] >> (granule & 31) & 1;
	return sector[granule];
}

static inline void datum_put(struct world *w, const u32 *sector, u32 granule, u32 token)
{
	if (w->k->token_bits == 1) {
		const u32 *word = &sector[granule >> 5];
		u32 bit = BIT(granule & 31);

		put(w, word, token ? *word | bit : *word & ~bit);
	} else {
		put(w, &sector[granule], token);
	}
}

/* Copies `sectors` that lie side by side. */
static inline void datum_copy(struct world *w, const u32 *to, const u32 *from, u32 sectors)
{
	put_words(w, to, from, sectors * w->k->sector_words);
}

/* The memory copy of the sector that `offset` bytes into `page` lies in. */
static inline const u32 *datum_memory(const struct world *w, u32 page, u32 offset)
{
	const struct cell *k = w->k;
	u32 sector = page * k->page_sectors + (offset >> k->machine.sector_shift);

	return w->word + k->layout.memory + sector * k->sector_words;
}

static inline u32 datum_granule_in_sector(const struct cell *k, u32 offset)
{
	return offset >> k->granule_shift & (k->sector_granules - 1);
}

#endif
