/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel addresses for highmem pages: the pkmap pool of mm/highmem.c, the typed fixmap slots of
 * arch/mips/mm/highmem.c, and ARM's reentrant slot. KFUNCs: kmap, kunmap, kmap_high, kunmap_high,
 * kmap_high_get, kmap_atomic, kunmap_atomic, kmap_high_l1_vipt, kunmap_high_l1_vipt (kstep.h declares them).
 *
 * Arguments (first locals) and results:
 *	kmap(page), kmap_high(page), kmap_high_get(page)	-> address, or 0 from kmap_high_get
 *	kunmap(page), kunmap_high(page)
 *	kmap_atomic(page, km_type)				-> address
 *	kunmap_atomic(address, km_type)
 *	kmap_atomic_stack(page), kmap_local(page)		-> address
 *	kunmap_atomic_stack(address), kunmap_local(address)
 *	kmap_high_l1_vipt(page)					-> address; act.ret2 is the saved pte
 *	kunmap_high_l1_vipt(page, saved pte)
 */
#ifndef STALELINE_KMAP_MODEL_H
#define STALELINE_KMAP_MODEL_H

#include "irq.h"

/* page_address(): the kseg0 address of a lowmem page, the pkmap address of a highmem page, or 0. */
u32 page_address(const struct world *w, u32 page);

/* Notes that a fixmap slot has one more / one fewer user, for the slot-busy warning. */
void slot_take(const struct act *a, u32 type);
void slot_release(const struct act *a, u32 type);

#endif
