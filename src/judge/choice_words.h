/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Choices in words. All texts are newly allocated. */
#ifndef STALELINE_JUDGE_CHOICE_WORDS_H
#define STALELINE_JUDGE_CHOICE_WORDS_H

#include "scenario/compiled.h"

/* "reader", "disk", "the L2"; also for actors that the cell does not have. */
char *choice_actor(const struct compiled *c, const struct choice *choice);
/* "reader does `load` in its step `read v+0x40`"; `step`: the one it is in, NO_ID where that is not known. */
char *choice_clause(const struct compiled *c, const struct choice *choice, struct trail_mark mark,
		    guint step);

#endif
