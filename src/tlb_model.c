// SPDX-License-Identifier: GPL-2.0-or-later
#include "tlb_model.h"

static const struct w_tlb *entry_at(const struct world *w, u32 cpu, u32 index)
{
	return w_tlb(w, cpu) + index;
}

u32 tlb_probe(const struct world *w, u32 cpu, u32 va, u32 asid)
{
	const struct w_tlb *e = w_tlb(w, cpu);
	u32 n = w_cpu(w, cpu)->tlb_entries;
	u32 i;

	for (i = 0; i < n; i++, e++)
		if (((va ^ e->vpn2) & ~e->mask) == 0 && (e->global || e->asid == asid))
			return i;
	return NO_ID;
}

bool tlb_conflicts(const struct world *w, u32 cpu, const struct tlb_entry *entry, u32 except)
{
	const struct w_tlb *e = w_tlb(w, cpu);
	u32 n = w_cpu(w, cpu)->tlb_entries;
	u32 i;

	for (i = 0; i < n; i++, e++) {
		if (i == except || ((entry->vpn2 ^ e->vpn2) & ~(e->mask | entry->mask)))
			continue;
		if (e->global || entry->global || e->asid == entry->asid)
			return true;
	}
	return false;
}

u32 tlb_replaceable(const struct world *w, u32 cpu)
{
	return w_cpu(w, cpu)->tlb_entries - w_cpu(w, cpu)->wired;
}

static void entry_put(struct world *w, const struct w_tlb *e, const struct w_tlb *value)
{
	put(w, &e->vpn2, value->vpn2);
	put(w, &e->mask, value->mask);
	put(w, &e->asid, value->asid);
	put(w, &e->global, value->global);
	put(w, &e->lo[0], value->lo[0]);
	put(w, &e->lo[1], value->lo[1]);
}

void tlb_drop(struct world *w, u32 cpu, u32 index)
{
	static const struct w_tlb none;
	u32 n = w_cpu(w, cpu)->tlb_entries;

	bug_on(index < w_cpu(w, cpu)->wired, "a wired TLB entry is dropped as if it were not");
	for (; index + 1 < n; index++)
		entry_put(w, entry_at(w, cpu, index), entry_at(w, cpu, index + 1));
	entry_put(w, entry_at(w, cpu, index), &none);
	put(w, &w_cpu(w, cpu)->tlb_entries, n - 1);
}

static bool entry_before(const struct w_tlb *a, const struct w_tlb *b)
{
	if (a->vpn2 != b->vpn2)
		return a->vpn2 < b->vpn2;
	if (a->asid != b->asid)
		return a->asid < b->asid;
	if (a->global != b->global)
		return a->global < b->global;
	if (a->lo[0] != b->lo[0])
		return a->lo[0] < b->lo[0];
	return a->lo[1] < b->lo[1];
}

void tlb_write_random(struct world *w, u32 cpu, const struct tlb_entry *entry, u32 victim)
{
	const struct w_cpu *c = w_cpu(w, cpu);
	struct w_tlb value = {
		.vpn2 = entry->vpn2 & ~entry->mask,
		.mask = entry->mask,
		.asid = entry->global ? 0 : entry->asid,
		.global = entry->global,
		.lo = {entry->lo[0] & ~LO_G, entry->lo[1] & ~LO_G},
	};
	u32 at;

	bug_on(c->wired >= w->k->machine.tlb_entries, "TLBWR with every entry wired");
	if (victim == NO_ID && c->tlb_entries == w->k->machine.tlb_entries)
		victim = 0;
	if (victim != NO_ID)
		tlb_drop(w, cpu, c->wired + victim);
	for (at = c->tlb_entries; at > c->wired; at--) {
		const struct w_tlb *before = entry_at(w, cpu, at - 1);

		if (!entry_before(&value, before))
			break;
		entry_put(w, entry_at(w, cpu, at), before);
	}
	entry_put(w, entry_at(w, cpu, at), &value);
	put(w, &c->tlb_entries, c->tlb_entries + 1);
}

void tlb_write_halves(struct world *w, u32 cpu, u32 index, u32 lo0, u32 lo1)
{
	const struct w_tlb *e = entry_at(w, cpu, index);

	/* Same tag, so the order among the entries can only depend on the halves of duplicates. */
	put(w, &e->lo[0], lo0 & ~LO_G);
	put(w, &e->lo[1], lo1 & ~LO_G);
}
