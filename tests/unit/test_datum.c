// SPDX-License-Identifier: GPL-2.0-or-later
/* Tokens: where the granule of an address is kept, as an identity and as one bit. */
#include "../support/cells.h"

static struct rig r;

/* Pages of 256 bytes, lines of `1 << line_shift`, granules of one byte: sectors can pass 32 granules. */
static void up(bool identities, u32 line_shift)
{
	rig_init(&r);
	r.k.machine.page_shift = 8;
	rig_l1(&r, 1, 1, line_shift);
	r.k.granule_shift = 0;
	r.k.identities = identities;
	rig_pages(&r, 3, false);
	rig_context(&r, LEVEL_PROCESS, ON_START, 1);
	rig_step(&r, (struct step){.fn = KF_step_load});
	rig_up(&r);
}

/* A granule written is read back, and no other has changed: sectors of less than, one and two words. */
static void every_granule_alone(bool identities, u32 line_shift)
{
	u32 sector_bytes = 1u << line_shift;
	u32 boot, i, j;

	up(identities, line_shift);
	boot = identities ? 0 : DATUM_NEWEST;
	for (i = 0; i < 256; i++) {
		const u32 *sector = datum_memory(&r.w, 1, i);
		u32 token = identities ? 0x12345 + i : 0;

		assert_int_equal(datum_granule_in_sector(&r.k, i), i % sector_bytes);
		assert_ptr_equal(sector, datum_memory(&r.w, 1, i / sector_bytes * sector_bytes));
		datum_put(&r.w, sector, datum_granule_in_sector(&r.k, i), token);
		for (j = 0; j < 3 * 256; j++)
			assert_int_equal(datum_get(&r.k, datum_memory(&r.w, j / 256, j % 256),
						   datum_granule_in_sector(&r.k, j % 256)),
					 j == 256 + i ? token : boot);
		datum_put(&r.w, sector, datum_granule_in_sector(&r.k, i), boot);
	}
	rig_down(&r);
}

static void test_every_granule_alone(void **state)
{
	u32 line_shift;

	(void)state;
	for (line_shift = 2; line_shift <= 6; line_shift++) {
		every_granule_alone(false, line_shift);
		every_granule_alone(true, line_shift);
	}
}

/* Boot content: identity 0, or the newest there is; nothing is set past the sector's last granule. */
static void test_boot_content(void **state)
{
	u32 line_shift, i;

	(void)state;
	for (line_shift = 2; line_shift <= 6; line_shift++) {
		up(false, line_shift);
		for (i = 0; i < 3 * r.k.page_sectors * r.k.sector_words; i++) {
			u32 word = r.w.word[r.k.layout.memory + i];

			assert_int_equal(word, line_shift < 5 ? (1u << (1u << line_shift)) - 1 :
								0xffffffffu);
		}
		rig_down(&r);
	}
}

/* A copy is the whole sector and nothing else. */
static void test_copy(void **state)
{
	u32 mode, i;

	(void)state;
	for (mode = 0; mode < 2; mode++) {
		up(mode, 6);
		for (i = 0; i < 64; i++)
			datum_put(&r.w, datum_memory(&r.w, 0, 64), i, i % 3 == 0);
		datum_copy(&r.w, datum_memory(&r.w, 2, 128), datum_memory(&r.w, 0, 64), 1);
		for (i = 0; i < 256; i++) {
			u32 token = datum_get(&r.k, datum_memory(&r.w, 2, i), i % 64);

			assert_int_equal(token, i / 64 == 2 ? i % 64 % 3 == 0 :
						mode        ? 0 :
							      DATUM_NEWEST);
		}
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_granule_alone),
		cmocka_unit_test(test_boot_content),
		cmocka_unit_test(test_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
