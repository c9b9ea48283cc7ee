// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost.h"

#include "explore/run.h"

struct summing {
	struct meter meter;
	struct cost *cost;
};

static void on_applied(void *arg, const struct world *w, const struct choice *choice)
{
	const struct summing *s = arg;
	const struct meter *m = &s->meter;
	u32 i;

	(void)w;
	(void)choice;
	s->cost->cycles += m->cycles;
	s->cost->cache_ops += m->cache_ops;
	s->cost->mappings += m->mappings;
	s->cost->tlb_flushes += m->tlb_flushes;
	for (i = 0; i < m->figures; i++)
		if (m->figure[i].kind == WORST_IRQS_OFF)
			s->cost->irqs_off = MAX(s->cost->irqs_off, m->figure[i].value);
}

gboolean cost_measure(struct scenario *s, const struct scenario_cell *cell,
		      const struct outcome_options *options, struct cost *ret)
{
	struct compiled *c = scenario_compile(s, cell, "default", TRUE);
	struct summing summing = {.meter = {.one_schedule = true}, .cost = ret};
	struct run_options run = {
		.max_steps = options->max_steps ? options->max_steps : 1000000,
		.interrupted = options->interrupted,
		.meter = &summing.meter,
		.applied = on_applied,
		.arg = &summing,
	};
	struct run_result result;
	gboolean ended;

	*ret = (struct cost){0};
	bug_on(!c, "a cell that was checked does not compile");
	if (c->refused) {
		compiled_free(c);
		return FALSE;
	}
	meter_prepare(&c->cell);
	run_scheduled(&c->cell, &c->schedule, &run, &result);
	ended = result.stop == RUN_ENDED;
	run_result_free(&result);
	compiled_free(c);
	return ended;
}
