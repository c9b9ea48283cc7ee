// SPDX-License-Identifier: GPL-2.0-or-later
#include "kmap_model.h"

#include "kline.h"
#include "kmtypes.h"
#include "lock.h"
#include "pagetable.h"
#include "tlbflush.h"

u32 page_address(const struct world *w, u32 page)
{
	if (w->k->page[page].highmem) {
		foot_touch(w, FOOT_PKMAP);
		return w_page(w, page)->address;
	}
	return KSEG0 + cell_page_pa(w->k, page);
}

static const u32 *pkmap_count(const struct world *w, u32 nr)
{
	foot_touch(w, FOOT_PKMAP);
	return w->word + w->k->layout.pkmap_count + nr;
}

static void pkmap_count_set(const struct act *a, u32 nr, u32 count)
{
	if (a->change == CHANGE_OTHER_SLOT)
		nr = kline_other(nr, a->k->last_pkmap);
	put(a->w, pkmap_count(a->w, nr), count);
}

static bool pkmap_holds(const struct act *a, u32 va)
{
	return va >= PKMAP_BASE && pkmap_nr(a->k, va) < a->k->last_pkmap;
}

static void set_page_address(const struct act *a, u32 page, u32 va)
{
	if (a->change == CHANGE_OTHER_PAGE)
		page = kline_other(page, a->k->pages);
	put(a->w, &w_page(a->w, page)->address, va);
}

static u32 kernel_pte(const struct act *a, u32 page)
{
	return pagetable_make(a->k, page, true, false);
}

struct kmap_frame {
	u32 page;
	u32 address;
	u32 count;
	u32 nr;
	u32 flags;
	u32 need;
};

/*
 * lock_kmap() and lock_kmap_any(), mm/highmem.c, 2.6.36. Where the architecture has
 * ARCH_NEEDS_KMAP_HIGH_GET the first disables irqs and its unlock enables them whatever they were; the
 * second saves and restores. Elsewhere both are plain spin locks.
 */
#define LOCK_KMAP_CALL(n)                                                                          \
	do {                                                                                       \
		if (a->k->strategy.kmap_high_get)                                                  \
			K_CALL(n, spin_lock_irq, LOCK_KMAP);                                       \
		else                                                                               \
			K_CALL((n) + 1, spin_lock, LOCK_KMAP);                                     \
	} while (0)

#define UNLOCK_KMAP_CALL(n)                                                                        \
	do {                                                                                       \
		if (a->k->strategy.kmap_high_get)                                                  \
			K_CALL(n, spin_unlock_irq, LOCK_KMAP);                                     \
		else                                                                               \
			K_CALL((n) + 1, spin_unlock, LOCK_KMAP);                                   \
	} while (0)

#define LOCK_KMAP_ANY_CALL(n, flags)                                                               \
	do {                                                                                       \
		if (a->k->strategy.kmap_high_get) {                                                \
			K_CALL(n, spin_lock_irqsave, LOCK_KMAP);                                   \
			SET(flags, a->ret);                                                        \
		} else {                                                                           \
			K_CALL((n) + 1, spin_lock, LOCK_KMAP);                                     \
		}                                                                                  \
	} while (0)

#define UNLOCK_KMAP_ANY_CALL(n, flags)                                                             \
	do {                                                                                       \
		if (a->k->strategy.kmap_high_get)                                                  \
			K_CALL(n, spin_unlock_irqrestore, LOCK_KMAP, flags);                       \
		else                                                                               \
			K_CALL((n) + 1, spin_unlock, LOCK_KMAP);                                   \
	} while (0)

/*
 * mm/highmem.c flush_all_zero_pkmaps(), 2.6.36. All ptes are cleared first, then one TLB flush; until then a
 * CPU may still reach a page through the address it lost. flush_cache_kmaps() does nothing without
 * aliases.
 */
KFUNC(flush_all_zero_pkmaps)
{
	K_BEGIN(kmap_frame);
	for (; L->nr < a->k->last_pkmap; SET(L->nr, L->nr + 1)) {
		/* 0: free and flushed. 1: unused since, but pte and address still live. n: n - 1 users. */
		if (*pkmap_count(a->w, L->nr) != 1)
			continue;
		K_STEP(pkmap_zero)
			pkmap_count_set(a, L->nr, 0);
		K_BUG_ON(!(*pkmap_pte(a->w, L->nr) & ~LO_G));
		SET(L->page, cell_page_of(a->k, *pkmap_pte(a->w, L->nr) >>
							LO_PFN_SHIFT << a->k->machine.page_shift));
		K_STEP(pte_clear)
			pte_clear(a, pkmap_va(a->k, L->nr));
		K_STEP(set_page_address)
			set_page_address(a, L->page, 0);
		SET(L->need, 1);
	}
	if (L->need)
		K_CALL(1, flush_tlb_kernel_range, pkmap_va(a->k, 0),
		       pkmap_va(a->k, a->k->last_pkmap));
	K_END;
}

/* A slot that a kunmap gave back since every one had a user: its wake_up() was for us too. */
static bool pkmap_unused(const struct world *w)
{
	u32 nr;

	for (nr = 0; nr < w->k->last_pkmap; nr++)
		if (*pkmap_count(w, nr) < 2)
			return true;
	return false;
}

/*
 * mm/highmem.c map_new_virtual(), 2.6.36; called with kmap_lock held, may drop it to sleep. No TLB flush
 * here: a count of 0 promises that no stale entry is left.
 */
KFUNC(map_new_virtual)
{
	K_BEGIN(kmap_frame);
	for (;;) {
		SET(L->count, a->k->last_pkmap);
		while (L->count) {
			K_STEP(pkmap_next)
				SET(w_top(a->w)->last_pkmap_nr,
				    (w_top(a->w)->last_pkmap_nr + 1) & (a->k->last_pkmap - 1));
			if (!w_top(a->w)->last_pkmap_nr) {
				K_CALL(1, flush_all_zero_pkmaps, 0);
				SET(L->count, a->k->last_pkmap);
			}
			if (!*pkmap_count(a->w, w_top(a->w)->last_pkmap_nr))
				break;
			SET(L->count, L->count - 1);
		}
		if (L->count)
			break;
		/* every slot has a user: add_wait_queue(&pkmap_map_wait), unlock, schedule() */
		UNLOCK_KMAP_CALL(2);
		K_STEP(pkmap_wait) {
			/* queued before the unlock: woken already, schedule() returns at once */
			if (!pkmap_unused(a->w))
				context_sleep(a, WAIT_PKMAP, 0);
		}
		LOCK_KMAP_CALL(4);
		/* somebody else may have mapped the page meanwhile */
		if (page_address(a->w, L->page))
			K_RETURN(page_address(a->w, L->page));
	}
	SET(L->nr, w_top(a->w)->last_pkmap_nr);
	K_STEP(set_pte)
		pte_set(a, pkmap_va(a->k, L->nr), kernel_pte(a, L->page));
	K_STEP(pkmap_take)
		pkmap_count_set(a, L->nr, 1);
	K_STEP(set_page_address)
		set_page_address(a, L->page, pkmap_va(a->k, L->nr));
	K_RETURN(pkmap_va(a->k, L->nr));
	K_END;
}

/* mm/highmem.c kmap_high(), 2.6.36. Process context only. */
KFUNC(kmap_high)
{
	K_BEGIN(kmap_frame);
	LOCK_KMAP_CALL(1);
	SET(L->address, page_address(a->w, L->page));
	if (!L->address) {
		K_CALL(3, map_new_virtual, L->page);
		SET(L->address, a->ret);
	}
	K_OOPS_ON(!pkmap_holds(a, L->address));
	SET(L->nr, pkmap_nr(a->k, L->address));
	K_STEP(pkmap_count_inc)
		pkmap_count_set(a, L->nr, *pkmap_count(a->w, L->nr) + 1);
	K_BUG_ON(*pkmap_count(a->w, L->nr) < 2);
	UNLOCK_KMAP_CALL(4);
	K_RETURN(L->address);
	K_END;
}

/* mm/highmem.c kmap_high_get(), 2.6.36: pins a page that is mapped, else maps nothing and returns 0. */
KFUNC(kmap_high_get)
{
	K_BEGIN(kmap_frame);
	/* only ever called for highmem pages: the pool knows no other */
	K_BUG_ON(!a->k->page[L->page].highmem);
	LOCK_KMAP_ANY_CALL(1, L->flags);
	SET(L->address, page_address(a->w, L->page));
	if (L->address) {
		SET(L->nr, pkmap_nr(a->k, L->address));
		K_BUG_ON(*pkmap_count(a->w, L->nr) < 1);
		K_STEP(pkmap_count_inc)
			pkmap_count_set(a, L->nr, *pkmap_count(a->w, L->nr) + 1);
	}
	UNLOCK_KMAP_ANY_CALL(3, L->flags);
	K_RETURN(L->address);
	K_END;
}

/* Does a context sleep in map_new_virtual()? */
static bool pkmap_waiters(const struct world *w)
{
	u32 i;

	for (i = 0; i < w->k->contexts; i++)
		if (w_ctx(w, i)->wait == WAIT_PKMAP)
			return true;
	return false;
}

/* mm/highmem.c kunmap_high(), 2.6.36: only the count drops; pte, TLB entry and page_address() stay. */
KFUNC(kunmap_high)
{
	K_BEGIN(kmap_frame);
	K_BUG_ON(!a->k->page[L->page].highmem);
	LOCK_KMAP_ANY_CALL(1, L->flags);
	K_BUG_ON(!page_address(a->w, L->page));
	SET(L->nr, pkmap_nr(a->k, page_address(a->w, L->page)));
	K_STEP(pkmap_count_dec)
		pkmap_count_set(a, L->nr, *pkmap_count(a->w, L->nr) - 1);
	/* it must never reach 0 without a TLB flush */
	K_BUG_ON(!*pkmap_count(a->w, L->nr));
	SET(L->need, *pkmap_count(a->w, L->nr) == 1 && pkmap_waiters(a->w));
	UNLOCK_KMAP_ANY_CALL(3, L->flags);
	if (L->need) {
		K_STEP(pkmap_wake)
			context_wake(a, WAIT_PKMAP, 0);
	}
	K_END;
}

/* arch/mips/mm/highmem.c __kmap(), 2.6.36: flushes the address from the TLBs on every call. */
KFUNC(kmap)
{
	K_BEGIN(kmap_frame);
	if (!a->k->page[L->page].highmem) {
		K_PLACE(page_address);
		context_might_sleep(a);
		K_RETURN(page_address(a->w, L->page));
	}
	context_might_sleep(a);
	K_CALL(1, kmap_high, L->page);
	SET(L->address, a->ret);
	K_CALL(2, flush_tlb_one, L->address);
	K_RETURN(L->address);
	K_END;
}

/* arch/mips/mm/highmem.c __kunmap(), 2.6.36 */
KFUNC(kunmap)
{
	K_BEGIN(kmap_frame);
	K_BUG_ON(context_in_interrupt(a->w, a->cpu));
	if (a->k->page[L->page].highmem)
		K_CALL(1, kunmap_high, L->page);
	else
		K_PLACE(page_address);
	K_END;
}

void slot_take(const struct act *a, u32 type)
{
	const u32 *users = fixmap_users(a->w, a->cpu, type);

	if (*users)
		oracle_warn(a, W_SLOT_BUSY, (struct meaning){NO_ID, 0});
	put(a->w, users, *users + 1);
}

void slot_release(const struct act *a, u32 type)
{
	const u32 *users = fixmap_users(a->w, a->cpu, type);

	if (*users)
		put(a->w, users, *users - 1);
}

struct atomic_frame {
	u32 page; /* or, for kunmap_atomic, the address */
	u32 type;
	u32 address;
};

/*
 * arch/mips/mm/highmem.c __kmap_atomic(), 2.6.36: the pte first, then the flush, irqs untouched. Left out:
 * debug_kmap_atomic(), which only warns.
 */
KFUNC(kmap_atomic)
{
	K_BEGIN(atomic_frame);
	/* pagefault_disable() */
	K_STEP(preempt_disable)
		preempt_count_add(a, 1);
	if (!a->k->page[L->page].highmem)
		K_RETURN(page_address(a->w, L->page));
	SET(L->address, fixmap_va(a->k, a->cpu, L->type));
	K_BUG_ON(a->k->debug_highmem && (*fixmap_pte(a->w, a->cpu, L->type) & ~LO_G));
	K_STEP(set_pte)
		pte_set(a, L->address, kernel_pte(a, L->page));
	slot_take(a, L->type);
	K_CALL(1, local_flush_tlb_one, L->address);
	K_RETURN(L->address);
	K_END;
}

/*
 * arch/mips/mm/highmem.c __kunmap_atomic(), 2.6.36: without CONFIG_DEBUG_HIGHMEM the pte and the TLB entry
 * stay. Left out: the check that the address belongs to the slot.
 */
KFUNC(kunmap_atomic)
{
	K_BEGIN(atomic_frame);
	SET(L->address, L->page);
	if (a->k->debug_highmem && L->address == fixmap_va(a->k, a->cpu, L->type)) {
		K_STEP(pte_clear)
			pte_clear(a, L->address);
		K_CALL(1, local_flush_tlb_one, L->address);
	}
	/* pagefault_enable() */
	K_STEP(preempt_enable)
		preempt_count_add(a, -1);
	if (L->address == fixmap_va(a->k, a->cpu, L->type))
		slot_release(a, L->type);
	K_END;
}

struct stack_frame {
	u32 page; /* or, to unmap, the address */
	u32 address;
	u32 slot;
};

/* Puts the next stacked slot of this CPU into *slot; false when none is left (KM_TYPE_NR of them). */
static bool stack_push(struct act *a, const u32 *slot)
{
	const struct w_cpu *cpu = w_cpu(a->w, a->cpu);

	if (cpu->kmap_idx == KM_TYPE_NR) {
		/* kmap_atomic_idx_push(): BUG_ON(idx > KM_TYPE_NR) */
		oracle_break_kernel(a, R_SLOT_EXHAUSTED);
		oracle_end(a, R_BUG_ON, (struct meaning){NO_ID, 0});
		return false;
	}
	put(a->w, slot, SLOT_STACKED + cpu->kmap_idx);
	put(a->w, &cpu->kmap_idx, cpu->kmap_idx + 1);
	return true;
}

static u32 stack_va(const struct act *a)
{
	foot_touch(a->w, FOOT_SLOT);
	return fixmap_va(a->k, a->cpu, SLOT_STACKED + w_cpu(a->w, a->cpu)->kmap_idx - 1);
}

/*
 * arch/mips/mm/highmem.c __kmap_atomic(), 2.6.37 to 5.10: the slot is the next of a stack, which interrupts
 * push to and pop from in turn. Irqs untouched.
 */
KFUNC(kmap_atomic_stack)
{
	K_BEGIN(stack_frame);
	/* pagefault_disable() */
	K_STEP(preempt_disable)
		preempt_count_add(a, 1);
	if (!a->k->page[L->page].highmem)
		K_RETURN(page_address(a->w, L->page));
	K_STEP(kmap_idx_push)
		if (!stack_push(a, &L->slot))
			return K_DEAD;
	SET(L->address, fixmap_va(a->k, a->cpu, L->slot));
	K_BUG_ON(a->k->debug_highmem && (*pagetable_entry(a->w, NO_ID, L->address) & ~LO_G));
	K_STEP(set_pte)
		pte_set(a, L->address, kernel_pte(a, L->page));
	K_CALL(1, local_flush_tlb_one, L->address);
	K_RETURN(L->address);
	K_END;
}

/* arch/mips/mm/highmem.c __kunmap_atomic(), 2.6.37 to 5.10: pte and TLB entry stay, but for DEBUG_HIGHMEM. */
KFUNC(kunmap_atomic_stack)
{
	K_BEGIN(stack_frame);
	SET(L->address, L->page);
	if (L->address >= PKMAP_BASE) {
		K_BUG_ON(L->address != stack_va(a));
		if (a->k->debug_highmem) {
			K_STEP(pte_clear)
				pte_clear(a, L->address);
			K_CALL(1, local_flush_tlb_one, L->address);
		}
		K_STEP(kmap_idx_pop)
			SET(w_cpu(a->w, a->cpu)->kmap_idx, w_cpu(a->w, a->cpu)->kmap_idx - 1);
	}
	/* pagefault_enable() */
	K_STEP(preempt_enable)
		preempt_count_add(a, -1);
	K_END;
}

/*
 * mm/highmem.c __kmap_local_pfn_prot(), 5.11. Left out: migrate_disable() (one CPU), and the task's own
 * record of its slots, which a switch to another task takes down and puts up again.
 */
KFUNC(kmap_local)
{
	K_BEGIN(stack_frame);
	if (!a->k->page[L->page].highmem)
		K_RETURN(page_address(a->w, L->page));
	K_STEP(preempt_disable)
		preempt_count_add(a, 1);
	K_STEP(kmap_idx_push)
		if (!stack_push(a, &L->slot))
			return K_DEAD;
	SET(L->address, fixmap_va(a->k, a->cpu, L->slot));
	K_BUG_ON(*pagetable_entry(a->w, NO_ID, L->address) & ~LO_G);
	/* plain set_pte(): set_pte_at() would come back here (8c0d5d78f359) */
	K_STEP(set_pte)
		pte_set(a, L->address, kernel_pte(a, L->page));
	/* arch_kmap_local_post_map() */
	K_CALL(1, local_flush_tlb_one, L->address);
	K_STEP(preempt_enable)
		preempt_count_add(a, -1);
	K_RETURN(L->address);
	K_END;
}

/* mm/highmem.c kunmap_local_indexed(), 5.11: the pte always goes, then the TLB entry. */
KFUNC(kunmap_local)
{
	K_BEGIN(stack_frame);
	SET(L->address, L->page);
	if (L->address < PKMAP_BASE)
		K_RETURN(0);
	K_STEP(preempt_disable)
		preempt_count_add(a, 1);
	K_BUG_ON(L->address != stack_va(a));
	K_STEP(pte_clear)
		pte_clear(a, L->address);
	/* arch_kmap_local_post_unmap() */
	K_CALL(1, local_flush_tlb_one, L->address);
	K_STEP(kmap_idx_pop)
		SET(w_cpu(a->w, a->cpu)->kmap_idx, w_cpu(a->w, a->cpu)->kmap_idx - 1);
	K_STEP(preempt_enable)
		preempt_count_add(a, -1);
	K_END;
}

struct vipt_frame {
	u32 page;
	u32 saved;
	u32 flags;
};

static u32 vipt_va(const struct act *a)
{
	return fixmap_va(a->k, a->cpu, KM_L1_CACHE);
}

static u32 vipt_pte(const struct act *a)
{
	return *fixmap_pte(a->w, a->cpu, KM_L1_CACHE) & ~LO_G;
}

/*
 * arch/arm/mm/highmem.c kmap_high_l1_vipt(), 2.6.34 to 2.6.36: one slot a CPU that every context may use,
 * because each gives back the pte it found. The flush is MIPS' local_flush_tlb_one() where ARM has
 * local_flush_tlb_kernel_page().
 */
KFUNC(kmap_high_l1_vipt)
{
	K_BEGIN(vipt_frame);
	if (!context_in_interrupt(a->w, a->cpu)) {
		K_STEP(preempt_disable)
			preempt_count_add(a, 1);
	}
	K_STEP(local_irq_save)
		SET(L->flags, irq_off(a));
	K_STEP(slot_depth_inc)
		SET(w_cpu(a->w, a->cpu)->l1_depth, w_cpu(a->w, a->cpu)->l1_depth + 1);
	K_LINE(save_pte)
		SET(L->saved, vipt_pte(a));
	if (L->saved != (kernel_pte(a, L->page) & ~LO_G)) {
		K_STEP(set_pte)
			pte_set(a, vipt_va(a), kernel_pte(a, L->page));
		K_CALL(1, local_flush_tlb_one, vipt_va(a));
	}
	K_STEP(local_irq_restore)
		irq_set(a, L->flags);
	a->ret2 = L->saved;
	K_RETURN(vipt_va(a));
	K_END;
}

/*
 * arch/arm/mm/highmem.c kunmap_high_l1_vipt(), 2.6.34 to 2.6.36. The outermost user leaves its mapping in
 * place: the next sync of the same page costs nothing.
 */
KFUNC(kunmap_high_l1_vipt)
{
	K_BEGIN(vipt_frame);
	K_STEP(slot_check) {
		K_BUG_ON(vipt_pte(a) != (kernel_pte(a, L->page) & ~LO_G));
		K_BUG_ON(!w_cpu(a->w, a->cpu)->l1_depth);
	}
	K_STEP(local_irq_save)
		SET(L->flags, irq_off(a));
	K_STEP(slot_depth_dec)
		SET(w_cpu(a->w, a->cpu)->l1_depth, w_cpu(a->w, a->cpu)->l1_depth - 1);
	if (w_cpu(a->w, a->cpu)->l1_depth && L->saved != (kernel_pte(a, L->page) & ~LO_G)) {
		K_STEP(set_pte)
			pte_set(a, vipt_va(a), L->saved | LO_G);
		K_CALL(1, local_flush_tlb_one, vipt_va(a));
	}
	K_STEP(local_irq_restore)
		irq_set(a, L->flags);
	if (!context_in_interrupt(a->w, a->cpu)) {
		K_STEP(preempt_enable)
			preempt_count_add(a, -1);
	}
	K_END;
}
