// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutants.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#include "grid.h"
#include "prose.h"
#include "report.h"

/* Mutant, fate, rule, step, choices, cell; "-" where there is none. */
#define COLUMNS 6u

static const char *const heads[COLUMNS + 1] = {"mutant", "fate", "rule", "at", "choices", "cell"};

/* How the length of the trail is known: 12, or <=12 where a shorter one may exist. */
static char *choices_text(const struct mutant_kill *kill)
{
	return g_strdup_printf("%s%" G_GUINT64_FORMAT,
			       kill->shortest ? "" : "<=", (guint64)kill->choices);
}

static char **mutant_row(const struct mutant *m)
{
	char **row = g_new0(char *, COLUMNS + 1);

	row[0] = g_strdup(m->text);
	row[1] = g_strdup(mutant_fates[m->fate]);
	if (m->killer) {
		row[2] = g_strdup(m->kill.step ? rule_name(m->kill.rule) : "vacuous");
		row[3] = g_strdup(m->kill.step ? m->kill.step : "-");
		row[4] = m->kill.step ? choices_text(&m->kill) : g_strdup("-");
		row[5] = report_cell_name(m->killer->scenario, m->killer->cell);
		return row;
	}
	row[2] = g_strdup("-");
	row[3] = g_strdup("-");
	row[4] = g_strdup("-");
	row[5] = m->tried ? g_strdup_printf("all %u", m->tried) : g_strdup("none");
	return row;
}

static gboolean has_replay(const struct mutant *m)
{
	return m->killer && m->kill.trail;
}

/* The command that repeats each kill. */
static void append_replays(GString *out, const struct mutants *m)
{
	guint i;

	for (i = 0; i < m->list->len; i++) {
		const struct mutant *mutant = m->list->pdata[i];
		g_autofree char *command = NULL;

		if (!has_replay(mutant))
			continue;
		command = report_replay_mutant(mutant->killer->scenario, mutant->killer->cell,
					       mutant->text, mutant->kill.trail);
		g_string_append_printf(out, "\n%s: %s\nreplay: %s\n", mutant->text,
				       rule_name(mutant->kill.rule), command);
	}
}

/* The mutants of that fate, those that leave a line out or the others, below what it means; nothing if there is none. */
static void append_some(GString *out, const struct mutants *m, enum mutant_fate fate,
			gboolean left_out, gboolean changed, const char *meaning)
{
	gboolean first = TRUE;
	guint i;

	for (i = 0; i < m->list->len; i++) {
		const struct mutant *mutant = m->list->pdata[i];
		gboolean without = mutant->change == CHANGE_WITHOUT;

		if (mutant->fate != fate || !(without ? left_out : changed))
			continue;
		if (first)
			prose_append(out, "\n", 0, meaning);
		first = FALSE;
		g_string_append_printf(out, "  %s\n", mutant->text);
	}
}

static void append_sections(GString *out, const struct mutants *m)
{
	append_some(
		out, m, MUTANT_SURVIVED, TRUE, FALSE,
		"survived, left out: nobody notices. The line is a candidate for deletion, or a "
		"scenario that needs it is missing:");
	append_some(
		out, m, MUTANT_SURVIVED, FALSE, TRUE,
		"survived, changed: nobody notices. Less than the line does is enough, or a scenario "
		"that needs all of it is missing:");
	append_some(out, m, MUTANT_UNREACHED, TRUE, TRUE,
		    "not executed: no cell comes to the line. A scenario is missing:");
	append_some(
		out, m, MUTANT_INCONCLUSIVE, TRUE, TRUE,
		"inconclusive: a limit was hit (--max-states, --time, --memory) before all cells were "
		"explored. Neither killed nor survived:");
	if (m->interrupted)
		g_string_append_printf(
			out, "\ninterrupted: %u mutants were not tried, or not in all cells\n",
			mutants_count(m, MUTANT_UNTRIED));
	if (m->cut_short)
		g_string_append_printf(
			out, "\nleft out: %u cell%s that hit a limit without a mutation\n",
			m->cut_short, m->cut_short == 1 ? "" : "s");
}

void mutants_human(const struct mutants *m, gboolean trails)
{
	struct grid *grid = grid_new(COLUMNS, FALSE);
	GString *out = g_string_new(NULL);
	guint i;

	grid_add(grid, g_strdupv((char **)(void *)heads));
	for (i = 0; i < m->list->len; i++)
		if (((const struct mutant *)m->list->pdata[i])->fate != MUTANT_UNTRIED)
			grid_add(grid, mutant_row(m->list->pdata[i]));
	if (grid->rows->len > 1)
		grid_append(out, grid);
	append_sections(out, m);
	if (trails)
		append_replays(out, m);
	if (mutants_count(m, MUTANT_KILLED))
		prose_append(
			out, "\n", 0,
			"choices: the shortest schedule in which that rule breaks there; <=: one may "
			"be shorter. --print-trail prints the command that replays it, `staleline "
			"explain RULE` says what a rule means.");
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
	g_autofree char *replay = NULL;
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
	text_member(b, "rule", m->kill.step ? rule_name(m->kill.rule) : NULL);
	text_member(b, "step", m->kill.step);
	json_builder_set_member_name(b, "choices");
	if (m->kill.step)
		json_builder_add_int_value(b, (gint64)m->kill.choices);
	else
		json_builder_add_null_value(b);
	json_builder_set_member_name(b, "shortest");
	json_builder_add_boolean_value(b, m->kill.shortest);
	text_member(b, "trail", m->kill.trail);
	replay = has_replay(m) ?
			 report_replay_mutant(p->scenario, p->cell, m->text, m->kill.trail) :
			 NULL;
	text_member(b, "replay", replay);
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
	number_member(b, "not_tried", mutants_count(m, MUTANT_UNTRIED));
	object_print(b);
}
