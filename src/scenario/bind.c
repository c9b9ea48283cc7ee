// SPDX-License-Identifier: GPL-2.0-or-later
#include "bind.h"

#include <string.h>

#include "scalar.h"
#include "words.h"

#define WORDS_SHOWN 4 /* as many fit behind the caret */

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void unknown_axis(struct binder *b, const struct ynode *node)
{
	struct diag_fault *f =
		diag_error(b->diag, "E0110", node->used_at, "`%s` has no value", node->text);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GHashTableIter iter;
	gpointer name;
	const char *near;

	if (b->axis) {
		g_hash_table_iter_init(&iter, b->axis);
		while (g_hash_table_iter_next(&iter, &name, NULL))
			g_ptr_array_add(names, name);
	}
	g_ptr_array_sort(names, by_text);
	g_ptr_array_add(names, NULL);
	near = words_nearest(node->text + 1, (const char *const *)names->pdata);
	if (!b->axis)
		diag_primary_label(f, "an axis has its value within a cell, not here");
	else
		diag_primary_label(f, "neither an axis nor `set` for every cell");
	if (near)
		diag_help(f, "did you mean `$%s`?", near);
	else
		diag_help(f, "quote the text if the dollar is meant");
}

const struct ynode *bind_resolve(struct binder *b, const struct ynode *node)
{
	const struct ynode *value;

	if (node->kind != Y_SCALAR || node->quoted || node->text[0] != '$')
		return node;
	value = b->axis ? g_hash_table_lookup(b->axis, node->text + 1) : NULL;
	if (!value)
		unknown_axis(b, node);
	return value;
}

struct diag_fault *bind_error(struct binder *b, const char *code, const struct ynode *node,
			      const char *format, ...)
{
	const struct ynode *value = NULL;
	g_autofree char *text = NULL;
	struct diag_fault *f;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	if (b->axis && node->kind == Y_SCALAR && !node->quoted && node->text[0] == '$')
		value = g_hash_table_lookup(b->axis, node->text + 1);
	if (!value || !value->used_at.src)
		return diag_error(b->diag, code, node->used_at, "%s", text);
	f = diag_error(b->diag, code, value->used_at, "%s", text);
	diag_label(f, node->used_at, "used here");
	return f;
}

static void wrong_kind(struct binder *b, const struct ynode *node, const char *what,
		       const char *wanted)
{
	const struct ynode *value = node;

	if (b->axis && node->kind == Y_SCALAR && !node->quoted && node->text[0] == '$')
		value = g_hash_table_lookup(b->axis, node->text + 1);
	if (value && value != node && (!strcmp(wanted, "a map") || !strcmp(wanted, "a list"))) {
		struct diag_fault *f = bind_error(b, "E0101", node, "%s: expected %s, found `%s`",
						  what, wanted, node->text);

		diag_help(
			f,
			"a `$` name stands for a single value: write %s here, with `$` names in it",
			wanted);
		return;
	}
	if (!value)
		value = node;
	diag_primary_label(bind_error(b, "E0101", node, "%s: expected %s, found %s", what, wanted,
				      ynode_is_empty(value) ? "nothing" : ynode_kind_name(value)),
			   "expected %s", wanted);
}

static const char *article(const char *noun)
{
	return strchr("aeiou", noun[0]) ? "an" : "a";
}

struct diag_fault *bind_unknown(struct binder *b, const char *code, const struct ynode *node,
				const char *what, const char *got, const char *const *words)
{
	struct diag_fault *f = bind_error(b, code, node, "unknown %s `%s`", what, got);
	const char *near = words_nearest(got, words);
	g_autofree char *all = words_join(words, "or");

	diag_primary_label(f, "not %s %s", article(what), what);
	if (near)
		diag_help(f, "did you mean `%s`?", near);
	else if (words[0])
		diag_help(f, "expected %s", all);
	else
		diag_help(f, "no %s is defined", what);
	return f;
}

void bind_unknown_key(struct binder *b, const struct yentry *e, const char *what,
		      const char *const *keys)
{
	const char *got = e->key->text, *near = words_nearest(got, keys);
	struct diag_fault *f =
		diag_error(b->diag, "E0102", e->key->used_at, "unknown key `%s`", got);
	g_autofree char *all = words_join(keys, "or");

	diag_primary_label(f, "%s has no such key", what);
	if (near)
		diag_help(f, "did you mean `%s`?", near);
	else if (ynode_is_empty(e->value) && strchr(got, ' '))
		diag_help(f, "a comma in an unquoted value starts a new key: quote the text");
	else if (keys[0])
		diag_help(f, "expected %s", all);
}

gboolean bind_map(struct binder *b, const struct ynode *node, const char *what,
		  const char *const *keys)
{
	guint i;

	if (node->kind != Y_MAP) {
		wrong_kind(b, node, what, "a map");
		return FALSE;
	}
	for (i = 0; i < node->entries->len; i++) {
		const struct yentry *e = &g_array_index(node->entries, struct yentry, i);

		if (!g_strv_contains(keys, e->key->text))
			bind_unknown_key(b, e, what, keys);
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

static void unknown_value(struct binder *b, const struct ynode *node, const char *what,
			  const char *text, const char *const *words, const char *further)
{
	struct diag_fault *f = bind_error(b, "E0103", node, "%s: unknown value `%s`", what, text);
	const char *near = words_nearest(text, words);
	g_autofree char *all = further ? g_strjoinv("`, `", (char **)words) :
					 words_join(words, "or");

	if (further)
		diag_primary_label(f, "expected `%s`%s", all, further);
	else if (g_strv_length((char **)words) <= WORDS_SHOWN)
		diag_primary_label(f, "expected %s", all);
	else if (!near)
		diag_help(f, "expected %s", all);
	if (near)
		diag_help(f, "did you mean `%s`?", near);
}

static int word_find(const char *text, const char *const *words)
{
	int i;

	for (i = 0; words[i]; i++)
		if (!strcmp(text, words[i]))
			return i;
	return -1;
}

int bind_word(struct binder *b, const struct ynode *node, const char *what,
	      const char *const *words)
{
	const char *text = bind_text(b, node, what);
	int word;

	if (!text)
		return -1;
	word = word_find(text, words);
	if (word < 0)
		unknown_value(b, node, what, text, words, NULL);
	return word;
}

int bind_word_or_number(struct binder *b, const struct ynode *node, const char *what,
			const char *const *words, guint units, guint64 low, guint64 high,
			guint64 *number)
{
	const char *text = bind_text(b, node, what);
	int word;

	if (!text)
		return -1;
	word = word_find(text, words);
	if (word < 0 && !g_ascii_isdigit(text[0]) && text[0] != '-' && text[0] != '+')
		unknown_value(b, node, what, text, words, " or a number");
	else if (word < 0)
		*number = bind_number(b, node, what, units, low, high, *number);
	return word;
}

gboolean bind_bool(struct binder *b, const struct ynode *node, const char *what, gboolean otherwise)
{
	const char *text = bind_text(b, node, what);
	char why[SCALAR_WHY];
	gboolean value;

	if (!text)
		return otherwise;
	if (scalar_bool(text, &value, why)) {
		bind_error(b, "E0104", node, "%s: %s", what, why);
		return otherwise;
	}
	return value;
}

guint64 bind_number(struct binder *b, const struct ynode *node, const char *what, guint units,
		    guint64 low, guint64 high, guint64 otherwise)
{
	const char *text = bind_text(b, node, what);
	char why[SCALAR_WHY];
	struct diag_fault *f;
	guint64 value;

	if (!text)
		return otherwise;
	if (scalar_u64(text, units, &value, why)) {
		bind_error(b, "E0105", node, "%s: %s", what, why);
		return otherwise;
	}
	if (value >= low && value <= high)
		return value;
	f = bind_error(b, "E0106", node, "%s: %s is out of range", what, text);
	/* the limits in the base that the number is in */
	if (low == high)
		diag_primary_label(f, "expected %" G_GUINT64_FORMAT, low);
	else if (g_str_has_prefix(text, "0x"))
		diag_primary_label(f,
				   "expected 0x%" G_GINT64_MODIFIER "x to 0x%" G_GINT64_MODIFIER
				   "x",
				   low, high);
	else
		diag_primary_label(f, "expected %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, low,
				   high);
	return otherwise;
}

guint64 bind_power(struct binder *b, const struct ynode *node, const char *what, guint units,
		   guint64 low, guint64 high, guint64 otherwise)
{
	guint64 value = bind_number(b, node, what, units, low, high, otherwise);
	guint64 below = 1;

	if (value < low || !(value & (value - 1)))
		return value;
	while (below * 2 < value)
		below *= 2;
	diag_help(bind_error(b, "E0107", node, "%s: %" G_GUINT64_FORMAT " is not a power of two",
			     what, value),
		  "the nearest are %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT, below, below * 2);
	return otherwise;
}

gboolean bind_misspelt(const struct ynode *map, const char *key)
{
	const char *const words[] = {key, NULL};
	guint i;

	for (i = 0; map->kind == Y_MAP && i < map->entries->len; i++) {
		const char *got = g_array_index(map->entries, struct yentry, i).key->text;

		if (strcmp(got, key) && words_nearest(got, words))
			return TRUE;
	}
	return FALSE;
}

const struct ynode *bind_required(struct binder *b, const struct ynode *map, const char *what,
				  const char *key)
{
	const struct ynode *value = ynode_get(map, key);

	if (!value && !bind_misspelt(map, key))
		diag_primary_label(diag_error(b->diag, "E0108", map->used_at, "%s: `%s` is missing",
					      what, key),
				   "expected a key `%s`", key);
	return value;
}
