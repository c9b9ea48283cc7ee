// SPDX-License-Identifier: GPL-2.0-or-later
#include "groups.h"

#include <stdlib.h>

#include "shortest.h"
#include "trails.h"

/* Is the ends' share of the cell's ends told by what each group saw? */
static bool combinable(const struct explore_result *part, u32 groups)
{
	bool found = false, unspoilt = true;
	u32 i;

	for (i = 0; i < groups; i++) {
		/* nothing goes on only where nobody's does, and lines can leave a cache until then */
		if (part[i].early.stuck)
			return false;
		found |= part[i].complete.found != 0;
		unspoilt &= part[i].complete.unspoilt;
	}
	/* what the end shows is shown where all others end too, with no rule about data broken before */
	return !found || unspoilt;
}

static void combine_ends(const struct explore_result *part, u32 groups, struct explore_result *ret)
{
	struct explore_ends *complete = &ret->complete;
	bool all = true, spoilt = false;
	u32 i;

	for (i = 0; i < groups; i++) {
		/* the others may have done nothing yet */
		explore_ends_add(&ret->early, &part[i].early);
		all &= part[i].complete.count != 0;
		spoilt |= part[i].complete.spoilt;
	}
	for (i = 0; all && i < groups; i++) {
		complete->count += part[i].complete.count;
		complete->always |= part[i].complete.always;
		complete->found |= part[i].complete.found;
	}
	/* lost writes are not looked for where one of the others has broken a rule about data */
	if (spoilt)
		complete->always &= ~BIT(R_LOST_WRITE);
	complete->spoilt = all && spoilt;
	complete->unspoilt = all;
	for (i = 0; i < groups; i++)
		complete->unspoilt &= part[i].complete.unspoilt;
}

static bool combine(const struct cell *k, struct explore_result *part, u32 groups,
		    struct explore_result *ret)
{
	u32 i, j;

	combine_ends(part, groups, ret);
	for (i = 0; i < groups; i++) {
		struct explore_result *p = &part[i];

		ret->states += p->states;
		ret->transitions += p->transitions;
		ret->ever |= p->ever;
		ret->warned |= p->warned;
		ret->withheld |= p->withheld;
		ret->cut |= p->cut;
		ret->depth = p->depth > ret->depth ? p->depth : ret->depth;
		ret->seen_bytes += p->seen_bytes;
		ret->collisions += p->collisions;
		for (j = 0; j < k->steps; j++)
			ret->step_done[j] |= p->step_done[j];
		for (j = 0; j < ARRAY_SIZE(ret->line_done); j++)
			ret->line_done[j] |= p->line_done[j];
		for (j = 0; j < p->found.count; j++)
			if (!found_merge(&ret->found, &p->found.item[j]))
				return false;
		for (j = 0; j < p->worst.count; j++)
			if (!worst_merge(&ret->worst, &p->worst.item[j]))
				return false;
	}
	found_sort(&ret->found);
	worst_sort(&ret->worst);
	return true;
}

static bool found_at_end(const struct found *f)
{
	return f->trail.length && f->trail.choice[f->trail.length - 1].kind == CHOICE_FINISH;
}

/* What one group's end shows is shown when all others have ended: their ways to an end go in front. */
static bool end_others(const struct cell *cell_of, const struct reduction *r, u32 groups, u32 group,
		       const struct explore_options *options, struct found *f)
{
	struct trail whole = {0}, own = f->trail;
	bool done = true;
	u32 i, j;

	for (i = 0; done && i < groups; i++) {
		struct trail end = {0};

		if (i == group)
			continue;
		done = shortest_end(&cell_of[i], r, options, &end);
		for (j = 0; done && j + 1 < end.length; j++)
			done = trail_add(&whole, end.choice[j]);
		trail_free(&end);
	}
	for (i = 0; done && i < own.length; i++)
		done = trail_add(&whole, own.choice[i]);
	if (!done) {
		trail_free(&whole);
		return false;
	}
	trail_free(&own);
	f->trail = whole;
	f->at = whole.length;
	return true;
}

/* False: a trail takes a search of the whole cell. */
static bool find_trails(const struct cell *cell_of, const struct reduction *r, u32 groups,
			const struct explore_options *options, u64 deadline,
			struct explore_result *part)
{
	u32 i, j;

	for (i = 0; i < groups; i++) {
		trails_find(&cell_of[i], r, options, deadline, &part[i]);
		for (j = 0; j < part[i].found.count; j++)
			if (found_at_end(&part[i].found.item[j]) &&
			    !end_others(cell_of, r, groups, i, options, &part[i].found.item[j]))
				return false;
	}
	return true;
}

bool groups_search(const struct cell *k, const struct reduction *r, const u64 *group, u32 groups,
		   const struct explore_options *options, u64 deadline, struct explore_result *ret,
		   u64 *astray)
{
	struct explore_result *part = calloc(groups, sizeof(*part));
	struct cell *cell_of = calloc(groups, sizeof(*cell_of));
	struct explore_options left = *options;
	u32 searched = 0, i;
	bool fits = true;
	u64 strays;

	*ret = (struct explore_result){.stop = EXPLORE_NO_MEMORY, .reduced = true};
	*astray = 0;
	ret->step_done = calloc(k->steps + 1, 1);
	if (part && cell_of && ret->step_done)
		ret->stop = EXPLORE_COMPLETE;
	for (i = 0; i < groups && ret->stop == EXPLORE_COMPLETE && !*astray; i++) {
		cell_of[i] = *k;
		cell_of[i].absent = ~group[i];
		crew_search(&cell_of[i], r, &left, deadline, options->trails && options->jobs <= 1,
			    &part[i], &strays);
		*astray |= strays;
		ret->stop = part[i].stop;
		searched++;
		if (options->max_states && i + 1 < groups && ret->stop == EXPLORE_COMPLETE) {
			left.max_states -= part[i].states;
			if (!left.max_states)
				ret->stop = EXPLORE_MAX_STATES;
		}
	}
	if (ret->stop == EXPLORE_COMPLETE)
		fits = combinable(part, groups);
	if (*astray)
		fits = ret->stop == EXPLORE_INTERRUPTED;
	if (fits && options->trails && !*astray)
		fits = find_trails(cell_of, r, searched, options, deadline, part);
	if (fits && !combine(k, part, searched, ret))
		ret->stop = EXPLORE_NO_MEMORY;
	for (i = 0; i < searched; i++)
		explore_result_free(&part[i]);
	if (!fits)
		explore_result_free(ret);
	free(part);
	free(cell_of);
	return fits;
}
