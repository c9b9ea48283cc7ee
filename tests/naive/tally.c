// SPDX-License-Identifier: GPL-2.0-or-later
#include "tally.h"

static u32 larger(u32 a, u32 b)
{
	return a > b ? a : b;
}

static bool in_call(const struct world *w, u32 ctx)
{
	const struct w_ctx *c = w_ctx(w, ctx);
	u32 i;

	for (i = 0; i < c->sp; i++)
		if (c->frame[i].fn == KF_dma_map || c->frame[i].fn == KF_dma_unmap ||
		    c->frame[i].fn == KF_dma_sync_for_cpu ||
		    c->frame[i].fn == KF_dma_sync_for_device)
			return true;
	return false;
}

void tally_event(void *arg, const struct event *e)
{
	struct tallying *t = arg;
	bool counts = e->ctx != NO_ID && in_call(t->w, e->ctx);

	if (e->kind == EV_LOAD || e->kind == EV_STORE) {
		t->spent += e->e == PLACE_MEMORY && !t->filled ? 50 : 1;
		t->polled |= e->kstep == KS_poll;
	} else if (e->kind == EV_FILL && e->c != PLACE_L1 && e->ctx != NO_ID) {
		t->spent += e->c == PLACE_MEMORY ? 75 : 22;
		t->filled = true;
	} else if (e->kind == EV_WRITEBACK && e->ctx != NO_ID) {
		t->spent += 22;
	} else if (e->kind == EV_CACHE_OP) {
		t->spent += 3;
		if (counts) {
			t->open.ops[e->ctx]++;
			t->ops[e->step] = larger(t->ops[e->step], t->open.ops[e->ctx]);
		}
	} else if (e->kind == EV_SYNC_DONE) {
		t->spent += 10;
	} else if (e->kind == EV_SET_PTE) {
		t->spent += 2;
	} else if (e->kind == EV_TLB_REFILL || e->kind == EV_TLB_REPAIR) {
		t->spent += 38;
	} else if (e->kind == EV_TLB_FLUSH) {
		t->spent += 28;
		if (counts) {
			t->open.flushes[e->ctx]++;
			t->flushes[e->step] = larger(t->flushes[e->step], t->open.flushes[e->ctx]);
		}
	} else if (e->kind == EV_IRQS) {
		t->spent += 3;
	} else if (e->kind == EV_STEP_END) {
		t->step_ended = true;
		t->open.ops[e->ctx] = t->open.flushes[e->ctx] = 0;
	}
}

static void nesting(struct tallying *t, u32 cpu)
{
	u32 depth = 0, calls = 0, at;

	for (at = w_cpu(t->w, cpu)->current; at; at = w_ctx(t->w, at - 1)->below) {
		depth++;
		calls += in_call(t->w, at - 1);
	}
	t->nesting = larger(t->nesting, depth);
	t->nested_calls = larger(t->nested_calls, calls);
}

static void contexts_choice(struct tallying *t, u32 ctx)
{
	u32 cpu = t->w->k->context[ctx].cpu;
	u32 top = w_cpu(t->w, cpu)->current;
	u32 *window = &t->open.irqs_off[cpu];

	if (!top || !w_ctx(t->w, top - 1)->irqs_off) {
		*window = 0;
	} else {
		if (t->polled && !t->step_ended)
			*window = TALLY_UNBOUNDED;
		else if (*window != TALLY_UNBOUNDED)
			*window += t->spent;
		t->irqs_off[top - 1] = larger(t->irqs_off[top - 1], *window);
	}
	if (!in_call(t->w, ctx))
		t->open.ops[ctx] = t->open.flushes[ctx] = 0;
	nesting(t, cpu);
}

void tally_choice(struct tallying *t, const struct choice *choice)
{
	if (choice->kind == CHOICE_STEP || choice->kind == CHOICE_ENTER)
		contexts_choice(t, choice->actor);
	t->spent = 0;
	t->filled = t->polled = t->step_ended = false;
}
