// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "report.h"

static const struct {
	const char *name, *label, *unit;
} kinds[WORST_KINDS] = {
	[WORST_IRQS_OFF] = {"irqs-off", "longest with irqs off", " cycles"},
	[WORST_CACHE_OPS] = {"cache-ops", "CACHE ops in one call", ""},
	[WORST_TLB_FLUSHES] = {"tlb-flushes", "TLB flushes in one call", ""},
	[WORST_NESTING] = {"nesting", "contexts on one CPU", ""},
	[WORST_NESTED_CALLS] = {"nested-calls", "of them within a call", ""},
};

const char *worst_name(enum worst_kind kind)
{
	return kinds[kind].name;
}

static char *where_text(const struct outcome *o, const struct figure *f)
{
	const struct step_info *info = compiled_info(o->compiled, f->step);
	g_autofree char *step = NULL;

	if (f->ctx != NO_ID)
		return g_strdup(compiled_context_name(o->compiled, f->ctx));
	if (f->step == NO_ID)
		return g_strdup("");
	/* steps without an id share a name */
	step = compiled_step_name(o->compiled, f->step);
	return info && info->span.src ? g_strdup_printf("%s, line %u", step, info->span.line) :
					g_steal_pointer(&step);
}

static char *value_text(const struct outcome *o, const struct figure *f)
{
	if (f->value == METER_UNBOUNDED)
		return g_strdup("unbounded");
	return g_strdup_printf("%s%u%s", outcome_exact(o, f) ? "" : "at least ", f->value,
			       kinds[f->kind].unit);
}

/* Calls in which nothing is done are only counted. */
static gboolean is_idle_call(const struct figure *f)
{
	return f->step != NO_ID && !f->value;
}

static void append_table(GString *out, const struct outcome *o)
{
	guint where_width = 0, i;

	for (i = 0; i < o->worst.count; i++) {
		g_autofree char *where = where_text(o, &o->worst.item[i].figure);

		if (is_idle_call(&o->worst.item[i].figure))
			continue;
		where_width = MAX(where_width, (guint)g_utf8_strlen(where, -1));
	}
	for (i = 0; i < o->worst.count; i++) {
		const struct figure *f = &o->worst.item[i].figure;
		g_autofree char *where = where_text(o, f);
		g_autofree char *value = value_text(o, f);
		int units = (int)strlen(kinds[WORST_IRQS_OFF].unit) * (f->kind != WORST_IRQS_OFF);

		/* numbers end in one column, whether a unit follows or not */
		if (is_idle_call(f))
			continue;
		if (f->value == METER_UNBOUNDED)
			units = 0;
		g_string_append_printf(out, "  %-23s  %-*s  %*s\n", kinds[f->kind].label,
				       (int)where_width, where, 22 - units, value);
	}
}

static void append_notes(GString *out, const struct outcome *o)
{
	gboolean windows = FALSE, inexact = FALSE, unbounded = FALSE;
	guint idle[WORST_KINDS] = {0}, i;

	for (i = 0; i < o->worst.count; i++) {
		const struct figure *f = &o->worst.item[i].figure;

		idle[f->kind] += is_idle_call(f);
		windows |= f->kind == WORST_IRQS_OFF;
		inexact |= !outcome_exact(o, f);
		unbounded |= f->value == METER_UNBOUNDED;
	}
	if (o->complete && (idle[WORST_CACHE_OPS] || idle[WORST_TLB_FLUSHES]))
		g_string_append_printf(out,
				       "  Calls without a CACHE op: %u; without a TLB flush: %u.\n",
				       idle[WORST_CACHE_OPS], idle[WORST_TLB_FLUSHES]);
	if (!windows)
		g_string_append(out, o->complete ? "  Irqs are never off.\n" :
						   "  Irqs off were not seen.\n");
	if (unbounded)
		g_string_append(out, "  Unbounded: it polls with irqs off, for as long as nobody "
				     "else acts.\n");
	if (inexact)
		g_string_append(out, o->complete ? "  At least: --no-reduction tries every "
						   "schedule, and tells it exactly.\n" :
						   "  At least: not all schedules were tried.\n");
}

void worst_append(GString *out, const struct outcome *o, gboolean commands)
{
	guint i;

	if (!o->worst.count)
		return;
	g_string_append(
		out, "worst cases of all schedules (relative cycles; a call is one of a DMA hook, "
		     "its own steps only)\n");
	append_table(out, o);
	append_notes(out, o);
	for (i = 0; commands && i < o->worst.count; i++) {
		const struct worst *w = &o->worst.item[i];
		g_autofree char *where = where_text(o, &w->figure);
		g_autofree char *value = value_text(o, &w->figure);
		g_autofree char *command = report_worst_command(o, w);

		/* what never happens needs no schedule to show it */
		if (!command || !w->figure.value)
			continue;
		g_string_append_printf(out, "%s%s%s, %s, after %u choice%s%s:\n  >>> %s\n",
				       kinds[w->figure.kind].label, *where ? ", " : "", where,
				       value, w->trail.length, w->trail.length == 1 ? "" : "s",
				       w->shortest ? "" : ", perhaps not the fewest", command);
	}
}
