/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machines that programs are drawn for. A new property of caches goes into struct toy, gets its
 * values in toy_draw(), its text in toy_print() and its simpler form in toy_simplify(); nothing
 * else knows of it.
 */
#ifndef TESTS_PROPERTY_TOY_H
#define TESTS_PROPERTY_TOY_H

#include <glib.h>

struct toy_cache {
	guint size, ways, line; /* size 0: there is none */
	gboolean physical;
	const char *replacement; /* NULL: as the preset */
	gboolean write_through, no_allocate;
	gboolean alias_free; /* the L1 */
	gboolean inclusive; /* the L2 */
};

struct toy {
	struct toy_cache l1, l2;
	guint tlb;
	gboolean coherent; /* all DMA snoops */
	gboolean post_dma_flush;
};

/* With `aliases` the L1 has two colours, else one. Neither coherent nor with post_dma_flush. */
void toy_draw(struct toy *m, guint64 *seed, gboolean aliases);
/* Appends the scenario's `machine:`. */
void toy_print(const struct toy *m, GString *out);
/* Makes the machine simpler in its n-th way; FALSE: it has no such way. The way may change nothing. */
gboolean toy_simplify(struct toy *m, guint n);

/* How many colours a user address may have, and how many of them can hold copies of their own. */
guint toy_address_colours(const struct toy *m, guint page_bytes);
guint toy_colours(const struct toy *m, guint page_bytes);
guint toy_largest_line(const struct toy *m);

/* A number below n, from 1 on. */
guint draw_below(guint64 *seed, guint n);
gboolean draw_odds(guint64 *seed, guint percent);

#endif
