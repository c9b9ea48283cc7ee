// SPDX-License-Identifier: GPL-2.0-or-later
#include "bounds.h"

static const struct {
	const char *key, *text;
} kinds[] = {
#define BOUND(id, key, text) [BOUND_##id] = {key, text},
#include "bounds.def"
};

const char *bound_key(enum bound kind)
{
	return kinds[kind].key;
}

const char *bound_text(enum bound kind)
{
	return kinds[kind].text;
}
