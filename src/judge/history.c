// SPDX-License-Identifier: GPL-2.0-or-later
#include "history.h"

#include "cache_model.h"
#include "datum.h"
#include "lock.h"
#include "pagetable.h"
#include "tlb_model.h"
#include "write_buffer.h"

/* Histories longer than this are cut in the middle of nowhere helpful; the last moments are what counts. */
#define MOMENTS_MAX 20000u

struct recorder {
	struct history *h;
	const struct cell *k;
	const struct world *world; /* as the last callback had it */
	struct copies now;
	struct mapping mapping;
	GArray *events; /* of the choice under way */
	u32 ctx, step, kstep;
	u64 number;
	u32 line_pa; /* of the watched granule, rounded down to the largest line */
	u32 line_bytes;
	u32 accesses; /* of the kind that the history ends with, so far */
	gboolean done;
};

gboolean history_writer(u32 token, guint *step, guint *iteration)
{
	if (!token || token == DATUM_GARBAGE)
		return FALSE;
	*step = (token >> DATUM_ITERATION_BITS) - 1;
	*iteration = token & ((1u << DATUM_ITERATION_BITS) - 1);
	return TRUE;
}

char *history_data_name(const struct compiled *c, u32 token)
{
	const struct step_info *info;
	guint step, iteration;

	if (token == DATUM_GARBAGE)
		return g_strdup("garbage");
	if (!history_writer(token, &step, &iteration))
		return g_strdup("boot content");
	info = compiled_info(c, step);
	if (info && info->label)
		return g_strdup(info->label);
	return compiled_step_name(c, step);
}

/* Seats of caches, in front of those of write buffers. */
static u32 cache_seats(const struct cell *k)
{
	return history_seat(k, cache_count(k), 0);
}

u32 history_seats(const struct cell *k)
{
	return cache_seats(k) + (write_buffer_present(k) ? k->machine.cpus : 0);
}

gboolean history_seat_waits(const struct cell *k, u32 seat)
{
	return seat >= cache_seats(k);
}

u32 history_seat(const struct cell *k, u32 cache, u32 colour)
{
	u32 l1s = min_u32(cache, k->machine.cpus);

	if (cache >= cache_buffer(k, 0))
		return cache_seats(k) + (cache - cache_buffer(k, 0));
	/* behind the L1s' colours the L2 has one seat */
	return l1s * k->machine.l1d.colours + (cache - l1s) + colour;
}

u32 history_seat_cache(const struct cell *k, u32 seat)
{
	if (history_seat_waits(k, seat))
		return cache_buffer(k, seat - cache_seats(k));
	return min_u32(seat / k->machine.l1d.colours, k->machine.cpus);
}

char *history_seat_name(const struct cell *k, u32 seat)
{
	u32 cache = history_seat_cache(k, seat);

	if (cache_is_l2(k, cache))
		return g_strdup("L2");
	if (history_seat_waits(k, seat))
		return g_strdup_printf("buffer cpu%u", cache - cache_buffer(k, 0));
	if (k->machine.l1d.colours == 1)
		return g_strdup_printf("D$ cpu%u", cache);
	return g_strdup_printf("D$ cpu%u colour %u", cache, seat - history_seat(k, cache, 0));
}

void history_copies(const struct world *w, u32 page, u32 offset, struct copies *c)
{
	const struct cell *k = w->k;
	u32 granule = datum_granule_in_sector(k, offset);
	u32 pa = cell_page_pa(k, page) + offset;
	u32 page_granules = k->page_sectors * k->sector_granules;
	u32 cache, colour;

	memset(c, 0, sizeof(*c));
	c->memory.present = TRUE;
	c->memory.token = datum_get(k, datum_memory(w, page, offset), granule);
	c->newest = w->word[k->layout.flat + page * page_granules + (offset >> k->granule_shift)];
	for (cache = 0; cache < cache_count(k); cache++) {
		for (colour = 0; colour < cache_geometry(k, cache)->colours; colour++) {
			u32 set = cache_colour_set(k, cache, pa, colour);
			const struct w_line *line = cache_find(w, cache, set, pa);
			struct copy *copy = &c->seat[history_seat(k, cache, colour)];

			if (!line)
				continue;
			copy->present = TRUE;
			copy->dirty = line->dirty != 0;
			copy->token = datum_get(k, cache_sector(k, cache, line, pa), granule);
		}
	}
	for (cache = 0; write_buffer_present(k) && cache < k->machine.cpus; cache++) {
		const struct w_line *entry = write_buffer_find(w, cache, pa);
		u32 buffer = cache_buffer(k, cache);
		struct copy *copy = &c->seat[history_seat(k, buffer, 0)];

		if (!entry || !write_buffer_holds(k, entry, pa))
			continue;
		copy->present = TRUE;
		copy->token = datum_get(k, cache_sector(k, buffer, entry, pa), granule);
	}
}

/* Does it turn off or on what is unbalanced? */
static gboolean concerns_balance(const struct finding *f, const struct event *e)
{
	const u32 what = e->kind == EV_IRQS ? LEFT_IRQS :
			 e->kind == EV_BH   ? LEFT_BH | TWICE_BH :
					      LEFT_PREEMPT | TWICE_PREEMPT;

	return f->rule == R_IRQS_UNBALANCED && !f->warning && f->got & what && e->ctx == f->ctx;
}

/* Does the event concern the watched granule, its line, or the mapping an access went wrong through? */
static gboolean concerns(const struct recorder *r, const struct event *e)
{
	const struct cell *k = r->k;
	u32 page = r->h->page, offset = r->h->offset;
	u32 page_bytes = cell_page_bytes(k);
	u64 from, to, at;

	if (e->kind == EV_IRQS || e->kind == EV_BH || e->kind == EV_PREEMPT)
		return concerns_balance(&r->h->finding, e);
	if (page == NO_ID)
		return e->kind == EV_RUN_BEGIN || e->kind == EV_RUN_END ||
		       e->kind == EV_STEP_BEGIN || e->kind == EV_SLEEP || e->kind == EV_SWITCH ||
		       e->kind == EV_DMA_DONE;
	switch ((enum event_kind)e->kind) {
	case EV_LOAD:
	case EV_STORE:
		return e->b == cell_page_pa(k, page) + align_down(offset, 1u << k->granule_shift) ||
		       (e->c == page &&
			(e->a & (page_bytes - 1)) == align_down(offset, 1u << k->granule_shift));
	case EV_FILL:
	case EV_WRITEBACK:
	case EV_DROP:
	case EV_EVICT:
	case EV_DRAIN:
		return e->b - r->line_pa < r->line_bytes;
	case EV_CACHE_OP:
		if (e->c - r->line_pa < r->line_bytes)
			return TRUE;
		/* meant for the line, reached another page; or through the mapping that went wrong */
		return (e->e == page && align_down(e->b & (page_bytes - 1), r->line_bytes) ==
						align_down(offset, r->line_bytes)) ||
		       (r->h->va && (e->b & ~(page_bytes - 1)) == r->h->va);
	case EV_DMA_WRITE:
	case EV_DMA_READ:
		at = align_down(offset, 1u << k->granule_shift);
		return e->a == page && e->b <= at &&
		       at < e->b + (e->kind == EV_DMA_WRITE ? (u64)e->c : 1u << k->granule_shift);
	case EV_SYNC_BEGIN:
	case EV_SYNC_PIECE:
		at = (u64)page * page_bytes + offset;
		from = (u64)e->a * page_bytes + e->b;
		to = from + e->c;
		return from <= at && at < to;
	case EV_SET_PTE:
	case EV_TLB_FLUSH:
	case EV_TLB_REFILL:
	case EV_TLB_REPAIR:
		return r->h->va && align_down(e->a, 2 * page_bytes) ==
						align_down(r->h->va, 2 * page_bytes);
	case EV_STEP_BEGIN:
	case EV_STEP_END:
	case EV_KSTEP:
	case EV_IRQS:
	case EV_BH:
	case EV_PREEMPT:
	case EV_RUN_BEGIN:
	case EV_RUN_END:
	case EV_SWITCH:
	case EV_SLEEP:
	case EV_DMA_START:
	case EV_DMA_DONE:
	case EV_MAP:
	case EV_UNMAP:
	case EV_SYNC_DONE:
	case EV_HANDLE:
	case EVENT_COUNT:
		break;
	}
	return FALSE;
}

static void on_event(void *arg, const struct event *event)
{
	struct recorder *r = arg;

	if (r->done)
		return;
	record_event(&r->h->record, event);
	r->accesses += access_is(r->k, &r->h->access, event);
	if (event->ctx != NO_ID || event->step != NO_ID) {
		r->ctx = event->ctx;
		if (r->step == NO_ID)
			r->step = event->step;
		if (event->kind == EV_KSTEP)
			r->kstep = event->kstep;
	}
	if (concerns(r, event))
		g_array_append_val(r->events, *event);
}

static gboolean same_copies(const struct recorder *r, const struct copies *a,
			    const struct copies *b)
{
	u32 i;

	if (a->memory.token != b->memory.token || a->newest != b->newest)
		return FALSE;
	for (i = 0; i < history_seats(r->k); i++)
		if (a->seat[i].present != b->seat[i].present ||
		    a->seat[i].dirty != b->seat[i].dirty || a->seat[i].token != b->seat[i].token)
			return FALSE;
	return TRUE;
}

static struct mapping mapping_of(const struct history *h, const struct world *w)
{
	struct mapping m = {.pte = pagetable_read(w, h->asid - 1, h->va)};
	u32 index = tlb_probe(w, h->cpu, h->va, h->asid);

	if (index != NO_ID) {
		const struct w_tlb *e = &w_tlb(w, h->cpu)[index];

		m.held = TRUE;
		m.tlb = e->lo[tlb_half(h->va, e->mask)];
	}
	return m;
}

static gboolean same_mapping(const struct mapping *a, const struct mapping *b)
{
	return a->pte == b->pte && a->held == b->held && a->tlb == b->tlb;
}

static void moment_add(struct recorder *r, const struct choice *choice, const struct copies *after,
		       gboolean owned)
{
	struct moment *m = g_new0(struct moment, 1);

	m->number = r->number;
	m->choice = *choice;
	m->ctx = choice->kind == CHOICE_STEP || choice->kind == CHOICE_ENTER ? choice->actor :
									       NO_ID;
	m->device = choice->kind == CHOICE_DEVICE ? choice->actor : NO_ID;
	m->step = r->step;
	m->kstep = r->kstep;
	m->owned = owned;
	m->events = r->events;
	m->after = *after;
	m->mapping = r->mapping;
	r->events = g_array_new(FALSE, FALSE, sizeof(struct event));
	if (r->h->moments->len >= MOMENTS_MAX)
		g_ptr_array_remove_index(r->h->moments, 0);
	g_ptr_array_add(r->h->moments, m);
}

static char *wait_text(const struct recorder *r, const struct world *w, u32 ctx)
{
	const struct compiled *c = r->h->compiled;
	const struct w_ctx *state = w_ctx(w, ctx);
	g_autofree char *page = NULL;

	switch ((enum wait_kind)state->wait) {
	case WAIT_LOCK:
		return g_strdup_printf("spins for %s, which its own CPU holds",
				       state->wait_arg == LOCK_KMAP ? "kmap_lock" : "a host lock");
	case WAIT_DEVICE:
		return g_strdup_printf("sleeps until a completion of %s has been handled",
				       (char *)c->device_names->pdata[state->wait_arg]);
	case WAIT_PAGE:
		page = compiled_page_name(c, state->wait_arg);
		return g_strdup_printf("sleeps until the I/O of page %s is done", page);
	case WAIT_PKMAP:
		return g_strdup("sleeps until somebody gives a pkmap slot back");
	case WAIT_NONE:
		break;
	}
	return g_strdup(state->state == CTX_IDLE ? "never got to run" :
						   "can run, but its CPU is taken");
}

/* Every context that is left, and why it cannot go on. */
static void waits_record(const struct recorder *r, const struct world *w)
{
	guint i;

	for (i = 0; i < r->k->contexts; i++) {
		const struct w_ctx *c = w_ctx(w, i);
		gboolean finite = r->k->context[i].times < TIMES_TRIGGERED;
		g_autofree char *why = NULL;

		if (c->state == CTX_DONE || (c->state == CTX_IDLE && !finite && !c->pending))
			continue;
		why = wait_text(r, w, i);
		g_ptr_array_add(r->h->waits,
				g_strdup_printf("%s %s", compiled_context_name(r->h->compiled, i),
						why));
	}
}

/* Is this the choice that the history leads to: the violation, or the read that was waited for? */
static gboolean is_the_end(struct recorder *r, const struct world *w, const struct choice *choice)
{
	const struct finding *wanted = r->h->found ? &r->h->found->finding : NULL;
	gboolean end = FALSE;
	u32 i;

	if (!wanted)
		end = r->h->access.kind == ACCESS_END ? choice->kind == CHOICE_FINISH :
							r->accesses >= r->h->access.nth;
	for (i = 0; wanted && i < w->findings; i++) {
		const struct finding *f = &w->finding[i];

		if (f->rule != wanted->rule || f->warning != wanted->warning ||
		    f->step != wanted->step)
			continue;
		r->h->finding = *f;
		end = TRUE;
	}
	r->h->confirmed |= end;
	return end;
}

static void on_applied(void *arg, const struct world *w, const struct choice *choice)
{
	struct recorder *r = arg;
	struct copies after = r->now;
	struct mapping mapping = r->mapping;
	gboolean end, owned = FALSE;

	if (r->done)
		return;
	r->number++;
	bug_on(!record_choice(&r->h->record, choice), "no memory for the choices of one schedule");
	end = is_the_end(r, w, choice);
	if (r->h->page != NO_ID) {
		history_copies(w, r->h->page, r->h->offset, &after);
		owned = repair_line_owned(w, r->h->page, r->h->offset);
	}
	if (owned && !r->h->owned_from)
		r->h->owned_from = r->number;
	if (r->h->va)
		r->mapping = mapping_of(r->h, w);
	if (end || r->events->len || !same_mapping(&mapping, &r->mapping) ||
	    (r->h->page != NO_ID && !same_copies(r, &after, &r->now)))
		moment_add(r, choice, &after, owned);
	r->now = after;
	g_array_set_size(r->events, 0);
	r->ctx = r->step = NO_ID;
	r->kstep = KS_NONE;
	/* the violation is the last moment; what follows does not explain it */
	if (end && (!r->h->found || r->number >= r->h->found->at)) {
		r->h->access.nth = MAX(r->accesses, 1);
		if (r->h->finding.rule == R_DEADLOCK && r->h->found && !r->h->finding.warning)
			waits_record(r, w);
		r->done = TRUE;
		r->h->choices = r->number;
	}
}

/* The virtual page through which the violating access went, of its load, store or cache op, and where that led. */
static void address_of(struct recorder *r, const struct event *event)
{
	struct history *h = r->h;
	u32 bytes = cell_page_bytes(r->k), pa;

	if (event->kind == EV_CACHE_OP) {
		h->address = event->b;
		pa = event->c;
	} else if (event->kind == EV_LOAD || event->kind == EV_STORE) {
		h->address = event->a;
		pa = event->b;
	} else {
		return;
	}
	h->va = align_down(h->address, bytes);
	h->cpu = event->cpu;
	h->reached = cell_page_of(r->k, pa);
	h->reached_offset = pa & (bytes - 1);
}

static void address_space(struct recorder *r, const struct world *w)
{
	if (r->h->va)
		r->h->asid = w_cpu(w, r->h->cpu)->asid;
}

static void stop_at_violation(void *arg, const struct world *w, const struct choice *choice)
{
	struct recorder *r = arg;
	u32 i;

	(void)choice;
	if (!r->done)
		address_space(r, w);
	for (i = 0; i < w->findings && !r->done; i++)
		if (!w->finding[i].warning && w->finding[i].rule == r->h->found->finding.rule &&
		    w->finding[i].step == r->h->found->finding.step &&
		    r->number + 1 >= r->h->found->at)
			r->done = TRUE;
	r->number++;
}

static void listen_until_done(void *arg, const struct event *event)
{
	struct recorder *r = arg;

	if (!r->done)
		address_of(r, event);
}

/* The same of the access that another schedule is watched for. */
static void listen_for_access(void *arg, const struct event *event)
{
	struct recorder *r = arg;

	if (r->done || !access_is(r->k, &r->h->access, event))
		return;
	if (++r->accesses == r->h->access.nth)
		address_of(r, event);
}

static void stop_at_access(void *arg, const struct world *w, const struct choice *choice)
{
	struct recorder *r = arg;

	(void)choice;
	if (r->done || r->accesses < r->h->access.nth)
		return;
	address_space(r, w);
	r->done = TRUE;
}

/* What the first time through left behind is of no use to the second. */
static void start_over(struct recorder *r)
{
	r->done = FALSE;
	r->number = 0;
	r->accesses = 0;
}

/* Takes the outcome's choices again. */
static gboolean repeat(struct recorder *r, const struct outcome *o, const struct found *f,
		       void (*listen)(void *, const struct event *),
		       void (*applied)(void *, const struct world *, const struct choice *))
{
	struct run_options options = {
		.max_steps = f ? f->at : 0,
		.listen = listen,
		.applied = applied,
		.arg = r,
	};
	const struct trail *trail = f && f->trail.length ? &f->trail : &o->trail;
	struct run_result result;
	gboolean ok;

	start_over(r);
	if (trail->length)
		run_trail(r->k, trail, &options, &result);
	else
		run_scheduled(r->k, &r->h->compiled->schedule, &options, &result);
	ok = result.stop == RUN_ENDED || result.stop == RUN_MAX_STEPS;
	run_result_free(&result);
	return ok;
}

static struct history *history_new(struct recorder *r, const struct outcome *o, struct compiled *c,
				   gboolean own, u32 page, u32 offset)
{
	struct history *h = g_new0(struct history, 1);

	*r = (struct recorder){.h = h, .ctx = NO_ID, .step = NO_ID, .kstep = KS_NONE};
	h->outcome = o;
	h->page = page;
	h->offset = offset;
	h->reached = NO_ID;
	h->moments = g_ptr_array_new();
	h->waits = g_ptr_array_new_with_free_func(g_free);
	h->own = own;
	h->compiled = c;
	r->k = &c->cell;
	bug_on(!record_init(&h->record, r->k), "no memory for the choices of one schedule");
	r->events = g_array_new(FALSE, FALSE, sizeof(struct event));
	if (page != NO_ID) {
		h->offset = align_down(offset, 1u << r->k->granule_shift);
		r->line_bytes = 1u << r->k->machine.l1d.line_shift;
		if (r->k->machine.l2.present)
			r->line_bytes = MAX(r->line_bytes, 1u << r->k->machine.l2.line_shift);
		r->line_pa = align_down(cell_page_pa(r->k, page) + h->offset, r->line_bytes);
		h->start.memory.present = TRUE;
		r->now = h->start;
	}
	return h;
}

static struct history *history_done(struct recorder *r, gboolean ok)
{
	g_array_unref(r->events);
	if (ok && r->h->confirmed)
		return r->h;
	history_free(r->h);
	return NULL;
}

/* What kind of access breaks the rule. */
static enum access_kind access_kind_of(const struct finding *f)
{
	if (f->rule == R_LOST_WRITE)
		return ACCESS_END;
	if (f->rule == R_WRONG_PAGE)
		return ACCESS_REACH;
	return ACCESS_READ;
}

struct history *history_record(const struct outcome *o, const struct found *f)
{
	struct compiled *c = o->explored ? scenario_compile(o->scenario, o->cell, NULL, TRUE) :
					   o->compiled;
	struct history *h;
	struct recorder r;
	gboolean ok = TRUE;

	bug_on(!c, "a cell that was checked does not compile");
	h = history_new(&r, o, c, o->explored, f->finding.page, f->finding.offset);
	h->found = f;
	h->finding = f->finding;
	h->access = (struct access){
		.kind = access_kind_of(&f->finding),
		.step = f->finding.step,
		.page = h->page,
		.offset = h->offset,
	};
	if (f->finding.rule == R_WRONG_PAGE && !f->finding.warning)
		ok = repeat(&r, o, f, listen_until_done, stop_at_violation);
	if (ok)
		ok = repeat(&r, o, f, on_event, on_applied);
	return history_done(&r, ok);
}

struct history *history_watch(const struct outcome *o, const struct history *of)
{
	struct recorder r;
	struct history *h = history_new(&r, o, o->compiled, FALSE, of->page, of->offset);

	gboolean ok = TRUE;

	h->access = of->access;
	h->finding = of->finding;
	if (of->va)
		ok = repeat(&r, o, NULL, listen_for_access, stop_at_access);
	return history_done(&r, ok && repeat(&r, o, NULL, on_event, on_applied));
}

struct history *history_follow(struct compiled *c, const struct history *of)
{
	struct recorder r;
	struct history *h = history_new(&r, NULL, c, TRUE, of->page, of->offset);
	struct follow_options options = {
		.access = &of->access,
		.listen = listen_for_access,
		.applied = stop_at_access,
		.arg = &r,
	};
	struct follow_result result;

	h->access = of->access;
	h->finding = of->finding;
	if (of->va)
		follow(r.k, &of->record, &options, &result);
	options.listen = on_event;
	options.applied = on_applied;
	start_over(&r);
	follow(r.k, &of->record, &options, &result);
	return history_done(&r, result.ran && result.right && !result.broken);
}

void history_free(struct history *h)
{
	guint i;

	for (i = 0; i < h->moments->len; i++) {
		struct moment *m = h->moments->pdata[i];

		g_array_unref(m->events);
		g_free(m);
	}
	g_ptr_array_unref(h->moments);
	g_ptr_array_unref(h->waits);
	record_free(&h->record);
	if (h->own)
		compiled_free(h->compiled);
	g_free(h);
}
