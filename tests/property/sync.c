// SPDX-License-Identifier: GPL-2.0-or-later
#include "sync.h"

#include "../../src/bus.h"
#include "../../src/cache_model.h"

enum wanted { WANT_NOTHING, WANT_WBACK, WANT_INV, WANT_WBACK_INV };

void sync_watch_init(struct sync_watch *v, const struct program *p, const struct cell *k)
{
	guint i;

	*v = (struct sync_watch){.p = p, .k = k};
	for (i = 0; i < CONTEXTS_MAX; i++) {
		v->visited[i] = g_array_new(FALSE, FALSE, sizeof(guint64));
		v->ran[i] = g_array_new(FALSE, FALSE, sizeof(gboolean));
	}
}

void sync_watch_free(struct sync_watch *v)
{
	guint i;

	for (i = 0; i < CONTEXTS_MAX; i++) {
		g_array_unref(v->visited[i]);
		g_array_unref(v->ran[i]);
	}
	g_free(v->wrong);
}

/* The program's op that the n-th step of a context was printed for; NULL: part of a touch. */
static const struct op *op_of(const struct program *p, guint ctx, guint n)
{
	const struct context *c = &p->context[ctx];
	guint i;

	for (i = 0; i < c->ops; i++) {
		guint steps = c->op[i].kind == OP_TOUCH && c->op[i].via == VIA_SLOT ? 3 : 1;

		if (n < steps)
			return c->op[i].kind == OP_TOUCH ? NULL : &c->op[i];
		n -= steps;
	}
	return NULL;
}

static enum wanted op_wanted(const struct program *p, const struct op *o)
{
	static const enum wanted ops[] = {
		[TO_DEVICE] = WANT_WBACK,
		[FROM_DEVICE] = WANT_INV,
		[BIDIRECTIONAL] = WANT_WBACK_INV,
	};
	const struct map *m = &p->map[o->ref];

	if (program_snooped(p, o->ref))
		return WANT_NOTHING;
	switch (o->kind) {
	case OP_MAP:
	case OP_SYNC_DEVICE:
		return ops[m->direction];
	case OP_UNMAP:
		if (m->kind == MAP_SG || m->kind == MAP_READAHEAD)
			return m->direction == TO_DEVICE ? WANT_NOTHING : ops[m->direction];
		return p->machine.post_dma_flush ? ops[m->direction] : WANT_NOTHING;
	case OP_SYNC_CPU:
		return p->machine.post_dma_flush ? ops[m->direction] : WANT_NOTHING;
	case OP_TOUCH:
	case OP_KEEP:
	case OP_RELEASE:
	case OP_START:
	case OP_WAIT:
		break;
	}
	return WANT_NOTHING;
}

static void visit(GArray *to, enum cache_op op, guint64 address)
{
	guint64 both = (guint64)op << 32 | address;

	g_array_append_val(to, both);
}

static void visit_index(GArray *to, enum cache_op op, const struct toy_cache *c)
{
	guint i;

	for (i = 0; c->size && i < c->size / c->line; i++)
		visit(to, op, 0);
}

/* The lines from the first byte's to the last one's; those two once more, written back, before an inv. */
static void visit_lines(GArray *to, const struct toy_cache *c, guint first, guint length,
			enum wanted wanted, enum cache_op inv, enum cache_op wback_inv)
{
	guint at, end = first + length;

	if (!c->size)
		return;
	if (wanted == WANT_INV) {
		visit(to, wback_inv, first / c->line * c->line);
		visit(to, wback_inv, (end - 1) / c->line * c->line);
	}
	for (at = first / c->line * c->line; at < end; at += c->line)
		visit(to, wanted == WANT_INV ? inv : wback_inv, at);
}

/* What 2.6.36's ops do for a range that has an address; an L2 that includes the L1 is all they look at. */
static void visit_range(GArray *to, const struct toy *m, guint first, guint length,
			enum wanted wanted)
{
	if (m->l2.inclusive && length >= m->l2.size) {
		visit_index(to, Index_Writeback_Inv_SD, &m->l2);
		return;
	}
	if (!m->l2.inclusive && length >= m->l1.size)
		visit_index(to, Index_Writeback_Inv_D, &m->l1);
	else if (!m->l2.inclusive)
		visit_lines(to, &m->l1, first, length, wanted, Hit_Invalidate_D,
			    Hit_Writeback_Inv_D);
	visit_lines(to, &m->l2, first, length, wanted, Hit_Invalidate_SD, Hit_Writeback_Inv_SD);
}

static gboolean is(const struct program *p, const char *strategy)
{
	return g_str_equal(p->strategy, strategy);
}

/* Does the strategy hand over the lowmem rest of a range as a whole? */
static gboolean lowmem_whole(const struct program *p)
{
	return is(p, "lowmem-only") || is(p, "arm-reentrant") || is(p, "kmap-stack") ||
	       is(p, "kmap-local");
}

/* One piece; `ran` says whether kmap_high_get() found the page mapped, which nothing else is asked for. */
static void visit_piece(GArray *to, const struct program *p, guint page, guint pa, guint length,
			enum wanted wanted, gboolean ran)
{
	gboolean highmem = page >= p->lows;

	if (highmem && (is(p, "lowmem-only") || (is(p, "kmap-high-get") && !ran)))
		return;
	if (highmem && is(p, "l1-only"))
		visit_lines(to, &p->machine.l1, pa / PAGE_BYTES * PAGE_BYTES, PAGE_BYTES,
			    WANT_WBACK_INV, Hit_Invalidate_D, Hit_Writeback_Inv_D);
	else
		visit_range(to, &p->machine, pa, length, wanted);
}

static void visit_area(struct sync_watch *v, GArray *to, guint ctx, guint area, enum wanted wanted,
		       guint *piece)
{
	const struct program *p = v->p;
	const struct area *a = &p->area[area];
	guint done = 0;

	if (is(p, "flush-all")) {
		visit_index(to, Index_Writeback_Inv_D, &p->machine.l1);
		visit_index(to, Index_Writeback_Inv_SD, &p->machine.l2);
		return;
	}
	while (done < a->length) {
		guint page = program_page(p, area, done), offset = (a->offset + done) % PAGE_BYTES;
		guint length = MIN(PAGE_BYTES - offset, a->length - done);
		GArray *ran = v->ran[ctx];

		if (page < p->lows && lowmem_whole(p))
			length = a->length - done;
		visit_piece(to, p, page, v->k->page[page].pfn * PAGE_BYTES + offset, length, wanted,
			    *piece < ran->len && g_array_index(ran, gboolean, *piece));
		(*piece)++;
		done += length;
	}
}

static gint by_value(gconstpointer a, gconstpointer b)
{
	guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;

	return x < y ? -1 : x > y;
}

static void list_print(GString *out, const char *head, const GArray *list)
{
	guint i;

	g_string_append(out, head);
	for (i = 0; i < list->len; i++) {
		guint64 both = g_array_index(list, guint64, i);

		g_string_append_printf(out, " %s:%x", cache_op_name((enum cache_op)(both >> 32)),
				       (guint)both);
	}
	g_string_append_c(out, '\n');
}

static void compare(struct sync_watch *v, guint ctx, const struct op *o, guint step)
{
	const struct map *m = &v->p->map[o->ref];
	enum wanted wanted = op_wanted(v->p, o);
	GArray *want = g_array_new(FALSE, FALSE, sizeof(guint64)), *got = v->visited[ctx];
	guint piece = 0, i;

	if (wanted != WANT_NOTHING && !is(v->p, "none") && !is(v->p, "uncached"))
		for (i = 0; i < m->areas; i++)
			visit_area(v, want, ctx, m->area[i], wanted, &piece);
	g_array_sort(want, by_value);
	g_array_sort(got, by_value);
	v->syncs++;
	v->lines += got->len;
	if (want->len != got->len ||
	    (want->len && memcmp(want->data, got->data, want->len * sizeof(guint64)))) {
		GString *text = g_string_new(NULL);

		g_string_append_printf(text, "step %u of c%u\n", step + 1, ctx);
		list_print(text, "  visited:    ", got);
		list_print(text, "  should have:", want);
		v->wrong = g_string_free(text, FALSE);
	}
	g_array_unref(want);
}

/* An index walk that nobody came between leaves no line in any cache. */
static void compare_emptied(struct sync_watch *v, guint ctx)
{
	guint cache, set;

	if (!v->world || !v->alone[ctx] || !is(v->p, "flush-all"))
		return;
	for (cache = 0; cache < cache_count(v->k); cache++)
		for (set = 0; set < cache_geometry(v->k, cache)->sets; set++)
			if (cache_line(v->world, cache, set, 0)->tag && !v->wrong)
				v->wrong = g_strdup_printf(
					"  set %u of cache %u still holds a line\n", set, cache);
}

void sync_watch_event(void *arg, const struct event *e)
{
	struct sync_watch *v = arg;
	const struct op *o;
	guint i, n;

	if (v->wrong)
		return;
	for (i = 0; i < v->p->contexts; i++)
		if (e->ctx != i)
			v->alone[i] = FALSE;
	if (e->ctx == NO_ID || e->step == NO_ID)
		return;
	n = e->step - v->k->context[e->ctx].first_step;
	if (e->kind == EV_STEP_BEGIN) {
		g_array_set_size(v->visited[e->ctx], 0);
		g_array_set_size(v->ran[e->ctx], 0);
	} else if (e->kind == EV_SYNC_BEGIN) {
		v->alone[e->ctx] = TRUE;
	} else if (e->kind == EV_CACHE_OP) {
		gboolean index = e->a == Index_Writeback_Inv_D || e->a == Index_Writeback_Inv_SD;

		visit(v->visited[e->ctx], (enum cache_op)e->a, index ? 0 : e->c);
	} else if (e->kind == EV_SYNC_PIECE) {
		gboolean ran = e->d != 0;

		g_array_append_val(v->ran[e->ctx], ran);
		compare_emptied(v, e->ctx);
	} else if (e->kind == EV_STEP_END) {
		o = op_of(v->p, e->ctx, n);
		if (o && (o->kind == OP_MAP || o->kind >= OP_SYNC_CPU))
			compare(v, e->ctx, o, n);
	}
}
