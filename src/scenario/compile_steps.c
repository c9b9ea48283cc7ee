// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "compiler.h"
#include "keys.h"
#include "kmtypes.h"
#include "scalar.h"
#include "words.h"

#define USER_VA_FIRST 0x00400000u
#define DEFAULT_BYTES 4u
/* a write's identity is its step and a count of 20 bits */
#define ROUNDS_MAX 1048575u

/* A step's map with one key, taken apart. */
struct parsed {
	const struct step_spec *spec;
	const struct ynode *name; /* the op */
	const struct ynode *args; /* a map; NULL for a step without arguments */
	const struct ynode *alone; /* the first argument given alone; NULL otherwise */
};

static const struct ynode *arg(const struct parsed *p, const char *name)
{
	if (p->alone)
		return !g_strcmp0(p->spec->arg[0].name, name) ? p->alone : NULL;
	return p->args ? ynode_get(p->args, name) : NULL;
}

/* `report`: this is the second pass, whose errors count. */
static gboolean step_parse(struct compiler *c, const struct ynode *node, gboolean report,
			   struct parsed *p)
{
	struct diag *diag = c->b.diag;

	*p = (struct parsed){.name = node};
	if (node->kind == Y_LIST || (node->kind == Y_MAP && node->entries->len != 1) ||
	    (node->kind == Y_SCALAR && !node->text[0])) {
		if (report) {
			struct diag_fault *f = diag_error(diag, "E0109", node->used_at,
							  "a step is a map with one key, its name");

			if (node->kind == Y_MAP && node->entries->len > 1)
				diag_help(
					f,
					"indent the arguments below the step, or write `- %s: {…}`",
					g_array_index(node->entries, struct yentry, 0).key->text);
			else
				diag_help(f, "for example `- read: {from: v+0x40}`");
		}
		return FALSE;
	}
	if (node->kind == Y_MAP) {
		const struct yentry *e = &g_array_index(node->entries, struct yentry, 0);

		p->name = e->key;
		if (e->value->kind == Y_MAP)
			p->args = e->value;
		else if (!ynode_is_empty(e->value))
			p->alone = e->value;
	}
	p->spec = vocab_find(p->name->text);
	if (!p->spec && report) {
		g_autofree const char **names = vocab_names();

		diag_note(bind_unknown(&c->b, "E0160", p->name, "step", p->name->text, names),
			  "`staleline list steps` shows all steps");
	}
	return p->spec != NULL;
}

/* What the step may have, NULL-terminated. */
static void args_keys(const struct parsed *p, const char *keys[VOCAB_ARGS + 3])
{
	const struct key *own;
	guint i;

	for (i = 0; i < VOCAB_ARGS && p->spec->arg[i].type != ARG_NONE; i++)
		keys[i] = p->spec->arg[i].name;
	for (own = keys_step.key; own->name; own++)
		keys[i++] = own->name;
	keys[i] = NULL;
}

/* The argument by its name; if it is missing, what an unknown key gives that is most likely meant for it. */
static const struct ynode *arg_meant(const struct parsed *p, const char *name)
{
	const char *const words[] = {name, NULL};
	const char *keys[VOCAB_ARGS + 3];
	guint i;

	if (arg(p, name) || !p->args)
		return arg(p, name);
	args_keys(p, keys);
	for (i = 0; i < p->args->entries->len; i++) {
		const struct yentry *e = &g_array_index(p->args->entries, struct yentry, i);

		if (!g_strv_contains(keys, e->key->text) && words_nearest(e->key->text, words))
			return e->value;
	}
	return NULL;
}

static void args_check(struct compiler *c, const struct parsed *p)
{
	const char *keys[VOCAB_ARGS + 3], *missing[VOCAB_ARGS + 1];
	g_autoptr(GString) expected = g_string_new("expected");
	g_autofree char *all = NULL;
	guint i, m = 0;

	args_keys(p, keys);
	if (p->args)
		bind_map(&c->b, p->args, p->spec->name, keys);
	if (p->alone && p->spec->arg[0].type == ARG_NONE) {
		bind_error(&c->b, "E0161", p->alone, "%s takes no argument", p->spec->name);
		return;
	}
	for (i = 0; i < VOCAB_ARGS && p->spec->arg[i].type != ARG_NONE; i++) {
		const struct arg_spec *a = &p->spec->arg[i];

		if (!a->required || arg_meant(p, a->name))
			continue;
		g_string_append_printf(expected, "%s `%s:` (%s)", m ? " and" : "", a->name,
				       vocab_arg_kind(a->type));
		missing[m++] = a->name;
	}
	missing[m] = NULL;
	if (!m)
		return;
	all = words_join(missing, "and");
	diag_primary_label(diag_error(c->b.diag, "E0108", p->name->used_at, "%s: %s %s missing",
				      p->spec->name, all, m == 1 ? "is" : "are"),
			   "%s", expected->str);
}

/* Colour and pair of an address chosen by us: no two mappings share a TLB entry by accident. */
static guint32 choose_va(struct compiler *c, guint mm, guint pages, const struct ynode *at,
			 const struct ynode *colour)
{
	const struct machine *m = &c->out->cell.machine;
	guint32 page = machine_page_bytes(m);
	guint32 *next = &g_array_index(c->next_va, guint32, mm);
	guint32 step = MAX(m->l1d.colours, 2u) * page;
	guint32 va = (*next + step - 1) / step * step;

	if (colour)
		va += page * (guint32)bind_number(&c->b, colour, "colour", SCALAR_PLAIN, 0,
						  m->l1d.colours - 1, 0);
	/* the user's half of the address space, as far as it goes */
	if ((guint64)va + (guint64)pages * page > KSEG0) {
		bind_error(&c->b, "E0178", at, "the address space has no room for %u more page%s",
			   pages, pages == 1 ? "" : "s");
		return USER_VA_FIRST;
	}
	*next = va + pages * page;
	return va;
}

static void user_ptes_add(struct compiler *c, guint mm, guint32 va, guint pages)
{
	guint32 page = machine_page_bytes(&c->out->cell.machine);
	guint i, j;

	for (i = 0; i < pages; i++) {
		struct user_pte_def def = {mm, va + i * page};
		gboolean have = FALSE;

		/* a later mapping at the same address uses the same pte; long ranges never do */
		if (pages < 64)
			for (j = 0; j < c->out->user_ptes->len; j++) {
				const struct user_pte_def *o =
					&g_array_index(c->out->user_ptes, struct user_pte_def, j);

				have |= o->mm == def.mm && o->va == def.va;
			}
		if (!have)
			g_array_append_val(c->out->user_ptes, def);
	}
}

static void user_va(struct compiler *c, const struct parsed *p, guint mm, struct handle_info *h)
{
	guint64 page_bytes = cell_page_bytes(&c->out->cell), bytes = h->pages * page_bytes;
	const struct ynode *v = arg(p, "va");

	if (!v || bytes > KSEG0 - page_bytes)
		h->va = choose_va(c, mm, h->pages, p->name, arg(p, "colour"));
	else
		h->va = (guint32)bind_number(&c->b, v, "va", SCALAR_PLAIN, page_bytes,
					     KSEG0 - bytes, USER_VA_FIRST);
	if (v && arg(p, "colour"))
		diag_label(bind_error(&c->b, "E0156", arg(p, "colour"),
				      "colour: the address is given already"),
			   v->used_at, "here");
	if (h->va % page_bytes)
		diag_help(bind_error(&c->b, "E0164", v, "va: not the start of a page"),
			  "the nearest below is 0x%" G_GINT64_MODIFIER "x",
			  h->va / page_bytes * page_bytes);
	else
		user_ptes_add(c, mm, h->va, h->pages);
}

static void handle_declare(struct compiler *c, const struct parsed *p)
{
	const struct context_def *def =
		&g_array_index(c->out->contexts, struct context_def, c->context);
	const struct ynode *as = arg_meant(p, "as"), *page = arg(p, "page"), *v;
	struct handle_info h = {.context = c->context, .made_by = p->spec->fn};
	struct page_ref ref = {0, 1};
	const char *name;
	guint i;

	/* also a faulty step makes its mapping, of no pages: later steps that use it are not at fault */
	if (!as || !(name = bind_text(&c->b, as, "as")))
		return;
	h.span = as->used_at;
	if (refs_name(c, as, "mapping") && page && refs_pages(c, page, &ref)) {
		h.page = ref.first;
		h.pages = ref.count;
		if (p->spec->fn != KF_step_map_user && ref.count != 1)
			bind_error(&c->b, "E0162", page, "%s maps one page, not %u", p->spec->name,
				   ref.count);
	}
	if (p->spec->fn == KF_step_map_user && def->level != LEVEL_PROCESS)
		diag_error(c->b.diag, "E0163", p->name->used_at,
			   "map-user: only a process has an address space");
	else if (p->spec->fn == KF_step_map_user && h.pages)
		user_va(c, p, def->mm, &h);
	if (p->spec->fn == KF_step_kmap_atomic) {
		int word = KM_USER0;

		if ((v = arg(p, "slot")))
			word = bind_word(&c->b, v, "slot", vocab_arg_words(ARG_SLOT));
		h.slot = word < 0 ? KM_USER0 : (guint)word;
	}
	for (i = 0; i < c->out->handles->len; i++) {
		const struct handle_info *o =
			&g_array_index(c->out->handles, struct handle_info, i);

		if (o->context != h.context || strcmp(o->name, name))
			continue;
		diag_label(diag_error(c->b.diag, "E0165", as->used_at,
				      "this context already has a mapping `%s`", name),
			   o->span, "first here");
		return;
	}
	h.name = g_strdup(name);
	g_array_append_val(c->out->handles, h);
}

static void map_declare(struct compiler *c, const struct parsed *p)
{
	const struct ynode *pages = arg(p, p->spec->arg[0].name), *v;
	gboolean readahead = p->spec->fn == KF_step_readahead;
	struct map_info info = {.context = c->context, .readahead = readahead, .step = NO_ID};
	struct dma_map_def def = {
		.kind = !strcmp(p->spec->name, "dma-map-single") ? DMA_MAP_SINGLE :
			!strcmp(p->spec->name, "dma-map-page")   ? DMA_MAP_PAGE :
								   DMA_MAP_SG,
		.direction = DMA_FROM_DEVICE,
		.first_sg = c->out->sg->len,
		.device = NO_ID,
	};
	const struct ynode *list;
	struct sg_entry entry;
	guint i, device;
	int word;

	if ((v = arg(p, "dir")) &&
	    (word = bind_word(&c->b, v, "dir", vocab_arg_words(ARG_DIRECTION))) >= 0)
		def.direction = (enum dma_direction)word;
	if ((v = arg(p, "dev")) && refs_device(c, v, &device))
		def.device = device;
	list = pages ? bind_resolve(&c->b, pages) : NULL;
	if (list && list->kind == Y_LIST && def.kind == DMA_MAP_SG) {
		if (!list->items->len)
			diag_error(c->b.diag, "E0166", pages->used_at, "%s: the list is empty",
				   p->spec->name);
		for (i = 0; i < list->items->len; i++)
			if (refs_sg(c, list->items->pdata[i], &entry))
				g_array_append_val(c->out->sg, entry);
	} else if (list && refs_sg(c, pages, &entry)) {
		g_array_append_val(c->out->sg, entry);
	}
	for (i = def.first_sg; i < c->out->sg->len; i++) {
		const struct sg_entry *sg = &g_array_index(c->out->sg, struct sg_entry, i);

		if (def.kind == DMA_MAP_SINGLE &&
		    g_array_index(c->out->pages, struct page_info, sg->page).highmem)
			diag_help(
				diag_error(
					c->b.diag, "E0167", pages->used_at,
					"dma_map_single() takes a kernel address, a highmem page has none"),
				"use dma-map-page or dma-map-sg");
		if (readahead && (sg->offset || sg->length % cell_page_bytes(&c->out->cell)))
			diag_error(c->b.diag, "E0168", pages->used_at,
				   "readahead reads whole pages");
	}
	def.sgs = c->out->sg->len - def.first_sg;
	if ((v = p->args ? ynode_get(p->args, "id") : NULL)) {
		const char *id = bind_text(&c->b, v, "id");

		if (id && refs_name(c, v, "step"))
			info.id = g_strdup(id);
	}
	g_array_append_val(c->out->maps, def);
	g_array_append_val(c->out->map_infos, info);
}

/* What a step that does not exist was meant to make, so that its uses are no faults of their own. */
static void unknown_declare(struct compiler *c, const struct parsed *p)
{
	struct handle_info h = {.context = c->context, .made_by = KF_none};
	struct map_info info = {.context = c->context};
	struct dma_map_def def = {.first_sg = c->out->sg->len, .device = NO_ID};
	const struct ynode *v;

	if (!p->args)
		return;
	if ((v = ynode_get(p->args, "as")) && v->kind == Y_SCALAR) {
		h.name = g_strdup(v->text);
		h.span = v->used_at;
		g_array_append_val(c->out->handles, h);
	}
	if ((v = ynode_get(p->args, "id")) && v->kind == Y_SCALAR) {
		info.id = g_strdup(v->text);
		g_array_append_val(c->out->maps, def);
		g_array_append_val(c->out->map_infos, info);
	}
	if ((v = ynode_get(p->args, "steps")))
		steps_declare(c, v);
}

void steps_declare(struct compiler *c, const struct ynode *list)
{
	guint i;

	if (list->kind != Y_LIST)
		return;
	for (i = 0; i < list->items->len; i++) {
		const struct ynode *body;
		struct parsed p;

		if (!step_parse(c, list->items->pdata[i], FALSE, &p)) {
			unknown_declare(c, &p);
			continue;
		}
		if (!strcmp(p.spec->name, "repeat")) {
			body = arg(&p, "steps");
			if (body)
				steps_declare(c, body);
		} else if (p.spec->fn == KF_step_kmap || p.spec->fn == KF_step_kmap_atomic ||
			   p.spec->fn == KF_step_map_user) {
			handle_declare(c, &p);
		} else if (p.spec->fn == KF_step_dma_map || p.spec->fn == KF_step_readahead) {
			map_declare(c, &p);
		}
	}
}

/* The step as one line: its name and its first argument as written. */
static char *step_text(struct compiler *c, const struct parsed *p)
{
	const struct ynode *first = p->spec->arg[0].type == ARG_NONE ? NULL :
								       arg(p, p->spec->arg[0].name);
	const struct ynode *v = first ? bind_resolve(&c->b, first) : NULL;
	GString *text = g_string_new(p->spec->name);
	guint i;

	if (v && v->kind == Y_LIST && v->items->len && p->spec->arg[0].type == ARG_SG) {
		for (i = 0; i < v->items->len && i < 3; i++) {
			const struct ynode *item = v->items->pdata[i];

			if (item->kind == Y_MAP)
				item = ynode_get(item, "page");
			if (item && item->kind == Y_SCALAR)
				g_string_append_printf(text, "%s%s", i ? ", " : " ", item->text);
		}
		if (v->items->len > 3)
			g_string_append(text, ", …");
	} else if (v && v->kind == Y_MAP && ynode_get(v, "page") &&
		   ynode_get(v, "page")->kind == Y_SCALAR) {
		g_string_append_printf(text, " %s", ynode_get(v, "page")->text);
	} else if (v && v->kind == Y_SCALAR) {
		g_string_append_printf(text, " %s", v->text);
	}
	return g_string_free(text, FALSE);
}

/* The declared handle that this step's `as:` made. */
static guint handle_made(struct compiler *c, const struct parsed *p)
{
	const struct ynode *as = arg(p, "as");
	const char *name = as ? bind_text(&c->b, as, "as") : NULL;
	guint i;

	for (i = 0; name && i < c->out->handles->len; i++) {
		const struct handle_info *h =
			&g_array_index(c->out->handles, struct handle_info, i);

		if (h->context == c->context && !strcmp(h->name, name))
			return i;
	}
	return 0;
}

static void range_compile(struct compiler *c, const struct parsed *p, const char *key,
			  struct step *s)
{
	gboolean whole = !strcmp(p->spec->name, "fill") || !strcmp(p->spec->name, "scan");
	const struct ynode *at = arg(p, key), *v = arg(p, "uncached");
	gboolean uncached = v && bind_bool(&c->b, v, "uncached", FALSE);
	guint64 room = 0, length;

	if (!at || !refs_address(c, at, uncached, &s->at, &room))
		return;
	length = whole ? room : MIN(room, DEFAULT_BYTES);
	if ((v = arg(p, "len")))
		length = bind_number(&c->b, v, "len", SCALAR_BYTES, 1, room, length);
	s->at.length = (u32)length;
}

static void handle_use(struct compiler *c, const struct parsed *p, struct step *s)
{
	const struct ynode *at = arg(p, "map");
	const struct handle_info *h;
	guint handle;

	if (!at || !refs_handle(c, at, &handle))
		return;
	h = &g_array_index(c->out->handles, struct handle_info, handle);
	if (h->made_by == KF_none)
		return; /* by a step that does not exist */
	s->arg[2] = handle;
	s->arg[1] = s->fn == KF_step_kunmap_atomic ? h->slot : h->pages;
	if ((s->fn == KF_step_kunmap && h->made_by != KF_step_kmap) ||
	    (s->fn == KF_step_kunmap_atomic && h->made_by != KF_step_kmap_atomic) ||
	    (s->fn == KF_step_unmap_user && h->made_by != KF_step_map_user))
		diag_label(bind_error(&c->b, "E0169", at, "%s: `%s` was made by %s", p->spec->name,
				      h->name,
				      h->made_by == KF_step_kmap        ? "kmap" :
				      h->made_by == KF_step_kmap_atomic ? "kmap-atomic" :
									  "map-user"),
			   h->span, "made here");
}

static void map_use(struct compiler *c, const struct parsed *p, struct step *s)
{
	const struct ynode *at = arg(p, "map"), *v;
	const struct dma_map_def *def;
	const struct map_info *info;
	static const char *const suffix[] = {"single", "page", "sg"};
	guint map, target;
	int word;

	if (!at || !refs_map(c, at, &map))
		return;
	def = &g_array_index(c->out->maps, struct dma_map_def, map);
	info = &g_array_index(c->out->map_infos, struct map_info, map);
	s->arg[0] = map;
	if (!def->sgs)
		return; /* the step that made it is at fault */
	switch (s->fn) {
	case KF_step_dma_unmap:
	case KF_step_dma_sync_for_cpu:
	case KF_step_dma_sync_for_device:
		/* dma_sync_single_* serves dma_map_page() as well */
		if (!strstr(p->spec->name, suffix[def->kind]) &&
		    !(def->kind == DMA_MAP_PAGE && strstr(p->spec->name, "sync-single")))
			diag_help(diag_error(c->b.diag, "E0170", p->name->used_at,
					     "%s: `%s` was mapped with dma-map-%s", p->spec->name,
					     info->id, suffix[def->kind]),
				  s->fn == KF_step_dma_unmap        ? "use dma-unmap-%s" :
				  s->fn == KF_step_dma_sync_for_cpu ? "use dma-sync-%s-for-cpu" :
								      "use dma-sync-%s-for-device",
				  s->fn != KF_step_dma_unmap && def->kind == DMA_MAP_PAGE ?
					  "single" :
					  suffix[def->kind]);
		break;
	case KF_step_dev_start:
	case KF_step_dev_transfer:
		s->arg[1] = map;
		s->arg[2] = def->direction == DMA_BIDIRECTIONAL ? DMA_FROM_DEVICE : def->direction;
		if ((v = arg(p, "dir")) &&
		    (word = bind_word(&c->b, v, "dir", vocab_arg_words(ARG_DIRECTION))) >= 0) {
			s->arg[2] = (u32)word;
			if (word == DMA_BIDIRECTIONAL)
				diag_error(c->b.diag, "E0171", v->used_at,
					   "a transfer goes one way: to-device or from-device");
		} else if (def->direction == DMA_BIDIRECTIONAL) {
			diag_primary_label(
				diag_error(c->b.diag, "E0108", p->name->used_at,
					   "%s: `dir` is missing", p->spec->name),
				"the mapping is bidirectional: which way does the device move data?");
		}
		if ((v = arg(p, "dev")) && refs_device(c, v, &target))
			s->arg[0] = target;
		break;
	case KF_step_ata_qc_complete:
		s->arg[1] = def->device;
		s->arg[2] = NO_ID;
		if ((v = arg(p, "raise")) && refs_context(c, v, &target))
			s->arg[2] = target;
		/* fall through */
	default:
		if (!info->readahead)
			bind_error(&c->b, "E0172", at, "%s: `%s` is not a readahead step",
				   p->spec->name, info->id);
		break;
	}
}

static void raise_check(struct compiler *c, const struct ynode *at, guint context)
{
	const struct context_def *def =
		&g_array_index(c->out->contexts, struct context_def, context);

	if (def->trigger != ON_RAISE)
		diag_help(diag_error(c->b.diag, "E0173", at->used_at,
				     "`%s` does not wait to be raised",
				     compiled_context_name(c->out, context)),
			  "give it `on: raise`");
}

static void step_compile(struct compiler *c, const struct ynode *node);

static void repeat_compile(struct compiler *c, const struct parsed *p)
{
	const struct ynode *times = arg(p, "times"), *body = arg(p, "steps");
	struct step end = {.fn = KF_none};
	struct step_info info = {.context = c->context, .op = "repeat", .span = p->name->used_at};
	guint first = c->out->steps->len, before = diag_mark(c->b.diag);

	if (!times || !body)
		return;
	if (c->loop_depth == LOOP_DEPTH) {
		diag_error(c->b.diag, "E0174", p->name->used_at, "repeat: nested deeper than %d",
			   LOOP_DEPTH);
		return;
	}
	end.arg[0] = (u32)bind_number(&c->b, times, "times", SCALAR_COUNTS, 1, 1000000, 1);
	end.arg[1] = first;
	end.arg[2] = c->loop_depth++;
	c->rounds *= end.arg[0];
	if (c->rounds > ROUNDS_MAX)
		diag_primary_label(
			diag_error(c->b.diag, "E0158", times->used_at,
				   "repeat: the steps below are executed %" G_GUINT64_FORMAT
				   " times in all",
				   c->rounds),
			"expected at most %u", ROUNDS_MAX);
	steps_compile(c, body);
	c->rounds /= end.arg[0];
	c->loop_depth--;
	if (c->out->steps->len == first && diag_mark(c->b.diag) == before)
		diag_error(c->b.diag, "E0175", p->name->used_at,
			   "repeat: there is nothing to repeat");
	info.text = g_strdup_printf("end of repeat x%u", end.arg[0]);
	g_array_append_val(c->out->steps, end);
	g_array_append_val(c->out->infos, info);
}

static void simple_args(struct compiler *c, const struct parsed *p, struct step *s)
{
	const struct ynode *v;
	struct page_ref ref;
	guint id, i;
	int word;

	for (i = 0; i < VOCAB_ARGS && p->spec->arg[i].type != ARG_NONE; i++) {
		const struct arg_spec *a = &p->spec->arg[i];

		v = arg(p, a->name);
		if (!v)
			continue;
		switch (a->type) {
		case ARG_PAGE:
		case ARG_PAGES:
			if (refs_pages(c, v, &ref)) {
				s->arg[0] = ref.first;
				s->arg[1] = ref.count;
			}
			break;
		case ARG_ADDRESS:
			range_compile(c, p, a->name, s);
			break;
		case ARG_DEVICE:
			if (s->fn == KF_step_wait_irq && refs_device(c, v, &id))
				s->arg[0] = id;
			break;
		case ARG_CONTEXT:
			if (refs_context(c, v, &id)) {
				raise_check(c, v, id);
				if (s->fn == KF_step_raise)
					s->arg[0] = id;
			}
			break;
		case ARG_CACHE_OP:
			word = bind_word(&c->b, v, "op", vocab_arg_words(ARG_CACHE_OP));
			s->arg[0] = word < 0 ? Hit_Writeback_Inv_D : (u32)word;
			if (s->arg[0] == Index_Writeback_Inv_D ||
			    s->arg[0] == Index_Writeback_Inv_SD)
				diag_error(
					c->b.diag, "E0176", v->used_at,
					"cache-op: only hit ops take an address that means a page");
			break;
		case ARG_HANDLE:
			handle_use(c, p, s);
			break;
		case ARG_MAP:
			map_use(c, p, s);
			break;
		case ARG_STEP:
			g_array_append_val(c->polls, ((struct poll_ref){c->out->steps->len, v}));
			break;
		case ARG_NONE:
		case ARG_SG:
		case ARG_NEW_HANDLE:
		case ARG_SLOT:
		case ARG_DIRECTION:
		case ARG_BYTES:
		case ARG_COUNT:
		case ARG_LABEL:
		case ARG_YES:
		case ARG_VA:
		case ARG_STEPS:
			break; /* part of another argument, or of what was declared */
		}
	}
}

static void step_compile(struct compiler *c, const struct ynode *node)
{
	struct step_info info = {.context = c->context};
	struct step s = {0};
	const struct ynode *v;
	struct parsed p;
	guint i;

	if (!step_parse(c, node, TRUE, &p)) {
		/* something with its name and id, for schedules that use them */
		info.op = "?";
		info.span = p.name->used_at;
		v = p.args ? ynode_get(p.args, "id") : NULL;
		info.id = v && v->kind == Y_SCALAR ? g_strdup(v->text) : NULL;
		info.text = g_strdup("?");
		g_array_append_val(c->out->steps, s);
		g_array_append_val(c->out->infos, info);
		return;
	}
	args_check(c, &p);
	if (!strcmp(p.spec->name, "repeat")) {
		repeat_compile(c, &p);
		return;
	}
	s.fn = p.spec->fn;
	info.op = p.spec->name;
	info.span = p.name->used_at;
	simple_args(c, &p, &s);
	if (s.fn == KF_step_map_user || s.fn == KF_step_kmap || s.fn == KF_step_kmap_atomic) {
		s.arg[2] = handle_made(c, &p);
		if (s.arg[2] < c->out->handles->len) {
			const struct handle_info *h =
				&g_array_index(c->out->handles, struct handle_info, s.arg[2]);

			s.arg[3] = h->va;
			if (s.fn == KF_step_kmap_atomic)
				s.arg[1] = h->slot;
		}
	}
	if (s.fn == KF_step_dma_map || s.fn == KF_step_readahead) {
		/* mappings were declared in this very order */
		for (i = 0; i < c->out->map_infos->len; i++) {
			struct map_info *m = &g_array_index(c->out->map_infos, struct map_info, i);

			if (m->step == NO_ID) {
				m->step = c->out->steps->len;
				s.arg[0] = i;
				s.arg[1] =
					g_array_index(c->out->maps, struct dma_map_def, i).device;
				break;
			}
		}
	}
	if ((v = p.args ? ynode_get(p.args, "id") : NULL)) {
		const char *id = bind_text(&c->b, v, "id");

		if (id && refs_name(c, v, "step"))
			info.id = g_strdup(id);
		for (i = 0; id && i < c->out->infos->len; i++) {
			const struct step_info *o = compiled_info(c->out, i);

			if (o->context == c->context && o->id && !strcmp(o->id, id))
				diag_label(diag_error(c->b.diag, "E0177", v->used_at,
						      "this context already has a step `%s`", id),
					   o->span, "first here");
		}
	}
	if ((v = arg(&p, "value"))) {
		const char *label = bind_text(&c->b, v, "value");

		info.label = g_strdup(label);
	}
	info.text = step_text(c, &p);
	g_array_append_val(c->out->steps, s);
	g_array_append_val(c->out->infos, info);
}

void steps_compile(struct compiler *c, const struct ynode *list)
{
	guint i;

	if (!bind_list(&c->b, list, "steps"))
		return;
	for (i = 0; i < list->items->len; i++)
		step_compile(c, list->items->pdata[i]);
}
