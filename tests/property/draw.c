// SPDX-License-Identifier: GPL-2.0-or-later
#include "draw.h"

struct drawer {
	guint64 seed;
	struct program *p;
	struct wish wish;
	struct context *c; /* being written */
	guint home[AREAS_MAX]; /* whose flow uses the area; NOBODY: no buffer so far */
	gboolean device_taken[DEVICES_MAX];
	guint kept_pages[HANDLES_MAX], kept; /* of c, held from its first op to its last */
	guint kmaps; /* of all contexts */
};

static guint below(struct drawer *d, guint n)
{
	return draw_below(&d->seed, n);
}

static gboolean odds(struct drawer *d, guint percent)
{
	return draw_odds(&d->seed, percent);
}

static struct op *op_add(struct drawer *d, enum op_kind kind, guint ref)
{
	/* the last of an array too small is written over: the program is then refused as a whole */
	struct op *o = &d->c->op[MIN(d->c->ops, OPS_MAX - 1)];

	d->c->ops++;
	*o = (struct op){.kind = kind, .ref = ref};
	return o;
}

/* ---- machine, kernel, pages ---- */

static const char *const strategies[] = {
	"none",      "lowmem-only",   "kmap-high-get", "arm-reentrant", "ppc",     "shared-slot",
	"flush-all", "context-slots", "kmap-stack",    "kmap-local",    "l1-only", "uncached",
};

static void draw_house(struct drawer *d)
{
	static const char *const evictions[] = {"none", "1", "any", "any"};
	struct program *p = d->p;
	guint i;

	toy_draw(&p->machine, &d->seed,
		 d->wish.dropped == ONE_COLOUR || (d->wish.by != BY_ANY_STRATEGY && odds(d, 20)));
	p->strategy = d->wish.by == BY_FLUSH_ALL ? "flush-all" :
		      d->wish.by == BY_NOTHING   ? "none" :
						   strategies[below(d, G_N_ELEMENTS(strategies))];
	p->last_pkmap = odds(d, 50) ? 2 : 4;
	p->debug_highmem = odds(d, 30);
	/* slots of tasks, switched with them, are not modelled: the loader refuses the two together */
	p->preempt = odds(d, 40) && !g_str_equal(p->strategy, "kmap-local");
	p->machine.post_dma_flush = odds(d, 15);
	p->evictions = evictions[below(d, G_N_ELEMENTS(evictions))];
	p->tlb_any = odds(d, 25);
	p->devices = 1 + below(d, DEVICES_MAX);
	if (d->wish.by == BY_SNOOPING) {
		p->machine.coherent = odds(d, 70);
		for (i = 0; i < p->devices; i++)
			p->coherent[i] = !p->machine.coherent;
	} else if (p->devices > 1 && odds(d, 15)) {
		p->coherent[1] = TRUE;
	}
}

static gboolean area_fits(const struct program *p, guint first, guint length)
{
	guint last = first + length - 1, i;

	if (last >= p->pages * PAGE_BYTES ||
	    (first / PAGE_BYTES < p->lows) != (last / PAGE_BYTES < p->lows))
		return FALSE;
	for (i = 0; i < p->areas; i++) {
		guint other = p->area[i].page * PAGE_BYTES + p->area[i].offset;

		if (first < other + p->area[i].length && other <= last)
			return FALSE;
	}
	return TRUE;
}

/* Whole lines each, of which an area may then use only a part. */
static void draw_pages(struct drawer *d)
{
	struct program *p = d->p;
	guint unit = d->wish.dropped == OWNS_LINES ? 4u << below(d, 3) :
						     toy_largest_line(&p->machine);
	gboolean aliases = toy_colours(&p->machine, PAGE_BYTES) > 1;
	guint tries, i, used;

	p->pages = 1 + below(d, PAGES_MAX);
	p->lows = aliases ? p->pages : below(d, p->pages + 1);
	for (tries = 0; tries < 16 && p->areas < 2 + p->pages; tries++) {
		guint first = below(d, p->pages * PAGE_BYTES / unit) * unit;
		guint length = (1 + below(d, odds(d, 20) ? 96 / unit + 1 : 2)) * unit;

		if (area_fits(p, first, length))
			p->area[p->areas++] =
				(struct area){first / PAGE_BYTES, first % PAGE_BYTES, length};
	}
	for (i = 0; i < p->areas; i++) {
		d->home[i] = NOBODY;
		if (!odds(d, 25))
			continue;
		used = 4 * (1 + below(d, p->area[i].length / 4));
		p->area[i].offset += 4 * below(d, (p->area[i].length - used) / 4 + 1);
		p->area[i].page += p->area[i].offset / PAGE_BYTES;
		p->area[i].offset %= PAGE_BYTES;
		p->area[i].length = used;
	}
}

/* ---- ops ---- */

static void draw_touch(struct drawer *d, guint area, gboolean store)
{
	const struct area *a = &d->p->area[area];
	struct op *o = op_add(d, OP_TOUCH, 0);
	guint page, room, i;

	o->area = area;
	o->store = store;
	o->offset = 4 * below(d, a->length / 4);
	room = MIN(a->length - o->offset, PAGE_BYTES - (a->offset + o->offset) % PAGE_BYTES);
	o->length = odds(d, 25) ? room : 4;
	o->slot = d->c->level;
	page = program_page(d->p, area, o->offset);
	o->via = page >= d->p->lows || odds(d, 15) ? VIA_SLOT : VIA_KSEG0;
	for (i = 0; i < d->kept; i++)
		if (d->kept_pages[i] == page && odds(d, 70)) {
			o->via = VIA_HANDLE;
			o->ref = i;
		}
}

/* Any area that is no buffer: such a place is nobody's own. */
static void draw_plain(struct drawer *d, guint percent)
{
	guint area;

	if (!d->p->areas || !odds(d, percent))
		return;
	area = below(d, d->p->areas);
	/* later contexts take no area for a buffer that an earlier one touches */
	if (d->home[area] == NOBODY || d->home[area] == CONTEXTS_MAX) {
		d->home[area] = CONTEXTS_MAX;
		draw_touch(d, area, odds(d, 55));
	}
}

static void draw_touches(struct drawer *d, const struct map *m, guint most, guint stores)
{
	guint n = below(d, most + 1);

	while (n--)
		draw_touch(d, m->area[below(d, m->areas)], odds(d, stores));
}

static void draw_keeps(struct drawer *d)
{
	struct program *p = d->p;
	guint addresses = toy_address_colours(&p->machine, PAGE_BYTES);
	guint colours = toy_colours(&p->machine, PAGE_BYTES);
	guint n = colours < addresses ? 1 + below(d, 2) : below(d, 3);

	while (n--) {
		guint page = below(d, p->pages);
		gboolean user = d->kmaps == p->last_pkmap || odds(d, 50);
		struct op *o;

		if (program_page_free(p, page))
			continue;
		o = op_add(d, OP_KEEP, d->kept);
		o->page = page;
		o->user = user;
		o->colour = colours > 1 ? page % colours : below(d, addresses);
		d->kmaps += !user;
		d->kept_pages[d->kept++] = page;
	}
}

/* ---- what a context does with a device ---- */

static gboolean areas_claim(struct drawer *d, struct map *m, guint ctx)
{
	guint wanted = odds(d, 30) ? 1 + below(d, MAP_AREAS_MAX) : 1;
	guint start = below(d, d->p->areas), i;

	for (i = 0; i < d->p->areas && m->areas < wanted; i++) {
		guint area = (start + i) % d->p->areas;

		if (d->home[area] != NOBODY && d->home[area] != ctx)
			continue;
		d->home[area] = ctx;
		m->area[m->areas++] = area;
	}
	return m->areas;
}

/* A page of its own that the block layer reads; FALSE: no page is left. */
static gboolean page_claim(struct drawer *d, struct map *m, guint ctx)
{
	struct program *p = d->p;

	if (p->pages == PAGES_MAX || p->areas == AREAS_MAX ||
	    toy_colours(&p->machine, PAGE_BYTES) > 1)
		return FALSE;
	p->area[p->areas] = (struct area){p->pages++, 0, PAGE_BYTES};
	p->lows += p->lows == p->pages - 1 && odds(d, 30);
	d->home[p->areas] = ctx;
	m->area[m->areas++] = p->areas++;
	m->kind = MAP_READAHEAD;
	m->direction = FROM_DEVICE;
	return TRUE;
}

static enum direction transfer(struct drawer *d, const struct map *m)
{
	return m->direction == BIDIRECTIONAL ? (enum direction)below(d, 2) : m->direction;
}

/* Syncs and touches between the transfers of one mapping. */
static void draw_between(struct drawer *d, guint map)
{
	if (!odds(d, 60))
		return;
	op_add(d, OP_SYNC_CPU, map);
	draw_touches(d, &d->p->map[map], 2, 40);
	op_add(d, OP_SYNC_DEVICE, map);
}

static void draw_transfers(struct drawer *d, guint map)
{
	guint n = 1 + below(d, 2);

	while (n--) {
		op_add(d, OP_START, map)->direction = transfer(d, &d->p->map[map]);
		draw_plain(d, 30);
		op_add(d, OP_WAIT, map);
		draw_between(d, map);
	}
}

static void draw_handler(struct drawer *d, guint device, guint map)
{
	struct context *home = d->c;
	guint kept = d->kept;

	d->c = &d->p->context[d->p->contexts++];
	*d->c = (struct context){.level = HARDIRQ, .device = device, .times = 1};
	d->kept = 0;
	draw_plain(d, 30);
	op_add(d, OP_UNMAP, map);
	draw_touches(d, &d->p->map[map], 2, 40);
	d->c = home;
	d->kept = kept;
}

/* One mapping from beginning to end. */
static void draw_flow(struct drawer *d, guint ctx)
{
	struct program *p = d->p;
	struct map *m = &p->map[p->maps];
	guint device = below(d, p->devices), map = p->maps, i;

	if (map == MAPS_MAX)
		return;
	for (i = 0; i < map; i++)
		if (p->map[i].device == device)
			break;
	*m = (struct map){.kind = (enum map_kind)below(d, 3), .device = device};
	m->direction = (enum direction)below(d, 3);
	if (d->device_taken[device] && i < map && d->home[p->map[i].area[0]] != ctx)
		return;
	if (!(d->c->level == PROCESS && d->c->times == 1 && odds(d, 15) && page_claim(d, m, ctx)) &&
	    !areas_claim(d, m, ctx))
		return;
	if (m->kind != MAP_READAHEAD && m->areas > 1)
		m->kind = MAP_SG;
	if (m->kind == MAP_SINGLE && p->area[m->area[0]].page >= p->lows)
		m->kind = MAP_PAGE;
	p->maps++;
	if (m->kind != MAP_READAHEAD)
		draw_touches(d, m, 2, 60);
	op_add(d, OP_MAP, map);
	if (m->kind == MAP_READAHEAD) {
		draw_plain(d, 30);
		op_add(d, OP_WAIT, map);
	} else if (d->c->level == PROCESS) {
		/* whoever unmaps in the interrupt has but one transfer */
		if (!d->device_taken[device] && p->contexts < CONTEXTS_MAX && odds(d, 30)) {
			op_add(d, OP_START, map)->direction = transfer(d, m);
			draw_handler(d, device, map);
			draw_plain(d, 30);
			op_add(d, OP_WAIT, map);
			draw_touches(d, m, 2, 30);
			d->device_taken[device] = TRUE;
			return;
		}
		draw_transfers(d, map);
	} else {
		draw_between(d, map);
	}
	d->device_taken[device] = TRUE;
	op_add(d, OP_UNMAP, map);
	draw_touches(d, m, 2, 30);
}

static void draw_context(struct drawer *d, enum level level)
{
	guint ctx = d->p->contexts++, flows, i;

	flows = level == PROCESS ? 1 + below(d, 2) : odds(d, 30) ? 1 : 0;
	d->c = &d->p->context[ctx];
	*d->c = (struct context){.level = level, .device = NOBODY, .times = odds(d, 10) ? 2 : 1};
	d->kept = 0;
	if (level == PROCESS)
		draw_keeps(d);
	draw_plain(d, level == PROCESS ? 40 : 90);
	while (flows--) {
		draw_flow(d, ctx);
		draw_plain(d, 40);
	}
	for (i = 0; i < d->kept; i++)
		op_add(d, OP_RELEASE, i);
	if (!d->c->ops)
		d->p->contexts--;
}

/* ---- one condition dropped ---- */

static void op_insert(struct context *c, guint at, const struct op *o)
{
	guint i;

	if (c->ops >= OPS_MAX)
		return;
	for (i = c->ops++; i > at; i--)
		c->op[i] = c->op[i - 1];
	c->op[at] = *o;
}

static void op_remove(struct context *c, guint at)
{
	guint i;

	c->ops--;
	for (i = at; i < c->ops; i++)
		c->op[i] = c->op[i + 1];
}

/* A touch of some buffer, by any context at any time: while a device owns it, if luck will have it. */
static void intrude(struct drawer *d, gboolean store)
{
	struct program *p = d->p;
	const struct map *m;
	struct op o;
	guint ops;

	if (!p->maps)
		return;
	m = &p->map[below(d, p->maps)];
	d->c = &p->context[below(d, p->contexts)];
	d->kept = 0;
	ops = d->c->ops;
	if (ops == OPS_MAX)
		return;
	draw_touch(d, m->area[below(d, m->areas)], store);
	o = d->c->op[--d->c->ops];
	op_insert(d->c, below(d, ops + 1), &o);
}

static void break_api(struct drawer *d)
{
	struct context *c = &d->p->context[below(d, d->p->contexts)];
	guint at = below(d, MAX(c->ops, 1));

	switch (below(d, 3)) {
	case 0:
		intrude(d, TRUE);
		break;
	case 1:
		if (at < c->ops && c->op[at].kind >= OP_MAP)
			op_remove(c, at);
		break;
	default:
		if (at + 1 < c->ops && c->op[at].kind >= OP_MAP) {
			struct op o = c->op[at];

			c->op[at] = c->op[at + 1];
			c->op[at + 1] = o;
		}
		break;
	}
}

static void break_colours(struct drawer *d)
{
	guint i, j;

	for (i = 0; i < d->p->contexts; i++)
		for (j = 0; j < d->p->context[i].ops; j++) {
			struct op *o = &d->p->context[i].op[j];

			if (o->kind == OP_KEEP && o->user)
				o->colour = below(d, toy_colours(&d->p->machine, PAGE_BYTES));
		}
}

static void break_slots(struct drawer *d)
{
	guint i, j;

	for (i = 0; i < d->p->contexts; i++) {
		struct context *c = &d->p->context[i];

		for (j = 0; j < c->ops; j++) {
			struct op *o = &c->op[j], released = *o;

			if (o->kind == OP_TOUCH && o->via == VIA_SLOT && odds(d, 50))
				o->slot = (enum level)below(d, 3);
			if (o->kind != OP_RELEASE || !odds(d, 50))
				continue;
			op_remove(c, j);
			op_insert(c, below(d, j + 1), &released);
		}
	}
}

gboolean program_draw(struct program *p, guint64 seed, struct wish wish)
{
	struct drawer d = {.seed = seed, .p = p, .wish = wish};
	guint others, i, wanted = wish.dropped == CONDITIONS ? 0 : 1u << wish.dropped;

	*p = (struct program){0};
	draw_house(&d);
	draw_pages(&d);
	draw_context(&d, PROCESS);
	for (others = below(&d, 3); others && p->contexts < CONTEXTS_MAX; others--)
		draw_context(&d, (enum level)below(&d, 3));
	for (i = 0; i < p->contexts; i++)
		if (p->context[i].ops > OPS_MAX)
			return FALSE;
	switch (wish.dropped) {
	case KEEPS_API:
		break_api(&d);
		break;
	case ONE_COLOUR:
		break_colours(&d);
		break;
	case OWN_SLOTS:
		break_slots(&d);
		break;
	case NO_FILLS:
		intrude(&d, FALSE);
		break;
	case OWNS_LINES: /* the pages were laid out that way */
	case CONDITIONS:
		break;
	}
	return program_faults(p) == wanted;
}
