/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of modelled kernel routines, and what a cell's mutation does to one of them. A line is named
 * ROUTINE.STEP or ROUTINE.CALLEE, with #2 and so on for a further call of the same callee.
 *
 * The mutation is const data of the cell (program.h), so a mutated routine is the same code. K_STEP, K_LINE
 * and K_CALL leave the line out where kline_watched() says so; the other changes are looked up in a->change
 * by the few functions that have the effect: irq flags, ptes, TLB flushes, hit ops, pkmap counts.
 */
#ifndef STALELINE_KLINE_H
#define STALELINE_KLINE_H

#include "kstep.h"

enum kline {
	KL_NONE,
#define KL_STEP(fn, id) KL_##fn##_##id,
#define KL_CALL(fn, number, callee) KL_##fn##_call_##number,
#include "klines.def"
	KL_COUNT
};

/* CHANGE_NONE: as the kernel has it. */
enum change {
	CHANGE_NONE,
#define CHANGE(id, word, text) CHANGE_##id,
#include "changes.def"
	CHANGE_COUNT
};

enum kfunc kline_routine(enum kline line);
/* What stands behind the dot: the id of the step, or the routine called. */
const char *kline_what(enum kline line);
/* 1 for the first line of that name in the routine, 2 for the second … */
u32 kline_occurrence(enum kline line);
/* The changes that are possible for the line, a bit each; bit CHANGE_WITHOUT always is. */
u32 kline_changes(enum kline line);

/* The mutation that makes `change` at `line`. */
struct mutation kline_mutation(enum kline line, enum change change);
/* The line that is mutated; KL_NONE where none is. */
enum kline kline_mutated(const struct mutation *m);

const char *change_word(enum change change);
const char *change_text(enum change change);

/* The cell's mutation leaves the line at `at` of routine `fn` out. */
bool kline_left_out(const struct cell *k, u32 fn, u32 at);

static inline bool kline_executed(const u32 *line_done, enum kline line)
{
	return line_done[line / 32] & BIT(line % 32);
}

/* Of `count` things the one after `one`; the first after the last. */
static inline u32 kline_other(u32 one, u32 count)
{
	return one + 1 < count ? one + 1 : 0;
}

/* Changes the arguments that were just pushed for `fn`, as a->change asks. */
void kline_redirect(const struct act *a, enum kfunc fn);

#endif
