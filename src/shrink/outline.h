/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands where in a scenario of one cell: its steps in the order in which they are compiled, and what each
 * of them refers to. Made of a tree; whoever changes the tree makes it anew.
 */
#ifndef STALELINE_SHRINK_OUTLINE_H
#define STALELINE_SHRINK_OUTLINE_H

#include "scenario/vocab.h"
#include "scenario/ymake.h"

struct step_at {
	guint context; /* in file order */
	struct ynode *list; /* it is an item of this one */
	struct ynode *node;
	const struct step_spec *spec;
	struct ynode *args; /* a map, or the first argument alone, or NULL */
	int repeat; /* the step whose body it is part of, or -1 */
};

struct outline {
	struct ynode *root;
	const struct ynode *contexts; /* a map */
	GArray *steps; /* struct step_at; the index is the step's number in the compiled cell */
};

/* `root` is a scenario that loads. */
struct outline *outline_new(struct ynode *root);
void outline_free(struct outline *l);
const struct step_at *outline_step(const struct outline *l, guint step);
const char *outline_context(const struct outline *l, guint context);
/* The context's number, or -1. */
int outline_context_find(const struct outline *l, const char *name);
struct ynode *outline_arg(const struct step_at *s, const char *name);

/* A reference in a text: [context.]name[first..last]+offset. */
struct ref {
	char *context; /* NULL: none */
	char *name;
	gboolean indexed, ranged;
	guint64 first, last; /* last == first unless ranged */
	guint64 offset;
};

/* FALSE: not one. */
gboolean ref_parse(const char *text, struct ref *ret);
char *ref_print(const struct ref *r);
void ref_clear(struct ref *r);

/* The step that made the mapping (`as:`), or the DMA mapping (`id:`), that a text in step `step` names; or -1. */
int outline_handle(const struct outline *l, guint context, const struct ref *r);
int outline_map(const struct outline *l, guint context, const struct ref *r);
/* "context.step": the step by its id, or by its op where the context has it once; or -1. */
int outline_step_named(const struct outline *l, const char *text);
/* Does step `a` use what step `b` makes, or wait for what it writes? */
gboolean outline_uses(const struct outline *l, guint a, guint b);

/* The list of events of the one schedule there is, or NULL. */
struct ynode *outline_events(struct ynode *root);

#endif
