// SPDX-License-Identifier: GPL-2.0-or-later
#include "shrink.h"

#include <string.h>

static void op_remove(struct context *c, guint at)
{
	c->ops--;
	memmove(&c->op[at], &c->op[at + 1], (c->ops - at) * sizeof(*c->op));
}

static gboolean names_map(const struct op *o)
{
	return o->kind >= OP_MAP;
}

static gboolean names_handle(const struct op *o)
{
	return o->kind == OP_KEEP || o->kind == OP_RELEASE ||
	       (o->kind == OP_TOUCH && o->via == VIA_HANDLE);
}

/* Every op that names mapping (else handle, of context `ctx`) `ref`. */
static void ops_drop(struct program *p, guint ctx, guint ref, gboolean (*names)(const struct op *o))
{
	struct context *c = &p->context[ctx];
	guint i = 0;

	while (i < c->ops)
		if (names(&c->op[i]) && c->op[i].ref == ref)
			op_remove(c, i);
		else
			i++;
}

static void map_remove(struct program *p, guint map)
{
	guint i, j;

	for (i = 0; i < p->contexts; i++) {
		ops_drop(p, i, map, names_map);
		for (j = 0; j < p->context[i].ops; j++)
			if (names_map(&p->context[i].op[j]) && p->context[i].op[j].ref > map)
				p->context[i].op[j].ref--;
	}
	p->maps--;
	memmove(&p->map[map], &p->map[map + 1], (p->maps - map) * sizeof(*p->map));
}

/* ---- what nobody names any more goes as well ---- */

static gboolean map_made(const struct program *p, guint map)
{
	guint i, j;

	for (i = 0; i < p->contexts; i++)
		for (j = 0; j < p->context[i].ops; j++)
			if (p->context[i].op[j].kind == OP_MAP && p->context[i].op[j].ref == map)
				return TRUE;
	return FALSE;
}

static gboolean area_named(const struct program *p, guint area)
{
	guint i, j;

	if (program_is_buffer(p, area))
		return TRUE;
	for (i = 0; i < p->contexts; i++)
		for (j = 0; j < p->context[i].ops; j++)
			if (p->context[i].op[j].kind == OP_TOUCH &&
			    p->context[i].op[j].area == area)
				return TRUE;
	return FALSE;
}

static void area_remove(struct program *p, guint area)
{
	guint i, j;

	for (i = 0; i < p->contexts; i++)
		for (j = 0; j < p->context[i].ops; j++)
			if (p->context[i].op[j].area > area)
				p->context[i].op[j].area--;
	for (i = 0; i < p->maps; i++)
		for (j = 0; j < p->map[i].areas; j++)
			if (p->map[i].area[j] > area)
				p->map[i].area[j]--;
	p->areas--;
	memmove(&p->area[area], &p->area[area + 1], (p->areas - area) * sizeof(*p->area));
}

static gboolean page_named(const struct program *p, guint page)
{
	guint i, j;

	for (i = 0; i < p->areas; i++)
		if (p->area[i].page <= page && page <= program_page(p, i, p->area[i].length - 1))
			return TRUE;
	for (i = 0; i < p->contexts; i++)
		for (j = 0; j < p->context[i].ops; j++)
			if (p->context[i].op[j].kind == OP_KEEP && p->context[i].op[j].page == page)
				return TRUE;
	return FALSE;
}

static void page_remove(struct program *p, guint page)
{
	guint colours = toy_address_colours(&p->machine, PAGE_BYTES), i, j;

	for (i = 0; i < p->areas; i++)
		p->area[i].page -= p->area[i].page > page;
	for (i = 0; i < p->contexts; i++)
		for (j = 0; j < p->context[i].ops; j++) {
			struct op *o = &p->context[i].op[j];

			if (o->kind != OP_KEEP || o->page <= page)
				continue;
			o->page--;
			/* the frame moves down by one, and its colour with it */
			o->colour = (o->colour + colours - 1) % colours;
		}
	p->lows -= page < p->lows;
	p->pages--;
}

static void context_remove(struct program *p, guint ctx)
{
	p->contexts--;
	memmove(&p->context[ctx], &p->context[ctx + 1], (p->contexts - ctx) * sizeof(*p->context));
}

static gboolean device_named(const struct program *p, guint device)
{
	guint i;

	for (i = 0; i < p->maps; i++)
		if (p->map[i].device == device)
			return TRUE;
	return FALSE;
}

static void device_remove(struct program *p, guint device)
{
	guint i;

	for (i = 0; i < p->maps; i++)
		p->map[i].device -= p->map[i].device > device;
	for (i = 0; i < p->contexts; i++)
		if (p->context[i].device != NOBODY && p->context[i].device > device)
			p->context[i].device--;
	for (i = device + 1; i < p->devices; i++)
		p->coherent[i - 1] = p->coherent[i];
	p->devices--;
}

static void tidy(struct program *p)
{
	guint i;

	for (i = p->contexts; i--;)
		if (!p->context[i].ops)
			context_remove(p, i);
	for (i = p->maps; i--;)
		if (!map_made(p, i))
			map_remove(p, i);
	for (i = p->areas; i--;)
		if (!area_named(p, i))
			area_remove(p, i);
	for (i = p->pages; i--;)
		if (!page_named(p, i))
			page_remove(p, i);
	for (i = p->devices; i--;) {
		guint j;
		gboolean handled = FALSE;

		for (j = 0; j < p->contexts; j++)
			handled |= p->context[j].device == i;
		if (!device_named(p, i) && !handled)
			device_remove(p, i);
	}
}

/* ---- the changes, each family numbered from 0; FALSE: there are no more ---- */

static gboolean change_contexts(struct program *p, guint n)
{
	if (n >= p->contexts)
		return FALSE;
	context_remove(p, n);
	return TRUE;
}

static gboolean change_maps(struct program *p, guint n)
{
	if (n >= p->maps)
		return FALSE;
	map_remove(p, n);
	return TRUE;
}

static gboolean change_handles(struct program *p, guint n)
{
	if (n / HANDLES_MAX >= p->contexts)
		return FALSE;
	ops_drop(p, n / HANDLES_MAX, n % HANDLES_MAX, names_handle);
	return TRUE;
}

/* Two ops at once first: a start and its wait, a sync for the CPU and the one back. */
static gboolean change_pairs(struct program *p, guint n)
{
	guint ctx = n / (OPS_MAX * OPS_MAX), a = n / OPS_MAX % OPS_MAX, b = n % OPS_MAX;

	if (ctx >= p->contexts)
		return FALSE;
	if (a < b && b < p->context[ctx].ops && names_map(&p->context[ctx].op[a]) &&
	    names_map(&p->context[ctx].op[b]) &&
	    p->context[ctx].op[a].ref == p->context[ctx].op[b].ref) {
		op_remove(&p->context[ctx], b);
		op_remove(&p->context[ctx], a);
	}
	return TRUE;
}

static gboolean change_ops(struct program *p, guint n)
{
	guint ctx = n / OPS_MAX;

	if (ctx >= p->contexts)
		return FALSE;
	if (n % OPS_MAX < p->context[ctx].ops)
		op_remove(&p->context[ctx], n % OPS_MAX);
	return TRUE;
}

static gboolean change_knobs(struct program *p, guint n)
{
	guint i;

	switch (n) {
	case 0:
		p->evictions = "none";
		return TRUE;
	case 1:
		if (g_str_equal(p->evictions, "any"))
			p->evictions = "1";
		return TRUE;
	case 2:
		p->tlb_any = FALSE;
		return TRUE;
	case 3:
		p->debug_highmem = FALSE;
		return TRUE;
	case 4:
		p->preempt = FALSE;
		return TRUE;
	case 5:
		p->lows = p->pages;
		return TRUE;
	case 6:
		for (i = 0; i < p->contexts; i++)
			p->context[i].times = 1;
		return TRUE;
	case 7:
		p->last_pkmap = 4;
		return TRUE;
	default:
		return toy_simplify(&p->machine, n - 8);
	}
}

static gboolean change_map(struct program *p, guint n)
{
	struct map *m = &p->map[n / 8];
	guint i;

	if (n / 8 >= p->maps)
		return FALSE;
	switch (n % 8) {
	case 0:
	case 1:
	case 2:
		if (m->areas > 1 && n % 8 < m->areas) {
			m->areas--;
			for (i = n % 8; i < m->areas; i++)
				m->area[i] = m->area[i + 1];
		}
		break;
	case 3:
		if (m->kind == MAP_SG)
			m->kind = MAP_PAGE;
		break;
	case 4:
		if (m->kind == MAP_PAGE)
			m->kind = MAP_SINGLE;
		break;
	case 5:
	case 6:
		if (m->direction == BIDIRECTIONAL)
			m->direction = n % 8 == 5 ? FROM_DEVICE : TO_DEVICE;
		break;
	default:
		break;
	}
	return TRUE;
}

static gboolean change_area(struct program *p, guint n)
{
	struct area *a = &p->area[n / 4];

	if (n / 4 >= p->areas)
		return FALSE;
	switch (n % 4) {
	case 0:
		a->length = MIN(a->length, 16);
		break;
	case 1:
		a->length = a->length > 16 ? a->length - 16 : a->length;
		break;
	case 2:
		a->offset = 0;
		break;
	default:
		a->offset = a->offset / 16 * 16;
		break;
	}
	return TRUE;
}

static gboolean change_touch(struct program *p, guint n)
{
	guint ctx = n / (3 * OPS_MAX);
	struct op *o;

	if (ctx >= p->contexts)
		return FALSE;
	o = &p->context[ctx].op[n / 3 % OPS_MAX];
	if (n / 3 % OPS_MAX >= p->context[ctx].ops || o->kind != OP_TOUCH)
		return TRUE;
	if (n % 3 == 0)
		o->offset = 0;
	else if (n % 3 == 1)
		o->length = 4;
	else
		o->via = VIA_KSEG0;
	return TRUE;
}

static gboolean (*const families[])(struct program *p, guint n) = {
	change_contexts, change_maps, change_handles, change_ops,   change_pairs,
	change_knobs,    change_map,  change_area,    change_touch,
};

static gboolean one_change(struct program *p, gboolean (*holds)(void *arg, const struct program *p),
			   void *arg)
{
	gboolean changed = FALSE;
	guint family, n = 0;

	for (family = 0; family < G_N_ELEMENTS(families); family++, n = 0)
		for (;;) {
			struct program smaller = *p, tidied = *p;

			if (!families[family](&smaller, n))
				break;
			tidy(&tidied);
			tidy(&smaller);
			/* what took the place of what was left out is tried at the same number */
			if (memcmp(&smaller, &tidied, sizeof(smaller)) && holds(arg, &smaller)) {
				*p = smaller;
				changed = TRUE;
			} else {
				n++;
			}
		}
	return changed;
}

void program_shrink(struct program *p, gboolean (*holds)(void *arg, const struct program *p),
		    void *arg)
{
	while (one_change(p, holds, arg))
		;
}
