// SPDX-License-Identifier: GPL-2.0-or-later
#include "lock.h"

#include "kline.h"

struct lock_frame {
	u32 lock;
	u32 flags;
};

/* The CPU that `ctx` spins for, or NO_ID. Only spin_lock routines rest at KS_spin_lock. */
static u32 waits_for_cpu(const struct world *w, u32 ctx)
{
	const struct w_ctx *c = w_ctx(w, ctx);
	const struct w_frame *frame;
	u32 holder;

	if (context_next_kstep(w, ctx) != KS_spin_lock)
		return NO_ID;
	frame = &c->frame[c->sp - 1];
	if (kline_left_out(w->k, frame->fn, KS_spin_lock))
		return NO_ID;
	holder = *lock_word(w, ((const struct lock_frame *)(const void *)frame->local)->lock);
	return holder && holder != w->k->context[ctx].cpu + 1 ? holder - 1 : NO_ID;
}

bool lock_spinning(const struct world *w, u32 ctx)
{
	return waits_for_cpu(w, ctx) != NO_ID;
}

bool lock_circle(const struct world *w, u32 cpu)
{
	u32 at = cpu, hops;

	for (hops = 0; hops < w->k->machine.cpus; hops++) {
		u32 current = w_cpu(w, at)->current;

		if (!current)
			return false;
		at = waits_for_cpu(w, current - 1);
		if (at == NO_ID)
			return false;
		if (at == cpu)
			return true;
	}
	return false;
}

/*
 * A spinlock on one CPU is only preempt_count in a UP kernel; the holder is kept all the same, so that a
 * CPU that takes a lock it holds is found on any kernel. Such a CPU spins for ever.
 */
static bool lock_take(struct act *a, u32 lock)
{
	const u32 *word = lock_word(a->w, lock);

	preempt_count_add(a, 1);
	if (*word == a->cpu + 1) {
		oracle_break_kernel(a, R_LOCK_RECURSION);
		put(a->w, &kstep_ctx(a)->wait, WAIT_LOCK);
		put(a->w, &kstep_ctx(a)->wait_arg, lock);
		return false;
	}
	bug_on(*word, "a context takes a lock that another CPU holds");
	put(a->w, word, a->cpu + 1);
	return true;
}

static void lock_drop(struct act *a, u32 lock)
{
	put(a->w, lock_word(a->w, lock), 0);
	preempt_count_add(a, -1);
}

/* include/linux/spinlock_api_smp.h, __raw_spin_lock(), 2.6.36 */
KFUNC(spin_lock)
{
	K_BEGIN(lock_frame);
	K_STEP(spin_lock)
		if (!lock_take(a, L->lock))
			return K_REST;
	K_END;
}

/* include/linux/spinlock_api_smp.h, __raw_spin_unlock(), 2.6.36 */
KFUNC(spin_unlock)
{
	K_BEGIN(lock_frame);
	K_STEP(spin_unlock)
		lock_drop(a, L->lock);
	K_END;
}

/* include/linux/spinlock_api_smp.h, 2.6.36: irqs first, then the lock. Returns the flags as they were. */
KFUNC(spin_lock_irqsave)
{
	K_BEGIN(lock_frame);
	K_STEP(local_irq_save)
		SET(L->flags, irq_off(a));
	K_STEP(spin_lock)
		if (!lock_take(a, L->lock))
			return K_REST;
	K_RETURN(L->flags);
	K_END;
}

/* include/linux/spinlock_api_smp.h, 2.6.36: the lock first, then irqs as `flags` say. */
KFUNC(spin_unlock_irqrestore)
{
	K_BEGIN(lock_frame);
	K_STEP(spin_unlock)
		lock_drop(a, L->lock);
	K_STEP(local_irq_restore)
		irq_set(a, L->flags);
	K_END;
}

/* include/linux/spinlock_api_smp.h, 2.6.36 */
KFUNC(spin_lock_irq)
{
	K_BEGIN(lock_frame);
	K_STEP(local_irq_disable)
		irq_off(a);
	K_STEP(spin_lock)
		if (!lock_take(a, L->lock))
			return K_REST;
	K_END;
}

/* include/linux/spinlock_api_smp.h, 2.6.36: irqs come on whatever they were before the lock. */
KFUNC(spin_unlock_irq)
{
	K_BEGIN(lock_frame);
	K_STEP(spin_unlock)
		lock_drop(a, L->lock);
	K_STEP(local_irq_enable)
		irq_set(a, 0);
	K_END;
}
