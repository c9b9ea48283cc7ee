/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small scenarios by chance: a toy machine, one to three contexts, a few steps each. The same seed gives the
 * same text everywhere. All of them compile; what the steps then do to each other is left to luck, so many
 * misuse the DMA API, deadlock or oops, which an explorer has to get through as well.
 */
#ifndef TESTS_NAIVE_GENERATE_H
#define TESTS_NAIVE_GENERATE_H

#include <glib.h>

/* Newly allocated YAML. */
char *generate_scenario(guint64 seed);
/* Lines behind it that bound choices of some kinds, or none; newly allocated. */
char *generate_bounds(guint64 seed);

/* splitmix64: the next number of a sequence. */
guint64 generate_random(guint64 *state);

#endif
