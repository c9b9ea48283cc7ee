/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The streaming DMA API over the strategy: dma_map, dma_unmap, dma_sync_for_cpu and dma_sync_for_device of
 * one mapping (single, page or sg; first local: the mapping's id). Who owns a mapped buffer, and misuse.
 *
 * A device owns the buffer from the first effect of map or sync_for_device to the last of unmap or
 * sync_for_cpu.
 */
#ifndef STALELINE_DMA_API_H
#define STALELINE_DMA_API_H

#include "strategy.h"

/* The DMA of this mapping goes through the caches: no sync is needed, none is done. */
bool dma_coherent(const struct cell *k, u32 map);

#endif
