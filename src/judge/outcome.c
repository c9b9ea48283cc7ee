// SPDX-License-Identifier: GPL-2.0-or-later
#include "outcome.h"

#include <stdlib.h>
#include <string.h>

#include "footprint.h"
#include "kline.h"

#include "explore/victims.h"

#define FOREVER_STEPS 1000000u

static struct outcome *outcome_new(struct scenario *s, const struct scenario_cell *cell,
				   const char *schedule, gboolean explored)
{
	struct outcome *o = g_new0(struct outcome, 1);

	o->scenario = s;
	o->cell = cell;
	o->explored = explored;
	o->schedule = explored ? NULL : g_strdup(schedule ? schedule : "default");
	o->compiled = scenario_compile(s, cell, o->schedule, !explored);
	o->unreached = g_array_new(FALSE, FALSE, sizeof(guint));
	o->complete = TRUE;
	bug_on(!o->compiled, "a cell that was checked does not compile");
	if (o->compiled->refused) {
		o->refused = g_strdup(o->compiled->refused);
		o->verdict = VERDICT_REFUSED;
	}
	return o;
}

void outcome_free(struct outcome *o)
{
	if (!o)
		return;
	found_free(&o->found);
	worst_free(&o->worst);
	trail_free(&o->trail);
	trail_free(&o->taken);
	compiled_free(o->compiled);
	g_array_unref(o->unreached);
	g_free(o->schedule);
	g_free(o->refused);
	free(o->fate);
	g_free(o);
}

/* Does some step of the context call a DMA hook, in some schedule seen? */
static gboolean calls(const struct outcome *o, guint ctx)
{
	guint i;

	for (i = 0; i < o->worst.count; i++) {
		const struct figure *f = &o->worst.item[i].figure;

		if (f->kind == WORST_CACHE_OPS &&
		    compiled_info(o->compiled, f->step)->context == ctx)
			return TRUE;
	}
	return FALSE;
}

/* Contexts that can be on one CPU together by their levels alone; `callers`: only those that call DMA hooks. */
static guint deepest(const struct outcome *o, gboolean callers)
{
	const struct cell *k = &o->compiled->cell;
	guint most = 0, cpu, i;

	for (cpu = 0; cpu < k->machine.cpus; cpu++) {
		guint process = 0, softirq = 0, hardirqs = 0;

		for (i = 0; i < k->contexts; i++) {
			const struct context_def *def = &k->context[i];

			if (def->cpu != cpu || (callers && !calls(o, i)))
				continue;
			process |= def->level == LEVEL_PROCESS;
			softirq |= def->level == LEVEL_SOFTIRQ;
			hardirqs += def->level == LEVEL_HARDIRQ;
		}
		if (!k->hardirq_nesting)
			hardirqs = MIN(hardirqs, 1);
		most = MAX(most, process + softirq + hardirqs);
	}
	return most;
}

gboolean outcome_exact(const struct outcome *o, const struct figure *f)
{
	gboolean nesting = f->kind == WORST_NESTING || f->kind == WORST_NESTED_CALLS;

	if (!o->complete)
		return FALSE;
	/* interrupts that meet nothing are not tried at every place (docs/architecture.md) */
	return !o->reduced || !nesting || f->value == deepest(o, f->kind == WORST_NESTED_CALLS);
}

static gint by_place(gconstpointer a, gconstpointer b)
{
	const struct finding *x = &((const struct found *)a)->finding;
	const struct finding *y = &((const struct found *)b)->finding;

	if (x->warning != y->warning)
		return x->warning ? 1 : -1;
	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* A sync that ran its op and never found a line in any schedule seen: needless as far as one can tell. */
static void needless_syncs(struct outcome *o, const u8 *done)
{
	guint i;

	for (i = 0; i < o->compiled->cell.steps; i++) {
		struct found *grown;

		if (!(done[i] & STEP_SYNC_RAN) || (done[i] & STEP_SYNC_USEFUL))
			continue;
		o->warned |= BIT(W_NEEDLESS_SYNC);
		grown = realloc(o->found.item, (o->found.count + 1) * sizeof(*grown));
		if (!grown)
			return;
		o->found.item = grown;
		o->found.room = o->found.count + 1;
		o->found.item[o->found.count++] = (struct found){
			.finding = {.warning = true,
				    .rule = W_NEEDLESS_SYNC,
				    .ctx = compiled_info(o->compiled, i)->context,
				    .step = i,
				    .page = NO_ID},
			.times = 1,
		};
	}
}

static void steps_reached(struct outcome *o, const u8 *done)
{
	guint i;

	for (i = 0; i < o->compiled->cell.steps; i++)
		if (!(done[i] & STEP_DONE))
			g_array_append_val(o->unreached, i);
}

static void lines_reached(struct outcome *o, const u32 *done)
{
	enum kline mutated = kline_mutated(&o->compiled->cell.mutation);

	memcpy(o->line_done, done, sizeof(o->line_done));
	o->line_unreached = mutated && !kline_executed(done, mutated);
}

static void conclude(struct outcome *o, u32 broken, gboolean ended)
{
	if (o->found.count)
		qsort(o->found.item, o->found.count, sizeof(*o->found.item), by_place);
	if (broken)
		o->verdict = VERDICT_VIOLATES;
	else if (!o->complete)
		o->verdict = VERDICT_INCONCLUSIVE;
	else if (!ended || o->unreached->len || o->line_unreached)
		o->verdict = VERDICT_VACUOUS;
	else
		o->verdict = VERDICT_CLEAN;
}

static gboolean repeats_for_ever(const struct compiled *c)
{
	guint i;

	for (i = 0; i < c->cell.contexts; i++)
		if (c->cell.context[i].times == TIMES_FOREVER)
			return TRUE;
	return FALSE;
}

/* Does a run of `ctx` make `other` due, as often as it comes? */
static gboolean starts(const struct cell *k, guint ctx, guint other)
{
	const struct context_def *def = &k->context[other];

	return def->times == TIMES_TRIGGERED &&
	       (footprint_triggers(k, ctx, other) ||
		(def->trigger == ON_DEVICE && footprint_starts(k, ctx, def->source)));
}

/* Contexts that make each other due in a circle, like a handler that starts its own device again. */
static gboolean goes_round(const struct cell *k)
{
	guint n = k->contexts, i, j, via;
	g_autofree gboolean *reach = g_new0(gboolean, n * n + 1);
	gboolean round = FALSE;

	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			reach[i * n + j] = starts(k, i, j);
	for (via = 0; via < n; via++)
		for (i = 0; i < n; i++)
			for (j = 0; j < n && reach[i * n + via]; j++)
				reach[i * n + j] |= reach[via * n + j];
	for (i = 0; i < n; i++)
		round |= reach[i * n + i];
	return round;
}

static void run_concluded(struct outcome *o, struct run_result *r)
{
	guint i;

	o->transitions = r->steps;
	o->warned = r->warned;
	o->found = r->found;
	r->found = (struct found_list){0};
	switch (r->stop) {
	case RUN_MAX_STEPS:
		o->complete = FALSE;
		o->limit = "the limit of steps";
		break;
	case RUN_NO_MEMORY:
		o->complete = FALSE;
		o->limit = "memory";
		break;
	case RUN_INTERRUPTED:
		o->complete = FALSE;
		o->interrupted = TRUE;
		o->limit = "an interrupt from the keyboard";
		break;
	case RUN_ENDED:
	case RUN_DIVERGED:
		break;
	}
	for (i = 0; i < RULE_COUNT; i++)
		o->rule[i] = r->broken & BIT(i) ? HOW_YES : HOW_NEVER;
	lines_reached(o, r->line_done);
	if (r->step_done) {
		steps_reached(o, r->step_done);
		if (r->end == END_COMPLETE)
			needless_syncs(o, r->step_done);
	}
	conclude(o, r->broken, r->end == END_COMPLETE);
}

static struct run_options run_options_of(const struct outcome_options *options,
					 const struct compiled *c)
{
	return (struct run_options){
		.max_steps = options->max_steps ? options->max_steps :
			     repeats_for_ever(c) || c->cell.polls || goes_round(&c->cell) ?
						  FOREVER_STEPS :
						  0,
		.interrupted = options->interrupted,
		.progress = options->run_progress,
		.progress_arg = options->progress_arg,
	};
}

struct outcome *outcome_run(struct scenario *s, const struct scenario_cell *cell,
			    const char *schedule, const struct outcome_options *options)
{
	struct outcome *o = outcome_new(s, cell, schedule, FALSE);
	struct run_options run;
	struct run_result r;

	if (o->refused)
		return o;
	run = run_options_of(options, o->compiled);
	run_scheduled(&o->compiled->cell, &o->compiled->schedule, &run, &r);
	o->fate = r.fate;
	o->fates = o->compiled->schedule.events;
	r.fate = NULL;
	o->taken = r.taken;
	r.taken = (struct trail){0};
	run_concluded(o, &r);
	run_result_free(&r);
	return o;
}

struct outcome *outcome_replay(struct scenario *s, const struct scenario_cell *cell,
			       struct trail *trail, const struct outcome_options *options,
			       void (*diverged)(void *arg, const struct world *w,
						const struct choice *choice, enum misfit misfit,
						struct trail_mark is),
			       void *arg)
{
	struct outcome *o = outcome_new(s, cell, "default", FALSE);
	struct run_options run;
	struct run_result r;

	o->trail = *trail;
	*trail = (struct trail){0};
	if (o->refused)
		return o;
	run = run_options_of(options, o->compiled);
	run.max_steps = 0;
	run.diverged = diverged;
	run.arg = arg;
	run_trail(&o->compiled->cell, &o->trail, &run, &r);
	run_concluded(o, &r);
	run_result_free(&r);
	return o;
}

struct outcome *outcome_explore(struct scenario *s, const struct scenario_cell *cell,
				const struct outcome_options *options)
{
	struct outcome *o = outcome_new(s, cell, NULL, TRUE);
	struct explore_options explore_options = {
		.unreduced = options->unreduced,
		.exact = options->exact,
		.trails = !options->trailless,
		.jobs = options->jobs,
		.memory = options->memory,
		.seconds = options->seconds,
		.max_states = options->max_states,
		.first = options->first,
		.interrupted = options->interrupted,
		.progress = options->explore_progress,
		.progress_arg = options->progress_arg,
	};
	struct explore_result r;
	gboolean forever;
	guint i;

	if (o->refused)
		return o;
	if (!explore_options.max_states)
		explore_options.max_states = o->compiled->max_states;
	o->compiled->cell.lines_watched |= options->watch_lines;
	if (options->worst)
		meter_prepare(&o->compiled->cell);
	o->random = options->random;
	if (o->random.schedules) {
		if (!o->random.length)
			o->random.length = repeats_for_ever(o->compiled) ||
							   o->compiled->cell.polls ?
						   RANDOM_LENGTH_FOREVER :
						   RANDOM_LENGTH;
		random_explore(&o->compiled->cell, &o->random, &explore_options, &r,
			       &o->taken_by_chance);
	} else {
		explore(&o->compiled->cell, &explore_options, &r);
	}
	o->states = r.states;
	o->transitions = r.transitions;
	o->ends = r.complete.count + r.early.count;
	o->warned = r.warned;
	o->found = r.found;
	r.found = (struct found_list){0};
	for (i = 0; i < o->found.count; i++) {
		struct found *f = &o->found.item[i];

		/* without memory for it the trail stays as it is */
		if (victims_evict(&o->compiled->cell, &f->trail))
			f->at = f->trail.length;
	}
	o->worst = r.worst;
	r.worst = (struct worst_list){0};
	for (i = 0; i < o->worst.count; i++)
		victims_evict(&o->compiled->cell, &o->worst.item[i].trail);
	o->reduced = r.reduced;
	o->complete = r.stop == EXPLORE_COMPLETE;
	switch (r.stop) {
	case EXPLORE_MAX_STATES:
		o->limit = "the limit of states";
		break;
	case EXPLORE_NO_MEMORY:
		o->limit = "memory";
		break;
	case EXPLORE_TIME:
		o->limit = "the time limit";
		break;
	case EXPLORE_INTERRUPTED:
		o->interrupted = TRUE;
		o->limit = "an interrupt from the keyboard";
		break;
	case EXPLORE_FIRST:
		o->limit = "--first";
		break;
	case EXPLORE_COMPLETE:
		break;
	}
	o->bounded = r.withheld;
	/* however many there were, the next one may be another */
	if (o->random.schedules)
		o->complete = FALSE;
	/* a bound of the file is an assumption, one of the command line a limit */
	if (o->complete && (r.withheld & o->compiled->limited)) {
		o->complete = FALSE;
		o->limit = "--limit";
	}
	forever = repeats_for_ever(o->compiled);
	for (i = 0; i < RULE_COUNT; i++) {
		if (!(r.ever & BIT(i)))
			o->rule[i] = HOW_NEVER;
		else if (o->complete && !forever && (explore_always(&r) & BIT(i)))
			o->rule[i] = HOW_ALWAYS;
		else
			o->rule[i] = HOW_SOMETIMES;
	}
	lines_reached(o, r.line_done);
	if (r.step_done) {
		steps_reached(o, r.step_done);
		if (o->complete)
			needless_syncs(o, r.step_done);
	}
	conclude(o, r.ever, r.complete.count || forever);
	explore_result_free(&r);
	return o;
}
