// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation.h"

#include <string.h>

#include "presets.h"
#include "words.h"

static const char *routine_names[KF_COUNT + 1];
static const char *words[CHANGE_COUNT + 1];

static void tables_init(void)
{
	guint i, n = 0;

	if (words[0])
		return;
	for (i = 0; i < CHANGE_COUNT; i++)
		words[i] = change_word(i);
	for (i = 1; i < KL_COUNT; i++)
		if (kline_routine(i) != kline_routine(i - 1))
			routine_names[n++] = kfunc_name(kline_routine(i));
}

const char *const *mutation_routines(void)
{
	tables_init();
	return routine_names;
}

/* The table has the routines of a file together. */
static const struct group {
	const char *name;
	enum kfunc first, last;
} groups[] = {
	{"irq", KF_local_irq_save, KF_preempt_enable},
	{"lock", KF_spin_lock, KF_spin_unlock_irq},
	{"tlbflush", KF_local_flush_tlb_one, KF_flush_tlb_kernel_range},
	{"flush", KF_blast_dcache_range, KF_r4k_flush_data_cache_page},
	{"kmap_model", KF_flush_all_zero_pkmaps, KF_kunmap_high_l1_vipt},
	{"slot", KF_save_pte, KF_depth_dec},
	{"dma_api", KF_sync_list, KF_dma_sync_for_device},
	{"block", KF_readahead, KF_wait_on_page_locked},
};

char **mutation_group(const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *first = name, *last = name;
	gboolean in = FALSE, all = !strcmp(name, "all");
	guint i;

	tables_init();
	for (i = 0; i < G_N_ELEMENTS(groups); i++) {
		if (strcmp(groups[i].name, name))
			continue;
		first = kfunc_name(groups[i].first);
		last = kfunc_name(groups[i].last);
	}
	for (i = 0; routine_names[i]; i++) {
		in |= all || !strcmp(routine_names[i], first);
		if (in)
			g_ptr_array_add(names, g_strdup(routine_names[i]));
		in &= strcmp(routine_names[i], last) != 0;
	}
	if (!names->len)
		return NULL;
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_steal(names, NULL);
}

char *mutation_line_name(const char *what, guint occurrence)
{
	return occurrence > 1 ? g_strdup_printf("%s#%u", what, occurrence) : g_strdup(what);
}

static gboolean malformed(struct binder *b, const struct ynode *at, const char *text)
{
	diag_help(
		bind_error(b, "E0261", at, "mutation: expected `CHANGE:ROUTINE.LINE`, found `%s`",
			   text),
		"for example `without:kmap_atomic.local_flush_tlb_one`; `staleline list lines` shows all");
	return FALSE;
}

gboolean mutation_parse(struct binder *b, const struct ynode *at, struct mutation_text *ret)
{
	const char *text = bind_text(b, at, "mutation"), *colon, *dot, *number;
	g_autofree char *word = NULL;
	guint i;

	*ret = (struct mutation_text){.at = bind_resolve(b, at), .occurrence = 1};
	tables_init();
	if (!text)
		return FALSE;
	if (!strcmp(text, words[CHANGE_NONE]))
		return TRUE;
	colon = strchr(text, ':');
	if (!colon)
		return malformed(b, at, text);
	word = g_strndup(text, (gsize)(colon - text));
	for (i = 1; i < CHANGE_COUNT && strcmp(words[i], word); i++)
		;
	if (i == CHANGE_COUNT) {
		bind_unknown(b, "E0260", at, "change", word, words + 1);
		return FALSE;
	}
	dot = strrchr(colon + 1, '.');
	if (!dot || dot == colon + 1 || !dot[1])
		return malformed(b, at, text);
	number = strchr(dot, '#');
	if (number) {
		guint64 n;

		if (!g_ascii_string_to_unsigned(number + 1, 10, 1, 10000, &n, NULL))
			return malformed(b, at, text);
		ret->occurrence = (guint)n;
	}
	ret->change = i;
	ret->routine = g_strndup(colon + 1, (gsize)(dot - colon - 1));
	ret->what = number ? g_strndup(dot + 1, (gsize)(number - dot - 1)) : g_strdup(dot + 1);
	return TRUE;
}

void mutation_clear(struct mutation_text *m)
{
	g_clear_pointer(&m->routine, g_free);
	g_clear_pointer(&m->what, g_free);
	m->change = CHANGE_NONE;
}

gboolean mutation_possible(struct binder *b, const struct mutation_text *m, u32 possible)
{
	const char *list[CHANGE_COUNT + 1] = {0};
	g_autofree char *line = NULL;
	g_autofree char *all = NULL;
	guint i, n = 0;

	if (possible & BIT(m->change))
		return TRUE;
	for (i = 1; i < CHANGE_COUNT; i++)
		if (possible & BIT(i))
			list[n++] = words[i];
	all = words_join(list, "or");
	line = mutation_line_name(m->what, m->occurrence);
	diag_help(bind_error(b, "E0264", m->at, "%s.%s cannot be mutated by `%s`", m->routine, line,
			     words[m->change]),
		  "possible: %s", all);
	return FALSE;
}

void mutation_unknown_line(struct binder *b, const struct mutation_text *m,
			   const char *const *names)
{
	g_autofree char *what = g_strdup_printf("line of %s", m->routine);
	g_autofree char *line = mutation_line_name(m->what, m->occurrence);

	bind_unknown(b, "E0263", m->at, what, line, names);
}

static void unknown_routine(struct binder *b, const struct mutation_text *m, const char *strategy)
{
	g_auto(GStrv) strategies = presets_names("strategies");
	const char *names[KF_COUNT + 2] = {0};
	guint i;

	if (g_strv_contains((const char *const *)strategies, m->routine)) {
		diag_help(bind_error(b, "E0265", m->at,
				     "mutation of strategy `%s` in a cell of strategy `%s`",
				     m->routine, strategy),
			  "leave such cells out by `exclude`");
		return;
	}
	names[0] = strategy;
	for (i = 0; routine_names[i]; i++)
		names[i + 1] = routine_names[i];
	bind_unknown(b, "E0262", m->at, "routine", m->routine, names);
}

gboolean mutation_resolve(struct binder *b, const struct mutation_text *m, const char *strategy,
			  struct mutation *ret)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	guint i, line = KL_NONE;

	tables_init();
	if (!g_strv_contains(routine_names, m->routine)) {
		unknown_routine(b, m, strategy);
		return FALSE;
	}
	for (i = 1; i < KL_COUNT; i++) {
		if (strcmp(kfunc_name(kline_routine(i)), m->routine))
			continue;
		g_ptr_array_add(names, mutation_line_name(kline_what(i), kline_occurrence(i)));
		if (!strcmp(kline_what(i), m->what) && kline_occurrence(i) == m->occurrence)
			line = i;
	}
	g_ptr_array_add(names, NULL);
	if (!line) {
		mutation_unknown_line(b, m, (const char *const *)names->pdata);
		return FALSE;
	}
	if (!mutation_possible(b, m, kline_changes(line)))
		return FALSE;
	*ret = kline_mutation(line, m->change);
	return TRUE;
}

gboolean mutation_list(const char *routine, GPtrArray *texts)
{
	guint before = texts->len, i, change;

	for (i = 1; i < KL_COUNT; i++) {
		g_autofree char *name = mutation_line_name(kline_what(i), kline_occurrence(i));

		if (strcmp(kfunc_name(kline_routine(i)), routine))
			continue;
		for (change = 1; change < CHANGE_COUNT; change++)
			if (kline_changes(i) & BIT(change))
				g_ptr_array_add(texts,
						g_strdup_printf("%s:%s.%s", change_word(change),
								routine, name));
	}
	return texts->len != before;
}
