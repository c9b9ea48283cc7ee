/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenarios as structures that can be judged, changed and printed: what the property tests draw, shrink and
 * run. A program is a machine, pages, areas in them, DMA mappings of areas, and contexts whose ops touch
 * areas and drive mappings. What it keeps to is found from the structure alone, by program_faults(); the
 * model has no say in it.
 */
#ifndef TESTS_PROPERTY_PROGRAM_H
#define TESTS_PROPERTY_PROGRAM_H

#include "toy.h"

/* The five conditions, and what makes a structure no program at all. */
enum condition {
	KEEPS_API, /* maps, syncs, starts and unmaps in order; no stores to what a device owns */
	OWNS_LINES, /* nobody else has a byte in a line that a buffer has bytes of */
	ONE_COLOUR, /* every address that a page is used at has the page's own colour */
	OWN_SLOTS, /* mappings are used while they are made, slots by one context at a time */
	NO_FILLS, /* no loads of what a device owns */
	CONDITIONS,
	WELL_FORMED = CONDITIONS,
};

extern const char *const condition_names[CONDITIONS];

enum {
	PAGE_BYTES = 64,
	PAGES_MAX = 4,
	AREAS_MAX = 8,
	MAP_AREAS_MAX = 3,
	MAPS_MAX = 6,
	DEVICES_MAX = 2,
	CONTEXTS_MAX = 3,
	HANDLES_MAX = 4, /* of one context */
	OPS_MAX = 24, /* of one context */
	NOBODY = 255,
};

enum level { PROCESS, SOFTIRQ, HARDIRQ };

/* Bytes of one or two pages. Those that some mapping names are buffers; any context may touch the others. */
struct area {
	guint page, offset, length;
};

enum map_kind { MAP_SINGLE, MAP_PAGE, MAP_SG, MAP_READAHEAD };

enum direction { TO_DEVICE, FROM_DEVICE, BIDIRECTIONAL };

struct map {
	enum map_kind kind;
	enum direction direction;
	guint device;
	guint area[MAP_AREAS_MAX], areas;
};

enum op_kind {
	OP_TOUCH, /* a load or store of `length` bytes at `offset` of `area` */
	OP_KEEP, /* handle `ref` is made for `page` */
	OP_RELEASE, /* and taken away */
	OP_MAP, /* mapping `ref`; a readahead starts the device as well */
	OP_START, /* its device moves data, `direction` */
	OP_WAIT, /* for its device */
	OP_SYNC_CPU,
	OP_SYNC_DEVICE,
	OP_UNMAP,
};

enum via { VIA_KSEG0, VIA_SLOT, VIA_HANDLE };

struct op {
	enum op_kind kind;
	guint ref; /* handle or mapping */
	enum direction direction;
	/* OP_TOUCH */
	guint area, offset, length;
	gboolean store;
	enum via via;
	enum level slot; /* whose atomic slot */
	/* OP_KEEP */
	guint page;
	gboolean user; /* else kmap() */
	guint colour; /* of the user mapping */
};

struct context {
	enum level level;
	guint device; /* whose interrupt it handles; NOBODY: a process starts, an interrupt comes when it likes */
	guint times;
	struct op op[OPS_MAX];
	guint ops;
};

struct program {
	struct toy machine;
	const char *strategy;
	guint last_pkmap;
	gboolean debug_highmem, preempt;
	guint pages, lows; /* the first ones are lowmem */
	guint devices;
	gboolean coherent[DEVICES_MAX];
	struct area area[AREAS_MAX];
	guint areas;
	struct map map[MAPS_MAX];
	guint maps;
	struct context context[CONTEXTS_MAX];
	guint contexts;
	const char *evictions; /* as `explore:` takes it */
	gboolean tlb_any;
};

/* Bits of enum condition that the program does not keep, and WELL_FORMED. */
guint program_faults(const struct program *p);

/* Is the area (part of) a mapping's buffer? */
gboolean program_is_buffer(const struct program *p, guint area);
/* Do devices see what is in the caches, whatever mapping they go through? */
gboolean program_snooped(const struct program *p, guint map);
/* The page that byte `offset` of the area lies in. */
guint program_page(const struct program *p, guint area, guint offset);
/* The readahead takes a page from the free ones. */
gboolean program_page_free(const struct program *p, guint page);

/* Newly allocated YAML. `note` is its first line's comment. */
char *program_print(const struct program *p, const char *note);

#endif
