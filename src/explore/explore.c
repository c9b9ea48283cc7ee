// SPDX-License-Identifier: GPL-2.0-or-later
#include "explore.h"

#include <stdlib.h>

#include "crew.h"
#include "shortest.h"

/*
 * Trails for all that was found: the shortest; where that takes too long, the ones that a single thread meets
 * first, so that they do not depend on how many threads there were.
 */
static void find_trails(const struct cell *k, const struct reduction *r,
			const struct explore_options *options, struct explore_result *result)
{
	struct explore_options alone = *options;
	struct explore_result again;
	u64 astray;
	u32 i;

	if (!shortest_find(k, r, options, &result->found) || options->jobs <= 1 ||
	    result->stop == EXPLORE_INTERRUPTED)
		return;
	alone.jobs = 1;
	alone.progress = NULL;
	crew_search(k, r, &alone, true, &again, &astray);
	for (i = 0; i < again.found.count; i++)
		found_take_trail(&result->found, &again.found.item[i]);
	explore_result_free(&again);
}

void explore(const struct cell *k, const struct explore_options *options,
	     struct explore_result *ret)
{
	u64 astray = 0, more = 0;

	bug_on(k->identities && !k->polls, "exploring a cell that keeps identities");
	do {
		struct reduction *r = options->unreduced ? NULL : reduction_new(k, astray);

		/* several threads meet what they find in any order: their trails would differ from run to run */
		crew_search(k, r, options, options->trails && options->jobs <= 1, ret, &more);
		if (options->trails && ret->found.count && !(more & ~astray))
			find_trails(k, r, options, ret);
		reduction_free(r);
		/* an access went astray: again, with nothing assumed of its context's lines */
		more &= ~astray;
		astray |= more;
		if (more && ret->stop != EXPLORE_INTERRUPTED)
			explore_result_free(ret);
	} while (more && ret->stop != EXPLORE_INTERRUPTED);
}

void explore_result_free(struct explore_result *r)
{
	found_free(&r->found);
	free(r->step_done);
	r->step_done = NULL;
}
