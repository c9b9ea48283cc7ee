// SPDX-License-Identifier: GPL-2.0-or-later
#include "kstep.h"

#include "kline.h"

static const char *const step_names[] = {
#define KSTEP(id, name, class) name,
#include "ksteps.def"
};

static const enum kstep_class step_classes[] = {
#define KSTEP(id, name, class) KC_##class,
#include "ksteps.def"
};

static const char *const func_names[] = {
#define KF(id) #id,
#include "kfuncs.def"
};

static enum k_result (*const funcs[])(struct act *a) = {
#define KF(id) kfunc_##id,
#include "kfuncs.def"
};

const char *kstep_name(u32 kstep)
{
	return kstep < K_FIRST_STEP ? "-" : step_names[kstep - K_FIRST_STEP];
}

enum kstep_class kstep_class(u32 kstep)
{
	return kstep < K_FIRST_STEP ? KC_NONE : step_classes[kstep - K_FIRST_STEP];
}

const char *kfunc_name(u32 fn)
{
	return func_names[fn];
}

/* Zeroes locals from the one at `first` on. */
static void locals_clear(const struct act *a, const struct w_frame *frame, u32 first)
{
	u64 two;
	u32 i;

	_Static_assert(FRAME_LOCALS % 2 == 0, "locals are looked at in pairs");
	if (first % 2)
		put(a->w, &frame->local[first++], 0);
	for (i = first; i < FRAME_LOCALS; i += 2) {
		memcpy(&two, &frame->local[i], sizeof(two));
		if (!two)
			continue;
		put(a->w, &frame->local[i], 0);
		put(a->w, &frame->local[i + 1], 0);
	}
}

void kstep_push(struct act *a, enum kfunc fn, const u32 *arg, u32 args)
{
	const struct w_frame *frame = &kstep_ctx(a)->frame[a->depth];
	u32 i;

	bug_on(a->depth == FRAME_DEPTH, "routines call each other deeper than the frames allow");
	put(a->w, &frame->fn, fn);
	for (i = 0; i < args; i++)
		put(a->w, &frame->local[i], arg[i]);
	if (a->depth++ < a->stale)
		locals_clear(a, frame, args);
	else
		a->stale = a->depth;
	a->frame = frame;
	a->fresh = true;
}

void kstep_begin(struct act *a, enum kfunc fn, const u32 *arg, u32 args)
{
	const struct w_ctx *ctx = kstep_ctx(a);

	a->depth = a->stale = ctx->sp;
	kstep_push(a, fn, arg, args);
	put(a->w, &ctx->sp, a->depth);
	a->frame = NULL;
}

bool kstep_call(struct act *a, u32 number, enum kfunc fn, const u32 *arg, u32 args)
{
	if (!kstep_does(a, number)) {
		a->ret = a->ret2 = 0;
		return false;
	}
	kstep_pc(a, number);
	kstep_push(a, fn, arg, args);
	if (a->change)
		kline_redirect(a, fn);
	return true;
}

/* The context rests, or is gone: what it left behind is zeroed. */
static void settle(struct act *a)
{
	const struct w_ctx *ctx = kstep_ctx(a);
	u32 i;

	for (i = a->depth; i < a->stale; i++) {
		put(a->w, &ctx->frame[i].fn, 0);
		put(a->w, &ctx->frame[i].pc, 0);
		locals_clear(a, &ctx->frame[i], 0);
	}
	put(a->w, &ctx->sp, a->depth);
	a->frame = NULL;
}

enum k_result kstep_run(struct act *a)
{
	const struct w_ctx *ctx = kstep_ctx(a);
	enum k_result result = K_RETURNED;

	a->depth = a->stale = ctx->sp;
	a->fresh = false;
	while (a->depth) {
		a->frame = &ctx->frame[a->depth - 1];
		result = funcs[a->frame->fn](a);
		if (result == K_REST || result == K_DEAD)
			break;
		if (result == K_RETURNED)
			a->depth--;
	}
	settle(a);
	return result;
}

/* No scenario step and no strategy runs this: fn 0 is what an unused frame holds. */
KFUNC(none)
{
	(void)a;
	bug("a frame without a routine runs", __FILE__, __LINE__);
}
