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
			if (list->count == list->room) {
				u32 room = list->room ? 2 * list->room : 16;
				struct found *grown = realloc(list->item, room * sizeof(*grown));

				if (!grown)
					return false;
				list->item = grown;
				list->room = room;
			}
			have = &list->item[list->count++];
			*have = (struct found){.times = 1};
		}
		have->finding = w->finding[i];
		have->at = at;
		if (trail && !trail_copy(&have->trail, trail->choice, trail->length))
			return false;
	}
	return true;
}

void found_free(struct found_list *list)
{
	u32 i;

	for (i = 0; i < list->count; i++)
		trail_free(&list->item[i].trail);
	free(list->item);
	*list = (struct found_list){0};
}
