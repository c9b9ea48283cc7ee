// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the synthetic traces that tests/data/dinero/rows.tsv has counts of.
 *
 *	syn PATTERN RECORDS [dinbin]
 *
 * 1: words over 256 KiB by chance; 2: a sequential walk, a hot area and 1 MiB by chance; 3: a matrix of 64 x 64 words is
 * transposed, rows 256 bytes apart; 4: as 2, in extended din, with a maintenance record (v one time in four, else c) after
 * every 16th reference. The generator is xorshift32 (13, 17, 5) from 2463534242. `dinbin`: 1 to 3 in Dinero's
 * binary format.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t state = 2463534242u;

static uint32_t next(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static void uniform(uint32_t *address, bool *write)
{
	*address = 0x10000000u + next() % 65536 * 4;
	*write = next() % 10 < 3;
}

static void mixed(uint32_t *address, bool *write)
{
	static uint32_t walk;
	uint32_t which = next() % 10, where = next();

	*write = next() % 4 == 0;
	if (which < 7) {
		*address = 0x10000000u + walk * 4;
		walk = (walk + 1) % 12288;
	} else if (which < 9) {
		*address = 0x7fff0000u + where % 512 * 4;
	} else {
		*address = 0x20000000u + where % 262144 * 4;
	}
}

static void transpose(uint32_t i, uint32_t *address, bool *write)
{
	uint32_t x = i / 2 / 64 % 64, y = i / 2 % 64;

	*write = i & 1;
	*address = *write ? 0x10010000u + y * 256 + x * 4 : 0x10000000u + x * 256 + y * 4;
}

static void maintain(void)
{
	uint32_t which = next(), where = next();

	if (which % 4 == 0)
		printf("v %" PRIx32 " 4\n", 0x20000000u + where % 262144 * 4);
	else
		printf("c %" PRIx32 " 4\n", 0x10000000u + where % 12288 * 4);
}

/* Address, size and label, little-endian. */
static void print_binary(uint32_t address, bool write)
{
	const uint8_t record[8] = {(uint8_t)address,         (uint8_t)(address >> 8),
				   (uint8_t)(address >> 16), (uint8_t)(address >> 24),
				   4,                        0,
				   write,                    0};

	fwrite(record, sizeof(record), 1, stdout);
}

int main(int argc, char **argv)
{
	bool binary = argc == 4 && !strcmp(argv[3], "dinbin");
	long pattern = argc == 3 || binary ? strtol(argv[1], NULL, 10) : 0;
	unsigned long records = argc == 3 || binary ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long i;

	if (pattern < 1 || pattern > 4 || (binary && pattern == 4) || !records) {
		fputs("usage: syn 1|2|3|4 RECORDS, or syn 1|2|3 RECORDS dinbin\n", stderr);
		return 2;
	}
	for (i = 0; i < records; i++) {
		uint32_t address;
		bool write;

		if (pattern == 1)
			uniform(&address, &write);
		else if (pattern == 3)
			transpose((uint32_t)i, &address, &write);
		else
			mixed(&address, &write);
		if (binary)
			print_binary(address, write);
		else if (pattern == 4)
			printf("%c %" PRIx32 " 4\n", write ? 'w' : 'r', address);
		else
			printf("%d %" PRIx32 "\n", write, address);
		if (pattern == 4 && i % 16 == 15)
			maintain();
	}
	return 0;
}
