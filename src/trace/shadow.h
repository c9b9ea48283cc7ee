/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a reference missed: what a fully associative LRU cache of as many lines would hold, and which lines were ever
 * referenced (Hill's three classes). A step costs the same whatever the size.
 *
 * Nearly every reference is to a line that is there, and only makes it the newest. Such uses are noted and not carried out
 * before the order matters, which is when the oldest line has to go and is among them.
 */
#ifndef STALELINE_TRACE_SHADOW_H
#define STALELINE_TRACE_SHADOW_H

#include <glib.h>

#include "base.h"

#define SHADOW_NOTES 4096u

struct shadow_node;

struct shadow {
	const u32 *line_of; /* of each node; one more node, which never has a line, stands for none */
	u32 *hint; /* a node to try first, by the low bits of the line */
	u32 hint_mask;
	u32 notes;
	u32 *note; /* nodes used since the order was last made right, in order */
	u8 *noted; /* of each node: it is among the notes */

	u32 capacity, used; /* lines */
	u32 head, tail; /* newest and oldest node, but for the notes */
	u32 hash_shift;
	struct shadow_node *node;
	u32 *bucket;
	u32 *order; /* scratch */
};

/* The lines that were ever referenced: a bit for each of the address space; pages of it exist once they are written. */
struct seen_lines {
	u64 *bits;
};

enum shadow_answer {
	SHADOW_ABSENT,
	SHADOW_PRESENT,
	SHADOW_TAKEN_OUT, /* it would be there, but for an invalidate */
};

/* `lines`: as many as the cache has. */
void shadow_init(struct shadow *s, u32 lines);
void shadow_clear(struct shadow *s);
/* shadow_use() of a line that the hint does not find. */
enum shadow_answer shadow_use_slowly(struct shadow *s, u32 line, bool enter);
/* Carries the notes out. */
void shadow_settle(struct shadow *s);
/* An invalidate took the line out. */
void shadow_take_out(struct shadow *s, u32 line);

/* Numbers of lines have 32 - line_shift bits. */
void seen_lines_init(struct seen_lines *s, u32 line_shift);
void seen_lines_clear(struct seen_lines *s);

/* True for the first time that `line` is asked for. */
static inline bool seen_lines_first(struct seen_lines *s, u32 line)
{
	u64 *word = &s->bits[line >> 6];
	u64 bit = (u64)1 << (line & 63);
	bool first = !(*word & bit);

	*word |= bit;
	return first;
}

static inline void shadow_note(struct shadow *s, u32 at)
{
	s->noted[at] = 1;
	s->note[s->notes++] = at;
	if (G_UNLIKELY(s->notes == SHADOW_NOTES))
		shadow_settle(s);
}

/* What it is to it that `line` is used; with `enter` it is there and the newest afterwards. */
static inline enum shadow_answer shadow_use(struct shadow *s, u32 line, bool enter)
{
	u32 at = s->hint[line & s->hint_mask];

	if (G_UNLIKELY(s->line_of[at] != line))
		return shadow_use_slowly(s, line, enter);
	shadow_note(s, at);
	return SHADOW_PRESENT;
}

#endif
