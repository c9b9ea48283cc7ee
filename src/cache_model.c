// SPDX-License-Identifier: GPL-2.0-or-later
#include "cache_model.h"

static const u32 *busy_word(const struct world *w, u32 cache, u32 set)
{
	const struct layout *l = &w->k->layout;
	u32 base = cache_is_l2(w->k, cache) ? l->l2_busy : l->l1d_busy + cache * l->busy_words[0];

	return w->word + base + (set >> 5);
}

static u32 position_of(const struct world *w, u32 cache, u32 set, const struct w_line *line)
{
	u32 position = 0;

	/* few enough ways to be faster than a division */
	while (cache_line(w, cache, set, position) != line)
		position++;
	return position;
}

static void line_move(struct world *w, u32 cache, u32 set, u32 to, u32 from)
{
	const u32 *d = (const u32 *)cache_line(w, cache, set, to);
	const u32 *s = (const u32 *)cache_line(w, cache, set, from);
	u32 words = cache_line_words(w->k, cache);
	u32 i;

	for (i = 0; i < words; i++)
		put(w, &d[i], s[i]);
}

const struct w_line *cache_find(const struct world *w, u32 cache, u32 set, u32 pa)
{
	u32 ways = cache_geometry(w->k, cache)->ways;
	u32 tag = cache_tag(w->k, cache, pa);
	u32 i;

	for (i = 0; i < ways; i++) {
		const struct w_line *line = cache_line(w, cache, set, i);

		if (line->tag == tag)
			return line;
		if (!line->tag)
			break;
	}
	return NULL;
}

/*
 * Tree-PLRU: bit n - 1 of the set's word is node n of a binary tree whose leaves are the ways, node 1 its root; a
 * bit is 1 where the right half was used longer ago. Using a way turns every node above it away from it.
 */
static const u32 *plru_word(const struct world *w, u32 cache, u32 set)
{
	const struct cell *k = w->k;

	return w->word + (cache_is_l2(k, cache) ?
				  k->layout.plru[1] + set :
				  k->layout.plru[0] + cache * k->machine.l1d.sets + set);
}

static void plru_use(struct world *w, u32 cache, u32 set, u32 way)
{
	const u32 *word = plru_word(w, cache, set);
	u32 node = cache_geometry(w->k, cache)->ways + way;
	u32 bits = *word;

	for (; node > 1; node >>= 1) {
		u32 above = BIT((node >> 1) - 1);

		bits = node & 1 ? bits & ~above : bits | above;
	}
	put(w, word, bits);
}

static u32 plru_victim(const struct world *w, u32 cache, u32 set)
{
	u32 ways = cache_geometry(w->k, cache)->ways;
	u32 bits = *plru_word(w, cache, set);
	u32 node = 1;

	while (node < ways)
		node = 2 * node + (bits >> (node - 1) & 1);
	return node - ways;
}

const struct w_line *cache_touch(struct world *w, u32 cache, u32 set, const struct w_line *line)
{
	u32 words = cache_line_words(w->k, cache);
	u32 position, i;
	u32 kept[LINE_WORDS_MAX];

	switch (cache_order(w->k, cache)) {
	case ORDER_TAG:
		return line;
	case ORDER_WAY:
		plru_use(w, cache, set, line->way);
		return line;
	case ORDER_AGE:
		break;
	}
	if (cache_geometry(w->k, cache)->replacement == REPLACE_FIFO)
		return line;
	position = position_of(w, cache, set, line);
	if (!position)
		return line;
	memcpy(kept, line, words * sizeof(u32));
	for (; position; position--)
		line_move(w, cache, set, position, position - 1);
	line = cache_line(w, cache, set, 0);
	for (i = 0; i < words; i++)
		put(w, (const u32 *)line + i, kept[i]);
	return line;
}

bool cache_full(const struct world *w, u32 cache, u32 set)
{
	return cache_line(w, cache, set, cache_geometry(w->k, cache)->ways - 1)->tag != 0;
}

const struct w_line *cache_victim(struct world *w, u32 cache, u32 set)
{
	const struct cache_geometry *g = cache_geometry(w->k, cache);
	u32 position = g->ways - 1;

	bug_on(!cache_full(w, cache, set), "a victim is looked for in a cache set that has room");
	switch (cache_order(w->k, cache)) {
	case ORDER_AGE:
		break;
	case ORDER_WAY:
		/* full and sorted by way */
		position = plru_victim(w, cache, set);
		break;
	case ORDER_TAG:
		/* with unbounded evictions each other line may leave in a choice before */
		if (!w->k->evictions_any)
			position = world_pick(w, g->ways, g->replacement == REPLACE_RANDOM);
		break;
	}
	return cache_line(w, cache, set, position);
}

const struct w_line *cache_insert(struct world *w, u32 cache, u32 set, u32 pa)
{
	enum set_order order = cache_order(w->k, cache);
	u32 words = cache_line_words(w->k, cache);
	u32 tag = cache_tag(w->k, cache, pa);
	const struct w_line *line;
	u32 valid = 0, position = 0, ways_taken = 0, way = 0, i;

	bug_on(cache_full(w, cache, set), "a line enters a cache set that is full");
	while (cache_line(w, cache, set, valid)->tag) {
		bug_on(cache_line(w, cache, set, valid)->tag == tag, "a line enters a set twice");
		ways_taken |= BIT(cache_line(w, cache, set, valid)->way);
		valid++;
	}
	/* an invalid way is filled before any valid one is replaced; the lowest first */
	if (cache_ways_matter(w->k, cache))
		way = (u32)__builtin_ctz(~ways_taken);
	if (order != ORDER_AGE)
		while (position < valid &&
		       (order == ORDER_TAG ? cache_line(w, cache, set, position)->tag < tag :
					     cache_line(w, cache, set, position)->way < way))
			position++;
	for (i = valid; i > position; i--)
		line_move(w, cache, set, i, i - 1);
	line = cache_line(w, cache, set, position);
	put(w, &line->tag, tag);
	for (i = 1; i < words; i++)
		put(w, (const u32 *)line + i, 0);
	put(w, &line->way, way);
	if (order == ORDER_WAY)
		plru_use(w, cache, set, way);
	if (!valid) {
		const u32 *busy = busy_word(w, cache, set);

		put(w, busy, *busy | BIT(set & 31));
	}
	return line;
}

void cache_remove(struct world *w, u32 cache, u32 set, const struct w_line *line)
{
	const struct cache_geometry *g = cache_geometry(w->k, cache);
	u32 words = cache_line_words(w->k, cache);
	const u32 *first = (const u32 *)cache_line(w, cache, set, 0);
	const u32 *last = first + (g->ways - 1) * words;
	const u32 *at = (const u32 *)line;
	u32 i;

	/* the valid ones behind it move up; the tag is a line's first word */
	for (; at < last && at[words]; at += words)
		for (i = 0; i < words; i++)
			put(w, &at[i], at[words + i]);
	for (i = 0; i < words; i++)
		put(w, &at[i], 0);
	if (at == first) {
		const u32 *busy = busy_word(w, cache, set);

		put(w, busy, *busy & ~BIT(set & 31));
	}
}

u32 cache_next_busy_set(const struct world *w, u32 cache, u32 set)
{
	u32 sets = cache_geometry(w->k, cache)->sets;

	while (set < sets) {
		u32 bits = *busy_word(w, cache, set) >> (set & 31);

		if (bits) {
			set += (u32)__builtin_ctz(bits);
			return set;
		}
		set = (set | 31) + 1;
	}
	return NO_ID;
}
