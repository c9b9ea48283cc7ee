/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of every map in scenario, machine and strategy files: kind, words, range, meaning. Loaders, the
 * JSON Schema and `list keys` read this one table. Steps and their arguments are in vocab.h.
 */
#ifndef STALELINE_SCENARIO_KEYS_H
#define STALELINE_SCENARIO_KEYS_H

#include "bind.h"

/* What a value is. Lower rows of `struct key` say which fields each kind uses. */
enum key_kind {
	KEY_ANY, /* for readers; never looked at */
	KEY_TEXT,
	KEY_NAME, /* letters, digits, `-` and `_` */
	KEY_YES,
	KEY_NUMBER, /* units, low, high, power; or one of `words` */
	KEY_WORD, /* one of `words` */
	KEY_WORDS, /* a list of them */
	KEY_MAP, /* `of` */
	KEY_MAPS, /* a list of them */
	KEY_NAMED, /* a map from names of the user's to maps `of`, which may be left empty if `empty` */
	KEY_YES_OR_MAP, /* `of` */
	KEY_PRESET, /* a built-in machine */
	KEY_MACHINE, /* a built-in machine, or a map `of` */
	KEY_STRATEGY, /* a built-in strategy, or a path */
	KEY_TRIGGER, /* one of `words`, a context or a device */
	KEY_PAGE, /* one page */
	KEY_ADDRESS, /* PAGE+OFFSET */
	KEY_STEP, /* CONTEXT.STEP */
	KEY_EVENT, /* a context, or a map `of` */
	KEY_SCHEDULES, /* a map from names to lists of maps `of` */
	KEY_AXES, /* a map from names to lists of values */
	KEY_CONDITION, /* a map from axes to values or lists of them */
	KEY_CONDITIONS, /* a list of them */
	KEY_CELLS, /* a list of maps from axes to values */
	KEY_SETS, /* a list of maps: `when`, and names with values */
	KEY_STEPS, /* of a scenario */
	KEY_PROGRAM, /* steps of a strategy */
};

enum key_need {
	KEY_OPTIONAL,
	KEY_REQUIRED,
	KEY_REQUIRED_HERE, /* required; the loader itself says that it is missing, with more help */
};

struct keys;

struct key {
	const char *name;
	enum key_kind kind;
	enum key_need need;
	const char *text;
	const char *const *words; /* NULL-terminated; a word's place is its number in the model */
	guint units; /* enum scalar_units */
	guint64 low, high;
	gboolean power; /* a power of two */
	gboolean empty;
	gboolean whole; /* read for the file as a whole: `$name` stands for nothing in it */
	const struct keys *of;
};

struct keys {
	const char *what; /* what the map is called in messages */
	const struct key *key; /* ends with an empty name */
	gboolean extra; /* `x-…` keys are the user's own */
};

extern const struct keys keys_scenario, keys_machine, keys_l1, keys_l1i, keys_l2, keys_tlb,
	keys_kernel, keys_page, keys_device, keys_context, keys_event, keys_do, keys_matrix,
	keys_explore, keys_expect, keys_rules, keys_first, keys_piece, keys_step, keys_strategy,
	keys_if;

/* What a bound may be beside a number. */
#define BOUND_WORD_ANY 0
extern const char *const bound_words[];

/* How often a rule is broken, in the order of enum how. */
extern const char *const how_words[];

/* All of them, under the names that `list keys` and the schema use; NULL past the end. */
const struct keys *keys_all(guint index);
const struct key *keys_find(const struct keys *keys, const char *name); /* NULL: none */
/* "a number", "`a`, `b` or a number", …; newly allocated. */
char *keys_kind(const struct key *key);

/*
 * Checks that `node` is a map, that its keys are among `keys` and that none is missing; FALSE only for
 * something else than a map.
 */
gboolean keys_check(struct binder *b, const struct ynode *node, const struct keys *keys);

/*
 * The value of one key, read as the table says; `otherwise` where the file does not give it, and after an
 * error. `name` must be in the table, with the kind that is asked for.
 */
gboolean keys_yes(struct binder *b, const struct ynode *map, const struct keys *keys,
		  const char *name, gboolean otherwise);
guint64 keys_number(struct binder *b, const struct ynode *map, const struct keys *keys,
		    const char *name, guint64 otherwise);
int keys_word(struct binder *b, const struct ynode *map, const struct keys *keys, const char *name,
	      int otherwise);
/* Index of the word; or -1, and then `*number` is the number given, or untouched. */
int keys_word_or_number(struct binder *b, const struct ynode *map, const struct keys *keys,
			const char *name, guint64 *number);

#endif
