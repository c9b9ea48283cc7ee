// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One JSON object a line: `cell` per cell, `violation` and `warning` per (cell, rule, step), `summary` last,
 * so that a truncated output shows. Every object has "v": 1; keys may be added, never removed.
 */
#include <json-glib/json-glib.h>
#include <stdio.h>

#include "judge/cause.h"
#include "report.h"

static JsonBuilder *object_begin(const char *type)
{
	JsonBuilder *b = json_builder_new();

	json_builder_begin_object(b);
	json_builder_set_member_name(b, "v");
	json_builder_add_int_value(b, 1);
	json_builder_set_member_name(b, "type");
	json_builder_add_string_value(b, type);
	return b;
}

static void add_text(JsonBuilder *b, const char *name, const char *text)
{
	json_builder_set_member_name(b, name);
	if (text)
		json_builder_add_string_value(b, text);
	else
		json_builder_add_null_value(b);
}

static void add_number(JsonBuilder *b, const char *name, guint64 number)
{
	json_builder_set_member_name(b, name);
	json_builder_add_int_value(b, (gint64)number);
}

static void add_yes(JsonBuilder *b, const char *name, gboolean yes)
{
	json_builder_set_member_name(b, name);
	json_builder_add_boolean_value(b, yes);
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

static void add_cell(JsonBuilder *b, const struct outcome *o)
{
	add_text(b, "scenario", o->scenario->name);
	add_text(b, "file", o->scenario->path);
	add_text(b, "cell", o->cell->id);
}

/* What was done to see that the cause is one, and the causes that did not stand. */
static void add_checked(JsonBuilder *b, const struct history *h, const struct explanation *e)
{
	guint i;

	json_builder_set_member_name(b, "cause_checked");
	if (e->cause == CAUSE_UNKNOWN) {
		json_builder_add_null_value(b);
	} else {
		const struct moment *place = e->check.place == NO_ID ?
						     NULL :
						     h->moments->pdata[e->check.place];

		json_builder_begin_object(b);
		add_text(b, "repair", e->check.repair);
		if (place)
			add_number(b, "at", place->number);
		else
			add_text(b, "at", NULL);
		add_yes(b, "before", e->check.before);
		add_text(b, "not_helped_by", e->check.control);
		add_number(b, "choices_left_out", e->check.left_out);
		add_number(b, "choices_put_in", e->check.put_in);
		json_builder_end_object(b);
	}
	json_builder_set_member_name(b, "causes_refuted");
	json_builder_begin_array(b);
	for (i = 0; i < CAUSE_COUNT; i++)
		if (e->refuted & BIT(i))
			json_builder_add_string_value(b, cause_name(i));
	json_builder_end_array(b);
}

static void print_finding(const struct outcome *o, const struct found *f)
{
	const struct finding *finding = &f->finding;
	const struct step_info *info = compiled_info(o->compiled, finding->step);
	g_autofree char *step = compiled_step_name(o->compiled, finding->step);
	g_autofree char *place = compiled_place(o->compiled, finding->page, finding->offset);
	g_autofree char *trail = f->at ? report_trail(o, f) : NULL;
	g_autofree char *replay = report_replay_command(o, f);
	JsonBuilder *b = object_begin(finding->warning ? "warning" : "violation");

	add_cell(b, o);
	add_text(b, "rule",
		 finding->warning ? warning_name((enum warning)finding->rule) :
				    rule_name((enum rule)finding->rule));
	if (!finding->warning) {
		struct history *h = history_record(o, f);
		struct explanation e = {.cause = CAUSE_UNKNOWN};

		if (h)
			explain(h, &e);
		add_text(b, "how", how_words[o->rule[finding->rule]]);
		add_text(b, "cause", e.cause == CAUSE_UNKNOWN ? NULL : cause_name(e.cause));
		add_checked(b, h, &e);
		if (e.cause == CAUSE_UNKNOWN)
			add_text(b, "fixable_by_sync", NULL);
		else
			add_yes(b, "fixable_by_sync", !e.unfixable);
		if (h)
			history_free(h);
	}
	add_text(b, "step", step);
	if (info && info->span.src) {
		add_number(b, "line", info->span.line);
		add_number(b, "column", info->span.col);
	} else {
		add_text(b, "line", NULL);
		add_text(b, "column", NULL);
	}
	add_text(b, "place", finding->page == NO_ID ? NULL : place);
	add_number(b, "at", f->at);
	add_text(b, "trail", trail);
	add_text(b, "replay", replay);
	object_print(b);
}

static void print_figure(const struct outcome *o, const struct worst *w)
{
	const struct figure *f = &w->figure;
	const struct step_info *info = compiled_info(o->compiled, f->step);
	g_autofree char *step = f->step == NO_ID ? NULL : compiled_step_name(o->compiled, f->step);
	g_autofree char *command = report_worst_command(o, w);
	g_autofree char *trail = report_worst_trail(o, w);
	JsonBuilder *b = object_begin("worst");

	add_cell(b, o);
	add_text(b, "figure", worst_name(f->kind));
	add_text(b, "context", f->ctx == NO_ID ? NULL : compiled_context_name(o->compiled, f->ctx));
	add_text(b, "step", step);
	if (info && info->span.src)
		add_number(b, "line", info->span.line);
	else
		add_text(b, "line", NULL);
	if (f->value == METER_UNBOUNDED)
		add_text(b, "value", NULL);
	else
		add_number(b, "value", f->value);
	add_yes(b, "unbounded", f->value == METER_UNBOUNDED);
	add_yes(b, "exact", outcome_exact(o, f));
	add_text(b, "trail", trail);
	add_yes(b, "shortest", w->shortest);
	add_text(b, "replay", command);
	object_print(b);
}

static void add_random(JsonBuilder *b, const struct outcome *o)
{
	json_builder_set_member_name(b, "random");
	if (!o->random.schedules || o->refused) {
		json_builder_add_null_value(b);
		return;
	}
	json_builder_begin_object(b);
	add_number(b, "schedules", o->taken_by_chance.schedules);
	add_number(b, "seed", o->random.seed);
	if (o->random.by_priority)
		add_number(b, "priorities", o->random.changes);
	else
		add_text(b, "priorities", NULL);
	add_number(b, "length", o->random.length);
	add_number(b, "stopped", o->taken_by_chance.stopped);
	json_builder_end_object(b);
}

static void print_cell(const struct outcome *o, const struct reporter *r, const char *mismatch)
{
	g_autofree char *trail = o->refused ? NULL : report_trail(o, NULL);
	JsonBuilder *b = object_begin("cell");
	guint i;

	add_cell(b, o);
	add_text(b, "schedule", o->schedule ? o->schedule : "all");
	add_text(b, "verdict", verdict_words[o->verdict]);
	json_builder_set_member_name(b, "rules");
	json_builder_begin_object(b);
	for (i = 0; i < RULE_COUNT; i++)
		if (o->rule[i] != HOW_NEVER)
			add_text(b, rule_name(i), how_words[o->rule[i]]);
	json_builder_end_object(b);
	json_builder_set_member_name(b, "warnings");
	json_builder_begin_array(b);
	for (i = 0; i < WARNING_COUNT; i++)
		if (o->warned & BIT(i))
			json_builder_add_string_value(b, warning_name(i));
	json_builder_end_array(b);
	add_number(b, "states", o->states);
	add_number(b, "transitions", o->transitions);
	add_number(b, "ends", o->ends);
	add_yes(b, "complete", o->complete);
	add_text(b, "limit", o->limit);
	json_builder_set_member_name(b, "bounded");
	json_builder_begin_array(b);
	for (i = 0; i < BOUND_COUNT; i++)
		if (o->bounded & BIT(i))
			json_builder_add_string_value(b, bound_key((enum bound)i));
	json_builder_end_array(b);
	add_random(b, o);
	add_text(b, "refused", o->refused);
	add_text(b, "trail", trail);
	if (r->options->mode == REPORT_TEST) {
		add_yes(b, "passed", !mismatch && o->complete);
		add_text(b, "mismatch", mismatch);
	}
	object_print(b);
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
	JsonBuilder *b = object_begin("summary");

	add_number(b, "cells", t->cells);
	add_number(b, "violated", t->violated);
	add_number(b, "violations", t->violations);
	add_number(b, "warnings", t->warned);
	add_number(b, "refused", t->refused);
	add_number(b, "states", t->states);
	add_number(b, "transitions", t->transitions);
	add_yes(b, "complete", !t->inconclusive && !t->skipped);
	if (r->options->mode == REPORT_TEST) {
		add_number(b, "passed", t->passed);
		add_number(b, "failed", t->failed);
		add_number(b, "skipped", t->skipped);
	}
	object_print(b);
}

void report_jsonl(struct reporter *r)
{
	r->cell = cell;
	r->end = end;
}
