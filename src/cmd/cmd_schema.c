// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "scenario/schema.h"
#include "scenario/words.h"

int cmd_schema(int argc, char **argv)
{
	const struct command *command = cmd_find("schema");
	g_autofree char *text = NULL, *all = NULL;
	const char *name = "scenario", *near;
	struct cmd_options options;
	int end = cmd_options_parse(&options, command, 0, &argc, &argv);

	if (end < 0 && options.files) {
		name = options.files[0];
		if (options.files[1])
			end = cmd_usage(command, "schema: one at a time");
		else if (!g_strv_contains(schema_names, name)) {
			near = words_nearest(name, schema_names);
			all = words_join(schema_names, "or");
			end = cmd_usage(command, "there is no schema `%s`; %s%s%s", name,
					near ? "did you mean `" : "expected ", near ? near : all,
					near ? "`?" : "");
		}
	}
	if (end < 0) {
		text = schema_text(name);
		fputs(text, stdout);
		end = EXIT_OK;
	}
	cmd_options_clear(&options);
	return end;
}
