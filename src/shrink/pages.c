// SPDX-License-Identifier: GPL-2.0-or-later
/* Fewer pages: a name with all its users, one page of several, a part of a range. */
#include <string.h>

#include "cut.h"
#include "scenario/scalar.h"

static const struct ynode *page_of(const struct place *p)
{
	return p->kind == PLACE_PIECE ? ynode_get(p->node, "page") : p->node;
}

/* The page reference a place leads to: its own, or that of the mapping it goes through. FALSE: neither. */
static gboolean place_pages(const struct outline *l, const struct place *p, struct ref *ret)
{
	int made = place_handle(l, p);
	const struct ynode *v = made < 0 ? page_of(p) :
					   outline_arg(outline_step(l, (guint)made), "page");

	return v && v->kind == Y_SCALAR && ref_parse(v->text, ret);
}

static gboolean goes_with(const struct unit *u, struct ynode *events, const struct place *p)
{
	guint i;

	if (p->step >= 0) {
		/* one item of a list of several goes alone */
		if (p->list && p->list->items->len > 1)
			g_ptr_array_remove(p->list->items, p->node);
		else
			u->step[p->step] = TRUE;
		return TRUE;
	}
	for (i = 0; i < events->items->len; i++) {
		const struct ynode *what = ynode_get(events->items->pdata[i], "do");

		if (what->kind == Y_MAP &&
		    (ynode_get(what, "evict") == p->node || ynode_get(what, "fill") == p->node ||
		     ynode_get(what, "drain") == p->node)) {
			g_ptr_array_remove_index(events->items, i);
			return TRUE;
		}
	}
	return FALSE;
}

static enum cut_result name_cut(struct ynode *root, struct ynode *pages, const char *name)
{
	struct unit *u = unit_new(root);
	g_autoptr(GArray) places = places_of(u->outline);
	guint i;

	for (i = 0; i < places->len; i++) {
		const struct place *p = &g_array_index(places, struct place, i);
		const struct ynode *v = page_of(p);
		struct ref r;

		if (place_handle(u->outline, p) >= 0 || !v || !ref_parse(v->text, &r))
			continue;
		if (!r.context && !strcmp(r.name, name))
			goes_with(u, outline_events(root), p);
		ref_clear(&r);
	}
	ymake_drop(pages, name);
	unit_take_away(u);
	unit_free(u);
	return CUT_MADE;
}

/* Renumbers a reference to pages of `name` without page `index`; FALSE: it named that page alone. */
static gboolean renumber(struct ref *r, guint64 index)
{
	if (!r->indexed)
		return TRUE;
	if (r->first == index && r->last == index)
		return FALSE;
	if (r->first > index)
		r->first--;
	if (r->last >= index)
		r->last--;
	return TRUE;
}

/* The same for an offset into a mapping of the pages `of`; FALSE: it led to that page. */
static gboolean reoffset(struct ref *r, const struct ref *of, guint64 index, guint64 page_bytes)
{
	guint64 page = of->first + (r->indexed ? r->first : 0) + r->offset / page_bytes;

	if (page == index)
		return FALSE;
	if (page < index)
		return TRUE;
	if (r->indexed && r->first)
		r->last = --r->first;
	else
		r->offset -= page_bytes;
	return TRUE;
}

static enum cut_result index_cut(const struct cutter *c, struct ytree *tree, struct ynode *root,
				 struct ynode *page, const char *name, guint64 count, guint64 index)
{
	struct unit *u = unit_new(root);
	g_autoptr(GArray) places = places_of(u->outline);
	g_autofree char *left = g_strdup_printf("%" G_GUINT64_FORMAT, count - 1);
	guint i;

	/* first what goes through mappings: it is told by what the mapping covers yet */
	for (i = 0; i < places->len; i++) {
		const struct place *p = &g_array_index(places, struct place, i);
		struct ref of, r;

		if (place_handle(u->outline, p) < 0 || !place_pages(u->outline, p, &of))
			continue;
		if (!strcmp(of.name, name) && ref_parse(p->node->text, &r)) {
			if (reoffset(&r, &of, index, cell_page_bytes(&c->compiled->cell)))
				place_set(p->node, &r);
			else
				u->step[p->step] = TRUE;
			ref_clear(&r);
		}
		ref_clear(&of);
	}
	for (i = 0; i < places->len; i++) {
		const struct place *p = &g_array_index(places, struct place, i);
		struct ynode *v = (struct ynode *)page_of(p);
		struct ref r;

		if (place_handle(u->outline, p) >= 0 || !v || !ref_parse(v->text, &r))
			continue;
		if (!strcmp(r.name, name)) {
			if (renumber(&r, index))
				place_set(v, &r);
			else
				goes_with(u, outline_events(root), p);
		}
		ref_clear(&r);
	}
	ymake_put(tree, page, "count", ymake_text(tree, left));
	unit_take_away(u);
	unit_free(u);
	return CUT_MADE;
}

enum cut_result cut_page(const struct cutter *c, struct ytree *tree, struct ynode *root, guint n)
{
	struct ynode *pages = ynode_get(root, "pages");
	char why[SCALAR_WHY];
	guint i;

	for (i = 0; pages && i < pages->entries->len; i++) {
		const struct yentry *e = &g_array_index(pages->entries, struct yentry, i);
		const struct ynode *v = ynode_get(e->value, "count");
		guint64 count = 1;

		if (v && scalar_u64(v->text, SCALAR_COUNTS, &count, why))
			count = 1;
		/* of a great many, the first few */
		if (n >= MIN(count, 64) + 1) {
			n -= (guint)MIN(count, 64) + 1;
			continue;
		}
		if (!n)
			return name_cut(root, pages, e->key->text);
		if (count == 1)
			return CUT_NOT;
		return index_cut(c, tree, root, e->value, e->key->text, count, count - n);
	}
	return CUT_END;
}

/* A range of pages: its first half, then all but the last. */
enum cut_result cut_range(const struct cutter *c, struct ytree *tree, struct ynode *root, guint n)
{
	struct outline *l = outline_new(root);
	g_autoptr(GArray) places = places_of(l);
	guint i;

	(void)c, (void)tree;
	for (i = 0; i < places->len; i++) {
		const struct place *p = &g_array_index(places, struct place, i);
		struct ynode *v = (struct ynode *)page_of(p);
		struct ref r;

		if (place_handle(l, p) >= 0 || !v || v->kind != Y_SCALAR || !ref_parse(v->text, &r))
			continue;
		if (!r.indexed || r.first == r.last || n >= 2) {
			n -= r.indexed && r.first != r.last ? 2 : 0;
			ref_clear(&r);
			continue;
		}
		r.last = n ? r.last - 1 : r.first + (r.last - r.first) / 2;
		place_set(v, &r);
		ref_clear(&r);
		outline_free(l);
		return CUT_MADE;
	}
	outline_free(l);
	return CUT_END;
}
