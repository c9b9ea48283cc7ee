/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `trace` found out, on stdout: as text, JSON lines or CSV (docs/trace.md). */
#ifndef STALELINE_REPORT_TRACE_H
#define STALELINE_REPORT_TRACE_H

#include "trace/drive.h"

struct grid;

enum trace_report_format { TRACE_HUMAN, TRACE_JSONL, TRACE_CSV };

struct trace_report {
	enum trace_report_format format;
	const struct sim_options *sim;
	struct grid *windows; /* human: rows of the time series so far */
	gboolean headed; /* CSV: the row of names is printed */
};

/* One more window of the time series. */
void trace_report_window(struct trace_report *r, guint64 number, const struct sim_counts *before,
			 const struct sim_counts *now);
/* Everything else; ends the report. */
void trace_report_end(struct trace_report *r, const struct drive *d);

#endif
