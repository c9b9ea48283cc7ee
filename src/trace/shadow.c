// SPDX-License-Identifier: GPL-2.0-or-later
#include "shadow.h"

/* no line has this number: lines are at least 4 bytes */
#define NO_LINE NO_ID

struct shadow_node {
	u32 newer, older; /* nodes, NO_ID at the ends */
	u32 next; /* in its bucket */
	u32 taken_out;
};

static u32 *bucket_of(const struct shadow *s, u32 line)
{
	/* Fibonacci hashing: the upper bits of the product */
	return &s->bucket[line * 2654435769u >> s->hash_shift];
}

static u32 *line_put(struct shadow *s, u32 at)
{
	return (u32 *)&s->line_of[at];
}

void shadow_init(struct shadow *s, u32 lines)
{
	u32 buckets = 16, i;
	u32 *line_of = g_new(u32, lines + 1);

	while (buckets < 2 * lines)
		buckets *= 2;
	*s = (struct shadow){
		.line_of = line_of,
		.hint = g_new(u32, buckets),
		.hint_mask = buckets - 1,
		.note = g_new(u32, SHADOW_NOTES),
		.noted = g_new0(u8, lines + 1),
		.order = g_new(u32, SHADOW_NOTES),
		.capacity = lines,
		.head = NO_ID,
		.tail = NO_ID,
		.hash_shift = 32 - log2_u32(buckets),
		.node = g_new0(struct shadow_node, lines),
		.bucket = g_new(u32, buckets),
	};
	for (i = 0; i <= lines; i++)
		line_of[i] = NO_LINE;
	for (i = 0; i < buckets; i++) {
		s->bucket[i] = NO_ID;
		s->hint[i] = lines;
	}
}

void shadow_clear(struct shadow *s)
{
	g_free((u32 *)s->line_of);
	g_free(s->hint);
	g_free(s->note);
	g_free(s->noted);
	g_free(s->order);
	g_free(s->node);
	g_free(s->bucket);
}

static void unlink_node(struct shadow *s, u32 at)
{
	struct shadow_node *n = &s->node[at];

	if (n->newer == NO_ID)
		s->head = n->older;
	else
		s->node[n->newer].older = n->older;
	if (n->older == NO_ID)
		s->tail = n->newer;
	else
		s->node[n->older].newer = n->newer;
}

static void push_newest(struct shadow *s, u32 at)
{
	struct shadow_node *n = &s->node[at];

	n->newer = NO_ID;
	n->older = s->head;
	if (s->head == NO_ID)
		s->tail = at;
	else
		s->node[s->head].newer = at;
	s->head = at;
}

void shadow_settle(struct shadow *s)
{
	u32 count = 0, i, at;

	/* of a node only the last note counts: from the newest back */
	for (i = s->notes; i--;) {
		at = s->note[i];
		s->order[count] = at;
		count += s->noted[at];
		s->noted[at] = 0;
	}
	while (count) {
		at = s->order[--count];
		if (s->head == at)
			continue;
		unlink_node(s, at);
		push_newest(s, at);
	}
	s->notes = 0;
}

/* A node for a line that has none: a fresh one, or that of the oldest line. */
static u32 node_take(struct shadow *s)
{
	u32 at, *link;

	if (s->used < s->capacity)
		return s->used++;
	if (s->noted[s->tail])
		shadow_settle(s);
	at = s->tail;
	unlink_node(s, at);
	for (link = bucket_of(s, s->line_of[at]); *link != at; link = &s->node[*link].next)
		;
	*link = s->node[at].next;
	return at;
}

static u32 node_find(const struct shadow *s, u32 line)
{
	u32 at = *bucket_of(s, line);

	while (at != NO_ID && s->line_of[at] != line)
		at = s->node[at].next;
	return at;
}

enum shadow_answer shadow_use_slowly(struct shadow *s, u32 line, bool enter)
{
	u32 at = node_find(s, line);
	enum shadow_answer answer = SHADOW_ABSENT;

	if (at != NO_ID) {
		answer = s->node[at].taken_out ? SHADOW_TAKEN_OUT : SHADOW_PRESENT;
		if (enter)
			s->node[at].taken_out = 0;
	} else if (enter) {
		u32 *bucket = bucket_of(s, line);

		at = node_take(s);
		s->node[at] = (struct shadow_node){.next = *bucket};
		*line_put(s, at) = line;
		*bucket = at;
		push_newest(s, at);
	} else {
		return answer;
	}
	if (!s->node[at].taken_out)
		s->hint[line & s->hint_mask] = at;
	shadow_note(s, at);
	return answer;
}

void shadow_take_out(struct shadow *s, u32 line)
{
	u32 at = node_find(s, line);

	if (at == NO_ID)
		return;
	s->node[at].taken_out = 1;
	/* the next use has to look at that */
	s->hint[line & s->hint_mask] = s->capacity;
}

void seen_lines_init(struct seen_lines *s, u32 line_shift)
{
	s->bits = g_new0(u64, ((u64)1 << (32 - line_shift)) / 64);
}

void seen_lines_clear(struct seen_lines *s)
{
	g_free(s->bits);
}
