// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario.h"

#include <string.h>

#include "matrix.h"
#include "scalar.h"
#include "words.h"

const char *const verdict_words[] = {"clean",   "violates",     "refused",
				     "vacuous", "inconclusive", NULL};

#define FORMAT 1

static void expect_free(gpointer p)
{
	struct expect_entry *e = p;

	g_hash_table_unref(e->when);
	g_free(e->first_at);
	g_free(e->first_cause);
	g_free(e);
}

static void rules_load(struct scenario *s, struct binder *b, const struct ynode *map,
		       struct expect_entry *entry)
{
	const struct ynode *v;
	guint r;
	int word;

	if (!keys_check(b, map, &keys_rules))
		return;
	for (r = 0; r < RULE_COUNT; r++) {
		word = keys_word(b, map, &keys_rules, rule_name(r), -1);
		v = ynode_get(map, rule_name(r));
		if (word >= 0)
			entry->rule[r] = (enum how)word;
		if (word == HOW_NEVER)
			diag_help(diag_error(s->diag, "E0200", v->used_at,
					     "`rules` is the exact set of the rules broken"),
				  "leave out what is never broken");
	}
}

static void warnings_load(struct binder *b, const struct ynode *list, struct expect_entry *entry)
{
	const char *const *names = keys_find(&keys_expect, "warnings")->words;
	guint i;
	int word;

	entry->warnings_listed = TRUE;
	if (!bind_list(b, list, "warnings"))
		return;
	for (i = 0; i < list->items->len; i++) {
		word = bind_word(b, list->items->pdata[i], "warning", names);
		if (word >= 0)
			entry->warnings |= BIT(word);
	}
}

static void first_load(struct binder *b, const struct ynode *map, struct expect_entry *entry)
{
	const struct ynode *v;
	int word;

	if (!keys_check(b, map, &keys_first))
		return;
	entry->first_rule = keys_word(b, map, &keys_first, "rule", -1);
	if ((v = ynode_get(map, "at")))
		entry->first_at = g_strdup(bind_text(b, v, "at"));
	word = keys_word(b, map, &keys_first, "cause", -1);
	entry->first_cause = g_strdup(word < 0 ? NULL : cause_name((enum cause)word));
}

static void expect_load(struct scenario *s, struct binder *b, const struct ynode *map)
{
	struct expect_entry *entry = g_new0(struct expect_entry, 1);
	guint before = diag_mark(s->diag), r;
	gboolean rules = FALSE, good;
	const struct ynode *v;
	struct diag_fault *f;

	entry->span = map->used_at;
	entry->first_rule = -1;
	if (keys_check(b, map, &keys_expect)) {
		if ((v = ynode_get(map, "when")))
			entry->when = matrix_when(s, v, &good);
		entry->verdict =
			(enum verdict)keys_word(b, map, &keys_expect, "verdict", VERDICT_CLEAN);
		if ((v = ynode_get(map, "rules")))
			rules_load(s, b, v, entry);
		for (r = 0; r < RULE_COUNT; r++)
			rules |= entry->rule[r] != HOW_NEVER;
		if (diag_mark(s->diag) == before && rules != (entry->verdict == VERDICT_VIOLATES)) {
			v = ynode_get(map, rules ? "rules" : "verdict");
			f = diag_error(
				s->diag, "E0201", v->used_at, "expect: %s",
				rules ? "rules are given, but the verdict is not `violates`" :
					"`violates` needs `rules`, the exact set of those broken");
			if (rules)
				diag_label(f, ynode_get(map, "verdict")->used_at, "the verdict");
			else
				diag_help(f, "for example `rules: {stale-load: sometimes}`");
		}
		if ((v = ynode_get(map, "warnings")))
			warnings_load(b, v, entry);
		if ((v = ynode_get(map, "first")))
			first_load(b, v, entry);
	}
	if (!entry->when)
		entry->when = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						    (GDestroyNotify)g_ptr_array_unref);
	g_ptr_array_add(s->expects, entry);
}

/* Rules of an explored cell are sometimes or always, those of a single schedule plain. */
static gboolean forms_check(struct scenario *s, const struct scenario_cell *cell,
			    const struct expect_entry *e)
{
	gboolean explored = !cell->schedule || !strcmp(cell->schedule, "all");
	guint r;

	for (r = 0; r < RULE_COUNT; r++) {
		if (e->rule[r] == HOW_NEVER || explored == (e->rule[r] != HOW_YES))
			continue;
		if (explored)
			diag_help(
				diag_error(
					s->diag, "E0202", e->span,
					"expect: `%s: yes` is said of one schedule, but cell %s explores all",
					rule_name(r), cell->id),
				"write `sometimes` or `always`");
		else
			diag_help(
				diag_error(
					s->diag, "E0202", e->span,
					"expect: `%s: %s` is said of all schedules, but cell %s is one",
					rule_name(r), how_words[e->rule[r]], cell->id),
				"write `yes`");
		return FALSE;
	}
	return TRUE;
}

/* Every cell must have one entry and every entry a cell; each fault is said once, of its first cell. */
static void expects_match(struct scenario *s, gboolean all_used)
{
	g_autofree gboolean *used = g_new0(gboolean, s->expects->len);
	g_autofree gboolean *told = g_new0(gboolean, s->expects->len);
	const struct scenario_cell *alone = NULL;
	guint i, j, lonely = 0;
	struct diag_fault *f;

	for (i = 0; i < s->cells->len; i++) {
		struct scenario_cell *cell = s->cells->pdata[i];
		guint first = 0;

		cell->expect = NULL;
		for (j = 0; j < s->expects->len; j++) {
			const struct expect_entry *e = s->expects->pdata[j];

			if (!matrix_matches(cell, e->when))
				continue;
			used[j] = TRUE;
			if (!cell->expect) {
				cell->expect = e;
				first = j;
			} else if (!told[j]) {
				told[j] = TRUE;
				f = diag_error(s->diag, "E0203", e->span,
					       "two entries of `expect` match cell %s", cell->id);
				diag_label(f, cell->expect->span, "the other");
				if (!g_hash_table_size(e->when) ||
				    !g_hash_table_size(cell->expect->when))
					diag_help(
						f,
						"an entry without `when` matches every cell: there is no `otherwise`");
			}
		}
		if (cell->expect && !told[first])
			told[first] = !forms_check(s, cell, cell->expect);
		if (!cell->expect && !lonely++)
			alone = cell;
	}
	if (alone) {
		f = diag_error(s->diag, "E0204", ynode_get(s->tree->root, "expect")->used_at,
			       "no entry of `expect` matches cell %s", alone->id);
		diag_help(f, "each cell must match exactly one entry");
		if (lonely > 1)
			diag_note(f, "nor %u other cell%s", lonely - 1, lonely == 2 ? "" : "s");
	}
	for (j = 0; all_used && j < s->expects->len; j++)
		if (!used[j])
			diag_error(s->diag, "E0208",
				   ((struct expect_entry *)s->expects->pdata[j])->span,
				   "this entry of `expect` matches no cell");
}

static void schedules_check(struct scenario *s)
{
	g_auto(GStrv) names = scenario_schedules(s);
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	struct binder b = {.diag = s->diag};
	guint i;

	for (i = 0; names[i]; i++)
		g_ptr_array_add(words, names[i]);
	g_ptr_array_add(words, (gpointer) "all");
	g_ptr_array_add(words, NULL);
	for (i = 0; i < s->cells->len; i++) {
		const struct scenario_cell *cell = s->cells->pdata[i];

		if (cell->schedule &&
		    !g_strv_contains((const char *const *)words->pdata, cell->schedule))
			bind_unknown(&b, "E0205", g_hash_table_lookup(cell->axis, "schedule"),
				     "schedule", cell->schedule, (const char *const *)words->pdata);
	}
}

/* The question is the comment of the first line. */
static char *question_of(const struct diag_source *src)
{
	const char *p = src->text;
	const char *end = p ? strpbrk(p, "\r\n") : NULL;
	gsize length = end ? (gsize)(end - p) : p ? strlen(p) : 0;
	g_autofree char *line = g_strndup(p ? p : "", length);

	if (g_str_has_prefix(line, "\xef\xbb\xbf"))
		memmove(line, line + 3, strlen(line + 3) + 1);
	if (line[0] != '#')
		return g_strdup("");
	return g_strdup(g_strstrip(line + 1));
}

/* FALSE for a file of another format, of which nothing else can be said. */
static gboolean format_check(struct scenario *s, struct binder *b)
{
	const struct ynode *v = ynode_get(s->tree->root, "format");
	guint64 format;

	if (!v)
		return TRUE;
	format = bind_number(b, v, "format", SCALAR_PLAIN, 0, G_MAXUINT64, FORMAT);
	if (format == FORMAT)
		return TRUE;
	if (format)
		diag_primary_label(
			diag_error(
				s->diag, "E0206", v->used_at,
				"this file needs a later staleline: its format is %" G_GUINT64_FORMAT,
				format),
			"this program reads format %d", FORMAT);
	else
		diag_primary_label(diag_error(s->diag, "E0206", v->used_at, "there is no format 0"),
				   "expected %d", FORMAT);
	return FALSE;
}

static void head_load(struct scenario *s, struct binder *b)
{
	const struct ynode *root = s->tree->root, *v;

	if (!ynode_get(root, "format") && !bind_misspelt(root, "format"))
		diag_help(diag_error(s->diag, "E0108", diag_source_whole(s->tree->src),
				     "scenario: `format` is missing"),
			  "every scenario file says `format: %d`", FORMAT);
	if ((v = ynode_get(root, "name")))
		s->name = g_strdup(bind_text(b, v, "name"));
	if (!s->name) {
		s->name = g_path_get_basename(s->path);
		if (strrchr(s->name, '.'))
			*strrchr(s->name, '.') = 0;
	}
	if ((v = ynode_get(root, "origin")))
		s->origin = g_strdup(bind_text(b, v, "origin"));
}

static void expects_load(struct scenario *s, struct binder *b, gboolean needed)
{
	const struct ynode *list = ynode_get(s->tree->root, "expect");
	guint i;

	s->has_expect = list != NULL;
	if (!list && needed) {
		diag_help(diag_error(s->diag, "E0207", diag_source_whole(s->tree->src),
				     "`expect` is missing: there is nothing to test"),
			  "add `expect:`, or use `run` or `explore`");
		return;
	}
	if (!list || !bind_list(b, list, "expect"))
		return;
	for (i = 0; i < list->items->len; i++)
		expect_load(s, b, list->items->pdata[i]);
}

static void cell_check(struct scenario *s, const struct scenario_cell *cell, const char *schedule)
{
	struct compiled *c = scenario_compile(s, cell, schedule, TRUE);

	s->mutated |= c && c->mutated;
	compiled_free(c);
}

/* Takes over the tree; NULL: it could not be read. */
static struct scenario *load(struct diag *diag, const char *path, struct ytree *tree,
			     const struct scenario_options *options)
{
	guint before = diag_mark(diag), i;
	struct binder b = {.diag = diag};
	struct scenario *s;

	if (!tree)
		return NULL;
	s = g_new0(struct scenario, 1);
	s->diag = diag;
	s->tree = tree;
	s->trees = g_ptr_array_new_with_free_func((GDestroyNotify)ytree_free);
	s->path = g_strdup(path);
	s->base = g_path_get_dirname(path);
	s->mutation = g_strdup(options->mutation);
	s->limits = options->limits;
	s->question = question_of(tree->src);
	s->expects = g_ptr_array_new_with_free_func(expect_free);
	if (format_check(s, &b) && keys_check(&b, s->tree->root, &keys_scenario)) {
		head_load(s, &b);
		matrix_load(s, options->strategies);
		schedules_check(s);
		expects_load(s, &b, options->need_expect);
		for (i = 0; i < s->cells->len; i++) {
			const struct scenario_cell *cell = s->cells->pdata[i];
			gboolean one = cell->schedule && strcmp(cell->schedule, "all");

			if (cell->strategy)
				cell_check(s, cell, one ? cell->schedule : NULL);
		}
		if (s->has_expect && diag_mark(diag) == before &&
		    (!options->strategies || options->need_expect))
			expects_match(s, !options->strategies);
	}
	if (diag_mark(diag) != before) {
		scenario_free(s);
		return NULL;
	}
	return s;
}

struct scenario *scenario_load(struct diag *diag, const char *path,
			       const struct scenario_options *options)
{
	return load(diag, path, ytree_load_file(diag, path), options);
}

struct scenario *scenario_load_text(struct diag *diag, const char *path, const char *text,
				    gsize len, const struct scenario_options *options)
{
	return load(diag, path, ytree_load_text(diag, path, text, len), options);
}

void scenario_free(struct scenario *s)
{
	matrix_free(s);
	g_ptr_array_unref(s->expects);
	ytree_free(s->tree);
	g_ptr_array_unref(s->trees);
	g_free(s->path);
	g_free(s->base);
	g_free(s->name);
	g_free(s->question);
	g_free(s->origin);
	g_free(s->mutation);
	g_free(s);
}

struct compiled *scenario_compile(struct scenario *s, const struct scenario_cell *cell,
				  const char *schedule, gboolean identities)
{
	struct compile_request request = {
		.diag = s->diag,
		.root = s->tree->root,
		.axis = cell->axis,
		.strategy = cell->strategy,
		.strategy_at = cell->strategy_at,
		/* a name from the command line is relative to where we are, one in the file to the file */
		.base = cell->strategy_at ? s->base : ".",
		.schedule = schedule,
		.mutation = s->mutation,
		.limits = s->limits,
		.identities = identities,
		.trees = s->trees,
	};

	return compile_cell(&request);
}

char **scenario_schedules(const struct scenario *s)
{
	const struct ynode *map = ynode_get(s->tree->root, "schedules");
	GPtrArray *names = g_ptr_array_new();
	guint i;

	g_ptr_array_add(names, g_strdup("default"));
	for (i = 0; map && map->kind == Y_MAP && i < map->entries->len; i++) {
		const char *name = g_array_index(map->entries, struct yentry, i).key->text;

		if (strcmp(name, "default"))
			g_ptr_array_add(names, g_strdup(name));
	}
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}
