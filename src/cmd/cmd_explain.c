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
	const char *shown_by; /* a scenario in which it happens, or NULL */
};

static const char *const rule_examples[RULE_COUNT] = {
	[R_WRONG_PAGE] = "scenarios/nest/user-softirq-hardirq.yaml --cell strategy=shared-slot",
	[R_STALE_LOAD] = "scenarios/dma/readahead-sata.yaml --cell strategy=none",
	[R_STALE_DMA_READ] = "scenarios/dma/writeback-sata.yaml --cell strategy=none",
	[R_UNSYNCED_RANGE] = "scenarios/dma/zone-crossing.yaml --cell strategy=kmap-stack",
};

static const char *const cause_examples[CAUSE_COUNT] = {
	[CAUSE_NOT_WRITTEN_BACK] = "scenarios/dma/writeback-sata.yaml --cell strategy=none",
	[CAUSE_NOT_INVALIDATED] = "scenarios/dma/readahead-sata.yaml --cell strategy=none",
	[CAUSE_CLOBBERED_BY_WRITEBACK] =
		"scenarios/dma/readahead-sata.yaml --cell strategy=none,schedule=evict-after",
	[CAUSE_ALIAS] = "scenarios/alias/two-colours.yaml --cell colour=1",
	[CAUSE_L2_NOT_MAINTAINED] =
		"scenarios/dma/l2-board-cache.yaml --cell strategy=l1-only,l2=yes",
	[CAUSE_REMOTE_CPU_NOT_MAINTAINED] =
		"scenarios/coherent/two-cpus.yaml --cell strategy=none,coherence=none",
	[CAUSE_STALE_TLB_ENTRY] = "scenarios/tlb/buddy-page+remapped.yaml",
	[CAUSE_SLOT_REUSED] =
		"scenarios/nest/user-softirq-hardirq.yaml --cell strategy=shared-slot",
	[CAUSE_PARTIAL_LINE] = "scenarios/dma/partial-line+store-during.yaml --cell strategy=ppc",
};

static void add(GArray *list, const char *kind, const char *name, const char *text,
		const char *shown_by)
{
	struct named n = {kind, name, text, shown_by};

	g_array_append_val(list, n);
}

static GArray *everything(void)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(struct named));
	const struct diag_code *codes;
	guint count, i;

	for (i = 0; i < RULE_COUNT; i++)
		add(list, "rule", rule_name(i), rule_text(i), rule_examples[i]);
	for (i = 0; i < WARNING_COUNT; i++)
		add(list, "warning, never changes a verdict", warning_name(i), warning_text(i),
		    NULL);
	for (i = CAUSE_UNKNOWN + 1; i < CAUSE_COUNT; i++)
		add(list, "cause", cause_name(i), cause_text(i), cause_examples[i]);
	codes = diag_code_list(&count);
	for (i = 0; i < count; i++)
		add(list, codes[i].title, codes[i].code, codes[i].explanation, NULL);
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
			printf("\nSee it happen: staleline run %s\n", n->shown_by);
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
