// SPDX-License-Identifier: GPL-2.0-or-later
#include "term.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* How long an escape sequence may take to arrive whole: else it was the key Escape. */
#define ESCAPE_MS 50

static struct termios before;
static volatile sig_atomic_t taken, resized;
static sigset_t waiting_mask;

#define ENTER "\033[?1049h\033[?25h"
#define LEAVE "\033[?1049l\033[0m"

gboolean term_is_one(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* Half a write is no reason to give up: what is lost is drawn again with the next key. */
static void put_bytes(const char *bytes, gsize length)
{
	while (length) {
		gssize n = write(STDOUT_FILENO, bytes, length);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			bytes += n;
			length -= (gsize)n;
		}
	}
}

void term_close(void)
{
	if (!taken)
		return;
	taken = 0;
	put_bytes(LEAVE, sizeof(LEAVE) - 1);
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

static void on_end(int number)
{
	term_close();
	_exit(128 + number);
}

static void on_resize(int number)
{
	(void)number;
	resized = 1;
}

void term_end_on_signals(void)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction end = {.sa_handler = on_end};
	guint i;

	for (i = 0; i < G_N_ELEMENTS(ends); i++)
		sigaction(ends[i], &end, NULL);
}

gboolean term_open(void)
{
	struct sigaction resize = {.sa_handler = on_resize};
	struct termios raw;
	sigset_t mask;

	if (tcgetattr(STDIN_FILENO, &before))
		return FALSE;
	raw = before;
	raw.c_iflag &= (tcflag_t) ~(ICRNL | IXON);
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	/* before the terminal changes */
	term_end_on_signals();
	sigaction(SIGWINCH, &resize, NULL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGWINCH);
	sigprocmask(SIG_BLOCK, &mask, &waiting_mask);
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw))
		return FALSE;
	taken = 1;
	put_bytes(ENTER, sizeof(ENTER) - 1);
	return TRUE;
}

void term_size(guint *columns, guint *rows)
{
	struct winsize size;

	*columns = 80;
	*rows = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col || !size.ws_row)
		return;
	*columns = size.ws_col;
	*rows = size.ws_row;
}

/* The next byte; -1 when a resize came instead, -2 at the end. The signal is let in only while waiting. */
static int next_byte(void)
{
	unsigned char byte;
	gssize n;
	fd_set in;

	FD_ZERO(&in);
	FD_SET(STDIN_FILENO, &in);
	if (pselect(STDIN_FILENO + 1, &in, NULL, NULL, NULL, &waiting_mask) < 0)
		return errno == EINTR ? -1 : -2;
	do
		n = read(STDIN_FILENO, &byte, 1);
	while (n < 0 && errno == EINTR);
	return n == 1 ? byte : -2;
}

static gboolean more_comes(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&in, 1, ESCAPE_MS) > 0;
}

/* ESC [ … or ESC O …: the keys that send more than a byte. */
static int escape_sequence(void)
{
	int byte, number = 0;

	if (!more_comes())
		return KEY_ESCAPE;
	byte = next_byte();
	if (byte != '[' && byte != 'O')
		return KEY_UNKNOWN;
	while (more_comes()) {
		byte = next_byte();
		switch (byte) {
		case 'A':
			return KEY_UP;
		case 'B':
			return KEY_DOWN;
		case 'C':
			return KEY_RIGHT;
		case 'D':
			return KEY_LEFT;
		case 'H':
			return KEY_HOME;
		case 'F':
			return KEY_END;
		case '~':
			return number == 5                ? KEY_PAGE_UP :
			       number == 6                ? KEY_PAGE_DOWN :
			       number == 1 || number == 7 ? KEY_HOME :
			       number == 4 || number == 8 ? KEY_END :
							    KEY_UNKNOWN;
		default:
			break;
		}
		if (byte < '0' || byte > '9')
			return KEY_UNKNOWN;
		number = number % 100 * 10 + (byte - '0');
	}
	return KEY_UNKNOWN;
}

int term_key(void)
{
	for (;;) {
		int byte;

		if (resized) {
			resized = 0;
			return KEY_RESIZE;
		}
		byte = next_byte();
		if (byte == -2)
			return KEY_EOF;
		if (byte == -1)
			continue;
		return byte == KEY_ESCAPE ? escape_sequence() : byte;
	}
}

/* The bytes of the first `columns` characters. */
static gsize cut(const char *text, guint columns)
{
	const char *end = text;

	while (*end && columns--)
		end = g_utf8_next_char(end);
	return MIN((gsize)(end - text), strlen(text));
}

/* Data may have any name: what a terminal would take for a command is a question mark. */
static void append_shown(GString *out, const char *text, gsize length)
{
	gsize i;

	for (i = 0; i < length; i++)
		g_string_append_c(out, (guchar)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i]);
}

void term_show(const GPtrArray *lines, gboolean colour)
{
	GString *out = g_string_new("\033[?25l\033[H");
	guint columns, rows, i;

	term_size(&columns, &rows);
	for (i = 0; i < lines->len && i < rows; i++) {
		const char *line = lines->pdata[i];
		const char *style = *line == TERM_BOLD    ? "\033[1m" :
				    *line == TERM_INVERSE ? "\033[7m" :
				    *line != TERM_RED     ? "" :
				    colour                ? "\033[1;31m" :
							    "\033[1m";

		if (*style)
			line++;
		g_string_append(out, style);
		/* the last column stays free: writing there may scroll */
		append_shown(out, line, cut(line, columns - 1));
		g_string_append(out, *style ? "\033[0m\033[K" : "\033[K");
		if (i + 1 < lines->len && i + 1 < rows)
			g_string_append(out, "\r\n");
	}
	g_string_append(out, "\033[J\033[?25h");
	put_bytes(out->str, out->len);
	g_string_free(out, TRUE);
}
