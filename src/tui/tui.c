// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "player.h"
#include "term.h"

static const char *const help[] = {
	"n, right, space    the next choice; a number before it: so many",
	"p, left            back",
	"g                  to the choice of the number before it, or asked for",
	"0 g, home; $, end  to the beginning; to the end",
	"v, V               to the next, the last violation",
	"c, C               to the next change of a copy of a place; of another place",
	"/                  to the next choice whose words contain a text; alone: again",
	"up, down, pages    scroll",
	"?, h               this",
	"q                  quit",
};

static const char keys_line[] =
	"n next  p back  g go to  v violation  c change  / search  ? help  q quit";

struct screen {
	struct player *player;
	gboolean colour, in_help;
	guint64 count; /* typed before a command */
	gboolean counted;
	guint scroll; /* lines of the body above the screen */
	guint body_rows;
};

static char *styled(char style, const char *text)
{
	return g_strdup_printf("%c%s", style, text);
}

/* The lines that are always there: where, what was done, what it broke, what comes. */
static void append_head(const struct player *p, GPtrArray *lines, gboolean styles)
{
	const struct outcome *o = p->outcome;
	g_autofree char *where = g_strdup_printf("choice %u of %u  %s%s%s%s", player_at(p),
						 player_length(p), o->scenario->path,
						 *o->cell->id ? " [" : "", o->cell->id,
						 *o->cell->id ? "]" : "");
	g_autofree char *next = player_next(p);
	guint i;

	g_ptr_array_add(lines, styles ? styled(TERM_INVERSE, where) : g_strdup(where));
	g_ptr_array_add(lines, g_strdup_printf("did:  %s", p->did ? p->did : "nothing yet"));
	g_ptr_array_add(lines, g_strdup_printf("next: %s", next));
	for (i = 0; i < p->findings->len; i++)
		g_ptr_array_add(lines,
				styles ? styled(TERM_RED, p->findings->pdata[i]) :
					 g_strdup_printf("! %s", (char *)p->findings->pdata[i]));
}

static void append_changes(const struct player *p, GPtrArray *lines)
{
	guint i;

	for (i = 0; i < p->changes->len; i++)
		g_ptr_array_add(lines, g_strdup(p->changes->pdata[i]));
}

/* Changes, then the state; headings stand at the margin. */
static GPtrArray *body(const struct screen *s)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) state = g_ptr_array_new_with_free_func(g_free);
	guint i;

	if (s->in_help) {
		for (i = 0; i < G_N_ELEMENTS(help); i++)
			g_ptr_array_add(lines, g_strdup(help[i]));
		return lines;
	}
	g_ptr_array_add(lines, styled(TERM_BOLD, "changed"));
	append_changes(s->player, lines);
	if (!s->player->changes->len)
		g_ptr_array_add(lines, g_strdup("nothing"));
	board_print(s->player->board, state);
	for (i = 0; i < state->len; i++) {
		const char *line = state->pdata[i];

		g_ptr_array_add(lines, *line == ' ' ? g_strdup(line) : styled(TERM_BOLD, line));
	}
	return lines;
}

/* `prompt`: shown in the last row, instead of the keys. */
static void draw(struct screen *s, const char *prompt)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) below = body(s);
	const struct player *p = s->player;
	guint columns, rows, i;

	term_size(&columns, &rows);
	append_head(p, lines, TRUE);
	/* what does not fit goes first: findings, then the next choice; the last row is the prompt's */
	if (lines->len + 2 > rows)
		g_ptr_array_set_size(lines, rows > 2 ? (gint)rows - 2 : 0);
	s->body_rows = rows > lines->len + 1 ? rows - lines->len - 1 : 0;
	if (s->scroll + s->body_rows > below->len)
		s->scroll = below->len > s->body_rows ? below->len - s->body_rows : 0;
	for (i = 0; i < s->body_rows; i++)
		g_ptr_array_add(lines,
				g_strdup(s->scroll + i < below->len ? below->pdata[s->scroll + i] :
								      ""));
	if (prompt)
		g_ptr_array_add(lines, g_strdup(prompt));
	else if (s->counted)
		g_ptr_array_add(lines, g_strdup_printf("%" G_GUINT64_FORMAT, s->count));
	else
		g_ptr_array_add(lines, styled(TERM_BOLD, p->message ? p->message : keys_line));
	term_show(lines, s->colour);
}

/* A line typed into the last row; NULL after Escape, and *key is then what ended it. */
static char *ask(struct screen *s, const char *question, int *key)
{
	GString *text = g_string_new(NULL);

	for (;;) {
		g_autofree char *prompt = g_strdup_printf("%s%s", question, text->str);

		draw(s, prompt);
		*key = term_key();
		if (*key == '\r' || *key == '\n')
			return g_string_free(text, FALSE);
		if (*key == KEY_ESCAPE || *key == KEY_CTRL_C || *key == KEY_EOF) {
			g_string_free(text, TRUE);
			return NULL;
		}
		if ((*key == '\b' || *key == 0x7f) && text->len)
			g_string_truncate(text, text->len - 1);
		else if (*key >= ' ' && *key < 0x7f)
			g_string_append_c(text, (char)*key);
	}
}

static void go(struct screen *s, guint64 at)
{
	s->scroll = 0;
	player_go(s->player, at);
}

static void scroll(struct screen *s, gint by)
{
	s->scroll = by < 0 && s->scroll < (guint)-by ? 0 : s->scroll + (guint)by;
}

/* One key; what it came to where it was a question's is in *key. */
static void press(struct screen *s, int *key)
{
	struct player *p = s->player;
	guint64 count = s->counted ? s->count : 1;
	g_autofree char *text = NULL;

	if (*key >= '0' && *key <= '9') {
		s->count = MIN(s->count * 10 + (guint64)(*key - '0'), G_MAXUINT32);
		s->counted = TRUE;
		return;
	}
	switch (*key) {
	case 'n':
	case ' ':
	case '\r':
	case KEY_RIGHT:
		go(s, player_at(p) + count);
		break;
	case 'p':
	case KEY_LEFT:
		go(s, player_at(p) > count ? player_at(p) - count : 0);
		break;
	case 'g':
		if (!s->counted)
			text = ask(s, "go to choice: ", key);
		if (s->counted || text)
			go(s, s->counted ? s->count : g_ascii_strtoull(text, NULL, 10));
		break;
	case KEY_HOME:
		go(s, 0);
		break;
	case '$':
	case KEY_END:
		go(s, player_length(p));
		break;
	case 'v':
	case 'V':
		s->scroll = 0;
		player_violation(p, *key == 'V');
		break;
	case 'c':
	case 'C':
		s->scroll = 0;
		if (*key == 'C' || p->page == NO_ID)
			text = ask(s, "changes of PAGE+OFFSET: ", key);
		if (text || p->page != NO_ID)
			player_place(p, text);
		break;
	case '/':
		text = ask(s, "/", key);
		s->scroll = 0;
		if (text)
			player_search(p, text);
		break;
	case KEY_UP:
		scroll(s, -1);
		break;
	case KEY_DOWN:
		scroll(s, 1);
		break;
	case KEY_PAGE_UP:
		scroll(s, -(gint)s->body_rows);
		break;
	case KEY_PAGE_DOWN:
		scroll(s, (gint)s->body_rows);
		break;
	case '?':
	case 'h':
		s->in_help = !s->in_help;
		s->scroll = 0;
		break;
	default:
		break;
	}
	s->counted = FALSE;
	s->count = 0;
}

static enum tui_end full_screen(struct player *p, gboolean colour)
{
	struct screen s = {.player = p, .colour = colour};
	int key = 0;

	if (!term_open())
		return TUI_NO_TERMINAL;
	while (key != KEY_CTRL_C && key != KEY_EOF) {
		draw(&s, NULL);
		key = term_key();
		if (key == 'q')
			break;
		if (key != KEY_RESIZE)
			player_hush(p);
		if (s.in_help && (key == KEY_ESCAPE || key == ' '))
			key = '?';
		press(&s, &key);
	}
	term_close();
	return key == KEY_CTRL_C ? TUI_INTERRUPTED : TUI_QUIT;
}

static void print_lines(const GPtrArray *lines)
{
	guint i;

	for (i = 0; i < lines->len; i++)
		puts(lines->pdata[i]);
}

static void print_here(const struct player *p)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

	append_head(p, lines, FALSE);
	append_changes(p, lines);
	print_lines(lines);
	if (p->message)
		puts(p->message);
}

static void print_state(const struct player *p)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

	board_print(p->board, lines);
	print_lines(lines);
}

static void print_help(void)
{
	guint i;

	for (i = 0; i < G_N_ELEMENTS(help); i++)
		puts(help[i]);
	puts("s                  the whole state");
	puts("A command is a line: 10n, 42g, c PAGE+OFFSET, /TEXT; an empty one is n.");
}

/* A line is a command as its key is, with its count in front and its text behind; FALSE: quit. */
static gboolean obey(struct player *p, char *line)
{
	char *end;
	guint64 count;
	gboolean counted;
	const char *text;

	g_strstrip(line);
	count = g_ascii_strtoull(line, &end, 10);
	counted = end != line;
	while (*end == ' ')
		end++;
	text = *end ? end + 1 : end;
	while (*text == ' ')
		text++;
	switch (*end) {
	case 'q':
		return FALSE;
	case 0:
	case 'n':
		player_go(p, player_at(p) + (counted ? count : 1));
		break;
	case 'p':
		count = counted ? count : 1;
		player_go(p, player_at(p) > count ? player_at(p) - count : 0);
		break;
	case 'g':
		player_go(p, counted ? count : g_ascii_strtoull(text, NULL, 10));
		break;
	case '$':
		player_go(p, player_length(p));
		break;
	case 'v':
	case 'V':
		player_violation(p, *end == 'V');
		break;
	case 'c':
	case 'C':
		player_place(p, *text ? text : NULL);
		break;
	case '/':
		player_search(p, text);
		break;
	case 's':
		print_state(p);
		return TRUE;
	default:
		print_help();
		return TRUE;
	}
	print_here(p);
	return TRUE;
}

static enum tui_end by_line(struct player *p)
{
	char *line = NULL;
	size_t room = 0;

	term_end_on_signals();
	print_here(p);
	do {
		fputs("> ", stdout);
		fflush(stdout);
	} while (getline(&line, &room, stdin) > 0 && obey(p, line));
	free(line);
	return TUI_QUIT;
}

enum tui_end tui_replay(const struct outcome *o, gboolean colour)
{
	const char *term = g_getenv("TERM");
	struct player *p;
	enum tui_end end;

	if (!term_is_one())
		return TUI_NO_TERMINAL;
	p = player_new(o);
	if (!p)
		return TUI_NO_MEMORY;
	end = !term || !*term || !strcmp(term, "dumb") ? by_line(p) : full_screen(p, colour);
	player_free(p);
	return end;
}
