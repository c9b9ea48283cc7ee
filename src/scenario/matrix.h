/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `matrix:`: `axes` make a product, `exclude` only removes cells, `add` only adds whole ones, `set` only
 * attaches values.
 */
#ifndef STALELINE_SCENARIO_MATRIX_H
#define STALELINE_SCENARIO_MATRIX_H

#include "scenario.h"

/* Fills s->axes and s->cells. `strategies` replaces the axis of that name. */
void matrix_load(struct scenario *s, char **strategies);
void matrix_free(struct scenario *s);

/* Does the cell have, for every name in `when`, one of the texts given? */
gboolean matrix_matches(const struct scenario_cell *cell, GHashTable *when);
/* A `when:` map: name -> texts. Values that no cell has are errors; `*good` is whether there was none. */
GHashTable *matrix_when(struct scenario *s, const struct ynode *map, gboolean *good);

#endif
