// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One JSON object a line: `cell` per cell, `violation` and `warning` per (cell, rule, step), `summary` last,
 * so that a truncated output shows. Every object has "v": 1; keys may be added, never removed.
 */
#include <stdio.h>

#include "json_line.h"
#include "judge/cause.h"
#include "report.h"

static void add_cell(JsonBuilder *b, const struct outcome *o)
{
	json_add_text(b, "scenario", o->scenario->name);
	json_add_text(b, "file", o->scenario->path);
	json_add_text(b, "cell", o->cell->id);
}

/* What was done to see that the cause is one, and the causes that did not stand. */
static void add_checked(JsonBuilder *b, const struct history *h, const struct explanation *e)
{
	guint i;

	json_builder_set_member_name(b, "cause_checked");
	if (e->cause == CAUSE_UNKNOWN) {
		json_builder_add_null_value(b);
	} else {
		const struct moment *place =
			e->check.place == NO_ID ? NULL : h->moments->pdata[e->check.place];

		json_builder_begin_object(b);
		json_add_text(b, "repair", e->check.repair);
		if (place)
			json_add_number(b, "at", place->number);
		else
			json_add_text(b, "at", NULL);
		json_add_yes(b, "before", e->check.before);
		json_add_text(b, "not_helped_by", e->check.control);
		json_add_number(b, "choices_left_out", e->check.left_out);
		json_add_number(b, "choices_put_in", e->check.put_in);
		json_builder_end_object(b);
	}
	json_builder_set_member_name(b, "causes_refuted");
	json_builder_begin_array(b);
	for (i = 0; i < CAUSE_COUNT; i++)
		if (e->refuted & BIT(i))
			json_builder_add_string_value(b, cause_name(i));
	json_builder_end_array(b);
}

/* Where the address of a wrong access leads. */
static void add_reached(JsonBuilder *b, const struct history *h)
{
	g_autofree char *address = h && h->va ? g_strdup_printf("%08x", h->address) : NULL;
	g_autofree char *reached =
		address && h->reached != NO_ID ?
			compiled_place(h->compiled, h->reached, h->reached_offset) :
			NULL;

	json_add_text(b, "address", address);
	json_add_text(b, "reached", reached);
}

static void print_finding(const struct outcome *o, const struct found *f)
{
	const struct finding *finding = &f->finding;
	const struct step_info *info = compiled_info(o->compiled, finding->step);
	g_autofree char *step = compiled_step_name(o->compiled, finding->step);
	g_autofree char *place = compiled_place(o->compiled, finding->page, finding->offset);
	g_autofree char *trail = f->at ? report_trail(o, f) : NULL;
	g_autofree char *replay = report_replay_command(o, f);
	JsonBuilder *b = json_line_begin(finding->warning ? "warning" : "violation");

	add_cell(b, o);
	json_add_text(b, "rule",
		      finding->warning ? warning_name((enum warning)finding->rule) :
					 rule_name((enum rule)finding->rule));
	if (!finding->warning) {
		struct history *h = history_record(o, f);
		struct explanation e = {.cause = CAUSE_UNKNOWN};

		if (h)
			explain(h, &e);
		json_add_text(b, "how", how_words[o->rule[finding->rule]]);
		json_add_text(b, "cause", e.cause == CAUSE_UNKNOWN ? NULL : cause_name(e.cause));
		add_checked(b, h, &e);
		if (e.cause == CAUSE_UNKNOWN)
			json_add_text(b, "fixable_by_sync", NULL);
		else
			json_add_yes(b, "fixable_by_sync", !e.unfixable);
		add_reached(b, h);
		if (h)
			history_free(h);
	}
	json_add_text(b, "step", step);
	if (info && info->span.src) {
		json_add_number(b, "line", info->span.line);
		json_add_number(b, "column", info->span.col);
	} else {
		json_add_text(b, "line", NULL);
		json_add_text(b, "column", NULL);
	}
	json_add_text(b, "place", finding->page == NO_ID ? NULL : place);
	json_add_number(b, "at", f->at);
	json_add_text(b, "trail", trail);
	json_add_text(b, "replay", replay);
	json_line_print(b);
}

static void print_figure(const struct outcome *o, const struct worst *w)
{
	const struct figure *f = &w->figure;
	const struct step_info *info = compiled_info(o->compiled, f->step);
	g_autofree char *step = f->step == NO_ID ? NULL : compiled_step_name(o->compiled, f->step);
	g_autofree char *command = report_worst_command(o, w);
	g_autofree char *trail = report_worst_trail(o, w);
	JsonBuilder *b = json_line_begin("worst");

	add_cell(b, o);
	json_add_text(b, "figure", worst_name(f->kind));
	json_add_text(b, "context",
		      f->ctx == NO_ID ? NULL : compiled_context_name(o->compiled, f->ctx));
	json_add_text(b, "step", step);
	if (info && info->span.src)
		json_add_number(b, "line", info->span.line);
	else
		json_add_text(b, "line", NULL);
	if (f->value == METER_UNBOUNDED)
		json_add_text(b, "value", NULL);
	else
		json_add_number(b, "value", f->value);
	json_add_yes(b, "unbounded", f->value == METER_UNBOUNDED);
	json_add_yes(b, "exact", outcome_exact(o, f));
	json_add_text(b, "trail", trail);
	json_add_yes(b, "shortest", w->shortest);
	json_add_text(b, "replay", command);
	json_line_print(b);
}

static void add_random(JsonBuilder *b, const struct outcome *o)
{
	json_builder_set_member_name(b, "random");
	if (!o->random.schedules || o->refused) {
		json_builder_add_null_value(b);
		return;
	}
	json_builder_begin_object(b);
	json_add_number(b, "schedules", o->taken_by_chance.schedules);
	json_add_number(b, "seed", o->random.seed);
	if (o->random.by_priority)
		json_add_number(b, "priorities", o->random.changes);
	else
		json_add_text(b, "priorities", NULL);
	json_add_number(b, "length", o->random.length);
	json_add_number(b, "stopped", o->taken_by_chance.stopped);
	json_builder_end_object(b);
}

static void print_cell(const struct outcome *o, const struct reporter *r, const char *mismatch)
{
	g_autofree char *trail = o->refused ? NULL : report_trail(o, NULL);
	JsonBuilder *b = json_line_begin("cell");
	guint i;

	add_cell(b, o);
	json_add_text(b, "schedule", o->schedule ? o->schedule : "all");
	json_add_text(b, "verdict", verdict_words[o->verdict]);
	json_builder_set_member_name(b, "rules");
	json_builder_begin_object(b);
	for (i = 0; i < RULE_COUNT; i++)
		if (o->rule[i] != HOW_NEVER)
			json_add_text(b, rule_name(i), how_words[o->rule[i]]);
	json_builder_end_object(b);
	json_builder_set_member_name(b, "warnings");
	json_builder_begin_array(b);
	for (i = 0; i < WARNING_COUNT; i++)
		if (o->warned & BIT(i))
			json_builder_add_string_value(b, warning_name(i));
	json_builder_end_array(b);
	json_add_number(b, "states", o->states);
	json_add_number(b, "transitions", o->transitions);
	json_add_number(b, "ends", o->ends);
	json_add_yes(b, "complete", o->complete);
	json_add_text(b, "limit", o->limit);
	json_builder_set_member_name(b, "bounded");
	json_builder_begin_array(b);
	for (i = 0; i < BOUND_COUNT; i++)
		if (o->bounded & BIT(i))
			json_builder_add_string_value(b, bound_key((enum bound)i));
	json_builder_end_array(b);
	add_random(b, o);
	json_add_text(b, "refused", o->refused);
	json_add_text(b, "trail", trail);
	if (r->options->mode == REPORT_TEST) {
		json_add_yes(b, "passed", !mismatch && o->complete);
		json_add_text(b, "mismatch", mismatch);
	}
	json_line_print(b);
}

static void cell(struct reporter *r, const struct outcome *o, const char *mismatch)
{
	guint i;

	if (r->options->quiet)
		return;
	for (i = 0; i < o->found.count; i++)
		print_finding(o, &o->found.item[i]);
	for (i = 0; i < o->worst.count; i++)
		print_figure(o, &o->worst.item[i]);
	print_cell(o, r, mismatch);
	fflush(stdout);
}

static void end(struct reporter *r, const struct tally *t)
{
	JsonBuilder *b = json_line_begin("summary");

	json_add_number(b, "cells", t->cells);
	json_add_number(b, "violated", t->violated);
	json_add_number(b, "violations", t->violations);
	json_add_number(b, "warnings", t->warned);
	json_add_number(b, "refused", t->refused);
	json_add_number(b, "states", t->states);
	json_add_number(b, "transitions", t->transitions);
	json_add_yes(b, "complete", !t->inconclusive && !t->skipped);
	if (r->options->mode == REPORT_TEST) {
		json_add_number(b, "passed", t->passed);
		json_add_number(b, "failed", t->failed);
		json_add_number(b, "skipped", t->skipped);
	}
	json_line_print(b);
}

void report_jsonl(struct reporter *r)
{
	r->cell = cell;
	r->end = end;
}
