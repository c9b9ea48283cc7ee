// SPDX-License-Identifier: GPL-2.0-or-later
#include "check.h"

#include "cache_model.h"

#define REPAIRS_MAX 3u

/* What is done to the schedule to see whether a claim holds. */
struct plan {
	struct timed_repair repair[REPAIRS_MAX];
	guint repairs;
	struct timed_repair also[REPAIRS_MAX]; /* must help as well, by itself */
	guint alsos;
	struct timed_repair control[REPAIRS_MAX]; /* must not help */
	guint controls;
	const char *words, *control_words;
	guint place;
	gboolean before;
};

static guint64 choice_of(const struct history *h, guint moment, gboolean before)
{
	const struct moment *m = h->moments->pdata[moment];

	return before ? m->number - 1 : m->number;
}

static struct repair lines(const struct history *h, enum repair_kind kind, u32 caches, u32 colours)
{
	return (struct repair){
		.kind = kind,
		.page = h->page,
		.offset = h->offset,
		.caches = caches,
		.colours = colours,
	};
}

static u32 l2_bit(const struct cell *k)
{
	return k->machine.l2.present ? BIT(cache_l2(k)) : 0;
}

static u32 l1_bits(const struct cell *k)
{
	return BIT(k->machine.cpus) - 1;
}

/* The lines of a seat, and with `below` those of the L2, which the L1's data goes through. */
static struct repair seat_lines(const struct history *h, enum repair_kind kind, int seat,
				gboolean below)
{
	const struct cell *k = &h->compiled->cell;
	u32 cache = history_seat_cache(k, (u32)seat);

	return lines(h, kind, BIT(cache) | (below ? l2_bit(k) : 0),
		     BIT((u32)seat - history_seat(k, cache, 0)));
}

static struct repair all_lines(const struct history *h, enum repair_kind kind)
{
	const struct cell *k = &h->compiled->cell;

	return lines(h, kind, l1_bits(k) | l2_bit(k), BIT(k->machine.l1d.colours) - 1);
}

static const struct copies *copies_at(const struct history *h, guint moment, gboolean before)
{
	if (before && !moment)
		return &h->start;
	return &((const struct moment *)h->moments->pdata[before ? moment - 1 : moment])->after;
}

/* The lines that hold `token` there; a write-back goes through the L2 wherever it begins. */
static struct repair holders(const struct history *h, enum repair_kind kind,
			     const struct copies *there, u32 token)
{
	const struct cell *k = &h->compiled->cell;
	struct repair r = lines(h, kind, 0, 0);
	u32 seat;

	for (seat = 0; seat < history_seats(k); seat++) {
		u32 cache = history_seat_cache(k, seat);

		if (!there->seat[seat].present || there->seat[seat].token != token)
			continue;
		r.caches |= BIT(cache);
		if (!cache_is_l2(k, cache) && !history_seat_waits(k, seat))
			r.colours |= BIT(seat - history_seat(k, cache, 0));
	}
	if (r.caches && kind == REPAIR_FLUSH)
		r.caches |= l2_bit(k);
	return r;
}

static struct repair mapping(const struct history *h, enum repair_kind kind)
{
	return (struct repair){
		.kind = kind,
		.page = h->page,
		.cpu = h->finding.cpu,
		.va = h->va,
	};
}

static void repair_at(struct plan *p, guint64 choice, struct repair repair)
{
	p->repair[p->repairs++] = (struct timed_repair){choice, choice, repair};
}

static void control_at(struct plan *p, guint64 choice, struct repair repair)
{
	p->control[p->controls++] = (struct timed_repair){choice, choice, repair};
}

static void also_at(struct plan *p, guint64 choice, struct repair repair)
{
	p->also[p->alsos++] = (struct timed_repair){choice, choice, repair};
}

/* The copies that hold old data at `moment` may still be written back before the newest write, not after it. */
static enum repair_kind kind_at(const struct explanation *e, guint moment, gboolean before)
{
	if (e->new_writer == NO_ID || moment < e->new_writer ||
	    (before && moment == e->new_writer))
		return REPAIR_FLUSH;
	return REPAIR_DISCARD;
}

/* Where the sync that was owed had to do more than it did; without one, right before data was passed on. */
static guint64 owed_at(const struct history *h, const struct explanation *e, gboolean cached,
		       struct plan *p)
{
	if (e->astray && !e->at_last) {
		p->place = e->astray_op;
		return choice_of(h, e->astray_op, FALSE);
	}
	if (e->sync != NO_ID && !e->at_last) {
		p->place = e->sync;
		return choice_of(h, e->sync_end, FALSE);
	}
	p->before = TRUE;
	p->place = cached && e->new_writer != NO_ID ? e->new_writer : e->reader;
	return choice_of(h, p->place, TRUE);
}

static void plan_not_written_back(const struct history *h, const struct explanation *e,
				  struct plan *p)
{
	guint64 at = owed_at(h, e, FALSE, p);
	guint moment = p->place == e->sync ? e->sync_end : p->place;
	const struct copies *there = copies_at(h, moment, p->before);

	p->words = "the line written back";
	repair_at(p, at, holders(h, REPAIR_FLUSH, there, h->finding.want));
}

static void plan_not_invalidated(const struct history *h, const struct explanation *e,
				 struct plan *p)
{
	guint64 at = owed_at(h, e, TRUE, p);

	if (e->source < 0)
		return;
	p->words = "the line invalidated";
	repair_at(p, at,
		  seat_lines(h, kind_at(e, p->place, p->before), e->source, TRUE));
	/* what is below is right: nothing but the copies is wrong at the end */
	also_at(p, choice_of(h, e->reader, TRUE),
		seat_lines(h, REPAIR_DISCARD, e->source, TRUE));
	if (e->hit >= 0 && e->hit != e->source)
		also_at(p, choice_of(h, e->reader, TRUE),
			seat_lines(h, REPAIR_DISCARD, e->hit, TRUE));
}

static void plan_l2(const struct history *h, const struct explanation *e, struct plan *p)
{
	const struct cell *k = &h->compiled->cell;
	u32 colours = BIT(k->machine.l1d.colours) - 1;
	enum repair_kind kind;
	guint64 at;

	if (e->sync == NO_ID || !e->sync_ran || !l2_bit(k))
		return;
	p->place = e->sync;
	at = choice_of(h, e->sync_end, FALSE);
	kind = e->by_device ? REPAIR_FLUSH : kind_at(e, e->sync_end, FALSE);
	p->words = "the line of the L2 flushed too";
	repair_at(p, at, lines(h, kind, l2_bit(k), colours));
	p->control_words = "another flush of the L1 alone";
	control_at(p, at, lines(h, kind, l1_bits(k), colours));
}

static void plan_still_buffered(const struct history *h, const struct explanation *e,
				struct plan *p)
{
	const struct cell *k = &h->compiled->cell;
	gboolean synced = e->sync != NO_ID &&
			  (e->source_since == NO_ID || e->source_since <= e->sync_end);

	if (e->source < 0 || !history_seat_waits(k, (u32)e->source))
		return;
	/* before it waits there is nothing to wait for */
	p->place = synced ? e->sync : e->reader;
	p->before = !synced;
	p->words = "a SYNC";
	repair_at(p, choice_of(h, synced ? e->sync_end : e->reader, !synced),
		  (struct repair){
			  .kind = REPAIR_SYNC,
			  .cpu = history_seat_cache(k, (u32)e->source) - cache_buffer(k, 0),
		  });
}

static void plan_clobbered(const struct history *h, const struct explanation *e, struct plan *p)
{
	if (e->culprit == NO_ID ||
	    (!moment_event(h->moments->pdata[e->culprit], EV_WRITEBACK) && !culprit_drained(h, e)))
		return;
	p->place = e->culprit;
	p->before = TRUE;
	p->words = "the older data dropped from the caches";
	repair_at(p, choice_of(h, e->culprit, TRUE),
		  holders(h, REPAIR_DISCARD, copies_at(h, e->culprit, TRUE), h->finding.got));
}

static void plan_discarded(const struct history *h, const struct explanation *e, struct plan *p)
{
	if (e->culprit == NO_ID || !moment_event(h->moments->pdata[e->culprit], EV_DROP))
		return;
	p->place = e->culprit;
	p->before = TRUE;
	p->words = "the dirty line written back";
	repair_at(p, choice_of(h, e->culprit, TRUE),
		  holders(h, REPAIR_FLUSH, copies_at(h, e->culprit, TRUE), h->finding.want));
}

static gboolean same_cache(const struct cell *k, int a, int b)
{
	return history_seat_cache(k, (u32)a) == history_seat_cache(k, (u32)b);
}

static void plan_alias(const struct history *h, const struct explanation *e, struct plan *p)
{
	const struct cell *k = &h->compiled->cell;
	enum repair_kind kind;
	struct repair others;
	guint64 at;

	if (e->source < 0 || k->machine.l1d.colours == 1)
		return;
	if (e->other >= 0 && same_cache(k, e->other, e->source)) {
		p->place = e->reader;
		p->before = TRUE;
		at = choice_of(h, e->reader, TRUE);
		p->words = "the copy of the other colour written back and this one invalidated";
		repair_at(p, at, seat_lines(h, REPAIR_FLUSH, e->other, TRUE));
		repair_at(p, at, seat_lines(h, REPAIR_DISCARD, e->source, FALSE));
		p->control_words = "invalidating this one alone";
		control_at(p, at, seat_lines(h, REPAIR_DISCARD, e->source, FALSE));
		return;
	}
	if (e->other_op == NO_ID)
		return;
	p->place = e->other_op;
	at = choice_of(h, e->other_op, FALSE);
	kind = e->by_device ? REPAIR_FLUSH : kind_at(e, e->other_op, FALSE);
	p->words = "a cache op through this copy's colour too";
	repair_at(p, at, seat_lines(h, kind, e->source, TRUE));
	p->control_words = "another op through the other colours";
	others = all_lines(h, kind);
	others.colours &= ~seat_lines(h, kind, e->source, FALSE).colours;
	control_at(p, at, others);
}

static void plan_remote_cpu(const struct history *h, const struct explanation *e, struct plan *p)
{
	const struct cell *k = &h->compiled->cell;
	struct repair own;
	guint64 at;

	if (e->other < 0 || e->source < 0 || same_cache(k, e->other, e->source))
		return;
	p->place = e->reader;
	p->before = TRUE;
	at = choice_of(h, e->reader, TRUE);
	own = lines(h, REPAIR_DISCARD, BIT(history_seat_cache(k, (u32)e->source)),
		    BIT(k->machine.l1d.colours) - 1);
	p->words = "the other CPU's copy written back and this CPU's invalidated";
	repair_at(p, at, seat_lines(h, REPAIR_FLUSH, e->other, TRUE));
	repair_at(p, at, own);
	p->control_words = "invalidating this CPU's alone";
	control_at(p, at, own);
}

/* The last sync of the place that ran an op before `moment`; NO_ID: there is none. */
static guint sync_before(const struct history *h, guint moment)
{
	guint i;

	for (i = moment; i > 0; i--) {
		const struct event *piece =
			moment_event(h->moments->pdata[i - 1], EV_SYNC_PIECE);

		if (piece && piece->d)
			return i - 1;
	}
	return NO_ID;
}

static void plan_refilled(const struct history *h, const struct explanation *e, struct plan *p)
{
	guint sync = e->culprit == NO_ID ? NO_ID : sync_before(h, e->culprit);

	/* the one under way had been at the line already */
	if (sync == NO_ID && e->sync_end != NO_ID && e->sync_end < e->culprit)
		sync = e->sync_end;
	if (e->source < 0 || sync == NO_ID || e->new_writer == NO_ID)
		return;
	p->place = e->new_writer;
	p->before = TRUE;
	p->words = "the line invalidated again";
	repair_at(p, choice_of(h, e->new_writer, TRUE),
		  seat_lines(h, REPAIR_FLUSH, e->source, TRUE));
	p->control_words = "another flush at the sync";
	control_at(p, choice_of(h, sync, FALSE), seat_lines(h, REPAIR_FLUSH, e->source, TRUE));
}

static void plan_partial_line(const struct history *h, const struct explanation *e, struct plan *p)
{
	struct timed_repair split = {
		.from = h->owned_from,
		.until = choice_of(h, e->reader, TRUE),
		.repair = lines(h, REPAIR_SPLIT, 0, 0),
	};

	if (!h->owned_from || e->dirtied == NO_ID)
		return;
	p->words = "the bytes beside the buffer kept off its line while the device owns it";
	p->repair[p->repairs++] = split;
	p->control_words = "a flush when the device gets the buffer";
	control_at(p, h->owned_from, all_lines(h, REPAIR_FLUSH));
}

static void plan_foreign_write(const struct history *h, const struct explanation *e,
			       struct plan *p)
{
	if (!e->astray_store)
		return;
	p->place = e->astray_at;
	p->before = TRUE;
	p->words = "the address mapped to the page that was meant";
	repair_at(p, choice_of(h, e->astray_at, TRUE),
		  (struct repair){
			  .kind = REPAIR_MAP,
			  .page = e->astray_store->c,
			  .cpu = e->astray_store->cpu,
			  .va = align_down(e->astray_store->a, cell_page_bytes(&h->compiled->cell)),
		  });
}

static void plan_stale_tlb(const struct history *h, const struct explanation *e, struct plan *p)
{
	p->before = e->culprit == NO_ID;
	p->place = p->before ? e->reader : e->culprit;
	p->words = "the TLB entry flushed";
	repair_at(p, choice_of(h, p->place, p->before), mapping(h, REPAIR_TLB_DROP));
}

static void plan_slot_reused(const struct history *h, const struct explanation *e, struct plan *p)
{
	guint64 at = choice_of(h, e->reader, TRUE);

	p->place = e->reader;
	p->before = TRUE;
	p->words = "the slot given back to its page, and the TLB entry flushed";
	repair_at(p, at, mapping(h, REPAIR_MAP));
	p->control_words = "a TLB flush alone";
	control_at(p, at, mapping(h, REPAIR_TLB_DROP));
}

static void plan_make(const struct history *h, const struct explanation *e, struct plan *p)
{
	*p = (struct plan){.place = NO_ID};
	switch (e->cause) {
	case CAUSE_NOT_WRITTEN_BACK:
		plan_not_written_back(h, e, p);
		return;
	case CAUSE_NOT_INVALIDATED:
		plan_not_invalidated(h, e, p);
		return;
	case CAUSE_CLOBBERED_BY_WRITEBACK:
		plan_clobbered(h, e, p);
		return;
	case CAUSE_DIRTY_LINE_DISCARDED:
		plan_discarded(h, e, p);
		return;
	case CAUSE_ALIAS:
		plan_alias(h, e, p);
		return;
	case CAUSE_REFILLED_DURING_DMA:
		plan_refilled(h, e, p);
		return;
	case CAUSE_L2_NOT_MAINTAINED:
		plan_l2(h, e, p);
		return;
	case CAUSE_REMOTE_CPU_NOT_MAINTAINED:
		plan_remote_cpu(h, e, p);
		return;
	case CAUSE_STALE_TLB_ENTRY:
		plan_stale_tlb(h, e, p);
		return;
	case CAUSE_SLOT_REUSED:
		plan_slot_reused(h, e, p);
		return;
	case CAUSE_PARTIAL_LINE:
		plan_partial_line(h, e, p);
		return;
	case CAUSE_FOREIGN_WRITE:
		plan_foreign_write(h, e, p);
		return;
	case CAUSE_WRITE_STILL_BUFFERED:
		plan_still_buffered(h, e, p);
		return;
	case CAUSE_UNKNOWN:
	case CAUSE_COUNT:
		break;
	}
}

static enum proof replay(const struct history *h, const struct timed_repair *repair, guint repairs,
			 struct follow_result *result)
{
	const struct follow_options options = {
		.repair = repair,
		.repairs = repairs,
		.access = &h->access,
	};

	follow(&h->compiled->cell, &h->record, &options, result);
	return !result->reached ? PROOF_NOT_REACHED :
	       result->right    ? PROOF_CONFIRMED :
				  PROOF_STILL;
}

void check_claim(const struct history *h, const struct explanation *claim, struct check *ret)
{
	struct follow_result result;
	struct plan p;

	plan_make(h, claim, &p);
	*ret = (struct check){
		.repair = p.words,
		.place = p.place,
		.before = p.before,
	};
	if (!p.repairs)
		return;
	ret->proof = replay(h, p.repair, p.repairs, &result);
	ret->token = result.token;
	ret->left_out = result.left_out;
	ret->put_in = result.put_in;
	if (ret->proof == PROOF_CONFIRMED && p.alsos)
		ret->proof = replay(h, p.also, p.alsos, &result);
	if (ret->proof != PROOF_CONFIRMED || !p.controls)
		return;
	ret->control = p.control_words;
	if (replay(h, p.control, p.controls, &result) == PROOF_CONFIRMED)
		ret->proof = PROOF_NOT_NEEDED;
}

gboolean check_baseline(const struct history *h)
{
	struct follow_result result;

	return replay(h, NULL, 0, &result) == PROOF_STILL && !result.left_out && !result.put_in;
}
