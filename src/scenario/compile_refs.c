// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "compiler.h"
#include "keys.h"
#include "scalar.h"
#include "words.h"

#define DEFAULT_ROOM 65536u

static gboolean is_name(const char *text)
{
	const char *p;

	for (p = text; *p; p++)
		if (!g_ascii_isalnum(*p) && *p != '_' && *p != '-')
			return FALSE;
	return p != text;
}

gboolean refs_name(struct compiler *c, const struct ynode *at, const char *what)
{
	const struct ynode *v = bind_resolve(&c->b, at);

	if (!v || is_name(v->text))
		return v != NULL;
	diag_help(bind_error(&c->b, "E0140", at, "`%s` cannot be the name of a %s", v->text, what),
		  "names are made of letters, digits, `-` and `_`");
	return FALSE;
}

/* A reference cut into its parts: [context.]name[first..last]+offset. */
struct parts {
	char *context; /* NULL: none */
	char *name;
	gboolean indexed;
	guint64 first, last;
	guint64 offset;
};

static void parts_clear(struct parts *p)
{
	g_free(p->context);
	g_free(p->name);
}

static gboolean parse_number(const char *text, guint64 *ret)
{
	char why[SCALAR_WHY];

	return !scalar_u64(text, SCALAR_BYTES, ret, why);
}

static gboolean parts_parse(struct compiler *c, const struct ynode *at, const char *text,
			    struct parts *p)
{
	g_autofree char *rest = g_strdup(text);
	char *plus = strchr(rest, '+');
	char *open, *dot, *dots;

	*p = (struct parts){0};
	if (plus) {
		*plus = 0;
		if (!parse_number(plus + 1, &p->offset))
			goto bad;
	}
	open = strchr(rest, '[');
	if (open) {
		if (rest[strlen(rest) - 1] != ']')
			goto bad;
		rest[strlen(rest) - 1] = 0;
		*open++ = 0;
		p->indexed = TRUE;
		dots = strstr(open, "..");
		if (dots)
			*dots = 0;
		if (!parse_number(open, &p->first) || (dots && !parse_number(dots + 2, &p->last)))
			goto bad;
		if (!dots)
			p->last = p->first;
	}
	dot = strchr(rest, '.');
	if (dot) {
		*dot = 0;
		p->context = g_strdup(rest);
	}
	p->name = g_strdup(dot ? dot + 1 : rest);
	if (is_name(p->name) && (!p->context || is_name(p->context)))
		return TRUE;
bad:
	parts_clear(p);
	diag_help(bind_error(&c->b, "E0141", at, "`%s` is not a reference", text),
		  "expected a name such as `pg`, `ra[3]`, `ra[0..31]`, `v+0x40` or `reader.map`");
	return FALSE;
}

static const char **page_words(struct compiler *c)
{
	const char **words = g_new0(const char *, c->out->page_names->len + 1);
	guint i;

	for (i = 0; i < c->out->page_names->len; i++)
		words[i] = g_array_index(c->out->page_names, struct page_name, i).name;
	return words;
}

static const struct page_name *page_lookup(struct compiler *c, const char *name)
{
	guint i;

	for (i = 0; i < c->out->page_names->len; i++) {
		const struct page_name *n = &g_array_index(c->out->page_names, struct page_name, i);

		if (!strcmp(n->name, name))
			return n;
	}
	return NULL;
}

static gboolean index_check(struct compiler *c, const struct ynode *at, const struct parts *p,
			    const char *name, guint count)
{
	struct diag_fault *f;

	if (p->first <= p->last && p->last < count)
		return TRUE;
	if (p->first > p->last) {
		f = bind_error(&c->b, "E0143", at,
			       "a range goes upwards, and its last page is part of it");
		diag_help(f, "write `%s[%" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT "]`", name,
			  p->last, p->first);
		return FALSE;
	}
	f = bind_error(&c->b, "E0143", at, "`%s` has %u page%s", name, count,
		       count == 1 ? "" : "s");
	if (count == 1)
		diag_primary_label(f, "expected index 0, or none");
	else
		diag_primary_label(f, "expected an index of 0 to %u", count - 1);
	return FALSE;
}

static gboolean page_parts(struct compiler *c, const struct ynode *at, const struct parts *p,
			   struct page_ref *ret)
{
	const struct page_name *n = p->context ? NULL : page_lookup(c, p->name);

	if (!n) {
		g_autofree const char **words = page_words(c);
		g_autofree char *full = g_strjoin(".", p->context ? p->context : p->name,
						  p->context ? p->name : NULL, NULL);

		bind_unknown(&c->b, "E0142", at, "page", full, words);
		return FALSE;
	}
	*ret = (struct page_ref){n->first, n->count};
	if (!p->indexed)
		return TRUE;
	if (!index_check(c, at, p, n->name, n->count))
		return FALSE;
	*ret = (struct page_ref){n->first + (guint)p->first, (guint)(p->last - p->first) + 1};
	return TRUE;
}

gboolean refs_pages(struct compiler *c, const struct ynode *at, struct page_ref *ret)
{
	const char *text = bind_text(&c->b, at, "page");
	struct parts p;
	gboolean ok;

	if (!text || !parts_parse(c, at, text, &p))
		return FALSE;
	ok = page_parts(c, at, &p, ret);
	if (ok && p.offset) {
		bind_error(&c->b, "E0144", at, "expected whole pages, without `+offset`");
		ok = FALSE;
	}
	parts_clear(&p);
	return ok;
}

/* A handle by name: of the named context, else of this one, else the only one of that name. */
static int handle_lookup(struct compiler *c, const struct parts *p, gboolean *ambiguous)
{
	int only = -1;
	guint i;

	*ambiguous = FALSE;
	for (i = 0; i < c->out->handles->len; i++) {
		const struct handle_info *h =
			&g_array_index(c->out->handles, struct handle_info, i);

		if (strcmp(h->name, p->name))
			continue;
		if (p->context) {
			if (!strcmp(p->context, compiled_context_name(c->out, h->context)))
				return (int)i;
			continue;
		}
		if (h->context == c->context) {
			*ambiguous = FALSE;
			return (int)i;
		}
		*ambiguous |= only >= 0;
		only = (int)i;
	}
	return only;
}

/* `CONTEXT.name` of a context that there is not: says so. */
static gboolean context_unknown(struct compiler *c, const struct ynode *at, const struct parts *p)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	guint i;

	if (!p->context)
		return FALSE;
	for (i = 0; i < c->out->context_names->len; i++) {
		g_ptr_array_add(words, c->out->context_names->pdata[i]);
		if (!strcmp(c->out->context_names->pdata[i], p->context))
			return FALSE;
	}
	g_ptr_array_add(words, NULL);
	bind_unknown(&c->b, "E0152", at, "context", p->context, (const char *const *)words->pdata);
	return TRUE;
}

static void unknown_handle(struct compiler *c, const struct ynode *at, const char *name,
			   gboolean ambiguous, gboolean with_pages)
{
	guint n = c->out->handles->len, i;
	g_autofree const char **words = g_new0(const char *, n + c->out->page_names->len + 1);
	struct diag_fault *f;

	if (ambiguous) {
		f = bind_error(&c->b, "E0145", at, "more than one context has a mapping `%s`",
			       name);
		diag_help(f, "write `CONTEXT.%s`", name);
		return;
	}
	for (i = 0; i < n; i++)
		words[i] = g_array_index(c->out->handles, struct handle_info, i).name;
	if (with_pages)
		for (i = 0; i < c->out->page_names->len; i++)
			words[n + i] = g_array_index(c->out->page_names, struct page_name, i).name;
	f = bind_unknown(&c->b, "E0146", at, "mapping", name, words);
	diag_note(f, "mappings are made with `as:` by kmap, kmap-atomic and map-user");
}

gboolean refs_handle(struct compiler *c, const struct ynode *at, guint *ret)
{
	const char *text = bind_text(&c->b, at, "mapping");
	gboolean ambiguous;
	struct parts p;
	int handle;

	if (!text || !parts_parse(c, at, text, &p))
		return FALSE;
	handle = handle_lookup(c, &p, &ambiguous);
	if (ambiguous || (handle < 0 && !context_unknown(c, at, &p)))
		unknown_handle(c, at, p.name, ambiguous, FALSE);
	parts_clear(&p);
	*ret = (guint)handle;
	return handle >= 0 && !ambiguous;
}

gboolean refs_address(struct compiler *c, const struct ynode *at, gboolean uncached,
		      struct operand *ret, guint64 *room)
{
	const char *text = bind_text(&c->b, at, "address");
	guint64 page_bytes = cell_page_bytes(&c->out->cell);
	gboolean ambiguous, ok = TRUE;
	struct page_ref ref;
	struct parts p;
	int handle;

	if (!text || !parts_parse(c, at, text, &p))
		return FALSE;
	handle = handle_lookup(c, &p, &ambiguous);
	if (handle >= 0 && !ambiguous) {
		const struct handle_info *h =
			&g_array_index(c->out->handles, struct handle_info, handle);

		*ret = (struct operand){OPERAND_HANDLE, (u32)handle, 0, 0};
		*room = h->pages * page_bytes;
		/* without pages it was made by a faulty step, which has its error */
		if (!h->pages)
			*room = MAX(DEFAULT_ROOM, p.offset + 1);
		else if (p.indexed)
			ok = index_check(c, at, &p, h->name, h->pages);
		if (h->pages && ok && p.offset < *room)
			p.offset += p.first * page_bytes;
	} else if (ambiguous || !page_lookup(c, p.name)) {
		if (ambiguous || !context_unknown(c, at, &p))
			unknown_handle(c, at, p.name, ambiguous, TRUE);
		ok = FALSE;
	} else if ((ok = page_parts(c, at, &p, &ref))) {
		if (c->out->cell.page[ref.first].highmem) {
			struct diag_fault *f = bind_error(
				&c->b, "E0147", at,
				"`%s` is a highmem page: it has no kernel address of its own",
				text);

			diag_help(f, "map it first: kmap, kmap-atomic or map-user with `as:`");
			ok = FALSE;
		} else {
			*ret = (struct operand){uncached ? OPERAND_KSEG1 : OPERAND_KSEG0, ref.first,
						0, 0};
			*room = ref.count * page_bytes;
		}
	}
	if (ok && uncached && ret->kind == OPERAND_HANDLE) {
		bind_error(&c->b, "E0148", at, "uncached: only lowmem pages have a kseg1 address");
		ok = FALSE;
	}
	if (ok && p.offset >= *room) {
		bind_error(&c->b, "E0149", at,
			   "the offset 0x%" G_GINT64_MODIFIER
			   "x is past the end, which is 0x%" G_GINT64_MODIFIER "x",
			   p.offset, *room);
		ok = FALSE;
	}
	if (ok) {
		ret->offset = (u32)p.offset;
		*room -= p.offset;
	}
	parts_clear(&p);
	return ok;
}

/* A mapping step by its id, found like a handle. */
static int map_lookup(struct compiler *c, const struct parts *p, gboolean *ambiguous)
{
	int only = -1;
	guint i;

	*ambiguous = FALSE;
	for (i = 0; i < c->out->map_infos->len; i++) {
		const struct map_info *m = &g_array_index(c->out->map_infos, struct map_info, i);

		if (!m->id || strcmp(m->id, p->name))
			continue;
		if (p->context) {
			if (!strcmp(p->context, compiled_context_name(c->out, m->context)))
				return (int)i;
			continue;
		}
		if (m->context == c->context) {
			*ambiguous = FALSE;
			return (int)i;
		}
		*ambiguous |= only >= 0;
		only = (int)i;
	}
	return only;
}

gboolean refs_map(struct compiler *c, const struct ynode *at, guint *ret)
{
	const char *text = bind_text(&c->b, at, "map");
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	gboolean ambiguous;
	struct parts p;
	guint i;
	int map;

	if (!text || !parts_parse(c, at, text, &p))
		return FALSE;
	map = map_lookup(c, &p, &ambiguous);
	if (map < 0 && context_unknown(c, at, &p)) {
		/* said */
	} else if (map < 0) {
		for (i = 0; i < c->out->map_infos->len; i++)
			if (g_array_index(c->out->map_infos, struct map_info, i).id)
				g_ptr_array_add(
					words,
					g_array_index(c->out->map_infos, struct map_info, i).id);
		g_ptr_array_add(words, NULL);
		diag_note(bind_unknown(&c->b, "E0150", at, "step id", p.name,
				       (const char *const *)words->pdata),
			  "give the dma-map or readahead step an `id:`");
	} else if (ambiguous) {
		diag_help(bind_error(&c->b, "E0145", at, "more than one context has a step `%s`",
				     p.name),
			  "write `CONTEXT.%s`", p.name);
	}
	parts_clear(&p);
	*ret = (guint)map;
	return map >= 0 && !ambiguous;
}

static gboolean word_index(struct compiler *c, const struct ynode *at, GPtrArray *names,
			   const char *code, const char *what, guint *ret)
{
	const char *text = bind_text(&c->b, at, what);
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	guint i;

	if (!text)
		return FALSE;
	for (i = 0; i < names->len; i++) {
		if (!strcmp(names->pdata[i], text)) {
			*ret = i;
			return TRUE;
		}
		g_ptr_array_add(words, names->pdata[i]);
	}
	g_ptr_array_add(words, NULL);
	bind_unknown(&c->b, code, at, what, text, (const char *const *)words->pdata);
	return FALSE;
}

gboolean refs_device(struct compiler *c, const struct ynode *at, guint *ret)
{
	return word_index(c, at, c->out->device_names, "E0151", "device", ret);
}

gboolean refs_context(struct compiler *c, const struct ynode *at, guint *ret)
{
	return word_index(c, at, c->out->context_names, "E0152", "context", ret);
}

gboolean refs_step(struct compiler *c, const struct ynode *at, guint *context, guint *step)
{
	const char *text = bind_text(&c->b, at, "step");
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	const struct context_def *def;
	guint i, by_op = NO_ID, ops = 0;
	struct parts p;

	if (!text || !parts_parse(c, at, text, &p))
		return FALSE;
	if (!p.context) {
		diag_help(
			bind_error(&c->b, "E0153", at, "`%s`: of which context?", text),
			"write `CONTEXT.STEP`, the step by its `id:` or, where that is unique, its op");
		parts_clear(&p);
		return FALSE;
	}
	if (context_unknown(c, at, &p)) {
		parts_clear(&p);
		return FALSE;
	}
	for (i = 0; strcmp(c->out->context_names->pdata[i], p.context); i++)
		;
	*context = i;
	def = &g_array_index(c->out->contexts, struct context_def, i);
	*step = NO_ID;
	for (i = def->first_step; i < def->first_step + def->steps; i++) {
		const struct step_info *info = compiled_info(c->out, i);

		if (info->id) {
			g_ptr_array_add(words, info->id);
			if (!strcmp(info->id, p.name))
				*step = i;
		}
		if (!strcmp(info->op, p.name)) {
			by_op = i;
			ops++;
		}
	}
	for (i = def->first_step; i < def->first_step + def->steps; i++)
		if (!g_ptr_array_find_with_equal_func(words, compiled_info(c->out, i)->op,
						      g_str_equal, NULL))
			g_ptr_array_add(words, (char *)compiled_info(c->out, i)->op);
	if (*step == NO_ID && ops == 1)
		*step = by_op;
	if (*step == NO_ID && ops > 1) {
		diag_help(bind_error(&c->b, "E0155", at, "`%s` has %u steps `%s`", p.context, ops,
				     p.name),
			  "give the one you mean an `id:`");
	} else if (*step == NO_ID) {
		g_ptr_array_add(words, NULL);
		diag_note(
			bind_unknown(&c->b, "E0154", at, "step", p.name,
				     (const char *const *)words->pdata),
			"of the context `%s`: a step by its `id:`, or by its name where that is unique",
			p.context);
	}
	parts_clear(&p);
	return *step != NO_ID;
}

/* `to`: the piece goes on to the end of another page, whose frames must follow without a gap. */
static gboolean refs_stretch(struct compiler *c, const struct ynode *at, struct page_ref *ref)
{
	struct page_ref to;
	guint i;

	if (!refs_pages(c, at, &to))
		return FALSE;
	for (i = ref->first + 1; i < to.first + to.count; i++)
		if (g_array_index(c->out->pages, struct page_info, i).pfn !=
		    g_array_index(c->out->pages, struct page_info, i - 1).pfn + 1)
			break;
	if (to.first < ref->first || i < to.first + to.count) {
		diag_help(diag_error(c->b.diag, "E0157", at->used_at,
				     "the page frames up to `%s` do not follow each other",
				     at->text),
			  "declare the pages one after the other, with `pfn:` where needed");
		return FALSE;
	}
	ref->count = to.first + to.count - ref->first;
	return TRUE;
}

gboolean refs_sg(struct compiler *c, const struct ynode *at, struct sg_entry *ret)
{
	const struct ynode *node = bind_resolve(&c->b, at);
	guint64 page_bytes = cell_page_bytes(&c->out->cell);
	guint64 offset = 0, length, room;
	const struct ynode *v;
	struct page_ref ref;

	if (!node)
		return FALSE;
	if (node->kind == Y_SCALAR) {
		if (!refs_pages(c, at, &ref))
			return FALSE;
		*ret = (struct sg_entry){ref.first, 0, (u32)(ref.count * page_bytes)};
		return TRUE;
	}
	if (!keys_check(&c->b, node, &keys_piece))
		return FALSE;
	v = ynode_get(node, "page");
	if (!v || !refs_pages(c, v, &ref))
		return FALSE;
	if ((v = ynode_get(node, "to")) && !refs_stretch(c, v, &ref))
		return FALSE;
	room = ref.count * page_bytes;
	if ((v = ynode_get(node, "offset")))
		offset = bind_number(&c->b, v, "offset", SCALAR_BYTES, 0, room - 1, 0);
	length = room - offset;
	if ((v = ynode_get(node, "len")))
		length = bind_number(&c->b, v, "len", SCALAR_BYTES, 1, room - offset, length);
	*ret = (struct sg_entry){ref.first, (u32)offset, (u32)length};
	return TRUE;
}
