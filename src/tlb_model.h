/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JTLB of a CPU: entries for page pairs, matched by VPN2, PageMask and ASID (or G), with separate
 * valid, dirty and cacheability bits for the even and the odd page. MIPS32 PRA vol. III, "TLB"; facts in
 * docs/model.md.
 *
 * Where the cell's programs cannot tell an index (the kernel models here never do), the non-wired entries are
 * a set: they stay sorted and without gaps, so that equal TLBs are equal words. An entry that Linux overwrites
 * with UNIQUE_ENTRYHI is one that no mapped address matches: it is simply left out. Where indices matter
 * (cell.tlb_indexed) every index holds an entry, as in the hardware; tlb_init() gives them their first ones.
 */
#ifndef STALELINE_TLB_MODEL_H
#define STALELINE_TLB_MODEL_H

#include "world.h"

/* As the architecture's EntryHi, EntryLo0/1 and PageMask would be written by a refill. */
struct tlb_entry {
	u32 vpn2;
	u32 mask; /* page pair size - 1 */
	u32 asid;
	bool global; /* G0 & G1 */
	u32 lo[2]; /* bit G is not looked at */
};

enum tlb_outcome {
	TLB_MAPPED,
	TLB_NO_MATCH, /* TLB Refill exception */
	TLB_NOT_VALID, /* TLB Invalid: an entry matches, V = 0 in the half asked for */
	TLB_NOT_DIRTY, /* TLB Modified: a store, D = 0 */
};

struct tlb_translation {
	u32 index; /* of the entry that matched */
	u32 lo; /* the half asked for */
	u32 pa;
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

/* Fills an indexed TLB as boot code does: at each index an entry that no mapped address matches. */
void tlb_init(struct world *w, u32 cpu);
/* TLBP: index of the first entry that matches `va` under `asid`, or NO_ID. */
u32 tlb_probe(const struct world *w, u32 cpu, u32 va, u32 asid);
/* What the TLB makes of `va`; *t as far as the outcome went. Segments are not looked at. */
enum tlb_outcome tlb_translate(const struct world *w, u32 cpu, u32 va, u32 asid, bool store,
			       struct tlb_translation *t);
/* True when an entry other than `except` would match some address that `entry` matches too. */
bool tlb_conflicts(const struct world *w, u32 cpu, const struct tlb_entry *entry, u32 except);
/* Entries that TLBWR could replace, wired ones excluded. */
u32 tlb_replaceable(const struct world *w, u32 cpu);
/*
 * TLBWR: enters `entry`, first dropping the `victim`-th replaceable one; NO_ID drops none while there is
 * room and the first one otherwise. In an indexed TLB the victim is a must: its place is where it goes.
 */
void tlb_write_random(struct world *w, u32 cpu, const struct tlb_entry *entry, u32 victim);
/* TLBWI, in an indexed TLB. */
void tlb_write_index(struct world *w, u32 cpu, u32 index, const struct tlb_entry *entry);
/* TLBR, in an indexed TLB: what was written there, the PFNs cut to the page size. */
struct tlb_entry tlb_read_index(const struct world *w, u32 cpu, u32 index);
/* TLBWI of both halves of entry `index`; its tag stays. */
void tlb_write_halves(struct world *w, u32 cpu, u32 index, u32 lo0, u32 lo1);
/* TLBWI of UNIQUE_ENTRYHI(index): the entry is gone. */
void tlb_drop(struct world *w, u32 cpu, u32 index);

#endif
