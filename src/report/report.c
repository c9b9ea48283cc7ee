// SPDX-License-Identifier: GPL-2.0-or-later
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "explore/trailtext.h"

char *report_cell_name(const struct scenario *s, const struct scenario_cell *cell)
{
	if (!*cell->id)
		return g_strdup(s->path);
	return g_strdup_printf("%s[%s]", s->path, cell->id);
}

static void append_rules(GString *text, const struct outcome *o)
{
	const char *separator = "";
	guint i;

	for (i = 0; i < RULE_COUNT; i++) {
		if (o->rule[i] == HOW_NEVER)
			continue;
		g_string_append_printf(text, "%s%s", separator, rule_name(i));
		if (o->explored && o->complete)
			g_string_append_printf(text, " %s", how_words[o->rule[i]]);
		separator = ", ";
	}
}

char *report_verdict(const struct outcome *o)
{
	GString *text = g_string_new(NULL);

	switch (o->verdict) {
	case VERDICT_CLEAN:
		g_string_append(text, o->explored ? "clean" : "nothing found in this schedule");
		break;
	case VERDICT_VIOLATES:
		g_string_append(text, "violates: ");
		append_rules(text, o);
		if (o->limit)
			g_string_append_printf(text, " (stopped by %s)", o->limit);
		break;
	case VERDICT_REFUSED:
		g_string_append_printf(text, "refused: %s", o->refused);
		break;
	case VERDICT_VACUOUS:
		g_string_append(
			text,
			o->unreached->len || o->line_unreached ?
				"vacuous: nothing found, but not all of the scenario was executed" :
				"vacuous: nothing found, but no schedule comes to an end");
		break;
	case VERDICT_INCONCLUSIVE:
		if (o->random.schedules)
			g_string_append_printf(text,
					       "inconclusive: nothing found in %" G_GUINT64_FORMAT
					       " schedules by chance",
					       o->taken_by_chance.schedules);
		else if (o->interrupted)
			g_string_append(text,
					"inconclusive: interrupted before anything was found");
		else
			g_string_append_printf(
				text, "inconclusive: nothing found before %s was hit", o->limit);
		break;
	}
	return g_string_free(text, FALSE);
}

static gboolean plain_word(const char *text)
{
	const char *p;

	for (p = text; *p; p++)
		if (!g_ascii_isalnum(*p) && !strchr("_-./=,:+@%*", *p))
			return FALSE;
	return *text != 0;
}

static void append_word(GString *text, const char *word)
{
	g_autofree char *quoted = plain_word(word) && !strchr(word, '*') ? NULL :
									   g_shell_quote(word);

	g_string_append_printf(text, " %s", quoted ? quoted : word);
}

char *report_trail(const struct outcome *o, const struct found *f)
{
	const struct trail *trail = f && f->trail.length ? &f->trail :
				    o->trail.length      ? &o->trail :
							   &o->taken;
	u32 length = trail->length;
	g_autofree char *text = NULL;
	char *printed;

	if (trail == &o->taken && f)
		length = (u32)MIN(f->at, length);
	if (!length)
		return NULL;
	printed = trail_print(&o->compiled->cell, trail->choice, length);
	text = g_strdup(printed);
	free(printed);
	return g_steal_pointer(&text);
}

void report_trail_append(GString *out, const char *trail, guint indent)
{
	const guint width = 100;
	gsize left = strlen(trail);

	if (left <= REPORT_TRAIL_INLINE) {
		g_string_append(out, trail);
		return;
	}
	while (left > width - indent) {
		g_string_append_len(out, trail, width - indent);
		g_string_append_printf(out, "\n%*s", (int)indent, "");
		trail += width - indent;
		left -= width - indent;
	}
	g_string_append(out, trail);
}

static void append_limits(GString *text, const struct limits *limits)
{
	const char *separator = " --limit ";
	guint i;

	for (i = 0; i < BOUND_COUNT; i++) {
		if (!(limits->given & BIT(i)))
			continue;
		g_string_append_printf(text, "%s%s=", separator, bound_key((enum bound)i));
		if (limits->bounds.set & BIT(i))
			g_string_append_printf(text, "%u", limits->bounds.most[i]);
		else
			g_string_append(text, "any");
		separator = ",";
	}
}

static void append_trail(GString *text, const char *trail)
{
	if (strlen(trail) > REPORT_TRAIL_INLINE) {
		g_string_append(text, " --trail - <<'END'\n");
		report_trail_append(text, trail, 0);
		g_string_append(text, "\nEND");
	} else {
		g_string_append(text, " --trail");
		append_word(text, trail);
	}
}

/* `trail`, or with NULL the command that was given. */
static char *command_text(const struct outcome *o, const char *trail)
{
	GString *text = g_string_new("staleline");
	const struct scenario_cell *cell = o->cell;

	g_string_append(text, trail ? " replay" : o->explored ? " explore" : " run");
	append_word(text, o->scenario->path);
	/* a strategy that was given on the command line has to be given again */
	if (cell->strategy && !cell->strategy_at) {
		g_string_append(text, " --strategy");
		append_word(text, cell->strategy);
	}
	if (o->scenario->mutation) {
		g_string_append(text, " --mutation");
		append_word(text, o->scenario->mutation);
	}
	if (*cell->id) {
		g_string_append(text, " --cell");
		append_word(text, cell->id);
	}
	if (!trail && o->explored)
		append_limits(text, &o->scenario->limits);
	if (!trail && !o->explored && !cell->schedule && strcmp(o->schedule, "default")) {
		g_string_append(text, " --schedule");
		append_word(text, o->schedule);
	}
	if (trail)
		append_trail(text, trail);
	return g_string_free(text, FALSE);
}

char *report_replay_mutant(const struct scenario *s, const struct scenario_cell *cell,
			   const char *mutation, const char *trail)
{
	GString *text = g_string_new("staleline replay");

	append_word(text, s->path);
	g_string_append(text, " --mutation");
	append_word(text, mutation);
	if (*cell->id) {
		g_string_append(text, " --cell");
		append_word(text, cell->id);
	}
	append_trail(text, trail);
	return g_string_free(text, FALSE);
}

char *report_replay_command(const struct outcome *o, const struct found *f)
{
	gboolean replays = (f && f->trail.length) || o->trail.length;
	g_autofree char *trail = replays ? report_trail(o, f) : NULL;

	return command_text(o, trail);
}

char *report_worst_trail(const struct outcome *o, const struct worst *w)
{
	char *printed, *text;

	if (!w->trail.length)
		return NULL;
	printed = trail_print(&o->compiled->cell, w->trail.choice, w->trail.length);
	text = g_strdup(printed);
	free(printed);
	return text;
}

char *report_worst_command(const struct outcome *o, const struct worst *w)
{
	g_autofree char *trail = report_worst_trail(o, w);

	return trail ? command_text(o, trail) : NULL;
}
