// SPDX-License-Identifier: GPL-2.0-or-later
#include "kept.h"

#include <pthread.h>
#include <stdlib.h>

#define FIRST_CHAINS 1024u

/* (place, value) pairs in the order of places. */
struct kept {
	struct kept *next; /* of the chain */
	u64 hash;
	u32 pairs;
	u32 pair[][2];
};

struct kept_states {
	pthread_mutex_t lock; /* of everything */
	struct kept **chain; /* a power of two of them */
	struct kept_count count;
	u32 words;
	u32 first[]; /* words of the first state */
};

struct kept_states *kept_new(const struct world *first)
{
	u32 words = first->k->layout.hashed;
	struct kept_states *s = calloc(1, sizeof(*s) + words * sizeof(u32));

	if (!s)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	s->words = words;
	memcpy(s->first, first->word, words * sizeof(u32));
	return s;
}

void kept_free(struct kept_states *s)
{
	u64 i;

	if (!s)
		return;
	for (i = 0; i < s->count.chains; i++) {
		struct kept *k = s->chain[i], *next;

		for (; k; k = next) {
			next = k->next;
			free(k);
		}
	}
	pthread_mutex_destroy(&s->lock);
	free(s->chain);
	free(s);
}

static struct kept **chain_of(const struct kept_states *s, u64 hash)
{
	return &s->chain[hash & (s->count.chains - 1)];
}

static bool grow(struct kept_states *s)
{
	u64 chains = s->count.chains ? 2 * s->count.chains : FIRST_CHAINS, i;
	struct kept_states old = *s;

	s->chain = calloc(chains, sizeof(*s->chain));
	if (!s->chain) {
		s->chain = old.chain;
		return false;
	}
	s->count.chains = chains;
	s->count.bytes += (chains - old.count.chains) * sizeof(*s->chain);
	for (i = 0; i < old.count.chains; i++) {
		struct kept *k = old.chain[i], *next;

		for (; k; k = next) {
			struct kept **to = chain_of(s, k->hash);

			next = k->next;
			k->next = *to;
			*to = k;
		}
	}
	free(old.chain);
	return true;
}

static bool same_as(const struct kept_states *s, const struct world *w, const struct kept *k)
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

static struct kept *keep(struct kept_states *s, const struct world *w, u64 most)
{
	u32 pairs = 0, at;
	struct kept *k;
	u64 bytes;

	for (at = 0; at < s->words; at++)
		pairs += w->word[at] != s->first[at];
	bytes = sizeof(*k) + pairs * sizeof(k->pair[0]);
	if (most && s->count.bytes + bytes > most)
		return NULL;
	k = malloc(bytes);
	if (!k)
		return NULL;
	k->hash = w->hash;
	k->pairs = 0;
	for (at = 0; at < s->words; at++) {
		if (w->word[at] == s->first[at])
			continue;
		k->pair[k->pairs][0] = at;
		k->pair[k->pairs++][1] = w->word[at];
	}
	s->count.bytes += bytes;
	return k;
}

static enum kept_result add(struct kept_states *s, const struct world *w, u64 most)
{
	struct kept **chain, *k;
	bool collides = false;

	if (s->count.states >= s->count.chains && !grow(s))
		return KEPT_NO_MEMORY;
	chain = chain_of(s, w->hash);
	for (k = *chain; k; k = k->next) {
		if (k->hash != w->hash)
			continue;
		if (same_as(s, w, k))
			return KEPT_BEFORE;
		collides = true;
	}
	k = keep(s, w, most);
	if (!k)
		return KEPT_NO_MEMORY;
	k->next = *chain;
	*chain = k;
	s->count.states++;
	s->count.collisions += collides;
	return KEPT_NEW;
}

enum kept_result kept_add(struct kept_states *s, const struct world *w, u64 most)
{
	enum kept_result result;

	pthread_mutex_lock(&s->lock);
	result = add(s, w, most);
	pthread_mutex_unlock(&s->lock);
	return result;
}

struct kept_count kept_count(struct kept_states *s)
{
	struct kept_count count;

	pthread_mutex_lock(&s->lock);
	count = s->count;
	pthread_mutex_unlock(&s->lock);
	return count;
}
