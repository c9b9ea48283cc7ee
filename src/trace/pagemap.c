// SPDX-License-Identifier: GPL-2.0-or-later
#include "pagemap.h"

#include <glib.h>

const char *const pagemap_names[] = {"identity", "first-touch", "colour", "random", NULL};

void pagemap_init(struct pagemap *m, enum pagemap_kind kind, u32 page_shift, u32 colours, u32 seed)
{
	*m = (struct pagemap){
		.kind = kind,
		.page_shift = page_shift,
		.colours = kind == PAGEMAP_COLOUR ? colours : 1,
		.seed = seed,
	};
	if (kind == PAGEMAP_IDENTITY)
		return;
	/* only what is written of it takes memory */
	m->frame = g_new0(u32, (gsize)1 << (32 - page_shift));
	m->used = g_new0(u32, m->colours);
}

void pagemap_clear(struct pagemap *m)
{
	g_free(m->frame);
	g_free(m->used);
}

/* A permutation of the frames: four rounds of a Feistel network over an even number of bits. */
static u32 permute(const struct pagemap *m, u32 page)
{
	u32 bits = 32 - m->page_shift;
	u32 half = (bits + 1) / 2, mask = (1u << half) - 1;
	u32 round;

	do {
		for (round = 0; round < 4; round++) {
			u32 x = ((page & mask) + round * 0x9e3779b9u) ^ m->seed * 0x85ebca6bu;

			x ^= x >> 16;
			x *= 0x7feb352du;
			x ^= x >> 15;
			x *= 0x846ca68bu;
			x ^= x >> 16;
			page = (page & mask) << half | (page >> half ^ (x & mask));
		}
		/* with an odd number of bits one value in two lies outside: walk on */
	} while (page >> bits);
	return page;
}

u32 pagemap_touch(struct pagemap *m, u32 page)
{
	u32 colour = page & (m->colours - 1);

	if (m->kind == PAGEMAP_RANDOM)
		m->frame[page] = permute(m, page) + 1;
	else
		m->frame[page] = m->used[colour]++ * m->colours + colour + 1;
	return m->frame[page];
}
