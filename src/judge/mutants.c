// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutants.h"

#include <stdlib.h>
#include <string.h>

#include "explore/trailtext.h"

/* Where the user gives no limit: a mutant may have so many times the states of its cell, and so many more. */
#define STATES_FACTOR 16u
#define STATES_MORE 500000u

const char *const mutant_fates[] = {
	[MUTANT_KILLED] = "killed",
	[MUTANT_SURVIVED] = "survived",
	[MUTANT_UNREACHED] = "not executed",
	[MUTANT_EQUIVALENT] = "equivalent",
	[MUTANT_INCONCLUSIVE] = "inconclusive",
	[MUTANT_UNTRIED] = "not tried",
};

static void place_free(gpointer p)
{
	struct mutant_place *place = p;

	g_free(place->strategy);
	g_free(place);
}

static void mutant_free(gpointer p)
{
	struct mutant *m = p;

	g_free(m->text);
	g_free(m->strategy);
	g_free(m->kill.step);
	g_free(m->kill.trail);
	g_free(m);
}

static u32 broken_of(const struct outcome *o)
{
	u32 broken = 0;
	guint i;

	for (i = 0; i < RULE_COUNT; i++)
		broken |= o->rule[i] != HOW_NEVER ? BIT(i) : 0;
	return broken;
}

static void mutant_add(struct mutants *m, const char *text, const char *strategy)
{
	struct mutant *new = g_new0(struct mutant, 1);
	guint i;

	new->text = g_strdup(text);
	new->strategy = g_strdup(strategy);
	for (i = 1; i < CHANGE_COUNT; i++)
		if (g_str_has_prefix(text, change_word(i)) && text[strlen(change_word(i))] == ':')
			new->change = i;
	for (i = 1; i < KL_COUNT && !strategy; i++) {
		g_autofree char *name = mutation_line_name(kline_what(i), kline_occurrence(i));
		g_autofree char *line =
			g_strdup_printf("%s.%s", kfunc_name(kline_routine(i)), name);

		if (!strcmp(strchr(text, ':') + 1, line))
			new->line = i;
	}
	g_ptr_array_add(m->list, new);
}

static gboolean listed(const struct mutants *m, const char *strategy)
{
	guint i;

	for (i = 0; i < m->list->len; i++)
		if (!g_strcmp0(((struct mutant *)m->list->pdata[i])->strategy, strategy))
			return TRUE;
	return FALSE;
}

/* Is the cell's strategy among those to mutate? Then its program's mutations are listed, once. */
static gboolean strategy_wanted(struct mutants *m, const struct scenario_cell *cell,
				const struct strategy_file *s, char **strategies, gboolean *used)
{
	guint i, j;

	for (i = 0; strategies[i]; i++) {
		if (strcmp(strategies[i], s->name) && g_strcmp0(strategies[i], cell->strategy))
			continue;
		used[i] = TRUE;
		if (!listed(m, s->name))
			for (j = 0; j < s->mutations->len; j++)
				mutant_add(m, s->mutations->pdata[j], s->name);
		return TRUE;
	}
	return FALSE;
}

static void place_add(struct mutants *m, const struct mutant_cell *at,
		      const struct outcome_options *options)
{
	struct outcome_options watching = *options;
	struct mutant_place *p;
	struct outcome *o;

	watching.watch_lines = TRUE;
	watching.trailless = TRUE;
	watching.first = FALSE;
	o = outcome_explore(at->scenario, at->cell, &watching);
	m->interrupted |= o->interrupted;
	if (!o->refused && !o->complete && !o->interrupted)
		m->cut_short++;
	if (!o->refused && o->complete) {
		p = g_new0(struct mutant_place, 1);
		p->scenario = at->scenario;
		p->cell = at->cell;
		p->strategy = g_strdup(o->compiled->strategy->name);
		p->broken = broken_of(o);
		p->verdict = o->verdict;
		p->states = o->states;
		p->transitions = o->transitions;
		p->pages = o->compiled->cell.pages;
		memcpy(p->line_done, o->line_done, sizeof(p->line_done));
		g_ptr_array_add(m->places, p);
	}
	outcome_free(o);
}

static gint by_states(gconstpointer a, gconstpointer b)
{
	const struct mutant_place *x = *(struct mutant_place *const *)a;
	const struct mutant_place *y = *(struct mutant_place *const *)b;

	return x->states < y->states ? -1 : x->states > y->states;
}

/* Does the cell use the line? A strategy's program is taken to be used as a whole. */
static gboolean uses(const struct mutant_place *p, const struct mutant *mutant)
{
	if (mutant->strategy)
		return !strcmp(p->strategy, mutant->strategy);
	return kline_executed(p->line_done, mutant->line);
}

/* Of what was found, the violation of `rules` with the shortest trail; the first of several in file order. */
static void kill_note(struct mutant_kill *kill, const struct outcome *o, u32 rules)
{
	const struct found *best = NULL;
	guint i;

	for (i = 0; i < o->found.count; i++) {
		const struct found *f = &o->found.item[i];

		if (!f->finding.warning && (rules & BIT(f->finding.rule)) &&
		    (!best || f->at < best->at))
			best = f;
	}
	if (!best)
		return;
	kill->rule = (enum rule)best->finding.rule;
	kill->step = compiled_step_name(o->compiled, best->finding.step);
	kill->choices = best->at;
	kill->shortest = best->shortest;
	if (best->trail.length) {
		char *text =
			trail_print(&o->compiled->cell, best->trail.choice, best->trail.length);

		kill->trail = g_strdup(text);
		free(text);
	}
}

/* Explores the mutant in one cell; FALSE if there is no need to go on with others. */
static gboolean try(struct mutants *m, struct mutant *mutant, const struct mutant_place *p,
		    const struct outcome_options *options)
{
	struct outcome_options limited = *options;
	struct outcome *o;
	u32 rules;

	limited.first = !p->broken;
	/* which violation is the first must not be up to threads */
	if (limited.first)
		limited.jobs = 1;
	if (!limited.max_states)
		limited.max_states = p->states * STATES_FACTOR + STATES_MORE;
	p->scenario->mutation = mutant->text;
	o = outcome_explore(p->scenario, p->cell, &limited);
	p->scenario->mutation = NULL;
	mutant->tried++;
	m->interrupted |= o->interrupted;
	rules = broken_of(o) & ~p->broken;
	if (rules || (p->verdict == VERDICT_CLEAN && o->verdict == VERDICT_VACUOUS)) {
		mutant->fate = MUTANT_KILLED;
		mutant->killer = p;
		mutant->rules = rules;
		kill_note(&mutant->kill, o, rules);
	} else if (o->interrupted) {
		mutant->fate = MUTANT_UNTRIED;
	} else if (!o->complete) {
		mutant->fate = MUTANT_INCONCLUSIVE;
	} else if (mutant->fate != MUTANT_INCONCLUSIVE) {
		mutant->fate = MUTANT_SURVIVED;
	}
	outcome_free(o);
	return mutant->fate != MUTANT_KILLED && !m->interrupted;
}

static void mutant_explore(struct mutants *m, struct mutant *mutant,
			   const struct outcome_options *options)
{
	guint i;

	mutant->fate = MUTANT_UNREACHED;
	for (i = 0; i < m->places->len; i++) {
		const struct mutant_place *p = m->places->pdata[i];

		if (!uses(p, mutant))
			continue;
		/* the next page after the only one is itself */
		if (mutant->change == CHANGE_OTHER_PAGE && p->pages == 1) {
			if (mutant->fate == MUTANT_UNREACHED)
				mutant->fate = MUTANT_EQUIVALENT;
			continue;
		}
		if (!try(m, mutant, p, options))
			return;
	}
}

/* Lists the mutants of the routines; then explores the cells they, or the strategies, may be in. */
static void places_make(struct mutants *m, GArray *cells, char **strategies, char **routines,
			const struct outcome_options *options,
			void (*announce)(guint at, guint of, const char *what), gboolean *used)
{
	guint i, j;

	for (i = 0; routines[i]; i++) {
		g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

		mutation_list(routines[i], texts);
		for (j = 0; j < texts->len; j++)
			mutant_add(m, texts->pdata[j], NULL);
	}
	for (i = 0; i < cells->len && !m->interrupted; i++) {
		const struct mutant_cell *at = &g_array_index(cells, struct mutant_cell, i);
		struct compiled *c = scenario_compile(at->scenario, at->cell, NULL, FALSE);
		/* a cell that is mutated already is an answer, not a question */
		gboolean wanted = !c->mutated &&
				  (strategy_wanted(m, at->cell, c->strategy, strategies, used) ||
				   routines[0]);

		compiled_free(c);
		if (wanted) {
			announce(i + 1, cells->len, at->cell->id);
			place_add(m, at, options);
		}
	}
}

struct mutants *mutants_make(GArray *cells, char **strategies, char **routines,
			     const struct outcome_options *options,
			     void (*announce)(guint at, guint of, const char *what),
			     const char **unused)
{
	g_autofree gboolean *used = g_new0(gboolean, g_strv_length(strategies) + 1);
	struct mutants *m = g_new0(struct mutants, 1);
	guint i;

	m->places = g_ptr_array_new_with_free_func(place_free);
	m->list = g_ptr_array_new_with_free_func(mutant_free);
	places_make(m, cells, strategies, routines, options, announce, used);
	*unused = NULL;
	for (i = 0; strategies[i]; i++)
		if (!used[i] && !*unused && !m->interrupted)
			*unused = strategies[i];
	if (*unused)
		return m;
	/* stable: cells of as many states stay in the order of the files */
	g_ptr_array_sort(m->places, by_states);
	for (i = 0; i < m->list->len; i++) {
		struct mutant *mutant = m->list->pdata[i];

		announce(i + 1, m->list->len, mutant->text);
		if (m->interrupted)
			mutant->fate = MUTANT_UNTRIED;
		else
			mutant_explore(m, mutant, options);
	}
	return m;
}

void mutants_free(struct mutants *m)
{
	g_ptr_array_unref(m->places);
	g_ptr_array_unref(m->list);
	g_free(m);
}

guint mutants_count(const struct mutants *m, enum mutant_fate fate)
{
	guint i, n = 0;

	for (i = 0; i < m->list->len; i++)
		n += ((const struct mutant *)m->list->pdata[i])->fate == fate;
	return n;
}
