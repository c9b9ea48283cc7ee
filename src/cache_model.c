// SPDX-License-Identifier: GPL-2.0-or-later
#include "cache_model.h"

static const u32 *busy_word(const struct world *w, u32 cache, u32 set)
{
	return w->word + cache_place(w->k, cache)->busy + (set >> 5);
}

/* Behind the words of sets, where these are several: one bit for each of them that is not 0. */
static const u32 *busy_summary(const struct world *w, u32 cache, u32 set)
{
	const struct cache_place *p = cache_place(w->k, cache);

	return w->word + p->busy + (p->set_mask >> 5) + 1 + (set >> 10);
}

static void busy_put(struct world *w, u32 cache, u32 set, bool busy)
{
	const u32 *word = busy_word(w, cache, set);

	put(w, word, busy ? *word | BIT(set & 31) : *word & ~BIT(set & 31));
	if (cache_place(w->k, cache)->set_mask >> 5) {
		const u32 *summary = busy_summary(w, cache, set);
		u32 bit = BIT(set >> 5 & 31);

		put(w, summary, *word ? *summary | bit : *summary & ~bit);
	}
}

/* The lines of one set, one behind the other. */
struct set_lines {
	const u32 *first;
	u32 ways, words; /* words: of a line */
};

static inline struct set_lines set_lines(const struct world *w, u32 cache, u32 set)
{
	const struct cache_place *p = cache_place(w->k, cache);

	return (struct set_lines){
		.first = w->word + p->lines + set * p->set_words,
		.ways = p->ways,
		.words = p->line_words,
	};
}

static inline const struct w_line *line_at(const struct set_lines *l, u32 position)
{
	return (const struct w_line *)(l->first + position * l->words);
}

const struct w_line *cache_find(const struct world *w, u32 cache, u32 set, u32 pa)
{
	const struct cache_place *p = cache_place(w->k, cache);
	const u32 *at = w->word + p->lines + set * p->set_words;
	const u32 *end = at + p->set_words;
	u32 tag = (pa >> p->line_shift) + 1;

	for (; at < end && *at; at += p->line_words)
		if (*at == tag)
			return (const struct w_line *)at;
	return NULL;
}

/*
 * Tree-PLRU: bit n - 1 of the set's word is node n of a binary tree whose leaves are the ways, node 1 its root; a
 * bit is 1 where the right half was used longer ago. Using a way turns every node above it away from it.
 */
static const u32 *plru_word(const struct world *w, u32 cache, u32 set)
{
	return w->word + cache_place(w->k, cache)->plru + set;
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
	const struct cache_place *p = cache_place(w->k, cache);
	struct set_lines l;
	u32 i, kept[LINE_WORDS_MAX];

	if (p->keeps_order)
		return line;
	if (p->order == ORDER_WAY) {
		plru_use(w, cache, set, line->way);
		return line;
	}
	l = set_lines(w, cache, set);
	if ((const u32 *)line == l.first)
		return line;
	for (i = 0; i < l.words; i++)
		kept[i] = ((const u32 *)line)[i];
	put_back(w, l.first + l.words, l.first, (u32)((const u32 *)line - l.first));
	for (i = 0; i < l.words; i++)
		put(w, &l.first[i], kept[i]);
	return line_at(&l, 0);
}

bool cache_full(const struct world *w, u32 cache, u32 set)
{
	return cache_line(w, cache, set, cache_place(w->k, cache)->ways - 1)->tag != 0;
}

static const struct w_line *highest_tag(const struct world *w, u32 cache, u32 set)
{
	const struct w_line *highest = cache_line(w, cache, set, 0);
	u32 i;

	for (i = 1; i < cache_place(w->k, cache)->ways; i++)
		if (cache_line(w, cache, set, i)->tag > highest->tag)
			highest = cache_line(w, cache, set, i);
	return highest;
}

const struct w_line *cache_victim(struct world *w, u32 cache, u32 set)
{
	u32 ways = cache_place(w->k, cache)->ways;
	u32 position = ways - 1;

	bug_on(!cache_full(w, cache, set), "a victim is looked for in a cache set that has room");
	if (w->pick.by_tag)
		return highest_tag(w, cache, set);
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
			position = world_pick(w, ways, BOUND_CACHE_VICTIMS,
					      cache_geometry(w->k, cache)->replacement ==
						      REPLACE_RANDOM);
		break;
	}
	return cache_line(w, cache, set, position);
}

const struct w_line *cache_insert(struct world *w, u32 cache, u32 set, u32 pa)
{
	enum set_order order = cache_order(w->k, cache);
	struct set_lines l = set_lines(w, cache, set);
	u32 tag = cache_tag(w->k, cache, pa);
	const u32 *end = l.first + l.ways * l.words, *valid = l.first, *at = l.first;
	const struct w_line *line;
	u32 ways_taken = 0, way = 0, i;

	for (; valid < end && *valid; valid += l.words)
		bug_on(*valid == tag, "a line enters a set twice");
	bug_on(valid == end, "a line enters a cache set that is full");
	/* an invalid way is filled before any valid one is replaced; the lowest first */
	if (cache_ways_matter(w->k, cache)) {
		for (; at < valid; at += l.words)
			ways_taken |= BIT(((const struct w_line *)at)->way);
		way = (u32)__builtin_ctz(~ways_taken);
		at = l.first;
	}
	if (order == ORDER_TAG)
		while (at < valid && *at < tag)
			at += l.words;
	else if (order == ORDER_WAY)
		while (at < valid && ((const struct w_line *)at)->way < way)
			at += l.words;
	put_back(w, at + l.words, at, (u32)(valid - at));
	line = (const struct w_line *)at;
	put(w, &line->tag, tag);
	put(w, &line->dirty, 0);
	put(w, &line->way, way);
	for (i = LINE_HEAD_WORDS; i < l.words; i++)
		put(w, (const u32 *)line + i, 0);
	if (order == ORDER_WAY)
		plru_use(w, cache, set, way);
	if (valid == l.first)
		busy_put(w, cache, set, true);
	return line;
}

void cache_remove(struct world *w, u32 cache, u32 set, const struct w_line *line)
{
	struct set_lines l = set_lines(w, cache, set);
	const u32 *end = l.first + l.ways * l.words;
	const u32 *at = (const u32 *)line;
	const u32 *last = at;

	/* the valid ones behind it move up; the tag is a line's first word */
	while (last + l.words < end && last[l.words])
		last += l.words;
	if (last != at)
		put_words(w, at, at + l.words, (u32)(last - at));
	put_words(w, last, NULL, l.words);
	if (!*l.first)
		busy_put(w, cache, set, false);
}

u32 cache_next_busy_set(const struct world *w, u32 cache, u32 set)
{
	u32 sets = cache_place(w->k, cache)->set_mask + 1;
	u32 bits;

	if (set >= sets)
		return NO_ID;
	bits = *busy_word(w, cache, set) >> (set & 31);
	if (bits)
		return set + (u32)__builtin_ctz(bits);
	for (set = (set | 31) + 1; set < sets; set = (set | 1023) + 1) {
		bits = *busy_summary(w, cache, set) >> (set >> 5 & 31);
		if (!bits)
			continue;
		set = (set & ~31u) + 32 * (u32)__builtin_ctz(bits);
		return set + (u32)__builtin_ctz(*busy_word(w, cache, set));
	}
	return NO_ID;
}
