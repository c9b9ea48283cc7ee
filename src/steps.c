// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps.h"

#include "datum.h"
#include "kmap_model.h"
#include "pagetable.h"
#include "tlbflush.h"

static const struct step *step_of(const struct act *a)
{
	return &a->k->step[a->step];
}

/* The virtual address and the meaning of `plus` bytes into the step's operand. */
static u32 operand_va(const struct act *a, u32 plus, struct meaning *m)
{
	const struct operand *o = &step_of(a)->at;
	const struct w_handle *h;
	u32 pa;

	if (o->kind == OPERAND_HANDLE) {
		h = w_handle(a->w, o->ref);
		*m = meaning_at(a->k, (struct meaning){h->page - 1, o->offset}, plus);
		return h->va ? h->va + o->offset + plus : 0;
	}
	pa = cell_page_pa(a->k, o->ref) + o->offset + plus;
	*m = (struct meaning){NO_ID, 0};
	return (o->kind == OPERAND_KSEG0 ? KSEG0 : KSEG1) + pa;
}

/* Bytes up to the end of the sector, the line of the smallest cache. */
static u32 chunk(const struct act *a, u32 at)
{
	const struct operand *o = &step_of(a)->at;
	u32 sector = 1u << a->k->machine.sector_shift;

	return min_u32(sector - ((o->offset + at) & (sector - 1)), o->length - at);
}

/* An access through a handle that was given back and still reaches its page: bad luck that it works. */
static void check_unmapped(const struct act *a, struct meaning m)
{
	const struct operand *o = &step_of(a)->at;
	u32 i;

	if (o->kind != OPERAND_HANDLE || !w_handle(a->w, o->ref)->unmapped)
		return;
	for (i = 0; i < a->w->findings; i++)
		if (a->w->finding[i].rule == R_WRONG_PAGE && !a->w->finding[i].warning)
			return;
	oracle_warn(a, W_USE_AFTER_UNMAP, m);
}

/* A handle that no mapping step has set yet. */
static bool operand_missing(struct act *a)
{
	const struct operand *o = &step_of(a)->at;

	if (o->kind != OPERAND_HANDLE || w_handle(a->w, o->ref)->page)
		return false;
	oracle_end(a, R_BAD_ADDRESS, (struct meaning){NO_ID, 0});
	return true;
}

struct access_frame {
	u32 at; /* bytes done */
};

static enum access_result access_chunk(struct act *a, u32 at, bool store)
{
	enum access_result result;
	struct meaning m;
	u32 va;

	if (operand_missing(a))
		return ACCESS_DEAD;
	va = operand_va(a, at, &m);
	result = store ? bus_store(a, va, m, chunk(a, at)) : bus_load(a, va, m, chunk(a, at), NULL);
	if (result == ACCESS_DONE)
		check_unmapped(a, m);
	return result;
}

/* scenario step `read` and `scan`: one load a line */
KFUNC(step_load)
{
	enum access_result result;

	K_BEGIN(access_frame);
	for (; L->at < step_of(a)->at.length; SET(L->at, L->at + chunk(a, L->at)))
		K_ACCESS(load, result, access_chunk(a, L->at, false));
	K_END;
}

/* scenario step `write` and `fill`: one store a line */
KFUNC(step_store)
{
	enum access_result result;

	K_BEGIN(access_frame);
	for (; L->at < step_of(a)->at.length; SET(L->at, L->at + chunk(a, L->at)))
		K_ACCESS(store, result, access_chunk(a, L->at, true));
	K_END;
}

static enum access_result poll_once(struct act *a, bool *seen)
{
	enum access_result result;
	struct meaning m;
	u32 va, token = DATUM_GARBAGE;

	if (operand_missing(a))
		return ACCESS_DEAD;
	va = operand_va(a, 0, &m);
	result = bus_load(a, va, m, chunk(a, 0), &token);
	if (result == ACCESS_DONE) {
		check_unmapped(a, m);
		if (m.page == NO_ID) {
			const struct operand *o = &step_of(a)->at;

			m = meaning_at(a->k, (struct meaning){o->ref, o->offset}, 0);
		}
		*seen = token != DATUM_GARBAGE && oracle_poll(a, m, token, step_of(a)->arg[0]);
	}
	return result;
}

/* scenario step `poll`: loads until it sees the write of another step */
KFUNC(step_poll)
{
	enum access_result result;
	bool seen = false;

	K_BEGIN(access_frame);
	do
		K_ACCESS(poll, result, poll_once(a, &seen));
	while (!seen);
	K_END;
}

static enum access_result cache_chunk(struct act *a, u32 at)
{
	enum op_outcome outcome;
	struct meaning m;
	u32 va;

	if (operand_missing(a))
		return ACCESS_DEAD;
	va = operand_va(a, at, &m);
	return bus_hit_op(a, step_of(a)->arg[0], va, m, &outcome);
}

/* scenario step `cache-op`: one CACHE instruction a line */
KFUNC(step_cache_op)
{
	enum access_result result;

	K_BEGIN(access_frame);
	for (; L->at < step_of(a)->at.length; SET(L->at, L->at + chunk(a, L->at)))
		K_ACCESS(cache_hit_op, result, cache_chunk(a, L->at));
	K_END;
}

/* scenario step `alloc`: the pages are given out, mapped nowhere, whatever caches still hold of them */
KFUNC(step_alloc)
{
	K_BEGIN(access_frame);
	for (; L->at < step_of(a)->arg[1]; SET(L->at, L->at + 1)) {
		K_PLACE(alloc);
		page_alloc(a, step_of(a)->arg[0] + L->at);
		if (w_top(a->w)->ended)
			return K_DEAD;
	}
	K_END;
}

/* scenario step `free` */
KFUNC(step_free)
{
	K_BEGIN(access_frame);
	for (; L->at < step_of(a)->arg[1]; SET(L->at, L->at + 1)) {
		K_PLACE(free);
		page_free(a, step_of(a)->arg[0] + L->at);
		if (w_top(a->w)->ended)
			return K_DEAD;
	}
	K_END;
}

static void handle_set(const struct act *a, u32 va, u32 page)
{
	u32 handle = step_of(a)->arg[2];
	const struct w_handle *h = w_handle(a->w, handle);

	foot_touch(a->w, FOOT_ALL);
	put(a->w, &h->va, va);
	put(a->w, &h->page, page + 1);
	put(a->w, &h->unmapped, 0);
	tell(a, EV_HANDLE, handle, va, page);
}

static const struct w_handle *handle_of(const struct act *a)
{
	foot_touch(a->w, FOOT_ALL);
	return w_handle(a->w, step_of(a)->arg[2]);
}

/* scenario step `map-user`: one set_pte a page, in the address space of the context */
KFUNC(step_map_user)
{
	const struct step *s;
	const u32 *pte;
	u32 va;

	K_BEGIN(access_frame);
	for (; L->at < step_of(a)->arg[1]; SET(L->at, L->at + 1)) {
		K_PLACE(set_pte);
		s = step_of(a);
		va = s->arg[3] + (L->at << a->k->machine.page_shift);
		pte = pagetable_entry(a->w, a->k->context[a->ctx].mm, va);
		tell(a, EV_SET_PTE, va, pagetable_make(a->k, s->arg[0] + L->at, false, false),
		     *pte);
		SET(*pte, pagetable_make(a->k, s->arg[0] + L->at, false, false));
		if (!L->at)
			handle_set(a, s->arg[3], s->arg[0]);
	}
	K_END;
}

/* scenario step `unmap-user`: zap_pte_range() in small: the pte goes, then its TLB entry */
KFUNC(step_unmap_user)
{
	const u32 *pte;
	u32 va;

	K_BEGIN(access_frame);
	for (; L->at < step_of(a)->arg[1]; SET(L->at, L->at + 1)) {
		K_PLACE(pte_clear);
		va = handle_of(a)->va + (L->at << a->k->machine.page_shift);
		pte = pagetable_entry(a->w, a->k->context[a->ctx].mm, va);
		if (!pte) {
			oracle_end(a, R_BAD_ADDRESS, (struct meaning){NO_ID, 0});
			return K_DEAD;
		}
		tell(a, EV_SET_PTE, va, 0, *pte);
		SET(*pte, 0);
		SET(handle_of(a)->unmapped, 1);
		K_CALL(1, local_flush_tlb_page,
		       handle_of(a)->va + (L->at << a->k->machine.page_shift));
	}
	K_END;
}

/* scenario step `kmap` */
KFUNC(step_kmap)
{
	K_BEGIN(access_frame);
	K_CALL(1, kmap, step_of(a)->arg[0]);
	handle_set(a, a->ret, step_of(a)->arg[0]);
	K_END;
}

/* scenario step `kunmap` */
KFUNC(step_kunmap)
{
	K_BEGIN(access_frame);
	K_BUG_ON(!handle_of(a)->page);
	K_CALL(1, kunmap, handle_of(a)->page - 1);
	SET(handle_of(a)->unmapped, 1);
	K_END;
}

/* scenario step `kmap-atomic` */
KFUNC(step_kmap_atomic)
{
	K_BEGIN(access_frame);
	K_CALL(1, kmap_atomic, step_of(a)->arg[0], step_of(a)->arg[1]);
	handle_set(a, a->ret, step_of(a)->arg[0]);
	K_END;
}

/* scenario step `kunmap-atomic` */
KFUNC(step_kunmap_atomic)
{
	K_BEGIN(access_frame);
	K_BUG_ON(!handle_of(a)->page);
	K_CALL(1, kunmap_atomic, handle_of(a)->va, step_of(a)->arg[1]);
	SET(handle_of(a)->unmapped, 1);
	K_END;
}

/* scenario step `dma-map-*` */
KFUNC(step_dma_map)
{
	K_BEGIN(access_frame);
	K_CALL(1, dma_map, step_of(a)->arg[0]);
	K_END;
}

/* scenario step `dma-unmap` */
KFUNC(step_dma_unmap)
{
	K_BEGIN(access_frame);
	K_CALL(1, dma_unmap, step_of(a)->arg[0]);
	K_END;
}

/* scenario step `dma-sync-for-cpu` */
KFUNC(step_dma_sync_for_cpu)
{
	K_BEGIN(access_frame);
	K_CALL(1, dma_sync_for_cpu, step_of(a)->arg[0]);
	K_END;
}

/* scenario step `dma-sync-for-device` */
KFUNC(step_dma_sync_for_device)
{
	K_BEGIN(access_frame);
	K_CALL(1, dma_sync_for_device, step_of(a)->arg[0]);
	K_END;
}

/* scenario step `dev-start` */
KFUNC(step_dev_start)
{
	K_BEGIN(access_frame);
	K_PLACE(dev_start);
	device_start(a, step_of(a)->arg[0], step_of(a)->arg[1], step_of(a)->arg[2]);
	K_END;
}

struct transfer_frame {
	u32 entry, at; /* next burst: entry of the list, byte within it */
};

static void transfer_burst(const struct act *a, const struct transfer_frame *L)
{
	const struct step *s = step_of(a);
	const struct dma_map_def *def = &a->k->map[s->arg[1]];

	if (!L->entry && !L->at)
		tell(a, EV_DMA_START, NO_ID, s->arg[1]);
	SET(L->at, L->at + device_burst(a, s->arg[1], s->arg[2] == DMA_FROM_DEVICE,
					oracle_identity(a), L->entry, L->at));
	if (L->at == a->k->sg[def->first_sg + L->entry].length) {
		SET(L->at, 0);
		SET(L->entry, L->entry + 1);
	}
}

/* scenario step `dev-transfer`: the device moves the data burst by burst while the context waits for it */
KFUNC(step_dev_transfer)
{
	K_BEGIN(transfer_frame);
	do {
		K_STEP(dev_burst)
			transfer_burst(a, L);
	} while (L->entry < a->k->map[step_of(a)->arg[1]].sgs);
	K_END;
}

/* scenario step `wait-irq`: sleeps until the device's completion has been handled */
KFUNC(step_wait_irq)
{
	const struct w_device *d;

	K_BEGIN(access_frame);
	for (;;) {
		K_PLACE(wait_irq);
		/* wait_for_completion() */
		context_might_sleep(a);
		d = w_device(a->w, step_of(a)->arg[0]);
		if (d->completions)
			break;
		context_sleep(a, WAIT_DEVICE, step_of(a)->arg[0]);
	}
	SET(w_device(a->w, step_of(a)->arg[0])->completions,
	    w_device(a->w, step_of(a)->arg[0])->completions - 1);
	K_END;
}

/* scenario step `raise` */
KFUNC(step_raise)
{
	K_BEGIN(access_frame);
	K_PLACE(raise);
	context_trigger(a, step_of(a)->arg[0]);
	K_END;
}

/* scenario step `readahead` */
KFUNC(step_readahead)
{
	K_BEGIN(access_frame);
	K_CALL(1, readahead, step_of(a)->arg[0], step_of(a)->arg[1]);
	K_END;
}

/* scenario step `ata-qc-complete` */
KFUNC(step_ata_qc_complete)
{
	K_BEGIN(access_frame);
	K_CALL(1, ata_qc_complete, step_of(a)->arg[0], step_of(a)->arg[1], step_of(a)->arg[2]);
	K_END;
}

/* scenario step `end-bio` */
KFUNC(step_end_bio)
{
	K_BEGIN(access_frame);
	K_CALL(1, end_bio, step_of(a)->arg[0]);
	K_END;
}

/* scenario step `wait-on-page` */
KFUNC(step_wait_on_page)
{
	K_BEGIN(access_frame);
	K_CALL(1, wait_on_page_locked, step_of(a)->arg[0], step_of(a)->arg[1]);
	K_END;
}
