// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules.h"

static const char *const rule_names[] = {
#define RULE(id, name, text) name,
#include "rules.def"
};

static const char *const rule_texts[] = {
#define RULE(id, name, text) text,
#include "rules.def"
};

static const char *const warning_names[] = {
#define WARNING(id, name, text) name,
#include "rules.def"
};

static const char *const warning_texts[] = {
#define WARNING(id, name, text) text,
#include "rules.def"
};

static const char *const cause_names[] = {
#define CAUSE(id, name, text) name,
#include "causes.def"
};

static const char *const cause_texts[] = {
#define CAUSE(id, name, text) text,
#include "causes.def"
};

static const char *const misuse_texts[] = {
#define MISUSE(id, text) text,
#include "misuses.def"
};

const char *rule_name(enum rule rule)
{
	return rule_names[rule];
}

const char *rule_text(enum rule rule)
{
	return rule_texts[rule];
}

const char *warning_name(enum warning warning)
{
	return warning_names[warning];
}

const char *warning_text(enum warning warning)
{
	return warning_texts[warning];
}

const char *cause_name(enum cause cause)
{
	return cause_names[cause];
}

const char *cause_text(enum cause cause)
{
	return cause_texts[cause];
}

const char *misuse_text(enum misuse misuse)
{
	return misuse_texts[misuse];
}

u32 rule_data_mask(void)
{
	return BIT(R_BAD_ADDRESS) | BIT(R_WRONG_PAGE) | BIT(R_STALE_LOAD) | BIT(R_STALE_DMA_READ) |
	       BIT(R_LEAK);
}
