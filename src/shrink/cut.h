/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ways to make a scenario of one cell smaller, each a numbered list: cut number n of a kind. None makes room for
 * more behaviour but by taking something away: no trigger, eviction or interrupt is added.
 */
#ifndef STALELINE_SHRINK_CUT_H
#define STALELINE_SHRINK_CUT_H

#include "judge/outcome.h"
#include "unit.h"

struct cutter {
	const struct compiled *compiled; /* of the tree that is to be cut */
	gboolean explored; /* else one schedule is run */
};

enum cut_result {
	CUT_END, /* there is no such number */
	CUT_NOT, /* nothing to be done under this number */
	CUT_MADE,
};

struct cut_kind {
	const char *name; /* what it takes away, a noun in the singular */
	/* Changes `root`, a copy that belongs to `tree`. */
	enum cut_result (*make)(const struct cutter *c, struct ytree *tree, struct ynode *root,
				guint n);
};

/* The biggest first; ends with a kind without a name. */
extern const struct cut_kind cut_kinds[];

/* Writes the same in fewer words: lists of one, maps that hold nothing, what is the default anyway. */
void cut_tidy(struct ytree *tree, struct ynode *root);

/* numbers.c, pages.c, toy.c */
enum cut_result cut_number(const struct cutter *c, struct ytree *tree, struct ynode *root, guint n);
enum cut_result cut_offset(const struct cutter *c, struct ytree *tree, struct ynode *root, guint n);
enum cut_result cut_page(const struct cutter *c, struct ytree *tree, struct ynode *root, guint n);
enum cut_result cut_range(const struct cutter *c, struct ytree *tree, struct ynode *root, guint n);
enum cut_result cut_machine(const struct cutter *c, struct ytree *tree, struct ynode *root,
			    guint n);
enum cut_result cut_l2(const struct cutter *c, struct ytree *tree, struct ynode *root, guint n);
/* Has the machine an L2 before its `l2:` is looked at? */
gboolean toy_has_l2(const struct ynode *machine);

/* places.c: every text that names a place */
enum place_kind {
	PLACE_ADDRESS, /* of a mapping or of a lowmem page */
	PLACE_PAGES,
	PLACE_PIECE, /* {page, offset, len} */
	PLACE_EVENT, /* evict: or fill: */
};

struct place {
	enum place_kind kind;
	guint context;
	int step; /* or -1 */
	struct ynode *node; /* scalar; a map for PLACE_PIECE */
	struct ynode *list; /* a piece or pages that is an item of a list; else NULL */
};

/* GArray of struct place, in file order. */
GArray *places_of(const struct outline *l);
/* The step that made the mapping an address goes through, or -1. */
int place_handle(const struct outline *l, const struct place *p);
void place_set(struct ynode *node, const struct ref *r);

#endif
