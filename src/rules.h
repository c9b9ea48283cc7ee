/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ids and names of the rules and warnings of rules.def, and of the causes of causes.def. */
#ifndef STALELINE_RULES_H
#define STALELINE_RULES_H

#include "base.h"

enum rule {
#define RULE(id, name, text) R_##id,
#include "rules.def"
	RULE_COUNT
};

enum warning {
#define WARNING(id, name, text) W_##id,
#include "rules.def"
	WARNING_COUNT
};

/* Why a data rule was broken; derived on replay (judge/cause.h). */
enum cause {
#define CAUSE(id, name, text) CAUSE_##id,
#include "causes.def"
	CAUSE_COUNT
};

/* The kebab-case name, and what a breach means in one sentence. */
const char *rule_name(enum rule rule);
const char *rule_text(enum rule rule);
const char *warning_name(enum warning warning);
const char *warning_text(enum warning warning);
const char *cause_name(enum cause cause);
const char *cause_text(enum cause cause);

/* What exactly dma-misuse stands for; kept as `got` of the finding. */
enum misuse {
#define MISUSE(id, text) MISUSE_##id,
#include "misuses.def"
	MISUSE_COUNT
};

/* What an irqs-unbalanced is about, as bits: left disabled at the end of a run, or enabled when it was not disabled. */
enum imbalance {
	LEFT_IRQS = 1u << 0,
	LEFT_BH = 1u << 1,
	LEFT_PREEMPT = 1u << 2,
	TWICE_BH = 1u << 3,
	TWICE_PREEMPT = 1u << 4,
};

const char *misuse_text(enum misuse misuse);

/* Rules about data: the ones that an end must not have broken for lost-write to be looked for. */
u32 rule_data_mask(void);

#endif
