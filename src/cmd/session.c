// SPDX-License-Identifier: GPL-2.0-or-later
#include "session.h"

#include <stdio.h>

#include "judge/expectation.h"
#include "progress.h"

struct session_job {
	struct scenario *scenario;
	const struct scenario_cell *cell;
};

void session_abandon(struct session *s)
{
	g_ptr_array_unref(s->scenarios);
	diag_free(s->diag);
	cmd_options_clear(&s->options);
}

int session_open(struct session *s, const struct command *command, enum report_mode mode,
		 guint takes, int argc, char **argv)
{
	int end;

	*s = (struct session){0};
	end = cmd_options_parse(&s->options, command, takes, &argc, &argv);
	if (end >= 0) {
		cmd_options_clear(&s->options);
		return end;
	}
	if (!s->options.files) {
		cmd_options_clear(&s->options);
		return cmd_usage(command, "%s: no scenario file is given", command->name);
	}
	s->diag = diag_new();
	s->scenarios = cmd_load(&s->options, s->diag, mode == REPORT_TEST);
	if (!s->scenarios) {
		diag_free(s->diag);
		cmd_options_clear(&s->options);
		return EXIT_USAGE;
	}
	end = cmd_cells_check(&s->options, command, s->scenarios);
	if (end < 0)
		end = cmd_mutation_check(&s->options, command, s->scenarios);
	if (end >= 0) {
		session_abandon(s);
		return end;
	}
	s->options.report.mode = mode;
	s->limits = cmd_outcome_options(&s->options);
	s->reporter.options = &s->options.report;
	if (s->options.jsonl)
		report_jsonl(&s->reporter);
	else
		report_human(&s->reporter);
	return -1;
}

static guint violations_of(const struct outcome *o)
{
	guint i, n = 0;

	for (i = 0; i < o->found.count; i++)
		n += !o->found.item[i].finding.warning;
	return n;
}

void session_execute(struct session *s,
		     gboolean (*wanted)(const struct session *s, const struct scenario *scenario,
					guint index),
		     struct outcome *(*execute)(struct session *s, struct scenario *scenario,
						const struct scenario_cell *cell))
{
	g_autoptr(GArray) jobs = g_array_new(FALSE, FALSE, sizeof(struct session_job));
	guint i, j;

	for (i = 0; i < s->scenarios->len; i++) {
		struct scenario *scenario = s->scenarios->pdata[i];

		for (j = 0; j < scenario->cells->len; j++) {
			struct session_job job = {scenario, scenario->cells->pdata[j]};

			if (cmd_selected(&s->options, job.cell) &&
			    (!wanted || wanted(s, scenario, j)))
				g_array_append_val(jobs, job);
		}
	}
	s->options.report.single = jobs->len == 1;
	for (i = 0; i < jobs->len && !cmd_was_interrupted(); i++) {
		const struct session_job *job = &g_array_index(jobs, struct session_job, i);

		progress_cell(i + 1, jobs->len, job->cell->id);
		session_report(s, execute(s, job->scenario, job->cell));
	}
	/* what Ctrl-C left undone was selected all the same */
	s->tally.skipped = jobs->len - s->tally.cells;
}

void session_report(struct session *s, struct outcome *o)
{
	g_autofree char *mismatch = NULL;
	struct tally *t = &s->tally;

	t->cells++;
	t->states += o->states;
	t->transitions += o->transitions;
	t->violations += violations_of(o);
	t->violated += o->verdict == VERDICT_VIOLATES;
	t->refused += o->verdict == VERDICT_REFUSED;
	t->warned += o->warned != 0;
	t->inconclusive += !o->complete && o->verdict != VERDICT_REFUSED;
	if (s->options.report.mode == REPORT_TEST) {
		mismatch = expectation_mismatch(o);
		if (!mismatch && o->complete)
			t->passed++;
		else
			t->failed++;
		if (mismatch && (o->complete || expectation_contradicted(o)))
			t->wrong++;
	}
	progress_clear();
	s->reporter.cell(&s->reporter, o, mismatch);
	outcome_free(o);
}

int session_close(struct session *s)
{
	struct tally t = s->tally;
	gboolean test = s->options.report.mode == REPORT_TEST;
	int end;

	if (!t.cells && !t.skipped) {
		fputs("staleline: no cell is selected\n", stderr);
		end = EXIT_USAGE;
	} else {
		s->reporter.end(&s->reporter, &t);
		if (cmd_was_interrupted())
			end = EXIT_INTERRUPTED;
		else if (test)
			end = t.wrong ? EXIT_FOUND : t.failed ? EXIT_LIMIT : EXIT_OK;
		else
			end = t.violated ? EXIT_FOUND : t.inconclusive ? EXIT_LIMIT : EXIT_OK;
	}
	session_abandon(s);
	return end;
}
