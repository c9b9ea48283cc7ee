/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JTLB of a CPU: entries for page pairs, matched by VPN2, PageMask and ASID (or G), with separate
 * valid, dirty and cacheability bits for the even and the odd page. MIPS32 PRA vol. III, "TLB"; facts in
 * docs/model.md.
 *
 * The non-wired entries are a set: they stay sorted and without gaps, so that equal TLBs are equal words.
 * An entry that Linux overwrites with UNIQUE_ENTRYHI is one that can never match: it is simply left out.
 */
#ifndef STALELINE_TLB_MODEL_H
#define STALELINE_TLB_MODEL_H

#include "world.h"

/* As the architecture's EntryHi, EntryLo0/1 and PageMask would be written by a refill. */
struct tlb_entry {
	u32 vpn2;
	u32 mask;
	u32 asid;
	bool global;
	u32 lo[2];
};

static inline u32 tlb_pair_mask(const struct cell *k)
{
	return (2u << k->machine.page_shift) - 1;
}

/* Which half of its pair `va` selects under `mask`: 0 even, 1 odd. */
static inline u32 tlb_half(u32 va, u32 mask)
{
	return (va & (mask + 1) >> 1) != 0;
}

/* TLBP: index of the first entry that matches `va` under `asid`, or NO_ID. */
u32 tlb_probe(const struct world *w, u32 cpu, u32 va, u32 asid);
/* True when an entry other than `except` would match some address that `entry` matches too. */
bool tlb_conflicts(const struct world *w, u32 cpu, const struct tlb_entry *entry, u32 except);
/* Entries that TLBWR could replace, wired ones excluded. */
u32 tlb_replaceable(const struct world *w, u32 cpu);
/*
 * TLBWR: enters `entry`, first dropping the `victim`-th replaceable one; NO_ID drops none while there is
 * room and the first one otherwise.
 */
void tlb_write_random(struct world *w, u32 cpu, const struct tlb_entry *entry, u32 victim);
/* TLBWI of both halves of entry `index`; its tag stays. */
void tlb_write_halves(struct world *w, u32 cpu, u32 index, u32 lo0, u32 lo1);
/* TLBWI of UNIQUE_ENTRYHI(index): the entry is gone. */
void tlb_drop(struct world *w, u32 cpu, u32 index);

#endif
