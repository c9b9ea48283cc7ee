// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "report/trace.h"
#include "scenario/machine_load.h"
#include "scenario/presets.h"
#include "scenario/scalar.h"
#include "scenario/words.h"
#include "trace/geometry.h"

/* What GOption fills in. */
struct trace_raw {
	char *input_format, *machine, *l1d, *l1i, *l2, *tlb, *page_size, *index, *map, *seed,
		*interleave;
	char *check, *dma, *coherence, *windows, *format, *color;
	gboolean inclusive, classify, no_final_flush;
	char **files;
};

static struct trace_raw raw;

#define TEXT_OPTION(name, field, text, value)                                                      \
	{                                                                                          \
		name, 0, 0, G_OPTION_ARG_STRING, &raw.field, text, value                           \
	}
#define FLAG_OPTION(name, field, text)                                                             \
	{                                                                                          \
		name, 0, 0, G_OPTION_ARG_NONE, &raw.field, text, NULL                              \
	}

static const GOptionEntry trace_entries[] = {
	TEXT_OPTION("input-format", input_format, "din, xdin, dinbin, lackey or auto (default)",
		    "FORMAT"),
	TEXT_OPTION("machine", machine, "Caches, TLB and page size of a built-in machine", "NAME"),
	TEXT_OPTION("l1d", l1d, "SIZE,WAYS,LINE[,lru|fifo|plru|random][,wb|wt][,wa|nwa]", "CACHE"),
	TEXT_OPTION("l1i", l1i, "The same for instructions", "CACHE"),
	TEXT_OPTION("l2", l2, "The same for the second level; or none", "CACHE"),
	TEXT_OPTION("tlb", tlb, "Entries of the TLB, 0 for none", "N"),
	TEXT_OPTION("page-size", page_size, "Bytes in a page", "BYTES"),
	TEXT_OPTION("l1-index", index, "virtual (default) or physical", "HOW"),
	FLAG_OPTION("inclusive", inclusive, "What the L1s hold, the L2 holds"),
	TEXT_OPTION("map", map, "Page frames: identity (default), first-touch, colour or random",
		    "MAP"),
	TEXT_OPTION("seed", seed, "Of random replacement, TLB victims and a random map", "N"),
	TEXT_OPTION("interleave", interleave,
		    "Records of one CPU's trace before the next one's turn", "N"),
	TEXT_OPTION(
		"cpu-coherence", coherence,
		"snooped (default) or none: L1s of several CPUs see each other's misses and stores",
		"HOW"),
	TEXT_OPTION("check", check, "Look for stale reads: auto (if there are d or D), yes or no",
		    "WHEN"),
	TEXT_OPTION("dma", dma, "noncoherent (default) or coherent: devices snoop the caches",
		    "HOW"),
	FLAG_OPTION("classify", classify,
		    "Split misses into capacity and conflict as well; takes half again as long"),
	FLAG_OPTION("no-final-flush", no_final_flush,
		    "Leave dirty lines at the end where they are"),
	TEXT_OPTION("windows", windows, "Also a time series, N records a window", "N"),
	TEXT_OPTION("format", format, "human (default), jsonl or csv", "FORMAT"),
	TEXT_OPTION("color", color, "auto (default), always or never", "WHEN"),
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw.files, NULL, NULL},
	{NULL, 0, 0, 0, NULL, NULL, NULL},
};

/* The place of a word among `words`; -1 after saying what was expected. */
static int word_take(const char *option, const char *text, const char *const *words)
{
	const char *near = words_nearest(text, words);
	g_autofree char *all = words_join(words, "or");
	int i;

	for (i = 0; words[i]; i++)
		if (!strcmp(text, words[i]))
			return i;
	cmd_usage(cmd_find("trace"), "--%s: unknown word `%s`; %s%s%s", option, text,
		  near ? "did you mean `" : "expected ", near ? near : all, near ? "`?" : "");
	return -1;
}

static gboolean number_take(const char *option, const char *text, guint units, guint64 low,
			    guint64 high, guint64 *ret)
{
	char why[SCALAR_WHY];
	guint64 n;

	if (!text)
		return TRUE;
	if (scalar_u64(text, units, &n, why)) {
		cmd_usage(cmd_find("trace"), "--%s: %s, found `%s`", option, why, text);
		return FALSE;
	}
	if (n < low || n > high) {
		cmd_usage(cmd_find("trace"),
			  "--%s: expected a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
			  ", found `%s`",
			  option, low, high, text);
		return FALSE;
	}
	*ret = n;
	return TRUE;
}

static gboolean cache_take(const char *option, const char *text, struct cache_geometry *g)
{
	g_autofree char *carets = NULL;
	struct geometry_fault fault;

	if (!text)
		return TRUE;
	if (!strcmp(text, "none")) {
		*g = (struct cache_geometry){0};
		return TRUE;
	}
	if (geometry_parse(text, g, &fault))
		return TRUE;
	carets = g_strnfill(fault.length, '^');
	cmd_usage(NULL, "--%s: %s\n  %s\n  %*s%s", option, fault.why, text, (int)fault.at, "",
		  carets);
	g_free(fault.why);
	return FALSE;
}

/* All of them are looked at, so that all faults are told at once. */
static gboolean caches_take(struct machine *m)
{
	gboolean good = cache_take("l1d", raw.l1d, &m->l1d);

	good &= cache_take("l1i", raw.l1i, &m->l1i);
	good &= cache_take("l2", raw.l2, &m->l2);
	if (!good)
		fputs("Try 'staleline trace --help'.\n", stderr);
	return good;
}

static gboolean machine_name_take(const char *name, struct machine *m)
{
	g_auto(GStrv) names = NULL;
	const char *near;

	if (machine_preset(name, m))
		return TRUE;
	names = presets_names("machines");
	near = words_nearest(name, (const char *const *)names);
	cmd_usage(cmd_find("trace"), "--machine: unknown machine `%s`; %s%s%s", name,
		  near ? "did you mean `" : "`staleline list machines` shows all", near ? near : "",
		  near ? "`?" : "");
	return FALSE;
}

/* What holds between the parts of a machine. */
static gboolean machine_fits(const struct machine *m)
{
	u32 l1_line =
		MAX(m->l1d.present ? m->l1d.line_shift : 0, m->l1i.present ? m->l1i.line_shift : 0);
	const char *wrong = NULL;

	if (!m->l1d.present && !m->l1i.present)
		wrong = "no first level: give --l1d, --l1i or --machine";
	else if (m->l2.present && m->l2.line_shift < l1_line)
		wrong = "the L2's lines are smaller than those of the L1";
	else if (MAX(l1_line, m->l2.present ? m->l2.line_shift : 0) > m->page_shift)
		wrong = "a cache line is larger than a page";
	else if (m->l2.inclusive && !m->l2.present)
		wrong = "--inclusive: there is no L2";
	if (wrong)
		cmd_usage(cmd_find("trace"), "%s", wrong);
	return !wrong;
}

static gboolean machine_take(struct machine *m)
{
	static const char *const index_words[] = {"virtual", "physical", NULL};
	static const char *const coherence_words[] = {"snooped", "none", NULL};
	static const char *const dma_words[] = {"noncoherent", "coherent", NULL};
	gboolean own = raw.l1d || raw.l1i || raw.l2;
	guint64 page, entries;
	int word;

	*m = (struct machine){.cpus = 1, .l1_snooped = true, .page_shift = 12};
	if ((raw.machine || !own) &&
	    !machine_name_take(raw.machine ? raw.machine : MACHINE_DEFAULT, m))
		return FALSE;
	page = 1u << m->page_shift;
	entries = m->tlb_entries;
	m->l1d.virtual_index |= !m->l1d.present;
	m->l1i.virtual_index |= !m->l1i.present;
	if (!caches_take(m) || !number_take("tlb", raw.tlb, SCALAR_PLAIN, 0, 1024, &entries) ||
	    !number_take("page-size", raw.page_size, SCALAR_BYTES, 64, 65536, &page))
		return FALSE;
	if (page & (page - 1)) {
		cmd_usage(cmd_find("trace"), "--page-size: expected a power of two, found `%s`",
			  raw.page_size);
		return FALSE;
	}
	if (entries == 1) {
		cmd_usage(cmd_find("trace"), "--tlb: expected 0 or at least 2 entries");
		return FALSE;
	}
	m->page_shift = log2_u32((u32)page);
	m->tlb_entries = (u32)entries;
	if (raw.l1d)
		m->l1d.virtual_index = true;
	if (raw.l1i)
		m->l1i.virtual_index = true;
	if (raw.index) {
		word = word_take("l1-index", raw.index, index_words);
		if (word < 0)
			return FALSE;
		m->l1d.virtual_index = m->l1i.virtual_index = !word;
	}
	if (raw.dma) {
		word = word_take("dma", raw.dma, dma_words);
		if (word < 0)
			return FALSE;
		m->dma_coherent = word;
	}
	if (raw.coherence) {
		word = word_take("cpu-coherence", raw.coherence, coherence_words);
		if (word < 0)
			return FALSE;
		m->l1_snooped = !word;
	}
	m->l2.inclusive |= raw.inclusive;
	if (!machine_fits(m))
		return FALSE;
	machine_finish(m);
	return TRUE;
}

static gboolean options_take(struct drive_options *o, struct trace_report *r)
{
	static const char *const check_words[] = {"auto", "yes", "no", NULL};
	static const char *const report_words[] = {"human", "jsonl", "csv", NULL};
	guint64 seed = 1, interleave = 1;
	guint i, pipes;
	int format = TRACE_AUTO, map = PAGEMAP_IDENTITY, check = CHECK_AUTO, report = TRACE_HUMAN;

	if (!machine_take(&o->sim.machine))
		return FALSE;
	if (raw.input_format)
		format = word_take("input-format", raw.input_format, trace_format_names);
	if (format >= 0 && raw.map)
		map = word_take("map", raw.map, pagemap_names);
	if (format >= 0 && map >= 0 && raw.check)
		check = word_take("check", raw.check, check_words);
	if (format >= 0 && map >= 0 && check >= 0 && raw.format)
		report = word_take("format", raw.format, report_words);
	if (format < 0 || map < 0 || check < 0 || report < 0 ||
	    !number_take("seed", raw.seed, SCALAR_PLAIN, 1, G_MAXUINT32, &seed) ||
	    !number_take("interleave", raw.interleave, SCALAR_COUNTS, 1, 1u << 30, &interleave) ||
	    !number_take("windows", raw.windows, SCALAR_COUNTS, 1, G_MAXINT64, &o->window))
		return FALSE;
	if (!raw.files) {
		cmd_usage(cmd_find("trace"), "trace: no trace is given; - is standard input");
		return FALSE;
	}
	if (g_strv_length(raw.files) > MAX_CPUS) {
		cmd_usage(cmd_find("trace"), "trace: more than %u traces; each is that of a CPU",
			  MAX_CPUS);
		return FALSE;
	}
	for (i = 0, pipes = 0; raw.files[i]; i++)
		pipes += !strcmp(raw.files[i], "-");
	if (pipes > 1) {
		cmd_usage(cmd_find("trace"), "trace: standard input cannot be two traces");
		return FALSE;
	}
	o->files = raw.files;
	o->format = (enum trace_format)format;
	o->sim.map = (enum pagemap_kind)map;
	o->sim.seed = (u32)seed;
	o->sim.classify = raw.classify;
	o->interleave = (u32)interleave;
	o->check = (enum drive_check)check;
	o->flush = !raw.no_final_flush;
	r->format = (enum trace_report_format)report;
	return TRUE;
}

struct tracing {
	struct trace_report report;
	gint64 began; /* microseconds */
	gint64 shown;
};

static void on_window(void *arg, guint64 number, const struct sim_counts *before,
		      const struct sim_counts *now)
{
	struct tracing *t = arg;

	trace_report_window(&t->report, number, before, now);
}

static void on_progress(void *arg, guint64 records, double part)
{
	struct tracing *t = arg;
	gint64 now = g_get_monotonic_time();
	double seconds = (double)(now - t->began) / G_USEC_PER_SEC;

	if (now - t->shown < G_USEC_PER_SEC / 4)
		return;
	t->shown = now;
	fprintf(stderr, "\r%.1f M records, %.1f M/s", (double)records / 1e6,
		(double)records / 1e6 / MAX(seconds, 1e-3));
	if (part > 0)
		fprintf(stderr, ", %d%%, %d s left", (int)(part * 100),
			(int)(seconds / part - seconds + 0.5));
	fputs("\033[K", stderr);
}

static int trace(const struct drive_options *options, struct tracing *t, struct diag *diag)
{
	struct drive d;
	enum drive_end end;
	struct sim_counts counts;
	int code = EXIT_OK;

	t->report.sim = &d.options.sim;
	t->began = t->shown = g_get_monotonic_time();
	end = drive_run(&d, options, diag);
	if (options->on_progress && t->shown != t->began)
		fputs("\r\033[K", stderr);
	switch (end) {
	case DRIVE_DONE:
		trace_report_end(&t->report, &d);
		counts = sim_counts(d.sim);
		if (counts.stale[STALE_LOAD] || counts.stale[STALE_FETCH] ||
		    counts.stale[STALE_DEVICE_READ])
			code = EXIT_FOUND;
		break;
	case DRIVE_FAULT:
		code = EXIT_USAGE;
		break;
	case DRIVE_LIMIT:
		fputs("staleline: a trace has more lines than can be told apart while looking for stale "
		      "reads; use --check no\n",
		      stderr);
		code = EXIT_LIMIT;
		break;
	case DRIVE_INTERRUPTED:
		fprintf(stderr, "staleline: interrupted after %" G_GUINT64_FORMAT " records\n",
			(guint64)d.records);
		code = EXIT_INTERRUPTED;
		break;
	}
	drive_clear(&d);
	return code;
}

int cmd_trace(int argc, char **argv)
{
	const struct command *command = cmd_find("trace");
	g_autoptr(GOptionContext) context = g_option_context_new(command->arguments);
	g_autoptr(GError) error = NULL;
	struct drive_options options = {.on_window = on_window, .interrupted = cmd_was_interrupted};
	struct tracing tracing = {0};
	struct diag *diag = diag_new();
	int end = EXIT_USAGE;

	g_option_context_add_main_entries(context, trace_entries, NULL);
	g_option_context_set_summary(context, command->summary);
	g_option_context_set_description(context, command->details);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		cmd_option_error(command, error, trace_entries);
	} else if (options_take(&options, &tracing.report)) {
		cmd_interruptible();
		options.arg = &tracing;
		if (isatty(STDERR_FILENO) && g_strcmp0(g_getenv("TERM"), "dumb"))
			options.on_progress = on_progress;
		end = trace(&options, &tracing, diag);
		if (diag_count(diag))
			cmd_faults_print(diag, cmd_colour_wanted(raw.color, STDERR_FILENO));
	}
	diag_free(diag);
	g_strfreev(raw.files);
	return end;
}
