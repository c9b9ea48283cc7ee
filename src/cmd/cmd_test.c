// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "session.h"

static struct outcome *execute(struct session *s, struct scenario *scenario,
			       const struct scenario_cell *cell)
{
	if (!cell->schedule || !strcmp(cell->schedule, "all"))
		return outcome_explore(scenario, cell, &s->limits);
	return outcome_run(scenario, cell, cell->schedule, &s->limits);
}

int cmd_test(int argc, char **argv)
{
	const struct command *command = cmd_find("test");
	struct session s;
	int end = session_open(&s, command, REPORT_TEST,
			       TAKES_CELLS | TAKES_FORMAT | TAKES_DETAIL | TAKES_SEARCH |
				       TAKES_LIMIT | TAKES_STEPS,
			       argc, argv);

	if (end >= 0)
		return end;
	session_execute(&s, NULL, execute);
	return session_close(&s);
}
