/* SPDX-License-Identifier: GPL-2.0-or-later */
/* YAML trees put together by hand. All nodes belong to the tree they are made for. */
#ifndef STALELINE_SCENARIO_YMAKE_H
#define STALELINE_SCENARIO_YMAKE_H

#include "ytree.h"

struct ynode *ymake_text(struct ytree *tree, const char *text);
struct ynode *ymake_list(struct ytree *tree);
struct ynode *ymake_map(struct ytree *tree);
void ymake_add(struct ynode *list, struct ynode *item);
/* Replaces the value of `key`, or appends the entry. */
void ymake_put(struct ytree *tree, struct ynode *map, const char *key, struct ynode *value);
/* Takes the entry away, if there is one. */
void ymake_drop(struct ynode *map, const char *key);
/* A copy of all below `node`, without aliases: each node has one place, and may be changed. Keeps spans. */
struct ynode *ymake_copy(struct ytree *tree, const struct ynode *node);

#endif
