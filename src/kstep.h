/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Modelled kernel routines that can stop anywhere: functions with explicit frames in the world.
 *
 * A context always rests in front of an effect, at a K_STEP whose name says which. Applying a choice takes
 * exactly that one effect and then runs on, without any further one, to the next K_STEP. What runs on may
 * read shared state: it reads it together with the effect before it.
 *
 *	KFUNC(kunmap_atomic)
 *	{
 *		K_BEGIN(kunmap_atomic_frame);	// L-> is the frame: arguments first, then locals
 *		K_STEP(preempt_enable)		// rests here; the statement after it is the effect
 *			SET(ctx->preempt_off, …);
 *		K_CALL(1, local_flush_tlb_one, L->va);	// the number tells calls of one routine apart
 *		K_END;
 *	}
 *
 * Each effect and each call is a line of its routine (klines.def) that the cell's mutation may leave out or
 * change (kline.h). A step that is left out still rests. What an effect would have set keeps its value: a
 * frame's local the 0 it began with, which for irq flags means "irqs were on"; a call returns 0.
 *
 * Rules: locals that outlive a K_STEP or K_CALL stand in the frame and are written with SET; two marks of
 * one name in a routine do not compile; no mark inside an inner switch. A routine finds its locals 0; the frames
 * it leaves behind are taken over by what is called next, and are zeroed before the context rests.
 */
#ifndef STALELINE_KSTEP_H
#define STALELINE_KSTEP_H

#include "bus.h"

enum k_result { K_REST, K_CALLED, K_RETURNED, K_DEAD };

/* pcs below this tell the calls of a routine apart */
#define K_FIRST_STEP 64u

enum kstep {
	KS_BELOW = K_FIRST_STEP - 1,
#define KSTEP(id, name, class) KS_##id,
#include "ksteps.def"
	KS_LAST
};

/* What kind of effect a step is: for schedules ("its 2nd cache op") and reports. */
enum kstep_class {
	KC_NONE,
	KC_MEMORY,
	KC_PAGE,
	KC_RETURN,
	KC_IRQ,
	KC_PREEMPT,
	KC_LOCK,
	KC_RAISE,
	KC_WAIT,
	KC_PTE,
	KC_TLB,
	KC_CACHE_OP,
	KC_PKMAP,
	KC_SLOT,
	KC_DMA,
	KC_SYNC,
};

enum kfunc {
#define KF(id) KF_##id,
#include "kfuncs.def"
	KF_COUNT
};

const char *kstep_name(u32 kstep);
enum kstep_class kstep_class(u32 kstep);
/* The routine's name as the kernel (or the scenario format) has it. */
const char *kfunc_name(u32 fn);

static inline const struct w_ctx *kstep_ctx(const struct act *a)
{
	return w_ctx(a->w, a->ctx);
}

static inline const struct w_frame *kstep_frame(const struct act *a)
{
	return a->frame;
}

/* Gives a context that does not run a frame for `fn`; arg[] become its first locals. */
void kstep_begin(struct act *a, enum kfunc fn, const u32 *arg, u32 args);
/* The same for one that runs: `fn` is called. */
void kstep_push(struct act *a, enum kfunc fn, const u32 *arg, u32 args);
/* Runs the context until it rests, dies, or has no frame left. */
enum k_result kstep_run(struct act *a);

/* Where the running routine goes on: 0 at its beginning. */
static inline u32 kstep_resumes(struct act *a)
{
	u32 pc = a->fresh ? 0 : a->frame->pc;

	a->fresh = false;
	return pc;
}

static inline void kstep_pc(const struct act *a, u32 pc)
{
	put(a->w, &kstep_frame(a)->pc, pc);
}

/* kline.c: is the line at `at` of the running routine as the kernel has it? Sets a->change when it is not. */
bool kline_watched(struct act *a, u32 at);

/* False where the mutation leaves the line at `at`, an enum kstep or the number of a call, out. */
static inline bool kstep_does(struct act *a, u32 at)
{
	return __builtin_expect(!a->k->lines_watched, 1) || kline_watched(a, at);
}

/* The effect `id` is due: names it, and says whether it happens. */
static inline bool kstep_takes(struct act *a, u32 id)
{
	a->kstep = id;
	tell(a, EV_KSTEP, id);
	return kstep_does(a, id);
}

/* Makes `fn` the running routine, unless the mutation leaves the call out: then it has returned 0. */
bool kstep_call(struct act *a, u32 number, enum kfunc fn, const u32 *arg, u32 args);

#define KFUNC(name) enum k_result kfunc_##name(struct act *a)

#define SET(field, value) put(a->w, &(field), (value))

#define K_BEGIN(type)                                                                              \
	const struct type *L = (const struct type *)(const void *)kstep_frame(a)->local;           \
	_Static_assert(sizeof(struct type) <= FRAME_LOCALS * sizeof(u32), "frame too small");      \
	(void)L;                                                                                   \
	switch (kstep_resumes(a)) {                                                                \
	default:                                                                                   \
		bug("a frame resumes at a place its routine does not have", __FILE__, __LINE__);   \
	case 0:

/* Rests in front of the effect, which is the statement that follows. Two statements: mind the braces. */
#define K_STEP(id)                                                                                 \
	kstep_pc(a, KS_##id);                                                                      \
	return K_REST;                                                                             \
	case KS_##id:                                                                              \
		if (kstep_takes(a, KS_##id))

/* Rests in front of something that is no line of the kernel: nothing of it can be left out. */
#define K_PLACE(id)                                                                                \
	do {                                                                                       \
		K_STEP(id) {}                                                                      \
	} while (0)

/* A line whose effect is the routine's own, taken together with the effect before it: no place to rest. */
#define K_LINE(id) if (kstep_does(a, KS_##id))

#define K_CALL(number, fn, ...)                                                                    \
	do {                                                                                       \
		if (kstep_call(a, number, KF_##fn, (const u32[]){__VA_ARGS__},                     \
			       sizeof((const u32[]){__VA_ARGS__}) / sizeof(u32)))                  \
			return K_CALLED;                                                           \
		__attribute__((fallthrough));                                                      \
	case number:;                                                                              \
	} while (0)

/* One access that may first take steps of its own for TLB refills; `result` is a plain local. */
#define K_ACCESS(id, result, call)                                                                 \
	do {                                                                                       \
		K_STEP(id)                                                                         \
			result = (call);                                                           \
		else result = ACCESS_DONE;                                                         \
		if (result == ACCESS_DEAD)                                                         \
			return K_DEAD;                                                             \
	} while (result == ACCESS_AGAIN)

#define K_RETURN(value)                                                                            \
	do {                                                                                       \
		a->ret = (value);                                                                  \
		return K_RETURNED;                                                                 \
	} while (0)

#define K_END                                                                                      \
	K_RETURN(0);                                                                               \
	}                                                                                          \
	return K_DEAD

/* BUG_ON(): the modelled kernel stops here. */
#define K_BUG_ON(condition)                                                                        \
	do {                                                                                       \
		if (condition) {                                                                   \
			oracle_end(a, R_BUG_ON, (struct meaning){NO_ID, 0});                       \
			return K_DEAD;                                                             \
		}                                                                                  \
	} while (0)

/* A pointer that leads nowhere: the kernel oopses. */
#define K_OOPS_ON(condition)                                                                       \
	do {                                                                                       \
		if (condition) {                                                                   \
			oracle_end(a, R_BAD_ADDRESS, (struct meaning){NO_ID, 0});                  \
			return K_DEAD;                                                             \
		}                                                                                  \
	} while (0)

#define KF(id) KFUNC(id);
#include "kfuncs.def"

struct no_frame {
	u32 unused;
};

#endif
