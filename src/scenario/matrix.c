// SPDX-License-Identifier: GPL-2.0-or-later
#include "matrix.h"

#include <string.h>

#include "keys.h"
#include "words.h"

#define CELLS_MAX 10000u

static void axis_free(gpointer p)
{
	struct axis *a = p;

	g_free(a->name);
	g_ptr_array_unref(a->values);
	g_free(a);
}

static void cell_free(gpointer p)
{
	struct scenario_cell *c = p;

	g_hash_table_unref(c->axis);
	g_free(c->id);
	g_free(c->strategy);
	g_free(c->schedule);
	g_free(c);
}

static struct axis *axis_find(struct scenario *s, const char *name)
{
	guint i;

	for (i = 0; i < s->axes->len; i++) {
		struct axis *a = s->axes->pdata[i];

		if (!strcmp(a->name, name))
			return a;
	}
	return NULL;
}

static struct axis *axis_new(struct scenario *s, const char *name, struct span span)
{
	struct axis *a = g_new0(struct axis, 1);

	a->name = g_strdup(name);
	a->values = g_ptr_array_new();
	a->span = span;
	g_ptr_array_add(s->axes, a);
	return a;
}

/* A node for a text that stands in no file; the scenario's tree owns it. */
static struct ynode *node_make(struct scenario *s, const char *text)
{
	struct ynode *n = g_new0(struct ynode, 1);

	n->kind = Y_SCALAR;
	n->quoted = true;
	n->text = g_strdup(text);
	g_ptr_array_add(s->tree->nodes, n);
	return n;
}

static void axes_load(struct scenario *s, struct binder *b, const struct ynode *map)
{
	guint i, j, k;

	if (map->kind != Y_MAP) {
		bind_map(b, map, "axes", NULL);
		return;
	}
	for (i = 0; i < map->entries->len; i++) {
		const struct yentry *e = &g_array_index(map->entries, struct yentry, i);
		struct axis *a = axis_new(s, e->key->text, e->key->used_at);

		if (!bind_list(b, e->value, a->name))
			continue;
		if (!e->value->items->len)
			diag_error(s->diag, "E0190", e->value->used_at,
				   "the axis `%s` has no value", a->name);
		for (j = 0; j < e->value->items->len; j++) {
			const struct ynode *v = e->value->items->pdata[j];

			if (!bind_text(b, v, "axis value"))
				continue;
			for (k = 0; k < a->values->len; k++)
				if (!strcmp(((struct ynode *)a->values->pdata[k])->text, v->text))
					diag_label(
						diag_error(s->diag, "E0191", v->used_at,
							   "the axis `%s` has the value `%s` twice",
							   a->name, v->text),
						((struct ynode *)a->values->pdata[k])->used_at,
						"first here");
			g_ptr_array_add(a->values, (gpointer)v);
		}
	}
}

static void cell_add(struct scenario *s, GHashTable *axis)
{
	struct scenario_cell *c = g_new0(struct scenario_cell, 1);

	c->axis = g_hash_table_ref(axis);
	g_ptr_array_add(s->cells, c);
}

static void product(struct scenario *s, guint at, GHashTable *chosen)
{
	const struct axis *a;
	guint i;

	if (s->cells->len > CELLS_MAX)
		return;
	if (at == s->axes->len) {
		g_autoptr(GHashTable) copy = g_hash_table_new(g_str_hash, g_str_equal);
		GHashTableIter iter;
		gpointer key, value;

		g_hash_table_iter_init(&iter, chosen);
		while (g_hash_table_iter_next(&iter, &key, &value))
			g_hash_table_insert(copy, key, value);
		cell_add(s, copy);
		return;
	}
	a = s->axes->pdata[at];
	for (i = 0; i < a->values->len; i++) {
		g_hash_table_insert(chosen, a->name, a->values->pdata[i]);
		product(s, at + 1, chosen);
	}
}

gboolean matrix_matches(const struct scenario_cell *cell, GHashTable *when)
{
	GHashTableIter iter;
	gpointer key, value;

	g_hash_table_iter_init(&iter, when);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const struct ynode *have = g_hash_table_lookup(cell->axis, key);
		GPtrArray *texts = value;
		gboolean found = FALSE;
		guint i;

		for (i = 0; have && i < texts->len; i++)
			found |= !strcmp(texts->pdata[i], have->text);
		if (!found)
			return FALSE;
	}
	return TRUE;
}

static void when_value(struct binder *b, const struct axis *a, const struct ynode *v,
		       GPtrArray *texts)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	const char *text = bind_text(b, v, a->name);
	gboolean known = FALSE;
	guint i;

	if (!text)
		return;
	for (i = 0; i < a->values->len; i++) {
		char *have = ((struct ynode *)a->values->pdata[i])->text;

		g_ptr_array_add(words, have);
		known |= !strcmp(have, text);
	}
	g_ptr_array_add(words, NULL);
	/* the command line may have replaced the strategies: then the file's are all right */
	if (!known && a->span.src && a->values->len)
		diag_note(bind_unknown(b, "E0192", v, "axis value", text,
				       (const char *const *)words->pdata),
			  "of the axis `%s`", a->name);
	g_ptr_array_add(texts, g_strdup(text));
}

GHashTable *matrix_when(struct scenario *s, const struct ynode *map, gboolean *good)
{
	guint before = diag_mark(s->diag);
	GHashTable *when = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						 (GDestroyNotify)g_ptr_array_unref);
	struct binder b = {.diag = s->diag};
	guint i, j;

	if (map->kind != Y_MAP) {
		bind_map(&b, map, "when", NULL);
		*good = FALSE;
		return when;
	}
	for (i = 0; i < map->entries->len; i++) {
		const struct yentry *e = &g_array_index(map->entries, struct yentry, i);
		GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
		const struct axis *a = axis_find(s, e->key->text);

		if (!a) {
			g_autoptr(GPtrArray) words = g_ptr_array_new();

			for (j = 0; j < s->axes->len; j++)
				g_ptr_array_add(words, ((struct axis *)s->axes->pdata[j])->name);
			g_ptr_array_add(words, NULL);
			bind_unknown(&b, "E0193", e->key, "axis", e->key->text,
				     (const char *const *)words->pdata);
			g_ptr_array_unref(texts);
			continue;
		}
		if (e->value->kind == Y_LIST)
			for (j = 0; j < e->value->items->len; j++)
				when_value(&b, a, e->value->items->pdata[j], texts);
		else
			when_value(&b, a, e->value, texts);
		g_hash_table_replace(when, g_strdup(e->key->text), texts);
	}
	*good = diag_mark(s->diag) == before;
	return when;
}

/* By the command line: then what the file says of its own strategies may fit no cell. */
static gboolean strategies_replaced(struct scenario *s)
{
	const struct axis *a = axis_find(s, "strategy");

	return a && !a->span.src;
}

static void excludes_load(struct scenario *s, struct binder *b, const struct ynode *list)
{
	guint i, j;

	if (!bind_list(b, list, "exclude"))
		return;
	for (i = 0; i < list->items->len; i++) {
		const struct ynode *item = list->items->pdata[i];
		gboolean good, removed = FALSE;
		g_autoptr(GHashTable) when = matrix_when(s, item, &good);

		if (!good)
			continue;
		for (j = 0; j < s->cells->len;) {
			if (matrix_matches(s->cells->pdata[j], when)) {
				g_ptr_array_remove_index(s->cells, j);
				removed = TRUE;
			} else {
				j++;
			}
		}
		if (!removed && !strategies_replaced(s))
			diag_primary_label(
				diag_error(s->diag, "E0194", item->used_at,
					   "exclude: no cell is like this"),
				"%s", i ? "or an earlier entry has removed it" : "removes nothing");
	}
}

static gboolean cell_exists(struct scenario *s, GHashTable *chosen)
{
	guint i, j;

	for (i = 0; i < s->cells->len; i++) {
		const struct scenario_cell *cell = s->cells->pdata[i];
		gboolean same = TRUE;

		for (j = 0; same && j < s->axes->len; j++) {
			const char *name = ((struct axis *)s->axes->pdata[j])->name;
			const struct ynode *a = g_hash_table_lookup(cell->axis, name);
			const struct ynode *b = g_hash_table_lookup(chosen, name);

			same = a && b && !strcmp(a->text, b->text);
		}
		if (same)
			return TRUE;
	}
	return FALSE;
}

/* A whole cell that `add` gives; with other strategies from the command line, one for each of them. */
static void add_cell(struct scenario *s, const struct ynode *item, GHashTable *chosen)
{
	const struct axis *a = axis_find(s, "strategy");
	guint i;

	if (!strategies_replaced(s)) {
		if (cell_exists(s, chosen))
			diag_error(s->diag, "E0210", item->used_at,
				   "add: this cell is there already");
		cell_add(s, chosen);
		return;
	}
	for (i = 0; i < a->values->len; i++) {
		g_hash_table_insert(chosen, a->name, a->values->pdata[i]);
		if (!cell_exists(s, chosen))
			cell_add(s, chosen);
	}
}

/* `add`: whole cells, a value for every axis. */
static void adds_load(struct scenario *s, struct binder *b, const struct ynode *list)
{
	guint i, j;

	if (!bind_list(b, list, "add"))
		return;
	for (i = 0; i < list->items->len; i++) {
		g_autoptr(GHashTable) chosen = g_hash_table_new(g_str_hash, g_str_equal);
		g_autofree const char **keys = g_new0(const char *, s->axes->len + 1);
		const struct ynode *item = list->items->pdata[i];
		guint before = diag_mark(s->diag);

		for (j = 0; j < s->axes->len; j++)
			keys[j] = ((struct axis *)s->axes->pdata[j])->name;
		if (!bind_map(b, item, "add", keys))
			continue;
		for (j = 0; j < s->axes->len; j++) {
			const struct ynode *v = ynode_get(item, keys[j]);

			if (!v && bind_misspelt(item, keys[j]))
				continue;
			if (!v)
				diag_error(s->diag, "E0195", item->used_at,
					   "add: a whole cell needs a value for `%s`", keys[j]);
			else if (bind_text(b, v, keys[j]))
				g_hash_table_insert(chosen, (gpointer)keys[j], (gpointer)v);
		}
		if (diag_mark(s->diag) == before)
			add_cell(s, item, chosen);
	}
}

static void set_apply(struct scenario *s, struct scenario_cell *c, const struct ynode *item)
{
	guint i;

	for (i = 0; i < item->entries->len; i++) {
		const struct yentry *e = &g_array_index(item->entries, struct yentry, i);

		if (!strcmp(e->key->text, "when"))
			continue;
		if (axis_find(s, e->key->text))
			diag_error(s->diag, "E0197", e->key->used_at,
				   "set: `%s` is an axis; set only attaches further values",
				   e->key->text);
		else
			g_hash_table_insert(c->axis, e->key->text, e->value);
	}
}

/* `set`: {when: …, NAME: value}: further values for `$NAME`. */
static void sets_load(struct scenario *s, struct binder *b, const struct ynode *list)
{
	guint i, j;

	if (!bind_list(b, list, "set"))
		return;
	for (i = 0; i < list->items->len; i++) {
		const struct ynode *item = list->items->pdata[i];
		g_autoptr(GHashTable) when = NULL;
		gboolean good, used = FALSE;

		if (item->kind != Y_MAP || !ynode_get(item, "when")) {
			diag_primary_label(diag_error(s->diag, "E0196", item->used_at,
						      "set: expected {when: {…}, NAME: value}"),
					   item->kind == Y_MAP ? "`when` is missing" : "not a map");
			continue;
		}
		when = matrix_when(s, ynode_get(item, "when"), &good);
		for (j = 0; j < s->cells->len; j++) {
			struct scenario_cell *c = s->cells->pdata[j];

			/* with a fault in `when` every cell gets the value: that it has none is no fault */
			if (good && !matrix_matches(c, when))
				continue;
			set_apply(s, c, item);
			used = TRUE;
		}
		if (!used && s->cells->len && !strategies_replaced(s))
			diag_primary_label(diag_error(s->diag, "E0194", item->used_at,
						      "set: no cell is like this"),
					   "attaches nothing");
	}
}

static void cell_name(struct scenario *s, struct scenario_cell *c)
{
	GString *id = g_string_new(NULL);
	const struct ynode *v;
	guint i;

	for (i = 0; i < s->axes->len; i++) {
		const struct axis *a = s->axes->pdata[i];

		v = g_hash_table_lookup(c->axis, a->name);
		g_string_append_printf(id, "%s%s=%s", i ? "," : "", a->name, v ? v->text : "?");
	}
	c->id = g_string_free(id, FALSE);
	v = g_hash_table_lookup(c->axis, "strategy");
	c->strategy = g_strdup(v ? v->text : NULL);
	c->strategy_at = v && v->used_at.src ? v : NULL;
	v = g_hash_table_lookup(c->axis, "schedule");
	c->schedule = g_strdup(v ? v->text : NULL);
}

static void strategies_replace(struct scenario *s, char **strategies)
{
	struct axis *a = axis_find(s, "strategy");
	guint i;

	if (!a) {
		a = axis_new(s, "strategy", (struct span){0});
		/* first, like every file has it */
		for (i = s->axes->len - 1; i > 0; i--)
			s->axes->pdata[i] = s->axes->pdata[i - 1];
		s->axes->pdata[0] = a;
	}
	a->span = (struct span){0};
	g_ptr_array_set_size(a->values, 0);
	for (i = 0; strategies[i]; i++)
		g_ptr_array_add(a->values, node_make(s, strategies[i]));
}

void matrix_load(struct scenario *s, char **strategies)
{
	g_autoptr(GHashTable) chosen = g_hash_table_new(g_str_hash, g_str_equal);
	const struct ynode *map = ynode_get(s->tree->root, "matrix"), *v;
	const struct ynode *strategy = ynode_get(s->tree->root, "strategy");
	struct binder b = {.diag = s->diag};
	guint before = diag_mark(s->diag), i;

	s->axes = g_ptr_array_new_with_free_func(axis_free);
	s->cells = g_ptr_array_new_with_free_func(cell_free);
	if (map && !keys_check(&b, map, &keys_matrix))
		map = NULL;
	if (map && (v = ynode_get(map, "axes")))
		axes_load(s, &b, v);
	if (strategy && axis_find(s, "strategy"))
		diag_label(diag_error(s->diag, "E0189", strategy->used_at,
				      "`strategy` is given twice: here and as an axis"),
			   axis_find(s, "strategy")->span, "the axis");
	else if (strategy && strategy->kind == Y_LIST)
		diag_help(diag_error(s->diag, "E0101", strategy->used_at,
				     "strategy: expected a text, found a list"),
			  "several strategies are an axis: `matrix: {axes: {strategy: [...]}}`");
	else if (strategy && bind_text(&b, strategy, "strategy"))
		g_ptr_array_add(axis_new(s, "strategy", strategy->used_at)->values,
				(gpointer)strategy);
	s->strategies_replaced = strategies != NULL;
	if (strategies)
		strategies_replace(s, strategies);
	if (!axis_find(s, "strategy")) {
		if (diag_mark(s->diag) != before || bind_misspelt(s->tree->root, "strategy"))
			return;
		diag_help(diag_error(s->diag, "E0198", diag_source_whole(s->tree->src),
				     "no strategy is given"),
			  "add `strategy: NAME`, an axis `strategy: [...]`, or `--strategy NAME`");
		return;
	}
	product(s, 0, chosen);
	if (s->cells->len > CELLS_MAX) {
		diag_error(s->diag, "E0199", map ? map->used_at : s->tree->root->used_at,
			   "the axes make more than %u cells", CELLS_MAX);
		return;
	}
	if (map && (v = ynode_get(map, "exclude")))
		excludes_load(s, &b, v);
	if (map && (v = ynode_get(map, "add")))
		adds_load(s, &b, v);
	if (map && (v = ynode_get(map, "set")))
		sets_load(s, &b, v);
	if (!s->cells->len && diag_mark(s->diag) == before)
		diag_error(s->diag, "E0209",
			   map && ynode_get(map, "exclude") ? ynode_get(map, "exclude")->used_at :
							      s->tree->root->used_at,
			   "the matrix has no cell left");
	for (i = 0; i < s->cells->len; i++)
		cell_name(s, s->cells->pdata[i]);
}

void matrix_free(struct scenario *s)
{
	if (s->axes)
		g_ptr_array_unref(s->axes);
	if (s->cells)
		g_ptr_array_unref(s->cells);
}
