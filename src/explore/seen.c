// SPDX-License-Identifier: GPL-2.0-or-later
#include "seen.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#define SHARD_BITS 4u
#define SHARDS (1u << SHARD_BITS)
#define FIRST_SLOTS 64u
/* Slots behind the last home: where what does not fit there goes. */
#define TAIL_SLOTS 64u

/* What differs from the first state: (place, value) pairs in the order of places. */
struct kept {
	struct kept *next; /* another state of this fingerprint */
	u32 pairs;
	u32 pair[][2];
};

/*
 * Fingerprints stand at their home or behind it, without a gap, in ascending order, as their homes do: a search for
 * one that is not there ends early, and a larger table is filled from front to back.
 */
#define SHARD_ALIGN 128u /* two lines, as they are fetched: threads in two shards do not meet */

struct shard {
	_Alignas(SHARD_ALIGN) pthread_mutex_t lock;
	u64 *slot; /* slots + TAIL_SLOTS of them; 0: empty */
	struct kept **kept; /* beside each slot, where states are kept */
	u64 slots, count, collisions, kept_bytes;
};

struct seen {
	struct shard shard[SHARDS];
	bool exact, shared;
	u64 most;
	u32 *first; /* words of the first state */
	u32 words;
	u64 bytes; /* of all tables; changed with atomics */
};

static u64 slot_bytes(const struct seen *s)
{
	return sizeof(u64) + (s->exact ? sizeof(struct kept *) : 0);
}

struct seen *seen_new(const struct world *first, bool exact, bool shared, u64 most)
{
	struct seen *s = aligned_alloc(SHARD_ALIGN, sizeof(*s));
	pthread_mutexattr_t attributes;
	u32 i;

	if (!s)
		return NULL;
	*s = (struct seen){.exact = exact, .shared = shared, .most = most};
	s->words = first->k->layout.hashed;
	if (exact) {
		s->first = malloc(s->words * sizeof(u32));
		if (!s->first) {
			free(s);
			return NULL;
		}
		memcpy(s->first, first->word, s->words * sizeof(u32));
	}
	/* held for some dozens of instructions: to spin is cheaper than to sleep */
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
	for (i = 0; i < SHARDS; i++)
		pthread_mutex_init(&s->shard[i].lock, &attributes);
	pthread_mutexattr_destroy(&attributes);
	return s;
}

void seen_free(struct seen *s)
{
	u32 i;
	u64 j;

	if (!s)
		return;
	for (i = 0; i < SHARDS; i++) {
		struct shard *h = &s->shard[i];

		for (j = 0; s->exact && h->slots && j < h->slots + TAIL_SLOTS; j++) {
			struct kept *k = h->kept[j], *next;

			for (; k; k = next) {
				next = k->next;
				free(k);
			}
		}
		free(h->slot);
		free(h->kept);
		pthread_mutex_destroy(&h->lock);
	}
	free(s->first);
	free(s);
}

/* Spreads fingerprints over any number of slots, by the bits that do not choose the shard. */
static u64 home(u64 fingerprint, u64 slots)
{
	return (u64)((unsigned __int128)(fingerprint << SHARD_BITS) * slots >> 64);
}

/* The slot that holds `fingerprint`, or where it belongs: one that is empty, or holds a larger one. */
static u64 probe(const struct shard *h, u64 fingerprint)
{
	u64 at = home(fingerprint, h->slots);

	/* the last slot of the tail is always empty */
	while (h->slot[at] && h->slot[at] < fingerprint)
		at++;
	return at;
}

static u64 *slots_new(u64 slots)
{
	u64 bytes = (slots + TAIL_SLOTS) * sizeof(u64);
	u64 *slot = calloc(1, bytes);

	/* nearly every look-up goes to another page: the larger the better. Only a wish. */
	if (slot && bytes >= 4u << 20) {
		uintptr_t from = ((uintptr_t)slot + 4095) & ~(uintptr_t)4095;

		madvise((void *)from, bytes - (from - (uintptr_t)slot), MADV_HUGEPAGE);
	}
	return slot;
}

static bool grow(struct seen *s, struct shard *h)
{
	u64 slots = h->slots, old, bytes, i, to, next;
	u64 *slot;
	struct kept **kept;

	old = h->slots ? (h->slots + TAIL_SLOTS) * slot_bytes(s) : 0;
again:
	slots = slots ? slots + slots / 2 : FIRST_SLOTS;
	bytes = (slots + TAIL_SLOTS) * slot_bytes(s);
	/* both tables are there while the old one is emptied */
	if (s->most && __atomic_load_n(&s->bytes, __ATOMIC_RELAXED) + bytes > s->most)
		return false;
	slot = slots_new(slots);
	kept = slot && s->exact ? calloc(slots + TAIL_SLOTS, sizeof(struct kept *)) : NULL;
	if (!slot || (s->exact && !kept)) {
		free(slot);
		return false;
	}
	for (i = 0, next = 0; h->slots && i < h->slots + TAIL_SLOTS; i++) {
		if (!h->slot[i])
			continue;
		to = home(h->slot[i], slots);
		if (to < next)
			to = next;
		if (to + 1 == slots + TAIL_SLOTS) {
			free(slot);
			free(kept);
			goto again;
		}
		slot[to] = h->slot[i];
		if (kept)
			kept[to] = h->kept[i];
		next = to + 1;
	}
	__atomic_add_fetch(&s->bytes, bytes - old, __ATOMIC_RELAXED);
	free(h->slot);
	free(h->kept);
	__atomic_store_n(&h->slot, slot, __ATOMIC_RELAXED);
	__atomic_store_n(&h->slots, slots, __ATOMIC_RELAXED);
	h->kept = kept;
	return true;
}

/* Empties the slot `at` for another fingerprint: what stands there moves back, up to the next gap. */
static void make_room(struct shard *h, u64 at)
{
	u64 gap = at;

	while (h->slot[gap])
		gap++;
	memmove(&h->slot[at + 1], &h->slot[at], (gap - at) * sizeof(*h->slot));
	if (h->kept) {
		memmove(&h->kept[at + 1], &h->kept[at], (gap - at) * sizeof(*h->kept));
		h->kept[at] = NULL;
	}
}

static bool same_as(const struct seen *s, const struct world *w, const struct kept *k)
{
	u32 at, next = 0;

	for (at = 0; at < s->words; at++) {
		if (next < k->pairs && k->pair[next][0] == at) {
			if (w->word[at] != k->pair[next++][1])
				return false;
		} else if (w->word[at] != s->first[at]) {
			return false;
		}
	}
	return true;
}

static struct kept *keep(struct seen *s, struct shard *h, const struct world *w)
{
	u32 pairs = 0, at;
	struct kept *k;
	u64 bytes;

	for (at = 0; at < s->words; at++)
		pairs += w->word[at] != s->first[at];
	bytes = sizeof(*k) + pairs * sizeof(k->pair[0]);
	if (s->most && __atomic_load_n(&s->bytes, __ATOMIC_RELAXED) + bytes > s->most)
		return NULL;
	k = malloc(bytes);
	if (!k)
		return NULL;
	k->pairs = 0;
	for (at = 0; at < s->words; at++) {
		if (w->word[at] == s->first[at])
			continue;
		k->pair[k->pairs][0] = at;
		k->pair[k->pairs++][1] = w->word[at];
	}
	h->kept_bytes += bytes;
	__atomic_add_fetch(&s->bytes, bytes, __ATOMIC_RELAXED);
	return k;
}

static enum seen_result shard_add(struct seen *s, struct shard *h, u64 fingerprint,
				  const struct world *w)
{
	struct kept *k = NULL;
	bool there;
	u64 at;

	if (!h->slots && !grow(s, h))
		return SEEN_NO_MEMORY;
	at = probe(h, fingerprint);
	there = h->slot[at] == fingerprint;
	if (there && !s->exact)
		return SEEN_BEFORE;
	if (there)
		for (k = h->kept[at]; k; k = k->next)
			if (same_as(s, w, k))
				return SEEN_BEFORE;
	if (s->exact) {
		k = keep(s, h, w);
		if (!k)
			return SEEN_NO_MEMORY;
	}
	if (!there) {
		while (h->count + 1 > h->slots / 8 * 7 || h->slot[h->slots + TAIL_SLOTS - 2]) {
			if (!grow(s, h)) {
				free(k);
				return SEEN_NO_MEMORY;
			}
			at = probe(h, fingerprint);
		}
		if (h->slot[at])
			make_room(h, at);
		h->slot[at] = fingerprint;
	}
	if (k) {
		h->collisions += there;
		k->next = h->kept[at];
		h->kept[at] = k;
	}
	h->count++;
	return SEEN_NEW;
}

/* 0 marks an empty slot; merging it with 1 costs one more unlikely collision. */
static u64 fingerprint_of(const struct world *w)
{
	return w->hash + !w->hash;
}

void seen_prepare(const struct seen *s, const struct world *w)
{
	u64 fingerprint = fingerprint_of(w);
	const struct shard *h = &s->shard[fingerprint >> (64 - SHARD_BITS)];
	/* both may change under our eyes: what is fetched then helps nobody, and harms nobody */
	const u64 *slot = __atomic_load_n(&h->slot, __ATOMIC_RELAXED);

	__builtin_prefetch(slot + home(fingerprint, __atomic_load_n(&h->slots, __ATOMIC_RELAXED)));
}

enum seen_result seen_add(struct seen *s, const struct world *w)
{
	u64 fingerprint = fingerprint_of(w);
	struct shard *h = &s->shard[fingerprint >> (64 - SHARD_BITS)];
	enum seen_result result;

	if (!s->shared)
		return shard_add(s, h, fingerprint, w);
	pthread_mutex_lock(&h->lock);
	result = shard_add(s, h, fingerprint, w);
	pthread_mutex_unlock(&h->lock);
	return result;
}

u64 seen_count(const struct seen *s)
{
	u64 count = 0;
	u32 i;

	for (i = 0; i < SHARDS; i++)
		count += __atomic_load_n(&s->shard[i].count, __ATOMIC_RELAXED);
	return count;
}

u64 seen_bytes(const struct seen *s)
{
	return __atomic_load_n(&s->bytes, __ATOMIC_RELAXED);
}

u32 seen_load(const struct seen *s)
{
	u64 slots = 0;
	u32 i;

	for (i = 0; i < SHARDS; i++)
		slots += __atomic_load_n(&s->shard[i].slots, __ATOMIC_RELAXED);
	return slots ? (u32)(seen_count(s) * 100 / slots) : 0;
}

u64 seen_collisions(const struct seen *s)
{
	u64 collisions = 0;
	u32 i;

	for (i = 0; i < SHARDS; i++)
		collisions += s->shard[i].collisions;
	return collisions;
}

double seen_odds(u64 states)
{
	return (double)states * (double)states / 36893488147419103232.0; /* 2^65 */
}
