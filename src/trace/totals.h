/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts of a whole machine: the caches of a level added up, and cycles by the cost model (src/explore/costs.def). */
#ifndef STALELINE_TRACE_TOTALS_H
#define STALELINE_TRACE_TOTALS_H

#include "sim.h"

struct totals {
	struct sim_cache level[CACHE_LEVELS];
	u64 records, tlb_references, tlb_misses, split, ignored, dropped_dirty;
	u64 kinds[RECORD_KINDS];
	u64 stale[STALE_KINDS];
	u64 cycles;
};

/* Of what was counted from `before` (NULL: the start) to `now`. */
void totals_make(struct totals *t, const struct machine *m, const struct sim_counts *before,
		 const struct sim_counts *now);

#endif
