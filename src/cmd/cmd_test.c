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
	guint i, j;
	int end = session_open(&s, command, REPORT_TEST,
			       TAKES_CELLS | TAKES_FORMAT | TAKES_STATES | TAKES_STEPS, argc, argv);

	if (end >= 0)
		return end;
	for (i = 0; i < s.scenarios->len; i++) {
		struct scenario *scenario = s.scenarios->pdata[i];

		for (j = 0; j < scenario->cells->len; j++) {
			const struct scenario_cell *cell = scenario->cells->pdata[j];

			if (cmd_selected(&s.options, cell))
				session_add(&s, scenario, cell);
		}
	}
	session_execute(&s, execute);
	return session_close(&s);
}
