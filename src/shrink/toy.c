// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The same question on the toy machine: pages of 64 bytes with four lines. Offsets keep their order and their
 * lines, as far as four lines go; frames and user addresses keep their place among each other.
 */
#include <string.h>

#include "cut.h"
#include "scenario/keys.h"
#include "scenario/machine_load.h"
#include "scenario/presets.h"
#include "scenario/scalar.h"

enum {
	TOY_PAGE = 64,
	TOY_PAGE_SHIFT = 6,
	TOY_LINE = 16,
	TOY_LINES = TOY_PAGE / TOY_LINE,
};

struct scale {
	u32 page, line; /* of the machine as it is */
	u32 shift;
	GArray *lines; /* guint64: those of a page that are used, ascending */
};

static guint64 number_of(const struct ynode *map, const char *key, guint64 otherwise)
{
	const struct ynode *v = map && map->kind == Y_MAP ? ynode_get(map, key) : NULL;
	guint64 value;
	char why[SCALAR_WHY];

	if (!v || v->kind != Y_SCALAR ||
	    scalar_u64(v->text, SCALAR_BYTES | SCALAR_COUNTS, &value, why))
		return otherwise;
	return value;
}

static void line_use(struct scale *s, guint64 offset)
{
	guint64 line = offset % s->page / s->line;
	guint i;

	for (i = 0; i < s->lines->len && g_array_index(s->lines, guint64, i) <= line; i++)
		if (g_array_index(s->lines, guint64, i) == line)
			return;
	g_array_insert_val(s->lines, i, line);
}

/* A place in a page keeps its line's rank; within the line, its part. */
static guint64 scaled(const struct scale *s, guint64 offset)
{
	guint64 page = offset / s->page, in = offset % s->page, rank = 0;
	guint i;

	for (i = 0; i < s->lines->len; i++)
		rank += g_array_index(s->lines, guint64, i) < in / s->line;
	return page * TOY_PAGE + rank * TOY_LINE + in % s->line * TOY_LINE / s->line;
}

struct piece {
	struct ynode *map; /* holds `len` */
	struct ynode *text; /* holds the offset; NULL: the key `offset` of the map */
	guint64 offset, length; /* 0: no length is given */
};

static GArray *pieces_of(struct outline *l)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(struct piece));
	g_autoptr(GArray) places = places_of(l);
	guint i;

	for (i = 0; i < places->len; i++) {
		const struct place *p = &g_array_index(places, struct place, i);
		struct piece piece = {.map = p->node};
		struct ref r;

		if (p->kind == PLACE_PAGES)
			continue;
		if (p->kind == PLACE_PIECE) {
			piece.offset = number_of(p->node, "offset", 0);
			piece.length = number_of(p->node, "len", 0);
		} else {
			piece.text = p->node;
			piece.map = p->step < 0 ? NULL : outline_step(l, (guint)p->step)->args;
			if (!ref_parse(p->node->text, &r))
				continue;
			piece.offset = r.offset;
			piece.length = number_of(piece.map, "len", 0);
			ref_clear(&r);
		}
		g_array_append_val(list, piece);
	}
	return list;
}

static void number_put(struct ytree *tree, struct ynode *map, const char *key, guint64 value,
		       gboolean hex)
{
	g_autofree char *text = hex ? g_strdup_printf("0x%" G_GINT64_MODIFIER "x", value) :
				      g_strdup_printf("%" G_GUINT64_FORMAT, value);

	ymake_put(tree, map, key, ymake_text(tree, text));
}

static void piece_scale(const struct scale *s, struct ytree *tree, const struct piece *p)
{
	guint64 offset = scaled(s, p->offset);
	struct ref r;

	if (p->length)
		number_put(tree, p->map, "len", scaled(s, p->offset + p->length - 1) + 1 - offset,
			   FALSE);
	if (!p->text) {
		if (p->offset)
			number_put(tree, p->map, "offset", offset, TRUE);
	} else if (ref_parse(p->text->text, &r)) {
		r.offset = offset;
		place_set(p->text, &r);
		ref_clear(&r);
	}
}

static void frames_scale(const struct scale *s, struct ytree *tree, struct outline *l)
{
	struct ynode *pages = ynode_get(l->root, "pages");
	guint i;

	for (i = 0; pages && i < pages->entries->len; i++) {
		struct ynode *page = g_array_index(pages->entries, struct yentry, i).value;
		guint64 pfn = number_of(page, "pfn", 0), count = number_of(page, "count", 1);
		const struct ynode *zone = ynode_get(page, "zone");

		if (!pfn)
			continue;
		/* the last frames of lowmem stay the last ones */
		if (zone && !strcmp(zone->text, "lowmem"))
			pfn = ((pfn + count) << s->shift) - count;
		else
			pfn <<= s->shift;
		number_put(tree, page, "pfn", pfn, TRUE);
	}
	for (i = 0; i < l->steps->len; i++) {
		const struct step_at *step = outline_step(l, i);
		guint64 va = number_of(step->args, "va", 0);

		if (va)
			number_put(tree, step->args, "va", va >> s->shift, TRUE);
	}
}

/* FALSE: more lines of a page are used than the toy's have. */
static gboolean places_scale(const struct cutter *c, struct ytree *tree, struct ynode *root)
{
	const struct machine *m = &c->compiled->cell.machine;
	struct scale s = {.page = machine_page_bytes(m),
			  .line = 1u << m->sector_shift,
			  .shift = m->page_shift - TOY_PAGE_SHIFT};
	struct outline *l = outline_new(root);
	g_autoptr(GArray) pieces = pieces_of(l);
	gboolean fits;
	guint i;

	s.lines = g_array_new(FALSE, FALSE, sizeof(guint64));
	for (i = 0; i < pieces->len; i++) {
		const struct piece *p = &g_array_index(pieces, struct piece, i);

		line_use(&s, p->offset);
		if (p->length)
			line_use(&s, p->offset + p->length - 1);
	}
	fits = s.lines->len <= TOY_LINES;
	for (i = 0; fits && i < pieces->len; i++)
		piece_scale(&s, tree, &g_array_index(pieces, struct piece, i));
	if (fits)
		frames_scale(&s, tree, l);
	g_array_unref(s.lines);
	outline_free(l);
	return fits;
}

static const char *preset_of(const struct ynode *machine)
{
	const struct ynode *v = machine && machine->kind == Y_MAP ? ynode_get(machine, "preset") :
								    machine;

	return v ? v->text : NULL;
}

gboolean toy_has_l2(const struct ynode *machine)
{
	const char *name = preset_of(machine);
	struct diag *diag = diag_new();
	struct ytree *tree = presets_load(diag, "machines", name ? name : MACHINE_DEFAULT);
	const struct ynode *l2 = tree ? ynode_get(tree->root, "l2") : NULL;
	gboolean has = l2 && (l2->kind == Y_MAP || strcmp(l2->text, "no"));

	ytree_free(tree);
	diag_free(diag);
	return has;
}

static void yes_put(struct ytree *tree, struct ynode *map, const char *key, gboolean when,
		    const char *word)
{
	if (when)
		ymake_put(tree, map, key, ymake_text(tree, word));
}

/* What a cache does otherwise than the toy's. */
static void policy_put(struct ytree *tree, struct ynode *machine, const char *key,
		       const struct cache_geometry *c)
{
	const char *const *words = keys_find(&keys_l1, "replacement")->words;
	struct ynode *given = ynode_get(machine, key), *map = given ? given : ymake_map(tree);

	yes_put(tree, map, "replacement", c->replacement != REPLACE_LRU, words[c->replacement]);
	yes_put(tree, map, "write", c->write_through, "through");
	yes_put(tree, map, "allocate", c->no_write_allocate, "no");
	yes_put(tree, map, "alias-free", c->alias_free, "yes");
	yes_put(tree, map, "inclusive", c->inclusive, "yes");
	if (map->entries->len)
		ymake_put(tree, machine, key, map);
}

static void cache_put(struct ytree *tree, struct ynode *machine, const char *key, u32 size,
		      u32 ways)
{
	struct ynode *map = ymake_map(tree);

	number_put(tree, map, "size", size, FALSE);
	number_put(tree, map, "ways", ways, FALSE);
	number_put(tree, map, "line", TOY_LINE, FALSE);
	ymake_put(tree, machine, key, map);
}

/*
 * The toy as it is; with four ways, so that more fits; with as many colours as the machine has; each without and
 * with an L2. Policies of the caches stay, and what the file says otherwise of the machine stays.
 */
enum cut_result cut_machine(const struct cutter *c, struct ytree *tree, struct ynode *root, guint n)
{
	static const char *const replaced[] = {"preset", "page-size", "l1d",    "l2",
					       "name",   "doc",       "source", NULL};
	const struct machine *m = &c->compiled->cell.machine;
	const struct ynode *given = ynode_get(root, "machine");
	const char *preset = preset_of(given);
	struct ynode *machine;
	guint i;

	if ((preset && !strcmp(preset, "toy")) || n >= 6 || m->page_shift < TOY_PAGE_SHIFT)
		return CUT_END;
	if ((n % 3 == 2 && m->l1d.colours == 1) || (n >= 3 && !m->l2.present) ||
	    !places_scale(c, tree, root))
		return CUT_NOT;
	machine = ymake_map(tree);
	ymake_put(tree, machine, "preset", ymake_text(tree, "toy"));
	if (n % 3 == 1)
		cache_put(tree, machine, "l1d", 4 * TOY_PAGE, 4);
	if (n % 3 == 2)
		cache_put(tree, machine, "l1d", m->l1d.colours * TOY_PAGE * 2, 2);
	policy_put(tree, machine, "l1d", &m->l1d);
	if (n >= 3) {
		cache_put(tree, machine, "l2", 4 * TOY_PAGE, 4);
		policy_put(tree, machine, "l2", &m->l2);
	}
	for (i = 0; given && given->kind == Y_MAP && i < given->entries->len; i++) {
		const struct yentry *e = &g_array_index(given->entries, struct yentry, i);

		if (!g_strv_contains(replaced, e->key->text))
			ymake_put(tree, machine, e->key->text, ymake_copy(tree, e->value));
	}
	/* what the preset itself says */
	if (m->cpus > 1 && !ynode_get(machine, "cpus"))
		number_put(tree, machine, "cpus", m->cpus, FALSE);
	if (m->cpus > 1 && !m->l1_snooped && !ynode_get(machine, "cpu-coherence"))
		ymake_put(tree, machine, "cpu-coherence", ymake_text(tree, "none"));
	if (m->dma_coherent && !ynode_get(machine, "dma"))
		ymake_put(tree, machine, "dma", ymake_text(tree, "coherent"));
	if (m->speculation == SPECULATION_LOADS && !ynode_get(machine, "speculation"))
		ymake_put(tree, machine, "speculation", ymake_text(tree, "loads"));
	if (m->post_dma_flush && !ynode_get(machine, "post-dma-flush"))
		ymake_put(tree, machine, "post-dma-flush", ymake_text(tree, "yes"));
	ymake_put(tree, root, "machine", machine);
	return CUT_MADE;
}

enum cut_result cut_l2(const struct cutter *c, struct ytree *tree, struct ynode *root, guint n)
{
	struct ynode *given = ynode_get(root, "machine"), *machine = given;
	const char *preset = preset_of(given);

	if (n || !c->compiled->cell.machine.l2.present)
		return CUT_END;
	if (!machine || machine->kind != Y_MAP) {
		machine = ymake_map(tree);
		ymake_put(tree, machine, "preset",
			  ymake_text(tree, preset ? preset : MACHINE_DEFAULT));
		ymake_put(tree, root, "machine", machine);
	}
	ymake_put(tree, machine, "l2", ymake_text(tree, "no"));
	return CUT_MADE;
}
