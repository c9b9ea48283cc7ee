// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "report.h"

static void cell(struct reporter *r, const struct outcome *o, const char *mismatch)
{
	g_autofree char *name = report_cell_name(o->scenario, o->cell);
	g_autofree char *verdict = report_verdict(o);
	guint i;

	(void)r;
	printf("%s: %s  [%" G_GUINT64_FORMAT " states %" G_GUINT64_FORMAT " tr]\n", name, verdict, (guint64)o->states, (guint64)o->transitions);
	if (mismatch)
		printf("MISMATCH %s\n", mismatch);
	for (i = 0; i < o->found.count; i++) {
		const struct found *f = &o->found.item[i];
		g_autofree char *step = compiled_step_name(o->compiled, f->finding.step);
		g_autofree char *place = compiled_place(o->compiled, f->finding.page, f->finding.offset);

		printf("   %s %s at %s of %s got %x want %x\n", f->finding.warning ? "warn" : "RULE",
		       f->finding.warning ? warning_name(f->finding.rule) : rule_name(f->finding.rule), step,
		       place, f->finding.got, f->finding.want);
	}
}

static void end(struct reporter *r, const struct tally *t)
{
	(void)r;
	printf("cells: %u passed, %u failed, %u skipped\n", t->passed, t->failed, t->skipped);
}

void report_human(struct reporter *r)
{
	r->cell = cell;
	r->end = end;
}
