/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ids and names of the rules and warnings of rules.def. */
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

/* The kebab-case name, and what a breach means in one sentence. */
const char *rule_name(enum rule rule);
const char *rule_text(enum rule rule);
const char *warning_name(enum warning warning);
const char *warning_text(enum warning warning);

/* Rules about data: the ones that an end must not have broken for lost-write to be looked for. */
u32 rule_data_mask(void);

#endif
