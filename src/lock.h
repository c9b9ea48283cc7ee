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

/* The context rests in front of a lock that another CPU holds: it spins, and its next step is not possible. */
bool lock_spinning(const struct world *w, u32 ctx);
/*
 * CPUs spin for each other's locks in a circle that `cpu` is part of. Whatever interrupts a spinning context
 * returns to it, so none of them will ever go on.
 */
bool lock_circle(const struct world *w, u32 cpu);

#endif
