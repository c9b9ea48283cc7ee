/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machines and strategies that are built into the program: YAML files like the user's own. */
#ifndef STALELINE_SCENARIO_PRESETS_H
#define STALELINE_SCENARIO_PRESETS_H

#include "ytree.h"

/* Names without ".yaml", sorted; free with g_strfreev(). `folder` is "machines" or "strategies". */
char **presets_names(const char *folder);
/* Loads one; NULL after an error in it, or without one when there is none of that name. */
struct ytree *presets_load(struct diag *diag, const char *folder, const char *name);
/* True for what names a file of the user's: it holds a `/` or ends in ".yaml" or ".yml". */
gboolean presets_is_path(const char *name);

#endif
