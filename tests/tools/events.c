// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs cells under one schedule each, with identities, and prints what happened, line by line, for
 * tests/oracle/flat.py to judge:
 *
 *	events PATH [CELL-ID [SCHEDULE]]
 *
 * PATH is a scenario file or a folder of them. Without CELL-ID all cells run ("" is the cell of a scenario
 * without axes), without SCHEDULE all named schedules. Numbers are decimal, addresses hexadecimal,
 * "-" is no page. What comes first on the line says what it is:
 *
 *	run FILE CELL SCHEDULE (separated by tabs)
 *	geometry PAGE-BYTES GRANULE SECTOR UNCACHED		cache NUMBER LINE SETS WAYS VIRTUAL
 *	page ID PFN IN-USE		step ID CONTEXT NAME OPERAND REF OFFSET LENGTH
 *	map ID DIRECTION COHERENT ENTRIES, each PAGE OFFSET LENGTH
 *	L STEP VA PA MEANT TOKEN FROM	load of a granule	S STEP VA PA MEANT TOKEN	store
 *	F CACHE PA FROM	fill		W CACHE PA TO	write-back
 *	D CACHE PA DIRTY	drop	E CACHE PA DIRTY	eviction; dirty: its write-back follows
 *	O STEP OP VA PA OUTCOME MEANT	CACHE op
 *	w STEP PAGE OFFSET LENGTH TOKEN	device write		r STEP PAGE OFFSET TOKEN	device read
 *	M MAP, U MAP	DMA map, unmap	s DEVICE MAP	the device starts
 *	t STEP MAP	step moves the mapping's data itself
 *	H HANDLE VA PAGE	a mapping got its address
 *	a PAGE, f PAGE	the page is in use, is free, since this choice
 *	! RULE STEP PAGE OFFSET GOT WANT	a violation, as staleline reports it
 *	. KIND ACTOR SET ARG	the choice that did all that since the last such line
 *	end STOP HOW		then what there is at the end:
 *	m PAGE TOKEN …	u PAGE IN-USE	l CACHE SET PA DIRTY TOKEN …
 *	done
 *
 * Nothing here looks at the flat machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/bus.h"
#include "../../src/cache_model.h"
#include "../../src/cmd/cmd.h"
#include "../../src/datum.h"

/* Only cells that poll, or repeat for ever, come this far. */
#define STEPS_MAX 3000

struct log {
	const struct cell *k;
	const struct world *world; /* as the last callback had it */
	gboolean *in_use;
};

static const char *page_text(u32 page)
{
	static char text[4][16];
	static guint turn;
	char *to = text[turn++ % 4];

	if (page == NO_ID)
		return "-";
	g_snprintf(to, sizeof(*text), "%u", page);
	return to;
}

static const char *const places[] = {"l1", "l2", "memory", "buffer", "nothing"};
static const char *const outcomes[] = {"miss", "clean", "wrote-back", "dropped", "uncached"};

static void on_event(void *arg, const struct event *e)
{
	(void)arg;
	switch ((enum event_kind)e->kind) {
	case EV_LOAD:
		printf("L %d %x %x %s %u %s\n", (int)e->step, e->a, e->b, page_text(e->c), e->d,
		       places[e->e]);
		break;
	case EV_STORE:
		printf("S %d %x %x %s %u\n", (int)e->step, e->a, e->b, page_text(e->c), e->d);
		break;
	case EV_FILL:
		printf("F %u %x %s\n", e->a, e->b, places[e->c]);
		break;
	case EV_WRITEBACK:
		printf("W %u %x %s\n", e->a, e->b, places[e->c]);
		break;
	case EV_DRAIN:
		printf("B %u %x %s\n", e->a, e->b, places[e->c]);
		break;
	case EV_DROP:
		printf("D %u %x %u\n", e->a, e->b, e->d);
		break;
	case EV_EVICT:
		printf("E %u %x %u\n", e->a, e->b, e->d);
		break;
	case EV_CACHE_OP:
		printf("O %d %s %x %x %s %s\n", (int)e->step, cache_op_name((enum cache_op)e->a),
		       e->b, e->c, outcomes[e->d], page_text(e->e));
		break;
	case EV_DMA_WRITE:
		printf("w %d %u %u %u %u\n", (int)e->step, e->a, e->b, e->c, e->d);
		break;
	case EV_DMA_READ:
		printf("r %d %u %u %u\n", (int)e->step, e->a, e->b, e->d);
		break;
	case EV_MAP:
		printf("M %u\n", e->a);
		break;
	case EV_UNMAP:
		printf("U %u\n", e->a);
		break;
	case EV_DMA_START:
		if (e->a == NO_ID)
			printf("t %d %u\n", (int)e->step, e->b);
		else
			printf("s %u %u\n", e->a, e->b);
		break;
	case EV_HANDLE:
		printf("H %u %x %u\n", e->a, e->b, e->c);
		break;
	case EV_STEP_BEGIN:
	case EV_STEP_END:
	case EV_KSTEP:
	case EV_TLB_REFILL:
	case EV_TLB_REPAIR:
	case EV_TLB_FLUSH:
	case EV_SET_PTE:
	case EV_IRQS:
	case EV_BH:
	case EV_PREEMPT:
	case EV_RUN_BEGIN:
	case EV_RUN_END:
	case EV_SWITCH:
	case EV_SLEEP:
	case EV_SYNC_BEGIN:
	case EV_SYNC_PIECE:
	case EV_DMA_DONE:
	case EV_SYNC_DONE:
	case EVENT_COUNT:
		break;
	}
}

static void print_finding(const struct finding *f)
{
	printf("! %s %d %s %u %u %u\n", rule_name((enum rule)f->rule), (int)f->step,
	       page_text(f->page), f->offset, f->got, f->want);
}

static void print_lines(const struct world *w)
{
	const struct cell *k = w->k;
	u32 cache, set, way, sector, granule;

	for (cache = 0; cache < cache_count(k); cache++) {
		const struct cache_geometry *g = cache_geometry(k, cache);

		for (set = 0; set < g->sets; set++)
			for (way = 0; way < g->ways; way++) {
				const struct w_line *line = cache_line(w, cache, set, way);

				if (!line->tag)
					break;
				printf("l %u %u %x %u", cache, set, cache_line_pa(k, cache, line),
				       line->dirty);
				for (sector = 0; sector < g->line_sectors; sector++)
					for (granule = 0; granule < k->sector_granules; granule++)
						printf(" %u",
						       datum_get(k,
								 line->data +
									 sector * k->sector_words,
								 granule));
				putchar('\n');
			}
	}
}

static void print_end(const struct world *w)
{
	const struct cell *k = w->k;
	u32 page, offset;

	for (page = 0; page < k->pages; page++) {
		printf("m %u", page);
		for (offset = 0; offset < cell_page_bytes(k); offset += 1u << k->granule_shift)
			printf(" %u", datum_get(k, datum_memory(w, page, offset),
						datum_granule_in_sector(k, offset)));
		printf("\nu %u %d\n", page, (w_page(w, page)->flags & PAGE_IN_USE) != 0);
	}
	print_lines(w);
}

static void on_applied(void *arg, const struct world *w, const struct choice *choice)
{
	static const char *const kinds[] = {"step", "enter", "device", "evict",
					    "fill", "drain", "finish"};
	struct log *log = arg;
	u32 i;

	log->world = w;
	for (i = 0; i < log->k->pages; i++) {
		gboolean in_use = (w_page(w, i)->flags & PAGE_IN_USE) != 0;

		if (in_use != log->in_use[i])
			printf("%c %u\n", in_use ? 'a' : 'f', i);
		log->in_use[i] = in_use;
	}
	for (i = 0; i < w->findings; i++)
		if (!w->finding[i].warning)
			print_finding(&w->finding[i]);
	printf(". %s %u %u %x\n", kinds[choice->kind], choice->actor, choice->set, choice->arg);
	/* the world is gone when run_scheduled() returns */
	if (w_top(w)->ended) {
		printf("end ended %s\n", w_top(w)->ended == END_COMPLETE ? "complete" : "early");
		print_end(w);
	}
}

static void print_head(const struct compiled *c)
{
	static const char *const directions[] = {"bidirectional", "to-device", "from-device"};
	static const char *const operands[] = {"handle", "kseg0", "kseg1"};
	const struct cell *k = &c->cell;
	u32 i, j;

	printf("geometry %u %u %u %d\n", cell_page_bytes(k), 1u << k->granule_shift,
	       1u << k->machine.sector_shift, k->strategy.uncached);
	for (i = 0; i < cache_count(k); i++) {
		const struct cache_geometry *g = cache_geometry(k, i);

		printf("cache %u %u %u %u %d\n", i, 1u << g->line_shift, g->sets, g->ways,
		       g->virtual_index);
	}
	for (i = 0; i < k->pages; i++)
		printf("page %u %u %d\n", i, k->page[i].pfn, !k->page[i].starts_free);
	for (i = 0; i < k->steps; i++) {
		const struct operand *o = &k->step[i].at;

		printf("step %u %u %s %s %u %u %u\n", i, compiled_info(c, i)->context,
		       compiled_info(c, i)->op, operands[o->kind], o->ref, o->offset, o->length);
	}
	for (i = 0; i < k->maps; i++) {
		const struct dma_map_def *m = &k->map[i];

		printf("map %u %s %d", i, directions[m->direction],
		       k->machine.dma_coherent ||
			       (m->device != NO_ID && k->device[m->device].coherent));
		for (j = m->first_sg; j < m->first_sg + m->sgs; j++)
			printf(" %u %u %u", k->sg[j].page, k->sg[j].offset, k->sg[j].length);
		putchar('\n');
	}
}

static void run_one(struct scenario *s, const struct scenario_cell *cell, const char *schedule)
{
	struct compiled *c = scenario_compile(s, cell, schedule, TRUE);
	struct log log = {0};
	const struct run_options options = {
		.max_steps = STEPS_MAX,
		.listen = on_event,
		.applied = on_applied,
		.arg = &log,
	};
	struct run_result result;
	u32 i;

	if (c && !c->refused) {
		printf("run %s\t%s\t%s\n", s->path, cell->id, schedule);
		print_head(c);
		log.k = &c->cell;
		log.in_use = g_new0(gboolean, c->cell.pages + 1);
		for (i = 0; i < c->cell.pages; i++)
			log.in_use[i] = !c->cell.page[i].starts_free;
		run_scheduled(&c->cell, &c->schedule, &options, &result);
		if (result.end == END_NOT)
			puts("end stopped -");
		puts("done");
		run_result_free(&result);
		g_free(log.in_use);
	}
	compiled_free(c);
}

static void run_cell(struct scenario *s, const struct scenario_cell *cell, const char *schedule)
{
	g_auto(GStrv) names = scenario_schedules(s);
	guint i;

	if (cell->schedule) {
		if (strcmp(cell->schedule, "all") &&
		    (!schedule || !strcmp(schedule, cell->schedule)))
			run_one(s, cell, cell->schedule);
		return;
	}
	for (i = 0; names[i]; i++)
		if (!schedule || !strcmp(schedule, names[i]))
			run_one(s, cell, names[i]);
}

static gboolean run_file(const char *path, const char *id, const char *schedule)
{
	static const struct scenario_options options;
	struct diag *diag = diag_new();
	struct scenario *s = scenario_load(diag, path, &options);
	guint i;

	if (s) {
		for (i = 0; i < s->cells->len; i++) {
			const struct scenario_cell *cell = s->cells->pdata[i];

			if (!id || !strcmp(id, cell->id))
				run_cell(s, cell, schedule);
		}
		scenario_free(s);
	} else {
		g_autoptr(GString) out = g_string_new(NULL);

		diag_print(diag, out, FALSE);
		fputs(out->str, stderr);
	}
	diag_free(diag);
	return s != NULL;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All scenarios in a folder and in those below it, but for the strategies they use. */
static gboolean run_path(const char *path, const char *id, const char *schedule)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	gboolean well = TRUE;
	const char *name;
	GDir *dir;
	guint i;

	if (!g_file_test(path, G_FILE_TEST_IS_DIR))
		return run_file(path, id, schedule);
	if (g_str_has_suffix(path, "/strategies"))
		return TRUE;
	dir = g_dir_open(path, 0, NULL);
	while (dir && (name = g_dir_read_name(dir)))
		g_ptr_array_add(names, g_build_filename(path, name, NULL));
	if (dir)
		g_dir_close(dir);
	g_ptr_array_sort(names, by_name);
	for (i = 0; i < names->len; i++)
		if (g_str_has_suffix(names->pdata[i], ".yaml") ||
		    g_file_test(names->pdata[i], G_FILE_TEST_IS_DIR))
			well &= run_path(names->pdata[i], id, schedule);
	return well;
}

int main(int argc, char **argv)
{
	if (argc < 2 || argc > 4 || argv[1][0] == '-') {
		fputs("usage: events PATH [CELL-ID [SCHEDULE]]\n", stderr);
		return 2;
	}
	return run_path(argv[1], argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : NULL) ? 0 : 2;
}
