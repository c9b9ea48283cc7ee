/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One try: a tree is written, read as a scenario of one cell, executed, and asked whether it still breaks the rule. */
#ifndef STALELINE_SHRINK_ATTEMPT_H
#define STALELINE_SHRINK_ATTEMPT_H

#include "judge/cause.h"
#include "scenario/ytree.h"

/* What is looked for, and the texts that were tried. */
struct attempter {
	char *path; /* where the texts are said to stand */
	struct outcome_options limits;
	GHashTable *seen; /* texts, none is tried twice -> whether a limit cut it short */
	guint tries;
	enum rule rule;
	guint node; /* number of the step's node; 0: the end of the schedule */
	u32 allowed; /* rules that may be broken */
	gboolean same_cause;
	enum cause cause; /* with same_cause: the one that must stay */
};

struct attempt {
	struct diag *diag;
	struct scenario *scenario;
	struct outcome *outcome; /* NULL: not kept */
	const struct found *found; /* in the outcome */
	gboolean cut_short; /* a limit ended it, and the violation was not seen before */
	gboolean interrupted;
};

void attempter_init(struct attempter *at, const char *folder, const struct outcome_options *limits);
void attempter_clear(struct attempter *at);
/* Executes the tree as it is; ret->outcome is set, whatever comes of it. */
void attempt_first(struct attempter *at, struct ytree *tree, struct attempt *ret);
/* From now on `f` is what must stay, also its cause if asked; `tree` is the one that `o` comes from. */
void attempter_aim(struct attempter *at, struct ytree *tree, const struct outcome *o,
		   const struct found *f, gboolean same_cause);
/* CAUSE_UNKNOWN when it cannot be told. */
enum cause attempt_cause(const struct outcome *o, const struct found *f);
/* TRUE: the violation is still there, and `ret` holds the outcome. */
gboolean attempt(struct attempter *at, struct ytree *tree, struct attempt *ret);
void attempt_clear(struct attempt *a);

#endif
