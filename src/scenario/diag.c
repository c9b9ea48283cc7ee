// SPDX-License-Identifier: GPL-2.0-or-later
#include "diag.h"

#include <string.h>

enum {
	FAULTS_MAX = 20, /* printed */
	TEXT_MAX = 300, /* columns of a message before it is cut */
	WINDOW = 100, /* columns shown of a source line, unless told otherwise */
	WINDOW_MIN = 20,
	MARGIN = 6, /* columns in front of it: line number, bar, a mark that it was cut */
	CONTEXT = 200, /* code points looked at on each side of a caret: more than a window */
	TAB = 8,
	NUMBER_MIN = 2, /* width of the line number, so that the arrow is always at column 3 */
	CP_STEP = 32, /* one checkpoint for so many code points */
};

/* A file may be one line of 8 MiB, so no place may be found by walking from a line's start. */
struct diag_lines {
	GArray *starts; /* gsize: byte at which each line begins */
	GArray *marks; /* gsize: byte at which code point i * CP_STEP begins */
};

struct diag {
	GPtrArray *sources; /* struct diag_source */
	GPtrArray *faults; /* struct diag_fault */
	GHashTable *seen; /* char * identity of each fault */
	guint count;
	guint window; /* columns shown of a source line */
};

static const struct diag_code codes[] = {
#define X(code, title, explanation) {#code, title, explanation},
#include "codes.def"
#undef X
};

const struct diag_code *diag_code_list(guint *count)
{
	*count = G_N_ELEMENTS(codes);
	return codes;
}

const struct diag_code *diag_code_find(const char *code)
{
	for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
		if (g_str_equal(codes[i].code, code))
			return &codes[i];
	return NULL;
}

/* Bytes of the character at @p; 1 for a byte that is no valid UTF-8. */
static gsize char_len(const char *p, const char *end)
{
	gunichar c;

	if ((guchar)*p < 0x80)
		return 1;
	c = g_utf8_get_char_validated(p, end - p);
	if (c == (gunichar)-1 || c == (gunichar)-2)
		return 1;
	return g_utf8_skip[(guchar)*p];
}

static struct diag_lines *lines_new(const char *text, gsize len)
{
	struct diag_lines *lines = g_new0(struct diag_lines, 1);
	const char *end = text + len;
	gsize at = 0;

	lines->starts = g_array_new(FALSE, FALSE, sizeof(gsize));
	lines->marks = g_array_new(FALSE, FALSE, sizeof(gsize));
	g_array_append_val(lines->starts, at);

	for (gsize cp = 0; at < len; cp++) {
		char c = text[at];

		if (cp % CP_STEP == 0)
			g_array_append_val(lines->marks, at);
		at += char_len(text + at, end);
		if (c == '\n' || (c == '\r' && (at == len || text[at] != '\n')))
			g_array_append_val(lines->starts, at);
	}
	return lines;
}

static void source_free(gpointer data)
{
	struct diag_source *src = data;

	g_array_unref(src->lines->starts);
	g_array_unref(src->lines->marks);
	g_free(src->lines);
	g_free((char *)src->path);
	g_free((char *)src->text);
	g_free(src);
}

/* Index of the last element that is at most @value; the first element is 0. */
static guint floor_index(const GArray *sorted, gsize value)
{
	guint lo = 0, hi = sorted->len;

	while (hi - lo > 1) {
		guint mid = lo + (hi - lo) / 2;

		if (g_array_index(sorted, gsize, mid) <= value)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

gsize diag_source_byte(const struct diag_source *src, gsize cp)
{
	const GArray *marks = src->lines->marks;
	gsize at;

	if (cp / CP_STEP >= marks->len)
		return src->len;
	at = g_array_index(marks, gsize, cp / CP_STEP);
	for (gsize i = cp % CP_STEP; i && at < src->len; i--)
		at += char_len(src->text + at, src->text + src->len);
	return at;
}

static gsize source_cp(const struct diag_source *src, gsize byte)
{
	const GArray *marks = src->lines->marks;
	gsize cp, at;
	guint i;

	if (!marks->len)
		return 0;
	i = floor_index(marks, byte);
	cp = (gsize)i * CP_STEP;
	for (at = g_array_index(marks, gsize, i); at < byte; cp++)
		at += char_len(src->text + at, src->text + src->len);
	return cp;
}

static void source_place(const struct diag_source *src, gsize byte, guint *line, guint *col)
{
	guint i = floor_index(src->lines->starts, byte);

	*line = i + 1;
	*col = source_cp(src, byte) - source_cp(src, g_array_index(src->lines->starts, gsize, i)) +
	       1;
}

struct span diag_source_span(const struct diag_source *src, gsize from, gsize to)
{
	struct span span = {.src = src};

	from = MIN(from, src->len);
	to = CLAMP(to, from, src->len);
	source_place(src, from, &span.line, &span.col);
	source_place(src, to, &span.end_line, &span.end_col);
	return span;
}

struct span diag_source_whole(const struct diag_source *src)
{
	return (struct span){.src = src};
}

static void label_clear(gpointer data)
{
	struct diag_label *label = data;

	g_free(label->text);
}

static void fault_free(gpointer data)
{
	struct diag_fault *fault = data;

	g_free(fault->message);
	g_free(fault->primary);
	g_array_unref(fault->labels);
	g_ptr_array_unref(fault->helps);
	g_ptr_array_unref(fault->notes);
	g_free(fault);
}

struct diag *diag_new(void)
{
	struct diag *diag = g_new0(struct diag, 1);

	diag->sources = g_ptr_array_new_with_free_func(source_free);
	diag->faults = g_ptr_array_new_with_free_func(fault_free);
	diag->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	diag->window = WINDOW;
	return diag;
}

void diag_set_columns(struct diag *diag, guint columns)
{
	diag->window = CLAMP(columns, WINDOW_MIN + MARGIN, WINDOW + MARGIN) - MARGIN;
}

void diag_free(struct diag *diag)
{
	if (!diag)
		return;
	g_hash_table_unref(diag->seen);
	g_ptr_array_unref(diag->faults);
	g_ptr_array_unref(diag->sources);
	g_free(diag);
}

const struct diag_source *diag_add_excerpt(struct diag *diag, const char *path, const char *text,
					   gsize len, guint line)
{
	struct diag_source *src;

	for (guint i = 0; i < diag->sources->len; i++) {
		src = g_ptr_array_index(diag->sources, i);
		if (g_str_equal(src->path, path) && src->len == len && src->before == line - 1 &&
		    (!len || !memcmp(src->text, text, len)))
			return src;
	}

	src = g_new0(struct diag_source, 1);
	src->path = g_strdup(path);
	src->text = len ? g_memdup2(text, len) : g_strdup("");
	src->len = len;
	src->index = diag->sources->len;
	src->before = line - 1;
	src->lines = lines_new(src->text, len);
	g_ptr_array_add(diag->sources, src);
	return src;
}

const struct diag_source *diag_add_source(struct diag *diag, const char *path, const char *text,
					  gsize len)
{
	return diag_add_excerpt(diag, path, text, len, 1);
}

struct diag_fault *diag_error(struct diag *diag, const char *code, struct span span,
			      const char *fmt, ...)
{
	struct diag_fault *fault = g_new0(struct diag_fault, 1);
	va_list args;

	va_start(args, fmt);
	fault->message = g_strdup_vprintf(fmt, args);
	va_end(args);
	fault->code = code;
	fault->span = span;
	fault->labels = g_array_new(FALSE, TRUE, sizeof(struct diag_label));
	g_array_set_clear_func(fault->labels, label_clear);
	fault->helps = g_ptr_array_new_with_free_func(g_free);
	fault->notes = g_ptr_array_new_with_free_func(g_free);
	fault->repeated =
		!g_hash_table_add(diag->seen, g_strdup_printf("%s %d %u %u %s", code,
							      span.src ? (int)span.src->index : -1,
							      span.line, span.col, fault->message));
	if (!fault->repeated)
		diag->count++;
	g_ptr_array_add(diag->faults, fault);
	return fault;
}

void diag_primary_label(struct diag_fault *fault, const char *fmt, ...)
{
	va_list args;

	g_free(fault->primary);
	va_start(args, fmt);
	fault->primary = g_strdup_vprintf(fmt, args);
	va_end(args);
}

void diag_label(struct diag_fault *fault, struct span span, const char *fmt, ...)
{
	struct diag_label label = {.span = span};
	va_list args;

	va_start(args, fmt);
	label.text = g_strdup_vprintf(fmt, args);
	va_end(args);
	g_array_append_val(fault->labels, label);
}

void diag_help(struct diag_fault *fault, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	g_ptr_array_add(fault->helps, g_strdup_vprintf(fmt, args));
	va_end(args);
}

void diag_note(struct diag_fault *fault, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	g_ptr_array_add(fault->notes, g_strdup_vprintf(fmt, args));
	va_end(args);
}

guint diag_count(const struct diag *diag)
{
	return diag->count;
}

guint diag_mark(const struct diag *diag)
{
	return diag->faults->len;
}

static int number_compare(guint a, guint b)
{
	return (a > b) - (a < b);
}

static int span_compare(const struct span *a, const struct span *b)
{
	int order = number_compare(a->src ? a->src->index + 1 : 0, b->src ? b->src->index + 1 : 0);

	if (!order)
		order = number_compare(a->line, b->line);
	return order ? order : number_compare(a->col, b->col);
}

static int fault_compare(gconstpointer a, gconstpointer b)
{
	const struct diag_fault *const *left = a, *const *right = b;

	return span_compare(&(*left)->span, &(*right)->span);
}

GPtrArray *diag_sorted(const struct diag *diag)
{
	GPtrArray *sorted = g_ptr_array_new();

	for (guint i = 0; i < diag->faults->len; i++) {
		struct diag_fault *fault = g_ptr_array_index(diag->faults, i);

		if (!fault->repeated)
			g_ptr_array_add(sorted, fault);
	}
	/* documented to be stable, which gives "then age" */
	g_ptr_array_sort(sorted, fault_compare);
	return sorted;
}

/* What is printed of the character at @p (@n bytes) that begins in terminal column @at, from 0;
 * returns its width. */
static guint char_show(GString *out, const char *p, gsize n, guint at)
{
	gunichar c = g_utf8_get_char_validated(p, n);
	GUnicodeType type;

	if (c == '\t') {
		guint width = TAB - at % TAB;

		g_string_append_printf(out, "%*s", (int)width, "");
		return width;
	}
	/* the separators are printable to GLib, but break the line on some terminals */
	if (c != (gunichar)-1 && c != (gunichar)-2 && g_unichar_isprint(c)) {
		type = g_unichar_type(c);
		if (type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR) {
			g_string_append_len(out, p, n);
			return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
		}
	}
	for (gsize i = 0; i < n; i++)
		g_string_append_printf(out, "\\x%02X", (guchar)p[i]);
	return 4 * n;
}

/* Appends @text made printable, cut after @max columns. */
static void text_show(GString *out, const char *text, guint max)
{
	const char *end = text + strlen(text);
	guint at = 0;

	while (text < end && at < max) {
		gsize n = char_len(text, end);

		at += char_show(out, text, n, at);
		text += n;
	}
	if (text < end)
		g_string_append(out, "…");
}

/* Where things are put and how they look, for one fault. */
struct canvas {
	GString *out;
	gboolean colour;
	int number_width;
	guint window;
};

static void paint_begin(struct canvas *canvas, const char *sgr)
{
	if (canvas->colour)
		g_string_append_printf(canvas->out, "\033[%sm", sgr);
}

static void paint_end(struct canvas *canvas)
{
	if (canvas->colour)
		g_string_append(canvas->out, "\033[0m");
}

#define PAINT_PRIMARY "1;31"
#define PAINT_SECONDARY "1;34"
#define PAINT_BOLD "1"

static void trim_spaces(GString *out)
{
	while (out->len && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
}

/* The margin: a line number (0 for none) and a bar. */
static void margin(struct canvas *canvas, guint line)
{
	paint_begin(canvas, PAINT_SECONDARY);
	if (line)
		g_string_append_printf(canvas->out, "%-*u |", canvas->number_width, line);
	else
		g_string_append_printf(canvas->out, "%*s |", canvas->number_width, "");
	paint_end(canvas);
}

/* One mark under a source line. */
struct mark {
	struct span span;
	const char *text;
	gboolean primary;
	gboolean foreign; /* in another file than the fault itself */
	gboolean shown;
};

static int mark_compare(gconstpointer a, gconstpointer b)
{
	const struct mark *left = a, *right = b;

	if (left->foreign != right->foreign)
		return left->foreign ? 1 : -1;
	return span_compare(&left->span, &right->span);
}

/* A printable stretch of a source line. Cell i is the code point in column first + i. */
struct strip {
	GString *text;
	GArray *byte; /* guint: offset in @text at which each cell begins, and the end */
	GArray *at; /* guint: terminal column at which each cell begins, and the end */
	guint first; /* 0-based column of the first cell */
	gboolean cut_left, cut_right;
};

/* The bytes [*from, *to) of a line, without its line break and trailing blanks. */
static void line_bytes(const struct diag_source *src, guint line, gsize *from, gsize *to)
{
	const GArray *starts = src->lines->starts;

	*from = g_array_index(starts, gsize, line - 1);
	*to = line < starts->len ? g_array_index(starts, gsize, line) : src->len;
	while (*to > *from && strchr(" \t\r\n", src->text[*to - 1]) && src->text[*to - 1])
		(*to)--;
}

static void strip_init(struct strip *strip, const struct diag_source *src, guint line, guint col)
{
	gsize from, to, cp, at;
	guint end, column = 0;

	line_bytes(src, line, &from, &to);
	cp = source_cp(src, from);
	strip->first = col > CONTEXT ? col - CONTEXT : 0;
	at = MIN(diag_source_byte(src, cp + strip->first), to);
	strip->text = g_string_new(NULL);
	strip->byte = g_array_new(FALSE, FALSE, sizeof(guint));
	strip->at = g_array_new(FALSE, FALSE, sizeof(guint));
	for (guint i = 0; at < to && i < 2 * CONTEXT; i++) {
		gsize n = char_len(src->text + at, src->text + to);

		end = strip->text->len;
		g_array_append_val(strip->byte, end);
		g_array_append_val(strip->at, column);
		column += char_show(strip->text, src->text + at, n, column);
		at += n;
	}
	end = strip->text->len;
	g_array_append_val(strip->byte, end);
	g_array_append_val(strip->at, column);
	strip->cut_left = strip->first > 0;
	strip->cut_right = at < to;
}

static void strip_clear(struct strip *strip)
{
	g_string_free(strip->text, TRUE);
	g_array_unref(strip->byte);
	g_array_unref(strip->at);
}

/* The cell of a 0-based column; columns beyond the strip give its end. */
static guint strip_cell(const struct strip *strip, guint col)
{
	return MIN(col > strip->first ? col - strip->first : 0, strip->at->len - 1);
}

static guint strip_at(const struct strip *strip, guint cell)
{
	return g_array_index(strip->at, guint, cell);
}

/* Leaves cells [*lo, *hi) to show: all, or about @window columns around cell @focus. */
static void strip_window(const struct strip *strip, guint window, guint focus, guint *lo, guint *hi)
{
	guint last = strip->at->len - 1;
	guint left = 0;

	*lo = 0;
	*hi = last;
	if (!strip->cut_left && !strip->cut_right && strip_at(strip, last) <= window)
		return;
	if (strip->cut_left || strip_at(strip, focus) > window * 2 / 3)
		left = strip_at(strip, focus) - MIN(strip_at(strip, focus), window / 2);
	while (strip_at(strip, *lo) < left)
		(*lo)++;
	while (*hi > focus && strip_at(strip, *hi) > left + window)
		(*hi)--;
}

static void mark_draw(struct canvas *canvas, const struct strip *strip, struct mark *mark, guint lo,
		      guint hi, guint pad)
{
	guint from = strip_cell(strip, mark->span.col - 1);
	guint to = mark->span.end_line == mark->span.line ?
			   strip_cell(strip, mark->span.end_col - 1) :
			   hi;
	guint width;

	to = MIN(to, hi);
	width = to > from ? strip_at(strip, to) - strip_at(strip, from) : 1;

	margin(canvas, 0);
	g_string_append_printf(canvas->out, "%*s",
			       (int)(1 + pad + strip_at(strip, from) - strip_at(strip, lo)), "");
	paint_begin(canvas, mark->primary ? PAINT_PRIMARY : PAINT_SECONDARY);
	for (guint i = 0; i < MAX(width, 1); i++)
		g_string_append_c(canvas->out, mark->primary ? '^' : '-');
	if (mark->text && *mark->text) {
		g_string_append_c(canvas->out, ' ');
		text_show(canvas->out, mark->text, TEXT_MAX);
	}
	paint_end(canvas);
	g_string_append_c(canvas->out, '\n');
	mark->shown = TRUE;
}

/* One source line with its marks; a long line appears once for each window that its marks need. */
static void line_draw(struct canvas *canvas, struct mark *marks, guint count)
{
	for (guint i = 0; i < count; i++) {
		const struct span *span = &marks[i].span;
		guint focus, lo, hi, pad;
		struct strip strip;

		if (marks[i].shown)
			continue;
		strip_init(&strip, span->src, span->line, span->col - 1);
		focus = strip_cell(&strip, span->col - 1);
		strip_window(&strip, canvas->window, focus, &lo, &hi);
		pad = strip.cut_left || lo;

		margin(canvas, span->src->before + span->line);
		g_string_append_printf(canvas->out, " %s", pad ? "…" : "");
		g_string_append_len(canvas->out,
				    strip.text->str + g_array_index(strip.byte, guint, lo),
				    g_array_index(strip.byte, guint, hi) -
					    g_array_index(strip.byte, guint, lo));
		if (strip.cut_right || hi < strip.at->len - 1)
			g_string_append(canvas->out, "…");
		trim_spaces(canvas->out);
		g_string_append_c(canvas->out, '\n');

		for (guint k = i; k < count; k++) {
			guint col = marks[k].span.col - 1;

			/* a mark behind the end of its line is in no window but its own */
			if (k == i ||
			    (!marks[k].shown && col >= strip.first + lo && col <= strip.first + hi))
				mark_draw(canvas, &strip, &marks[k], lo, hi, pad);
		}
		strip_clear(&strip);
	}
}

/* A line between two marked ones, for context. */
static void line_plain(struct canvas *canvas, const struct diag_source *src, guint line)
{
	struct strip strip;
	guint lo, hi;

	strip_init(&strip, src, line, 0);
	strip_window(&strip, canvas->window, 0, &lo, &hi);
	margin(canvas, src->before + line);
	g_string_append_c(canvas->out, ' ');
	g_string_append_len(canvas->out, strip.text->str, g_array_index(strip.byte, guint, hi));
	if (strip.cut_right || hi < strip.at->len - 1)
		g_string_append(canvas->out, "…");
	trim_spaces(canvas->out);
	g_string_append_c(canvas->out, '\n');
	strip_clear(&strip);
}

static void place_draw(struct canvas *canvas, const char *arrow, const struct span *span)
{
	paint_begin(canvas, PAINT_SECONDARY);
	g_string_append_printf(canvas->out, "  %s", arrow);
	paint_end(canvas);
	g_string_append_c(canvas->out, ' ');
	text_show(canvas->out, span->src->path, G_MAXUINT);
	if (span->line)
		g_string_append_printf(canvas->out, ":%u:%u", span->src->before + span->line,
				       span->col);
	g_string_append_c(canvas->out, '\n');
}

static gboolean span_drawable(const struct span *span)
{
	return span->src && span->line && span->line <= span->src->lines->starts->len &&
	       span->src->len;
}

static void marks_draw(struct canvas *canvas, GArray *marks)
{
	const struct mark *last = NULL;

	for (guint i = 0, n; i < marks->len; i += n) {
		struct mark *mark = &g_array_index(marks, struct mark, i);

		for (n = 1; i + n < marks->len; n++)
			if (mark[n].span.src != mark->span.src ||
			    mark[n].span.line != mark->span.line)
				break;

		if (!last || last->span.src != mark->span.src) {
			if (mark->foreign)
				place_draw(canvas, ":::", &mark->span);
			margin(canvas, 0);
			g_string_append_c(canvas->out, '\n');
		} else if (mark->span.line == last->span.line + 2) {
			line_plain(canvas, mark->span.src, mark->span.line - 1);
		} else if (mark->span.line > last->span.line + 2) {
			paint_begin(canvas, PAINT_SECONDARY);
			g_string_append(canvas->out, "...");
			paint_end(canvas);
			g_string_append_c(canvas->out, '\n');
		}
		line_draw(canvas, mark, n);
		last = mark;
	}
}

static void remark_draw(struct canvas *canvas, const char *kind, const char *text)
{
	paint_begin(canvas, PAINT_SECONDARY);
	g_string_append_printf(canvas->out, "%*s =", canvas->number_width, "");
	paint_end(canvas);
	g_string_append_c(canvas->out, ' ');
	paint_begin(canvas, PAINT_BOLD);
	g_string_append_printf(canvas->out, "%s:", kind);
	paint_end(canvas);
	g_string_append_c(canvas->out, ' ');
	text_show(canvas->out, text, TEXT_MAX);
	g_string_append_c(canvas->out, '\n');
}

static int digits(guint number)
{
	int n = 1;

	while (number /= 10)
		n++;
	return n;
}

static void fault_draw(GString *out, const struct diag_fault *fault, gboolean colour, guint window)
{
	struct canvas canvas = {
		.out = out, .colour = colour, .number_width = NUMBER_MIN, .window = window};
	g_autoptr(GArray) marks = g_array_new(FALSE, TRUE, sizeof(struct mark));

	if (span_drawable(&fault->span)) {
		struct mark mark = {.span = fault->span, .text = fault->primary, .primary = TRUE};

		g_array_append_val(marks, mark);
	}
	for (guint i = 0; i < fault->labels->len; i++) {
		const struct diag_label *label =
			&g_array_index(fault->labels, struct diag_label, i);
		struct mark mark = {.span = label->span, .text = label->text};

		mark.foreign = label->span.src != fault->span.src;
		if (span_drawable(&label->span))
			g_array_append_val(marks, mark);
	}
	for (guint i = 0; i < marks->len; i++) {
		const struct span *span = &g_array_index(marks, struct mark, i).span;

		canvas.number_width =
			MAX(canvas.number_width, digits(span->src->before + span->line));
	}
	g_array_sort(marks, mark_compare);

	paint_begin(&canvas, PAINT_PRIMARY);
	g_string_append_printf(out, "error[%s]", fault->code);
	paint_end(&canvas);
	paint_begin(&canvas, PAINT_BOLD);
	g_string_append(out, ": ");
	text_show(out, fault->message, TEXT_MAX);
	paint_end(&canvas);
	g_string_append_c(out, '\n');
	if (fault->span.src)
		place_draw(&canvas, "-->", &fault->span);
	marks_draw(&canvas, marks);

	if (marks->len && (fault->helps->len || fault->notes->len)) {
		margin(&canvas, 0);
		g_string_append_c(out, '\n');
	}
	for (guint i = 0; i < fault->helps->len; i++)
		remark_draw(&canvas, "help", g_ptr_array_index(fault->helps, i));
	for (guint i = 0; i < fault->notes->len; i++)
		remark_draw(&canvas, "note", g_ptr_array_index(fault->notes, i));
}

void diag_print(const struct diag *diag, GString *out, gboolean colour)
{
	g_autoptr(GPtrArray) sorted = diag_sorted(diag);
	guint more;

	for (guint i = 0; i < MIN(sorted->len, FAULTS_MAX); i++) {
		if (i)
			g_string_append_c(out, '\n');
		fault_draw(out, g_ptr_array_index(sorted, i), colour, diag->window);
	}
	if (sorted->len <= FAULTS_MAX)
		return;
	more = sorted->len - FAULTS_MAX;
	g_string_append_printf(out, "\nand %u more error%s\n", more, more == 1 ? "" : "s");
}
