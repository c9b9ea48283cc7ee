// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "judge/expectation.h"
#include "prose.h"
#include "report.h"
#include "story.h"

#define BOLD "\033[1m"
#define RED "\033[1;31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

static const char *colour_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_CLEAN:
		return GREEN;
	case VERDICT_VIOLATES:
		return RED;
	case VERDICT_REFUSED:
	case VERDICT_VACUOUS:
	case VERDICT_INCONCLUSIVE:
		break;
	}
	return YELLOW;
}

/* Thousands apart by commas: 1,234,567. */
static char *count_text(guint64 n)
{
	g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, n);
	GString *text = g_string_new(NULL);
	gsize length = strlen(digits), i;

	for (i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			g_string_append_c(text, ',');
		g_string_append_c(text, digits[i]);
	}
	return g_string_free(text, FALSE);
}

static void scenario_header(struct reporter *r, const struct scenario *s)
{
	if (r->last == s)
		return;
	printf("%s%s%s%s\n", r->last ? "\n" : "", r->options->colour ? BOLD : "", s->path,
	       r->options->colour ? PLAIN : "");
	if (*s->question)
		printf("%s\n", s->question);
	putchar('\n');
	r->last = s;
}

static guint axis_width(const struct axis *a)
{
	guint width = 0, i;

	for (i = 0; i < a->values->len; i++)
		width = MAX(width, (guint)strlen(((struct ynode *)a->values->pdata[i])->text));
	return width;
}

/* "  strategy=none  l2=no   schedule=all", each axis as wide as its widest value. */
static void append_axes(GString *out, const struct scenario *s, const struct scenario_cell *cell)
{
	guint i;

	for (i = 0; i < s->axes->len; i++) {
		const struct axis *a = s->axes->pdata[i];
		const struct ynode *v = g_hash_table_lookup(cell->axis, a->name);

		g_string_append_printf(out, "  %s=%-*s", a->name, (int)axis_width(a),
				       v ? v->text : "?");
	}
}

/* The bounds among `kinds` that left something out: the verdict holds only with them. */
static void append_bounds(GString *out, const struct outcome *o, const char *what, u32 kinds)
{
	const struct bounds *b = &o->compiled->cell.bounds;
	guint i;

	for (i = 0; i < BOUND_COUNT; i++) {
		if (!(b->set & o->bounded & kinds & BIT(i)))
			continue;
		if (what)
			g_string_append_printf(out, "; %s:", what);
		else
			g_string_append_c(out, ',');
		what = NULL;
		if (b->most[i])
			g_string_append_printf(out, " at most %u", b->most[i]);
		else
			g_string_append(out, " no");
		g_string_append_printf(out, " %s", bound_key((enum bound)i));
	}
}

/* How many, in which way, and the seed by which they are the same again. */
static void append_by_chance(GString *out, const struct outcome *o)
{
	g_autofree char *schedules = count_text(o->taken_by_chance.schedules);
	g_autofree char *choices = count_text(o->transitions);

	g_string_append_printf(out, "  (%s schedules by chance, seed %" G_GUINT64_FORMAT, schedules,
			       o->random.seed);
	if (o->random.by_priority)
		g_string_append_printf(out, ", %u changes of priorities", o->random.changes);
	g_string_append_printf(out, ", %s choices", choices);
	if (o->taken_by_chance.stopped) {
		g_autofree char *stopped = count_text(o->taken_by_chance.stopped);
		g_autofree char *length = count_text(o->random.length);

		g_string_append_printf(out, "; %s stopped after %s", stopped, length);
	}
	g_string_append(out, "; NOT COMPLETE");
	append_bounds(out, o, "assumed", ~o->compiled->limited);
	append_bounds(out, o, "limited", o->compiled->limited);
	g_string_append_c(out, ')');
}

static void append_counts(GString *out, const struct outcome *o)
{
	g_autofree char *states = count_text(o->states);
	g_autofree char *transitions = count_text(o->transitions);

	g_string_append_printf(out, "  (%s states, %s transitions, %s", states, transitions,
			       o->complete ? "complete" : "NOT COMPLETE");
	append_bounds(out, o, "assumed", ~o->compiled->limited);
	append_bounds(out, o, "limited", o->compiled->limited);
	g_string_append_c(out, ')');
}

/* Columns that a text with colours takes. */
static guint columns_of(const char *text)
{
	guint columns = 0;

	for (; *text; text = g_utf8_next_char(text)) {
		if (*text == '\033')
			text = strchr(text, 'm');
		else
			columns++;
	}
	return columns;
}

/* A line a cell; on a terminal that has not the room what came of it goes below. */
static void print_row(const struct reporter *r, const struct outcome *o, const char *mismatch)
{
	g_autofree char *verdict = report_verdict(o);
	g_autoptr(GString) cell = g_string_new(NULL);
	g_autoptr(GString) result = g_string_new(NULL);
	gboolean colour = r->options->colour;

	if (r->options->mode == REPORT_TEST)
		g_string_append_printf(cell, "%s%s%s",
				       colour ? (mismatch || !o->complete ? RED : GREEN) : "",
				       mismatch || !o->complete ? "FAIL" : "ok  ",
				       colour ? PLAIN : "");
	append_axes(cell, o->scenario, o->cell);
	g_string_append_printf(result, "  %s%s%s", colour ? colour_of(o->verdict) : "", verdict,
			       colour ? PLAIN : "");
	if (o->random.schedules && o->verdict != VERDICT_REFUSED)
		append_by_chance(result, o);
	else if (o->explored && o->verdict != VERDICT_REFUSED)
		append_counts(result, o);
	if (columns_are_few(columns_of(cell->str) + columns_of(result->str))) {
		g_autoptr(GString) text = g_string_new(NULL);

		prose_append(text, "  ", 4, g_strstrip(cell->str));
		prose_append(text, "      ", 6, g_strstrip(result->str));
		fputs(text->str, stdout);
	} else {
		printf("%s%s\n", cell->str, result->str);
	}
}

static void print_odds(const struct outcome *o)
{
	if (!o->compiled || !o->explored || o->verdict == VERDICT_REFUSED)
		return;
	if (o->complete && o->states)
		printf("odds that two states were taken for one: %.1e\n", seen_odds(o->states));
}

static void print_notes(const struct outcome *o)
{
	guint i;

	/* one in the file is in the axes or the text; this one is not */
	if (o->scenario->mutation)
		printf("mutated: %s\n", o->compiled && o->compiled->mutated ?
						o->scenario->mutation :
						"nothing in this cell");
	if (o->line_unreached && o->verdict == VERDICT_VACUOUS)
		puts("never executed: the mutated line");
	for (i = 0; i < o->unreached->len && o->verdict == VERDICT_VACUOUS; i++) {
		g_autofree char *name =
			compiled_step_name(o->compiled, g_array_index(o->unreached, guint, i));

		printf("never executed: %s\n", name);
	}
	for (i = 0; i < o->fates; i++) {
		const struct run_event *e = &o->compiled->schedule.event[i];
		g_autofree char *step = compiled_step_name(o->compiled, e->step);
		const struct span *span = &g_array_index(o->compiled->event_spans, struct span, i);

		if (o->fate[i] == EVENT_ON_TIME)
			continue;
		printf("%s:%u:%u: %s: the event %s %s %s\n", o->scenario->path, span->line,
		       span->col, o->fate[i] == EVENT_LATE ? "note" : "warning",
		       e->after ? "after" : "at", step,
		       o->fate[i] == EVENT_LATE ?
			       "could not happen there; it happened as soon as it could" :
			       "never happened");
	}
}

static void print_warnings(const struct outcome *o)
{
	guint i;

	for (i = 0; i < o->found.count; i++) {
		const struct finding *f = &o->found.item[i].finding;
		g_autofree char *step = compiled_step_name(o->compiled, f->step);
		const struct step_info *info = compiled_info(o->compiled, f->step);

		if (!f->warning)
			continue;
		if (info)
			printf("%s:%u:%u: ", o->scenario->path, info->span.line, info->span.col);
		printf("warning: %s at %s: %s\n", warning_name((enum warning)f->rule), step,
		       warning_text((enum warning)f->rule));
	}
}

static void append_others(GString *out, const struct outcome *o, const struct found *told)
{
	guint i;

	for (i = 0; i < o->found.count; i++) {
		const struct found *f = &o->found.item[i];
		g_autofree char *step = compiled_step_name(o->compiled, f->finding.step);
		g_autofree char *place =
			compiled_place(o->compiled, f->finding.page, f->finding.offset);

		if (f->finding.warning || f == told)
			continue;
		g_string_append_printf(out, "also:   %s at %s",
				       rule_name((enum rule)f->finding.rule), step);
		if (f->finding.page != NO_ID)
			g_string_append_printf(out, ", %s", place);
		g_string_append(out, " (--verbose tells its story too)\n");
	}
}

static char *stories(const struct reporter *r, const struct outcome *o)
{
	GString *out = g_string_new(NULL);
	const struct found *told = expectation_first(o);
	guint i;

	if (!told)
		return g_string_free(out, FALSE);
	if (r->options->verbose) {
		for (i = 0; i < o->found.count; i++) {
			if (o->found.item[i].finding.warning)
				continue;
			g_string_append_c(out, '\n');
			story_append(out, o, &o->found.item[i], r->options);
		}
	} else {
		g_string_append_c(out, '\n');
		story_append(out, o, told, r->options);
		append_others(out, o, told);
	}
	return g_string_free(out, FALSE);
}

static void cell_test(struct reporter *r, const struct outcome *o, const char *mismatch)
{
	gboolean failed = mismatch || !o->complete;

	if (!failed && !r->options->verbose)
		return;
	scenario_header(r, o->scenario);
	print_row(r, o, mismatch);
	if (!failed)
		return;
	if (mismatch) {
		g_auto(GStrv) lines = g_strsplit(mismatch, "\n", -1);
		guint i;

		printf("      %s:%u\n", o->scenario->path, o->cell->expect->span.line);
		for (i = 0; lines[i]; i++)
			printf("        %s\n", lines[i]);
	}
	print_notes(o);
	if (o->verdict == VERDICT_VIOLATES) {
		g_autofree char *text = stories(r, o);

		fputs(text, stdout);
		putchar('\n');
	} else {
		g_autofree char *command = report_replay_command(o, NULL);

		printf("      >>> %s\n", command);
	}
}

static void print_trail(const struct outcome *o)
{
	g_autofree char *trail = o->refused ? NULL : report_trail(o, NULL);
	g_autoptr(GString) text = g_string_new(NULL);

	if (!trail)
		return;
	report_trail_append(text, trail, 8);
	printf("trail:  %s\n", text->str);
}

static void print_worst(const struct outcome *o, gboolean commands)
{
	g_autoptr(GString) text = g_string_new(NULL);

	worst_append(text, o, commands);
	fputs(text->str, stdout);
}

static void cell(struct reporter *r, const struct outcome *o, const char *mismatch)
{
	gboolean in_full = r->options->single || r->options->verbose;

	if (r->options->quiet)
		return;
	if (r->options->mode == REPORT_TEST) {
		cell_test(r, o, mismatch);
		fflush(stdout);
		return;
	}
	scenario_header(r, o->scenario);
	print_row(r, o, NULL);
	if (r->options->trails)
		print_trail(o);
	if (!in_full)
		print_worst(o, FALSE);
	if (in_full || !r->first_story) {
		g_autofree char *text = stories(r, o);

		if (in_full) {
			print_worst(o, TRUE);
			print_odds(o);
			print_notes(o);
			print_warnings(o);
			fputs(text, stdout);
		} else if (*text) {
			r->first_story = g_steal_pointer(&text);
		}
	}
	fflush(stdout);
}

static void end(struct reporter *r, const struct tally *t)
{
	if (r->options->mode == REPORT_TEST) {
		if (!r->options->quiet && (t->failed || r->options->verbose))
			putchar('\n');
		printf("cells: %u passed, %u failed, %u skipped\n", t->passed, t->failed,
		       t->skipped);
		return;
	}
	if (r->first_story) {
		puts("\nThe first violation:");
		fputs(r->first_story, stdout);
		puts("\n--cell AXIS=VALUE,… selects a cell, --verbose tells every story.");
	}
	g_clear_pointer(&r->first_story, g_free);
	if (t->refused && !r->options->quiet)
		puts("\nA refused cell was not executed: choose another machine (`staleline list machines`) or kernel\n"
		     "configuration, or go on with `force: yes`.");
	if (t->inconclusive && !r->options->quiet && r->options->mode == REPORT_EXPLORE)
		puts("\nFewer dirty lines (`len`), `explore: {evictions: N}` or a smaller machine make a search smaller:\n"
		     "docs/scenario-format.md, \"explore\".");
	printf("%scells: %u, violated: %u, with warnings: %u", r->options->quiet ? "" : "\n",
	       t->cells, t->violated, t->warned);
	if (t->refused)
		printf(", refused: %u", t->refused);
	if (t->inconclusive)
		printf(", not complete: %u", t->inconclusive);
	if (t->skipped)
		printf(", not begun: %u", t->skipped);
	putchar('\n');
}

void report_human(struct reporter *r)
{
	r->cell = cell;
	r->end = end;
}
