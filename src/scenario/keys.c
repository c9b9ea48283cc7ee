// SPDX-License-Identifier: GPL-2.0-or-later
#include "keys.h"

#include <string.h>

#include "bounds.h"
#include "kmtypes.h"
#include "machine.h"
#include "rules.h"
#include "scalar.h"
#include "words.h"

#define REQUIRED .need = KEY_REQUIRED

static const char *const level_words[] = {"process", "softirq", "hardirq", NULL};
static const char *const trigger_words[] = {"start", "raise", "any", NULL};
static const char *const times_words[] = {"forever", NULL};
static const char *const version_words[] = {"2.6.36", NULL};
const char *const bound_words[] = {"any", "none", NULL};
static const char *const explore_tlb_words[] = {"when-full", "any", NULL};
static const char *const zone_words[] = {"lowmem", "highmem", NULL};
static const char *const device_words[] = {"bus-master", NULL};
static const char *const coherence_words[] = {"snooped", "none", NULL};
/* in the order of enum speculation */
static const char *const speculation_words[] = {"none", "loads", NULL};
static const char *const dma_words[] = {"noncoherent", "coherent", NULL};
/* in the order of enum replacement */
static const char *const replacement_words[] = {"lru", "fifo", "plru", "random", "any", NULL};
static const char *const write_words[] = {"back", "through", NULL};
static const char *const index_words[] = {"physical", "virtual", NULL};
static const char *const verdict_words[] = {"clean", "violates", "refused", NULL};
const char *const how_words[] = {"never", "yes", "sometimes", "always", NULL};
static const char *const needs_words[] = {"kmap-high-get", NULL};
static const char *const lowmem_words[] = {"per-page", "whole", NULL};
static const char *const mapping_words[] = {"cached", "uncached", NULL};
static const char *const slots_words[] = {"per-cpu", "shared", NULL};
static const char *const op_words[] = {"version", "none", NULL};
static const char *const slot_words[] = {
#define KM_TYPE(name) #name,
#include "kmtypes.def"
	NULL};
static const char *const rule_words[] = {
#define RULE(id, name, text) name,
#include "rules.def"
	NULL};
static const char *const warning_words[] = {
#define WARNING(id, name, text) name,
#include "rules.def"
	NULL};
static const char *const cause_words[] = {
#define CAUSE(id, name, text) name,
#include "causes.def"
	NULL};

/* ---- machines ---- */

/* clang-format off */
#define CACHE_KEYS \
	{"size", KEY_NUMBER, .units = SCALAR_BYTES, .low = 4, .high = 16 << 20, \
	 .text = "bytes; size, ways and line make a power of two of sets"}, \
	{"ways", KEY_NUMBER, .low = 1, .high = 16, .text = "lines in a set"}, \
	{"line", KEY_NUMBER, .units = SCALAR_BYTES, .low = 4, .high = 256, .power = TRUE, \
	 .text = "bytes in a line"}, \
	{"index", KEY_WORD, .words = index_words, \
	 .text = "what chooses the set: the virtual or the physical address"}, \
	{"replacement", KEY_WORD, .words = replacement_words, \
	 .text = "which line of a full set leaves"}, \
	{"write", KEY_WORD, .words = write_words, \
	 .text = "`through`: a store goes on to the next level, and no line is ever dirty"}, \
	{"allocate", KEY_YES, .text = "no: a store that misses goes to the next level only"}
/* clang-format on */

static const struct key l1_list[] = {CACHE_KEYS,
				     {"alias-free", KEY_YES,
				      .text = "hardware keeps a line in one colour at a time"},
				     {0}};
const struct keys keys_l1 = {"l1d", l1_list};

static const struct key l1i_list[] = {CACHE_KEYS, {0}};
const struct keys keys_l1i = {"l1i", l1i_list};

static const struct key l2_list[] = {CACHE_KEYS,
				     {"inclusive", KEY_YES,
				      .text = "what the L1 holds, the L2 holds; S ops act on both"},
				     {0}};
const struct keys keys_l2 = {"l2", l2_list};

static const struct key tlb_list[] = {{"entries", KEY_NUMBER, REQUIRED, .low = 2, .high = 1024,
				       .text = "pairs of pages"},
				      {0}};
const struct keys keys_tlb = {"tlb", tlb_list};

static const struct key machine_list[] = {
	{"preset", KEY_PRESET, .text = "the built-in machine to start from"},
	{"name", KEY_ANY, .text = "for readers"},
	{"doc", KEY_ANY, .text = "for readers: one line, shown by `list machines`"},
	{"source", KEY_ANY, .text = "for readers: where the numbers come from"},
	{"page-size", KEY_NUMBER, .units = SCALAR_BYTES, .low = 64, .high = 65536, .power = TRUE,
	 .text = "bytes in a page"},
	{"cpus", KEY_NUMBER, .low = 1, .high = MAX_CPUS,
	 .text = "processors, each with a TLB and an L1 of its own"},
	{"cpu-coherence", KEY_WORD, .words = coherence_words,
	 .text = "whether the L1s of several processors snoop each other; they do unless given"},
	{"l1d", KEY_MAP, .of = &keys_l1, .text = "the L1 data cache"},
	{"l1i", KEY_MAP, .of = &keys_l1i,
	 .text = "the L1 instruction cache; only `trace` uses it, the modelled kernel does not fetch"},
	{"l2", KEY_YES_OR_MAP, .of = &keys_l2,
	 .text = "the second level: `yes` for one of 256 KiB where the preset has none"},
	{"write-buffer", KEY_NUMBER, .low = 0, .high = 16,
	 .text = "lines that what a processor's L1 sends below may wait in; 0: it is there at once"},
	{"tlb", KEY_MAP, .of = &keys_tlb, .text = "the TLB"},
	{"machine-check", KEY_YES, .text = "whether a TLB write that makes a duplicate traps"},
	{"dma", KEY_WORD, .words = dma_words, .text = "whether DMA snoops the caches"},
	{"seed", KEY_NUMBER, .low = 1, .high = G_MAXUINT32,
	 .text = "where random replacement begins, when one schedule is run"},
	{"post-dma-flush", KEY_YES,
	 .text = "the kernel syncs again for the CPU after DMA, as on R10000"},
	{"speculation", KEY_WORD, .words = speculation_words,
	 .text = "`loads`: the core fills lines that no load asked for, by speculation or prefetch"},
	{0}};
const struct keys keys_machine = {"machine", machine_list};

/* ---- scenarios ---- */

static const struct key kernel_list[] = {
	{"version", KEY_WORD, .words = version_words, .text = "the Linux version that is followed"},
	{"last-pkmap", KEY_NUMBER, .low = 2, .high = 65536, .power = TRUE,
	 .text = "slots of the pkmap pool"},
	{"debug-highmem", KEY_YES, .text = "CONFIG_DEBUG_HIGHMEM: unmapping clears the pte"},
	{"hardirq-nesting", KEY_YES, .text = "hardirq handlers run with irqs on"},
	{"mutation", KEY_TEXT,
	 .text = "one line changed: CHANGE:ROUTINE.LINE, see `list lines`; `none`"},
	{"sync-after-op", KEY_YES,
	 .text = "SYNC at the end of the DMA cache ops, as from Linux 3.1 on"},
	{"preempt", KEY_YES, .text = "a process may be replaced by another between two steps"},
	{0}};
const struct keys keys_kernel = {"kernel", kernel_list};

static const struct key page_list[] = {
	{"zone", KEY_WORD, REQUIRED, .words = zone_words,
	 .text = "lowmem has a kernel address by itself, highmem has none"},
	{"pfn", KEY_NUMBER, .low = 0, .high = 0xffffffff,
	 .text = "the first page frame; the next free one of the zone unless given"},
	{"count", KEY_NUMBER, .units = SCALAR_COUNTS, .low = 1, .high = 262144,
	 .text = "pages, in consecutive frames"},
	{"free", KEY_YES, .text = "not in use before an `alloc` or `readahead`"},
	{"note", KEY_ANY, .text = "a remark"},
	{0}};
const struct keys keys_page = {"page", page_list};

static const struct key device_list[] = {
	{"kind", KEY_WORD, .words = device_words,
	 .text = "a bus master moves a list of buffers burst by burst, then interrupts"},
	{"dma", KEY_WORD, .words = dma_words, .text = "whether this device snoops the caches"},
	{"note", KEY_ANY, .text = "a remark"},
	{0}};
const struct keys keys_device = {"device", device_list};

static const struct key context_list[] = {
	{"cpu", KEY_NUMBER, .low = 0, .high = MAX_CPUS - 1, .text = "the processor it runs on"},
	{"level", KEY_WORD, .words = level_words, .text = "what it is; a process unless given"},
	{"on", KEY_TRIGGER, .words = trigger_words,
	 .text = "what lets a run begin: start, raise, any, a context's end, a device's interrupt"},
	{"times", KEY_NUMBER, .words = times_words, .units = SCALAR_COUNTS, .low = 1,
	 .high = 1000000, .text = "how many runs"},
	{"mm", KEY_TEXT, .text = "processes with the same name share an address space"},
	{"steps", KEY_STEPS, REQUIRED, .text = "what it executes; one run"},
	{"note", KEY_ANY, .text = "a remark"},
	{0}};
const struct keys keys_context = {"context", context_list};

static const struct key do_list[] = {
	{"evict", KEY_ADDRESS,
	 .text = "PAGE+OFFSET: take the line out of every cache, with write-back where it is dirty"},
	{"fill", KEY_ADDRESS,
	 .text = "PAGE+OFFSET: the CPU of the context fills the line, unasked: machines with `speculation`"},
	{"drain", KEY_ADDRESS,
	 .text = "PAGE+OFFSET: let the line go on from every write buffer that it waits in"},
	{0}};
const struct keys keys_do = {"do", do_list};

static const struct key event_list[] = {
	{"at", KEY_STEP, .text = "CONTEXT.STEP: the step is about to begin"},
	{"after", KEY_STEP, .text = "CONTEXT.STEP: the step is over"},
	{"op", KEY_NUMBER, .low = 1, .high = 1000000,
	 .text = "with `at`: the step is about to do this cache op of its own"},
	{"do", KEY_EVENT, REQUIRED, .of = &keys_do,
	 .text = "what happens: a context gets its CPU, {evict: PAGE+OFFSET}, {fill: …} or {drain: …}"},
	{0}};
const struct keys keys_event = {"event", event_list};

static const struct key matrix_list[] = {
	{"axes", KEY_AXES, .text = "each axis and its values; the cells are the product"},
	{"exclude", KEY_CONDITIONS, .text = "cells to leave out"},
	{"add", KEY_CELLS, .text = "whole cells to add: a value for every axis"},
	{"set", KEY_SETS, .text = "further values for `$name` in the cells that match `when`"},
	{0}};
const struct keys keys_matrix = {"matrix", matrix_list};

static const struct key explore_list[] = {
#define BOUND(id, key, counted)                                                                    \
	{key,      KEY_NUMBER,         .words = bound_words,                                       \
	 .low = 0, .high = BOUND_MOST, .text = "bound in a schedule: " counted},
#include "bounds.def"
	{"tlb", KEY_WORD, .words = explore_tlb_words,
	 .text = "when a refill may drop any entry that is not wired"},
	{"max-states", KEY_NUMBER, .units = SCALAR_COUNTS, .low = 1, .high = G_MAXINT64,
	 .text = "stop there: inconclusive"},
	{0}};
const struct keys keys_explore = {"explore", explore_list};

static const struct key rules_list[] = {
#define RULE(id, name, text) {name, KEY_WORD, KEY_OPTIONAL, text, how_words},
#include "rules.def"
	{0}};
const struct keys keys_rules = {"rules", rules_list};

static const struct key first_list[] = {{"rule", KEY_WORD, .words = rule_words,
					 .text = "the rule broken"},
					{"at", KEY_TEXT, .text = "STEP or CONTEXT.STEP"},
					{"cause", KEY_WORD, .words = cause_words, .text = "why"},
					{0}};
const struct keys keys_first = {"first", first_list};

static const struct key expect_list[] = {
	{"when", KEY_CONDITION, .text = "the cells that this entry is about; all without it"},
	{"verdict", KEY_WORD, REQUIRED, .words = verdict_words, .text = "what comes out"},
	{"rules", KEY_MAP, .of = &keys_rules,
	 .text = "with `violates`: exactly the rules that are broken, and how"},
	{"warnings", KEY_WORDS, .words = warning_words,
	 .text = "if given, exactly the warnings that come"},
	{"first", KEY_MAP, .of = &keys_first, .text = "the first violation"},
	{"note", KEY_ANY, .text = "a remark"},
	{0}};
const struct keys keys_expect = {"expect", expect_list};

static const struct key piece_list[] = {
	{"page", KEY_PAGE, REQUIRED, .text = "the page, or a range of pages, that it begins in"},
	{"to", KEY_PAGE, .text = "the page that it goes on to the end of"},
	{"offset", KEY_NUMBER, .units = SCALAR_BYTES, .low = 0, .high = G_MAXUINT32,
	 .text = "bytes from the start of the page"},
	{"len", KEY_NUMBER, .units = SCALAR_BYTES, .low = 1, .high = G_MAXUINT32,
	 .text = "bytes; the rest unless given"},
	{0}};
const struct keys keys_piece = {"a piece of a buffer", piece_list};

static const struct key step_list[] = {{"id", KEY_NAME,
					.text = "the step's name, once in its context"},
				       {"note", KEY_ANY, .text = "a remark"},
				       {0}};
const struct keys keys_step = {"step", step_list};

static const struct key scenario_list[] = {
	{"format", KEY_NUMBER, KEY_REQUIRED_HERE, .whole = TRUE, .low = 1, .high = 1,
	 .text = "version of this format"},
	{"name", KEY_TEXT, .whole = TRUE, .text = "the file's name without .yaml unless given"},
	{"title", KEY_ANY, .text = "for readers"},
	{"doc", KEY_ANY, .text = "for readers"},
	{"origin", KEY_TEXT, .whole = TRUE, .text = "where the question comes from"},
	{"tags", KEY_ANY, .text = "for readers"},
	{"machine", KEY_MACHINE, .of = &keys_machine,
	 .text = "a built-in machine, or a map whose keys replace those of its preset"},
	{"kernel", KEY_MAP, .of = &keys_kernel, .text = "version and configuration"},
	{"pages", KEY_NAMED, .of = &keys_page, .text = "the pages that steps name"},
	{"devices", KEY_NAMED, .of = &keys_device, .empty = TRUE, .text = "what does DMA"},
	{"matrix", KEY_MAP, .whole = TRUE, .of = &keys_matrix, .text = "the cells of the file"},
	{"strategy", KEY_STRATEGY, .whole = TRUE,
	 .text = "the strategy of all cells: a name, or a path"},
	{"contexts", KEY_NAMED, KEY_REQUIRED_HERE, .of = &keys_context,
	 .text = "what executes: processes and interrupts"},
	{"schedules", KEY_SCHEDULES, .of = &keys_event,
	 .text = "named orders of events that bend the default one"},
	{"explore", KEY_MAP, .of = &keys_explore, .text = "what the exploration may do"},
	{"expect", KEY_MAPS, .whole = TRUE, .of = &keys_expect,
	 .text = "what comes out; each cell matches one entry"},
	{"force", KEY_YES, .text = "go on although the modelled kernel refuses the configuration"},
	{0}};
const struct keys keys_scenario = {"scenario", scenario_list, .extra = TRUE};

/* ---- strategies ---- */

static const struct key strategy_list[] = {
	{"name", KEY_TEXT, REQUIRED, .text = "what reports call it"},
	{"doc", KEY_TEXT, .text = "one line for `list strategies`"},
	{"source", KEY_TEXT, .text = "the kernel version or mail it stands for"},
	{"needs", KEY_WORDS, .words = needs_words,
	 .text = "what the architecture must have; kmap-high-get: kmap_lock disables irqs"},
	{"lowmem", KEY_WORD, .words = lowmem_words,
	 .text = "`whole`: once a piece is lowmem, the whole rest of the range is one piece"},
	{"cache-op", KEY_WORD, .words = op_words, .text = "`none`: every sync returns at once"},
	{"mappings", KEY_WORD, .words = mapping_words,
	 .text = "`uncached`: every mapping of the cell's pages is uncached, from boot on"},
	{"slot", KEY_WORD, .words = slot_words, .text = "for primitives that name none"},
	{"slots", KEY_WORD, .words = slots_words,
	 .text = "`shared`: save-pte, set-pte, restore-pte, clear-pte and tlb-flush-local are about "
		 "the slots of CPU 0 on every CPU"},
	{"sync-range", KEY_PROGRAM,
	 .text = "what a sync does with a range; page by page unless given"},
	{"sync-page", KEY_PROGRAM,
	 .text = "what it does with one page-sized piece of a highmem page"},
	{0}};
const struct keys keys_strategy = {"strategy", strategy_list};

/* In the order of enum strategy_condition, then `else`. */
static const struct key if_list[] = {
	{"mapped", KEY_PROGRAM, .text = "the last mapping primitive gave an address"},
	{"highmem", KEY_PROGRAM, .text = "the piece is of a highmem page"},
	{"nested", KEY_PROGRAM, .text = "the per-CPU depth is not 0"},
	{"changed", KEY_PROGRAM, .text = "the remembered pte is not the one of this page"},
	{"hardirq", KEY_PROGRAM, .text = "a hardirq is running on this CPU"},
	{"softirq", KEY_PROGRAM,
	 .text = "a softirq is running, or bottom halves are off, and no hardirq is running"},
	{"else", KEY_PROGRAM, .text = "otherwise"},
	{0}};
const struct keys keys_if = {"if", if_list};

/* ---- reading ---- */

static const struct keys *const all[] = {
	&keys_scenario, &keys_machine,  &keys_l1,     &keys_l1i,     &keys_l2,     &keys_tlb,
	&keys_kernel,   &keys_page,     &keys_device, &keys_context, &keys_step,   &keys_piece,
	&keys_event,    &keys_do,       &keys_matrix, &keys_explore, &keys_expect, &keys_first,
	&keys_rules,    &keys_strategy, &keys_if,
};

const struct keys *keys_all(guint index)
{
	return index < G_N_ELEMENTS(all) ? all[index] : NULL;
}

const struct key *keys_find(const struct keys *keys, const char *name)
{
	const struct key *key;

	for (key = keys->key; key->name; key++)
		if (!strcmp(key->name, name))
			return key;
	return NULL;
}

/* "a count, 1 to 1000000", "a number, 2 to 65536, a power of two" */
static char *number_kind(const struct key *key)
{
	const char *noun = key->units & SCALAR_BYTES  ? "bytes" :
			   key->units & SCALAR_COUNTS ? "count" :
							"number";
	GString *text = g_string_new(noun);

	if (key->low == key->high)
		g_string_append_printf(text, " %" G_GUINT64_FORMAT, key->low);
	else if (key->high < G_MAXUINT32)
		g_string_append_printf(text, " %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
				       key->low, key->high);
	if (key->power)
		g_string_append(text, ", power of two");
	return g_string_free(text, FALSE);
}

char *keys_kind(const struct key *key)
{
	g_autofree char *words = key->words ? words_join(key->words, "or") : g_strdup("");
	g_autofree char *number = number_kind(key);

	switch (key->kind) {
	case KEY_ANY:
		return g_strdup("anything");
	case KEY_TEXT:
		return g_strdup("text");
	case KEY_NAME:
		return g_strdup("name");
	case KEY_YES:
		return g_strdup("yes or no");
	case KEY_NUMBER:
		return g_strdup_printf("%s%s%s", words, key->words ? " or " : "", number);
	case KEY_WORD:
		return g_steal_pointer(&words);
	case KEY_WORDS:
		return g_strdup_printf("list of %s", words);
	case KEY_MAP:
		return g_strdup_printf("map: %s", key->of->what);
	case KEY_MAPS:
		return g_strdup_printf("list of maps: %s", key->of->what);
	case KEY_NAMED:
		return g_strdup_printf("names, each with a map: %s", key->of->what);
	case KEY_YES_OR_MAP:
		return g_strdup_printf("yes, no or a map: %s", key->of->what);
	case KEY_PRESET:
		return g_strdup("built-in machine");
	case KEY_MACHINE:
		return g_strdup_printf("built-in machine or a map: %s", key->of->what);
	case KEY_STRATEGY:
		return g_strdup("built-in strategy or a path");
	case KEY_TRIGGER:
		return g_strdup_printf("%s, a context or a device", words);
	case KEY_PAGE:
		return g_strdup("page");
	case KEY_ADDRESS:
		return g_strdup("address");
	case KEY_STEP:
		return g_strdup("step of a context");
	case KEY_EVENT:
		return g_strdup_printf("context or a map: %s", key->of->what);
	case KEY_SCHEDULES:
		return g_strdup_printf("names, each with a list of maps: %s", key->of->what);
	case KEY_AXES:
		return g_strdup("names, each with a list of values");
	case KEY_CONDITION:
		return g_strdup("condition");
	case KEY_CONDITIONS:
		return g_strdup("list of conditions");
	case KEY_CELLS:
		return g_strdup("list of maps from axes to values");
	case KEY_SETS:
		return g_strdup("list of maps: `when`, and names with values");
	case KEY_STEPS:
		return g_strdup("list of steps");
	case KEY_PROGRAM:
		return g_strdup("list of strategy steps");
	}
	bug("a key is of no kind", __FILE__, __LINE__);
}

gboolean keys_check(struct binder *b, const struct ynode *node, const struct keys *keys)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const struct key *key;
	guint i;

	for (key = keys->key; key->name; key++)
		g_ptr_array_add(names, (gpointer)key->name);
	g_ptr_array_add(names, NULL);
	if (node->kind != Y_MAP)
		return bind_map(b, node, keys->what, (const char *const *)names->pdata);
	for (i = 0; i < node->entries->len; i++) {
		const struct yentry *e = &g_array_index(node->entries, struct yentry, i);

		if (!keys_find(keys, e->key->text) &&
		    !(keys->extra && g_str_has_prefix(e->key->text, "x-")))
			bind_unknown_key(b, e, keys->what, (const char *const *)names->pdata);
	}
	for (key = keys->key; key->name; key++)
		if (key->need == KEY_REQUIRED)
			bind_required(b, node, keys->what, key->name);
	return TRUE;
}

/* The key of the table, and in `*value` what the file gives it, or NULL. */
static const struct key *known(const struct ynode *map, const struct keys *keys, const char *name,
			       enum key_kind kind, const struct ynode **value)
{
	const struct key *key = keys_find(keys, name);

	bug_on(!key, "a key is read that is in no table");
	bug_on(key->kind != kind, "a key is read as another kind than the table says");
	*value = ynode_get(map, name);
	return key;
}

gboolean keys_yes(struct binder *b, const struct ynode *map, const struct keys *keys,
		  const char *name, gboolean otherwise)
{
	const struct ynode *value;

	known(map, keys, name, KEY_YES, &value);
	return value ? bind_bool(b, value, name, otherwise) : otherwise;
}

guint64 keys_number(struct binder *b, const struct ynode *map, const struct keys *keys,
		    const char *name, guint64 otherwise)
{
	const struct ynode *value;
	const struct key *key = known(map, keys, name, KEY_NUMBER, &value);

	if (!value)
		return otherwise;
	if (key->power)
		return bind_power(b, value, name, key->units, key->low, key->high, otherwise);
	return bind_number(b, value, name, key->units, key->low, key->high, otherwise);
}

int keys_word(struct binder *b, const struct ynode *map, const struct keys *keys, const char *name,
	      int otherwise)
{
	const struct ynode *value;
	const struct key *key = known(map, keys, name, KEY_WORD, &value);
	int word = value ? bind_word(b, value, name, key->words) : -1;

	return word < 0 ? otherwise : word;
}

int keys_word_or_number(struct binder *b, const struct ynode *map, const struct keys *keys,
			const char *name, guint64 *number)
{
	const struct ynode *value;
	const struct key *key = known(map, keys, name, KEY_NUMBER, &value);

	if (!value)
		return -1;
	return bind_word_or_number(b, value, name, key->words, key->units, key->low, key->high,
				   number);
}
