/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trail: the choices that lead from the first state to another, and its text form, by which any run of
 * the model can be repeated.
 *
 *	1:s0*5,e2,d0*128,x0.5.20000040,s0.1,f
 *
 * 1 is the format's version. s = context takes a step (s0.1: with pick 1, see struct pick), e = context
 * enters its CPU, d = device, x = cache.set.address evicted (hexadecimal), f = the end; *n repeats.
 * Actors are numbers in file order.
 */
#ifndef STALELINE_EXPLORE_TRAIL_H
#define STALELINE_EXPLORE_TRAIL_H

#include "engine.h"

struct trail {
	struct choice *choice;
	u32 length, room;
};

/* All return false when there is no memory. */
bool trail_add(struct trail *t, struct choice choice);
bool trail_copy(struct trail *to, const struct choice *choice, u32 length);
void trail_free(struct trail *t);

/* A newly allocated text, or NULL without memory. */
char *trail_print(const struct trail *t);
/* Reads a text; NULL on success, else what is wrong, with *at the byte offset of it. */
const char *trail_parse(struct trail *t, const char *text, u32 *at);

#endif
