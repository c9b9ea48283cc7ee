// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include <string.h>

struct unit *unit_new(struct ynode *root)
{
	struct unit *u = g_new0(struct unit, 1);

	u->outline = outline_new(root);
	u->step = g_new0(gboolean, u->outline->steps->len + 1);
	u->context = g_new0(gboolean, u->outline->contexts->entries->len + 1);
	u->devices = g_ptr_array_new_with_free_func(g_free);
	return u;
}

void unit_free(struct unit *u)
{
	outline_free(u->outline);
	g_free(u->step);
	g_free(u->context);
	g_ptr_array_unref(u->devices);
	g_free(u);
}

static gboolean device_gone(const struct unit *u, const struct ynode *name)
{
	return name && name->kind == Y_SCALAR &&
	       g_ptr_array_find_with_equal_func(u->devices, name->text, g_str_equal, NULL);
}

static gboolean context_gone(const struct unit *u, const struct ynode *name)
{
	int context =
		name && name->kind == Y_SCALAR ? outline_context_find(u->outline, name->text) : -1;

	return context >= 0 && u->context[context];
}

/* An argument that names something gone: the step goes if it needs it, else the argument does. */
static gboolean step_hangs(struct unit *u, guint step)
{
	const struct step_at *s = outline_step(u->outline, step);
	gboolean body = FALSE, left = FALSE;
	guint i;

	if (u->context[s->context] || (s->repeat >= 0 && u->step[s->repeat]))
		return TRUE;
	for (i = 0; i < u->outline->steps->len; i++) {
		if (outline_step(u->outline, i)->repeat == (int)step) {
			body = TRUE;
			left |= !u->step[i];
		}
		if (u->step[i] && outline_uses(u->outline, step, i))
			return TRUE;
	}
	if (body && !left)
		return TRUE;
	for (i = 0; s->spec && i < VOCAB_ARGS && s->spec->arg[i].type != ARG_NONE; i++) {
		const struct arg_spec *a = &s->spec->arg[i];
		const struct ynode *v = outline_arg(s, a->name);

		if ((a->type == ARG_CONTEXT && context_gone(u, v)) ||
		    (a->type == ARG_DEVICE && device_gone(u, v))) {
			if (a->required)
				return TRUE;
			ymake_drop(s->args, a->name);
		}
	}
	return FALSE;
}

static gboolean context_hangs(struct unit *u, guint context)
{
	const struct ynode *map =
		g_array_index(u->outline->contexts->entries, struct yentry, context).value;
	guint i;

	if (device_gone(u, ynode_get(map, "on")))
		return TRUE;
	for (i = 0; i < u->outline->steps->len; i++)
		if (outline_step(u->outline, i)->context == context && !u->step[i])
			return FALSE;
	return TRUE;
}

static void close_over(struct unit *u)
{
	gboolean more = TRUE;
	guint i;

	while (more) {
		more = FALSE;
		for (i = 0; i < u->outline->steps->len; i++)
			if (!u->step[i] && step_hangs(u, i))
				more = u->step[i] = TRUE;
		for (i = 0; i < u->outline->contexts->entries->len; i++)
			if (!u->context[i] && context_hangs(u, i))
				more = u->context[i] = TRUE;
	}
}

static gboolean event_hangs(const struct unit *u, const struct ynode *event)
{
	const struct ynode *at = ynode_get(event, "at");
	int step;

	if (!at)
		at = ynode_get(event, "after");
	step = at ? outline_step_named(u->outline, at->text) : -1;
	return step < 0 || u->step[step] || context_gone(u, ynode_get(event, "do"));
}

void unit_take_away(struct unit *u)
{
	struct ynode *root = u->outline->root, *events = outline_events(root);
	struct ynode *devices = ynode_get(root, "devices");
	GArray *contexts = u->outline->contexts->entries;
	guint i;

	close_over(u);
	for (i = events ? events->items->len : 0; i--;)
		if (event_hangs(u, events->items->pdata[i]))
			g_ptr_array_remove_index(events->items, i);
	for (i = 0; i < contexts->len; i++) {
		struct ynode *map = g_array_index(contexts, struct yentry, i).value;

		if (context_gone(u, ynode_get(map, "on")))
			ymake_drop(map, "on");
	}
	for (i = 0; i < u->outline->steps->len; i++)
		if (u->step[i])
			g_ptr_array_remove(outline_step(u->outline, i)->list->items,
					   outline_step(u->outline, i)->node);
	for (i = contexts->len; i--;)
		if (u->context[i])
			g_array_remove_index(contexts, i);
	for (i = 0; i < u->devices->len; i++)
		ymake_drop(devices, u->devices->pdata[i]);
}
