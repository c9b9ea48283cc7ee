// SPDX-License-Identifier: GPL-2.0-or-later
#include "trails.h"

#include "crew.h"
#include "shortest.h"
#include "trim.h"

/* Choices spent on cutting trails that are not the shortest, all together. */
#define TRIM_CHOICES 20000000u

/* The trails that a single thread meets first, which do not depend on how many threads there were. */
static void take_first(const struct cell *k, const struct reduction *r,
		       const struct explore_options *options, u64 deadline,
		       struct explore_result *result)
{
	struct explore_options alone = *options;
	struct explore_result again;
	u64 astray;
	u32 i;

	alone.jobs = 1;
	alone.progress = NULL;
	crew_search(k, r, &alone, deadline, true, &again, &astray);
	for (i = 0; i < again.found.count; i++)
		found_take_trail(&result->found, &again.found.item[i]);
	for (i = 0; i < again.worst.count; i++)
		worst_take_trail(&result->worst, &again.worst.item[i]);
	explore_result_free(&again);
}

void trails_find(const struct cell *k, const struct reduction *r,
		 const struct explore_options *options, u64 deadline, struct explore_result *result)
{
	u32 i;

	if (!shortest_find(k, r, options, &result->found, &result->worst) ||
	    result->stop == EXPLORE_INTERRUPTED)
		return;
	if (options->jobs > 1)
		take_first(k, r, options, deadline, result);
	for (i = 0; i < result->found.count; i++)
		if (!result->found.item[i].shortest)
			trim(k, &result->found.item[i], TRIM_CHOICES / result->found.count);
}
