/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the cell compiler share: compile.c, compile_refs.c, compile_steps.c, compile_smp.c. */
#ifndef STALELINE_SCENARIO_COMPILER_H
#define STALELINE_SCENARIO_COMPILER_H

#include "compile.h"
#include "vocab.h"

struct compiler {
	struct binder b;
	const struct compile_request *request;
	struct compiled *out;
	guint context; /* the one whose steps are read */
	guint loop_depth;
	guint64 rounds; /* how often the steps read now are executed in one run of their context */
	GHashTable *mm_of; /* name -> address space + 1 */
	GArray *next_va; /* guint32 per address space */
	GArray *polls; /* struct poll_ref: resolved when all steps are known */
};

/* compile_refs.c: names in texts to ids; each reports an unknown name at `at` and returns FALSE. */
struct page_ref {
	guint first, count;
};

struct poll_ref {
	guint step;
	const struct ynode *until;
};

gboolean refs_name(struct compiler *c, const struct ynode *at, const char *what);
gboolean refs_pages(struct compiler *c, const struct ynode *at, struct page_ref *ret);
gboolean refs_address(struct compiler *c, const struct ynode *at, gboolean uncached,
		      struct operand *ret, guint64 *room);
gboolean refs_handle(struct compiler *c, const struct ynode *at, guint *ret);
gboolean refs_map(struct compiler *c, const struct ynode *at, guint *ret);
gboolean refs_device(struct compiler *c, const struct ynode *at, guint *ret);
gboolean refs_context(struct compiler *c, const struct ynode *at, guint *ret);
/* "reader.map": a step of a context by its id, or by its op where that is unique. */
gboolean refs_step(struct compiler *c, const struct ynode *at, guint *context, guint *step);
/* One piece of memory: a page reference, or {page, offset, len}. */
gboolean refs_sg(struct compiler *c, const struct ynode *at, struct sg_entry *ret);

/* compile_steps.c */
/* First pass: what steps define (handles, mappings), so that any step may use what another defines. */
void steps_declare(struct compiler *c, const struct ynode *list);
/* Second pass: the steps themselves. */
void steps_compile(struct compiler *c, const struct ynode *list);

/* compile_smp.c: what the cell needs on several CPUs is modelled, or an error. After everything else is compiled. */
void smp_check(struct compiler *c);

#endif
