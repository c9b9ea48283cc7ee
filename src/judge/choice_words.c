// SPDX-License-Identifier: GPL-2.0-or-later
#include "choice_words.h"

#include "cache_model.h"

char *choice_actor(const struct compiled *c, const struct choice *choice)
{
	switch ((enum choice_kind)choice->kind) {
	case CHOICE_STEP:
	case CHOICE_ENTER:
		if (choice->actor < c->cell.contexts)
			return g_strdup(compiled_context_name(c, choice->actor));
		return g_strdup_printf("context %u", choice->actor);
	case CHOICE_DEVICE:
		if (choice->actor < c->cell.devices)
			return g_strdup(c->device_names->pdata[choice->actor]);
		return g_strdup_printf("device %u", choice->actor);
	case CHOICE_EVICT:
	case CHOICE_FILL:
		if (choice->actor >= cache_count(&c->cell))
			return g_strdup_printf("cache %u", choice->actor);
		if (cache_is_l2(&c->cell, choice->actor))
			return g_strdup("the L2");
		return g_strdup_printf("the D$ of cpu%u", choice->actor);
	case CHOICE_DRAIN:
		return g_strdup_printf("the write buffer of cpu%u", choice->actor);
	case CHOICE_FINISH:
		break;
	}
	return g_strdup("the schedule");
}

char *choice_clause(const struct compiled *c, const struct choice *choice, struct trail_mark mark,
		    guint step)
{
	g_autofree char *actor = choice_actor(c, choice);
	const char *effect = trail_effect_name(choice, mark);
	const struct step_info *info = compiled_info(c, step);

	switch ((enum choice_kind)choice->kind) {
	case CHOICE_STEP:
		if (mark.effect == MARK_UNKNOWN)
			return g_strdup_printf("%s does something", actor);
		if (info)
			return g_strdup_printf("%s does `%s` in its step `%s`", actor,
					       effect ? effect : "?", info->text);
		if (mark.step < MARK_STEPS)
			return g_strdup_printf(
				"%s does `%s` in a step that this cell does not have", actor,
				effect ? effect : "?");
		if (mark.step == MARK_SAME)
			return g_strdup_printf("%s goes on in its step with `%s`", actor,
					       effect ? effect : "?");
		return g_strdup_printf("%s does `%s`", actor, effect ? effect : "?");
	case CHOICE_ENTER:
		return g_strdup_printf("%s gets its CPU", actor);
	case CHOICE_DEVICE:
		return g_strdup_printf("%s %s", actor, effect ? effect : "does something");
	case CHOICE_EVICT:
		return g_strdup_printf("%s loses the line of 0x%x from set 0x%x", actor,
				       choice->arg, choice->set);
	case CHOICE_FILL:
		return g_strdup_printf("%s fills the line of 0x%x into set 0x%x, unasked", actor,
				       choice->arg, choice->set);
	case CHOICE_DRAIN:
		return g_strdup_printf("%s sends the line of 0x%x on", actor, choice->arg);
	case CHOICE_FINISH:
		break;
	}
	return g_strdup("the schedule is over");
}
