/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exploration once more, by other means than src/explore: breadth first, whole states kept and compared
 * word by word. Neither undo log nor hash nor fingerprint have a say in what it finds, so whatever those get
 * wrong shows as a difference.
 */
#ifndef TESTS_NAIVE_NAIVE_H
#define TESTS_NAIVE_NAIVE_H

#include "tally.h"

struct naive_result {
	bool too_many; /* given up: more states than the limit */
	bool derived_differ; /* two equal states whose derived words differ */
	u64 states, transitions;
	u64 ends, ends_complete;
	u32 ever, always, warned;
	u32 withheld; /* kinds of choices that a bound kept out somewhere */
	bool cut; /* some schedule could go on only beyond a bound */
	u8 *step_done; /* per scenario step */
	u64 *times; /* occurrences of each finding, at naive_finding() */
	struct tallying tally; /* the worst cases, where asked for */
	u64 alike; /* pairs of states whose hashes agree in the NAIVE_BITS lowest bits; of NAIVE_MANY states and more */
};

/* Few enough for pairs to agree by chance. */
#define NAIVE_BITS 24u
#define NAIVE_MANY 10000u

/* Place in times[] of a finding; `step` may be NO_ID. */
size_t naive_finding(const struct cell *k, bool warning, u32 rule, u32 step);
size_t naive_findings(const struct cell *k);

/* `worst`: what windows and calls have cost so far is part of the states, and their largest costs are told. */
void naive_explore(const struct cell *k, u64 limit, bool worst, struct naive_result *ret);
void naive_free(struct naive_result *r);

#endif
