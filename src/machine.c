// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine.h"

static void cache_finish(const struct machine *m, struct cache_geometry *c)
{
	u32 way_shift = log2_u32(c->sets) + c->line_shift;

	c->colours = 1;
	if (c->virtual_index && way_shift > m->page_shift)
		c->colours = 1u << (way_shift - m->page_shift);
	c->line_sectors = 1u << (c->line_shift - m->sector_shift);
}

void machine_finish(struct machine *m)
{
	struct cache_geometry *const caches[] = {&m->l1d, &m->l2, &m->l1i, &m->buffer};
	u32 i;

	if (m->buffer.present) {
		m->buffer.sets = 1;
		m->buffer.line_shift = m->l1d.line_shift;
		m->buffer.replacement = REPLACE_ANY;
	}
	m->sector_shift = NO_ID;
	m->long_shift = 0;
	for (i = 0; i < ARRAY_SIZE(caches); i++)
		if (caches[i]->present) {
			m->sector_shift = min_u32(m->sector_shift, caches[i]->line_shift);
			m->long_shift = max_u32(m->long_shift, caches[i]->line_shift);
		}
	for (i = 0; i < ARRAY_SIZE(caches); i++)
		if (caches[i]->present)
			cache_finish(m, caches[i]);
}
