// SPDX-License-Identifier: GPL-2.0-or-later
#include "cause.h"

#include "cache_model.h"
#include "check.h"
#include "hierarchy.h"
#include "pagetable.h"

static const struct moment *moment_at(const struct history *h, guint i)
{
	return h->moments->pdata[i];
}

static const struct copies *before(const struct history *h, guint i)
{
	return i ? &moment_at(h, i - 1)->after : &h->start;
}

const struct event *moment_event(const struct moment *m, enum event_kind kind)
{
	guint i;

	for (i = 0; i < m->events->len; i++) {
		const struct event *e = &g_array_index(m->events, struct event, i);

		if (e->kind == kind)
			return e;
	}
	return NULL;
}

gboolean moment_is_fill(const struct history *h, guint moment)
{
	return moment != NO_ID && moment_at(h, moment)->choice.kind == CHOICE_FILL;
}

gboolean refilled_from_below(const struct explanation *e)
{
	return e->cause == CAUSE_REFILLED_DURING_DMA && e->hit >= 0 && e->hit != e->source;
}

gboolean culprit_drained(const struct history *h, const struct explanation *e)
{
	return e->culprit != NO_ID && moment_event(moment_at(h, e->culprit), EV_DRAIN);
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

gboolean seat_is_l2(const struct cell *k, int seat)
{
	return seat >= 0 && cache_is_l2(k, history_seat_cache(k, (u32)seat));
}

/* The L1 seat that the reader's load goes through; -1 for devices and uncached loads. */
static int seat_of_load(const struct history *h, guint reader)
{
	const struct moment *m = moment_at(h, reader);
	const struct event *load = moment_event(m, EV_LOAD);
	const struct event *fill = moment_event(m, EV_FILL);
	const struct cell *k = &h->compiled->cell;

	if (!load || (load->e == PLACE_MEMORY && !fill))
		return -1;
	return (int)history_seat(k, load->cpu, colour_of(k, load->a));
}

/* Where the reader got its data: the first level, going down, that it had not filled itself just then. */
static int source_of(const struct history *h, guint reader)
{
	const struct moment *m = moment_at(h, reader);
	const struct event *load = moment_event(m, EV_LOAD);
	const struct cell *k = &h->compiled->cell;

	if (!load || load->e == PLACE_MEMORY)
		return -1;
	if (load->e == PLACE_L2)
		return (int)history_seat(k, cache_l2(k), 0);
	return seat_of_load(h, reader);
}

/*
 * Where the seat's copy came from in moment `i`: what it was filled from, or the L1 seat that was written back to
 * it; the seat itself where it was neither.
 */
static int came_from(const struct history *h, int seat, guint i)
{
	const struct cell *k = &h->compiled->cell;
	const struct moment *m = moment_at(h, i);
	u32 cache = history_seat_cache(k, (u32)seat), above;
	guint j;

	for (j = m->events->len; j > 0; j--) {
		const struct event *e = &g_array_index(m->events, struct event, j - 1);

		if (e->kind == EV_DRAIN && e->c == PLACE_L2 && cache_is_l2(k, cache)) {
			above = history_seat(k, cache_buffer(k, e->a), 0);
			if (before(h, i)->seat[above].token == h->finding.got)
				return (int)above;
		}
		if (e->kind == EV_WRITEBACK &&
		    (e->c == PLACE_BUFFER ? history_seat_waits(k, (u32)seat) :
					    e->c == PLACE_L2 && cache_is_l2(k, cache))) {
			for (above = 0; above < (u32)seat; above++)
				if (history_seat_cache(k, above) == e->a &&
				    before(h, i)->seat[above].token == h->finding.got &&
				    before(h, i)->seat[above].dirty)
					return (int)above;
		}
		if (e->kind == EV_FILL && e->a == cache)
			return e->c == PLACE_L2 ? (int)history_seat(k, cache_l2(k), 0) : -1;
	}
	return seat;
}

/* A copy that came after the newest write was old where it came from. */
static void source_trace(const struct history *h, struct explanation *ret)
{
	guint until = ret->reader;

	ret->source = ret->hit = source_of(h, ret->reader);
	for (;;) {
		int from;

		ret->source_since = held_since(h, ret->source, h->finding.got, until);
		if (ret->source < 0 || ret->source_since == NO_ID ||
		    (ret->new_writer != NO_ID && ret->source_since <= ret->new_writer))
			return;
		from = came_from(h, ret->source, ret->source_since);
		if (from == ret->source)
			return;
		until = ret->source_since;
		ret->source = from;
	}
}

/* From moment `begun` to `end` the context that acts at `end` ran a cache op, or one of the L2, that found a line. */
static gboolean sync_acted(const struct history *h, guint begun, guint end, gboolean l2)
{
	guint i, j;

	for (i = begun; i <= end; i++) {
		const struct moment *m = moment_at(h, i);

		for (j = 0; m->ctx == moment_at(h, end)->ctx && j < m->events->len; j++) {
			const struct event *e = &g_array_index(m->events, struct event, j);

			if (e->kind == EV_CACHE_OP && e->d != OP_MISS && e->d != OP_UNCACHED &&
			    (!l2 || cache_op_is_l2((enum cache_op)e->a)))
				return TRUE;
		}
	}
	return FALSE;
}

/*
 * The sync that would have helped: of those of the place between `from` and `until` the first that ran no
 * op, else the last one that ran.
 */
static void sync_owed(const struct history *h, guint from, guint until, struct explanation *ret)
{
	guint begun = NO_ID, i, j;

	ret->sync = ret->sync_end = NO_ID;
	ret->sync_ran = ret->sync_useful = FALSE;
	for (i = from == NO_ID ? 0 : from; i < until; i++) {
		const struct moment *m = moment_at(h, i);

		for (j = 0; j < m->events->len; j++) {
			const struct event *e = &g_array_index(m->events, struct event, j);

			if (e->kind == EV_SYNC_BEGIN) {
				begun = i;
				/* until its first piece ends, or for ever where the strategy does nothing at all */
				if (ret->sync == NO_ID)
					ret->sync = ret->sync_end = i;
			} else if (e->kind == EV_SYNC_PIECE) {
				guint at = begun == NO_ID ? i : begun;

				if (ret->sync != NO_ID && ret->sync != at && !ret->sync_ran)
					continue;
				ret->sync_useful = sync_acted(h, at, i, FALSE);
				ret->sync_ran = e->d != 0;
				ret->sync = at;
				ret->sync_end = i;
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

/* When the CPU last dirtied the line while a device owned it; NO_ID: never. Then a sync in the right place helps. */
static guint dirtied_while_owned(const struct history *h, const struct explanation *e)
{
	guint i, seat;

	if (!(h->outcome->warned & BIT(W_LINE_SHARED)))
		return NO_ID;
	for (i = e->reader + 1; i > 0; i--)
		for (seat = 0; seat < history_seats(&h->compiled->cell); seat++)
			if (moment_at(h, i - 1)->owned &&
			    moment_at(h, i - 1)->after.seat[seat].dirty &&
			    !before(h, i - 1)->seat[seat].dirty)
				return i - 1;
	return NO_ID;
}

/* A cache op of the place, between two moments, at an address of another colour than `seat`: the first; NO_ID: none. */
static guint op_of_other_colour(const struct history *h, int seat, guint from, guint until)
{
	const struct cell *k = &h->compiled->cell;
	guint i, j;

	if (k->machine.l1d.colours == 1 || seat < 0 || seat_is_l2(k, seat) ||
	    history_seat_waits(k, (u32)seat))
		return NO_ID;
	for (i = from == NO_ID ? 0 : from; i < until; i++) {
		const struct moment *m = moment_at(h, i);

		for (j = 0; j < m->events->len; j++) {
			const struct event *e = &g_array_index(m->events, struct event, j);

			if (e->kind == EV_CACHE_OP && cell_page_of(k, e->c) == h->page &&
			    history_seat(k, e->cpu, colour_of(k, e->b)) != (u32)seat)
				return i;
		}
	}
	return NO_ID;
}

/* The store that put `token` through an address which led to another page than meant. */
static gboolean written_astray(const struct history *h, u32 token, struct explanation *ret)
{
	const struct cell *k = &h->compiled->cell;
	guint i, j;

	for (i = 0; i < h->moments->len; i++) {
		const struct moment *m = moment_at(h, i);

		for (j = 0; j < m->events->len; j++) {
			const struct event *e = &g_array_index(m->events, struct event, j);

			if (e->kind != EV_STORE || e->d != token ||
			    e->c == cell_page_of(k, e->b))
				continue;
			ret->astray_store = e;
			ret->astray_at = i;
			return TRUE;
		}
	}
	return FALSE;
}

/* The last moment that set the pte an access went wrong through; *page: to which page. */
static guint pte_set_last(const struct history *h, guint until, u32 *page)
{
	const struct cell *k = &h->compiled->cell;
	guint i, j;

	for (i = until + 1; i > 0; i--) {
		const struct moment *m = moment_at(h, i - 1);

		for (j = m->events->len; j > 0; j--) {
			const struct event *e = &g_array_index(m->events, struct event, j - 1);

			if (e->kind != EV_SET_PTE || !(e->b & LO_V) ||
			    align_down(e->a, cell_page_bytes(k)) != h->va)
				continue;
			*page = cell_page_of(k, (e->b >> LO_PFN_SHIFT) << k->machine.page_shift);
			return i - 1;
		}
	}
	*page = NO_ID;
	return NO_ID;
}

/*
 * The claims. Each says whether its cause fits what the history shows, and fills in what it rests on. Where
 * several fit, the order of the tables below decides which is tried first.
 */

/* Somebody took the slot: its pte was last written for another page. */
static gboolean slot_reused(const struct history *h, struct explanation *ret)
{
	u32 page;

	ret->culprit = pte_set_last(h, ret->reader, &page);
	return ret->culprit != NO_ID && page != h->page;
}

static gboolean stale_tlb_entry(const struct history *h, struct explanation *ret)
{
	u32 page;

	ret->culprit = pte_set_last(h, ret->reader, &page);
	return page == h->page || page == NO_ID;
}

/* What was read is in the way, and was meant for another page. */
static gboolean foreign_copy(const struct history *h, struct explanation *ret)
{
	return written_astray(h, h->finding.got, ret);
}

/* What should have been read went to another page. */
static gboolean foreign_loss(const struct history *h, struct explanation *ret)
{
	return written_astray(h, h->finding.want, ret);
}

/* The first seat that holds the newest data, L1s first; NO_ID: none does. */
static u32 newest_seat(const struct history *h, const struct explanation *e)
{
	const struct copies *now = &moment_at(h, e->reader)->after;
	u32 seat;

	for (seat = 0; seat < history_seats(&h->compiled->cell); seat++)
		if (now->seat[seat].present && now->seat[seat].token == h->finding.want)
			return seat;
	return NO_ID;
}

/* Whatever was owed was done, but for waiting until it got there. */
static gboolean still_buffered(const struct history *h, struct explanation *ret)
{
	const struct cell *k = &h->compiled->cell;
	const struct copies *now = &moment_at(h, ret->reader)->after;
	u32 cpu;

	for (cpu = 0; k->machine.buffer.present && cpu < k->machine.cpus; cpu++) {
		u32 seat = history_seat(k, cache_buffer(k, cpu), 0);

		if (!now->seat[seat].present || now->seat[seat].token != h->finding.want)
			continue;
		ret->source = (int)seat;
		ret->source_since = held_since(h, ret->source, h->finding.want, ret->reader);
		ret->culprit = ret->source_since;
		return TRUE;
	}
	return FALSE;
}

/* The load went through one L1, and the newest data is in another CPU's. */
static gboolean remote_copy(const struct history *h, struct explanation *ret)
{
	const struct cell *k = &h->compiled->cell;
	int through = seat_of_load(h, ret->reader);
	u32 seat = newest_seat(h, ret);

	if (through < 0 || seat == NO_ID || seat_is_l2(k, (int)seat) ||
	    history_seat_cache(k, seat) == history_seat_cache(k, (u32)through) ||
	    history_seat_cache(k, seat) == cache_buffer(k, history_seat_cache(k, (u32)through)))
		return FALSE;
	ret->other = (int)seat;
	ret->source = through;
	return TRUE;
}

/* The load went through one colour, and the newest data is in another. */
static gboolean alias_copy(const struct history *h, struct explanation *ret)
{
	const struct cell *k = &h->compiled->cell;
	const struct copies *now = &moment_at(h, ret->reader)->after;
	int through = seat_of_load(h, ret->reader);
	u32 seat;

	for (seat = 0; through >= 0 && seat < history_seats(k); seat++)
		if ((int)seat != through &&
		    history_seat_cache(k, seat) == history_seat_cache(k, (u32)through) &&
		    now->seat[seat].present && now->seat[seat].token == h->finding.want)
			ret->other = (int)seat;
	if (ret->other >= 0) {
		ret->source = through;
		return TRUE;
	}
	ret->other_op = op_of_other_colour(
		h, ret->source, ret->source_since == NO_ID ? ret->old_writer : ret->source_since,
		ret->reader);
	ret->culprit = ret->other_op;
	return ret->other_op != NO_ID;
}

static gboolean alias_loss(const struct history *h, struct explanation *ret)
{
	u32 seat = newest_seat(h, ret);

	if (seat == NO_ID)
		return FALSE;
	ret->source = (int)seat;
	ret->other_op = op_of_other_colour(h, (int)seat, ret->new_writer, ret->reader);
	ret->culprit = ret->other_op;
	return ret->other_op != NO_ID;
}

static gboolean l2_copy(const struct history *h, struct explanation *ret)
{
	return seat_is_l2(&h->compiled->cell, ret->source) && ret->sync_ran &&
	       !sync_acted(h, ret->sync, ret->sync_end, TRUE) &&
	       (ret->source_since == NO_ID || ret->source_since <= ret->sync);
}

static gboolean l2_loss(const struct history *h, struct explanation *ret)
{
	u32 seat = newest_seat(h, ret);

	if (seat == NO_ID || !seat_is_l2(&h->compiled->cell, (int)seat) || !ret->sync_ran)
		return FALSE;
	ret->source = (int)seat;
	return TRUE;
}

/* The last sync that began between two moments, and ended before the second; NO_ID: none. */
static guint last_sync(const struct history *h, guint from, guint until)
{
	guint i;

	for (i = until; i > (from == NO_ID ? 0 : from); i--)
		if (moment_event(moment_at(h, i - 1), EV_SYNC_BEGIN))
			return i - 1;
	return NO_ID;
}

/* The copy came while a sync was under way that had been at the line already. */
static gboolean refilled_within_sync(const struct history *h, guint since, struct explanation *ret)
{
	guint i, sync = last_sync(h, NO_ID, since);

	for (i = since; sync != NO_ID && i > sync; i--) {
		if (!moment_event(moment_at(h, i - 1), EV_CACHE_OP))
			continue;
		ret->sync = sync;
		/* for all that concerns this line it was over then */
		ret->sync_end = i - 1;
		ret->sync_ran = ret->sync_useful = TRUE;
		return TRUE;
	}
	return FALSE;
}

/* A sync ran before the copy came, which came before the newest write. */
static gboolean refilled(const struct history *h, struct explanation *ret)
{
	guint since = ret->source_since, i;

	if (since == NO_ID || (ret->new_writer != NO_ID && since > ret->new_writer))
		return FALSE;
	ret->culprit = since;
	for (i = 0; i < since; i++) {
		const struct event *piece = moment_event(moment_at(h, i), EV_SYNC_PIECE);

		if (piece && piece->d)
			return TRUE;
	}
	return moment_is_fill(h, since) && refilled_within_sync(h, since, ret);
}

/* The sync before the newest write did not reach the copy. */
static gboolean not_invalidated(const struct history *h, struct explanation *ret)
{
	guint sync = ret->new_writer == NO_ID ? NO_ID :
						last_sync(h, ret->source_since, ret->new_writer);

	if (sync != NO_ID)
		sync_owed(h, sync, ret->new_writer, ret);
	else if (ret->source_since != NO_ID)
		sync_owed(h, ret->source_since, ret->reader, ret);
	return ret->source >= 0;
}

/* Nor did the one after it. */
static gboolean not_invalidated_later(const struct history *h, struct explanation *ret)
{
	if (ret->new_writer == NO_ID)
		return FALSE;
	sync_owed(h, ret->new_writer + 1, ret->reader, ret);
	return ret->source >= 0 && ret->sync != NO_ID;
}

/* Whatever the syncs did or did not do, the copy was there when the newest data was written. */
static gboolean not_invalidated_at_last(const struct history *h, struct explanation *ret)
{
	ret->at_last = TRUE;
	return not_invalidated(h, ret) && ret->new_writer != NO_ID;
}

static gboolean not_written_back(const struct history *h, struct explanation *ret)
{
	u32 seat = newest_seat(h, ret);

	if (seat == NO_ID)
		return FALSE;
	ret->source = (int)seat;
	return TRUE;
}

/* Memory or the L2 had the newest data, and a write-back in moment `i` put other data on top. */
static gboolean overwritten(const struct history *h, guint i)
{
	const struct cell *k = &h->compiled->cell;
	const struct copies *was = before(h, i), *is = &moment_at(h, i)->after;
	u32 want = h->finding.want, seat;

	if (!moment_event(moment_at(h, i), EV_WRITEBACK) &&
	    !moment_event(moment_at(h, i), EV_DRAIN))
		return FALSE;
	if (was->memory.token == want && is->memory.token != want)
		return TRUE;
	for (seat = 0; seat < history_seats(k); seat++)
		if (seat_is_l2(k, (int)seat) && was->seat[seat].present &&
		    was->seat[seat].token == want && is->seat[seat].token != want)
			return TRUE;
	return FALSE;
}

static gboolean clobbered(const struct history *h, struct explanation *ret)
{
	guint owed, i;

	if (ret->new_writer == NO_ID)
		return FALSE;
	for (i = ret->reader; i > ret->new_writer && !overwritten(h, i); i--)
		;
	if (i == ret->new_writer)
		return FALSE;
	ret->culprit = i;
	/* the sync that had to write the dirty line back before newer data came */
	owed = last_sync(h, ret->old_writer, ret->new_writer);
	sync_owed(h, owed == NO_ID ? ret->new_writer : owed, ret->new_writer, ret);
	return TRUE;
}

/* In moment `i` a cache lost the newest data, dirty, without a write-back. */
static gboolean newest_dropped(const struct history *h, guint i)
{
	const struct moment *m = moment_at(h, i);
	guint seat, j;

	for (j = 0; j < m->events->len; j++) {
		const struct event *e = &g_array_index(m->events, struct event, j);

		for (seat = 0; seat < history_seats(&h->compiled->cell); seat++) {
			const struct copy *was = &before(h, i)->seat[seat];

			if (e->kind == EV_DROP && e->d && was->dirty &&
			    was->token == h->finding.want && !m->after.seat[seat].present &&
			    e->a == history_seat_cache(&h->compiled->cell, seat))
				return TRUE;
		}
	}
	return FALSE;
}

static gboolean discarded(const struct history *h, struct explanation *ret)
{
	guint i;

	for (i = ret->reader + 1; i > 0; i--) {
		if (!newest_dropped(h, i - 1))
			continue;
		ret->culprit = i - 1;
		return TRUE;
	}
	return FALSE;
}

struct claim {
	enum cause cause;
	gboolean (*fits)(const struct history *h, struct explanation *ret);
	gboolean after_write; /* the sync that was owed is the one after the newest write, whoever reads */
	gboolean beside; /* it is partial-line's, if the line is shared with a buffer */
};

static const struct claim mapping_claims[] = {
	{CAUSE_SLOT_REUSED, slot_reused, FALSE, FALSE},
	{CAUSE_STALE_TLB_ENTRY, stale_tlb_entry, FALSE, FALSE},
};

/* What was read is in the way, or what should have been is in another colour. */
static const struct claim first_claims[] = {
	{CAUSE_FOREIGN_WRITE, foreign_copy, FALSE, FALSE},
	{CAUSE_WRITE_STILL_BUFFERED, still_buffered, TRUE, FALSE},
	{CAUSE_REMOTE_CPU_NOT_MAINTAINED, remote_copy, FALSE, FALSE},
	{CAUSE_ALIAS, alias_copy, FALSE, FALSE},
};

/* A cache held what was read, and the newest data had gone to memory. */
static const struct claim copy_claims[] = {
	{CAUSE_L2_NOT_MAINTAINED, l2_copy, FALSE, FALSE},
	{CAUSE_REFILLED_DURING_DMA, refilled, FALSE, TRUE},
	{CAUSE_NOT_INVALIDATED, not_invalidated, FALSE, TRUE},
	{CAUSE_NOT_INVALIDATED, not_invalidated_later, FALSE, FALSE},
	{CAUSE_NOT_INVALIDATED, not_invalidated_at_last, FALSE, FALSE},
};

/* What should have been read is not in memory: where did it get stuck? */
static const struct claim loss_claims[] = {
	{CAUSE_CLOBBERED_BY_WRITEBACK, clobbered, FALSE, TRUE},
	{CAUSE_L2_NOT_MAINTAINED, l2_loss, TRUE, FALSE},
	{CAUSE_ALIAS, alias_loss, TRUE, FALSE},
	{CAUSE_NOT_WRITTEN_BACK, not_written_back, TRUE, FALSE},
	{CAUSE_FOREIGN_WRITE, foreign_loss, TRUE, FALSE},
	{CAUSE_DIRTY_LINE_DISCARDED, discarded, TRUE, TRUE},
};

/* Takes over the claim when it stands. */
static gboolean stands(const struct history *h, const struct explanation *claim,
		       struct explanation *ret)
{
	u32 refuted = ret->refuted;
	struct check check;

	check_claim(h, claim, &check);
	if (check.proof != PROOF_CONFIRMED) {
		ret->refuted |= BIT(claim->cause);
		return FALSE;
	}
	*ret = *claim;
	ret->check = check;
	/* the same cause may have been claimed at another place before */
	ret->refuted = refuted & ~BIT(claim->cause);
	return TRUE;
}

/* Tries the claims that fit, one after the other, until one stands; each begins with the facts in *ret. */
static gboolean try_claims(const struct history *h, const struct claim *claims, guint count,
			   struct explanation *ret)
{
	const struct explanation facts = *ret;
	guint dirtied, i;

	for (i = 0; i < count; i++) {
		struct explanation claim = facts;

		claim.cause = claims[i].cause;
		if (claims[i].after_write)
			sync_owed(h, claim.new_writer, claim.reader, &claim);
		if (!claims[i].fits(h, &claim))
			continue;
		if (claim.astray && claim.culprit == NO_ID)
			claim.culprit = claim.astray_op;
		dirtied = claims[i].beside && beside_a_buffer(h) ? dirtied_while_owned(h, &claim) :
								   NO_ID;
		if (dirtied != NO_ID) {
			struct explanation partial = claim;

			partial.dirtied = dirtied;
			partial.cause = CAUSE_PARTIAL_LINE;
			partial.sync = facts.sync;
			partial.sync_end = facts.sync_end;
			partial.sync_ran = facts.sync_ran;
			partial.sync_useful = facts.sync_useful;
			partial.unfixable = TRUE;
			if (stands(h, &partial, ret))
				return TRUE;
		}
		if (stands(h, &claim, ret))
			return TRUE;
	}
	return FALSE;
}

static void explain_data(const struct history *h, struct explanation *ret)
{
	enum rule rule = (enum rule)h->finding.rule;
	gboolean load = moment_event(moment_at(h, ret->reader), EV_LOAD) != NULL;
	gboolean in_memory;
	guint step, iteration, astray;

	ret->by_device = moment_event(moment_at(h, ret->reader), EV_DMA_READ) != NULL;
	ret->old_writer = writer_of(h, h->finding.got);
	ret->new_writer = writer_of(h, h->finding.want);
	if (history_writer(h->finding.got, &step, &iteration))
		ret->old_step = step;
	if (history_writer(h->finding.want, &step, &iteration))
		ret->new_step = step;
	if (load)
		source_trace(h, ret);
	/* a device's write needs the sync before it, a CPU's the one after it */
	sync_owed(h, load ? ret->old_writer : ret->new_writer, ret->reader, ret);
	if (op_went_astray(h, rule == R_STALE_LOAD ? ret->old_writer : ret->new_writer, ret->reader,
			   &astray)) {
		ret->astray = TRUE;
		ret->astray_op = astray;
	}
	if (try_claims(h, first_claims, G_N_ELEMENTS(first_claims), ret))
		return;
	/* old copies below a cache that holds the newest data are in nobody's way */
	in_memory = ret->new_writer != NO_ID &&
		    moment_at(h, ret->new_writer)->after.memory.token == h->finding.want;
	if (ret->source >= 0 && in_memory &&
	    try_claims(h, copy_claims, G_N_ELEMENTS(copy_claims), ret))
		return;
	if (!try_claims(h, loss_claims, G_N_ELEMENTS(loss_claims), ret) && ret->source >= 0 &&
	    !in_memory)
		try_claims(h, copy_claims, G_N_ELEMENTS(copy_claims), ret);
}

gboolean has_cause(const struct history *h)
{
	static const u32 rules = BIT(R_WRONG_PAGE) | BIT(R_STALE_LOAD) | BIT(R_STALE_DMA_READ) |
				 BIT(R_LEAK) | BIT(R_LOST_WRITE);

	return !h->finding.warning && h->page != NO_ID && (rules & BIT(h->finding.rule));
}

/* The moment in which what the context left disabled at the end of its run was disabled; NO_ID: nothing was. */
static guint disabled_at(const struct history *h)
{
	const u32 left = h->finding.got;
	const u32 kind = left & LEFT_IRQS    ? EV_IRQS :
			 left & LEFT_BH      ? EV_BH :
			 left & LEFT_PREEMPT ? EV_PREEMPT :
					       EVENT_COUNT;
	guint at = NO_ID, i, j;

	for (i = h->moments->len; i > 0; i--) {
		const struct moment *m = moment_at(h, i - 1);

		for (j = m->events->len; j > 0; j--) {
			const struct event *e = &g_array_index(m->events, struct event, j - 1);

			if (e->ctx != h->finding.ctx)
				continue;
			if (e->kind == EV_RUN_BEGIN || (e->kind == kind && !e->a))
				return at;
			if (e->kind == kind)
				at = i - 1;
		}
	}
	return at;
}

void explain(const struct history *h, struct explanation *ret)
{
	*ret = (struct explanation){
		.check = {.place = NO_ID},
		.old_writer = NO_ID,
		.new_writer = NO_ID,
		.old_step = NO_ID,
		.new_step = NO_ID,
		.reader = h->moments->len - 1,
		.source = -1,
		.hit = -1,
		.source_since = NO_ID,
		.culprit = NO_ID,
		.dirtied = NO_ID,
		.sync = NO_ID,
		.sync_end = NO_ID,
		.other_op = NO_ID,
		.other = -1,
	};
	if (h->finding.rule == R_IRQS_UNBALANCED && !h->finding.warning)
		ret->culprit = disabled_at(h);
	if (!has_cause(h))
		return;
	if (h->finding.rule == R_WRONG_PAGE)
		try_claims(h, mapping_claims, G_N_ELEMENTS(mapping_claims), ret);
	else
		explain_data(h, ret);
}
