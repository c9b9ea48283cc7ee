/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal as keys and lines: raw mode on the other screen, taken back however the program ends. What every
 * terminal since the VT100 understands is all that is used.
 */
#ifndef STALELINE_TUI_TERM_H
#define STALELINE_TUI_TERM_H

#include <glib.h>

/* Other keys are their byte. */
enum term_key {
	KEY_UP = 256,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_HOME,
	KEY_END,
	KEY_RESIZE, /* the terminal has another size */
	KEY_EOF, /* nobody is there any more */
	KEY_UNKNOWN,
};

#define KEY_CTRL_C 3
#define KEY_ESCAPE 27

/* stdin and stdout are a terminal. */
gboolean term_is_one(void);
/* Ctrl-C and its like end the program at once: exit 128 + signal, the terminal given back. */
void term_end_on_signals(void);
/* Takes the terminal over, with term_end_on_signals(); FALSE where it cannot. */
gboolean term_open(void);
/* Gives it back; also safe when it was not taken, and in signal handlers. */
void term_close(void);
void term_size(guint *columns, guint *rows);
/* Waits for a key. */
int term_key(void);
/*
 * Shows the lines from the top, each cut to the width, and erases the rest; the last one has the cursor behind it.
 * A line that begins with TERM_BOLD, TERM_INVERSE or TERM_RED is shown so.
 */
void term_show(const GPtrArray *lines, gboolean colour);

#define TERM_BOLD '\001'
#define TERM_INVERSE '\002'
#define TERM_RED '\003'

#endif
