/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs by chance. The same seed and wish give the same program everywhere. */
#ifndef TESTS_PROPERTY_DRAW_H
#define TESTS_PROPERTY_DRAW_H

#include "program.h"

enum maintained {
	BY_FLUSH_ALL, /* devices snoop nothing, or one of two does; the strategy is flush-all */
	BY_SNOOPING, /* all DMA snoops; the strategy is any */
	BY_NOTHING, /* devices snoop nothing; the strategy is none */
	BY_ANY_STRATEGY, /* devices snoop nothing; the strategy is any */
};

struct wish {
	enum maintained by;
	enum condition dropped; /* CONDITIONS: none */
};

/*
 * A program that keeps every condition but the dropped one. FALSE: this seed's program offers no place to
 * break that one, or breaks another with it.
 */
gboolean program_draw(struct program *p, guint64 seed, struct wish wish);

#endif
