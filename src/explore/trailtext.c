// SPDX-License-Identifier: GPL-2.0-or-later
#include "trailtext.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "cell_hash.h"

#define VERSION 2u
/* More repetitions than any trail has are a slip of the pen, or an attack on memory. */
#define CHOICES_MAX 100000000u
/* The longest piece of a trail that is looked for again right behind itself, in choices. */
#define PERIOD_MAX 64u
#define GROUPS_MAX 8u
/* An effect is a letter, after as many `_` as it has alphabets before its own. */
#define LETTERS 26u
#define UNDERSCORES_MAX 8u

struct printer {
	FILE *out;
	const struct choice *choice;
	const struct trail_mark *mark;
};

static void print_actor(FILE *out, const struct choice *c)
{
	switch ((enum choice_kind)c->kind) {
	case CHOICE_STEP:
		fprintf(out, "s%u", c->actor);
		break;
	case CHOICE_ENTER:
		fprintf(out, "e%u", c->actor);
		break;
	case CHOICE_DEVICE:
		fprintf(out, "d%u", c->actor);
		break;
	case CHOICE_EVICT:
		fprintf(out, "x%u.%" PRIx32 ".%" PRIx32, c->actor, c->set, c->arg);
		break;
	case CHOICE_FILL:
		fprintf(out, "p%u.%" PRIx32 ".%" PRIx32, c->actor, c->set, c->arg);
		break;
	case CHOICE_DRAIN:
		fprintf(out, "b%u.%" PRIx32, c->actor, c->arg);
		break;
	case CHOICE_FINISH:
		fputc('f', out);
		return;
	}
	if (c->pick)
		fputc('.', out);
	if (c->pick & ~PICK_BY_TAG)
		fprintf(out, "%" PRIu32, c->pick & ~PICK_BY_TAG);
	if (c->pick & PICK_BY_TAG)
		fputc('t', out);
}

static const char device_letters[] = {
	[DEVICE_READS] = 'r',
	[DEVICE_WRITES] = 'w',
	[DEVICE_INTERRUPTS] = 'i',
};

static void print_effect(const struct printer *p, u32 at)
{
	u32 effect = p->mark[at].effect, step = p->mark[at].step;

	if (step < MARK_STEPS)
		fprintf(p->out, "%c%c", 'A' + step / LETTERS, 'A' + step % LETTERS);
	if (p->choice[at].kind == CHOICE_DEVICE) {
		fputc(device_letters[effect], p->out);
		return;
	}
	for (; effect >= LETTERS; effect -= LETTERS)
		fputc('_', p->out);
	fputc('a' + (int)effect, p->out);
}

static u32 effect_width(const struct printer *p, u32 at)
{
	return 1 + (p->mark[at].step < MARK_STEPS ? 2 : 0) +
	       (p->choice[at].kind == CHOICE_DEVICE ? 0 : p->mark[at].effect / LETTERS);
}

static bool same_marks(const struct printer *p, u32 a, u32 b, u32 length)
{
	return !memcmp(&p->mark[a], &p->mark[b], length * sizeof(*p->mark));
}

/* How often the `period` effects at `from` stand there one after the other, before `to`. */
static u32 repetitions(const struct printer *p, u32 from, u32 to, u32 period)
{
	u32 times = 1;

	while (to - from >= (times + 1) * period &&
	       same_marks(p, from, from + times * period, period))
		times++;
	return times;
}

static void print_effects(const struct printer *p, u32 from, u32 to)
{
	while (from < to) {
		u32 period, width = 0, times = 1, best = 1;
		i64 saved = 0;

		for (period = 1; period <= PERIOD_MAX && 2 * period <= to - from; period++) {
			u32 n = repetitions(p, from, to, period);

			width += effect_width(p, from + period - 1);
			/* a group has its parentheses, and a count of one digit at least */
			if (n > 1 && (i64)(n - 1) * width - (period > 1 ? 3 : 1) > saved) {
				saved = (i64)(n - 1) * width - (period > 1 ? 3 : 1);
				times = n;
				best = period;
			}
		}
		if (best == 1) {
			print_effect(p, from);
		} else {
			fputc('(', p->out);
			print_effects(p, from, from + best);
			fputc(')', p->out);
		}
		if (times > 1)
			fprintf(p->out, "%" PRIu32, times);
		from += best * times;
	}
}

static void print_choices(const struct printer *p, u32 length)
{
	u32 from, to;

	for (from = 0; from < length; from = to) {
		bool said = p->mark[from].effect != MARK_UNKNOWN;

		for (to = from + 1; to < length; to++)
			if (!choice_same(&p->choice[from], &p->choice[to]) ||
			    (p->mark[to].effect != MARK_UNKNOWN) != said)
				break;
		if (from)
			fputc(',', p->out);
		print_actor(p->out, &p->choice[from]);
		if (said) {
			fputc(':', p->out);
			print_effects(p, from, to);
		} else if (to - from > 1) {
			fprintf(p->out, "*%" PRIu32, to - from);
		}
	}
}

/* Fills mark[] by taking the choices again. */
static bool mark_choices(const struct cell *k, const struct choice *choice, u32 length,
			 struct trail_mark *mark)
{
	struct trail_marker marker;
	struct arena arena;
	bool possible = true;
	u32 i;

	if (!arena_init(&arena, k, false))
		return false;
	if (!trail_marker_init(&marker, k)) {
		arena_free(&arena);
		return false;
	}
	for (i = 0; i < length; i++) {
		possible = possible && engine_possible(&arena.world, &choice[i]);
		mark[i] = (struct trail_mark){MARK_UNKNOWN, MARK_UNKNOWN};
		if (!possible)
			continue;
		mark[i] = trail_marker_next(&marker, &arena.world, &choice[i]);
		engine_apply(&arena.world, &choice[i]);
	}
	trail_marker_free(&marker);
	arena_free(&arena);
	return true;
}

char *trail_print(const struct cell *k, const struct choice *choice, u32 length)
{
	struct trail_mark *mark = calloc(length + 1, sizeof(*mark));
	struct printer p = {.choice = choice, .mark = mark};
	char *text = NULL;
	size_t bytes;

	if (mark && mark_choices(k, choice, length, mark) &&
	    (p.out = open_memstream(&text, &bytes))) {
		bool failed;

		fprintf(p.out, "%u:%016" PRIx64 ":", VERSION, cell_hash(k));
		print_choices(&p, length);
		failed = ferror(p.out);
		if (fclose(p.out) || failed) {
			free(text);
			text = NULL;
		}
	}
	free(mark);
	return text;
}

char *trail_print_choice(const struct choice *choice)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	if (!out)
		return NULL;
	print_actor(out, choice);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

struct parser {
	const char *text, *at;
	struct trail *trail;
	u32 mark_room;
	u32 groups; /* parentheses open */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next character that counts; 0 at the end. */
static char peek(struct parser *p)
{
	while (is_blank(*p->at))
		p->at++;
	return *p->at;
}

static bool take(struct parser *p, char c)
{
	if (peek(p) != c)
		return false;
	p->at++;
	return true;
}

static u32 digit(char c)
{
	if (c >= '0' && c <= '9')
		return (u32)(c - '0');
	return c >= 'a' && c <= 'f' ? (u32)(c - 'a') + 10 : NO_ID;
}

static bool number(struct parser *p, u32 base, u32 *ret)
{
	u64 value = 0;
	u32 digits = 0;

	while (digit(peek(p)) < base) {
		value = value * base + digit(*p->at++);
		if (value > UINT32_MAX)
			return false;
		digits++;
	}
	*ret = (u32)value;
	return digits > 0;
}

static const char no_memory[] = "no memory for a trail as long as this";

static const char *add(struct parser *p, const struct choice *c, struct trail_mark mark)
{
	struct trail *t = p->trail;

	if (t->length >= CHOICES_MAX)
		return "the trail is longer than any run";
	if (!trail_add(t, *c))
		return no_memory;
	if (t->length > p->mark_room) {
		struct trail_mark *grown = realloc(t->mark, t->room * sizeof(*grown));

		if (!grown)
			return no_memory;
		t->mark = grown;
		p->mark_room = t->room;
	}
	t->mark[t->length - 1] = mark;
	return NULL;
}

/* Appends the choices from `from` on, `times` - 1 times more. */
static const char *repeat(struct parser *p, u32 from, u32 times)
{
	u32 length = p->trail->length - from, i, j;
	const char *error = NULL;

	if (!times || (u64)length * times > CHOICES_MAX)
		return "expected a count that leaves the trail shorter than any run";
	for (i = 1; i < times; i++)
		for (j = 0; j < length && !error; j++) {
			struct choice c = p->trail->choice[from + j];

			error = add(p, &c, p->trail->mark[from + j]);
		}
	return error;
}

static const char *parse_effect(struct parser *p, const struct choice *c)
{
	struct trail_mark mark = {.step = MARK_SAME};
	u32 underscores = 0;
	char letter = peek(p);

	if (letter >= 'A' && letter <= 'Z') {
		char second;

		p->at++;
		second = peek(p);
		if (second < 'A' || second > 'Z')
			return "expected a second capital";
		p->at++;
		mark.step = (u16)((u32)(letter - 'A') * LETTERS + (u32)(second - 'A'));
	}
	while (take(p, '_'))
		if (++underscores > UNDERSCORES_MAX)
			return "expected a letter";
	letter = peek(p);
	if (letter < 'a' || letter > 'z')
		return "expected a letter for what the choice does";
	if (c->kind != CHOICE_DEVICE) {
		mark.effect = (u16)((u32)(letter - 'a') + underscores * LETTERS);
	} else {
		const char *known = memchr(device_letters, letter, sizeof(device_letters));

		if (!known || underscores || mark.step != MARK_SAME)
			return "expected r, w or i for what the device does";
		mark.effect = (u16)(known - device_letters);
		mark.step = MARK_UNKNOWN;
	}
	p->at++;
	return add(p, c, mark);
}

static const char *parse_effects(struct parser *p, const struct choice *c)
{
	const char *error;
	char next;

	do {
		u32 from = p->trail->length, times;

		if (take(p, '(')) {
			if (++p->groups > GROUPS_MAX)
				return "expected fewer groups within each other";
			error = parse_effects(p, c);
			p->groups--;
			if (!error && !take(p, ')'))
				error = "expected `)`";
		} else {
			error = parse_effect(p, c);
		}
		if (error)
			return error;
		next = peek(p);
		if (digit(next) < 10) {
			if (!number(p, 10, &times))
				return "expected a count";
			error = repeat(p, from, times);
			if (error)
				return error;
			next = peek(p);
		}
	} while (next && next != ',' && next != ')');
	return NULL;
}

static const char *parse_actor(struct parser *p, struct choice *c)
{
	u32 actor = 0;

	*c = (struct choice){0};
	switch (peek(p)) {
	case 's':
		c->kind = CHOICE_STEP;
		break;
	case 'e':
		c->kind = CHOICE_ENTER;
		break;
	case 'd':
		c->kind = CHOICE_DEVICE;
		break;
	case 'x':
		c->kind = CHOICE_EVICT;
		break;
	case 'p':
		c->kind = CHOICE_FILL;
		break;
	case 'b':
		c->kind = CHOICE_DRAIN;
		break;
	case 'f':
		c->kind = CHOICE_FINISH;
		p->at++;
		return NULL;
	default:
		return "expected s, e, d, x, p, b or f";
	}
	p->at++;
	if (!number(p, 10, &actor) || actor > UINT16_MAX)
		return "expected a number";
	c->actor = (u16)actor;
	if ((c->kind == CHOICE_EVICT || c->kind == CHOICE_FILL) &&
	    (!take(p, '.') || !number(p, 16, &c->set) || !take(p, '.') || !number(p, 16, &c->arg)))
		return "expected cache.set.address";
	if (c->kind == CHOICE_DRAIN && (!take(p, '.') || !number(p, 16, &c->arg)))
		return "expected cpu.address";
	if (!take(p, '.'))
		return NULL;
	if (take(p, 't')) {
		c->pick = PICK_BY_TAG;
		return NULL;
	}
	if (!number(p, 10, &c->pick) || c->pick >= PICK_BY_TAG)
		return "expected which alternative";
	if (take(p, 't'))
		c->pick |= PICK_BY_TAG;
	return NULL;
}

static const char *parse_choice(struct parser *p)
{
	struct choice c;
	const char *error = parse_actor(p, &c);
	u32 from = p->trail->length, times;

	if (error)
		return error;
	if ((c.kind == CHOICE_STEP || c.kind == CHOICE_DEVICE) && take(p, ':'))
		return parse_effects(p, &c);
	error = add(p, &c, (struct trail_mark){MARK_UNKNOWN, MARK_UNKNOWN});
	if (error || !take(p, '*'))
		return error;
	return number(p, 10, &times) ? repeat(p, from, times) : "expected a count";
}

/* The 16 digits of a cell's hash, if that is what comes next. */
static void parse_hash(struct parser *p)
{
	const char *begin = p->at;
	u64 hash = 0;
	u32 i;

	for (i = 0; i < 16 && digit(peek(p)) < 16; i++)
		hash = hash << 4 | digit(*p->at++);
	if (i == 16 && take(p, ':'))
		p->trail->cell = hash;
	else
		p->at = begin;
}

const char *trail_parse(struct trail *t, const char *text, u32 *at, bool *version)
{
	struct parser p = {.text = text, .at = text, .trail = t};
	const char *error = NULL;
	u32 found = 0;

	t->length = 0;
	/* version 1 had its hash in front, and a slash */
	*version = strchr(text, '/') ||
		   (number(&p, 10, &found) && found != VERSION && peek(&p) == ':');
	if (*version)
		p.at = text;
	if (*version || found != VERSION || !take(&p, ':')) {
		*at = (u32)(p.at - text);
		return "expected a trail of version 2, which begins with `2:`";
	}
	parse_hash(&p);
	if (peek(&p)) {
		do
			error = parse_choice(&p);
		while (!error && take(&p, ','));
		if (!error && peek(&p))
			error = "expected `,`";
	}
	*at = (u32)(p.at - text);
	return error;
}
