// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints the scenario of a seed, as the tests of tests/naive and tests/walk use it. */
#include <stdio.h>
#include <stdlib.h>

#include "../naive/generate.h"

int main(int argc, char **argv)
{
	char *text;

	if (argc != 2) {
		fputs("usage: generate SEED\n", stderr);
		return 2;
	}
	text = generate_scenario(strtoull(argv[1], NULL, 0));
	fputs(text, stdout);
	g_free(text);
	return 0;
}
