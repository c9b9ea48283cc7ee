// SPDX-License-Identifier: GPL-2.0-or-later
#include "cut.h"

#include <string.h>

#include "scenario/scalar.h"

static enum cut_result take_away(struct unit *u)
{
	unit_take_away(u);
	unit_free(u);
	return CUT_MADE;
}

static enum cut_result cut_context(const struct cutter *c, struct ytree *tree, struct ynode *root,
				   guint n)
{
	struct unit *u = unit_new(root);

	(void)c, (void)tree;
	if (n >= u->outline->contexts->entries->len) {
		unit_free(u);
		return CUT_END;
	}
	u->context[n] = TRUE;
	return take_away(u);
}

static enum cut_result cut_device(const struct cutter *c, struct ytree *tree, struct ynode *root,
				  guint n)
{
	const struct ynode *devices = ynode_get(root, "devices");
	struct unit *u;

	(void)c, (void)tree;
	if (!devices || n >= devices->entries->len)
		return CUT_END;
	u = unit_new(root);
	g_ptr_array_add(u->devices,
			g_strdup(g_array_index(devices->entries, struct yentry, n).key->text));
	return take_away(u);
}

/* Runs of steps: halves, quarters and so on, down to two. */
static enum cut_result cut_run(const struct cutter *c, struct ytree *tree, struct ynode *root,
			       guint n)
{
	struct unit *u = unit_new(root);
	guint steps = u->outline->steps->len, size, i;

	(void)c, (void)tree;
	for (size = steps / 2; size > 1; size /= 2) {
		guint runs = (steps + size - 1) / size;

		if (n >= runs) {
			n -= runs;
			continue;
		}
		/* from the end: what comes last is needed least often */
		for (i = 0; i < size && (runs - 1 - n) * size + i < steps; i++)
			u->step[(runs - 1 - n) * size + i] = TRUE;
		return take_away(u);
	}
	unit_free(u);
	return CUT_END;
}

static enum cut_result cut_step(const struct cutter *c, struct ytree *tree, struct ynode *root,
				guint n)
{
	struct unit *u = unit_new(root);

	(void)c, (void)tree;
	if (n >= u->outline->steps->len) {
		unit_free(u);
		return CUT_END;
	}
	u->step[u->outline->steps->len - 1 - n] = TRUE;
	return take_away(u);
}

static enum cut_result cut_pair(const struct cutter *c, struct ytree *tree, struct ynode *root,
				guint n)
{
	struct unit *u = unit_new(root);
	guint steps = u->outline->steps->len, i;

	(void)c, (void)tree;
	for (i = 0; i < steps; i++) {
		if (n < steps - i - 1) {
			u->step[i] = u->step[i + 1 + n] = TRUE;
			return take_away(u);
		}
		n -= steps - i - 1;
	}
	unit_free(u);
	return CUT_END;
}

/* The loop goes, its steps stay. */
static enum cut_result cut_loop(const struct cutter *c, struct ytree *tree, struct ynode *root,
				guint n)
{
	struct outline *l = outline_new(root);
	enum cut_result result = CUT_END;
	guint i, j;

	(void)c, (void)tree;
	for (i = 0; i < l->steps->len && result == CUT_END; i++) {
		const struct step_at *s = outline_step(l, i);
		struct ynode *body = s->spec && !strcmp(s->spec->name, "repeat") ?
					     outline_arg(s, "steps") :
					     NULL;
		guint at;

		if (!body || n--)
			continue;
		g_ptr_array_find(s->list->items, s->node, &at);
		g_ptr_array_remove_index(s->list->items, at);
		for (j = 0; j < body->items->len; j++)
			g_ptr_array_insert(s->list->items, (gint)(at + j), body->items->pdata[j]);
		result = CUT_MADE;
	}
	outline_free(l);
	return result;
}

static enum cut_result cut_event(const struct cutter *c, struct ytree *tree, struct ynode *root,
				 guint n)
{
	struct ynode *events = outline_events(root);

	(void)c, (void)tree;
	if (!events || n >= events->items->len)
		return CUT_END;
	g_ptr_array_remove_index(events->items, n);
	return CUT_MADE;
}

/* An item of a list of pieces or pages. */
static enum cut_result cut_piece(const struct cutter *c, struct ytree *tree, struct ynode *root,
				 guint n)
{
	struct outline *l = outline_new(root);
	g_autoptr(GArray) places = places_of(l);
	guint i;

	(void)c, (void)tree;
	outline_free(l);
	for (i = 0; i < places->len; i++) {
		const struct place *p = &g_array_index(places, struct place, i);

		if (!p->list || p->list->items->len < 2 || n--)
			continue;
		g_ptr_array_remove(p->list->items, p->node);
		return CUT_MADE;
	}
	return CUT_END;
}

/* Choices of a kind: at any moment, or never. */
static enum cut_result cut_bound(const struct cutter *c, struct ytree *tree, struct ynode *root,
				 enum bound kind)
{
	struct ynode *explore = ynode_get(root, "explore");
	const struct ynode *v = explore ? ynode_get(explore, bound_key(kind)) : NULL;

	if (!c->explored || (v && (!strcmp(v->text, "none") || !strcmp(v->text, "0"))))
		return CUT_END;
	if (!explore) {
		explore = ymake_map(tree);
		ymake_put(tree, root, "explore", explore);
	}
	ymake_put(tree, explore, bound_key(kind), ymake_text(tree, "none"));
	return CUT_MADE;
}

static enum cut_result cut_evictions(const struct cutter *c, struct ytree *tree, struct ynode *root,
				     guint n)
{
	return n ? CUT_END : cut_bound(c, tree, root, BOUND_EVICTIONS);
}

static enum cut_result cut_fills(const struct cutter *c, struct ytree *tree, struct ynode *root,
				 guint n)
{
	return n || c->compiled->cell.machine.speculation == SPECULATION_NONE ?
		       CUT_END :
		       cut_bound(c, tree, root, BOUND_FILLS);
}

struct key_at {
	struct ynode *map;
	const char *key;
};

static void key_add(GArray *list, struct ynode *map, const char *key)
{
	struct key_at k = {map, key};

	if (map && map->kind == Y_MAP && ynode_get(map, key))
		g_array_append_val(list, k);
}

/* Without these more would go wrong, not less. */
static gboolean protects(const char *key, const struct ynode *value)
{
	static const struct {
		const char *key, *value;
	} list[] = {
		{"write", "through"},     {"allocate", "no"},  {"alias-free", "yes"},
		{"inclusive", "yes"},     {"dma", "coherent"}, {"post-dma-flush", "yes"},
		{"sync-after-op", "yes"},
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS(list); i++)
		if (!strcmp(list[i].key, key) && value->kind == Y_SCALAR &&
		    !strcmp(list[i].value, value->text))
			return TRUE;
	for (i = 0; value->kind == Y_MAP && i < value->entries->len; i++) {
		const struct yentry *e = &g_array_index(value->entries, struct yentry, i);

		if (protects(e->key->text, e->value))
			return TRUE;
	}
	return FALSE;
}

/* The key, unless it protects. */
static void needless_add(GArray *list, struct ynode *map, const char *key)
{
	const struct ynode *v = map ? ynode_get(map, key) : NULL;

	if (v && !protects(key, v))
		key_add(list, map, key);
}

static void keys_add(GArray *list, struct ynode *map)
{
	guint i;

	for (i = 0; map && map->kind == Y_MAP && i < map->entries->len; i++)
		needless_add(list, map, g_array_index(map->entries, struct yentry, i).key->text);
}

/* Parts that are not needed; but an L2 goes with whatever it says of itself. */
static void machine_keys_add(const struct cutter *c, GArray *list, struct ynode *machine)
{
	static const char *const policies[] = {"replacement", "write",     "allocate",
					       "alias-free",  "inclusive", NULL};
	guint i;

	for (i = 0; i < machine->entries->len; i++) {
		const struct yentry *e = &g_array_index(machine->entries, struct yentry, i);
		gboolean l2 = !strcmp(e->key->text, "l2");

		if (!strcmp(e->key->text, "preset") || (!l2 && protects(e->key->text, e->value)))
			continue;
		/* without `l2: no` the machine would grow */
		if (!l2 || e->value->kind == Y_MAP || c->compiled->cell.machine.l2.present ||
		    !toy_has_l2(machine))
			key_add(list, machine, e->key->text);
	}
	for (i = 0; policies[i]; i++) {
		needless_add(list, ynode_get(machine, "l1d"), policies[i]);
		needless_add(list, ynode_get(machine, "l2"), policies[i]);
	}
}

/* Optional arguments; without `len` an access shrinks to 4 bytes, a range would grow. */
static void step_keys_add(GArray *list, const struct step_at *s)
{
	gboolean range = s->spec &&
			 (!strcmp(s->spec->name, "fill") || !strcmp(s->spec->name, "scan"));
	guint i;

	for (i = 0; s->spec && i < VOCAB_ARGS && s->spec->arg[i].type != ARG_NONE; i++) {
		const struct arg_spec *a = &s->spec->arg[i];

		if (!a->required && a->type != ARG_LABEL && !(a->type == ARG_BYTES && range))
			key_add(list, s->args, a->name);
	}
}

static GArray *keys_of(const struct cutter *c, struct ynode *root)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(struct key_at));
	struct outline *l = outline_new(root);
	struct ynode *machine = ynode_get(root, "machine"), *events = outline_events(root), *map;
	g_autoptr(GArray) places = places_of(l);
	guint i;

	if (machine && machine->kind == Y_MAP)
		machine_keys_add(c, list, machine);
	keys_add(list, ynode_get(root, "kernel"));
	map = ynode_get(root, "explore");
	if (!c->explored)
		keys_add(list, map);
	else
		key_add(list, map, "tlb");
	/* it bounds nothing once the machine does not speculate any more */
	if (c->explored && c->compiled->cell.machine.speculation == SPECULATION_NONE)
		key_add(list, map, "fills");
	key_add(list, root, "force");
	map = ynode_get(root, "pages");
	for (i = 0; map && i < map->entries->len; i++) {
		key_add(list, g_array_index(map->entries, struct yentry, i).value, "free");
		key_add(list, g_array_index(map->entries, struct yentry, i).value, "pfn");
	}
	map = ynode_get(root, "devices");
	for (i = 0; map && i < map->entries->len; i++)
		keys_add(list, g_array_index(map->entries, struct yentry, i).value);
	for (i = 0; i < l->contexts->entries->len; i++) {
		struct ynode *context = g_array_index(l->contexts->entries, struct yentry, i).value;

		key_add(list, context, "level");
		key_add(list, context, "times");
		key_add(list, context, "cpu");
		key_add(list, context, "mm");
	}
	for (i = 0; i < l->steps->len; i++)
		step_keys_add(list, outline_step(l, i));
	for (i = 0; i < places->len; i++) {
		const struct place *p = &g_array_index(places, struct place, i);

		if (p->kind == PLACE_PIECE)
			key_add(list, p->node, "to");
	}
	for (i = 0; events && i < events->items->len; i++)
		key_add(list, events->items->pdata[i], "op");
	outline_free(l);
	return list;
}

static enum cut_result cut_key(const struct cutter *c, struct ytree *tree, struct ynode *root,
			       guint n)
{
	g_autoptr(GArray) keys = keys_of(c, root);
	struct key_at *k;

	(void)tree;
	if (n >= keys->len)
		return CUT_END;
	k = &g_array_index(keys, struct key_at, n);
	ymake_drop(k->map, k->key);
	return CUT_MADE;
}

const struct cut_kind cut_kinds[] = {
	{"eviction", cut_evictions},
	{"fill", cut_fills},
	{"machine", cut_machine},
	{"context", cut_context},
	{"device", cut_device},
	{"run of steps", cut_run},
	{"step", cut_step},
	{"loop", cut_loop},
	{"event", cut_event},
	{"piece of a buffer", cut_piece},
	{"page", cut_page},
	{"optional key", cut_key},
	{"range of pages", cut_range},
	{"L2", cut_l2},
	{"offset", cut_offset},
	{"number", cut_number},
	{"pair of steps", cut_pair},
	{NULL, NULL},
};

static void drop_if(struct ynode *map, const char *key, const char *text)
{
	const struct ynode *v = ynode_get(map, key);

	if (v && v->kind == Y_SCALAR && !strcmp(v->text, text))
		ymake_drop(map, key);
}

static void drop_if_hollow(struct ynode *root, const char *key)
{
	const struct ynode *v = ynode_get(root, key);

	if (v && v->kind == Y_MAP && !v->entries->len)
		ymake_drop(root, key);
}

static void offset_tidy(struct ynode *piece)
{
	const struct ynode *v = ynode_get(piece, "offset");
	char why[SCALAR_WHY];
	guint64 offset;

	if (v && v->kind == Y_SCALAR && !scalar_u64(v->text, SCALAR_BYTES, &offset, why) && !offset)
		ymake_drop(piece, "offset");
}

/* {page: x} and [x] are x. */
static void pieces_tidy(struct ynode *args, const char *name)
{
	struct ynode *v = ynode_get(args, name);
	guint i;

	for (i = 0; v && v->kind == Y_LIST && i < v->items->len; i++) {
		struct ynode *item = v->items->pdata[i];

		offset_tidy(item);
		if (item->kind == Y_MAP && item->entries->len == 1 && ynode_get(item, "page"))
			v->items->pdata[i] = ynode_get(item, "page");
	}
	if (v)
		offset_tidy(v);
	if (v && v->kind == Y_LIST && v->items->len == 1)
		v = v->items->pdata[0];
	if (v && v->kind == Y_MAP && v->entries->len == 1 && ynode_get(v, "page"))
		v = ynode_get(v, "page");
	if (v)
		ymake_put(NULL, args, name, v);
}

/* Of a page alone, `pg[0]` is `pg`. */
static void indices_tidy(const struct outline *l, const struct ynode *pages)
{
	g_autoptr(GArray) places = places_of(l);
	guint i;

	for (i = 0; i < places->len; i++) {
		const struct place *p = &g_array_index(places, struct place, i);
		struct ynode *node = p->kind == PLACE_PIECE ? ynode_get(p->node, "page") : p->node;
		const struct ynode *page;
		struct ref r;

		if (!node || node->kind != Y_SCALAR || !ref_parse(node->text, &r))
			continue;
		page = pages ? ynode_get(pages, r.name) : NULL;
		if (page && place_handle(l, p) < 0 && r.indexed && !r.first && !r.last &&
		    !ynode_get(page, "count")) {
			r.indexed = FALSE;
			place_set(node, &r);
		}
		ref_clear(&r);
	}
}

static void schedules_tidy(struct ytree *tree, struct ynode *root)
{
	struct ynode *events = outline_events(root), *matrix, *axes, *list;

	if (events && events->items->len)
		return;
	ymake_drop(root, "schedules");
	/* a name of no events is the built-in schedule */
	matrix = ynode_get(root, "matrix");
	axes = matrix ? ynode_get(matrix, "axes") : NULL;
	if (!axes)
		return;
	list = ymake_list(tree);
	ymake_add(list, ymake_text(tree, "default"));
	ymake_put(tree, axes, "schedule", list);
}

void cut_tidy(struct ytree *tree, struct ynode *root)
{
	struct outline *l = outline_new(root);
	struct ynode *pages = ynode_get(root, "pages"), *devices = ynode_get(root, "devices");
	struct ynode *machine = ynode_get(root, "machine");
	guint i, j;

	for (i = 0; pages && i < pages->entries->len; i++)
		drop_if(g_array_index(pages->entries, struct yentry, i).value, "count", "1");
	for (i = 0; devices && i < devices->entries->len; i++)
		drop_if(g_array_index(devices->entries, struct yentry, i).value, "kind",
			"bus-master");
	for (i = 0; i < l->contexts->entries->len; i++) {
		struct ynode *context = g_array_index(l->contexts->entries, struct yentry, i).value;

		drop_if(context, "level", "process");
		drop_if(context, "on", "start");
		drop_if(context, "cpu", "0");
	}
	for (i = 0; i < l->steps->len; i++) {
		const struct step_at *s = outline_step(l, i);

		for (j = 0; s->spec && s->args && s->args->kind == Y_MAP && j < VOCAB_ARGS; j++)
			if (s->spec->arg[j].type == ARG_SG)
				pieces_tidy(s->args, s->spec->arg[j].name);
	}
	indices_tidy(l, pages);
	outline_free(l);
	schedules_tidy(tree, root);
	drop_if_hollow(root, "kernel");
	drop_if_hollow(root, "pages");
	drop_if_hollow(root, "devices");
	drop_if_hollow(root, "explore");
	if (machine && machine->kind == Y_MAP && machine->entries->len == 1 &&
	    ynode_get(machine, "preset"))
		ymake_put(tree, root, "machine", ynode_get(machine, "preset"));
}
