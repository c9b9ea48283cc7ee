// SPDX-License-Identifier: GPL-2.0-or-later
#include "help.h"

#include <string.h>

#include "contrast.h"
#include "prose.h"

/* More names than this say no more. */
#define STRATEGIES_SHOWN 6u

static void line(GString *out, const char *text)
{
	prose_append(out, "  - ", 4, text);
}

/* Strategies that do better, and how to make sure of the nearest. */
static void strategies(GString *out, const struct history *h, const GPtrArray *contrasts)
{
	const struct contrast *nearest = NULL;
	GString *text = g_string_new(NULL);
	guint i, n = 0;

	for (i = 0; contrasts && i < contrasts->len; i++) {
		const struct contrast *c = contrasts->pdata[i];

		if (c->kind == CONTRAST_WHOLE)
			continue;
		if (!n)
			nearest = c;
		if (n < STRATEGIES_SHOWN)
			g_string_append_printf(text, "%s`%s`", n ? ", " : "", c->cell->strategy);
		n++;
	}
	if (nearest) {
		g_string_prepend(text,
				 h->outcome->explored || h->outcome->trail.length ?
					 "The same interrupts and transfers are clean under " :
					 "The same schedule is clean under ");
		if (n > STRATEGIES_SHOWN)
			g_string_append_printf(text, " and %u more", n - STRATEGIES_SHOWN);
		if (nearest->kind == CONTRAST_BUILT_IN)
			g_string_append(
				text, n > 1 ? ", built-in strategies that the file does not list" :
					      ", a built-in strategy that the file does not list");
		g_string_append_c(text, '.');
		if (nearest->expected && g_strcmp0(nearest->cell->schedule, "all") == 0)
			g_string_append_printf(
				text, " The file expects `%s` to be clean in every schedule.",
				nearest->cell->strategy);
		line(out, text->str);
	}
	g_string_free(text, TRUE);
}

/* A sync is missing, or the strategy does nothing in the one there is. */
static void sync_missing(GString *out, const struct history *h, const struct explanation *e,
			 gboolean for_device)
{
	const struct strategy_file *strategy = h->compiled->strategy;
	g_autofree char *text = NULL;

	if (e->sync == NO_ID)
		text = g_strdup_printf(
			"Between the two no sync names this place: map the buffer, or call %s there.",
			for_device ? "dma_sync_*_for_device()" : "dma_sync_*_for_cpu()");
	else if (!e->sync_ran)
		text = g_strdup_printf("Strategy `%s` runs no cache op there for %s.", strategy->name,
				       h->compiled->cell.page[h->page].highmem ?
					       "this highmem page: its `sync-page` has to map it" :
					       "this page, which always has a kernel address");
	else
		text = g_strdup_printf("The cache ops of strategy `%s` run there, but not on this line "
				       "at that time: look at the range and the address they use.",
				       strategy->name);
	line(out, text);
}

static void by_cause(GString *out, const struct history *h, const struct explanation *e)
{
	if (h->finding.rule == R_LEAK) {
		line(out, "The device wrote less than was mapped: map what it fills, or clear the page "
			  "first and write it back.");
		return;
	}
	switch (e->cause) {
	case CAUSE_NOT_WRITTEN_BACK:
		if (e->astray)
			line(out, "Keep the mapping that the flush uses from being taken over: see "
				  "wrong-page.");
		else
			sync_missing(out, h, e, TRUE);
		return;
	case CAUSE_NOT_INVALIDATED:
		if (e->astray)
			line(out, "Keep the mapping that the flush uses from being taken over: see "
				  "wrong-page.");
		else
			sync_missing(out, h, e, FALSE);
		return;
	case CAUSE_WRITE_STILL_BUFFERED:
		line(out,
		     "Put a SYNC behind the write-back, before anybody is told to look past the caches: "
		     "`kernel: {sync-after-op: yes}`, as Linux has it from 3.1 on, or a step `sync`.");
		return;
	case CAUSE_CLOBBERED_BY_WRITEBACK:
		if (culprit_drained(h, e)) {
			line(out,
			     "Put a SYNC behind the write-back, before newer data is written past the "
			     "caches: `kernel: {sync-after-op: yes}`, or a step `sync`.");
			return;
		}
		line(out, "The line has to be clean or gone before the newer data is written: sync "
			  "the buffer before the device gets it, and keep stores off its lines.");
		return;
	case CAUSE_DIRTY_LINE_DISCARDED:
		line(out, "Write back before invalidating, or invalidate only lines that nobody else "
			  "stores to.");
		return;
	case CAUSE_ALIAS:
		line(out, "Map the page at addresses of one colour, use pages as large as a way of the "
			  "cache, or flush through every colour that has a copy.");
		return;
	case CAUSE_REFILLED_DURING_DMA:
		if (moment_is_fill(h, e->culprit) && h->compiled->cell.machine.post_dma_flush &&
		    refilled_from_below(e)) {
			line(out,
			     "After the transfer invalidate the lower level first: until it has been, "
			     "a core that speculates may fill the L1 from it again.");
			return;
		}
		if (moment_is_fill(h, e->culprit)) {
			line(out,
			     "On a core that speculates or prefetches no sync before the transfer is "
			     "enough: invalidate again after it (`post-dma-flush`), or leave no cached "
			     "mapping of the buffer meanwhile.");
			return;
		}
		line(out, "Nobody may touch the line while the device owns it; where that cannot be "
			  "helped, invalidate again after the transfer (`post-dma-flush`).");
		return;
	case CAUSE_L2_NOT_MAINTAINED:
		line(out, "Use an op that reaches the L2 as well: the version's own `cache-op` does.");
		return;
	case CAUSE_REMOTE_CPU_NOT_MAINTAINED:
		line(out, "These CPUs' caches do not snoop each other: the CPU that stored has to write "
			  "back, and the one that loads to invalidate, before it does.");
		return;
	case CAUSE_STALE_TLB_ENTRY:
		line(out, "Flush the TLB entry behind every pte that is changed, on this CPU.");
		return;
	case CAUSE_SLOT_REUSED:
		line(out, "Give each context a slot of its own, save and restore the slot's pte, or "
			  "keep interrupts off while the slot is in use.");
		return;
	case CAUSE_PARTIAL_LINE:
		line(out, "Align the buffer to lines of the cache and pad it to whole ones.");
		return;
	case CAUSE_FOREIGN_WRITE:
		line(out, "Find out why the address of the store led to another page: that is the "
			  "wrong-page violation at that step.");
		return;
	case CAUSE_UNKNOWN:
	case CAUSE_COUNT:
		break;
	}
}

gboolean help_page_not_in_use(const struct history *h)
{
	const struct step_info *info = compiled_info(h->compiled, h->finding.step);

	return info && !strcmp(info->op, "free");
}

static void by_rule(GString *out, const struct history *h)
{
	g_autofree char *page = NULL;
	g_autofree char *text = NULL;

	if (h->finding.rule != R_BUG_ON || h->finding.page == NO_ID)
		return;
	page = compiled_page_name(h->compiled, h->finding.page);
	text = help_page_not_in_use(h) ?
		       g_strdup_printf("%s was freed before, or is declared `free: yes`.", page) :
		       g_strdup_printf(
			       "Declare %s `free: yes`, or `free` it first: a page that is not is "
			       "in use from the start.",
			       page);
	line(out, text);
}

/* Of a program that was changed on purpose that is the first thing to say. */
static void by_mutation(GString *out, const struct history *h, const GPtrArray *contrasts)
{
	const struct scenario *s = h->outcome->scenario;
	const struct contrast *first = contrasts && contrasts->len ? contrasts->pdata[0] : NULL;
	g_autofree char *text = NULL;

	if (!h->compiled->mutated)
		return;
	text = g_strdup_printf("%s `%s` changed the program: %s.",
			       s->mutation ? "`--mutation`" : "The file's mutation",
			       h->compiled->mutation,
			       first && first->kind == CONTRAST_WHOLE ?
				       "without it the same access comes out right" :
				       "see whether the same cell breaks anything without it");
	line(out, text);
}

void help_append(GString *out, const struct history *h, const struct explanation *e,
		 const GPtrArray *contrasts)
{
	g_autofree char *explain = NULL;
	const char *name = h->finding.warning ? warning_name((enum warning)h->finding.rule) :
						rule_name((enum rule)h->finding.rule);

	g_string_append(out, "\nhelp:\n");
	by_mutation(out, h, contrasts);
	strategies(out, h, contrasts);
	by_rule(out, h);
	by_cause(out, h, e);
	explain = g_strdup_printf("staleline explain %s%s%s", name,
				  e->cause == CAUSE_UNKNOWN ? "" : " ",
				  e->cause == CAUSE_UNKNOWN ? "" : cause_name(e->cause));
	line(out, explain);
}
