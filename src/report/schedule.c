// SPDX-License-Identifier: GPL-2.0-or-later
#include "schedule.h"

#include <string.h>

#include "cache_model.h"
#include "columns.h"
#include "grid.h"
#include "judge/cause.h"
#include "pagetable.h"
#include "prose.h"

#define ROWS_SHOWN 30u

static const char *const outcome_words[] = {
	[OP_MISS] = "no line",
	[OP_CLEAN] = "clean line",
	[OP_WROTE_BACK] = "written back",
	[OP_DROPPED] = "dirty data dropped",
	[OP_UNCACHED] = "uncached: nothing",
};

/* How much an event says about its row: the one with the highest rank names it. */
static int rank(u32 kind)
{
	switch ((enum event_kind)kind) {
	case EV_LOAD:
	case EV_STORE:
	case EV_DMA_WRITE:
	case EV_DMA_READ:
		return 9;
	case EV_CACHE_OP:
		return 8;
	case EV_SYNC_BEGIN:
		return 7;
	case EV_SYNC_PIECE:
		return 6;
	case EV_SET_PTE:
	case EV_IRQS:
	case EV_BH:
	case EV_PREEMPT:
		return 5;
	case EV_TLB_FLUSH:
	case EV_TLB_REFILL:
	case EV_TLB_REPAIR:
		return 4;
	case EV_EVICT:
	case EV_DROP:
	case EV_WRITEBACK:
	case EV_DRAIN:
		return 3;
	case EV_RUN_BEGIN:
	case EV_RUN_END:
	case EV_SLEEP:
	case EV_SWITCH:
		return 2;
	case EV_STEP_BEGIN:
	case EV_STEP_END:
	case EV_KSTEP:
	case EV_FILL:
	case EV_DMA_START:
	case EV_DMA_DONE:
	case EV_MAP:
	case EV_UNMAP:
	case EV_SYNC_DONE:
	case EV_HANDLE:
	case EVENT_COUNT:
		break;
	}
	return 1;
}

static char *pte_page(const struct compiled *c, u32 pte)
{
	const struct cell *k = &c->cell;

	if (!(pte & LO_V))
		return g_strdup("nothing");
	return compiled_page_name(c,
				  cell_page_of(k, (pte >> LO_PFN_SHIFT) << k->machine.page_shift));
}

/* "pg[1]+0x20"; of a mapped address "fffc1020 -> pg[1]+0x20". Newly allocated. */
static char *reached_text(const struct compiled *c, u32 va, u32 pa)
{
	const struct cell *k = &c->cell;
	g_autofree char *place =
		compiled_place(c, cell_page_of(k, pa), pa & (cell_page_bytes(k) - 1));

	if (segment_unmapped(va))
		return g_steal_pointer(&place);
	return g_strdup_printf("%08x -> %s", va, place);
}

static char *event_text(const struct compiled *c, const struct moment *m, const struct event *e)
{
	const struct step_info *info =
		compiled_info(c, e->kind != EV_STEP_BEGIN && e->step != NO_ID ? e->step : m->step);
	const char *step = info ? info->text : "";
	g_autofree char *page = NULL;

	switch ((enum event_kind)e->kind) {
	case EV_LOAD:
	case EV_STORE:
		if (segment_unmapped(e->a))
			return g_strdup(step);
		page = reached_text(c, e->a, e->b);
		return g_strdup_printf("%s: %s", step, page);
	case EV_DMA_WRITE:
		return g_strdup("writes memory");
	case EV_DMA_READ:
		return g_strdup("reads memory");
	case EV_CACHE_OP:
		page = reached_text(c, e->b, e->c);
		return g_strdup_printf("%s %s: %s", cache_op_name(e->a), page, outcome_words[e->d]);
	case EV_SYNC_BEGIN:
		return g_strdup_printf("%s: sync begins", step);
	case EV_SYNC_PIECE:
		return g_strdup_printf("%s: %s", step, e->d ? "synced" : "NO CACHE OP");
	case EV_SET_PTE:
		page = pte_page(c, e->b);
		return g_strdup_printf("set_pte %08x = %s", e->a, page);
	case EV_TLB_FLUSH:
		return g_strdup_printf("flush TLB %08x", e->a);
	case EV_TLB_REFILL:
		return g_strdup_printf("TLB refill %08x", e->a);
	case EV_TLB_REPAIR:
		return g_strdup_printf("TLB repair %08x", e->a);
	case EV_EVICT:
	case EV_DROP:
		return g_strdup("line leaves");
	case EV_WRITEBACK:
		return g_strdup(e->c == PLACE_BUFFER ? "line goes into the write buffer" :
						       "line is written back");
	case EV_DRAIN:
		return g_strdup_printf("%s%swrite buffer sends the line on",
				       e->d == DRAIN_SYNC ? step : "",
				       e->d == DRAIN_SYNC ? ": " : "");
	case EV_RUN_BEGIN:
		return g_strdup("begins");
	case EV_RUN_END:
		return g_strdup("ends");
	case EV_SLEEP:
		return g_strdup_printf("%s: sleeps", step);
	case EV_SWITCH:
		return g_strdup("goes on");
	case EV_STEP_BEGIN:
		return g_strdup(step);
	case EV_DMA_DONE:
		return g_strdup("raises its interrupt");
	case EV_IRQS:
		return g_strdup_printf("%s: irqs %s", step, e->a ? "off" : "on");
	case EV_BH:
		return g_strdup_printf("%s: bh depth %u", step, e->a);
	case EV_PREEMPT:
		return g_strdup_printf("%s: preempt count %u", step, e->a);
	case EV_STEP_END:
	case EV_KSTEP:
	case EV_FILL:
	case EV_DMA_START:
	case EV_MAP:
	case EV_UNMAP:
	case EV_SYNC_DONE:
	case EV_HANDLE:
	case EVENT_COUNT:
		break;
	}
	return g_strdup(step);
}

/* `broken`: the step that the violation is at, where this is its moment; else NO_ID. */
static char *moment_text(const struct compiled *c, const struct moment *m, guint broken)
{
	const struct event *best = NULL;
	guint i;

	for (i = 0; i < m->events->len; i++) {
		const struct event *e = &g_array_index(m->events, struct event, i);

		if (!best || rank(e->kind) > rank(best->kind))
			best = e;
	}
	if (m->choice.kind == CHOICE_DRAIN)
		return g_strdup("sends the line on");
	if (m->choice.kind == CHOICE_EVICT)
		return g_strdup(best && best->kind == EV_EVICT && m->events->len == 1 ?
					"evicts the clean line" :
					"evicts the dirty line, writing it back");
	if (m->choice.kind == CHOICE_FILL)
		return g_strdup(moment_event(m, EV_FILL) ? "fills the line, unasked" :
							   "fills another line, unasked");
	/* a choice ends a step and begins the next: the violation may be in either */
	if (broken != NO_ID && (!best || (rank(best->kind) < 3 && best->step != broken)))
		return g_strdup(compiled_info(c, broken)->text);
	if (best)
		return event_text(c, m, best);
	return g_strdup(m->step != NO_ID && compiled_info(c, m->step) ?
				compiled_info(c, m->step)->text :
				"");
}

static char *moment_actor(const struct compiled *c, const struct moment *m)
{
	if (m->choice.kind == CHOICE_EVICT || m->choice.kind == CHOICE_FILL)
		return g_strdup(cache_is_l2(&c->cell, m->choice.actor) ? "L2" : "D$");
	if (m->choice.kind == CHOICE_DRAIN)
		return g_strdup("buffer");
	if (m->device != NO_ID)
		return g_strdup(c->device_names->pdata[m->device]);
	if (m->ctx != NO_ID)
		return g_strdup(compiled_context_name(c, m->ctx));
	return g_strdup("the end");
}

static char *copy_text(const struct compiled *c, const struct copy *now, const struct copy *before)
{
	g_autofree char *name = NULL;

	if (before && now->present == before->present && now->dirty == before->dirty &&
	    now->token == before->token)
		return g_strdup(".");
	if (!now->present)
		return g_strdup(before ? "(gone)" : "-");
	name = history_data_name(c, now->token);
	return g_strdup_printf("%s%s", name, now->dirty ? " DIRTY" : "");
}

static char *pte_text(const struct compiled *c, const struct mapping *now,
		      const struct mapping *before)
{
	if (before && now->pte == before->pte)
		return g_strdup(".");
	return now->pte & LO_V ? pte_page(c, now->pte) : g_strdup(before ? "(gone)" : "-");
}

static char *tlb_text(const struct compiled *c, const struct mapping *now,
		      const struct mapping *before)
{
	if (before && now->held == before->held && now->tlb == before->tlb)
		return g_strdup(".");
	if (!now->held)
		return g_strdup(before ? "(gone)" : "-");
	return now->tlb & LO_V ? pte_page(c, now->tlb) : g_strdup("not valid");
}

/*
 * What stands between the row's text and its mark: where the data is, or where an address leads that an access went
 * wrong through.
 */
static guint middle_columns(const struct history *h)
{
	if (h->va)
		return 2;
	return h->page != NO_ID ? history_seats(&h->compiled->cell) + 1 : 0;
}

static char **header_row(const struct history *h, guint columns)
{
	const struct cell *k = &h->compiled->cell;
	g_autofree char *place = compiled_place(h->compiled, h->page, h->offset);
	char **row = g_new0(char *, columns + 1);
	guint j = 0, seat;

	row[j++] = g_strdup("step");
	row[j++] = g_strdup("who");
	row[j++] = g_strdup("what");
	if (h->va) {
		row[j++] = g_strdup_printf("pte %08x", h->va);
		row[j++] = g_strdup_printf("TLB cpu%u", h->cpu);
	} else if (h->page != NO_ID) {
		for (seat = 0; seat < history_seats(k); seat++)
			row[j++] = history_seat_name(k, seat);
		row[j++] = g_strdup_printf("memory %s", place);
	}
	row[j++] = g_strdup("");
	return row;
}

static char *marks_text(guint at, const struct schedule_mark *marks, guint count)
{
	GString *text = g_string_new(NULL);
	guint i;

	for (i = 0; i < count; i++) {
		if (marks[i].moment != at)
			continue;
		if (marks[i].number && !strstr(text->str, "("))
			g_string_append_printf(text, "(%u)", marks[i].number);
		if (*marks[i].word)
			g_string_append_printf(text, "%s%s", text->len ? " " : "", marks[i].word);
	}
	return g_string_free(text, FALSE);
}

/* `shown`: the moment of the row above, NULL: this is the first. */
static char **moment_row(const struct history *h, guint at, const struct moment *shown,
			 guint columns, char *mark)
{
	const struct moment *m = h->moments->pdata[at];
	const struct compiled *c = h->compiled;
	char **row = g_new0(char *, columns + 1);
	guint j = 0, seat;

	row[j++] = g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)m->number);
	row[j++] = moment_actor(c, m);
	row[j++] = moment_text(c, m, at == h->moments->len - 1 ? h->finding.step : NO_ID);
	if (h->va) {
		row[j++] = pte_text(c, &m->mapping, shown ? &shown->mapping : NULL);
		row[j++] = tlb_text(c, &m->mapping, shown ? &shown->mapping : NULL);
	} else if (h->page != NO_ID) {
		for (seat = 0; seat < history_seats(&c->cell); seat++)
			row[j++] = copy_text(c, &m->after.seat[seat],
					     shown ? &shown->after.seat[seat] : NULL);
		row[j++] = copy_text(c, &m->after.memory, shown ? &shown->after.memory : NULL);
	}
	row[j++] = mark;
	return row;
}

static gboolean marked(guint at, const struct schedule_mark *marks, guint count)
{
	guint i;

	for (i = 0; i < count; i++)
		if (marks[i].moment == at)
			return TRUE;
	return FALSE;
}

/* Is the event about the address that an access went wrong through? */
static gboolean about_address(const struct history *h, const struct event *e)
{
	const struct cell *k = &h->compiled->cell;

	if (e->kind == EV_SYNC_BEGIN)
		return TRUE;
	if (e->kind == EV_CACHE_OP)
		return align_down(e->b, cell_page_bytes(k)) == h->va;
	return (e->kind == EV_LOAD || e->kind == EV_STORE || e->kind == EV_SET_PTE) &&
	       align_down(e->a, cell_page_bytes(k)) == h->va;
}

/* A row that changes nothing in its columns and only says that something near by was touched. */
static gboolean minor(const struct history *h, guint at)
{
	const struct moment *m = h->moments->pdata[at];
	const struct moment *last = at ? h->moments->pdata[at - 1] : NULL;
	int best = 0;
	guint i;

	if (h->va) {
		const struct mapping none = {0}, *before = last ? &last->mapping : &none;

		if (m->mapping.pte != before->pte || m->mapping.held != before->held ||
		    m->mapping.tlb != before->tlb)
			return FALSE;
		for (i = 0; i < m->events->len; i++)
			if (about_address(h, &g_array_index(m->events, struct event, i)))
				return FALSE;
		return TRUE;
	}
	if (memcmp(&m->after, last ? &last->after : &h->start, sizeof(m->after)))
		return FALSE;
	for (i = 0; i < m->events->len; i++)
		best = MAX(best, rank(g_array_index(m->events, struct event, i).kind));
	return best < 5;
}

/* Columns that make a paragraph where there is no room for a table: step, who, what. */
#define LEAD 3u

void schedule_append(GString *out, const struct history *h, const char *title,
		     const struct schedule_mark *marks, guint count, gboolean all)
{
	guint columns = LEAD + middle_columns(h) + 1;
	struct grid *grid = grid_new(columns, TRUE);
	const struct moment *last = NULL;
	guint shown = 0, i, from = 0, left = 0;
	g_autofree char *line = NULL;

	grid_add(grid, header_row(h, columns));
	/* the last rows are the ones that matter; marked ones always do */
	if (!all && h->moments->len > ROWS_SHOWN)
		from = h->moments->len - ROWS_SHOWN;
	for (i = 0; i < h->moments->len; i++) {
		if (!all && !marked(i, marks, count) &&
		    (i < from || (h->page != NO_ID && minor(h, i)))) {
			left++;
			continue;
		}
		grid_add(grid, moment_row(h, i, last, columns, marks_text(i, marks, count)));
		last = h->moments->pdata[i];
		shown++;
	}
	line = g_strdup_printf("%s (%u of %" G_GUINT64_FORMAT " steps shown%s%s):", title, shown,
			       (guint64)h->choices,
			       left ? ", more concern this place: --all shows them" : "",
			       grid_folds(grid, columns_of_stdout()) ? "; `.` = unchanged" : "");
	g_string_append_c(out, '\n');
	prose_append(out, "", 0, line);
	g_string_append_c(out, '\n');
	grid_append_folded(out, grid, columns_of_stdout(), LEAD);
	grid_free(grid);
}
