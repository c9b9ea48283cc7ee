// SPDX-License-Identifier: GPL-2.0-or-later
#include "divergence.h"

#include <stdlib.h>

#include "cache_model.h"
#include "context.h"
#include "choice_words.h"
#include "explore/trailtext.h"

#define POSSIBLE_MAX 8u

/* What the callback found, put into words when the compiled cell is at hand. */
struct witness {
	struct divergence *d;
	const struct cell *k;
	struct choice choice;
	struct trail_mark is;
	enum misfit misfit;
	enum ctx_state state; /* of a context that cannot do what it should */
	u32 step; /* of the scenario, that the context is in: NO_ID behind its last */
	u32 wait, cpu_top; /* cpu_top: context on its CPU, NO_ID: none */
	gboolean irqs_off, can_begin;
	struct choice offered[POSSIBLE_MAX];
	struct trail_mark offer[POSSIBLE_MAX];
	u32 offers;
};

static void on_diverged(void *arg, const struct world *w, const struct choice *choice,
			enum misfit misfit, struct trail_mark is)
{
	struct witness *v = arg;
	u32 i;

	v->d->found = TRUE;
	v->k = w->k;
	v->choice = *choice;
	v->is = is;
	v->misfit = misfit;
	v->offers = engine_enabled_plain(w, v->offered, POSSIBLE_MAX);
	v->offers = min_u32(v->offers, POSSIBLE_MAX);
	for (i = 0; i < v->offers; i++)
		v->offer[i] = (struct trail_mark){trail_effect(w, &v->offered[i]), MARK_UNKNOWN};
	v->cpu_top = v->step = NO_ID;
	if ((choice->kind != CHOICE_STEP && choice->kind != CHOICE_ENTER) ||
	    choice->actor >= w->k->contexts)
		return;
	if (w_ctx(w, choice->actor)->sp) {
		u32 end = w->k->context[choice->actor].first_step +
			  w->k->context[choice->actor].steps;

		v->step = w_ctx(w, choice->actor)->step;
		v->d->place = min_u32(v->step, end - 1);
		v->step = v->step < end ? v->step : NO_ID;
	}
	v->state = (enum ctx_state)w_ctx(w, choice->actor)->state;
	v->wait = w_ctx(w, choice->actor)->wait;
	v->can_begin = context_can_begin(w, choice->actor);
	v->cpu_top = w_cpu(w, w->k->context[choice->actor].cpu)->current - 1;
	if (v->cpu_top != NO_ID)
		v->irqs_off = w_ctx(w, v->cpu_top)->irqs_off != 0;
}

static char *why_no_fill(const struct compiled *c, const struct witness *v, const char *actor)
{
	if (v->choice.actor >= c->cell.machine.cpus)
		return g_strdup("the cell has no such D-cache");
	if (c->cell.machine.speculation == SPECULATION_NONE)
		return g_strdup("the machine does not speculate");
	return g_strdup_printf("%s holds the line there, or no address leads the CPU to it", actor);
}

static char *why_impossible(const struct compiled *c, const struct witness *v)
{
	g_autofree char *actor = choice_actor(c, &v->choice);
	const char *top = v->cpu_top == NO_ID ? NULL : compiled_context_name(c, v->cpu_top);

	if (v->misfit == MISFIT_PICK)
		return g_strdup_printf("nothing that it decides there has such an alternative: %u",
				       v->choice.pick & ~PICK_BY_TAG);
	switch ((enum choice_kind)v->choice.kind) {
	case CHOICE_STEP:
	case CHOICE_ENTER:
		if (v->choice.actor >= c->cell.contexts)
			return g_strdup("the cell has no such context");
		if (v->state == CTX_DONE)
			return g_strdup_printf("all runs of %s are over", actor);
		if (v->wait != WAIT_NONE)
			return g_strdup_printf("%s waits", actor);
		if (v->state == CTX_IDLE && !v->can_begin)
			return g_strdup_printf("nothing has let %s begin", actor);
		if (v->choice.kind == CHOICE_STEP && v->state != CTX_CURRENT)
			return g_strdup_printf("%s does not have its CPU", actor);
		if (v->cpu_top == v->choice.actor)
			return g_strdup_printf("%s has its CPU already", actor);
		if (top)
			return g_strdup_printf("%s has the CPU%s", top,
					       v->irqs_off ? ", with irqs off" : "");
		return g_strdup_printf("%s cannot", actor);
	case CHOICE_DEVICE:
		if (v->choice.actor >= c->cell.devices)
			return g_strdup("the cell has no such device");
		return g_strdup_printf("%s is idle", actor);
	case CHOICE_EVICT:
		if (v->choice.actor >= cache_count(&c->cell))
			return g_strdup("the cell has no such cache");
		return g_strdup_printf("%s has no such line there", actor);
	case CHOICE_FILL:
		return why_no_fill(c, v, actor);
	case CHOICE_DRAIN:
		if (v->choice.actor >= c->cell.machine.cpus || !c->cell.machine.buffer.present)
			return g_strdup("the cell has no such write buffer");
		return g_strdup_printf("no such line waits in %s", actor);
	case CHOICE_FINISH:
		break;
	}
	return g_strdup("there is more to do");
}

/* The one step of the context that has the digest; NO_ID for none, or several. */
static guint step_of_digest(const struct cell *k, u32 ctx, u16 digest)
{
	guint found = NO_ID, i;

	if (ctx >= k->contexts)
		return NO_ID;
	for (i = 0; i < k->context[ctx].steps; i++) {
		guint step = k->context[ctx].first_step + i;

		if (trail_step_digest(&k->step[step]) != digest)
			continue;
		if (found != NO_ID)
			return NO_ID;
		found = step;
	}
	return found;
}

static void put_into_words(struct divergence *d, const struct witness *v, const struct outcome *o)
{
	const struct compiled *c = o->compiled;
	struct trail_mark said = {MARK_UNKNOWN, MARK_UNKNOWN};
	char *text = trail_print_choice(&v->choice);
	guint i;

	d->at = o->transitions + 1;
	d->choice = g_strdup(text ? text : "?");
	free(text);
	if (o->trail.mark)
		said = o->trail.mark[o->transitions];
	if (said.step < MARK_STEPS)
		d->wanted = step_of_digest(&c->cell, v->choice.actor, said.step);
	/* the step it goes on in is known where the model has not left it */
	d->expected = choice_clause(c, &v->choice, said,
				    said.step == MARK_SAME && v->is.step == MARK_SAME ? v->step :
											d->wanted);
	if (v->misfit != MISFIT_EFFECT) {
		d->got = why_impossible(c, v);
		for (i = 0; i < v->offers; i++)
			g_ptr_array_add(d->possible,
					choice_clause(c, &v->offered[i], v->offer[i], NO_ID));
		return;
	}
	d->got = choice_clause(c, &v->choice, v->is, v->step);
}

struct outcome *divergence_replay(struct scenario *s, const struct scenario_cell *cell,
				  struct trail *trail, const struct outcome_options *options,
				  struct divergence *ret)
{
	struct witness v = {.d = ret};
	struct outcome *o;

	*ret = (struct divergence){.place = NO_ID, .wanted = NO_ID};
	ret->possible = g_ptr_array_new_with_free_func(g_free);
	o = outcome_replay(s, cell, trail, options, on_diverged, &v);
	if (ret->found)
		put_into_words(ret, &v, o);
	return o;
}

void divergence_clear(struct divergence *d)
{
	g_free(d->choice);
	g_free(d->expected);
	g_free(d->got);
	g_ptr_array_unref(d->possible);
}
