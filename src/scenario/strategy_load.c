// SPDX-License-Identifier: GPL-2.0-or-later
#include "strategy_load.h"

#include <string.h>

#include "keys.h"
#include "kmtypes.h"
#include "kstep.h"
#include "presets.h"

#define OPS_MAX 10000u

enum slot_use { SLOT_NONE, SLOT_NEEDED };

static const struct primitive {
	const char *name;
	enum kfunc fn;
	enum slot_use slot;
	const char *text;
} primitives[] = {
	{"cache-op", KF_cache_op, SLOT_NONE,
	 "the kernel version's op for the hook and direction, at the address the mapping primitive gave"},
	{"flush-data-page", KF_r4k_flush_data_cache_page, SLOT_NONE,
	 "flush_data_cache_page(): write back and invalidate the page in the local L1, never in the L2"},
	{"index-all", KF_index_all, SLOT_NONE,
	 "index write-back-invalidate of the whole L1 and L2"},
	{"sync", KF_sync, SLOT_NONE,
	 "the SYNC instruction: goes on when this CPU's write buffer is empty"},
	{"irq-save", KF_local_irq_save, SLOT_NONE, "local_irq_save()"},
	{"irq-restore", KF_local_irq_restore, SLOT_NONE,
	 "local_irq_restore() of what irq-save saw"},
	{"preempt-disable", KF_preempt_disable, SLOT_NONE, "preempt_disable()"},
	{"preempt-enable", KF_preempt_enable, SLOT_NONE, "preempt_enable()"},
	{"kmap-high-get", KF_kmap_high_get, SLOT_NONE,
	 "kmap_high_get(): pins the page's pkmap mapping if there is one; needs `needs: [kmap-high-get]`"},
	{"kunmap-high", KF_kunmap_high, SLOT_NONE, "kunmap_high()"},
	{"kmap-atomic", KF_kmap_atomic, SLOT_NEEDED,
	 "kmap_atomic(page, slot); a lowmem page has an address anyway"},
	{"kunmap-atomic", KF_kunmap_atomic, SLOT_NEEDED, "kunmap_atomic(address, slot)"},
	{"kmap-atomic-stack", KF_kmap_atomic_stack, SLOT_NONE,
	 "kmap_atomic(page) of 2.6.37: the next slot of a stack"},
	{"kunmap-atomic-stack", KF_kunmap_atomic_stack, SLOT_NONE,
	 "kunmap_atomic(address) of 2.6.37"},
	{"kmap-local", KF_kmap_local, SLOT_NONE,
	 "kmap_local_page() of 5.11: a stacked slot, preemption stays possible"},
	{"kunmap-local", KF_kunmap_local, SLOT_NONE, "kunmap_local(): pte and TLB entry always go"},
	{"kmap-high-l1-vipt", KF_kmap_high_l1_vipt, SLOT_NONE,
	 "ARM's reentrant slot: save the pte found there, set ours"},
	{"kunmap-high-l1-vipt", KF_kunmap_high_l1_vipt, SLOT_NONE,
	 "put the saved pte back if somebody was interrupted"},
	{"save-pte", KF_save_pte, SLOT_NEEDED, "remember what the slot holds"},
	{"set-pte", KF_set_pte, SLOT_NEEDED, "map the page in the slot, no flush"},
	{"restore-pte", KF_restore_pte, SLOT_NEEDED, "put the remembered pte back, no flush"},
	{"clear-pte", KF_clear_pte, SLOT_NEEDED, "empty the slot, no flush"},
	{"tlb-flush-local", KF_tlb_flush_local, SLOT_NEEDED,
	 "drop the slot's page pair from this CPU's TLB"},
	{"depth-inc", KF_depth_inc, SLOT_NONE, "count one more user of the per-CPU slot"},
	{"depth-dec", KF_depth_dec, SLOT_NONE, "count one less"},
};

/* places of words in keys.c */
#define LOWMEM_WHOLE 1
#define OP_NONE 1
#define SLOTS_SHARED 1
#define MAPPINGS_UNCACHED 1

static const char *primitive_names[ARRAY_SIZE(primitives) + 1];
static const char *step_names[ARRAY_SIZE(primitives) + 4];

static void tables_init(void)
{
	guint i;

	if (primitive_names[0])
		return;
	for (i = 0; i < ARRAY_SIZE(primitives); i++)
		primitive_names[i] = step_names[i] = primitives[i].name;
	step_names[i++] = "if";
	step_names[i++] = "each-page";
	step_names[i++] = "sync-page";
}

const char *const *strategy_primitives(void)
{
	tables_init();
	return primitive_names;
}

static const struct primitive *primitive_find(const char *name)
{
	guint i;

	for (i = 0; i < ARRAY_SIZE(primitives); i++)
		if (!strcmp(primitives[i].name, name))
			return &primitives[i];
	return NULL;
}

const char *strategy_primitive_text(const char *name)
{
	const struct primitive *p = primitive_find(name);

	return p ? p->text : NULL;
}

gboolean strategy_primitive_slot(const char *name)
{
	const struct primitive *p = primitive_find(name);

	return p && p->slot == SLOT_NEEDED;
}

/* What the compilation of one file carries around. */
struct compiler {
	struct binder b;
	struct strategy_file *s;
	const struct ynode *sync_page;
	u32 slot; /* the file's `slot:`, for primitives that name none */
	gboolean slot_given;
	gboolean sync_page_used;
	gboolean in_page; /* inside each-page: pieces exist */
	guint nesting;
	GArray *lines; /* struct program_line */
	const struct ynode *mutated; /* the step that is not compiled as it stands */
	enum change change;
};

/* A step of the program, in the order of the file. */
struct program_line {
	const struct ynode *step;
	const char *name;
	guint occurrence; /* of that name */
	gboolean last; /* of its list */
};

static guint emit(struct compiler *c, enum strategy_op_kind kind, u32 arg, u32 slot)
{
	struct strategy_op op = {.kind = kind, .arg = arg, .slot = slot};

	/* aliases could make it grow without end; the error follows at the end */
	if (c->s->ops->len > OPS_MAX)
		return OPS_MAX;
	g_array_append_val(c->s->ops, op);
	return c->s->ops->len - 1;
}

static void emit_jump(struct compiler *c, guint target)
{
	guint op = emit(c, SOP_JUMP, 0, 0);

	g_array_index(c->s->ops, struct strategy_op, op).target = target;
}

static void aim_at_next(struct compiler *c, guint op)
{
	g_array_index(c->s->ops, struct strategy_op, op).target = c->s->ops->len;
}

static void block_compile(struct compiler *c, const struct ynode *list, const char *what);

static enum change change_of(const struct compiler *c, const struct ynode *step)
{
	return step == c->mutated ? c->change : CHANGE_NONE;
}

static void if_compile(struct compiler *c, const struct ynode *map, enum change change)
{
	const struct ynode *then = NULL, *otherwise;
	guint before = diag_mark(c->b.diag), i, skip, over;

	if (!keys_check(&c->b, map, &keys_if))
		return;
	/* the last one is `else` */
	for (i = 0; keys_if.key[i + 1].name; i++) {
		const struct ynode *branch = ynode_get(map, keys_if.key[i].name);

		if (!branch)
			continue;
		if (then)
			diag_label(diag_error(c->b.diag, "E0131", branch->used_at,
					      "if: two conditions at once"),
				   then->used_at, "the other");
		else
			then = branch;
		if (then != branch)
			continue;
		skip = emit(c, change == CHANGE_NEVER ? SOP_JUMP : SOP_UNLESS,
			    change == CHANGE_ALWAYS ? COND_ALWAYS : i, 0);
		block_compile(c, branch, keys_if.key[i].name);
		otherwise = ynode_get(map, "else");
		if (otherwise) {
			over = emit(c, SOP_JUMP, 0, 0);
			aim_at_next(c, skip);
			block_compile(c, otherwise, "else");
			aim_at_next(c, over);
		} else {
			aim_at_next(c, skip);
		}
	}
	if (!then && diag_mark(c->b.diag) == before)
		diag_help(
			diag_error(c->b.diag, "E0132", map->used_at, "if: no condition"),
			"write `if: {mapped: [...], else: [...]}`; conditions are mapped, highmem, nested, changed, hardirq, softirq");
}

static void each_page_compile(struct compiler *c, const struct ynode *body)
{
	guint top;

	if (c->in_page) {
		diag_error(c->b.diag, "E0133", body->used_at, "each-page inside of each-page");
		return;
	}
	top = emit(c, SOP_EACH_PAGE, 0, 0);
	c->in_page = TRUE;
	block_compile(c, body, "each-page");
	c->in_page = FALSE;
	emit_jump(c, top);
	aim_at_next(c, top);
}

static void sync_page_compile(struct compiler *c, const struct ynode *at)
{
	if (!c->sync_page) {
		diag_error(c->b.diag, "E0134", at->used_at,
			   "this strategy has no `sync-page:` program");
		return;
	}
	c->sync_page_used = TRUE;
	if (!c->in_page) {
		diag_error(c->b.diag, "E0135", at->used_at,
			   "sync-page is only possible inside of each-page");
		return;
	}
	/* its own text, where `sync-page` would be a recursion */
	if (++c->nesting > 1)
		diag_error(c->b.diag, "E0136", at->used_at, "sync-page: calls itself");
	else
		block_compile(c, c->sync_page, "sync-page");
	c->nesting--;
}

/* Works on the page of a piece, or at its address. */
static gboolean needs_piece(enum kfunc fn)
{
	return fn != KF_index_all && fn != KF_sync && fn != KF_local_irq_save &&
	       fn != KF_local_irq_restore && fn != KF_preempt_disable && fn != KF_preempt_enable &&
	       fn != KF_save_pte && fn != KF_clear_pte && fn != KF_tlb_flush_local &&
	       fn != KF_depth_inc && fn != KF_depth_dec;
}

/* Takes the piece's page, not its address. */
static gboolean takes_page(enum kfunc fn)
{
	return fn == KF_kmap_high_get || fn == KF_kunmap_high || fn == KF_kmap_atomic ||
	       fn == KF_kmap_atomic_stack || fn == KF_kmap_local || fn == KF_kmap_high_l1_vipt ||
	       fn == KF_kunmap_high_l1_vipt || fn == KF_set_pte;
}

static void primitive_compile(struct compiler *c, const struct ynode *key,
			      const struct ynode *value, enum change change)
{
	guint i, op;

	for (i = 0; i < ARRAY_SIZE(primitives); i++) {
		const struct primitive *p = &primitives[i];
		u32 slot = c->slot;

		if (strcmp(p->name, key->text))
			continue;
		if (value && p->slot == SLOT_NONE) {
			diag_error(c->b.diag, "E0137", value->used_at, "%s takes no argument",
				   p->name);
		} else if (value) {
			int word = bind_word(&c->b, value, "slot",
					     keys_find(&keys_strategy, "slot")->words);

			slot = word < 0 ? 0 : (u32)word;
		} else if (p->slot == SLOT_NEEDED && !c->slot_given) {
			diag_help(
				diag_error(c->b.diag, "E0138", key->used_at, "%s: which slot?",
					   p->name),
				"write `- %s: KM_SYNC_DCACHE`, or `slot: KM_SYNC_DCACHE` for the whole file",
				p->name);
		}
		if (p->fn == KF_kmap_high_get && !c->s->program.kmap_high_get)
			diag_help(
				diag_error(c->b.diag, "E0139", key->used_at,
					   "kmap-high-get needs an architecture that has it"),
				"add `needs: [kmap-high-get]`, which also makes kmap_lock disable irqs");
		if (needs_piece(p->fn) && !c->in_page)
			diag_help(diag_error(c->b.diag, "E0128", key->used_at,
					     "%s works on one page: there is none here", p->name),
				  "put it into `sync-page:`, or inside of each-page");
		c->s->cache_ops |= p->fn == KF_cache_op || p->fn == KF_index_all ||
				   p->fn == KF_r4k_flush_data_cache_page;
		c->s->index_ops |= p->fn == KF_index_all;
		c->s->task_slots |= p->fn == KF_kmap_local;
		op = emit(c, SOP_CALL,
			  change == CHANGE_L1_ONLY ? KF_r4k_flush_data_cache_page : p->fn,
			  change == CHANGE_OTHER_SLOT ? kline_other(slot, KM_TYPE_NR) : slot);
		g_array_index(c->s->ops, struct strategy_op, op).other_page = change ==
									      CHANGE_OTHER_PAGE;
		return;
	}
	bind_unknown(&c->b, "E0130", key, "strategy step", key->text, step_names);
}

static void step_compile(struct compiler *c, const struct ynode *step)
{
	const struct ynode *key = step, *value = NULL;

	if (step->kind == Y_LIST || (step->kind == Y_MAP && step->entries->len != 1) ||
	    ynode_is_empty(step)) {
		diag_help(diag_error(c->b.diag, "E0109", step->used_at,
				     "a step is a word, or a map with one key"),
			  "for example `- cache-op` or `- kmap-atomic: KM_USER0`");
		return;
	}
	if (step->kind == Y_MAP) {
		key = g_array_index(step->entries, struct yentry, 0).key;
		value = g_array_index(step->entries, struct yentry, 0).value;
	}
	if (!strcmp(key->text, "if"))
		if_compile(c, value ? value : key, change_of(c, step));
	else if (value && ynode_is_empty(value) && strcmp(key->text, "each-page"))
		diag_primary_label(diag_error(c->b.diag, "E0137", key->used_at,
					      "%s takes no argument", key->text),
				   "write it without the colon");
	else if (!strcmp(key->text, "each-page"))
		each_page_compile(c, value ? value : key);
	else if (!strcmp(key->text, "sync-page") && value)
		diag_error(c->b.diag, "E0137", value->used_at, "sync-page takes no argument");
	else if (!strcmp(key->text, "sync-page"))
		sync_page_compile(c, key);
	else
		primitive_compile(c, key, value, change_of(c, step));
}

static void block_compile(struct compiler *c, const struct ynode *list, const char *what)
{
	guint i;

	if (!bind_list(&c->b, list, what))
		return;
	for (i = 0; i < list->items->len; i++) {
		enum change change = change_of(c, list->items->pdata[i]);

		if (change == CHANGE_WITHOUT)
			continue;
		if (change == CHANGE_SWAPPED && i + 1 < list->items->len)
			step_compile(c, list->items->pdata[++i]);
		step_compile(c, list->items->pdata[change == CHANGE_SWAPPED ? i - 1 : i]);
	}
}

/* Collects the steps of a list and of the lists within; faults are for the compilation to find. */
static void lines_walk(struct compiler *c, const struct ynode *list)
{
	guint i, j;

	for (i = 0; list && list->kind == Y_LIST && i < list->items->len; i++) {
		const struct ynode *step = list->items->pdata[i], *value = NULL;
		struct program_line line = {step, step->text, 1, i + 1 == list->items->len};

		if (step->kind == Y_LIST || (step->kind == Y_MAP && step->entries->len != 1))
			continue;
		if (step->kind == Y_MAP) {
			line.name = g_array_index(step->entries, struct yentry, 0).key->text;
			value = g_array_index(step->entries, struct yentry, 0).value;
		}
		for (j = 0; j < c->lines->len; j++) {
			const struct program_line *before =
				&g_array_index(c->lines, struct program_line, j);

			/* a list that stands in two places by an alias is one list */
			if (before->step == step)
				break;
			line.occurrence += !strcmp(before->name, line.name);
		}
		if (j < c->lines->len || c->lines->len > OPS_MAX)
			continue;
		g_array_append_val(c->lines, line);
		lines_walk(c, value);
		for (j = 0; value && value->kind == Y_MAP && j < value->entries->len; j++)
			lines_walk(c, g_array_index(value->entries, struct yentry, j).value);
	}
}

static u32 line_changes(const struct program_line *line)
{
	u32 changes = BIT(CHANGE_WITHOUT) | (line->last ? 0 : BIT(CHANGE_SWAPPED));
	guint i;

	if (!strcmp(line->name, "if"))
		changes |= BIT(CHANGE_ALWAYS) | BIT(CHANGE_NEVER);
	for (i = 0; i < ARRAY_SIZE(primitives); i++) {
		const struct primitive *p = &primitives[i];

		if (strcmp(p->name, line->name))
			continue;
		changes |= p->fn == KF_cache_op ? BIT(CHANGE_L1_ONLY) : 0;
		changes |= p->slot == SLOT_NEEDED ? BIT(CHANGE_OTHER_SLOT) : 0;
		changes |= takes_page(p->fn) ? BIT(CHANGE_OTHER_PAGE) : 0;
	}
	return changes;
}

/* Finds the step to mutate, and lists what can be mutated. */
static void lines_take(struct compiler *c, const struct ynode *root, struct mutation_text *m)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	gboolean ours = m && m->change && !strcmp(m->routine, c->s->name);
	guint i, change;

	lines_walk(c, ynode_get(root, "sync-range"));
	lines_walk(c, ynode_get(root, "sync-page"));
	for (i = 0; i < c->lines->len; i++) {
		const struct program_line *line = &g_array_index(c->lines, struct program_line, i);
		char *name = mutation_line_name(line->name, line->occurrence);

		g_ptr_array_add(names, name);
		for (change = 1; change < CHANGE_COUNT; change++)
			if (line_changes(line) & BIT(change))
				g_ptr_array_add(c->s->mutations,
						g_strdup_printf("%s:%s.%s", change_word(change),
								c->s->name, name));
		if (!ours || strcmp(line->name, m->what) || line->occurrence != m->occurrence)
			continue;
		if (mutation_possible(&c->b, m, line_changes(line))) {
			c->mutated = line->step;
			c->change = m->change;
		}
		mutation_clear(m);
		ours = FALSE;
	}
	g_ptr_array_add(names, NULL);
	if (ours) {
		mutation_unknown_line(&c->b, m, (const char *const *)names->pdata);
		mutation_clear(m);
	}
}

/* Without `sync-range:` a range goes page by page: lowmem by its kseg0 address, highmem by sync-page. */
static void default_range_compile(struct compiler *c, const struct ynode *root)
{
	guint top = emit(c, SOP_EACH_PAGE, 0, 0);
	guint lowmem = emit(c, SOP_UNLESS, COND_HIGHMEM, 0);

	c->in_page = TRUE;
	if (c->sync_page)
		sync_page_compile(c, root);
	c->in_page = FALSE;
	emit_jump(c, top);
	aim_at_next(c, lowmem);
	emit(c, SOP_LOWMEM_ADDRESS, 0, 0);
	emit(c, SOP_CALL, KF_cache_op, 0);
	c->s->cache_ops = TRUE;
	emit_jump(c, top);
	aim_at_next(c, top);
}

static char *text_of(struct compiler *c, const struct ynode *root, const char *key)
{
	const struct ynode *v = ynode_get(root, key);
	const char *text = v ? bind_text(&c->b, v, key) : NULL;

	return g_strstrip(g_strdup(text ? text : ""));
}

static void file_compile(struct compiler *c, const struct ynode *root,
			 struct mutation_text *mutation)
{
	guint before = diag_mark(c->b.diag), i;
	const struct ynode *v;

	if (!keys_check(&c->b, root, &keys_strategy))
		return;
	g_free(c->s->name);
	c->s->name = text_of(c, root, "name");
	c->s->doc = text_of(c, root, "doc");
	c->s->source = text_of(c, root, "source");
	if ((v = ynode_get(root, "needs")) && bind_list(&c->b, v, "needs"))
		for (i = 0; i < v->items->len; i++)
			if (!bind_word(&c->b, v->items->pdata[i], "needs",
				       keys_find(&keys_strategy, "needs")->words))
				c->s->program.kmap_high_get = true;
	c->s->program.lowmem_whole = keys_word(&c->b, root, &keys_strategy, "lowmem", 0) ==
				     LOWMEM_WHOLE;
	c->s->program.no_op = keys_word(&c->b, root, &keys_strategy, "cache-op", 0) == OP_NONE;
	c->s->program.uncached = keys_word(&c->b, root, &keys_strategy, "mappings", 0) ==
				 MAPPINGS_UNCACHED;
	c->s->program.slots_shared = keys_word(&c->b, root, &keys_strategy, "slots", 0) ==
				     SLOTS_SHARED;
	c->slot = (u32)keys_word(&c->b, root, &keys_strategy, "slot", 0);
	c->slot_given = ynode_get(root, "slot") != NULL;
	c->sync_page = ynode_get(root, "sync-page");
	lines_take(c, root, mutation);
	if ((v = ynode_get(root, "sync-range")))
		block_compile(c, v, "sync-range");
	else
		default_range_compile(c, root);
	emit(c, SOP_END, 0, 0);
	if (v && c->sync_page && !c->sync_page_used && diag_mark(c->b.diag) == before)
		diag_help(
			diag_error(c->b.diag, "E0126", c->sync_page->used_at,
				   "sync-page: `sync-range` never calls it"),
			"leave one of the two out, or write `- each-page: [sync-page]` in `sync-range`");
	if (c->s->ops->len > OPS_MAX)
		diag_error(c->b.diag, "E0127", root->used_at, "the strategy has more than %u steps",
			   OPS_MAX);
}

struct strategy_file *strategy_load(struct diag *diag, const char *name, const char *base,
				    const struct ynode *at, GPtrArray *trees,
				    struct mutation_text *mutation)
{
	struct compiler c = {.b = {.diag = diag}};
	guint before = diag_mark(diag);
	struct ytree *tree;

	tables_init();
	if (presets_is_path(name)) {
		g_autofree char *path = g_path_is_absolute(name) || !base || !strcmp(base, ".") ?
						g_strdup(name) :
						g_build_filename(base, name, NULL);

		tree = ytree_load_file(diag, path);
	} else {
		tree = presets_load(diag, "strategies", name);
		if (!tree && diag_mark(diag) == before) {
			g_auto(GStrv) names = presets_names("strategies");
			struct ynode word = {.kind = Y_SCALAR, .text = (char *)name};
			struct diag_fault *f;

			f = bind_unknown(&c.b, "E0125", at ? at : &word, "strategy", name,
					 (const char *const *)names);
			diag_note(
				f,
				"`staleline list strategies` shows all; a file of your own is named by its path");
		}
	}
	if (!tree)
		return NULL;
	g_ptr_array_add(trees, tree);
	c.s = g_new0(struct strategy_file, 1);
	c.s->ops = g_array_new(FALSE, TRUE, sizeof(struct strategy_op));
	c.s->mutations = g_ptr_array_new_with_free_func(g_free);
	c.lines = g_array_new(FALSE, FALSE, sizeof(struct program_line));
	/* a mutation's errors stand where the cell gives it, with `$name` of the cell */
	file_compile(&c, tree->root, mutation);
	g_array_unref(c.lines);
	if (diag_mark(diag) != before) {
		strategy_file_free(c.s);
		return NULL;
	}
	c.s->program.op = (const struct strategy_op *)(void *)c.s->ops->data;
	c.s->program.ops = c.s->ops->len;
	return c.s;
}

void strategy_file_free(struct strategy_file *s)
{
	g_free(s->name);
	g_free(s->doc);
	g_free(s->source);
	g_array_unref(s->ops);
	g_ptr_array_unref(s->mutations);
	g_free(s);
}
