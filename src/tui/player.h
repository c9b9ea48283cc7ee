/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where in a trail the user is, what can be asked there, and what there is to say about it. */
#ifndef STALELINE_TUI_PLAYER_H
#define STALELINE_TUI_PLAYER_H

#include "judge/history.h"
#include "judge/playback.h"

struct player {
	const struct outcome *outcome;
	struct playback *playback;
	GPtrArray *board; /* struct board_line: the state after the last choice */
	GPtrArray *changes; /* char *: what the last choice changed */
	GPtrArray *findings; /* char *: rules it broke, then warnings it gave */
	char *did; /* the last choice in words; NULL before the first */
	char *message; /* answer to the last command, or NULL */
	char *search; /* what was looked for last, or NULL */
	u32 page, offset; /* the place whose changes are looked for; page NO_ID: none yet */
};

/* NULL: no memory. */
struct player *player_new(const struct outcome *o);
void player_free(struct player *p);

/* Takes the message back. */
void player_hush(struct player *p);
guint player_at(const struct player *p);
guint player_length(const struct player *p);
/* To the world after `at` choices, or the nearest that there is. */
void player_go(struct player *p, guint64 at);
/* The next, or the previous, choice that broke a rule. */
void player_violation(struct player *p, gboolean back);
/* The next choice that changes a copy of the place; sets the place if it is not NULL. */
void player_place(struct player *p, const char *place);
/* The next choice whose words contain the text; NULL: the last one asked for. */
void player_search(struct player *p, const char *text);
/* The next choice, in words; newly allocated. */
char *player_next(const struct player *p);

#endif
