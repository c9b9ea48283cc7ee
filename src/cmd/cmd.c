// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "progress.h"
#include "scenario/presets.h"
#include "scenario/scalar.h"
#include "scenario/words.h"

/* Set by Ctrl-C; what is running then stops and says what it knows. */
static volatile int interrupted;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	/* a second one does not wait for anything */
	if (interrupted)
		_exit(EXIT_INTERRUPTED);
	interrupted = 1;
}

gboolean cmd_was_interrupted(void)
{
	return interrupted;
}

void cmd_interruptible(void)
{
	signal(SIGINT, on_interrupt);
}

const struct command *cmd_find(const char *name)
{
	const struct command *c;

	for (c = commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

int cmd_usage(const struct command *command, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	fprintf(stderr, "staleline: %s\n", text);
	if (command)
		fprintf(stderr, "Try 'staleline %s --help'.\n", command->name);
	return EXIT_USAGE;
}

/* What GOption fills in. */
struct raw {
	char **strategies, **routines, **cells, **files, **limits;
	char *schedule, *format, *color, *trail, *baseline, *mutation, *max_states, *max_steps,
		*memory, *time;
	char *rule, *step, *budget, *output;
	char *random, *seed, *priorities;
	int jobs;
	gboolean unreduced, exact, worst;
	gboolean quiet, verbose, all, first, cause, print, interactive, print_trail;
};

static GOptionEntry entry(const char *name, char letter, GOptionArg arg, gpointer data,
			  const char *text, const char *value)
{
	return (GOptionEntry){name, letter, 0, arg, data, text, value};
}

static GArray *entries_for(struct raw *raw, guint takes)
{
	GArray *list = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
	GOptionEntry e;

#define ADD(...)                                                                                   \
	do {                                                                                       \
		e = entry(__VA_ARGS__);                                                            \
		g_array_append_val(list, e);                                                       \
	} while (0)
	if (takes & TAKES_CELLS) {
		ADD("strategy", 's', G_OPTION_ARG_STRING_ARRAY, &raw->strategies,
		    "Use these strategies (names, files, or all) instead of the file's",
		    "NAME[,...]");
		ADD("cell", 'c', G_OPTION_ARG_STRING_ARRAY, &raw->cells,
		    "Only cells with these axis values; repeated: cells that match one of them",
		    "K=V[,...]");
	}
	if (takes & TAKES_TARGETS) {
		ADD("strategy", 's', G_OPTION_ARG_STRING_ARRAY, &raw->strategies,
		    "Mutate the programs of these strategies", "NAME[,...]");
		ADD("routine", 'r', G_OPTION_ARG_STRING_ARRAY, &raw->routines,
		    "Mutate these kernel routines, or those of kmap_model, flush, ..., or all",
		    "NAME[,...]");
		ADD("cell", 'c', G_OPTION_ARG_STRING_ARRAY, &raw->cells,
		    "Only cells with these axis values; repeated: cells that match one of them",
		    "K=V[,...]");
	}
	if (takes & TAKES_SCHEDULE)
		ADD("schedule", 0, G_OPTION_ARG_STRING, &raw->schedule, "The schedule to run",
		    "NAME");
	if (takes & TAKES_TRAIL) {
		ADD("trail", 't', G_OPTION_ARG_STRING, &raw->trail,
		    "The trail to repeat: its text, @FILE, or - for standard input", "TRAIL");
		ADD("print", 'p', G_OPTION_ARG_NONE, &raw->print,
		    "Print the trail's choices by name as well", NULL);
		ADD("interactive", 'i', G_OPTION_ARG_NONE, &raw->interactive,
		    "Step through the trail, forward and back, on the terminal", NULL);
	}
	if (takes & TAKES_PRINT_TRAIL)
		ADD("print-trail", 0, G_OPTION_ARG_NONE, &raw->print_trail,
		    "Print the trail of each schedule, for replay", NULL);
	if (takes & TAKES_BASELINE)
		ADD("baseline", 0, G_OPTION_ARG_FILENAME, &raw->baseline,
		    "Say what changed since this output of --format jsonl (exit 1)", "FILE");
	if (takes & TAKES_MUTATION)
		ADD("mutation", 'm', G_OPTION_ARG_STRING, &raw->mutation,
		    "Change one line of the kernel or the strategy (see list lines)",
		    "CHANGE:ROUTINE.LINE");
	if (takes & TAKES_SEARCH) {
		ADD("jobs", 'j', G_OPTION_ARG_INT, &raw->jobs,
		    "Threads of a search; as many as there are processors unless given", "N");
		ADD("max-states", 0, G_OPTION_ARG_STRING, &raw->max_states,
		    "Stop after so many states (exit 3)", "N");
		ADD("memory", 0, G_OPTION_ARG_STRING, &raw->memory,
		    "Stop where the visited states take more (exit 3); half of the machine's "
		    "unless given",
		    "BYTES");
		ADD("time", 0, G_OPTION_ARG_STRING, &raw->time,
		    "Stop each search after so long (exit 3)", "30s");
		ADD("no-reduction", 0, G_OPTION_ARG_NONE, &raw->unreduced,
		    "Try every choice, also where others lead to the same", NULL);
		ADD("exact", 0, G_OPTION_ARG_NONE, &raw->exact,
		    "Compare whole states, not 64-bit fingerprints (slow, large)", NULL);
	}
	if (takes & TAKES_LIMIT)
		ADD("limit", 'l', G_OPTION_ARG_STRING_ARRAY, &raw->limits,
		    "Try at most so many choices of a kind in a schedule (exit 3 where that left "
		    "some out); the kinds are keys of `explore`",
		    "KIND=N[,...]");
	if (takes & TAKES_WORST)
		ADD("worst", 'w', G_OPTION_ARG_NONE, &raw->worst,
		    "Say how long irqs are off, what a DMA call takes, and how deep interrupts "
		    "nest, at most; with trails",
		    NULL);
	if (takes & TAKES_RANDOM) {
		ADD("random", 0, G_OPTION_ARG_STRING, &raw->random,
		    "Take so many schedules by chance instead of all (exit 3 where nothing is found)",
		    "N");
		ADD("seed", 0, G_OPTION_ARG_STRING, &raw->seed,
		    "Of --random; the same seed gives the same schedules; 1 unless given", "S");
		ADD("priorities", 0, G_OPTION_ARG_STRING, &raw->priorities,
		    "Schedules of --random by priorities, which change so often in each", "N");
	}
	if (takes & (TAKES_STEPS | TAKES_RANDOM))
		ADD("max-steps", 0, G_OPTION_ARG_STRING, &raw->max_steps,
		    "Stop a schedule after so many steps (exit 3)", "N");
	if (takes & TAKES_SHRINK) {
		ADD("rule", 'r', G_OPTION_ARG_STRING, &raw->rule, "The rule that stays broken",
		    "RULE");
		ADD("step", 0, G_OPTION_ARG_STRING, &raw->step, "The step that stays the one",
		    "CONTEXT.STEP");
		ADD("cause", 0, G_OPTION_ARG_NONE, &raw->cause, "Keep the cause, too", NULL);
		ADD("budget", 0, G_OPTION_ARG_STRING, &raw->budget,
		    "Stop after so many tries (exit 3)", "N");
		ADD("output", 'o', G_OPTION_ARG_FILENAME, &raw->output,
		    "Write the scenario there", "FILE");
	}
	if (takes & TAKES_FIRST)
		ADD("first", 0, G_OPTION_ARG_NONE, &raw->first, "Stop at the first violation",
		    NULL);
	if (takes & TAKES_FORMAT) {
		ADD("format", 'f', G_OPTION_ARG_STRING, &raw->format, "human (default) or jsonl",
		    "FORMAT");
	}
	if (takes & TAKES_DETAIL) {
		ADD("all", 'a', G_OPTION_ARG_NONE, &raw->all,
		    "Show every recorded row of a schedule", NULL);
		ADD("quiet", 'q', G_OPTION_ARG_NONE, &raw->quiet, "Only the closing line", NULL);
		ADD("verbose", 'v', G_OPTION_ARG_NONE, &raw->verbose, "Full reports in every case",
		    NULL);
	}
	ADD("color", 0, G_OPTION_ARG_STRING, &raw->color, "auto (default), always or never",
	    "WHEN");
	ADD(G_OPTION_REMAINING, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->files, NULL, NULL);
#undef ADD
	return list;
}

gboolean cmd_colour_wanted(const char *when, int fd)
{
	const char *no_color = g_getenv("NO_COLOR"), *force = g_getenv("FORCE_COLOR");

	if (when && !strcmp(when, "always"))
		return TRUE;
	if (when && !strcmp(when, "never"))
		return FALSE;
	if (no_color && *no_color)
		return FALSE;
	if (force && *force)
		return TRUE;
	return isatty(fd) && g_strcmp0(g_getenv("TERM"), "dumb");
}

static gboolean parse_count(const char *text, guint64 *ret)
{
	char why[SCALAR_WHY];

	return !scalar_u64(text, SCALAR_COUNTS, ret, why) && *ret;
}

/* Lists with commas between, as one list; NULL: none was given. */
static char **names_take(char **given)
{
	GPtrArray *list;
	guint i, j;

	if (!given)
		return NULL;
	list = g_ptr_array_new();
	for (i = 0; given[i]; i++) {
		g_auto(GStrv) names = g_strsplit(given[i], ",", -1);

		for (j = 0; names[j]; j++)
			if (*names[j])
				g_ptr_array_add(list, g_strdup(names[j]));
	}
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}

static int strategies_take(struct cmd_options *o, struct raw *raw, const struct command *command)
{
	GPtrArray *list;
	guint i, j;

	if (!raw->strategies)
		return -1;
	list = g_ptr_array_new();
	for (i = 0; raw->strategies[i]; i++) {
		g_auto(GStrv) names = g_strsplit(raw->strategies[i], ",", -1);

		/* every built-in one */
		if (!strcmp(raw->strategies[i], "all")) {
			char **all = presets_names("strategies");

			for (j = 0; all[j]; j++)
				g_ptr_array_add(list, all[j]);
			g_free(all);
			continue;
		}
		for (j = 0; names[j]; j++)
			if (*names[j])
				g_ptr_array_add(list, g_strdup(names[j]));
	}
	g_ptr_array_add(list, NULL);
	o->strategies = (char **)g_ptr_array_free(list, FALSE);
	if (!o->strategies[0])
		return cmd_usage(command, "--strategy: expected a name");
	return -1;
}

static int cells_take(struct cmd_options *o, struct raw *raw, const struct command *command)
{
	guint i, j;

	for (i = 0; raw->cells && raw->cells[i]; i++) {
		g_auto(GStrv) pairs = g_strsplit(raw->cells[i], ",", -1);
		GPtrArray *one = g_ptr_array_new();

		for (j = 0; pairs[j]; j++) {
			char *equals = strchr(pairs[j], '=');

			if (!equals) {
				g_ptr_array_unref(one);
				return cmd_usage(command, "--cell: expected AXIS=VALUE, found `%s`",
						 pairs[j]);
			}
			g_ptr_array_add(one, g_strndup(pairs[j], (gsize)(equals - pairs[j])));
			g_ptr_array_add(one, g_strdup(equals + 1));
		}
		g_ptr_array_add(one, NULL);
		g_ptr_array_add(o->cells, g_ptr_array_free(one, FALSE));
	}
	return -1;
}

/* One KIND=N of --limit; -1: go on. */
static int limit_take(struct limits *limits, const char *pair, const struct command *command)
{
	const char *keys[BOUND_COUNT + 1] = {0};
	const char *equals = strchr(pair, '=');
	g_autofree char *key = g_strndup(pair, equals ? (gsize)(equals - pair) : strlen(pair));
	char why[SCALAR_WHY];
	guint64 number = 0;
	guint i;

	for (i = 0; i < BOUND_COUNT; i++)
		keys[i] = bound_key((enum bound)i);
	for (i = 0; i < BOUND_COUNT && strcmp(key, keys[i]); i++)
		;
	if (i == BOUND_COUNT) {
		const char *near = words_nearest(key, keys);
		g_autofree char *all = words_join(keys, "or");

		return cmd_usage(command, "--limit: unknown kind `%s`; %s%s%s", key,
				 near ? "did you mean `" : "expected ", near ? near : all,
				 near ? "`?" : "");
	}
	limits->given |= BIT(i);
	limits->bounds.set &= ~BIT(i);
	if (equals && !strcmp(equals + 1, bound_words[BOUND_WORD_ANY]))
		return -1;
	if (!equals ||
	    (strcmp(equals + 1, "none") &&
	     (scalar_u64(equals + 1, SCALAR_COUNTS, &number, why) || number > BOUND_MOST)))
		return cmd_usage(
			command,
			"--limit: expected %s=N, `any`, `none` or a number up to %u, found `%s`",
			key, BOUND_MOST, pair);
	limits->bounds.set |= BIT(i);
	limits->bounds.most[i] = (u32)number;
	return -1;
}

static int limits_take(struct cmd_options *o, const struct raw *raw, const struct command *command)
{
	int end = -1;
	guint i, j;

	for (i = 0; raw->limits && raw->limits[i]; i++) {
		g_auto(GStrv) pairs = g_strsplit(raw->limits[i], ",", -1);

		for (j = 0; pairs[j] && end < 0; j++)
			end = limit_take(&o->limits, pairs[j], command);
	}
	return end;
}

/* -1: go on. */
static int random_take(struct cmd_options *o, const struct raw *raw, const struct command *command)
{
	const char *alone = raw->seed                                           ? "--seed" :
			    raw->priorities                                     ? "--priorities" :
			    raw->max_steps && !strcmp(command->name, "explore") ? "--max-steps" :
										  NULL;
	char why[SCALAR_WHY];
	guint64 number;

	o->random = (struct random_options){.seed = 1};
	if (!raw->random)
		return alone ? cmd_usage(command, "%s goes with --random", alone) : -1;
	if (raw->unreduced || raw->exact || raw->max_states || raw->worst)
		return cmd_usage(command, "%s does not go with --random, which is no search",
				 raw->unreduced ? "--no-reduction" :
				 raw->exact     ? "--exact" :
				 raw->worst     ? "--worst" :
						  "--max-states");
	if (!parse_count(raw->random, &o->random.schedules))
		return cmd_usage(command,
				 "--random: expected a number such as 1000, 50k or 2M, found `%s`",
				 raw->random);
	if (raw->seed && scalar_u64(raw->seed, 0, &o->random.seed, why))
		return cmd_usage(command, "--seed: expected a number, found `%s`", raw->seed);
	if (raw->priorities) {
		if (scalar_u64(raw->priorities, 0, &number, why) || number > RANDOM_CHANGES_MAX)
			return cmd_usage(command,
					 "--priorities: expected a number up to %u, found `%s`",
					 RANDOM_CHANGES_MAX, raw->priorities);
		o->random.by_priority = TRUE;
		o->random.changes = (u32)number;
	}
	o->random.length = o->max_steps;
	return -1;
}

static guint64 half_of_the_memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGESIZE);

	return pages > 0 && bytes > 0 ? (guint64)pages / 2 * (guint64)bytes : 0;
}

/* -1: go on. */
static int search_take_options(struct cmd_options *o, const struct raw *raw,
			       const struct command *command)
{
	char why[SCALAR_WHY];
	guint64 ms;

	if (raw->jobs < 0 || raw->jobs > 64)
		return cmd_usage(command, "--jobs: expected a number from 1 to 64, found %d",
				 raw->jobs);
	if (raw->memory && scalar_u64(raw->memory, SCALAR_BYTES, &o->memory, why))
		return cmd_usage(command, "--memory: expected bytes such as 512MiB, found `%s`",
				 raw->memory);
	if (raw->time) {
		if (scalar_duration_ms(raw->time, &ms, why))
			return cmd_usage(command,
					 "--time: expected a duration such as 30s, found `%s`",
					 raw->time);
		o->seconds = (ms + 999) / 1000;
	}
	if (!raw->memory)
		o->memory = half_of_the_memory();
	o->jobs = raw->jobs ? (guint)raw->jobs : MIN(g_get_num_processors(), 64u);
	o->unreduced = raw->unreduced;
	o->exact = raw->exact;
	o->worst = raw->worst;
	return -1;
}

static int raw_take(struct cmd_options *o, struct raw *raw, const struct command *command)
{
	static const char *const formats[] = {"human", "jsonl", NULL};
	static const char *const whens[] = {"auto", "always", "never", NULL};
	int end;

	if (raw->format && !g_strv_contains(formats, raw->format)) {
		const char *near = words_nearest(raw->format, formats);

		return cmd_usage(command, "--format: unknown format `%s`; %s%s%s", raw->format,
				 near ? "did you mean `" : "expected `human` or `jsonl",
				 near ? near : "", near ? "`?" : "`");
	}
	if (raw->color && !g_strv_contains(whens, raw->color))
		return cmd_usage(command,
				 "--color: expected `auto`, `always` or `never`, found `%s`",
				 raw->color);
	if (raw->max_states && !parse_count(raw->max_states, &o->max_states))
		return cmd_usage(
			command,
			"--max-states: expected a number such as 1000, 50k or 2M, found `%s`",
			raw->max_states);
	if (raw->max_steps && !parse_count(raw->max_steps, &o->max_steps))
		return cmd_usage(
			command,
			"--max-steps: expected a number such as 1000, 50k or 2M, found `%s`",
			raw->max_steps);
	if (raw->budget && !parse_count(raw->budget, &o->budget))
		return cmd_usage(command,
				 "--budget: expected a number such as 1000, 50k or 2M, found `%s`",
				 raw->budget);
	end = search_take_options(o, raw, command);
	if (end < 0)
		end = limits_take(o, raw, command);
	if (end < 0)
		end = random_take(o, raw, command);
	if (end >= 0)
		return end;
	end = strategies_take(o, raw, command);
	if (end < 0)
		end = cells_take(o, raw, command);
	if (end >= 0)
		return end;
	o->jsonl = raw->format && !strcmp(raw->format, "jsonl");
	o->first = raw->first;
	o->print = raw->print;
	o->interactive = raw->interactive;
	o->report.trails = raw->print_trail;
	o->cause = raw->cause;
	o->report.all_steps = raw->all;
	o->report.quiet = raw->quiet;
	o->report.verbose = raw->verbose;
	o->report.colour = cmd_colour_wanted(raw->color, STDOUT_FILENO);
	o->colour_errors = cmd_colour_wanted(raw->color, STDERR_FILENO);
	o->files = g_steal_pointer(&raw->files);
	o->schedule = g_steal_pointer(&raw->schedule);
	o->trail = g_steal_pointer(&raw->trail);
	o->baseline = g_steal_pointer(&raw->baseline);
	o->mutation = g_steal_pointer(&raw->mutation);
	o->rule = g_steal_pointer(&raw->rule);
	o->step = g_steal_pointer(&raw->step);
	o->output = g_steal_pointer(&raw->output);
	return -1;
}

int cmd_option_error(const struct command *command, const GError *error,
		     const GOptionEntry *entries)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *dashes = strstr(error->message, "--"), *near;

	if (!g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION) || !dashes)
		return cmd_usage(command, "%s", error->message);
	for (; entries->long_name; entries++)
		g_ptr_array_add(names, (gpointer)entries->long_name);
	g_ptr_array_add(names, NULL);
	near = words_nearest(dashes + 2, (const char *const *)names->pdata);
	return near ? cmd_usage(command, "%s; did you mean `--%s`?", error->message, near) :
		      cmd_usage(command, "%s", error->message);
}

int cmd_options_parse(struct cmd_options *o, const struct command *command, guint takes, int *argc,
		      char ***argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new(command->arguments);
	g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	GArray *entries;
	struct raw raw = {0};
	int end;

	*o = (struct cmd_options){
		.cells = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev)};
	entries = entries_for(&raw, takes);
	g_option_context_add_main_entries(context, (const GOptionEntry *)(void *)entries->data,
					  NULL);
	g_option_context_set_summary(context, command->summary);
	g_option_context_set_description(context, command->details);
	/* GOption takes a letter's value as a word of its own only; everybody writes -j2 */
	for (end = 1; end < *argc; end++)
		if (g_str_has_prefix((*argv)[end], "-j") && g_ascii_isdigit((*argv)[end][2])) {
			(*argv)[end] = g_strconcat("--jobs=", (*argv)[end] + 2, NULL);
			g_ptr_array_add(made, (*argv)[end]);
		}
	if (!g_option_context_parse(context, argc, argv, &error))
		end = cmd_option_error(command, error, (const GOptionEntry *)(void *)entries->data);
	else
		end = raw_take(o, &raw, command);
	o->routines = names_take(raw.routines);
	if (takes & TAKES_TARGETS)
		o->targets = g_steal_pointer(&o->strategies);
	g_array_unref(entries);
	g_strfreev(raw.strategies);
	g_strfreev(raw.routines);
	g_strfreev(raw.cells);
	g_strfreev(raw.limits);
	g_strfreev(raw.files);
	g_free(raw.schedule);
	g_free(raw.format);
	g_free(raw.color);
	g_free(raw.trail);
	g_free(raw.baseline);
	g_free(raw.mutation);
	g_free(raw.max_states);
	g_free(raw.max_steps);
	g_free(raw.rule);
	g_free(raw.step);
	g_free(raw.budget);
	g_free(raw.output);
	g_free(raw.memory);
	g_free(raw.random);
	g_free(raw.seed);
	g_free(raw.priorities);
	g_free(raw.time);
	if (end < 0)
		cmd_interruptible();
	return end;
}

void cmd_options_clear(struct cmd_options *o)
{
	g_strfreev(o->files);
	g_strfreev(o->strategies);
	g_ptr_array_unref(o->cells);
	g_free(o->schedule);
	g_free(o->trail);
	g_free(o->baseline);
	g_free(o->mutation);
	g_strfreev(o->targets);
	g_strfreev(o->routines);
	g_free(o->rule);
	g_free(o->step);
	g_free(o->output);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All scenario files below a folder, sorted by path; folders called `strategies` hold something else. */
static void folder_add(GPtrArray *paths, const char *folder)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;
	guint i;

	while (dir && (name = g_dir_read_name(dir)))
		g_ptr_array_add(names, g_strdup(name));
	if (dir)
		g_dir_close(dir);
	g_ptr_array_sort(names, by_text);
	for (i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);

		if (!strcmp(names->pdata[i], "strategies"))
			continue;
		if (g_file_test(path, G_FILE_TEST_IS_DIR) &&
		    !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			folder_add(paths, path);
		else if (g_str_has_suffix(path, ".yaml") || g_str_has_suffix(path, ".yml"))
			g_ptr_array_add(paths, g_steal_pointer(&path));
	}
}

void cmd_faults_print(const struct diag *diag, gboolean colour)
{
	GString *text = g_string_new(NULL);

	diag_print(diag, text, colour);
	fputs(text->str, stderr);
	g_string_free(text, TRUE);
}

GPtrArray *cmd_load(const struct cmd_options *o, struct diag *diag, gboolean need_expect)
{
	struct scenario_options options = {
		.strategies = o->strategies,
		.mutation = o->mutation,
		.limits = o->limits,
		.need_expect = need_expect,
	};
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)scenario_free);
	guint i;

	for (i = 0; o->files && o->files[i]; i++) {
		guint before = paths->len;

		if (g_file_test(o->files[i], G_FILE_TEST_IS_DIR)) {
			folder_add(paths, o->files[i]);
			if (paths->len == before)
				g_ptr_array_add(paths,
						g_strdup(o->files[i])); /* an error of its own */
		} else {
			g_ptr_array_add(paths, g_strdup(o->files[i]));
		}
	}
	for (i = 0; i < paths->len; i++) {
		struct scenario *s = scenario_load(diag, paths->pdata[i], &options);

		if (s)
			g_ptr_array_add(list, s);
	}
	if (diag_count(diag)) {
		cmd_faults_print(diag, o->colour_errors);
		g_ptr_array_unref(list);
		return NULL;
	}
	return list;
}

/* Is `key` a name that some cell has a value for, and `value` one of these? Collects what there is. */
static gboolean pair_known(GPtrArray *scenarios, const char *key, const char *value,
			   GPtrArray *keys, GPtrArray *values)
{
	gboolean known = FALSE;
	guint i, j;

	for (i = 0; i < scenarios->len; i++) {
		const struct scenario *s = scenarios->pdata[i];

		for (j = 0; j < s->cells->len; j++) {
			const struct scenario_cell *cell = s->cells->pdata[j];
			GHashTableIter iter;
			gpointer name, node;

			g_hash_table_iter_init(&iter, cell->axis);
			while (g_hash_table_iter_next(&iter, &name, &node)) {
				char *text = ((struct ynode *)node)->text;

				if (!g_ptr_array_find_with_equal_func(keys, name, g_str_equal,
								      NULL))
					g_ptr_array_add(keys, name);
				/* a value that is a map has no name */
				if (strcmp(name, key) || !text)
					continue;
				if (!g_ptr_array_find_with_equal_func(values, text, g_str_equal,
								      NULL))
					g_ptr_array_add(values, text);
				known |= !strcmp(text, value);
			}
		}
	}
	return known;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int cmd_cells_check(const struct cmd_options *o, const struct command *command,
		    GPtrArray *scenarios)
{
	guint i, j;

	for (i = 0; i < o->cells->len; i++) {
		char **pairs = o->cells->pdata[i];

		for (j = 0; pairs[j]; j += 2) {
			g_autoptr(GPtrArray) keys = g_ptr_array_new();
			g_autoptr(GPtrArray) values = g_ptr_array_new();
			g_autofree char *all = NULL;
			GPtrArray *words;
			const char *near;

			if (pair_known(scenarios, pairs[j], pairs[j + 1], keys, values))
				continue;
			words = values->len ? values : keys;
			/* the order of a hash table is nobody's business */
			g_ptr_array_sort(words, by_name);
			g_ptr_array_add(words, NULL);
			near = words_nearest(values->len ? pairs[j + 1] : pairs[j],
					     (const char *const *)words->pdata);
			all = words_join((const char *const *)words->pdata, "or");
			return cmd_usage(command, "--cell: %s `%s%s%s`; %s%s%s",
					 values->len ? "no cell has" : "no axis is called",
					 pairs[j], values->len ? "=" : "",
					 values->len ? pairs[j + 1] : "",
					 near ? "did you mean `" : "expected ", near ? near : all,
					 near ? "`?" : "");
		}
	}
	return -1;
}

gboolean cmd_explores(const struct scenario *scenario, guint at)
{
	const struct scenario_cell *cell = scenario->cells->pdata[at];
	guint i, k;

	if (!cell->schedule || !strcmp(cell->schedule, "all"))
		return TRUE;
	for (i = 0; i < scenario->cells->len; i++) {
		const struct scenario_cell *other = scenario->cells->pdata[i];
		gboolean alike = i != at;

		for (k = 0; k < scenario->axes->len; k++) {
			const char *name = ((struct axis *)scenario->axes->pdata[k])->name;

			if (strcmp(name, "schedule"))
				alike &= g_hash_table_lookup(cell->axis, name) ==
					 g_hash_table_lookup(other->axis, name);
		}
		if (alike && (i < at || !strcmp(other->schedule, "all")))
			return FALSE;
	}
	return TRUE;
}

int cmd_mutation_check(const struct cmd_options *o, const struct command *command,
		       GPtrArray *scenarios)
{
	guint i;

	if (!o->mutation || !strcmp(o->mutation, change_word(CHANGE_NONE)))
		return -1;
	for (i = 0; i < scenarios->len; i++)
		if (((const struct scenario *)scenarios->pdata[i])->mutated)
			return -1;
	return cmd_usage(
		command,
		"--mutation: `%s` is of no routine and of no cell's strategy; `staleline list lines` shows all",
		o->mutation);
}

gboolean cmd_selected(const struct cmd_options *o, const struct scenario_cell *cell)
{
	guint i, j;

	if (!o->cells->len)
		return TRUE;
	for (i = 0; i < o->cells->len; i++) {
		char **pairs = o->cells->pdata[i];
		gboolean match = TRUE;

		for (j = 0; pairs[j]; j += 2) {
			const struct ynode *v = g_hash_table_lookup(cell->axis, pairs[j]);

			match &= v && !strcmp(v->text, pairs[j + 1]);
		}
		if (match)
			return TRUE;
	}
	return FALSE;
}

struct outcome_options cmd_outcome_options(const struct cmd_options *o)
{
	struct random_options random = o->random;

	random.progress = progress_random;
	progress_init(!o->report.quiet);
	return (struct outcome_options){
		.max_states = o->max_states,
		.max_steps = o->max_steps,
		.first = o->first,
		.unreduced = o->unreduced,
		.exact = o->exact,
		.worst = o->worst,
		.jobs = o->jobs,
		.memory = o->memory,
		.seconds = o->seconds,
		.interrupted = &interrupted,
		.explore_progress = progress_explore,
		.run_progress = progress_run,
		.random = random,
	};
}
