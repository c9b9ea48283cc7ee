/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one next-state interface: which choices a world offers, and applying one. Every driver (run,
 * explore, replay) is built on these calls and knows nothing else of the model.
 *
 * Order of engine_enabled(): contexts in file order going on with their next step, with the TLB victim as
 * the argument where a refill has one; contexts entering a CPU, in file order; devices; evictions, by
 * cache, set and tag; the end of the schedule.
 */
#ifndef STALELINE_ENGINE_H
#define STALELINE_ENGINE_H

#include "kstep.h"

enum choice_kind {
	CHOICE_STEP, /* context `actor` takes its next effect; arg = TLB victim or NO_ID */
	CHOICE_ENTER, /* context `actor` gets its CPU: interrupt arrival, dispatch */
	CHOICE_DEVICE, /* device `actor` gives its next burst or its interrupt */
	CHOICE_EVICT, /* cache `actor` loses the line of physical address arg, set `set` */
	CHOICE_FINISH, /* the schedule is complete, or nothing can go on */
};

struct choice {
	u16 kind;
	u16 actor;
	u32 set;
	u32 arg;
};

/*
 * Writes the enabled choices to out[], at most `room`; returns how many there are, which may be more than
 * `room`. None once the schedule has ended.
 */
u32 engine_enabled(const struct world *w, struct choice *out, u32 room);
/* The same but for the evictions, which a driver that does not explore has no use for. */
u32 engine_enabled_plain(const struct world *w, struct choice *out, u32 room);
/* Is this choice possible now? Evictions are, wherever the line is, even beyond the exploration's bound. */
bool engine_possible(const struct world *w, const struct choice *choice);
/* Takes the choice; w->finding[] then holds what it broke or warned of. */
void engine_apply(struct world *w, const struct choice *choice);

/* The n-th choice that evicts a line of the `length` bytes at `offset` into `page`; false: no such line. */
bool engine_find_eviction(const struct world *w, u32 page, u32 offset, u32 n, struct choice *ret);
/* The choice by which `ctx` would enter its CPU; false while it cannot. */
bool engine_find_entry(const struct world *w, u32 ctx, struct choice *ret);

#endif
