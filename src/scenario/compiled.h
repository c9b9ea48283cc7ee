/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One cell of a scenario, compiled: the const struct cell that the model runs on, and beside it the names,
 * places and texts that reports need.
 */
#ifndef STALELINE_SCENARIO_COMPILED_H
#define STALELINE_SCENARIO_COMPILED_H

#include "explore/run.h"
#include "strategy_load.h"

struct step_info {
	guint context;
	const char *op; /* name in the vocabulary */
	char *id; /* as given, or NULL */
	char *text; /* "write v+0x40" */
	char *label; /* what its data is called, or NULL */
	struct span span; /* the op's name in the file */
};

struct page_name {
	char *name;
	guint first, count;
};

struct handle_info {
	guint context;
	char *name;
	guint page, pages;
	guint32 va; /* user mappings */
	guint slot; /* kmap_atomic */
	enum kfunc made_by;
	struct span span;
};

struct map_info {
	guint context;
	char *id; /* NULL: cannot be named */
	guint step;
	gboolean readahead;
};

struct compiled {
	struct cell cell; /* its pointers point into the arrays below */
	GArray *pages; /* struct page_info */
	GArray *ranges; /* struct page_range */
	GArray *page_names; /* struct page_name */
	GArray *contexts; /* struct context_def */
	GPtrArray *context_names;
	GArray *steps; /* struct step */
	GArray *infos; /* struct step_info, one per step */
	GArray *sg; /* struct sg_entry */
	GArray *maps; /* struct dma_map_def */
	GArray *map_infos; /* struct map_info */
	GArray *devices; /* struct device_def */
	GPtrArray *device_names;
	GArray *handles; /* struct handle_info */
	GArray *user_ptes; /* struct user_pte_def */
	GArray *events; /* struct run_event */
	GArray *event_spans; /* struct span */
	struct run_schedule schedule;
	struct strategy_file *strategy;
	char *refused; /* why the modelled kernel declines the configuration; NULL: it does not */
	gboolean mutated; /* of the kernel's routines or of the strategy's program, a line is */
	char *mutation; /* in the words of whoever asked for it; NULL: not mutated */
	guint64 max_states; /* `explore: max-states`, 0: none given */
	u32 limited; /* kinds (enum bound) that --limit bounds: limits, no assumptions of the file's */
};

void compiled_free(struct compiled *c);

/* "pg", "ra[3]"; newly allocated. */
char *compiled_page_name(const struct compiled *c, u32 page);
/* "pg+0x40", newly allocated; "?" for no place. */
char *compiled_place(const struct compiled *c, u32 page, u32 offset);
/* "reader.map" or "reader: write v+0x40", newly allocated; what a step is called in a sentence. */
char *compiled_step_name(const struct compiled *c, u32 step);
const struct step_info *compiled_info(const struct compiled *c, u32 step);
const char *compiled_context_name(const struct compiled *c, u32 ctx);

#endif
