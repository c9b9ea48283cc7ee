/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a trail (docs/trail-format.md), by which any run of the model can be repeated:
 *
 *	2:9f0c…:e0,s0:AJbCQf(ghi)12b,d0:b128c,x0.5.20000040,s0.1:b,f
 *
 * The version, the cell's hash, and the choices in order, each with what it does: a letter per effect, two
 * capitals where a context goes into another step of the scenario, counts for what repeats.
 */
#ifndef STALELINE_EXPLORE_TRAILTEXT_H
#define STALELINE_EXPLORE_TRAILTEXT_H

#include "trail.h"

/*
 * Takes the choices on a world of `k` to see what each of them does; returns the text, newly allocated, or NULL
 * without memory. The first choice that is not possible there, and what follows it, go without saying.
 */
char *trail_print(const struct cell *k, const struct choice *choice, u32 length);
/* One choice alone, without what it does: "s0.1", newly allocated; NULL without memory. */
char *trail_print_choice(const struct choice *choice);
/*
 * Reads a text, blanks and line breaks in it left out; NULL on success, else what is wrong, with *at the byte
 * offset of it. *version: the text is of another version, *at means nothing.
 */
const char *trail_parse(struct trail *t, const char *text, u32 *at, bool *version);

#endif
