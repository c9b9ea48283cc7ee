/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spinlocks in the flavours the modelled routines take: include/linux/spinlock.h, 2.6.36. */
#ifndef STALELINE_LOCK_H
#define STALELINE_LOCK_H

#include "irq.h"

/* kmap_lock is lock 0; the host lock of device d is LOCK_HOST(d). */
#define LOCK_KMAP 0u
#define LOCK_HOST(device) (1u + (device))

/* CPU that holds it + 1, or 0. */
static inline const u32 *lock_word(const struct world *w, u32 lock)
{
	return w->word + w->k->layout.lock + lock;
}

#endif
