// SPDX-License-Identifier: GPL-2.0-or-later
#include "tlbflush.h"

#include "kline.h"
#include "pagetable.h"
#include "tlb_model.h"

/* Kernel entries belong to no address space. */
#define NO_MM NO_ID

static const u32 *buddy_of(const struct act *a, u32 va)
{
	return pagetable_entry(a->w, NO_MM, va ^ cell_page_bytes(a->k));
}

/* The next slot of the pool or fixmap that `va` belongs to, if the line's change says so. */
static u32 slot_meant(const struct act *a, u32 va)
{
	u32 next;

	if (a->change != CHANGE_OTHER_SLOT)
		return va;
	if (va - PKMAP_BASE < pkmap_va(a->k, a->k->last_pkmap) - PKMAP_BASE)
		return pkmap_va(a->k, kline_other(pkmap_nr(a->k, va), a->k->last_pkmap));
	/* the fixmap grows downwards */
	next = va - cell_page_bytes(a->k);
	return pagetable_entry(a->w, NO_MM, next) ? next : va + cell_page_bytes(a->k);
}

/* The same for the page of a pte that maps one. */
static u32 pte_meant(const struct act *a, u32 pte)
{
	u32 page = cell_page_of(a->k, pte >> LO_PFN_SHIFT << a->k->machine.page_shift);
	u32 bits = pte & (BIT(LO_PFN_SHIFT) - 1);

	if (a->change != CHANGE_OTHER_PAGE || !(pte & LO_V) || page == NO_ID)
		return pte;
	return a->k->page[kline_other(page, a->k->pages)].pfn << LO_PFN_SHIFT | bits;
}

void pte_set(const struct act *a, u32 meant_va, u32 meant_pte)
{
	u32 va = slot_meant(a, meant_va), pte = pte_meant(a, meant_pte);
	const u32 *entry = pagetable_entry(a->w, NO_MM, va);
	const u32 *buddy = buddy_of(a, va);

	tell(a, EV_SET_PTE, va, pte, *entry);
	put(a->w, entry, pte);
	if ((pte & LO_G) && buddy && !(*buddy & ~LO_G))
		put(a->w, buddy, LO_G);
}

void pte_clear(const struct act *a, u32 meant_va)
{
	u32 va = slot_meant(a, meant_va);
	const u32 *entry = pagetable_entry(a->w, NO_MM, va);
	const u32 *buddy = buddy_of(a, va);

	tell(a, EV_SET_PTE, va, 0, *entry);
	put(a->w, entry, buddy ? *buddy & LO_G : 0);
}

struct range_frame {
	u32 start, end;
	u32 flags;
};

/* `asid` as EntryHi holds it; with 0, which no process has, only global entries match. */
static u32 drop_matching(const struct act *a, u32 meant_va, u32 asid)
{
	u32 va = a->change == CHANGE_OTHER_ADDRESS ? meant_va + 2 * cell_page_bytes(a->k) :
						     meant_va;
	u32 index = tlb_probe(a->w, a->cpu, va, asid);

	foot_touch(a->w, FOOT_TLB);
	pagetable_foot(a->w, va);
	if (index == NO_ID)
		return 0;
	tlb_drop(a->w, a->cpu, index);
	return 1;
}

void tlb_flush_kernel(const struct act *a, u32 va)
{
	u32 dropped = drop_matching(a, va, 0);

	tell(a, EV_TLB_FLUSH, va, dropped);
}

/*
 * arch/mips/mm/tlb-r4k.c local_flush_tlb_one(), 2.6.36: probe, overwrite with UNIQUE_ENTRYHI; the pair goes.
 * Left out: EntryHi is saved and restored, nothing reads it in between.
 */
KFUNC(local_flush_tlb_one)
{
	K_BEGIN(range_frame);
	K_STEP(local_irq_save)
		SET(L->flags, irq_off(a));
	K_STEP(local_flush_tlb_one)
		tlb_flush_kernel(a, L->start);
	K_STEP(local_irq_restore)
		irq_set(a, L->flags);
	K_END;
}

/* arch/mips/mm/tlb-r4k.c local_flush_tlb_page(), 2.6.36: a user page of the current address space. */
KFUNC(local_flush_tlb_page)
{
	u32 dropped;

	K_BEGIN(range_frame);
	K_STEP(local_irq_save)
		SET(L->flags, irq_off(a));
	K_STEP(local_flush_tlb_page) {
		dropped = drop_matching(a, L->start, w_cpu(a->w, a->cpu)->asid);
		tell(a, EV_TLB_FLUSH, L->start, dropped);
	}
	K_STEP(local_irq_restore)
		irq_set(a, L->flags);
	K_END;
}

/* arch/mips/include/asm/tlbflush.h, 2.6.36: on one CPU flush_tlb_one() is the local one. */
KFUNC(flush_tlb_one)
{
	K_BEGIN(range_frame);
	K_CALL(1, local_flush_tlb_one, L->start);
	K_END;
}

static u32 drop_range(const struct act *a, u32 start, u32 end)
{
	u32 pair = 2 * cell_page_bytes(a->k);
	u32 dropped = 0;
	u32 va;

	if (a->change == CHANGE_ONE_SHORT)
		end -= min_u32(pair, end - start);
	for (va = align_down(start, pair); va < end; va += pair)
		dropped += drop_matching(a, va, 0);
	return dropped;
}

static u32 drop_all(const struct act *a)
{
	const struct w_cpu *cpu = w_cpu(a->w, a->cpu);
	u32 dropped = 0;

	while (cpu->tlb_entries > cpu->wired) {
		tlb_drop(a->w, a->cpu, cpu->tlb_entries - 1);
		dropped++;
	}
	return dropped;
}

/*
 * arch/mips/mm/tlb-r4k.c local_flush_tlb_kernel_range(), 2.6.36: pair by pair when at most half the TLB's
 * size, else everything that is not wired. One step: irqs are off and the TLB is this CPU's own.
 */
KFUNC(flush_tlb_kernel_range)
{
	u32 pairs, dropped;

	K_BEGIN(range_frame);
	K_STEP(local_irq_save)
		SET(L->flags, irq_off(a));
	K_STEP(local_flush_tlb_kernel_range) {
		pairs = (((L->end - L->start) >> a->k->machine.page_shift) + 1) / 2;
		if (pairs <= a->k->machine.tlb_entries / 2)
			dropped = drop_range(a, L->start, L->end);
		else
			dropped = drop_all(a);
		tell(a, EV_TLB_FLUSH, L->start, dropped);
	}
	K_STEP(local_irq_restore)
		irq_set(a, L->flags);
	K_END;
}
