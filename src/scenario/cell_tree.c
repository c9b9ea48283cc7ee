// SPDX-License-Identifier: GPL-2.0-or-later
#include "cell_tree.h"

#include <string.h>

#include "presets.h"
#include "ymake.h"

static struct ynode *bound(const struct scenario_cell *cell, struct ytree *tree,
			   const struct ynode *node)
{
	const struct ynode *value = NULL;
	struct ynode *copy;
	guint i;

	if (node->kind == Y_SCALAR) {
		if (!node->quoted && node->text[0] == '$')
			value = g_hash_table_lookup(cell->axis, node->text + 1);
		if (!value)
			return ymake_copy(tree, node);
		if (value->kind != Y_SCALAR)
			return bound(cell, tree, value);
		copy = ymake_copy(tree, value);
		/* a name is replaced once: what stands for it is no name again */
		copy->quoted = copy->text[0] == '$';
		return copy;
	}
	copy = node->kind == Y_LIST ? ymake_list(tree) : ymake_map(tree);
	for (i = 0; node->kind == Y_LIST && i < node->items->len; i++)
		ymake_add(copy, bound(cell, tree, node->items->pdata[i]));
	for (i = 0; node->kind == Y_MAP && i < node->entries->len; i++) {
		const struct yentry *e = &g_array_index(node->entries, struct yentry, i);

		ymake_put(tree, copy, e->key->text, bound(cell, tree, e->value));
	}
	return copy;
}

/* `path`, which is relative to the working directory or absolute, as seen from `folder`. */
static char *path_from(const char *folder, const char *path)
{
	g_autofree char *from = g_canonicalize_filename(folder, NULL);
	g_autofree char *to = g_canonicalize_filename(path, NULL);
	g_auto(GStrv) a = g_strsplit(from, "/", -1);
	g_auto(GStrv) b = g_strsplit(to, "/", -1);
	GString *text = g_string_new(NULL);
	guint same = 0, i;

	while (a[same] && b[same] && !strcmp(a[same], b[same]))
		same++;
	for (i = same; a[i]; i++)
		if (*a[i])
			g_string_append(text, "../");
	for (i = same; b[i]; i++)
		g_string_append_printf(text, "%s%s", b[i], b[i + 1] ? "/" : "");
	/* it must still look like a path */
	if (!strchr(text->str, '/') && !presets_is_path(text->str))
		g_string_prepend(text, "./");
	return g_string_free(text, FALSE);
}

static struct ynode *strategy_node(const struct scenario *s, const struct scenario_cell *cell,
				   const char *folder, struct ytree *tree)
{
	g_autofree char *path = NULL, *seen = NULL;
	struct ynode *node;

	if (presets_is_path(cell->strategy) && !g_path_is_absolute(cell->strategy)) {
		path = cell->strategy_at ? g_build_filename(s->base, cell->strategy, NULL) :
					   g_strdup(cell->strategy);
		seen = path_from(folder, path);
	}
	node = ymake_text(tree, seen ? seen : cell->strategy);
	if (cell->strategy_at)
		node->span = cell->strategy_at->span;
	return node;
}

static struct ynode *matrix_node(struct ytree *tree, const struct ynode *schedule)
{
	struct ynode *matrix = ymake_map(tree), *axes = ymake_map(tree), *list = ymake_list(tree);

	ymake_add(list, ymake_copy(tree, schedule));
	ymake_put(tree, axes, "schedule", list);
	ymake_put(tree, matrix, "axes", axes);
	return matrix;
}

struct ynode *cell_tree(const struct scenario *s, const struct scenario_cell *cell,
			const char *folder, struct ytree *tree)
{
	static const char *const order[] = {
		"format",   "name",      "title",   "doc",   "origin",  "tags",
		"machine",  "strategy",  "kernel",  "pages", "devices", "matrix",
		"contexts", "schedules", "explore", "force", NULL,
	};
	gboolean one = cell->schedule && strcmp(cell->schedule, "all");
	struct ynode *root = ymake_map(tree);
	guint i;

	for (i = 0; order[i]; i++) {
		const struct ynode *v = ynode_get(s->tree->root, order[i]);
		struct ynode *copy = NULL;

		if (!strcmp(order[i], "strategy")) {
			copy = strategy_node(s, cell, folder, tree);
		} else if (!strcmp(order[i], "matrix")) {
			copy = one ? matrix_node(tree,
						 g_hash_table_lookup(cell->axis, "schedule")) :
				     NULL;
		} else if (!strcmp(order[i], "schedules")) {
			v = v && one ? ynode_get(v, cell->schedule) : NULL;
			if (v) {
				copy = ymake_map(tree);
				ymake_put(tree, copy, cell->schedule, bound(cell, tree, v));
			}
		} else if (v) {
			copy = bound(cell, tree, v);
		}
		if (copy)
			ymake_put(tree, root, order[i], copy);
	}
	return root;
}
