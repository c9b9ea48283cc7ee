// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include "kmtypes.h"

static u32 take(u32 *next, u32 words)
{
	u32 at = *next;

	bug_on(words > UINT32_MAX - at, "a world of more than 2^32 words");
	*next += words;
	return at;
}

static enum set_order set_order(const struct cell *k, const struct cache_geometry *g)
{
	/* where any line may leave at any time it does not matter which one would be next */
	if (k->evictions_any || g->replacement == REPLACE_RANDOM || g->replacement == REPLACE_ANY)
		return ORDER_TAG;
	return g->replacement == REPLACE_PLRU ? ORDER_WAY : ORDER_AGE;
}

static u32 level_first(const struct machine *m, u32 level)
{
	return level == LEVEL_L1D ? 0 :
	       level == LEVEL_L2  ? m->cpus :
	       level == LEVEL_L1I ? m->cpus + 1 :
				    2 * m->cpus + 1;
}

static u32 level_caches(const struct machine *m, u32 level)
{
	return level == LEVEL_L2 ? 1 : m->cpus;
}

/* The caches of one level: their lines, then what their policy keeps; last and not hashed the bits of busy sets. */
enum cache_part { PART_LINES, PART_PLRU, PART_BUSY, PARTS };

/* One bit a set; where these are several words, one bit a word behind them. */
static u32 busy_words(u32 sets)
{
	u32 words = (sets + 31) / 32;

	return words > 1 ? words + (words + 31) / 32 : words;
}

static void caches_layout(struct cell *k, u32 level, const struct cache_geometry *g,
			  enum cache_part part, u32 *next)
{
	struct cache_place *p = &k->layout.place[level_first(&k->machine, level)];
	u32 n = level_caches(&k->machine, level);
	u32 words = LINE_HEAD_WORDS + g->line_sectors * k->sector_words;

	/* what of a line was written: one bit a granule, sector by sector */
	if (level == LEVEL_BUFFER)
		words += g->line_sectors * ((k->sector_granules + 31) / 32);
	for (; g->present && n; n--, p++) {
		switch (part) {
		case PART_LINES:
			k->layout.line_words[level] = words;
			*p = (struct cache_place){
				.line_words = words,
				.set_words = g->ways * words,
				.ways = g->ways,
				.line_shift = g->line_shift,
				.set_mask = g->sets - 1,
				.order = set_order(k, g),
				.by_va = g->virtual_index,
				.alias_free = g->alias_free,
				.sector_mask = g->line_sectors - 1,
				.lines = take(next, g->sets * g->ways * words),
			};
			p->keeps_order = p->order == ORDER_TAG || g->replacement == REPLACE_FIFO;
			break;
		case PART_PLRU:
			p->plru = take(next, p->order == ORDER_WAY ? g->sets : 0);
			break;
		case PART_BUSY:
			p->busy = take(next, busy_words(g->sets));
			break;
		case PARTS:
			break;
		}
	}
}

u32 world_layout(struct cell *k)
{
	struct layout *l = &k->layout;
	const struct machine *m = &k->machine;
	const struct cache_geometry *const levels[] = {[LEVEL_L1D] = &m->l1d,
						       [LEVEL_L2] = &m->l2,
						       [LEVEL_L1I] = &m->l1i,
						       [LEVEL_BUFFER] = &m->buffer};
	u32 granules = k->pages * k->page_sectors * k->sector_granules;
	enum cache_part part;
	u32 next = 0, i;

	l->top = take(&next, sizeof(struct w_top) / sizeof(u32));
	l->cpu = take(&next, m->cpus * (u32)(sizeof(struct w_cpu) / sizeof(u32)));
	l->ctx = take(&next, k->contexts * (u32)(sizeof(struct w_ctx) / sizeof(u32)));
	l->tlb = take(&next, m->cpus * m->tlb_entries * (u32)(sizeof(struct w_tlb) / sizeof(u32)));
	l->handle = take(&next, k->handles * (u32)(sizeof(struct w_handle) / sizeof(u32)));
	l->map = take(&next, k->maps * (u32)(sizeof(struct w_map) / sizeof(u32)));
	l->device = take(&next, k->devices * (u32)(sizeof(struct w_device) / sizeof(u32)));
	l->lock = take(&next, 1 + k->devices);
	l->page = take(&next, k->pages * (u32)(sizeof(struct w_page) / sizeof(u32)));
	l->user_pte = take(&next, k->user_ptes);
	/* a pool of one still has a buddy, which only ever holds G */
	l->pkmap_pte = take(&next, k->last_pkmap + (k->last_pkmap & 1));
	l->pkmap_count = take(&next, k->last_pkmap);
	/* one more: the last slot's buddy, which only ever holds G */
	l->fixmap_pte = take(&next, m->cpus * SLOT_NR + 1);
	l->slot_users = take(&next, m->cpus * KM_TYPE_NR);
	l->leak = take(&next, (granules + 31) / 32);
	l->iteration = take(&next, k->identities ? k->steps : 0);
	l->polled = take(&next, k->polls ? k->steps : 0);
	l->flat = take(&next, k->identities ? granules : 0);
	l->memory = take(&next, k->pages * k->page_sectors * k->sector_words);
	l->meter = take(&next,
			k->metered ? k->contexts * (u32)(sizeof(struct w_meter) / sizeof(u32)) : 0);
	for (part = PART_LINES; part < PARTS; part++) {
		if (part == PART_BUSY)
			l->hashed = next;
		for (i = 0; i < CACHE_LEVELS; i++)
			caches_layout(k, i, levels[i], part, &next);
	}
	l->words = next;
	return next;
}

void world_init(struct world *w, const struct cell *k, u32 *words, u8 *step_done)
{
	u32 i;

	memset(w, 0, sizeof(*w));
	w->k = k;
	w->word = words;
	w->step_done = step_done;
	for (i = 0; i < k->pages; i++)
		if (!k->page[i].starts_free)
			put(w, &w_page(w, i)->flags, PAGE_IN_USE);
	/* Boot content is identity 0 where identities are kept; else every copy in memory is the newest. */
	if (!k->identities) {
		u32 count = k->pages * k->page_sectors * k->sector_words;
		u32 newest = k->sector_granules < 32 ? (1u << k->sector_granules) - 1 : ~0u;

		bug_on(k->token_bits != 1, "tokens of full width in a cell without identities");
		for (i = 0; i < count; i++)
			put(w, &words[k->layout.memory + i], newest);
	}
}

u32 world_pick(struct world *w, u32 n, enum bound kind, bool random)
{
	u32 shift = w->pick.count * PICK_BITS;
	u32 digit;

	if (n < 2)
		return 0;
	if (bounds_spent(w, BIT(kind))) {
		w->withheld |= BIT(kind);
		return 0;
	}
	/* whether there is a choice depends on all that draw on the bound */
	if (w->k->bounds.set & BIT(kind))
		foot_touch(w, FOOT_ALL);
	bug_on(w->pick.count == PICKS_MAX || n > 1u << PICK_BITS,
	       "a choice has more alternatives than its digits tell");
	digit = w->pick.value >> shift & ((1u << PICK_BITS) - 1);
	if (random && w->random) {
		/* xorshift32 (13, 17, 5); the high bits are the better ones */
		w->random ^= w->random << 13;
		w->random ^= w->random >> 17;
		w->random ^= w->random << 5;
		digit = (u32)((u64)w->random * n >> 32);
		w->pick.value |= digit << shift;
	}
	if (digit >= n) {
		w->pick.wrong = true;
		digit = 0;
	}
	w->pick.of[w->pick.count++] = n;
	if (digit)
		bounds_use(w, BIT(kind));
	return digit;
}

void foot_note_line(const struct world *w, u32 page, u32 offset)
{
	const struct machine *m = &w->k->machine;
	struct foot *f = w->foot;
	u32 line, i;

	/* no place of the cell's: nobody else meets it there, or only after a bad-address, which ends all */
	if (page >= w->k->pages)
		return;
	line = page << (m->page_shift - m->long_shift) | offset >> m->long_shift;
	for (i = 0; i < f->lines; i++)
		if (f->line[i] == line)
			return;
	if (f->lines == FOOT_LINES)
		f->touched |= FOOT_ALL_LINES;
	else
		f->line[f->lines++] = line;
}

/* Without a table of factors; and for words that are no state. */
void world_change_hash(struct world *w, u32 at, u32 old, u32 value)
{
	if (at < w->k->layout.hashed)
		w->hash += world_factor(at) * ((u64)value - old);
}

/* What put() keeps up to date stays in registers meanwhile. */
void world_put_words(struct world *w, u32 *cell, const u32 *from, u32 words)
{
	u32 at = (u32)(cell - w->word);
	u64 hash = w->hash;
	struct undo *log = w->log + w->logged;
	const u64 *factor = w->factor + at;
	u32 i;

	if (!w->log || at + words > w->factors) {
		for (i = 0; i < words; i++)
			put(w, &cell[i], from ? from[i] : 0);
		return;
	}
	bug_on(w->log_capacity - w->logged < words, "the undo log has no room for one more step");
	for (i = 0; i < words; i++) {
		u32 old = cell[i];
		u32 value = from ? from[i] : 0;

		if (old == value)
			continue;
		*log++ = (struct undo){at + i, old};
		hash += factor[i] * ((u64)value - old);
		cell[i] = value;
	}
	w->logged = (size_t)(log - w->log);
	w->hash = hash;
}

void world_undo(struct world *w, size_t mark, u64 hash)
{
	const struct undo *u = w->log + w->logged, *end = w->log + mark;
	u32 *word = w->word;

	while (u > end) {
		u--;
		word[u->at] = u->old;
	}
	w->logged = mark;
	w->hash = hash;
}

static inline void exchange(u32 *word, struct undo *u)
{
	u32 value = word[u->at];

	word[u->at] = u->old;
	u->old = value;
}

void world_back(struct world *w, size_t mark, u64 hash)
{
	struct undo *u = w->log + w->logged, *end = w->log + mark;
	u32 *word = w->word;

	while (u > end)
		exchange(word, --u);
	w->hash = hash;
}

void world_forth(struct world *w, size_t mark, u64 hash)
{
	struct undo *u = w->log + mark, *end = w->log + w->logged;
	u32 *word = w->word;

	for (; u < end; u++)
		exchange(word, u);
	w->hash = hash;
}

u64 world_hash(const struct world *w)
{
	u64 hash = 0;
	u32 i;

	for (i = 0; i < w->k->layout.hashed; i++)
		hash += world_mix(i, w->word[i]);
	return hash;
}

size_t world_step_bound(const struct cell *k)
{
	const struct machine *m = &k->machine;
	u32 page_words = k->page_sectors * k->sector_granules;
	u32 set_words = m->l1d.ways * k->layout.line_words[0] +
			(m->l2.present ? m->l2.ways * k->layout.line_words[1] : 0);
	u32 sector_copies = k->sector_granules * (m->cpus * (m->l1d.colours + 1) + 2);
	/* what a store takes out of the other CPUs' L1s */
	u32 peer_words = (m->cpus - 1) * m->l1d.colours * 2 * set_words;
	u32 buffer_words = m->cpus * m->buffer.ways * k->layout.line_words[LEVEL_BUFFER];
	size_t map_words = 0;
	u32 i;

	for (i = 0; i < k->sgs; i++)
		map_words += (k->sg[i].length >> k->granule_shift) +
			     3 * (k->sg[i].length >> m->page_shift) + 6;

	/*
	 * The dearest choices: mapping a long list, giving a whole page out, filling or evicting through both levels, storing a
	 * sector that has copies everywhere, clearing the pkmap pool's frames, a TLB shifted by one entry,
	 * starting a context.
	 */
	return 4096 + map_words + 4 * page_words + 8 * set_words + peer_words + 2 * buffer_words +
	       4 * sector_copies + 16 * m->tlb_entries * (u32)(sizeof(struct w_tlb) / sizeof(u32)) +
	       2 * (u32)(sizeof(struct w_ctx) / sizeof(u32)) * (k->contexts + 1);
}

void world_tell(const struct act *a, enum event_kind kind, u32 e_a, u32 e_b, u32 e_c, u32 e_d,
		u32 e_e)
{
	struct event event = {
		.kind = kind,
		.cpu = a->cpu,
		.ctx = a->ctx,
		.step = a->step,
		.kstep = a->kstep,
		.a = e_a,
		.b = e_b,
		.c = e_c,
		.d = e_d,
		.e = e_e,
	};

	a->w->listen(a->w->listen_arg, &event);
}
