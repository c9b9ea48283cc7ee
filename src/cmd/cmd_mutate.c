// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "progress.h"
#include "report/mutants.h"
#include "scenario/presets.h"
#include "scenario/words.h"
#include "session.h"

/* Names and words for groups of them, one by one; a name that there is none of ends the command. */
static int routines_take(const struct command *command, char **given, GPtrArray *routines)
{
	guint i, j;

	for (i = 0; given && given[i]; i++) {
		g_auto(GStrv) group = mutation_group(given[i]);
		const char *near;

		if (!group) {
			near = words_nearest(given[i], mutation_routines());
			return near ? cmd_usage(command, "no routine `%s`; did you mean `%s`?",
						given[i], near) :
				      cmd_usage(command,
						"no routine `%s`; `staleline list lines` shows all",
						given[i]);
		}
		for (j = 0; group[j]; j++)
			if (!g_ptr_array_find_with_equal_func(routines, group[j], g_str_equal,
							      NULL))
				g_ptr_array_add(routines, g_strdup(group[j]));
	}
	g_ptr_array_add(routines, NULL);
	return -1;
}

static GArray *cells_of(const struct session *s)
{
	GArray *cells = g_array_new(FALSE, FALSE, sizeof(struct mutant_cell));
	guint i, j;

	for (i = 0; i < s->scenarios->len; i++) {
		struct scenario *scenario = s->scenarios->pdata[i];

		for (j = 0; j < scenario->cells->len; j++) {
			struct mutant_cell at = {scenario, scenario->cells->pdata[j]};

			if (cmd_selected(&s->options, at.cell) && cmd_explores(scenario, j))
				g_array_append_val(cells, at);
		}
	}
	return cells;
}

static int unused_say(const struct command *command, const char *name)
{
	g_auto(GStrv) names = presets_names("strategies");
	const char *near = words_nearest(name, (const char *const *)names);

	/* a name that is right is not explained by its neighbour */
	if (near && strcmp(near, name))
		return cmd_usage(command,
				 "no cell selected has the strategy `%s`; did you mean `%s`?", name,
				 near);
	return cmd_usage(command, "no cell selected has the strategy `%s`", name);
}

static int mutate(const struct session *s, const struct command *command, char **strategies,
		  char **routines)
{
	g_autoptr(GArray) cells = cells_of(s);
	const char *unused;
	struct mutants *m =
		mutants_make(cells, strategies, routines, &s->limits, progress_cell, &unused);
	int end;

	progress_clear();
	if (unused) {
		end = unused_say(command, unused);
	} else if (!m->places->len && !m->cut_short && !m->interrupted) {
		fputs("staleline: no cell is selected\n", stderr);
		end = EXIT_USAGE;
	} else {
		if (s->options.jsonl)
			mutants_jsonl(m);
		else
			mutants_human(m, s->options.report.trails);
		end = m->interrupted                                        ? EXIT_INTERRUPTED :
		      mutants_count(m, MUTANT_INCONCLUSIVE) || m->cut_short ? EXIT_LIMIT :
									      EXIT_OK;
	}
	mutants_free(m);
	return end;
}

int cmd_mutate(int argc, char **argv)
{
	g_autoptr(GPtrArray) routines = g_ptr_array_new_with_free_func(g_free);
	static char *none[] = {NULL};
	const struct command *command = cmd_find("mutate");
	struct session s;
	int end = session_open(&s, command, REPORT_EXPLORE,
			       TAKES_TARGETS | TAKES_FORMAT | TAKES_SEARCH | TAKES_PRINT_TRAIL,
			       argc, argv);

	if (end >= 0)
		return end;
	end = routines_take(command, s.options.routines, routines);
	if (end < 0 && !routines->pdata[0] && !s.options.targets)
		end = cmd_usage(command, "mutate what? --strategy NAME or --routine NAME");
	if (end < 0)
		end = mutate(&s, command, s.options.targets ? s.options.targets : none,
			     (char **)routines->pdata);
	session_abandon(&s);
	return end;
}
