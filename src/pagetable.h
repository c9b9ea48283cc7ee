/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page tables a TLB refill reads: the pkmap window, the fixmap slots of every CPU, and the user pages
 * that the scenario maps. Entries have EntryLo's form. What is in no table reads as 0 (not present), like
 * Linux's invalid_pte_table.
 */
#ifndef STALELINE_PAGETABLE_H
#define STALELINE_PAGETABLE_H

#include "world.h"

/* The entry that maps `va` in address space `mm`, or NULL. */
const u32 *pagetable_entry(const struct world *w, u32 mm, u32 va);

static inline u32 pagetable_read(const struct world *w, u32 mm, u32 va)
{
	const u32 *pte = pagetable_entry(w, mm, va);

	return pte ? *pte : 0;
}

/* Notes that the pte of `va`, or a TLB entry for it, is looked at or changed. */
void pagetable_foot(const struct world *w, u32 va);

/* mk_pte(page, PAGE_KERNEL) or a user protection: present, writable, cacheable unless asked otherwise. */
u32 pagetable_make(const struct cell *k, u32 page, bool global, bool uncached);

/* PKMAP_ADDR(nr) and its inverse. */
u32 pkmap_va(const struct cell *k, u32 nr);
u32 pkmap_nr(const struct cell *k, u32 va);
const u32 *pkmap_pte(const struct world *w, u32 nr);

/*
 * __fix_to_virt(FIX_KMAP_BEGIN + type + KM_TYPE_NR * cpu), or a stacked slot's address (SLOT_STACKED + n); the pte of
 * that slot; how many use a typed one now.
 */
u32 fixmap_va(const struct cell *k, u32 cpu, u32 slot);
const u32 *fixmap_pte(const struct world *w, u32 cpu, u32 slot);
const u32 *fixmap_users(const struct world *w, u32 cpu, u32 type);

#endif
