// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "grid.h"

/* One word a rule, so that many strategies fit beside each other; explained below the table. */
static const char *const short_names[RULE_COUNT] = {
	[R_BAD_ADDRESS] = "OOPS",    [R_WRONG_PAGE] = "WRONG",
	[R_STALE_LOAD] = "STALE",    [R_STALE_DMA_READ] = "DMA",
	[R_LEAK] = "LEAK",           [R_LOST_WRITE] = "LOST",
	[R_DEADLOCK] = "HANG",       [R_SLEEP_IN_ATOMIC] = "SLEEP",
	[R_LOCK_RECURSION] = "LOCK", [R_IRQS_UNBALANCED] = "IRQS",
	[R_SLOT_EXHAUSTED] = "SLOT", [R_MACHINE_CHECK] = "MCHECK",
	[R_BUG_ON] = "BUG",          [R_DMA_OWNERSHIP] = "OWNER",
	[R_DMA_MISUSE] = "MISUSE",   [R_UNSYNCED_RANGE] = "RANGE",
};

static char *place_text(const struct compared *p, u32 *used)
{
	const char *word = NULL;
	guint r, broken = 0;
	enum how how = HOW_NEVER;

	if (!p)
		return g_strdup("-");
	for (r = 0; r < RULE_COUNT; r++) {
		if (p->rule[r] == HOW_NEVER)
			continue;
		if (!broken++) {
			word = short_names[r];
			how = p->rule[r];
		}
		*used |= BIT(r);
	}
	if (word)
		return g_strdup_printf("%s%s%s", word, broken > 1 ? "+" : "",
				       !p->complete      ? " ?" :
				       how == HOW_ALWAYS ? " a" :
							   " s");
	switch (p->verdict) {
	case VERDICT_CLEAN:
		return g_strdup("ok");
	case VERDICT_REFUSED:
		return g_strdup("refused");
	case VERDICT_VACUOUS:
		return g_strdup("vacuous");
	case VERDICT_VIOLATES:
	case VERDICT_INCONCLUSIVE:
		break;
	}
	return g_strdup("?");
}

static guint64 cost_field(const struct cost *c, guint field)
{
	switch (field) {
	case 0:
		return c->cache_ops;
	case 1:
		return c->mappings;
	case 2:
		return c->tlb_flushes;
	case 3:
		return c->irqs_off;
	default:
		return c->cycles;
	}
}

static const char *const cost_names[] = {"cache ops", "mappings", "TLB flushes",
					 "longest irqs-off (cycles)", "cycles"};

static const char *const cost_keys[] = {"cache_ops", "mappings", "tlb_flushes", "irqs_off",
					"cycles"};

#define LONGEST 3u

/* One line below the table: sums over the rows every strategy takes part in, or the longest of them. */
static char **cost_row(const struct comparison *c, guint field)
{
	char **row = g_new0(char *, c->strategies->len + 3);
	guint i, j;

	row[0] = g_strdup(cost_names[field]);
	row[1] = g_strdup("");
	for (j = 0; j < c->strategies->len; j++) {
		guint64 value = 0;
		gboolean whole = TRUE;

		for (i = 0; i < c->rows->len; i++) {
			const struct comparison_row *r = c->rows->pdata[i];
			const struct compared *p = r->places->pdata[j];

			whole &= p && p->has_cost;
			if (!p || !p->has_cost)
				continue;
			value = field == LONGEST ? MAX(value, cost_field(&p->cost, field)) :
						   value + cost_field(&p->cost, field);
		}
		row[j + 2] = g_strdup_printf("%" G_GUINT64_FORMAT "%s", value, whole ? "" : "*");
	}
	return row;
}

static char **violated_row(const struct comparison *c)
{
	char **row = g_new0(char *, c->strategies->len + 3);
	guint i, j;

	row[0] = g_strdup("violated");
	row[1] = g_strdup("");
	for (j = 0; j < c->strategies->len; j++) {
		guint all = 0, violated = 0;

		for (i = 0; i < c->rows->len; i++) {
			const struct comparison_row *r = c->rows->pdata[i];
			const struct compared *p = r->places->pdata[j];

			all += p != NULL;
			violated += p && p->verdict == VERDICT_VIOLATES;
		}
		row[j + 2] = g_strdup_printf("%u/%u", violated, all);
	}
	return row;
}

/* With more strategies than this side by side their names are broken, behind a `-` or `/`, into lines so long. */
#define HEAD_WHOLE 6u
#define HEAD_COLUMNS 9u

/* The lines of a name, newly allocated. */
static GPtrArray *head_lines(const char *name, gboolean whole)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	GString *line = g_string_new(NULL);

	while (*name) {
		gsize piece = strcspn(name, "-/");

		piece += name[piece] != '\0';
		if (!whole && line->len && line->len + piece > HEAD_COLUMNS) {
			g_ptr_array_add(lines, g_strdup(line->str));
			g_string_truncate(line, 0);
		}
		g_string_append_len(line, name, (gssize)piece);
		name += piece;
	}
	g_ptr_array_add(lines, g_string_free(line, FALSE));
	return lines;
}

static void add_head(struct grid *grid, const struct comparison *c)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	guint rows = 1, i, j;

	for (j = 0; j < c->strategies->len; j++) {
		GPtrArray *lines = head_lines(c->strategies->pdata[j],
					      c->strategies->len <= HEAD_WHOLE);

		g_ptr_array_add(names, lines);
		rows = MAX(rows, lines->len);
	}
	for (i = 0; i < rows; i++) {
		char **row = g_new0(char *, c->strategies->len + 3);

		row[0] = g_strdup(i ? "" : "scenario");
		row[1] = g_strdup("");
		for (j = 0; j < c->strategies->len; j++) {
			const GPtrArray *lines = names->pdata[j];

			row[j + 2] = g_strdup(i < lines->len ? lines->pdata[i] : "");
		}
		grid_add(grid, row);
	}
}

/* The scenario's name; its path where another one beside it has the same name. */
static const char *row_name(const struct comparison *c, const struct comparison_row *r)
{
	guint i;

	for (i = 0; i < c->rows->len; i++) {
		const struct scenario *other =
			((const struct comparison_row *)c->rows->pdata[i])->scenario;

		if (other != r->scenario && !strcmp(other->name, r->scenario->name))
			return r->scenario->path;
	}
	return r->scenario->name;
}

void compare_human(const struct comparison *c)
{
	struct grid *grid = grid_new(c->strategies->len + 2, FALSE);
	GString *out = g_string_new(NULL);
	u32 used = 0;
	guint legend = 0, i, j;

	add_head(grid, c);
	for (i = 0; i < c->rows->len; i++) {
		const struct comparison_row *r = c->rows->pdata[i];
		char **row = g_new0(char *, c->strategies->len + 3);

		row[0] = g_strdup(row_name(c, r));
		row[1] = g_strdup(r->axes);
		for (j = 0; j < c->strategies->len; j++)
			row[j + 2] = place_text(r->places->pdata[j], &used);
		grid_add(grid, row);
	}
	grid_add(grid, violated_row(c));
	for (i = 0; i < G_N_ELEMENTS(cost_names); i++)
		grid_add(grid, cost_row(c, i));
	grid_append(out, grid);
	g_string_append(
		out,
		"\nok: clean in every schedule.  s sometimes, a always, ? not complete, - not in the "
		"file, + other rules too.\n");
	for (i = 0; i < RULE_COUNT; i++)
		if (used & BIT(i))
			g_string_append_printf(out, "%s%s: %s.", legend++ ? "  " : "", short_names[i],
					       rule_name(i));
	g_string_append(
		out,
		"\nCosts: the default schedule of each row, in relative cycles; * some rows are "
		"missing. No winner is declared.\n");
	if (c->interrupted)
		g_string_append(
			out,
			"Interrupted: what is not complete above was cut short or never begun.\n");
	fputs(out->str, stdout);
	g_string_free(out, TRUE);
	grid_free(grid);
}

static char *place_key(const struct comparison *c, const struct comparison_row *r, guint column)
{
	return g_strdup_printf("%s[%s]%s", row_name(c, r), r->axes,
			       (char *)c->strategies->pdata[column]);
}

static void member(JsonBuilder *b, const char *name, const char *text)
{
	json_builder_set_member_name(b, name);
	json_builder_add_string_value(b, text);
}

static void place_print(const struct comparison *c, const struct comparison_row *r, guint column)
{
	const struct compared *p = r->places->pdata[column];
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *key = place_key(c, r, column);
	g_autofree char *verdict = compared_text(p);
	g_autofree char *text = NULL;
	guint i;

	json_builder_begin_object(b);
	json_builder_set_member_name(b, "v");
	json_builder_add_int_value(b, 1);
	member(b, "type", "compare");
	member(b, "place", key);
	member(b, "scenario", r->scenario->name);
	member(b, "file", r->scenario->path);
	member(b, "axes", r->axes);
	member(b, "strategy", c->strategies->pdata[column]);
	member(b, "verdict", verdict);
	if (p->has_cost) {
		json_builder_set_member_name(b, "cost");
		json_builder_begin_object(b);
		for (i = 0; i < G_N_ELEMENTS(cost_names); i++) {
			json_builder_set_member_name(b, cost_keys[i]);
			json_builder_add_int_value(b, (gint64)cost_field(&p->cost, i));
		}
		json_builder_end_object(b);
	}
	json_builder_end_object(b);
	root = json_builder_get_root(b);
	json_generator_set_root(generator, root);
	text = json_generator_to_data(generator, NULL);
	puts(text);
}

void compare_jsonl(const struct comparison *c)
{
	guint i, j;

	for (i = 0; i < c->rows->len; i++) {
		const struct comparison_row *r = c->rows->pdata[i];

		for (j = 0; j < c->strategies->len; j++)
			if (r->places->pdata[j])
				place_print(c, r, j);
	}
}

static gboolean line_read(GHashTable *baseline, const char *line)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *object;

	if (!json_parser_load_from_data(parser, line, -1, NULL) ||
	    !JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser)))
		return FALSE;
	object = json_node_get_object(json_parser_get_root(parser));
	if (g_strcmp0(json_object_get_string_member_with_default(object, "type", ""), "compare"))
		return FALSE;
	g_hash_table_insert(
		baseline, g_strdup(json_object_get_string_member_with_default(object, "place", "")),
		g_strdup(json_object_get_string_member_with_default(object, "verdict", "")));
	return TRUE;
}

GHashTable *compare_baseline_read(const char *path, char **error)
{
	GHashTable *baseline = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_auto(GStrv) lines = NULL;
	g_autofree char *text = NULL;
	g_autoptr(GError) failure = NULL;
	guint i;

	if (!g_file_get_contents(path, &text, NULL, &failure)) {
		*error = g_strdup(failure->message);
		g_hash_table_unref(baseline);
		return NULL;
	}
	lines = g_strsplit(text, "\n", -1);
	for (i = 0; lines[i]; i++) {
		if (!*lines[i] || line_read(baseline, lines[i]))
			continue;
		*error = g_strdup_printf("%s:%u: expected a line of `compare --format jsonl`", path,
					 i + 1);
		g_hash_table_unref(baseline);
		return NULL;
	}
	return baseline;
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(a, b);
}

guint compare_baseline_check(const struct comparison *c, GHashTable *baseline, FILE *out)
{
	guint i, j, changed = 0;
	GList *gone, *at;

	for (i = 0; i < c->rows->len; i++) {
		const struct comparison_row *r = c->rows->pdata[i];

		for (j = 0; j < c->strategies->len; j++) {
			g_autofree char *key = place_key(c, r, j);
			g_autofree char *is = NULL;
			const char *was;

			if (!r->places->pdata[j])
				continue;
			is = compared_text(r->places->pdata[j]);
			was = g_hash_table_lookup(baseline, key);
			if (g_strcmp0(is, was)) {
				fprintf(out, "changed: %s: was %s, is %s\n", key,
					was ? was : "not there", is);
				changed++;
			}
			g_hash_table_remove(baseline, key);
		}
	}
	gone = g_list_sort(g_hash_table_get_keys(baseline), by_text);
	for (at = gone; at; at = at->next, changed++)
		fprintf(out, "changed: %s: was %s, is gone\n", (char *)at->data,
			(char *)g_hash_table_lookup(baseline, at->data));
	g_list_free(gone);
	return changed;
}
