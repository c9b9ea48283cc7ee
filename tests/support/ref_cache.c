// SPDX-License-Identifier: GPL-2.0-or-later
#include "ref_cache.h"

#include <string.h>

u32 ref_set(const struct ref_cache *c, u32 index_address)
{
	return index_address / c->line % c->sets;
}

struct ref_line *ref_look(struct ref_cache *c, u32 set, u32 pa)
{
	u32 way;

	for (way = 0; way < c->ways; way++) {
		struct ref_line *l = &c->at[set][way];

		if (l->valid && l->pa == pa / c->line * c->line)
			return l;
	}
	return NULL;
}

u32 ref_granule(const struct ref *r, u32 pa)
{
	return (pa - r->base) / GRANULE;
}

static void memory_from(struct ref *r, const struct ref_cache *c, const struct ref_line *l)
{
	memcpy(&r->memory[ref_granule(r, l->pa)], l->data, c->line / GRANULE * sizeof(u32));
}

static struct ref_line *ref_l2_get(struct ref *r, u32 pa);

static void copy_down(struct ref_line *below, const struct ref_cache *c, const struct ref_line *l)
{
	memcpy(&below->data[(l->pa - below->pa) / GRANULE], l->data,
	       c->line / GRANULE * sizeof(u32));
}

/* To the next level down: the L2 if it has the line or takes it in, memory, or both. */
static void ref_write_back(struct ref *r, struct ref_cache *c, const struct ref_line *l)
{
	struct ref_line copy = *l;
	struct ref_line *below;

	if (c == &r->l2 || !r->has_l2 ||
	    (r->l2.no_allocate && !ref_look(&r->l2, ref_set(&r->l2, copy.pa), copy.pa))) {
		memory_from(r, c, &copy);
		return;
	}
	below = ref_l2_get(r, copy.pa);
	copy_down(below, c, &copy);
	if (r->l2.through)
		memory_from(r, c, &copy);
	else
		below->dirty = true;
}

struct ref_waiting *ref_waits(struct ref *r, u32 pa)
{
	u32 i;

	for (i = 0; i < r->places; i++)
		if (r->waiting[i].taken && r->waiting[i].pa == pa / LINE * LINE)
			return &r->waiting[i];
	return NULL;
}

/* The granules that were written, over what is there; those of memory where there is no line. */
static void ref_arrive(struct ref *r, const struct ref_waiting *w, struct ref_line *line)
{
	u32 i;

	for (i = 0; i < REF_WAITING_GRANULES; i++) {
		u32 pa = w->pa + i * GRANULE;

		if (!w->written[i])
			continue;
		if (line)
			line->data[(pa - line->pa) / GRANULE] = w->data[i];
		else
			r->memory[ref_granule(r, pa)] = w->data[i];
	}
}

void ref_go_on(struct ref *r, struct ref_waiting *w)
{
	struct ref_waiting gone = *w;
	struct ref_line *below = NULL;

	w->taken = false;
	if (r->has_l2 &&
	    (!r->l2.no_allocate || ref_look(&r->l2, ref_set(&r->l2, gone.pa), gone.pa))) {
		below = ref_l2_get(r, gone.pa);
		ref_arrive(r, &gone, below);
		if (!r->l2.through) {
			below->dirty = true;
			return;
		}
	}
	ref_arrive(r, &gone, NULL);
}

static void ref_go_on_if(struct ref *r, u32 pa)
{
	struct ref_waiting *w = ref_waits(r, pa);

	if (w)
		ref_go_on(r, w);
}

static struct ref_waiting *ref_lowest(struct ref *r)
{
	struct ref_waiting *lowest = NULL;
	u32 i;

	for (i = 0; i < r->places; i++)
		if (r->waiting[i].taken && (!lowest || r->waiting[i].pa < lowest->pa))
			lowest = &r->waiting[i];
	return lowest;
}

void ref_sync(struct ref *r)
{
	struct ref_waiting *w;

	while ((w = ref_lowest(r)))
		ref_go_on(r, w);
}

void ref_before_l2(struct ref *r, u32 pa)
{
	u32 at = pa / r->l2.line * r->l2.line, end = at + r->l2.line;

	for (; at < end; at += LINE)
		ref_go_on_if(r, at);
}

void ref_before_l2_set(struct ref *r, u32 set)
{
	u32 least = 0, i;

	/* in the order of their addresses */
	for (;;) {
		struct ref_waiting *next = NULL;

		for (i = 0; i < r->places; i++) {
			struct ref_waiting *w = &r->waiting[i];

			if (w->taken && w->pa >= least && ref_set(&r->l2, w->pa) == set &&
			    (!next || w->pa < next->pa))
				next = w;
		}
		if (!next)
			return;
		least = next->pa + 1;
		ref_go_on(r, next);
	}
}

/* A place for what is sent of the line of `pa`: the one it waits in, else a free one, for which the lowest goes on. */
static struct ref_waiting *ref_place(struct ref *r, u32 pa)
{
	struct ref_waiting *w = ref_waits(r, pa);
	u32 i;

	if (w)
		return w;
	for (i = 0; i < r->places && r->waiting[i].taken; i++)
		;
	if (i == r->places) {
		w = ref_lowest(r);
		i = (u32)(w - r->waiting);
		ref_go_on(r, w);
	}
	r->waiting[i] = (struct ref_waiting){.taken = true, .pa = pa / LINE * LINE};
	return &r->waiting[i];
}

static void ref_send_granule(struct ref *r, u32 pa, u32 identity)
{
	struct ref_waiting *w = ref_place(r, pa);

	w->written[(pa - w->pa) / GRANULE] = true;
	w->data[(pa - w->pa) / GRANULE] = identity;
}

/* What the L1 writes back: into the buffer, where there is one. */
static void ref_send(struct ref *r, struct ref_cache *c, const struct ref_line *l)
{
	struct ref_line copy = *l;
	u32 i;

	if (c == &r->l2 || !r->places) {
		ref_write_back(r, c, l);
		return;
	}
	for (i = 0; i < LINE / GRANULE; i++)
		ref_send_granule(r, copy.pa + i * GRANULE, copy.data[i]);
}

/* What waits of an inclusive L2's line belongs to it, before what the L1 still holds. */
static bool ref_claim_waiting(struct ref *r, struct ref_line *l2, bool keep_data)
{
	bool found = false;
	u32 i;

	for (i = 0; i < r->places; i++) {
		struct ref_waiting *w = &r->waiting[i];

		if (!w->taken || w->pa / r->l2.line != l2->pa / r->l2.line)
			continue;
		found = true;
		w->taken = false;
		if (!keep_data)
			continue;
		ref_arrive(r, w, l2);
		l2->dirty = true;
	}
	return found;
}

/* An inclusive L2 loses or cleans a line: the L1's lines within it, of any colour, give their data first. */
static bool ref_claim(struct ref *r, struct ref_line *l2, bool keep_data, bool stay)
{
	bool dirty = ref_claim_waiting(r, l2, keep_data);
	u32 set, way;

	for (set = 0; set < r->l1.sets; set++) {
		for (way = 0; way < r->l1.ways; way++) {
			struct ref_line *l = &r->l1.at[set][way];

			if (!l->valid || l->pa / r->l2.line != l2->pa / r->l2.line)
				continue;
			dirty |= l->dirty;
			if (l->dirty && keep_data) {
				copy_down(l2, &r->l1, l);
				l2->dirty = true;
			}
			l->dirty = false;
			l->valid = stay;
		}
	}
	return dirty;
}

/* Tree-PLRU: from the root on, each node on the way down is turned to the half that was not used. */
static void ref_plru_use(struct ref_cache *c, u32 set, u32 way)
{
	u32 node = 1, first = 0, ways = c->ways;

	for (; ways > 1; ways /= 2) {
		bool second = way >= first + ways / 2;

		c->second_older[set][node] = !second;
		node = 2 * node + second;
		first += second ? ways / 2 : 0;
	}
}

static u32 ref_plru_oldest(const struct ref_cache *c, u32 set)
{
	u32 node = 1, first = 0, ways = c->ways;

	for (; ways > 1; ways /= 2) {
		bool second = c->second_older[set][node];

		node = 2 * node + second;
		first += second ? ways / 2 : 0;
	}
	return first;
}

/* A line was used, or has just been filled. */
static void ref_used(struct ref *r, struct ref_cache *c, struct ref_line *l, bool filled)
{
	u32 at = (u32)(l - &c->at[0][0]);

	if (filled || !c->fifo)
		l->used = ++r->now;
	if (c->plru)
		ref_plru_use(c, at / REF_WAYS, at % REF_WAYS);
}

/*
 * A way of the set for a new line: an empty one, else the one that went longest without use. What leaves
 * comes back in *left: the L2 writes it at once, the L1 after its new line has come in.
 */
static struct ref_line *ref_room(struct ref *r, struct ref_cache *c, u32 set, struct ref_line *left)
{
	struct ref_line *victim = NULL;
	u32 way;

	left->valid = false;
	for (way = 0; way < c->ways; way++)
		if (!c->at[set][way].valid)
			return &c->at[set][way];
	if (c->plru)
		victim = &c->at[set][ref_plru_oldest(c, set)];
	for (way = 0; !c->plru && way < c->ways; way++) {
		struct ref_line *l = &c->at[set][way];

		if (!victim || (r->any ? l->pa > victim->pa : l->used < victim->used))
			victim = l;
	}
	*left = *victim;
	victim->valid = false;
	return victim;
}

static struct ref_line *ref_l2_get(struct ref *r, u32 pa)
{
	struct ref_cache *c = &r->l2;
	u32 set = ref_set(c, pa);
	struct ref_line *l = ref_look(c, set, pa);
	struct ref_line left;

	if (!l) {
		l = ref_room(r, c, set, &left);
		if (left.valid) {
			if (r->inclusive)
				ref_claim(r, &left, true, false);
			if (left.dirty)
				memory_from(r, c, &left);
		}
		*l = (struct ref_line){.valid = true, .pa = pa / c->line * c->line};
		memcpy(l->data, &r->memory[ref_granule(r, l->pa)], c->line / GRANULE * sizeof(u32));
		ref_used(r, c, l, true);
	}
	ref_used(r, c, l, false);
	return l;
}

/* Hardware that avoids aliases: the line leaves every other set. */
static void ref_one_colour(struct ref *r, u32 set, u32 pa)
{
	u32 other;

	for (other = 0; r->alias_free && other < r->l1.sets; other++) {
		struct ref_line *l = ref_look(&r->l1, other, pa);

		if (!l || other == set)
			continue;
		if (l->dirty)
			ref_send(r, &r->l1, l);
		l->valid = false;
	}
}

static struct ref_line *ref_l1_get(struct ref *r, u32 va, u32 pa)
{
	struct ref_cache *c = &r->l1;
	u32 set = ref_set(c, va);
	struct ref_line *l = ref_look(c, set, pa);
	struct ref_line new = {.valid = true, .pa = pa / c->line * c->line}, left;
	const struct ref_line *below;

	if (!l) {
		ref_one_colour(r, set, pa);
		ref_go_on_if(r, pa);
		if (r->has_l2) {
			below = ref_l2_get(r, pa);
			memcpy(new.data, &below->data[(new.pa - below->pa) / GRANULE],
			       c->line / GRANULE * sizeof(u32));
		} else {
			memcpy(new.data, &r->memory[ref_granule(r, new.pa)],
			       c->line / GRANULE * sizeof(u32));
		}
		l = ref_room(r, c, set, &left);
		*l = new;
		ref_used(r, c, l, true);
		if (left.valid && left.dirty)
			ref_send(r, c, &left);
	}
	ref_used(r, c, l, false);
	return l;
}

static void ref_read(struct ref *r, u32 granule, u32 token)
{
	r->stale = token != r->newest[granule];
}

void ref_load(struct ref *r, u32 va, u32 pa, bool cached)
{
	const struct ref_line *l;

	if (!cached) {
		ref_read(r, ref_granule(r, pa), r->memory[ref_granule(r, pa)]);
		return;
	}
	l = ref_l1_get(r, va, pa);
	ref_read(r, ref_granule(r, pa), l->data[(pa - l->pa) / GRANULE]);
}

void ref_store(struct ref *r, u32 va, u32 pa, bool cached, u32 identity)
{
	bool below = !cached;
	struct ref_line *l;

	if (cached && (ref_look(&r->l1, ref_set(&r->l1, va), pa) || !r->l1.no_allocate)) {
		l = ref_l1_get(r, va, pa);
		l->data[(pa - l->pa) / GRANULE] = identity;
		below = r->l1.through;
		l->dirty = !below;
	} else if (cached) {
		ref_one_colour(r, ref_set(&r->l1, va), pa);
		below = true;
	}
	if (cached && below && r->places) {
		ref_send_granule(r, pa, identity);
		below = false;
	} else if (cached && below && r->has_l2 &&
		   (!r->l2.no_allocate || ref_look(&r->l2, ref_set(&r->l2, pa), pa))) {
		l = ref_l2_get(r, pa);
		l->data[(pa - l->pa) / GRANULE] = identity;
		below = r->l2.through;
		if (!below)
			l->dirty = true;
	}
	if (below)
		r->memory[ref_granule(r, pa)] = identity;
	r->newest[ref_granule(r, pa)] = identity;
}

/* hardware.md's words for op[4:2]: 0 and 5 write back if dirty, then invalidate; 4 invalidates; 6 cleans. */
enum outcome ref_op(struct ref *r, struct ref_cache *c, struct ref_line *l, u32 op)
{
	bool dirty;

	if (!l)
		return MISS;
	dirty = l->dirty;
	if (c == &r->l2 && r->inclusive)
		dirty |= ref_claim(r, l, op != 4, op == 6);
	if (dirty && op != 4)
		ref_send(r, c, l);
	if (op == 6)
		l->dirty = false;
	else
		l->valid = false;
	return !dirty ? CLEAN : op == 4 ? DROPPED : WROTE;
}

/* A snooped sector leaves memory up to date; a device's write also takes it out of the caches. */
static void ref_snoop(struct ref *r, u32 pa, bool write)
{
	u32 set;

	ref_go_on_if(r, pa);
	for (set = 0; set < r->l1.sets; set++) {
		struct ref_line *l = ref_look(&r->l1, set, pa);

		if (!l)
			continue;
		if (l->dirty)
			ref_write_back(r, &r->l1, l);
		l->dirty = false;
		l->valid = !write;
	}
	if (r->has_l2) {
		struct ref_line *l = ref_look(&r->l2, ref_set(&r->l2, pa), pa);

		if (!l)
			return;
		if (write && r->inclusive)
			ref_claim(r, l, true, false);
		if (l->dirty)
			memory_from(r, &r->l2, l);
		l->dirty = false;
		l->valid = !write;
	}
}

void ref_device_read(struct ref *r, u32 pa, bool coherent)
{
	if (coherent)
		ref_snoop(r, pa, false);
	ref_read(r, ref_granule(r, pa), r->memory[ref_granule(r, pa)]);
}

void ref_device_write(struct ref *r, u32 pa, bool coherent, u32 identity)
{
	if (coherent)
		ref_snoop(r, pa, true);
	r->memory[ref_granule(r, pa)] = identity;
	r->newest[ref_granule(r, pa)] = identity;
}
