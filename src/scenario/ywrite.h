/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A YAML tree as text, in the layout of the files in scenarios/: what is flat or an item of a list stands on one
 * line where it fits, the rest in blocks. Reading the text gives the same tree again: kinds, texts, the order
 * of keys, and whether a text was quoted where that means something (`$name`, nothing). Aliases are written out.
 */
#ifndef STALELINE_SCENARIO_YWRITE_H
#define STALELINE_SCENARIO_YWRITE_H

#include "ytree.h"

/* Appends `root` and a line break. */
void ywrite(GString *out, const struct ynode *root);

#endif
