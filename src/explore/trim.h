/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A trail with the choices taken out that its finding does not need: shorter, not the shortest. */
#ifndef STALELINE_EXPLORE_TRIM_H
#define STALELINE_EXPLORE_TRIM_H

#include "found.h"

/*
 * Trims f->trail, which leads to f->finding in `k`. Gives up after `budget` choices, with what it has by then. Without
 * memory the trail stays as it is.
 */
void trim(const struct cell *k, struct found *f, u64 budget);

#endif
