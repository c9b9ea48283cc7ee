/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Typed values out of a YAML tree, with `$name` replaced by the cell's axis value. Every function reports
 * what is wrong at its place and then returns something harmless, so that one pass finds many faults.
 */
#ifndef STALELINE_SCENARIO_BIND_H
#define STALELINE_SCENARIO_BIND_H

#include "ytree.h"

struct binder {
	struct diag *diag;
	GHashTable *
		axis; /* name -> const struct ynode *, the value of this cell; NULL outside of cells */
};

/* The node itself, or what `$name` stands for in this cell. */
const struct ynode *bind_resolve(struct binder *b, const struct ynode *node);

/* Checks that `node` is a map and that all its keys are among `keys` (NULL-terminated). */
gboolean bind_map(struct binder *b, const struct ynode *node, const char *what,
		  const char *const *keys);
gboolean bind_list(struct binder *b, const struct ynode *node, const char *what);
/* The text of a scalar, or NULL after an error. */
const char *bind_text(struct binder *b, const struct ynode *node, const char *what);
/* Index of the word among `words`, or -1 after an error. */
int bind_word(struct binder *b, const struct ynode *node, const char *what,
	      const char *const *words);
gboolean bind_bool(struct binder *b, const struct ynode *node, const char *what,
		   gboolean otherwise);
/*
 * Index of the word among `words`; or -1, and then `*number` is the number that stands there instead, within
 * [low, high], or untouched after an error.
 */
int bind_word_or_number(struct binder *b, const struct ynode *node, const char *what,
			const char *const *words, guint units, guint64 low, guint64 high,
			guint64 *number);
/* A number within [low, high]; `units` as scalar_u64(); `otherwise` after an error. */
guint64 bind_number(struct binder *b, const struct ynode *node, const char *what, guint units,
		    guint64 low, guint64 high, guint64 otherwise);
/* As bind_number(), and a power of two. */
guint64 bind_power(struct binder *b, const struct ynode *node, const char *what, guint units,
		   guint64 low, guint64 high, guint64 otherwise);
/* A required key: the value, or NULL after an error, at the map unless another key is its misspelling. */
const struct ynode *bind_required(struct binder *b, const struct ynode *map, const char *what,
				  const char *key);

/* Is there a key like this one, but for a typing error? */
gboolean bind_misspelt(const struct ynode *map, const char *key);

/* An error in a value: where it stands, which for `$name` is at the axis. */
struct diag_fault *bind_error(struct binder *b, const char *code, const struct ynode *node,
			      const char *format, ...) G_GNUC_PRINTF(4, 5);
/* "unknown key", with the nearest of `keys` or what else helps. */
void bind_unknown_key(struct binder *b, const struct yentry *e, const char *what,
		      const char *const *keys);
/* "unknown WHAT `got`", with the nearest of `words` and a note. */
struct diag_fault *bind_unknown(struct binder *b, const char *code, const struct ynode *node,
				const char *what, const char *got, const char *const *words);

#endif
