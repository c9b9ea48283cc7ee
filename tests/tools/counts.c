// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many states, transitions and ends the exploration of each cell has, to the last one:
 *
 *	counts FOLDER                       prints the table
 *	counts TABLE FOLDER [STATES]        compares it with the one in TABLE; exit status 1 if they differ
 *	counts --promote TABLE FOLDER       writes it to TABLE
 *
 * Cells of more than STATES states in TABLE are taken for right.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/cmd/cmd.h"

static const char head[] = "# SPDX-License-Identifier: GPL-2.0-or-later\n"
			   "# scenario\tcell\tstates\ttransitions\tends\n";

static int usage(void)
{
	fputs("usage: counts FOLDER | TABLE FOLDER [STATES] | --promote TABLE FOLDER\n", stderr);
	return 2;
}

/* Scenario and cell, a table's first two columns -> the whole row. */
static GHashTable *rows_load(const char *path)
{
	GHashTable *rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	guint i;

	if (!g_file_get_contents(path, &text, NULL, &error)) {
		printf("%s\n", error->message);
		return rows;
	}
	lines = g_strsplit(text, "\n", -1);
	for (i = 0; lines[i]; i++) {
		g_auto(GStrv) fields = g_strsplit(lines[i], "\t", -1);

		if (lines[i][0] && lines[i][0] != '#' && g_strv_length(fields) == 5)
			g_hash_table_insert(rows, g_strdup_printf("%s\t%s", fields[0], fields[1]),
					    g_strdup(lines[i]));
	}
	return rows;
}

static guint64 states_of(const char *row)
{
	g_auto(GStrv) fields = g_strsplit(row, "\t", -1);

	return g_ascii_strtoull(fields[2], NULL, 10);
}

/* The path below the folder, whatever way led to the folder. */
static const char *below(const char *path, const char *folder)
{
	const char *rest = g_str_has_prefix(path, folder) ? path + strlen(folder) : path;

	while (*rest == '/')
		rest++;
	return rest;
}

/* The cell's row; NULL where the kernel declines it. */
static char *row_make(struct scenario *s, const struct scenario_cell *cell, const char *key)
{
	const struct outcome_options options = {.unreduced = TRUE};
	struct outcome *o = outcome_explore(s, cell, &options);
	char *row = NULL;

	if (!o->refused)
		row = g_strdup_printf("%s\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT
				      "\t%" G_GUINT64_FORMAT,
				      key, (guint64)o->states, (guint64)o->transitions,
				      (guint64)o->ends);
	outcome_free(o);
	return row;
}

struct counts {
	const char *folder;
	GHashTable *want; /* NULL: nothing to compare with */
	guint64 limit;
	GString *table;
	guint differences, skipped;
};

static void count_cell(struct counts *c, struct scenario *s, const struct scenario_cell *cell)
{
	g_autofree char *key =
		g_strdup_printf("%s\t%s", below(s->path, c->folder), *cell->id ? cell->id : "-");
	const char *want = c->want ? g_hash_table_lookup(c->want, key) : NULL;
	g_autofree char *row = NULL;

	if (want && states_of(want) > c->limit) {
		c->skipped++;
		g_hash_table_remove(c->want, key);
		return;
	}
	row = row_make(s, cell, key);
	if (row)
		g_string_append_printf(c->table, "%s\n", row);
	if (c->want && g_strcmp0(row, want)) {
		if (want)
			printf("-%s\n", want);
		if (row)
			printf("+%s\n", row);
		c->differences++;
	}
	if (want)
		g_hash_table_remove(c->want, key);
}

static void count_folder(struct counts *c, GPtrArray *scenarios)
{
	GHashTableIter iter;
	gpointer row;
	guint i, j;

	for (i = 0; i < scenarios->len; i++) {
		struct scenario *s = scenarios->pdata[i];

		for (j = 0; j < s->cells->len; j++) {
			const struct scenario_cell *cell = s->cells->pdata[j];

			if (!cell->schedule || !strcmp(cell->schedule, "all"))
				count_cell(c, s, cell);
		}
	}
	if (!c->want)
		return;
	g_hash_table_iter_init(&iter, c->want);
	while (g_hash_table_iter_next(&iter, NULL, &row)) {
		printf("-%s\n", (char *)row);
		c->differences++;
	}
}

int main(int argc, char **argv)
{
	gboolean promote = argc > 1 && !strcmp(argv[1], "--promote");
	char **files = argv + 1 + promote;
	int n = argc - 1 - promote, end = 0;
	struct cmd_options options = {0};
	struct counts c = {.limit = G_MAXUINT64, .table = g_string_new(head)};
	struct diag *diag = diag_new();
	GPtrArray *scenarios;

	if (n < 1 || n > 3 || (promote && n != 2) || files[0][0] == '-')
		return usage();
	if (n == 3)
		c.limit = g_ascii_strtoull(files[2], NULL, 10);
	c.folder = files[n > 1];
	options.files = (char *[]){files[n > 1], NULL};
	scenarios = cmd_load(&options, diag, FALSE);
	if (!scenarios)
		return 2;
	if (n > 1 && !promote)
		c.want = rows_load(files[0]);
	count_folder(&c, scenarios);
	if (n == 1)
		fputs(c.table->str, stdout);
	if (promote && !g_file_set_contents(files[0], c.table->str, -1, NULL)) {
		fprintf(stderr, "%s: cannot be written\n", files[0]);
		end = 2;
	}
	if (c.skipped)
		printf("%u large cells left out\n", c.skipped);
	if (c.differences) {
		printf("%u cells differ from %s; where that is meant: counts --promote %s %s\n",
		       c.differences, files[0], files[0], c.folder);
		end = 1;
	}
	if (c.want)
		g_hash_table_unref(c.want);
	g_string_free(c.table, TRUE);
	g_ptr_array_unref(scenarios);
	diag_free(diag);
	return end;
}
