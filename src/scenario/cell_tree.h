/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One cell of a scenario as a scenario of its own: without a matrix, and without `$name`. */
#ifndef STALELINE_SCENARIO_CELL_TREE_H
#define STALELINE_SCENARIO_CELL_TREE_H

#include "scenario.h"

/*
 * The keys of the file as a map of `tree`, in the order of docs/scenario-format.md, each with the cell's values.
 * `strategy` is a path relative to the folder `folder` where it is a file. A cell of one schedule keeps an axis
 * of that one value, and of `schedules` only its own. `expect` is left out: its conditions speak of other cells.
 * Keys that begin with `x-` are left out, too.
 */
struct ynode *cell_tree(const struct scenario *s, const struct scenario_cell *cell,
			const char *folder, struct ytree *tree);

#endif
