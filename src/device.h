/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A SATA-like bus master: it moves a scatter-gather list burst by burst, a burst being at most one smallest
 * line, then raises its completion interrupt. Each burst and the interrupt is a choice of its own.
 */
#ifndef STALELINE_DEVICE_H
#define STALELINE_DEVICE_H

#include "dma_api.h"

/* Starts the transfer of `map` for the acting step; a device that is busy or unmapped is misused. */
void device_start(const struct act *a, u32 device, u32 map, enum dma_direction direction);
/*
 * One burst of `map`, at most a smallest line, from byte `from` of its list's entry `entry` on; returns its
 * length. `writes`: the device writes memory, as write `identity`; else it reads. For transfers that go on
 * in the acting context's own steps.
 */
u32 device_burst(const struct act *a, u32 map, bool writes, u32 identity, u32 entry, u32 from);
/* It has a burst or its interrupt to give. */
bool device_busy(const struct world *w, u32 device);
/* Gives it. */
void device_step(struct act *a, u32 device);

#endif
