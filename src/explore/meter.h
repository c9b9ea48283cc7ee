/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What choices cost: events counted while they are applied, weighed by costs.def, and summed over what is open: a
 * stretch with irqs off, a call of a DMA hook. Relative figures, never timings.
 *
 * The sums of what is open stand in the world (struct w_meter), in cells that are metered; they are 0 again when it
 * closes, so that what is over does not tell states apart. Only what the context itself does counts: neither
 * what interrupts it nor what devices, the environment and other CPUs do.
 */
#ifndef STALELINE_EXPLORE_METER_H
#define STALELINE_EXPLORE_METER_H

#include "trail.h"

enum worst_kind {
	WORST_IRQS_OFF, /* cycles, per context */
	WORST_CACHE_OPS, /* CACHE instructions of one call of a DMA hook, per scenario step; so the next */
	WORST_TLB_FLUSHES,
	WORST_NESTING, /* contexts on one CPU, one interrupting the other */
	WORST_NESTED_CALLS, /* of them: in the middle of such a call */
	WORST_KINDS
};

/* The value of a sum that schedules exist to make as large as one likes. */
#define METER_UNBOUNDED NO_ID

struct figure {
	enum worst_kind kind;
	u32 ctx, step; /* whose; NO_ID where the kind is not per context or step */
	u32 value;
};

#define FIGURES_MAX 5u

struct meter {
	bool one_schedule; /* there are no others: nothing is unbounded */
	/* counted since meter_begin() */
	u64 cycles;
	u32 cache_ops, mappings, tlb_flushes;
	bool filled; /* a line */
	bool step_ended;
	bool polled;
	/* by meter_applied(): the sums that the choice left open, or closed */
	struct figure figure[FIGURES_MAX];
	u32 figures;
};

/* Lays the cell's world out anew, with room for sums. Changes neither what happens in it nor cell_hash(). */
void meter_prepare(struct cell *k);
/* Before a choice is applied. */
void meter_begin(struct meter *m);
/* The world's listener; arg is the meter. */
void meter_listen(void *arg, const struct event *e);
/* After the choice was applied: adds to the sums. */
void meter_applied(struct meter *m, struct world *w, const struct choice *choice);
/* The DMA hook that the context is in a call of, an enum kfunc; KF_none: none. */
u32 meter_hook(const struct world *w, u32 ctx);

/* The largest value of each figure. */
struct worst {
	struct figure figure;
	struct trail trail; /* attains it; empty where the driver keeps none */
	bool shortest;
};

struct worst_list {
	struct worst *item;
	u32 count, room;
};

/* Notes m->figure[], each with `trail` where it is larger than before; `trail` may be NULL. false: no memory. */
bool worst_note(struct worst_list *list, const struct meter *m, const struct trail *trail);
/* Notes one of another list; takes its trail. false: no memory. */
bool worst_merge(struct worst_list *list, struct worst *other);
/* Gives the item of the same figure and value the other's trail, unless it has the shortest. */
void worst_take_trail(struct worst_list *list, struct worst *other);
bool figure_same(const struct figure *a, const struct figure *b);
/* By kind, context and step. */
void worst_sort(struct worst_list *list);
void worst_free(struct worst_list *list);

#endif
