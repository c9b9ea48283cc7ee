// SPDX-License-Identifier: GPL-2.0-or-later
#include "context.h"

static const struct context_def *def_of(const struct world *w, u32 ctx)
{
	return &w->k->context[ctx];
}

static u32 top_of(const struct world *w, u32 cpu)
{
	return w_cpu(w, cpu)->current - 1;
}

static bool level_on_cpu(const struct world *w, u32 cpu, enum ctx_level level)
{
	u32 at;

	for (at = w_cpu(w, cpu)->current; at; at = w_ctx(w, at - 1)->below)
		if (def_of(w, at - 1)->level == level)
			return true;
	return false;
}

bool context_in_interrupt(const struct world *w, u32 cpu)
{
	u32 at;

	for (at = w_cpu(w, cpu)->current; at; at = w_ctx(w, at - 1)->below)
		if (def_of(w, at - 1)->level != LEVEL_PROCESS || w_ctx(w, at - 1)->bh_off)
			return true;
	return false;
}

bool context_in_hardirq(const struct world *w, u32 cpu)
{
	return level_on_cpu(w, cpu, LEVEL_HARDIRQ);
}

bool context_atomic(const struct world *w, u32 ctx)
{
	const struct w_ctx *c = w_ctx(w, ctx);

	return def_of(w, ctx)->level != LEVEL_PROCESS || c->irqs_off || c->bh_off || c->preempt_off;
}

void context_might_sleep(const struct act *a)
{
	if (context_atomic(a->w, a->ctx))
		oracle_break_kernel(a, R_SLEEP_IN_ATOMIC);
}

static bool absent(const struct cell *k, u32 ctx)
{
	return k->absent && ctx < 64 && k->absent >> ctx & 1;
}

bool context_can_begin(const struct world *w, u32 ctx)
{
	const struct context_def *def = def_of(w, ctx);
	const struct w_ctx *c = w_ctx(w, ctx);

	if (c->state != CTX_IDLE || absent(w->k, ctx))
		return false;
	switch (def->trigger) {
	case ON_START:
	case ON_ANY:
		return true; /* CTX_DONE once its times are used up */
	case ON_CONTEXT:
	case ON_DEVICE:
	case ON_RAISE:
		return c->pending > 0;
	}
	return false;
}

static bool interruptible(const struct world *w, u32 ctx)
{
	const struct context_def *def = def_of(w, ctx);
	u32 cpu = def->cpu;
	const struct w_ctx *top;
	u32 at;

	if (!w_cpu(w, cpu)->current)
		return true;
	top = w_ctx(w, top_of(w, cpu));
	if (top->irqs_off || w_top(w)->ended)
		return false;
	if (def->level == LEVEL_HARDIRQ)
		return w->k->hardirq_nesting || !level_on_cpu(w, cpu, LEVEL_HARDIRQ);
	for (at = w_cpu(w, cpu)->current; at; at = w_ctx(w, at - 1)->below)
		if (def_of(w, at - 1)->level != LEVEL_PROCESS || w_ctx(w, at - 1)->bh_off)
			return false;
	return true;
}

bool context_cpu_free(const struct world *w, u32 ctx)
{
	const struct context_def *def = def_of(w, ctx);
	u32 current = w_cpu(w, def->cpu)->current;

	if (def->level != LEVEL_PROCESS)
		return interruptible(w, ctx);
	if (!current)
		return true;
	return w->k->preempt && def_of(w, current - 1)->level == LEVEL_PROCESS &&
	       !context_atomic(w, current - 1);
}

bool context_can_step(const struct world *w, u32 ctx)
{
	const struct w_ctx *c = w_ctx(w, ctx);

	return w_cpu(w, def_of(w, ctx)->cpu)->current == ctx + 1 && c->wait == WAIT_NONE;
}

static bool times_finite(u32 times)
{
	return times < TIMES_TRIGGERED;
}

static void run_end(struct act *a);

/* Lets the context run on, without any effect, from one scenario step into the next. */
static void advance(struct act *a)
{
	const struct context_def *def = def_of(a->w, a->ctx);
	const struct w_ctx *c = kstep_ctx(a);
	const struct cell *k = a->k;

	for (;;) {
		const struct step *step;

		if (c->sp) {
			enum k_result result = kstep_run(a);

			if (result != K_RETURNED)
				return;
			if (c->step == def->first_step + def->steps) {
				run_end(a);
				return;
			}
			a->w->step_done[c->step] |= STEP_DONE;
			tell(a, EV_STEP_END, c->step);
			put(a->w, &c->step, c->step + 1);
		}
		while (c->step < def->first_step + def->steps) {
			step = &k->step[c->step];
			if (step->fn != KF_none)
				break;
			/* the end of a `repeat`: arg = times, first step of the body, depth */
			a->w->step_done[c->step] |= STEP_DONE;
			if (c->loop[step->arg[2]] + 1 < step->arg[0]) {
				put(a->w, &c->loop[step->arg[2]], c->loop[step->arg[2]] + 1);
				put(a->w, &c->step, step->arg[1]);
			} else {
				put(a->w, &c->loop[step->arg[2]], 0);
				put(a->w, &c->step, c->step + 1);
			}
		}
		a->step = c->step;
		if (c->step < def->first_step + def->steps) {
			if (k->identities) {
				const u32 *n = a->w->word + k->layout.iteration + c->step;

				put(a->w, n, *n + 1);
			}
			tell(a, EV_STEP_BEGIN, c->step);
			kstep_begin(a, step->fn, NULL, 0);
		} else if (def->level != LEVEL_PROCESS) {
			a->step = c->step - 1;
			kstep_begin(a, KF_irq_return, NULL, 0);
		} else {
			a->step = c->step - 1;
			run_end(a);
			return;
		}
	}
}

void context_enter(struct act *a)
{
	const struct context_def *def = def_of(a->w, a->ctx);
	const struct w_ctx *c = kstep_ctx(a);
	const struct w_cpu *cpu = w_cpu(a->w, a->cpu);
	bool begins = c->state == CTX_IDLE;

	if (def->level == LEVEL_PROCESS) {
		if (cpu->current)
			put(a->w, &w_ctx(a->w, cpu->current - 1)->state, CTX_READY);
		put(a->w, &cpu->asid, def->mm + 1);
	} else {
		put(a->w, &c->below, cpu->current);
		/* 2.6.35 on, handlers run with irqs off unless the platform lets them nest */
		put(a->w, &c->irqs_off, def->level == LEVEL_HARDIRQ && !a->k->hardirq_nesting);
	}
	put(a->w, &cpu->current, a->ctx + 1);
	put(a->w, &c->state, CTX_CURRENT);
	if (!begins) {
		a->step = c->step;
		tell(a, EV_SWITCH, 0);
		return;
	}
	if (times_finite(def->times))
		put(a->w, &c->runs, c->runs + 1);
	if (def->trigger != ON_START && def->trigger != ON_ANY)
		put(a->w, &c->pending, c->pending - 1);
	put(a->w, &c->step, def->first_step);
	a->step = def->first_step;
	tell(a, EV_RUN_BEGIN, 0);
	advance(a);
}

void context_step(struct act *a)
{
	a->step = kstep_ctx(a)->step;
	if (a->step == def_of(a->w, a->ctx)->first_step + def_of(a->w, a->ctx)->steps)
		a->step--;
	advance(a);
}

/* Wakes what waits for this run: contexts started by it, waiters of the device it served. */
static void run_end(struct act *a)
{
	const struct context_def *def = def_of(a->w, a->ctx);
	const struct w_ctx *c = kstep_ctx(a);
	const struct w_cpu *cpu = w_cpu(a->w, a->cpu);
	u32 left = 0, i;

	if (c->irqs_off && !(def->level == LEVEL_HARDIRQ && !a->k->hardirq_nesting))
		left |= LEFT_IRQS;
	if (c->bh_off)
		left |= LEFT_BH;
	if (c->preempt_off)
		left |= LEFT_PREEMPT;
	if (left)
		oracle_break_unbalanced(a, left);
	put(a->w, &c->irqs_off, 0);
	put(a->w, &c->bh_off, 0);
	put(a->w, &c->preempt_off, 0);
	put(a->w, &cpu->current, c->below);
	put(a->w, &c->below, 0);
	put(a->w, &c->step, 0);
	put(a->w, &c->state,
	    times_finite(def->times) && c->runs == def->times ? CTX_DONE : CTX_IDLE);
	tell(a, EV_RUN_END, 0);
	for (i = 0; i < a->k->contexts; i++)
		if (def_of(a->w, i)->trigger == ON_CONTEXT && def_of(a->w, i)->source == a->ctx)
			context_trigger(a, i);
	if (def->trigger == ON_DEVICE) {
		const struct w_device *d = w_device(a->w, def->source);

		if (!a->k->device[def->source].unwaited)
			put(a->w, &d->completions, d->completions + 1);
		context_wake(a, WAIT_DEVICE, def->source);
	}
}

void context_sleep(struct act *a, enum wait_kind kind, u32 what)
{
	const struct w_ctx *c = kstep_ctx(a);

	context_might_sleep(a);
	tell(a, EV_SLEEP, kind, what);
	put(a->w, &c->wait, kind);
	put(a->w, &c->wait_arg, what);
	if (def_of(a->w, a->ctx)->level != LEVEL_PROCESS)
		return; /* an interrupt has no process to put aside: it hangs here until woken */
	put(a->w, &c->state, CTX_SLEEPING);
	put(a->w, &w_cpu(a->w, a->cpu)->current, 0);
}

void context_wake(const struct act *a, enum wait_kind kind, u32 what)
{
	u32 i;

	for (i = 0; i < a->k->contexts; i++) {
		const struct w_ctx *c = w_ctx(a->w, i);

		if (c->wait != (u32)kind || c->wait_arg != what)
			continue;
		put(a->w, &c->wait, WAIT_NONE);
		put(a->w, &c->wait_arg, 0);
		if (c->state == CTX_SLEEPING)
			put(a->w, &c->state, CTX_READY);
	}
}

void context_trigger(const struct act *a, u32 ctx)
{
	const struct context_def *def = def_of(a->w, ctx);
	const struct w_ctx *c = w_ctx(a->w, ctx);

	/* a softirq's pending bit is one bit; completions and ended runs are counted */
	if (def->trigger == ON_RAISE && c->pending)
		return;
	if (times_finite(def->times) && c->runs + c->pending >= def->times)
		return;
	/* what repeats for ever after a context that repeats for ever is due, not counted */
	if (def->times == TIMES_FOREVER && c->pending)
		return;
	put(a->w, &c->pending, c->pending + 1);
}

bool context_ended(const struct world *w, u32 ctx)
{
	const struct w_ctx *c = w_ctx(w, ctx);
	u32 times = def_of(w, ctx)->times;

	if (absent(w->k, ctx))
		return true;
	if (times == TIMES_FOREVER || times == TIMES_TRIGGERED)
		return c->state == CTX_IDLE && !(times == TIMES_TRIGGERED && c->pending);
	return c->state == CTX_DONE;
}

bool context_all_ended(const struct world *w)
{
	u32 i;

	for (i = 0; i < w->k->contexts; i++)
		if (!context_ended(w, i))
			return false;
	return true;
}

u32 context_next_kstep(const struct world *w, u32 ctx)
{
	const struct w_ctx *c = w_ctx(w, ctx);

	return c->sp ? c->frame[c->sp - 1].pc : (u32)KS_NONE;
}
