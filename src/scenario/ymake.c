// SPDX-License-Identifier: GPL-2.0-or-later
#include "ymake.h"

#include <string.h>

static struct ynode *node_new(struct ytree *tree, enum ynode_kind kind)
{
	struct ynode *node = g_new0(struct ynode, 1);

	node->kind = kind;
	g_ptr_array_add(tree->nodes, node);
	return node;
}

struct ynode *ymake_text(struct ytree *tree, const char *text)
{
	struct ynode *node = node_new(tree, Y_SCALAR);

	node->text = g_strdup(text);
	return node;
}

struct ynode *ymake_list(struct ytree *tree)
{
	struct ynode *node = node_new(tree, Y_LIST);

	node->items = g_ptr_array_new();
	return node;
}

struct ynode *ymake_map(struct ytree *tree)
{
	struct ynode *node = node_new(tree, Y_MAP);

	node->entries = g_array_new(FALSE, FALSE, sizeof(struct yentry));
	return node;
}

void ymake_add(struct ynode *list, struct ynode *item)
{
	g_ptr_array_add(list->items, item);
}

void ymake_put(struct ytree *tree, struct ynode *map, const char *key, struct ynode *value)
{
	struct yentry entry = {.value = value};
	guint i;

	for (i = 0; i < map->entries->len; i++) {
		struct yentry *e = &g_array_index(map->entries, struct yentry, i);

		if (!strcmp(e->key->text, key)) {
			e->value = value;
			return;
		}
	}
	entry.key = ymake_text(tree, key);
	g_array_append_val(map->entries, entry);
}

void ymake_drop(struct ynode *map, const char *key)
{
	guint i;

	for (i = 0; i < map->entries->len; i++)
		if (!strcmp(g_array_index(map->entries, struct yentry, i).key->text, key)) {
			g_array_remove_index(map->entries, i);
			return;
		}
}

struct ynode *ymake_copy(struct ytree *tree, const struct ynode *node)
{
	struct ynode *copy = NULL;
	guint i;

	switch (node->kind) {
	case Y_LIST:
		copy = ymake_list(tree);
		for (i = 0; i < node->items->len; i++)
			ymake_add(copy, ymake_copy(tree, node->items->pdata[i]));
		break;
	case Y_MAP:
		copy = ymake_map(tree);
		for (i = 0; i < node->entries->len; i++) {
			const struct yentry *e = &g_array_index(node->entries, struct yentry, i);
			struct yentry entry = {.key = ymake_copy(tree, e->key),
					       .value = ymake_copy(tree, e->value)};

			g_array_append_val(copy->entries, entry);
		}
		break;
	case Y_SCALAR:
		copy = ymake_text(tree, node->text);
		copy->quoted = node->quoted;
		break;
	}
	copy->span = node->span;
	copy->used_at = node->used_at;
	return copy;
}
