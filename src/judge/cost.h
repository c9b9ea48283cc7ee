/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a schedule costs: events counted while it runs, weighed by explore/costs.def. Relative, never timings. */
#ifndef STALELINE_JUDGE_COST_H
#define STALELINE_JUDGE_COST_H

#include "outcome.h"

struct cost {
	guint64 cache_ops;
	guint64 mappings; /* ptes written for temporary mappings */
	guint64 tlb_flushes;
	guint64 irqs_off; /* longest stretch of cycles with irqs off on a CPU */
	guint64 cycles;
};

/* Runs the cell's default schedule; FALSE when it does not end or the kernel refuses it. */
gboolean cost_measure(struct scenario *s, const struct scenario_cell *cell,
		      const struct outcome_options *options, struct cost *ret);

#endif
