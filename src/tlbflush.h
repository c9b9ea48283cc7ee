/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linux's TLB flushes, and pte writes as arch/mips does them. */
#ifndef STALELINE_TLBFLUSH_H
#define STALELINE_TLBFLUSH_H

#include "irq.h"

/*
 * set_pte() and pte_clear() of the kernel entry that maps `va`: arch/mips/include/asm/pgtable.h, 2.6.36.
 * The global bit of a pair is kept equal, so that no refill makes an entry private to an ASID.
 */
void pte_set(const struct act *a, u32 va, u32 pte);
void pte_clear(const struct act *a, u32 va);
/* What local_flush_tlb_one() does with irqs off: the pair of a kernel address leaves this CPU's TLB. */
void tlb_flush_kernel(const struct act *a, u32 va);

#endif
