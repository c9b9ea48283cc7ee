// SPDX-License-Identifier: GPL-2.0-or-later
#include "trail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* More repetitions than any trail has are a slip of the pen, or an attack on memory. */
#define REPEAT_MAX 100000000u

static bool reserve(struct trail *t, u32 room)
{
	struct choice *grown;
	u32 wanted = t->room ? t->room : 64;

	if (room <= t->room)
		return true;
	while (wanted < room)
		wanted *= 2;
	grown = realloc(t->choice, wanted * sizeof(*grown));
	if (!grown)
		return false;
	t->choice = grown;
	t->room = wanted;
	return true;
}

bool trail_add(struct trail *t, struct choice choice)
{
	if (!reserve(t, t->length + 1))
		return false;
	t->choice[t->length++] = choice;
	return true;
}

bool trail_copy(struct trail *to, const struct choice *choice, u32 length)
{
	if (!reserve(to, length))
		return false;
	if (length)
		memcpy(to->choice, choice, length * sizeof(*choice));
	to->length = length;
	return true;
}

void trail_free(struct trail *t)
{
	free(t->choice);
	*t = (struct trail){0};
}

static bool same(const struct choice *a, const struct choice *b)
{
	return a->kind == b->kind && a->actor == b->actor && a->set == b->set && a->arg == b->arg &&
	       a->pick == b->pick;
}

static int print_choice(char *out, size_t room, const struct choice *c)
{
	int n = 0;

	switch ((enum choice_kind)c->kind) {
	case CHOICE_STEP:
		n = snprintf(out, room, "s%u", c->actor);
		break;
	case CHOICE_ENTER:
		n = snprintf(out, room, "e%u", c->actor);
		break;
	case CHOICE_DEVICE:
		n = snprintf(out, room, "d%u", c->actor);
		break;
	case CHOICE_EVICT:
		n = snprintf(out, room, "x%u.%" PRIx32 ".%" PRIx32, c->actor, c->set, c->arg);
		break;
	case CHOICE_FINISH:
		return snprintf(out, room, "f");
	}
	if (c->pick)
		n += snprintf(out + n, room - (size_t)n, ".%" PRIu32, c->pick);
	return n;
}

char *trail_print(const struct trail *t)
{
	size_t room = 64, length = 0;
	char *text = malloc(room);
	u32 i, run;

	if (!text)
		return NULL;
	length = (size_t)snprintf(text, room, "1:");
	for (i = 0; i < t->length; i += run) {
		char one[64];
		int n;

		for (run = 1; i + run < t->length && same(&t->choice[i], &t->choice[i + run]);
		     run++)
			;
		n = print_choice(one, sizeof(one), &t->choice[i]);
		if (run > 1)
			n += snprintf(one + n, sizeof(one) - (size_t)n, "*%" PRIu32, run);
		if (length + (size_t)n + 2 > room) {
			char *grown = realloc(text, room *= 2);

			if (!grown) {
				free(text);
				return NULL;
			}
			text = grown;
		}
		length += (size_t)snprintf(text + length, room - length, "%s%s", i ? "," : "", one);
	}
	return text;
}

static bool number(const char **at, unsigned base, u32 *ret)
{
	u64 value = 0;
	const char *start = *at;

	for (;; (*at)++) {
		char c = **at;
		u32 digit;

		if (c >= '0' && c <= '9')
			digit = (u32)(c - '0');
		else if (base == 16 && c >= 'a' && c <= 'f')
			digit = (u32)(c - 'a') + 10;
		else
			break;
		value = value * base + digit;
		if (value > UINT32_MAX)
			return false;
	}
	*ret = (u32)value;
	return *at != start;
}

static const char *parse_choice(const char **at, struct choice *c)
{
	u32 actor = 0;

	*c = (struct choice){0};
	switch (*(*at)++) {
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
	case 'f':
		c->kind = CHOICE_FINISH;
		return NULL;
	default:
		(*at)--;
		return "expected s, e, d, x or f";
	}
	if (!number(at, 10, &actor) || actor > UINT16_MAX)
		return "expected a number";
	c->actor = (u16)actor;
	if (c->kind == CHOICE_EVICT) {
		if (*(*at)++ != '.' || !number(at, 16, &c->set) || *(*at)++ != '.' ||
		    !number(at, 16, &c->arg)) {
			(*at)--;
			return "expected cache.set.address";
		}
	}
	if (**at == '.') {
		(*at)++;
		if (!number(at, 10, &c->pick))
			return "expected which alternative";
	}
	return NULL;
}

const char *trail_parse(struct trail *t, const char *text, u32 *at)
{
	const char *p = text;

	t->length = 0;
	*at = 0;
	if (p[0] != '1' || p[1] != ':')
		return "expected a trail of version 1, which begins with `1:`";
	p += 2;
	while (*p) {
		struct choice c;
		const char *error = parse_choice(&p, &c);
		u32 times = 1;

		*at = (u32)(p - text);
		if (error)
			return error;
		if (*p == '*') {
			p++;
			if (!number(&p, 10, &times) || !times || times > REPEAT_MAX) {
				*at = (u32)(p - text);
				return "expected a count";
			}
		}
		if (t->length + (u64)times > REPEAT_MAX)
			return "the trail is longer than any run";
		while (times--)
			if (!trail_add(t, c))
				return "no memory for a trail as long as this";
		*at = (u32)(p - text);
		if (*p == ',')
			p++;
		else if (*p)
			return "expected `,`";
	}
	return NULL;
}
