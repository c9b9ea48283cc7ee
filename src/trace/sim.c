// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Part of plain.c. Most references hit the line at the front of their set, where a hit changes nothing in the order; they
 * never leave reference(). All others go the way of the model.
 */
#include "sim.h"

#include <glib.h>

#include "datum.h"
#include "hierarchy.h"
#include "shadow.h"
#include "tlb_model.h"

/* Pairs of pages a CPU's TLB is known to hold, by their low bits: what a search of the TLB would find. */
#define TLB_MEMO 256u

/* An L1 as a CPU's references see it. */
struct seat {
	const u32 *front; /* the line at the front of set 0 */
	u32 line_shift, line_bytes, line_mask, set_mask, set_words;
	u32 cache;
	u32 cpu;
	bool present, by_va, fetch;
	struct sim_cache *count;
	struct shadow *shadow; /* where misses are classified */
};

/* What a CPU does with records of one kind. */
struct lane {
	u64 records;
	const struct seat *seat; /* that of records c, v, d and D is no cache */
	u32 write; /* 1: of RECORD_WRITE */
	bool final; /* a hit at the front is done with that */
	bool enters; /* a miss takes the line in */
	u64 even; /* 32 bytes */
};

struct sim {
	struct world w; /* first: the model knows nothing else */
	struct cell k;
	struct sim_options options;
	struct sim_counts counts;
	struct seat seat[MAX_CPUS][2]; /* data, instructions */
	struct lane lane[MAX_CPUS][RECORD_KINDS];
	struct seat nowhere[MAX_CPUS]; /* no record fits a line of 0 bytes */
	struct act act[MAX_CPUS];
	struct shadow shadow[MAX_CACHES]; /* where misses are classified */
	struct seen_lines seen[MAX_CACHES];
	struct pagemap map;
	u32 line_bytes[MAX_CACHES];
	u32 l2; /* CACHE_NONE: there is none */
	bool l2_missed; /* the reference of the L2 under way */
	bool translates; /* by a page map or a TLB */
	u32 *words;
	u32 tlb_memo[MAX_CPUS][TLB_MEMO]; /* pair of pages + 1 */
	u32 tlb_random;

	/* where reads are checked: frames have numbers from 1 in the order in which they are referenced */
	u32 *page_of_frame;
	u32 pages, pages_room;
	u32 page_granules;
	u32 *flat;
	struct sim_finding finding[SIM_FINDINGS];
	u32 findings;
};

static u32 xorshift(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

u32 world_pick(struct world *w, u32 n, enum bound kind, bool random)
{
	(void)kind;
	bug_on(!random, "a choice that no seed decides");
	return (u32)((u64)xorshift(&w->random) * n >> 32);
}

u32 cell_page_of(const struct cell *k, u32 pa)
{
	const struct sim *s = (const struct sim *)((const char *)k - offsetof(struct sim, k));
	u32 page = s->page_of_frame[pa >> k->machine.page_shift];

	bug_on(!page, "a line of a page that was never referenced");
	return page - 1;
}

static inline void classify(struct sim *s, struct sim_cache *c, u32 cache, u32 line,
			    enum shadow_answer answer)
{
	if (seen_lines_first(&s->seen[cache], line))
		c->compulsory++;
	else if (!s->options.classify)
		return;
	else if (answer == SHADOW_TAKEN_OUT)
		c->taken_out++;
	else if (answer == SHADOW_ABSENT)
		c->capacity++;
	else
		c->conflict++;
}

/* A reference of the L2 is over: l2_missed says how it went. */
static void l2_referenced(struct sim *s, u32 pa, bool write)
{
	const struct cache_geometry *g = &s->k.machine.l2;
	struct sim_cache *c = &s->counts.cache[s->l2];
	enum shadow_answer answer = SHADOW_PRESENT;
	u32 line = pa >> g->line_shift;

	if (write)
		c->writes++;
	else
		c->reads++;
	if (s->options.classify)
		answer = shadow_use(&s->shadow[s->l2], line, !write || !g->no_write_allocate);
	if (!s->l2_missed)
		return;
	s->l2_missed = false;
	if (write)
		c->write_misses++;
	else
		c->read_misses++;
	classify(s, c, s->l2, line, answer);
}

/* `bytes` at `pa` went down from an L1: into the L2, past it, or both. */
static void went_down(struct sim *s, u32 pa, u32 bytes, bool past_l2)
{
	if (s->l2 == CACHE_NONE)
		return;
	if (past_l2)
		s->l2_missed = true;
	if (past_l2 || s->k.machine.l2.write_through)
		s->counts.cache[s->l2].bytes_to_below += bytes;
	l2_referenced(s, pa, true);
}

static inline void plain_tell(const struct act *a, enum event_kind kind, u32 e_a, u32 e_b, u32 e_c,
			      u32 e_d)
{
	struct sim *s = (struct sim *)a->w;
	struct sim_cache *c = &s->counts.cache[e_a];

	if (kind == EV_FILL) {
		/* a line that is written whole is not read */
		if (e_c != PLACE_L1)
			c->bytes_from_below += s->line_bytes[e_a];
		if (e_a == s->l2)
			s->l2_missed = true;
		else if (s->l2 != CACHE_NONE && e_c != PLACE_L1)
			l2_referenced(s, e_b, false);
	} else if (kind == EV_WRITEBACK) {
		c->write_backs++;
		c->bytes_to_below += s->line_bytes[e_a];
		if (e_a != s->l2)
			went_down(s, e_b, s->line_bytes[e_a], e_c == PLACE_MEMORY);
	} else if (kind == EV_DROP) {
		s->counts.dropped_dirty += e_d;
		if (s->options.classify)
			shadow_take_out(&s->shadow[e_a], e_b >> s->k.layout.place[e_a].line_shift);
	}
}

/* The pair of pages is not known to be in the TLB: looks, and refills as Linux' handler does, by TLBWR. */
static void tlb_reference(struct sim *s, u32 cpu, u32 va)
{
	struct world *w = &s->w;
	u32 shift = s->k.machine.page_shift + 1, pair = va >> shift;
	struct tlb_entry entry = {.vpn2 = pair << shift, .mask = tlb_pair_mask(&s->k), .asid = 1};
	u32 victim, half;

	if (tlb_probe(w, cpu, va, 1) == NO_ID) {
		const struct w_tlb *old = w_tlb(w, cpu);

		s->counts.tlb_misses++;
		for (half = 0; half < 2; half++)
			entry.lo[half] = LO_V | LO_D | CCA_CACHEABLE << LO_C_SHIFT;
		victim = (u32)((u64)xorshift(&s->tlb_random) * tlb_replaceable(w, cpu) >> 32);
		old += victim;
		if (s->tlb_memo[cpu][old->vpn2 >> shift & (TLB_MEMO - 1)] ==
		    (old->vpn2 >> shift) + 1)
			s->tlb_memo[cpu][old->vpn2 >> shift & (TLB_MEMO - 1)] = 0;
		tlb_write_random(w, cpu, &entry, victim);
	}
	s->tlb_memo[cpu][pair & (TLB_MEMO - 1)] = pair + 1;
}

static inline u32 translate(struct sim *s, u32 cpu, u32 va)
{
	u32 pair = va >> (s->k.machine.page_shift + 1);

	if (s->k.machine.tlb_entries) {
		s->counts.tlb_references++;
		if (s->tlb_memo[cpu][pair & (TLB_MEMO - 1)] != pair + 1)
			tlb_reference(s, cpu, va);
	}
	return pagemap_pa(&s->map, va);
}

/* What a reference found or did, for whoever has data to move. */
struct landing {
	u32 places;
	const u32 *sector
		[STORE_PLACES]; /* the one of the address; what follows it in its line stands behind */
};

/* Everything that is no hit at the front. */
static __attribute__((noinline, flatten)) void
reference_model(struct sim *s, const struct lane *lane, u32 va, u32 pa, u32 size,
		enum shadow_answer answer, struct landing *landing)
{
	const struct seat *seat = lane->seat;
	const struct act *a = &s->act[seat->cpu];
	const struct cache_geometry *g = seat->fetch ? &s->k.machine.l1i : &s->k.machine.l1d;
	struct sim_cache *c = seat->count;
	enum copy_place from = PLACE_L1;

	if (!lane->write) {
		const struct w_line *line = seat->fetch ? hierarchy_fetch(a, va, pa, &from) :
							  hierarchy_l1(a, va, pa, &from);

		landing->places = 1;
		landing->sector[0] = cache_sector(&s->k, seat->cache, line, pa);
		if (from != PLACE_L1) {
			c->read_misses++;
			classify(s, c, seat->cache, pa >> seat->line_shift, answer);
		}
		return;
	}
	landing->places =
		hierarchy_store(a, va, pa, size == seat->line_bytes, size, landing->sector, &from);
	if (from != PLACE_L1) {
		c->write_misses++;
		classify(s, c, seat->cache, pa >> seat->line_shift, answer);
	}
	if (g->write_through || (from != PLACE_L1 && g->no_write_allocate)) {
		bool past = s->l2 != CACHE_NONE && s->k.machine.l2.no_write_allocate &&
			    !cache_find(&s->w, s->l2, cache_set(&s->k, s->l2, pa, pa), pa);

		c->bytes_to_below += size;
		went_down(s, pa, size, past);
	}
}

static void found_stale(struct sim *s, enum sim_stale kind, u32 cpu, u32 line, u32 address, u32 got,
			u32 newest)
{
	s->counts.stale[kind]++;
	if (s->findings < SIM_FINDINGS)
		s->finding[s->findings++] = (struct sim_finding){
			.kind = kind,
			.cpu = cpu,
			.line = line,
			.address = address,
			.got = got,
			.newest = newest,
		};
}

static void seats_point(struct sim *s)
{
	u32 cpu, i;

	for (cpu = 0; cpu < s->k.machine.cpus; cpu++)
		for (i = 0; i < 2; i++)
			if (s->seat[cpu][i].present)
				s->seat[cpu][i].front =
					(const u32 *)cache_line(&s->w, s->seat[cpu][i].cache, 0, 0);
}

/* Memory and the flat machine get room for a frame that is referenced for the first time. */
static void page_add(struct sim *s, u32 frame)
{
	gsize fixed = s->k.layout.memory;

	s->page_of_frame[frame] = ++s->pages;
	if (s->pages <= s->pages_room)
		return;
	s->pages_room += s->pages_room / 2 + 64;
	bug_on(fixed + (u64)s->pages_room * s->page_granules > UINT32_MAX,
	       "the trace references more pages than can be followed");
	s->words =
		g_realloc_n(s->words, fixed + (gsize)s->pages_room * s->page_granules, sizeof(u32));
	s->flat = g_realloc_n(s->flat, (gsize)s->pages_room * s->page_granules, sizeof(u32));
	memset(s->words + fixed + (gsize)(s->pages - 1) * s->page_granules, 0,
	       (gsize)(s->pages_room - s->pages + 1) * s->page_granules * sizeof(u32));
	memset(s->flat + (gsize)(s->pages - 1) * s->page_granules, 0,
	       (gsize)(s->pages_room - s->pages + 1) * s->page_granules * sizeof(u32));
	s->w.word = s->words;
	seats_point(s);
}

/* The newest identities of what lies at `pa`, for `pa` and what follows in its page. */
static inline u32 *flat_at(struct sim *s, u32 pa)
{
	u32 frame = pa >> s->k.machine.page_shift;
	u32 offset = pa & (cell_page_bytes(&s->k) - 1);

	if (G_UNLIKELY(!s->page_of_frame[frame]))
		page_add(s, frame);
	return s->flat + (gsize)(s->page_of_frame[frame] - 1) * s->page_granules +
	       (offset >> s->k.granule_shift);
}

static inline u32 identity_of(const struct sim *s, u32 cpu, u32 line)
{
	return s->options.identity_bits == 32 ? line : cpu << s->options.identity_bits | line;
}

/* The tokens that a reference reads or writes at its places against the flat machine's. */
static inline void data_move(struct sim *s, const struct lane *lane, u32 line, u32 pa, u32 size,
			     const struct landing *landing, u32 *flat)
{
	const struct seat *seat = lane->seat;
	u32 first = datum_granule_in_sector(&s->k, pa);
	u32 granules = ((pa + size - 1) >> s->k.granule_shift) - (pa >> s->k.granule_shift) + 1;
	u32 i, place;

	if (lane->write) {
		u32 identity = identity_of(s, seat->cpu, line);

		for (i = 0; i < granules; i++) {
			flat[i] = identity;
			for (place = 0; place < landing->places; place++)
				put(&s->w, &landing->sector[place][first + i], identity);
		}
		return;
	}
	for (i = 0; i < granules; i++) {
		if (G_LIKELY(landing->sector[0][first + i] == flat[i]))
			continue;
		found_stale(s, seat->fetch ? STALE_FETCH : STALE_LOAD, seat->cpu, line,
			    pa + (i << s->k.granule_shift), landing->sector[0][first + i], flat[i]);
		break;
	}
}

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* One reference within a line. What does not vary during a run is constant where this is called. */
static ALWAYS_INLINE void reference(struct sim *s, const struct lane *lane, u32 va, u32 size,
				    bool check, bool translates, bool classifies, u32 number)
{
	const struct seat *seat = lane->seat;
	u32 pa = translates ? translate(s, seat->cpu, va) : va;
	u32 line = pa >> seat->line_shift;
	u32 set = (translates && seat->by_va ? va >> seat->line_shift : line) & seat->set_mask;
	enum shadow_answer answer = SHADOW_PRESENT;
	const struct w_line *front;
	struct landing landing;
	u32 *flat = NULL;

	/* may move the lines */
	if (check)
		flat = flat_at(s, pa);
	front = (const struct w_line *)(seat->front + set * seat->set_words);
	if (classifies)
		answer = shadow_use(seat->shadow, line, lane->enters);
	if (G_LIKELY(front->tag == line + 1 && lane->final)) {
		put(&s->w, &front->dirty, front->dirty | lane->write);
		if (!check)
			return;
		landing.places = 1;
		landing.sector[0] = cache_sector(&s->k, seat->cache, front, pa);
	} else {
		reference_model(s, lane, va, pa, size, answer, &landing);
	}
	if (check)
		data_move(s, lane, number, pa, size, &landing, flat);
}

/* The same, asking for everything. */
static void reference_any(struct sim *s, const struct lane *lane, u32 va, u32 size, u32 number)
{
	bool classifies = s->options.classify;

	if (s->options.check && classifies)
		reference(s, lane, va, size, true, true, true, number);
	else if (s->options.check)
		reference(s, lane, va, size, true, true, false, number);
	else if (classifies)
		reference(s, lane, va, size, false, true, true, number);
	else
		reference(s, lane, va, size, false, true, false, number);
}

static void line_op(struct sim *s, u32 cpu, enum cache_op op, u32 cache, u32 va, u32 pa)
{
	const struct w_line *line;
	u32 set;

	if (op == Hit_Invalidate_D || op == Hit_Invalidate_SD) {
		const struct cache_geometry *g = cache_geometry(&s->k, cache);

		if (s->options.classify)
			shadow_take_out(&s->shadow[cache], pa >> g->line_shift);
	}
	line = hierarchy_find(&s->w, cache, va, pa, &set);
	if (line)
		hierarchy_op(&s->act[cpu], op, cache, set, line);
}

/* The op on every line that the cache holds. */
static void whole_op(struct sim *s, u32 cpu, enum cache_op op, u32 cache)
{
	u32 ways = cache_geometry(&s->k, cache)->ways;
	bool drops = op == Hit_Invalidate_D || op == Hit_Invalidate_SD;
	/* above a clean line of an inclusive L2 there may be a dirty one of another CPU */
	bool all = drops || (cache == s->l2 && s->k.machine.l2.inclusive);
	u32 set = 0, i;

	while ((set = cache_next_busy_set(&s->w, cache, set)) != NO_ID) {
		for (i = 0; i < ways;) {
			const struct w_line *line = cache_line(&s->w, cache, set, i);

			if (!line->tag)
				break;
			if (drops && s->options.classify)
				shadow_take_out(&s->shadow[cache], line->tag - 1);
			if (all || line->dirty)
				hierarchy_op(&s->act[cpu], op, cache, set, line);
			/* where a line was taken out the next one has moved up */
			i += !drops;
		}
		set++;
	}
}

/* Records c and v: the L1 first, then the same of the level below. */
static void maintain(struct sim *s, u32 cpu, const struct record *r)
{
	bool drop = r->kind == RECORD_INVALIDATE;
	enum cache_op l1_op = drop ? Hit_Invalidate_D : Hit_Writeback_D;
	enum cache_op l2_op = drop ? Hit_Invalidate_SD : Hit_Writeback_SD;
	u32 pa = s->translates ? pagemap_pa(&s->map, r->address) : r->address;

	if (s->k.machine.l1d.present && r->size)
		line_op(s, cpu, l1_op, cpu, r->address, pa);
	else if (s->k.machine.l1d.present)
		whole_op(s, cpu, l1_op, cpu);
	if (s->l2 != CACHE_NONE && r->size)
		line_op(s, cpu, l2_op, s->l2, pa, pa);
	else if (s->l2 != CACHE_NONE)
		whole_op(s, cpu, l2_op, s->l2);
}

/* A coherent device's access: the caches of all CPUs look. */
static void snoop(struct sim *s, u32 cpu, u32 pa, u32 size, bool write)
{
	u32 sector = 1u << s->k.machine.sector_shift;
	u32 at, cache;

	for (at = align_down(pa, sector); at < pa + size; at += sector) {
		hierarchy_snoop(&s->act[cpu], at, write);
		for (cache = 0; write && s->options.classify && cache < cache_count(&s->k); cache++)
			shadow_take_out(&s->shadow[cache],
					at >> cache_geometry(&s->k, cache)->line_shift);
	}
}

/* Records d and D: memory, past the caches. */
static void device(struct sim *s, u32 cpu, const struct record *r, u32 number)
{
	bool write = r->kind == RECORD_DEVICE_WRITE;
	u32 page = cell_page_bytes(&s->k);
	u32 va = r->address, left = r->size, size, i;

	for (; left; left -= size, va += size) {
		u32 pa = s->translates ? pagemap_pa(&s->map, va) : va;
		u32 *flat;

		size = min_u32(left, page - (pa & (page - 1)));
		if (s->options.check)
			flat_at(s, pa);
		if (s->k.machine.dma_coherent)
			snoop(s, cpu, pa, size, write);
		if (!s->options.check)
			continue;
		flat = flat_at(s, pa);
		for (i = 0; i < (size + (1u << s->k.granule_shift) - 1) >> s->k.granule_shift;
		     i++) {
			u32 at = pa + (i << s->k.granule_shift);
			const u32 *sector =
				datum_memory(&s->w, cell_page_of(&s->k, at), at & (page - 1));
			const u32 *token = &sector[datum_granule_in_sector(&s->k, at)];

			if (write) {
				flat[i] = identity_of(s, cpu, number);
				put(&s->w, token, flat[i]);
			} else if (*token != flat[i]) {
				found_stale(s, STALE_DEVICE_READ, cpu, number, at, *token, flat[i]);
				return;
			}
		}
	}
}

/* A record that is no reference within one line: c, v, d and D; one that crosses the end of its line; or there is no cache. */
static __attribute__((noinline)) void odd_record(struct sim *s, const struct lane *lane,
						 const struct record *r, u32 number)
{
	const struct seat *seat = lane->seat;
	u32 cpu = seat->cpu;
	u32 va = r->address, left = r->size, size;

	if (r->kind >= RECORD_DEVICE_READ) {
		device(s, cpu, r, number);
	} else if (r->kind > RECORD_MISC) {
		maintain(s, cpu, r);
	} else if (!seat->present) {
		s->counts.ignored++;
	} else {
		for (; left; left -= size, va += size) {
			size = min_u32(left, seat->line_bytes - (va & seat->line_mask));
			reference_any(s, lane, va, size, number);
			if (left == size)
				break;
			/* a reference for each line */
			s->counts.split++;
			if (lane->write)
				seat->count->writes++;
			else
				seat->count->reads++;
		}
	}
}

static ALWAYS_INLINE void run(struct sim *s, struct lane *lanes, const struct batch *batch,
			      const struct record *r, const struct record *end, bool check,
			      bool translates, bool classifies)
{
	for (; r < end; r++) {
		u32 number = check ? batch_line(batch, (u32)(r - batch->record)) : 0;
		struct lane *lane = &lanes[r->kind];

		lane->records++;
		if (G_LIKELY((r->address & lane->seat->line_mask) + r->size - 1 <
			     lane->seat->line_bytes))
			reference(s, lane, r->address, r->size, check, translates, classifies,
				  number);
		else
			odd_record(s, lane, r, number);
	}
}

/* Each with registers of its own. */
#define RUN(name, check, translates, classifies)                                                   \
	static __attribute__((noinline)) void name(struct sim *s, struct lane *lanes,              \
						   const struct batch *b, const struct record *r,  \
						   const struct record *end)                       \
	{                                                                                          \
		run(s, lanes, b, r, end, check, translates, classifies);                           \
	}

RUN(run_checked, true, true, false)
RUN(run_checked_classified, true, true, true)
RUN(run_translated, false, true, false)
RUN(run_translated_classified, false, true, true)
RUN(run_plainly, false, false, false)
RUN(run_classified, false, false, true)

void sim_run(struct sim *s, u32 cpu, const struct batch *batch, u32 first, u32 records)
{
	const struct record *r = &batch->record[first], *end = r + records;
	struct lane *lanes = s->lane[cpu];
	bool classifies = s->options.classify;

	if (s->options.check)
		(classifies ? run_checked_classified : run_checked)(s, lanes, batch, r, end);
	else if (s->translates)
		(classifies ? run_translated_classified : run_translated)(s, lanes, batch, r, end);
	else
		(classifies ? run_classified : run_plainly)(s, lanes, batch, r, end);
}

void sim_flush(struct sim *s)
{
	u32 cpu;

	for (cpu = 0; s->k.machine.l1d.present && cpu < s->k.machine.cpus; cpu++)
		whole_op(s, cpu, Hit_Writeback_D, cpu);
	if (s->l2 != CACHE_NONE)
		whole_op(s, 0, Hit_Writeback_SD, s->l2);
}

static void seat_init(struct sim *s, u32 cpu, bool fetch)
{
	const struct cache_geometry *g = fetch ? &s->k.machine.l1i : &s->k.machine.l1d;
	u32 cache = fetch ? cache_l1i(&s->k, cpu) : cpu;

	s->seat[cpu][fetch].cpu = s->nowhere[cpu].cpu = cpu;
	if (!g->present)
		return;
	s->seat[cpu][fetch] = (struct seat){
		.line_shift = g->line_shift,
		.line_bytes = 1u << g->line_shift,
		.line_mask = (1u << g->line_shift) - 1,
		.set_mask = g->sets - 1,
		.set_words = g->ways * cache_line_words(&s->k, cache),
		.cache = cache,
		.cpu = cpu,
		.present = true,
		.by_va = g->virtual_index,
		.fetch = fetch,
		.count = &s->counts.cache[cache],
		.shadow = &s->shadow[cache],
	};
}

static void lanes_init(struct sim *s, u32 cpu)
{
	u32 kind;

	for (kind = 0; kind < RECORD_KINDS; kind++) {
		bool fetch = kind == RECORD_FETCH, write = kind == RECORD_WRITE;
		bool peers = s->k.machine.cpus > 1 && s->k.machine.l1_snooped;
		const struct cache_geometry *g = fetch ? &s->k.machine.l1i : &s->k.machine.l1d;

		s->lane[cpu][kind] = (struct lane){
			.seat = kind > RECORD_MISC ? &s->nowhere[cpu] : &s->seat[cpu][fetch],
			.write = write,
			/* with tree-PLRU every hit turns bits; of a write the other CPUs may have to know */
			.final = g->replacement != REPLACE_PLRU &&
				 !(write && (g->write_through || peers)),
			.enters = !(write && g->no_write_allocate),
		};
	}
}

static void cell_fill(struct sim *s)
{
	struct cell *k = &s->k;

	k->machine = s->options.machine;
	k->identities = true;
	k->tlb_indexed = true;
	k->token_bits = 32;
	k->last_pkmap = 2;
	k->granule_shift = s->options.granule_shift;
	k->page_sectors = cell_page_bytes(k) >> k->machine.sector_shift;
	k->sector_granules = 1u << (k->machine.sector_shift - k->granule_shift);
	k->sector_words = s->options.check ? k->sector_granules : 0;
	/* memory stands behind all else, so that it can grow */
	world_layout(k);
	k->layout.memory = k->layout.words;
}

/* Pages whose lines go to the same sets of every cache have one colour. */
static u32 page_colours(const struct machine *m)
{
	const struct cache_geometry *const caches[] = {&m->l1d, &m->l2, &m->l1i};
	u32 colours = 1, i;

	for (i = 0; i < ARRAY_SIZE(caches); i++)
		if (caches[i]->present)
			colours = MAX(colours,
				      caches[i]->sets << caches[i]->line_shift >> m->page_shift);
	return colours;
}

struct sim *sim_new(const struct sim_options *options)
{
	struct sim *s = g_new0(struct sim, 1);
	const struct machine *m = &s->k.machine;
	u32 cache, cpu;

	s->options = *options;
	cell_fill(s);
	s->words = g_new0(u32, s->k.layout.words);
	world_init(&s->w, &s->k, s->words, NULL);
	s->w.random = options->seed;
	s->tlb_random = options->seed;
	s->l2 = cache_l2(&s->k);
	s->translates = options->map != PAGEMAP_IDENTITY || m->tlb_entries;
	for (cache = 0; cache < 2 * m->cpus + 1; cache++) {
		const struct cache_geometry *g = cache_geometry(&s->k, cache);

		s->line_bytes[cache] = 1u << g->line_shift;
		if (!g->present)
			continue;
		seen_lines_init(&s->seen[cache], g->line_shift);
		if (options->classify)
			shadow_init(&s->shadow[cache], g->sets * g->ways);
	}
	for (cpu = 0; cpu < m->cpus; cpu++) {
		seat_init(s, cpu, false);
		seat_init(s, cpu, true);
		lanes_init(s, cpu);
		s->act[cpu] = (struct act){.w = &s->w, .k = &s->k, .cpu = cpu, .ctx = NO_ID};
		if (m->tlb_entries)
			tlb_init(&s->w, cpu);
	}
	seats_point(s);
	pagemap_init(&s->map, options->map, m->page_shift, page_colours(m), options->seed);
	if (options->check) {
		s->page_of_frame = g_new0(u32, (gsize)1 << (32 - m->page_shift));
		s->page_granules = cell_page_bytes(&s->k) >> s->k.granule_shift;
	}
	return s;
}

void sim_free(struct sim *s)
{
	u32 cache;

	if (!s)
		return;
	for (cache = 0; cache < MAX_CACHES; cache++) {
		shadow_clear(&s->shadow[cache]);
		seen_lines_clear(&s->seen[cache]);
	}
	pagemap_clear(&s->map);
	g_free(s->page_of_frame);
	g_free(s->flat);
	g_free(s->words);
	g_free(s);
}

struct sim_counts sim_counts(const struct sim *s)
{
	struct sim_counts c = s->counts;
	u32 cpu, kind;

	/* the counts of whole references are not kept twice */
	for (cpu = 0; cpu < s->k.machine.cpus; cpu++) {
		const struct lane *lane = s->lane[cpu];
		struct sim_cache *l1d = &c.cache[cpu], *l1i = &c.cache[cache_l1i(&s->k, cpu)];

		for (kind = 0; kind < RECORD_KINDS; kind++)
			c.kinds[kind] += lane[kind].records;
		if (s->seat[cpu][0].present) {
			l1d->reads += lane[RECORD_READ].records + lane[RECORD_MISC].records;
			l1d->writes += lane[RECORD_WRITE].records;
		}
		if (s->seat[cpu][1].present)
			l1i->reads += lane[RECORD_FETCH].records;
	}
	return c;
}

const struct sim_finding *sim_findings(const struct sim *s, u32 *count)
{
	*count = s->findings;
	return s->finding;
}
