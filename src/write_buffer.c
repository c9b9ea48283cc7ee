// SPDX-License-Identifier: GPL-2.0-or-later
#include "write_buffer.h"

const struct w_line *write_buffer_entry(const struct world *w, u32 cpu, u32 at)
{
	const struct w_line *entry;

	if (at >= w->k->machine.buffer.ways)
		return NULL;
	entry = cache_line(w, cache_buffer(w->k, cpu), 0, at);
	return entry->tag ? entry : NULL;
}

const struct w_line *write_buffer_find(const struct world *w, u32 cpu, u32 pa)
{
	return cache_find(w, cache_buffer(w->k, cpu), 0, pa);
}

const struct w_line *write_buffer_take(struct world *w, u32 cpu, u32 pa)
{
	const struct w_line *entry = write_buffer_find(w, cpu, pa);

	return entry ? entry : cache_insert(w, cache_buffer(w->k, cpu), 0, pa);
}

/* The word and bit that say whether the granule of `pa` counts. */
static const u32 *written_word(const struct cell *k, const struct w_line *entry, u32 pa, u32 *bit)
{
	u32 sectors = k->machine.buffer.line_sectors;
	u32 sector = pa >> k->machine.sector_shift & (sectors - 1);
	u32 granule = pa >> k->granule_shift & (k->sector_granules - 1);

	*bit = BIT(granule & 31);
	return entry->data + sectors * k->sector_words + sector * ((k->sector_granules + 31) / 32) +
	       (granule >> 5);
}

bool write_buffer_holds(const struct cell *k, const struct w_line *entry, u32 pa)
{
	u32 bit;

	return *written_word(k, entry, pa, &bit) & bit;
}

bool write_buffer_whole(const struct cell *k, const struct w_line *entry)
{
	u32 bytes = 1u << k->machine.buffer.line_shift, at;

	for (at = 0; at < bytes; at += 1u << k->granule_shift)
		if (!write_buffer_holds(k, entry, at))
			return false;
	return true;
}

void write_buffer_note(struct world *w, const struct w_line *entry, u32 pa, u32 bytes)
{
	u32 done, bit;

	for (done = 0; done < bytes; done += 1u << w->k->granule_shift) {
		const u32 *word = written_word(w->k, entry, pa + done, &bit);

		put(w, word, *word | bit);
	}
}
