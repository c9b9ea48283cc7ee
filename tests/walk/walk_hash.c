// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Takes a random walk and prints the world's hash and a checksum of all its words:
 *
 *	walk_hash FILE CELL SEED CHOICES freshness|identities
 *
 * Two processes have to print the same wherever their memory lies.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "walk.h"

int main(int argc, char **argv)
{
	struct walk_cell c;
	struct walker v;
	struct choice choice;
	unsigned long long left;
	guint64 sum = 0xcbf29ce484222325u;
	u32 i;

	if (argc != 6) {
		fputs("usage: walk_hash FILE CELL SEED CHOICES freshness|identities\n", stderr);
		return 2;
	}
	if (!walk_cell_open(&c, argv[1], (guint)strtoul(argv[2], NULL, 0),
			    !strcmp(argv[5], "identities")))
		return 1;
	walker_init(&v, &c.compiled->cell, FALSE, strtoull(argv[3], NULL, 0));
	for (left = strtoull(argv[4], NULL, 0); left && walker_draw(&v, &choice); left--)
		walker_take(&v, &choice);
	for (i = 0; i < c.compiled->cell.layout.words; i++)
		sum = (sum ^ v.arena.words[i]) * 0x100000001b3u;
	printf("%016" G_GINT64_MODIFIER "x %016" G_GINT64_MODIFIER "x\n",
	       (guint64)v.arena.world.hash, sum);
	walker_free(&v);
	walk_cell_close(&c);
	return 0;
}
