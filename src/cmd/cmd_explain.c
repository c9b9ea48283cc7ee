// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "scenario/words.h"

/* Everything that has a name in a report: rules, warnings, causes, and the codes of input errors. */
struct named {
	const char *kind;
	const char *name;
	const char *text;
	const char *shown_by; /* a command that shows it happen, or NULL */
	const char *page; /* that says exactly when it fires, or NULL */
};

#define REPORTS "tests/golden/report/"

/* R_MACHINE_CHECK has none: no step of a scenario leads to two entries for one address. */
static const char *const rule_examples[RULE_COUNT] = {
	[R_BAD_ADDRESS] = "run " REPORTS "bad-address.yaml",
	[R_WRONG_PAGE] = "run scenarios/nest/user-softirq-hardirq.yaml --cell strategy=shared-slot",
	[R_STALE_LOAD] = "run scenarios/dma/readahead-sata.yaml --cell strategy=none",
	[R_STALE_DMA_READ] = "run scenarios/dma/writeback-sata.yaml --cell strategy=none",
	[R_LEAK] = "run " REPORTS "leak.yaml",
	[R_LOST_WRITE] = "run " REPORTS "lost-write.yaml",
	[R_DEADLOCK] = "run " REPORTS "deadlock.yaml",
	[R_SLEEP_IN_ATOMIC] = "run " REPORTS "sleep-in-atomic.yaml",
	[R_LOCK_RECURSION] = "explore " REPORTS "lock-recursion.yaml",
	[R_IRQS_UNBALANCED] = "run " REPORTS "irqs-unbalanced.yaml",
	[R_SLOT_EXHAUSTED] = "run " REPORTS "slot-exhausted.yaml",
	[R_BUG_ON] = "run " REPORTS "bug-on.yaml",
	[R_DMA_OWNERSHIP] = "run " REPORTS "dma-ownership.yaml",
	[R_DMA_MISUSE] = "run " REPORTS "dma-misuse.yaml",
	[R_UNSYNCED_RANGE] = "run scenarios/dma/zone-crossing.yaml --cell strategy=kmap-stack",
};

/* One file has them all. */
static const char warning_example[] = "run " REPORTS "warnings.yaml";

static const char *const cause_examples[CAUSE_COUNT] = {
	[CAUSE_NOT_WRITTEN_BACK] = "run scenarios/dma/writeback-sata.yaml --cell strategy=none",
	[CAUSE_NOT_INVALIDATED] = "run scenarios/dma/readahead-sata.yaml --cell strategy=none",
	[CAUSE_CLOBBERED_BY_WRITEBACK] =
		"run scenarios/dma/readahead-sata.yaml --cell strategy=none,schedule=evict-after",
	[CAUSE_DIRTY_LINE_DISCARDED] = "run " REPORTS "dirty-line-discarded.yaml",
	[CAUSE_ALIAS] = "run scenarios/alias/two-colours.yaml --cell colour=1",
	[CAUSE_REFILLED_DURING_DMA] = "run " REPORTS "refilled-during-dma.yaml",
	[CAUSE_L2_NOT_MAINTAINED] =
		"run scenarios/dma/l2-board-cache.yaml --cell strategy=l1-only,l2=yes",
	[CAUSE_REMOTE_CPU_NOT_MAINTAINED] =
		"run scenarios/coherent/two-cpus.yaml --cell strategy=none,coherence=none",
	[CAUSE_STALE_TLB_ENTRY] = "run scenarios/tlb/buddy-page+remapped.yaml",
	[CAUSE_SLOT_REUSED] =
		"run scenarios/nest/user-softirq-hardirq.yaml --cell strategy=shared-slot",
	[CAUSE_PARTIAL_LINE] =
		"run scenarios/dma/partial-line+store-during.yaml --cell strategy=ppc",
	[CAUSE_FOREIGN_WRITE] = "run " REPORTS "foreign-write.yaml",
	[CAUSE_WRITE_STILL_BUFFERED] =
		"run scenarios/buffer/late-writeback.yaml --cell strategy=ppc,entries=4,sync=no",
};

static void add(GArray *list, const char *kind, const char *name, const char *text,
		const char *shown_by, const char *page)
{
	struct named n = {kind, name, text, shown_by, page};

	g_array_append_val(list, n);
}

static GArray *everything(void)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(struct named));
	const struct diag_code *codes;
	guint count, i;

	for (i = 0; i < RULE_COUNT; i++)
		add(list, "rule", rule_name(i), rule_text(i), rule_examples[i],
		    "docs/model.md#rules");
	for (i = 0; i < WARNING_COUNT; i++)
		add(list, "warning, never changes a verdict", warning_name(i), warning_text(i),
		    warning_example, "docs/model.md#warnings");
	for (i = CAUSE_UNKNOWN + 1; i < CAUSE_COUNT; i++)
		add(list, "cause", cause_name(i), cause_text(i), cause_examples[i],
		    "docs/model.md#causes");
	codes = diag_code_list(&count);
	for (i = 0; i < count; i++)
		add(list, codes[i].title, codes[i].code, codes[i].explanation, NULL, NULL);
	return list;
}

static int explain_one(const struct command *command, const char *name)
{
	g_autoptr(GArray) list = everything();
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	const char *near;
	guint i;

	for (i = 0; i < list->len; i++) {
		const struct named *n = &g_array_index(list, struct named, i);

		g_ptr_array_add(words, (gpointer)n->name);
		if (strcmp(n->name, name))
			continue;
		printf("%s (%s)\n\n%s%s\n", n->name, n->kind, n->text,
		       n->text[strlen(n->text) - 1] == '.' ? "" : ".");
		if (n->shown_by)
			printf("\nSee it happen: staleline %s\n", n->shown_by);
		if (n->page)
			printf("%sExactly: %s\n", n->shown_by ? "" : "\n", n->page);
		return EXIT_OK;
	}
	g_ptr_array_add(words, NULL);
	near = words_nearest(name, (const char *const *)words->pdata);
	if (near)
		return cmd_usage(command, "nothing is called `%s`; did you mean `%s`?", name, near);
	return cmd_usage(command, "nothing is called `%s`; `staleline list rules` shows the names",
			 name);
}

int cmd_explain(int argc, char **argv)
{
	const struct command *command = cmd_find("explain");
	struct cmd_options options;
	guint i;
	int end = cmd_options_parse(&options, command, 0, &argc, &argv);

	if (end < 0 && !options.files)
		end = cmd_usage(command, "explain what? A rule, warning, cause or error code");
	for (i = 0; end < 0 && options.files[i]; i++) {
		if (i)
			putchar('\n');
		end = explain_one(command, options.files[i]);
		if (end == EXIT_OK && options.files[i + 1])
			end = -1;
	}
	cmd_options_clear(&options);
	return end;
}
