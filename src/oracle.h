/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong, by one definition (docs/model.md): the flat machine is a single array of the newest write
 * per granule, indexed by the physical address that is meant. A store or a device write sets it at once;
 * mappings, TLBs, cache ops and SYNC do nothing to it. Every other read is compared with it.
 *
 * Where identities are kept the array is there; while exploring, storing takes "newest" away from the other
 * copies of the granule instead, which tells the same.
 */
#ifndef STALELINE_ORACLE_H
#define STALELINE_ORACLE_H

#include "world.h"

/* The place an access is for: the page its mapping was made for. page == NO_ID: the address means itself. */
struct meaning {
	u32 page;
	u32 offset; /* bytes, may pass the page's end: then the following pages are meant */
};

/* Brings offset below the page size. */
struct meaning meaning_at(const struct cell *k, struct meaning m, u32 plus);

/* Notes that a rule is broken, once per rule and step in one choice. */
void oracle_break(const struct act *a, enum rule rule, struct meaning at, u32 got, u32 want);
/* The same for rules without a place. */
void oracle_break_kernel(const struct act *a, enum rule rule);
/* irqs-unbalanced; `imbalance`: bits of enum imbalance. */
void oracle_break_unbalanced(const struct act *a, u32 imbalance);
/* As oracle_break_kernel(); the schedule ends here: oops, bug-on, machine check, deadlock. */
void oracle_end(const struct act *a, enum rule rule, struct meaning at);
void oracle_warn(const struct act *a, enum warning warning, struct meaning at);

/* The identity of a write made now by the acting step: what its token is where identities are kept. */
u32 oracle_identity(const struct act *a);
/* A write of `length` bytes meant for `at`: updates the flat machine, takes "newest" from all other copies. */
void oracle_write(const struct act *a, struct meaning at, u32 length, u32 identity);
/*
 * The token that a write just noted puts at the physical place it goes to, per granule; right: that place
 * is the one meant.
 */
u32 oracle_token(const struct act *a, struct meaning at, bool right);
/* A read of one granule found `token`: breaks `rule` (or leak) unless it is the newest. */
void oracle_read(const struct act *a, enum rule rule, struct meaning at, u32 token);
/*
 * A `poll` step found `token`: never compared with the newest, but it breaks stale-load when it is older
 * than what the same step saw there before. True when the write it waits for, of step `until`, is seen.
 */
bool oracle_poll(const struct act *a, struct meaning at, u32 token, u32 until);
/* The CPU touches bytes: breaks dma-ownership or warns line-shared where a device owns them. */
void oracle_touch(const struct act *a, struct meaning at, u32 length, bool store);

/* A FROM_DEVICE mapping covers the range / its page was freed: what an unwritten granule there reads is a leak. */
void oracle_leak(const struct act *a, struct meaning at, u32 length, bool leaks);

/* Notes the lines whose eviction could change what oracle_complete() finds. */
void oracle_foot(const struct world *w);

/* The identity of the newest write to the granule of `at`; only where the cell keeps identities. */
u32 oracle_newest(const struct world *w, struct meaning at);
/* The newest data of the granule is in memory or in some cache. */
bool oracle_kept(const struct world *w, struct meaning at);

/* The schedule is complete: breaks lost-write for newest data that is nowhere. */
void oracle_complete(const struct act *a);

#endif
