/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The caches of a trace's machine, as options give them: "32k,2,32,lru,wb,wa". */
#ifndef STALELINE_TRACE_GEOMETRY_H
#define STALELINE_TRACE_GEOMETRY_H

#include <glib.h>

#include "machine.h"

/* tree-PLRU keeps a bit a node in one word */
#define GEOMETRY_PLRU_WAYS 32u
#define GEOMETRY_WAYS 1024u

/* What is wrong with such a text, and which of its bytes. */
struct geometry_fault {
	char *why; /* newly allocated */
	guint at, length;
};

/*
 * SIZE,WAYS,LINE and then in any order lru, fifo, plru or random; wb or wt (write-through); wa or nwa (no allocation on
 * writes). Left out: lru, wb, wa. FALSE with what was expected instead.
 */
gboolean geometry_parse(const char *text, struct cache_geometry *ret, struct geometry_fault *fault);
/* "32 KiB, 2-way, 32-byte lines, lru, wb, wa"; newly allocated. */
char *geometry_text(const struct cache_geometry *g);

#endif
