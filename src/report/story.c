// SPDX-License-Identifier: GPL-2.0-or-later
#include "story.h"

#include <string.h>

#include "cache_model.h"
#include "columns.h"
#include "contrast.h"
#include "help.h"
#include "pagetable.h"
#include "prose.h"
#include "schedule.h"

/* What the story is told with. */
struct story {
	const struct history *h;
	const struct compiled *c;
	struct explanation e;
	char *place, *got, *want;
	char *reached; /* where the address of a wrong access leads */
	/* the numbers of the carets, 0 for those that are not shown */
	guint n_old, n_sync, n_new, n_culprit, n_dirtied, n_reader;
};

static guint moment_step(const struct story *s, guint moment)
{
	const struct moment *m;

	if (moment == NO_ID)
		return NO_ID;
	m = s->h->moments->pdata[moment];
	return m->step;
}

/* The step of the sync that began in the moment: the moment may have ended another step first. */
static guint sync_step(const struct story *s)
{
	const struct moment *m;
	guint i;

	if (s->e.sync == NO_ID)
		return NO_ID;
	m = s->h->moments->pdata[s->e.sync];
	for (i = 0; i < m->events->len; i++) {
		const struct event *e = &g_array_index(m->events, struct event, i);

		if (e->kind == EV_SYNC_BEGIN || e->kind == EV_SYNC_PIECE)
			return e->step;
	}
	return m->step;
}

/* The step that did the damage: the moment may have ended another step first. */
static guint culprit_step(const struct story *s)
{
	const struct moment *m;
	guint i;

	if (s->h->finding.rule != R_IRQS_UNBALANCED || s->e.culprit == NO_ID)
		return moment_step(s, s->e.culprit);
	m = s->h->moments->pdata[s->e.culprit];
	for (i = 0; i < m->events->len; i++) {
		const struct event *e = &g_array_index(m->events, struct event, i);

		if (e->kind == EV_IRQS || e->kind == EV_BH || e->kind == EV_PREEMPT)
			return e->step;
	}
	return m->step;
}

static char *cache_name(const struct story *s, int source)
{
	if (source < 0)
		return g_strdup("memory");
	return history_seat_name(&s->c->cell, (u32)source);
}

/* The step that the report is about: of a mapping that is never undone, the one that made it. */
static guint place_step(const struct story *s)
{
	const struct finding *f = &s->h->finding;

	if (f->warning || f->rule != R_DMA_MISUSE || f->got != MISUSE_NEVER_UNMAPPED)
		return f->step;
	return g_array_index(s->c->map_infos, struct map_info, f->want).step;
}

/* Which flag or count, and whose. */
static void imbalance(u32 what, const char *actor, const char *step, GString *text)
{
	static const char *const left[] = {"irqs off", "bottom halves disabled",
					   "preemption disabled"};
	const char *separator = "";
	guint i;

	if (what & (TWICE_BH | TWICE_PREEMPT)) {
		g_string_append_printf(text, "%s: %s %s enabled more often than disabled", step,
				       what & TWICE_BH ? "bottom halves" : "preemption",
				       what & TWICE_BH ? "are" : "is");
		return;
	}
	g_string_append_printf(text, "%s ends its run with ", actor);
	for (i = 0; i < G_N_ELEMENTS(left); i++) {
		if (!(what & LEFT_IRQS << i))
			continue;
		g_string_append_printf(text, "%s%s", separator, left[i]);
		separator = " and ";
	}
}

static void headline(const struct story *s, GString *text)
{
	const struct finding *f = &s->h->finding;
	g_autofree char *step = compiled_step_name(s->c, place_step(s));
	const char *actor = f->ctx == NO_ID ? "the device" : compiled_context_name(s->c, f->ctx);

	if (f->warning) {
		g_string_append(text, warning_text((enum warning)f->rule));
		return;
	}
	switch ((enum rule)f->rule) {
	case R_STALE_LOAD:
	case R_LEAK:
		g_string_append_printf(text,
				       "%s loads `%s` from %s, but the newest data there is `%s`",
				       actor, s->got, s->place, s->want);
		return;
	case R_STALE_DMA_READ:
		g_string_append_printf(
			text, "the device reads `%s` from %s, but the newest data there is `%s`",
			s->got, s->place, s->want);
		return;
	case R_LOST_WRITE:
		g_string_append_printf(
			text, "`%s`, the newest data of %s, is in no memory, cache or buffer",
			s->want, s->place);
		return;
	case R_WRONG_PAGE:
		g_string_append_printf(text, "%s means %s, but its address %08x leads to %s", actor,
				       s->place, s->h->address, s->reached);
		return;
	case R_BUG_ON:
		if (f->fn)
			g_string_append_printf(text, "%s: a BUG_ON of %s() fired", step,
					       kfunc_name(f->fn));
		else
			g_string_append_printf(text, "%s: %s", step, rule_text(R_BUG_ON));
		if (f->page != NO_ID) {
			g_autofree char *page = compiled_page_name(s->c, f->page);

			g_string_append_printf(text, ": %s is %s", page,
					       help_page_not_in_use(s->h) ? "not in use" :
									    "in use already");
		}
		return;
	case R_DMA_MISUSE:
		g_string_append_printf(text, "%s: %s", step, misuse_text((enum misuse)f->got));
		return;
	case R_IRQS_UNBALANCED:
		imbalance(f->got, actor, step, text);
		return;
	case R_BAD_ADDRESS:
	case R_DEADLOCK:
	case R_SLEEP_IN_ATOMIC:
	case R_LOCK_RECURSION:
	case R_SLOT_EXHAUSTED:
	case R_MACHINE_CHECK:
	case R_DMA_OWNERSHIP:
	case R_UNSYNCED_RANGE:
	case RULE_COUNT:
		break;
	}
	g_string_append_printf(text, "%s: %s",
			       !compiled_info(s->c, f->step) && f->ctx != NO_ID ? actor : step,
			       rule_text((enum rule)f->rule));
}

/* The moment's number, 0 where it has no caret. */
static guint number_of(const struct story *s, guint moment)
{
	if (moment == NO_ID)
		return 0;
	return moment == s->e.sync       ? s->n_sync :
	       moment == s->e.culprit    ? s->n_culprit :
	       moment == s->e.new_writer ? s->n_new :
	       moment == s->e.reader     ? s->n_reader :
	       moment == s->e.old_writer ? s->n_old :
					   0;
}

/* Gives the carets their numbers, in the order in which things happened. */
static void number_carets(struct story *s)
{
	struct {
		guint moment;
		guint *number;
	} all[] = {
		{s->e.old_writer, &s->n_old}, {s->e.sync, &s->n_sync},
		{s->e.new_writer, &s->n_new}, {s->e.culprit, &s->n_culprit},
		{s->e.dirtied, &s->n_dirtied}, {s->e.reader, &s->n_reader},
	};
	guint next = 1, i, j;

	/* the culprit is shown only where it is not one of the others */
	for (i = 0; i < G_N_ELEMENTS(all); i++) {
		guint least = NO_ID, at = NO_ID;

		for (j = 0; j < G_N_ELEMENTS(all); j++) {
			if (*all[j].number || all[j].moment == NO_ID || all[j].moment >= least)
				continue;
			least = all[j].moment;
			at = j;
		}
		if (at == NO_ID)
			break;
		*all[at].number = next++;
		for (j = 0; j < G_N_ELEMENTS(all); j++)
			if (!*all[j].number && all[j].moment == least)
				*all[j].number = *all[at].number;
	}
}

static void label(const struct story *s, struct diag_fault *fault, guint step, guint number,
		  const char *text)
{
	const struct step_info *info = compiled_info(s->c, step);

	if (number && info && info->span.src && step != s->h->finding.step)
		diag_label(fault, info->span, "(%u) %s", number, text);
}

/* What the moment did that is to blame. */
static const char *culprit_words(const struct story *s)
{
	if (s->e.astray)
		return "its cache op reached another page";
	if (s->h->finding.rule == R_IRQS_UNBALANCED)
		return s->h->finding.got & LEFT_IRQS ? "turned irqs off" :
		       s->h->finding.got & LEFT_BH   ? "disabled bottom halves" :
						       "disabled preemption";
	switch (s->e.cause) {
	case CAUSE_REFILLED_DURING_DMA:
		return "brought the line back";
	case CAUSE_STALE_TLB_ENTRY:
		return "wrote the pte";
	case CAUSE_SLOT_REUSED:
		return "put another page into the slot";
	case CAUSE_ALIAS:
		return "went through another colour";
	case CAUSE_CLOBBERED_BY_WRITEBACK:
		return culprit_drained(s->h, &s->e) ? "let the older data go on" :
						      "wrote the older data back";
	case CAUSE_WRITE_STILL_BUFFERED:
		return "sent it into the write buffer";
	case CAUSE_DIRTY_LINE_DISCARDED:
		return "dropped the dirty line";
	case CAUSE_UNKNOWN:
	case CAUSE_NOT_WRITTEN_BACK:
	case CAUSE_NOT_INVALIDATED:
	case CAUSE_L2_NOT_MAINTAINED:
	case CAUSE_REMOTE_CPU_NOT_MAINTAINED:
	case CAUSE_PARTIAL_LINE:
	case CAUSE_FOREIGN_WRITE:
	case CAUSE_COUNT:
		break;
	}
	return "did the damage";
}

static void source_snippet(const struct story *s, GString *out, gboolean colour)
{
	const struct finding *f = &s->h->finding;
	const struct step_info *info = compiled_info(s->c, place_step(s));
	const struct outcome *o = s->h->outcome;
	g_autoptr(GString) head = g_string_new(NULL);
	const char *name = f->warning ? warning_name((enum warning)f->rule) :
					rule_name((enum rule)f->rule);
	struct diag_fault *fault;
	struct diag *diag;

	headline(s, head);
	diag = diag_new();
	diag_set_columns(diag, columns_of_stdout());
	fault = diag_error(diag, name,
			   info ? info->span : diag_source_whole(o->scenario->tree->src), "%s",
			   head->str);
	if (info)
		diag_primary_label(fault, "(%u) %s", s->n_reader ? s->n_reader : 1,
				   f->warning ? "here" : "HERE");
	label(s, fault, s->e.old_step, s->n_old, "wrote what was read");
	label(s, fault, sync_step(s), s->n_sync,
	      s->e.sync_ran ? "the sync owed: it ran, see below" :
			      "the sync owed: no cache op was done here");
	label(s, fault, s->e.new_step, s->n_new, "wrote the newest data");
	if (s->e.dirtied != NO_ID && s->n_dirtied != s->n_culprit)
		label(s, fault, moment_step(s, s->e.dirtied), s->n_dirtied,
		      "made the line dirty while the device owned it");
	if (s->e.culprit != NO_ID && s->n_culprit != s->n_sync && s->n_culprit != s->n_new)
		label(s, fault, culprit_step(s), s->n_culprit, culprit_words(s));
	diag_print(diag, out, colour);
	diag_free(diag);
	while (out->len && out->str[out->len - 1] == '\n')
		g_string_truncate(out, out->len - 1);
	g_string_append_c(out, '\n');
}

static void why_sync(const struct story *s, GString *out)
{
	const struct strategy_file *strategy = s->c->strategy;
	g_autofree char *step = compiled_step_name(s->c, sync_step(s));

	if (s->e.sync == NO_ID) {
		g_string_append(out, "No sync of this place was called in between.\n");
		return;
	}
	if (s->e.at_last) {
		g_string_append_printf(
			out,
			"A sync in between is (%u), %s; but with it or without it, the line was "
			"back in the cache before (%u).\n",
			s->n_sync, step, s->n_new);
		return;
	}
	if (s->e.astray)
		g_string_append_printf(
			out,
			"The sync owed in between is (%u), %s. It ran, but (%u), its op for this "
			"line, went through an address that leads to another page by now: see "
			"wrong-page.\n",
			s->n_sync, step, s->n_culprit);
	else if (!s->e.sync_ran)
		g_string_append_printf(
			out,
			"The sync owed in between is (%u), %s, and it did nothing here: "
			"strategy `%s` is \"%s\".\n",
			s->n_sync, step, strategy->name, strategy->doc);
	else if (s->e.cause == CAUSE_ALIAS && s->e.other < 0)
		g_string_append_printf(
			out,
			"The sync owed in between is (%u), %s: strategy `%s` ran its cache ops "
			"through an address of another colour, where this copy is not.\n",
			s->n_sync, step, strategy->name);
	else if (s->e.cause == CAUSE_WRITE_STILL_BUFFERED)
		g_string_append_printf(
			out,
			"The sync owed in between is (%u), %s: strategy `%s` ran its cache ops, but "
			"no SYNC behind them.\n",
			s->n_sync, step, strategy->name);
	else if (s->e.cause == CAUSE_L2_NOT_MAINTAINED)
		g_string_append_printf(
			out,
			"The sync owed in between is (%u), %s: strategy `%s` ran its cache "
			"ops, but none that reached this line in the L2.\n",
			s->n_sync, step, strategy->name);
	else if (s->e.culprit != NO_ID && s->e.culprit > s->e.sync &&
		 moment_step(s, s->e.culprit) == sync_step(s))
		g_string_append_printf(
			out, "(%u) is a cache op of the sync (%u), %s, by strategy `%s`.\n",
			s->n_culprit, s->n_sync, step, strategy->name);
	else if (s->e.cause == CAUSE_REFILLED_DURING_DMA && s->e.culprit < s->e.sync)
		g_string_append_printf(
			out,
			"The line was invalidated before the transfer, but (%u)%s brought it back "
			"before the device wrote. The sync behind the transfer, (%u), %s, ran its "
			"cache ops, but %s: see the rows below.\n",
			s->n_culprit,
			moment_is_fill(s->h, s->e.culprit) ?
				", a fill that no load asked for (speculation or prefetch)," :
				"",
			s->n_sync, step,
			refilled_from_below(&s->e) ?
				"the L1 was filled from the L2 again before the line had left both" :
				"they did not help this copy");
	else if (s->e.cause == CAUSE_REFILLED_DURING_DMA)
		g_string_append_printf(
			out,
			"The sync owed in between is (%u), %s: strategy `%s` invalidated the "
			"line, but (%u)%s brought it back before the device wrote.\n",
			s->n_sync, step, strategy->name, s->n_culprit,
			moment_is_fill(s->h, s->e.culprit) ?
				", a fill that no load asked for (speculation or prefetch)," :
				"");
	else if (!s->e.sync_useful)
		g_string_append_printf(
			out,
			"The sync owed in between is (%u), %s: strategy `%s` ran its cache "
			"ops, and none of them found this line.\n",
			s->n_sync, step, strategy->name);
	else
		g_string_append_printf(
			out,
			"The sync owed in between is (%u), %s: strategy `%s` ran its cache "
			"ops, but they did not help this copy: see the rows below.\n",
			s->n_sync, step, strategy->name);
}

/* A device wrote the newest data, and memory still has it. */
static gboolean memory_holds_newest(const struct story *s)
{
	const struct moment *reader = s->h->moments->pdata[s->e.reader];
	const struct moment *writer =
		s->e.new_writer == NO_ID ? NULL : s->h->moments->pdata[s->e.new_writer];

	return writer && writer->device != NO_ID &&
	       reader->after.memory.token == s->h->finding.want;
}

/* Who wrote the two, where the old copy sat, what the sync owed did: in sentences. */
static void why_data(const struct story *s, GString *out)
{
	const struct explanation *e = &s->e;
	g_autofree char *source = cache_name(s, e->source);
	gboolean device = s->h->finding.rule == R_STALE_DMA_READ;
	const char *reader = device ? "the device" : "it";

	switch (e->cause) {
	case CAUSE_NOT_INVALIDATED:
	case CAUSE_REFILLED_DURING_DMA:
	case CAUSE_ALIAS:
	case CAUSE_REMOTE_CPU_NOT_MAINTAINED:
		if (e->other >= 0) {
			g_autofree char *other = cache_name(s, e->other);

			g_string_append_printf(
				out,
				"(%u) got `%s` through %s; the newest data, `%s`, is in %s.\n",
				s->n_reader, s->got, source, s->want, other);
			break;
		}
		if (device) {
			g_string_append_printf(
				out,
				"(%u): the device reads memory, but `%s` of (%u) is "
				"still in a dirty line of %s.\n",
				s->n_reader, s->want, s->n_new, source);
			break;
		}
		if (e->hit == e->source) {
			g_string_append_printf(out, "(%u) got `%s`, because it hit a line of %s",
					       s->n_reader, s->got, source);
		} else {
			g_autofree char *hit = cache_name(s, e->hit);

			g_string_append_printf(out,
					       "(%u) got `%s` from %s, where it came from %s",
					       s->n_reader, s->got, hit, source);
		}
		if (s->n_old)
			g_string_append_printf(out, " that held it since (%u)", s->n_old);
		g_string_append(out, ".\n");
		break;
	case CAUSE_CLOBBERED_BY_WRITEBACK:
		g_string_append_printf(
			out,
			"(%u) got `%s` from memory. Memory had held `%s` since (%u), until "
			"(%u) %s on top of it.\n",
			s->n_reader, s->got, s->want, s->n_new, s->n_culprit,
			culprit_drained(s->h, e) ?
				"let older data that had waited in a write buffer go" :
				"wrote a dirty line with older data back");
		break;
	case CAUSE_NOT_WRITTEN_BACK:
	case CAUSE_L2_NOT_MAINTAINED:
		if (e->source >= 0 && device) {
			g_string_append_printf(
				out,
				"(%u): %s reads memory, but `%s` of (%u) is still in "
				"a dirty line of %s.\n",
				s->n_reader, reader, s->want, s->n_new, source);
		} else {
			g_string_append_printf(out,
					       "(%u) got `%s`, because %s still held it.\n",
					       s->n_reader, s->got, source);
		}
		break;
	case CAUSE_WRITE_STILL_BUFFERED:
		g_string_append_printf(
			out,
			"(%u) got `%s`: `%s` of (%u) had been sent below, but still waited in the "
			"write %s, and nobody waited for it.\n",
			s->n_reader, s->got, s->want, s->n_new, source);
		break;
	case CAUSE_DIRTY_LINE_DISCARDED:
		g_string_append_printf(
			out,
			"`%s` of (%u) sat in a dirty line, which (%u) invalidated "
			"without write-back.\n",
			s->want, s->n_new, s->n_culprit);
		break;
	case CAUSE_PARTIAL_LINE:
		g_string_append_printf(
			out,
			"The line of %s holds bytes of the buffer and bytes beside it. (%u) made it "
			"dirty in the cache while the device owned the buffer: whole, the CPU's and "
			"the device's copies overwrite each other.\n",
			s->place, s->n_dirtied);
		break;
	case CAUSE_FOREIGN_WRITE:
		if (e->source >= 0) {
			g_string_append_printf(
				out,
				"(%u) got `%s`, which was meant for another page: the "
				"address it was stored through led here.\n",
				s->n_reader, s->got);
			break;
		}
		g_string_append_printf(
			out, "`%s` of (%u) never reached %s: it went to another page.\n",
			s->want, s->n_new, s->place);
		break;
	case CAUSE_STALE_TLB_ENTRY:
	case CAUSE_SLOT_REUSED:
	case CAUSE_UNKNOWN:
	case CAUSE_COUNT:
		break;
	}
	/* between CPUs' accesses alone, and where the data went astray, nobody owes a sync */
	if (e->sync != NO_ID || e->cause == CAUSE_NOT_INVALIDATED ||
	    e->cause == CAUSE_NOT_WRITTEN_BACK || e->cause == CAUSE_CLOBBERED_BY_WRITEBACK)
		why_sync(s, out);
	if (e->cause == CAUSE_NOT_INVALIDATED && memory_holds_newest(s))
		g_string_append_printf(
			out,
			"Memory holds `%s` because of (%u); this machine's DMA does not "
			"touch the caches.\n",
			s->want, s->n_new);
	if (e->unfixable)
		g_string_append(
			out, "not fixable by sync: no placement of cache ops makes this layout "
			     "safe; give the buffer lines of its own.\n");
}

/* The page that the page table gives the address behind a moment. */
static char *mapped_page(const struct story *s, guint moment)
{
	const struct moment *m = s->h->moments->pdata[moment];
	const struct cell *k = &s->c->cell;
	u32 pfn = m->mapping.pte >> LO_PFN_SHIFT;

	return compiled_page_name(s->c, cell_page_of(k, pfn << k->machine.page_shift));
}

static void why_mapping(const struct story *s, GString *out)
{
	const struct explanation *e = &s->e;
	g_autofree char *step = compiled_step_name(s->c, moment_step(s, e->culprit));
	g_autofree char *meant = compiled_page_name(s->c, s->h->page);
	g_autofree char *page = NULL;

	if (e->cause == CAUSE_SLOT_REUSED && e->culprit != NO_ID) {
		page = mapped_page(s, e->culprit);
		g_string_append_printf(
			out,
			"The address %08x was made for %s. Since then (%u), %s, put %s into the "
			"same slot, and nobody put %s back.\n",
			s->h->va, meant, s->n_culprit, step, page, meant);
		return;
	}
	page = s->h->reached == NO_ID ? g_strdup("another page") :
					compiled_page_name(s->c, s->h->reached);
	g_string_append_printf(
		out,
		"The page table says %s at %08x, but the TLB of cpu%u still holds %s there: no "
		"flush came between the new pte and this access.\n",
		meant, s->h->va, s->h->cpu, page);
}

static void story_init(struct story *s, const struct history *h)
{
	*s = (struct story){.h = h, .c = h->compiled};
	explain(h, &s->e);
	s->place = compiled_place(s->c, h->finding.page, h->finding.offset);
	s->reached = h->reached == NO_ID ? g_strdup("no page of the scenario") :
					   compiled_place(s->c, h->reached, h->reached_offset);
	s->got = history_data_name(s->c, h->finding.got);
	s->want = history_data_name(s->c, h->finding.want);
	number_carets(s);
}

static void story_clear(struct story *s)
{
	g_free(s->place);
	g_free(s->reached);
	g_free(s->got);
	g_free(s->want);
}

/* The moment in which the reader's CPU last took in the TLB entry it went through; NO_ID: it went through none. */
static guint entry_taken(const struct story *s)
{
	const struct moment *reader = s->h->moments->pdata[s->e.reader];
	const struct cell *k = &s->c->cell;
	guint at, i;

	for (at = s->e.reader; at-- && reader->ctx != NO_ID;) {
		const struct moment *m = s->h->moments->pdata[at];

		if (m->ctx == NO_ID || k->context[m->ctx].cpu != k->context[reader->ctx].cpu)
			continue;
		for (i = 0; i < m->events->len; i++) {
			u32 kind = g_array_index(m->events, struct event, i).kind;

			if (kind == EV_TLB_REFILL || kind == EV_TLB_REPAIR)
				return at;
		}
	}
	return NO_ID;
}

static void schedule_marks(const struct story *s, GArray *marks)
{
	const struct {
		guint moment, number;
		const char *word;
	} all[] = {
		{s->e.old_writer, s->n_old, ""},
		{s->e.sync, s->n_sync, s->e.sync_ran ? "" : "nothing done"},
		{s->e.new_writer, s->n_new, ""},
		{s->e.culprit, s->n_culprit, ""},
		{s->e.dirtied, s->n_dirtied, ""},
		{s->e.cause == CAUSE_STALE_TLB_ENTRY ? entry_taken(s) : NO_ID, 0,
		 "the stale entry"},
		{s->e.reader, s->n_reader,
		 s->h->finding.warning ? "" : rule_name((enum rule)s->h->finding.rule)},
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS(all); i++) {
		struct schedule_mark mark = {all[i].moment, all[i].number, all[i].word};

		if (all[i].moment != NO_ID)
			g_array_append_val(marks, mark);
	}
}

/* What the access does once the cause is repaired. */
static void checked_result(const struct story *s, GString *text)
{
	g_autofree char *token = history_data_name(s->c, s->e.check.token);
	g_autofree char *page = compiled_page_name(s->c, s->h->page);

	if (s->h->access.kind == ACCESS_REACH)
		g_string_append_printf(text, "(%u) reaches %s", s->n_reader, page);
	else if (s->h->access.kind == ACCESS_END)
		g_string_append_printf(text, "`%s` is kept", token);
	else
		g_string_append_printf(text, "(%u) gets `%s`", s->n_reader, token);
}

/* How the claimed cause was checked; or which causes were thought of and did not stand. */
static void checked(const struct story *s, GString *out)
{
	const struct check *check = &s->e.check;
	guint number = number_of(s, check->place), i;
	GString *text = g_string_new(NULL);
	const char *separator = "";

	if (s->e.cause != CAUSE_UNKNOWN) {
		g_string_append_printf(text, "replayed with %s", check->repair);
		if (number)
			g_string_append_printf(text, " %s (%u)",
					       check->before               ? "right before" :
					       check->place == s->e.sync ? "at" :
									     "right after",
					       number);
		g_string_append(text, ", ");
		checked_result(s, text);
		if (check->control)
			g_string_append_printf(text, "; %s does not help", check->control);
		g_string_append_c(text, '.');
		if (check->left_out)
			g_string_append_printf(text,
					       " %" G_GUINT64_FORMAT " of the %" G_GUINT64_FORMAT
					       " steps fell away.",
					       (guint64)check->left_out, (guint64)s->h->choices);
		if (check->put_in)
			g_string_append_printf(text,
					       " It took %" G_GUINT64_FORMAT " step%s more.",
					       (guint64)check->put_in,
					       check->put_in == 1 ? "" : "s");
		prose_append(out, "checked: ", 9, text->str);
	} else if (s->e.refuted) {
		for (i = 0; i < CAUSE_COUNT; i++) {
			if (!(s->e.refuted & BIT(i)))
				continue;
			g_string_append_printf(text, "%s%s", separator, cause_name(i));
			separator = ", ";
		}
		g_string_append(text, ": with it repaired the violation is still there.");
		prose_append(out, "tried: ", 7, text->str);
	}
	g_string_free(text, TRUE);
}

static void why(const struct story *s, GString *out)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_auto(GStrv) sentences = NULL;
	guint i;

	g_string_append_printf(out, "cause: %s%s\n", cause_name(s->e.cause),
			       s->e.unfixable ? ", not fixable by sync" : "");
	if (s->e.cause != CAUSE_UNKNOWN) {
		g_string_append(out, "\nwhy:\n");
		if (s->h->finding.rule == R_WRONG_PAGE)
			why_mapping(s, text);
		else
			why_data(s, text);
		sentences = g_strsplit(text->str, "\n", -1);
		for (i = 0; sentences[i]; i++)
			if (*sentences[i])
				prose_append(out, "  - ", 4, sentences[i]);
		g_string_append_c(out, '\n');
	}
	checked(s, out);
}

void story_append(GString *out, const struct outcome *o, const struct found *f,
		  const struct report_options *options)
{
	g_autofree char *command = report_replay_command(o, f);
	g_autofree char *trail = report_trail(o, f);
	g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(struct schedule_mark));
	g_autoptr(GPtrArray) contrasts = NULL;
	struct history *h = history_record(o, f);
	struct story s;
	guint i;

	if (!h) {
		g_string_append_printf(out, "%s: the schedule could not be repeated\n",
				       rule_name((enum rule)f->finding.rule));
		return;
	}
	story_init(&s, h);
	source_snippet(&s, out, options->colour);
	g_string_append_printf(out, "\ncell:  %s\n", *o->cell->id ? o->cell->id : "the only one");
	if (has_cause(h))
		why(&s, out);
	if (h->waits->len)
		g_string_append(out, "\nleft:\n");
	for (i = 0; i < h->waits->len; i++)
		g_string_append_printf(out, "  - %s.\n", (char *)h->waits->pdata[i]);
	schedule_marks(&s, marks);
	schedule_append(out, h, f->shortest ? "shortest schedule" : "schedule",
			(const struct schedule_mark *)(void *)marks->data, marks->len,
			options->all_steps);
	if (has_cause(h)) {
		contrasts = contrast_find(h);
		contrast_append(out, contrasts);
	}
	help_append(out, h, &s.e, contrasts);
	g_string_append_c(out, '\n');
	/* the command below says it already where it replays a trail */
	if (trail && !f->trail.length && !o->trail.length) {
		g_string_append(out, "trail:  ");
		report_trail_append(out, trail, 8);
		g_string_append_c(out, '\n');
	}
	g_string_append_printf(out, "replay: %s\n", command);
	story_clear(&s);
	history_free(h);
}
