// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "scenario/words.h"
#include "session.h"

/* --schedule names a schedule of every file; 0 when all have it. */
static int schedule_check(struct session *s, const struct command *command)
{
	guint i;

	for (i = 0; s->options.schedule && i < s->scenarios->len; i++) {
		struct scenario *scenario = s->scenarios->pdata[i];
		g_auto(GStrv) names = scenario_schedules(scenario);
		const char *near = words_nearest(s->options.schedule, (const char *const *)names);

		if (g_strv_contains((const char *const *)names, s->options.schedule))
			continue;
		if (near)
			return cmd_usage(command, "%s has no schedule `%s`; did you mean `%s`?",
					 scenario->path, s->options.schedule, near);
		return cmd_usage(command, "%s has no schedule `%s`", scenario->path,
				 s->options.schedule);
	}
	return -1;
}

/* Cells of one schedule, or of none when the file has no such axis; `all` is for explore. */
static gboolean runs(const struct session *s, const struct scenario *scenario, guint index)
{
	const struct scenario_cell *cell = scenario->cells->pdata[index];

	if (!cell->schedule)
		return TRUE;
	if (s->options.schedule)
		return !strcmp(cell->schedule, s->options.schedule);
	return strcmp(cell->schedule, "all") != 0;
}

static struct outcome *execute(struct session *s, struct scenario *scenario,
			       const struct scenario_cell *cell)
{
	return outcome_run(scenario, cell, cell->schedule ? cell->schedule : s->options.schedule,
			   &s->limits);
}

int cmd_run(int argc, char **argv)
{
	const struct command *command = cmd_find("run");
	struct session s;
	int end = session_open(&s, command, REPORT_RUN,
			       TAKES_CELLS | TAKES_SCHEDULE | TAKES_FORMAT | TAKES_DETAIL |
				       TAKES_STEPS | TAKES_PRINT_TRAIL | TAKES_MUTATION,
			       argc, argv);

	if (end >= 0)
		return end;
	end = schedule_check(&s, command);
	if (end >= 0) {
		session_abandon(&s);
		return end;
	}
	session_execute(&s, runs, execute);
	return session_close(&s);
}
