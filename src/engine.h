/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one next-state interface: which choices a world offers, and applying one. Every driver (run,
 * explore, replay) is built on these calls and knows nothing else of the model.
 *
 * Order of engine_enabled(): contexts in file order going on with their next step; contexts entering a CPU, in
 * file order; devices; evictions, by cache, set and place in it; speculative fills, by CPU, page, line and colour;
 * entries of write buffers that go on, by CPU and address; the end of the schedule.
 *
 * A choice may hold decisions of its own: which line of a full set, which entry of a full TLB makes room. That
 * shows only while it is applied. engine_enabled() lists the choice with the first alternative of each;
 * engine_next_pick() then leads through the others.
 *
 * A cell may bound how often choices of a kind are taken (bounds.h). Those beyond a bound are not listed; where nothing
 * else could go on, a schedule stops there, which is no end of it.
 */
#ifndef STALELINE_ENGINE_H
#define STALELINE_ENGINE_H

#include "kstep.h"

enum choice_kind {
	CHOICE_STEP, /* context `actor` takes its next effect */
	CHOICE_ENTER, /* context `actor` gets its CPU: interrupt arrival, dispatch */
	CHOICE_DEVICE, /* device `actor` gives its next burst or its interrupt */
	CHOICE_EVICT, /* cache `actor` loses the line of physical address arg, set `set` */
	CHOICE_FILL, /* CPU `actor` fills the line of physical address arg, set `set` of its L1, unasked */
	CHOICE_DRAIN, /* the write buffer of CPU `actor` lets the line of physical address arg go on */
	CHOICE_FINISH, /* the schedule is complete, or nothing can go on */
};

struct choice {
	u16 kind;
	u16 actor;
	u32 set;
	u32 arg;
	u32 pick; /* the digits of its decisions: struct pick */
};

/*
 * Writes the enabled choices to out[], at most `room`; returns how many there are, which may be more than
 * `room`. None once the schedule has ended.
 */
u32 engine_enabled(const struct world *w, struct choice *out, u32 room);
/*
 * The same but for evictions, fills and drains, which a driver that does not explore has no use for; and each of those
 * alone.
 */
u32 engine_enabled_plain(const struct world *w, struct choice *out, u32 room);
u32 engine_evictions(const struct world *w, struct choice *out, u32 room);
u32 engine_fills(const struct world *w, struct choice *out, u32 room);
u32 engine_drains(const struct world *w, struct choice *out, u32 room);
/* Kinds (bits of enum bound) of which choices would be possible now, but are not offered: their bound is used up. */
u32 engine_withheld(const struct world *w);
/* Is this choice possible now? Bounds of the exploration do not matter. */
bool engine_possible(const struct world *w, const struct choice *choice);
/* Takes the choice; w->finding[] then holds what it broke or warned of. */
void engine_apply(struct world *w, const struct choice *choice);
/*
 * After engine_apply(): the next alternative of the choice just applied, to be taken from the state before it;
 * false: that was the last.
 */
bool engine_next_pick(const struct world *w, struct choice *choice);
/* After engine_apply(): every digit of the choice named an alternative that exists. */
bool engine_pick_fits(const struct world *w);

/* The n-th choice that evicts a line of the `length` bytes at `offset` into `page`; false: no such line. */
bool engine_find_eviction(const struct world *w, u32 page, u32 offset, u32 n, struct choice *ret);
/*
 * The first choice by which the CPU fills the line at `offset` into `page`; false: it cannot, or it holds the
 * line in every set that it may fill it into.
 */
bool engine_find_fill(const struct world *w, u32 cpu, u32 page, u32 offset, struct choice *ret);
/* The first choice by which a write buffer lets the line at `offset` into `page` go on; false: it waits nowhere. */
bool engine_find_drain(const struct world *w, u32 page, u32 offset, struct choice *ret);
/* The choice by which `ctx` would enter its CPU; false while it cannot. */
bool engine_find_entry(const struct world *w, u32 ctx, struct choice *ret);

#endif
