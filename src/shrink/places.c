// SPDX-License-Identifier: GPL-2.0-or-later
#include "cut.h"

static void place_add(GArray *list, enum place_kind kind, guint context, int step,
		      struct ynode *node, struct ynode *items)
{
	struct place p = {kind, context, step, node, items};

	g_array_append_val(list, p);
}

static void pieces_add(GArray *list, const struct step_at *s, int step, struct ynode *v)
{
	guint i;

	for (i = 0; v->kind == Y_LIST && i < v->items->len; i++) {
		struct ynode *item = v->items->pdata[i];

		place_add(list, item->kind == Y_MAP ? PLACE_PIECE : PLACE_PAGES, s->context, step,
			  item, v);
	}
	if (v->kind != Y_LIST)
		place_add(list, v->kind == Y_MAP ? PLACE_PIECE : PLACE_PAGES, s->context, step, v,
			  NULL);
}

GArray *places_of(const struct outline *l)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(struct place));
	struct ynode *events = outline_events(l->root);
	guint i, j;

	for (i = 0; i < l->steps->len; i++) {
		const struct step_at *s = outline_step(l, i);

		for (j = 0; s->spec && j < VOCAB_ARGS && s->spec->arg[j].type != ARG_NONE; j++) {
			struct ynode *v = outline_arg(s, s->spec->arg[j].name);
			enum arg_type type = s->spec->arg[j].type;

			if (v && type == ARG_SG)
				pieces_add(list, s, (int)i, v);
			else if (v && type == ARG_ADDRESS)
				place_add(list, PLACE_ADDRESS, s->context, (int)i, v, NULL);
			else if (v && (type == ARG_PAGE || type == ARG_PAGES))
				place_add(list, PLACE_PAGES, s->context, (int)i, v, NULL);
		}
	}
	for (i = 0; events && i < events->items->len; i++) {
		struct ynode *what = ynode_get(events->items->pdata[i], "do");

		if (what && what->kind == Y_MAP && ynode_get(what, "evict"))
			place_add(list, PLACE_EVENT, 0, -1, ynode_get(what, "evict"), NULL);
		if (what && what->kind == Y_MAP && ynode_get(what, "fill"))
			place_add(list, PLACE_EVENT, 0, -1, ynode_get(what, "fill"), NULL);
		if (what && what->kind == Y_MAP && ynode_get(what, "drain"))
			place_add(list, PLACE_EVENT, 0, -1, ynode_get(what, "drain"), NULL);
	}
	return list;
}

int place_handle(const struct outline *l, const struct place *p)
{
	struct ref r;
	int step = -1;

	if (p->kind != PLACE_ADDRESS || !ref_parse(p->node->text, &r))
		return -1;
	step = outline_handle(l, p->context, &r);
	ref_clear(&r);
	return step;
}

void place_set(struct ynode *node, const struct ref *r)
{
	g_free(node->text);
	node->text = ref_print(r);
}
