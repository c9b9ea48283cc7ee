// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * yaml_json FILE...: prints each YAML file as one line of JSON, [PATH, VALUE], the way an editor reads it: plain
 * scalars are what the core schema of YAML 1.2 makes of them. For checks against the JSON Schemas.
 */
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "scenario/ytree.h"

static gboolean matches(const char *text, const char *pattern)
{
	return g_regex_match_simple(pattern, text, 0, 0);
}

static JsonNode *scalar(const struct ynode *y)
{
	JsonNode *node = json_node_new(JSON_NODE_VALUE);
	const char *text = y->text;

	if (y->quoted)
		json_node_set_string(node, text);
	else if (matches(text, "^(~|null|Null|NULL|)$"))
		json_node_init_null(node);
	else if (matches(text, "^(true|True|TRUE|false|False|FALSE)$"))
		json_node_set_boolean(node, g_ascii_tolower(text[0]) == 't');
	else if (matches(text, "^[-+]?[0-9]+$"))
		json_node_set_int(node, g_ascii_strtoll(text, NULL, 10));
	else if (matches(text, "^0o[0-7]+$"))
		json_node_set_int(node, g_ascii_strtoll(text + 2, NULL, 8));
	else if (matches(text, "^0x[0-9a-fA-F]+$"))
		json_node_set_int(node, g_ascii_strtoll(text + 2, NULL, 16));
	else if (matches(text, "^[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?$"))
		json_node_set_double(node, g_ascii_strtod(text, NULL));
	else
		json_node_set_string(node, text);
	return node;
}

static JsonNode *json_of(const struct ynode *y)
{
	JsonNode *node;
	guint i;

	if (y->kind == Y_SCALAR)
		return scalar(y);
	if (y->kind == Y_LIST) {
		JsonArray *list = json_array_new();

		for (i = 0; i < y->items->len; i++)
			json_array_add_element(list, json_of(y->items->pdata[i]));
		node = json_node_new(JSON_NODE_ARRAY);
		json_node_take_array(node, list);
	} else {
		JsonObject *map = json_object_new();

		for (i = 0; i < y->entries->len; i++) {
			const struct yentry *e = &g_array_index(y->entries, struct yentry, i);

			json_object_set_member(map, e->key->text, json_of(e->value));
		}
		node = json_node_new(JSON_NODE_OBJECT);
		json_node_take_object(node, map);
	}
	return node;
}

int main(int argc, char **argv)
{
	int i, bad = 0;

	for (i = 1; i < argc; i++) {
		g_autoptr(JsonNode) line = json_node_new(JSON_NODE_ARRAY);
		g_autofree char *text = NULL;
		struct diag *diag = diag_new();
		struct ytree *tree = ytree_load_file(diag, argv[i]);
		JsonArray *pair = json_array_new();

		if (!tree) {
			fprintf(stderr, "yaml_json: %s cannot be read\n", argv[i]);
			bad = 1;
		} else {
			json_array_add_string_element(pair, argv[i]);
			json_array_add_element(pair, json_of(tree->root));
			json_node_set_array(line, pair);
			text = json_to_string(line, FALSE);
			puts(text);
			ytree_free(tree);
		}
		json_array_unref(pair);
		diag_free(diag);
	}
	return bad;
}
