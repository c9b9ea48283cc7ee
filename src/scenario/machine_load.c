// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine_load.h"

#include <string.h>

#include "keys.h"
#include "presets.h"

/* places of words in keys.c */
#define INDEX_VIRTUAL 1
#define DMA_COHERENT 1
#define WRITE_THROUGH 1

static void machine_apply(struct binder *b, const struct ynode *map, GPtrArray *trees,
			  struct machine *m);

/* A generic L2 for `l2: yes` on a machine without one of its own: the MT7621's. */
static const struct cache_geometry l2_generic = {
	.present = true,
	.sets = 1024,
	.ways = 8,
	.line_shift = 5,
};

static void preset_apply(struct binder *b, const struct ynode *node, GPtrArray *trees,
			 struct machine *m)
{
	const char *name = bind_text(b, node, "machine preset");
	struct binder plain = {.diag = b->diag};
	struct ytree *tree;

	if (!name)
		return;
	tree = presets_load(b->diag, "machines", name);
	if (!tree) {
		g_auto(GStrv) names = presets_names("machines");

		diag_note(bind_unknown(b, "E0120", node, "machine", name,
				       (const char *const *)names),
			  "`staleline list machines` shows all");
		return;
	}
	g_ptr_array_add(trees, tree);
	machine_apply(&plain, tree->root, trees, m);
}

static void cache_apply(struct binder *b, const struct ynode *map, const struct keys *keys,
			struct cache_geometry *c)
{
	gboolean virtual = keys != &keys_l2;
	const char *what = keys->what;
	guint64 size = machine_cache_bytes(c), ways = c->ways, line = 1u << c->line_shift;
	const struct ynode *v;

	if (!keys_check(b, map, keys))
		return;
	if (!c->present) {
		size = 16 << 10;
		ways = 4;
		line = 32;
	}
	ways = keys_number(b, map, keys, "ways", ways);
	line = keys_number(b, map, keys, "line", line);
	if ((v = ynode_get(map, "size"))) {
		size = keys_number(b, map, keys, "size", size);
		if (size % (ways * line) || ((size / (ways * line)) & (size / (ways * line) - 1))) {
			diag_help(bind_error(b, "E0121", v,
					     "%s: the size does not make a power of two of sets",
					     what),
				  "size = sets x ways x line, here sets x %" G_GUINT64_FORMAT
				  " x %" G_GUINT64_FORMAT,
				  ways, line);
			return;
		}
	}
	if ((v = ynode_get(map, "index"))) {
		int word = keys_word(b, map, keys, "index", 0);

		if (word == INDEX_VIRTUAL && !virtual)
			bind_error(b, "E0122", v, "%s: an L2 is indexed physically", what);
		c->virtual_index = word == INDEX_VIRTUAL && virtual;
	}
	c->replacement =
		(enum replacement)keys_word(b, map, keys, "replacement", (int)c->replacement);
	c->write_through = keys_word(b, map, keys, "write", c->write_through) == WRITE_THROUGH;
	c->no_write_allocate = !keys_yes(b, map, keys, "allocate", !c->no_write_allocate);
	if (keys == &keys_l1)
		c->alias_free = keys_yes(b, map, keys, "alias-free", c->alias_free);
	else if (keys == &keys_l2)
		c->inclusive = keys_yes(b, map, keys, "inclusive", c->inclusive);
	if (c->replacement == REPLACE_PLRU && (ways & (ways - 1))) {
		diag_help(diag_error(b->diag, "E0340", map->used_at,
				     "%s: tree-PLRU with %" G_GUINT64_FORMAT " ways", what, ways),
			  "the tree has two halves at each node: make `ways` a power of two");
		return;
	}
	if (size / (ways * line) == 0 || (size / (ways * line) & (size / (ways * line) - 1))) {
		diag_error(b->diag, "E0121", map->used_at,
			   "%s: size, ways and line do not make a power of two of sets", what);
		return;
	}
	c->present = true;
	c->ways = (u32)ways;
	c->line_shift = log2_u32((u32)line);
	c->sets = (u32)(size / (ways * line));
}

static void l2_apply(struct binder *b, const struct ynode *node, struct machine *m)
{
	const struct ynode *v = bind_resolve(b, node);

	if (!v)
		return;
	if (v->kind == Y_MAP) {
		cache_apply(b, v, &keys_l2, &m->l2);
		return;
	}
	if (!bind_bool(b, node, "l2", FALSE))
		m->l2 = (struct cache_geometry){0};
	else if (!m->l2.present)
		m->l2 = l2_generic;
}

static void machine_apply(struct binder *b, const struct ynode *map, GPtrArray *trees,
			  struct machine *m)
{
	const struct ynode *v;

	if (!keys_check(b, map, &keys_machine))
		return;
	if ((v = ynode_get(map, "preset")))
		preset_apply(b, v, trees, m);
	m->page_shift =
		log2_u32((u32)keys_number(b, map, &keys_machine, "page-size", 1u << m->page_shift));
	m->cpus = (u32)keys_number(b, map, &keys_machine, "cpus", m->cpus);
	m->l1_snooped = keys_word(b, map, &keys_machine, "cpu-coherence", !m->l1_snooped) == 0;
	if ((v = ynode_get(map, "l1d")))
		cache_apply(b, v, &keys_l1, &m->l1d);
	if ((v = ynode_get(map, "l1i")))
		cache_apply(b, v, &keys_l1i, &m->l1i);
	if ((v = ynode_get(map, "l2")))
		l2_apply(b, v, m);
	m->buffer.ways = (u32)keys_number(b, map, &keys_machine, "write-buffer", m->buffer.ways);
	m->buffer.present = m->buffer.ways != 0;
	if ((v = ynode_get(map, "tlb")) && keys_check(b, v, &keys_tlb))
		m->tlb_entries = (u32)keys_number(b, v, &keys_tlb, "entries", m->tlb_entries);
	m->machine_check = keys_yes(b, map, &keys_machine, "machine-check", m->machine_check);
	m->seed = (u32)keys_number(b, map, &keys_machine, "seed", m->seed);
	m->post_dma_flush = keys_yes(b, map, &keys_machine, "post-dma-flush", m->post_dma_flush);
	m->speculation = (enum speculation)keys_word(b, map, &keys_machine, "speculation",
						     (int)m->speculation);
	m->dma_coherent = keys_word(b, map, &keys_machine, "dma", m->dma_coherent) == DMA_COHERENT;
}

/* Faults that only show when all parts are known. */
static void machine_check(struct binder *b, const struct ynode *at, const struct machine *m)
{
	u32 page = machine_page_bytes(m);
	u32 line = 1u << m->l1d.line_shift;

	if (m->l2.present && (1u << m->l2.line_shift) > line)
		line = 1u << m->l2.line_shift;
	if (line > page && at)
		diag_error(b->diag, "E0123", at->used_at,
			   "machine: a cache line of %u bytes is larger than a page of %u", line,
			   page);
	if (m->l1d.virtual_index && machine_cache_bytes(&m->l1d) / m->l1d.ways / page > 8 && at)
		diag_help(
			diag_error(b->diag, "E0129", at->used_at,
				   "machine: the D-cache has more than 8 colours"),
			"a way of it must be at most 8 pages; Linux knows no more colours either");
	if (m->buffer.present && m->l2.inclusive && m->l1d.no_write_allocate && at)
		diag_help(
			diag_error(
				b->diag, "E0360", at->used_at,
				"machine: a write buffer between an inclusive L2 and an L1 that does not allocate for stores"),
			"what waits above an inclusive L2 has to have its line there: `allocate: yes` of the L1, or `inclusive: no`");
	if (m->l2.present && m->l2.line_shift < m->l1d.line_shift && at)
		diag_help(diag_error(b->diag, "E0124", at->used_at,
				     "machine: the L2's lines are smaller than the L1's"),
			  "no MIPS32 core has that; make `l2: {line: …}` at least the L1's");
}

/* What no machine file says otherwise. */
static const struct machine machine_plain = {
	.cpus = 1,
	.l1_snooped = true,
	.seed = 1,
	.page_shift = 12,
	.tlb_entries = 32,
	.machine_check = true,
	.l1d = {.present = true, .virtual_index = true, .sets = 128, .ways = 4, .line_shift = 5},
};

gboolean machine_preset(const char *name, struct machine *ret)
{
	struct diag *diag = diag_new();
	struct binder plain = {.diag = diag};
	struct ytree *tree = presets_load(diag, "machines", name);

	*ret = machine_plain;
	if (tree) {
		machine_apply(&plain, tree->root, NULL, ret);
		bug_on(diag_count(diag), "a built-in machine has faults");
		machine_finish(ret);
		ytree_free(tree);
	}
	diag_free(diag);
	return tree != NULL;
}

void machine_load(struct binder *b, const struct ynode *node, GPtrArray *trees, struct machine *ret)
{
	struct binder plain = {.diag = b->diag};
	const struct ynode *v = node ? bind_resolve(b, node) : NULL;
	guint before = diag_mark(b->diag);
	struct ytree *tree;

	*ret = machine_plain;
	if (!node || (v && v->kind == Y_MAP && !ynode_get(v, "preset"))) {
		tree = presets_load(b->diag, "machines", MACHINE_DEFAULT);
		bug_on(!tree, "the default machine is not built in");
		g_ptr_array_add(trees, tree);
		machine_apply(&plain, tree->root, trees, ret);
	}
	if (v && v->kind == Y_MAP)
		machine_apply(b, v, trees, ret);
	else if (v && v->kind == Y_LIST)
		keys_check(b, node, &keys_machine);
	else if (v)
		preset_apply(b, node, trees, ret);
	/* the modelled kernel does not fetch */
	ret->l1i = (struct cache_geometry){0};
	if (diag_mark(b->diag) == before)
		machine_check(b, node, ret);
	machine_finish(ret);
}

char *machine_doc(const char *name)
{
	struct diag *diag = diag_new();
	struct ytree *tree = presets_load(diag, "machines", name);
	const struct ynode *doc = tree ? ynode_get(tree->root, "doc") : NULL;
	char *text = g_strstrip(g_strdup(doc && doc->kind == Y_SCALAR ? doc->text : ""));

	if (tree)
		ytree_free(tree);
	diag_free(diag);
	return text;
}
