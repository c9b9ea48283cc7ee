// SPDX-License-Identifier: GPL-2.0-or-later
#include "session.h"

static gboolean explores(const struct session *s, const struct scenario *scenario, guint at)
{
	(void)s;
	return cmd_explores(scenario, at);
}

static struct outcome *execute(struct session *s, struct scenario *scenario,
			       const struct scenario_cell *cell)
{
	return outcome_explore(scenario, cell, &s->limits);
}

int cmd_explore(int argc, char **argv)
{
	const struct command *command = cmd_find("explore");
	struct session s;
	int end = session_open(&s, command, REPORT_EXPLORE,
			       TAKES_CELLS | TAKES_FORMAT | TAKES_DETAIL | TAKES_SEARCH |
				       TAKES_LIMIT | TAKES_RANDOM | TAKES_FIRST | TAKES_MUTATION |
				       TAKES_WORST,
			       argc, argv);

	if (end >= 0)
		return end;
	session_execute(&s, explores, execute);
	return session_close(&s);
}
