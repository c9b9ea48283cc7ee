// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "progress.h"
#include "scenario/words.h"
#include "session.h"
#include "shrink/shrink.h"

#define BUDGET 10000
#define MAX_STATES 1000000

/* -1, or the exit code after saying what is wrong. */
static int rule_take(const struct command *command, const char *name, int *ret)
{
	const char *names[RULE_COUNT + 1] = {0};
	const char *near;
	guint i;

	*ret = -1;
	for (i = 0; i < RULE_COUNT; i++) {
		names[i] = rule_name(i);
		if (name && !strcmp(names[i], name))
			*ret = (int)i;
	}
	if (!name || *ret >= 0)
		return -1;
	near = words_nearest(name, names);
	if (near)
		return cmd_usage(command, "--rule: no rule is called `%s`; did you mean `%s`?",
				 name, near);
	return cmd_usage(command,
			 "--rule: no rule is called `%s`; `staleline list rules` shows the names",
			 name);
}

/* A step of the cell, by the name that reports give it. */
static int step_check(const struct command *command, struct scenario *scenario,
		      const struct scenario_cell *cell, const char *name)
{
	struct compiled *c = scenario_compile(scenario, cell, NULL, TRUE);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	gboolean known = FALSE;
	const char *near;
	guint i;
	int end = -1;

	for (i = 0; i <= c->infos->len; i++) {
		char *have = compiled_step_name(c, i < c->infos->len ? i : NO_ID);

		known |= !strcmp(have, name);
		g_ptr_array_add(names, have);
	}
	g_ptr_array_add(names, NULL);
	near = words_nearest(name, (const char *const *)names->pdata);
	if (!known && near)
		end = cmd_usage(command, "--step: the cell has no step `%s`; did you mean `%s`?",
				name, near);
	else if (!known)
		end = cmd_usage(
			command,
			"--step: the cell has no step `%s`; expected CONTEXT.STEP, the step "
			"by its id or its name, or `the end`",
			name);
	compiled_free(c);
	return end;
}

static int result_put(const struct command *command, const struct session *s,
		      const struct shrink_result *r)
{
	g_autoptr(GError) error = NULL;

	if (!r->text)
		return EXIT_OK;
	if (!s->options.output) {
		fputs(r->text, stdout);
		return EXIT_OK;
	}
	if (!g_file_set_contents(s->options.output, r->text, -1, &error))
		return cmd_usage(command, "--output: %s", error->message);
	printf("%s: %u of %u steps and %u of %u contexts are left, after %u tries\n",
	       s->options.output, r->steps, r->steps_before, r->contexts, r->contexts_before,
	       r->tries);
	return EXIT_OK;
}

static int conclude(const struct command *command, const struct session *s, const char *cell,
		    const struct shrink_result *r)
{
	int end = result_put(command, s, r);

	if (end != EXIT_OK)
		return end;
	switch (r->end) {
	case SHRINK_DONE:
		return EXIT_OK;
	case SHRINK_LIMIT:
		fprintf(stderr, "staleline: %s: not proven to be minimal: ", cell);
		if (r->short_tries)
			fprintf(stderr, "%u of the last tries hit the limit of states or steps\n",
				r->short_tries);
		else
			fprintf(stderr, "a limit ended it after %u tries\n", r->tries);
		return EXIT_LIMIT;
	case SHRINK_NOTHING:
		fprintf(stderr, "staleline: %s: nothing to shrink: found %s\n", cell, r->found);
		return EXIT_FOUND;
	case SHRINK_REFUSED:
		fprintf(stderr, "staleline: %s: nothing to shrink: refused: %s\n", cell, r->found);
		return EXIT_FOUND;
	case SHRINK_UNKNOWN:
		fprintf(stderr, "staleline: %s: a limit was hit first: found %s\n", cell, r->found);
		return EXIT_LIMIT;
	case SHRINK_INTERRUPTED:
		fprintf(stderr, "staleline: %s: interrupted after %u tries%s\n", cell, r->tries,
			r->text ? ": not proven to be minimal" : "");
		return EXIT_INTERRUPTED;
	}
	return EXIT_INTERNAL;
}

static int shrink_cell(const struct command *command, struct session *s, struct scenario *scenario,
		       const struct scenario_cell *cell)
{
	g_autofree char *folder = s->options.output ? g_path_get_dirname(s->options.output) :
						      g_strdup(scenario->base);
	g_autofree char *name = report_cell_name(scenario, cell);
	struct shrink_options options = {
		.step = s->options.step,
		.cause = s->options.cause,
		.folder = folder,
		.budget = s->options.budget ? s->options.budget : BUDGET,
		.limits = s->limits,
	};
	struct shrink_result result;
	int end = rule_take(command, s->options.rule, &options.rule);

	if (end < 0 && s->options.step)
		end = step_check(command, scenario, cell, s->options.step);
	if (end >= 0)
		return end;
	if (!options.limits.max_states)
		options.limits.max_states = MAX_STATES;
	/* what several threads see before such a limit differs from run to run, and so would the result */
	options.limits.jobs = 1;
	shrink(scenario, cell, &options, &result);
	progress_clear();
	end = conclude(command, s, name, &result);
	shrink_result_clear(&result);
	return end;
}

int cmd_shrink(int argc, char **argv)
{
	const struct command *command = cmd_find("shrink");
	const struct scenario_cell *only = NULL;
	struct scenario *scenario;
	struct session s;
	guint i, selected = 0;
	int end = session_open(&s, command, REPORT_RUN,
			       TAKES_CELLS | TAKES_SEARCH | TAKES_STEPS | TAKES_SHRINK, argc, argv);

	if (end >= 0)
		return end;
	scenario = s.scenarios->pdata[0];
	for (i = 0; i < scenario->cells->len; i++) {
		if (!cmd_selected(&s.options, scenario->cells->pdata[i]))
			continue;
		only = scenario->cells->pdata[i];
		selected++;
	}
	if (s.scenarios->len != 1)
		end = cmd_usage(command, "shrink takes one file");
	else if (!only)
		end = cmd_usage(command, "no cell is selected");
	else if (selected > 1)
		end = cmd_usage(command,
				"shrink takes one cell, and %u are selected; choose it with --cell",
				selected);
	else
		end = shrink_cell(command, &s, scenario, only);
	session_abandon(&s);
	return end;
}
