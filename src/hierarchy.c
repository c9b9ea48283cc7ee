// SPDX-License-Identifier: GPL-2.0-or-later
#include "hierarchy.h"

#include "datum.h"
#include "write_buffer.h"

static const char *const op_names[] = {
	[Index_Writeback_Inv_D] = "Index_Writeback_Inv_D",
	[Index_Writeback_Inv_SD] = "Index_Writeback_Inv_SD",
	[Hit_Invalidate_D] = "Hit_Invalidate_D",
	[Hit_Invalidate_SD] = "Hit_Invalidate_SD",
	[Hit_Writeback_Inv_D] = "Hit_Writeback_Inv_D",
	[Hit_Writeback_Inv_SD] = "Hit_Writeback_Inv_SD",
	[Hit_Writeback_D] = "Hit_Writeback_D",
	[Hit_Writeback_SD] = "Hit_Writeback_SD",
};

const char *cache_op_name(enum cache_op op)
{
	return op_names[op];
}

bool cache_op_is_l2(enum cache_op op)
{
	return op == Index_Writeback_Inv_SD || op == Hit_Invalidate_SD ||
	       op == Hit_Writeback_Inv_SD || op == Hit_Writeback_SD;
}

/* Where copies of a line's data are: a cache (or its write buffer), or memory where line is NULL. */
struct holder {
	u32 cache;
	const struct w_line *line;
};

static const struct holder memory = {CACHE_NONE, NULL};

static u32 line_bytes(const struct cell *k, u32 cache)
{
	return 1u << cache_place(k, cache)->line_shift;
}

/* NULL where lines hold no data (traces, unless staleness is looked for). */
static inline const u32 *sector_of(const struct act *a, struct holder h, u32 pa)
{
	if (!a->k->sector_words)
		return NULL;
	if (h.line)
		return cache_sector(a->k, h.cache, h.line, pa);
	return datum_memory(a->w, cell_page_of(a->k, pa), pa & (cell_page_bytes(a->k) - 1));
}

/* Copies the line of `cache` that `pa` lies in. Its sectors are side by side wherever they are. */
static inline void line_copy(const struct act *a, u32 cache, u32 pa, struct holder to,
			     struct holder from)
{
	u32 start = align_down(pa, line_bytes(a->k, cache));

	if (a->k->sector_words)
		datum_copy(a->w, sector_of(a, to, start), sector_of(a, from, start),
			   cache_geometry(a->k, cache)->line_sectors);
}

/* The first-level caches, one after the other: of data, then of instructions. */
static u32 l1_count(const struct cell *k)
{
	return k->machine.l1i.present ? 2 * k->machine.cpus : k->machine.cpus;
}

static u32 l1_cache(const struct cell *k, u32 i)
{
	return i < k->machine.cpus ? i : cache_l1i(k, i - k->machine.cpus);
}

/* What of the line was written to an entry of a write buffer goes to `to`. */
static void entry_copy(const struct act *a, u32 cpu, const struct w_line *entry, struct holder to)
{
	const struct cell *k = a->k;
	struct holder from = {cache_buffer(k, cpu), entry};
	u32 start = cache_line_pa(k, from.cache, entry), pa;

	for (pa = start; pa < start + line_bytes(k, from.cache); pa += 1u << k->granule_shift) {
		u32 granule = datum_granule_in_sector(k, pa);

		if (write_buffer_holds(k, entry, pa))
			datum_put(a->w, sector_of(a, to, pa), granule,
				  datum_get(k, sector_of(a, from, pa), granule));
	}
}

static void entry_remove(const struct act *a, u32 cpu, const struct w_line *entry,
			 enum drain_reason reason, enum copy_place to)
{
	u32 buffer = cache_buffer(a->k, cpu), pa = cache_line_pa(a->k, buffer, entry);

	cache_remove(a->w, buffer, 0, entry);
	tell(a, EV_DRAIN, cpu, pa, to, reason);
}

enum claim { CLAIM_DROP, CLAIM_TAKE, CLAIM_CLEAN };

/* The same of what waits in write buffers, which it was sent before what the L1s hold now. */
static bool claim_waiting(const struct act *a, const struct w_line *line, enum claim how)
{
	const struct cell *k = a->k;
	u32 l2 = k->machine.cpus, start = cache_line_pa(k, l2, line), cpu, pa;
	bool found = false;

	for (cpu = 0; write_buffer_present(k) && cpu < k->machine.cpus; cpu++) {
		for (pa = start; pa < start + line_bytes(k, l2); pa += line_bytes(k, cpu)) {
			const struct w_line *entry = write_buffer_find(a->w, cpu, pa);

			if (!entry)
				continue;
			found = true;
			if (how != CLAIM_DROP) {
				entry_copy(a, cpu, entry, (struct holder){l2, line});
				put(a->w, &line->dirty, 1);
			}
			entry_remove(a, cpu, entry, DRAIN_ORDER,
				     how == CLAIM_DROP ? PLACE_NONE : PLACE_L2);
		}
	}
	return found;
}

/* An inclusive L2 acts on what the L1s hold of its line: drops it, takes it, or takes the data and leaves it clean. */
static bool claim(const struct act *a, const struct w_line *line, enum claim how)
{
	const struct cell *k = a->k;
	u32 l2 = cache_l2(k), start = cache_line_pa(k, l2, line);
	bool dirty = claim_waiting(a, line, how);
	u32 i, colour, pa;

	for (i = 0; i < l1_count(k); i++) {
		u32 cache = l1_cache(k, i);

		for (pa = start; pa < start + line_bytes(k, l2); pa += line_bytes(k, cache)) {
			for (colour = 0; colour < cache_geometry(k, cache)->colours; colour++) {
				u32 set = cache_colour_set(k, cache, pa, colour);
				const struct w_line *above = cache_find(a->w, cache, set, pa);
				bool lost;

				if (!above)
					continue;
				dirty |= above->dirty;
				lost = above->dirty && how == CLAIM_DROP;
				if (above->dirty && how != CLAIM_DROP) {
					line_copy(a, cache, pa, (struct holder){l2, line},
						  (struct holder){cache, above});
					put(a->w, &line->dirty, 1);
				}
				if (how == CLAIM_CLEAN) {
					put(a->w, &above->dirty, 0);
					continue;
				}
				cache_remove(a->w, cache, set, above);
				tell(a, EV_DROP, cache, pa, 0, lost);
			}
		}
	}
	return dirty;
}

/* The L2 line of `pa`, taken in if it was not there; its contents from memory unless the caller writes it `whole`. */
static const struct w_line *l2_line(const struct act *a, u32 pa, bool whole, enum copy_place *from)
{
	u32 l2 = cache_l2(a->k);
	u32 set = cache_set(a->k, l2, pa, pa);
	const struct w_line *line = cache_find(a->w, l2, set, pa);

	*from = PLACE_L2;
	if (line)
		return cache_touch(a->w, l2, set, line);
	*from = PLACE_MEMORY;
	if (cache_full(a->w, l2, set))
		hierarchy_evict(a, l2, set, cache_victim(a->w, l2, set));
	line = cache_insert(a->w, l2, set, pa);
	if (!whole)
		line_copy(a, l2, pa, (struct holder){l2, line}, memory);
	tell(a, EV_FILL, l2, cache_line_pa(a->k, l2, line), whole ? PLACE_L1 : PLACE_MEMORY);
	return line;
}

/* Where `bytes` at `pa` that leave an L1 go: the L2 if it has or takes them, memory, or both. */
static u32 below(const struct act *a, u32 pa, u32 bytes, struct holder to[2])
{
	const struct cell *k = a->k;
	u32 l2 = cache_l2(k);
	enum copy_place from;

	if (l2 == CACHE_NONE || (k->machine.l2.no_write_allocate &&
				 !cache_find(a->w, l2, cache_set(k, l2, pa, pa), pa))) {
		to[0] = memory;
		return 1;
	}
	to[0] = (struct holder){l2, l2_line(a, pa, bytes == line_bytes(k, l2), &from)};
	if (!k->machine.l2.write_through) {
		put(a->w, &to[0].line->dirty, 1);
		return 1;
	}
	to[1] = memory;
	return 2;
}

/* A dirty line goes a level down, past any write buffer. */
static void send_down(const struct act *a, u32 cache, const struct w_line *line)
{
	u32 pa = cache_line_pa(a->k, cache, line);
	u32 l2 = cache_l2(a->k);
	struct holder to[2];
	u32 n, i;

	if (cache == l2 || l2 == CACHE_NONE) {
		if (a->k->sector_words)
			put_words(a->w,
				  datum_memory(a->w, cell_page_of(a->k, pa),
					       pa & (cell_page_bytes(a->k) - 1)),
				  line->data, cache_line_words(a->k, cache) - LINE_HEAD_WORDS);
		tell(a, EV_WRITEBACK, cache, pa, PLACE_MEMORY);
		return;
	}
	n = below(a, pa, line_bytes(a->k, cache), to);
	for (i = 0; i < n; i++)
		line_copy(a, cache, pa, to[i], (struct holder){cache, line});
	tell(a, EV_WRITEBACK, cache, pa, to[0].line ? PLACE_L2 : PLACE_MEMORY);
}

/* An inclusive L2 has the line of every entry, so that nothing leaves it for one. */
static void drain(const struct act *a, u32 cpu, const struct w_line *entry,
		  enum drain_reason reason)
{
	u32 pa = cache_line_pa(a->k, cache_buffer(a->k, cpu), entry);
	bool whole = write_buffer_whole(a->k, entry);
	struct act own = *a; /* nobody waits for what it takes to get there */
	u32 l2 = cache_l2(a->k);
	struct holder to[2];
	u32 n, i;

	own.ctx = own.step = NO_ID;
	bug_on(a->k->machine.l2.inclusive && !cache_find(a->w, l2, cache_set(a->k, l2, pa, pa), pa),
	       "a line waits above an inclusive L2 that does not have it");
	n = below(&own, pa, whole ? line_bytes(a->k, cpu) : 0, to);
	for (i = 0; i < n; i++)
		entry_copy(a, cpu, entry, to[i]);
	entry_remove(a, cpu, entry, reason, to[0].line ? PLACE_L2 : PLACE_MEMORY);
}

void hierarchy_drain(const struct act *a, u32 cpu, u32 pa, enum drain_reason reason)
{
	const struct w_line *entry = write_buffer_find(a->w, cpu, pa);

	bug_on(!entry, "a write buffer drains an entry that it does not have");
	drain(a, cpu, entry, reason);
}

static void drain_line(const struct act *a, u32 cpu, u32 pa, enum drain_reason reason)
{
	const struct w_line *entry = write_buffer_present(a->k) ? write_buffer_find(a->w, cpu, pa) :
								  NULL;

	if (entry)
		drain(a, cpu, entry, reason);
}

void hierarchy_drain_for_l2(const struct act *a, u32 pa)
{
	u32 l2 = cache_l2(a->k), start, at;

	if (l2 == CACHE_NONE)
		return;
	start = align_down(pa, line_bytes(a->k, l2));
	for (at = start; at < start + line_bytes(a->k, l2); at += line_bytes(a->k, a->cpu))
		drain_line(a, a->cpu, at, DRAIN_ORDER);
}

/*
 * The entry of the line of `pa`, where a write to it waits. In a full buffer another one makes room, the first: each
 * other one may have gone on in a choice before.
 */
static const struct w_line *entry_for(const struct act *a, u32 cpu, u32 pa)
{
	if (!write_buffer_find(a->w, cpu, pa) && cache_full(a->w, cache_buffer(a->k, cpu), 0))
		drain(a, cpu, write_buffer_entry(a->w, cpu, 0), DRAIN_ROOM);
	return write_buffer_take(a->w, cpu, pa);
}

/* A dirty line leaves its cache for the level below, an L1's by the write buffer of `cpu`. */
static void write_back(const struct act *a, u32 cpu, u32 cache, const struct w_line *line)
{
	const struct w_line *entry;
	u32 pa;

	if (!write_buffer_present(a->k) || cache_is_l2(a->k, cache)) {
		send_down(a, cache, line);
		return;
	}
	pa = cache_line_pa(a->k, cache, line);
	entry = entry_for(a, cpu, pa);
	line_copy(a, cache, pa, (struct holder){cache_buffer(a->k, cpu), entry},
		  (struct holder){cache, line});
	write_buffer_note(a->w, entry, pa, line_bytes(a->k, cache));
	tell(a, EV_WRITEBACK, cache, pa, PLACE_BUFFER);
}

void hierarchy_evict(const struct act *a, u32 cache, u32 set, const struct w_line *line)
{
	u32 pa = cache_line_pa(a->k, cache, line);

	if (cache_is_l2(a->k, cache) && a->k->machine.l2.inclusive)
		claim(a, line, CLAIM_TAKE);
	if (line->dirty)
		write_back(a, cache, cache, line);
	cache_remove(a->w, cache, set, line);
	tell(a, EV_EVICT, cache, pa, 0, 0);
}

/* Hardware alias avoidance: before a line is filled it leaves the sets of all other colours. */
static void leave_other_colours(const struct act *a, u32 cache, u32 set, u32 pa)
{
	u32 colour;

	for (colour = 0; colour < cache_geometry(a->k, cache)->colours; colour++) {
		u32 other = cache_colour_set(a->k, cache, pa, colour);
		const struct w_line *line = other == set ? NULL :
							   cache_find(a->w, cache, other, pa);

		if (line)
			hierarchy_evict(a, cache, other, line);
	}
}

/* Takes the line of `pa` into an L1; nothing is read from below if the caller writes it `whole`. */
static const struct w_line *l1_fill(const struct act *a, u32 cache, u32 set, u32 pa, bool whole,
				    enum copy_place *from)
{
	const struct cell *k = a->k;
	u32 l2 = cache_l2(k);
	u32 kept[LINE_WORDS_MAX];
	const struct w_line *victim = NULL, *line;
	struct holder source = memory;

	*from = PLACE_MEMORY;
	if (!whole)
		drain_line(a, a->cpu, pa, DRAIN_ORDER);
	if (l2 != CACHE_NONE && !whole)
		source = (struct holder){l2, l2_line(a, pa, false, from)};
	/* an inclusive L2 may have made room just now */
	if (cache_full(a->w, cache, set)) {
		victim = cache_victim(a->w, cache, set);
		memcpy(kept, victim, cache_line_words(k, cache) * sizeof(u32));
		cache_remove(a->w, cache, set, victim);
		victim = (const struct w_line *)(const void *)kept;
		tell(a, EV_EVICT, cache, cache_line_pa(k, cache, victim), 0, victim->dirty);
	}
	line = cache_insert(a->w, cache, set, pa);
	if (!whole)
		line_copy(a, cache, pa, (struct holder){cache, line}, source);
	tell(a, EV_FILL, cache, cache_line_pa(k, cache, line), whole ? PLACE_L1 : *from);
	if (victim && victim->dirty)
		write_back(a, cache, cache, victim);
	return line;
}

static bool peers_snoop(const struct act *a)
{
	return a->k->machine.cpus > 1 && a->k->machine.l1_snooped;
}

/* This CPU reads or writes `pa`, and the other L1s look. */
static void ask_peers(const struct act *a, u32 pa, bool store)
{
	u32 cache, colour;

	if (!peers_snoop(a))
		return;
	for (cache = 0; cache < a->k->machine.cpus; cache++) {
		if (cache != a->cpu)
			drain_line(a, cache, pa, DRAIN_SNOOP);
		for (colour = 0; cache != a->cpu && colour < a->k->machine.l1d.colours; colour++) {
			u32 set = cache_colour_set(a->k, cache, pa, colour);
			const struct w_line *line = cache_find(a->w, cache, set, pa);

			if (!line)
				continue;
			if (line->dirty) {
				send_down(a, cache, line);
				put(a->w, &line->dirty, 0);
			}
			if (!store)
				continue;
			cache_remove(a->w, cache, set, line);
			tell(a, EV_DROP, cache, align_down(pa, line_bytes(a->k, cache)), 0, 0);
		}
	}
}

static const struct w_line *l1_miss(const struct act *a, u32 cache, u32 set, u32 pa, bool whole,
				    enum copy_place *from)
{
	ask_peers(a, pa, false);
	if (cache_place(a->k, cache)->alias_free)
		leave_other_colours(a, cache, set, pa);
	/* what is in an L1 has to be in an inclusive L2 */
	if (a->k->machine.l2.inclusive)
		whole = false;
	return l1_fill(a, cache, set, pa, whole, from);
}

static const struct w_line *l1_line(const struct act *a, u32 cache, u32 va, u32 pa, bool whole,
				    enum copy_place *from)
{
	u32 set = cache_set(a->k, cache, va, pa);
	const struct w_line *line = cache_find(a->w, cache, set, pa);

	*from = PLACE_L1;
	if (line)
		return cache_touch(a->w, cache, set, line);
	return l1_miss(a, cache, set, pa, whole, from);
}

const struct w_line *hierarchy_l1(const struct act *a, u32 va, u32 pa, enum copy_place *from)
{
	return l1_line(a, a->cpu, va, pa, false, from);
}

void hierarchy_fill(const struct act *a, u32 set, u32 pa)
{
	enum copy_place from;

	l1_miss(a, a->cpu, set, pa, false, &from);
}

const struct w_line *hierarchy_fetch(const struct act *a, u32 va, u32 pa, enum copy_place *from)
{
	return l1_line(a, cache_l1i(a->k, a->cpu), va, pa, false, from);
}

u32 hierarchy_store(const struct act *a, u32 va, u32 pa, bool whole, u32 bytes,
		    const u32 *sector[STORE_PLACES], enum copy_place *from)
{
	const struct cell *k = a->k;
	const struct cache_geometry *g = &k->machine.l1d;
	u32 set = cache_set(k, a->cpu, va, pa);
	struct holder to[2];
	u32 places = 0, n, i;

	ask_peers(a, pa, true);
	if (!g->no_write_allocate || cache_find(a->w, a->cpu, set, pa)) {
		const struct w_line *line = l1_line(a, a->cpu, va, pa, whole, from);

		sector[places++] = cache_sector(k, a->cpu, line, pa);
		if (!g->write_through) {
			put(a->w, &line->dirty, 1);
			return places;
		}
	} else if (g->alias_free) {
		leave_other_colours(a, a->cpu, set, pa);
	}
	if (write_buffer_present(k)) {
		const struct w_line *entry = entry_for(a, a->cpu, pa);

		write_buffer_note(a->w, entry, pa, bytes);
		if (!places)
			*from = PLACE_BUFFER;
		sector[places++] = cache_sector(k, cache_buffer(k, a->cpu), entry, pa);
		return places;
	}
	n = below(a, pa, 0, to);
	if (!places)
		*from = to[0].line ? PLACE_L2 : PLACE_MEMORY;
	for (i = 0; i < n; i++)
		sector[places++] = sector_of(a, to[i], pa);
	return places;
}

const struct w_line *hierarchy_find(const struct world *w, u32 cache, u32 va, u32 pa, u32 *set)
{
	const struct cache_geometry *g = cache_geometry(w->k, cache);
	const struct w_line *line;
	u32 colour;

	*set = cache_set(w->k, cache, va, pa);
	line = cache_find(w, cache, *set, pa);
	for (colour = 0; !line && g->alias_free && colour < g->colours; colour++) {
		*set = cache_colour_set(w->k, cache, pa, colour);
		line = cache_find(w, cache, *set, pa);
	}
	return line;
}

enum op_outcome hierarchy_op(const struct act *a, enum cache_op op, u32 cache, u32 set,
			     const struct w_line *line)
{
	bool both = cache_is_l2(a->k, cache) && a->k->machine.l2.inclusive;
	u32 pa = cache_line_pa(a->k, cache, line);
	bool dirty = line->dirty;

	switch (op) {
	case Hit_Invalidate_D:
	case Hit_Invalidate_SD:
		if (both)
			dirty |= claim(a, line, CLAIM_DROP);
		cache_remove(a->w, cache, set, line);
		tell(a, EV_DROP, cache, pa, 0, dirty);
		return dirty ? OP_DROPPED : OP_CLEAN;
	case Hit_Writeback_D:
	case Hit_Writeback_SD:
		if (both)
			dirty |= claim(a, line, CLAIM_CLEAN);
		if (dirty) {
			write_back(a, a->cpu, cache, line);
			put(a->w, &line->dirty, 0);
		}
		return dirty ? OP_WROTE_BACK : OP_CLEAN;
	case Index_Writeback_Inv_D:
	case Index_Writeback_Inv_SD:
	case Hit_Writeback_Inv_D:
	case Hit_Writeback_Inv_SD:
		if (both)
			dirty |= claim(a, line, CLAIM_TAKE);
		if (dirty)
			write_back(a, a->cpu, cache, line);
		cache_remove(a->w, cache, set, line);
		tell(a, EV_DROP, cache, pa, 0, 0);
		return dirty ? OP_WROTE_BACK : OP_CLEAN;
	case CACHE_OPS:
		break;
	}
	bug("a CACHE op that does not exist", __FILE__, __LINE__);
}

enum op_outcome hierarchy_peers_op(const struct act *a, enum cache_op op, u32 pa)
{
	enum op_outcome most = OP_MISS;
	u32 cache, colour;

	if (!peers_snoop(a))
		return OP_MISS;
	for (cache = 0; cache < a->k->machine.cpus; cache++) {
		if (cache != a->cpu)
			drain_line(a, cache, pa, DRAIN_SNOOP);
		for (colour = 0; cache != a->cpu && colour < a->k->machine.l1d.colours; colour++) {
			u32 set = cache_colour_set(a->k, cache, pa, colour);
			const struct w_line *line = cache_find(a->w, cache, set, pa);
			enum op_outcome outcome = line ? hierarchy_op(a, op, cache, set, line) :
							 OP_MISS;

			if (outcome > most)
				most = outcome;
		}
	}
	return most;
}

void hierarchy_snoop(const struct act *a, u32 pa, bool write)
{
	u32 cache, colour;

	for (cache = 0; cache < a->k->machine.cpus; cache++)
		drain_line(a, cache, pa, DRAIN_SNOOP);
	for (cache = 0; cache < cache_count(a->k); cache++) {
		for (colour = 0; colour < cache_geometry(a->k, cache)->colours; colour++) {
			u32 set = cache_colour_set(a->k, cache, pa, colour);
			const struct w_line *line = cache_find(a->w, cache, set, pa);

			if (!line)
				continue;
			/* the rest of the L2's line goes from the L1s as well, or S ops reach it no more */
			if (write && cache_is_l2(a->k, cache) && a->k->machine.l2.inclusive)
				claim(a, line, CLAIM_TAKE);
			if (line->dirty)
				send_down(a, cache, line);
			if (write)
				cache_remove(a->w, cache, set, line);
			else
				put(a->w, &line->dirty, 0);
		}
	}
}
