/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Irq flags, bottom halves and preempt_count of the acting context. Each routine is one effect; as
 * KFUNCs they are also what strategies and scenario steps call.
 */
#ifndef STALELINE_IRQ_H
#define STALELINE_IRQ_H

#include "context.h"

/* The bare effects, for routines that have a step of that name themselves. irq_off() returns the old flag. */
u32 irq_off(const struct act *a);
void irq_set(const struct act *a, u32 off);
void preempt_count_add(const struct act *a, int by);

#endif
