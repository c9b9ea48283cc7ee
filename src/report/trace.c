// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace.h"

#include <stdio.h>

#include "grid.h"
#include "json_line.h"
#include "trace/geometry.h"
#include "trace/totals.h"

/* Levels in the order in which they are told. */
static const struct {
	enum cache_level level;
	const char *name;
} levels[] = {{LEVEL_L1D, "l1d"}, {LEVEL_L1I, "l1i"}, {LEVEL_L2, "l2"}};

static const struct cache_geometry *geometry_of(const struct machine *m, enum cache_level level)
{
	return level == LEVEL_L1D ? &m->l1d : level == LEVEL_L2 ? &m->l2 : &m->l1i;
}

static const char *const stale_names[] = {
	[STALE_LOAD] = "stale-load",
	[STALE_FETCH] = "stale-fetch",
	[STALE_DEVICE_READ] = "stale-dma-read",
};

/* The numbers of a cache, in the order of CSV columns; those behind FIELDS_PLAIN only where misses are classified. */
#define FIELDS 14u
#define FIELDS_PLAIN 11u

static const char *const field_names[FIELDS] = {
	"refs",           "reads",       "writes",
	"hits",           "misses",      "read_misses",
	"write_misses",   "write_backs", "bytes_from_below",
	"bytes_to_below", "compulsory",  "capacity",
	"conflict",       "invalidated",
};

static void fields_of(const struct sim_cache *c, guint64 ret[FIELDS])
{
	const guint64 fields[FIELDS] = {
		c->reads + c->writes,
		c->reads,
		c->writes,
		c->reads + c->writes - c->read_misses - c->write_misses,
		c->read_misses + c->write_misses,
		c->read_misses,
		c->write_misses,
		c->write_backs,
		c->bytes_from_below,
		c->bytes_to_below,
		c->compulsory,
		c->capacity,
		c->conflict,
		c->taken_out,
	};

	memcpy(ret, fields, sizeof(fields));
}

/* "12,345,678"; newly allocated. */
static char *grouped(guint64 n)
{
	g_autofree char *plain = g_strdup_printf("%" G_GUINT64_FORMAT, n);
	GString *text = g_string_new(plain);
	gssize at;

	for (at = (gssize)text->len - 3; at > 0; at -= 3)
		g_string_insert_c(text, at, ',');
	return g_string_free(text, FALSE);
}

static char *percent(guint64 part, guint64 whole)
{
	/* in ten-thousandths, rounded; no floating point in what is compared */
	guint64 n = whole ? (part * 1000000 + whole / 2) / whole : 0;

	return g_strdup_printf("%" G_GUINT64_FORMAT ".%04" G_GUINT64_FORMAT "%%", n / 10000,
			       n % 10000);
}

static char **row_new(const char *first, guint columns)
{
	char **row = g_new0(char *, columns + 1);

	row[0] = g_strdup(first);
	return row;
}

static guint present_levels(const struct machine *m, guint ret[G_N_ELEMENTS(levels)])
{
	guint i, n = 0;

	for (i = 0; i < G_N_ELEMENTS(levels); i++)
		if (geometry_of(m, levels[i].level)->present)
			ret[n++] = i;
	return n;
}

static void human_window(struct trace_report *r, guint64 number, const struct totals *t)
{
	const struct machine *m = &r->sim->machine;
	guint shown[G_N_ELEMENTS(levels)];
	guint n = present_levels(m, shown), columns = n + 4, i;
	guint64 to_memory = 0, from_memory = 0;
	char **row;

	if (!r->windows) {
		r->windows = grid_new(columns, TRUE);
		row = row_new("window", columns);
		row[1] = g_strdup("records");
		for (i = 0; i < n; i++)
			row[2 + i] = g_strdup_printf("%s misses", levels[shown[i]].name);
		row[2 + n] = g_strdup("memory reads");
		row[3 + n] = g_strdup("memory writes");
		grid_add(r->windows, row);
	}
	row = g_new0(char *, columns + 1);
	row[0] = g_strdup_printf("%" G_GUINT64_FORMAT, number);
	row[1] = grouped(t->records);
	for (i = 0; i < n; i++) {
		const struct sim_cache *c = &t->level[levels[shown[i]].level];
		gboolean last = levels[shown[i]].level == LEVEL_L2 || !m->l2.present;

		row[2 + i] = percent(c->read_misses + c->write_misses, c->reads + c->writes);
		from_memory += last ? c->bytes_from_below : 0;
		to_memory += last ? c->bytes_to_below : 0;
	}
	row[2 + n] = grouped(from_memory);
	row[3 + n] = grouped(to_memory);
	grid_add(r->windows, row);
}

static void human_grid(struct grid *g)
{
	g_autoptr(GString) text = g_string_new(NULL);

	grid_append(text, g);
	fputs(text->str, stdout);
	putchar('\n');
}

static void human_head(const struct drive *d)
{
	u32 i;

	for (i = 0; d->options.files[i]; i++)
		printf("%s%s (%s)\n", d->options.files[1] ? "cpu " : "",
		       d->options.files[1] ? (char[]){(char)('0' + i), ':', ' ', 0} :
					     d->options.files[i],
		       d->options.files[1] ? d->options.files[i] :
					     trace_format_names[d->formats[i]]);
}

/* The rows of the table of caches; -1 is the rate of misses. `classes`: only where misses are classified. */
static const struct {
	int field;
	const char *title;
	gboolean classes;
} cache_rows[] = {
	{0, "references", FALSE},     {3, "hits", FALSE},        {5, "read misses", FALSE},
	{6, "write misses", FALSE},   {4, "misses", FALSE},      {-1, "miss rate", FALSE},
	{10, "compulsory", FALSE},    {11, "capacity", TRUE},    {12, "conflict", TRUE},
	{13, "invalidated", TRUE},    {7, "write-backs", FALSE}, {8, "bytes from below", FALSE},
	{9, "bytes to below", FALSE},
};

/* A column for each cache: that fits where terminals are narrow. */
static struct grid *human_caches(const struct machine *m, const struct totals *t, gboolean classes)
{
	guint shown[G_N_ELEMENTS(levels)];
	guint count = present_levels(m, shown), i, j;
	struct grid *g = grid_new(count + 1, FALSE);
	char **row = row_new("", count + 1);

	for (j = 0; j < count; j++)
		row[1 + j] = g_strdup(levels[shown[j]].name);
	grid_add(g, row);
	for (i = 0; i < G_N_ELEMENTS(cache_rows); i++) {
		if (cache_rows[i].classes && !classes)
			continue;
		row = row_new(cache_rows[i].title, count + 1);
		for (j = 0; j < count; j++) {
			int field = cache_rows[i].field;
			guint64 fields[FIELDS];

			fields_of(&t->level[levels[shown[j]].level], fields);
			row[1 + j] = field < 0 ? percent(fields[4], fields[0]) :
						 grouped(fields[field]);
		}
		grid_add(g, row);
	}
	return g;
}

/* "cpu 1, line 12" or "line 12", of an identity; newly allocated. */
static char *writer_text(const struct drive *d, u32 identity)
{
	u32 bits = d->options.sim.identity_bits;

	if (!identity)
		return g_strdup("what memory held at the start");
	if (bits == 32)
		return g_strdup_printf("what line %u wrote", identity);
	return g_strdup_printf("what %s:%u wrote", d->options.files[identity >> bits],
			       identity & ((1u << bits) - 1));
}

static void human_stale(const struct drive *d, const struct totals *t)
{
	const struct sim_finding *finding;
	u32 count, i;

	if (!d->options.sim.check)
		return;
	finding = sim_findings(d->sim, &count);
	for (i = 0; i < count; i++) {
		const struct sim_finding *f = &finding[i];
		g_autofree char *got = writer_text(d, f->got);
		g_autofree char *newest = writer_text(d, f->newest);

		printf("%s:%u: %s of %08x: got %s, newest is %s\n", d->options.files[f->cpu],
		       f->line, stale_names[f->kind], f->address, got, newest);
	}
	if (t->stale[0] + t->stale[1] + t->stale[2] > count)
		printf("... and %" G_GUINT64_FORMAT " more\n",
		       (guint64)(t->stale[0] + t->stale[1] + t->stale[2] - count));
	printf("stale reads: %" G_GUINT64_FORMAT " loads, %" G_GUINT64_FORMAT
	       " fetches, %" G_GUINT64_FORMAT " by devices\n",
	       (guint64)t->stale[STALE_LOAD], (guint64)t->stale[STALE_FETCH],
	       (guint64)t->stale[STALE_DEVICE_READ]);
}

static void human_end(struct trace_report *r, const struct drive *d, const struct totals *t)
{
	const struct machine *m = &r->sim->machine;
	g_autofree char *reads = grouped(t->kinds[RECORD_READ] + t->kinds[RECORD_MISC]);
	g_autofree char *writes = grouped(t->kinds[RECORD_WRITE]);
	g_autofree char *fetches = grouped(t->kinds[RECORD_FETCH]);
	g_autofree char *cycles = grouped(t->cycles);
	guint shown[G_N_ELEMENTS(levels)];
	guint n = present_levels(m, shown), i;
	struct grid *g;

	human_head(d);
	for (i = 0; i < n; i++) {
		g_autofree char *text = geometry_text(geometry_of(m, levels[shown[i]].level));

		printf("%s: %s\n", levels[shown[i]].name, text);
	}
	putchar('\n');
	if (r->windows)
		human_grid(r->windows);
	printf("records: %s reads, %s writes, %s fetches\n", reads, writes, fetches);
	if (t->kinds[RECORD_COPY_BACK] || t->kinds[RECORD_INVALIDATE])
		printf("maintenance: %" G_GUINT64_FORMAT " copy back, %" G_GUINT64_FORMAT
		       " invalidate (%" G_GUINT64_FORMAT " dirty lines dropped)\n",
		       (guint64)t->kinds[RECORD_COPY_BACK], (guint64)t->kinds[RECORD_INVALIDATE],
		       (guint64)t->dropped_dirty);
	if (t->kinds[RECORD_DEVICE_READ] || t->kinds[RECORD_DEVICE_WRITE])
		printf("devices: %" G_GUINT64_FORMAT " reads, %" G_GUINT64_FORMAT " writes\n",
		       (guint64)t->kinds[RECORD_DEVICE_READ],
		       (guint64)t->kinds[RECORD_DEVICE_WRITE]);
	if (t->split)
		printf("crossed a line: %" G_GUINT64_FORMAT ", counted once for each line\n",
		       (guint64)t->split);
	if (t->ignored)
		printf("ignored: %" G_GUINT64_FORMAT ", there is no cache for them\n",
		       (guint64)t->ignored);
	putchar('\n');
	g = human_caches(m, t, d->options.sim.classify);
	human_grid(g);
	grid_free(g);
	if (m->tlb_entries) {
		g_autofree char *misses = grouped(t->tlb_misses);
		g_autofree char *rate = percent(t->tlb_misses, t->tlb_references);

		printf("tlb, %u entries: %s misses, %s of references\n", m->tlb_entries, misses,
		       rate);
	}
	printf("cycles by the cost model: %s (assumed costs: for comparing, not for predicting)\n",
	       cycles);
	human_stale(d, t);
}

static void json_cache(JsonBuilder *b, const char *name, const struct sim_cache *c,
		       gboolean classes)
{
	guint64 fields[FIELDS];
	guint i;

	fields_of(c, fields);
	json_builder_set_member_name(b, name);
	json_builder_begin_object(b);
	for (i = 0; i < (classes ? FIELDS : FIELDS_PLAIN); i++)
		json_add_number(b, field_names[i], fields[i]);
	json_builder_end_object(b);
}

static void json_totals(const struct trace_report *r, JsonBuilder *b, const struct totals *t)
{
	const struct machine *m = &r->sim->machine;
	guint shown[G_N_ELEMENTS(levels)];
	guint n = present_levels(m, shown), i;

	json_add_number(b, "records", t->records);
	for (i = 0; i < n; i++)
		json_cache(b, levels[shown[i]].name, &t->level[levels[shown[i]].level],
			   r->sim->classify);
	if (m->tlb_entries) {
		json_builder_set_member_name(b, "tlb");
		json_builder_begin_object(b);
		json_add_number(b, "refs", t->tlb_references);
		json_add_number(b, "misses", t->tlb_misses);
		json_builder_end_object(b);
	}
	json_add_number(b, "split", t->split);
	json_add_number(b, "ignored", t->ignored);
	json_add_number(b, "dropped_dirty", t->dropped_dirty);
	json_add_number(b, "cycles", t->cycles);
	json_builder_set_member_name(b, "stale");
	if (!r->sim->check) {
		json_builder_add_null_value(b);
		return;
	}
	json_builder_begin_object(b);
	for (i = 0; i < STALE_KINDS; i++)
		json_add_number(b, stale_names[i], t->stale[i]);
	json_builder_end_object(b);
}

static void json_writer(JsonBuilder *b, const char *name, const struct drive *d, u32 identity)
{
	u32 bits = d->options.sim.identity_bits;

	json_builder_set_member_name(b, name);
	if (!identity) {
		json_builder_add_null_value(b);
		return;
	}
	json_builder_begin_object(b);
	json_add_text(b, "file", d->options.files[bits == 32 ? 0 : identity >> bits]);
	json_add_number(b, "line", bits == 32 ? identity : identity & ((1u << bits) - 1));
	json_builder_end_object(b);
}

/* One object for each CPU's caches, where there are several. */
static void json_cpus(const struct trace_report *r, const struct sim_counts *counts)
{
	const struct machine *m = &r->sim->machine;
	u32 cpu;

	for (cpu = 0; m->cpus > 1 && cpu < m->cpus; cpu++) {
		JsonBuilder *b = json_line_begin("cpu");

		json_add_number(b, "cpu", cpu);
		if (m->l1d.present)
			json_cache(b, "l1d", &counts->cache[cpu], r->sim->classify);
		if (m->l1i.present)
			json_cache(b, "l1i", &counts->cache[m->cpus + 1 + cpu], r->sim->classify);
		json_line_print(b);
	}
}

static void json_end(const struct trace_report *r, const struct drive *d, const struct totals *t)
{
	const struct sim_finding *finding;
	struct sim_counts counts = sim_counts(d->sim);
	JsonBuilder *b;
	u32 count, i;

	finding = sim_findings(d->sim, &count);
	for (i = 0; i < count; i++) {
		b = json_line_begin("stale");
		json_add_text(b, "rule", stale_names[finding[i].kind]);
		json_add_text(b, "file", d->options.files[finding[i].cpu]);
		json_add_number(b, "line", finding[i].line);
		json_add_number(b, "address", finding[i].address);
		json_writer(b, "got", d, finding[i].got);
		json_writer(b, "newest", d, finding[i].newest);
		json_line_print(b);
	}
	json_cpus(r, &counts);
	b = json_line_begin("summary");
	json_add_text(b, "command", "trace");
	json_builder_set_member_name(b, "files");
	json_builder_begin_array(b);
	for (i = 0; d->options.files[i]; i++)
		json_builder_add_string_value(b, d->options.files[i]);
	json_builder_end_array(b);
	json_add_number(b, "windows", d->windows);
	json_totals(r, b, t);
	json_line_print(b);
}

static void csv_rows(struct trace_report *r, const char *window, const struct totals *t)
{
	const struct machine *m = &r->sim->machine;
	guint shown[G_N_ELEMENTS(levels)];
	guint n = present_levels(m, shown), i, j;
	guint columns = r->sim->classify ? FIELDS : FIELDS_PLAIN;

	if (!r->headed) {
		fputs("window,records,cycles,cache", stdout);
		for (j = 0; j < columns; j++)
			printf(",%s", field_names[j]);
		putchar('\n');
		r->headed = TRUE;
	}
	for (i = 0; i < n; i++) {
		guint64 fields[FIELDS];

		fields_of(&t->level[levels[shown[i]].level], fields);
		printf("%s,%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",%s", window,
		       (guint64)t->records, (guint64)t->cycles, levels[shown[i]].name);
		for (j = 0; j < columns; j++)
			printf(",%" G_GUINT64_FORMAT, fields[j]);
		putchar('\n');
	}
	if (m->tlb_entries) {
		printf("%s,%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",tlb,%" G_GUINT64_FORMAT
		       ",,,%" G_GUINT64_FORMAT,
		       window, (guint64)t->records, (guint64)t->cycles, (guint64)t->tlb_references,
		       (guint64)t->tlb_misses);
		for (j = 4; j < columns; j++)
			putchar(',');
		putchar('\n');
	}
}

void trace_report_window(struct trace_report *r, guint64 number, const struct sim_counts *before,
			 const struct sim_counts *now)
{
	g_autofree char *name = g_strdup_printf("%" G_GUINT64_FORMAT, number);
	struct totals t;
	JsonBuilder *b;

	totals_make(&t, &r->sim->machine, before, now);
	switch (r->format) {
	case TRACE_HUMAN:
		human_window(r, number, &t);
		break;
	case TRACE_JSONL:
		b = json_line_begin("window");
		json_add_number(b, "window", number);
		json_totals(r, b, &t);
		json_line_print(b);
		break;
	case TRACE_CSV:
		csv_rows(r, name, &t);
		break;
	}
}

void trace_report_end(struct trace_report *r, const struct drive *d)
{
	struct sim_counts counts = sim_counts(d->sim);
	struct totals t;

	totals_make(&t, &r->sim->machine, NULL, &counts);
	switch (r->format) {
	case TRACE_HUMAN:
		human_end(r, d, &t);
		break;
	case TRACE_JSONL:
		json_end(r, d, &t);
		break;
	case TRACE_CSV:
		csv_rows(r, "all", &t);
		break;
	}
	if (r->windows)
		grid_free(r->windows);
	r->windows = NULL;
}
