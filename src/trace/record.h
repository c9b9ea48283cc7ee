/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A memory reference, as every input format gives it. */
#ifndef STALELINE_TRACE_RECORD_H
#define STALELINE_TRACE_RECORD_H

#include "base.h"

/* The first three have the numbers of din's labels. */
enum record_kind {
	RECORD_READ,
	RECORD_WRITE,
	RECORD_FETCH, /* of an instruction */
	RECORD_MISC, /* Dinero: like a read */
	RECORD_COPY_BACK, /* writes the line back, it stays valid; size 0: the whole cache */
	RECORD_INVALIDATE, /* without write-back; size 0: the whole cache */
	RECORD_DEVICE_READ,
	RECORD_DEVICE_WRITE,
	RECORD_KINDS
};

struct record {
	u32 address; /* addresses of more than 32 bits lose the upper ones */
	u16 size; /* bytes */
	u8 kind;
	u8 zero;
};

/* the layout of a record is that of Dinero IV's binary format */
_Static_assert(sizeof(struct record) == 8, "a record is 8 bytes");

#define BATCH_RECORDS 1024u

struct batch {
	struct record record[BATCH_RECORDS];
	u32 records;
	/* Where they come from: lines of the input from 1, of binary input numbers of records. */
	u32 first_line; /* of record 0; the others are of the lines behind it */
	bool uneven; /* not so: see `line` */
	u32 line[BATCH_RECORDS];
};

static inline u32 batch_line(const struct batch *b, u32 i)
{
	return b->uneven ? b->line[i] : b->first_line + i;
}

#endif
