// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every pair of entries over a small space, every probe, every way to write and drop, against the words of
 * the architecture:
 *
 *	match   ((VA ^ VPN2) & ~(Mask | pair)) == 0 && (G || ASID == EntryHi.ASID), with G = G0 & G1
 *	half    the bit of VA just below the pair's mask
 *	overlap two entries that some address and ASID would both match
 */
#include "../support/cells.h"

#include "../../src/tlb_model.h"

#define PAGE 64u
#define PAIR (2 * PAGE)
#define VPN2_0 0x40000000u
#define ASIDS 2u
#define PROBES 8u /* pages from VPN2_0 on: two pairs of the big size */

struct plain {
	u32 vpn2, mask, asid;
	bool g0, g1;
	bool v0, v1;
	u32 pfn0, pfn1;
};

#define SPACE (2u * 2u * 2u * ASIDS * 2u * 2u * 2u * 2u * 2u)

/* The n-th entry; PageMask of one page, or of four (the architecture's next size). */
static struct plain plain_of(u32 n)
{
	struct plain p;

	p.mask = n & 1 ? 4 * PAIR - 1 : PAIR - 1;
	p.vpn2 = VPN2_0 + (n >> 1 & 1) * (n & 1 ? 4 * PAIR : PAIR);
	p.asid = 1 + (n >> 2 & 1);
	p.g0 = n >> 3 & 1;
	p.g1 = n >> 4 & 1;
	p.v0 = n >> 5 & 1;
	p.v1 = n >> 6 & 1;
	p.pfn0 = 0x10 + (n >> 7 & 1);
	p.pfn1 = 0x20 + (n >> 8 & 1);
	return p;
}

static u32 lo_of(u32 pfn, bool v, bool g)
{
	return pfn << LO_PFN_SHIFT | CCA_CACHEABLE << LO_C_SHIFT | LO_D | (v ? LO_V : 0) |
	       (g ? LO_G : 0);
}

static struct tlb_entry entry_of(const struct plain *p)
{
	return (struct tlb_entry){
		.vpn2 = p->vpn2,
		.mask = p->mask,
		.asid = p->asid,
		.global = p->g0 && p->g1,
		.lo = {lo_of(p->pfn0, p->v0, p->g0), lo_of(p->pfn1, p->v1, p->g1)},
	};
}

/* What an entry keeps: no PFN bits below its page size, and no G of a half. */
static u32 kept_of(const struct plain *p, u32 pfn, bool v)
{
	return lo_of(pfn & ~((p->mask + 1) / PAIR - 1), v, false);
}

static bool plain_matches(const struct plain *p, u32 va, u32 asid)
{
	u32 size = p->mask + 1;

	return va / size == p->vpn2 / size && ((p->g0 && p->g1) || p->asid == asid);
}

/* By trying all addresses and ASIDs there are; with a third ASID that no entry has. */
static bool plain_overlap(const struct plain *a, const struct plain *b)
{
	u32 page, asid;

	for (page = 0; page < 2 * PROBES; page++)
		for (asid = 1; asid <= ASIDS + 1; asid++)
			if (plain_matches(a, VPN2_0 + page * PAGE, asid) &&
			    plain_matches(b, VPN2_0 + page * PAGE, asid))
				return true;
	return false;
}

static struct rig r;

static int set_up(void **state)
{
	(void)state;
	rig_init(&r);
	r.k.machine.tlb_entries = 2;
	rig_pages(&r, 2, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_up(&r);
	r.w.listen = NULL;
	r.w.log = NULL;
	r.w.logged = r.w.log_capacity = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_down(&r);
	return 0;
}

static void empty(void)
{
	put(&r.w, &w_cpu(&r.w, 0)->wired, 0);
	while (w_cpu(&r.w, 0)->tlb_entries)
		tlb_drop(&r.w, 0, w_cpu(&r.w, 0)->tlb_entries - 1);
}

static bool holds(u32 index, const struct plain *p)
{
	const struct w_tlb *e = w_tlb(&r.w, 0) + index;
	bool global = p->g0 && p->g1;

	/* an entry's own G is G0 & G1; the ASID of a global one means nothing, and neither do the halves' G */
	return e->vpn2 == p->vpn2 && e->mask == p->mask && e->global == global &&
	       e->asid == (global ? 0 : p->asid) && e->lo[0] == kept_of(p, p->pfn0, p->v0) &&
	       e->lo[1] == kept_of(p, p->pfn1, p->v1);
}

static int compare(const struct w_tlb *a, const struct w_tlb *b)
{
	if (a->vpn2 != b->vpn2)
		return a->vpn2 < b->vpn2 ? -1 : 1;
	if (a->asid != b->asid)
		return a->asid < b->asid ? -1 : 1;
	if (a->global != b->global)
		return a->global < b->global ? -1 : 1;
	if (a->lo[0] != b->lo[0])
		return a->lo[0] < b->lo[0] ? -1 : 1;
	return a->lo[1] < b->lo[1] ? -1 : a->lo[1] > b->lo[1];
}

static bool is_zero(const struct w_tlb *e)
{
	static const struct w_tlb none;

	return !memcmp(e, &none, sizeof(none));
}

/* The entries in use come first, the others are all zero; the non-wired ones are in order. */
static void assert_tidy(void)
{
	u32 n = w_cpu(&r.w, 0)->tlb_entries;
	u32 wired = w_cpu(&r.w, 0)->wired;
	u32 i;

	for (i = 0; i < r.k.machine.tlb_entries; i++)
		if (i >= n)
			assert_true(is_zero(w_tlb(&r.w, 0) + i));
	for (i = wired + 1; i < n; i++)
		assert_true(compare(w_tlb(&r.w, 0) + i - 1, w_tlb(&r.w, 0) + i) <= 0);
}

static u32 write_random(const struct plain *p, u32 victim)
{
	struct tlb_entry e = entry_of(p);

	tlb_write_random(&r.w, 0, &e, victim);
	return w_cpu(&r.w, 0)->tlb_entries;
}

/* One entry: which addresses and ASIDs it matches, and with which half. */
static void test_match_and_half(void **state)
{
	u32 n, page, asid;

	(void)state;
	for (n = 0; n < SPACE; n++) {
		struct plain p = plain_of(n);

		empty();
		write_random(&p, NO_ID);
		assert_true(holds(0, &p));
		for (page = 0; page < 2 * PROBES; page++) {
			for (asid = 0; asid <= ASIDS + 1; asid++) {
				u32 va = VPN2_0 + page * PAGE + (page & 1 ? PAGE - 1 : 0);
				u32 size = (p.mask + 1) / 2;
				bool match = plain_matches(&p, va, asid);

				assert_int_equal(tlb_probe(&r.w, 0, va, asid), match ? 0 : NO_ID);
				if (match)
					assert_int_equal(tlb_half(va, p.mask), va / size % 2);
			}
		}
	}
}

/* Two entries: the probe finds one that matches, the one in front if both do; conflicts are overlaps. */
static void test_pairs(void **state)
{
	u32 n, m, page, asid;

	(void)state;
	/* V and PFN do not take part in matching: of the second entry two of them are enough here */
	for (n = 0; n < SPACE; n++) {
		for (m = 0; m < 1 << 6; m++) {
			struct plain p = plain_of(n), q = plain_of(m);
			struct tlb_entry second = entry_of(&q);
			bool overlap = plain_overlap(&p, &q);
			u32 first_at;

			empty();
			write_random(&p, NO_ID);
			assert_int_equal(tlb_conflicts(&r.w, 0, &second, NO_ID), overlap);
			assert_false(tlb_conflicts(&r.w, 0, &second, 0));
			write_random(&q, NO_ID);
			assert_int_equal(w_cpu(&r.w, 0)->tlb_entries, 2);
			assert_tidy();
			first_at = holds(0, &p) ? 0 : 1;
			assert_true(holds(first_at, &p) && holds(!first_at, &q));
			assert_int_equal(tlb_conflicts(&r.w, 0, &second, !first_at), overlap);
			for (page = 0; page < PROBES; page++) {
				for (asid = 1; asid <= ASIDS; asid++) {
					u32 va = VPN2_0 + page * PAGE;
					bool at[2];
					u32 got = tlb_probe(&r.w, 0, va, asid);

					at[first_at] = plain_matches(&p, va, asid);
					at[!first_at] = plain_matches(&q, va, asid);
					assert_int_equal(got, at[0] ? 0 : at[1] ? 1 : NO_ID);
				}
			}
		}
	}
}

/* Full TLB, third entry: it takes the victim's place, and with NO_ID the first one's. */
static void test_victims(void **state)
{
	u32 n, m, o, victim;

	(void)state;
	for (n = 0; n < SPACE; n += 3) {
		for (m = 0; m < SPACE; m += 37) {
			for (o = 0; o < SPACE; o += 29) {
				struct plain a = plain_of(n), b = plain_of(m), c = plain_of(o);

				for (victim = 0; victim < 3; victim++) {
					u32 leaves;
					struct plain stays;

					empty();
					write_random(&a, NO_ID);
					write_random(&b, NO_ID);
					leaves = victim == 2 ? 0 : victim;
					stays = holds(leaves, &b) ? a : b;
					assert_int_equal(tlb_replaceable(&r.w, 0), 2);
					assert_int_equal(
						write_random(&c, victim == 2 ? NO_ID : victim), 2);
					assert_tidy();
					assert_true((holds(0, &c) && holds(1, &stays)) ||
						    (holds(1, &c) && holds(0, &stays)));
				}
			}
		}
	}
}

/* With room left a victim leaves all the same: a refill may replace any entry. */
static void test_victim_while_there_is_room(void **state)
{
	struct plain a = plain_of(0), b = plain_of(2);

	(void)state;
	empty();
	write_random(&a, NO_ID);
	assert_int_equal(write_random(&b, 0), 1);
	assert_true(holds(0, &b));
	assert_tidy();
}

/* [0] wired: no TLBWR replaces it, nor is it sorted among the others. */
static void test_wired(void **state)
{
	u32 n, m, o;

	(void)state;
	for (n = 0; n < SPACE; n += 7) {
		for (m = 0; m < SPACE; m += 31) {
			for (o = 0; o < SPACE; o += 17) {
				struct plain a = plain_of(n), b = plain_of(m), c = plain_of(o);

				empty();
				write_random(&a, NO_ID);
				put(&r.w, &w_cpu(&r.w, 0)->wired, 1);
				assert_int_equal(tlb_replaceable(&r.w, 0), 0);
				assert_int_equal(write_random(&b, NO_ID), 2);
				assert_int_equal(tlb_replaceable(&r.w, 0), 1);
				assert_true(holds(0, &a) && holds(1, &b));
				assert_int_equal(write_random(&c, 0), 2);
				assert_true(holds(0, &a) && holds(1, &c));
				assert_int_equal(write_random(&b, NO_ID), 2);
				assert_true(holds(0, &a) && holds(1, &b));
				tlb_drop(&r.w, 0, 1);
				assert_true(holds(0, &a));
				assert_tidy();
			}
		}
	}
	assert_bug(tlb_drop(&r.w, 0, 0));
	put(&r.w, &w_cpu(&r.w, 0)->wired, 2);
	assert_bug(write_random(&(struct plain){.vpn2 = VPN2_0, .mask = PAIR - 1}, NO_ID));
	put(&r.w, &w_cpu(&r.w, 0)->wired, 0);
}

static void test_drop(void **state)
{
	u32 n, m, which;

	(void)state;
	for (n = 0; n < SPACE; n += 5) {
		for (m = 0; m < SPACE; m += 3) {
			for (which = 0; which < 2; which++) {
				struct plain a = plain_of(n), b = plain_of(m);
				struct plain stays;

				empty();
				write_random(&a, NO_ID);
				write_random(&b, NO_ID);
				stays = holds(which, &a) ? b : a;
				tlb_drop(&r.w, 0, which);
				assert_int_equal(w_cpu(&r.w, 0)->tlb_entries, 1);
				assert_true(holds(0, &stays));
				assert_tidy();
			}
		}
	}
}

/* TLBWI of both halves: data changes, the tag and the other entry do not. */
static void test_write_halves(void **state)
{
	u32 n, m, o, which;

	(void)state;
	for (n = 0; n < SPACE; n += 3) {
		for (m = 0; m < SPACE; m += 41) {
			for (o = 0; o < SPACE; o += 1 << 5) {
				for (which = 0; which < 2; which++) {
					struct plain a = plain_of(n), b = plain_of(m),
						     now = plain_of(o);
					struct plain other;

					if (plain_overlap(&a, &b))
						continue;
					empty();
					write_random(&a, NO_ID);
					write_random(&b, NO_ID);
					if (!holds(which, &a)) {
						other = a;
						a = b;
						b = other;
					}
					tlb_write_halves(&r.w, 0, which,
							 lo_of(now.pfn0, now.v0, a.g0),
							 lo_of(now.pfn1, now.v1, a.g1));
					a.pfn0 = now.pfn0;
					a.pfn1 = now.pfn1;
					a.v0 = now.v0;
					a.v1 = now.v1;
					assert_true(holds(which, &a) && holds(!which, &b));
					assert_tidy();
				}
			}
		}
	}
}

/* Equal TLBs are equal words: the order of writing does not show. */
static void test_order_of_writes_does_not_show(void **state)
{
	u32 n, m;

	(void)state;
	for (n = 0; n < SPACE; n++) {
		for (m = 0; m < SPACE; m++) {
			struct plain a = plain_of(n), b = plain_of(m);
			struct w_tlb kept[2];

			if (plain_overlap(&a, &b))
				continue; /* a machine check, or undefined */
			empty();
			write_random(&a, NO_ID);
			write_random(&b, NO_ID);
			memcpy(kept, w_tlb(&r.w, 0), sizeof(kept));
			empty();
			write_random(&b, NO_ID);
			write_random(&a, NO_ID);
			assert_memory_equal(kept, w_tlb(&r.w, 0), sizeof(kept));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match_and_half),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_victims),
		cmocka_unit_test(test_victim_while_there_is_room),
		cmocka_unit_test(test_wired),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_write_halves),
		cmocka_unit_test(test_order_of_writes_does_not_show),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
