// SPDX-License-Identifier: GPL-2.0-or-later
#include "player.h"

#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "judge/choice_words.h"

static char *choice_words(const struct playback *p)
{
	const struct compiled *c = p->compiled;
	struct doing doing = playback_next(p);
	const struct choice *choice = &p->trail->choice[p->at];
	const struct step_info *info = compiled_info(c, doing.step);
	g_autofree char *clause = choice_clause(c, choice, doing.mark, doing.step);

	if (!info || !info->span.src)
		return g_steal_pointer(&clause);
	return g_strdup_printf("%s (line %u)", clause, info->span.line);
}

static char *finding_words(const struct player *p, const struct finding *f)
{
	const struct compiled *c = p->playback->compiled;
	g_autofree char *step = compiled_step_name(c, f->step);
	g_autofree char *place = compiled_place(c, f->page, f->offset);
	g_autofree char *got = history_data_name(c, f->got);
	g_autofree char *want = history_data_name(c, f->want);
	const char *name = f->warning ? warning_name((enum warning)f->rule) :
					rule_name((enum rule)f->rule);
	gboolean data = !f->warning && f->got != f->want;

	return g_strdup_printf("%s%s at %s%s%s%s%s%s%s%s", f->warning ? "warning: " : "", name,
			       step, f->page == NO_ID ? "" : ", ", f->page == NO_ID ? "" : place,
			       data ? ": got `" : "", data ? got : "",
			       data ? "`, the newest is `" : "", data ? want : "", data ? "`" : "");
}

static gboolean broke_a_rule(const struct player *p)
{
	const struct world *w = &p->playback->arena.world;
	u32 i;

	for (i = 0; i < w->findings; i++)
		if (!w->finding[i].warning)
			return TRUE;
	return FALSE;
}

static void take_findings(struct player *p)
{
	const struct world *w = &p->playback->arena.world;
	u32 pass, i;

	g_ptr_array_set_size(p->findings, 0);
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < w->findings && p->playback->at; i++)
			if (w->finding[i].warning == (pass == 1))
				g_ptr_array_add(p->findings, finding_words(p, &w->finding[i]));
}

/* Everything that is said of the world after `at` choices: the last of them is taken between two boards. */
static void arrive(struct player *p, u32 at)
{
	struct playback *b = p->playback;
	GPtrArray *before = NULL;

	playback_seek(b, at ? at - 1 : 0);
	g_clear_pointer(&p->did, g_free);
	g_clear_pointer(&p->board, g_ptr_array_unref);
	g_ptr_array_set_size(p->changes, 0);
	if (at) {
		before = board_make(b->compiled, &b->arena.world);
		p->did = choice_words(b);
		playback_forward(b);
	}
	p->board = board_make(b->compiled, &b->arena.world);
	if (before) {
		board_compare(before, p->board, p->changes);
		g_ptr_array_unref(before);
	}
	take_findings(p);
}

static void say(struct player *p, char *message)
{
	g_free(p->message);
	p->message = message;
}

void player_hush(struct player *p)
{
	say(p, NULL);
}

struct player *player_new(const struct outcome *o)
{
	struct player *p = g_new0(struct player, 1);

	p->outcome = o;
	p->page = NO_ID;
	p->playback = playback_new(o->compiled, &o->trail);
	if (!p->playback) {
		g_free(p);
		return NULL;
	}
	p->changes = g_ptr_array_new_with_free_func(g_free);
	p->findings = g_ptr_array_new_with_free_func(g_free);
	arrive(p, 0);
	return p;
}

void player_free(struct player *p)
{
	playback_free(p->playback);
	g_ptr_array_unref(p->board);
	g_ptr_array_unref(p->changes);
	g_ptr_array_unref(p->findings);
	g_free(p->did);
	g_free(p->message);
	g_free(p->search);
	g_free(p);
}

guint player_at(const struct player *p)
{
	return p->playback->at;
}

guint player_length(const struct player *p)
{
	return p->playback->trail->length;
}

void player_go(struct player *p, guint64 at)
{
	say(p, NULL);
	if (at > player_length(p)) {
		at = player_length(p);
		say(p, g_strdup("the trail ends here"));
	}
	arrive(p, (u32)at);
}

/* Goes on, or back, until the world after a choice is one that `wanted` is about; FALSE: there is none. */
static gboolean look(struct player *p, gboolean back,
		     gboolean (*wanted)(struct player *p, gpointer arg), gpointer arg)
{
	u32 from = p->playback->at;

	for (;;) {
		if (back ? p->playback->at < 2 : !playback_forward(p->playback))
			break;
		if (back)
			playback_seek(p->playback, p->playback->at - 1);
		if (wanted(p, arg)) {
			say(p, NULL);
			arrive(p, p->playback->at);
			return TRUE;
		}
	}
	arrive(p, from);
	return FALSE;
}

static gboolean wants_violation(struct player *p, gpointer arg)
{
	(void)arg;
	return broke_a_rule(p);
}

void player_violation(struct player *p, gboolean back)
{
	if (!look(p, back, wants_violation, NULL))
		say(p, g_strdup_printf("no violation %s here", back ? "before" : "after"));
}

/* PAGE, or PAGE+OFFSET. */
static gboolean place_parse(struct player *p, const char *place)
{
	const struct compiled *c = p->playback->compiled;
	const char *plus = strchr(place, '+');
	g_autofree char *name = g_strndup(place, plus ? (gsize)(plus - place) : strlen(place));
	char *end = NULL;
	guint64 offset = plus ? g_ascii_strtoull(plus + 1, &end, 0) : 0;
	u32 page;

	if ((end && *end) || offset >= cell_page_bytes(&c->cell))
		return FALSE;
	for (page = 0; page < c->cell.pages; page++) {
		g_autofree char *is = compiled_page_name(c, page);

		if (strcmp(is, g_strstrip(name)))
			continue;
		p->page = page;
		p->offset = align_down((u32)offset, 1u << c->cell.granule_shift);
		return TRUE;
	}
	return FALSE;
}

static gboolean wants_change(struct player *p, gpointer arg)
{
	struct copies *last = arg, now;
	gboolean changed;

	history_copies(&p->playback->arena.world, p->page, p->offset, &now);
	changed = memcmp(&now, last, sizeof(now)) != 0;
	*last = now;
	return changed;
}

void player_place(struct player *p, const char *place)
{
	g_autofree char *name = NULL;
	struct copies now;

	if (place && *place && !place_parse(p, place)) {
		say(p, g_strdup_printf("`%s` is no PAGE+OFFSET of this cell", place));
		return;
	}
	if (p->page == NO_ID) {
		say(p, g_strdup("which place? c PAGE+OFFSET"));
		return;
	}
	history_copies(&p->playback->arena.world, p->page, p->offset, &now);
	name = compiled_place(p->playback->compiled, p->page, p->offset);
	if (!look(p, FALSE, wants_change, &now))
		say(p, g_strdup_printf("no copy of %s changes after here", name));
	else
		say(p, g_strdup_printf("a copy of %s changed", name));
}

/* The words of the choice just taken: it is taken back for them, and taken again. */
static gboolean wants_words(struct player *p, gpointer arg)
{
	struct playback *b = p->playback;
	g_autofree char *words = NULL;

	playback_seek(b, b->at - 1);
	words = choice_words(b);
	playback_forward(b);
	return strstr(words, arg) != NULL;
}

void player_search(struct player *p, const char *text)
{
	if (text && *text) {
		g_free(p->search);
		p->search = g_strdup(text);
	}
	if (!p->search)
		say(p, g_strdup("search for what? / TEXT"));
	else if (!look(p, FALSE, wants_words, p->search))
		say(p, g_strdup_printf("no choice after here says `%s`", p->search));
}

char *player_next(const struct player *p)
{
	if (p->playback->at == player_length(p))
		return g_strdup("the trail ends here");
	return choice_words(p->playback);
}
