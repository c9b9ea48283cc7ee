// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive.h"

#include <string.h>

/* Records between two looks at the clock. */
#define PROGRESS_RECORDS (1u << 20)

/* A CPU's trace, and what was read of it and not run. */
struct feed {
	struct reader *reader;
	struct batch batch;
	u32 at;
	gboolean ended;
};

struct driving {
	struct drive *d;
	struct diag *diag;
	guint faults; /* diag_mark() before the traces are read */
	u32 cpus;
	struct feed *feed;
	guint64 window_left;
	guint64 progress_at;
	struct sim_counts window_begin;
	gboolean begins_again; /* a trace has records d or D: from the start, with identities */
};

static gboolean feeds_open(struct driving *g)
{
	u32 i;

	g->faults = diag_mark(g->diag);
	g->feed = g_new0(struct feed, g->cpus);
	for (i = 0; i < g->cpus; i++) {
		g->feed[i].reader =
			reader_open(g->diag, g->d->options.files[i], g->d->options.format);
		if (g->feed[i].reader)
			g->d->formats[i] = reader_format(g->feed[i].reader);
	}
	return diag_mark(g->diag) == g->faults;
}

static void feeds_close(struct driving *g)
{
	u32 i;

	for (i = 0; i < g->cpus; i++)
		reader_free(g->feed[i].reader);
	g_free(g->feed);
}

/* Only xdin can have records d and D. Where it cannot be read a second time it is checked from the first record on. */
static gboolean check_wanted(const struct driving *g)
{
	gboolean xdin = FALSE, once = FALSE;
	u32 i;

	if (g->d->options.check != CHECK_AUTO || g->begins_again)
		return g->d->options.check != CHECK_NO;
	for (i = 0; i < g->cpus; i++)
		xdin |= g->d->formats[i] == TRACE_XDIN;
	for (i = 0; i < g->cpus; i++)
		once |= !strcmp(g->d->options.files[i], "-") ||
			reader_progress(g->feed[i].reader) < 0;
	return xdin && (once || g->d->options.window);
}

static void sim_begin(struct driving *g)
{
	struct sim_options *o = &g->d->options.sim;
	u32 i;

	o->check = check_wanted(g);
	/* din has only words */
	o->granule_shift = 2;
	for (i = 0; i < g->cpus; i++)
		if (g->d->formats[i] != TRACE_DIN)
			o->granule_shift = 0;
	o->identity_bits = 32;
	while ((g->cpus - 1) >> (32 - o->identity_bits))
		o->identity_bits--;
	sim_free(g->d->sim);
	g->d->sim = sim_new(o);
	g->d->records = 0;
	g->d->windows = 0;
	g->window_left = g->d->options.window;
	g->progress_at = PROGRESS_RECORDS;
	g->window_begin = sim_counts(g->d->sim);
}

static void window_end(struct driving *g)
{
	struct sim_counts now = sim_counts(g->d->sim);

	if (g->d->options.on_window)
		g->d->options.on_window(g->d->options.arg, g->d->windows, &g->window_begin, &now);
	g->d->windows++;
	g->window_begin = now;
	g->window_left = g->d->options.window;
}

/* The next `quota` records of one CPU, fewer where its trace ends. */
static enum drive_end turn(struct driving *g, u32 cpu, guint64 quota)
{
	struct feed *f = &g->feed[cpu];
	const struct sim_options *o = &g->d->options.sim;

	while (quota && !f->ended) {
		u32 n;

		if (f->at == f->batch.records) {
			f->at = 0;
			if (!reader_read(f->reader, &f->batch)) {
				f->ended = TRUE;
				return diag_mark(g->diag) == g->faults ? DRIVE_DONE : DRIVE_FAULT;
			}
			/* identities are lines of 32 bits, less those of the CPU */
			if (o->check && reader_line(f->reader) >> o->identity_bits)
				return DRIVE_LIMIT;
		}
		n = f->batch.records - f->at;
		if (n > quota)
			n = (u32)quota;
		if (g->d->options.window && n > g->window_left)
			n = (u32)g->window_left;
		sim_run(g->d->sim, cpu, &f->batch, f->at, n);
		f->at += n;
		quota -= n;
		g->d->records += n;
		if (g->d->options.window && !(g->window_left -= n))
			window_end(g);
	}
	return DRIVE_DONE;
}

static gboolean device_seen(const struct driving *g)
{
	struct sim_counts c = sim_counts(g->d->sim);

	return c.kinds[RECORD_DEVICE_READ] || c.kinds[RECORD_DEVICE_WRITE];
}

static double part_done(const struct driving *g)
{
	double least = 1;
	u32 i;

	for (i = 0; i < g->cpus; i++)
		least = MIN(least, reader_progress(g->feed[i].reader));
	return least;
}

static enum drive_end all_turns(struct driving *g)
{
	/* one CPU has nobody to wait for */
	guint64 quota = g->cpus > 1 ? g->d->options.interleave : PROGRESS_RECORDS;
	gboolean may_restart = g->d->options.check == CHECK_AUTO && !g->d->options.sim.check;
	u32 cpu, running = g->cpus;

	while (running) {
		for (running = 0, cpu = 0; cpu < g->cpus; cpu++) {
			enum drive_end end = turn(g, cpu, quota);

			if (end != DRIVE_DONE)
				return end;
			running += !g->feed[cpu].ended;
		}
		if (running && g->d->records < g->progress_at)
			continue;
		if (may_restart && device_seen(g)) {
			g->begins_again = TRUE;
			return DRIVE_DONE;
		}
		g->progress_at = g->d->records + PROGRESS_RECORDS;
		if (g->d->options.on_progress)
			g->d->options.on_progress(g->d->options.arg, g->d->records, part_done(g));
		if (g->d->options.interrupted && g->d->options.interrupted())
			return DRIVE_INTERRUPTED;
	}
	return DRIVE_DONE;
}

static enum drive_end pass(struct driving *g)
{
	enum drive_end end = DRIVE_FAULT;

	if (feeds_open(g)) {
		sim_begin(g);
		end = all_turns(g);
	}
	feeds_close(g);
	return end;
}

enum drive_end drive_run(struct drive *d, const struct drive_options *options, struct diag *diag)
{
	struct driving g = {.d = d, .diag = diag};
	enum drive_end end;

	memset(d, 0, sizeof(*d));
	d->options = *options;
	g.cpus = g_strv_length(options->files);
	bug_on(!g.cpus || g.cpus > MAX_CPUS, "as many traces as CPUs");
	d->options.sim.machine.cpus = g.cpus;
	end = pass(&g);
	if (end == DRIVE_DONE && g.begins_again)
		end = pass(&g);
	if (end != DRIVE_DONE)
		return end;
	if (options->flush)
		sim_flush(d->sim);
	if (options->window && (g.window_left != options->window || options->flush))
		window_end(&g);
	return DRIVE_DONE;
}

void drive_clear(struct drive *d)
{
	sim_free(d->sim);
	d->sim = NULL;
}
