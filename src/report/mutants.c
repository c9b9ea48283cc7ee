// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutants.h"

#include <stdio.h>

#include "grid.h"
#include "json_line.h"
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

static void mutant_print(const struct mutant *m)
{
	JsonBuilder *b = json_line_begin("mutant");
	const struct mutant_place *p = m->killer;
	g_autofree char *replay = NULL;
	guint i;

	json_add_text(b, "mutant", m->text);
	json_add_text(b, "fate", mutant_fates[m->fate]);
	json_add_text(b, "scenario", p ? p->scenario->name : NULL);
	json_add_text(b, "file", p ? p->scenario->path : NULL);
	json_add_text(b, "cell", p ? p->cell->id : NULL);
	json_builder_set_member_name(b, "rules");
	json_builder_begin_array(b);
	for (i = 0; i < RULE_COUNT; i++)
		if (m->rules & BIT(i))
			json_builder_add_string_value(b, rule_name(i));
	json_builder_end_array(b);
	json_add_text(b, "rule", m->kill.step ? rule_name(m->kill.rule) : NULL);
	json_add_text(b, "step", m->kill.step);
	json_builder_set_member_name(b, "choices");
	if (m->kill.step)
		json_builder_add_int_value(b, (gint64)m->kill.choices);
	else
		json_builder_add_null_value(b);
	json_builder_set_member_name(b, "shortest");
	json_builder_add_boolean_value(b, m->kill.shortest);
	json_add_text(b, "trail", m->kill.trail);
	replay = has_replay(m) ?
			 report_replay_mutant(p->scenario, p->cell, m->text, m->kill.trail) :
			 NULL;
	json_add_text(b, "replay", replay);
	json_add_number(b, "tried", m->tried);
	json_line_print(b);
}

void mutants_jsonl(const struct mutants *m)
{
	JsonBuilder *b = json_line_begin("mutants");
	guint i;

	for (i = 0; i < m->list->len; i++)
		mutant_print(m->list->pdata[i]);
	json_add_number(b, "cells", m->places->len);
	json_add_number(b, "left_out", m->cut_short);
	json_add_number(b, "mutants", m->list->len);
	json_add_number(b, "killed", mutants_count(m, MUTANT_KILLED));
	json_add_number(b, "survived", mutants_count(m, MUTANT_SURVIVED));
	json_add_number(b, "not_executed", mutants_count(m, MUTANT_UNREACHED));
	json_add_number(b, "equivalent", mutants_count(m, MUTANT_EQUIVALENT));
	json_add_number(b, "inconclusive", mutants_count(m, MUTANT_INCONCLUSIVE));
	json_add_number(b, "not_tried", mutants_count(m, MUTANT_UNTRIED));
	json_line_print(b);
}
