/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of an input, in order, as a window that moves on: plain, gzip or xz by their first bytes. `-` is standard
 * input. Memory does not grow with the input.
 */
#ifndef STALELINE_TRACE_BYTES_H
#define STALELINE_TRACE_BYTES_H

#include <glib.h>

/* The window is never larger; what a reader must see in one piece has to fit. */
#define BYTES_WINDOW (1u << 18)
/* So many bytes behind the window may be read; they are 0. */
#define BYTES_PADDING 32u

struct bytes {
	const guint8 *at; /* first byte not taken yet: whoever takes some moves it on */
	const guint8 *end;
	gboolean ended; /* nothing comes behind `end` */
	guint64 passed; /* bytes of the unpacked input before the window */
	const guint8 *window;
	struct bytes_source *source;
};

/* NULL with a reason, newly allocated, when the file cannot be opened or read. */
struct bytes *bytes_open(const char *path, char **why);
/*
 * Keeps what is between `at` and `end`, and adds what comes next. FALSE with `ended` set when nothing does, or
 * with a reason when the input cannot be read or unpacked.
 */
gboolean bytes_more(struct bytes *b, char **why);
void bytes_free(struct bytes *b);

/* How much of the file, packed as it is, has been read: 0 to 1; negative where its size is not known. */
double bytes_progress(const struct bytes *b);

#endif
