/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One cell of a scenario as a file of its own, in which every value says where it comes from. */
#ifndef STALELINE_SCENARIO_EXPAND_H
#define STALELINE_SCENARIO_EXPAND_H

#include "scenario.h"

/*
 * The text of cell_tree() (cell_tree.h), with the machine's presets resolved, with the entry of `expect` that the
 * cell matches, if it has one, and behind each line the file and line of its values. It loads as a scenario of this
 * one cell. `folder` is where it is to stand. Newly allocated.
 */
char *expand_cell(struct scenario *s, const struct scenario_cell *cell, const char *folder);

#endif
