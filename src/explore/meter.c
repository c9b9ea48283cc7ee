// SPDX-License-Identifier: GPL-2.0-or-later
#include "meter.h"

#include <stdlib.h>

#include "bus.h"

enum cost_id {
#define COST(id, cycles, text) COST_##id,
#include "costs.def"
	COST_COUNT
};

static const u32 cycles_of[] = {
#define COST(id, cycles, text) [COST_##id] = cycles,
#include "costs.def"
};

void meter_prepare(struct cell *k)
{
	k->metered = true;
	world_layout(k);
}

void meter_begin(struct meter *m)
{
	m->cycles = 0;
	m->cache_ops = m->mappings = m->tlb_flushes = 0;
	m->filled = m->step_ended = m->polled = false;
	m->figures = 0;
}

void meter_listen(void *arg, const struct event *e)
{
	struct meter *m = arg;

	/* the environment's, and what a write buffer does on its own */
	if (e->ctx == NO_ID)
		return;
	switch ((enum event_kind)e->kind) {
	case EV_LOAD:
	case EV_STORE:
		m->polled |= e->kstep == KS_poll;
		/* from memory, and no line was filled: past the caches */
		m->cycles += e->e == PLACE_MEMORY && !m->filled ? cycles_of[COST_UNCACHED] :
								  cycles_of[COST_L1_HIT];
		break;
	case EV_FILL:
		/* a line that is written whole is not read from anywhere */
		if (e->c == PLACE_L1)
			break;
		m->filled = true;
		m->cycles += e->c == PLACE_MEMORY ? cycles_of[COST_MEMORY_FILL] :
						    cycles_of[COST_L2_FILL];
		break;
	case EV_WRITEBACK:
		m->cycles += cycles_of[COST_WRITEBACK];
		break;
	case EV_CACHE_OP:
		m->cache_ops++;
		m->cycles += cycles_of[COST_CACHE_OP];
		break;
	case EV_SET_PTE:
		m->mappings += e->a >= PKMAP_BASE && (e->b & LO_V);
		m->cycles += cycles_of[COST_SET_PTE];
		break;
	case EV_TLB_REFILL:
	case EV_TLB_REPAIR:
		m->cycles += cycles_of[COST_TLB_REFILL];
		break;
	case EV_TLB_FLUSH:
		m->tlb_flushes++;
		m->cycles += cycles_of[COST_TLB_FLUSH];
		break;
	case EV_IRQS:
		m->cycles += cycles_of[COST_IRQS];
		break;
	case EV_SYNC_DONE:
		m->cycles += cycles_of[COST_SYNC];
		break;
	case EV_STEP_END:
		m->step_ended = true;
		break;
	case EV_BH:
	case EV_PREEMPT:
	case EV_STEP_BEGIN:
	case EV_KSTEP:
	case EV_DROP:
	case EV_EVICT:
	case EV_DRAIN: /* what the core does not wait for */
	case EV_RUN_BEGIN:
	case EV_RUN_END:
	case EV_SWITCH:
	case EV_SLEEP:
	case EV_SYNC_BEGIN:
	case EV_SYNC_PIECE:
	case EV_DMA_WRITE:
	case EV_DMA_READ:
	case EV_DMA_START:
	case EV_DMA_DONE:
	case EV_MAP:
	case EV_UNMAP:
	case EV_HANDLE:
	case EVENT_COUNT:
		break;
	}
}

u32 meter_hook(const struct world *w, u32 ctx)
{
	const struct w_ctx *c = w_ctx(w, ctx);
	u32 i;

	for (i = 0; i < c->sp; i++) {
		u32 fn = c->frame[i].fn;

		if (fn == KF_dma_map || fn == KF_dma_unmap || fn == KF_dma_sync_for_cpu ||
		    fn == KF_dma_sync_for_device)
			return fn;
	}
	return KF_none;
}

static void tell_figure(struct meter *m, enum worst_kind kind, u32 ctx, u32 step, u32 value)
{
	m->figure[m->figures++] = (struct figure){kind, ctx, step, value};
}

/* A poll that saw nothing new can be made again as often as one likes, as long as nobody else acts. */
static bool polls_on(const struct meter *m, const struct w_ctx *c)
{
	return m->polled && !m->one_schedule && !m->step_ended && c->sp &&
	       c->frame[c->sp - 1].pc == KS_poll;
}

/* Nobody gets in between while irqs are off: the stretch is one context's. */
static void add_window(struct meter *m, struct world *w, u32 ctx)
{
	const struct w_meter *open = w_meter(w, ctx);
	const struct w_ctx *c = w_ctx(w, ctx);
	u32 cpu = w->k->context[ctx].cpu;

	if (w_cpu(w, cpu)->current != ctx + 1 || !c->irqs_off) {
		put(w, &open->irqs_off, 0);
		return;
	}
	if (open->irqs_off != METER_UNBOUNDED)
		put(w, &open->irqs_off,
		    polls_on(m, c) ? METER_UNBOUNDED : open->irqs_off + (u32)m->cycles);
	tell_figure(m, WORST_IRQS_OFF, ctx, NO_ID, open->irqs_off);
}

/* A step calls one hook at most; with its last effect the context may run on into the next step's call. */
static void add_call(struct meter *m, struct world *w, u32 ctx)
{
	const struct w_meter *open = w_meter(w, ctx);
	u32 hook = meter_hook(w, ctx);

	if (open->call) {
		u32 step = open->call - 1;

		put(w, &open->cache_ops, open->cache_ops + m->cache_ops);
		put(w, &open->tlb_flushes, open->tlb_flushes + m->tlb_flushes);
		tell_figure(m, WORST_CACHE_OPS, NO_ID, step, open->cache_ops);
		tell_figure(m, WORST_TLB_FLUSHES, NO_ID, step, open->tlb_flushes);
		if (hook == KF_none || m->step_ended) {
			put(w, &open->call, 0);
			put(w, &open->cache_ops, 0);
			put(w, &open->tlb_flushes, 0);
		}
	}
	if (hook != KF_none)
		put(w, &open->call, w_ctx(w, ctx)->step + 1);
}

static void look_at_nesting(struct meter *m, const struct world *w, u32 cpu)
{
	u32 contexts = 0, calls = 0, at;

	for (at = w_cpu(w, cpu)->current; at; at = w_ctx(w, at - 1)->below) {
		contexts++;
		calls += w_meter(w, at - 1)->call != 0;
	}
	tell_figure(m, WORST_NESTING, NO_ID, NO_ID, contexts);
	tell_figure(m, WORST_NESTED_CALLS, NO_ID, NO_ID, calls);
}

void meter_applied(struct meter *m, struct world *w, const struct choice *choice)
{
	/* what devices and the environment do takes no CPU's time */
	if (choice->kind != CHOICE_STEP && choice->kind != CHOICE_ENTER) {
		meter_begin(m);
		return;
	}
	add_window(m, w, choice->actor);
	add_call(m, w, choice->actor);
	look_at_nesting(m, w, w->k->context[choice->actor].cpu);
}

bool figure_same(const struct figure *a, const struct figure *b)
{
	return a->kind == b->kind && a->ctx == b->ctx && a->step == b->step;
}

static struct worst *lookup(struct worst_list *list, const struct figure *f)
{
	u32 i;

	for (i = 0; i < list->count; i++)
		if (figure_same(&list->item[i].figure, f))
			return &list->item[i];
	return NULL;
}

static struct worst *worst_new(struct worst_list *list)
{
	if (list->count == list->room) {
		u32 room = list->room ? 2 * list->room : 16;
		struct worst *grown = realloc(list->item, room * sizeof(*grown));

		if (!grown)
			return NULL;
		list->item = grown;
		list->room = room;
	}
	list->item[list->count] = (struct worst){0};
	return &list->item[list->count++];
}

bool worst_note(struct worst_list *list, const struct meter *m, const struct trail *trail)
{
	u32 i;

	for (i = 0; i < m->figures; i++) {
		const struct figure *f = &m->figure[i];
		struct worst *have = lookup(list, f);

		if (have && have->figure.value >= f->value)
			continue;
		if (!have)
			have = worst_new(list);
		if (!have || (trail && !trail_copy(&have->trail, trail->choice, trail->length)))
			return false;
		have->figure = *f;
	}
	return true;
}

bool worst_merge(struct worst_list *list, struct worst *other)
{
	struct worst *have = lookup(list, &other->figure);
	struct trail trail;

	if (have && have->figure.value >= other->figure.value)
		return true;
	if (!have)
		have = worst_new(list);
	if (!have)
		return false;
	trail = have->trail;
	*have = *other;
	other->trail = trail;
	return true;
}

void worst_take_trail(struct worst_list *list, struct worst *other)
{
	struct worst *have = lookup(list, &other->figure);
	struct trail trail;

	if (!have || have->shortest || have->figure.value != other->figure.value)
		return;
	trail = have->trail;
	have->trail = other->trail;
	other->trail = trail;
}

static int worst_order(const void *a, const void *b)
{
	const struct figure *x = &((const struct worst *)a)->figure;
	const struct figure *y = &((const struct worst *)b)->figure;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->ctx != y->ctx)
		return x->ctx < y->ctx ? -1 : 1;
	return x->step < y->step ? -1 : x->step > y->step;
}

void worst_sort(struct worst_list *list)
{
	if (list->count)
		qsort(list->item, list->count, sizeof(*list->item), worst_order);
}

void worst_free(struct worst_list *list)
{
	u32 i;

	for (i = 0; i < list->count; i++)
		trail_free(&list->item[i].trail);
	free(list->item);
	*list = (struct worst_list){0};
}
