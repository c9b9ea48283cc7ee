// SPDX-License-Identifier: GPL-2.0-or-later
#include "attempt.h"

#include <string.h>

#include "outline.h"
#include "scenario/ywrite.h"

void attempter_init(struct attempter *at, const char *folder, const struct outcome_options *limits)
{
	*at = (struct attempter){
		.path = g_build_filename(folder, "shrunk.yaml", NULL),
		.limits = *limits,
		.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};
}

void attempter_clear(struct attempter *at)
{
	g_free(at->path);
	g_hash_table_unref(at->seen);
}

void attempt_clear(struct attempt *a)
{
	outcome_free(a->outcome);
	if (a->scenario)
		scenario_free(a->scenario);
	if (a->diag)
		diag_free(a->diag);
	*a = (struct attempt){0};
}

/* FALSE: the text does not load, or was tried before. */
static gboolean execute(struct attempter *at, struct ytree *tree, struct attempt *a)
{
	static const struct scenario_options options = {0};
	GString *text = g_string_new(NULL);
	const struct scenario_cell *cell;
	gpointer before;

	*a = (struct attempt){0};
	ywrite(text, tree->root);
	if (g_hash_table_lookup_extended(at->seen, text->str, NULL, &before)) {
		g_string_free(text, TRUE);
		a->cut_short = GPOINTER_TO_INT(before);
		return FALSE;
	}
	a->diag = diag_new();
	a->scenario = scenario_load_text(a->diag, at->path, text->str, text->len, &options);
	if (!a->scenario) {
		g_hash_table_insert(at->seen, g_string_free(text, FALSE), GINT_TO_POINTER(FALSE));
		attempt_clear(a);
		return FALSE;
	}
	at->tries++;
	cell = a->scenario->cells->pdata[0];
	if (cell->schedule && strcmp(cell->schedule, "all"))
		a->outcome = outcome_run(a->scenario, cell, cell->schedule, &at->limits);
	else
		a->outcome = outcome_explore(a->scenario, cell, &at->limits);
	a->cut_short = !a->outcome->complete && !a->outcome->refused;
	a->interrupted = a->outcome->interrupted;
	g_hash_table_insert(at->seen, g_string_free(text, FALSE), GINT_TO_POINTER(a->cut_short));
	return TRUE;
}

void attempt_first(struct attempter *at, struct ytree *tree, struct attempt *ret)
{
	gboolean good = execute(at, tree, ret);

	bug_on(!good, "a cell that was checked does not load when it stands alone");
}

/* The number of the target's step in the compiled cell; NO_ID: the end. FALSE: it is gone. */
static gboolean target_step(const struct attempter *at, struct ytree *tree, u32 *ret)
{
	struct outline *l;
	guint i;

	*ret = NO_ID;
	if (!at->node)
		return TRUE;
	l = outline_new(tree->root);
	for (i = 0; i < l->steps->len; i++)
		if (outline_step(l, i)->node->span.line == at->node)
			*ret = i;
	outline_free(l);
	return *ret != NO_ID;
}

enum cause attempt_cause(const struct outcome *o, const struct found *f)
{
	struct explanation explanation = {.cause = CAUSE_UNKNOWN};
	struct history *h = history_record(o, f);

	if (h) {
		explain(h, &explanation);
		history_free(h);
	}
	return explanation.cause;
}

void attempter_aim(struct attempter *at, struct ytree *tree, const struct outcome *o,
		   const struct found *f, gboolean same_cause)
{
	struct outline *l = outline_new(tree->root);
	guint r;

	bug_on(l->steps->len != o->compiled->steps->len, "steps are counted in two ways");
	at->rule = (enum rule)f->finding.rule;
	at->node = f->finding.step < l->steps->len ?
			   outline_step(l, f->finding.step)->node->span.line :
			   0;
	at->allowed = 0;
	at->same_cause = same_cause;
	if (same_cause)
		at->cause = attempt_cause(o, f);
	for (r = 0; r < RULE_COUNT; r++)
		if (o->rule[r] != HOW_NEVER)
			at->allowed |= BIT(r);
	outline_free(l);
}

gboolean attempt(struct attempter *at, struct ytree *tree, struct attempt *ret)
{
	struct attempt a;
	u32 step, broken = 0;
	gboolean other;
	guint i;

	*ret = (struct attempt){0};
	if (!target_step(at, tree, &step))
		return FALSE;
	if (!execute(at, tree, &a)) {
		ret->cut_short = a.cut_short;
		return FALSE;
	}
	for (i = 0; i < RULE_COUNT; i++)
		if (a.outcome->rule[i] != HOW_NEVER)
			broken |= BIT(i);
	for (i = 0; i < a.outcome->found.count; i++) {
		const struct found *f = &a.outcome->found.item[i];

		if (!f->finding.warning && f->finding.rule == (u32)at->rule &&
		    f->finding.step == step)
			a.found = f;
	}
	other = broken & ~at->allowed ||
		(a.found && at->same_cause && attempt_cause(a.outcome, a.found) != at->cause);
	if (a.found && !other) {
		*ret = a;
		return TRUE;
	}
	/* of a search cut short only what it saw is known: another rule is enough to say no */
	ret->cut_short = a.cut_short && !other;
	ret->interrupted = a.interrupted;
	attempt_clear(&a);
	return FALSE;
}
