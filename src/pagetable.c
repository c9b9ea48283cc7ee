// SPDX-License-Identifier: GPL-2.0-or-later
#include "pagetable.h"

#include "kmtypes.h"

u32 pkmap_va(const struct cell *k, u32 nr)
{
	return PKMAP_BASE + (nr << k->machine.page_shift);
}

u32 pkmap_nr(const struct cell *k, u32 va)
{
	return (va - PKMAP_BASE) >> k->machine.page_shift;
}

const u32 *pkmap_pte(const struct world *w, u32 nr)
{
	foot_touch(w, FOOT_PKMAP);
	return w->word + w->k->layout.pkmap_pte + nr;
}

static u32 fixmap_index(const struct cell *k, u32 va)
{
	return ((FIXADDR_TOP - va) >> k->machine.page_shift) - FIX_KMAP_BEGIN;
}

/* The typed slots of all CPUs, as in 2.6.36, then the stacked ones of all CPUs. */
static u32 fixmap_number(const struct cell *k, u32 cpu, u32 slot)
{
	u32 stacked = slot >= SLOT_STACKED ? (k->machine.cpus - 1) * KM_TYPE_NR : 0;

	return stacked + cpu * KM_TYPE_NR + slot;
}

u32 fixmap_va(const struct cell *k, u32 cpu, u32 slot)
{
	return FIXADDR_TOP -
	       ((FIX_KMAP_BEGIN + fixmap_number(k, cpu, slot)) << k->machine.page_shift);
}

const u32 *fixmap_pte(const struct world *w, u32 cpu, u32 slot)
{
	foot_touch(w, FOOT_SLOT);
	return w->word + w->k->layout.fixmap_pte + fixmap_number(w->k, cpu, slot);
}

const u32 *fixmap_users(const struct world *w, u32 cpu, u32 type)
{
	foot_touch(w, FOOT_SLOT);
	return w->word + w->k->layout.slot_users + cpu * KM_TYPE_NR + type;
}

void pagetable_foot(const struct world *w, u32 va)
{
	if (va < KSEG0)
		foot_touch(w, FOOT_USER);
	else if (va >= KSEG2)
		/* a TLB entry is a pair: at the border of the windows it may be of both */
		foot_touch(w, va >= PKMAP_BASE && pkmap_nr(w->k, va) > w->k->last_pkmap ?
				      FOOT_SLOT :
				      FOOT_PKMAP | FOOT_SLOT);
}

static const u32 *user_entry(const struct world *w, u32 mm, u32 va)
{
	const struct cell *k = w->k;
	u32 low = 0, high = k->user_ptes;

	/* sorted by address space, then address */
	while (low < high) {
		u32 middle = low + (high - low) / 2;
		const struct user_pte_def *def = &k->user_pte[middle];

		if (def->mm < mm || (def->mm == mm && def->va < va))
			low = middle + 1;
		else
			high = middle;
	}
	if (low < k->user_ptes && k->user_pte[low].mm == mm && k->user_pte[low].va == va)
		return w->word + k->layout.user_pte + low;
	return NULL;
}

const u32 *pagetable_entry(const struct world *w, u32 mm, u32 va)
{
	const struct cell *k = w->k;
	u32 slots = k->machine.cpus * SLOT_NR + 1;

	va = align_down(va, cell_page_bytes(k));
	pagetable_foot(w, va);
	if (va < KSEG0)
		return user_entry(w, mm, va);
	if (va >= PKMAP_BASE && pkmap_nr(k, va) < k->last_pkmap + (k->last_pkmap & 1))
		return pkmap_pte(w, pkmap_nr(k, va));
	if (va <= FIXADDR_TOP && fixmap_index(k, va) < slots)
		return w->word + k->layout.fixmap_pte + fixmap_index(k, va);
	return NULL;
}

u32 pagetable_make(const struct cell *k, u32 page, bool global, bool uncached)
{
	u32 c = uncached || k->strategy.uncached ? CCA_UNCACHED : CCA_CACHEABLE;

	return k->page[page].pfn << LO_PFN_SHIFT | c << LO_C_SHIFT | LO_D | LO_V |
	       (global ? LO_G : 0);
}
