// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost.h"

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

struct meter {
	struct cost *cost;
	guint64 window[MAX_CPUS]; /* cycles since irqs went off */
	guint64 spent; /* by the choice under way */
	gboolean filled; /* it filled a line */
};

static void on_event(void *arg, const struct event *e)
{
	struct meter *m = arg;

	switch ((enum event_kind)e->kind) {
	case EV_LOAD:
	case EV_STORE:
		/* from memory, and no line was filled: past the caches */
		m->spent += e->e == PLACE_MEMORY && !m->filled ? cycles_of[COST_UNCACHED] :
								 cycles_of[COST_L1_HIT];
		break;
	case EV_FILL:
		/* a line that is written whole is not read from anywhere */
		if (e->c == PLACE_L1)
			break;
		m->filled = TRUE;
		m->spent += e->c == PLACE_MEMORY ? cycles_of[COST_MEMORY_FILL] :
						   cycles_of[COST_L2_FILL];
		break;
	case EV_WRITEBACK:
		m->spent += cycles_of[COST_WRITEBACK];
		break;
	case EV_CACHE_OP:
		m->cost->cache_ops++;
		m->spent += cycles_of[COST_CACHE_OP];
		break;
	case EV_SET_PTE:
		m->cost->mappings += e->a >= PKMAP_BASE && (e->b & LO_V);
		m->spent += cycles_of[COST_SET_PTE];
		break;
	case EV_TLB_REFILL:
	case EV_TLB_REPAIR:
		m->spent += cycles_of[COST_TLB_REFILL];
		break;
	case EV_TLB_FLUSH:
		m->cost->tlb_flushes++;
		m->spent += cycles_of[COST_TLB_FLUSH];
		break;
	case EV_IRQS:
		m->spent += cycles_of[COST_IRQS];
		break;
	case EV_STEP_BEGIN:
	case EV_STEP_END:
	case EV_KSTEP:
	case EV_DROP:
	case EV_EVICT:
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

static void on_applied(void *arg, const struct world *w, const struct choice *choice)
{
	struct meter *m = arg;
	u32 cpu;

	/* what devices and the environment do takes no CPU's time */
	if (choice->kind == CHOICE_STEP || choice->kind == CHOICE_ENTER) {
		m->cost->cycles += m->spent;
		for (cpu = 0; cpu < w->k->machine.cpus; cpu++) {
			u32 current = w_cpu(w, cpu)->current;

			if (current && w_ctx(w, current - 1)->irqs_off)
				m->window[cpu] += m->spent;
			else
				m->window[cpu] = 0;
			m->cost->irqs_off = MAX(m->cost->irqs_off, m->window[cpu]);
		}
	}
	m->spent = 0;
	m->filled = FALSE;
}

gboolean cost_measure(struct scenario *s, const struct scenario_cell *cell,
		      const struct outcome_options *options, struct cost *ret)
{
	struct compiled *c = scenario_compile(s, cell, "default", TRUE);
	struct meter meter = {.cost = ret};
	struct run_options run = {
		.max_steps = options->max_steps ? options->max_steps : 1000000,
		.interrupted = options->interrupted,
		.listen = on_event,
		.applied = on_applied,
		.arg = &meter,
	};
	struct run_result result;
	gboolean ended;

	*ret = (struct cost){0};
	bug_on(!c, "a cell that was checked does not compile");
	if (c->refused) {
		compiled_free(c);
		return FALSE;
	}
	run_scheduled(&c->cell, &c->schedule, &run, &result);
	ended = result.stop == RUN_ENDED;
	run_result_free(&result);
	compiled_free(c);
	return ended;
}
