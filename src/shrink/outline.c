// SPDX-License-Identifier: GPL-2.0-or-later
#include "outline.h"

#include <string.h>

#include "scenario/scalar.h"

static void steps_collect(struct outline *l, guint context, struct ynode *list, int repeat)
{
	guint i, j;

	for (i = 0; list && list->kind == Y_LIST && i < list->items->len; i++) {
		struct ynode *node = list->items->pdata[i];
		struct step_at s = {
			.context = context, .list = list, .node = node, .repeat = repeat};
		const char *op = node->text;

		if (node->kind == Y_MAP) {
			const struct yentry *e = &g_array_index(node->entries, struct yentry, 0);

			op = e->key->text;
			s.args = ynode_is_empty(e->value) ? NULL : e->value;
		}
		s.spec = vocab_find(op);
		if (s.spec && !strcmp(op, "repeat")) {
			guint first = l->steps->len;

			steps_collect(l, context, outline_arg(&s, "steps"), -1);
			/* the end of the loop is a step, behind its body */
			for (j = first; j < l->steps->len; j++) {
				struct step_at *in = &g_array_index(l->steps, struct step_at, j);

				if (in->repeat < 0)
					in->repeat = (int)l->steps->len;
			}
		}
		g_array_append_val(l->steps, s);
	}
}

struct outline *outline_new(struct ynode *root)
{
	struct outline *l = g_new0(struct outline, 1);
	guint i;

	l->root = root;
	l->contexts = ynode_get(root, "contexts");
	l->steps = g_array_new(FALSE, FALSE, sizeof(struct step_at));
	for (i = 0; i < l->contexts->entries->len; i++)
		steps_collect(l, i,
			      ynode_get(g_array_index(l->contexts->entries, struct yentry, i).value,
					"steps"),
			      -1);
	return l;
}

void outline_free(struct outline *l)
{
	g_array_unref(l->steps);
	g_free(l);
}

const struct step_at *outline_step(const struct outline *l, guint step)
{
	return &g_array_index(l->steps, struct step_at, step);
}

const char *outline_context(const struct outline *l, guint context)
{
	return g_array_index(l->contexts->entries, struct yentry, context).key->text;
}

int outline_context_find(const struct outline *l, const char *name)
{
	guint i;

	for (i = 0; i < l->contexts->entries->len; i++)
		if (!strcmp(outline_context(l, i), name))
			return (int)i;
	return -1;
}

struct ynode *outline_arg(const struct step_at *s, const char *name)
{
	if (!s->args)
		return NULL;
	if (s->args->kind == Y_MAP)
		return ynode_get(s->args, name);
	return s->spec && !g_strcmp0(s->spec->arg[0].name, name) ? s->args : NULL;
}

static gboolean number(const char *text, guint64 *ret)
{
	char why[SCALAR_WHY];

	return !scalar_u64(text, SCALAR_BYTES, ret, why);
}

gboolean ref_parse(const char *text, struct ref *ret)
{
	g_autofree char *rest = g_strdup(text);
	char *plus = strchr(rest, '+'), *open, *dots, *dot;

	*ret = (struct ref){0};
	if (plus) {
		*plus = 0;
		if (!number(plus + 1, &ret->offset))
			return FALSE;
	}
	open = strchr(rest, '[');
	if (open) {
		if (rest[strlen(rest) - 1] != ']')
			return FALSE;
		rest[strlen(rest) - 1] = 0;
		*open++ = 0;
		ret->indexed = TRUE;
		dots = strstr(open, "..");
		ret->ranged = dots != NULL;
		if (dots)
			*dots = 0;
		if (!number(open, &ret->first) || (dots && !number(dots + 2, &ret->last)))
			return FALSE;
		if (!dots)
			ret->last = ret->first;
	}
	dot = strchr(rest, '.');
	if (dot)
		*dot = 0;
	ret->context = dot ? g_strdup(rest) : NULL;
	ret->name = g_strdup(dot ? dot + 1 : rest);
	return TRUE;
}

char *ref_print(const struct ref *r)
{
	GString *text = g_string_new(NULL);

	if (r->context)
		g_string_append_printf(text, "%s.", r->context);
	g_string_append(text, r->name);
	if (r->indexed && r->ranged && r->first != r->last)
		g_string_append_printf(text, "[%" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT "]",
				       r->first, r->last);
	else if (r->indexed)
		g_string_append_printf(text, "[%" G_GUINT64_FORMAT "]", r->first);
	if (r->offset)
		g_string_append_printf(text, "+0x%" G_GINT64_MODIFIER "x", r->offset);
	return g_string_free(text, FALSE);
}

void ref_clear(struct ref *r)
{
	g_free(r->context);
	g_free(r->name);
}

static const char *made_handle(const struct step_at *s)
{
	const struct ynode *as = outline_arg(s, "as");

	return as ? as->text : NULL;
}

static const char *made_map(const struct step_at *s)
{
	const struct ynode *id = s->args && s->args->kind == Y_MAP ? ynode_get(s->args, "id") :
								     NULL;

	if (!s->spec || (s->spec->fn != KF_step_dma_map && s->spec->fn != KF_step_readahead))
		return NULL;
	return id ? id->text : NULL;
}

/* The loader's rule: of the context named, else of its own, else the only one of that name. */
static int made_by(const struct outline *l, guint context, const struct ref *r,
		   const char *(*made)(const struct step_at *s))
{
	int only = -1;
	guint i;

	for (i = 0; i < l->steps->len; i++) {
		const struct step_at *s = outline_step(l, i);
		const char *name = made(s);

		if (!name || strcmp(name, r->name))
			continue;
		if (r->context ? !strcmp(r->context, outline_context(l, s->context)) :
				 s->context == context)
			return (int)i;
		if (!r->context)
			only = (int)i;
	}
	return only;
}

int outline_handle(const struct outline *l, guint context, const struct ref *r)
{
	return made_by(l, context, r, made_handle);
}

int outline_map(const struct outline *l, guint context, const struct ref *r)
{
	return made_by(l, context, r, made_map);
}

int outline_step_named(const struct outline *l, const char *text)
{
	struct ref r;
	int by_op = -1, by_id = -1;
	guint i, ops = 0;

	if (!ref_parse(text, &r))
		return -1;
	for (i = 0; r.context && i < l->steps->len; i++) {
		const struct step_at *s = outline_step(l, i);
		const struct ynode *id =
			s->args && s->args->kind == Y_MAP ? ynode_get(s->args, "id") : NULL;

		if (strcmp(outline_context(l, s->context), r.context))
			continue;
		if (id && !strcmp(id->text, r.name))
			by_id = (int)i;
		if (s->spec && !strcmp(s->spec->name, r.name)) {
			by_op = (int)i;
			ops++;
		}
	}
	ref_clear(&r);
	return by_id >= 0 ? by_id : ops == 1 ? by_op : -1;
}

gboolean outline_uses(const struct outline *l, guint a, guint b)
{
	const struct step_at *s = outline_step(l, a);
	gboolean uses = FALSE;
	guint i;

	for (i = 0; s->spec && i < VOCAB_ARGS && s->spec->arg[i].type != ARG_NONE; i++) {
		const struct ynode *v = outline_arg(s, s->spec->arg[i].name);
		struct ref r;

		if (!v || v->kind != Y_SCALAR)
			continue;
		if (s->spec->arg[i].type == ARG_STEP) {
			uses |= outline_step_named(l, v->text) == (int)b;
			continue;
		}
		if (s->spec->arg[i].type != ARG_ADDRESS && s->spec->arg[i].type != ARG_HANDLE &&
		    s->spec->arg[i].type != ARG_MAP)
			continue;
		if (!ref_parse(v->text, &r))
			continue;
		uses |= (s->spec->arg[i].type == ARG_MAP ?
				 outline_map(l, s->context, &r) :
				 outline_handle(l, s->context, &r)) == (int)b;
		ref_clear(&r);
	}
	return uses;
}

struct ynode *outline_events(struct ynode *root)
{
	struct ynode *map = ynode_get(root, "schedules");

	if (!map || !map->entries->len)
		return NULL;
	return g_array_index(map->entries, struct yentry, 0).value;
}
