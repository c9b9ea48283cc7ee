// SPDX-License-Identifier: GPL-2.0-or-later
#include "bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base.h"

#define PACKED (1u << 16)
/* `xz -9` needs 65 MiB; what needs more was not made by xz's presets */
#define XZ_MEMORY (128u << 20)

enum packing { PLAIN, GZIP, XZ };

struct bytes_source {
	int fd;
	enum packing packing;
	guint64 size, taken; /* of the file as it is; size 0: not known */
	gboolean file_ended;
	gboolean inside; /* a gzip member has begun and not ended */
	z_stream gzip;
	lzma_stream xz;
	guint8 packed[PACKED];
	gsize packed_at, packed_end;
	guint8 window[BYTES_WINDOW + BYTES_PADDING];
};

/* At least one byte, 0 at the end of the file, negative with a reason. */
static gssize file_read(struct bytes_source *s, guint8 *to, gsize room, char **why)
{
	gssize got;

	do
		got = read(s->fd, to, room);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		*why = g_strdup(strerror(errno));
	else if (!got)
		s->file_ended = TRUE;
	else
		s->taken += (guint64)got;
	return got;
}

/* Makes sure that there is a packed byte; FALSE at the end of the file, or with a reason. */
static gboolean packed_more(struct bytes_source *s, char **why)
{
	gssize got;

	if (s->packed_at < s->packed_end)
		return TRUE;
	if (s->file_ended)
		return FALSE;
	got = file_read(s, s->packed, PACKED, why);
	s->packed_at = 0;
	s->packed_end = got > 0 ? (gsize)got : 0;
	return got > 0;
}

/* All three fill `to`, at most `room` bytes; 0 at the end, negative with a reason. */
static gssize plain_read(struct bytes_source *s, guint8 *to, gsize room, char **why)
{
	gsize n = s->packed_end - s->packed_at;

	if (!n)
		return s->file_ended ? 0 : file_read(s, to, room, why);
	/* what was read to look at the first bytes */
	n = MIN(n, room);
	memcpy(to, s->packed + s->packed_at, n);
	s->packed_at += n;
	return (gssize)n;
}

static gssize gzip_read(struct bytes_source *s, guint8 *to, gsize room, char **why)
{
	int status;

	s->gzip.next_out = to;
	s->gzip.avail_out = (uInt)room;
	while (s->gzip.avail_out == room) {
		if (!packed_more(s, why)) {
			if (!*why && s->inside)
				*why = g_strdup("the gzip data end too early");
			return *why ? -1 : 0;
		}
		/* members one after the other are one text */
		if (!s->inside)
			inflateReset(&s->gzip);
		s->inside = TRUE;
		s->gzip.next_in = s->packed + s->packed_at;
		s->gzip.avail_in = (uInt)(s->packed_end - s->packed_at);
		status = inflate(&s->gzip, Z_NO_FLUSH);
		s->packed_at = s->packed_end - s->gzip.avail_in;
		if (status == Z_STREAM_END) {
			s->inside = FALSE;
		} else if (status != Z_OK && status != Z_BUF_ERROR) {
			*why = g_strdup("the gzip data are damaged");
			return -1;
		}
	}
	return (gssize)(room - s->gzip.avail_out);
}

static gssize xz_read(struct bytes_source *s, guint8 *to, gsize room, char **why)
{
	lzma_ret status;

	s->xz.next_out = to;
	s->xz.avail_out = room;
	while (s->xz.avail_out == room) {
		gboolean more = packed_more(s, why);

		if (*why)
			return -1;
		s->xz.next_in = s->packed + s->packed_at;
		s->xz.avail_in = s->packed_end - s->packed_at;
		status = lzma_code(&s->xz, more ? LZMA_RUN : LZMA_FINISH);
		s->packed_at = s->packed_end - s->xz.avail_in;
		if (status == LZMA_STREAM_END)
			break;
		if (status == LZMA_MEMLIMIT_ERROR)
			*why = g_strdup_printf("unpacking needs %" G_GUINT64_FORMAT
					       " MiB of memory, more than %u; unpack it with xz",
					       lzma_memusage(&s->xz) >> 20, XZ_MEMORY >> 20);
		else if (status == LZMA_BUF_ERROR)
			*why = g_strdup("the xz data end too early");
		else if (status != LZMA_OK)
			*why = g_strdup("the xz data are damaged");
		if (*why)
			return -1;
	}
	return (gssize)(room - s->xz.avail_out);
}

static gssize unpacked_read(struct bytes_source *s, guint8 *to, gsize room, char **why)
{
	switch (s->packing) {
	case GZIP:
		return gzip_read(s, to, room, why);
	case XZ:
		return xz_read(s, to, room, why);
	case PLAIN:
		break;
	}
	return plain_read(s, to, room, why);
}

static gboolean packing_detect(struct bytes_source *s, char **why)
{
	static const guint8 gzip_magic[] = {0x1f, 0x8b};
	static const guint8 xz_magic[] = {0xfd, '7', 'z', 'X', 'Z', 0};

	/* a pipe may give its first bytes one by one */
	while (s->packed_end < sizeof(xz_magic) && !s->file_ended) {
		gssize got = file_read(s, s->packed + s->packed_end, PACKED - s->packed_end, why);

		if (got < 0)
			return FALSE;
		s->packed_end += (gsize)got;
	}
	if (s->packed_end >= sizeof(gzip_magic) &&
	    !memcmp(s->packed, gzip_magic, sizeof(gzip_magic))) {
		s->packing = GZIP;
		bug_on(inflateInit2(&s->gzip, 15 + 16) != Z_OK, "zlib does not begin");
	} else if (s->packed_end >= sizeof(xz_magic) &&
		   !memcmp(s->packed, xz_magic, sizeof(xz_magic))) {
		s->packing = XZ;
		bug_on(lzma_stream_decoder(&s->xz, XZ_MEMORY, LZMA_CONCATENATED) != LZMA_OK,
		       "liblzma does not begin");
	}
	return TRUE;
}

struct bytes *bytes_open(const char *path, char **why)
{
	struct bytes *b = g_new0(struct bytes, 1);
	struct bytes_source *s = b->source = g_new0(struct bytes_source, 1);
	struct stat status;

	*why = NULL;
	s->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (s->fd < 0) {
		*why = g_strdup(strerror(errno));
	} else {
		if (!fstat(s->fd, &status) && S_ISREG(status.st_mode))
			s->size = (guint64)status.st_size;
		packing_detect(s, why);
	}
	if (*why) {
		bytes_free(b);
		return NULL;
	}
	b->window = b->at = b->end = s->window;
	return b;
}

gboolean bytes_more(struct bytes *b, char **why)
{
	struct bytes_source *s = b->source;
	gsize kept = (gsize)(b->end - b->at);
	gssize got;

	*why = NULL;
	bug_on(kept == BYTES_WINDOW, "the window of an input is full");
	b->passed += (guint64)(b->at - b->window);
	memmove(s->window, b->at, kept);
	got = unpacked_read(s, s->window + kept, BYTES_WINDOW - kept, why);
	if (got <= 0)
		b->ended = TRUE;
	b->at = s->window;
	b->end = s->window + kept + MAX(got, 0);
	memset(s->window + (b->end - b->at), 0, BYTES_PADDING);
	return got > 0;
}

double bytes_progress(const struct bytes *b)
{
	const struct bytes_source *s = b->source;

	return s->size ? (double)s->taken / (double)s->size : -1;
}

void bytes_free(struct bytes *b)
{
	struct bytes_source *s;

	if (!b)
		return;
	s = b->source;
	if (s->packing == GZIP)
		inflateEnd(&s->gzip);
	if (s->packing == XZ)
		lzma_end(&s->xz);
	if (s->fd > STDERR_FILENO)
		close(s->fd);
	g_free(s);
	g_free(b);
}
