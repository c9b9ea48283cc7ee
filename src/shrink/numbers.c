// SPDX-License-Identifier: GPL-2.0-or-later
/* Smaller numbers: the least, a half, one less. */
#include <string.h>

#include "cut.h"
#include "scenario/scalar.h"

enum number_kind {
	NUMBER_COUNT,
	NUMBER_BYTES, /* in words where it is a multiple of them: a byte would make granules of bytes */
	NUMBER_POWER,
};

struct number_at {
	struct ynode *map;
	const char *key;
	enum number_kind kind;
};

#define WORD 4u

static void number_add(GArray *list, struct ynode *map, const char *key, enum number_kind kind)
{
	struct number_at n = {map, key, kind};

	if (map && map->kind == Y_MAP && ynode_get(map, key))
		g_array_append_val(list, n);
}

static GArray *numbers_of(struct ynode *root)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(struct number_at));
	struct outline *l = outline_new(root);
	g_autoptr(GArray) places = places_of(l);
	struct ynode *machine = ynode_get(root, "machine"), *events = outline_events(root);
	guint i;

	if (machine && machine->kind == Y_MAP) {
		struct ynode *l1d = ynode_get(machine, "l1d"), *l2 = ynode_get(machine, "l2");

		number_add(list, l1d, "size", NUMBER_POWER);
		number_add(list, l1d, "ways", NUMBER_COUNT);
		number_add(list, l2, "size", NUMBER_POWER);
		number_add(list, l2, "ways", NUMBER_COUNT);
		number_add(list, ynode_get(machine, "tlb"), "entries", NUMBER_COUNT);
		number_add(list, machine, "write-buffer", NUMBER_COUNT);
	}
	number_add(list, ynode_get(root, "explore"), "evictions", NUMBER_COUNT);
	number_add(list, ynode_get(root, "explore"), "fills", NUMBER_COUNT);
	for (i = 0; i < l->contexts->entries->len; i++)
		number_add(list, g_array_index(l->contexts->entries, struct yentry, i).value,
			   "times", NUMBER_COUNT);
	for (i = 0; i < l->steps->len; i++) {
		const struct step_at *s = outline_step(l, i);

		number_add(list, s->args, "times", NUMBER_COUNT);
		number_add(list, s->args, "len", NUMBER_BYTES);
		number_add(list, s->args, "colour", NUMBER_COUNT);
	}
	for (i = 0; i < places->len; i++) {
		const struct place *p = &g_array_index(places, struct place, i);

		if (p->kind == PLACE_PIECE)
			number_add(list, p->node, "len", NUMBER_BYTES);
	}
	for (i = 0; events && i < events->items->len; i++)
		number_add(list, events->items->pdata[i], "op", NUMBER_COUNT);
	outline_free(l);
	return list;
}

/* The n-th smaller value of `value`, or it itself. */
static guint64 smaller(enum number_kind kind, guint64 value, guint n)
{
	guint64 unit = kind == NUMBER_BYTES && value % WORD == 0 ? WORD : 1;
	guint64 half = value / 2 / unit * unit;

	if (value <= unit)
		return value;
	switch (n) {
	case 0:
		return kind == NUMBER_POWER ? half : unit;
	case 1:
		return half;
	default:
		return kind == NUMBER_POWER ? half : value - unit;
	}
}

enum cut_result cut_number(const struct cutter *c, struct ytree *tree, struct ynode *root, guint n)
{
	g_autoptr(GArray) numbers = numbers_of(root);
	g_autofree char *text = NULL;
	char why[SCALAR_WHY];
	const struct ynode *v;
	struct number_at *at;
	guint64 value, less;

	(void)c;
	if (n / 3 >= numbers->len)
		return CUT_END;
	at = &g_array_index(numbers, struct number_at, n / 3);
	v = ynode_get(at->map, at->key);
	if (v->kind != Y_SCALAR || scalar_u64(v->text, SCALAR_COUNTS | SCALAR_BYTES, &value, why))
		return CUT_NOT;
	less = smaller(at->kind, value, n % 3);
	if (less >= value || !less)
		return CUT_NOT;
	text = g_strdup_printf("%" G_GUINT64_FORMAT, less);
	ymake_put(tree, at->map, at->key, ymake_text(tree, text));
	return CUT_MADE;
}

/* The offset within a page. */
static guint64 offset_of(const struct cutter *c, const struct place *p)
{
	guint64 page = cell_page_bytes(&c->compiled->cell), offset = 0;
	const struct ynode *v;
	char why[SCALAR_WHY];
	struct ref r;

	if (p->kind == PLACE_PAGES)
		return 0;
	if (p->kind == PLACE_PIECE) {
		v = ynode_get(p->node, "offset");
		return v && !scalar_u64(v->text, SCALAR_BYTES, &offset, why) ? offset % page : 0;
	}
	if (ref_parse(p->node->text, &r))
		offset = r.offset % page;
	ref_clear(&r);
	return offset;
}

static void offset_zero(const struct cutter *c, struct ytree *tree, const struct place *p)
{
	guint64 page = cell_page_bytes(&c->compiled->cell), whole;
	g_autofree char *text = NULL;
	char why[SCALAR_WHY];
	struct ref r;

	if (p->kind == PLACE_PIECE) {
		if (scalar_u64(ynode_get(p->node, "offset")->text, SCALAR_BYTES, &whole, why))
			return;
		whole = whole / page * page;
		ymake_drop(p->node, "offset");
		if (whole) {
			text = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", whole);
			ymake_put(tree, p->node, "offset", ymake_text(tree, text));
		}
	} else if (ref_parse(p->node->text, &r)) {
		r.offset = r.offset / page * page;
		place_set(p->node, &r);
		ref_clear(&r);
	}
}

/* To the start of the page: all places of one offset together, then each alone. */
enum cut_result cut_offset(const struct cutter *c, struct ytree *tree, struct ynode *root, guint n)
{
	struct outline *l = outline_new(root);
	g_autoptr(GArray) all = places_of(l);
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct place));
	g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(guint64));
	guint64 offset;
	guint i, j;

	outline_free(l);
	for (i = 0; i < all->len; i++) {
		const struct place *p = &g_array_index(all, struct place, i);

		offset = offset_of(c, p);
		if (!offset)
			continue;
		g_array_append_val(places, *p);
		for (j = 0; j < values->len; j++)
			if (g_array_index(values, guint64, j) == offset)
				break;
		if (j == values->len)
			g_array_append_val(values, offset);
	}
	if (n >= values->len + places->len)
		return CUT_END;
	for (i = 0; i < places->len; i++) {
		const struct place *p = &g_array_index(places, struct place, i);

		if (n < values->len ? offset_of(c, p) == g_array_index(values, guint64, n) :
				      i == n - values->len)
			offset_zero(c, tree, p);
	}
	return CUT_MADE;
}
