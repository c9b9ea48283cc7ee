/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * YAML text as a tree in which every node knows its place. Scalars stay text: what `no` or `010`
 * mean is decided by the place that reads them (scalar.h).
 *
 * Refused here: what libyaml refuses, and duplicate keys, unknown tags and aliases, alias cycles,
 * keys that are no scalars, a second document, more than YTREE_NODES_MAX nodes or YTREE_DEPTH_MAX
 * levels after aliases are expanded, files over YTREE_BYTES_MAX, and text that is not UTF-8.
 */
#ifndef STALELINE_SCENARIO_YTREE_H
#define STALELINE_SCENARIO_YTREE_H

#include <stdbool.h>

#include "diag.h"

enum {
	YTREE_BYTES_MAX = 8 << 20,
	YTREE_NODES_MAX = 100000,
	YTREE_DEPTH_MAX = 64,
};

enum ynode_kind {
	Y_SCALAR,
	Y_LIST,
	Y_MAP,
};

/*
 * An alias is a node of its own that shares text, items or entries with its anchor's node. @span is
 * where the value is written (behind its anchor and tag), @used_at where the node stands: the
 * alias, or again @span.
 */
struct ynode {
	enum ynode_kind kind;
	bool quoted; /* scalar in any style but plain */
	bool alias;
	struct span span;
	struct span used_at;
	char *text; /* scalar: UTF-8, never NULL, "" if empty */
	GPtrArray *items; /* list: struct ynode * */
	GArray *entries; /* map: struct yentry, in the order of the file, no key twice */
};

/* Entries that came by `<<` stand in its place; the `<<` itself is gone. */
struct yentry {
	struct ynode *key; /* always a scalar */
	struct ynode *value; /* never NULL; an empty plain scalar if the file gives none */
	const struct ynode *merged; /* the map at `<<` that brought it; NULL if own */
};

struct ytree {
	const struct diag_source *src;
	struct ynode *root;
	GPtrArray *nodes; /* owns every node, also those no longer reachable */
};

/*
 * Both return NULL iff they added errors to @diag, as many as one pass finds. The tree's spans
 * point into @diag. The file may be a pipe. @path_shown is only for messages; @text need not be
 * terminated and is copied.
 */
struct ytree *ytree_load_file(struct diag *diag, const char *path);
struct ytree *ytree_load_text(struct diag *diag, const char *path_shown, const char *text,
			      gsize len);
/* A tree that stands in no file, without a root; see ymake.h. */
struct ytree *ytree_new(void);
void ytree_free(struct ytree *tree);

/* The value of @key, or NULL; also NULL if @map is not a map. */
struct ynode *ynode_get(const struct ynode *map, const char *key);
/* Whether the node is a plain scalar without text: `key:` and nothing after it. */
bool ynode_is_empty(const struct ynode *node);
/* "a text", "a list", "a map" or "nothing". */
const char *ynode_kind_name(const struct ynode *node);

#endif
