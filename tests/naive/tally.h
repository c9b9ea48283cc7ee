/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Worst cases once more, by other means than src/explore/meter: stretches with irqs off are summed per CPU, cache ops
 * and flushes of a call where they happen, by the frames the context has then; the cycles are those of the table in
 * docs/model.md, written down again.
 */
#ifndef TESTS_NAIVE_TALLY_H
#define TESTS_NAIVE_TALLY_H

#include "../../src/engine.h"

#define TALLY_UNBOUNDED NO_ID

/* What is open in a state; part of it. */
struct tally_open {
	u32 irqs_off[MAX_CPUS]; /* cycles */
	u32 ops[64], flushes[64]; /* per context */
};

#define TALLY_WORDS (sizeof(struct tally_open) / sizeof(u32))

struct tallying {
	const struct world *w;
	struct tally_open open;
	u32 spent;
	bool filled, polled, step_ended;
	/* the largest seen */
	u32 irqs_off[64]; /* per context */
	u32 *ops, *flushes; /* per scenario step */
	u32 nesting, nested_calls;
};

/* The world's listener. */
void tally_event(void *arg, const struct event *e);
void tally_choice(struct tallying *t, const struct choice *choice);

#endif
