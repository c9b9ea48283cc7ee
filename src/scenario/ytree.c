// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strerrordesc_np: strerror() would speak the user's language */
#endif
#include "ytree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "words.h"

/* Unknown aliases that get a "did you mean": each is compared with all anchors. */
enum { UNKNOWN_MAX = 50 };

/* A map or list that is not closed yet. */
struct frame {
	struct ynode *node;
	struct ynode *key; /* map: read, and waiting for its value */
	struct anchor *anchor; /* NULL if none */
	gsize opened; /* byte of its bracket, or where the block begins */
	gsize closed; /* end of its last child: libyaml ends blocks on a later line */
	guint nodes_before;
	guint height; /* levels below it so far */
	bool flow;
};

/* What an alias may stand for. */
struct anchor {
	struct ynode *node;
	struct span mark; /* the `&name` */
	guint nodes; /* after expansion */
	guint height; /* levels of maps and lists */
	bool open; /* still being read: an alias would be a cycle */
};

struct builder {
	struct diag *diag;
	const struct diag_source *src;
	struct ytree *tree;
	GArray *frames; /* struct frame, outermost first */
	GPtrArray *marks; /* owns every struct anchor */
	GHashTable *anchors; /* char * to struct anchor; a later anchor of the same name replaces */
	GPtrArray *names; /* char *: the anchors' names, in the order of the file */
	guint unknown; /* aliases without an anchor */
	guint nodes; /* after expansion, so far */
	guint documents;
	gsize last_from, last_to; /* bytes of the last scalar; only quoted ones are of interest */
	bool last_quoted;
	bool stop; /* an error after which nothing more can be said */
};

static void ynode_free(gpointer data)
{
	struct ynode *node = data;

	if (!node->alias) {
		g_free(node->text);
		g_clear_pointer(&node->items, g_ptr_array_unref);
		g_clear_pointer(&node->entries, g_array_unref);
	}
	g_free(node);
}

struct ytree *ytree_new(void)
{
	struct ytree *tree = g_new0(struct ytree, 1);

	tree->nodes = g_ptr_array_new_with_free_func(ynode_free);
	return tree;
}

void ytree_free(struct ytree *tree)
{
	if (!tree)
		return;
	g_ptr_array_unref(tree->nodes);
	g_free(tree);
}

struct ynode *ynode_get(const struct ynode *map, const char *key)
{
	if (map->kind != Y_MAP)
		return NULL;
	for (guint i = 0; i < map->entries->len; i++) {
		const struct yentry *entry = &g_array_index(map->entries, struct yentry, i);

		if (g_str_equal(entry->key->text, key))
			return entry->value;
	}
	return NULL;
}

bool ynode_is_empty(const struct ynode *node)
{
	return node->kind == Y_SCALAR && !node->quoted && !*node->text;
}

const char *ynode_kind_name(const struct ynode *node)
{
	switch (node->kind) {
	case Y_SCALAR:
		return ynode_is_empty(node) ? "nothing" : "a text";
	case Y_LIST:
		return "a list";
	case Y_MAP:
		return "a map";
	}
	g_return_val_if_reached("nothing");
}

/*
 * Places. libyaml's lines also end at NEL, LS and PS, which no editor shows as line breaks, so only
 * its code point index is used.
 */

static gsize mark_byte(const struct builder *b, const yaml_mark_t *mark)
{
	return diag_source_byte(b->src, mark->index);
}

static char byte_at(const struct builder *b, gsize at)
{
	return at < b->src->len ? b->src->text[at] : '\0';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_break(char c)
{
	return c == '\n' || c == '\r';
}

static bool is_space_or_end(char c)
{
	return is_blank(c) || is_break(c) || !c;
}

static gsize line_begin(const struct builder *b, gsize at)
{
	while (at && !is_break(byte_at(b, at - 1)))
		at--;
	return at;
}

static gsize line_end(const struct builder *b, gsize at)
{
	while (at < b->src->len && !is_break(byte_at(b, at)))
		at++;
	return at;
}

static gsize skip_blanks(const struct builder *b, gsize at)
{
	while (is_blank(byte_at(b, at)))
		at++;
	return at;
}

static gsize trim_back(const struct builder *b, gsize from, gsize to)
{
	while (to > from && is_space_or_end(byte_at(b, to - 1)))
		to--;
	return to;
}

/* The end of the character at @at; 0 bytes at the end of the text. */
static gsize char_end(const struct builder *b, gsize at)
{
	if (at >= b->src->len)
		return b->src->len;
	return MIN(at + g_utf8_skip[(guchar)byte_at(b, at)], b->src->len);
}

/* The end of the word at @at, at least one character. */
static gsize word_end(const struct builder *b, gsize at)
{
	gsize end = at;

	while (end < b->src->len && !is_space_or_end(byte_at(b, end)) &&
	       !strchr(",[]{}", byte_at(b, end)))
		end++;
	return end > at ? end : char_end(b, at);
}

/*
 * Behind the `&anchor` and the `!tag` at which libyaml lets a node begin, with the blanks and
 * comments after them. @anchor is the anchor's name; it may end without a blank: `&name:text`.
 */
static gsize skip_properties(const struct builder *b, gsize at, gsize end, const char *anchor,
			     const char *tag)
{
	if (!anchor && !tag)
		return at;
	while (at < end) {
		char c = byte_at(b, at);

		if (is_space_or_end(c)) {
			at++;
		} else if (c == '#') {
			at = line_end(b, at);
		} else if (c == '&' && anchor) {
			at += 1 + strlen(anchor);
			anchor = NULL;
		} else if (c == '!' && tag) {
			while (at < end && !is_space_or_end(byte_at(b, at)))
				at++;
			tag = NULL;
		} else {
			break;
		}
	}
	return MIN(at, end);
}

/* Bracket matching, to tell a bracket that is never closed from other mistakes inside it. */

/* Behind a quoted text; the length of the text if it does not end. */
static gsize skip_quoted(const struct builder *b, gsize at)
{
	char quote = byte_at(b, at++);

	for (; at < b->src->len; at++) {
		char c = byte_at(b, at);

		if (quote == '"' && c == '\\')
			at++;
		else if (c == quote && quote == '\'' && byte_at(b, at + 1) == quote)
			at++;
		else if (c == quote)
			return at + 1;
	}
	return b->src->len;
}

/*
 * Whether the bracket at @at is closed by its like. If another bracket stands where it should be
 * closed, @wrong is its place, otherwise the length of the text.
 */
static bool bracket_is_closed(const struct builder *b, gsize at, gsize *wrong)
{
	char expected[YTREE_DEPTH_MAX + 1];
	guint depth = 0;
	char before = ' ';

	*wrong = b->src->len;
	while (at < b->src->len) {
		char c = byte_at(b, at);

		if ((c == '"' || c == '\'') && strchr(" \t\r\n[{,:", before)) {
			at = skip_quoted(b, at);
			before = c;
			continue;
		}
		if (c == '#' && strchr(" \t\r\n", before)) {
			at = line_end(b, at);
			continue;
		}
		if (c == '{' || c == '[') {
			if (depth == G_N_ELEMENTS(expected))
				return true;
			expected[depth++] = c == '{' ? '}' : ']';
		} else if (c == '}' || c == ']') {
			if (c != expected[depth - 1]) {
				*wrong = at;
				return false;
			}
			if (!--depth)
				return true;
		}
		before = c;
		at++;
	}
	return false;
}

/* Reading files. */

static const char *errno_text(int error)
{
#ifdef __GLIBC__
	return strerrordesc_np(error);
#else
	return g_strerror(error);
#endif
}

static void refuse_file(struct diag *diag, const char *path, int error)
{
	const struct diag_source *src = diag_add_source(diag, path, "", 0);

	diag_error(diag, "E0001", diag_source_whole(src), "cannot read the file: %s",
		   errno_text(error));
}

static void refuse_large(struct diag *diag, const char *path)
{
	const struct diag_source *src = diag_add_source(diag, path, "", 0);

	diag_error(diag, "E0002", diag_source_whole(src), "the file is larger than 8 MiB");
}

struct ytree *ytree_load_file(struct diag *diag, const char *path)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	guint8 buffer[1 << 16];
	struct stat st;
	ssize_t got;
	int fd, error = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		error = errno;
	else if (S_ISDIR(st.st_mode))
		error = EISDIR;
	if (error) {
		if (fd >= 0)
			close(fd);
		refuse_file(diag, path, error);
		return NULL;
	}
	if (S_ISREG(st.st_mode) && st.st_size > YTREE_BYTES_MAX) {
		close(fd);
		refuse_large(diag, path);
		return NULL;
	}

	do {
		got = read(fd, buffer, sizeof(buffer));
		if (got > 0)
			g_byte_array_append(bytes, buffer, got);
		else if (got < 0 && errno != EINTR)
			error = errno;
	} while (got && !error && bytes->len <= YTREE_BYTES_MAX);
	close(fd);

	if (error) {
		refuse_file(diag, path, error);
		return NULL;
	}
	return ytree_load_text(diag, path, (const char *)bytes->data, bytes->len);
}

/* The text before libyaml sees it. */

static bool text_is_utf16(const char *text, gsize len)
{
	const guchar *t = (const guchar *)text;

	if (len >= 2 && ((t[0] == 0xff && t[1] == 0xfe) || (t[0] == 0xfe && t[1] == 0xff)))
		return true;
	/* without a byte order mark: ASCII at both ends of a NUL, as in "a\0:\0" and "\0a\0:" */
	return len >= 4 && ((t[0] && !t[1] && t[2] && !t[3]) || (!t[0] && t[1] && !t[2] && t[3]));
}

/* The characters that libyaml's reader accepts. */
static bool char_is_allowed(gunichar c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	if (c < 0xa0)
		return c <= 0x7e || c == 0x85;
	return c != 0xfeff && c != 0xfffe && c != 0xffff;
}

static bool text_is_blank(const char *text, gsize len)
{
	const char *end = text + len;

	while (text < end) {
		if (*text == '#')
			while (text < end && !is_break(*text))
				text++;
		else if (is_blank(*text) || is_break(*text))
			text++;
		else
			return false;
	}
	return true;
}

static void text_check(struct builder *b)
{
	const char *text = b->src->text;
	gsize len = b->src->len, at;
	const char *bad, *nul;
	struct diag_fault *fault;

	if (text_is_utf16(text, len)) {
		fault = diag_error(b->diag, "E0006", diag_source_whole(b->src),
				   "the file is in UTF-16 or UTF-32, not in UTF-8");
		diag_help(fault, "save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`");
		return;
	}
	nul = len ? memchr(text, '\0', len) : NULL;
	if (nul) {
		at = nul - text;
		fault = diag_error(b->diag, "E0004", diag_source_span(b->src, at, at + 1),
				   "this is a binary file: it holds a NUL byte");
		diag_primary_label(fault, "NUL byte");
		return;
	}
	if (!g_utf8_validate(text, len, &bad)) {
		at = bad - text;
		fault = diag_error(b->diag, "E0005", diag_source_span(b->src, at, at + 1),
				   "byte 0x%02X is not valid UTF-8 here", (guchar)*bad);
		diag_primary_label(fault, "not UTF-8");
		diag_help(fault, "save the file as UTF-8");
		return;
	}
	for (const char *p = text; p < text + len; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (char_is_allowed(c))
			continue;
		at = p - text;
		fault = diag_error(b->diag, "E0007", diag_source_span(b->src, at, char_end(b, at)),
				   "the character U+%04X may not stand in YAML", c);
		if (c < 0x20 || c == 0x7f)
			diag_help(fault, "in a text in \"...\" it can be written \\x%02x", c);
		return;
	}
	if (text_is_blank(text, len))
		diag_error(b->diag, "E0003", diag_source_whole(b->src), "the file is empty");
}

/* What the parser complains about, in plain words. */

static void help_quote(struct diag_fault *fault)
{
	diag_help(fault, "if it is part of a text, put the text in quotes");
}

static struct span char_span(const struct builder *b, gsize at)
{
	return diag_source_span(b->src, at, char_end(b, at));
}

/* The innermost open bracket that is never closed, if any; @at is where the parser stopped. */
static bool refuse_open_bracket(struct builder *b, gsize at, gsize context, bool has_context)
{
	struct diag_fault *fault;
	gsize opened = 0, wrong;
	bool found = false;
	char c = byte_at(b, context);

	/* the context is nearer than the frames: events lag behind the tokens */
	if (has_context && (c == '{' || c == '[') && !bracket_is_closed(b, context, &wrong)) {
		opened = context;
		found = true;
	}
	for (guint i = b->frames->len; i && !found; i--) {
		const struct frame *frame = &g_array_index(b->frames, struct frame, i - 1);

		c = byte_at(b, frame->opened);
		if (!frame->flow || (c != '{' && c != '['))
			continue;
		found = !bracket_is_closed(b, frame->opened, &wrong);
		opened = frame->opened;
	}
	if (!found)
		return false;

	c = byte_at(b, opened);
	fault = diag_error(b->diag, "E0011", char_span(b, opened),
			   "`%c` opened here is never closed", c);
	if (wrong < b->src->len)
		diag_label(fault, char_span(b, wrong), "`%c` where `%c` was expected",
			   byte_at(b, wrong), c == '{' ? '}' : ']');
	else if (at < b->src->len)
		diag_label(fault, char_span(b, at), "expected `,` or `%c` here at the latest",
			   c == '{' ? '}' : ']');
	diag_help(fault, "add the missing `%c`", c == '{' ? '}' : ']');
	return true;
}

static void refuse_tab(struct builder *b, gsize at)
{
	gsize tab = line_begin(b, at);
	struct diag_fault *fault;

	/* the first tab of the indentation, wherever libyaml noticed */
	while (tab < at && byte_at(b, tab) == ' ')
		tab++;
	if (byte_at(b, tab) != '\t')
		tab = at;
	fault = diag_error(b->diag, "E0013", diag_source_span(b->src, tab, skip_blanks(b, tab)),
			   "a tab cannot be used as indentation");
	diag_help(fault, "indent with spaces");
}

/* The place of the first `: ` of the line that ends a key before @at, outside quotes. */
static bool first_colon(const struct builder *b, gsize at, gsize *colon)
{
	gsize i = line_begin(b, at);
	char before = ' ';

	while (i < at) {
		char c = byte_at(b, i);

		if ((c == '"' || c == '\'') && strchr(" \t[{,", before)) {
			i = skip_quoted(b, i);
			before = c;
			continue;
		}
		if (c == ':' && is_space_or_end(byte_at(b, i + 1))) {
			*colon = i;
			return true;
		}
		before = c;
		i++;
	}
	return false;
}

static void refuse_colon(struct builder *b, gsize at)
{
	struct diag_fault *fault;
	gsize colon, from;

	if (first_colon(b, at, &colon)) {
		fault = diag_error(b->diag, "E0014", char_span(b, at),
				   "a second `: ` on this line");
		diag_primary_label(fault, "begins a map inside a plain text");
		diag_label(fault, char_span(b, colon), "the first one");
		diag_help(fault, "if it is part of the text, put the text in quotes");
		return;
	}
	from = skip_blanks(b, line_begin(b, at));
	fault = diag_error(b->diag, "E0015", diag_source_span(b->src, from, MAX(at, from + 1)),
			   "this key is indented under a line that already has a value");
	diag_help(fault,
		  "begin it in the column of the keys it belongs to, or remove the value above");
}

static void refuse_missing_colon(struct builder *b, gsize at, gsize context)
{
	gsize end = trim_back(b, context, MIN(line_end(b, context), MAX(at, context + 1)));
	struct diag_fault *fault;
	const char *colon;

	fault = diag_error(b->diag, "E0016", diag_source_span(b->src, context, end),
			   "expected `: ` after this key");
	diag_primary_label(fault, "no `: ` follows");
	colon = memchr(b->src->text + context, ':', end - context);
	if (colon)
		diag_help(fault, "a colon ends a key only with a space after it");
	else
		diag_help(fault, "an entry is written `key: value`; a text of several lines needs "
				 "`|` or more indentation");
}

static void refuse_after_quote(struct builder *b, struct span here)
{
	struct span quoted = diag_source_span(b->src, b->last_from, b->last_to);
	struct diag_fault *fault;

	fault = diag_error(b->diag, "E0022", here, "text after a closing quote");
	diag_label(fault, quoted, "the quoted text");
	if (quoted.line != quoted.end_line)
		diag_help(fault, "it runs from line %u to line %u: add the closing quote it lacks",
			  quoted.line, quoted.end_line);
	else
		diag_help(fault,
			  "a quote inside a text is written \\\" in \"...\" and '' in '...'");
}

/* Something stands where a key or a list entry should. @map: of a map, else of a list; it begins at
 * @context. */
static void refuse_entry(struct builder *b, gsize at, gsize context, bool map)
{
	struct span here = diag_source_span(b->src, at, word_end(b, at));
	struct span open = char_span(b, context);
	struct diag_fault *fault;
	char c = byte_at(b, at);

	if (c == '}' || c == ']') {
		fault = diag_error(b->diag, "E0021", char_span(b, at), "`%c` closes nothing", c);
		help_quote(fault);
	} else if (b->last_quoted && at >= b->last_to && at <= line_end(b, b->last_to) &&
		   at == skip_blanks(b, b->last_to)) {
		refuse_after_quote(b, here);
	} else if (skip_blanks(b, line_begin(b, at)) != at) {
		fault = diag_error(b->diag, "E0022", here, "text after the end of a value");
		help_quote(fault);
	} else if (map && c == '-' && is_space_or_end(byte_at(b, at + 1)) && here.col == open.col) {
		fault = diag_error(b->diag, "E0020", here, "a list entry where a key is expected");
		diag_label(fault, open, "the map begins here");
		diag_help(fault, "indent the list below the key it belongs to");
	} else if (!map && here.col == open.col) {
		fault = diag_error(b->diag, "E0020", here, "expected a list entry, `- `");
		diag_label(fault, open, "the list begins here");
		diag_help(fault, "a list and the keys of a map cannot stand side by side");
	} else {
		fault = diag_error(b->diag, "E0015", here,
				   "this line's indentation fits nothing above it");
		diag_primary_label(fault, "in column %u", here.col);
		diag_label(fault, open, "the %s begins in column %u", map ? "map" : "list",
			   open.col);
		diag_help(fault, "begin it in the same column as its neighbours");
	}
}

/* Inside brackets that are closed. */
static void refuse_in_brackets(struct builder *b, gsize at, gsize context)
{
	struct diag_fault *fault;
	char c = byte_at(b, at);
	struct span here = diag_source_span(b->src, at, word_end(b, at));

	if (c == ':' && line_begin(b, b->last_from) != line_begin(b, at)) {
		/* a plain text went on over the line's end */
		gsize key = skip_blanks(b, line_begin(b, at));

		fault = diag_error(b->diag, "E0019", diag_source_span(b->src, key, at),
				   "expected `,` before this key");
		diag_help(fault, "separate entries with `,`");
		return;
	}
	if (c == ':') {
		fault = diag_error(b->diag, "E0014", char_span(b, at),
				   "a second `: ` in this entry");
		diag_help(fault, "if it is part of the text, put the text in quotes");
		return;
	}
	if (b->last_quoted && c != '"' && c != '\'' && at == skip_blanks(b, b->last_to)) {
		refuse_after_quote(b, here);
		return;
	}
	fault = diag_error(b->diag, "E0019", here, "expected `,` or `%c`",
			   byte_at(b, context) == '{' ? '}' : ']');
	diag_label(fault, char_span(b, context), "in this bracket");
	if (c == '[')
		diag_help(fault, "a name with brackets stands in quotes here: \"pg[0]\"");
	else
		diag_help(fault, "separate entries with `,`");
}

static void refuse_start(struct builder *b, gsize at)
{
	struct diag_fault *fault;
	char c = byte_at(b, at);

	if (c == '\t') {
		refuse_tab(b, at);
		return;
	}
	if (c == '}' || c == ']') {
		fault = diag_error(b->diag, "E0021", char_span(b, at), "`%c` closes nothing", c);
		help_quote(fault);
		return;
	}
	if (is_space_or_end(c)) {
		diag_error(b->diag, "E0010", char_span(b, at), "expected a value");
		return;
	}
	fault = diag_error(b->diag, "E0017", char_span(b, at), "`%.*s` cannot begin a value",
			   (int)(char_end(b, at) - at), b->src->text + at);
	if (c == ',')
		diag_help(fault, "write a value before the `,`, or remove it");
	else
		help_quote(fault);
}

static void refuse_syntax(struct builder *b, const yaml_parser_t *parser)
{
	const char *problem = parser->problem ? parser->problem : "out of memory";
	const char *context = parser->context ? parser->context : "";
	gsize at = mark_byte(b, &parser->problem_mark);
	gsize from = mark_byte(b, &parser->context_mark);
	struct diag_fault *fault;

	if (strstr(context, "quoted scalar") && !strstr(problem, "escape") &&
	    !strstr(problem, "hexdecimal")) {
		fault = diag_error(b->diag, "E0012", char_span(b, from),
				   "the quote opened here is never closed");
		if (at < b->src->len)
			diag_label(fault, char_span(b, at), "the text ends here at the latest");
		diag_help(fault, "add the missing %c", byte_at(b, from));
	} else if (strstr(problem, "tab character")) {
		refuse_tab(b, at);
	} else if (byte_at(b, at) == '\t' && strstr(problem, "cannot start any token")) {
		refuse_tab(b, at);
	} else if (refuse_open_bracket(b, at, from, strstr(context, "flow"))) {
		return;
	} else if (strstr(problem, "mapping values are not allowed")) {
		refuse_colon(b, at);
	} else if (strstr(problem, "could not find expected ':'")) {
		refuse_missing_colon(b, at, from);
	} else if (strstr(problem, "did not find expected key")) {
		refuse_entry(b, at, from, true);
	} else if (strstr(problem, "did not find expected '-'")) {
		refuse_entry(b, at, from, false);
	} else if (strstr(problem, "did not find expected ','")) {
		refuse_in_brackets(b, at, from);
	} else if (strstr(problem, "cannot start any token") ||
		   strstr(problem, "expected node content")) {
		refuse_start(b, at);
	} else if (strstr(problem, "sequence entries are not allowed")) {
		fault = diag_error(b->diag, "E0020", char_span(b, at),
				   "a list entry cannot begin here");
		diag_help(fault, "begin the list on the next line, or write it as [a, b]; quote a "
				 "text that begins with `- `");
	} else if (strstr(problem, "mapping keys are not allowed")) {
		fault = diag_error(b->diag, "E0017", char_span(b, at), "`?` cannot begin a value");
		help_quote(fault);
	} else if (strstr(problem, "escape") || strstr(problem, "hexdecimal")) {
		/* libyaml points at the backslash, or for a bad number behind it */
		fault = diag_error(b->diag, "E0018",
				   diag_source_span(b->src, at, char_end(b, char_end(b, at))),
				   "unknown escape in a text in \"...\"");
		diag_help(fault, "write \\\\ for a backslash, or use '...'");
	} else if (strstr(context, "scanning a block scalar")) {
		fault = diag_error(b->diag, "E0023", diag_source_span(b->src, at, word_end(b, at)),
				   "unexpected text after `%c`", byte_at(b, from));
		diag_help(fault, "begin the text on the next line");
	} else if (strstr(context, "scanning an anchor") || strstr(context, "scanning an alias")) {
		fault = diag_error(b->diag, "E0024",
				   diag_source_span(b->src, from, word_end(b, from)),
				   "not a name for an %s",
				   strstr(context, "anchor") ? "anchor" : "alias");
		help_quote(fault);
	} else if (strstr(problem, "tag handle") || strstr(context, "tag")) {
		fault = diag_error(b->diag, "E0031",
				   diag_source_span(b->src, from, word_end(b, from)),
				   "unknown tag");
		help_quote(fault);
	} else if (strstr(problem, "expected <document start>")) {
		fault = diag_error(b->diag, "E0022", diag_source_span(b->src, at, word_end(b, at)),
				   "text after the end of the document");
		diag_help(fault, "a file is one map, one list or one text");
	} else if (strstr(problem, "directive") || strstr(context, "directive") ||
		   strstr(problem, "incompatible YAML")) {
		fault = diag_error(b->diag, "E0025", char_span(b, line_begin(b, at)),
				   "not a directive we know");
		diag_help(fault, "remove the line, or quote the text if it begins with `%%`");
	} else {
		fault = diag_error(b->diag, "E0010", char_span(b, at), "%s", problem);
		if (*context)
			diag_note(fault, "%s", context);
	}
}

/* Building the tree. */

static struct ynode *node_new(struct builder *b, enum ynode_kind kind)
{
	struct ynode *node = g_new0(struct ynode, 1);

	node->kind = kind;
	g_ptr_array_add(b->tree->nodes, node);
	return node;
}

/* Counts nodes, and refuses a tree that grows too large. */
static void count_nodes(struct builder *b, guint nodes, struct span span)
{
	struct diag_fault *fault;

	/* both are at most the limit, so that the sum cannot wrap */
	b->nodes += nodes;
	if (b->nodes <= YTREE_NODES_MAX || b->stop)
		return;
	fault = diag_error(b->diag, "E0035", span, "the file has more than 100,000 values");
	diag_primary_label(fault, "the limit is passed here");
	if (b->names->len)
		diag_note(fault, "an alias counts as all that it stands for");
	b->stop = true;
}

/* @levels of maps and lists begin at @span, below those that are open. */
static void count_depth(struct builder *b, guint levels, struct span span)
{
	struct diag_fault *fault;

	if (b->frames->len + levels <= YTREE_DEPTH_MAX || b->stop)
		return;
	fault = diag_error(b->diag, "E0036", span, "nested more than 64 deep");
	if (b->names->len)
		diag_note(fault, "an alias counts as all that it stands for");
	b->stop = true;
}

/* @at is where the node begins to libyaml, @end where its value does; @anchor may be NULL. */
static void refuse_tag(struct builder *b, const char *tag, const char *anchor, enum ynode_kind kind,
		       gsize at, gsize end)
{
	static const char *const known[] = {
		[Y_SCALAR] = "tag:yaml.org,2002:str",
		[Y_LIST] = "tag:yaml.org,2002:seq",
		[Y_MAP] = "tag:yaml.org,2002:map",
	};
	struct diag_fault *fault;

	/* "!" asks for what the node is anyway */
	if (g_str_equal(tag, "!") || g_str_equal(tag, known[kind]))
		return;
	at = skip_properties(b, at, end, anchor, NULL);
	end = at;
	while (end < b->src->len && !is_space_or_end(byte_at(b, end)))
		end++;
	fault = diag_error(b->diag, "E0031", diag_source_span(b->src, at, end),
			   "unknown tag `%.*s`", (int)(end - at), b->src->text + at);
	diag_help(fault, "remove it; if it is part of a text, put the text in quotes");
}

/* @at is where the node begins to libyaml; @tag is NULL if it has none. */
static struct anchor *anchor_add(struct builder *b, const char *name, const char *tag,
				 struct ynode *node, gsize at)
{
	struct anchor *anchor = g_new0(struct anchor, 1);

	at = skip_properties(b, at, b->src->len, NULL, tag);
	anchor->node = node;
	anchor->mark = diag_source_span(b->src, at, at + 1 + strlen(name));
	if (!g_hash_table_contains(b->anchors, name))
		g_ptr_array_add(b->names, g_strdup(name));
	g_hash_table_replace(b->anchors, g_strdup(name), anchor);
	g_ptr_array_add(b->marks, anchor);
	return anchor;
}

/* Appends the entries of the map @given whose keys are not in @keys yet. */
static void merge_map(GArray *entries, GHashTable *keys, const struct ynode *given)
{
	for (guint i = 0; i < given->entries->len; i++) {
		struct yentry entry = g_array_index(given->entries, struct yentry, i);

		if (!g_hash_table_add(keys, entry.key->text))
			continue;
		entry.merged = given;
		g_array_append_val(entries, entry);
	}
}

/* @node is, or is in the list that is, the @value of a `<<`. */
static void refuse_merge(struct builder *b, const struct ynode *node, const struct ynode *value)
{
	struct diag_fault *fault;

	fault = diag_error(b->diag, "E0037", node->used_at,
			   "`<<` wants a map or a list of maps, not %s", ynode_kind_name(node));
	if (value->alias && node != value)
		diag_label(fault, value->used_at, "merged here");
	diag_help(fault,
		  "write `<<: *name`, where `&name` marks a map; quote the key if it is meant "
		  "literally");
}

static bool key_is_merge(const struct ynode *key)
{
	return !key->quoted && g_str_equal(key->text, "<<");
}

/* Own keys win over merged ones wherever `<<` stands, so this waits for the map's end. */
static void map_merge(struct builder *b, struct ynode *map, guint at)
{
	struct ynode *value = g_array_index(map->entries, struct yentry, at).value;
	g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);
	GArray *entries = g_array_new(FALSE, FALSE, sizeof(struct yentry));

	for (guint i = 0; i < map->entries->len; i++)
		if (i != at)
			g_hash_table_add(keys,
					 g_array_index(map->entries, struct yentry, i).key->text);
	g_array_append_vals(entries, map->entries->data, at);

	if (value->kind == Y_MAP) {
		merge_map(entries, keys, value);
	} else if (value->kind == Y_SCALAR) {
		refuse_merge(b, value, value);
	} else {
		for (guint i = 0; i < value->items->len; i++) {
			struct ynode *item = g_ptr_array_index(value->items, i);

			if (item->kind == Y_MAP)
				merge_map(entries, keys, item);
			else
				refuse_merge(b, item, value);
		}
	}

	for (guint i = at + 1; i < map->entries->len; i++)
		g_array_append_val(entries, g_array_index(map->entries, struct yentry, i));
	g_array_unref(map->entries);
	map->entries = entries;
}

static void map_finish(struct builder *b, struct ynode *map)
{
	g_autoptr(GHashTable) first = g_hash_table_new(g_str_hash, g_str_equal);
	guint merge = G_MAXUINT, kept = 0;

	for (guint i = 0; i < map->entries->len; i++) {
		struct yentry entry = g_array_index(map->entries, struct yentry, i);
		const struct ynode *before = g_hash_table_lookup(first, entry.key->text);
		struct diag_fault *fault;

		if (before) {
			fault = diag_error(b->diag, "E0030", entry.key->used_at,
					   "duplicate key `%s`", entry.key->text);
			diag_primary_label(fault, "again here");
			diag_label(fault, before->used_at, "first here");
			if (key_is_merge(entry.key))
				diag_help(fault, "give all maps to one `<<`: `<<: [*a, *b]`");
			continue;
		}
		g_hash_table_insert(first, entry.key->text, entry.key);
		if (key_is_merge(entry.key))
			merge = kept;
		g_array_index(map->entries, struct yentry, kept++) = entry;
	}
	g_array_set_size(map->entries, kept);
	if (merge != G_MAXUINT)
		map_merge(b, map, merge);
}

/* Puts a finished node, which ends at byte @end and has @height levels, into what is open. */
static void node_put(struct builder *b, struct ynode *node, gsize end, guint height)
{
	struct diag_fault *fault;
	struct frame *frame;

	if (!b->frames->len) {
		b->tree->root = node;
		return;
	}
	frame = &g_array_index(b->frames, struct frame, b->frames->len - 1);
	frame->closed = MAX(frame->closed, end);
	frame->height = MAX(frame->height, height);
	if (frame->node->kind == Y_LIST) {
		g_ptr_array_add(frame->node->items, node);
	} else if (!frame->key) {
		frame->key = node;
	} else {
		struct yentry entry = {.key = frame->key, .value = node};

		frame->key = NULL;
		if (entry.key->kind == Y_SCALAR) {
			g_array_append_val(frame->node->entries, entry);
			return;
		}
		fault = diag_error(b->diag, "E0038", entry.key->used_at,
				   "a key must be a text, not %s", ynode_kind_name(entry.key));
		diag_help(fault, "put a key that begins with `{`, `[` or `?` in quotes");
	}
}

static void on_scalar(struct builder *b, const yaml_event_t *event)
{
	const char *anchor = (const char *)event->data.scalar.anchor;
	const char *tag = (const char *)event->data.scalar.tag;
	const char *value = (const char *)event->data.scalar.value;
	gsize from = mark_byte(b, &event->start_mark), to = mark_byte(b, &event->end_mark);
	struct ynode *node = node_new(b, Y_SCALAR);
	gsize begin = skip_properties(b, from, to, anchor, tag);
	struct anchor *mark;

	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || tag;
	node->text = g_strndup(value, event->data.scalar.length);
	/* a text block ends at the beginning of a later line */
	to = trim_back(b, begin, to);
	node->span = node->used_at = diag_source_span(b->src, begin, to);
	count_nodes(b, 1, node->span);

	if (tag)
		refuse_tag(b, tag, anchor, Y_SCALAR, from, to);
	if (strlen(node->text) != event->data.scalar.length)
		diag_error(b->diag, "E0039", node->span, "a text cannot hold a NUL character");
	if (anchor) {
		mark = anchor_add(b, anchor, tag, node, from);
		mark->nodes = 1;
	}
	b->last_quoted = event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE ||
			 event->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE;
	b->last_from = begin;
	b->last_to = to;
	node_put(b, node, to, 0);
}

static void on_open(struct builder *b, const yaml_event_t *event)
{
	bool map = event->type == YAML_MAPPING_START_EVENT;
	const char *anchor = (const char *)(map ? event->data.mapping_start.anchor :
						  event->data.sequence_start.anchor);
	const char *tag = (const char *)(map ? event->data.mapping_start.tag :
					       event->data.sequence_start.tag);
	gsize from = mark_byte(b, &event->start_mark);
	struct frame frame = {.node = node_new(b, map ? Y_MAP : Y_LIST)};

	frame.flow = map ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE :
			   event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	frame.opened = skip_properties(b, from, b->src->len, anchor, tag);
	frame.closed = frame.opened;
	frame.nodes_before = b->nodes;
	frame.node->span = frame.node->used_at = char_span(b, frame.opened);
	if (map)
		frame.node->entries = g_array_new(FALSE, FALSE, sizeof(struct yentry));
	else
		frame.node->items = g_ptr_array_new();

	count_nodes(b, 1, frame.node->span);
	count_depth(b, 1, frame.node->span);
	if (tag)
		refuse_tag(b, tag, anchor, frame.node->kind, from, frame.opened);
	if (anchor) {
		frame.anchor = anchor_add(b, anchor, tag, frame.node, from);
		frame.anchor->open = true;
	}
	g_array_append_val(b->frames, frame);
}

static void on_close(struct builder *b, const yaml_event_t *event)
{
	struct frame frame = g_array_index(b->frames, struct frame, b->frames->len - 1);
	gsize end = frame.flow ? mark_byte(b, &event->end_mark) : frame.closed;

	g_array_set_size(b->frames, b->frames->len - 1);
	frame.node->span = frame.node->used_at = diag_source_span(b->src, frame.opened, end);
	if (frame.node->kind == Y_MAP)
		map_finish(b, frame.node);
	if (frame.anchor) {
		frame.anchor->open = false;
		frame.anchor->nodes = b->nodes - frame.nodes_before;
		frame.anchor->height = frame.height + 1;
	}
	b->last_quoted = false;
	node_put(b, frame.node, end, frame.height + 1);
}

static void on_alias(struct builder *b, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	gsize from = mark_byte(b, &event->start_mark), to = mark_byte(b, &event->end_mark);
	struct span here = diag_source_span(b->src, from, to);
	const struct anchor *anchor = g_hash_table_lookup(b->anchors, name);
	struct ynode *node = node_new(b, Y_SCALAR);
	struct diag_fault *fault;

	b->last_quoted = false;
	if (anchor && !anchor->open) {
		*node = *anchor->node;
		node->alias = true;
		node->used_at = here;
		count_nodes(b, anchor->nodes, here);
		count_depth(b, anchor->height, here);
		node_put(b, node, to, anchor->height);
		return;
	}

	/* an empty text in its place lets the rest of the file be checked */
	node->text = g_strdup("");
	node->span = node->used_at = here;
	count_nodes(b, 1, here);
	if (anchor) {
		fault = diag_error(b->diag, "E0034", here,
				   "`*%s` stands inside the value that it repeats", name);
		diag_label(fault, anchor->mark, "the value begins here");
	} else {
		const char *nearest = NULL;

		fault = diag_error(b->diag, "E0033", here, "unknown alias `*%s`", name);
		if (b->unknown++ < UNKNOWN_MAX) {
			g_ptr_array_add(b->names, NULL);
			nearest = words_nearest(name, (const char *const *)b->names->pdata);
			g_ptr_array_set_size(b->names, b->names->len - 1);
		}
		if (nearest)
			diag_help(fault, "did you mean `*%s`?", nearest);
		else
			diag_help(fault, "mark a value above with `&%s`, or put the text in quotes",
				  name);
	}
	node_put(b, node, to, 0);
}

static void on_document(struct builder *b, const yaml_event_t *event)
{
	gsize at = mark_byte(b, &event->start_mark);
	struct diag_fault *fault;

	if (!b->documents++)
		return;
	fault = diag_error(b->diag, "E0032", diag_source_span(b->src, at, word_end(b, at)),
			   "a second document begins here");
	diag_help(fault, "put it in a file of its own");
	b->stop = true;
}

static void on_event(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		on_document(b, event);
		break;
	case YAML_SCALAR_EVENT:
		on_scalar(b, event);
		break;
	case YAML_ALIAS_EVENT:
		on_alias(b, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		on_open(b, event);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		on_close(b, event);
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
}

static void build(struct builder *b)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool end = false;

	if (!yaml_parser_initialize(&parser))
		g_error("out of memory");
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)b->src->text, b->src->len);
	while (!end && !b->stop) {
		if (!yaml_parser_parse(&parser, &event)) {
			refuse_syntax(b, &parser);
			break;
		}
		on_event(b, &event);
		end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

struct ytree *ytree_load_text(struct diag *diag, const char *path_shown, const char *text,
			      gsize len)
{
	guint before = diag_mark(diag);
	struct builder b = {.diag = diag};

	if (len > YTREE_BYTES_MAX) {
		refuse_large(diag, path_shown);
		return NULL;
	}
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text += 3;
		len -= 3;
	}
	b.src = diag_add_source(diag, path_shown, text, len);
	text_check(&b);
	if (diag_mark(diag) != before)
		return NULL;

	b.tree = ytree_new();
	b.tree->src = b.src;
	b.frames = g_array_new(FALSE, FALSE, sizeof(struct frame));
	b.anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	b.marks = g_ptr_array_new_with_free_func(g_free);
	b.names = g_ptr_array_new_with_free_func(g_free);
	build(&b);
	g_array_unref(b.frames);
	g_hash_table_unref(b.anchors);
	g_ptr_array_unref(b.marks);
	g_ptr_array_unref(b.names);

	/* nothing but `---` */
	if (diag_mark(diag) == before && (!b.tree->root || ynode_is_empty(b.tree->root)))
		diag_error(diag, "E0003", diag_source_whole(b.src), "the file is empty");
	if (diag_mark(diag) == before)
		return b.tree;
	ytree_free(b.tree);
	return NULL;
}
