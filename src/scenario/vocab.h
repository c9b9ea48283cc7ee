/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of scenario files: every step with its arguments. Parser, checks and `list steps` read this one
 * table.
 */
#ifndef STALELINE_SCENARIO_VOCAB_H
#define STALELINE_SCENARIO_VOCAB_H

#include <glib.h>

#include "kstep.h"

enum arg_type {
	ARG_NONE, /* ends a list */
	ARG_ADDRESS, /* handle or lowmem page, `[i]`, `+offset` */
	ARG_PAGE, /* one page */
	ARG_PAGES, /* one page reference, which may be a range: `ra[0..3]` */
	ARG_SG, /* a page reference, or a list of references and {page, offset, len} */
	ARG_NEW_HANDLE,
	ARG_HANDLE,
	ARG_SLOT, /* enum km_type */
	ARG_DIRECTION,
	ARG_DEVICE,
	ARG_MAP, /* the id of a dma-map or readahead step */
	ARG_CONTEXT,
	ARG_STEP, /* a step by context and id */
	ARG_BYTES,
	ARG_COUNT,
	ARG_LABEL, /* what reports call the data written */
	ARG_YES,
	ARG_VA,
	ARG_STEPS,
	ARG_CACHE_OP,
};

#define VOCAB_ARGS 7

struct arg_spec {
	const char *name;
	enum arg_type type;
	gboolean required;
	const char *text;
};

struct step_spec {
	const char *name;
	enum kfunc fn;
	const char *text;
	/* The first argument may stand alone: `- raise: blk` for `- raise: {context: blk}`. */
	struct arg_spec arg[VOCAB_ARGS];
};

const struct step_spec *vocab_steps(guint *count);
const struct step_spec *vocab_find(const char *name);
/* All names, NULL-terminated; free the array, not the names. */
const char **vocab_names(void);
const char *vocab_arg_kind(enum arg_type type);
/* The words that an argument is one of, in the order of the model's numbers, NULL-terminated; NULL: not words. */
const char *const *vocab_arg_words(enum arg_type type);

#endif
