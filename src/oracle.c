// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle.h"

#include "cache_model.h"
#include "datum.h"
#include "write_buffer.h"

static const struct meaning nowhere = {NO_ID, 0};

struct meaning meaning_at(const struct cell *k, struct meaning m, u32 plus)
{
	m.offset += plus;
	if (m.page != NO_ID) {
		m.page += m.offset >> k->machine.page_shift;
		m.offset &= cell_page_bytes(k) - 1;
	}
	return m;
}

/* enum kfunc of the acting context's innermost frame. */
static u32 routine_of(const struct act *a)
{
	const struct w_ctx *c = a->ctx == NO_ID ? NULL : w_ctx(a->w, a->ctx);

	if (a->frame)
		return a->frame->fn;
	return c && c->sp ? c->frame[c->sp - 1].fn : 0;
}

static void note(const struct act *a, bool warning, u32 rule, struct meaning at, u32 got, u32 want)
{
	struct world *w = a->w;
	u32 i;

	for (i = 0; i < w->findings; i++) {
		const struct finding *f = &w->finding[i];

		if (f->warning == warning && f->rule == rule && f->step == a->step)
			return;
	}
	if (w->findings == MAX_FINDINGS)
		return;
	w->finding[w->findings++] = (struct finding){
		.warning = warning,
		.rule = rule,
		.cpu = a->cpu,
		.ctx = a->ctx,
		.step = a->step,
		.kstep = a->kstep,
		.page = at.page,
		.offset = at.offset,
		.got = got,
		.want = want,
		.fn = routine_of(a),
	};
}

void oracle_break(const struct act *a, enum rule rule, struct meaning at, u32 got, u32 want)
{
	put(a->w, &w_top(a->w)->broken, w_top(a->w)->broken | BIT(rule));
	note(a, false, rule, at, got, want);
}

void oracle_break_kernel(const struct act *a, enum rule rule)
{
	oracle_break(a, rule, nowhere, 0, 0);
}

void oracle_break_unbalanced(const struct act *a, u32 imbalance)
{
	oracle_break(a, R_IRQS_UNBALANCED, nowhere, imbalance, 0);
}

void oracle_end(const struct act *a, enum rule rule, struct meaning at)
{
	oracle_break(a, rule, at, 0, 0);
	put(a->w, &w_top(a->w)->ended, END_EARLY);
}

void oracle_warn(const struct act *a, enum warning warning, struct meaning at)
{
	note(a, true, warning, at, 0, 0);
}

u32 oracle_identity(const struct act *a)
{
	const struct cell *k = a->k;
	u32 iteration;

	if (!k->identities)
		return DATUM_NEWEST;
	iteration = a->w->word[k->layout.iteration + a->step];
	bug_on(iteration >> DATUM_ITERATION_BITS,
	       "a step was executed more often than identities can tell");
	return (a->step + 1) << DATUM_ITERATION_BITS | iteration;
}

static const u32 *flat_word(const struct world *w, struct meaning at)
{
	const struct cell *k = w->k;
	u32 page_granules = k->page_sectors * k->sector_granules;

	return w->word + k->layout.flat + at.page * page_granules + (at.offset >> k->granule_shift);
}

u32 oracle_newest(const struct world *w, struct meaning at)
{
	bug_on(!w->k->identities, "the newest identity of a cell that keeps none");
	return *flat_word(w, at);
}

static const u32 *leak_word(const struct world *w, struct meaning at, u32 *bit)
{
	const struct cell *k = w->k;
	u32 granule =
		at.page * k->page_sectors * k->sector_granules + (at.offset >> k->granule_shift);

	*bit = BIT(granule & 31);
	return w->word + k->layout.leak + (granule >> 5);
}

/* Takes "newest" from every copy of the granule of `at`: in L1s, in all colours, the L2, write buffers, memory. */
static void supersede(const struct act *a, struct meaning at)
{
	struct world *w = a->w;
	const struct cell *k = a->k;
	u32 pa = cell_page_pa(k, at.page) + at.offset;
	u32 granule = datum_granule_in_sector(k, at.offset);
	u32 cache, colour;

	for (cache = 0; cache < cache_count(k); cache++) {
		for (colour = 0; colour < cache_geometry(k, cache)->colours; colour++) {
			u32 set = cache_colour_set(k, cache, pa, colour);
			const struct w_line *line = cache_find(w, cache, set, pa);

			if (line)
				datum_put(w, cache_sector(k, cache, line, pa), granule, 0);
		}
	}
	for (cache = 0; write_buffer_present(k) && cache < k->machine.cpus; cache++) {
		const struct w_line *entry = write_buffer_find(w, cache, pa);

		if (entry)
			datum_put(w, cache_sector(k, cache_buffer(k, cache), entry, pa), granule,
				  0);
	}
	datum_put(w, datum_memory(w, at.page, at.offset), granule, 0);
}

/*
 * Where a step polls, identities of the granule count its writes instead of the step's iterations, so that
 * of two of them the older is known.
 */
static u32 granule_identity(const struct act *a, struct meaning at, u32 identity)
{
	u32 order = (1u << DATUM_ITERATION_BITS) - 1;

	if (!a->k->polls)
		return identity;
	bug_on((*flat_word(a->w, at) & order) == order,
	       "more writes to a granule than identities can tell");
	return (identity & ~order) | ((*flat_word(a->w, at) & order) + 1);
}

void oracle_write(const struct act *a, struct meaning at, u32 length, u32 identity)
{
	const struct cell *k = a->k;
	u32 done;

	for (done = 0; done < length; done += 1u << k->granule_shift) {
		struct meaning here = meaning_at(k, at, done);
		const u32 *leak;
		u32 bit;

		if (here.page >= k->pages)
			break;
		leak = leak_word(a->w, here, &bit);
		put(a->w, leak, *leak & ~bit);
		if (k->identities)
			put(a->w, flat_word(a->w, here), granule_identity(a, here, identity));
		else
			supersede(a, here);
	}
}

u32 oracle_token(const struct act *a, struct meaning at, bool right)
{
	if (at.page >= a->k->pages)
		return DATUM_GARBAGE;
	return a->k->identities ? *flat_word(a->w, at) : right ? DATUM_NEWEST : 0;
}

bool oracle_poll(const struct act *a, struct meaning at, u32 token, u32 until)
{
	const u32 *seen = a->w->word + a->k->layout.polled + a->step;
	u32 order = (1u << DATUM_ITERATION_BITS) - 1;

	if ((token & order) < (*seen & order))
		oracle_break(a, R_STALE_LOAD, at, token, *seen);
	else
		put(a->w, seen, token);
	return token >> DATUM_ITERATION_BITS == until + 1;
}

void oracle_read(const struct act *a, enum rule rule, struct meaning at, u32 token)
{
	u32 want = a->k->identities ? *flat_word(a->w, at) : DATUM_NEWEST;
	const u32 *leak;
	u32 bit;

	if (token == want)
		return;
	leak = leak_word(a->w, at, &bit);
	if (*leak & bit)
		rule = R_LEAK;
	oracle_break(a, rule, at, token, want);
}

static bool overlaps(u32 a, u32 a_length, u32 b, u32 b_length)
{
	return a < b + b_length && b < a + a_length;
}

void oracle_touch(const struct act *a, struct meaning at, u32 length, bool store)
{
	const struct cell *k = a->k;
	u32 line = 1u << k->machine.long_shift;
	u32 shift = k->machine.page_shift;
	u32 map, i;

	if (at.page >= k->pages || !w_page(a->w, at.page)->owners)
		return;
	for (map = 0; map < k->maps; map++) {
		const struct dma_map_def *def = &k->map[map];

		if (w_map(a->w, map)->state != MAP_DEVICE)
			continue;
		for (i = def->first_sg; i < def->first_sg + def->sgs; i++) {
			const struct sg_entry *sg = &k->sg[i];
			u32 pages = (sg->offset + sg->length + cell_page_bytes(k) - 1) >> shift;
			u32 begin, touched;

			if (at.page - sg->page >= pages)
				continue;
			/* both measured from the start of the entry's first page */
			begin = sg->offset;
			touched = ((at.page - sg->page) << shift) + at.offset;
			if (overlaps(touched, length, begin, sg->length)) {
				/* a device that only reads leaves the CPU free to read too */
				if (store || def->direction != DMA_TO_DEVICE)
					oracle_break(a, R_DMA_OWNERSHIP, at, 0, 0);
				continue;
			}
			if (overlaps(align_down(touched, line), line, begin, sg->length) &&
			    !k->machine.dma_coherent &&
			    (def->device == NO_ID || !k->device[def->device].coherent))
				oracle_warn(a, W_LINE_SHARED, at);
		}
	}
}

void oracle_leak(const struct act *a, struct meaning at, u32 length, bool leaks)
{
	u32 done;

	for (done = 0; done < length; done += 1u << a->k->granule_shift) {
		u32 bit;
		const u32 *leak = leak_word(a->w, meaning_at(a->k, at, done), &bit);

		put(a->w, leak, leaks ? *leak | bit : *leak & ~bit);
	}
}

/* The entry of the CPU's write buffer holds the granule of `pa`, which *newest says of whether it is `want`. */
static bool entry_holds(const struct world *w, u32 cpu, const struct w_line *entry, u32 pa,
			u32 want, bool *newest)
{
	const struct cell *k = w->k;

	if (!write_buffer_holds(k, entry, pa))
		return false;
	*newest = datum_get(k, cache_sector(k, cache_buffer(k, cpu), entry, pa),
			    datum_granule_in_sector(k, pa)) == want;
	return true;
}

static bool kept_waiting(const struct world *w, u32 pa, u32 want)
{
	const struct cell *k = w->k;
	u32 cpu;

	for (cpu = 0; write_buffer_present(k) && cpu < k->machine.cpus; cpu++) {
		const struct w_line *entry = write_buffer_find(w, cpu, pa);
		bool newest;

		if (entry && entry_holds(w, cpu, entry, pa, want, &newest) && newest)
			return true;
	}
	return false;
}

bool oracle_kept(const struct world *w, struct meaning at)
{
	const struct cell *k = w->k;
	u32 pa = cell_page_pa(k, at.page) + at.offset;
	u32 granule = datum_granule_in_sector(k, at.offset);
	u32 want = k->identities ? *flat_word(w, at) : DATUM_NEWEST;
	u32 cache, colour;

	if (datum_get(k, datum_memory(w, at.page, at.offset), granule) == want ||
	    kept_waiting(w, pa, want))
		return true;
	for (cache = 0; cache < cache_count(k); cache++) {
		for (colour = 0; colour < cache_geometry(k, cache)->colours; colour++) {
			u32 set = cache_colour_set(k, cache, pa, colour);
			const struct w_line *line = cache_find(w, cache, set, pa);

			if (line && datum_get(k, cache_sector(k, cache, line, pa), granule) == want)
				return true;
		}
	}
	return false;
}

/* Every granule of the sector is newest in memory: nothing there can be lost. */
static bool sector_safe(const struct world *w, u32 page, u32 offset)
{
	const struct cell *k = w->k;
	const u32 *memory = datum_memory(w, page, offset);
	u32 i;

	for (i = 0; i < k->sector_granules; i++) {
		struct meaning at = {page, offset + (i << k->granule_shift)};
		u32 want = k->identities ? *flat_word(w, at) : DATUM_NEWEST;

		if (datum_get(k, memory, i) != want)
			return false;
	}
	return true;
}

/* What the L2's line takes on before it leaves, or when: the granule at `pa` of dirty lines above it, and of what waits. */
enum above { ABOVE_NOTHING, ABOVE_NEWEST, ABOVE_OLDER };

static enum above dirty_above(const struct world *w, u32 cache, u32 pa, u32 newest)
{
	const struct cell *k = w->k;
	enum above above = ABOVE_NOTHING;
	u32 l1, colour;

	for (l1 = 0; cache_is_l2(k, cache) && write_buffer_present(k) && l1 < cache; l1++) {
		const struct w_line *entry = write_buffer_find(w, l1, pa);
		bool is_newest;

		if (!entry || !entry_holds(w, l1, entry, pa, newest, &is_newest))
			continue;
		if (!is_newest)
			return ABOVE_OLDER;
		above = ABOVE_NEWEST;
	}
	for (l1 = 0; k->machine.l2.present && cache == cache_l2(k) && l1 < cache; l1++)
		for (colour = 0; colour < cache_geometry(k, l1)->colours; colour++) {
			const struct w_line *line =
				cache_find(w, l1, cache_colour_set(k, l1, pa, colour), pa);

			if (!line || !line->dirty)
				continue;
			if (datum_get(k, cache_sector(k, l1, line, pa),
				      datum_granule_in_sector(k, pa)) != newest)
				return ABOVE_OLDER;
			above = ABOVE_NEWEST;
		}
	return above;
}

/* Would the eviction of `line` take the newest data of a granule away, or write older data over it? */
static bool eviction_matters(const struct world *w, u32 cache, const struct w_line *line)
{
	const struct cell *k = w->k;
	u32 start = cache_line_pa(k, cache, line);
	u32 end = start + (1u << cache_geometry(k, cache)->line_shift);
	bool dirty = line->dirty, older = false, only_copy = false;
	u32 pa;

	for (pa = start; pa < end; pa += 1u << k->granule_shift) {
		u32 granule = datum_granule_in_sector(k, pa);
		struct meaning at = {cell_page_of(k, pa), pa & (cell_page_bytes(k) - 1)};
		u32 newest = k->identities ? *flat_word(w, at) : DATUM_NEWEST;
		bool has_it = datum_get(k, cache_sector(k, cache, line, pa), granule) == newest;
		enum above above = dirty_above(w, cache, pa, newest);

		dirty |= above != ABOVE_NOTHING;
		older |= above == ABOVE_OLDER || (above == ABOVE_NOTHING && !has_it);
		only_copy |= has_it &&
			     datum_get(k, datum_memory(w, at.page, at.offset), granule) != newest;
	}
	/* a clean line may be dropped though there is dirty data above it */
	return (dirty && older) || (!line->dirty && only_copy);
}

/* Would a granule of the entry be older data over the newest? */
static bool drain_matters(const struct world *w, u32 cpu, const struct w_line *entry)
{
	const struct cell *k = w->k;
	u32 start = cache_line_pa(k, cache_buffer(k, cpu), entry);
	u32 end = start + (1u << k->machine.buffer.line_shift), pa;

	for (pa = start; pa < end; pa += 1u << k->granule_shift) {
		struct meaning at = {cell_page_of(k, pa), pa & (cell_page_bytes(k) - 1)};
		u32 want = k->identities ? *flat_word(w, at) : DATUM_NEWEST;
		bool newest;

		if (entry_holds(w, cpu, entry, pa, want, &newest) && !newest)
			return true;
	}
	return false;
}

static void foot_waiting(const struct world *w)
{
	const struct cell *k = w->k;
	const struct w_line *entry;
	u32 cpu, i;

	for (cpu = 0; write_buffer_present(k) && cpu < k->machine.cpus; cpu++) {
		for (i = 0; (entry = write_buffer_entry(w, cpu, i)); i++) {
			u32 pa = cache_line_pa(k, cache_buffer(k, cpu), entry);

			if (drain_matters(w, cpu, entry))
				foot_line(w, cell_page_of(k, pa), pa & (cell_page_bytes(k) - 1));
		}
	}
}

void oracle_foot(const struct world *w)
{
	const struct cell *k = w->k;
	u32 cache, set, i;

	if (!w->foot || (w_top(w)->broken & rule_data_mask()))
		return;
	foot_waiting(w);
	for (cache = 0; cache < cache_count(k); cache++) {
		for (set = cache_next_busy_set(w, cache, 0); set != NO_ID;
		     set = cache_next_busy_set(w, cache, set + 1)) {
			for (i = 0; i < cache_geometry(k, cache)->ways; i++) {
				const struct w_line *line = cache_line(w, cache, set, i);
				u32 pa = line->tag ? cache_line_pa(k, cache, line) : 0;

				if (!line->tag)
					break;
				if (eviction_matters(w, cache, line))
					foot_line(w, cell_page_of(k, pa),
						  pa & (cell_page_bytes(k) - 1));
			}
		}
	}
}

void oracle_complete(const struct act *a)
{
	const struct cell *k = a->k;
	u32 sector_bytes = 1u << k->machine.sector_shift;
	u32 page, offset, granule;

	if (w_top(a->w)->broken & rule_data_mask())
		return;
	for (page = 0; page < k->pages; page++) {
		if (!(w_page(a->w, page)->flags & PAGE_IN_USE))
			continue;
		for (offset = 0; offset < cell_page_bytes(k); offset += sector_bytes) {
			if (sector_safe(a->w, page, offset))
				continue;
			for (granule = 0; granule < k->sector_granules; granule++) {
				struct meaning at = {page, offset + (granule << k->granule_shift)};
				u32 bit;

				if ((*leak_word(a->w, at, &bit) & bit) || oracle_kept(a->w, at))
					continue;
				oracle_break(a, R_LOST_WRITE, at,
					     datum_get(k, datum_memory(a->w, page, at.offset),
						       granule),
					     k->identities ? *flat_word(a->w, at) : 0);
				return;
			}
		}
	}
}
