/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All mutable state of a modelled machine: one flat arena of 32-bit words, no pointers in it, and the
 * journal, the only way to change a word.
 *
 * Reading: the accessors below give const pointers into the arena, so that a plain assignment does not
 * compile. Writing: put(w, &thing->field, value). A put records the old value when the driver wants to go
 * back (w->log), keeps the hash up to date, and costs nothing when the value stays the same.
 *
 * The hash is the sum over all state words of the value times a factor of its place; a word that is 0 adds nothing,
 * so it does not depend on the arena's size. Words from layout.hashed on are derived from the state (busy-set
 * bitmaps): journaled, never hashed.
 *
 * Caches, hierarchy and TLB are compiled a second time with WORLD_PLAIN, for traces: nobody goes back there or compares
 * states, so a put is a store, and what is told is counted on the spot (src/trace/sim.c).
 */
#ifndef STALELINE_WORLD_H
#define STALELINE_WORLD_H

#include <string.h>

#include "program.h"
#include "rules.h"

/* frames */
#define FRAME_LOCALS 14
#define FRAME_DEPTH 9

struct w_frame {
	u32 fn; /* enum kfunc, 0 below no frame */
	u32 pc; /* where to go on: an enum kstep, or a small number after a call */
	u32 local[FRAME_LOCALS];
};

enum ctx_state {
	CTX_IDLE, /* not begun, or between two runs */
	CTX_READY, /* a process that may get the CPU */
	CTX_CURRENT, /* on a CPU's stack of contexts, on top or interrupted */
	CTX_SLEEPING, /* off the CPU until its wait is over */
	CTX_DONE, /* all its runs have ended */
};

enum wait_kind { WAIT_NONE, WAIT_LOCK, WAIT_DEVICE, WAIT_PAGE, WAIT_PKMAP };

struct w_ctx {
	u32 state;
	u32 runs; /* runs begun; stays 0 where `times` is not finite */
	u32 pending; /* triggers not yet consumed */
	u32 step; /* index of the scenario step it is in */
	u32 irqs_off; /* its view of Status.IE, inverted */
	u32 bh_off; /* local_bh_disable() depth */
	u32 preempt_off; /* its own share of preempt_count */
	u32 below; /* context it interrupted + 1 */
	u32 wait, wait_arg; /* what it waits for, spinning or asleep */
	u32 loop[LOOP_DEPTH]; /* rounds done of the `repeat` steps it is in */
	u32 sp; /* frames in use */
	struct w_frame frame[FRAME_DEPTH];
};

struct w_cpu {
	u32 current; /* context on top + 1, 0 when idle */
	u32 asid; /* EntryHi.ASID: mm + 1 */
	u32 wired;
	u32 tlb_entries; /* entries in use: [0, wired) wired, then the others, sorted */
	u32 kmap_idx; /* __kmap_atomic_idx: stacked slots in use */
	u32 l1_depth; /* kmap_high_l1_vipt()'s per-CPU nesting count */
};

/* vpn2 is the address of the even page; lo[] as the architecture's EntryLo0/1, without G. */
struct w_tlb {
	u32 vpn2;
	u32 mask; /* page pair size - 1 */
	u32 asid;
	u32 global; /* G0 & G1 at the write */
	u32 lo[2];
};

enum world_end {
	END_NOT,
	END_COMPLETE, /* every context with finite times has ended, the devices are idle */
	END_EARLY, /* an oops, bug-on, machine check or deadlock */
};

struct w_top {
	u32 broken; /* rules broken so far */
	u32 ended; /* enum world_end */
	u32 last_pkmap_nr;
	u32 used[BOUND_COUNT]; /* choices taken of each kind; counts only where it is bounded */
};

struct w_handle {
	u32 va; /* 0: never set */
	u32 page; /* first page + 1 */
	u32 unmapped;
};

enum map_state { MAP_NONE, MAP_DEVICE, MAP_CPU };

struct w_map {
	u32 state; /* who owns the buffer */
};

struct w_device {
	u32 map; /* mapping under way + 1 */
	u32 writes; /* the device writes memory (FROM_DEVICE) */
	u32 sg, at; /* next burst: entry within the mapping, byte within the entry */
	u32 irq; /* the last burst is done, the interrupt not raised yet */
	u32 starter; /* scenario step that started the transfer + 1: its writes' identity */
	u32 iteration; /* of that step, where identities are kept */
	u32 completions; /* handled interrupts that nobody waited for yet */
};

/* What a context's open window and call have cost so far, in metered cells; 0 while there is none. Kept by a driver. */
struct w_meter {
	u32 irqs_off; /* cycles since it turned irqs off */
	u32 call; /* scenario step that is in a call of a DMA hook + 1 */
	u32 cache_ops, tlb_flushes; /* of the call */
};

#define PAGE_IN_USE BIT(0)
#define PAGE_LOCKED BIT(1)
#define PAGE_UPTODATE BIT(2)

struct w_page {
	u32 flags;
	u32 address; /* page_address() of a highmem page, 0 when it has none */
	u32 owners; /* mappings through which a device owns some of it */
};

/* A line of a cache: kept in replacement order, the valid ones in front. Followed by its data tokens. */
struct w_line {
	u32 tag; /* physical address of the line, as a line number, + 1; 0 = invalid */
	u32 dirty;
	u32 way; /* only where the cell runs index ops (cell.ways_matter); else 0 */
	u32 data[];
};

#define LINE_HEAD_WORDS 3u
/* lines are at most 256 bytes, granules at least one */
#define LINE_WORDS_MAX (LINE_HEAD_WORDS + 256u)

/* one record of the undo log */
struct undo {
	u32 at;
	u32 old;
};

struct event {
	u32 kind; /* enum event_kind */
	u32 cpu, ctx; /* ctx is NO_ID for devices and the environment */
	u32 step; /* scenario step, NO_ID outside of one */
	u32 kstep; /* enum kstep */
	u32 a, b, c, d, e;
};

/* A rule broken or a warning given by the last choice applied. */
struct finding {
	bool warning;
	u32 rule; /* enum rule or enum warning */
	u32 cpu, ctx, step, kstep;
	u32 page, offset; /* place meant; NO_ID when none */
	/*
	 * Write identities, where the cell keeps them; of dma-misuse an enum misuse, and the mapping if it stays; of
	 * irqs-unbalanced bits of enum imbalance.
	 */
	u32 got, want;
	u32 fn; /* routine the context was in, 0: none */
};

#define MAX_FINDINGS 64
#define LINES_MAX 256u

/*
 * Alternatives within one choice: which line or TLB entry makes room shows only while the choice is applied.
 * Each decision takes its digit of `value`, the first one the lowest; what no digit is given for is 0.
 */
#define PICK_BITS 10u
#define PICKS_MAX 3u
/*
 * Beside the digits: a full cache set loses the line of the highest tag, as it does while exploring with unbounded
 * evictions, whatever the cache's policy. What such an exploration found may need it (explore/victims.h).
 */
#define PICK_BY_TAG BIT(PICK_BITS *PICKS_MAX)

struct pick {
	bool by_tag;
	u32 value; /* the digits; those really taken once the choice is applied */
	u32 count; /* decisions so far */
	u32 of[PICKS_MAX]; /* alternatives of each, at least 2 */
	bool wrong; /* a digit named an alternative that does not exist */
};

/*
 * What a choice touched, for a search that leaves out choices which cannot matter (footprint.h). Effects note
 * it as they happen, while somebody asks (w->foot); what only the acting context can see is not noted.
 */
#define FOOT_SLOT BIT(0) /* the acting CPU's fixmap slots: ptes, TLB entries, counts */
#define FOOT_PKMAP BIT(1) /* the pkmap pool: ptes, TLB entries, counts, page_address() */
#define FOOT_USER BIT(2) /* user ptes and their TLB entries */
#define FOOT_TLB BIT(3) /* an access through the TLB, or a change of it */
#define FOOT_IRQS_OFF BIT(4) /* interrupts cannot arrive any more */
#define FOOT_SOFTIRQS_OFF BIT(5)
#define FOOT_ALL BIT(6) /* anything at all, but for lines of data */
#define FOOT_ALL_LINES BIT(7)
#define FOOT_SYNC                                                                                  \
	BIT(8) /* its lines are those that wait in the CPU's write buffer, whoever sent them there */

#define FOOT_LINES 8u

struct foot {
	u32 touched; /* FOOT_… */
	u32 lines;
	u32 line[FOOT_LINES]; /* of the longest line's size, counted from page 0 on */
};

struct world {
	u32 *word; /* layout.words of them */
	u64 hash;
	/* world_factor() of each place that is hashed, kept by a driver that is in a hurry */
	const u64 *factor;
	u32 factors; /* 0 where they are not kept */
	const struct cell *k;

	/* undo log, owned and grown by the driver between choices; NULL, of capacity 0: changes are final */
	struct undo *log;
	size_t logged, log_capacity;

	/* who listens; NULL while nobody does */
	void (*listen)(void *arg, const struct event *event);
	void *listen_arg;

	/* what the last choice found; reset by engine_apply() */
	struct finding finding[MAX_FINDINGS];
	u32 findings;

	u32 withheld; /* kinds that a bound ever kept from being taken: bookkeeping, not state */

	/* how the last choice's decisions were taken; set by engine_apply() */
	struct pick pick;
	struct foot *foot; /* where the choice under way notes what it touches; NULL: nobody asks */
	u32 random; /* not 0: caches with random replacement decide by this generator (run) */

	/* scenario steps executed, and syncs that ran an op / found a line, ever: bookkeeping, not state */
	u8 *step_done;
	/* kernel lines executed, one bit an enum kline, in cells that watch them: bookkeeping, not state */
	u32 line_done[LINES_MAX / 32];
	u64 checks; /* choices applied, for the self-check's rhythm */
};

#define STEP_DONE BIT(0)
#define STEP_SYNC_RAN BIT(1)
#define STEP_SYNC_USEFUL BIT(2)

static inline u64 world_fold(u64 a, u64 b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (u64)product ^ (u64)(product >> 64);
}

/*
 * The place's factor: odd, otherwise like drawn by chance. Two worlds have the same hash where the sum of their
 * differences times the factors is 0. With an odd number of odd differences it never is; with an even number, not 0, it
 * is with a chance of 2^-63; where 2^k is the largest power of two that divides all differences, the same holds of them
 * divided, with 2^-(63-k). Nearly all pairs of states differ in something small, a program counter or a flag (tests/naive
 * counts pairs that agree in 24 bits: about as many as by chance). Small sums of small multiples of factors must not
 * cancel: products of functions of the place, with something added, keep no structure of it.
 */
static inline u64 world_factor(u32 at)
{
	u64 x = world_fold(at ^ 0xd1b54a32d192ed03ull,
			   at * 0x9e3779b97f4a7c15ull + 0x8ebc6af09c88c6e3ull);

	return world_fold(x ^ 0x2d358dccaa6c78a5ull, x + 0x8bb84b93962eacc9ull) | 1;
}

/* What a word adds to the hash: nothing when it is 0. */
static inline u64 world_mix(u32 at, u32 value)
{
	return world_factor(at) * value;
}

#ifdef WORLD_PLAIN
static inline void put(struct world *w, const u32 *field, u32 value)
{
	(void)w;
	*(u32 *)(uintptr_t)field = value;
}

static inline void put_words(struct world *w, const u32 *to, const u32 *from, u32 words)
{
	u32 i;

	for (i = 0; i < words; i++)
		put(w, &to[i], from ? from[i] : 0);
}

static inline void put_back(struct world *w, const u32 *to, const u32 *from, u32 words)
{
	(void)w;
	memmove((u32 *)(uintptr_t)to, from, words * sizeof(u32));
}
#else
void world_change_hash(struct world *w, u32 at, u32 old, u32 value);

static inline void put(struct world *w, const u32 *field, u32 value)
{
	u32 *cell = (u32 *)(uintptr_t)field;
	u32 at = (u32)(cell - w->word);
	u32 old = *cell;

	if (old == value)
		return;
	/* without a log both are 0 */
	if (w->logged != w->log_capacity)
		w->log[w->logged++] = (struct undo){at, old};
	else
		bug_on(w->log, "the undo log has no room for one more step");
	if (at < w->factors)
		w->hash += w->factor[at] * ((u64)value - old);
	else
		world_change_hash(w, at, old, value);
	*cell = value;
}

void world_put_words(struct world *w, u32 *cell, const u32 *from, u32 words);

/*
 * Puts words that lie side by side, the first one first: those at `from`, which may be some way further on in the same
 * place, or 0 where it is NULL.
 */
static inline void put_words(struct world *w, const u32 *to, const u32 *from, u32 words)
{
	if (words == 1)
		put(w, to, from ? *from : 0);
	else if (words)
		world_put_words(w, (u32 *)(uintptr_t)to, from, words);
}

/* `words` of them go from `from` to `to`, which is behind it; both may share words. */
static inline void put_back(struct world *w, const u32 *to, const u32 *from, u32 words)
{
	while (words) {
		words--;
		put(w, &to[words], from[words]);
	}
}
#endif

/*
 * One of `n` alternatives, by the choice's next digit. `random`: by the world's generator where a schedule is
 * run by seed. Any but the first is a choice of `kind`: when that is used up there is no decision.
 */
u32 world_pick(struct world *w, u32 n, enum bound kind, bool random);

static inline void foot_touch(const struct world *w, u32 what)
{
	if (__builtin_expect(w->foot != NULL, 0))
		w->foot->touched |= what;
}

static inline const struct w_top *w_top(const struct world *w)
{
	return (const struct w_top *)(w->word + w->k->layout.top);
}

/* Those of `kinds` (bits) that are used up. */
static inline u32 bounds_spent(const struct world *w, u32 kinds)
{
	const struct bounds *b = &w->k->bounds;
	u32 left, spent = 0;

	for (left = kinds & b->set; left; left &= left - 1) {
		u32 kind = (u32)__builtin_ctz(left);

		if (w_top(w)->used[kind] >= b->most[kind])
			spent |= BIT(kind);
	}
	return spent;
}

/* Counts one choice of these kinds: whoever draws on the same bound meets it. */
static inline void bounds_use(struct world *w, u32 kinds)
{
	u32 left;

	for (left = kinds & w->k->bounds.set; left; left &= left - 1) {
		const u32 *used = &w_top(w)->used[__builtin_ctz(left)];

		foot_touch(w, FOOT_ALL);
		put(w, used, *used + 1);
	}
}

void foot_note_line(const struct world *w, u32 page, u32 offset);

static inline void foot_line(const struct world *w, u32 page, u32 offset)
{
	if (__builtin_expect(w->foot != NULL, 0))
		foot_note_line(w, page, offset);
}

/* Lays the cell's world out; returns its size in words. Sets k->layout. */
u32 world_layout(struct cell *k);
/* Puts a zeroed arena into the state before the first step. */
void world_init(struct world *w, const struct cell *k, u32 *words, u8 *step_done);
/* Takes back everything logged after `mark`; `hash` is the hash as it was then. */
void world_undo(struct world *w, size_t mark, u64 hash);
/*
 * The same, but what was logged stays: words and log after `mark` are exchanged, so that world_forth() brings the state
 * after again. `hash` is that of the state to come.
 */
void world_back(struct world *w, size_t mark, u64 hash);
void world_forth(struct world *w, size_t mark, u64 hash);
/* The hash computed from nothing but the words: must equal w->hash. */
u64 world_hash(const struct world *w);
/* An upper bound of the puts of one choice: what a driver must keep free in the log. */
size_t world_step_bound(const struct cell *k);

static inline const struct w_cpu *w_cpu(const struct world *w, u32 cpu)
{
	return (const struct w_cpu *)(w->word + w->k->layout.cpu) + cpu;
}

static inline const struct w_ctx *w_ctx(const struct world *w, u32 ctx)
{
	return (const struct w_ctx *)(w->word + w->k->layout.ctx) + ctx;
}

static inline const struct w_tlb *w_tlb(const struct world *w, u32 cpu)
{
	return (const struct w_tlb *)(w->word + w->k->layout.tlb) + cpu * w->k->machine.tlb_entries;
}

static inline const struct w_handle *w_handle(const struct world *w, u32 handle)
{
	return (const struct w_handle *)(w->word + w->k->layout.handle) + handle;
}

static inline const struct w_map *w_map(const struct world *w, u32 map)
{
	return (const struct w_map *)(w->word + w->k->layout.map) + map;
}

static inline const struct w_device *w_device(const struct world *w, u32 device)
{
	return (const struct w_device *)(w->word + w->k->layout.device) + device;
}

static inline const struct w_meter *w_meter(const struct world *w, u32 ctx)
{
	return (const struct w_meter *)(w->word + w->k->layout.meter) + ctx;
}

static inline const struct w_page *w_page(const struct world *w, u32 page)
{
	return (const struct w_page *)(w->word + w->k->layout.page) + page;
}

/* Who acts: handed down through every routine and effect. */
struct act {
	struct world *w;
	const struct cell *k;
	u32 cpu;
	u32 ctx; /* NO_ID: a device or the environment */
	u32 step; /* scenario step */
	u32 kstep; /* enum kstep of the effect under way */
	u32 change; /* enum change: how the effect under way differs from the kernel's; mostly 0 */
	u32 ret, ret2; /* values of the routine that returned last */
	/* while the context runs (kstep.c); what stands in the world is put right when it rests */
	const struct w_frame *frame; /* of the running routine; NULL while none runs */
	u32 depth; /* frames in use */
	u32 stale; /* frames from here on are as they were; those between are left over */
	bool fresh; /* the running routine was called just now: its frame's pc is left over */
};

enum event_kind {
#define EVENT(id, name, text) EV_##id,
#include "events.def"
	EVENT_COUNT
};

void world_tell(const struct act *a, enum event_kind kind, u32 e_a, u32 e_b, u32 e_c, u32 e_d,
		u32 e_e);

#ifdef WORLD_PLAIN
static inline void plain_tell(const struct act *a, enum event_kind kind, u32 e_a, u32 e_b, u32 e_c,
			      u32 e_d);
#define tell(act, kind, ...) PLAIN_TELL_(act, kind, __VA_ARGS__, 0, 0, 0, 0)
#define PLAIN_TELL_(act, kind, p, q, r, s, ...) plain_tell(act, kind, p, q, r, s)
#else
/* Tells the listener, if there is one. */
#define tell(act, kind, ...) TELL_(act, kind, __VA_ARGS__, 0, 0, 0, 0, 0)
#define TELL_(act, kind, p, q, r, s, t, ...)                                                       \
	do {                                                                                       \
		if ((act)->w->listen)                                                              \
			world_tell(act, kind, p, q, r, s, t);                                      \
	} while (0)
#endif

#endif
