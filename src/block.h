/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The block read path down to dma_map_sg() and back, as library routines that scenarios call by name:
 * readahead (process), ata_qc_complete (hardirq), end_bio (softirq), wait_on_page_locked (process).
 *
 * KFUNC arguments: readahead(map, device), ata_qc_complete(map, device, context to raise or NO_ID),
 * end_bio(map), wait_on_page_locked(first page, pages).
 */
#ifndef STALELINE_BLOCK_H
#define STALELINE_BLOCK_H

#include "device.h"
#include "lock.h"

/* Gives a page out, or takes it back: the effect of the `alloc` and `free` steps. */
void page_alloc(const struct act *a, u32 page);
void page_free(const struct act *a, u32 page);

#endif
