// SPDX-License-Identifier: GPL-2.0-or-later
#include "trails.h"

#include "crew.h"
#include "shortest.h"

void trails_find(const struct cell *k, const struct reduction *r,
		 const struct explore_options *options, u64 deadline, struct explore_result *result)
{
	struct explore_options alone = *options;
	struct explore_result again;
	u64 astray;
	u32 i;

	if (!shortest_find(k, r, options, &result->found, &result->worst) || options->jobs <= 1 ||
	    result->stop == EXPLORE_INTERRUPTED)
		return;
	alone.jobs = 1;
	alone.progress = NULL;
	crew_search(k, r, &alone, deadline, true, &again, &astray);
	for (i = 0; i < again.found.count; i++)
		found_take_trail(&result->found, &again.found.item[i]);
	for (i = 0; i < again.worst.count; i++)
		worst_take_trail(&result->worst, &again.worst.item[i]);
	explore_result_free(&again);
}
