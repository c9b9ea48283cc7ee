/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a strategy's program over a range, and the kernel version's choice of cache op.
 *
 * KFUNC(sync_range) arguments: page, offset, length, enum dma_op. KFUNC(cache_op): address, length, page,
 * offset, enum dma_op; returns whether it acted on a line.
 */
#ifndef STALELINE_STRATEGY_H
#define STALELINE_STRATEGY_H

#include "irq.h"

/* What the DMA API asks of the caches: arch/mips/include/asm/io.h dma_cache_*(), 2.6.36. */
enum dma_op { DMA_OP_NONE, DMA_OP_WBACK, DMA_OP_INV, DMA_OP_WBACK_INV };

enum dma_hook { HOOK_MAP, HOOK_UNMAP, HOOK_UNMAP_SG, HOOK_FOR_CPU, HOOK_FOR_DEVICE };

/* Which op a hook runs for a direction: arch/mips/mm/dma-default.c, 2.6.36. */
enum dma_op strategy_op_for(const struct cell *k, enum dma_hook hook, enum dma_direction direction);

#endif
