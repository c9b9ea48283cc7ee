// SPDX-License-Identifier: GPL-2.0-or-later
#include "presets.h"

#include <gio/gio.h>
#include <string.h>

#define ROOT "/staleline"

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **presets_names(const char *folder)
{
	g_autofree char *path = g_strdup_printf(ROOT "/%s", folder);
	g_auto(GStrv) files = g_resources_enumerate_children(path, 0, NULL);
	GPtrArray *names = g_ptr_array_new();
	guint i;

	for (i = 0; files && files[i]; i++)
		if (g_str_has_suffix(files[i], ".yaml"))
			g_ptr_array_add(names, g_strndup(files[i], strlen(files[i]) - 5));
	g_ptr_array_sort(names, by_name);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

struct ytree *presets_load(struct diag *diag, const char *folder, const char *name)
{
	g_autofree char *path = g_strdup_printf(ROOT "/%s/%s.yaml", folder, name);
	g_autofree char *shown = g_strdup_printf("%s/%s.yaml", folder, name);
	g_autoptr(GBytes) bytes = g_resources_lookup_data(path, 0, NULL);
	gsize length;
	const char *text;

	if (!bytes)
		return NULL;
	text = g_bytes_get_data(bytes, &length);
	return ytree_load_text(diag, shown, text, length);
}

gboolean presets_is_path(const char *name)
{
	return strchr(name, '/') || g_str_has_suffix(name, ".yaml") ||
	       g_str_has_suffix(name, ".yml");
}
