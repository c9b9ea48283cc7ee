// SPDX-License-Identifier: GPL-2.0-or-later
#include "seen.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "kept.h"

/* Slots that memory fetches at once. A fingerprint's home is such a group; which slot of it is tried first differs. */
#define GROUP 8u
/* The table's size is a multiple of a page's, and only whole pages are given back. */
#define PAGE_SLOTS 512u
#define DRAINED_SLOTS (512u * PAGE_SLOTS)
/* What a thread may add before it asks again whether there is room. */
#define QUOTA 256u
#define SHARE_ALIGN                                                                                \
	128u /* two lines, as they are fetched: threads at different things do not meet */

struct member {
	_Alignas(SHARE_ALIGN) u32 inside;
	u32 quota; /* left of it */
};

/*
 * A fingerprint takes the first empty slot of its home, round it from the one that other bits of it say, or of the groups behind
 * it, round the table. Nothing is ever taken out, so a search that reaches an empty slot has shown that the fingerprint is
 * not there.
 */
struct seen {
	u64 *slot; /* 0: empty */
	u64 slots;
	struct kept_states *kept; /* instead of the table */
	u64 most;
	u32 threads;

	_Alignas(SHARE_ALIGN)
		pthread_mutex_t lock; /* of what follows; the table changes hands under it */
	u64 given; /* quotas handed out: never more than may be added */
	bool closed; /* nobody goes in; read without the lock */
	struct member member[];
};

struct seen *seen_new(const struct world *first, bool exact, u32 threads, u64 most)
{
	size_t bytes = sizeof(struct seen) + threads * sizeof(struct member);
	struct seen *s = aligned_alloc(SHARE_ALIGN, bytes);

	if (!s)
		return NULL;
	memset(s, 0, bytes);
	s->most = most;
	s->threads = threads;
	if (exact) {
		s->kept = kept_new(first);
		if (!s->kept) {
			free(s);
			return NULL;
		}
	}
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void seen_free(struct seen *s)
{
	if (!s)
		return;
	if (s->slot)
		munmap(s->slot, s->slots * sizeof(u64));
	kept_free(s->kept);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* 0 marks an empty slot; merging it with 1 costs one more unlikely collision. */
static u64 fingerprint_of(u64 hash)
{
	return hash + !hash;
}

/* Where a fingerprint is looked for, one slot after the other. */
struct probe {
	u64 *group, *first, *end; /* the table's, too */
	u32 turn; /* modulo GROUP: the slot */
	u32 left; /* slots of the group */
};

static inline u64 home(u64 fingerprint, u64 slots)
{
	/* spread over any number of groups */
	return (u64)((unsigned __int128)fingerprint * (slots / GROUP) >> 64) * GROUP;
}

static inline struct probe probe_first(u64 *slot, u64 slots, u64 fingerprint)
{
	return (struct probe){
		.group = slot + home(fingerprint, slots),
		.first = slot,
		.end = slot + slots,
		/* bits that have no part in the group; the lowest ones are much alike */
		.turn = (u32)(fingerprint >> 16),
		.left = GROUP,
	};
}

static inline u64 *probe_slot(const struct probe *p)
{
	return p->group + p->turn % GROUP;
}

static inline void probe_next(struct probe *p)
{
	p->turn++;
	if (--p->left)
		return;
	p->left = GROUP;
	p->group += GROUP;
	if (p->group == p->end)
		p->group = p->first;
}

/* The size of the table that takes the place of one of this size. */
static u64 slots_after(u64 slots)
{
	if (!slots)
		return 2 * PAGE_SLOTS;
	return slots < DRAINED_SLOTS ? 2 * slots : (slots + slots / 2) / PAGE_SLOTS * PAGE_SLOTS;
}

static u64 slots_most(u64 slots)
{
	return slots / 16 * 13;
}

static u64 *slots_new(u64 slots)
{
	u64 bytes = slots * sizeof(u64);
	u64 *slot = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (slot == MAP_FAILED)
		return NULL;
	/* nearly every look-up goes to another page: the larger the better. Only a wish. */
	if (bytes >= 2u << 20)
		madvise(slot, bytes, MADV_HUGEPAGE);
	return slot;
}

/* Nobody else is in the table. */
static bool grow(struct seen *s)
{
	u64 old_slots = s->slots, slots = slots_after(old_slots), drained = 0, i;
	u64 *old = s->slot, *slot;
	struct probe at;

	if (s->most && slots * sizeof(u64) > s->most)
		return false;
	slot = slots_new(slots);
	if (!slot)
		return false;
	/* the new table is filled from front to back, and the old one given back behind: there is never much of both */
	for (i = 0; i < old_slots; i++) {
		if (i - drained == DRAINED_SLOTS) {
			munmap(old + drained, DRAINED_SLOTS * sizeof(u64));
			drained = i;
		}
		if (!old[i])
			continue;
		for (at = probe_first(slot, slots, old[i]); *probe_slot(&at);)
			probe_next(&at);
		*probe_slot(&at) = old[i];
	}
	if (old)
		munmap(old + drained, (old_slots - drained) * sizeof(u64));
	__atomic_store_n(&s->slot, slot, __ATOMIC_RELAXED);
	__atomic_store_n(&s->slots, slots, __ATOMIC_RELAXED);
	return true;
}

void seen_enter(struct seen *s, u32 thread)
{
	struct member *m = &s->member[thread];

	if (s->threads == 1)
		return;
	/* in this order: either we see that it is closed, or who closed it sees us */
	__atomic_store_n(&m->inside, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&s->closed, __ATOMIC_SEQ_CST)) {
		__atomic_store_n(&m->inside, 0, __ATOMIC_RELEASE);
		pthread_mutex_lock(&s->lock);
		pthread_mutex_unlock(&s->lock);
		__atomic_store_n(&m->inside, 1, __ATOMIC_SEQ_CST);
	}
}

void seen_leave(struct seen *s, u32 thread)
{
	if (s->threads > 1)
		__atomic_store_n(&s->member[thread].inside, 0, __ATOMIC_RELEASE);
}

/* Waits until all threads are out, and grows the table as far as it takes. */
static bool make_room(struct seen *s)
{
	bool room = true;
	u32 i;

	__atomic_store_n(&s->closed, true, __ATOMIC_SEQ_CST);
	for (i = 0; i < s->threads; i++)
		while (__atomic_load_n(&s->member[i].inside, __ATOMIC_SEQ_CST))
			sched_yield();
	while (room && s->given + QUOTA > slots_most(s->slots))
		room = grow(s);
	__atomic_store_n(&s->closed, false, __ATOMIC_SEQ_CST);
	return room;
}

/* Gets the thread, which is in the table, a new quota. */
static __attribute__((noinline)) bool ask_quota(struct seen *s, u32 thread)
{
	bool room = true;

	seen_leave(s, thread);
	pthread_mutex_lock(&s->lock);
	if (s->given + QUOTA > slots_most(s->slots))
		room = make_room(s);
	if (room) {
		__atomic_store_n(&s->given, s->given + QUOTA, __ATOMIC_RELAXED);
		__atomic_store_n(&s->member[thread].quota, QUOTA, __ATOMIC_RELAXED);
	}
	pthread_mutex_unlock(&s->lock);
	seen_enter(s, thread);
	return room;
}

enum seen_result seen_add(struct seen *s, u32 thread, u64 hash)
{
	const u64 fingerprint = fingerprint_of(hash);
	struct member *m = &s->member[thread];
	struct probe at;

	if (!m->quota && !ask_quota(s, thread))
		return SEEN_NO_MEMORY;
	for (at = probe_first(s->slot, s->slots, fingerprint);; probe_next(&at)) {
		u64 *slot = probe_slot(&at);
		u64 there = __atomic_load_n(slot, __ATOMIC_RELAXED);

		if (there == fingerprint)
			return SEEN_BEFORE;
		if (there)
			continue;
		if (__atomic_compare_exchange_n(slot, &there, fingerprint, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			break;
		/* another thread was quicker; perhaps with the same state */
		if (there == fingerprint)
			return SEEN_BEFORE;
	}
	__atomic_store_n(&m->quota, m->quota - 1, __ATOMIC_RELAXED);
	return SEEN_NEW;
}

void seen_prepare(const struct seen *s, u64 hash)
{
	/* both may change under our eyes: what is fetched then helps nobody, and harms nobody */
	const u64 *slot = __atomic_load_n(&s->slot, __ATOMIC_RELAXED);

	__builtin_prefetch(
		slot + home(fingerprint_of(hash), __atomic_load_n(&s->slots, __ATOMIC_RELAXED)));
}

enum seen_result seen_keep(struct seen *s, const struct world *w)
{
	switch (kept_add(s->kept, w, s->most)) {
	case KEPT_NEW:
		return SEEN_NEW;
	case KEPT_BEFORE:
		return SEEN_BEFORE;
	case KEPT_NO_MEMORY:
		break;
	}
	return SEEN_NO_MEMORY;
}

u64 seen_count(const struct seen *s)
{
	u64 count = __atomic_load_n(&s->given, __ATOMIC_RELAXED);
	u32 i;

	if (s->kept)
		return kept_count(s->kept).states;
	for (i = 0; i < s->threads; i++)
		count -= __atomic_load_n(&s->member[i].quota, __ATOMIC_RELAXED);
	return count;
}

u32 seen_load(const struct seen *s)
{
	u64 slots = s->kept ? kept_count(s->kept).chains :
			      __atomic_load_n(&s->slots, __ATOMIC_RELAXED);

	return slots ? (u32)(seen_count(s) * 100 / slots) : 0;
}

u64 seen_bytes(const struct seen *s)
{
	return s->kept ? kept_count(s->kept).bytes :
			 __atomic_load_n(&s->slots, __ATOMIC_RELAXED) * sizeof(u64);
}

u64 seen_collisions(const struct seen *s)
{
	return s->kept ? kept_count(s->kept).collisions : 0;
}

double seen_odds(u64 states)
{
	return (double)states * (double)states / 18446744073709551616.0; /* 2^64 */
}
