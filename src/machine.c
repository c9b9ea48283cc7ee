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
	m->sector_shift = m->long_shift = m->l1d.line_shift;
	if (m->l2.present && m->l2.line_shift < m->sector_shift)
		m->sector_shift = m->l2.line_shift;
	if (m->l2.present && m->l2.line_shift > m->long_shift)
		m->long_shift = m->l2.line_shift;
	cache_finish(m, &m->l1d);
	if (m->l2.present)
		cache_finish(m, &m->l2);
}
