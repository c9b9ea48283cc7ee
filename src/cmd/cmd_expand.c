// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "cmd.h"
#include "scenario/expand.h"

#define CELLS_SHOWN 8

/* A scenario file is one document, so what is printed is one cell. */
static int too_many(const struct command *command, GPtrArray *cells)
{
	g_autoptr(GString) list = g_string_new(NULL);
	guint i;

	for (i = 0; i < cells->len && i < CELLS_SHOWN; i++)
		g_string_append_printf(list, "\n  --cell %s",
				       ((struct scenario_cell *)cells->pdata[i])->id);
	if (i < cells->len)
		g_string_append_printf(list, "\n  and %u more", cells->len - i);
	return cmd_usage(command, "expand: %u cells are selected; choose one:%s", cells->len,
			 list->str);
}

static int expand(const struct cmd_options *o, const struct command *command, struct scenario *s)
{
	g_autoptr(GPtrArray) cells = g_ptr_array_new();
	g_autofree char *text = NULL;
	guint i;

	for (i = 0; i < s->cells->len; i++)
		if (cmd_selected(o, s->cells->pdata[i]))
			g_ptr_array_add(cells, s->cells->pdata[i]);
	if (!cells->len)
		return cmd_usage(command, "--cell: no cell is selected");
	if (cells->len > 1)
		return too_many(command, cells);
	text = expand_cell(s, cells->pdata[0], ".");
	fputs(text, stdout);
	return EXIT_OK;
}

int cmd_expand(int argc, char **argv)
{
	const struct command *command = cmd_find("expand");
	struct diag *diag = diag_new();
	struct cmd_options options;
	GPtrArray *scenarios = NULL;
	int end = cmd_options_parse(&options, command, TAKES_CELLS, &argc, &argv);

	if (end < 0 && (!options.files || options.files[1]))
		end = cmd_usage(command, "expand: expected one scenario file");
	if (end < 0) {
		scenarios = cmd_load(&options, diag, FALSE);
		end = scenarios ? cmd_cells_check(&options, command, scenarios) : EXIT_USAGE;
	}
	if (end < 0 && scenarios->len != 1)
		end = cmd_usage(command, "expand: expected one scenario file, not %u",
				scenarios->len);
	if (end < 0)
		end = expand(&options, command, scenarios->pdata[0]);
	if (scenarios)
		g_ptr_array_unref(scenarios);
	diag_free(diag);
	cmd_options_clear(&options);
	return end;
}
