/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cell put together by hand, and a world that runs it. A test calls rig_init(), changes what it wants to
 * be different, declares pages, contexts, steps …, then rig_up().
 *
 *	struct rig r;
 *
 *	rig_init(&r);
 *	rig_pages(&r, 2, true);                         // pages 0 and 1, highmem
 *	rig_context(&r, LEVEL_PROCESS, ON_START, 1);    // context 0
 *	rig_step(&r, (struct step){.fn = KF_step_kmap, .arg = {0, 0, 0}});
 *	rig_up(&r);
 *	…
 *	rig_down(&r);
 *
 * The machine that rig_init() gives: one CPU; pages of 64 bytes; an L1 of 2 sets, 2 ways, lines of 16 bytes;
 * no L2; a TLB of 4 entries that checks for duplicates; granules of 4 bytes; a pkmap pool of 4.
 */
#ifndef TESTS_SUPPORT_CELLS_H
#define TESTS_SUPPORT_CELLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/cache_model.h"
#include "../../src/datum.h"
#include "../../src/engine.h"
#include "../../src/steps.h"

#define RIG_EVENTS 4096

struct rig {
	struct cell k;
	struct world w;

	struct page_info page[80];
	struct page_range range[8];
	struct context_def context[8];
	struct step step[64];
	struct sg_entry sg[16];
	struct dma_map_def map[8];
	struct device_def device[4];
	struct user_pte_def user_pte[16];
	struct strategy_op op[64];
	u32 next_low_pfn, next_high_pfn;

	u32 *words;
	u8 *step_done;
	struct undo *log;

	/* what the world told since rig_forget() */
	struct event event[RIG_EVENTS];
	u32 events;
};

/* Call-through for bug(): inside assert_bug() the sentence is kept, elsewhere it ends the test program. */
extern jmp_buf *bug_catcher;
extern const char *bug_said;

#define assert_bug(statement)                                                                      \
	do {                                                                                       \
		jmp_buf bug_here;                                                                  \
		bug_said = NULL;                                                                   \
		bug_catcher = &bug_here;                                                           \
		if (!setjmp(bug_here)) {                                                           \
			statement;                                                                 \
		}                                                                                  \
		bug_catcher = NULL;                                                                \
		assert_non_null(bug_said);                                                         \
	} while (0)

void rig_init(struct rig *r);
/* Geometry of a cache; `virtual_index` matters for an L1 only. */
void rig_l1(struct rig *r, u32 sets, u32 ways, u32 line_shift);
void rig_l2(struct rig *r, u32 sets, u32 ways, u32 line_shift);
/* `count` pages of consecutive pfns, which no other call continues, all free; returns the first id. */
u32 rig_pages(struct rig *r, u32 count, bool highmem);
u32 rig_context(struct rig *r, enum ctx_level level, enum ctx_trigger trigger, u32 times);
/* One more step of the context declared last; returns its index. */
u32 rig_step(struct rig *r, struct step step);
u32 rig_map(struct rig *r, enum dma_map_kind kind, enum dma_direction direction, u32 device);
/* One more entry of the mapping declared last. */
void rig_sg(struct rig *r, u32 page, u32 offset, u32 length);
u32 rig_device(struct rig *r, bool coherent);
/* User addresses have to be declared in the order of address space and address. */
void rig_user(struct rig *r, u32 mm, u32 va);
void rig_op(struct rig *r, enum strategy_op_kind kind, u32 arg, u32 slot, u32 target);
/*
 * Built-in programs of strategies, as rig_op() calls: per page, lowmem at its kseg0 address; highmem as named.
 */
enum rig_strategy {
	RIG_LOWMEM_ONLY,
	RIG_KMAP_ATOMIC, /* kmap_atomic in KM_SYNC_DCACHE */
	RIG_KMAP_HIGH_GET, /* nothing where it is not mapped */
	RIG_ARM, /* kmap_high_get, else kmap_high_l1_vipt */
	RIG_INDEX_ALL, /* the range is not cut */
};
void rig_strategy(struct rig *r, enum rig_strategy which);

/* Derives what is derived, lays the world out, allocates and initialises it, and listens. */
void rig_up(struct rig *r);
void rig_down(struct rig *r);

/* An act of context `ctx` (or NO_ID) on its CPU, in its current scenario step. */
struct act rig_act(struct rig *r, u32 ctx);

/* Puts `ctx` on its CPU with a run of `fn`, resting before its first effect; true if it rests at all. */
bool rig_call(struct rig *r, u32 ctx, enum kfunc fn, const u32 *arg, u32 args);
/* Its next effect; true while the routine rests before another one. The value returned is in *ret. */
bool rig_next(struct rig *r, u32 ctx, u32 *ret);
/* rig_call() and rig_next() up to the end; fails where the schedule ends or the context waits. */
u32 rig_whole(struct rig *r, u32 ctx, enum kfunc fn, const u32 *arg, u32 args);
#define RIG_CALL(r, ctx, fn, ...)                                                                  \
	rig_whole(r, ctx, KF_##fn, (const u32[]){__VA_ARGS__},                                     \
		  sizeof((const u32[]){__VA_ARGS__}) / sizeof(u32))

/* Choices, which have to be possible. */
void rig_take(struct rig *r, enum choice_kind kind, u32 actor);
#define rig_enter(r, ctx) rig_take(r, CHOICE_ENTER, ctx)
#define rig_go(r, ctx) rig_take(r, CHOICE_STEP, ctx)
/* Steps `ctx` until it rests before `kstep`. */
void rig_to(struct rig *r, u32 ctx, enum kstep kstep);
/* Steps `ctx` until its run ends. */
void rig_run(struct rig *r, u32 ctx);
/* First choice again and again until nothing is left, at most `most` choices; evictions are not taken. */
void rig_all(struct rig *r, u32 most);

/* A load, store or hit op of the first CPU, through as many refills as it takes. */
enum access_result rig_load(struct rig *r, u32 va, u32 page, u32 offset, u32 length);
enum access_result rig_store(struct rig *r, u32 va, u32 page, u32 offset, u32 length);
enum access_result rig_hit(struct rig *r, enum cache_op op, u32 va, u32 page, u32 offset,
			   enum op_outcome *outcome);

void rig_forget(struct rig *r);
/* Events of that kind; the n-th of them. */
u32 rig_count(const struct rig *r, enum event_kind kind);
const struct event *rig_event(const struct rig *r, enum event_kind kind, u32 n);
/* The names of the kernel steps taken since rig_forget(), with spaces between, of all contexts. */
const char *rig_ksteps(const struct rig *r);

bool rig_broken(const struct rig *r, enum rule rule);
/* In the findings of the last choice, or since rig_forget(). */
bool rig_warned(const struct rig *r, enum warning warning);

/* kseg0 address of a lowmem page. */
u32 rig_kseg0(const struct rig *r, u32 page);

#endif
