// SPDX-License-Identifier: GPL-2.0-or-later
#include "reduce.h"

#include <stdlib.h>

#include "context.h"
#include "device.h"
#include "footprint.h"

struct reduction {
	const struct cell *k;
	u32 lines, words; /* of a set of lines, in u64s */
	u32 *leader; /* of each line: lines that can decide each other's fate have one in common */
	u32 *followers; /* of each leader, itself included */
	u64 *of_context, *of_map; /* sets of leaders, one after the other */
	u64 *used; /* sets of lines, one a CPU: those its contexts are thought to touch, that sets have room for */
	u32 touches[ACTORS_MAX]; /* FOOT_… of each context */
	u64 triggers[ACTORS_MAX]; /* contexts that each context can make due */
	u64 starts[ACTORS_MAX]; /* devices that each context can start */
	u64 served[ACTORS_MAX]; /* contexts that each device's interrupt makes due */
	bool tlb_crowded;
	bool slots_meet; /* slots of one CPU can be seen on another one */
	bool fills; /* lines may be filled unasked */
	u64 *matters; /* leaders of all lines that somebody may touch */
	u64 *unsteady; /* leaders of lines that a mapping still to be made may let a CPU fill */
};

struct marking {
	u64 *set;
};

static void mark(void *arg, u32 first, u32 count)
{
	struct marking *m = arg;
	u32 i;

	for (i = first; i < first + count; i++)
		m->set[i >> 6] |= 1ull << (i & 63);
}

static bool in_set(const u64 *set, u32 line)
{
	return set[line >> 6] >> (line & 63) & 1;
}

static u32 leader_of(u32 *leader, u32 line)
{
	while (leader[line] != line) {
		leader[line] = leader[leader[line]];
		line = leader[line];
	}
	return line;
}

/* Does somebody bring the line into the cache that the set is of? `used`: a set of lines for each CPU. */
static bool comes_into(const struct reduction *r, const u64 *used, u32 line, u32 set)
{
	u32 owner = footprint_set_owner(r->k, set), cpu;

	for (cpu = 0; cpu < r->k->machine.cpus; cpu++)
		if (in_set(used + (size_t)cpu * r->words, line) && (owner == cpu || owner == NO_ID))
			return true;
	return false;
}

/* Joins the used lines of each cache set that has not room for all of them. */
static bool join(struct reduction *r, const u64 *used)
{
	u32 sets = footprint_sets(r->k);
	u32 *count = calloc(sets, sizeof(u32)), *first = calloc(sets, sizeof(u32));
	u32 line, set, n;
	bool done = count && first;

	for (line = 0; done && line < r->lines; line++)
		for (n = 0; (set = footprint_set(r->k, line, n)) != NO_ID; n++)
			if (comes_into(r, used, line, set) && !count[set]++)
				first[set] = line;
	for (line = 0; done && line < r->lines; line++)
		for (n = 0; (set = footprint_set(r->k, line, n)) != NO_ID; n++)
			if (comes_into(r, used, line, set) &&
			    count[set] > footprint_room(r->k, set))
				r->leader[leader_of(r->leader, line)] =
					leader_of(r->leader, first[set]);
	free(count);
	free(first);
	return done;
}

/* From lines to their leaders. */
static void lead(struct reduction *r, u64 *set)
{
	u32 line;

	for (line = 0; line < r->lines; line++)
		if (in_set(set, line)) {
			u32 leader = r->leader[line];

			set[leader >> 6] |= 1ull << (leader & 63);
		}
}

/* All of every page that a context of the CPU means a line of: what its TLB may still hold. */
static void mark_pages_of_cpu(struct reduction *r, u32 cpu, struct marking *m)
{
	u32 page_lines = r->lines / r->k->pages, i, page;
	struct marking meant = {calloc(r->words, sizeof(u64))};

	for (i = 0; i < r->k->contexts && meant.set; i++)
		if (r->k->context[i].cpu == cpu)
			footprint_mark_context(r->k, i, mark, &meant);
	for (i = 0; i < r->lines; i++) {
		page = i / page_lines;
		if (!meant.set || in_set(meant.set, i))
			mark(m, page * page_lines, page_lines);
	}
	free(meant.set);
}

static void fills_fill(struct reduction *r, const struct strays *strays)
{
	const struct cell *k = r->k;
	u32 page_lines = r->lines / (k->pages + !k->pages), i, j;

	/* a page that is mapped has many lines, of which few are touched */
	for (i = 0; i < k->contexts; i++) {
		if (!((strays->near | strays->far) >> i & 1))
			footprint_mark_data(k, i, mark, &(struct marking){r->matters});
		for (j = 0; ((strays->near | strays->far) >> i & 1) && j < r->words; j++)
			r->matters[j] |= r->of_context[(size_t)i * r->words + j];
	}
	for (i = 0; i < k->maps; i++)
		for (j = 0; j < r->words; j++)
			r->matters[j] |= r->of_map[(size_t)i * r->words + j];
	lead(r, r->matters);
	/* a lowmem line of one colour can be filled through kseg0 from the beginning */
	for (i = 0; i < r->lines; i++)
		if (k->page[i / page_lines].highmem || k->machine.l1d.colours > 1)
			mark(&(struct marking){r->unsteady}, r->leader[i], 1);
}

static bool lines_fill(struct reduction *r, const struct strays *strays)
{
	const struct cell *k = r->k;
	u32 i, j;

	for (i = 0; i < k->contexts; i++) {
		struct marking m = {r->of_context + (size_t)i * r->words};

		if (strays->far >> i & 1)
			mark(&m, 0, r->lines);
		else if (strays->near >> i & 1)
			mark_pages_of_cpu(r, k->context[i].cpu, &m);
		else
			footprint_mark_context(k, i, mark, &m);
		for (j = 0; j < r->words; j++)
			r->used[(size_t)k->context[i].cpu * r->words + j] |= m.set[j];
	}
	/* what is filled unasked takes room in a set, too */
	if (r->fills)
		for (i = 0; i < k->machine.cpus; i++)
			mark(&(struct marking){r->used + (size_t)i * r->words}, 0, r->lines);
	for (i = 0; i < k->maps; i++)
		footprint_mark_map(k, i, mark, &(struct marking){r->of_map + (size_t)i * r->words});
	for (i = 0; i < r->lines; i++)
		r->leader[i] = i;
	if (!join(r, r->used))
		return false;
	for (i = 0; i < r->lines; i++) {
		r->leader[i] = leader_of(r->leader, i);
		r->followers[r->leader[i]]++;
	}
	for (i = 0; i < k->contexts; i++)
		lead(r, r->of_context + (size_t)i * r->words);
	for (i = 0; i < k->maps; i++)
		lead(r, r->of_map + (size_t)i * r->words);
	fills_fill(r, strays);
	return true;
}

struct reduction *reduction_new(const struct cell *k, const struct strays *strays)
{
	struct reduction *r;
	u32 i, j;

	if (k->contexts > ACTORS_MAX || k->devices > ACTORS_MAX)
		return NULL;
	r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->k = k;
	r->lines = footprint_lines(k);
	r->words = (r->lines + 63) / 64;
	r->leader = calloc(r->lines + 1, sizeof(u32));
	r->followers = calloc(r->lines + 1, sizeof(u32));
	r->of_context = calloc((size_t)k->contexts * r->words + 1, sizeof(u64));
	r->of_map = calloc((size_t)k->maps * r->words + 1, sizeof(u64));
	r->fills = k->machine.speculation != SPECULATION_NONE &&
		   !((k->bounds.set & BIT(BOUND_FILLS)) && !k->bounds.most[BOUND_FILLS]);
	r->matters = calloc(r->words + 1, sizeof(u64));
	r->unsteady = calloc(r->words + 1, sizeof(u64));
	r->used = calloc((size_t)k->machine.cpus * r->words + 1, sizeof(u64));
	r->tlb_crowded = footprint_tlb_crowded(k);
	for (i = 0; i < k->machine.cpus; i++)
		for (j = 0; j < i; j++)
			r->slots_meet |= footprint_slots_meet(k, i, j);
	for (i = 0; i < k->contexts; i++) {
		r->touches[i] = footprint_touches(k, i);
		for (j = 0; j < k->contexts; j++)
			if (footprint_triggers(k, i, j))
				r->triggers[i] |= 1ull << j;
		for (j = 0; j < k->devices; j++)
			if (footprint_starts(k, i, j))
				r->starts[i] |= 1ull << j;
		if (k->context[i].trigger == ON_DEVICE)
			r->served[k->context[i].source] |= 1ull << i;
	}
	if (!r->leader || !r->followers || !r->of_context || !r->of_map || !r->used ||
	    !r->matters || !r->unsteady || !lines_fill(r, strays)) {
		reduction_free(r);
		return NULL;
	}
	return r;
}

void reduction_free(struct reduction *r)
{
	if (!r)
		return;
	free(r->leader);
	free(r->followers);
	free(r->of_context);
	free(r->of_map);
	free(r->matters);
	free(r->unsteady);
	free(r->used);
	free(r);
}

/*
 * Contexts that may act before the actor does (true), and those that may once somebody makes them due or wakes
 * them (*later).
 */
static bool acts(const struct world *w, u32 ctx, u32 actor, u32 cpu, bool *later)
{
	const struct w_ctx *c = w_ctx(w, ctx);

	*later = false;
	if (c->state == CTX_DONE || ctx == actor)
		return false;
	if (w->k->context[ctx].cpu == cpu) {
		/* what the actor interrupted, or would have to let go of the CPU first */
		if (c->state == CTX_CURRENT || !context_cpu_free(w, ctx))
			return false;
	} else if (c->state == CTX_CURRENT) {
		return true;
	}
	if (c->state == CTX_READY || (c->state == CTX_IDLE && context_can_begin(w, ctx)))
		return true;
	*later = true;
	return false;
}

/* Could any of `others` make the context due, or wake it? */
static bool comes(const struct reduction *r, const struct world *w, u32 ctx,
		  const struct reduction_others *others)
{
	const struct w_ctx *c = w_ctx(w, ctx);
	u64 left;

	if (c->state == CTX_SLEEPING && c->wait == WAIT_DEVICE)
		return (others->devices >> c->wait_arg & 1) ||
		       (others->contexts & r->served[c->wait_arg]);
	if (c->state == CTX_SLEEPING)
		return others->contexts != 0;
	if (w->k->context[ctx].trigger == ON_DEVICE)
		return others->devices >> w->k->context[ctx].source & 1;
	for (left = others->contexts; left; left &= left - 1)
		if (r->triggers[__builtin_ctzll(left)] >> ctx & 1)
			return true;
	return false;
}

void reduction_look(const struct reduction *r, const struct world *w, const struct choice *choice,
		    struct reduction_others *ret)
{
	const struct cell *k = r->k;
	bool device = choice->kind == CHOICE_DEVICE;
	u64 dormant = 0, before;
	u32 i;

	*ret = (struct reduction_others){.cpu = device ? NO_ID : k->context[choice->actor].cpu};
	for (i = 0; i < k->contexts; i++) {
		bool later;

		if (acts(w, i, device ? NO_ID : choice->actor, ret->cpu, &later))
			ret->contexts |= 1ull << i;
		else if (later)
			dormant |= 1ull << i;
	}
	for (i = 0; i < k->devices; i++)
		if (device_busy(w, i) && !(device && i == choice->actor))
			ret->devices |= 1ull << i;
	do {
		u64 left;

		before = ret->contexts;
		for (left = ret->contexts; left; left &= left - 1)
			ret->devices |= r->starts[__builtin_ctzll(left)];
		if (device)
			ret->devices &= ~(1ull << choice->actor);
		for (left = dormant; left; left &= left - 1) {
			i = (u32)__builtin_ctzll(left);
			if (comes(r, w, i, ret))
				ret->contexts |= 1ull << i;
		}
		dormant &= ~ret->contexts;
	} while (ret->contexts != before);
}

static bool meets(const struct reduction *r, const u64 *set, const struct foot *foot)
{
	u32 i;

	if (foot->touched & FOOT_ALL_LINES)
		return true;
	for (i = 0; i < foot->lines; i++)
		if (in_set(set, r->leader[foot->line[i]]))
			return true;
	return false;
}

static bool context_meets(const struct reduction *r, u32 ctx, const struct foot *foot, u32 cpu)
{
	const struct context_def *def = &r->k->context[ctx];
	u32 both = foot->touched & r->touches[ctx];
	bool here = def->cpu == cpu;

	/* whoever may act on the actor's own CPU does so by interrupting it */
	if (here && (foot->touched & FOOT_IRQS_OFF))
		return true;
	if (here && (foot->touched & FOOT_SOFTIRQS_OFF) && def->level != LEVEL_HARDIRQ)
		return true;
	if ((both & (FOOT_PKMAP | FOOT_USER)) || ((here || r->slots_meet) && (both & FOOT_SLOT)) ||
	    (here && (both & FOOT_TLB) && r->tlb_crowded))
		return true;
	return meets(r, r->of_context + (size_t)ctx * r->words, foot);
}

/* May some of the contexts put an entry into a TLB? */
static bool maps(const struct reduction *r, u64 contexts)
{
	for (; contexts; contexts &= contexts - 1)
		if (r->touches[__builtin_ctzll(contexts)] & FOOT_TLB)
			return true;
	return false;
}

bool reduction_apart(const struct reduction *r, const struct world *w, const struct foot *foot,
		     const struct reduction_others *others)
{
	u64 left;

	if (!others->contexts && !others->devices)
		return true;
	if (foot->touched & FOOT_ALL)
		return false;
	/* somebody may make a mapping by which a line that this touches is filled before */
	if (r->fills && maps(r, others->contexts) && meets(r, r->unsteady, foot))
		return false;
	for (left = others->contexts; left; left &= left - 1)
		if (context_meets(r, (u32)__builtin_ctzll(left), foot, others->cpu))
			return false;
	for (left = others->devices; left; left &= left - 1) {
		u32 map = w_device(w, (u32)__builtin_ctzll(left))->map;

		/* transfers still to be started are lines of the contexts that start them */
		if (map && meets(r, r->of_map + (size_t)(map - 1) * r->words, foot))
			return false;
	}
	return true;
}

static void add_line(struct reduction_lines *lines, u32 leader)
{
	u32 i;

	for (i = 0; i < lines->count && lines->line[i] != leader; i++)
		;
	if (i == ARRAY_SIZE(lines->line))
		lines->all = true;
	else if (i == lines->count)
		lines->line[lines->count++] = leader;
}

void reduction_note(const struct reduction *r, const struct foot *foot,
		    struct reduction_lines *lines)
{
	u32 i;

	lines->all |= (foot->touched & FOOT_ALL_LINES) != 0;
	for (i = 0; i < foot->lines; i++)
		add_line(lines, r->leader[foot->line[i]]);
}

void reduction_add(struct reduction_lines *to, const struct reduction_lines *from)
{
	u32 i;

	to->all |= from->all;
	for (i = 0; i < from->count; i++)
		add_line(to, from->line[i]);
}

bool reduction_lone(const struct reduction *r, const struct reduction_lines *lines)
{
	u32 i;

	for (i = 0; i < lines->count; i++)
		if (r->followers[lines->line[i]] != 1)
			return false;
	return true;
}

/* The line that an eviction or a fill is of. */
static u32 line_of(const struct reduction *r, const struct choice *unasked)
{
	const struct machine *m = &r->k->machine;
	u32 page = cell_page_of(r->k, unasked->arg);

	return page << (m->page_shift - m->long_shift) |
	       (unasked->arg & (cell_page_bytes(r->k) - 1)) >> m->long_shift;
}

bool reduction_wants(const struct reduction *r, const struct choice *unasked,
		     const struct reduction_lines *lines)
{
	u32 line = line_of(r, unasked), i;

	if (lines->all)
		return true;
	for (i = 0; i < lines->count; i++)
		if (lines->line[i] == r->leader[line])
			return true;
	return false;
}

bool reduction_fills(const struct reduction *r)
{
	return r->fills;
}

bool reduction_matters(const struct reduction *r, const struct choice *fill)
{
	return in_set(r->matters, r->leader[line_of(r, fill)]);
}

void reduction_note_fill(const struct reduction *r, const struct choice *fill,
			 struct reduction_lines *lines)
{
	add_line(lines, r->leader[line_of(r, fill)]);
}

static bool lines_meet(const struct reduction *r, u32 ctx, u32 other)
{
	const u64 *a = r->of_context + (size_t)ctx * r->words;
	const u64 *b = r->of_context + (size_t)other * r->words;
	u32 i;

	for (i = 0; i < r->words; i++)
		if (a[i] & b[i])
			return true;
	return false;
}

/* Can either ever touch, wake, hold up or make due what the other does? */
static bool contexts_meet(const struct reduction *r, u32 ctx, u32 other)
{
	const u32 everywhere = FOOT_PKMAP | FOOT_USER;
	const struct cell *k = r->k;
	u32 both = r->touches[ctx] & r->touches[other];
	u32 i;

	/* what is mapped for all CPUs may be flushed from the TLBs of all */
	if (k->context[ctx].cpu == k->context[other].cpu ||
	    ((r->touches[ctx] | r->touches[other]) & everywhere) ||
	    (r->slots_meet && (both & FOOT_SLOT)) || (r->triggers[ctx] >> other & 1) ||
	    (r->triggers[other] >> ctx & 1))
		return true;
	for (i = 0; i < k->devices; i++)
		if (footprint_uses_device(k, ctx, i) && footprint_uses_device(k, other, i))
			return true;
	return lines_meet(r, ctx, other);
}

u32 reduction_groups(const struct reduction *r, u64 *group)
{
	const struct cell *k = r->k;
	u32 of[ACTORS_MAX], groups = 0, i, j, at;

	/* a changed line may do anything; a bound that some are left of is everybody's */
	if (k->mutation.fn || r->fills ||
	    (k->bounds.set & ~(BIT(BOUND_EVICTIONS) | BIT(BOUND_FILLS))) ||
	    (k->bounds.set && k->bounds.most[BOUND_EVICTIONS])) {
		group[0] = k->contexts ? ~0ull >> (64 - k->contexts) : 0;
		return 1;
	}
	for (i = 0; i < k->contexts; i++) {
		of[i] = i;
		for (j = 0; j < i; j++) {
			if (of[j] == of[i] || !contexts_meet(r, i, j))
				continue;
			for (at = 0; at < i; at++)
				if (of[at] == of[j] && at != j)
					of[at] = of[i];
			of[j] = of[i];
		}
	}
	for (i = 0; i < k->contexts; i++) {
		u64 members = 0;

		for (j = 0; j < k->contexts; j++)
			if (of[j] == i)
				members |= 1ull << j;
		if (members)
			group[groups++] = members;
	}
	return groups;
}

bool reduction_strays(const struct reduction *r, u32 ctx, const struct foot *foot)
{
	const u64 *set = r->of_context + (size_t)ctx * r->words;
	const u64 *used = r->used + (size_t)r->k->context[ctx].cpu * r->words;
	u32 i;

	/* what a SYNC waits for could have gone on before, and so could what it will wait for later */
	if (foot->touched & FOOT_SYNC)
		return false;
	/* also one of its own group's, if it was not counted when room was looked for in the caches of this CPU */
	for (i = 0; i < foot->lines; i++)
		if (!in_set(set, r->leader[foot->line[i]]) || !in_set(used, foot->line[i]) ||
		    (r->fills && !in_set(r->matters, r->leader[foot->line[i]])))
			return true;
	return false;
}
