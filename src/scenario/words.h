/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Did you mean": the nearest word of a vocabulary, and lists of words in messages. */
#ifndef STALELINE_SCENARIO_WORDS_H
#define STALELINE_SCENARIO_WORDS_H

#include <glib.h>

/*
 * The word of the NULL-terminated @words that @got was most likely meant to be, or NULL if none is
 * near. In order: equal but for case; equal but for case and `_` against `-`; fewest edits (insert,
 * delete, replace, swap two neighbours), at most a third of the characters of @got and at least
 * one; the only word that begins with @got, of at least three characters; the same words between `-` in another order. Of several, the first in the list. Words over
 * 80 characters have no neighbours by edits. Case is that of ASCII; @got need not be UTF-8.
 */
const char *words_nearest(const char *got, const char *const *words);

/*
 * "`a`, `b` or `c`" for @conjunction "or"; after 12 words "…" ends the list; "" for none. Free with
 * g_free().
 */
char *words_join(const char *const *words, const char *conjunction);

#endif
