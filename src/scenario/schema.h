/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON Schemas (draft-07) of the input files, for editors and other programs. Made from the tables that the
 * loaders read (keys.h, vocab.h, the primitives of strategies), so they cannot say anything else.
 *
 * A schema knows the shape of a file: keys, kinds, words, ranges. Names that must exist, values that must fit
 * each other, cells and expectations are left to `check`. Scalars are what the loader takes them for: a text may
 * stand where a number is wanted, if it reads as one.
 */
#ifndef STALELINE_SCENARIO_SCHEMA_H
#define STALELINE_SCENARIO_SCHEMA_H

#include <glib.h>

/* What there are schemas of: "scenario", "strategy", "machine", "jsonl", NULL-terminated. */
extern const char *const schema_names[];
/* The text of one, with a line break at its end; newly allocated. `name` is one of them. */
char *schema_text(const char *name);

#endif
