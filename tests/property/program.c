// SPDX-License-Identifier: GPL-2.0-or-later
#include "program.h"

#include <string.h>

const char *const condition_names[CONDITIONS] = {
	[KEEPS_API] = "keeps-api", [OWNS_LINES] = "owns-lines", [ONE_COLOUR] = "one-colour",
	[OWN_SLOTS] = "own-slots", [NO_FILLS] = "no-fills",
};

guint program_page(const struct program *p, guint area, guint offset)
{
	return p->area[area].page + (p->area[area].offset + offset) / PAGE_BYTES;
}

static gboolean map_has(const struct map *m, guint area)
{
	guint i;

	for (i = 0; i < m->areas; i++)
		if (m->area[i] == area)
			return TRUE;
	return FALSE;
}

gboolean program_is_buffer(const struct program *p, guint area)
{
	guint i;

	for (i = 0; i < p->maps; i++)
		if (map_has(&p->map[i], area))
			return TRUE;
	return FALSE;
}

gboolean program_snooped(const struct program *p, guint map)
{
	return p->machine.coherent || p->coherent[p->map[map].device];
}

gboolean program_page_free(const struct program *p, guint page)
{
	guint i;

	for (i = 0; i < p->maps; i++)
		if (p->map[i].kind == MAP_READAHEAD && p->area[p->map[i].area[0]].page == page)
			return TRUE;
	return FALSE;
}

/* ---- what it keeps: the layout ---- */

struct extent {
	guint first, end;
};

static struct extent extent_of(const struct program *p, guint area)
{
	const struct area *a = &p->area[area];
	guint first = a->page * PAGE_BYTES + a->offset;

	return (struct extent){first, first + a->length};
}

static gboolean overlap(struct extent a, struct extent b)
{
	return a.first < b.end && b.first < a.end;
}

static struct extent lines_of(const struct program *p, struct extent e)
{
	guint line = toy_largest_line(&p->machine);

	return (struct extent){e.first / line * line, (e.end + line - 1) / line * line};
}

static guint layout_faults(const struct program *p)
{
	guint faults = 0, i, j;

	for (i = 0; i < p->areas; i++) {
		struct extent e = extent_of(p, i);

		if (!p->area[i].length || e.end > p->pages * PAGE_BYTES ||
		    (e.first / PAGE_BYTES < p->lows) != ((e.end - 1) / PAGE_BYTES < p->lows))
			faults |= 1u << WELL_FORMED;
		for (j = 0; j < p->areas; j++) {
			if (i == j)
				continue;
			if (overlap(e, extent_of(p, j)))
				faults |= 1u << WELL_FORMED;
			if (program_is_buffer(p, i) && overlap(lines_of(p, e), extent_of(p, j)))
				faults |= 1u << OWNS_LINES;
		}
	}
	return faults;
}

/* ---- what it keeps: colours and handles, which are each context's own business ---- */

static gboolean right_colour(const struct program *p, const struct op *o)
{
	guint colours = toy_colours(&p->machine, PAGE_BYTES);

	if (colours == 1)
		return TRUE;
	/* a frame of lowmem has the colour of its kseg0 address; a slot of highmem may have any */
	return o->page < p->lows && (!o->user || o->colour == o->page % colours);
}

static guint keep_faults(const struct program *p, const struct context *c, const struct op *o)
{
	guint faults = 0;

	if (c->level != PROCESS || o->page >= p->pages || o->ref >= HANDLES_MAX ||
	    (o->user && o->colour >= toy_address_colours(&p->machine, PAGE_BYTES)))
		faults |= 1u << WELL_FORMED;
	if (!right_colour(p, o))
		faults |= 1u << ONE_COLOUR;
	return faults;
}

static guint touch_faults(const struct program *p, const struct context *c, const struct op *o,
			  const struct op *const kept[], const gboolean held[])
{
	guint page = program_page(p, o->area, o->offset), faults = 0;

	if (!o->length || o->offset + o->length > p->area[o->area].length ||
	    page != program_page(p, o->area, o->offset + o->length - 1))
		return 1u << WELL_FORMED;
	switch (o->via) {
	case VIA_KSEG0:
		if (page >= p->lows)
			faults |= 1u << WELL_FORMED;
		break;
	case VIA_SLOT:
		if (o->slot != c->level)
			faults |= 1u << OWN_SLOTS;
		if (page >= p->lows && toy_colours(&p->machine, PAGE_BYTES) > 1)
			faults |= 1u << ONE_COLOUR;
		break;
	case VIA_HANDLE:
		if (!kept[o->ref] || kept[o->ref]->page != page)
			faults |= 1u << WELL_FORMED;
		else if (!held[o->ref])
			faults |= 1u << OWN_SLOTS;
		break;
	}
	return faults;
}

/* Counts in *kmaps how many addresses of the pkmap pool the context has at a time. */
static guint context_faults(const struct program *p, const struct context *c, guint *kmaps)
{
	const struct op *kept[HANDLES_MAX] = {0};
	gboolean held[HANDLES_MAX] = {0};
	guint faults = 0, now = 0, most = 0, i;

	for (i = 0; i < c->ops; i++) {
		const struct op *o = &c->op[i];

		if (o->kind == OP_TOUCH)
			faults |= touch_faults(p, c, o, kept, held);
		if (o->kind == OP_KEEP) {
			faults |= keep_faults(p, c, o);
			if (kept[o->ref])
				faults |= 1u << WELL_FORMED;
			kept[o->ref] = o;
			held[o->ref] = TRUE;
			now += !o->user;
			most = MAX(most, now);
		}
		if (o->kind == OP_RELEASE) {
			if (!held[o->ref])
				return faults | 1u << WELL_FORMED;
			held[o->ref] = FALSE;
			now -= !kept[o->ref]->user;
		}
	}
	for (i = 0; i < HANDLES_MAX; i++)
		if (held[i])
			faults |= 1u << WELL_FORMED;
	*kmaps += most;
	return faults;
}

/* ---- what it keeps: the lives of buffers ---- */

enum owner { OWNER_NONE, OWNER_DEVICE, OWNER_CPU, OWNER_FREE };

struct life {
	const struct program *p;
	enum owner map[MAPS_MAX];
	guint running[DEVICES_MAX]; /* mapping + 1 */
	guint in_flight; /* mapping + 1 whose completion is being handled */
	gboolean ready[MAPS_MAX]; /* of a readahead: its pages have data */
	guint faults;
};

/* The context that makes the mapping. */
static guint home_of(const struct program *p, guint map)
{
	guint i, j;

	for (i = 0; i < p->contexts; i++)
		for (j = 0; j < p->context[i].ops; j++)
			if (p->context[i].op[j].kind == OP_MAP && p->context[i].op[j].ref == map)
				return i;
	return NOBODY;
}

static void life_fault(struct life *l, guint condition)
{
	l->faults |= 1u << condition;
}

static gboolean running(const struct life *l, guint map)
{
	return l->running[l->p->map[map].device] == map + 1;
}

static gboolean areas_mapped(const struct life *l, guint map)
{
	const struct map *m = &l->p->map[map];
	guint i, j;

	for (i = 0; i < l->p->maps; i++)
		for (j = 0; l->map[i] != OWNER_NONE && j < m->areas; j++)
			if (map_has(&l->p->map[i], m->area[j]))
				return TRUE;
	return FALSE;
}

static void life_touch(struct life *l, const struct op *o, guint ctx)
{
	const struct program *p = l->p;
	guint i;

	for (i = 0; i < p->maps; i++) {
		const struct map *m = &p->map[i];

		if (!map_has(m, o->area))
			continue;
		/* whoever neither makes the mapping nor handles its end has no business there at any time */
		if (home_of(p, i) != ctx && l->in_flight != i + 1)
			life_fault(l, o->store ? KEEPS_API : NO_FILLS);
		else if (l->map[i] == OWNER_DEVICE)
			life_fault(l, o->store ? KEEPS_API : NO_FILLS);
		else if (m->kind == MAP_READAHEAD && !l->ready[i])
			life_fault(l, WELL_FORMED);
	}
}

static void life_start(struct life *l, guint map, enum direction direction)
{
	const struct map *m = &l->p->map[map];

	if (l->map[map] != OWNER_DEVICE || l->running[m->device] ||
	    (m->direction != BIDIRECTIONAL && m->direction != direction))
		life_fault(l, KEEPS_API);
	if (direction == BIDIRECTIONAL)
		life_fault(l, WELL_FORMED);
	l->running[m->device] = map + 1;
}

static void life_map(struct life *l, guint map)
{
	const struct map *m = &l->p->map[map];

	if (areas_mapped(l, map))
		life_fault(l, KEEPS_API);
	l->map[map] = OWNER_DEVICE;
	if (m->kind != MAP_READAHEAD)
		return;
	if (l->ready[map]) /* its pages are in use by now */
		life_fault(l, WELL_FORMED);
	life_start(l, map, FROM_DEVICE);
}

static void life_completes(struct life *l, guint device);

static void life_op(struct life *l, const struct op *o, guint ctx)
{
	if (o->kind > OP_RELEASE && o->kind != OP_MAP && l->in_flight && l->in_flight != o->ref + 1)
		life_fault(l, KEEPS_API);
	switch (o->kind) {
	case OP_KEEP:
	case OP_RELEASE:
		break;
	case OP_TOUCH:
		life_touch(l, o, ctx);
		break;
	case OP_MAP:
		life_map(l, o->ref);
		break;
	case OP_START:
		life_start(l, o->ref, o->direction);
		break;
	case OP_WAIT:
		/* for what was not started it waits for ever, and an interrupt cannot wait */
		if (!running(l, o->ref) || l->p->context[ctx].level != PROCESS)
			life_fault(l, WELL_FORMED);
		else
			life_completes(l, l->p->map[o->ref].device);
		break;
	case OP_SYNC_CPU:
	case OP_SYNC_DEVICE:
	case OP_UNMAP:
		if (l->map[o->ref] == OWNER_NONE || running(l, o->ref))
			life_fault(l, KEEPS_API);
		if (l->p->map[o->ref].kind == MAP_READAHEAD) {
			if (o->kind != OP_UNMAP)
				life_fault(l, WELL_FORMED);
			l->ready[o->ref] = TRUE;
		}
		l->map[o->ref] = o->kind == OP_UNMAP    ? OWNER_NONE :
				 o->kind == OP_SYNC_CPU ? OWNER_CPU :
							  OWNER_DEVICE;
		break;
	}
}

/* The transfer is over, and the interrupt's handler has run, if there is one. */
static void life_completes(struct life *l, guint device)
{
	const struct program *p = l->p;
	guint map = l->running[device], i, j;

	l->running[device] = 0;
	for (i = 0; i < p->contexts; i++) {
		if (p->context[i].level != HARDIRQ || p->context[i].device != device)
			continue;
		l->in_flight = map;
		for (j = 0; j < p->context[i].ops; j++)
			life_op(l, &p->context[i].op[j], i);
		l->in_flight = 0;
	}
}

/* All that one context begins, in order; what its interrupts do falls where it has waited for them. */
static guint life_faults(const struct program *p, guint ctx)
{
	struct life l = {.p = p};
	guint round, i;

	for (round = 0; round < p->context[ctx].times; round++)
		for (i = 0; i < p->context[ctx].ops; i++)
			life_op(&l, &p->context[ctx].op[i], ctx);
	for (i = 0; i < p->devices; i++)
		if (l.running[i])
			life_completes(&l, i);
	for (i = 0; i < p->maps; i++)
		if (l.map[i] != OWNER_NONE)
			life_fault(&l, KEEPS_API);
	return l.faults;
}

/* Each mapping is made by one op; each area and device is one context's; one handler a device. */
static guint reference_faults(const struct program *p)
{
	guint made[MAPS_MAX] = {0}, handlers[DEVICES_MAX] = {0}, i, j;

	for (i = 0; i < p->contexts; i++) {
		const struct context *c = &p->context[i];

		if (!c->ops)
			return 1u << WELL_FORMED;
		for (j = 0; j < c->ops; j++) {
			if (c->op[j].kind == OP_MAP)
				made[c->op[j].ref]++;
			if (c->device != NOBODY &&
			    (c->op[j].kind == OP_MAP || c->op[j].kind == OP_START))
				return 1u << WELL_FORMED;
		}
		if (c->device != NOBODY && (c->level != HARDIRQ || handlers[c->device]++))
			return 1u << WELL_FORMED;
	}
	for (i = 0; i < p->maps; i++) {
		const struct map *m = &p->map[i];

		if (made[i] != 1 || !m->areas || (m->kind != MAP_SG && m->areas != 1))
			return 1u << WELL_FORMED;
		if (m->kind == MAP_SINGLE && p->area[m->area[0]].page >= p->lows)
			return 1u << WELL_FORMED;
		if (m->kind == MAP_READAHEAD && p->area[m->area[0]].length != PAGE_BYTES)
			return 1u << WELL_FORMED;
		for (j = 0; j < i; j++)
			if (home_of(p, j) != home_of(p, i) &&
			    (p->map[j].device == m->device || map_has(&p->map[j], m->area[0])))
				return 1u << WELL_FORMED;
	}
	return 0;
}

guint program_faults(const struct program *p)
{
	guint faults = reference_faults(p), kmaps = 0, i;

	if (!p->contexts || faults)
		return 1u << WELL_FORMED;
	faults |= layout_faults(p);
	for (i = 0; i < p->contexts; i++) {
		faults |= context_faults(p, &p->context[i], &kmaps);
		if (p->context[i].device == NOBODY)
			faults |= life_faults(p, i);
	}
	if (kmaps > p->last_pkmap)
		faults |= 1u << WELL_FORMED;
	return faults;
}

/* ---- text ---- */

static void print_pages(const struct program *p, GString *out)
{
	guint i;

	g_string_append(out, "pages:\n");
	for (i = 0; i < p->pages; i++)
		g_string_append_printf(out, "  p%u: {zone: %s%s}\n", i,
				       i < p->lows ? "lowmem" : "highmem",
				       program_page_free(p, i) ? ", free: yes" : "");
	if (p->lows < p->pages && toy_colours(&p->machine, PAGE_BYTES) > 1)
		g_string_append(out, "force: yes\n");
	if (!p->devices)
		return;
	g_string_append(out, "devices:\n");
	for (i = 0; i < p->devices; i++)
		g_string_append_printf(out, "  d%u: {%s}\n", i,
				       p->coherent[i] ? "dma: coherent" : "");
}

static void print_touch(const struct program *p, const struct op *o, guint number, GString *out)
{
	static const char *const slots[] = {"KM_USER0", "KM_SOFTIRQ0", "KM_IRQ0"};
	guint page = program_page(p, o->area, o->offset);
	g_autofree char *base = o->via == VIA_KSEG0  ? g_strdup_printf("p%u", page) :
				o->via == VIA_HANDLE ? g_strdup_printf("h%u", o->ref) :
						       g_strdup_printf("a%u", number);

	if (o->via == VIA_SLOT)
		g_string_append_printf(out, "      - kmap-atomic: {page: p%u, as: %s, slot: %s}\n",
				       page, base, slots[o->slot]);
	g_string_append_printf(out, "      - %s: {%s: %s+%u, len: %u}\n",
			       o->store ? "write" : "read", o->store ? "to" : "from", base,
			       (p->area[o->area].offset + o->offset) % PAGE_BYTES, o->length);
	if (o->via == VIA_SLOT)
		g_string_append_printf(out, "      - kunmap-atomic: {map: %s}\n", base);
}

static void print_keep(const struct program *p, const struct op *o, GString *out)
{
	g_string_append_printf(out, "      - %s: {page: p%u, as: h%u",
			       o->user ? "map-user" : "kmap", o->page, o->ref);
	if (o->user && toy_address_colours(&p->machine, PAGE_BYTES) > 1)
		g_string_append_printf(out, ", colour: %u", o->colour);
	g_string_append(out, "}\n");
}

static const struct op *keep_of(const struct context *c, guint handle)
{
	guint i;

	for (i = 0; i < c->ops; i++)
		if (c->op[i].kind == OP_KEEP && c->op[i].ref == handle)
			return &c->op[i];
	return NULL;
}

static void print_buffer(const struct program *p, guint area, GString *out)
{
	const struct area *a = &p->area[area];
	guint last = program_page(p, area, a->length - 1);

	g_string_append_printf(out, "{page: p%u", a->page);
	if (last != a->page)
		g_string_append_printf(out, ", to: p%u", last);
	g_string_append_printf(out, ", offset: %u, len: %u}", a->offset, a->length);
}

static const char *const map_kinds[] = {"single", "page", "sg", NULL};
static const char *const directions[] = {"to-device", "from-device", "bidirectional"};

static void print_map(const struct program *p, guint map, GString *out)
{
	const struct map *m = &p->map[map];
	guint i;

	if (m->kind == MAP_READAHEAD) {
		g_string_append_printf(out, "      - readahead: {pages: p%u, dev: d%u, id: m%u}\n",
				       p->area[m->area[0]].page, m->device, map);
		return;
	}
	g_string_append_printf(out, "      - dma-map-%s: {%s: ", map_kinds[m->kind],
			       m->kind == MAP_SG ? "pages" : "page");
	for (i = 0; i < m->areas; i++) {
		g_string_append(out, i ? ", " : m->kind == MAP_SG ? "[" : "");
		print_buffer(p, m->area[i], out);
	}
	g_string_append_printf(out, "%s, dir: %s, dev: d%u, id: m%u}\n",
			       m->kind == MAP_SG ? "]" : "", directions[m->direction], m->device,
			       map);
}

static void print_op(const struct program *p, guint ctx, guint number, GString *out)
{
	const struct op *o = &p->context[ctx].op[number];
	const struct map *m = &p->map[o->ref];
	const char *to;

	switch (o->kind) {
	case OP_TOUCH:
		print_touch(p, o, number, out);
		break;
	case OP_KEEP:
		print_keep(p, o, out);
		break;
	case OP_RELEASE:
		g_string_append_printf(
			out, "      - %s: {map: h%u}\n",
			keep_of(&p->context[ctx], o->ref)->user ? "unmap-user" : "kunmap", o->ref);
		break;
	case OP_MAP:
		print_map(p, o->ref, out);
		break;
	case OP_START:
		g_string_append_printf(out, "      - dev-start: {dev: d%u, map: m%u, dir: %s}\n",
				       m->device, o->ref, directions[o->direction]);
		break;
	case OP_WAIT:
		g_string_append_printf(out, "      - wait-irq: {dev: d%u}\n", m->device);
		break;
	case OP_SYNC_CPU:
	case OP_SYNC_DEVICE:
		to = o->kind == OP_SYNC_CPU ? "cpu" : "device";
		g_string_append_printf(out, "      - dma-sync-%s-for-%s: {map: c%u.m%u}\n",
				       m->kind == MAP_SG ? "sg" : "single", to, home_of(p, o->ref),
				       o->ref);
		break;
	case OP_UNMAP:
		if (m->kind == MAP_READAHEAD)
			g_string_append(out, "      - ata-qc-complete");
		else
			g_string_append_printf(out, "      - dma-unmap-%s", map_kinds[m->kind]);
		g_string_append_printf(out, ": {map: c%u.m%u}\n", home_of(p, o->ref), o->ref);
		break;
	}
}

static void print_context(const struct program *p, guint ctx, GString *out)
{
	static const char *const levels[] = {"process", "softirq", "hardirq"};
	const struct context *c = &p->context[ctx];
	guint i;

	g_string_append_printf(out, "  c%u:\n    level: %s\n", ctx, levels[c->level]);
	if (c->device != NOBODY)
		g_string_append_printf(out, "    on: d%u\n", c->device);
	else if (c->times > 1)
		g_string_append_printf(out, "    times: %u\n", c->times);
	g_string_append(out, "    steps:\n");
	for (i = 0; i < c->ops; i++)
		print_op(p, ctx, i, out);
}

char *program_print(const struct program *p, const char *note)
{
	GString *out = g_string_new(NULL);
	guint i;

	g_string_append_printf(out, "# %s\nformat: 1\nstrategy: %s\n", note, p->strategy);
	toy_print(&p->machine, out);
	g_string_append_printf(out, "kernel: {last-pkmap: %u, debug-highmem: %s, preempt: %s}\n",
			       p->last_pkmap, p->debug_highmem ? "yes" : "no",
			       p->preempt ? "yes" : "no");
	print_pages(p, out);
	g_string_append(out, "contexts:\n");
	for (i = 0; i < p->contexts; i++)
		print_context(p, i, out);
	g_string_append_printf(out, "explore: {evictions: %s, tlb: %s}\n", p->evictions,
			       p->tlb_any ? "any" : "when-full");
	return g_string_free(out, FALSE);
}
