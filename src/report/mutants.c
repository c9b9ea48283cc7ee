// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutants.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#include "grid.h"
#include "report.h"

/* "wrong-page, stale-dma-read"; "vacuous" where no rule is broken. */
static char *rules_text(const struct mutant *m)
{
	GString *text = g_string_new(NULL);
	guint i;

	for (i = 0; i < RULE_COUNT; i++)
		if (m->rules & BIT(i))
			g_string_append_printf(text, "%s%s", text->len ? ", " : "", rule_name(i));
	if (!text->len)
		g_string_append(text, "vacuous");
	return g_string_free(text, FALSE);
}

static char **mutant_row(const struct mutant *m)
{
	char **row = g_new0(char *, 5);

	row[0] = g_strdup(m->text);
	row[1] = g_strdup(mutant_fates[m->fate]);
	if (m->killer) {
		row[2] = rules_text(m);
		row[3] = report_cell_name(m->killer->scenario, m->killer->cell);
		return row;
	}
	row[2] = g_strdup("");
	row[3] = m->tried ? g_strdup_printf("%u cell%s", m->tried, m->tried == 1 ? "" : "s") :
			    g_strdup("");
	return row;
}

static void append_some(GString *out, const struct mutants *m, enum mutant_fate fate,
			const char *meaning)
{
	guint i;

	if (!mutants_count(m, fate))
		return;
	g_string_append_printf(out, "\n%s: %s\n", mutant_fates[fate], meaning);
	for (i = 0; i < m->list->len; i++) {
		const struct mutant *mutant = m->list->pdata[i];

		if (mutant->fate == fate)
			g_string_append_printf(out, "  %s\n", mutant->text);
	}
}

void mutants_human(const struct mutants *m)
{
	struct grid *grid = grid_new(4, FALSE);
	GString *out = g_string_new(NULL);
	guint i;

	for (i = 0; i < m->list->len; i++)
		grid_add(grid, mutant_row(m->list->pdata[i]));
	grid_append(out, grid);
	append_some(out, m, MUTANT_SURVIVED, "a scenario is missing, or the line is unnecessary");
	append_some(out, m, MUTANT_UNREACHED, "no cell executes the line: a scenario is missing");
	append_some(out, m, MUTANT_INCONCLUSIVE,
		    "a limit was hit first (--max-states); does not count as killed");
	if (m->cut_short)
		g_string_append_printf(
			out, "\nleft out: %u cell%s that hit a limit without a mutation\n",
			m->cut_short, m->cut_short == 1 ? "" : "s");
	g_string_append_printf(
		out,
		"\ncells: %u, mutants: %u, killed: %u, survived: %u, not executed: %u, "
		"equivalent: %u, inconclusive: %u\n",
		m->places->len, m->list->len, mutants_count(m, MUTANT_KILLED),
		mutants_count(m, MUTANT_SURVIVED), mutants_count(m, MUTANT_UNREACHED),
		mutants_count(m, MUTANT_EQUIVALENT), mutants_count(m, MUTANT_INCONCLUSIVE));
	fputs(out->str, stdout);
	g_string_free(out, TRUE);
	grid_free(grid);
}

static void text_member(JsonBuilder *b, const char *name, const char *text)
{
	json_builder_set_member_name(b, name);
	if (text)
		json_builder_add_string_value(b, text);
	else
		json_builder_add_null_value(b);
}

static void number_member(JsonBuilder *b, const char *name, guint64 value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_int_value(b, (gint64)value);
}

static JsonBuilder *object_begin(const char *type)
{
	JsonBuilder *b = json_builder_new();

	json_builder_begin_object(b);
	number_member(b, "v", 1);
	text_member(b, "type", type);
	return b;
}

static void object_print(JsonBuilder *b)
{
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *text = NULL;

	json_builder_end_object(b);
	root = json_builder_get_root(b);
	json_generator_set_root(generator, root);
	text = json_generator_to_data(generator, NULL);
	puts(text);
	g_object_unref(b);
}

static void mutant_print(const struct mutant *m)
{
	JsonBuilder *b = object_begin("mutant");
	const struct mutant_place *p = m->killer;
	guint i;

	text_member(b, "mutant", m->text);
	text_member(b, "fate", mutant_fates[m->fate]);
	text_member(b, "scenario", p ? p->scenario->name : NULL);
	text_member(b, "file", p ? p->scenario->path : NULL);
	text_member(b, "cell", p ? p->cell->id : NULL);
	json_builder_set_member_name(b, "rules");
	json_builder_begin_array(b);
	for (i = 0; i < RULE_COUNT; i++)
		if (m->rules & BIT(i))
			json_builder_add_string_value(b, rule_name(i));
	json_builder_end_array(b);
	number_member(b, "tried", m->tried);
	object_print(b);
}

void mutants_jsonl(const struct mutants *m)
{
	JsonBuilder *b = object_begin("mutants");
	guint i;

	for (i = 0; i < m->list->len; i++)
		mutant_print(m->list->pdata[i]);
	number_member(b, "cells", m->places->len);
	number_member(b, "left_out", m->cut_short);
	number_member(b, "mutants", m->list->len);
	number_member(b, "killed", mutants_count(m, MUTANT_KILLED));
	number_member(b, "survived", mutants_count(m, MUTANT_SURVIVED));
	number_member(b, "not_executed", mutants_count(m, MUTANT_UNREACHED));
	number_member(b, "equivalent", mutants_count(m, MUTANT_EQUIVALENT));
	number_member(b, "inconclusive", mutants_count(m, MUTANT_INCONCLUSIVE));
	object_print(b);
}
