// SPDX-License-Identifier: GPL-2.0-or-later
#include "comparison.h"

#include <string.h>

static void row_free(gpointer p)
{
	struct comparison_row *row = p;

	g_free(row->axes);
	g_ptr_array_unref(row->places);
	g_free(row);
}

static guint strategy_column(struct comparison *c, const char *name)
{
	guint i;

	for (i = 0; i < c->strategies->len; i++)
		if (!strcmp(c->strategies->pdata[i], name))
			return i;
	g_ptr_array_add(c->strategies, g_strdup(name));
	return i;
}

/* The cell's axes without strategy and schedule. */
static char *axes_text(const struct scenario *s, const struct scenario_cell *cell)
{
	GString *text = g_string_new(NULL);
	guint i;

	for (i = 0; i < s->axes->len; i++) {
		const struct axis *a = s->axes->pdata[i];
		const struct ynode *v = g_hash_table_lookup(cell->axis, a->name);

		if (!strcmp(a->name, "strategy") || !strcmp(a->name, "schedule"))
			continue;
		g_string_append_printf(text, "%s%s=%s", text->len ? "," : "", a->name,
				       v ? v->text : "?");
	}
	return g_string_free(text, FALSE);
}

static struct comparison_row *row_of(struct comparison *c, struct scenario *s, const char *axes)
{
	struct comparison_row *row;
	guint i;

	for (i = 0; i < c->rows->len; i++) {
		row = c->rows->pdata[i];
		if (row->scenario == s && !strcmp(row->axes, axes))
			return row;
	}
	row = g_new0(struct comparison_row, 1);
	row->scenario = s;
	row->axes = g_strdup(axes);
	row->places = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(c->rows, row);
	return row;
}

static void place_fill(struct comparison *c, struct comparison_row *row, guint column,
		       const struct scenario_cell *cell, const struct outcome_options *options)
{
	struct compared *p = g_new0(struct compared, 1);
	struct outcome *o;

	row->places->pdata[column] = p;
	p->verdict = VERDICT_INCONCLUSIVE;
	/* what Ctrl-C left undone takes part all the same, as not complete */
	if (c->interrupted)
		return;
	o = outcome_explore(row->scenario, cell, options);
	p->verdict = o->verdict;
	p->complete = o->complete;
	memcpy(p->rule, o->rule, sizeof(p->rule));
	c->interrupted |= o->interrupted;
	outcome_free(o);
	p->has_cost = cost_measure(row->scenario, cell, options, &p->cost);
}

struct comparison *comparison_make(GPtrArray *scenarios, const struct outcome_options *options,
				   gboolean (*selected)(gconstpointer arg,
							const struct scenario_cell *cell),
				   gconstpointer arg)
{
	struct comparison *c = g_new0(struct comparison, 1);
	guint i, j;

	c->strategies = g_ptr_array_new_with_free_func(g_free);
	c->rows = g_ptr_array_new_with_free_func(row_free);
	for (i = 0; i < scenarios->len; i++) {
		struct scenario *s = scenarios->pdata[i];

		for (j = 0; j < s->cells->len; j++) {
			const struct scenario_cell *cell = s->cells->pdata[j];
			g_autofree char *axes = axes_text(s, cell);
			struct comparison_row *row;
			guint column;

			if (!selected(arg, cell))
				continue;
			row = row_of(c, s, axes);
			column = strategy_column(c, cell->strategy);
			while (row->places->len <= column)
				g_ptr_array_add(row->places, NULL);
			/* cells that differ only in their schedule are one place */
			if (!row->places->pdata[column])
				place_fill(c, row, column, cell, options);
		}
	}
	for (i = 0; i < c->rows->len; i++) {
		struct comparison_row *row = c->rows->pdata[i];

		while (row->places->len < c->strategies->len)
			g_ptr_array_add(row->places, NULL);
	}
	return c;
}

void comparison_free(struct comparison *c)
{
	g_ptr_array_unref(c->strategies);
	g_ptr_array_unref(c->rows);
	g_free(c);
}

gboolean comparison_complete(const struct comparison *c)
{
	guint i, j;

	for (i = 0; i < c->rows->len; i++) {
		const struct comparison_row *row = c->rows->pdata[i];

		for (j = 0; j < row->places->len; j++) {
			const struct compared *p = row->places->pdata[j];

			if (p && !p->complete && p->verdict != VERDICT_REFUSED)
				return FALSE;
		}
	}
	return TRUE;
}

char *compared_text(const struct compared *p)
{
	GString *text = g_string_new(p->complete || p->verdict == VERDICT_REFUSED ?
					     verdict_words[p->verdict] :
					     verdict_words[VERDICT_INCONCLUSIVE]);
	guint r;

	for (r = 0; r < RULE_COUNT; r++)
		if (p->rule[r] != HOW_NEVER)
			g_string_append_printf(text, " %s %s", rule_name(r),
					       p->complete ? how_words[p->rule[r]] : "seen");
	return g_string_free(text, FALSE);
}
