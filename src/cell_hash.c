// SPDX-License-Identifier: GPL-2.0-or-later
#include "cell_hash.h"

/*
 * A field that is not hashed lets a trail pass for a cell that behaves otherwise. These fail where a struct
 * grows: hash the new field, behind the others of its section, if it decides behaviour; then correct the number.
 */
#if UINTPTR_MAX == UINT64_MAX
_Static_assert(sizeof(struct cache_geometry) == 32, "hash the new field of struct cache_geometry");
_Static_assert(sizeof(struct machine) == 168, "hash the new field of struct machine");
_Static_assert(sizeof(struct context_def) == 32, "hash the new field of struct context_def");
_Static_assert(sizeof(struct step) == 40, "hash the new field of struct step");
_Static_assert(sizeof(struct page_info) == 8, "hash the new field of struct page_info");
_Static_assert(sizeof(struct dma_map_def) == 20, "hash the new field of struct dma_map_def");
_Static_assert(sizeof(struct device_def) == 2, "hash the new field of struct device_def");
_Static_assert(sizeof(struct user_pte_def) == 8, "hash the new field of struct user_pte_def");
_Static_assert(sizeof(struct strategy_op) == 20, "hash the new field of struct strategy_op");
_Static_assert(sizeof(struct strategy) == 24, "hash the new field of struct strategy");
_Static_assert(sizeof(struct cell) - sizeof(struct layout) == 468,
	       "hash the new field of struct cell");
#endif

/* Append only: places are part of the hash, in trails that people keep. */
enum section {
	MACHINE,
	L1D,
	L2,
	KERNEL,
	CONTEXT,
	STEP,
	PAGE,
	USER_PTE,
	SG,
	MAP,
	DEVICE,
	OP,
	STRATEGY
};

struct hasher {
	u64 hash;
	u32 place;
};

static void begin(struct hasher *h, enum section section, u32 element)
{
	h->place = (u32)section << 27 | element << 5;
}

/* The next field of what was begun. Not world_mix(), which may change with any version: trails are kept. */
static void add(struct hasher *h, u32 value)
{
	u64 x = (u64)++h->place << 32 | value;

	if (!value)
		return;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	h->hash ^= x ^ x >> 31;
}

static void add_geometry(struct hasher *h, enum section section, const struct cache_geometry *g)
{
	begin(h, section, 0);
	add(h, g->present);
	if (!g->present)
		return;
	add(h, g->virtual_index);
	add(h, g->sets);
	add(h, g->ways);
	add(h, g->line_shift);
	add(h, g->alias_free);
	add(h, g->write_through);
	add(h, g->no_write_allocate);
	add(h, g->inclusive);
	add(h, g->replacement);
}

/* Not the seed: which line left is in the trail. Nor the I-cache, which the modelled kernel does not use. */
static void add_machine(struct hasher *h, const struct machine *m)
{
	begin(h, MACHINE, 0);
	add(h, m->cpus);
	add(h, m->page_shift);
	add(h, m->tlb_entries);
	add(h, m->machine_check);
	add(h, m->dma_coherent);
	add(h, m->post_dma_flush);
	add(h, m->cpus > 1 && m->l1_snooped);
	add(h, m->speculation);
	add(h, m->buffer.ways);
	add_geometry(h, L1D, &m->l1d);
	add_geometry(h, L2, &m->l2);
}

static void add_context(struct hasher *h, const struct context_def *c)
{
	add(h, c->cpu);
	add(h, c->level);
	add(h, c->trigger);
	add(h, c->source);
	add(h, c->times);
	add(h, c->mm);
	add(h, c->first_step);
	add(h, c->steps);
}

static void add_step(struct hasher *h, const struct step *s)
{
	u32 i;

	add(h, s->fn);
	add(h, s->at.kind);
	add(h, s->at.ref);
	add(h, s->at.offset);
	add(h, s->at.length);
	for (i = 0; i < ARRAY_SIZE(s->arg); i++)
		add(h, s->arg[i]);
}

static void add_memory(struct hasher *h, const struct cell *k)
{
	u32 i;

	for (i = 0; i < k->pages; i++) {
		begin(h, PAGE, i);
		add(h, k->page[i].pfn);
		add(h, k->page[i].highmem);
		add(h, k->page[i].starts_free);
	}
	for (i = 0; i < k->user_ptes; i++) {
		begin(h, USER_PTE, i);
		add(h, k->user_pte[i].mm);
		add(h, k->user_pte[i].va);
	}
}

static void add_dma(struct hasher *h, const struct cell *k)
{
	u32 i;

	for (i = 0; i < k->sgs; i++) {
		begin(h, SG, i);
		add(h, k->sg[i].page);
		add(h, k->sg[i].offset);
		add(h, k->sg[i].length);
	}
	for (i = 0; i < k->maps; i++) {
		begin(h, MAP, i);
		add(h, k->map[i].kind);
		add(h, k->map[i].direction);
		add(h, k->map[i].first_sg);
		add(h, k->map[i].sgs);
		add(h, k->map[i].device);
	}
	for (i = 0; i < k->devices; i++) {
		begin(h, DEVICE, i);
		add(h, k->device[i].coherent); /* `unwaited` follows from the steps */
	}
}

static void add_strategy(struct hasher *h, const struct strategy *s)
{
	u32 i;

	for (i = 0; i < s->ops; i++) {
		begin(h, OP, i);
		add(h, s->op[i].kind);
		add(h, s->op[i].arg);
		add(h, s->op[i].slot);
		add(h, s->op[i].target);
		add(h, s->op[i].other_page);
	}
	begin(h, STRATEGY, 0);
	add(h, s->kmap_high_get);
	add(h, s->lowmem_whole);
	add(h, s->no_op);
	add(h, s->uncached);
	add(h, s->slots_shared);
}

u64 cell_hash(const struct cell *k)
{
	struct hasher h = {0};
	u32 i;

	add_machine(&h, &k->machine);
	begin(&h, KERNEL, 0);
	add(&h, k->last_pkmap);
	add(&h, k->debug_highmem);
	add(&h, k->hardirq_nesting);
	add(&h, k->preempt);
	add(&h, k->handles);
	/* how many there are of each: elements whose fields are all 0 count too */
	add(&h, k->contexts);
	add(&h, k->steps);
	add(&h, k->pages);
	add(&h, k->user_ptes);
	add(&h, k->sgs);
	add(&h, k->maps);
	add(&h, k->devices);
	add(&h, k->strategy.ops);
	add(&h, k->mutation.fn << 16 | k->mutation.at);
	add(&h, k->mutation.change);
	add(&h, k->tlb_indexed);
	add(&h, k->sync_after_op);
	for (i = 0; i < k->contexts; i++) {
		begin(&h, CONTEXT, i);
		add_context(&h, &k->context[i]);
	}
	for (i = 0; i < k->steps; i++) {
		begin(&h, STEP, i);
		add_step(&h, &k->step[i]);
	}
	add_memory(&h, k);
	add_dma(&h, k);
	add_strategy(&h, &k->strategy);
	return h.hash;
}
