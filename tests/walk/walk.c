// SPDX-License-Identifier: GPL-2.0-or-later
#include "walk.h"

#include <stdio.h>
#include <stdlib.h>

#include "../naive/generate.h"

gboolean walk_cell_open(struct walk_cell *c, const char *path, guint cell, gboolean identities)
{
	const struct scenario_options options = {0};
	GString *faults;

	*c = (struct walk_cell){.diag = diag_new()};
	c->scenario = scenario_load(c->diag, path, &options);
	if (c->scenario && cell < c->scenario->cells->len) {
		c->compiled = scenario_compile(c->scenario, c->scenario->cells->pdata[cell], NULL,
					       identities);
		return TRUE;
	}
	faults = g_string_new(NULL);
	diag_print(c->diag, faults, FALSE);
	printf("%s: no cell %u\n%s", path, cell, faults->str);
	g_string_free(faults, TRUE);
	walk_cell_close(c);
	return FALSE;
}

void walk_cell_close(struct walk_cell *c)
{
	compiled_free(c->compiled);
	if (c->scenario)
		scenario_free(c->scenario);
	diag_free(c->diag);
	*c = (struct walk_cell){0};
}

void walker_init(struct walker *v, const struct cell *k, gboolean undo, guint64 seed)
{
	*v = (struct walker){.seed = seed, .room = 64};
	v->choice = g_new(struct choice, v->room);
	if (!arena_init(&v->arena, k, undo))
		g_error("no memory for a world");
}

void walker_free(struct walker *v)
{
	arena_free(&v->arena);
	g_free(v->choice);
}

enum group { GO_ON, ENTER, EVICT, GROUPS };

static enum group group_of(const struct choice *c)
{
	return c->kind == CHOICE_EVICT ? EVICT : c->kind == CHOICE_ENTER ? ENTER : GO_ON;
}

gboolean walker_draw(struct walker *v, struct choice *ret)
{
	const struct world *w = &v->arena.world;
	u32 count[GROUPS] = {0}, left, i;
	enum group group;
	guint64 random;

	v->choices = engine_enabled(w, v->choice, v->room);
	while (v->choices > v->room) {
		v->room = v->choices;
		v->choice = g_renew(struct choice, v->choice, v->room);
		v->choices = engine_enabled(w, v->choice, v->room);
	}
	if (!v->choices)
		return FALSE;
	for (i = 0; i < v->choices; i++)
		count[group_of(&v->choice[i])]++;
	/* else full caches leave time for nothing but evictions, and no process gets past its interrupts */
	random = generate_random(&v->seed);
	group = !(random & 7) ? EVICT : !(random >> 3 & 31) ? ENTER : GO_ON;
	if (!count[group])
		group = count[GO_ON] ? GO_ON : count[ENTER] ? ENTER : EVICT;
	left = (u32)((random >> 32) % count[group]);
	for (i = 0; group_of(&v->choice[i]) != group || left--; i++)
		;
	*ret = v->choice[i];
	return TRUE;
}

void walker_take(struct walker *v, const struct choice *choice)
{
	if (!arena_reserve(&v->arena))
		g_error("no memory for the undo log");
	engine_apply(&v->arena.world, choice);
}
