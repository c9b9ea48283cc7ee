// SPDX-License-Identifier: GPL-2.0-or-later
#include "found.h"

#include <stdlib.h>

static struct found *lookup(struct found_list *list, const struct finding *f)
{
	u32 i;

	for (i = 0; i < list->count; i++) {
		struct found *have = &list->item[i];

		if (have->finding.warning == f->warning && have->finding.rule == f->rule &&
		    have->finding.step == f->step)
			return have;
	}
	return NULL;
}

static struct found *found_new(struct found_list *list)
{
	if (list->count == list->room) {
		u32 room = list->room ? 2 * list->room : 16;
		struct found *grown = realloc(list->item, room * sizeof(*grown));

		if (!grown)
			return NULL;
		list->item = grown;
		list->room = room;
	}
	return &list->item[list->count++];
}

bool found_note(struct found_list *list, const struct world *w, u64 at, const struct trail *trail)
{
	u32 i;

	for (i = 0; i < w->findings; i++) {
		struct found *have = lookup(list, &w->finding[i]);

		if (have) {
			have->times++;
			if (!trail || trail->length >= have->trail.length)
				continue;
		} else {
			have = found_new(list);
			if (!have)
				return false;
			*have = (struct found){.times = 1};
		}
		have->finding = w->finding[i];
		have->at = at;
		have->schedule = list->schedule;
		if (trail && !trail_copy(&have->trail, trail->choice, trail->length))
			return false;
	}
	return true;
}

bool found_merge(struct found_list *list, struct found *other)
{
	struct found *have = lookup(list, &other->finding);

	if (!have) {
		have = found_new(list);
		if (!have)
			return false;
		*have = *other;
		other->trail = (struct trail){0};
		return true;
	}
	have->times += other->times;
	if (other->at < have->at || (other->at == have->at && other->schedule < have->schedule)) {
		struct trail trail = have->trail;

		have->at = other->at;
		have->schedule = other->schedule;
		have->finding = other->finding;
		have->trail = other->trail;
		other->trail = trail;
	}
	return true;
}

void found_take_trail(struct found_list *list, struct found *other)
{
	struct found *have = lookup(list, &other->finding);
	struct trail trail;

	if (!have || have->shortest)
		return;
	trail = have->trail;
	have->trail = other->trail;
	have->finding = other->finding;
	have->at = other->at;
	other->trail = trail;
}

static int found_order(const void *a, const void *b)
{
	const struct finding *x = &((const struct found *)a)->finding;
	const struct finding *y = &((const struct found *)b)->finding;

	if (x->warning != y->warning)
		return x->warning ? 1 : -1;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return x->step < y->step ? -1 : x->step > y->step;
}

void found_sort(struct found_list *list)
{
	if (list->count)
		qsort(list->item, list->count, sizeof(*list->item), found_order);
}

void found_free(struct found_list *list)
{
	u32 i;

	for (i = 0; i < list->count; i++)
		trail_free(&list->item[i].trail);
	free(list->item);
	*list = (struct found_list){0};
}
