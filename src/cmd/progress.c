// SPDX-License-Identifier: GPL-2.0-or-later
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FIRST_US 300000
#define EVERY_US 200000

static struct {
	gboolean wanted, shown;
	gint64 start, last; /* of the command, of the last line: microseconds */
	gint64 cell_start;
	guint at, of;
	char *name;
} progress;

void progress_init(gboolean wanted)
{
	const char *term = g_getenv("TERM");

	progress.wanted = wanted && isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
	progress.start = progress.cell_start = g_get_monotonic_time();
	progress.last = progress.start + FIRST_US - EVERY_US;
}

/* Is it time for another line? */
static gboolean due(void)
{
	gint64 now;

	if (!progress.wanted)
		return FALSE;
	now = g_get_monotonic_time();
	if (now - progress.last < EVERY_US)
		return FALSE;
	progress.last = now;
	return TRUE;
}

static guint columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return 80;
	return size.ws_col;
}

/* "1.5 M": three digits and a letter. */
static void append_count(GString *line, double n)
{
	static const char *const letters[] = {"", " k", " M", " G", " T"};
	guint i = 0;

	while (n >= 1000 && i + 1 < G_N_ELEMENTS(letters)) {
		n /= 1000;
		i++;
	}
	g_string_append_printf(line, i && n < 99.95 ? "%.1f%s" : "%.0f%s", n, letters[i]);
}

static GString *line_begin(void)
{
	GString *line = g_string_new(NULL);

	if (progress.of)
		g_string_append_printf(line, "%u/%u  ", progress.at, progress.of);
	return line;
}

static double seconds(void)
{
	return (double)(g_get_monotonic_time() - progress.cell_start) / G_USEC_PER_SEC;
}

static void append_rate(GString *line, u64 n)
{
	double time = seconds();

	append_count(line, time > 0 ? (double)n / time : 0);
	g_string_append(line, "/s");
}

/* Figures first, the name of the cell as far as there is room. */
static void line_show(GString *line)
{
	gint64 total = (g_get_monotonic_time() - progress.start) / G_USEC_PER_SEC;
	guint room = columns();

	g_string_append_printf(line, "  %d:%02d", (int)(total / 60), (int)(total % 60));
	if (progress.name && *progress.name)
		g_string_append_printf(line, "  %s", progress.name);
	/* the last column stays free: some terminals wrap there */
	if (line->len >= room)
		g_string_truncate(line, room - 1);
	fprintf(stderr, "\r%s\033[K", line->str);
	fflush(stderr);
	progress.shown = TRUE;
	g_string_free(line, TRUE);
}

void progress_cell(guint at, guint of, const char *name)
{
	progress.at = at;
	progress.of = of;
	g_free(progress.name);
	progress.name = g_strdup(name);
	progress.cell_start = g_get_monotonic_time();
	if (due())
		line_show(line_begin());
}

void progress_explore(void *arg, const struct explore_progress *p)
{
	GString *line;

	(void)arg;
	if (!due())
		return;
	line = line_begin();
	append_count(line, (double)p->states);
	g_string_append(line, " states, ");
	append_count(line, (double)p->transitions);
	g_string_append(line, " transitions, ");
	append_rate(line, p->transitions);
	g_string_append_printf(line, ", depth %u, set %u%% full", p->depth, p->load);
	line_show(line);
}

void progress_run(void *arg, u64 steps)
{
	GString *line;

	(void)arg;
	if (!due())
		return;
	line = line_begin();
	append_count(line, (double)steps);
	g_string_append(line, " steps, ");
	append_rate(line, steps);
	line_show(line);
}

void progress_random(void *arg, u64 schedules, u64 choices)
{
	GString *line;

	(void)arg;
	if (!due())
		return;
	line = line_begin();
	append_count(line, (double)schedules);
	g_string_append(line, " schedules, ");
	append_count(line, (double)choices);
	g_string_append(line, " choices, ");
	append_rate(line, choices);
	line_show(line);
}

void progress_clear(void)
{
	if (!progress.shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress.shown = FALSE;
}
