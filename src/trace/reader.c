// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text is read in one pass with few instructions a line: parsing is most of what running a trace costs. A line parser
 * takes a line whole and gives the start of the next one, or NULL: then line_odd() looks again, slowly, for what may stand
 * there besides a record, or says what is wrong. Behind the window are zeros, so that nothing looks for its end.
 */
#include "reader.h"

#include <string.h>

#include "bytes.h"

const char *const trace_format_names[] = {"din", "xdin", "dinbin", "lackey", "auto", NULL};

#define NO_KIND 0xff
/* what a fault shows of a line */
#define LINE_SHOWN 400

struct reader {
	struct diag *diag;
	const char *path;
	struct bytes *bytes;
	enum trace_format format;
	guint64 line; /* lines or binary records taken */
};

/* Values of the hexadecimal digits, else 16. */
static guint8 digit_of[256];
static guint8 xdin_kind_of[256];

static void tables_fill(void)
{
	static const char kinds[] = "rwimcvdD"; /* in the order of enum record_kind */
	guint i;

	if (digit_of['1'])
		return;
	for (i = 0; i < 256; i++)
		digit_of[i] = g_ascii_isxdigit((char)i) ? (guint8)g_ascii_xdigit_value((char)i) :
							  16;
	memset(xdin_kind_of, NO_KIND, sizeof(xdin_kind_of));
	for (i = 0; kinds[i]; i++)
		xdin_kind_of[(guint8)kinds[i]] = (guint8)i;
}

#define EACH_BYTE(b) (0x0101010101010101ull * (b))

static inline gboolean is_blank(guint8 c)
{
	return c == ' ' || c == '\t';
}

/*
 * Reads a hexadecimal number of at most eight digits; returns where it ends, NULL when there is none. Eight characters at a
 * time: what ends a number in a trace (blank, comma, end of line, the zeros behind the window) is below '0'.
 */
static inline const guint8 *hex8_read(const guint8 *p, u32 *value)
{
	guint64 x, letters, digits, bad, ends;

	memcpy(&x, p, sizeof(x));
	x = GUINT64_FROM_LE(x);
	ends = ~(x + EACH_BYTE(0x50)) & EACH_BYTE(0x80);
	/* digits become 0 to 9, letters 0x51 to 0x56 and 0x71 to 0x76 */
	x ^= EACH_BYTE(0x30);
	if (G_LIKELY(ends)) {
		guint bits = (guint)__builtin_ctzll(ends) - 7;

		if (G_UNLIKELY(!bits))
			return NULL;
		/* leading zeros: the first character stands in the lowest byte */
		x <<= 64 - bits;
		p += bits / 8;
	} else {
		p += 8;
	}
	letters = x & EACH_BYTE(0x40);
	digits = (x & EACH_BYTE(0x0f)) + (letters >> 6) * 9;
	/*
	 * Bit 4 of: a character with bit 6 and without bit 4, or the other way round; a value above 15; one above 9 that is no
	 * letter, or a letter that is not above 9; a byte above 127.
	 */
	bad = (x ^ x >> 2) | digits | ((digits + EACH_BYTE(6)) ^ letters >> 2) | x >> 3;
	if (G_UNLIKELY(bad & EACH_BYTE(0x10)))
		return NULL;
	digits = (digits << 4 | digits >> 8) & 0x00ff00ff00ff00ffull;
	digits = (digits << 8 | digits >> 16) & 0x0000ffff0000ffffull;
	*value = (u32)(digits << 16 | digits >> 32);
	return p;
}

/* One of any length, its low 32 bits; 0x in front of it is skipped. */
static const guint8 *hex_read(const guint8 *p, u32 *value)
{
	const guint8 *from;

	if (p[0] == '0' && (p[1] | 0x20) == 'x')
		p += 2;
	for (from = p, *value = 0; digit_of[*p] < 16; p++)
		*value = *value << 4 | digit_of[*p];
	return p == from ? NULL : p;
}

/* Past the end of the line; what stands behind the last field is a remark of whoever wrote the trace. */
static const guint8 *line_end(const guint8 *p)
{
	if (*p == '\n')
		return p + 1;
	if (!is_blank(*p) && *p != '\r')
		return NULL;
	p = (const guint8 *)strchr((const char *)p, '\n');
	return p ? p + 1 : NULL;
}

static const guint8 *blanks_skip(const guint8 *p)
{
	while (is_blank(*p))
		p++;
	return p;
}

static inline void record_put(struct record *r, u32 address, u32 size, u32 kind)
{
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
	/* one store of eight bytes */
	guint64 word = address | (guint64)size << 32 | (guint64)kind << 48;

	memcpy(r, &word, sizeof(word));
#else
	*r = (struct record){.address = address, .size = (u16)size, .kind = (u8)kind};
#endif
}

/* A line as anybody may write it: more blanks, 0x, long addresses, remarks. */
static G_GNUC_NO_INLINE const guint8 *din_line_slowly(const guint8 *p, struct record *r)
{
	u32 label, address;

	p = blanks_skip(p);
	label = (u32)*p - '0';
	if (label > RECORD_FETCH || !is_blank(p[1]))
		return NULL;
	p = hex_read(blanks_skip(p + 1), &address);
	if (!p)
		return NULL;
	record_put(r, address & ~3u, 4, label);
	return line_end(p);
}

static inline const guint8 *din_line(const guint8 *p, struct record *r)
{
	guint16 head;
	u32 label, address = 0;
	const guint8 *end = NULL;

	memcpy(&head, p, sizeof(head));
	label = (u32)GUINT16_FROM_LE(head) - ('0' | ' ' << 8);
	if (G_LIKELY(label <= RECORD_FETCH))
		end = hex8_read(p + 2, &address);
	if (G_UNLIKELY(!end || *end != '\n'))
		return din_line_slowly(p, r);
	record_put(r, address & ~3u, 4, label);
	return end + 1;
}

static G_GNUC_NO_INLINE const guint8 *xdin_line_slowly(const guint8 *p, struct record *r)
{
	u32 address, size;
	u8 kind;

	p = blanks_skip(p);
	kind = xdin_kind_of[*p];
	if (kind == NO_KIND || !is_blank(p[1]))
		return NULL;
	p = hex_read(blanks_skip(p + 1), &address);
	if (!p || !is_blank(*p))
		return NULL;
	p = hex_read(blanks_skip(p), &size);
	if (!p || size > G_MAXUINT16)
		return NULL;
	if (!size && kind != RECORD_COPY_BACK && kind != RECORD_INVALIDATE)
		return NULL;
	record_put(r, address, size, kind);
	return line_end(p);
}

static inline const guint8 *xdin_line(const guint8 *p, struct record *r)
{
	u8 kind = xdin_kind_of[*p];
	const guint8 *end = NULL;
	u32 address, size;

	if (G_LIKELY(kind != NO_KIND && p[1] == ' '))
		end = hex8_read(p + 2, &address);
	if (G_UNLIKELY(!end || *end != ' '))
		return xdin_line_slowly(p, r);
	/* nearly all sizes have one digit */
	size = digit_of[end[1]];
	if (G_UNLIKELY(size - 1 >= 15 || end[2] != '\n'))
		return xdin_line_slowly(p, r);
	record_put(r, address, size, kind);
	return end + 3;
}

/* One or, for a modify, two records: a read and a write. */
static inline const guint8 *lackey_line(const guint8 *p, struct record *r, u32 *records)
{
	u32 address, size;
	u8 kind;

	*records = 1;
	if (p[0] == 'I' && p[1] == ' ') {
		kind = RECORD_FETCH;
	} else if (p[0] == ' ' && p[1] && p[2] == ' ' && strchr("LSM", p[1])) {
		kind = p[1] == 'S' ? RECORD_WRITE : RECORD_READ;
		*records = p[1] == 'M' ? 2 : 1;
	} else {
		return NULL;
	}
	p = hex_read(blanks_skip(p + 2), &address);
	if (!p || *p++ != ',' || !g_ascii_isdigit(*p))
		return NULL;
	for (size = 0; g_ascii_isdigit(*p) && size <= G_MAXUINT16; p++)
		size = size * 10 + (*p - '0');
	if (!size || size > G_MAXUINT16)
		return NULL;
	r[0] = (struct record){.address = address, .size = (u16)size, .kind = kind};
	if (*records == 2) {
		r[1] = r[0];
		r[1].kind = RECORD_WRITE;
	}
	return line_end(p);
}

/* A fault in the line at `p`; `from` is the field, which ends before a blank. */
static void line_fault(struct reader *r, const char *code, const guint8 *p, const guint8 *from,
		       const char *message, const char *expected)
{
	const guint8 *end = memchr(p, '\n', (gsize)(r->bytes->end - p));
	const guint8 *to = from;
	const struct diag_source *src;
	struct diag_fault *fault;

	if (!end || end > p + LINE_SHOWN)
		end = MIN(r->bytes->end, p + LINE_SHOWN);
	while (to < end && !is_blank(*to) && *to != '\r')
		to++;
	src = diag_add_excerpt(r->diag, r->path, (const char *)p, (gsize)(end - p),
			       (guint)MIN(r->line, G_MAXUINT - 1));
	fault = diag_error(r->diag, code, diag_source_span(src, (gsize)(from - p), (gsize)(to - p)),
			   "%s", message);
	diag_primary_label(fault, "expected %s", expected);
}

static const char *kind_expected(enum trace_format format)
{
	switch (format) {
	case TRACE_DIN:
		return "a label: 0 read, 1 write or 2 fetch";
	case TRACE_XDIN:
		return "r, w, i, m, c, v, d or D";
	case TRACE_LACKEY:
		return "`I  `, ` L `, ` S ` or ` M `, then address,size";
	case TRACE_DINBIN:
	case TRACE_AUTO:
		break;
	}
	bug("a format without lines", __FILE__, __LINE__);
}

static const guint8 *word_skip(const guint8 *p)
{
	while (*p && !is_blank(*p) && *p != '\n' && *p != '\r')
		p++;
	return p;
}

/* Says what is wrong with a line that no parser takes. */
static void line_refuse(struct reader *r, const guint8 *p)
{
	const guint8 *kind = r->format == TRACE_LACKEY ? p : blanks_skip(p);
	const guint8 *address = blanks_skip(word_skip(kind)), *size;
	gboolean known = r->format == TRACE_DIN ? *kind >= '0' && *kind <= '2' :
						  xdin_kind_of[*kind] != NO_KIND;
	u32 value;

	if (r->format == TRACE_LACKEY || !known || word_skip(kind) != kind + 1) {
		line_fault(r, "E0242", p, kind, "not a record of this format",
			   kind_expected(r->format));
		return;
	}
	size = hex_read(address, &value);
	if (!size || word_skip(size) != size) {
		line_fault(r, "E0243", p, address, "not an address",
			   "a hexadecimal address such as 7fff0010");
		return;
	}
	line_fault(r, "E0244", p, blanks_skip(size), "not a size",
		   *kind == 'c' || *kind == 'v' ?
			   "a hexadecimal number of bytes, at most ffff; 0 means the whole cache" :
			   "a hexadecimal number of bytes, from 1 to ffff");
}

enum odd { ODD_MORE, ODD_SKIP, ODD_FAULT, ODD_END };

/* A line that is no record, or not yet whole. */
static enum odd line_odd(struct reader *r)
{
	struct bytes *b = r->bytes;
	const guint8 *end = memchr(b->at, '\n', (gsize)(b->end - b->at));
	const guint8 *p = blanks_skip(b->at);

	if (!end && !b->ended) {
		if ((gsize)(b->end - b->at) < BYTES_WINDOW)
			return ODD_MORE;
		r->line++;
		line_fault(r, "E0242", b->at, b->at, "a line that does not end",
			   kind_expected(r->format));
		return ODD_FAULT;
	}
	if (!end) {
		guint8 *last = (guint8 *)b->end;

		if (b->at == b->end)
			return ODD_END;
		/* the last line needs no end of its own */
		*last = '\n';
		b->end++;
		return ODD_MORE;
	}
	r->line++;
	if (*p == '\n' || *p == '\r' || *p == '#' ||
	    (r->format == TRACE_LACKEY && (*p == '=' || *p == '-'))) {
		b->at = end + 1;
		return ODD_SKIP;
	}
	if (memchr(b->at, 0, (gsize)(end - b->at)))
		line_fault(r, "E0242", b->at, b->at, "not text", kind_expected(r->format));
	else
		line_refuse(r, b->at);
	return ODD_FAULT;
}

static void input_fault(struct reader *r, const char *code, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static void input_fault(struct reader *r, const char *code, const char *format, ...)
{
	const struct diag_source *src = diag_add_source(r->diag, r->path, "", 0);
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	diag_error(r->diag, code, diag_source_whole(src), "%s", text);
}

/* FALSE after a fault. */
static gboolean window_move(struct reader *r)
{
	g_autofree char *why = NULL;

	if (r->bytes->ended || bytes_more(r->bytes, &why) || !why)
		return TRUE;
	input_fault(r, "E0240", "cannot read the trace: %s", why);
	return FALSE;
}

/* As many lines as fit the batch and stand in the window; the first line is the next one. */
static u32 lines_take(struct reader *r, struct batch *batch)
{
	const guint8 *p = r->bytes->at, *end = r->bytes->end, *next;
	struct record *record = batch->record, *full = record + BATCH_RECORDS;
	u32 more;

	batch->first_line = (u32)r->line + 1;
	switch (r->format) {
	case TRACE_DIN:
		for (; record < full && p < end; p = next, record++) {
			next = din_line(p, record);
			if (G_UNLIKELY(!next))
				break;
		}
		r->line += (guint64)(record - batch->record);
		break;
	case TRACE_XDIN:
		for (; record < full && p < end; p = next, record++) {
			next = xdin_line(p, record);
			if (G_UNLIKELY(!next))
				break;
		}
		r->line += (guint64)(record - batch->record);
		break;
	case TRACE_LACKEY:
		for (; record + 1 < full && p < end; p = next, record += more) {
			gsize at = (gsize)(record - batch->record);

			next = lackey_line(p, record, &more);
			if (G_UNLIKELY(!next))
				break;
			batch->line[at] = batch->line[at + more - 1] = (u32)++r->line;
		}
		batch->uneven = TRUE;
		break;
	case TRACE_DINBIN:
	case TRACE_AUTO:
		break;
	}
	r->bytes->at = p;
	return (u32)(record - batch->record);
}

static u32 text_read(struct reader *r, struct batch *batch)
{
	for (;;) {
		u32 n = lines_take(r, batch);

		/* what stopped it is looked at by the next call */
		if (n)
			return n;
		switch (line_odd(r)) {
		case ODD_MORE:
			if (!window_move(r))
				return 0;
			break;
		case ODD_SKIP:
			break;
		case ODD_FAULT:
		case ODD_END:
			return 0;
		}
	}
}

/* A bad one among the records stands out in the bits of all of them; a 3 needs both of its bits somewhere. */
static gboolean records_good(const struct record *record, u32 n)
{
	const guint64 three_bits = (guint64)3 << 48;
	guint64 any = 0, three = 0, word;
	u32 i;

	for (i = 0; i < n; i++) {
		memcpy(&word, &record[i], sizeof(word));
		any |= word;
	}
	any = GUINT64_FROM_LE(any);
	if (any & (guint64)0xfffc << 48)
		return FALSE;
	if ((any & three_bits) != three_bits)
		return TRUE;
	for (i = 0; i < n; i++) {
		memcpy(&word, &record[i], sizeof(word));
		three |= word & word << 1;
	}
	return !(GUINT64_FROM_LE(three) & (guint64)2 << 48);
}

static void record_refuse(struct reader *r, const struct batch *batch)
{
	u32 i = 0;

	while (records_good(&batch->record[i], 1))
		i++;
	input_fault(r, "E0245",
		    "record %" G_GUINT64_FORMAT " (byte %" G_GUINT64_FORMAT
		    "): expected a label 0, 1 or 2, then a zero; found %u and %u",
		    r->line + i + 1, (r->line + i) * sizeof(struct record), batch->record[i].kind,
		    batch->record[i].zero);
}

static u32 binary_read(struct reader *r, struct batch *batch)
{
	struct bytes *b = r->bytes;
	u32 n;

	while ((gsize)(b->end - b->at) < sizeof(struct record) && !b->ended)
		if (!window_move(r))
			return 0;
	n = (u32)MIN((gsize)(b->end - b->at) / sizeof(struct record), BATCH_RECORDS);
	if (!n && b->at != b->end)
		input_fault(r, "E0245",
			    "record %" G_GUINT64_FORMAT
			    ": expected 8 bytes, the trace ends after %u",
			    r->line + 1, (guint)(b->end - b->at));
	memcpy(batch->record, b->at, n * sizeof(struct record));
	if (!records_good(batch->record, n)) {
		record_refuse(r, batch);
		return 0;
	}
#if G_BYTE_ORDER != G_LITTLE_ENDIAN
	for (u32 i = 0; i < n; i++) {
		batch->record[i].address = GUINT32_FROM_LE(batch->record[i].address);
		batch->record[i].size = GUINT16_FROM_LE(batch->record[i].size);
	}
#endif
	batch->first_line = (u32)r->line + 1;
	r->line += n;
	b->at += n * sizeof(struct record);
	return n;
}

u32 reader_read(struct reader *r, struct batch *batch)
{
	batch->uneven = FALSE;
	batch->records = r->format == TRACE_DINBIN ? binary_read(r, batch) : text_read(r, batch);
	return batch->records;
}

/* The format that the first line, or the first binary record, is of; TRACE_AUTO when it is none. */
static enum trace_format format_of(const guint8 *p, const guint8 *end)
{
	u32 records;
	struct record r[2];

	if (end - p >= 8 && p[6] <= RECORD_FETCH && !p[7])
		return TRACE_DINBIN;
	while (p < end) {
		const guint8 *next = memchr(p, '\n', (gsize)(end - p));

		if (p[0] == '=' || p[0] == '-' || lackey_line(p, r, &records))
			return TRACE_LACKEY;
		p = blanks_skip(p);
		if (*p >= '0' && *p <= '9' && is_blank(p[1]))
			return TRACE_DIN;
		if (xdin_kind_of[*p] != NO_KIND && is_blank(p[1]))
			return TRACE_XDIN;
		if (*p != '#' && *p != '\n' && *p != '\r')
			break;
		p = next ? next + 1 : end;
	}
	return TRACE_AUTO;
}

struct reader *reader_open(struct diag *diag, const char *path, enum trace_format format)
{
	struct reader *r = g_new0(struct reader, 1);
	g_autofree char *why = NULL;

	tables_fill();
	*r = (struct reader){.diag = diag, .path = path, .format = format};
	r->bytes = bytes_open(path, &why);
	if (!r->bytes) {
		input_fault(r, "E0240", "cannot read the trace: %s", why);
	} else if (window_move(r)) {
		if (r->bytes->at == r->bytes->end)
			input_fault(r, "E0241", "the trace is empty");
		else if (format != TRACE_AUTO ||
			 (r->format = format_of(r->bytes->at, r->bytes->end)) != TRACE_AUTO)
			return r;
		else
			input_fault(r, "E0241",
				    "the first bytes are of no trace format that is known; "
				    "say which with --input-format");
	}
	reader_free(r);
	return NULL;
}

void reader_free(struct reader *r)
{
	if (!r)
		return;
	bytes_free(r->bytes);
	g_free(r);
}

guint64 reader_line(const struct reader *r)
{
	return r->line;
}

const char *reader_path(const struct reader *r)
{
	return r->path;
}

enum trace_format reader_format(const struct reader *r)
{
	return r->format;
}

double reader_progress(const struct reader *r)
{
	return bytes_progress(r->bytes);
}
