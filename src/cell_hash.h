/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What decides how a cell behaves, as one number: by it a trail knows the cell it was made for. */
#ifndef STALELINE_CELL_HASH_H
#define STALELINE_CELL_HASH_H

#include "program.h"

/*
 * 64 bits over machine, kernel configuration, pages, contexts, steps, mappings, devices and strategy: the xor over
 * all fields of a mix of (place, value), the same for every build. A field that is 0 adds nothing: what the model
 * learns later leaves the hash of cells that do not use it alone. Names, comments and the layout of the file do
 * not count, and neither do bounds of a search: with and without identities a cell has one hash.
 */
u64 cell_hash(const struct cell *k);

#endif
