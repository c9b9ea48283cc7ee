// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "session.h"

/* Cells alike but for their schedule are one exploration: the one called `all`, else the first. */
static gboolean explores(const struct session *s, const struct scenario *scenario, guint at)
{
	const struct scenario_cell *cell = scenario->cells->pdata[at];
	guint i, k;

	(void)s;
	if (!cell->schedule || !strcmp(cell->schedule, "all"))
		return TRUE;
	for (i = 0; i < scenario->cells->len; i++) {
		const struct scenario_cell *other = scenario->cells->pdata[i];
		gboolean alike = i != at;

		for (k = 0; k < scenario->axes->len; k++) {
			const char *name = ((struct axis *)scenario->axes->pdata[k])->name;

			if (strcmp(name, "schedule"))
				alike &= g_hash_table_lookup(cell->axis, name) ==
					 g_hash_table_lookup(other->axis, name);
		}
		if (alike && (i < at || !strcmp(other->schedule, "all")))
			return FALSE;
	}
	return TRUE;
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
				       TAKES_FIRST | TAKES_MUTATION,
			       argc, argv);

	if (end >= 0)
		return end;
	session_execute(&s, explores, execute);
	return session_close(&s);
}
