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
	ptrdiff_t words = (const u32 *)line - (const u32 *)cache_line(w, cache, set, 0);

	return (u32)words / cache_line_words(w->k, cache);
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

const struct w_line *cache_touch(struct world *w, u32 cache, u32 set, const struct w_line *line)
{
	u32 words = cache_line_words(w->k, cache);
	u32 position, i;
	u32 kept[LINE_WORDS_MAX];

	if (w->k->evictions_any)
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

const struct w_line *cache_victim(const struct world *w, u32 cache, u32 set)
{
	const struct w_line *last =
		cache_line(w, cache, set, cache_geometry(w->k, cache)->ways - 1);

	return last->tag ? last : NULL;
}

const struct w_line *cache_insert(struct world *w, u32 cache, u32 set, u32 pa)
{
	u32 words = cache_line_words(w->k, cache);
	u32 tag = cache_tag(w->k, cache, pa);
	const struct w_line *line;
	u32 valid = 0, position = 0, ways_taken = 0, i;

	bug_on(cache_victim(w, cache, set), "a line enters a cache set that is full");
	while (cache_line(w, cache, set, valid)->tag) {
		bug_on(cache_line(w, cache, set, valid)->tag == tag, "a line enters a set twice");
		if (w->k->evictions_any && cache_line(w, cache, set, valid)->tag < tag)
			position = valid + 1;
		ways_taken |= BIT(cache_line(w, cache, set, valid)->way);
		valid++;
	}
	for (i = valid; i > position; i--)
		line_move(w, cache, set, i, i - 1);
	line = cache_line(w, cache, set, position);
	put(w, &line->tag, tag);
	for (i = 1; i < words; i++)
		put(w, (const u32 *)line + i, 0);
	/* an invalid way is filled before any valid one is replaced; the lowest first */
	if (w->k->ways_matter)
		put(w, &line->way, (u32)__builtin_ctz(~ways_taken));
	if (!valid) {
		const u32 *busy = busy_word(w, cache, set);

		put(w, busy, *busy | BIT(set & 31));
	}
	return line;
}

void cache_remove(struct world *w, u32 cache, u32 set, const struct w_line *line)
{
	u32 ways = cache_geometry(w->k, cache)->ways;
	u32 words = cache_line_words(w->k, cache);
	u32 position = position_of(w, cache, set, line);
	u32 i;

	while (position + 1 < ways && cache_line(w, cache, set, position + 1)->tag) {
		line_move(w, cache, set, position, position + 1);
		position++;
	}
	line = cache_line(w, cache, set, position);
	for (i = 0; i < words; i++)
		put(w, (const u32 *)line + i, 0);
	if (!position) {
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
