/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes, softirqs and hardirqs on their CPUs: who may run, who may interrupt whom, sleeping and waking,
 * beginning and ending a run. Levels nest upwards only and return in LIFO order, so the contexts of a CPU
 * form a stack linked through w_ctx.below.
 */
#ifndef STALELINE_CONTEXT_H
#define STALELINE_CONTEXT_H

#include "kstep.h"

/* in_interrupt(): a softirq or hardirq is on the CPU's stack, or bottom halves are off. */
bool context_in_interrupt(const struct world *w, u32 cpu);
/* in_irq(): a hardirq is on the CPU's stack. */
bool context_in_hardirq(const struct world *w, u32 cpu);
/* irqs or preemption off, or in an interrupt: the context must not sleep. */
bool context_atomic(const struct world *w, u32 ctx);
/* might_sleep(): breaks sleep-in-atomic where the acting context must not. */
void context_might_sleep(const struct act *a);

/* Its trigger has fired and a run is left. */
bool context_can_begin(const struct world *w, u32 ctx);
/* The CPU would take it now: idle (processes), or interruptible by its level, or preemptible. */
bool context_cpu_free(const struct world *w, u32 ctx);
/* It is on top of its CPU's stack and not waiting for something. */
bool context_can_step(const struct world *w, u32 ctx);

/* Puts the context on its CPU: begins a run, or goes on with a process that had left the CPU. */
void context_enter(struct act *a);
/* Takes the effect it rests at, then runs it on to the next; ends its run if there is none. */
void context_step(struct act *a);

/* schedule(): leaves the CPU until context_wake(); returns false where it must spin (in an interrupt). */
void context_sleep(struct act *a, enum wait_kind kind, u32 what);
void context_wake(const struct act *a, enum wait_kind kind, u32 what);
/* raise_softirq() and its like: one more run of `ctx` is due. */
void context_trigger(const struct act *a, u32 ctx);

/* Its finite times have ended; else no run of it is due or under way. */
bool context_ended(const struct world *w, u32 ctx);
bool context_all_ended(const struct world *w);

/* The effect it rests at, for names and schedules: KS_NONE when it has none. */
u32 context_next_kstep(const struct world *w, u32 ctx);

#endif
