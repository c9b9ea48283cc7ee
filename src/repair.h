/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world as it would be had one cause of a violation not been: what a claimed cause is checked with. Each repair
 * is something that hardware or a kernel could have done at that moment, but for one, which says so.
 */
#ifndef STALELINE_REPAIR_H
#define STALELINE_REPAIR_H

#include "bus.h"

enum repair_kind {
	/* the place's lines are written back where dirty, and leave, the L1s' before the L2's; nothing of it waits */
	REPAIR_FLUSH,
	REPAIR_DISCARD, /* they leave without a write-back */
	/*
	 * While a device owns bytes of the line: the newest data in it goes to memory, each granule by itself, and
	 * the line leaves, as if the bytes beside the buffer had lines of their own. No cache op can do this.
	 */
	REPAIR_SPLIT,
	REPAIR_SYNC, /* what waits in the write buffer of `cpu` goes on */
	REPAIR_TLB_DROP, /* `cpu` loses its TLB entry for `va` */
	REPAIR_MAP, /* the pte of `va` maps `page`, and `cpu` loses its TLB entry */
};

struct repair {
	enum repair_kind kind;
	u32 page, offset; /* bytes */
	/* FLUSH, DISCARD: bits of the caches, write buffers among them, and of the L1 colours, that are looked into */
	u32 caches, colours;
	u32 cpu, va; /* SYNC, TLB_DROP, MAP */
};

void repair_apply(struct world *w, const struct repair *r);

/* A device owns bytes of the line, of the largest cache's size, that the place lies in. */
bool repair_line_owned(const struct world *w, u32 page, u32 offset);

#endif
