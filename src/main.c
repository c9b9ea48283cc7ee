// SPDX-License-Identifier: GPL-2.0-or-later
/* The command table, and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "config.h"
#include "scenario/words.h"
#include "tui/term.h"

const struct command commands[] = {
	{"run", "FILE|DIR...", "Execute one schedule of each cell and report what happens.",
	 "Exit: 0 nothing found, 1 a rule was broken, 2 bad input, 3 a limit was hit first.\n"
	 "Example: staleline run scenarios/dma/readahead-sata.yaml --strategy kmap-high-get\n",
	 cmd_run},
	{"explore", "FILE|DIR...", "Execute every schedule of each cell: can it ever go wrong?",
	 "Exit: 0 clean, 1 a rule can be broken, 2 bad input, 3 a limit was hit first.\n"
	 "Example: staleline explore scenarios/nest/user-softirq-hardirq.yaml\n"
	 "With --worst it also says how long irqs are off, what a call of a DMA hook takes, and how deep\n"
	 "interrupts nest at most (docs/model.md, \"Worst cases\").\n",
	 cmd_explore},
	{"test", "FILE|DIR...", "Execute all cells and compare with what the files expect.",
	 "Exit: 0 every cell as expected, 1 some not, 2 bad input, 3 some inconclusive.\n"
	 "Example: staleline test scenarios\n",
	 cmd_test},
	{"compare", "FILE|DIR...",
	 "Put strategies side by side: verdicts over all schedules, and costs.",
	 "Exit: 0 when the work was done, 1 something changed since --baseline, 2 bad input,\n"
	 "3 a limit was hit first.\n"
	 "Example: staleline compare scenarios/dma --strategy all\n",
	 cmd_compare},
	{"mutate", "FILE|DIR...",
	 "Change each line of a strategy or routine: does some cell notice?",
	 "Each line is left out, weakened or misdirected, one at a time, and the cells that execute it are\n"
	 "explored until one breaks a rule that it keeps otherwise. What survives is a missing scenario or an\n"
	 "unnecessary line.\n"
	 "Exit: 0 done, whatever survived, 2 bad input or nothing to mutate, 3 a limit was hit first.\n"
	 "Example: staleline mutate --strategy ppc --routine kmap_atomic scenarios\n",
	 cmd_mutate},
	{"replay", "FILE", "Repeat the choices of a trail that was printed with a violation.",
	 "Exit: 0 nothing found, 1 a rule was broken, 2 bad input or a trail that does not fit.\n"
	 "Example: staleline run FILE --print-trail, then staleline replay FILE --trail 2:... -i\n",
	 cmd_replay},
	{"shrink", "FILE",
	 "Make the smallest scenario that still breaks the same rule at the same step.",
	 "The cell is run or explored, as its schedule says; of several violations the first is kept,\n"
	 "or the one that --rule and --step name. The scenario goes to the standard output.\n"
	 "Exit: 0 shrunk, 1 there is no such violation, 2 bad input, 3 a limit was hit first.\n"
	 "Example: staleline shrink scenarios/dma/readahead-sata.yaml \\\n"
	 "           --cell strategy=none,l2=no,schedule=default\n",
	 cmd_shrink},
	{"trace", "TRACE...",
	 "Run memory reference traces through a machine's caches and TLB, and count.",
	 "A trace is a file, or - for standard input; several are those of as many CPUs.\n"
	 "Exit: 0 when the work was done, 1 a read was stale, 2 bad input.\n"
	 "Example: staleline trace --l1d 32k,2,32 --l2 256k,4,32 program.din.xz\n",
	 cmd_trace},
	{"check", "FILE|DIR...", "Read files and report what is wrong with them.",
	 "Exit: 0 no fault, 2 faults.\n", cmd_check},
	{"expand", "FILE",
	 "Print one cell as a scenario of its own, with the origin of every value.",
	 "`$name` is replaced, `set` and `add` are applied, the machine's presets are resolved; behind each line stands\n"
	 "the file and line of its values. What is printed loads again as a scenario of this one cell; the path of\n"
	 "a strategy file in it is seen from the working directory. A file of several cells needs --cell.\n"
	 "Example: staleline expand scenarios/alias/two-colours.yaml --cell colour=1,strategy=ppc\n",
	 cmd_expand},
	{"list", "WHAT [FILE|DIR...]",
	 "List machines, strategies, primitives (of strategy programs), steps, keys, lines (of kernel\n"
	 "routines and strategies, for mutations), rules or scenarios.",
	 "", cmd_list},
	{"schema", "[KIND]",
	 "Print the JSON Schema of scenario files; or of strategy, machine or jsonl.",
	 "It is made from the tables that the loader reads. In a scenario, the comment\n"
	 "  # yaml-language-server: $schema=PATH\n"
	 "below the first line tells editors where it is.\n"
	 "Example: staleline schema > staleline-scenario-v1.schema.json\n",
	 cmd_schema},
	{"explain", "NAME...", "Say what a rule, warning, cause or error code means.",
	 "Example: staleline explain stale-load E0102\n", cmd_explain},
	{NULL, NULL, NULL, NULL, NULL},
};

_Noreturn void bug(const char *sentence, const char *file, int line)
{
	term_close();
	fflush(stdout);
	fprintf(stderr,
		"staleline: internal fault: %s (%s:%d, version %s)\n"
		"This is a bug in staleline, not in your file; please report it with the file and the command.\n",
		sentence, file, line, STALELINE_VERSION);
	_Exit(EXIT_INTERNAL);
}

static void usage(FILE *out)
{
	const struct command *c;

	fputs("Usage: staleline COMMAND [OPTION...] FILE|DIR...\n\n"
	      "Finds stale data between CPU caches, TLBs, highmem mappings and DMA on noncoherent MIPS32.\n\n"
	      "Commands:\n",
	      out);
	for (c = commands; c->name; c++)
		fprintf(out, "  %-8s %s\n", c->name, c->summary);
	fputs("\nExamples:\n"
	      "  staleline test scenarios\n"
	      "  staleline run scenarios/dma/readahead-sata.yaml --cell strategy=kmap-high-get\n"
	      "  staleline explore scenarios/dma/readahead-sata.yaml\n"
	      "\n'staleline COMMAND --help' tells more. Exit: 0 as expected, 1 a finding, 2 bad input,\n"
	      "3 a limit was hit first, 70 a bug in staleline, 130 interrupted.\n",
	      out);
}

/* GLib ends the process itself after a command's --help, so this is left to the exit. */
static void check_stdout(void)
{
	if (fflush(stdout) || ferror(stdout)) {
		perror("staleline: standard output");
		_Exit(EXIT_USAGE);
	}
}

int main(int argc, char **argv)
{
	const char *names[G_N_ELEMENTS(commands)] = {0};
	const struct command *c;
	const char *near;
	guint i;

	/* no locale: the same input gives the same bytes everywhere */
	atexit(check_stdout);
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("staleline " STALELINE_VERSION);
		return EXIT_OK;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return EXIT_OK;
	}
	c = cmd_find(argv[1]);
	if (c) {
		g_autofree char *name = g_strdup_printf("staleline %s", c->name);

		g_set_prgname(name);
		return c->run(argc - 1, argv + 1);
	}
	for (i = 0; commands[i].name; i++)
		names[i] = commands[i].name;
	near = words_nearest(argv[1], names);
	fprintf(stderr, "staleline: unknown command `%s`", argv[1]);
	if (near)
		fprintf(stderr, "; did you mean `%s`?", near);
	fputs("\nTry 'staleline --help'.\n", stderr);
	return EXIT_USAGE;
}
