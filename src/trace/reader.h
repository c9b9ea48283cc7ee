/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads memory reference traces, one record after the other. Formats (docs/trace.md):
 *
 *	din      "0 1001358c": label 0 read, 1 write, 2 fetch; an aligned word of 4 bytes
 *	xdin     "r 1001358c 4": r w i m c v, and d D for devices; address and size hexadecimal
 *	dinbin   8 bytes: address 4, size 2, label 1, zero 1, little-endian
 *	lackey   what valgrind --tool=lackey --trace-mem=yes prints
 */
#ifndef STALELINE_TRACE_READER_H
#define STALELINE_TRACE_READER_H

#include "record.h"
#include "scenario/diag.h"

enum trace_format {
	TRACE_DIN,
	TRACE_XDIN,
	TRACE_DINBIN,
	TRACE_LACKEY,
	TRACE_AUTO, /* by the first bytes */
};

/* In the order of the enum, ending with NULL. */
extern const char *const trace_format_names[];

struct reader;

/* `-` is standard input. NULL after a fault. The path must live as long as the reader. */
struct reader *reader_open(struct diag *diag, const char *path, enum trace_format format);
/* Fills the batch; 0 at the end, or after a fault (diag_mark() tells). */
u32 reader_read(struct reader *r, struct batch *batch);
void reader_free(struct reader *r);

const char *reader_path(const struct reader *r);
/* The last line read so far, from 1; of dinbin the record. */
guint64 reader_line(const struct reader *r);
/* The format found, where it was to be found. */
enum trace_format reader_format(const struct reader *r);
/* 0 to 1, negative where it is not known. */
double reader_progress(const struct reader *r);

#endif
