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
 *		K_STEP(preempt_enable);		// rests here; the effect follows
 *		SET(ctx->preempt_off, …);
 *		K_CALL(1, local_flush_tlb_one, L->va);	// the number tells calls of one routine apart
 *		K_END;
 *	}
 *
 * Rules: locals that outlive a K_STEP or K_CALL stand in the frame and are written with SET; two marks of
 * one name in a routine do not compile; no mark inside an inner switch; a frame is zeroed on return.
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
	const struct w_ctx *ctx = kstep_ctx(a);

	return &ctx->frame[ctx->sp - 1];
}

/* Pushes a frame for `fn`; arg[] become its first locals. */
void kstep_push(const struct act *a, enum kfunc fn, const u32 *arg, u32 args);
/* Zeroes and pops the running frame. */
void kstep_pop(const struct act *a);
/* Runs the context until it rests, dies, or has no frame left. */
enum k_result kstep_run(struct act *a);

static inline void kstep_pc(const struct act *a, u32 pc)
{
	put(a->w, &kstep_frame(a)->pc, pc);
}

#define KFUNC(name) enum k_result kfunc_##name(struct act *a)

#define SET(field, value) put(a->w, &(field), (value))

#define K_BEGIN(type)                                                                              \
	const struct type *L = (const struct type *)(const void *)kstep_frame(a)->local;           \
	_Static_assert(sizeof(struct type) <= FRAME_LOCALS * sizeof(u32), "frame too small");      \
	(void)L;                                                                                   \
	switch (kstep_frame(a)->pc) {                                                              \
	default:                                                                                   \
		bug("a frame resumes at a place its routine does not have", __FILE__, __LINE__);   \
	case 0:

#define K_STEP(id)                                                                                 \
	do {                                                                                       \
		kstep_pc(a, KS_##id);                                                              \
		return K_REST;                                                                     \
	case KS_##id:                                                                              \
		a->kstep = KS_##id;                                                                \
		tell(a, EV_KSTEP, KS_##id);                                                        \
	} while (0)

#define K_CALL(number, fn, ...)                                                                    \
	do {                                                                                       \
		kstep_pc(a, number);                                                               \
		kstep_push(a, KF_##fn, (const u32[]){__VA_ARGS__},                                 \
			   sizeof((const u32[]){__VA_ARGS__}) / sizeof(u32));                      \
		return K_CALLED;                                                                   \
	case number:;                                                                              \
	} while (0)

/* One access that may first take steps of its own for TLB refills; `result` is a plain local. */
#define K_ACCESS(id, result, call)                                                                 \
	do {                                                                                       \
		K_STEP(id);                                                                        \
		result = (call);                                                                   \
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

#define KF(id) KFUNC(id);
#include "kfuncs.def"

struct no_frame {
	u32 unused;
};

#endif
