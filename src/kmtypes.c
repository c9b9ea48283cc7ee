// SPDX-License-Identifier: GPL-2.0-or-later
#include "kmtypes.h"

static const char *const names[] = {
#define KM_TYPE(name) #name,
#include "kmtypes.def"
};

const char *km_type_name(unsigned int type)
{
	return names[type];
}
