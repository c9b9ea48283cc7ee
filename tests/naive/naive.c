// SPDX-License-Identifier: GPL-2.0-or-later
#include "naive.h"

#include <stdio.h>
#include <stdlib.h>

/* At least the larger of RULE_COUNT and WARNING_COUNT. */
#define RULES_MAX 32u

struct pair {
	u32 at, value;
};

/*
 * A state: its words that are not 0, in the order of their places. Nothing is lost, and a large, mostly
 * empty cache takes no room. The first `hashed` pairs are state, those behind them derived from it.
 */
struct state {
	u32 pairs, hashed;
	u32 slot; /* the hash table's next state in this slot, + 1 */
	struct pair pair[];
};

struct naive {
	const struct cell *k;
	struct world world;
	u32 *words; /* the world's own */
	u32 *before; /* words of the state whose choices are being tried */
	struct state **state; /* in the order they were found, which is breadth first */
	u64 states, room;
	u32 *head; /* hash table: the first state of each slot, + 1 */
	struct pair *pair; /* of the world, as it is now */
	struct tallying *tally; /* NULL: not asked for */
	struct choice *choice; /* of the state being expanded */
	u32 choices;
	struct naive_result *result;
};

#define SLOTS (1u << 18)

/* Every allocation of the test machine succeeds, or the test fails. */
static void *must(void *p)
{
	if (!p) {
		fputs("no memory for the naive exploration\n", stderr);
		abort();
	}
	return p;
}

size_t naive_finding(const struct cell *k, bool warning, u32 rule, u32 step)
{
	return ((size_t)(step == NO_ID ? k->steps : step) * 2 + warning) * RULES_MAX + rule;
}

size_t naive_findings(const struct cell *k)
{
	return (k->steps + (size_t)1) * 2 * RULES_MAX;
}

/* Only spreads the states over the table: who is equal is decided by memcmp(). */
static u32 slot_of(const struct pair *pair, u32 pairs)
{
	u32 i, x = 2166136261u;

	for (i = 0; i < pairs; i++)
		x = ((x ^ pair[i].at) * 16777619u ^ pair[i].value) * 16777619u;
	return (x ^ x >> 15) & (SLOTS - 1);
}

/* Is the world in a state met before? If not it is noted. */
static bool is_new(struct naive *n)
{
	u32 pairs = 0, hashed = 0, i, at, slot;
	struct state *s;

	for (i = 0; i < n->k->layout.hashed; i++)
		if (n->words[i])
			n->pair[pairs++] = (struct pair){i, n->words[i]};
	for (i = 0; n->tally && i < TALLY_WORDS; i++)
		if (((u32 *)&n->tally->open)[i])
			n->pair[pairs++] =
				(struct pair){n->k->layout.words + i, ((u32 *)&n->tally->open)[i]};
	hashed = pairs;
	for (i = n->k->layout.hashed; i < n->k->layout.words; i++)
		if (n->words[i])
			n->pair[pairs++] = (struct pair){i, n->words[i]};
	slot = slot_of(n->pair, hashed);
	for (at = n->head[slot]; at; at = s->slot) {
		s = n->state[at - 1];
		if (s->hashed != hashed || memcmp(s->pair, n->pair, hashed * sizeof(*n->pair)))
			continue;
		if (s->pairs != pairs || memcmp(s->pair, n->pair, pairs * sizeof(*n->pair)))
			n->result->derived_differ = true;
		return false;
	}
	if (n->states == n->room) {
		n->room = n->room ? 2 * n->room : 1024;
		n->state =
			(struct state **)must(realloc(n->state, n->room * sizeof(struct state *)));
	}
	s = (struct state *)must(malloc(sizeof(*s) + pairs * sizeof(*n->pair)));
	s->pairs = pairs;
	s->hashed = hashed;
	s->slot = n->head[slot];
	memcpy(s->pair, n->pair, pairs * sizeof(*n->pair));
	n->state[n->states++] = s;
	n->head[slot] = (u32)n->states;
	return true;
}

static void note_state(struct naive *n)
{
	const struct w_top *top = w_top(&n->world);
	struct naive_result *r = n->result;

	r->ever |= top->broken;
	if (!top->ended)
		return;
	r->always = r->ends ? r->always & top->broken : top->broken;
	r->ends++;
	r->ends_complete += top->ended == END_COMPLETE;
}

static void note_findings(struct naive *n)
{
	const struct world *w = &n->world;
	u32 i;

	for (i = 0; i < w->findings; i++) {
		const struct finding *f = &w->finding[i];

		if (f->warning)
			n->result->warned |= BIT(f->rule);
		n->result->times[naive_finding(n->k, f->warning, f->rule, f->step)]++;
	}
}

/* Tries every choice of state number `at`. */
static void expand(struct naive *n, u64 at)
{
	struct world *w = &n->world;
	const struct state *s = n->state[at];
	size_t bytes = n->k->layout.words * sizeof(u32);
	struct tally_open open = {0};
	u32 choices, i;
	u64 hash = 0;

	memset(n->words, 0, bytes);
	for (i = 0; i < s->pairs; i++) {
		if (s->pair[i].at < n->k->layout.words)
			n->words[s->pair[i].at] = s->pair[i].value;
		else
			((u32 *)&open)[s->pair[i].at - n->k->layout.words] = s->pair[i].value;
	}
	memcpy(n->before, n->words, bytes);
#ifdef STALELINE_SELF_CHECK
	/* nothing here asks for the hash, but the world checks itself */
	hash = world_hash(w);
#endif
	choices = engine_enabled(w, n->choice, n->choices);
	while (choices > n->choices) {
		n->choices = choices;
		n->choice = (struct choice *)must(realloc(n->choice, choices * sizeof(*n->choice)));
		choices = engine_enabled(w, n->choice, n->choices);
	}
	n->result->withheld |= engine_withheld(w);
	n->result->cut |= !choices && !w_top(w)->ended;
	for (i = 0; i < choices; i++) {
		struct choice choice = n->choice[i];
		bool more;

		do {
			memcpy(n->words, n->before, bytes);
			w->hash = hash;
			if (n->tally)
				n->tally->open = open;
			engine_apply(w, &choice);
			if (n->tally)
				tally_choice(n->tally, &choice);
			more = engine_next_pick(w, &choice);
			n->result->transitions++;
			note_findings(n);
			if (is_new(n))
				note_state(n);
		} while (more);
	}
}

static int by_size(const void *a, const void *b)
{
	const u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/*
 * Pairs of states that a hash of fewer bits would take for one. The hash is a sum of multiples of odd numbers, so that its
 * low bits are a hash of the same kind, and as good.
 */
static u64 count_alike(const struct naive *n)
{
	u64 *low = (u64 *)must(calloc(n->states, sizeof(u64)));
	u64 alike = 0, same = 0, i;
	u32 j;

	for (i = 0; i < n->states; i++) {
		const struct state *s = n->state[i];

		for (j = 0; j < s->hashed; j++)
			low[i] += world_mix(s->pair[j].at, s->pair[j].value);
		low[i] &= (1u << NAIVE_BITS) - 1;
	}
	qsort(low, n->states, sizeof(u64), by_size);
	for (i = 1; i < n->states; i++) {
		same = low[i] == low[i - 1] ? same + 1 : 0;
		alike += same;
	}
	free(low);
	return alike;
}

void naive_explore(const struct cell *k, u64 limit, bool worst, struct naive_result *ret)
{
	struct naive n = {.k = k, .result = ret, .tally = worst ? &ret->tally : NULL};
	u64 i;

	*ret = (struct naive_result){
		.step_done = (u8 *)must(calloc(k->steps + 1, 1)),
		.times = (u64 *)must(calloc(naive_findings(k), sizeof(u64))),
	};
	n.words = (u32 *)must(calloc(k->layout.words, sizeof(u32)));
	n.before = (u32 *)must(calloc(k->layout.words, sizeof(u32)));
	n.choices = 64;
	n.choice = (struct choice *)must(calloc(n.choices, sizeof(*n.choice)));
	n.pair = (struct pair *)must(calloc(k->layout.words + TALLY_WORDS, sizeof(*n.pair)));
	n.head = (u32 *)must(calloc(SLOTS, sizeof(u32)));
	world_init(&n.world, k, n.words, ret->step_done);
	ret->tally.w = &n.world;
	ret->tally.ops = (u32 *)must(calloc(k->steps + 1, sizeof(u32)));
	ret->tally.flushes = (u32 *)must(calloc(k->steps + 1, sizeof(u32)));
	if (worst) {
		n.world.listen = tally_event;
		n.world.listen_arg = n.tally;
	}
	is_new(&n);
	for (i = 0; i < n.states; i++) {
		if (n.states > limit) {
			ret->too_many = true;
			break;
		}
		expand(&n, i);
	}
	ret->states = n.states;
	if (n.states >= NAIVE_MANY && !worst)
		ret->alike = count_alike(&n);
	/* victims are withheld where they are decided */
	ret->withheld |= n.world.withheld;
	if (ret->cut)
		ret->always = 0;
	for (i = 0; i < n.states; i++)
		free(n.state[i]);
	free(n.state);
	free(n.head);
	free(n.choice);
	free(n.pair);
	free(n.before);
	free(n.words);
}

void naive_free(struct naive_result *r)
{
	free(r->step_done);
	free(r->times);
	free(r->tally.ops);
	free(r->tally.flushes);
	*r = (struct naive_result){0};
}
