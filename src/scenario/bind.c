// SPDX-License-Identifier: GPL-2.0-or-later
#include "bind.h"

#include <string.h>

#include "scalar.h"
#include "words.h"

const struct ynode *bind_resolve(struct binder *b, const struct ynode *node)
{
	const struct ynode *value;

	if (node->kind != Y_SCALAR || node->quoted || node->text[0] != '$')
		return node;
	value = b->axis ? g_hash_table_lookup(b->axis, node->text + 1) : NULL;
	if (!value) {
		struct diag_fault *f = diag_error(b->diag, "E0110", node->used_at,
						  "no axis is called `%s`", node->text + 1);

		diag_primary_label(f, "not under `matrix: axes:`");
		diag_help(f, "`$name` stands for the value of an axis; quote the text if the dollar is meant");
		return NULL;
	}
	return value;
}

static void wrong_kind(struct binder *b, const struct ynode *node, const char *what, const char *wanted)
{
	struct diag_fault *f =
		diag_error(b->diag, "E0101", node->used_at, "%s: expected %s, found %s", what, wanted,
			   ynode_is_empty(node) ? "nothing" : ynode_kind_name(node));

	diag_primary_label(f, "expected %s", wanted);
}

struct diag_fault *bind_unknown(struct binder *b, const char *code, const struct ynode *node,
				const char *what, const char *got, const char *const *words)
{
	struct diag_fault *f =
		diag_error(b->diag, code, node->used_at, "unknown %s `%s`", what, got);
	const char *near = words_nearest(got, words);
	g_autofree char *all = words_join(words, "or");

	diag_primary_label(f, "not a %s", what);
	if (near)
		diag_help(f, "did you mean `%s`?", near);
	else if (words[0])
		diag_help(f, "expected %s", all);
	else
		diag_help(f, "there is none here");
	return f;
}

gboolean bind_map(struct binder *b, const struct ynode *node, const char *what, const char *const *keys)
{
	guint i;

	if (node->kind != Y_MAP) {
		wrong_kind(b, node, what, "a map");
		return FALSE;
	}
	for (i = 0; i < node->entries->len; i++) {
		const struct yentry *e = &g_array_index(node->entries, struct yentry, i);

		if (!g_strv_contains(keys, e->key->text)) {
			struct diag_fault *f =
				bind_unknown(b, "E0102", e->key, "key", e->key->text, keys);

			diag_note(f, "in %s", what);
			if (ynode_is_empty(e->value) && strchr(e->key->text, ' '))
				diag_help(f, "a comma in an unquoted value starts a new key: quote the text");
		}
	}
	return TRUE;
}

gboolean bind_list(struct binder *b, const struct ynode *node, const char *what)
{
	if (node->kind == Y_LIST)
		return TRUE;
	wrong_kind(b, node, what, "a list");
	return FALSE;
}

const char *bind_text(struct binder *b, const struct ynode *node, const char *what)
{
	const struct ynode *value = bind_resolve(b, node);

	if (!value)
		return NULL;
	if (value->kind == Y_SCALAR && (value->quoted || value->text[0]))
		return value->text;
	wrong_kind(b, node, what, "a text");
	return NULL;
}

int bind_word(struct binder *b, const struct ynode *node, const char *what, const char *const *words)
{
	const char *text = bind_text(b, node, what);
	int i;

	if (!text)
		return -1;
	for (i = 0; words[i]; i++)
		if (!strcmp(text, words[i]))
			return i;
	bind_unknown(b, "E0103", node, what, text, words);
	return -1;
}

gboolean bind_bool(struct binder *b, const struct ynode *node, const char *what, gboolean otherwise)
{
	const char *text = bind_text(b, node, what);
	char why[SCALAR_WHY];
	gboolean value;

	if (!text)
		return otherwise;
	if (scalar_bool(text, &value, why)) {
		diag_primary_label(diag_error(b->diag, "E0104", node->used_at, "%s: %s", what, why),
				   "expected `yes` or `no`");
		return otherwise;
	}
	return value;
}

guint64 bind_number(struct binder *b, const struct ynode *node, const char *what, guint units,
		    guint64 low, guint64 high, guint64 otherwise)
{
	const char *text = bind_text(b, node, what);
	char why[SCALAR_WHY];
	guint64 value;

	if (!text)
		return otherwise;
	if (scalar_u64(text, units, &value, why)) {
		diag_error(b->diag, "E0105", node->used_at, "%s: %s", what, why);
		return otherwise;
	}
	if (value < low || value > high) {
		struct diag_fault *f = diag_error(b->diag, "E0106", node->used_at,
						  "%s: %" G_GUINT64_FORMAT " is out of range", what,
						  value);

		diag_primary_label(f, "expected %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, low, high);
		return otherwise;
	}
	return value;
}

guint64 bind_power(struct binder *b, const struct ynode *node, const char *what, guint units,
		   guint64 low, guint64 high, guint64 otherwise)
{
	guint64 value = bind_number(b, node, what, units, low, high, otherwise);
	guint64 below = 1;

	if (!(value & (value - 1)))
		return value;
	while (below * 2 < value)
		below *= 2;
	diag_help(diag_error(b->diag, "E0107", node->used_at, "%s: %" G_GUINT64_FORMAT
							       " is not a power of two",
			     what, value),
		  "the nearest are %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT, below, below * 2);
	return otherwise;
}

const struct ynode *bind_required(struct binder *b, const struct ynode *map, const char *what,
				  const char *key)
{
	const struct ynode *value = ynode_get(map, key);

	if (!value)
		diag_primary_label(diag_error(b->diag, "E0108", map->used_at, "%s: `%s` is missing",
					      what, key),
				   "expected a key `%s`", key);
	return value;
}
