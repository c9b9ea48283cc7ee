/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which page frame a virtual page of a trace lies in, from its first reference on. */
#ifndef STALELINE_TRACE_PAGEMAP_H
#define STALELINE_TRACE_PAGEMAP_H

#include "base.h"

enum pagemap_kind {
	PAGEMAP_IDENTITY,
	PAGEMAP_FIRST_TOUCH, /* frames in the order in which pages are referenced first */
	PAGEMAP_COLOUR, /* the same, but a page's frame has the page's colour */
	PAGEMAP_RANDOM, /* by seed */
};

extern const char *const pagemap_names[]; /* in the order of the enum, ending with NULL */

struct pagemap {
	enum pagemap_kind kind;
	u32 page_shift;
	u32 colours; /* a power of two; 1 unless PAGEMAP_COLOUR */
	u32 seed;
	u32 *frame; /* frame + 1 of each page; NULL for identity */
	u32 *used; /* frames given out, of each colour */
};

void pagemap_init(struct pagemap *m, enum pagemap_kind kind, u32 page_shift, u32 colours, u32 seed);
void pagemap_clear(struct pagemap *m);
/* Gives page `page` its frame + 1. */
u32 pagemap_touch(struct pagemap *m, u32 page);

static inline u32 pagemap_pa(struct pagemap *m, u32 va)
{
	u32 page, frame;

	if (!m->frame)
		return va;
	page = va >> m->page_shift;
	frame = m->frame[page];
	if (!frame)
		frame = pagemap_touch(m, page);
	return (frame - 1) << m->page_shift | (va & ((1u << m->page_shift) - 1));
}

#endif
