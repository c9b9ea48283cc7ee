/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One cache: sets of lines in replacement order. It knows tags, order and dirtiness; where data comes
 * from and goes to is the bus's business (bus.h).
 *
 * A set keeps its valid lines in front, in the order that layout.order says, so that the way number is not
 * state unless something names it: index ops on single ways (cell.ways_matter) and the bits of tree-PLRU.
 *
 * Caches are numbered: cache i < cpus is the L1 D-cache of CPU i, cache `cpus` the L2, cache cpus + 1 + i the
 * I-cache of CPU i, cache 2 * cpus + 1 + i its write buffer (write_buffer.h): one set, kept by address.
 * Which core has which policy: docs/model.md.
 */
#ifndef STALELINE_CACHE_MODEL_H
#define STALELINE_CACHE_MODEL_H

#include "world.h"

#define CACHE_NONE NO_ID

static inline u32 cache_l2(const struct cell *k)
{
	return k->machine.l2.present ? k->machine.cpus : CACHE_NONE;
}

static inline u32 cache_count(const struct cell *k)
{
	return k->machine.cpus + (k->machine.l2.present ? 1 : 0);
}

/* The I-cache of `cpu`; not among the caches that cache_count() counts, which hold data. */
static inline u32 cache_l1i(const struct cell *k, u32 cpu)
{
	return k->machine.cpus + 1 + cpu;
}

/* The write buffer of `cpu`; not among them either. */
static inline u32 cache_buffer(const struct cell *k, u32 cpu)
{
	return 2 * k->machine.cpus + 1 + cpu;
}

static inline bool cache_is_l2(const struct cell *k, u32 cache)
{
	return cache == k->machine.cpus;
}

static inline enum cache_level cache_level(const struct cell *k, u32 cache)
{
	if (cache < k->machine.cpus)
		return LEVEL_L1D;
	if (cache_is_l2(k, cache))
		return LEVEL_L2;
	return cache < cache_buffer(k, 0) ? LEVEL_L1I : LEVEL_BUFFER;
}

static inline const struct cache_geometry *cache_geometry(const struct cell *k, u32 cache)
{
	switch (cache_level(k, cache)) {
	case LEVEL_L2:
		return &k->machine.l2;
	case LEVEL_L1I:
		return &k->machine.l1i;
	case LEVEL_BUFFER:
		return &k->machine.buffer;
	case LEVEL_L1D:
	case CACHE_LEVELS:
		break;
	}
	return &k->machine.l1d;
}

static inline const struct cache_place *cache_place(const struct cell *k, u32 cache)
{
	return &k->layout.place[cache];
}

static inline u32 cache_line_words(const struct cell *k, u32 cache)
{
	return cache_place(k, cache)->line_words;
}

static inline const struct w_line *cache_line(const struct world *w, u32 cache, u32 set,
					      u32 position)
{
	const struct cache_place *p = cache_place(w->k, cache);

	return (const struct w_line *)(w->word + p->lines + set * p->set_words +
				       position * p->line_words);
}

/* The set that an access to `va` = `pa` selects. */
static inline u32 cache_set(const struct cell *k, u32 cache, u32 va, u32 pa)
{
	const struct cache_place *p = cache_place(k, cache);

	return (p->by_va ? va : pa) >> p->line_shift & p->set_mask;
}

/* The set in which a line of `pa` sits when it was filled through colour `colour` (< geometry.colours). */
static inline u32 cache_colour_set(const struct cell *k, u32 cache, u32 pa, u32 colour)
{
	const struct cache_geometry *g = cache_geometry(k, cache);
	u32 page = k->machine.page_shift;

	if (g->colours == 1)
		return pa >> g->line_shift & (g->sets - 1);
	return ((pa & ((1u << page) - 1)) | colour << page) >> g->line_shift & (g->sets - 1);
}

static inline u32 cache_tag(const struct cell *k, u32 cache, u32 pa)
{
	return (pa >> cache_place(k, cache)->line_shift) + 1;
}

static inline u32 cache_line_pa(const struct cell *k, u32 cache, const struct w_line *line)
{
	return (line->tag - 1) << cache_place(k, cache)->line_shift;
}

/* First data word of the sector that `pa` lies in within `line`. */
static inline const u32 *cache_sector(const struct cell *k, u32 cache, const struct w_line *line,
				      u32 pa)
{
	u32 sector = pa >> k->machine.sector_shift & cache_place(k, cache)->sector_mask;

	return line->data + sector * k->sector_words;
}

static inline enum set_order cache_order(const struct cell *k, u32 cache)
{
	return cache_place(k, cache)->order;
}

/* The lines of the cache remember their ways. */
static inline bool cache_ways_matter(const struct cell *k, u32 cache)
{
	return (k->ways_matter && cache_level(k, cache) != LEVEL_BUFFER) ||
	       cache_order(k, cache) == ORDER_WAY;
}

/* The line of `pa` in `set`, or NULL. */
const struct w_line *cache_find(const struct world *w, u32 cache, u32 set, u32 pa);
/* Marks `line` as used now; returns where it stands afterwards. */
const struct w_line *cache_touch(struct world *w, u32 cache, u32 set, const struct w_line *line);
/* No way of the set is free. */
bool cache_full(const struct world *w, u32 cache, u32 set);
/* The line of a full set that has to go before another can enter; where that is a choice, takes the choice. */
const struct w_line *cache_victim(struct world *w, u32 cache, u32 set);
/* Enters a clean line for `pa` with all tokens 0; the set must have room. */
const struct w_line *cache_insert(struct world *w, u32 cache, u32 set, u32 pa);
/* Takes `line` out, dirty or not: its data is gone. */
void cache_remove(struct world *w, u32 cache, u32 set, const struct w_line *line);
/* The first set at or after `set` that holds a line; NO_ID when there is none. */
u32 cache_next_busy_set(const struct world *w, u32 cache, u32 set);

#endif
