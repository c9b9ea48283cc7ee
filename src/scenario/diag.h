/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults found in input files: collected while reading goes on, printed together.
 *
 * A fault has a code (see codes.def), a place, a message that stands alone, and optionally a label
 * at its place, labels at other places, helps (what to do) and notes. Messages begin in lower case
 * and end without a full stop. Any text may hold bytes from the input: what a terminal would not
 * print is shown as \xNN, and long texts are cut.
 */
#ifndef STALELINE_SCENARIO_DIAG_H
#define STALELINE_SCENARIO_DIAG_H

#include <glib.h>

struct diag;

/* The text of one input file. Owned by the diag; @path is the file's name as it is shown. */
struct diag_source {
	const char *path;
	const char *text; /* without byte order mark; may hold NULs */
	gsize len; /* bytes */
	guint index; /* order in which sources were added */
	guint before; /* lines of the file in front of `text`, where that is an excerpt */
	struct diag_lines *lines;
};

/*
 * A place in a source. Lines (of the text) and columns count from 1, columns in code points (a byte that is not
 * UTF-8 counts as one); the end is exclusive. @line 0 means the file as a whole; @src NULL means no
 * file at all.
 */
struct span {
	const struct diag_source *src;
	guint line, col;
	guint end_line, end_col;
};

struct diag_label {
	struct span span;
	char *text;
};

/* One fault, as reporters see it. Strings are as given, not yet made printable. */
struct diag_fault {
	const char *code;
	struct span span;
	char *message;
	char *primary; /* label at @span, or NULL */
	GArray *labels; /* struct diag_label */
	GPtrArray *helps; /* char * */
	GPtrArray *notes; /* char * */
	gboolean repeated; /* the same as an earlier one; never shown or counted */
};

struct diag_code {
	const char *code, *title, *explanation;
};

struct diag *diag_new(void);
/* Frees the sources too: every struct span, and so every ytree, ends here. */
void diag_free(struct diag *diag);

/* Copies @path and @text (@len bytes). The same path with the same text gives the same source. */
const struct diag_source *diag_add_source(struct diag *diag, const char *path, const char *text,
					  gsize len);

/* The same for a part of a file that begins with line @line, from 1: no more of it needs to be in memory. */
const struct diag_source *diag_add_excerpt(struct diag *diag, const char *path, const char *text,
					   gsize len, guint line);

/* The place of the bytes [@from, @to) of the source; both are clipped to its length. */
struct span diag_source_span(const struct diag_source *src, gsize from, gsize to);
/* The file as a whole. */
struct span diag_source_whole(const struct diag_source *src);
/* Byte offset of code point number @cp, from 0; the length of the text if it has fewer. */
gsize diag_source_byte(const struct diag_source *src, gsize cp);

/*
 * Records a fault. @code must live as long as @diag. The handle belongs to @diag and stays valid as
 * long. A fault with the code, place and message of an earlier one gets a handle too, but is
 * neither counted nor printed.
 */
struct diag_fault *diag_error(struct diag *diag, const char *code, struct span span,
			      const char *fmt, ...) G_GNUC_PRINTF(4, 5);
/* Only the last primary label is kept; labels, helps and notes add up and keep their order. */
void diag_primary_label(struct diag_fault *fault, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void diag_label(struct diag_fault *fault, struct span span, const char *fmt, ...)
	G_GNUC_PRINTF(3, 4);
void diag_help(struct diag_fault *fault, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void diag_note(struct diag_fault *fault, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* Faults without repeated ones. */
guint diag_count(const struct diag *diag);
/*
 * Grows with every fault, also with repeated ones: unchanged means that what ran in between found
 * nothing wrong.
 */
guint diag_mark(const struct diag *diag);

/*
 * The faults by source (in order of addition), line, column, then age. Free with
 * g_ptr_array_unref().
 */
GPtrArray *diag_sorted(const struct diag *diag);

/* Source lines are cut to about so many columns, margin included; at most 106, as without. */
void diag_set_columns(struct diag *diag, guint columns);
/* Appends the first 20 of diag_sorted() as text with source lines, then "and N more errors". */
void diag_print(const struct diag *diag, GString *out, gboolean colour);

/* The rows of codes.def; NULL for an unknown code. */
const struct diag_code *diag_code_find(const char *code);
const struct diag_code *diag_code_list(guint *count);

#endif
