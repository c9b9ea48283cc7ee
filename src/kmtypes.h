/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fixed kmap_atomic slots of a CPU, and their names. */
#ifndef STALELINE_KMTYPES_H
#define STALELINE_KMTYPES_H

enum km_type {
#define KM_TYPE(name) name,
#include "kmtypes.def"
	KM_TYPE_NR
};

/* "KM_USER0" … */
const char *km_type_name(unsigned int type);

#endif
