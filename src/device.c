// SPDX-License-Identifier: GPL-2.0-or-later
#include "device.h"

void device_start(const struct act *a, u32 device, u32 map, enum dma_direction direction)
{
	const struct w_device *d = w_device(a->w, device);
	const struct dma_map_def *def = &a->k->map[map];
	struct meaning place = {a->k->sg[def->first_sg].page, a->k->sg[def->first_sg].offset};

	if (w_map(a->w, map)->state == MAP_NONE)
		oracle_break(a, R_DMA_MISUSE, place, MISUSE_START_UNMAPPED, 0);
	else if (w_map(a->w, map)->state != MAP_DEVICE)
		oracle_break(a, R_DMA_MISUSE, place, MISUSE_START_CPU_OWNS, 0);
	else if (device_busy(a->w, device))
		oracle_break(a, R_DMA_MISUSE, place, MISUSE_START_BUSY, 0);
	else if (def->direction != DMA_BIDIRECTIONAL && def->direction != direction)
		oracle_break(a, R_DMA_MISUSE, place, MISUSE_START_DIRECTION, 0);
	if (device_busy(a->w, device))
		return;
	put(a->w, &d->map, map + 1);
	put(a->w, &d->writes, direction == DMA_FROM_DEVICE);
	put(a->w, &d->sg, 0);
	put(a->w, &d->at, 0);
	put(a->w, &d->starter, a->step + 1);
	if (a->k->identities)
		put(a->w, &d->iteration, oracle_identity(a));
	tell(a, EV_DMA_START, device, map);
}

bool device_busy(const struct world *w, u32 device)
{
	return w_device(w, device)->map || w_device(w, device)->irq;
}

u32 device_burst(const struct act *a, u32 map, bool writes, u32 identity, u32 entry, u32 from)
{
	const struct cell *k = a->k;
	const struct sg_entry *sg = &k->sg[k->map[map].first_sg + entry];
	u32 sector = 1u << k->machine.sector_shift;
	struct meaning at = meaning_at(k, (struct meaning){sg->page, sg->offset}, from);
	u32 length = min_u32(sector - (at.offset & (sector - 1)), sg->length - from);
	bool coherent = dma_coherent(k, map);

	if (w_map(a->w, map)->state == MAP_NONE)
		oracle_break(a, R_DMA_MISUSE, at, MISUSE_TRANSFER_UNMAPPED, 0);
	else if (w_map(a->w, map)->state != MAP_DEVICE)
		oracle_break(a, R_DMA_MISUSE, at, MISUSE_TRANSFER_CPU_OWNS, 0);
	if (writes)
		bus_dma_write(a, at.page, at.offset, length, identity, coherent);
	else
		bus_dma_read(a, at.page, at.offset, length, coherent);
	return length;
}

static void burst(const struct act *a, u32 device)
{
	const struct w_device *d = w_device(a->w, device);
	const struct dma_map_def *def = &a->k->map[d->map - 1];
	u32 identity = a->k->identities ? d->iteration : oracle_identity(a);
	u32 length = device_burst(a, d->map - 1, d->writes, identity, d->sg, d->at);

	if (d->at + length < a->k->sg[def->first_sg + d->sg].length) {
		put(a->w, &d->at, d->at + length);
		return;
	}
	put(a->w, &d->at, 0);
	if (d->sg + 1 < def->sgs) {
		put(a->w, &d->sg, d->sg + 1);
		return;
	}
	put(a->w, &d->sg, 0);
	put(a->w, &d->map, 0);
	put(a->w, &d->writes, 0);
	put(a->w, &d->iteration, 0);
	put(a->w, &d->irq, 1);
}

static void interrupt(const struct act *a, u32 device)
{
	const struct w_device *d = w_device(a->w, device);
	bool served = false;
	u32 i;

	put(a->w, &d->irq, 0);
	put(a->w, &d->starter, 0);
	tell(a, EV_DMA_DONE, device);
	for (i = 0; i < a->k->contexts; i++) {
		if (a->k->context[i].trigger != ON_DEVICE || a->k->context[i].source != device)
			continue;
		context_trigger(a, i);
		served = true;
	}
	if (served)
		return; /* waiters go on when the handler has run */
	if (!a->k->device[device].unwaited)
		put(a->w, &d->completions, d->completions + 1);
	context_wake(a, WAIT_DEVICE, device);
}

void device_step(struct act *a, u32 device)
{
	const struct w_device *d = w_device(a->w, device);

	a->step = d->starter - 1;
	if (d->map)
		burst(a, device);
	else
		interrupt(a, device);
}
