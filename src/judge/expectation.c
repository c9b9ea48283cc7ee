// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation.h"

#include <string.h>

static void list_rules(GString *text, const enum how *rule)
{
	const char *separator = "";
	guint i;

	for (i = 0; i < RULE_COUNT; i++) {
		if (rule[i] == HOW_NEVER)
			continue;
		g_string_append_printf(text, "%s%s %s", separator, rule_name(i),
				       how_words[rule[i]]);
		separator = ", ";
	}
}

static void list_warnings(GString *text, u32 warned)
{
	const char *separator = "";
	guint i;

	for (i = 0; i < WARNING_COUNT; i++) {
		if (!(warned & BIT(i)))
			continue;
		g_string_append_printf(text, "%s%s", separator, warning_name(i));
		separator = ", ";
	}
	if (!*separator)
		g_string_append(text, "none");
}

static void describe(GString *text, enum verdict verdict, const enum how *rule)
{
	g_string_append(text, verdict_words[verdict]);
	if (verdict == VERDICT_VIOLATES) {
		g_string_append(text, "  ");
		list_rules(text, rule);
	}
}

const struct found *expectation_first(const struct outcome *o)
{
	const struct found *best = NULL;
	guint i;

	for (i = 0; i < o->found.count; i++)
		if (!o->found.item[i].finding.warning && (!best || o->found.item[i].at < best->at))
			best = &o->found.item[i];
	return best;
}

/* `first: at` names the step alone or with its context. */
static gboolean step_is(const struct outcome *o, guint step, const char *wanted)
{
	g_autofree char *name = compiled_step_name(o->compiled, step);
	const char *dot = strchr(name, '.');

	return !strcmp(name, wanted) || (dot && !strcmp(dot + 1, wanted));
}

/* What `first:` says against the first violation; NULL when it holds. */
static char *first_mismatch(const struct outcome *o, const struct expect_entry *e)
{
	const struct found *f = expectation_first(o);
	struct explanation explanation = {.cause = CAUSE_UNKNOWN};
	g_autofree char *step = NULL;
	struct history *h;
	gboolean same;

	if (e->first_rule < 0 && !e->first_at && !e->first_cause)
		return NULL;
	if (!f)
		return g_strdup("expected  a first violation\nfound     none");
	h = history_record(o, f);
	if (h) {
		explain(h, &explanation);
		history_free(h);
	}
	step = compiled_step_name(o->compiled, f->finding.step);
	same = (e->first_rule < 0 || e->first_rule == (int)f->finding.rule) &&
	       (!e->first_at || step_is(o, f->finding.step, e->first_at)) &&
	       (!e->first_cause || !strcmp(e->first_cause, cause_name(explanation.cause)));
	if (same)
		return NULL;
	return g_strdup_printf(
		"expected  first %s at %s, cause %s\nfound     first %s at %s, cause %s",
		e->first_rule < 0 ? "violation" : rule_name((enum rule)e->first_rule),
		e->first_at ? e->first_at : "any step", e->first_cause ? e->first_cause : "any",
		rule_name((enum rule)f->finding.rule), step, cause_name(explanation.cause));
}

gboolean expectation_contradicted(const struct outcome *o)
{
	guint i;

	for (i = 0; i < RULE_COUNT; i++)
		if (o->rule[i] != HOW_NEVER && o->cell->expect->rule[i] == HOW_NEVER)
			return TRUE;
	return o->verdict == VERDICT_REFUSED;
}

char *expectation_mismatch(const struct outcome *o)
{
	const struct expect_entry *e = o->cell->expect;
	gboolean same = e->verdict == o->verdict && !memcmp(e->rule, o->rule, sizeof(o->rule));
	GString *text;

	if (same && (!e->warnings_listed || e->warnings == o->warned))
		return first_mismatch(o, e);
	text = g_string_new("expected  ");
	describe(text, e->verdict, e->rule);
	if (same) {
		g_string_append(text, "  warnings: ");
		list_warnings(text, e->warnings);
	}
	g_string_append(text, "\nfound     ");
	describe(text, o->verdict, o->rule);
	if (same) {
		g_string_append(text, "  warnings: ");
		list_warnings(text, o->warned);
	}
	return g_string_free(text, FALSE);
}
