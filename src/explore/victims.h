/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the environment may evict any line at any time, exploring does not ask which line of a full set a fill
 * replaces: each of them may leave in a choice before. A run knows better. So that a trail means the same to
 * both, the lines that were replaced are evicted in it, before the choice that would have replaced them; where that
 * comes to something else, the choice says how it replaces (PICK_BY_TAG).
 */
#ifndef STALELINE_EXPLORE_VICTIMS_H
#define STALELINE_EXPLORE_VICTIMS_H

#include "trail.h"

/* `k` is as it was explored. Nothing is done where evictions are bounded. false: no memory. */
bool victims_evict(const struct cell *k, struct trail *t);

#endif
