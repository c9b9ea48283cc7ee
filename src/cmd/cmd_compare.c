// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "progress.h"
#include "report/compare.h"
#include "session.h"

static gboolean selected(gconstpointer options, const struct scenario_cell *cell)
{
	if (!cmd_selected(options, cell))
		return FALSE;
	progress_cell(0, 0, cell->id);
	return TRUE;
}

static int compare(struct session *s, GHashTable *baseline)
{
	struct comparison *c = comparison_make(s->scenarios, &s->limits, selected, &s->options);
	guint changed = 0;
	int end = EXIT_OK;

	progress_clear();
	if (!c->rows->len) {
		fputs("staleline: no cell is selected\n", stderr);
		end = EXIT_USAGE;
	} else if (s->options.jsonl) {
		compare_jsonl(c);
	} else {
		compare_human(c);
	}
	if (baseline) {
		/* JSON lines stay JSON lines */
		FILE *out = s->options.jsonl ? stderr : stdout;

		changed = compare_baseline_check(c, baseline, out);
		fprintf(out, "changed since the baseline: %u\n", changed);
	}
	if (c->interrupted)
		end = EXIT_INTERRUPTED;
	else if (changed)
		end = EXIT_FOUND;
	else if (end == EXIT_OK && !comparison_complete(c))
		end = EXIT_LIMIT;
	comparison_free(c);
	return end;
}

int cmd_compare(int argc, char **argv)
{
	const struct command *command = cmd_find("compare");
	g_autoptr(GHashTable) baseline = NULL;
	g_autofree char *error = NULL;
	struct session s;
	int end = session_open(&s, command, REPORT_EXPLORE,
			       TAKES_CELLS | TAKES_FORMAT | TAKES_SEARCH | TAKES_LIMIT |
				       TAKES_BASELINE,
			       argc, argv);

	if (end >= 0)
		return end;
	if (s.options.baseline)
		baseline = compare_baseline_read(s.options.baseline, &error);
	if (error)
		end = cmd_usage(command, "--baseline: %s", error);
	else
		end = compare(&s, baseline);
	session_abandon(&s);
	return end;
}
