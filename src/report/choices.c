// SPDX-License-Identifier: GPL-2.0-or-later
#include "choices.h"

#include "grid.h"
#include "judge/choice_words.h"
#include "judge/playback.h"

#define COLUMNS 5u

static void add_row(struct grid *grid, const struct outcome *o, const struct choice *choice,
		    struct doing doing, u32 first, u32 last)
{
	const struct compiled *c = o->compiled;
	const struct step_info *info = compiled_info(c, doing.step);
	const char *effect = trail_effect_name(choice, doing.mark);
	const u32 pick = choice->pick & ~PICK_BY_TAG;
	char **row = g_new0(char *, COLUMNS + 1);

	row[0] = first == last ? g_strdup_printf("%u", first) :
				 g_strdup_printf("%u-%u", first, last);
	row[1] = choice_actor(c, choice);
	switch ((enum choice_kind)choice->kind) {
	case CHOICE_STEP:
		row[2] =
			pick ? g_strdup_printf("%s (alternative %u)", effect ? effect : "-", pick) :
			       g_strdup(effect ? effect : "-");
		break;
	case CHOICE_ENTER:
		row[2] = g_strdup("gets its CPU");
		break;
	case CHOICE_DEVICE:
		row[2] = g_strdup(effect);
		break;
	case CHOICE_EVICT:
		row[2] = g_strdup_printf("loses the line of 0x%x", choice->arg);
		break;
	case CHOICE_FILL:
		row[2] = g_strdup_printf("fills the line of 0x%x, unasked", choice->arg);
		break;
	case CHOICE_DRAIN:
		row[2] = g_strdup_printf("sends the line of 0x%x on", choice->arg);
		break;
	case CHOICE_FINISH:
		row[2] = g_strdup("is over");
		break;
	}
	row[3] = g_strdup(info && choice->kind == CHOICE_STEP ? info->text : "");
	row[4] = info && info->span.src && choice->kind == CHOICE_STEP ?
			 g_strdup_printf("%s:%u", info->span.src->path, info->span.line) :
			 g_strdup("");
	grid_add(grid, row);
}

void choices_append(GString *out, const struct outcome *o, const struct trail *trail)
{
	struct playback *p = playback_new(o->compiled, trail);
	struct grid *grid = grid_new(COLUMNS, TRUE);
	struct doing now = {.step = NO_ID}, before = now;
	u32 first = 0;

	for (; p && p->at < trail->length; before = now) {
		u32 at = p->at;

		now = playback_next(p);
		if (at && !(choice_same(&trail->choice[first], &trail->choice[at]) &&
			    now.mark.effect == before.mark.effect && now.step == before.step)) {
			add_row(grid, o, &trail->choice[first], before, first + 1, at);
			first = at;
		}
		if (!playback_forward(p))
			break;
	}
	if (p && p->at)
		add_row(grid, o, &trail->choice[first], before, first + 1, p->at);
	grid_append(out, grid);
	grid_free(grid);
	if (p)
		playback_free(p);
}
