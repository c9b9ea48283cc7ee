/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How results reach the user: one interface, a file per format. Everything goes to stdout. */
#ifndef STALELINE_REPORT_REPORT_H
#define STALELINE_REPORT_REPORT_H

#include "explore/seen.h"
#include "judge/outcome.h"

enum report_mode { REPORT_RUN, REPORT_EXPLORE, REPORT_TEST, REPORT_REPLAY };

struct tally {
	guint cells, passed, failed, skipped; /* of `test` */
	guint wrong; /* of the failed: not merely inconclusive */
	guint violated, warned, refused, inconclusive;
	guint violations; /* distinct (cell, rule, step) */
	guint64 states, transitions;
};

struct report_options {
	enum report_mode mode;
	gboolean colour;
	gboolean single; /* one cell is selected: it is reported in full */
	gboolean all_steps; /* schedules with every step, not only those that matter */
	gboolean quiet;
	gboolean verbose;
	gboolean trails; /* of one schedule: its trail, whatever was found */
};

#define REPORT_TRAIL_INLINE 1000u

struct reporter {
	const struct report_options *options;
	/* One cell is done. `mismatch`: in test mode what is not as expected, or NULL. */
	void (*cell)(struct reporter *r, const struct outcome *o, const char *mismatch);
	void (*end)(struct reporter *r, const struct tally *t);
	/* what the human report has said so far */
	const struct scenario *last; /* whose header was printed last */
	char *first_story; /* of the first violation, kept for the end */
};

void report_human(struct reporter *r);
void report_jsonl(struct reporter *r);

/* "clean", "nothing found in this schedule", "violates: stale-load always" … newly allocated. */
char *report_verdict(const struct outcome *o);
/*
 * The choices that led to `f`, or with NULL all that were taken, as a trail; newly allocated. NULL where all
 * schedules were explored and nothing in particular was found.
 */
char *report_trail(const struct outcome *o, const struct found *f);
/*
 * The command that repeats what `o` did to find `f`, newly allocated; f may be NULL. A trail of more than
 * REPORT_TRAIL_INLINE characters comes on standard input, as a here-document.
 */
char *report_replay_command(const struct outcome *o, const struct found *f);
/* The command that repeats `trail` in a cell with a mutation; newly allocated. */
char *report_replay_mutant(const struct scenario *s, const struct scenario_cell *cell,
			   const char *mutation, const char *trail);
/* The trail that attains a figure of o->worst, and the command that repeats it; NULL where it has none. */
char *report_worst_trail(const struct outcome *o, const struct worst *w);
char *report_worst_command(const struct outcome *o, const struct worst *w);
/* A figure's kind, in words for `jsonl`: "irqs-off" … */
const char *worst_name(enum worst_kind kind);
/* Appends o->worst as a table; with the commands that show each, if `commands`. */
void worst_append(GString *out, const struct outcome *o, gboolean commands);
/* Appends `trail`, in lines indented by `indent` if it has more than REPORT_TRAIL_INLINE characters. */
void report_trail_append(GString *out, const char *trail, guint indent);
/* "scenarios/x.yaml" or "scenarios/x.yaml[strategy=none]"; newly allocated. */
char *report_cell_name(const struct scenario *s, const struct scenario_cell *cell);

#endif
