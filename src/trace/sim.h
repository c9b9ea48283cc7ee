/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs memory references through the caches and TLBs of a machine and counts. The caches are those of the model
 * (cache_model.c, hierarchy.c, tlb_model.c), compiled without the journal.
 */
#ifndef STALELINE_TRACE_SIM_H
#define STALELINE_TRACE_SIM_H

#include "machine.h"
#include "pagemap.h"
#include "record.h"

#define SIM_FINDINGS 20u

struct sim_options {
	struct machine machine; /* finished; a level that is not present is passed by */
	enum pagemap_kind map;
	u32 seed; /* of random replacement, of TLB victims and of a random page map; not 0 */
	bool classify; /* misses that are not compulsory as capacity and conflict */
	bool check; /* lines hold who wrote them, reads are compared with the flat machine */
	u32 granule_shift; /* what reads and writes of the trace are multiples of, where they are checked */
	u32 identity_bits; /* of an identity that the line number takes; the CPU has the rest */
};

/* Of one cache. What leads to a fill or a write of the level above is one reference of an L2. */
struct sim_cache {
	u64 reads, writes, read_misses, write_misses;
	u64 compulsory; /* misses of lines never referenced before */
	u64 capacity, conflict,
		taken_out; /* all others, where they are classified; taken out: by an invalidate or a device */
	u64 write_backs; /* lines */
	u64 bytes_from_below, bytes_to_below;
};

enum sim_stale { STALE_LOAD, STALE_FETCH, STALE_DEVICE_READ, STALE_KINDS };

struct sim_counts {
	struct sim_cache cache[MAX_CACHES]; /* numbered as in cache_model.h */
	u64 kinds[RECORD_KINDS]; /* records by kind */
	u64 split; /* references that crossed the end of a line: so many more were counted */
	u64 ignored; /* references of a kind that the machine has no cache for */
	u64 tlb_misses, tlb_references;
	u64 dropped_dirty; /* dirty lines that an invalidate took out */
	u64 stale[STALE_KINDS];
};

/* A read that was stale. Identities are lines of the trace; 0: what memory held at the start. */
struct sim_finding {
	enum sim_stale kind;
	u32 cpu, line, address;
	u32 got, newest;
};

struct sim;

/* plain.c is compiled as a whole program, so that it can be inlined through; these are called from outside. */
#define SIM_CALLED __attribute__((externally_visible))

SIM_CALLED struct sim *sim_new(const struct sim_options *options);
SIM_CALLED void sim_free(struct sim *s);
/* References of one CPU: `records` of the batch, from `first` on. */
SIM_CALLED void sim_run(struct sim *s, u32 cpu, const struct batch *batch, u32 first, u32 records);
/* Writes back what is dirty, the L1s first. */
SIM_CALLED void sim_flush(struct sim *s);
SIM_CALLED struct sim_counts sim_counts(const struct sim *s);
/* The first SIM_FINDINGS of all. */
SIM_CALLED const struct sim_finding *sim_findings(const struct sim *s, u32 *count);

#endif
