// SPDX-License-Identifier: GPL-2.0-or-later
#include "tlb_model.h"

static const struct w_tlb *entry_at(const struct world *w, u32 cpu, u32 index)
{
	return w_tlb(w, cpu) + index;
}

/*
 * Linux' UNIQUE_ENTRYHI(index): its address is in kseg0, which is not translated. A TLBP of that address finds it.
 */
static struct w_tlb unique_entry(const struct world *w, u32 index)
{
	return (struct w_tlb){
		.vpn2 = KSEG0 + (index << (w->k->machine.page_shift + 1)),
		.mask = tlb_pair_mask(w->k),
	};
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

enum tlb_outcome tlb_translate(const struct world *w, u32 cpu, u32 va, u32 asid, bool store,
			       struct tlb_translation *t)
{
	const struct w_tlb *e;
	u32 page_mask;

	t->index = tlb_probe(w, cpu, va, asid);
	if (t->index == NO_ID)
		return TLB_NO_MATCH;
	e = entry_at(w, cpu, t->index);
	page_mask = e->mask >> 1;
	t->lo = e->lo[tlb_half(va, e->mask)];
	if (!(t->lo & LO_V))
		return TLB_NOT_VALID;
	if (store && !(t->lo & LO_D))
		return TLB_NOT_DIRTY;
	t->pa = (t->lo >> LO_PFN_SHIFT) << w->k->machine.page_shift | (va & page_mask);
	return TLB_MAPPED;
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
	if (w->k->tlb_indexed) {
		struct w_tlb unique = unique_entry(w, index);

		entry_put(w, entry_at(w, cpu, index), &unique);
		return;
	}
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

/* EntryLo as an entry of `mask` holds it. PFN bits below the page size do not count (PRA: EntryLo, PFN). */
static u32 lo_words(const struct world *w, u32 mask, u32 lo)
{
	u32 hidden = mask >> (w->k->machine.page_shift + 1) << LO_PFN_SHIFT;

	return lo & ~(LO_G | hidden);
}

/*
 * The words of an entry. VPN2 bits that PageMask hides, and the ASID beside G, can only be seen by TLBR: whether
 * they are kept is the implementation's choice.
 */
static struct w_tlb entry_words(const struct world *w, const struct tlb_entry *entry)
{
	struct w_tlb words = {
		.vpn2 = entry->vpn2,
		.mask = entry->mask,
		.asid = entry->asid,
		.global = entry->global,
		.lo = {lo_words(w, entry->mask, entry->lo[0]),
		       lo_words(w, entry->mask, entry->lo[1])},
	};

	if (!w->k->tlb_indexed) {
		words.vpn2 &= ~entry->mask;
		words.asid = entry->global ? 0 : entry->asid;
	}
	return words;
}

void tlb_init(struct world *w, u32 cpu)
{
	u32 i;

	bug_on(!w->k->tlb_indexed, "a TLB without indices begins empty");
	for (i = 0; i < w->k->machine.tlb_entries; i++) {
		struct w_tlb unique = unique_entry(w, i);

		entry_put(w, entry_at(w, cpu, i), &unique);
	}
	put(w, &w_cpu(w, cpu)->tlb_entries, w->k->machine.tlb_entries);
}

void tlb_write_index(struct world *w, u32 cpu, u32 index, const struct tlb_entry *entry)
{
	struct w_tlb words = entry_words(w, entry);

	bug_on(!w->k->tlb_indexed, "TLBWI in a TLB without indices");
	bug_on(index >= w->k->machine.tlb_entries, "TLBWI past the last entry");
	entry_put(w, entry_at(w, cpu, index), &words);
}

struct tlb_entry tlb_read_index(const struct world *w, u32 cpu, u32 index)
{
	const struct w_tlb *e = entry_at(w, cpu, index);

	bug_on(!w->k->tlb_indexed, "TLBR in a TLB without indices");
	bug_on(index >= w->k->machine.tlb_entries, "TLBR past the last entry");
	return (struct tlb_entry){
		.vpn2 = e->vpn2,
		.mask = e->mask,
		.asid = e->asid,
		.global = e->global,
		.lo = {e->lo[0], e->lo[1]},
	};
}

void tlb_write_random(struct world *w, u32 cpu, const struct tlb_entry *entry, u32 victim)
{
	const struct w_cpu *c = w_cpu(w, cpu);
	struct w_tlb value = entry_words(w, entry);
	u32 at;

	bug_on(c->wired >= w->k->machine.tlb_entries, "TLBWR with every entry wired");
	if (w->k->tlb_indexed) {
		bug_on(victim == NO_ID, "TLBWR in an indexed TLB without a victim");
		tlb_write_index(w, cpu, c->wired + victim, entry);
		return;
	}
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
	put(w, &e->lo[0], lo_words(w, e->mask, lo0));
	put(w, &e->lo[1], lo_words(w, e->mask, lo1));
}
