// SPDX-License-Identifier: GPL-2.0-or-later
/* Each cause where it is the cause is confirmed; every other one, claimed in its place, does not stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <glib.h>

#include "judge/check.h"

struct sample {
	enum cause cause;
	const char *path, *cell;
	u32 others; /* bits of causes that would be confirmed as well, and why they are not wrong */
};

#define GOLDEN(name) "tests/golden/report/" name ".yaml"

static const struct sample samples[] = {
	{CAUSE_NOT_WRITTEN_BACK, "scenarios/dma/writeback-sata.yaml", "schedule=default", 0},
	{CAUSE_NOT_INVALIDATED, "scenarios/dma/readahead-sata.yaml",
	 "strategy=none,l2=no,schedule=default", 0},
	{CAUSE_NOT_INVALIDATED, GOLDEN("old-below"), NULL, 0},
	{CAUSE_CLOBBERED_BY_WRITEBACK, "scenarios/dma/readahead-sata.yaml",
	 "strategy=none,l2=yes,schedule=evict-after", 0},
	{CAUSE_DIRTY_LINE_DISCARDED, GOLDEN("dirty-line-discarded"), NULL, 0},
	{CAUSE_DIRTY_LINE_DISCARDED, GOLDEN("discarded-above"), NULL, 0},
	{CAUSE_ALIAS, "scenarios/alias/two-colours.yaml", "page=4KiB,colour=1,schedule=default", 0},
	{CAUSE_REFILLED_DURING_DMA, GOLDEN("refilled-during-dma"), NULL, 0},
	/* nor was it written back: of the two the one that says where is told */
	{CAUSE_L2_NOT_MAINTAINED, GOLDEN("l2-not-maintained"), NULL,
	 BIT(CAUSE_NOT_WRITTEN_BACK)},
	{CAUSE_REMOTE_CPU_NOT_MAINTAINED, "scenarios/coherent/two-cpus.yaml",
	 "strategy=none,coherence=none,l2=no,schedule=default", 0},
	{CAUSE_STALE_TLB_ENTRY, "scenarios/tlb/missing-flush.yaml",
	 "mutation=without:kunmap_high_l1_vipt.local_flush_tlb_one,schedule=default", 0},
	{CAUSE_SLOT_REUSED, "scenarios/nest/user-softirq-hardirq.yaml",
	 "strategy=shared-slot,machine=24kec-rt5350,evict=none,schedule=default", 0},
	{CAUSE_PARTIAL_LINE, GOLDEN("partial-line"), "strategy=none", 0},
	{CAUSE_FOREIGN_WRITE, GOLDEN("foreign-write"), NULL, 0},
};

struct fixture {
	struct diag *diag;
	struct scenario *s;
	struct outcome *o;
	struct history *h;
	struct explanation e;
};

/* Runs the sample, and records its first violation that has the cause. */
static void fixture_up(struct fixture *f, const struct sample *sample)
{
	const struct scenario_options scenario_options = {0};
	const struct outcome_options options = {0};
	const struct scenario_cell *cell = NULL;
	guint i;

	*f = (struct fixture){.diag = diag_new()};
	f->s = scenario_load(f->diag, sample->path, &scenario_options);
	assert_non_null(f->s);
	for (i = 0; i < f->s->cells->len; i++) {
		const struct scenario_cell *c = f->s->cells->pdata[i];

		if (!sample->cell || g_str_has_suffix(c->id, sample->cell))
			cell = cell ? cell : c;
	}
	assert_non_null(cell);
	f->o = outcome_run(f->s, cell, cell->schedule, &options);
	for (i = 0; i < f->o->found.count; i++) {
		f->h = history_record(f->o, &f->o->found.item[i]);
		assert_non_null(f->h);
		explain(f->h, &f->e);
		if (f->e.cause == sample->cause)
			return;
		history_free(f->h);
	}
	fail_msg("%s: nothing is explained by %s", sample->path, cause_name(sample->cause));
}

static void fixture_down(struct fixture *f)
{
	history_free(f->h);
	outcome_free(f->o);
	scenario_free(f->s);
	diag_free(f->diag);
}

/* The same facts with another cause, and what that one needs besides, taken from the neighbourhood. */
static struct explanation wrong_claim(const struct fixture *f, enum cause cause)
{
	struct explanation claim = f->e;

	claim.cause = cause;
	claim.check = (struct check){.place = NO_ID};
	if (claim.culprit == NO_ID)
		claim.culprit = claim.sync != NO_ID ? claim.sync : claim.reader - 1;
	if (claim.source < 0)
		claim.source = 0;
	if (claim.sync == NO_ID)
		claim.sync = claim.sync_end = claim.reader - 1;
	if (claim.other_op == NO_ID)
		claim.other_op = claim.sync;
	return claim;
}

static void test_confirmed(void **state)
{
	guint i;

	(void)state;
	for (i = 0; i < G_N_ELEMENTS(samples); i++) {
		struct fixture f;

		fixture_up(&f, &samples[i]);
		assert_true(check_baseline(f.h));
		assert_int_equal(f.e.check.proof, PROOF_CONFIRMED);
		assert_non_null(f.e.check.repair);
		assert_int_equal(f.e.refuted, 0);
		fixture_down(&f);
	}
}

static void test_wrong_claims(void **state)
{
	guint i, wrong = 0;
	enum cause cause;

	(void)state;
	for (i = 0; i < G_N_ELEMENTS(samples); i++) {
		struct fixture f;

		fixture_up(&f, &samples[i]);
		for (cause = CAUSE_UNKNOWN + 1; cause < CAUSE_COUNT; cause++) {
			struct explanation claim = wrong_claim(&f, cause);
			struct check check;

			if (cause == samples[i].cause)
				continue;
			check_claim(f.h, &claim, &check);
			if ((check.proof == PROOF_CONFIRMED) == (samples[i].others >> cause & 1))
				continue;
			printf("%s claimed for %s: %s\n", cause_name(cause),
			       cause_name(samples[i].cause),
			       check.proof == PROOF_CONFIRMED ? "stands" : "does not stand");
			wrong++;
		}
		fixture_down(&f);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confirmed),
		cmocka_unit_test(test_wrong_claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
