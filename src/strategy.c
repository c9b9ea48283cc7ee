// SPDX-License-Identifier: GPL-2.0-or-later
#include "strategy.h"

#include "kline.h"
#include "kmap_model.h"
#include "pagetable.h"

enum dma_op strategy_op_for(const struct cell *k, enum dma_hook hook, enum dma_direction direction)
{
	static const enum dma_op ops[] = {
		[DMA_BIDIRECTIONAL] = DMA_OP_WBACK_INV,
		[DMA_TO_DEVICE] = DMA_OP_WBACK,
		[DMA_FROM_DEVICE] = DMA_OP_INV,
	};

	switch (hook) {
	case HOOK_MAP:
	case HOOK_FOR_DEVICE:
		return ops[direction];
	case HOOK_UNMAP_SG:
		/* dma_unmap_sg() syncs again on every CPU, dma_unmap_page() only on a post-flush one */
		return direction == DMA_TO_DEVICE ? DMA_OP_NONE : ops[direction];
	case HOOK_UNMAP:
	case HOOK_FOR_CPU:
		return k->machine.post_dma_flush ? ops[direction] : DMA_OP_NONE;
	}
	return DMA_OP_NONE;
}

struct sync_frame {
	u32 page, offset, left; /* the range not yet cut into pieces */
	u32 op; /* enum dma_op */
	u32 pc;
	u32 piece_page, piece_offset, piece_length; /* length 0: the range was not cut */
	u32 address; /* of the piece's first byte, 0 while it is not mapped */
	u32 saved; /* a slot's pte */
	u32 flags; /* irq flags */
	u32 ran; /* cache ops run for the piece */
};

static void piece_end(const struct act *a, const struct sync_frame *L)
{
	struct meaning at = {L->piece_page, L->piece_offset};

	if (!L->piece_length)
		return;
	tell(a, EV_SYNC_PIECE, L->piece_page, L->piece_offset, L->piece_length, L->ran, 0);
	if (!L->ran)
		oracle_warn(a, W_SYNC_SKIPPED, at);
	else
		a->w->step_done[a->step] |= STEP_SYNC_RAN;
}

static bool piece_next(const struct act *a, const struct sync_frame *L)
{
	const struct cell *k = a->k;
	struct meaning at = meaning_at(k, (struct meaning){L->page, L->offset}, 0);
	u32 length = min_u32(cell_page_bytes(k) - at.offset, L->left);

	piece_end(a, L);
	if (!L->left) {
		SET(L->piece_length, 0);
		return false;
	}
	/* ARM's and 3.1's loops hand the whole rest over once a piece is lowmem */
	if (k->strategy.lowmem_whole && !k->page[at.page].highmem)
		length = L->left;
	SET(L->piece_page, at.page);
	SET(L->piece_offset, at.offset);
	SET(L->piece_length, length);
	SET(L->page, at.page);
	SET(L->offset, at.offset + length);
	SET(L->left, L->left - length);
	SET(L->address, 0);
	SET(L->ran, 0);
	return true;
}

static bool condition_holds(const struct act *a, const struct sync_frame *L,
			    const struct strategy_op *op)
{
	switch ((enum strategy_condition)op->arg) {
	case COND_MAPPED:
		return L->address != 0;
	case COND_HIGHMEM:
		return a->k->page[L->piece_page].highmem;
	case COND_NESTED:
		foot_touch(a->w, FOOT_SLOT);
		return w_cpu(a->w, a->cpu)->l1_depth != 0;
	case COND_ALWAYS:
		return true;
	case COND_HARDIRQ:
		return context_in_hardirq(a->w, a->cpu);
	case COND_SOFTIRQ:
		return context_in_interrupt(a->w, a->cpu) && !context_in_hardirq(a->w, a->cpu);
	case COND_CHANGED:
		return L->saved != (pagetable_make(a->k, L->piece_page, true, false) & ~LO_G);
	}
	return false;
}

/* Runs the program up to the next call; false at its end. */
static bool program_run(const struct act *a, const struct sync_frame *L)
{
	for (;;) {
		const struct strategy_op *op = &a->k->strategy.op[L->pc];
		u32 next = L->pc + 1;

		switch (op->kind) {
		case SOP_END:
			return false;
		case SOP_CALL:
			return true;
		case SOP_EACH_PAGE:
			if (!piece_next(a, L))
				next = op->target;
			break;
		case SOP_UNLESS:
			if (!condition_holds(a, L, op))
				next = op->target;
			break;
		case SOP_JUMP:
			next = op->target;
			break;
		case SOP_LOWMEM_ADDRESS:
			SET(L->address, page_address(a->w, L->piece_page) + L->piece_offset);
			break;
		}
		SET(L->pc, next);
	}
}

/* Pushes the frame of the primitive the program is at, with the arguments it takes. */
static void primitive_push(struct act *a, const struct sync_frame *L)
{
	const struct strategy_op *op = &a->k->strategy.op[L->pc];
	u32 page_address_of_piece = align_down(L->address, cell_page_bytes(a->k));
	u32 page = op->other_page ? kline_other(L->piece_page, a->k->pages) : L->piece_page;
	bool cut = L->piece_length != 0;

	switch (op->arg) {
	case KF_cache_op:
	case KF_r4k_flush_data_cache_page:
	case KF_index_all: {
		u32 arg[] = {L->address, cut ? L->piece_length : L->left,
			     cut ? L->piece_page : L->page, cut ? L->piece_offset : L->offset,
			     L->op};

		kstep_push(a, op->arg, arg, ARRAY_SIZE(arg));
		break;
	}
	case KF_sync:
		kstep_push(a, op->arg, NULL, 0);
		break;
	case KF_local_irq_restore:
		kstep_push(a, op->arg, &L->flags, 1);
		break;
	case KF_kunmap_atomic:
	case KF_kunmap_atomic_stack:
	case KF_kunmap_local:
		kstep_push(a, op->arg, (const u32[]){page_address_of_piece, op->slot}, 2);
		break;
	case KF_restore_pte:
		kstep_push(a, op->arg, (const u32[]){L->saved, op->slot}, 2);
		break;
	case KF_kunmap_high_l1_vipt:
		kstep_push(a, op->arg, (const u32[]){page, L->saved}, 2);
		break;
	default:
		kstep_push(a, op->arg, (const u32[]){page, op->slot}, 2);
		break;
	}
}

/* Keeps what the primitive returned, and goes on behind it. */
static void primitive_result(const struct act *a, const struct sync_frame *L)
{
	const struct strategy_op *op = &a->k->strategy.op[L->pc];

	switch (op->arg) {
	case KF_local_irq_save:
		SET(L->flags, a->ret);
		break;
	case KF_save_pte:
		SET(L->saved, a->ret);
		break;
	case KF_kmap_high_l1_vipt:
		SET(L->saved, a->ret2);
		SET(L->address, a->ret + L->piece_offset);
		break;
	case KF_kmap_high_get:
		SET(L->address, a->ret ? a->ret + L->piece_offset : 0);
		break;
	case KF_kmap_atomic:
	case KF_kmap_atomic_stack:
	case KF_kmap_local:
	case KF_set_pte:
		SET(L->address, a->ret + L->piece_offset);
		break;
	case KF_cache_op:
	case KF_r4k_flush_data_cache_page:
	case KF_index_all:
		SET(L->ran, 1);
		break;
	default:
		break;
	}
	SET(L->pc, L->pc + 1);
}

/* The strategy's `sync-range` program; scenario-independent, one cut of the range after the other. */
KFUNC(sync_range)
{
	K_BEGIN(sync_frame);
	tell(a, EV_SYNC_BEGIN, L->page, L->offset, L->left, L->op);
	if (a->k->strategy.no_op) {
		if (!a->k->strategy.uncached)
			oracle_warn(a, W_SYNC_SKIPPED, (struct meaning){L->page, L->offset});
		K_RETURN(0);
	}
	while (program_run(a, L)) {
		kstep_pc(a, 1);
		primitive_push(a, L);
		return K_CALLED;
	case 1:
		primitive_result(a, L);
	}
	if (!L->piece_length && L->left && L->ran) {
		/* an op for the range as a whole, like index-all */
		a->w->step_done[a->step] |= STEP_SYNC_RAN;
		tell(a, EV_SYNC_PIECE, L->page, L->offset, L->left, L->ran, 0);
	}
	K_END;
}

struct op_frame {
	u32 address, length;
	u32 page, offset;
	u32 op;
};

/* The version's op for a piece the strategy has an address for: dma_cache_wback/inv/wback_inv, 2.6.36. */
KFUNC(cache_op)
{
	K_BEGIN(op_frame);
	if (L->op == DMA_OP_INV)
		K_CALL(1, r4k_dma_cache_inv, L->address, L->length, L->page, L->offset);
	else
		K_CALL(2, r4k_dma_cache_wback_inv, L->address, L->length, L->page, L->offset);
	K_END;
}
