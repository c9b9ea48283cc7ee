// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell_hash.h"
#include "explore/trailtext.h"
#include "judge/divergence.h"
#include "report/choices.h"
#include "session.h"
#include "tui/tui.h"

/* The text of --trail: as given, of a file (@FILE), or of standard input (-); NULL after saying what is wrong. */
static char *trail_read(const struct command *command, const char *given, const char **name)
{
	g_autoptr(GError) error = NULL;
	char *text = NULL;
	gboolean read;
	gsize length;

	*name = "--trail";
	if (*given != '@' && strcmp(given, "-"))
		return g_strdup(given);
	*name = *given == '@' ? given + 1 : "standard input";
	read = g_file_get_contents(*given == '@' ? *name : "/dev/stdin", &text, &length, &error);
	if (!read) {
		cmd_usage(command, "--trail: %s", error->message);
		return NULL;
	}
	return text;
}

static void faults_print(const struct session *s)
{
	GString *text = g_string_new(NULL);

	diag_print(s->diag, text, s->options.colour_errors);
	fputs(text->str, stderr);
	g_string_free(text, TRUE);
}

static gboolean trail_parsed(struct session *s, struct trail *trail, const char *text,
			     const char *name)
{
	const struct diag_source *src = diag_add_source(s->diag, name, text, strlen(text));
	struct diag_fault *fault;
	bool version;
	u32 at;
	const char *error = trail_parse(trail, text, &at, &version);

	if (!error)
		return TRUE;
	fault = diag_error(s->diag, version ? "E0301" : "E0300",
			   diag_source_span(src, at, (gsize)at + (text[at] != 0)), "trail: %s",
			   error);
	if (version)
		diag_help(fault,
			  "trails are read by the program that printed them, and later ones; "
			  "those of version 1 are not: print it again");
	faults_print(s);
	return FALSE;
}

static void report_divergence(const struct session *s, const struct outcome *o,
			      const struct divergence *d, gboolean other)
{
	const struct step_info *info = compiled_info(o->compiled, d->place);
	const struct step_info *wanted = compiled_info(o->compiled, d->wanted);
	struct span span = info && info->span.src ? info->span :
						    diag_source_whole(o->scenario->tree->src);
	struct diag_fault *fault =
		diag_error(s->diag, "E0303", span,
			   "the trail does not fit: expected at its choice %" G_GUINT64_FORMAT
			   " (%s): %s; got: %s",
			   (guint64)d->at, d->choice, d->expected, d->got);
	guint i;

	if (info)
		diag_primary_label(fault, "%s is here",
				   compiled_context_name(o->compiled, info->context));
	if (wanted && wanted != info && wanted->span.src)
		diag_label(fault, wanted->span, "the trail goes into this step");
	if (d->at > 1)
		diag_note(fault, "the %" G_GUINT64_FORMAT " choice%s before it fit%s",
			  (guint64)d->at - 1, d->at > 2 ? "s" : "", d->at > 2 ? "" : "s");
	for (i = 0; i < d->possible->len; i++)
		diag_note(fault, "possible instead: %s", (char *)d->possible->pdata[i]);
	if (other)
		diag_note(fault, "the trail was made for another version of this cell");
	faults_print(s);
}

static void report_other_cell(const struct session *s, const struct outcome *o)
{
	struct diag_fault *fault =
		diag_error(s->diag, "E0302", diag_source_whole(o->scenario->tree->src),
			   "the trail was made for another version of this cell");

	diag_note(fault,
		  "every choice of it is possible here, and does what the trail says; so what "
		  "differs is the machine, the size of something, or a place");
	diag_help(fault,
		  "to take its choices in this cell, leave the hash out: `2:` and what follows it");
	faults_print(s);
}

/* The exit code is that of the replay, however far the user went. */
static int step_through(const struct command *command, const struct outcome *o, gboolean colour)
{
	switch (tui_replay(o, colour)) {
	case TUI_QUIT:
		break;
	case TUI_INTERRUPTED:
		return EXIT_INTERRUPTED;
	case TUI_NO_TERMINAL:
		return cmd_usage(command,
				 "--interactive: standard input and output are no terminal");
	case TUI_NO_MEMORY:
		return cmd_usage(command, "--interactive: not enough memory");
	}
	return o->verdict == VERDICT_VIOLATES ? EXIT_FOUND : EXIT_OK;
}

static int replay(struct session *s, const struct command *command, struct scenario *scenario,
		  const struct scenario_cell *cell)
{
	struct trail trail = {0};
	g_autofree char *text = NULL;
	gboolean other;
	struct divergence d;
	struct outcome *o;
	const char *name;
	int end = -1;

	text = trail_read(command, s->options.trail, &name);
	if (!text || !trail_parsed(s, &trail, text, name)) {
		trail_free(&trail);
		return EXIT_USAGE;
	}
	o = divergence_replay(scenario, cell, &trail, &s->limits, &d);
	other = o->trail.cell && o->trail.cell != cell_hash(&o->compiled->cell);
	if (d.found) {
		report_divergence(s, o, &d, other);
		end = EXIT_USAGE;
	} else if (other && !o->refused && !o->interrupted) {
		report_other_cell(s, o);
		end = EXIT_USAGE;
	}
	divergence_clear(&d);
	if (end >= 0) {
		outcome_free(o);
		return end;
	}
	if (s->options.print && !o->refused) {
		g_autoptr(GString) list = g_string_new("the choices:\n\n");

		choices_append(list, o, &o->trail);
		puts(list->str);
	}
	if (s->options.interactive && !o->refused) {
		end = step_through(command, o, s->options.report.colour);
		outcome_free(o);
		return end;
	}
	s->options.report.single = TRUE;
	session_report(s, o);
	return -1;
}

int cmd_replay(int argc, char **argv)
{
	const struct command *command = cmd_find("replay");
	const struct scenario_cell *only = NULL;
	struct scenario *scenario;
	struct session s;
	guint i;
	int end = session_open(&s, command, REPORT_REPLAY,
			       TAKES_CELLS | TAKES_FORMAT | TAKES_DETAIL | TAKES_TRAIL |
				       TAKES_MUTATION,
			       argc, argv);

	if (end >= 0)
		return end;
	end = EXIT_USAGE;
	scenario = s.scenarios->pdata[0];
	for (i = 0; i < scenario->cells->len; i++) {
		if (!cmd_selected(&s.options, scenario->cells->pdata[i]))
			continue;
		if (only) {
			cmd_usage(command, "a trail belongs to one cell; choose it with --cell");
			session_abandon(&s);
			return EXIT_USAGE;
		}
		only = scenario->cells->pdata[i];
	}
	if (s.scenarios->len != 1)
		cmd_usage(command, "a trail belongs to one file");
	else if (!s.options.trail)
		cmd_usage(command, "--trail is missing");
	else if ((s.options.print || s.options.interactive) && s.options.jsonl)
		cmd_usage(command, "--%s is for people: it does not go with --format jsonl",
			  s.options.print ? "print" : "interactive");
	else if (s.options.interactive && !strcmp(s.options.trail, "-"))
		cmd_usage(command,
			  "--interactive reads keys from standard input: give the trail as "
			  "--trail @FILE");
	else if (!only)
		cmd_usage(command, "no cell is selected");
	else
		end = replay(&s, command, scenario, only);
	if (end < 0)
		return session_close(&s);
	session_abandon(&s);
	return end;
}
