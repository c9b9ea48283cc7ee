// SPDX-License-Identifier: GPL-2.0-or-later
#include "irq.h"

#include "kline.h"

void irq_set(const struct act *a, u32 off)
{
	const struct w_ctx *c = kstep_ctx(a);

	if (a->change == CHANGE_IRQS_ON)
		off = 0;
	if (c->irqs_off == off)
		return;
	if (off)
		foot_touch(a->w, FOOT_IRQS_OFF);
	put(a->w, &c->irqs_off, off);
	tell(a, EV_IRQS, off);
}

u32 irq_off(const struct act *a)
{
	u32 old = kstep_ctx(a)->irqs_off;

	if (a->change != CHANGE_IRQS_ON)
		irq_set(a, 1);
	return old;
}

void preempt_count_add(const struct act *a, int by)
{
	const struct w_ctx *c = kstep_ctx(a);

	if (by < 0 && !c->preempt_off) {
		oracle_break_unbalanced(a, TWICE_PREEMPT);
		return;
	}
	/* other processes of the CPU cannot come in between any more */
	if (by > 0 && a->k->preempt)
		foot_touch(a->w, FOOT_ALL);
	put(a->w, &c->preempt_off, c->preempt_off + (u32)by);
	tell(a, EV_PREEMPT, c->preempt_off);
}

static void bh_count_set(const struct act *a, u32 count)
{
	put(a->w, &kstep_ctx(a)->bh_off, count);
	tell(a, EV_BH, count);
}

/* Return from an interrupt: arch/mips/kernel/genex.S, 2.6.36; left out: signals, the reschedule check. */
KFUNC(irq_return)
{
	K_BEGIN(no_frame);
	K_PLACE(irq_return);
	K_END;
}

/* arch/mips/include/asm/irqflags.h, 2.6.36. Returns the flags as they were. */
KFUNC(local_irq_save)
{
	u32 old = 0;

	K_BEGIN(no_frame);
	K_STEP(local_irq_save)
		old = irq_off(a);
	K_RETURN(old);
	K_END;
}

struct restore_frame {
	u32 flags;
};

/* arch/mips/include/asm/irqflags.h, 2.6.36 */
KFUNC(local_irq_restore)
{
	K_BEGIN(restore_frame);
	K_STEP(local_irq_restore)
		irq_set(a, L->flags);
	K_END;
}

/* arch/mips/include/asm/irqflags.h, 2.6.36 */
KFUNC(local_irq_disable)
{
	K_BEGIN(no_frame);
	K_STEP(local_irq_disable)
		irq_off(a);
	K_END;
}

/* arch/mips/include/asm/irqflags.h, 2.6.36 */
KFUNC(local_irq_enable)
{
	K_BEGIN(no_frame);
	K_STEP(local_irq_enable)
		irq_set(a, 0);
	K_END;
}

/* kernel/softirq.c, 2.6.36 */
KFUNC(local_bh_disable)
{
	K_BEGIN(no_frame);
	K_STEP(local_bh_disable) {
		foot_touch(a->w, FOOT_SOFTIRQS_OFF | (a->k->preempt ? FOOT_ALL : 0));
		bh_count_set(a, kstep_ctx(a)->bh_off + 1);
	}
	K_END;
}

/* kernel/softirq.c, 2.6.36; left out: running pending softirqs here, they become possible instead. */
KFUNC(local_bh_enable)
{
	K_BEGIN(no_frame);
	K_STEP(local_bh_enable) {
		if (kstep_ctx(a)->bh_off)
			bh_count_set(a, kstep_ctx(a)->bh_off - 1);
		else
			oracle_break_unbalanced(a, TWICE_BH);
	}
	K_END;
}

/* include/linux/preempt.h, 2.6.36 */
KFUNC(preempt_disable)
{
	K_BEGIN(no_frame);
	K_STEP(preempt_disable)
		preempt_count_add(a, 1);
	K_END;
}

/* include/linux/preempt.h, 2.6.36 */
KFUNC(preempt_enable)
{
	K_BEGIN(no_frame);
	K_STEP(preempt_enable)
		preempt_count_add(a, -1);
	K_END;
}
