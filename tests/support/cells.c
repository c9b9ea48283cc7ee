// SPDX-License-Identifier: GPL-2.0-or-later
#include "cells.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../src/kmap_model.h"
#include "../../src/kmtypes.h"

jmp_buf *bug_catcher;
const char *bug_said;

_Noreturn void bug(const char *sentence, const char *file, int line)
{
	bug_said = sentence;
	if (bug_catcher)
		longjmp(*bug_catcher, 1);
	fprintf(stderr, "%s:%d: %s\n", file, line, sentence);
	abort();
}

void rig_init(struct rig *r)
{
	memset(r, 0, sizeof(*r));
	r->k.machine.cpus = 1;
	r->k.machine.page_shift = 6;
	r->k.machine.tlb_entries = 4;
	r->k.machine.machine_check = true;
	rig_l1(r, 2, 2, 4);
	r->k.last_pkmap = 4;
	r->k.granule_shift = 2;
	r->next_low_pfn = 0x40;
}

void rig_l1(struct rig *r, u32 sets, u32 ways, u32 line_shift)
{
	r->k.machine.l1d = (struct cache_geometry){
		.present = true,
		.virtual_index = true,
		.sets = sets,
		.ways = ways,
		.line_shift = line_shift,
	};
}

void rig_l2(struct rig *r, u32 sets, u32 ways, u32 line_shift)
{
	r->k.machine.l2 = (struct cache_geometry){
		.present = true,
		.sets = sets,
		.ways = ways,
		.line_shift = line_shift,
	};
}

u32 rig_pages(struct rig *r, u32 count, bool highmem)
{
	u32 *next = highmem ? &r->next_high_pfn : &r->next_low_pfn;
	u32 first = r->k.pages;
	u32 i;

	assert_true(first + count <= ARRAY_SIZE(r->page));
	assert_true(r->k.ranges < ARRAY_SIZE(r->range));
	if (highmem && !*next)
		*next = KSEG_SIZE >> r->k.machine.page_shift;
	r->range[r->k.ranges++] = (struct page_range){first, count, *next};
	for (i = 0; i < count; i++)
		r->page[first + i] = (struct page_info){
			.pfn = *next + i,
			.highmem = highmem,
			.starts_free = true,
		};
	*next += count + 8 - (count & 7); /* a hole behind, and colours in step with page numbers */
	r->k.pages += count;
	return first;
}

u32 rig_context(struct rig *r, enum ctx_level level, enum ctx_trigger trigger, u32 times)
{
	assert_true(r->k.contexts < ARRAY_SIZE(r->context));
	r->context[r->k.contexts] = (struct context_def){
		.level = level,
		.trigger = trigger,
		.times = times,
		.first_step = r->k.steps,
	};
	r->k.contexts_per_cpu[0]++;
	return r->k.contexts++;
}

u32 rig_step(struct rig *r, struct step step)
{
	assert_true(r->k.steps < ARRAY_SIZE(r->step));
	r->step[r->k.steps] = step;
	r->context[r->k.contexts - 1].steps++;
	return r->k.steps++;
}

u32 rig_map(struct rig *r, enum dma_map_kind kind, enum dma_direction direction, u32 device)
{
	assert_true(r->k.maps < ARRAY_SIZE(r->map));
	r->map[r->k.maps] = (struct dma_map_def){
		.kind = kind,
		.direction = direction,
		.first_sg = r->k.sgs,
		.device = device,
	};
	return r->k.maps++;
}

void rig_sg(struct rig *r, u32 page, u32 offset, u32 length)
{
	assert_true(r->k.sgs < ARRAY_SIZE(r->sg));
	r->sg[r->k.sgs++] = (struct sg_entry){page, offset, length};
	r->map[r->k.maps - 1].sgs++;
}

u32 rig_device(struct rig *r, bool coherent)
{
	assert_true(r->k.devices < ARRAY_SIZE(r->device));
	r->device[r->k.devices].coherent = coherent;
	return r->k.devices++;
}

void rig_user(struct rig *r, u32 mm, u32 va)
{
	assert_true(r->k.user_ptes < ARRAY_SIZE(r->user_pte));
	r->user_pte[r->k.user_ptes++] = (struct user_pte_def){mm, va};
}

void rig_op(struct rig *r, enum strategy_op_kind kind, u32 arg, u32 slot, u32 target)
{
	assert_true(r->k.strategy.ops < ARRAY_SIZE(r->op));
	r->op[r->k.strategy.ops++] = (struct strategy_op){kind, arg, slot, target};
}

void rig_strategy(struct rig *r, enum rig_strategy which)
{
	u32 low = 0; /* where the lowmem branch begins, patched in below */

	r->k.strategy.ops = 0;
	if (which == RIG_INDEX_ALL) {
		rig_op(r, SOP_CALL, KF_index_all, 0, 0);
		rig_op(r, SOP_END, 0, 0, 0);
		return;
	}
	rig_op(r, SOP_EACH_PAGE, 0, 0, 0); /* 0: its target, the end, is patched in last */
	rig_op(r, SOP_UNLESS, COND_HIGHMEM, 0, 0); /* 1: to the lowmem branch */
	switch (which) {
	case RIG_KMAP_ATOMIC:
		rig_op(r, SOP_CALL, KF_kmap_atomic, KM_SYNC_DCACHE, 0);
		rig_op(r, SOP_CALL, KF_cache_op, 0, 0);
		rig_op(r, SOP_CALL, KF_kunmap_atomic, KM_SYNC_DCACHE, 0);
		break;
	case RIG_KMAP_HIGH_GET:
		r->k.strategy.kmap_high_get = true;
		rig_op(r, SOP_CALL, KF_kmap_high_get, 0, 0);
		rig_op(r, SOP_UNLESS, COND_MAPPED, 0, 0);
		rig_op(r, SOP_CALL, KF_cache_op, 0, 0);
		rig_op(r, SOP_CALL, KF_kunmap_high, 0, 0);
		break;
	case RIG_ARM:
		r->k.strategy.kmap_high_get = true;
		rig_op(r, SOP_CALL, KF_kmap_high_get, 0, 0);
		rig_op(r, SOP_UNLESS, COND_MAPPED, 0, 7);
		rig_op(r, SOP_CALL, KF_cache_op, 0, 0);
		rig_op(r, SOP_CALL, KF_kunmap_high, 0, 0);
		rig_op(r, SOP_JUMP, 0, 0, 0);
		rig_op(r, SOP_CALL, KF_kmap_high_l1_vipt, 0, 0); /* 7 */
		rig_op(r, SOP_CALL, KF_cache_op, 0, 0);
		rig_op(r, SOP_CALL, KF_kunmap_high_l1_vipt, 0, 0);
		break;
	case RIG_LOWMEM_ONLY:
	case RIG_INDEX_ALL:
		break;
	}
	rig_op(r, SOP_JUMP, 0, 0, 0);
	low = r->k.strategy.ops;
	rig_op(r, SOP_LOWMEM_ADDRESS, 0, 0, 0);
	rig_op(r, SOP_CALL, KF_cache_op, 0, 0);
	rig_op(r, SOP_JUMP, 0, 0, 0);
	r->op[0].target = r->k.strategy.ops;
	r->op[1].target = low;
	rig_op(r, SOP_END, 0, 0, 0);
}

static void hear(void *arg, const struct event *event)
{
	struct rig *r = (struct rig *)arg;

	assert_true(r->events < RIG_EVENTS);
	r->event[r->events++] = *event;
}

void rig_up(struct rig *r)
{
	struct cell *k = &r->k;
	u32 page_bytes = 1u << k->machine.page_shift;

	k->page = r->page;
	k->range = r->range;
	k->context = r->context;
	k->step = r->step;
	k->sg = r->sg;
	k->map = r->map;
	k->device = r->device;
	k->user_pte = r->user_pte;
	k->strategy.op = r->op;
	machine_finish(&k->machine);
	k->token_bits = k->identities ? 32 : 1;
	k->sector_granules = 1u << (k->machine.sector_shift - k->granule_shift);
	k->sector_words = (k->sector_granules * k->token_bits + 31) / 32;
	k->page_sectors = page_bytes >> k->machine.sector_shift;
	if (!k->handles)
		k->handles = 4;
	world_layout(k);
	r->words = (u32 *)calloc(k->layout.words, sizeof(u32));
	r->step_done = (u8 *)calloc(k->steps + 1, 1);
	r->log = (struct undo *)calloc(world_step_bound(k) * 4, sizeof(*r->log));
	assert_true(r->words && r->step_done && r->log);
	world_init(&r->w, k, r->words, r->step_done);
	r->w.log = r->log;
	r->w.log_capacity = world_step_bound(k) * 4;
	r->w.listen = hear;
	r->w.listen_arg = r;
}

void rig_down(struct rig *r)
{
	assert_true(world_hash(&r->w) == r->w.hash);
	free(r->words);
	free(r->step_done);
	free(r->log);
	r->words = NULL;
}

/* Tests that do not look at the log do not have to empty it. */
static void keep_room(struct rig *r)
{
	if (r->w.logged > r->w.log_capacity / 2)
		r->w.logged = 0;
}

struct act rig_act(struct rig *r, u32 ctx)
{
	struct act a = {
		.w = &r->w,
		.k = &r->k,
		.ctx = ctx,
		.step = 0,
		.kstep = KS_NONE,
	};

	keep_room(r);
	if (ctx != NO_ID) {
		a.cpu = r->context[ctx].cpu;
		if (w_ctx(&r->w, ctx)->step < r->k.steps)
			a.step = w_ctx(&r->w, ctx)->step;
	}
	return a;
}

bool rig_call(struct rig *r, u32 ctx, enum kfunc fn, const u32 *arg, u32 args)
{
	struct act a = rig_act(r, ctx);

	put(a.w, &w_ctx(a.w, ctx)->state, CTX_CURRENT);
	if (w_cpu(a.w, a.cpu)->current != ctx + 1) {
		put(a.w, &w_ctx(a.w, ctx)->below, w_cpu(a.w, a.cpu)->current);
		put(a.w, &w_cpu(a.w, a.cpu)->current, ctx + 1);
	}
	kstep_begin(&a, fn, arg, args);
	return kstep_run(&a) == K_REST;
}

bool rig_next(struct rig *r, u32 ctx, u32 *ret)
{
	struct act a = rig_act(r, ctx);
	bool rests = kstep_run(&a) == K_REST;

	*ret = a.ret;
	return rests;
}

u32 rig_whole(struct rig *r, u32 ctx, enum kfunc fn, const u32 *arg, u32 args)
{
	struct act a;
	enum k_result result;
	u32 n;

	if (!rig_call(r, ctx, fn, arg, args))
		return 0;
	for (n = 0; n < 10000; n++) {
		a = rig_act(r, ctx);
		result = kstep_run(&a);
		if (result == K_RETURNED)
			return a.ret;
		assert_int_equal(result, K_REST);
		assert_int_equal(w_ctx(&r->w, ctx)->wait, WAIT_NONE);
	}
	fail_msg("%s does not return", kfunc_name(fn));
	return 0;
}

void rig_take(struct rig *r, enum choice_kind kind, u32 actor)
{
	struct choice choice = {(u16)kind, (u16)actor, 0, NO_ID};

	keep_room(r);
	assert_true(engine_possible(&r->w, &choice));
	engine_apply(&r->w, &choice);
}

void rig_to(struct rig *r, u32 ctx, enum kstep kstep)
{
	u32 n;

	for (n = 0; n < 10000; n++) {
		if (context_next_kstep(&r->w, ctx) == (u32)kstep)
			return;
		rig_go(r, ctx);
	}
	fail_msg("never comes to %s", kstep_name(kstep));
}

void rig_run(struct rig *r, u32 ctx)
{
	u32 n;

	for (n = 0; n < 10000; n++) {
		if (w_ctx(&r->w, ctx)->state != CTX_CURRENT)
			return;
		rig_go(r, ctx);
	}
	fail_msg("the run of context %u does not end", ctx);
}

void rig_all(struct rig *r, u32 most)
{
	struct choice first;

	while (most-- && engine_enabled_plain(&r->w, &first, 1)) {
		keep_room(r);
		engine_apply(&r->w, &first);
	}
	assert_int_not_equal(w_top(&r->w)->ended, END_NOT);
}

enum access_result rig_load(struct rig *r, u32 va, u32 page, u32 offset, u32 length)
{
	struct act a = rig_act(r, 0);
	enum access_result result;

	do
		result = bus_load(&a, va, (struct meaning){page, offset}, length, NULL);
	while (result == ACCESS_AGAIN);
	return result;
}

enum access_result rig_store(struct rig *r, u32 va, u32 page, u32 offset, u32 length)
{
	struct act a = rig_act(r, 0);
	enum access_result result;

	if (r->k.identities) {
		const u32 *n = r->w.word + r->k.layout.iteration + a.step;

		put(&r->w, n, *n + 1);
	}
	do
		result = bus_store(&a, va, (struct meaning){page, offset}, length);
	while (result == ACCESS_AGAIN);
	return result;
}

enum access_result rig_hit(struct rig *r, enum cache_op op, u32 va, u32 page, u32 offset,
			   enum op_outcome *outcome)
{
	struct act a = rig_act(r, 0);
	enum access_result result;

	do
		result = bus_hit_op(&a, op, va, (struct meaning){page, offset}, outcome);
	while (result == ACCESS_AGAIN);
	return result;
}

void rig_forget(struct rig *r)
{
	r->events = 0;
	r->w.findings = 0;
}

u32 rig_count(const struct rig *r, enum event_kind kind)
{
	u32 n = 0, i;

	for (i = 0; i < r->events; i++)
		n += r->event[i].kind == (u32)kind;
	return n;
}

const struct event *rig_event(const struct rig *r, enum event_kind kind, u32 n)
{
	u32 i;

	for (i = 0; i < r->events; i++)
		if (r->event[i].kind == (u32)kind && !n--)
			return &r->event[i];
	fail_msg("too few events of kind %d", (int)kind);
	return NULL;
}

const char *rig_ksteps(const struct rig *r)
{
	static char text[16384];
	size_t used = 0;
	u32 i;

	text[0] = '\0';
	for (i = 0; i < r->events; i++) {
		if (r->event[i].kind != EV_KSTEP)
			continue;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", used ? " " : "",
					 kstep_name(r->event[i].a));
		assert_true(used < sizeof(text));
	}
	return text;
}

bool rig_broken(const struct rig *r, enum rule rule)
{
	return w_top(&r->w)->broken & BIT(rule);
}

bool rig_warned(const struct rig *r, enum warning warning)
{
	u32 i;

	for (i = 0; i < r->w.findings; i++)
		if (r->w.finding[i].warning && r->w.finding[i].rule == (u32)warning)
			return true;
	return false;
}

u32 rig_kseg0(const struct rig *r, u32 page)
{
	return KSEG0 + cell_page_pa(&r->k, page);
}
