/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a program smaller as long as what is asked of it still holds: a case that a reader can follow. */
#ifndef TESTS_PROPERTY_SHRINK_H
#define TESTS_PROPERTY_SHRINK_H

#include "program.h"

/*
 * Tries leaving out contexts, mappings, ops, areas and pages, and simpler machines, kernels and lengths, until
 * no single such change is left under which `holds`.
 */
void program_shrink(struct program *p, gboolean (*holds)(void *arg, const struct program *p),
		    void *arg);

#endif
