// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Single effects on a fixmap slot of this CPU (of CPU 0 where slots are shared), for strategies that leave out or reorder one of them.
 * First locals: page (or pte), km_type.
 */
#include "kmap_model.h"
#include "pagetable.h"
#include "tlbflush.h"

struct slot_frame {
	u32 value;
	u32 type;
};

static u32 slot_cpu(const struct act *a)
{
	return a->k->strategy.slots_shared ? 0 : a->cpu;
}

/* strategy primitive `save-pte`: returns what the slot holds */
KFUNC(save_pte)
{
	u32 pte = 0;

	K_BEGIN(slot_frame);
	K_STEP(save_pte)
		pte = *fixmap_pte(a->w, slot_cpu(a), L->type) & ~LO_G;
	K_RETURN(pte);
	K_END;
}

/* strategy primitive `set-pte`: maps the piece's page, returns the slot's address */
KFUNC(set_pte)
{
	K_BEGIN(slot_frame);
	K_STEP(set_pte)
		pte_set(a, fixmap_va(a->k, slot_cpu(a), L->type),
			pagetable_make(a->k, L->value, true, false));
	K_RETURN(fixmap_va(a->k, slot_cpu(a), L->type));
	K_END;
}

/* strategy primitive `restore-pte`: puts a saved pte back */
KFUNC(restore_pte)
{
	K_BEGIN(slot_frame);
	K_STEP(set_pte)
		pte_set(a, fixmap_va(a->k, slot_cpu(a), L->type), L->value | LO_G);
	K_END;
}

/* strategy primitive `clear-pte` */
KFUNC(clear_pte)
{
	K_BEGIN(slot_frame);
	K_STEP(pte_clear)
		pte_clear(a, fixmap_va(a->k, slot_cpu(a), L->type));
	K_END;
}

/* strategy primitive `tlb-flush-local`: drops the slot's pair, whatever the irq flag is */
KFUNC(tlb_flush_local)
{
	K_BEGIN(slot_frame);
	K_STEP(local_flush_tlb_one)
		tlb_flush_kernel(a, fixmap_va(a->k, slot_cpu(a), L->type));
	K_END;
}

/* strategy primitive `depth-inc`: the per-CPU nesting count */
KFUNC(depth_inc)
{
	K_BEGIN(slot_frame);
	K_STEP(slot_depth_inc)
		SET(w_cpu(a->w, a->cpu)->l1_depth, w_cpu(a->w, a->cpu)->l1_depth + 1);
	K_END;
}

/* strategy primitive `depth-dec` */
KFUNC(depth_dec)
{
	K_BEGIN(slot_frame);
	K_STEP(slot_depth_dec) {
		K_BUG_ON(!w_cpu(a->w, a->cpu)->l1_depth);
		SET(w_cpu(a->w, a->cpu)->l1_depth, w_cpu(a->w, a->cpu)->l1_depth - 1);
	}
	K_END;
}
