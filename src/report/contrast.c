// SPDX-License-Identifier: GPL-2.0-or-later
#include "contrast.h"

#include <string.h>

#include "schedule.h"

/* Alike in every axis but the strategy. */
static gboolean sibling(const struct scenario *s, const struct scenario_cell *a,
			const struct scenario_cell *b)
{
	guint i;

	if (!g_strcmp0(a->strategy, b->strategy))
		return FALSE;
	for (i = 0; i < s->axes->len; i++) {
		const char *name = ((struct axis *)s->axes->pdata[i])->name;

		if (strcmp(name, "strategy") &&
		    g_hash_table_lookup(a->axis, name) != g_hash_table_lookup(b->axis, name))
			return FALSE;
	}
	return TRUE;
}

/* Strategies that do as many cache ops as they must come before the one that flushes everything. */
static gboolean blunt(const struct compiled *c)
{
	return c->strategy->index_ops || c->strategy->program.uncached;
}

void contrast_append(GString *out, const struct history *h)
{
	const struct outcome *o = h->outcome;
	const struct outcome_options options = {0};
	guint pass, i;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < o->scenario->cells->len; i++) {
			const struct scenario_cell *cell = o->scenario->cells->pdata[i];
			g_autofree char *title = NULL;
			struct outcome *other;
			struct history *clean = NULL;

			if (!sibling(o->scenario, o->cell, cell))
				continue;
			other = outcome_run(o->scenario, cell, o->schedule, &options);
			if (other->verdict == VERDICT_CLEAN &&
			    blunt(other->compiled) == (pass == 1))
				clean = history_watch(other, h->page, h->offset, h->finding.step);
			if (clean) {
				title = g_strdup_printf("contrast: the same schedule under `%s`",
							cell->strategy);
				schedule_append(out, clean, title, NULL, 0, FALSE);
				history_free(clean);
			}
			outcome_free(other);
			if (title)
				return;
		}
	}
}
