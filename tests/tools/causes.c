// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which causes are claimed of the data violations that are found, and what became of the claims when they were
 * checked:
 *
 *	causes [OPTION …] PATH …            scenarios, and those in folders
 *	causes [OPTION …] --seeds N FIRST   N scenarios made by chance, from the seed FIRST on
 *
 *	--states N     explore each cell up to N states (20000)
 *	--all          a line for each violation without a cause, and for each with a refuted claim
 *	--strict       exit status 1 when a violation has no cause, when a claim was refuted on the way to it, or when it
 *	               cannot be recorded
 *	--unknown N    exit status 1 when more than N in 1000 violations have no cause
 *
 * Each cell is explored, and its named schedules are run. Prints a table: per cause how often it was confirmed, how
 * often it was tried and refuted; and how many violations have no cause that stands. Exit status 1, too, when
 * a violation is not repeated by the way it is checked: then no check is worth anything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "../../src/cmd/cmd.h"
#include "../../src/judge/check.h"
#include "../naive/generate.h"

struct figures {
	gboolean all, strict;
	guint64 states, unknown_most; /* in 1000 */
	guint cells, violations, not_repeated, unsound;
	guint confirmed[CAUSE_COUNT], refuted[CAUSE_COUNT];
	guint unknown_tried; /* of those without a cause: with claims that did not stand */
};

static void print_refuted(u32 refuted)
{
	guint i;

	for (i = 0; i < CAUSE_COUNT; i++)
		if (refuted & BIT(i))
			printf(" not:%s", cause_name(i));
}

static gboolean data_rule(const struct finding *f)
{
	return !f->warning && f->page != NO_ID &&
	       (f->rule == R_WRONG_PAGE || f->rule == R_STALE_LOAD ||
		f->rule == R_STALE_DMA_READ || f->rule == R_LEAK || f->rule == R_LOST_WRITE);
}

static void tally_found(struct figures *t, const struct outcome *o, const struct found *f)
{
	struct history *h = history_record(o, f);
	g_autofree char *command = report_replay_command(o, f);
	struct explanation e;
	guint i;

	t->violations++;
	if (!h) {
		t->not_repeated++;
		printf("cannot be recorded: %s at %s\n", rule_name(f->finding.rule), command);
		return;
	}
	if (!check_baseline(h)) {
		t->unsound++;
		printf("cannot be repeated: %s at %s\n", rule_name(f->finding.rule), command);
	}
	explain(h, &e);
	for (i = 0; i < CAUSE_COUNT; i++)
		t->refuted[i] += e.refuted >> i & 1;
	t->confirmed[e.cause]++;
	t->unknown_tried += e.cause == CAUSE_UNKNOWN && e.refuted;
	if (t->all && (e.refuted || e.cause == CAUSE_UNKNOWN)) {
		printf("%s: %s", cause_name(e.cause), rule_name(f->finding.rule));
		print_refuted(e.refuted);
		printf("\n  %s\n", command);
	}
	history_free(h);
}

static void tally_outcome(struct figures *t, struct outcome *o)
{
	guint i;

	t->cells++;
	for (i = 0; i < o->found.count; i++)
		if (data_rule(&o->found.item[i].finding))
			tally_found(t, o, &o->found.item[i]);
	outcome_free(o);
}

static void tally_cell(struct figures *t, struct scenario *s, const struct scenario_cell *cell)
{
	const struct outcome_options options = {.max_states = t->states, .max_steps = 100000};
	g_auto(GStrv) names = scenario_schedules(s);
	guint i;

	if (!cell->schedule || !strcmp(cell->schedule, "all"))
		tally_outcome(t, outcome_explore(s, cell, &options));
	for (i = 0; names[i]; i++)
		if (!cell->schedule || !strcmp(cell->schedule, names[i]))
			tally_outcome(t, outcome_run(s, cell, names[i], &options));
}

static gboolean tally_paths(struct figures *t, char **paths)
{
	struct cmd_options options = {.files = paths};
	struct diag *diag = diag_new();
	GPtrArray *scenarios = cmd_load(&options, diag, FALSE);
	guint i, j;

	for (i = 0; scenarios && i < scenarios->len; i++) {
		struct scenario *s = scenarios->pdata[i];

		for (j = 0; j < s->cells->len; j++)
			tally_cell(t, s, s->cells->pdata[j]);
	}
	if (scenarios)
		g_ptr_array_unref(scenarios);
	diag_free(diag);
	return scenarios != NULL;
}

static gboolean tally_seeds(struct figures *t, guint64 count, guint64 first)
{
	const struct scenario_options options = {0};
	g_autofree char *dir = g_dir_make_tmp("staleline-causes-XXXXXX", NULL);
	gboolean well = TRUE;
	guint64 seed;
	guint j;

	for (seed = first; well && seed < first + count; seed++) {
		g_autofree char *path =
			g_strdup_printf("%s/%" G_GUINT64_FORMAT ".yaml", dir, seed);
		g_autofree char *text = generate_scenario(seed);
		struct diag *diag = diag_new();
		struct scenario *s;

		well = g_file_set_contents(path, text, -1, NULL);
		s = scenario_load(diag, path, &options);
		for (j = 0; s && j < s->cells->len; j++)
			tally_cell(t, s, s->cells->pdata[j]);
		well &= s != NULL;
		if (s)
			scenario_free(s);
		diag_free(diag);
		g_unlink(path);
	}
	g_rmdir(dir);
	return well;
}

/* Prints the table; is all as it should be? */
static gboolean tally_print(const struct figures *t)
{
	guint i, confirmed = 0, refuted = 0, unknown = t->confirmed[CAUSE_UNKNOWN];

	printf("%-24s %9s %9s\n", "cause", "confirmed", "refuted");
	for (i = CAUSE_UNKNOWN + 1; i < CAUSE_COUNT; i++) {
		printf("%-24s %9u %9u\n", cause_name(i), t->confirmed[i], t->refuted[i]);
		confirmed += t->confirmed[i];
		refuted += t->refuted[i];
	}
	printf("%-24s %9u %9u\n", "all", confirmed, refuted);
	printf("%u outcomes, %u data violations: %u with a cause, %u without (%u of them after claims "
	       "that did not stand), %u could not be recorded, %u not repeated\n",
	       t->cells, t->violations, confirmed, unknown, t->unknown_tried, t->not_repeated,
	       t->unsound);
	return !t->unsound && !(t->strict && (unknown || refuted || t->not_repeated)) &&
	       unknown * (guint64)1000 <= t->unknown_most * t->violations;
}

static int usage(void)
{
	fputs("usage: causes [--all] [--strict] [--states N] [--unknown N] PATH … | --seeds N FIRST\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct figures t = {.states = 20000, .unknown_most = 1000};
	gboolean well;

	for (argv++, argc--; argc > 0; argv++, argc--) {
		if (!strcmp(argv[0], "--all")) {
			t.all = TRUE;
		} else if (!strcmp(argv[0], "--strict")) {
			t.strict = TRUE;
		} else if (!strcmp(argv[0], "--unknown") && argc > 1) {
			t.unknown_most = g_ascii_strtoull(argv[1], NULL, 10);
			argv++;
			argc--;
		} else if (!strcmp(argv[0], "--states") && argc > 1) {
			t.states = g_ascii_strtoull(argv[1], NULL, 10);
			argv++;
			argc--;
		} else {
			break;
		}
	}
	if (argc == 3 && !strcmp(argv[0], "--seeds"))
		well = tally_seeds(&t, g_ascii_strtoull(argv[1], NULL, 10),
				   g_ascii_strtoull(argv[2], NULL, 10));
	else if (argc > 0 && argv[0][0] != '-')
		well = tally_paths(&t, argv);
	else
		return usage();
	if (!well)
		return 2;
	return tally_print(&t) ? 0 : 1;
}
