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

u32 world_layout(struct cell *k)
{
	struct layout *l = &k->layout;
	const struct machine *m = &k->machine;
	u32 granules = k->pages * k->page_sectors * k->sector_granules;
	u32 next = 0;

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
	l->fixmap_pte = take(&next, m->cpus * KM_TYPE_NR + 1);
	l->slot_users = take(&next, m->cpus * KM_TYPE_NR);
	l->leak = take(&next, (granules + 31) / 32);
	l->iteration = take(&next, k->identities ? k->steps : 0);
	l->polled = take(&next, k->polls ? k->steps : 0);
	l->flat = take(&next, k->identities ? granules : 0);
	l->memory = take(&next, k->pages * k->page_sectors * k->sector_words);
	l->line_words[0] = LINE_HEAD_WORDS + m->l1d.line_sectors * k->sector_words;
	l->cache_words[0] = m->l1d.sets * m->l1d.ways * l->line_words[0];
	l->l1d = take(&next, m->cpus * l->cache_words[0]);
	if (m->l2.present) {
		l->line_words[1] = LINE_HEAD_WORDS + m->l2.line_sectors * k->sector_words;
		l->cache_words[1] = m->l2.sets * m->l2.ways * l->line_words[1];
	}
	l->l2 = take(&next, l->cache_words[1]);
	l->order[0] = set_order(k, &m->l1d);
	l->order[1] = set_order(k, &m->l2);
	l->plru[0] = take(&next, l->order[0] == ORDER_WAY ? m->cpus * m->l1d.sets : 0);
	l->plru[1] = take(&next, m->l2.present && l->order[1] == ORDER_WAY ? m->l2.sets : 0);
	l->hashed = next;
	l->busy_words[0] = (m->l1d.sets + 31) / 32;
	l->l1d_busy = take(&next, m->cpus * l->busy_words[0]);
	l->busy_words[1] = m->l2.present ? (m->l2.sets + 31) / 32 : 0;
	l->l2_busy = take(&next, l->busy_words[1]);
	l->words = next;
	return next;
}

void world_init(struct world *w, const struct cell *k, u32 *words, u8 *step_done)
{
	u32 i;

	memset(w, 0, sizeof(*w));
	w->k = k;
	w->hashed = k->layout.hashed;
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

u32 world_pick(struct world *w, u32 n, bool random)
{
	u32 shift = w->pick.count * PICK_BITS;
	u32 digit;

	if (n < 2)
		return 0;
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

void world_undo(struct world *w, size_t mark, u64 hash)
{
	while (w->logged > mark) {
		struct undo *u = &w->log[--w->logged];

		w->word[u->at] = u->old;
	}
	w->hash = hash;
}

u64 world_hash(const struct world *w)
{
	u64 hash = 0;
	u32 i;

	for (i = 0; i < w->k->layout.hashed; i++)
		hash ^= world_mix(i, w->word[i]);
	return hash;
}

size_t world_step_bound(const struct cell *k)
{
	const struct machine *m = &k->machine;
	u32 page_words = k->page_sectors * k->sector_granules;
	u32 set_words = m->l1d.ways * k->layout.line_words[0] +
			(m->l2.present ? m->l2.ways * k->layout.line_words[1] : 0);
	u32 sector_copies = k->sector_granules * (m->cpus * m->l1d.colours + 2);
	/* what a store takes out of the other CPUs' L1s */
	u32 peer_words = (m->cpus - 1) * m->l1d.colours * 2 * set_words;
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
	return 4096 + map_words + 4 * page_words + 8 * set_words + peer_words + 4 * sector_copies +
	       16 * m->tlb_entries * (u32)(sizeof(struct w_tlb) / sizeof(u32)) +
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
