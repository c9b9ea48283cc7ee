// SPDX-License-Identifier: GPL-2.0-or-later
#include "board.h"

#include <string.h>

#include "cache_model.h"
#include "context.h"
#include "datum.h"
#include "judge/history.h"
#include "kmtypes.h"
#include "lock.h"
#include "pagetable.h"
#include "write_buffer.h"

struct maker {
	const struct compiled *c;
	const struct cell *k;
	const struct world *w;
	GPtrArray *lines;
	const char *section;
};

static void line_free(gpointer p)
{
	struct board_line *line = p;

	g_free(line->name);
	g_free(line->text);
	g_free(line);
}

/* Takes over name and text. */
static struct board_line *add(struct maker *m, char *name, char *text)
{
	struct board_line *line = g_new0(struct board_line, 1);

	line->section = m->section;
	line->name = name;
	line->text = text;
	g_ptr_array_add(m->lines, line);
	return line;
}

static const char *state_word(const struct maker *m, u32 ctx)
{
	const struct w_ctx *c = w_ctx(m->w, ctx);

	switch ((enum ctx_state)c->state) {
	case CTX_IDLE:
		return context_can_begin(m->w, ctx) ? "may begin" : "idle";
	case CTX_READY:
		return "ready";
	case CTX_CURRENT:
		return w_cpu(m->w, m->k->context[ctx].cpu)->current == ctx + 1 ? "runs" :
										 "interrupted";
	case CTX_SLEEPING:
		return "asleep";
	case CTX_DONE:
		break;
	}
	return "done";
}

static void add_context(struct maker *m, u32 ctx)
{
	const struct w_ctx *c = w_ctx(m->w, ctx);
	GString *text = g_string_new(state_word(m, ctx));
	u32 next = context_next_kstep(m->w, ctx);
	const struct context_def *def = &m->k->context[ctx];

	if (c->irqs_off)
		g_string_append(text, ", irqs off");
	if (c->bh_off)
		g_string_append_printf(text, ", bh off %u", c->bh_off);
	if (c->preempt_off)
		g_string_append_printf(text, ", preempt off %u", c->preempt_off);
	if (c->pending)
		g_string_append_printf(text, ", due %u", c->pending);
	if (c->sp) {
		g_string_append_printf(text, ", at %s()", kfunc_name(c->frame[c->sp - 1].fn));
		if (next >= K_FIRST_STEP)
			g_string_append_printf(text, " `%s`", kstep_name(next));
		if (c->step < def->first_step + def->steps)
			g_string_append_printf(text, " of `%s`",
					       compiled_info(m->c, c->step)->text);
	}
	add(m, g_strdup(compiled_context_name(m->c, ctx)), g_string_free(text, FALSE));
}

static void add_contexts(struct maker *m)
{
	u32 i;

	m->section = "contexts";
	for (i = 0; i < m->k->contexts; i++)
		add_context(m, i);
	for (i = 0; i < 1 + m->k->devices; i++) {
		if (!*lock_word(m->w, i))
			continue;
		add(m,
		    i == LOCK_KMAP ? g_strdup("kmap_lock") :
				     g_strdup_printf("host lock of %s",
						     (char *)m->c->device_names->pdata[i - 1]),
		    g_strdup_printf("held by cpu%u", *lock_word(m->w, i) - 1));
	}
}

static void add_devices(struct maker *m)
{
	static const char *const owners[] = {
		[MAP_DEVICE] = "the device owns it",
		[MAP_CPU] = "the CPU owns it",
	};
	u32 i;

	m->section = "devices";
	for (i = 0; i < m->k->devices; i++) {
		const struct w_device *d = w_device(m->w, i);

		add(m, g_strdup(m->c->device_names->pdata[i]),
		    d->map ? g_strdup_printf("%s memory, next: piece %u + 0x%x",
					     d->writes ? "writes" : "reads", d->sg, d->at) :
			     g_strdup(d->irq ? "raises its interrupt next" : "idle"));
	}
	for (i = 0; i < m->k->maps; i++) {
		const struct map_info *info = &g_array_index(m->c->map_infos, struct map_info, i);
		const struct sg_entry *sg = &m->k->sg[m->k->map[i].first_sg];
		g_autofree char *place = NULL;

		if (w_map(m->w, i)->state == MAP_NONE)
			continue;
		place = compiled_place(m->c, sg->page, sg->offset);
		add(m,
		    info->id ?
			    g_strdup_printf("mapping %s", info->id) :
			    g_strdup_printf("mapping of %s", compiled_info(m->c, info->step)->text),
		    g_strdup_printf("%s, from %s on", owners[w_map(m->w, i)->state], place));
	}
}

/* What an EntryLo leads to. */
static char *lo_text(const struct maker *m, u32 lo)
{
	g_autofree char *page = NULL;
	u32 id;

	if (!(lo & LO_V))
		return g_strdup("-");
	id = cell_page_of(m->k, (lo >> LO_PFN_SHIFT) << m->k->machine.page_shift);
	page = id == NO_ID ? g_strdup("?") : compiled_page_name(m->c, id);
	return g_strdup_printf("%s%s%s", page, lo & LO_D ? "" : " read-only",
			       (lo >> LO_C_SHIFT & LO_C_MASK) == CCA_UNCACHED ? " uncached" : "");
}

static void add_tlbs(struct maker *m)
{
	u32 cpu, i;

	m->section = "TLB";
	for (cpu = 0; cpu < m->k->machine.cpus; cpu++) {
		for (i = 0; i < w_cpu(m->w, cpu)->tlb_entries; i++) {
			const struct w_tlb *e = &w_tlb(m->w, cpu)[i];
			g_autofree char *even = lo_text(m, e->lo[0]);
			g_autofree char *odd = lo_text(m, e->lo[1]);
			g_autofree char *asid = e->global ? g_strdup("global") :
							    g_strdup_printf("asid %u", e->asid);

			add(m, g_strdup_printf("cpu%u %08x %s", cpu, e->vpn2, asid),
			    g_strdup_printf("%s | %s", even, odd));
		}
	}
}

static void add_pkmap(struct maker *m)
{
	const u32 *counts = m->w->word + m->k->layout.pkmap_count;
	u32 i;

	m->section = "pkmap";
	for (i = 0; i < m->k->last_pkmap; i++) {
		u32 pte = *pkmap_pte(m->w, i);
		g_autofree char *page = lo_text(m, pte);

		if ((pte & LO_V) || counts[i])
			add(m, g_strdup_printf("%u %08x", i, pkmap_va(m->k, i)),
			    g_strdup_printf("%s, count %u", page, counts[i]));
	}
}

static void add_fixmap(struct maker *m)
{
	u32 cpu, i;

	m->section = "fixmap";
	for (cpu = 0; cpu < m->k->machine.cpus; cpu++) {
		for (i = 0; i < SLOT_NR; i++) {
			gboolean typed = i < KM_TYPE_NR;
			u32 pte = *fixmap_pte(m->w, cpu, i);
			u32 users = typed ? *fixmap_users(m->w, cpu, i) : 0;
			g_autofree char *page = lo_text(m, pte);

			if (!typed && (pte & LO_V))
				add(m,
				    g_strdup_printf("cpu%u stacked %u %08x", cpu, i - SLOT_STACKED,
						    fixmap_va(m->k, cpu, i)),
				    g_strdup(page));
			else if ((pte & LO_V) || users)
				add(m,
				    g_strdup_printf("cpu%u %s %08x", cpu, km_type_name(i),
						    fixmap_va(m->k, cpu, i)),
				    g_strdup_printf("%s, in use %u", page, users));
		}
		if (w_cpu(m->w, cpu)->kmap_idx)
			add(m, g_strdup_printf("cpu%u slots stacked", cpu),
			    g_strdup_printf("%u", w_cpu(m->w, cpu)->kmap_idx));
		if (w_cpu(m->w, cpu)->l1_depth)
			add(m, g_strdup_printf("cpu%u kmap_high_l1_vipt() depth", cpu),
			    g_strdup_printf("%u", w_cpu(m->w, cpu)->l1_depth));
	}
	for (i = 0; i < m->k->user_ptes; i++) {
		const struct user_pte_def *def = &m->k->user_pte[i];
		u32 pte = *pagetable_entry(m->w, def->mm, def->va);

		if (pte & LO_V)
			add(m, g_strdup_printf("user %u %08x", def->mm, def->va), lo_text(m, pte));
	}
}

/* The data of a sector: what it is called, where it is of one write, else each with its offset. */
static char *sector_text(const struct maker *m, const u32 *sector, u32 offset)
{
	GString *text = g_string_new(NULL);
	u32 last = 0, i;

	for (i = 0; i < m->k->sector_granules; i++) {
		u32 token = datum_get(m->k, sector, i);
		g_autofree char *name = NULL;

		if (i && token == last)
			continue;
		name = history_data_name(m->c, token);
		if (i)
			g_string_append_printf(text,
					       ", +0x%x: ", offset + (i << m->k->granule_shift));
		g_string_append(text, name);
		last = token;
	}
	return g_string_free(text, FALSE);
}

/* Of a sector that waits in a write buffer, what was written to it. */
static char *waiting_text(struct maker *m, u32 buffer, const struct w_line *entry, u32 pa)
{
	u32 granule_bytes = 1u << m->k->granule_shift, i;
	const u32 *sector = cache_sector(m->k, buffer, entry, pa);
	GString *text = g_string_new(NULL);

	for (i = 0; i < m->k->sector_granules; i++) {
		u32 at = pa + i * granule_bytes;
		g_autofree char *name = NULL;

		if (!write_buffer_holds(m->k, entry, at))
			continue;
		name = history_data_name(m->c, datum_get(m->k, sector, i));
		if (!text->len || !g_str_has_suffix(text->str, name))
			g_string_append_printf(text, "%s+0x%x: %s", text->len ? ", " : "",
					       at & (cell_page_bytes(m->k) - 1), name);
	}
	return g_string_free(text, FALSE);
}

static void add_copies(struct maker *m, u32 cache, u32 colour)
{
	u32 bytes = 1u << cache_geometry(m->k, cache)->line_shift, page, at;
	u32 sector_bytes = 1u << m->k->machine.sector_shift;
	g_autofree char *seat = history_seat_name(m->k, history_seat(m->k, cache, colour));

	for (page = 0; page < m->k->pages; page++) {
		for (at = 0; at < cell_page_bytes(m->k); at += sector_bytes) {
			u32 pa = cell_page_pa(m->k, page) + at;
			u32 set = cache_colour_set(m->k, cache, align_down(pa, bytes), colour);
			const struct w_line *line = cache_find(m->w, cache, set, pa);
			g_autofree char *name = NULL, *data = NULL;
			struct board_line *added;

			if (!line)
				continue;
			name = compiled_page_name(m->c, page);
			data = cache_level(m->k, cache) == LEVEL_BUFFER ?
				       waiting_text(m, cache, line, pa) :
				       sector_text(m, cache_sector(m->k, cache, line, pa), at);
			added = add(m, g_strdup_printf("%s %s", seat, name),
				    g_strdup_printf("%s%s", line->dirty ? "DIRTY " : "", data));
			added->from = at;
			added->to = at + sector_bytes - 1;
		}
	}
}

static void add_caches(struct maker *m)
{
	u32 cache, colour;

	m->section = "caches";
	for (cache = 0; cache < cache_count(m->k); cache++)
		for (colour = 0; colour < cache_geometry(m->k, cache)->colours; colour++)
			add_copies(m, cache, colour);
	m->section = "write buffers";
	for (cache = 0; m->k->machine.buffer.present && cache < m->k->machine.cpus; cache++)
		add_copies(m, cache_buffer(m->k, cache), 0);
}

/* A sector whose newest data is not what memory has is told with it; "" where memory has it. */
static char *newest_text(const struct maker *m, u32 page, u32 at, const u32 *sector)
{
	const u32 *flat = m->w->word + m->k->layout.flat +
			  page * m->k->page_sectors * m->k->sector_granules +
			  (at >> m->k->granule_shift);

	if (!memcmp(flat, sector, m->k->sector_granules * sizeof(u32)))
		return g_strdup("");
	return sector_text(m, flat, at);
}

static void add_memory(struct maker *m)
{
	u32 sector_bytes = 1u << m->k->machine.sector_shift, page, at;

	m->section = "memory";
	for (page = 0; page < m->k->pages; page++) {
		for (at = 0; at < cell_page_bytes(m->k); at += sector_bytes) {
			const u32 *sector = datum_memory(m->w, page, at);
			char *data = sector_text(m, sector, at);
			g_autofree char *newest = newest_text(m, page, at, sector);
			struct board_line *line;

			if (*newest) {
				char *both = g_strdup_printf("%s; newest: %s", data, newest);

				g_free(data);
				data = both;
			}
			line = add(m, compiled_page_name(m->c, page), data);
			line->from = at;
			line->to = at + sector_bytes - 1;
		}
	}
}

GPtrArray *board_make(const struct compiled *c, const struct world *w)
{
	struct maker m = {.c = c, .k = &c->cell, .w = w};

	m.lines = g_ptr_array_new_with_free_func(line_free);
	add_contexts(&m);
	add_devices(&m);
	add_tlbs(&m);
	add_pkmap(&m);
	add_fixmap(&m);
	add_caches(&m);
	add_memory(&m);
	return m.lines;
}

static gboolean same_subject(const struct board_line *a, const struct board_line *b)
{
	return a->section == b->section && a->from == b->from && a->to == b->to &&
	       !strcmp(a->name, b->name);
}

static char *subject(const struct board_line *first, const struct board_line *last)
{
	if (!last->to)
		return g_strdup(first->name);
	return g_strdup_printf("%s+0x%x..0x%x", first->name, first->from, last->to);
}

static void note_change(GPtrArray *changes, const struct board_line *line, const char *before,
			const char *after)
{
	g_autofree char *name = subject(line, line);

	g_ptr_array_add(changes,
			g_strdup_printf("%s %s: %s -> %s", line->section, name, before, after));
}

/* Both boards are in one order, so a line that is gone stands before the next one that both have. */
void board_compare(const GPtrArray *before, GPtrArray *now, GPtrArray *changes)
{
	g_autoptr(GHashTable) left = g_hash_table_new(NULL, NULL);
	guint i, j, from = 0;

	for (i = 0; i < now->len; i++) {
		struct board_line *line = now->pdata[i];
		const struct board_line *old = NULL;

		for (j = from; j < before->len && !old; j++)
			if (same_subject(before->pdata[j], line))
				old = before->pdata[j];
		if (old) {
			g_hash_table_add(left, (gpointer)old);
			from = j;
		}
		line->changed = !old || strcmp(old->text, line->text) != 0;
		if (line->changed)
			note_change(changes, line, old ? old->text : "none", line->text);
	}
	for (j = 0; j < before->len; j++)
		if (!g_hash_table_contains(left, before->pdata[j]))
			note_change(changes, before->pdata[j],
				    ((struct board_line *)before->pdata[j])->text, "gone");
}

void board_print(const GPtrArray *board, GPtrArray *out)
{
	const char *section = NULL;
	guint i, next;

	for (i = 0; i < board->len; i = next) {
		const struct board_line *first = board->pdata[i], *last = first;
		g_autofree char *name = NULL;

		for (next = i + 1; next < board->len; next++) {
			const struct board_line *line = board->pdata[next];

			if (!line->to || line->section != first->section ||
			    line->from != last->to + 1 || line->changed != first->changed ||
			    strcmp(line->name, first->name) || strcmp(line->text, first->text))
				break;
			last = line;
		}
		if (section != first->section)
			g_ptr_array_add(out, g_strdup_printf("%s", first->section));
		section = first->section;
		name = subject(first, last);
		g_ptr_array_add(out, g_strdup_printf("%c %s: %s", first->changed ? '*' : ' ', name,
						     first->text));
	}
}
