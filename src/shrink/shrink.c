// SPDX-License-Identifier: GPL-2.0-or-later
#include "shrink.h"

#include <string.h>

#include "attempt.h"
#include "cut.h"
#include "judge/expectation.h"
#include "scenario/cell_tree.h"
#include "scenario/ywrite.h"

/* Comments of the result are wrapped at so many columns. */
#define WIDTH 110

struct shrinker {
	const struct shrink_options *options;
	struct attempter at;
	struct ytree *tree; /* the smallest so far */
	struct attempt best; /* what it did */
	guint short_tries; /* since the last cut that was kept */
	gboolean stop;
};

/* Each node its number, which copies keep: a step is known again wherever it moves to. */
static guint number_nodes(struct ynode *node, guint next)
{
	guint i;

	node->span = (struct span){.line = next++};
	node->used_at = node->span;
	for (i = 0; node->kind == Y_LIST && i < node->items->len; i++)
		next = number_nodes(node->items->pdata[i], next);
	for (i = 0; node->kind == Y_MAP && i < node->entries->len; i++)
		next = number_nodes(g_array_index(node->entries, struct yentry, i).value, next);
	return next;
}

static void notes_drop(struct ynode *node)
{
	guint i;

	for (i = 0; node->kind == Y_LIST && i < node->items->len; i++)
		notes_drop(node->items->pdata[i]);
	for (i = 0; node->kind == Y_MAP && i < node->entries->len; i++) {
		const struct yentry *e = &g_array_index(node->entries, struct yentry, i);

		/* a page or a context may be called so: then it is a map */
		if (!strcmp(e->key->text, "note") && e->value->kind == Y_SCALAR)
			g_array_remove_index(node->entries, i--);
		else
			notes_drop(e->value);
	}
}

/* The cell without what is for readers, and without limits of its own. */
static struct ytree *start_tree(struct scenario *s, const struct scenario_cell *cell,
				const char *folder)
{
	static const char *const for_readers[] = {"name", "title", "doc", "origin", "tags", NULL};
	struct ytree *tree = ytree_new();
	struct ynode *explore;
	guint i;

	tree->root = cell_tree(s, cell, folder, tree);
	for (i = 0; for_readers[i]; i++)
		ymake_drop(tree->root, for_readers[i]);
	explore = ynode_get(tree->root, "explore");
	if (explore && explore->kind == Y_MAP)
		ymake_drop(explore, "max-states");
	for (i = 0; i < tree->root->entries->len; i++)
		notes_drop(g_array_index(tree->root->entries, struct yentry, i).value);
	cut_tidy(tree, tree->root);
	number_nodes(tree->root, 1);
	return tree;
}

static gboolean out_of_budget(const struct shrinker *k)
{
	return k->at.tries >= k->options->budget;
}

/* TRUE: the cut is kept. */
static gboolean cut_try(struct shrinker *k, struct ytree *tree)
{
	struct attempt a;

	cut_tidy(tree, tree->root);
	if (!attempt(&k->at, tree, &a)) {
		k->short_tries += a.cut_short;
		if (a.interrupted)
			k->stop = TRUE;
		return FALSE;
	}
	attempt_clear(&k->best);
	k->best = a;
	ytree_free(k->tree);
	k->tree = tree;
	k->short_tries = 0;
	return TRUE;
}

/* All cuts of a kind, until none leaves the violation; TRUE: some did. */
static gboolean kind_try(struct shrinker *k, const struct cut_kind *kind)
{
	gboolean any = FALSE;
	guint n = 0;

	while (!k->stop) {
		struct cutter c = {.compiled = k->best.outcome->compiled,
				   .explored = k->best.outcome->explored};
		struct ytree *tree = ytree_new();
		enum cut_result result;

		tree->root = ymake_copy(tree, k->tree->root);
		result = kind->make(&c, tree, tree->root, n);
		if (result == CUT_MADE && out_of_budget(k)) {
			k->stop = TRUE;
		} else if (result == CUT_MADE && cut_try(k, tree)) {
			/* what followed has its number now */
			any = TRUE;
			continue;
		}
		ytree_free(tree);
		if (result == CUT_END)
			break;
		n++;
	}
	return any;
}

static void reduce(struct shrinker *k)
{
	gboolean more = TRUE;
	guint i;

	while (more && !k->stop) {
		more = FALSE;
		for (i = 0; cut_kinds[i].name && !k->stop; i++)
			more |= kind_try(k, &cut_kinds[i]);
	}
}

/* The violation to keep: the first of those that fit; NULL: none does. */
static const struct found *choose(const struct outcome *o, const struct shrink_options *options)
{
	const struct found *best = NULL;
	guint i;

	for (i = 0; i < o->found.count; i++) {
		const struct found *f = &o->found.item[i];
		g_autofree char *name = compiled_step_name(o->compiled, f->finding.step);

		if (f->finding.warning ||
		    (options->rule >= 0 && options->rule != (int)f->finding.rule) ||
		    (options->step && strcmp(options->step, name)))
			continue;
		if (!best || f->at < best->at)
			best = f;
	}
	return best;
}

static char *list_found(const struct outcome *o)
{
	GString *text = g_string_new(NULL);
	guint i;

	for (i = 0; i < o->found.count; i++) {
		const struct finding *f = &o->found.item[i].finding;
		g_autofree char *name = compiled_step_name(o->compiled, f->step);

		if (!f->warning)
			g_string_append_printf(text, "%s%s at %s", text->len ? ", " : "",
					       rule_name(f->rule), name);
	}
	if (!text->len)
		g_string_append(text, "nothing");
	return g_string_free(text, FALSE);
}

/* A comment of several lines. */
static void comment(GString *out, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	gsize column = 0;
	guint i;

	for (i = 0; words[i]; i++) {
		if (!i || column + strlen(words[i]) + 1 > WIDTH) {
			g_string_append(out, i ? "\n#" : "#");
			column = 1;
		}
		g_string_append_printf(out, " %s", words[i]);
		column += strlen(words[i]) + 1;
	}
	g_string_append_c(out, '\n');
}

static void expect_put(struct shrinker *k, struct ynode *root, const char *step)
{
	const struct outcome *o = k->best.outcome;
	const struct found *f = expectation_first(o);
	struct ytree *tree = k->tree;
	struct ynode *list = ymake_list(tree), *entry = ymake_map(tree), *rules = ymake_map(tree);
	struct ynode *first = ymake_map(tree);
	guint r;

	for (r = 0; r < RULE_COUNT; r++)
		if (o->rule[r] != HOW_NEVER)
			ymake_put(tree, rules, rule_name(r),
				  ymake_text(tree, how_words[o->rule[r]]));
	ymake_put(tree, entry, "verdict", ymake_text(tree, verdict_words[VERDICT_VIOLATES]));
	ymake_put(tree, entry, "rules", rules);
	if (f == k->best.found) {
		enum cause cause = attempt_cause(o, f);

		ymake_put(tree, first, "rule", ymake_text(tree, rule_name(f->finding.rule)));
		ymake_put(tree, first, "at", ymake_text(tree, step));
		if (cause != CAUSE_UNKNOWN)
			ymake_put(tree, first, "cause", ymake_text(tree, cause_name(cause)));
		ymake_put(tree, entry, "first", first);
	}
	ymake_add(list, entry);
	ymake_put(tree, root, "expect", list);
}

static char *result_text(struct shrinker *k, const struct scenario *s,
			 const struct scenario_cell *cell, enum shrink_end end)
{
	const struct outcome *o = k->best.outcome;
	GString *out = g_string_new(NULL);
	g_autofree char *step = compiled_step_name(o->compiled, k->best.found->finding.step);
	const char *rule = rule_name(k->at.rule);
	g_autofree char *question = g_strdup_printf(
		"What is left of %s when all goes that %s does not need to break %s?", s->name,
		step, rule);
	g_autofree char *name = g_strdup_printf("%s+shrunk", s->name);
	g_autofree char *origin = g_strdup_printf("staleline shrink: %s at %s of %s%s%s%s", rule,
						  step, s->path, *cell->id ? "[" : "", cell->id,
						  *cell->id ? "]" : "");
	g_autofree char *minimal = g_strdup_printf(
		"1-minimal: it breaks that rule there no longer,%s or another one as well, when any "
		"one or two of its steps go (with those that use what they make), or a context, "
		"device, page, event, piece of a buffer or optional key, or when a number gets "
		"smaller.",
		k->options->cause ? " or for another cause," : "");
	struct ytree *tree = k->tree;
	struct ynode *root = ymake_map(tree), *from = tree->root;
	guint i;

	/* one line, whatever the scenario is called */
	for (i = 0; question[i]; i++)
		if ((guchar)question[i] < ' ')
			question[i] = ' ';
	g_string_append_printf(out, "# %s\n", question);
	g_string_append(out, "# SPDX-License-Identifier: GPL-2.0-or-later\n");
	if (end == SHRINK_DONE)
		comment(out, minimal);
	else
		comment(out, end == SHRINK_INTERRUPTED ?
				     "Not proven to be minimal: it was interrupted." :
				     "Not proven to be minimal: a limit was hit.");
	ymake_put(tree, root, "format", ynode_get(from, "format"));
	ymake_put(tree, root, "name", ymake_text(tree, name));
	ymake_put(tree, root, "origin", ymake_text(tree, origin));
	for (i = 0; i < from->entries->len; i++) {
		const struct yentry *e = &g_array_index(from->entries, struct yentry, i);

		if (strcmp(e->key->text, "format"))
			ymake_put(tree, root, e->key->text, e->value);
	}
	/* of an incomplete search only what it saw could be said */
	if (o->complete)
		expect_put(k, root, step);
	ywrite(out, root);
	return g_string_free(out, FALSE);
}

static enum shrink_end nothing(const struct attempt *first)
{
	if (first->interrupted)
		return SHRINK_INTERRUPTED;
	if (first->outcome && first->outcome->refused)
		return SHRINK_REFUSED;
	return first->cut_short ? SHRINK_UNKNOWN : SHRINK_NOTHING;
}

static void counts(const struct outcome *o, guint *steps, guint *contexts)
{
	*steps = o->compiled->steps->len;
	*contexts = o->compiled->contexts->len;
}

void shrink(struct scenario *s, const struct scenario_cell *cell,
	    const struct shrink_options *options, struct shrink_result *ret)
{
	struct shrinker k = {.options = options};
	const struct found *f;

	*ret = (struct shrink_result){0};
	k.tree = start_tree(s, cell, options->folder);
	attempter_init(&k.at, options->folder, &options->limits);
	attempt_first(&k.at, k.tree, &k.best);
	ret->found = k.best.outcome->refused ? g_strdup(k.best.outcome->refused) :
					       list_found(k.best.outcome);
	f = k.best.outcome->refused ? NULL : choose(k.best.outcome, options);
	if (!f) {
		ret->end = nothing(&k.best);
	} else {
		k.best.found = f;
		counts(k.best.outcome, &ret->steps_before, &ret->contexts_before);
		attempter_aim(&k.at, k.tree, k.best.outcome, f, options->cause);
		reduce(&k);
		ret->end = k.best.interrupted || (options->limits.interrupted &&
						  *options->limits.interrupted) ?
				   SHRINK_INTERRUPTED :
			   k.stop || k.short_tries || !k.best.outcome->complete ? SHRINK_LIMIT :
										  SHRINK_DONE;
		counts(k.best.outcome, &ret->steps, &ret->contexts);
		ret->text = result_text(&k, s, cell, ret->end);
	}
	ret->tries = k.at.tries;
	ret->short_tries = k.short_tries;
	attempt_clear(&k.best);
	attempter_clear(&k.at);
	ytree_free(k.tree);
}

void shrink_result_clear(struct shrink_result *r)
{
	g_free(r->text);
	g_free(r->found);
}
