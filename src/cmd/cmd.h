/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of the program and what they share: options, the list of files, selecting cells.
 * Exit codes: 0 as expected or nothing found, 1 a finding or something unexpected, 2 bad input or usage,
 * 3 a limit was hit first, 70 an internal fault, 130 interrupted.
 */
#ifndef STALELINE_CMD_CMD_H
#define STALELINE_CMD_CMD_H

#include "report/report.h"

enum {
	EXIT_OK = 0,
	EXIT_FOUND = 1,
	EXIT_USAGE = 2,
	EXIT_LIMIT = 3,
	EXIT_INTERNAL = 70,
	EXIT_INTERRUPTED = 130
};

struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *details;
	int (*run)(int argc, char **argv);
};

extern const struct command commands[]; /* ends with an empty name */

int cmd_run(int argc, char **argv);
int cmd_explore(int argc, char **argv);
int cmd_test(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_expand(int argc, char **argv);
int cmd_schema(int argc, char **argv);
int cmd_mutate(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_shrink(int argc, char **argv);
int cmd_trace(int argc, char **argv);

/* Options that commands share; each takes those it names in `takes`. */
enum cmd_takes {
	TAKES_CELLS = 1 << 0, /* --strategy, --cell */
	TAKES_SCHEDULE = 1 << 1,
	TAKES_FORMAT = 1 << 2, /* --format */
	TAKES_SEARCH = 1 << 3, /* --max-states, --memory, --time, --jobs, --no-reduction, --exact */
	TAKES_STEPS = 1 << 4, /* --max-steps */
	TAKES_FIRST = 1 << 5,
	TAKES_TRAIL = 1 << 6, /* --trail, --print, --interactive */
	TAKES_BASELINE = 1 << 7,
	TAKES_DETAIL = 1 << 8, /* --quiet, --verbose, --all */
	TAKES_PRINT_TRAIL = 1 << 9,
	TAKES_SHRINK = 1 << 10, /* --rule, --step, --cause, --budget, --output */
	TAKES_MUTATION = 1 << 11,
	TAKES_TARGETS = 1 << 12, /* --strategy and --routine: what to mutate; --cell */
	TAKES_LIMIT = 1 << 13, /* --limit */
	TAKES_WORST = 1 << 14, /* --worst */
	TAKES_RANDOM = 1 << 15, /* --random, --seed, --priorities, with --max-steps */
};

struct cmd_options {
	char **files; /* as given */
	char **strategies; /* one by one; NULL: not given */
	GPtrArray *cells; /* of char ** key, value, key, value …; a cell must match one */
	char *schedule;
	char *trail;
	char *baseline;
	char *mutation;
	char **targets, **routines; /* to mutate, one by one; NULL: not given */
	struct limits limits;
	struct random_options random; /* schedules 0: none by chance */
	char *rule, *step, *output;
	guint64 budget; /* 0: not given */
	gboolean cause;
	gboolean jsonl;
	gboolean colour_errors;
	guint64 max_states, max_steps;
	guint64 memory, seconds; /* 0: no limit */
	guint jobs;
	gboolean unreduced, exact, worst;
	gboolean first;
	gboolean print, interactive; /* of replay */
	struct report_options report;
};

/* Parses and checks; returns -1 to go on, else the exit code to end with (after --help, or a fault). */
int cmd_options_parse(struct cmd_options *o, const struct command *command, guint takes, int *argc,
		      char ***argv);
void cmd_options_clear(struct cmd_options *o);

/*
 * Loads all scenario files named on the command line, folders as the .yaml files below them. On faults
 * prints them to stderr and returns NULL; then the exit code is EXIT_USAGE.
 */
GPtrArray *cmd_load(const struct cmd_options *o, struct diag *diag, gboolean need_expect);
/* Checks --cell against the axes of the files; returns -1, or EXIT_USAGE after saying what is wrong. */
int cmd_cells_check(const struct cmd_options *o, const struct command *command,
		    GPtrArray *scenarios);
/* The same for a --mutation of a strategy's step: some cell must have that strategy. */
int cmd_mutation_check(const struct cmd_options *o, const struct command *command,
		       GPtrArray *scenarios);
/*
 * Cells alike but for their schedule are one exploration: the one called `all`, else the first. Is the `at`-th
 * cell the one?
 */
gboolean cmd_explores(const struct scenario *scenario, guint at);
/* Prints all faults to stderr. */
void cmd_faults_print(const struct diag *diag, gboolean colour);
gboolean cmd_selected(const struct cmd_options *o, const struct scenario_cell *cell);

/* What reporters and outcomes need from the options: limits, Ctrl-C, the progress line. */
struct outcome_options cmd_outcome_options(const struct cmd_options *o);
gboolean cmd_was_interrupted(void);
/* From here on Ctrl-C is noted, and not the end. */
void cmd_interruptible(void);
/* Whether to colour what goes to `fd`; `when` as --color gives it, NULL for auto. */
gboolean cmd_colour_wanted(const char *when, int fd);
/* Says on stderr what to do about an unusable command line; returns EXIT_USAGE. */
int cmd_usage(const struct command *command, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The same of what GOption found wrong; of an unknown option with the nearest of `entries`. */
int cmd_option_error(const struct command *command, const GError *error,
		     const GOptionEntry *entries);
const struct command *cmd_find(const char *name);

#endif
