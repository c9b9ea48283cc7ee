// SPDX-License-Identifier: GPL-2.0-or-later
#include "cause.h"

#include "cache_model.h"
#include "pagetable.h"

static const struct moment *moment_at(const struct history *h, guint i)
{
	return h->moments->pdata[i];
}

static const struct copies *before(const struct history *h, guint i)
{
	return i ? &moment_at(h, i - 1)->after : &h->start;
}

static const struct event *event_of(const struct moment *m, enum event_kind kind)
{
	guint i;

	for (i = 0; i < m->events->len; i++) {
		const struct event *e = &g_array_index(m->events, struct event, i);

		if (e->kind == kind)
			return e;
	}
	return NULL;
}

/* The moment that made `token` the newest; NO_ID for boot content. */
static guint writer_of(const struct history *h, u32 token)
{
	guint i;

	for (i = 0; i < h->moments->len; i++)
		if (moment_at(h, i)->after.newest == token && before(h, i)->newest != token)
			return i;
	return NO_ID;
}

static const struct copy *copy_of(const struct copies *c, int source)
{
	return source < 0 ? &c->memory : &c->seat[source];
}

/* From which moment on, without a break, the copy has held `token`; NO_ID: from the start. */
static guint held_since(const struct history *h, int source, u32 token, guint until)
{
	guint i;

	for (i = until; i > 0; i--) {
		const struct copy *c = copy_of(&moment_at(h, i - 1)->after, source);

		if (!c->present || c->token != token)
			return i < until ? i : until;
	}
	return NO_ID;
}

/* The colour that virtual address `va` selects. */
static u32 colour_of(const struct cell *k, u32 va)
{
	return va >> k->machine.page_shift & (k->machine.l1d.colours - 1);
}

static gboolean seat_is_l2(const struct cell *k, int seat)
{
	return seat >= 0 && cache_is_l2(k, history_seat_cache(k, (u32)seat));
}

/* Where the reader got its data: the first level, going down, that it had not filled itself just then. */
static int source_of(const struct history *h, guint reader)
{
	const struct moment *m = moment_at(h, reader);
	const struct event *load = event_of(m, EV_LOAD);
	const struct cell *k = &h->compiled->cell;

	if (!load || load->e == PLACE_MEMORY)
		return -1;
	if (load->e == PLACE_L2)
		return (int)history_seat(k, cache_l2(k), 0);
	return (int)history_seat(k, load->cpu, colour_of(k, load->a));
}

/*
 * The sync that would have helped: of those of the place between `from` and `until` the first that ran no
 * op, else the last one that ran.
 */
static void sync_owed(const struct history *h, guint from, guint until, struct explanation *ret)
{
	guint begun = NO_ID, i;

	for (i = from == NO_ID ? 0 : from; i < until; i++) {
		const struct moment *m = moment_at(h, i);
		const struct event *piece = event_of(m, EV_SYNC_PIECE);
		const struct event *begin = event_of(m, EV_SYNC_BEGIN);

		/* the piece that ends in this moment belongs to the sync begun before */
		if (piece) {
			guint at = begun == NO_ID ? i : begun;

			if (ret->sync == NO_ID || ret->sync == at || ret->sync_ran) {
				ret->sync_useful = ret->sync == at ? ret->sync_useful + piece->e :
								     piece->e;
				ret->sync_ran = piece->d != 0;
				ret->sync = at;
			}
		}
		if (begin) {
			begun = i;
			/* until its first piece ends, or for ever where the strategy does nothing at all */
			if (ret->sync == NO_ID) {
				ret->sync = i;
				ret->sync_ran = FALSE;
			}
		}
	}
}

/* A cache op meant for the place that reached another page. */
static gboolean op_went_astray(const struct history *h, guint from, guint until, guint *at)
{
	const struct cell *k = &h->compiled->cell;
	guint i, j;

	for (i = from == NO_ID ? 0 : from; i < until; i++) {
		const struct moment *m = moment_at(h, i);

		for (j = 0; j < m->events->len; j++) {
			const struct event *e = &g_array_index(m->events, struct event, j);

			if (e->kind == EV_CACHE_OP && e->d != OP_UNCACHED && e->e == h->page &&
			    cell_page_of(k, e->c) != h->page) {
				*at = i;
				return TRUE;
			}
		}
	}
	return FALSE;
}

/* The place is not in any buffer, but its line is. */
static gboolean beside_a_buffer(const struct history *h)
{
	const struct cell *k = &h->compiled->cell;
	u64 page_bytes = cell_page_bytes(k);
	u64 at = h->page * page_bytes + h->offset;
	u32 line = 1u << k->machine.l1d.line_shift;
	gboolean shared = FALSE;
	guint i;

	for (i = 0; i < k->sgs; i++) {
		u64 from = k->sg[i].page * page_bytes + k->sg[i].offset;
		u64 to = from + k->sg[i].length;

		if (from <= at && at < to) {
			/* inside: shared only if the line reaches beyond the buffer */
			shared |= (from & ~(u64)(line - 1)) == (at & ~(u64)(line - 1)) &&
				  from % line;
			shared |= ((to - 1) & ~(u64)(line - 1)) == (at & ~(u64)(line - 1)) &&
				  to % line;
		} else {
			shared |= (from & ~(u64)(line - 1)) <= at &&
				  at < ((to + line - 1) & ~(u64)(line - 1));
		}
	}
	return shared;
}

/* Did the CPU dirty the line beside the buffer while a device owned it? Else a sync in the right place helps. */
static gboolean dirtied_while_owned(const struct history *h, const struct explanation *e)
{
	guint i = 0, seat;

	if (!(h->outcome->warned & BIT(W_LINE_SHARED)))
		return FALSE;
	/* from the map on, where the place is in the buffer */
	if (e->sync != NO_ID)
		while (!event_of(moment_at(h, i), EV_SYNC_BEGIN) && i < e->sync)
			i++;
	for (; i <= e->reader; i++)
		for (seat = 0; seat < history_seats(&h->compiled->cell); seat++)
			if (moment_at(h, i)->after.seat[seat].dirty &&
			    !before(h, i)->seat[seat].dirty)
				return TRUE;
	return FALSE;
}

static void explain_wrong_page(const struct history *h, struct explanation *ret)
{
	guint i;

	ret->cause = CAUSE_STALE_TLB_ENTRY;
	/* the slot's pte was last written for another page: somebody took the slot */
	for (i = ret->reader + 1; i > 0; i--) {
		const struct event *e = event_of(moment_at(h, i - 1), EV_SET_PTE);
		const struct cell *k = &h->compiled->cell;

		if (!e || !(e->b & LO_V))
			continue;
		if (cell_page_of(k, (e->b >> LO_PFN_SHIFT) << k->machine.page_shift) != h->page)
			ret->cause = CAUSE_SLOT_REUSED;
		ret->culprit = i - 1;
		break;
	}
}

/* A cache op of the place, between two moments, at an address of another colour than `seat`. */
static gboolean op_of_other_colour(const struct history *h, int seat, guint from, guint until)
{
	const struct cell *k = &h->compiled->cell;
	guint i, j;

	if (k->machine.l1d.colours == 1 || seat < 0 || seat_is_l2(k, seat))
		return FALSE;
	for (i = from == NO_ID ? 0 : from; i < until; i++) {
		const struct moment *m = moment_at(h, i);

		for (j = 0; j < m->events->len; j++) {
			const struct event *e = &g_array_index(m->events, struct event, j);

			if (e->kind == EV_CACHE_OP && cell_page_of(k, e->c) == h->page &&
			    history_seat(k, e->cpu, colour_of(k, e->b)) != (u32)seat)
				return TRUE;
		}
	}
	return FALSE;
}

/* `token` was stored through an address that led to another page than meant. */
static gboolean written_astray(const struct history *h, u32 token)
{
	const struct cell *k = &h->compiled->cell;
	guint i, j;

	for (i = 0; i < h->moments->len; i++) {
		const struct moment *m = moment_at(h, i);

		for (j = 0; j < m->events->len; j++) {
			const struct event *e = &g_array_index(m->events, struct event, j);

			if (e->kind == EV_STORE && e->d == token && e->c != cell_page_of(k, e->b))
				return TRUE;
		}
	}
	return FALSE;
}

/* The newest data is not in memory: where did it get stuck? */
static void explain_missing(const struct history *h, u32 want, struct explanation *ret)
{
	const struct cell *k = &h->compiled->cell;
	const struct copies *now = &moment_at(h, ret->reader)->after;
	u32 seat;
	guint i;

	for (seat = 0; seat < history_seats(k); seat++) {
		if (!now->seat[seat].present || now->seat[seat].token != want)
			continue;
		ret->source = (int)seat;
		ret->cause = CAUSE_NOT_WRITTEN_BACK;
		if (seat_is_l2(k, (int)seat) && ret->sync_ran)
			ret->cause = CAUSE_L2_NOT_MAINTAINED;
		else if (op_of_other_colour(h, (int)seat, ret->new_writer, ret->reader))
			ret->cause = CAUSE_ALIAS;
		return;
	}
	if (written_astray(h, want)) {
		ret->cause = CAUSE_FOREIGN_WRITE;
		return;
	}
	for (i = ret->reader + 1; i > 0; i--) {
		const struct event *drop = event_of(moment_at(h, i - 1), EV_DROP);

		if (!drop || !drop->d)
			continue;
		ret->cause = CAUSE_DIRTY_LINE_DISCARDED;
		ret->culprit = i - 1;
		return;
	}
}

static void explain_memory(const struct history *h, u32 want, struct explanation *ret)
{
	guint since = held_since(h, -1, h->finding.got, ret->reader), i;

	ret->source_since = since;
	/* memory had the newest data once, or would have had it, and older data came on top */
	if (since != NO_ID && ret->new_writer != NO_ID && since > ret->new_writer) {
		for (i = since; i < ret->reader + 1; i++) {
			if (event_of(moment_at(h, i), EV_WRITEBACK)) {
				ret->cause = CAUSE_CLOBBERED_BY_WRITEBACK;
				ret->culprit = i;
				return;
			}
		}
	}
	explain_missing(h, want, ret);
}

/* A sync that ran before the copy came, which came before the newest write. */
static gboolean came_behind_a_sync(const struct history *h, guint since,
				   const struct explanation *e)
{
	guint i;

	if (since == NO_ID || (e->new_writer != NO_ID && since > e->new_writer))
		return FALSE;
	for (i = 0; i < since; i++) {
		const struct event *piece = event_of(moment_at(h, i), EV_SYNC_PIECE);

		if (piece && piece->d)
			return TRUE;
	}
	return FALSE;
}

/* The copy that was read was in the way: did the sync come too early, or not at all? */
static void explain_cached(const struct history *h, struct explanation *ret)
{
	const struct cell *k = &h->compiled->cell;
	const struct copies *now = &moment_at(h, ret->reader)->after;
	guint since = held_since(h, ret->source, h->finding.got, ret->reader);
	u32 seat;

	ret->source_since = since;
	ret->cause = CAUSE_NOT_INVALIDATED;
	if (written_astray(h, h->finding.got)) {
		ret->cause = CAUSE_FOREIGN_WRITE;
		return;
	}
	for (seat = 0; seat < history_seats(k); seat++)
		if ((int)seat != ret->source && !seat_is_l2(k, (int)seat) &&
		    now->seat[seat].present && now->seat[seat].token == h->finding.want)
			ret->cause = CAUSE_ALIAS;
	if (op_of_other_colour(h, ret->source, ret->old_writer, ret->reader))
		ret->cause = CAUSE_ALIAS;
	if (ret->cause == CAUSE_ALIAS)
		return;
	if (seat_is_l2(k, ret->source) && ret->sync_ran) {
		ret->cause = CAUSE_L2_NOT_MAINTAINED;
	} else if (came_behind_a_sync(h, since, ret)) {
		ret->cause = CAUSE_REFILLED_DURING_DMA;
		ret->culprit = since;
	}
}

void explain(const struct history *h, struct explanation *ret)
{
	enum rule rule = (enum rule)h->finding.rule;
	guint step, iteration, astray;

	*ret = (struct explanation){
		.old_writer = NO_ID,
		.new_writer = NO_ID,
		.old_step = NO_ID,
		.new_step = NO_ID,
		.reader = h->moments->len - 1,
		.source = -1,
		.source_since = NO_ID,
		.culprit = NO_ID,
		.sync = NO_ID,
	};
	if (h->finding.warning || h->page == NO_ID)
		return;
	if (rule == R_WRONG_PAGE) {
		explain_wrong_page(h, ret);
		return;
	}
	if (rule != R_STALE_LOAD && rule != R_STALE_DMA_READ && rule != R_LEAK &&
	    rule != R_LOST_WRITE)
		return;
	ret->old_writer = writer_of(h, h->finding.got);
	ret->new_writer = writer_of(h, h->finding.want);
	if (history_writer(h->finding.got, &step, &iteration))
		ret->old_step = step;
	if (history_writer(h->finding.want, &step, &iteration))
		ret->new_step = step;
	ret->source = rule == R_STALE_LOAD || rule == R_LEAK ? source_of(h, ret->reader) : -1;
	/* a device's write needs the sync before it, a CPU's the one after it */
	if (rule == R_STALE_LOAD || rule == R_LEAK)
		sync_owed(h, ret->old_writer, ret->reader, ret);
	else
		sync_owed(h, ret->new_writer, ret->reader, ret);
	if (ret->source >= 0)
		explain_cached(h, ret);
	else
		explain_memory(h, h->finding.want, ret);
	if (op_went_astray(h, rule == R_STALE_LOAD ? ret->old_writer : ret->new_writer, ret->reader,
			   &astray)) {
		ret->astray = TRUE;
		ret->culprit = astray;
	}
	if (beside_a_buffer(h) && dirtied_while_owned(h, ret) &&
	    (ret->cause == CAUSE_CLOBBERED_BY_WRITEBACK ||
	     ret->cause == CAUSE_DIRTY_LINE_DISCARDED || ret->cause == CAUSE_NOT_INVALIDATED)) {
		ret->cause = CAUSE_PARTIAL_LINE;
		ret->unfixable = TRUE;
	}
}
