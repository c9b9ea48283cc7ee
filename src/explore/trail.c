// SPDX-License-Identifier: GPL-2.0-or-later
#include "trail.h"

#include <stdlib.h>

#include "context.h"

bool trail_reserve(struct trail *t, u32 room)
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

bool trail_copy(struct trail *to, const struct choice *choice, u32 length)
{
	if (!trail_reserve(to, length))
		return false;
	if (length)
		memcpy(to->choice, choice, length * sizeof(*choice));
	to->length = length;
	return true;
}

void trail_free(struct trail *t)
{
	free(t->choice);
	free(t->mark);
	*t = (struct trail){0};
}

bool choice_same(const struct choice *a, const struct choice *b)
{
	return a->kind == b->kind && a->actor == b->actor && a->set == b->set && a->arg == b->arg &&
	       a->pick == b->pick;
}

bool trail_marker_init(struct trail_marker *m, const struct cell *k)
{
	m->step = calloc(k->contexts + 1, sizeof(*m->step));
	return m->step != NULL;
}

void trail_marker_free(struct trail_marker *m)
{
	free(m->step);
	m->step = NULL;
}

u16 trail_step_digest(const struct step *step)
{
	return (u16)((step->check ^ step->check >> 16) % MARK_STEPS);
}

u16 trail_effect(const struct world *w, const struct choice *choice)
{
	u32 kstep;

	if (choice->kind == CHOICE_DEVICE && choice->actor < w->k->devices) {
		const struct w_device *d = w_device(w, choice->actor);

		if (!d->map)
			return DEVICE_INTERRUPTS;
		return d->writes ? DEVICE_WRITES : DEVICE_READS;
	}
	if (choice->kind != CHOICE_STEP || choice->actor >= w->k->contexts)
		return MARK_UNKNOWN;
	kstep = context_next_kstep(w, choice->actor);
	return (u16)(kstep < K_FIRST_STEP ? MARK_UNKNOWN : kstep - K_FIRST_STEP);
}

struct trail_mark trail_marker_next(struct trail_marker *m, const struct world *w,
				    const struct choice *choice)
{
	struct trail_mark mark = {trail_effect(w, choice), MARK_UNKNOWN};
	const struct context_def *def;
	u32 step;

	if (choice->kind != CHOICE_STEP || choice->actor >= w->k->contexts)
		return mark;
	def = &w->k->context[choice->actor];
	step = w_ctx(w, choice->actor)->step;
	mark.step = MARK_SAME;
	/* behind the last step an interrupt returns */
	if (step < def->first_step + def->steps && m->step[choice->actor] != step + 1)
		mark.step = trail_step_digest(&w->k->step[step]);
	m->step[choice->actor] = step + 1;
	return mark;
}

bool trail_mark_fits(struct trail_mark said, struct trail_mark is)
{
	return (said.effect == MARK_UNKNOWN || said.effect == is.effect) &&
	       (said.step == MARK_UNKNOWN || said.step == is.step);
}

const char *trail_effect_name(const struct choice *choice, struct trail_mark mark)
{
	static const char *const device[] = {
		[DEVICE_READS] = "reads memory",
		[DEVICE_WRITES] = "writes memory",
		[DEVICE_INTERRUPTS] = "raises its interrupt",
	};

	if (choice->kind == CHOICE_DEVICE)
		return mark.effect < DEVICE_EFFECTS ? device[mark.effect] : NULL;
	if (mark.effect >= KS_LAST - K_FIRST_STEP)
		return NULL;
	return kstep_name(mark.effect + K_FIRST_STEP);
}
