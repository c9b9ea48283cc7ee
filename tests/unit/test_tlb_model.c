// SPDX-License-Identifier: GPL-2.0-or-later
/* The TLB by pictures: entries in their order as `page-pair/asid`, `g` for a global one. */
#include "../support/cells.h"

#include <stdio.h>

#include "../../src/tlb_model.h"

static struct rig r;

static int set_up(void **state)
{
	(void)state;
	rig_init(&r);
	r.k.machine.tlb_entries = 3;
	rig_pages(&r, 2, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_up(&r);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_down(&r);
	return 0;
}

static void write_entry(u32 pair, u32 asid, bool global, u32 victim)
{
	tlb_write_random(&r.w, 0,
			 &(struct tlb_entry){
				 .vpn2 = pair * 128,
				 .mask = tlb_pair_mask(&r.k),
				 .asid = asid,
				 .global = global,
				 .lo = {LO_V | (global ? LO_G : 0), LO_V | LO_G},
			 },
			 victim);
}

static const char *picture(void)
{
	static char text[64];
	size_t used = 0;
	u32 i;

	text[0] = '\0';
	for (i = 0; i < 3; i++) {
		const struct w_tlb *e = w_tlb(&r.w, 0) + i;

		if (i >= w_cpu(&r.w, 0)->tlb_entries) {
			assert_int_equal(e->mask | e->vpn2 | e->asid | e->lo[0] | e->lo[1], 0);
			continue;
		}
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u/", used ? " " : "",
					 e->vpn2 / 128);
		used += e->global ?
				(size_t)snprintf(text + used, sizeof(text) - used, "g") :
				(size_t)snprintf(text + used, sizeof(text) - used, "%u", e->asid);
	}
	return text;
}

#define assert_picture(p) assert_string_equal(picture(), p)

/* Entries stay in the order of address, then address space, however they come. */
static void test_sorted(void **state)
{
	(void)state;
	write_entry(5, 1, false, NO_ID);
	write_entry(3, 2, false, NO_ID);
	assert_picture("3/2 5/1");
	write_entry(3, 1, false, NO_ID);
	assert_picture("3/1 3/2 5/1");
}

/* A full TLB: the victim's number counts in that order; without one the first goes. */
static void test_replacement(void **state)
{
	(void)state;
	write_entry(1, 1, false, NO_ID);
	write_entry(2, 1, false, NO_ID);
	write_entry(3, 1, false, NO_ID);
	write_entry(9, 1, false, 1);
	assert_picture("1/1 3/1 9/1");
	write_entry(2, 1, false, 2);
	assert_picture("1/1 2/1 3/1");
	write_entry(7, 1, false, NO_ID);
	assert_picture("2/1 3/1 7/1");
}

/* G = 1: every address space, and what stood in EntryHi.ASID does not make two entries different. */
static void test_global(void **state)
{
	(void)state;
	write_entry(4, 7, true, NO_ID);
	assert_picture("4/g");
	assert_int_equal(w_tlb(&r.w, 0)->asid, 0);
	assert_int_equal(tlb_probe(&r.w, 0, 4 * 128, 1), 0);
	assert_int_equal(tlb_probe(&r.w, 0, 4 * 128 + 127, 2), 0);
	assert_int_equal(tlb_probe(&r.w, 0, 5 * 128, 1), NO_ID);
	assert_int_equal(tlb_probe(&r.w, 0, 3 * 128 + 127, 1), NO_ID);
	/* G is the entry's, not the halves' */
	assert_int_equal(w_tlb(&r.w, 0)->lo[0] & LO_G, 0);
	assert_int_equal(w_tlb(&r.w, 0)->lo[1] & LO_G, 0);
}

/* {ASID 1, G = 0} and then {G = 1} refilled under ASID 2: under ASID 1 both match. The classic trap. */
static void test_private_and_global_conflict(void **state)
{
	struct tlb_entry global = {.vpn2 = 4 * 128, .mask = 127, .asid = 2, .global = true};

	(void)state;
	write_entry(4, 1, false, NO_ID);
	assert_true(tlb_conflicts(&r.w, 0, &global, NO_ID));
	assert_false(tlb_conflicts(&r.w, 0, &global, 0));
	global.global = false;
	assert_false(tlb_conflicts(&r.w, 0, &global, NO_ID));
}

/* Wired entries stand in front; the others are sorted among themselves. */
static void test_wired(void **state)
{
	(void)state;
	write_entry(9, 1, false, NO_ID);
	put(&r.w, &w_cpu(&r.w, 0)->wired, 1);
	write_entry(5, 1, false, NO_ID);
	write_entry(3, 1, false, NO_ID);
	assert_picture("9/1 3/1 5/1");
	assert_int_equal(tlb_replaceable(&r.w, 0), 2);
	write_entry(4, 1, false, NO_ID);
	assert_picture("9/1 4/1 5/1");
	write_entry(6, 1, false, 1);
	assert_picture("9/1 4/1 6/1");
	tlb_drop(&r.w, 0, 1);
	assert_picture("9/1 6/1");
}

static void test_half(void **state)
{
	(void)state;
	assert_int_equal(tlb_half(0x1000, 0x1fff), 1);
	assert_int_equal(tlb_half(0x1fff, 0x1fff), 1);
	assert_int_equal(tlb_half(0x2000, 0x1fff), 0);
	assert_int_equal(tlb_half(0x3000, 0x7fff), 0);
	assert_int_equal(tlb_half(0x4000, 0x7fff), 1);
}

/* The entry that a drop leaves over is found where it moved to. */
static void test_drop_moves_the_others_up(void **state)
{
	(void)state;
	write_entry(1, 1, false, NO_ID);
	write_entry(2, 1, false, NO_ID);
	write_entry(3, 1, false, NO_ID);
	tlb_drop(&r.w, 0, 0);
	assert_picture("2/1 3/1");
	assert_int_equal(tlb_probe(&r.w, 0, 3 * 128, 1), 1);
	tlb_drop(&r.w, 0, 1);
	tlb_drop(&r.w, 0, 0);
	assert_picture("");
	assert_int_equal(tlb_probe(&r.w, 0, 3 * 128, 1), NO_ID);
}

static int set_up_indexed(void **state)
{
	(void)state;
	rig_init(&r);
	r.k.machine.tlb_entries = 3;
	r.k.tlb_indexed = true;
	rig_pages(&r, 2, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_up(&r);
	tlb_init(&r.w, 0);
	return 0;
}

static void write_index(u32 index, u32 pair, u32 mask, u32 pfn)
{
	tlb_write_index(
		&r.w, 0, index,
		&(struct tlb_entry){
			.vpn2 = pair * 128,
			.mask = mask,
			.asid = 1,
			.lo = {pfn << LO_PFN_SHIFT | LO_V, (pfn + 1) << LO_PFN_SHIFT | LO_V | LO_D},
		});
}

/* TLBWI leaves an entry where it was written, and a drop leaves one that no mapped address matches. */
static void test_indexed(void **state)
{
	(void)state;
	assert_int_equal(w_cpu(&r.w, 0)->tlb_entries, 3);
	assert_int_equal(tlb_probe(&r.w, 0, 0, 0), NO_ID);
	assert_int_equal(tlb_probe(&r.w, 0, KSEG0 + 128, 0), 1);
	write_index(2, 9, 127, 4);
	write_index(0, 12, 127, 6);
	assert_int_equal(tlb_probe(&r.w, 0, 9 * 128, 1), 2);
	assert_int_equal(tlb_probe(&r.w, 0, 12 * 128, 1), 0);
	tlb_drop(&r.w, 0, 2);
	assert_int_equal(tlb_probe(&r.w, 0, 9 * 128, 1), NO_ID);
	assert_int_equal(tlb_probe(&r.w, 0, KSEG0 + 256, 0), 2);
	assert_int_equal(tlb_probe(&r.w, 0, 12 * 128, 1), 0);
	assert_int_equal(w_cpu(&r.w, 0)->tlb_entries, 3);
}

/* TLBWR goes where the victim stands, past the wired ones; of two that match the lowest index answers. */
static void test_indexed_random(void **state)
{
	struct tlb_entry e = {.vpn2 = 5 * 128, .mask = 127, .asid = 1};

	(void)state;
	put(&r.w, &w_cpu(&r.w, 0)->wired, 1);
	assert_int_equal(tlb_replaceable(&r.w, 0), 2);
	tlb_write_random(&r.w, 0, &e, 1);
	assert_int_equal(tlb_probe(&r.w, 0, 5 * 128, 1), 2);
	tlb_write_random(&r.w, 0, &e, 0);
	assert_int_equal(tlb_probe(&r.w, 0, 5 * 128, 1), 1);
	assert_bug(tlb_write_random(&r.w, 0, &e, NO_ID));
	assert_bug(tlb_write_index(&r.w, 0, 3, &e));
}

/* A pair of big pages: PFN bits below their size do not count, VPN2 bits are read back as written. */
static void test_indexed_page_mask(void **state)
{
	struct tlb_translation t;
	struct tlb_entry e;

	(void)state;
	write_index(1, 8 + 1, 4 * 128 - 1, 0x41);
	e = tlb_read_index(&r.w, 0, 1);
	assert_int_equal(e.vpn2, 9 * 128);
	assert_int_equal(e.lo[0] >> LO_PFN_SHIFT, 0x40);
	assert_int_equal(tlb_translate(&r.w, 0, 8 * 128 + 200, 1, false, &t), TLB_MAPPED);
	assert_int_equal(t.pa, (0x40 << 6) + 200);
	assert_int_equal(tlb_translate(&r.w, 0, 8 * 128 + 256 + 3, 1, false, &t), TLB_MAPPED);
	assert_int_equal(t.pa, (0x40 << 6) + 3);
}

/* Refill, invalid, modified: in this order. */
static void test_outcomes(void **state)
{
	struct tlb_entry e = {.vpn2 = 4 * 128, .mask = 127, .asid = 1, .lo = {LO_D, LO_V}};
	struct tlb_translation t;

	(void)state;
	tlb_write_index(&r.w, 0, 2, &e);
	assert_int_equal(tlb_translate(&r.w, 0, 4 * 128, 2, false, &t), TLB_NO_MATCH);
	assert_int_equal(tlb_translate(&r.w, 0, 4 * 128, 1, true, &t), TLB_NOT_VALID);
	assert_int_equal(t.index, 2);
	assert_int_equal(tlb_translate(&r.w, 0, 4 * 128 + 64, 1, true, &t), TLB_NOT_DIRTY);
	assert_int_equal(tlb_translate(&r.w, 0, 4 * 128 + 64, 1, false, &t), TLB_MAPPED);
}

/* Without indices there is nothing that TLBWI or TLBR could name. */
static void test_no_index(void **state)
{
	struct tlb_entry e = {.vpn2 = 4 * 128, .mask = 127, .asid = 1};

	(void)state;
	assert_bug(tlb_init(&r.w, 0));
	assert_bug(tlb_write_index(&r.w, 0, 0, &e));
	assert_bug(tlb_read_index(&r.w, 0, 0));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define I(name) cmocka_unit_test_setup_teardown(name, set_up_indexed, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_sorted),
		T(test_replacement),
		T(test_global),
		T(test_private_and_global_conflict),
		T(test_wired),
		T(test_half),
		T(test_drop_moves_the_others_up),
		T(test_no_index),
		I(test_indexed),
		I(test_indexed_random),
		I(test_indexed_page_mask),
		I(test_outcomes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
