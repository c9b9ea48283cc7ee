// SPDX-License-Identifier: GPL-2.0-or-later
#include "compile.h"

#include <string.h>

#include "compiler.h"
#include "keys.h"
#include "machine_load.h"
#include "scalar.h"
#include "words.h"

#define LOWMEM_FIRST_PA 0x01000000u
#define PAGES_GUESSED 1024u /* where the count given cannot be read */
#define FRAMES_END 0x100000000ull

/* places of words in keys.c */
#define TLB_ANY 1
#define ZONE_HIGHMEM 1
#define DMA_COHERENT 1

static void kernel_compile(struct compiler *c, const struct ynode *map)
{
	struct cell *k = &c->out->cell;
	u32 table = cell_page_bytes(k) / sizeof(u32);
	const struct ynode *v;

	k->last_pkmap = MIN(1024u, table);
	if (!map || !keys_check(&c->b, map, &keys_kernel))
		return;
	if ((v = ynode_get(map, "version")))
		bind_word(&c->b, v, "kernel version", keys_find(&keys_kernel, "version")->words);
	k->last_pkmap = (u32)keys_number(&c->b, map, &keys_kernel, "last-pkmap", k->last_pkmap);
	k->debug_highmem = keys_yes(&c->b, map, &keys_kernel, "debug-highmem", FALSE);
	k->hardirq_nesting = keys_yes(&c->b, map, &keys_kernel, "hardirq-nesting", FALSE);
	k->sync_after_op = keys_yes(&c->b, map, &keys_kernel, "sync-after-op", FALSE);
	k->preempt = keys_yes(&c->b, map, &keys_kernel, "preempt", FALSE);
	if (k->last_pkmap > table)
		c->out->refused = g_strdup_printf(
			"LAST_PKMAP %u does not fit in one page of ptes, which holds %u",
			k->last_pkmap, table);
}

/* The strategy, and a mutation of one of its steps or of a line of the kernel's. */
static void strategy_compile(struct compiler *c, const struct ynode *kernel)
{
	struct ynode given = {.kind = Y_SCALAR, .text = (char *)c->request->mutation};
	const struct ynode *at = kernel ? ynode_get(kernel, "mutation") : NULL;
	struct compiled *out = c->out;
	struct mutation_text m = {0};

	/* one from the command line replaces the file's */
	if (given.text)
		at = &given;
	if (at)
		mutation_parse(&c->b, at, &m);
	out->mutated = m.change != CHANGE_NONE;
	out->strategy = strategy_load(c->request->diag, c->request->strategy, c->request->base,
				      c->request->strategy_at, c->request->trees, &m);
	if (m.change && given.text && !g_strv_contains(mutation_routines(), m.routine)) {
		/* it may be of the strategy of other cells */
		out->mutated = FALSE;
	} else if (m.change && out->strategy) {
		mutation_resolve(&c->b, &m, out->strategy->name, &out->cell.mutation);
		out->cell.lines_watched = true;
	}
	if (out->mutated)
		out->mutation = g_strdup(bind_text(&c->b, at, "mutation"));
	mutation_clear(&m);
}

static void bound_compile(struct compiler *c, const struct ynode *map, enum bound kind)
{
	struct bounds *b = &c->out->cell.bounds;
	guint64 number = 0;

	if (!ynode_get(map, bound_key(kind)) ||
	    keys_word_or_number(&c->b, map, &keys_explore, bound_key(kind), &number) ==
		    BOUND_WORD_ANY)
		return;
	b->set |= BIT(kind);
	b->most[kind] = (u32)number; /* 0 for `none` */
}

static void explore_compile(struct compiler *c, const struct ynode *map)
{
	const struct limits *limits = &c->request->limits;
	struct cell *k = &c->out->cell;
	u32 i;

	if (map && keys_check(&c->b, map, &keys_explore)) {
		for (i = 0; i < BOUND_COUNT; i++)
			bound_compile(c, map, (enum bound)i);
		k->tlb_any = keys_word(&c->b, map, &keys_explore, "tlb", 0) == TLB_ANY;
		c->out->max_states = keys_number(&c->b, map, &keys_explore, "max-states", 0);
	}
	for (i = 0; i < BOUND_COUNT; i++)
		if (limits->given & BIT(i))
			k->bounds.most[i] = limits->bounds.most[i];
	k->bounds.set = (k->bounds.set & ~limits->given) | limits->bounds.set;
	c->out->limited = limits->bounds.set;
	/* the order within a set means nothing where any line may leave at any time */
	k->evictions_any = !(k->bounds.set & BIT(BOUND_EVICTIONS)) && !c->request->identities;
	if (c->request->identities)
		k->bounds.set = 0;
}

struct free_frames {
	guint64 low, high; /* next pfn of each zone */
};

static void page_compile(struct compiler *c, const struct yentry *e, struct free_frames *next)
{
	u32 shift = c->out->cell.machine.page_shift;
	guint64 low_end = KSEG_SIZE >> shift, end = FRAMES_END >> shift, room = low_end;
	struct page_name name = {.first = c->out->pages->len, .count = 1};
	guint before = diag_mark(c->b.diag);
	struct page_info page = {0};
	guint64 pfn, *from;
	const struct ynode *v;
	guint i;

	/* a page with a fault is a page: its uses are no faults of their own */
	refs_name(c, e->key, "page");
	keys_check(&c->b, e->value, &keys_page);
	page.highmem = keys_word(&c->b, e->value, &keys_page, "zone", 0) == ZONE_HIGHMEM;
	if (ynode_get(e->value, "count"))
		name.count =
			(guint)keys_number(&c->b, e->value, &keys_page, "count", PAGES_GUESSED);
	page.starts_free = keys_yes(&c->b, e->value, &keys_page, "free", FALSE);
	from = page.highmem ? &next->high : &next->low;
	pfn = *from;
	if (page.highmem)
		room = end - low_end;
	if ((v = ynode_get(e->value, "pfn")) && diag_mark(c->b.diag) == before &&
	    name.count <= room)
		pfn = bind_number(&c->b, v, "pfn", SCALAR_PLAIN, page.highmem ? low_end : 0,
				  (page.highmem ? end : low_end) - name.count, pfn);
	if (pfn + name.count > (page.highmem ? end : low_end)) {
		diag_primary_label(diag_error(c->b.diag, "E0180", e->key->used_at,
					      "the zone has no room for `%s`", e->key->text),
				   "%u page%s of %u bytes", name.count, name.count == 1 ? "" : "s",
				   1u << shift);
		name.count = 1;
		pfn = page.highmem ? low_end : 0;
	}
	for (i = 0; i < c->out->ranges->len; i++) {
		const struct page_range *r = &g_array_index(c->out->ranges, struct page_range, i);

		if (diag_mark(c->b.diag) == before && pfn < r->pfn + (guint64)r->count &&
		    r->pfn < pfn + name.count)
			diag_primary_label(
				diag_error(
					c->b.diag, "E0181", v ? v->used_at : e->key->used_at,
					"`%s` has page frames of `%s`", e->key->text,
					g_array_index(c->out->page_names, struct page_name, i).name),
				"which has 0x%x to 0x%x", r->pfn, r->pfn + r->count - 1);
	}
	*from = MAX(*from, pfn + name.count);
	for (i = 0; i < name.count; i++) {
		page.pfn = (u32)pfn + i;
		g_array_append_val(c->out->pages, page);
	}
	g_array_append_val(c->out->ranges, ((struct page_range){name.first, name.count, (u32)pfn}));
	name.name = g_strdup(e->key->text);
	g_array_append_val(c->out->page_names, name);
}

static void pages_compile(struct compiler *c, const struct ynode *map)
{
	u32 shift = c->out->cell.machine.page_shift;
	struct free_frames next = {LOWMEM_FIRST_PA >> shift, KSEG_SIZE >> shift};
	gboolean highmem = FALSE;
	guint i;

	if (!map)
		return;
	if (map->kind != Y_MAP) {
		bind_map(&c->b, map, "pages", NULL);
		return;
	}
	for (i = 0; i < map->entries->len; i++)
		page_compile(c, &g_array_index(map->entries, struct yentry, i), &next);
	for (i = 0; i < c->out->pages->len; i++)
		highmem |= g_array_index(c->out->pages, struct page_info, i).highmem;
	if (highmem && machine_has_aliases(&c->out->cell.machine) && !c->out->refused)
		c->out->refused =
			g_strdup("this processor doesn't support highmem: its D-cache has aliases "
				 "(paging_init, arch/mips/mm/init.c)");
}

static void devices_compile(struct compiler *c, const struct ynode *map)
{
	guint i;

	if (!map)
		return;
	if (map->kind != Y_MAP) {
		bind_map(&c->b, map, "devices", NULL);
		return;
	}
	for (i = 0; i < map->entries->len; i++) {
		const struct yentry *e = &g_array_index(map->entries, struct yentry, i);
		struct device_def device = {0};

		refs_name(c, e->key, "device");
		if (!ynode_is_empty(e->value) && keys_check(&c->b, e->value, &keys_device)) {
			keys_word(&c->b, e->value, &keys_device, "kind", 0);
			device.coherent = keys_word(&c->b, e->value, &keys_device, "dma", 0) ==
					  DMA_COHERENT;
		}
		g_array_append_val(c->out->devices, device);
		g_ptr_array_add(c->out->device_names, g_strdup(e->key->text));
	}
}

static u32 mm_of(struct compiler *c, const char *name)
{
	guint mm = GPOINTER_TO_UINT(g_hash_table_lookup(c->mm_of, name));
	guint32 first = 0x00400000u;

	if (!mm) {
		g_array_append_val(c->next_va, first);
		mm = c->next_va->len;
		g_hash_table_insert(c->mm_of, g_strdup(name), GUINT_TO_POINTER(mm));
	}
	return mm - 1;
}

/* FALSE after an error. */
static gboolean trigger_compile(struct compiler *c, const struct ynode *node, const char *self,
				struct context_def *def)
{
	static const enum ctx_trigger triggers[] = {ON_START, ON_RAISE, ON_ANY};
	const char *const *words = keys_find(&keys_context, "on")->words;
	const char *text = bind_text(&c->b, node, "on");
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	guint i;

	if (!text)
		return FALSE;
	for (i = 0; words[i]; i++) {
		g_ptr_array_add(all, (char *)words[i]);
		if (!strcmp(words[i], text)) {
			def->trigger = triggers[i];
			return TRUE;
		}
	}
	for (i = 0; i < c->out->device_names->len; i++) {
		g_ptr_array_add(all, c->out->device_names->pdata[i]);
		if (!strcmp(c->out->device_names->pdata[i], text)) {
			def->trigger = ON_DEVICE;
			def->source = i;
			return TRUE;
		}
	}
	for (i = 0; i < c->out->context_names->len; i++) {
		if (strcmp(c->out->context_names->pdata[i], self))
			g_ptr_array_add(all, c->out->context_names->pdata[i]);
		if (!strcmp(c->out->context_names->pdata[i], text)) {
			def->trigger = ON_CONTEXT;
			def->source = i;
			return TRUE;
		}
	}
	g_ptr_array_add(all, NULL);
	bind_unknown(&c->b, "E0182", node, "trigger", text, (const char *const *)all->pdata);
	return FALSE;
}

static void context_compile(struct compiler *c, const struct yentry *e, struct context_def *def)
{
	gboolean known = TRUE;
	const struct ynode *v;
	const char *text;
	guint64 times;
	int word;

	*def = (struct context_def){.times = 1, .trigger = ON_START};
	refs_name(c, e->key, "context");
	if (!keys_check(&c->b, e->value, &keys_context))
		return;
	if ((v = ynode_get(e->value, "cpu")))
		def->cpu = (u32)bind_number(&c->b, v, "cpu", SCALAR_PLAIN, 0,
					    c->out->cell.machine.cpus - 1, 0);
	if ((v = ynode_get(e->value, "level"))) {
		word = keys_word(&c->b, e->value, &keys_context, "level", -1);
		known = word >= 0;
		def->level = known ? (enum ctx_level)word : LEVEL_PROCESS;
	}
	def->trigger = def->level == LEVEL_PROCESS ? ON_START : ON_ANY;
	if ((v = ynode_get(e->value, "on")))
		known = trigger_compile(c, v, e->key->text, def) && known &&
			!bind_misspelt(e->value, "level");
	if (known && v && def->level != LEVEL_HARDIRQ && def->trigger == ON_DEVICE)
		diag_primary_label(bind_error(&c->b, "E0183", v,
					      "a device interrupts: expected `level: hardirq`"),
				   "a device");
	if (known && v && def->level != LEVEL_PROCESS && def->trigger == ON_START)
		diag_help(bind_error(&c->b, "E0184", v, "an interrupt has no start"),
			  "write `on: any`, the name of a device, or `on: raise`");
	if (def->trigger == ON_DEVICE || def->trigger == ON_RAISE)
		def->times = TIMES_TRIGGERED;
	if (ynode_get(e->value, "times")) {
		times = 1;
		word = keys_word_or_number(&c->b, e->value, &keys_context, "times", &times);
		def->times = word < 0 ? (u32)times : TIMES_FOREVER;
	}
	if (def->level == LEVEL_PROCESS) {
		g_autofree char *own = g_strdup_printf("%s ", e->key->text);

		text = (v = ynode_get(e->value, "mm")) ? bind_text(&c->b, v, "mm") : NULL;
		def->mm = mm_of(c, text ? text : own);
	}
}

/* A context that waits, directly or through others, for its own end: said once for each circle. */
static void trigger_cycles(struct compiler *c, const struct ynode *map)
{
	guint n = c->out->contexts->len, i, at, hops;

	for (i = 0; i < n; i++) {
		g_autoptr(GString) names = g_string_new(NULL);
		const struct ynode *key = g_array_index(map->entries, struct yentry, i).key;

		at = i;
		for (hops = 0; hops < n; hops++) {
			const struct context_def *def =
				&g_array_index(c->out->contexts, struct context_def, at);

			if (def->trigger != ON_CONTEXT || def->source < i)
				break;
			at = def->source;
			g_string_append_printf(names, " -> `%s`",
					       compiled_context_name(c->out, at));
			if (at != i)
				continue;
			diag_help(diag_error(c->b.diag, "E0185", key->used_at,
					     "`%s` starts only after itself: it waits for%s",
					     key->text, names->str + strlen(" ->")),
				  "one of the contexts in the circle must have another `on:`");
			break;
		}
	}
}

/* What `on:` names must be one thing. */
static void trigger_names_check(struct compiler *c, const struct ynode *map, const char *what)
{
	guint i, j;

	for (i = 0; map && map->kind == Y_MAP && i < map->entries->len; i++) {
		const struct ynode *key = g_array_index(map->entries, struct yentry, i).key;

		if (g_strv_contains(keys_find(&keys_context, "on")->words, key->text))
			diag_help(diag_error(c->b.diag, "E0179", key->used_at,
					     "`%s` cannot be the name of a %s", key->text, what),
				  "it has a meaning in `on: %s`", key->text);
		for (j = 0; !strcmp(what, "context") && j < c->out->device_names->len; j++)
			if (!strcmp(c->out->device_names->pdata[j], key->text))
				diag_help(diag_error(c->b.diag, "E0179", key->used_at,
						     "`%s` is the name of a device already",
						     key->text),
					  "`on: %s` must mean one of them", key->text);
	}
}

static void contexts_compile(struct compiler *c, const struct ynode *map)
{
	struct context_def def;
	const struct yentry *e;
	guint i;

	if (!map)
		return;
	if (map->kind != Y_MAP) {
		bind_map(&c->b, map, "contexts", NULL);
		return;
	}
	trigger_names_check(c, map, "context");
	for (i = 0; i < map->entries->len; i++)
		g_ptr_array_add(c->out->context_names,
				g_strdup(g_array_index(map->entries, struct yentry, i).key->text));
	for (i = 0; i < map->entries->len; i++) {
		context_compile(c, &g_array_index(map->entries, struct yentry, i), &def);
		g_array_append_val(c->out->contexts, def);
	}
	trigger_cycles(c, map);
	for (c->context = 0; c->context < map->entries->len; c->context++) {
		e = &g_array_index(map->entries, struct yentry, c->context);
		if (ynode_get(e->value, "steps"))
			steps_declare(c, ynode_get(e->value, "steps"));
	}
	for (c->context = 0; c->context < map->entries->len; c->context++) {
		struct context_def *d =
			&g_array_index(c->out->contexts, struct context_def, c->context);
		const struct ynode *steps;

		e = &g_array_index(map->entries, struct yentry, c->context);
		c->rounds = d->times < TIMES_TRIGGERED ? d->times : 1;
		d->first_step = c->out->steps->len;
		if ((steps = ynode_get(e->value, "steps")))
			steps_compile(c, steps);
		d->steps = c->out->steps->len - d->first_step;
	}
}

/* What each poll waits for; a cell that polls keeps identities even while it is explored. */
static void polls_resolve(struct compiler *c)
{
	guint i, j, context, step;

	c->out->cell.polls = c->polls->len > 0;
	for (i = 0; i < c->polls->len; i++) {
		const struct poll_ref *p = &g_array_index(c->polls, struct poll_ref, i);

		if (!refs_step(c, p->until, &context, &step))
			continue;
		g_array_index(c->out->steps, struct step, p->step).arg[0] = step;
		for (j = 0; j < c->out->contexts->len; j++)
			if (g_array_index(c->out->contexts, struct context_def, j).times ==
			    TIMES_FOREVER) {
				diag_help(
					diag_error(
						c->b.diag, "E0188", p->until->used_at,
						"poll: `%s` repeats for ever, so that writes cannot be "
						"told apart",
						compiled_context_name(c->out, j)),
					"give it a number of `times:`");
				break;
			}
	}
	if (c->polls->len)
		c->out->cell.identities = true;
}

static void event_do(struct compiler *c, const struct ynode *node, struct run_event *event)
{
	static const char *const names[] = {"evict", "fill", "drain", NULL};
	const struct ynode *what = bind_resolve(&c->b, node), *v = NULL;
	const char *text, *name = NULL;
	gboolean misspelt = FALSE;
	u32 context = 0;
	guint i;

	if (!what)
		return;
	if (what->kind == Y_SCALAR) {
		if (refs_context(c, node, &context))
			event->enter = context;
		return;
	}
	if (!keys_check(&c->b, what, &keys_do) || what->kind != Y_MAP)
		return;
	for (i = 0; names[i]; i++) {
		const struct ynode *found = ynode_get(what, names[i]);

		misspelt |= bind_misspelt(what, names[i]);
		if (found && name)
			diag_error(c->b.diag, "E0350", found->used_at,
				   "an event does one thing: `%s` and `%s` are two", name,
				   names[i]);
		if (found && !name) {
			name = names[i];
			v = found;
		}
	}
	if (!name && !misspelt)
		diag_primary_label(diag_error(c->b.diag, "E0108", what->used_at,
					      "do: `evict`, `fill` or `drain` is missing"),
				   "expected a key `evict`, `fill` or `drain`");
	text = v ? bind_text(&c->b, v, name) : NULL;
	if (text) {
		g_auto(GStrv) halves = g_strsplit(text, "+", 2);
		struct ynode page = *v;
		struct page_ref ref;
		char nothing[] = "";
		char why[SCALAR_WHY];
		guint64 offset = 0;

		page.text = halves[0] ? halves[0] : nothing;
		if (halves[0] && halves[1] && scalar_u64(halves[1], SCALAR_BYTES, &offset, why))
			diag_error(c->b.diag, "E0105", v->used_at, "%s: %s", name, why);
		event->evict = !strcmp(name, "evict");
		event->fill = !strcmp(name, "fill");
		event->drain = !strcmp(name, "drain");
		if (refs_pages(c, &page, &ref)) {
			if (offset >= (guint64)ref.count * cell_page_bytes(&c->out->cell))
				diag_error(c->b.diag, "E0149", v->used_at,
					   "the offset 0x%" G_GINT64_MODIFIER
					   "x is past the end, which is 0x%" G_GINT64_MODIFIER "x",
					   offset,
					   (guint64)ref.count * cell_page_bytes(&c->out->cell));
			event->page = ref.first + (u32)(offset >> c->out->cell.machine.page_shift);
			event->offset = (u32)offset & (cell_page_bytes(&c->out->cell) - 1);
		}
	}
}

static void event_compile(struct compiler *c, const struct ynode *map, gboolean keep)
{
	struct run_event event = {0};
	const struct ynode *at, *v;
	struct span span;

	if (!keys_check(&c->b, map, &keys_event))
		return;
	at = ynode_get(map, "at");
	event.after = !at;
	if (at && ynode_get(map, "after"))
		diag_error(c->b.diag, "E0186", ynode_get(map, "after")->used_at,
			   "an event is `at` a step or `after` it, not both");
	if (!at)
		at = ynode_get(map, "after");
	if (!at) {
		if (!bind_misspelt(map, "at") && !bind_misspelt(map, "after"))
			diag_primary_label(diag_error(c->b.diag, "E0108", map->used_at,
						      "event: `at` or `after` is missing"),
					   "expected a key `at` or `after`");
		return;
	}
	refs_step(c, at, &event.ctx, &event.step);
	event.op = (u32)keys_number(&c->b, map, &keys_event, "op", 0);
	if ((v = ynode_get(map, "op")) && event.after)
		diag_error(c->b.diag, "E0187", v->used_at, "op: only goes with `at`");
	if ((v = ynode_get(map, "do")))
		event_do(c, v, &event);
	span = at->used_at;
	if (keep) {
		g_array_append_val(c->out->events, event);
		g_array_append_val(c->out->event_spans, span);
	}
}

/* All schedules are read, so that all are checked; the cell's own is kept. */
static void schedules_compile(struct compiler *c, const struct ynode *map)
{
	const char *own = c->request->schedule ? c->request->schedule : "default";
	guint i, j;

	if (!map)
		return;
	if (map->kind != Y_MAP) {
		bind_map(&c->b, map, "schedules", NULL);
		return;
	}
	for (i = 0; i < map->entries->len; i++) {
		const struct yentry *e = &g_array_index(map->entries, struct yentry, i);

		refs_name(c, e->key, "schedule");
		if (!strcmp(e->key->text, "all"))
			diag_help(diag_error(c->b.diag, "E0211", e->key->used_at,
					     "`all` cannot be the name of a schedule"),
				  "it is built in and means every schedule there is");
		if (!bind_list(&c->b, e->value, "schedule"))
			continue;
		for (j = 0; j < e->value->items->len; j++)
			event_compile(c, e->value->items->pdata[j], !strcmp(e->key->text, own));
	}
}

/* The largest power of two that divides every address and length of the cell, at most a sector. */
static u32 granule_shift(const struct compiled *c)
{
	u32 granule = 1u << c->cell.machine.sector_shift, used = 0;
	guint i;

	for (i = 0; i < c->steps->len; i++) {
		const struct step *s = &g_array_index(c->steps, struct step, i);

		if (s->at.length)
			used |= s->at.offset | s->at.length;
	}
	for (i = 0; i < c->sg->len; i++)
		used |= g_array_index(c->sg, struct sg_entry, i).offset |
			g_array_index(c->sg, struct sg_entry, i).length;
	while (used & (granule - 1))
		granule >>= 1;
	return log2_u32(granule);
}

static bool index_ops_possible(const struct compiled *c)
{
	u32 l1 = machine_cache_bytes(&c->cell.machine.l1d);
	guint i;

	if (c->strategy && c->strategy->index_ops)
		return true;
	/* a range as long as the cache takes index ops; only whole lowmem entries get that long */
	for (i = 0; i < c->sg->len; i++)
		if (g_array_index(c->sg, struct sg_entry, i).length >= l1)
			return true;
	return cell_page_bytes(&c->cell) >= l1;
}

static gint pte_order(gconstpointer a, gconstpointer b)
{
	const struct user_pte_def *x = a, *y = b;

	if (x->mm != y->mm)
		return x->mm < y->mm ? -1 : 1;
	return x->va < y->va ? -1 : x->va > y->va;
}

static void step_checks(struct compiled *c)
{
	guint i;

	for (i = 0; i < c->steps->len; i++)
		g_array_index(c->steps, struct step, i).check =
			g_str_hash(g_array_index(c->infos, struct step_info, i).text);
}

static void devices_waited(struct compiled *c)
{
	guint i, j;

	for (i = 0; i < c->devices->len; i++)
		g_array_index(c->devices, struct device_def, i).unwaited = true;
	for (j = 0; j < c->steps->len; j++) {
		const struct step *s = &g_array_index(c->steps, struct step, j);

		if (s->fn == KF_step_wait_irq)
			g_array_index(c->devices, struct device_def, s->arg[0]).unwaited = false;
	}
}

static void cell_finish(struct compiled *c)
{
	struct cell *k = &c->cell;

	step_checks(c);
	devices_waited(c);
	g_array_sort(c->user_ptes, pte_order);
	k->granule_shift = granule_shift(c);
	k->sector_granules = 1u << (k->machine.sector_shift - k->granule_shift);
	k->page_sectors = 1u << (k->machine.page_shift - k->machine.sector_shift);
	k->token_bits = k->identities ? 32 : 1;
	k->sector_words = k->identities ? k->sector_granules : (k->sector_granules + 31) / 32;
	k->ways_matter = index_ops_possible(c);
	k->page = (const struct page_info *)(void *)c->pages->data;
	k->pages = c->pages->len;
	k->range = (const struct page_range *)(void *)c->ranges->data;
	k->ranges = c->ranges->len;
	k->context = (const struct context_def *)(void *)c->contexts->data;
	k->contexts = c->contexts->len;
	k->step = (const struct step *)(void *)c->steps->data;
	k->steps = c->steps->len;
	k->sg = (const struct sg_entry *)(void *)c->sg->data;
	k->sgs = c->sg->len;
	k->map = (const struct dma_map_def *)(void *)c->maps->data;
	k->maps = c->maps->len;
	k->device = (const struct device_def *)(void *)c->devices->data;
	k->devices = c->devices->len;
	k->user_pte = (const struct user_pte_def *)(void *)c->user_ptes->data;
	k->user_ptes = c->user_ptes->len;
	k->handles = c->handles->len;
	c->schedule = (struct run_schedule){
		.event = (const struct run_event *)(void *)c->events->data,
		.events = c->events->len,
	};
	world_layout(k);
}

static struct compiled *compiled_new(void)
{
	struct compiled *c = g_new0(struct compiled, 1);

	c->pages = g_array_new(FALSE, FALSE, sizeof(struct page_info));
	c->ranges = g_array_new(FALSE, FALSE, sizeof(struct page_range));
	c->page_names = g_array_new(FALSE, FALSE, sizeof(struct page_name));
	c->contexts = g_array_new(FALSE, FALSE, sizeof(struct context_def));
	c->context_names = g_ptr_array_new_with_free_func(g_free);
	c->steps = g_array_new(FALSE, FALSE, sizeof(struct step));
	c->infos = g_array_new(FALSE, FALSE, sizeof(struct step_info));
	c->sg = g_array_new(FALSE, FALSE, sizeof(struct sg_entry));
	c->maps = g_array_new(FALSE, FALSE, sizeof(struct dma_map_def));
	c->map_infos = g_array_new(FALSE, FALSE, sizeof(struct map_info));
	c->devices = g_array_new(FALSE, FALSE, sizeof(struct device_def));
	c->device_names = g_ptr_array_new_with_free_func(g_free);
	c->handles = g_array_new(FALSE, FALSE, sizeof(struct handle_info));
	c->user_ptes = g_array_new(FALSE, FALSE, sizeof(struct user_pte_def));
	c->events = g_array_new(FALSE, FALSE, sizeof(struct run_event));
	c->event_spans = g_array_new(FALSE, FALSE, sizeof(struct span));
	return c;
}

struct compiled *compile_cell(const struct compile_request *request)
{
	struct compiler c = {
		.b = {.diag = request->diag, .axis = request->axis},
		.request = request,
		.out = compiled_new(),
		.mm_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.next_va = g_array_new(FALSE, FALSE, sizeof(guint32)),
		.polls = g_array_new(FALSE, FALSE, sizeof(struct poll_ref)),
	};
	const struct ynode *root = request->root, *v;
	struct cell *k = &c.out->cell;
	guint before = diag_mark(request->diag);

	k->identities = request->identities;
	machine_load(&c.b, ynode_get(root, "machine"), request->trees, &k->machine);
	kernel_compile(&c, ynode_get(root, "kernel"));
	explore_compile(&c, ynode_get(root, "explore"));
	pages_compile(&c, ynode_get(root, "pages"));
	/* operands are checked against the pages already */
	k->page = (const struct page_info *)(void *)c.out->pages->data;
	devices_compile(&c, ynode_get(root, "devices"));
	trigger_names_check(&c, ynode_get(root, "devices"), "device");
	if (!ynode_get(root, "contexts") && !bind_misspelt(root, "contexts"))
		diag_help(diag_error(request->diag, "E0108", diag_source_whole(root->span.src),
				     "scenario: `contexts` is missing"),
			  "contexts are what executes: processes and interrupts, with their steps");
	contexts_compile(&c, ynode_get(root, "contexts"));
	polls_resolve(&c);
	schedules_compile(&c, ynode_get(root, "schedules"));
	if ((v = ynode_get(root, "force")) && bind_bool(&c.b, v, "force", FALSE))
		g_clear_pointer(&c.out->refused, g_free);
	strategy_compile(&c, ynode_get(root, "kernel"));
	if (c.out->strategy)
		k->strategy = c.out->strategy->program;
	if (c.out->strategy && c.out->strategy->task_slots && k->preempt)
		diag_help(
			diag_error(
				request->diag, "E0159", ynode_get(root, "kernel")->used_at,
				"preempt: strategy `%s` uses kmap-local, whose slots belong to a task",
				c.out->strategy->name),
			"switching tasks with such slots is not modelled: leave out `preempt: yes`");
	if (diag_mark(request->diag) == before)
		smp_check(&c);
	g_hash_table_unref(c.mm_of);
	g_array_unref(c.next_va);
	g_array_unref(c.polls);
	if (diag_mark(request->diag) != before) {
		compiled_free(c.out);
		return NULL;
	}
	cell_finish(c.out);
	return c.out;
}
