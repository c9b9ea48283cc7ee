/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `machine:` of a scenario, and the files of machines/: text to struct machine. */
#ifndef STALELINE_SCENARIO_MACHINE_LOAD_H
#define STALELINE_SCENARIO_MACHINE_LOAD_H

#include "bind.h"
#include "machine.h"

/*
 * `node` is a preset's name, or a map with `preset:` and what differs from it; NULL is the default machine.
 * Trees it loads are added to `trees` (GPtrArray of struct ytree *), which own the spans of errors.
 */
void machine_load(struct binder *b, const struct ynode *node, GPtrArray *trees,
		  struct machine *ret);
/* A built-in machine whole, with the I-cache that scenarios leave out; FALSE when there is none of that name. */
gboolean machine_preset(const char *name, struct machine *ret);
/* The one-line `doc:` of a preset, newly allocated. */
char *machine_doc(const char *name);

#define MACHINE_DEFAULT "24kec-rt5350"

#endif
