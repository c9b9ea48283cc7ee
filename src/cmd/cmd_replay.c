// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

/* HASH/TRAIL: a trail of another version of the file is not repeated. */
static const char *trail_text(const struct scenario *scenario, const char *given, gboolean *other)
{
	const char *slash = strchr(given, '/');
	char hash[17];

	*other = FALSE;
	if (!slash)
		return given;
	g_snprintf(hash, sizeof(hash), "%016" G_GINT64_MODIFIER "x", scenario_hash(scenario));
	*other = slash - given != 16 || strncmp(given, hash, 16);
	return slash + 1;
}

static int replay(struct session *s, const struct command *command, struct scenario *scenario,
		  const struct scenario_cell *cell)
{
	struct trail trail = {0};
	struct outcome *o;
	const char *text, *error;
	gboolean other;
	guint diverged, length;
	u32 at;

	text = trail_text(scenario, s->options.trail, &other);
	if (other)
		return cmd_usage(command, "this trail belongs to another version of %s",
				 scenario->path);
	error = trail_parse(&trail, text, &at);
	if (error) {
		trail_free(&trail);
		return cmd_usage(command, "--trail: %s, at character %u: `%.20s`", error, at + 1,
				 text + at);
	}
	o = outcome_replay(scenario, cell, &trail, &s->limits, &diverged);
	length = trail.length;
	if (!o->refused && diverged < length && !o->interrupted) {
		struct trail rest = {.choice = trail.choice + diverged, .length = 1};
		char *wanted = trail_print(&rest);

		fprintf(stderr,
			"staleline: the trail diverges: its choice %u (%s) is not possible there\n",
			diverged + 1, wanted ? wanted + 2 : "?");
		free(wanted);
		trail_free(&trail);
		outcome_free(o);
		return EXIT_USAGE;
	}
	o->trail = trail;
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
			       TAKES_CELLS | TAKES_FORMAT | TAKES_DETAIL | TAKES_TRAIL, argc, argv);

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
	else if (!only)
		cmd_usage(command, "no cell is selected");
	else
		end = replay(&s, command, scenario, only);
	if (end < 0)
		return session_close(&s);
	session_abandon(&s);
	return end;
}
