/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random walks: choices by a seeded generator, so that the same seed takes the same way everywhere. */
#ifndef TESTS_WALK_WALK_H
#define TESTS_WALK_WALK_H

#include "../../src/explore/arena.h"
#include "../../src/scenario/scenario.h"

/* One compiled cell, and what it lives in. */
struct walk_cell {
	struct diag *diag;
	struct scenario *scenario;
	struct compiled *compiled;
};

/* FALSE, with the reason on stdout, where the file has faults or no cell of that number. */
gboolean walk_cell_open(struct walk_cell *c, const char *path, guint cell, gboolean identities);
void walk_cell_close(struct walk_cell *c);

struct walker {
	struct arena arena;
	guint64 seed;
	struct choice *choice; /* what engine_enabled() gave last */
	u32 choices, room;
};

void walker_init(struct walker *v, const struct cell *k, gboolean undo, guint64 seed);
void walker_free(struct walker *v);
/* Draws one of the choices possible now; FALSE once the schedule has ended. */
gboolean walker_draw(struct walker *v, struct choice *ret);
/* Applies it. */
void walker_take(struct walker *v, const struct choice *choice);

#endif
