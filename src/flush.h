/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cache routines of arch/mips/mm/c-r4k.c that DMA and page flushes use, one CACHE instruction a step.
 *
 * Every range routine takes the same five locals first: address, size, and the page and offset that the
 * address was mapped for (what each op is checked against); the page is the first of the range.
 */
#ifndef STALELINE_FLUSH_H
#define STALELINE_FLUSH_H

#include "irq.h"

#endif
