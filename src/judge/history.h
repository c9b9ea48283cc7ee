/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How one violation came about: the same choices taken again with full identities, watching one granule:
 * which copies of it exist, what they hold, and every event that concerns it.
 */
#ifndef STALELINE_JUDGE_HISTORY_H
#define STALELINE_JUDGE_HISTORY_H

#include "explore/follow.h"
#include "outcome.h"

/* One copy of the watched granule. */
struct copy {
	gboolean present;
	gboolean dirty;
	u32 token;
};

/*
 * Where a cache can hold the granule: one seat per cache and colour, the L1s first; then where it can wait, one seat
 * per write buffer. The loader admits no more than MAX_COLOURS colours.
 */
#define MAX_COLOURS 8u
#define MAX_SEATS (MAX_CPUS * (MAX_COLOURS + 1) + 1)

u32 history_seats(const struct cell *k);
u32 history_seat(const struct cell *k, u32 cache, u32 colour);
u32 history_seat_cache(const struct cell *k, u32 seat);
/* The seat is of a write buffer. */
gboolean history_seat_waits(const struct cell *k, u32 seat);
/* "D$ cpu0", "D$ cpu0 colour 1", "L2", "buffer cpu0"; newly allocated. */
char *history_seat_name(const struct cell *k, u32 seat);

/* All copies, as they stand after a choice. */
struct copies {
	struct copy memory;
	struct copy seat[MAX_SEATS];
	u32 newest;
};

/* All copies of the granule at `offset` of the page, in a cell that keeps identities. */
void history_copies(const struct world *w, u32 page, u32 offset, struct copies *c);

/* Where the address that an access went wrong through leads, as it stands after a choice. */
struct mapping {
	u32 pte; /* EntryLo of the page table */
	gboolean held; /* the TLB of the CPU that made the access holds an entry for it */
	u32 tlb; /* EntryLo of that */
};

/* A choice that changed a copy or concerned the granule. */
struct moment {
	u64 number; /* of the choice, from 1 */
	struct choice choice;
	u32 ctx, device; /* who acted; NO_ID */
	u32 step; /* scenario step, NO_ID */
	u32 kstep;
	gboolean owned; /* behind it a device owns bytes of the granule's line */
	GArray *events; /* struct event: those that concern the granule */
	struct copies after;
	struct mapping mapping; /* where h->va is of interest */
};

struct history {
	const struct outcome *outcome; /* NULL: another cell's choices were followed */
	const struct found *found; /* NULL: nothing went wrong */
	struct compiled *compiled; /* the cell with identities; may be outcome->compiled */
	gboolean own; /* compiled is ours to free */
	struct finding finding; /* as the replay had it, with identities */
	gboolean confirmed; /* the replay broke the same rule at the same step */
	u32 page, offset; /* the granule, or NO_ID */
	GPtrArray *moments; /* struct moment *, in order */
	struct copies start;
	u64 choices; /* up to and including the violation */
	struct record record; /* all of them */
	struct access access; /* the one that broke the rule, or that was watched */
	u64 owned_from; /* choice behind which a device first owned bytes of the line; 0: none did */
	u32 va; /* page address that an access went wrong through; 0: of no interest */
	u32 address; /* of that access: in full */
	u32 cpu, asid; /* of that access: its CPU, and its address space */
	u32 reached, reached_offset; /* of that access: the page; NO_ID: none of the scenario */
	GPtrArray *waits; /* of a deadlock: who is left and what each waits for, a sentence each */
};

/*
 * The same of a schedule in which nothing went wrong: `o` was run, and made the access that `of` ends with.
 * NULL when it never did.
 */
struct history *history_watch(const struct outcome *o, const struct history *of);
/*
 * The choices of `of` followed in cell `c`, another strategy's, up to the same access. NULL when it was not made,
 * got something old, or any rule was broken before. Takes over `c`.
 */
struct history *history_follow(struct compiled *c, const struct history *of);
/* NULL when the cell cannot be repeated (interrupted, or no memory). */
struct history *history_record(const struct outcome *o, const struct found *f);
void history_free(struct history *h);

/* Step and iteration of a token; FALSE for boot content and garbage. */
gboolean history_writer(u32 token, guint *step, guint *iteration);
/* What reports call the data of `token`: its label, else the step that wrote it. Newly allocated. */
char *history_data_name(const struct compiled *c, u32 token);

#endif
