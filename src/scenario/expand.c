// SPDX-License-Identifier: GPL-2.0-or-later
#include "expand.h"

#include <string.h>

#include "cell_tree.h"
#include "machine_load.h"
#include "presets.h"
#include "scalar.h"
#include "ymake.h"
#include "ywrite.h"

/* Made for one text. */
struct expansion {
	struct scenario *s;
	struct ytree *tree;
};

static gboolean is_yes(const struct ynode *node)
{
	char why[SCALAR_WHY];
	gboolean yes = FALSE;

	return node->kind == Y_SCALAR && !scalar_bool(node->text, &yes, why) && yes;
}

/* What `own` makes of the value that a preset gives, as machine_load() applies one over the other. */
static struct ynode *merged(struct expansion *x, const struct key *key, const struct ynode *base,
			    const struct ynode *own)
{
	const struct ynode *inner_base, *inner_own;
	const struct key *inner;
	struct ynode *map;

	if (base && own && base->kind == Y_MAP && own->kind == Y_MAP) {
		map = ymake_map(x->tree);
		for (inner = key->of->key; inner->name; inner++) {
			inner_base = ynode_get(base, inner->name);
			inner_own = ynode_get(own, inner->name);
			if (inner_base || inner_own)
				ymake_put(x->tree, map, inner->name,
					  ymake_copy(x->tree, inner_own ? inner_own : inner_base));
		}
		return map;
	}
	/* `yes` is what the preset has, if it has any */
	if (base && own && base->kind == Y_MAP && key->kind == KEY_YES_OR_MAP && is_yes(own))
		own = base;
	return ymake_copy(x->tree, own ? own : base);
}

/*
 * A machine, given as a map, a preset's name or not at all, as a map with everything that its presets say. It keeps
 * the name of its preset, which gives what nobody says.
 */
static struct ynode *machine_whole(struct expansion *x, const struct ynode *given)
{
	const struct ynode *own = given && given->kind == Y_MAP ? given : NULL;
	const struct ynode *preset = own ? ynode_get(own, "preset") : given;
	const char *name = preset ? preset->text : MACHINE_DEFAULT;
	struct ytree *tree = presets_load(x->s->diag, "machines", name);
	struct ynode *map = ymake_map(x->tree), *base;
	const struct key *key;

	bug_on(!tree, "the machine of a cell that was compiled is not built in");
	g_ptr_array_add(x->s->trees, tree);
	base = ynode_get(tree->root, "preset") ? machine_whole(x, tree->root) : tree->root;
	ymake_put(x->tree, map, "preset",
		  preset ? ymake_copy(x->tree, preset) : ymake_text(x->tree, name));
	for (key = keys_machine.key; key->name; key++) {
		/* what is for the readers of the preset is not for those of this */
		const struct ynode *from = key->kind == KEY_ANY ? NULL : ynode_get(base, key->name);
		const struct ynode *v = own ? ynode_get(own, key->name) : NULL;

		if (key->kind != KEY_PRESET && (from || v))
			ymake_put(x->tree, map, key->name, merged(x, key, from, v));
	}
	return map;
}

/* The entry that the cell matches, without its condition, which may speak of axes that are gone. */
static struct ynode *expect_of(struct expansion *x, const struct scenario_cell *cell)
{
	const struct ynode *list = ynode_get(x->s->tree->root, "expect");
	struct ynode *entry, *one;
	guint i;

	if (!cell->expect || !g_ptr_array_find(x->s->expects, cell->expect, &i))
		return NULL;
	entry = ymake_copy(x->tree, list->items->pdata[i]);
	ymake_drop(entry, "when");
	one = ymake_list(x->tree);
	ymake_add(one, entry);
	return one;
}

/* ---- where values come from ---- */

/* Keys whose values on one line come from one other place than the line's first value. */
struct other {
	char *place;
	GPtrArray *keys; /* const char * */
};

struct line {
	const struct ynode *first;
	char *place;
	GPtrArray *others; /* struct other * */
};

static void other_free(gpointer p)
{
	struct other *other = p;

	g_free(other->place);
	g_ptr_array_unref(other->keys);
	g_free(other);
}

static void lines_free(struct line *lines, guint n)
{
	guint i;

	for (i = 0; i < n; i++) {
		g_free(lines[i].place);
		if (lines[i].others)
			g_ptr_array_unref(lines[i].others);
	}
	g_free(lines);
}

static char *place_of(const struct ynode *node, const char *key, const struct ynode *first)
{
	if (node->span.src && first && first->span.src == node->span.src)
		return g_strdup_printf("line %u", node->span.line);
	if (node->span.src)
		return g_strdup_printf("%s:%u", node->span.src->path, node->span.line);
	if (!strcmp(key, "preset"))
		return g_strdup("the default");
	return strcmp(key, "strategy") ? NULL : g_strdup("--strategy");
}

static void origin_add(struct line *line, const struct ynode *node, const char *key)
{
	char *place = place_of(node, key, line->first);
	struct other *other;
	guint i;

	if (!place || (line->first && line->first->span.src == node->span.src &&
		       line->first->span.line == node->span.line)) {
		g_free(place);
		return;
	}
	if (!line->first) {
		line->first = node;
		line->place = place;
		line->others = g_ptr_array_new_with_free_func(other_free);
		return;
	}
	for (i = 0; i < line->others->len; i++) {
		other = line->others->pdata[i];
		if (strcmp(other->place, place))
			continue;
		if (!g_ptr_array_find_with_equal_func(other->keys, key, g_str_equal, NULL))
			g_ptr_array_add(other->keys, (gpointer)key);
		g_free(place);
		return;
	}
	other = g_new0(struct other, 1);
	other->place = place;
	other->keys = g_ptr_array_new();
	g_ptr_array_add(other->keys, (gpointer)key);
	g_ptr_array_add(line->others, other);
}

/* `node`, with its origin, and `copy`, as it stands in the text, are the same tree. */
static void origins_collect(struct line *lines, const struct ynode *node, const struct ynode *copy,
			    const char *key)
{
	guint i;

	bug_on(node->kind != copy->kind, "what is written reads as something else");
	if (node->kind == Y_SCALAR)
		origin_add(&lines[copy->span.line - 1], node, key);
	for (i = 0; node->kind == Y_LIST && i < node->items->len; i++)
		origins_collect(lines, node->items->pdata[i], copy->items->pdata[i], key);
	for (i = 0; node->kind == Y_MAP && i < node->entries->len; i++) {
		const struct yentry *e = &g_array_index(node->entries, struct yentry, i);

		origins_collect(lines, e->value,
				g_array_index(copy->entries, struct yentry, i).value, e->key->text);
	}
}

static void line_append(GString *out, const char *text, const struct line *line)
{
	guint i, k;

	g_string_append(out, text);
	if (line->first)
		g_string_append_printf(out, "  # %s", line->place);
	for (i = 0; line->first && i < line->others->len; i++) {
		const struct other *other = line->others->pdata[i];

		for (k = 0; k < other->keys->len; k++)
			g_string_append_printf(out, "%s %s", k ? "," : ";",
					       (const char *)other->keys->pdata[k]);
		g_string_append_printf(out, " from %s", other->place);
	}
	g_string_append_c(out, '\n');
}

/* Appends the lines of `text`, which `root` was written as, each with its comment. */
static void append_with_origins(GString *out, const char *text, const struct ynode *root)
{
	g_auto(GStrv) split = g_strsplit(text, "\n", -1);
	guint n = g_strv_length(split), i;
	struct line *lines = g_new0(struct line, n);
	struct diag *diag = diag_new();
	struct ytree *again = ytree_load_text(diag, "", text, strlen(text));

	bug_on(!again, "what is written cannot be read");
	origins_collect(lines, root, again->root, "");
	/* the text ends with a line break */
	for (i = 0; i + 1 < n; i++)
		line_append(out, split[i], &lines[i]);
	lines_free(lines, n);
	ytree_free(again);
	diag_free(diag);
}

char *expand_cell(struct scenario *s, const struct scenario_cell *cell, const char *folder)
{
	struct expansion x = {.s = s, .tree = ytree_new()};
	struct ynode *root = cell_tree(s, cell, folder, x.tree), *expect;
	g_autoptr(GString) text = g_string_new(NULL);
	GString *out = g_string_new(NULL);

	ymake_put(x.tree, root, "machine", machine_whole(&x, ynode_get(root, "machine")));
	if ((expect = expect_of(&x, cell)))
		ymake_put(x.tree, root, "expect", expect);
	ywrite(text, root);
	if (*s->question)
		g_string_append_printf(out, "# %s\n", s->question);
	g_string_append_printf(out, "#%s%s of %s, and behind each line where its values stand\n",
			       *cell->id ? " Cell " : " The cell", cell->id, s->path);
	append_with_origins(out, text->str, root);
	ytree_free(x.tree);
	return g_string_free(out, FALSE);
}
