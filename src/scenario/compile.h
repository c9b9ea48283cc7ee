/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compiles one cell: the scenario's tree under one choice of axis values. */
#ifndef STALELINE_SCENARIO_COMPILE_H
#define STALELINE_SCENARIO_COMPILE_H

#include "bind.h"
#include "compiled.h"

/* Bounds of --limit, which replace the file's. */
struct limits {
	u32 given; /* kinds (enum bound), one bit each */
	struct bounds bounds;
};

struct compile_request {
	struct diag *diag;
	const struct ynode *root;
	GHashTable *axis;
	const char *strategy; /* built-in name or path */
	const struct ynode *strategy_at; /* where it stands; NULL: the command line */
	const char *base; /* folder that strategy paths start from */
	const char *schedule; /* NULL or "all": none in particular */
	const char *mutation; /* instead of the file's; NULL: does not replace it */
	struct limits limits;
	gboolean identities; /* for running, where nothing is bounded; else for exploring */
	GPtrArray *trees; /* takes over the trees loaded on the way */
};

/* NULL after errors. */
struct compiled *compile_cell(const struct compile_request *request);

#endif
