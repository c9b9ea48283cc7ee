// SPDX-License-Identifier: GPL-2.0-or-later
#include "compiled.h"

void compiled_free(struct compiled *c)
{
	guint i;

	if (!c)
		return;
	for (i = 0; i < c->infos->len; i++) {
		struct step_info *info = &g_array_index(c->infos, struct step_info, i);

		g_free(info->id);
		g_free(info->text);
		g_free(info->label);
	}
	for (i = 0; i < c->page_names->len; i++)
		g_free(g_array_index(c->page_names, struct page_name, i).name);
	for (i = 0; i < c->handles->len; i++)
		g_free(g_array_index(c->handles, struct handle_info, i).name);
	for (i = 0; i < c->map_infos->len; i++)
		g_free(g_array_index(c->map_infos, struct map_info, i).id);
	g_array_unref(c->pages);
	g_array_unref(c->ranges);
	g_array_unref(c->page_names);
	g_array_unref(c->contexts);
	g_ptr_array_unref(c->context_names);
	g_array_unref(c->steps);
	g_array_unref(c->infos);
	g_array_unref(c->sg);
	g_array_unref(c->maps);
	g_array_unref(c->map_infos);
	g_array_unref(c->devices);
	g_ptr_array_unref(c->device_names);
	g_array_unref(c->handles);
	g_array_unref(c->user_ptes);
	g_array_unref(c->events);
	g_array_unref(c->event_spans);
	if (c->strategy)
		strategy_file_free(c->strategy);
	g_free(c->refused);
	g_free(c->mutation);
	g_free(c);
}

char *compiled_page_name(const struct compiled *c, u32 page)
{
	guint i;

	for (i = 0; i < c->page_names->len; i++) {
		const struct page_name *n = &g_array_index(c->page_names, struct page_name, i);

		if (page - n->first >= n->count)
			continue;
		if (n->count == 1)
			return g_strdup(n->name);
		return g_strdup_printf("%s[%u]", n->name, page - n->first);
	}
	return g_strdup("?");
}

char *compiled_place(const struct compiled *c, u32 page, u32 offset)
{
	g_autofree char *name = page == NO_ID ? NULL : compiled_page_name(c, page);

	if (!name)
		return g_strdup("?");
	return g_strdup_printf("%s+0x%x", name, offset);
}

const struct step_info *compiled_info(const struct compiled *c, u32 step)
{
	return step < c->infos->len ? &g_array_index(c->infos, struct step_info, step) : NULL;
}

const char *compiled_context_name(const struct compiled *c, u32 ctx)
{
	return ctx < c->context_names->len ? c->context_names->pdata[ctx] : "?";
}

char *compiled_step_name(const struct compiled *c, u32 step)
{
	const struct step_info *info = compiled_info(c, step);

	if (!info)
		return g_strdup("the end");
	return g_strdup_printf("%s.%s", compiled_context_name(c, info->context),
			       info->id ? info->id : info->op);
}
