/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the actors of a cell may still touch, read off their programs: too much rather than too little. Beside
 * what a choice did touch (struct foot, world.h) it tells a search which choices can meet (explore/reduce.h).
 *
 * Lines are those of the longest line's size, counted from page 0 on. A program's lines are those it means;
 * an access that goes astray, through a stale mapping, touches others. The mapping it goes through is told by
 * FOOT_SLOT and its like, so that a search which watches its steps for lines beyond these meets the first
 * access that strays.
 */
#ifndef STALELINE_FOOTPRINT_H
#define STALELINE_FOOTPRINT_H

#include "kstep.h"

/* A range of lines. */
typedef void footprint_mark(void *arg, u32 first, u32 count);

/* Lines of the cell. */
u32 footprint_lines(const struct cell *k);
/* Marks the lines that steps of the context, and transfers they start, mean; some more than once. */
void footprint_mark_context(const struct cell *k, u32 ctx, footprint_mark *mark, void *arg);
/* The same but for steps that only map pages, or take mappings away: they touch no line themselves. */
void footprint_mark_data(const struct cell *k, u32 ctx, footprint_mark *mark, void *arg);
void footprint_mark_map(const struct cell *k, u32 map, footprint_mark *mark, void *arg);
/* FOOT_SLOT, FOOT_PKMAP, FOOT_USER and FOOT_TLB of all steps of the context. */
u32 footprint_touches(const struct cell *k, u32 ctx);

/* A step of `ctx` can make a run of `other` due. (That it may wake `other` from sleep is not meant.) */
bool footprint_triggers(const struct cell *k, u32 ctx, u32 other);
/* A step of the context can start the device. */
bool footprint_starts(const struct cell *k, u32 ctx, u32 device);
/* The context starts the device, waits for it, serves its interrupt or takes its lock. */
bool footprint_uses_device(const struct cell *k, u32 ctx, u32 device);
/*
 * Some slot that `cpu` may use shares a TLB entry with one that `other` may, or is the same: also where a handle made on
 * one of them is used on the other.
 */
bool footprint_slots_meet(const struct cell *k, u32 cpu, u32 other);

/*
 * Cache sets are numbered through all caches, then write buffers, each a set. The n-th set that a line, or a part of
 * it, can be in; NO_ID past the last. Two lines of one set can decide each other's fate where more of them are used
 * than it has room for. The CPU whose L1 or write buffer the set is of; NO_ID: the L2's.
 */
u32 footprint_sets(const struct cell *k);
u32 footprint_set(const struct cell *k, u32 line, u32 n);
u32 footprint_room(const struct cell *k, u32 set);
u32 footprint_set_owner(const struct cell *k, u32 set);
/* More pairs of pages may be mapped than the TLB of a CPU holds, so that a refill can drop any of them. */
bool footprint_tlb_crowded(const struct cell *k);

#endif
