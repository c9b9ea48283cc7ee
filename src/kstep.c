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

void kstep_push(const struct act *a, enum kfunc fn, const u32 *arg, u32 args)
{
	const struct w_ctx *ctx = kstep_ctx(a);
	const struct w_frame *frame = &ctx->frame[ctx->sp];
	u32 i;

	bug_on(ctx->sp == FRAME_DEPTH, "routines call each other deeper than the frames allow");
	put(a->w, &ctx->sp, ctx->sp + 1);
	put(a->w, &frame->fn, fn);
	for (i = 0; i < args; i++)
		put(a->w, &frame->local[i], arg[i]);
}

void kstep_pop(const struct act *a)
{
	const struct w_ctx *ctx = kstep_ctx(a);
	const struct w_frame *frame = kstep_frame(a);
	u64 two;
	u32 i;

	_Static_assert(FRAME_LOCALS % 2 == 0, "locals are looked at in pairs");
	put(a->w, &frame->fn, 0);
	put(a->w, &frame->pc, 0);
	for (i = 0; i < FRAME_LOCALS; i += 2) {
		memcpy(&two, &frame->local[i], sizeof(two));
		if (!two)
			continue;
		put(a->w, &frame->local[i], 0);
		put(a->w, &frame->local[i + 1], 0);
	}
	put(a->w, &ctx->sp, ctx->sp - 1);
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

enum k_result kstep_run(struct act *a)
{
	while (kstep_ctx(a)->sp) {
		enum k_result result = funcs[kstep_frame(a)->fn](a);

		if (result == K_REST || result == K_DEAD)
			return result;
		if (result == K_RETURNED)
			kstep_pop(a);
	}
	return K_RETURNED;
}

/* No scenario step and no strategy runs this: fn 0 is what an unused frame holds. */
KFUNC(none)
{
	(void)a;
	bug("a frame without a routine runs", __FILE__, __LINE__);
}
