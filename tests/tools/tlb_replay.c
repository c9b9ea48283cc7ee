// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replays logs of TLB instructions, loads and stores, recorded from QEMU, into tlb_model and compares every answer
 * (tests/data/qemu-tlb/README.md has the grammar).
 *
 *	tlb-replay LOG...      plain, gzip or xz; `-` is standard input
 *
 * A line on which the two differ is printed. The last line is "N lines, M mismatches, K artefacts"; the exit status is 0
 * only if M is 0, 2 for a log that cannot be read.
 *
 * Artefacts are the answers in which QEMU is known not to be the architecture: translations that it goes on using after a
 * raw write (one that no TLBR follows) has replaced their entry or put another before it. A line counts as one only if the
 * answer is exactly that of such an entry. QEMU's rules for CP0 registers are those of `struct cp0` below; tlb_model has no
 * registers.
 */
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/tlb_model.h"
#include "../../src/trace/bytes.h"

#define LOG_TLB_MAX 1024u
#define ENTRY_HI_EHINV 0x400u
/* an ASID that EntryHi cannot hold: the entry was written with EHINV set and matches nothing */
#define ASID_NONE 0x100u

struct cp0 {
	u32 entries;
	u32 wired;
	u32 entry_hi_mask, entry_lo_mask;
	bool ehinv; /* Config4.IE >= 2: EntryHi.EHINV invalidates an entry */
};

struct replay {
	const char *path;
	guint64 line;
	guint64 lines, mismatches, artefacts; /* of all logs */
	gboolean unusable;
	struct cp0 cp0;
	struct cell k;
	struct world w;
	u32 *words;
	u8 *step_done;
	/* entries that QEMU may still use although they were replaced, or stand behind a duplicate */
	struct w_tlb shadow[2];
	u32 shadows;
};

/* What is found, beside what the model says, one line. */
static void differ(struct replay *r, const char *text, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void differ(struct replay *r, const char *text, const char *format, ...)
{
	g_autofree char *model = NULL;
	va_list args;

	va_start(args, format);
	model = g_strdup_vprintf(format, args);
	va_end(args);
	printf("%s:%" PRIu64 ": %s\n    the model says: %s\n", r->path, r->line, text, model);
	r->mismatches++;
}

static void machine_up(struct replay *r, u32 entries)
{
	g_free(r->words);
	g_free(r->step_done);
	r->k = (struct cell){
		.machine = {.cpus = 1, .page_shift = 12, .tlb_entries = entries},
		.tlb_indexed = true,
		.last_pkmap = 2,
		.sector_granules = 1,
		.sector_words = 1,
		.token_bits = 32,
		.identities = true,
	};
	r->k.machine.l1d =
		(struct cache_geometry){.present = true, .sets = 1, .ways = 1, .line_shift = 4};
	machine_finish(&r->k.machine);
	r->words = g_new0(u32, world_layout(&r->k));
	r->step_done = g_new0(u8, 1);
	world_init(&r->w, &r->k, r->words, r->step_done);
	tlb_init(&r->w, 0);
	r->shadows = 0;
}

static u32 page_mask_write(u32 v)
{
	u32 bits = v >> 13 & 0xffff;
	u32 ones = (u32)__builtin_ctz(~bits);

	return bits == (1u << ones) - 1 && ones % 2 == 0 ? bits << 13 : 0;
}

static struct tlb_entry entry_from(const struct replay *r, u32 hi, u32 lo0, u32 lo1, u32 pm)
{
	struct tlb_entry e = {
		.mask = page_mask_write(pm) | 0x1fff,
		.lo = {lo0 & r->cp0.entry_lo_mask, lo1 & r->cp0.entry_lo_mask},
	};

	hi &= r->cp0.entry_hi_mask;
	e.vpn2 = hi & ~0x1fffu;
	e.asid = hi & ENTRY_HI_EHINV ? ASID_NONE : hi & 0xff;
	e.global = e.asid != ASID_NONE && (lo0 & lo1 & LO_G);
	return e;
}

/* EntryHi, EntryLo0, EntryLo1 and PageMask after TLBR. */
static void registers_of(const struct tlb_entry *e, u32 ret[4])
{
	u32 g = e->global ? LO_G : 0;

	if (e->asid == ASID_NONE) {
		memset(ret, 0, 4 * sizeof(*ret));
		ret[0] = ENTRY_HI_EHINV;
		return;
	}
	ret[0] = e->vpn2 | e->asid;
	ret[1] = e->lo[0] | g;
	ret[2] = e->lo[1] | g;
	ret[3] = e->mask & ~0x1fffu;
}

static void read_back(struct replay *r, const char *text, u32 index, const u32 said[4])
{
	struct tlb_entry e = tlb_read_index(&r->w, 0, index);
	u32 model[4];

	registers_of(&e, model);
	if (memcmp(model, said, sizeof(model)))
		differ(r, text, "%08x %08x %08x %08x", model[0], model[1], model[2], model[3]);
}

/* What a load or store of `va` is answered: the words that stand behind the arrow. */
static char *answer(const struct cell *k, enum tlb_outcome outcome, u32 pa, u32 va, u32 asid,
		    bool store, bool exl)
{
	bool refill = outcome == TLB_NO_MATCH && !exl;
	u32 code = outcome == TLB_NOT_DIRTY ? 1 : store ? 3 : 2;
	u32 hidden = 2 * cell_page_bytes(k) - 1;

	if (outcome == TLB_MAPPED)
		return g_strdup_printf("%s %08x", store ? "OK" : "V", pa);
	return g_strdup_printf("E %08x %u %08x %08x %08x", refill ? 0 : 0x180, code, va,
			       (va & ~hidden) | asid, va >> 13 << 4);
}

static gboolean shadow_answers(const struct replay *r, const char *said, u32 va, u32 asid)
{
	u32 i;

	for (i = 0; i < r->shadows; i++) {
		const struct w_tlb *e = &r->shadow[i];
		u32 lo = e->lo[tlb_half(va, e->mask)];
		g_autofree char *text = answer(&r->k, TLB_MAPPED,
					       (lo >> LO_PFN_SHIFT) << 12 | (va & e->mask >> 1), va,
					       asid, false, false);

		if (((va ^ e->vpn2) & ~e->mask) == 0 && (e->global || e->asid == asid) &&
		    (lo & LO_V) && !strcmp(text, said))
			return TRUE;
	}
	return FALSE;
}

static void memory_access(struct replay *r, const char *text, char kind, u32 asid, u32 va)
{
	const char *said = strstr(text, "-> ");
	enum tlb_outcome outcome = TLB_MAPPED;
	struct tlb_translation t;
	g_autofree char *model = NULL;

	asid &= 0xff;
	if (segment_unmapped(va))
		t.pa = va & (KSEG_SIZE - 1);
	else
		outcome = tlb_translate(&r->w, 0, va, asid, kind == 'S', &t);
	model = answer(&r->k, outcome, t.pa, va, asid, kind == 'S', kind == 'X');
	if (!strcmp(said + 3, model))
		return;
	if (kind == 'L' && shadow_answers(r, said + 3, va, asid))
		r->artefacts++;
	else
		differ(r, text, "%s", model);
}

static void tlb_write(struct replay *r, u32 slot, const struct tlb_entry *e, bool random)
{
	if (random)
		tlb_write_random(&r->w, 0, e, slot - w_cpu(&r->w, 0)->wired);
	else
		tlb_write_index(&r->w, 0, slot, e);
}

/* A write that no TLBR follows: what it hides stays in QEMU's own tables for a while. */
static void raw_write(struct replay *r, u32 slot, const struct tlb_entry *e, bool random)
{
	u32 i;

	if (random)
		r->shadow[r->shadows++ % ARRAY_SIZE(r->shadow)] = w_tlb(&r->w, 0)[slot];
	tlb_write(r, slot, e, random);
	for (i = slot + 1; !random && i < r->cp0.entries; i++) {
		const struct w_tlb *other = w_tlb(&r->w, 0) + i;

		if (((other->vpn2 ^ e->vpn2) & ~(other->mask | e->mask)) == 0)
			r->shadow[r->shadows++ % ARRAY_SIZE(r->shadow)] = *other;
	}
	r->shadows = min_u32(r->shadows, ARRAY_SIZE(r->shadow));
}

static void probe(struct replay *r, const char *text, u32 hi, u32 said)
{
	u32 index = tlb_probe(&r->w, 0, hi & ~0x1fffu, hi & 0xff);

	if (index == NO_ID)
		index = 0x80000000u;
	if (index != said)
		differ(r, text, "%08x", index);
	/* QEMU drops an evicted entry that a TLBP fails to find */
	if (index & 0x80000000u)
		r->shadows = 0;
}

static void wired_write(struct replay *r, const char *text, u32 v, u32 said)
{
	r->cp0.wired = v % r->cp0.entries;
	put(&r->w, &w_cpu(&r->w, 0)->wired, r->cp0.wired);
	if (r->cp0.wired != said)
		differ(r, text, "%08x", r->cp0.wired);
}

/* Random has no value that two implementations share, only a range. */
static void random_check(struct replay *r, const char *text, u32 x)
{
	if (x < r->cp0.wired || x >= r->cp0.entries)
		differ(r, text, "between %08x and %08x", r->cp0.wired, r->cp0.entries - 1);
}

static void compare(struct replay *r, const char *text, u32 model, u32 said)
{
	if (model != said)
		differ(r, text, "%08x", model);
}

/* The registers of phase `regs`, and what touches the TLB's entries; FALSE when it is no such line. */
static gboolean entry_line(struct replay *r, const char *text)
{
	u32 index, said[4], hi, lo0, lo1, pm, wired;
	struct tlb_entry e;
	int read = -1;

	if (sscanf(text, "WI %u %x %x %x %x -> %x %x %x %x%n", &index, &hi, &lo0, &lo1, &pm,
		   &said[0], &said[1], &said[2], &said[3], &read) == 9 &&
	    !text[read]) {
		if (index >= r->cp0.entries)
			return FALSE;
		e = entry_from(r, hi, lo0, lo1, pm);
		tlb_write(r, index, &e, false);
		read_back(r, text, index, said);
		r->shadows = 0;
		return TRUE;
	}
	if (sscanf(text, "WR %x %x %x %x wired %u -> %u %x %x %x %x%n", &hi, &lo0, &lo1, &pm,
		   &wired, &index, &said[0], &said[1], &said[2], &said[3], &read) == 10 &&
	    !text[read]) {
		if (index >= r->cp0.entries)
			return FALSE;
		compare(r, text, r->cp0.wired, wired);
		random_check(r, text, index);
		e = entry_from(r, hi, lo0, lo1, pm);
		if (index >= r->cp0.wired)
			tlb_write(r, index, &e, true);
		read_back(r, text, index, said);
		r->shadows = 0;
		return TRUE;
	}
	if (sscanf(text, "WI-raw %u %x %x %x %x%n", &index, &hi, &lo0, &lo1, &pm, &read) == 5 &&
	    !text[read] && index < r->cp0.entries) {
		e = entry_from(r, hi, lo0, lo1, pm);
		raw_write(r, index, &e, false);
		return TRUE;
	}
	/* the slot is only known where there is one to take */
	if (sscanf(text, "WR-raw %x %x %x %x wired %u%n", &hi, &lo0, &lo1, &pm, &wired, &read) ==
		    5 &&
	    !text[read] && wired == r->cp0.wired && wired == r->cp0.entries - 1) {
		e = entry_from(r, hi, lo0, lo1, pm);
		raw_write(r, wired, &e, true);
		return TRUE;
	}
	if (sscanf(text, "TR %u -> %x %x %x %x%n", &index, &said[0], &said[1], &said[2], &said[3],
		   &read) == 5 &&
	    !text[read] && index < r->cp0.entries) {
		read_back(r, text, index, said);
		r->shadows = 0;
		return TRUE;
	}
	return FALSE;
}

static gboolean register_line(struct replay *r, const char *text)
{
	u32 v, said, other;
	int read = -1;

	if (sscanf(text, "P %x -> %x%n", &v, &said, &read) == 2 && !text[read]) {
		compare(r, text, page_mask_write(v), said);
	} else if (sscanf(text, "W %x -> %x random %x%n", &v, &said, &other, &read) == 3 &&
		   !text[read]) {
		wired_write(r, text, v, said);
		random_check(r, text, other);
	} else if (read = -1, sscanf(text, "W %x -> %x%n", &v, &said, &read) == 2 && !text[read]) {
		wired_write(r, text, v, said);
	} else if (sscanf(text, "X 2 %x -> %x%n", &v, &said, &read) == 2 && !text[read]) {
		v &= 0x7fffffff;
		compare(r, text, v < r->cp0.entries ? v : 2, said);
	} else if (sscanf(text, "H %x -> %x%n", &v, &said, &read) == 2 && !text[read]) {
		compare(r, text, v & r->cp0.entry_hi_mask, said);
	} else if (sscanf(text, "L %x -> %x %x%n", &v, &said, &other, &read) == 3 && !text[read]) {
		compare(r, text, v & r->cp0.entry_lo_mask, said);
		compare(r, text, ~v & r->cp0.entry_lo_mask, other);
	} else if (sscanf(text, "RN -> %x%n", &v, &read) == 1 && !text[read]) {
		random_check(r, text, v);
	} else if (!strcmp(text, "F")) {
		put(&r->w, &w_cpu(&r->w, 0)->wired, r->cp0.wired = 0);
	} else if (sscanf(text, "DONE ram_bad %u%n", &v, &read) == 1 && !text[read]) {
		compare(r, text, 0, v);
	} else {
		return FALSE;
	}
	return TRUE;
}

static gboolean access_line(struct replay *r, const char *text)
{
	u32 asid, va, said;
	int read = -1;
	char kind;

	if (sscanf(text, "TP %x -> %x%n", &va, &said, &read) == 2 && !text[read]) {
		probe(r, text, va, said);
		return TRUE;
	}
	if (sscanf(text, "L%c %x %x -> %n", &kind, &asid, &va, &read) == 3 && read > 0 &&
	    (kind == 'D' || kind == 'X')) {
		memory_access(r, text, kind == 'D' ? 'L' : 'X', asid, va);
		return TRUE;
	}
	if (read = -1, sscanf(text, "ST %x %x -> %n", &asid, &va, &read) == 2 && read > 0) {
		memory_access(r, text, 'S', asid, va);
		return TRUE;
	}
	return FALSE;
}

static gboolean head_line(struct replay *r, const char *text)
{
	u32 prid, c[5], entries;

	if (sscanf(text, "# tlbref1 prid %x config %x %x %x %x %x ntlb %u ", &prid, &c[0], &c[1],
		   &c[2], &c[3], &c[4], &entries) != 7 ||
	    entries < 2 || entries > LOG_TLB_MAX)
		return FALSE;
	r->cp0 = (struct cp0){
		.entries = entries,
		.ehinv = (c[4] >> 29 & 3) >= 2,
		.entry_hi_mask = 0xffffe0ff,
		/* Config3.LPA: four more bits of PFN */
		.entry_lo_mask = c[3] & BIT(7) ? 0x3fffffff : 0x03ffffff,
	};
	if (r->cp0.ehinv)
		r->cp0.entry_hi_mask |= ENTRY_HI_EHINV;
	machine_up(r, entries);
	return TRUE;
}

static void log_line(struct replay *r, const char *text)
{
	if (r->line == 1) {
		r->unusable = !head_line(r, text);
		if (r->unusable)
			fprintf(stderr, "%s:1: expected `# tlbref1 prid ... ntlb N ...`\n",
				r->path);
		return;
	}
	/* EntryHi.ASID is toggled without a line of its own, and a comment of some logs lacks its `#` */
	if (g_str_has_prefix(text, "# ASID toggled"))
		r->shadows = 0;
	if (*text == '#' || g_str_has_prefix(text, "LD-prev"))
		return;
	r->lines++;
	if (entry_line(r, text) || access_line(r, text) || register_line(r, text))
		return;
	fprintf(stderr, "%s:%" PRIu64 ": expected a line of the log's grammar, found `%s`\n",
		r->path, r->line, text);
	r->unusable = TRUE;
}

static void log_replay(struct replay *r, const char *path)
{
	g_autofree char *why = NULL;
	struct bytes *b = bytes_open(path, &why);
	gboolean done = FALSE;

	r->path = path;
	r->line = 0;
	while (b && !why && !r->unusable) {
		const guint8 *end = memchr(b->at, '\n', (gsize)(b->end - b->at));
		g_autofree char *text = NULL;

		if (!end && bytes_more(b, &why))
			continue;
		if (!end)
			break;
		text = g_strndup((const char *)b->at, (gsize)(end - b->at));
		b->at = end + 1;
		r->line++;
		done = g_str_has_prefix(text, "DONE ");
		log_line(r, text);
	}
	if (why)
		fprintf(stderr, "%s: %s\n", path, why);
	else if (!r->unusable && !done)
		fprintf(stderr, "%s: the log does not end with a DONE line\n", path);
	r->unusable |= why || !done;
	bytes_free(b);
}

int main(int argc, char **argv)
{
	struct replay r = {0};
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: tlb-replay LOG...\n");
		return 2;
	}
	for (i = 1; i < argc && !r.unusable; i++)
		log_replay(&r, argv[i]);
	printf("%" PRIu64 " lines, %" PRIu64 " mismatches, %" PRIu64 " artefacts\n", r.lines,
	       r.mismatches, r.artefacts);
	g_free(r.words);
	g_free(r.step_done);
	return r.unusable ? 2 : r.mismatches ? 1 : 0;
}
