// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What src/main.c gives the program and tests have to bring along themselves: the end after an internal
 * fault, and a table of commands (an empty one, tests call what is below it).
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../src/cmd/cmd.h"

const struct command commands[] = {
	{NULL, NULL, NULL, NULL, NULL},
};

_Noreturn void bug(const char *sentence, const char *file, int line)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, sentence);
	abort();
}
