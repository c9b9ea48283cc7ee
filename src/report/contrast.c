// SPDX-License-Identifier: GPL-2.0-or-later
#include "contrast.h"

#include <string.h>

#include "prose.h"
#include "scenario/presets.h"
#include "schedule.h"

/* A file read again with other options; its contrasts hold it together. */
struct reread {
	struct diag *diag;
	struct scenario *scenario;
};

static void reread_clear(gpointer item)
{
	struct reread *r = item;

	if (r->scenario)
		scenario_free(r->scenario);
	diag_free(r->diag);
}

/* `strategies`: instead of the file's, or NULL; `mutation` the same. */
static struct reread *reread_new(const struct scenario *s, char **strategies, const char *mutation)
{
	const struct scenario_options options = {.strategies = strategies, .mutation = mutation};
	struct reread *r = g_rc_box_new0(struct reread);

	r->diag = diag_new();
	r->scenario = scenario_load(r->diag, s->path, &options);
	return r;
}

static void reread_release(struct reread *r)
{
	g_rc_box_release_full(r, reread_clear);
}

/* Alike in every axis but the strategy; in that too, where the other is to be the cell itself, not mutated. */
static gboolean sibling(const struct scenario *s, enum contrast_kind kind,
			const struct scenario_cell *a, const struct scenario_cell *b)
{
	guint i;

	if (!g_strcmp0(a->strategy, b->strategy) != (kind == CONTRAST_WHOLE))
		return FALSE;
	for (i = 0; i < s->axes->len; i++) {
		const char *name = ((struct axis *)s->axes->pdata[i])->name;
		const struct ynode *x = g_hash_table_lookup(a->axis, name);
		const struct ynode *y = g_hash_table_lookup(b->axis, name);

		if (strcmp(name, "strategy") && g_strcmp0(x ? x->text : NULL, y ? y->text : NULL))
			return FALSE;
	}
	return TRUE;
}

/* Strategies that do as many cache ops as they must come before the one that flushes everything. */
static gboolean blunt(const struct compiled *c)
{
	return c->strategy->index_ops || c->strategy->program.uncached;
}

/* The choices of one cell make sense in the other. */
static gboolean comparable(const struct cell *a, const struct cell *b)
{
	return a->contexts == b->contexts && a->devices == b->devices && a->steps == b->steps &&
	       a->pages == b->pages && a->granule_shift == b->granule_shift;
}

static void contrast_free(gpointer item)
{
	struct contrast *c = item;

	if (c->history)
		history_free(c->history);
	outcome_free(c->outcome);
	if (c->reread)
		reread_release(c->reread);
	g_free(c);
}

/* Follows the choices of an exploration or a trail. */
static void follow_choices(struct contrast *c, struct scenario *s, const struct history *h)
{
	struct compiled *compiled = scenario_compile(s, c->cell, NULL, TRUE);

	if (compiled->refused || !comparable(&compiled->cell, &h->compiled->cell)) {
		compiled_free(compiled);
		return;
	}
	c->blunt = blunt(compiled);
	c->history = history_follow(compiled, h);
}

static void run_schedule(struct contrast *c, struct scenario *s, const struct history *h)
{
	const struct outcome_options options = {0};

	c->outcome = outcome_run(s, c->cell, h->outcome->schedule, &options);
	if (c->outcome->verdict != VERDICT_CLEAN)
		return;
	c->blunt = blunt(c->outcome->compiled);
	c->history = history_watch(c->outcome, h);
}

static gint nearer(gconstpointer a, gconstpointer b)
{
	const struct contrast *x = *(struct contrast *const *)a, *y = *(struct contrast *const *)b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->everywhere != y->everywhere)
		return x->everywhere ? -1 : 1;
	if (x->expected != y->expected)
		return x->expected ? -1 : 1;
	if (x->blunt != y->blunt)
		return x->blunt ? 1 : -1;
	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Expected to be clean whatever the other axes say; a file without `expect` says nothing. */
static gboolean clean_everywhere(const struct scenario *s, const char *strategy)
{
	guint i;

	for (i = 0; i < s->cells->len; i++) {
		const struct scenario_cell *cell = s->cells->pdata[i];

		if (!g_strcmp0(cell->strategy, strategy) &&
		    !(cell->expect && cell->expect->verdict == VERDICT_CLEAN))
			return FALSE;
	}
	return TRUE;
}

static void find_in(GPtrArray *found, enum contrast_kind kind, struct scenario *s,
		    const struct history *h, struct reread *reread)
{
	guint i;

	for (i = 0; i < s->cells->len; i++) {
		const struct scenario_cell *cell = s->cells->pdata[i];
		struct contrast *c;

		if (!sibling(h->outcome->scenario, kind, h->outcome->cell, cell))
			continue;
		c = g_new0(struct contrast, 1);
		c->kind = kind;
		c->cell = cell;
		c->order = i;
		c->expected = cell->expect && cell->expect->verdict == VERDICT_CLEAN;
		c->everywhere = clean_everywhere(s, cell->strategy);
		c->reread = reread ? g_rc_box_acquire(reread) : NULL;
		if (h->outcome->explored || h->outcome->trail.length)
			follow_choices(c, s, h);
		else
			run_schedule(c, s, h);
		if (!c->history) {
			contrast_free(c);
			continue;
		}
		c->distance = MAX(c->history->choices, h->choices) -
			      MIN(c->history->choices, h->choices);
		g_ptr_array_add(found, c);
	}
}

static void find_reread(GPtrArray *found, enum contrast_kind kind, const struct history *h,
			char **strategies, const char *mutation)
{
	struct reread *r = reread_new(h->outcome->scenario, strategies, mutation);

	if (r->scenario)
		find_in(found, kind, r->scenario, h, r);
	reread_release(r);
}

GPtrArray *contrast_find(const struct history *h)
{
	GPtrArray *found = g_ptr_array_new_with_free_func(contrast_free);
	struct scenario *s = h->outcome->scenario;

	if (h->compiled->mutated) {
		char *same[] = {h->outcome->cell->strategy, NULL};

		find_reread(found, CONTRAST_WHOLE, h, h->outcome->cell->strategy_at ? NULL : same,
			    "none");
	}
	find_in(found, CONTRAST_FILE, s, h, NULL);
	if (!found->len && s->strategies_replaced)
		find_reread(found, CONTRAST_FILE, h, NULL, s->mutation);
	if (!found->len) {
		g_auto(GStrv) all = presets_names("strategies");

		find_reread(found, CONTRAST_BUILT_IN, h, all, s->mutation);
	}
	g_ptr_array_sort(found, nearer);
	return found;
}

void contrast_append(GString *out, const GPtrArray *contrasts)
{
	const struct contrast *c;
	g_autofree char *title = NULL;
	const char *same;

	if (!contrasts->len) {
		g_string_append_c(out, '\n');
		prose_append(out, "contrast: ", 10,
			     "none. Under no other strategy, of the file or built in, does this "
			     "schedule go on to the same access with nothing wrong up to there.");
		return;
	}
	c = contrasts->pdata[0];
	same = c->outcome ? "the same schedule" : "the same interrupts and transfers";
	title = c->kind == CONTRAST_WHOLE ?
			g_strdup_printf("contrast: %s without the mutation", same) :
			g_strdup_printf("contrast: %s under `%s`", same, c->cell->strategy);
	schedule_append(out, c->history, title, NULL, 0, FALSE);
}
