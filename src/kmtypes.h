/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fixed kmap_atomic slots of a CPU, and their names. */
#ifndef STALELINE_KMTYPES_H
#define STALELINE_KMTYPES_H

enum km_type {
#define KM_TYPE(name) name,
#include "kmtypes.def"
	KM_TYPE_NR
};

/*
 * A CPU's slots: those of km_type, then a stack of as many, which only primitives of strategies use. No kernel has
 * both: 2.6.37 made one stack of the typed slots. A strategy of a later kernel under the steps of 2.6.36 is what a
 * backport would be, and that could not share slots with callers who name theirs.
 */
#define SLOT_STACKED KM_TYPE_NR
#define SLOT_NR (2 * KM_TYPE_NR)

/* "KM_USER0" … */
const char *km_type_name(unsigned int type);

#endif
