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
/* It has a burst or its interrupt to give. */
bool device_busy(const struct world *w, u32 device);
/* Gives it. */
void device_step(struct act *a, u32 device);

#endif
