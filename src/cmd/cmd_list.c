// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "scenario/keys.h"
#include "scenario/machine_load.h"
#include "scenario/presets.h"
#include "scenario/vocab.h"
#include "scenario/words.h"

static void list_machines(void)
{
	g_auto(GStrv) names = presets_names("machines");
	guint i;

	for (i = 0; names[i]; i++) {
		g_autofree char *doc = machine_doc(names[i]);

		printf("%-16s %s\n", names[i], doc);
	}
}

static void list_strategies(void)
{
	g_auto(GStrv) names = presets_names("strategies");
	guint i;

	for (i = 0; names[i]; i++) {
		struct diag *diag = diag_new();
		GPtrArray *trees = g_ptr_array_new_with_free_func((GDestroyNotify)ytree_free);
		struct strategy_file *s = strategy_load(diag, names[i], NULL, NULL, trees, NULL);

		bug_on(!s, "a built-in strategy does not load");
		printf("%-16s %s\n%-16s   %s\n", names[i], s->doc, "", s->source);
		strategy_file_free(s);
		g_ptr_array_unref(trees);
		diag_free(diag);
	}
}

static void list_primitives(void)
{
	const char *const *names = strategy_primitives();
	guint i;

	for (i = 0; names[i]; i++)
		printf("%-20s %s\n", names[i], strategy_primitive_text(names[i]));
}

static void keys_print(const struct keys *keys)
{
	const struct key *key;

	for (key = keys->key; key->name; key++) {
		g_autofree char *kind = keys_kind(key);

		printf("    %-15s %s%s: %s\n", key->name, kind,
		       key->need == KEY_OPTIONAL ? " (optional)" : "", key->text);
	}
}

static void list_steps(void)
{
	const struct step_spec *steps;
	guint count, i, j;

	steps = vocab_steps(&count);
	for (i = 0; i < count; i++) {
		printf("%-27s %s\n", steps[i].name, steps[i].text);
		for (j = 0; j < VOCAB_ARGS && steps[i].arg[j].type != ARG_NONE; j++) {
			const struct arg_spec *a = &steps[i].arg[j];

			printf("    %-10s %s%s: %s\n", a->name, vocab_arg_kind(a->type),
			       a->required ? "" : " (optional)", a->text);
		}
	}
	puts("every step also takes");
	keys_print(&keys_step);
}

/* The maps of scenario, machine and strategy files with their keys; not the rules, which have a list of their own. */
static void list_keys(void)
{
	const struct keys *keys;
	guint i;

	for (i = 0; (keys = keys_all(i)); i++) {
		if (keys == &keys_rules || keys == &keys_step)
			continue;
		puts(keys->what);
		keys_print(keys);
		if (keys->extra)
			puts("    x-…             anything: yours; not looked at");
	}
}

static void list_rules(void)
{
	guint i;

	puts("rules: a breach is a violation");
	for (i = 0; i < RULE_COUNT; i++)
		printf("  %-20s %s\n", rule_name(i), rule_text(i));
	puts("warnings: never change a verdict");
	for (i = 0; i < WARNING_COUNT; i++)
		printf("  %-20s %s\n", warning_name(i), warning_text(i));
}

static void lines_print(GPtrArray *mutations)
{
	const char *line = NULL;
	guint i;

	/* all changes of a line stand together */
	for (i = 0; i < mutations->len; i++) {
		const char *text = mutations->pdata[i], *colon = strchr(text, ':');

		if (!line || strcmp(line, colon + 1))
			printf("%s%s: ", line ? "\n" : "", colon + 1);
		else
			fputs(", ", stdout);
		fwrite(text, 1, (size_t)(colon - text), stdout);
		line = colon + 1;
	}
	if (line)
		putchar('\n');
}

/* A routine, or a strategy: its lines, each with the changes that are possible. */
static gboolean list_lines_of(const char *name)
{
	g_autoptr(GPtrArray) trees = g_ptr_array_new_with_free_func((GDestroyNotify)ytree_free);
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) strategies = presets_names("strategies");
	const char *const *routines = mutation_routines();
	struct strategy_file *s;
	struct diag *diag;
	const char *near;

	if (mutation_list(name, texts)) {
		lines_print(texts);
		return TRUE;
	}
	if (!presets_is_path(name) && !g_strv_contains((const char *const *)strategies, name)) {
		near = words_nearest(name, routines);
		if (!near)
			near = words_nearest(name, (const char *const *)strategies);
		if (near)
			cmd_usage(cmd_find("list"),
				  "no routine or strategy `%s`; did you mean `%s`?", name, near);
		else
			cmd_usage(cmd_find("list"), "no routine or strategy `%s`", name);
		return FALSE;
	}
	diag = diag_new();
	s = strategy_load(diag, name, NULL, NULL, trees, NULL);
	if (s)
		lines_print(s->mutations);
	else
		cmd_faults_print(diag, FALSE);
	if (s)
		strategy_file_free(s);
	diag_free(diag);
	return s != NULL;
}

static int list_lines(char **names)
{
	const char *const *routines = mutation_routines();
	guint i;

	if (names[0]) {
		for (i = 0; names[i]; i++)
			if (!list_lines_of(names[i]))
				return EXIT_USAGE;
		return EXIT_OK;
	}
	for (i = 0; routines[i]; i++)
		list_lines_of(routines[i]);
	puts("\nchanges");
	for (i = 1; i < CHANGE_COUNT; i++)
		printf("    %-16s %s\n", change_word(i), change_text(i));
	puts("\n`list lines STRATEGY` shows the steps of a strategy's program.");
	return EXIT_OK;
}

/* The files named, or those below scenarios/. */
static int list_scenarios(char **files)
{
	static char *standard[] = {(char *)"scenarios", NULL};
	struct cmd_options options = {.files = files && files[0] ? files : standard};
	struct diag *diag = diag_new();
	GPtrArray *scenarios = cmd_load(&options, diag, FALSE);
	guint i;

	for (i = 0; scenarios && i < scenarios->len; i++) {
		const struct scenario *s = scenarios->pdata[i];

		printf("%s  %s (%u cells)\n", s->path, s->question, s->cells->len);
	}
	if (scenarios)
		g_ptr_array_unref(scenarios);
	diag_free(diag);
	return scenarios ? EXIT_OK : EXIT_USAGE;
}

int cmd_list(int argc, char **argv)
{
	static const char *const words[] = {"machines", "strategies", "primitives", "steps", "keys",
					    "lines",    "rules",      "scenarios",  NULL};
	const struct command *command = cmd_find("list");
	struct cmd_options options;
	int end = cmd_options_parse(&options, command, 0, &argc, &argv);

	if (end >= 0) {
		cmd_options_clear(&options);
		return end;
	}
	end = EXIT_OK;
	if (!options.files) {
		end = cmd_usage(
			command,
			"list what? machines, strategies, primitives, steps, keys, lines, rules or scenarios");
	} else if (options.files[1] && strcmp(options.files[0], "scenarios") &&
		   strcmp(options.files[0], "lines")) {
		end = cmd_usage(command, "list %s takes no file", options.files[0]);
	} else if (!strcmp(options.files[0], "machines")) {
		list_machines();
	} else if (!strcmp(options.files[0], "strategies")) {
		list_strategies();
	} else if (!strcmp(options.files[0], "primitives")) {
		list_primitives();
	} else if (!strcmp(options.files[0], "steps")) {
		list_steps();
	} else if (!strcmp(options.files[0], "keys")) {
		list_keys();
	} else if (!strcmp(options.files[0], "lines")) {
		end = list_lines(options.files + 1);
	} else if (!strcmp(options.files[0], "rules")) {
		list_rules();
	} else if (!strcmp(options.files[0], "scenarios")) {
		end = list_scenarios(options.files + 1);
	} else {
		const char *near = words_nearest(options.files[0], words);

		if (near)
			end = cmd_usage(command, "cannot list `%s`; did you mean `%s`?",
					options.files[0], near);
		else
			end = cmd_usage(command, "cannot list `%s`", options.files[0]);
	}
	cmd_options_clear(&options);
	return end;
}
