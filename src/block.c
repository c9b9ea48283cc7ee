// SPDX-License-Identifier: GPL-2.0-or-later
#include "block.h"

void page_alloc(const struct act *a, u32 page)
{
	const struct w_page *p = w_page(a->w, page);

	if (p->flags & PAGE_IN_USE)
		oracle_end(a, R_BUG_ON, (struct meaning){page, 0});
	put(a->w, &p->flags, PAGE_IN_USE);
}

void page_free(const struct act *a, u32 page)
{
	const struct w_page *p = w_page(a->w, page);

	if (!(p->flags & PAGE_IN_USE))
		oracle_end(a, R_BUG_ON, (struct meaning){page, 0});
	put(a->w, &p->flags, 0);
	oracle_leak(a, (struct meaning){page, 0}, cell_page_bytes(a->k), false);
}

struct block_frame {
	u32 map;
	u32 device;
	u32 raise;
	u32 entry, page; /* where in the list the loop is */
	u32 flags;
};

static u32 pages_of(const struct act *a, const struct sg_entry *sg)
{
	return (sg->offset + sg->length + cell_page_bytes(a->k) - 1) >> a->k->machine.page_shift;
}

/* Moves to the next page of the list; false at its end. */
static bool page_next(const struct act *a, const struct block_frame *L)
{
	const struct dma_map_def *def = &a->k->map[L->map];

	if (L->page + 1 < pages_of(a, &a->k->sg[def->first_sg + L->entry])) {
		SET(L->page, L->page + 1);
		return true;
	}
	SET(L->page, 0);
	SET(L->entry, L->entry + 1);
	return L->entry < def->sgs;
}

static u32 page_here(const struct act *a, const struct block_frame *L)
{
	return a->k->sg[a->k->map[L->map].first_sg + L->entry].page + L->page;
}

/*
 * mm/readahead.c __do_page_cache_readahead() down to drivers/ata/libata-core.c ata_qc_issue(), 2.6.36:
 * the pages are allocated and locked, never mapped; ata_scsi_queuecmd() holds the host lock with irqs off
 * around ata_sg_setup(), which calls dma_map_sg(), and the start of the transfer. Left out: the request
 * queue and its lock, merging, plugging.
 */
KFUNC(readahead)
{
	K_BEGIN(block_frame);
	do {
		K_STEP(alloc) {
			page_alloc(a, page_here(a, L));
			if (w_top(a->w)->ended)
				return K_DEAD;
			SET(w_page(a->w, page_here(a, L))->flags, PAGE_IN_USE | PAGE_LOCKED);
		}
	} while (page_next(a, L));
	K_CALL(1, spin_lock_irqsave, LOCK_HOST(L->device));
	SET(L->flags, a->ret);
	K_CALL(2, dma_map, L->map);
	K_STEP(dev_start)
		device_start(a, L->device, L->map, a->k->map[L->map].direction);
	K_CALL(3, spin_unlock_irqrestore, LOCK_HOST(L->device), L->flags);
	K_END;
}

/*
 * mm/filemap.c and fs/mpage.c mpage_end_io_read(), 2.6.36: per page SetPageUptodate, unlock, wake. In the
 * kernel the block softirq runs it.
 */
KFUNC(end_bio)
{
	K_BEGIN(block_frame);
	do {
		K_STEP(page_uptodate) {
			SET(w_page(a->w, page_here(a, L))->flags, PAGE_IN_USE | PAGE_UPTODATE);
			context_wake(a, WAIT_PAGE, page_here(a, L));
		}
	} while (page_next(a, L));
	K_END;
}

/*
 * drivers/ata/libata-core.c ata_qc_complete(), 2.6.36, from the interrupt handler, which holds the host
 * lock: ata_sg_clean() calls dma_unmap_sg(); then the block softirq is raised. Without a softirq context to
 * raise the pages are completed here.
 */
KFUNC(ata_qc_complete)
{
	K_BEGIN(block_frame);
	K_CALL(1, spin_lock_irqsave, LOCK_HOST(L->device));
	SET(L->flags, a->ret);
	K_CALL(2, dma_unmap, L->map);
	K_CALL(3, spin_unlock_irqrestore, LOCK_HOST(L->device), L->flags);
	if (L->raise == NO_ID) {
		K_CALL(4, end_bio, L->map);
	} else {
		K_STEP(raise)
			context_trigger(a, L->raise);
	}
	K_END;
}

struct wait_frame {
	u32 page, pages;
};

/* include/linux/pagemap.h wait_on_page_locked(), 2.6.36: sleeps while the page is locked for I/O. */
KFUNC(wait_on_page_locked)
{
	K_BEGIN(wait_frame);
	while (L->pages) {
		K_STEP(wait_on_page) {
			if (w_page(a->w, L->page)->flags & PAGE_LOCKED) {
				context_sleep(a, WAIT_PAGE, L->page);
				continue;
			}
		}
		SET(L->page, L->page + 1);
		SET(L->pages, L->pages - 1);
	}
	K_END;
}
