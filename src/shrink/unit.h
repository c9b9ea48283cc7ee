/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes steps, contexts and devices away together with all that would then hang in the air. */
#ifndef STALELINE_SHRINK_UNIT_H
#define STALELINE_SHRINK_UNIT_H

#include "outline.h"

struct unit {
	struct outline *outline;
	gboolean *step; /* gone, one each */
	gboolean *context;
	GPtrArray *devices; /* const char *: names */
};

struct unit *unit_new(struct ynode *root);
void unit_free(struct unit *u);
/*
 * Takes away what is marked, and: the steps that use what a step made, also in other contexts; a loop without
 * steps, a context without steps; `raise` of such a context, events of the schedule at such steps. Who waited for
 * the end of such a context no longer does.
 */
void unit_take_away(struct unit *u);

#endif
