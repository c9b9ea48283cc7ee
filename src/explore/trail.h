/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A trail: the choices that lead from the first state to another, and what each of them was when it was made. */
#ifndef STALELINE_EXPLORE_TRAIL_H
#define STALELINE_EXPLORE_TRAIL_H

#include "engine.h"

/*
 * What a choice does, by names that outlive the model's internals: by it a trail that no longer fits is found
 * out at the first choice that differs.
 */
struct trail_mark {
	u16 effect; /* of a step: the kernel step's number from KSTEP order; of a device: enum device_effect */
	u16 step; /* below MARK_STEPS: the context goes into another step of the scenario, with this digest */
};

#define MARK_STEPS 676u /* digests of scenario steps */
#define MARK_SAME 0xfffeu /* .step: the context goes on in the step it was in */
#define MARK_UNKNOWN 0xffffu /* .effect, .step: not said, nothing to compare */

enum device_effect { DEVICE_READS, DEVICE_WRITES, DEVICE_INTERRUPTS, DEVICE_EFFECTS };

struct trail {
	struct choice *choice;
	u32 length, room;
	struct trail_mark *mark; /* one per choice; NULL: choices alone */
	u64 cell; /* cell_hash() of the cell it was made for, 0: not said */
};

/* All return false when there is no memory. trail_copy() copies choices alone. */
bool trail_reserve(struct trail *t, u32 room);
bool trail_copy(struct trail *to, const struct choice *choice, u32 length);
void trail_free(struct trail *t);

static inline bool trail_add(struct trail *t, struct choice choice)
{
	if (t->length == t->room && !trail_reserve(t, t->length + 1))
		return false;
	t->choice[t->length++] = choice;
	return true;
}

bool choice_same(const struct choice *a, const struct choice *b);

/* Tells what choices are while they are applied one after the other. */
struct trail_marker {
	u32 *step; /* per context: the step its last choice was in, + 1 */
};

bool trail_marker_init(struct trail_marker *m, const struct cell *k);
void trail_marker_free(struct trail_marker *m);
/* What `choice` is about to do in `w`; it need not be possible there. To be called once per choice, in order. */
struct trail_mark trail_marker_next(struct trail_marker *m, const struct world *w,
				    const struct choice *choice);
/* What the choice is about to do, as in trail_mark.effect; MARK_UNKNOWN where there is one effect only, or none. */
u16 trail_effect(const struct world *w, const struct choice *choice);
/* What is not said fits everything. */
bool trail_mark_fits(struct trail_mark said, struct trail_mark is);
/* The digest a mark has for a step of the scenario. */
u16 trail_step_digest(const struct step *step);
/* "load", "writes memory" … what a mark's effect is called; NULL for one that this version does not know. */
const char *trail_effect_name(const struct choice *choice, struct trail_mark mark);

#endif
