// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "cmd.h"

int cmd_check(int argc, char **argv)
{
	const struct command *command = cmd_find("check");
	struct diag *diag = diag_new();
	struct cmd_options options;
	GPtrArray *scenarios = NULL;
	guint i, cells = 0;
	int end = cmd_options_parse(&options, command, 0, &argc, &argv);

	if (end < 0 && !options.files)
		end = cmd_usage(command, "check: no scenario file is given");
	if (end < 0) {
		scenarios = cmd_load(&options, diag, FALSE);
		end = scenarios ? EXIT_OK : EXIT_USAGE;
	}
	if (scenarios) {
		for (i = 0; i < scenarios->len; i++)
			cells += ((struct scenario *)scenarios->pdata[i])->cells->len;
		printf("files: %u, cells: %u, no fault found\n", scenarios->len, cells);
		g_ptr_array_unref(scenarios);
	}
	diag_free(diag);
	cmd_options_clear(&options);
	return end;
}
