// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads YAML files as the program does and prints what is wrong with them: the golden runner's
 * program. Exit 0 if all are well, 2 if not. `--colour` as the first argument colours the output.
 */
#include <stdio.h>
#include <string.h>

#include "../../src/scenario/ytree.h"

int main(int argc, char **argv)
{
	gboolean colour = argc > 1 && !strcmp(argv[1], "--colour");
	struct diag *diag = diag_new();
	GString *out = g_string_new(NULL);
	int status;

	for (int i = 1 + colour; i < argc; i++)
		ytree_free(ytree_load_file(diag, argv[i]));
	diag_print(diag, out, colour);
	fwrite(out->str, 1, out->len, stdout);
	status = diag_count(diag) ? 2 : 0;
	g_string_free(out, TRUE);
	diag_free(diag);
	return status;
}
