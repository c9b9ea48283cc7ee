// SPDX-License-Identifier: GPL-2.0-or-later
#include "explore.h"

#include <stdlib.h>

#include "groups.h"
#include "trails.h"

/* One search of all of it; by groups where there are several, unless `whole`. False: not told that way. */
static bool search_all(const struct cell *k, const struct reduction *r,
		       const struct explore_options *options, u64 deadline, bool whole,
		       struct explore_result *ret, u64 *more)
{
	u64 group[ACTORS_MAX];
	u32 groups = r && !whole ? reduction_groups(r, group) : 1;

	if (groups > 1)
		return groups_search(k, r, group, groups, options, deadline, ret, more);
	/* several threads meet what they find in any order: their trails would differ from run to run */
	crew_search(k, r, options, deadline, options->trails && options->jobs <= 1, ret, more);
	if (options->trails && !*more)
		trails_find(k, r, options, deadline, ret);
	return true;
}

void explore(const struct cell *k, const struct explore_options *options,
	     struct explore_result *ret)
{
	u64 deadline = crew_deadline(options), more = 0;
	struct strays strays = {0};
	bool whole = false, again;

	bug_on(k->identities && !k->polls, "exploring a cell that keeps identities");
	do {
		struct reduction *r = options->unreduced ? NULL : reduction_new(k, &strays);
		bool told = search_all(k, r, options, deadline, whole, ret, &more);

		reduction_free(r);
		/* an access went astray: again, with more assumed of its context */
		strays.far |= more & strays.near;
		strays.near |= more;
		whole |= !told && !more;
		again = !told || (more && ret->stop != EXPLORE_INTERRUPTED);
		if (again)
			explore_result_free(ret);
	} while (again);
}

void explore_ends_add(struct explore_ends *sum, const struct explore_ends *more)
{
	if (more->count)
		sum->always = sum->count ? sum->always & more->always : more->always;
	sum->count += more->count;
	sum->spoilt |= more->spoilt;
	sum->unspoilt |= more->unspoilt;
	sum->found |= more->found;
	sum->stuck |= more->stuck;
}

u32 explore_always(const struct explore_result *r)
{
	struct explore_ends all = r->complete;

	explore_ends_add(&all, &r->early);
	return all.count && !r->cut ? all.always : 0;
}

void explore_result_free(struct explore_result *r)
{
	found_free(&r->found);
	worst_free(&r->worst);
	free(r->step_done);
	r->step_done = NULL;
}
