/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What run, explore, test and replay share: files loaded, a reporter chosen, results counted. */
#ifndef STALELINE_CMD_SESSION_H
#define STALELINE_CMD_SESSION_H

#include "cmd.h"

struct session {
	struct cmd_options options;
	struct diag *diag;
	GPtrArray *scenarios;
	struct outcome_options limits;
	struct reporter reporter;
	struct tally tally;
};

/* Returns -1 to go on, else the exit code. */
int session_open(struct session *s, const struct command *command, enum report_mode mode,
		 guint takes, int argc, char **argv);
/*
 * Executes with `execute`, and reports, the cells that --cell and `wanted` (the index-th of its scenario; NULL:
 * all) select, in file order; stops on Ctrl-C.
 */
void session_execute(struct session *s,
		     gboolean (*wanted)(const struct session *s, const struct scenario *scenario,
					guint index),
		     struct outcome *(*execute)(struct session *s, struct scenario *scenario,
						const struct scenario_cell *cell));
/* Reports one outcome, counts it, frees it. */
void session_report(struct session *s, struct outcome *o);
/* Frees everything without a report. */
void session_abandon(struct session *s);
/* Reports the end; the exit code of the whole. */
int session_close(struct session *s);

#endif
