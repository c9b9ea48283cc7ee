// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine.h"

#include "cache_model.h"
#include "device.h"
#include "lock.h"
#include "tlb_model.h"
#include "write_buffer.h"

struct list {
	struct choice *out;
	u32 room;
	u32 n;
	u32 withheld; /* kinds that a bound kept out of it */
};

static void add(struct list *l, enum choice_kind kind, u32 actor, u32 set, u32 arg)
{
	if (l->n < l->room)
		l->out[l->n] = (struct choice){(u16)kind, (u16)actor, set, arg, 0};
	l->n++;
}

static bool can_step(const struct world *w, u32 ctx)
{
	return context_can_step(w, ctx) && (w->k->machine.cpus == 1 || !lock_spinning(w, ctx));
}

static bool can_enter(const struct world *w, u32 ctx)
{
	const struct w_ctx *c = w_ctx(w, ctx);

	return (c->state == CTX_READY || context_can_begin(w, ctx)) && context_cpu_free(w, ctx);
}

/* What a context's entry counts as. */
static u32 entry_kinds(const struct world *w, u32 ctx)
{
	const struct context_def *def = &w->k->context[ctx];
	u32 current = w_cpu(w, def->cpu)->current;

	if (def->level == LEVEL_PROCESS)
		return current ? BIT(BOUND_PREEMPTIONS) : 0;
	return BIT(BOUND_INTERRUPTS) |
	       BIT(def->level == LEVEL_HARDIRQ ? BOUND_HARDIRQS : BOUND_SOFTIRQS) |
	       (current && w->k->context[current - 1].level != LEVEL_PROCESS ? BIT(BOUND_NESTED) :
									       0);
}

/* Kinds (bits) that the choice counts as, for bounds; its decisions count for themselves. */
static u32 choice_kinds(const struct world *w, u32 kind, u32 actor)
{
	switch ((enum choice_kind)kind) {
	case CHOICE_STEP:
		return BIT(BOUND_STEPS);
	case CHOICE_ENTER:
		return entry_kinds(w, actor);
	case CHOICE_DEVICE:
		/* without the interrupt behind the last burst nothing would go on */
		return w_device(w, actor)->map ? BIT(BOUND_BURSTS) : 0;
	case CHOICE_EVICT:
		return BIT(BOUND_EVICTIONS);
	case CHOICE_FILL:
		return BIT(BOUND_FILLS);
	case CHOICE_DRAIN:
	case CHOICE_FINISH:
		break;
	}
	return 0;
}

/* Adds a choice of an actor, unless a bound keeps it out. */
static void offer(struct list *l, const struct world *w, enum choice_kind kind, u32 actor)
{
	u32 spent = w->k->bounds.set ? bounds_spent(w, choice_kinds(w, kind, actor)) : 0;

	l->withheld |= spent;
	if (!spent)
		add(l, kind, actor, 0, 0);
}

static void add_evictions(struct list *l, const struct world *w)
{
	const struct cell *k = w->k;
	u32 cache, set;

	if (bounds_spent(w, BIT(BOUND_EVICTIONS))) {
		for (cache = 0; cache < cache_count(k) && !(l->withheld & BIT(BOUND_EVICTIONS));
		     cache++)
			if (cache_next_busy_set(w, cache, 0) != NO_ID)
				l->withheld |= BIT(BOUND_EVICTIONS);
		return;
	}
	for (cache = 0; cache < cache_count(k); cache++) {
		const struct cache_place *p = cache_place(k, cache);

		for (set = cache_next_busy_set(w, cache, 0); set != NO_ID;
		     set = cache_next_busy_set(w, cache, set + 1)) {
			const u32 *at = (const u32 *)cache_line(w, cache, set, 0);
			const u32 *end = at + p->set_words;

			/* a line's tag is its first word */
			for (; at < end && *at; at += p->line_words)
				add(l, CHOICE_EVICT, cache, set, (*at - 1) << p->line_shift);
		}
	}
}

/* The colour that an address selects in an L1. */
static u32 colour_of(const struct cell *k, u32 va)
{
	return va >> k->machine.page_shift & (k->machine.l1d.colours - 1);
}

/*
 * Colours, one bit each, through which the CPU may fill lines of the page without being asked: those of its kseg0
 * address, and of each address that a TLB entry maps to it now, for this address space, cacheable. The TLB is only
 * looked at: speculation takes no exceptions, and sets nothing.
 */
static u32 fill_colours(const struct world *w, u32 cpu, u32 page)
{
	const struct cell *k = w->k;
	u32 entries = w_cpu(w, cpu)->tlb_entries, asid = w_cpu(w, cpu)->asid;
	u32 pa = cell_page_pa(k, page), colours = 0, i, half;

	/* what speculation would fill of kseg1, or of an uncached kseg0, never comes into a cache */
	if (!k->page[page].highmem && !k->strategy.uncached)
		colours |= BIT(colour_of(k, KSEG0 + pa));
	for (i = 0; i < entries; i++) {
		const struct w_tlb *e = w_tlb(w, cpu) + i;

		for (half = 0; half < 2; half++) {
			u32 into = pa - ((e->lo[half] >> LO_PFN_SHIFT) << k->machine.page_shift);
			u32 va = (e->vpn2 & ~e->mask) + half * (e->mask / 2 + 1) + into;
			struct tlb_translation t;

			if (!(e->lo[half] & LO_V) || into > e->mask / 2 || segment_unmapped(va))
				continue;
			/* the address is of that space, and not of an entry in front of this one */
			if (tlb_translate(w, cpu, va, asid, false, &t) == TLB_MAPPED &&
			    t.index == i && (t.lo >> LO_C_SHIFT & LO_C_MASK) != CCA_UNCACHED)
				colours |= BIT(colour_of(k, va));
		}
	}
	return colours;
}

/* Calls add() for each line of the page that the CPU may fill and does not hold; whether there is one where `l` is NULL. */
static bool add_fills_of(struct list *l, const struct world *w, u32 cpu, u32 page)
{
	const struct cell *k = w->k;
	u32 line_bytes = 1u << k->machine.l1d.line_shift, start = cell_page_pa(k, page), pa, left;
	u32 colours = fill_colours(w, cpu, page);

	for (pa = start; colours && pa < start + cell_page_bytes(k); pa += line_bytes) {
		for (left = colours; left; left &= left - 1) {
			u32 set = cache_colour_set(k, cpu, pa, (u32)__builtin_ctz(left));

			if (cache_find(w, cpu, set, pa))
				continue;
			if (!l)
				return true;
			add(l, CHOICE_FILL, cpu, set, pa);
		}
	}
	return false;
}

static void add_fills(struct list *l, const struct world *w)
{
	bool spent = bounds_spent(w, BIT(BOUND_FILLS)) != 0;
	u32 cpu, page;

	if (w->k->machine.speculation == SPECULATION_NONE)
		return;
	for (cpu = 0; cpu < w->k->machine.cpus; cpu++)
		for (page = 0; page < w->k->pages; page++)
			if (add_fills_of(spent ? NULL : l, w, cpu, page))
				l->withheld |= BIT(BOUND_FILLS);
}

/* What waits in write buffers goes on sooner or later: no bound says that it does not. */
static void add_drains(struct list *l, const struct world *w)
{
	const struct w_line *entry;
	u32 cpu, i;

	for (cpu = 0; write_buffer_present(w->k) && cpu < w->k->machine.cpus; cpu++)
		for (i = 0; (entry = write_buffer_entry(w, cpu, i)); i++)
			add(l, CHOICE_DRAIN, cpu, 0,
			    cache_line_pa(w->k, cache_buffer(w->k, cpu), entry));
}

/* An interrupt that may arrive at any time, or never: none of it is due or under way. */
static bool stays_away(const struct world *w, u32 ctx)
{
	const struct context_def *def = &w->k->context[ctx];

	return def->trigger == ON_ANY && def->level != LEVEL_PROCESS &&
	       w_ctx(w, ctx)->state == CTX_IDLE;
}

/*
 * All finite work is done and nothing is under way. Interrupts that nothing makes due need not have arrived as often as
 * they may: not where no more of them may arrive, nor (`early`) anywhere else.
 */
static bool complete(const struct world *w, bool early)
{
	u32 i;

	for (i = 0; i < w->k->devices; i++)
		if (device_busy(w, i))
			return false;
	for (i = 0; i < w->k->contexts; i++)
		if (!context_ended(w, i) &&
		    !(stays_away(w, i) &&
		      (early || bounds_spent(w, entry_kinds(w, i) & ~BIT(BOUND_NESTED)))))
			return false;
	/* where everything repeats for ever there is no end to speak of */
	for (i = 0; i < w->k->contexts; i++)
		if (w->k->context[i].times != TIMES_FOREVER)
			return true;
	return false;
}

static struct list enabled_plain(const struct world *w, struct choice *out, u32 room)
{
	struct list l = {out, room, 0, 0};
	const struct cell *k = w->k;
	u32 steps, i;

	if (w_top(w)->ended)
		return l;
	for (i = 0; i < k->contexts; i++)
		if (can_step(w, i))
			offer(&l, w, CHOICE_STEP, i);
	steps = l.n;
	for (i = 0; i < k->contexts; i++)
		if (can_enter(w, i))
			offer(&l, w, CHOICE_ENTER, i);
	for (i = 0; i < k->devices; i++)
		if (device_busy(w, i))
			offer(&l, w, CHOICE_DEVICE, i);
	/*
	 * Nothing is complete while a context is on a CPU. Where only bounds keep everything from going on it is no
	 * deadlock either, and no end.
	 */
	if ((!l.n && !l.withheld) || (!steps && complete(w, false)))
		add(&l, CHOICE_FINISH, 0, 0, 0);
	return l;
}

u32 engine_enabled_plain(const struct world *w, struct choice *out, u32 room)
{
	return enabled_plain(w, out, room).n;
}

/* Nothing but the end is left of the `plain` choices, the first of which is `first`; and all is not done. */
static bool hangs(const struct world *w, u32 plain, const struct choice *first)
{
	return plain == 1 && first->kind == CHOICE_FINISH && !complete(w, false);
}

/* What the environment does to caches and write buffers, by `add_them`. */
static struct list unasked(const struct world *w, struct choice *out, u32 room,
			   void (*add_them)(struct list *l, const struct world *w))
{
	struct list l = {out, room, 0, 0};
	struct choice first = {0};
	u32 plain = engine_enabled_plain(w, &first, 1);

	/* what hangs goes on hanging; but a dirty line can still clobber what complete schedules left */
	if (plain && !hangs(w, plain, &first))
		add_them(&l, w);
	return l;
}

u32 engine_evictions(const struct world *w, struct choice *out, u32 room)
{
	return unasked(w, out, room, add_evictions).n;
}

u32 engine_fills(const struct world *w, struct choice *out, u32 room)
{
	if (w->k->machine.speculation == SPECULATION_NONE)
		return 0;
	return unasked(w, out, room, add_fills).n;
}

u32 engine_drains(const struct world *w, struct choice *out, u32 room)
{
	return write_buffer_present(w->k) ? unasked(w, out, room, add_drains).n : 0;
}

u32 engine_withheld(const struct world *w)
{
	if (!w->k->bounds.set)
		return 0;
	return enabled_plain(w, NULL, 0).withheld | unasked(w, NULL, 0, add_evictions).withheld |
	       unasked(w, NULL, 0, add_fills).withheld;
}

u32 engine_enabled(const struct world *w, struct choice *out, u32 room)
{
	u32 plain = engine_enabled_plain(w, out, room);
	/* what is withheld nobody asks here, and need not be looked for */
	struct list l = {out, room, plain, ~0u};

	if (!room)
		return plain + engine_evictions(w, out, 0) + engine_fills(w, out, 0) +
		       engine_drains(w, out, 0);
	if (plain && !hangs(w, plain, out)) {
		add_evictions(&l, w);
		add_fills(&l, w);
		add_drains(&l, w);
	}
	return l.n;
}

static const struct w_line *line_of(const struct world *w, const struct choice *c)
{
	if (c->actor >= cache_count(w->k) || c->set >= cache_geometry(w->k, c->actor)->sets)
		return NULL;
	return cache_find(w, c->actor, c->set, c->arg);
}

static bool can_fill(const struct world *w, const struct choice *c)
{
	const struct cell *k = w->k;
	u32 page = cell_page_of(k, c->arg), left;

	if (k->machine.speculation == SPECULATION_NONE || c->actor >= k->machine.cpus ||
	    c->arg & ((1u << k->machine.l1d.line_shift) - 1) || page == NO_ID)
		return false;
	for (left = fill_colours(w, c->actor, page); left; left &= left - 1)
		if (cache_colour_set(k, c->actor, c->arg, (u32)__builtin_ctz(left)) == c->set)
			return !cache_find(w, c->actor, c->set, c->arg);
	return false;
}

static bool waits(const struct world *w, const struct choice *c)
{
	const struct w_line *entry;

	if (!write_buffer_present(w->k) || c->actor >= w->k->machine.cpus || c->set)
		return false;
	entry = write_buffer_find(w, c->actor, c->arg);
	return entry && cache_line_pa(w->k, cache_buffer(w->k, c->actor), entry) == c->arg;
}

bool engine_possible(const struct world *w, const struct choice *choice)
{
	const struct cell *k = w->k;

	if (w_top(w)->ended)
		return false;
	switch ((enum choice_kind)choice->kind) {
	case CHOICE_STEP:
		return choice->actor < k->contexts && can_step(w, choice->actor);
	case CHOICE_ENTER:
		return choice->actor < k->contexts && can_enter(w, choice->actor);
	case CHOICE_DEVICE:
		return choice->actor < k->devices && device_busy(w, choice->actor);
	case CHOICE_EVICT:
		return line_of(w, choice) != NULL;
	case CHOICE_FILL:
		return can_fill(w, choice);
	case CHOICE_DRAIN:
		return waits(w, choice);
	case CHOICE_FINISH: {
		struct choice only;

		return complete(w, true) ||
		       (engine_enabled_plain(w, &only, 1) == 1 && only.kind == CHOICE_FINISH);
	}
	}
	return false;
}

/* Mappings that are left at the end were never unmapped. */
static void check_unmapped(const struct act *a)
{
	u32 map;

	for (map = 0; map < a->k->maps; map++) {
		const struct sg_entry *sg = &a->k->sg[a->k->map[map].first_sg];

		if (w_map(a->w, map)->state != MAP_NONE)
			oracle_break(a, R_DMA_MISUSE, (struct meaning){sg->page, sg->offset},
				     MISUSE_NEVER_UNMAPPED, map);
	}
}

static void finish(struct act *a)
{
	if (!complete(a->w, true)) {
		oracle_end(a, R_DEADLOCK, (struct meaning){NO_ID, 0});
		return;
	}
	check_unmapped(a);
	oracle_complete(a);
	put(a->w, &w_top(a->w)->ended, END_COMPLETE);
}

/* What the CPU is left with may spin for a lock that nobody will ever release. */
static void check_circle(struct act *a)
{
	u32 current = w_cpu(a->w, a->cpu)->current;

	if (w_top(a->w)->ended || !current || !lock_circle(a->w, a->cpu))
		return;
	a->ctx = current - 1;
	a->step = w_ctx(a->w, a->ctx)->step;
	a->kstep = KS_spin_lock;
	oracle_end(a, R_DEADLOCK, (struct meaning){NO_ID, 0});
}

/* The rhythm of the self-check: every choice for worlds up to 64 KiB, every 4096th above. */
static void self_check(struct world *w)
{
	w->checks++;
	if (w->k->layout.words > 16384 && w->checks % 4096)
		return;
	bug_on(world_hash(w) != w->hash, "the incremental hash is not the hash of the world");
}

/*
 * What the effect of `kstep` itself touches. Those whose traces are noted where they happen (lines, ptes, TLB
 * entries, slots, irq flags) or that only their own context sees need nothing more; all others count as
 * touching everything.
 */
static u32 foot_of(u32 kstep)
{
	switch (kstep) {
	case KS_load:
	case KS_store:
	case KS_cache_hit_op:
	case KS_dcache_first_line:
	case KS_dcache_last_line:
	case KS_scache_first_line:
	case KS_scache_last_line:
	case KS_dev_burst:
	case KS_set_pte:
	case KS_pte_clear:
	case KS_local_flush_tlb_one:
	case KS_local_flush_tlb_page:
	case KS_local_irq_save:
	case KS_local_irq_restore:
	case KS_local_irq_disable:
	case KS_local_irq_enable:
	case KS_local_bh_disable:
	case KS_local_bh_enable:
	case KS_preempt_disable:
	case KS_preempt_enable:
	case KS_irq_return:
	case KS_sync:
		return 0;
	default:
		return kstep_class(kstep) == KC_SLOT ? FOOT_SLOT : FOOT_ALL;
	}
}

/* Contexts begin when a run of this one ends, or somebody waits for that. */
static bool end_is_seen(const struct cell *k, u32 ctx)
{
	u32 i;

	if (k->context[ctx].trigger == ON_DEVICE)
		return true;
	for (i = 0; i < k->contexts; i++)
		if (k->context[i].trigger == ON_CONTEXT && k->context[i].source == ctx)
			return true;
	return false;
}

static void step_noted(struct act *a)
{
	u32 kstep = context_next_kstep(a->w, a->ctx);

	foot_touch(a->w, foot_of(kstep));
	context_step(a);
	/* it left the CPU: others may enter, or wake up */
	if (w_ctx(a->w, a->ctx)->state != CTX_CURRENT &&
	    (kstep != KS_irq_return || end_is_seen(a->k, a->ctx)))
		foot_touch(a->w, FOOT_ALL);
}

void engine_apply(struct world *w, const struct choice *choice)
{
	struct act a = {
		.w = w,
		.k = w->k,
		.ctx = NO_ID,
		.step = NO_ID,
		.kstep = KS_NONE,
	};
	const struct w_line *line;

	w->findings = 0;
	w->pick.by_tag = choice->pick & PICK_BY_TAG;
	w->pick.value = choice->pick & ~PICK_BY_TAG;
	w->pick.count = 0;
	w->pick.wrong = false;
	if (w->k->bounds.set) {
		/* each kind is noted once: looking costs more than the choice */
		if (w->k->bounds.set & ~w->withheld)
			w->withheld |= engine_withheld(w);
		bounds_use(w, choice_kinds(w, choice->kind, choice->actor));
	}
	switch ((enum choice_kind)choice->kind) {
	case CHOICE_STEP:
		a.ctx = choice->actor;
		a.cpu = w->k->context[a.ctx].cpu;
		if (w->foot)
			step_noted(&a);
		else
			context_step(&a);
		break;
	case CHOICE_ENTER:
		foot_touch(w, FOOT_ALL);
		a.ctx = choice->actor;
		a.cpu = w->k->context[a.ctx].cpu;
		context_enter(&a);
		break;
	case CHOICE_DEVICE:
		/* the interrupt lets contexts begin and wake up; a burst touches its line */
		if (!w_device(w, choice->actor)->map)
			foot_touch(w, FOOT_ALL);
		device_step(&a, choice->actor);
		break;
	case CHOICE_EVICT:
		line = line_of(w, choice);
		bug_on(!line, "a line is evicted that is not there");
		hierarchy_evict(&a, choice->actor, choice->set, line);
		break;
	case CHOICE_FILL:
		a.cpu = choice->actor;
		hierarchy_fill(&a, choice->set, choice->arg);
		break;
	case CHOICE_DRAIN:
		a.cpu = choice->actor;
		hierarchy_drain(&a, a.cpu, choice->arg, DRAIN_CHOICE);
		break;
	case CHOICE_FINISH:
		foot_touch(w, FOOT_ALL);
		oracle_foot(w);
		finish(&a);
		break;
	}
	if (w->k->machine.cpus > 1 && a.ctx != NO_ID)
		check_circle(&a);
#ifdef STALELINE_SELF_CHECK
	self_check(w);
#else
	(void)self_check;
#endif
}

bool engine_next_pick(const struct world *w, struct choice *choice)
{
	const u32 digit_mask = (1u << PICK_BITS) - 1;
	u32 i;

	/* the last decision that has an alternative left takes it; those behind it may be others then */
	for (i = w->pick.count; i--;) {
		u32 shift = i * PICK_BITS;
		u32 digit = w->pick.value >> shift & digit_mask;

		if (digit + 1 == w->pick.of[i])
			continue;
		choice->pick = (w->pick.value & ((1u << shift) - 1)) | (digit + 1) << shift;
		return true;
	}
	return false;
}

bool engine_pick_fits(const struct world *w)
{
	return !w->pick.wrong && !(w->pick.value >> (w->pick.count * PICK_BITS)) &&
	       (!w->pick.by_tag || !(w->k->bounds.set & BIT(BOUND_EVICTIONS)));
}

bool engine_find_eviction(const struct world *w, u32 page, u32 offset, u32 n, struct choice *ret)
{
	const struct cell *k = w->k;
	u32 pa = cell_page_pa(k, page) + offset;
	u32 cache, colour;

	for (cache = 0; cache < cache_count(k); cache++) {
		for (colour = 0; colour < cache_geometry(k, cache)->colours; colour++) {
			u32 set = cache_colour_set(k, cache, pa, colour);
			const struct w_line *line = cache_find(w, cache, set, pa);

			if (!line || n--)
				continue;
			*ret = (struct choice){CHOICE_EVICT, (u16)cache, set,
					       cache_line_pa(k, cache, line), 0};
			return true;
		}
	}
	return false;
}

bool engine_find_fill(const struct world *w, u32 cpu, u32 page, u32 offset, struct choice *ret)
{
	const struct cell *k = w->k;
	u32 pa = align_down(cell_page_pa(k, page) + offset, 1u << k->machine.l1d.line_shift);
	u32 colour;

	for (colour = 0; colour < k->machine.l1d.colours; colour++) {
		*ret = (struct choice){CHOICE_FILL, (u16)cpu, cache_colour_set(k, cpu, pa, colour),
				       pa, 0};
		if (can_fill(w, ret))
			return true;
	}
	return false;
}

bool engine_find_drain(const struct world *w, u32 page, u32 offset, struct choice *ret)
{
	const struct cell *k = w->k;
	u32 pa = align_down(cell_page_pa(k, page) + offset, 1u << k->machine.l1d.line_shift);
	u32 cpu;

	for (cpu = 0; cpu < k->machine.cpus; cpu++) {
		*ret = (struct choice){CHOICE_DRAIN, (u16)cpu, 0, pa, 0};
		if (waits(w, ret))
			return true;
	}
	return false;
}

bool engine_find_entry(const struct world *w, u32 ctx, struct choice *ret)
{
	if (!can_enter(w, ctx))
		return false;
	*ret = (struct choice){CHOICE_ENTER, (u16)ctx, 0, 0, 0};
	return true;
}
