/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drives traces through a machine: one for each CPU, in turn, from the first record to the last. */
#ifndef STALELINE_TRACE_DRIVE_H
#define STALELINE_TRACE_DRIVE_H

#include "reader.h"
#include "sim.h"

enum drive_check { CHECK_AUTO, CHECK_YES, CHECK_NO };

struct drive_options {
	char **files; /* NULL-terminated; file i is the trace of CPU i */
	enum trace_format format;
	struct sim_options sim; /* cpus, check and granule are found out from the files */
	u32 interleave; /* records of one CPU before the next one's turn */
	guint64 window; /* records of a window of the time series; 0: none */
	enum drive_check check; /* AUTO: if a trace has records d or D */
	gboolean flush; /* dirty lines are written back at the end */

	/* A window is full, or the last one ends. NULL: nobody asks. */
	void (*on_window)(void *arg, guint64 number, const struct sim_counts *before,
			  const struct sim_counts *now);
	/* From time to time; `part` is 0 to 1, negative where it is not known. */
	void (*on_progress)(void *arg, guint64 records, double part);
	void *arg;
	gboolean (*interrupted)(void);
};

enum drive_end { DRIVE_DONE, DRIVE_FAULT, DRIVE_LIMIT, DRIVE_INTERRUPTED };

struct drive {
	struct drive_options options;
	struct sim *sim;
	guint64 records;
	guint windows;
	enum trace_format formats[MAX_CPUS];
};

/* Faults are in `diag`. Free with drive_clear() whatever it returns. */
enum drive_end drive_run(struct drive *d, const struct drive_options *options, struct diag *diag);
void drive_clear(struct drive *d);

#endif
