// SPDX-License-Identifier: GPL-2.0-or-later
#include "totals.h"

enum cost_id {
#define COST(id, cycles, text) COST_##id,
#include "explore/costs.def"
	COST_COUNT
};

static const u32 cycles_of[] = {
#define COST(id, cycles, text) [COST_##id] = cycles,
#include "explore/costs.def"
};

static enum cache_level level_of(const struct machine *m, u32 cache)
{
	if (cache < m->cpus)
		return LEVEL_L1D;
	return cache == m->cpus ? LEVEL_L2 : LEVEL_L1I;
}

/* Both structs are nothing but numbers of 64 bits. */
static void add_difference(u64 *sum, const u64 *before, const u64 *now, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		sum[i] += now[i] - before[i];
}

/*
 * A store that goes through waits in a write buffer and costs nothing more; a line that both levels read from memory is
 * one fill from there.
 */
static u64 cycles(const struct machine *m, const struct totals *t)
{
	const struct sim_cache *l1d = &t->level[LEVEL_L1D], *l1i = &t->level[LEVEL_L1I];
	const struct sim_cache *l2 = &t->level[LEVEL_L2];
	u64 l1_fills = 0, memory_fills, sum;

	if (m->l1d.present)
		l1_fills += l1d->bytes_from_below >> m->l1d.line_shift;
	if (m->l1i.present)
		l1_fills += l1i->bytes_from_below >> m->l1i.line_shift;
	memory_fills = m->l2.present ? l2->bytes_from_below >> m->l2.line_shift : l1_fills;
	sum = (l1d->reads + l1d->writes + l1i->reads) * cycles_of[COST_L1_HIT];
	sum += memory_fills * cycles_of[COST_MEMORY_FILL];
	if (m->l2.present)
		sum += (l2->reads - l2->read_misses) * cycles_of[COST_L2_FILL];
	sum += (l1d->write_backs + l2->write_backs) * cycles_of[COST_WRITEBACK];
	sum += (t->kinds[RECORD_COPY_BACK] + t->kinds[RECORD_INVALIDATE]) *
	       cycles_of[COST_CACHE_OP];
	return sum + t->tlb_misses * cycles_of[COST_TLB_REFILL];
}

void totals_make(struct totals *t, const struct machine *m, const struct sim_counts *before,
		 const struct sim_counts *now)
{
	static const struct sim_counts none;
	u32 i;

	if (!before)
		before = &none;
	*t = (struct totals){
		.tlb_references = now->tlb_references - before->tlb_references,
		.tlb_misses = now->tlb_misses - before->tlb_misses,
		.split = now->split - before->split,
		.ignored = now->ignored - before->ignored,
		.dropped_dirty = now->dropped_dirty - before->dropped_dirty,
	};
	for (i = 0; i < 2 * m->cpus + 1; i++)
		add_difference((u64 *)&t->level[level_of(m, i)], (const u64 *)&before->cache[i],
			       (const u64 *)&now->cache[i], sizeof(now->cache[i]) / sizeof(u64));
	add_difference(t->kinds, before->kinds, now->kinds, RECORD_KINDS);
	add_difference(t->stale, before->stale, now->stale, STALE_KINDS);
	for (i = 0; i < RECORD_KINDS; i++)
		t->records += t->kinds[i];
	t->cycles = cycles(m, t);
}
