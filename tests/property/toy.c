// SPDX-License-Identifier: GPL-2.0-or-later
#include "toy.h"

#include "../naive/generate.h"

static const struct toy_cache plain[] = {
	{32, 1, 16, FALSE},  {64, 2, 16, FALSE}, {128, 2, 16, FALSE}, {64, 1, 16, FALSE},
	{128, 2, 32, FALSE}, {64, 4, 8, FALSE},  {256, 2, 16, TRUE},
};

static const struct toy_cache aliasing[] = {
	{128, 1, 16, FALSE},
	{256, 2, 16, FALSE},
	{128, 1, 32, FALSE},
};

static const struct toy_cache second[] = {
	{0}, {0}, {64, 2, 32, TRUE}, {128, 1, 32, TRUE}, {256, 2, 32, TRUE}, {256, 2, 64, TRUE},
};

guint draw_below(guint64 *seed, guint n)
{
	return (guint)(generate_random(seed) >> 33) % n;
}

gboolean draw_odds(guint64 *seed, guint percent)
{
	return draw_below(seed, 100) < percent;
}

void toy_draw(struct toy *m, guint64 *seed, gboolean aliases)
{
	*m = (struct toy){0};
	m->l1 = aliases ? aliasing[draw_below(seed, G_N_ELEMENTS(aliasing))] :
			  plain[draw_below(seed, G_N_ELEMENTS(plain))];
	m->l2 = second[draw_below(seed, G_N_ELEMENTS(second))];
	m->tlb = 3 + draw_below(seed, 5);
}

static void cache_print(const struct toy_cache *c, const char *name, gboolean second_level,
			GString *out)
{
	g_string_append_printf(out, "  %s: ", name);
	if (!c->size) {
		g_string_append(out, "no\n");
		return;
	}
	g_string_append_printf(out, "{size: %u, ways: %u, line: %u", c->size, c->ways, c->line);
	if (!second_level)
		g_string_append_printf(out, ", index: %s", c->physical ? "physical" : "virtual");
	g_string_append(out, "}\n");
}

void toy_print(const struct toy *m, GString *out)
{
	g_string_append(out, "machine:\n  preset: toy\n");
	cache_print(&m->l1, "l1d", FALSE, out);
	cache_print(&m->l2, "l2", TRUE, out);
	g_string_append_printf(out, "  tlb: {entries: %u}\n", m->tlb);
	g_string_append_printf(out, "  dma: %s\n", m->coherent ? "coherent" : "noncoherent");
	if (m->post_dma_flush)
		g_string_append(out, "  post-dma-flush: yes\n");
}

gboolean toy_simplify(struct toy *m, guint n)
{
	switch (n) {
	case 0:
		m->l2 = (struct toy_cache){0};
		return TRUE;
	case 1:
		m->post_dma_flush = FALSE;
		return TRUE;
	case 2:
		m->l1.physical = FALSE;
		return TRUE;
	case 3:
		/* one way, and as many sets as before */
		m->l1.size /= m->l1.ways;
		m->l1.ways = 1;
		return TRUE;
	case 4:
		m->l2.size /= MAX(m->l2.ways, 1);
		m->l2.ways = MIN(m->l2.ways, 1);
		return TRUE;
	case 5:
		m->l1.line = 16;
		return TRUE;
	case 6:
		m->tlb = 8;
		return TRUE;
	default:
		return FALSE;
	}
}

guint toy_colours(const struct toy *m, guint page_bytes)
{
	return m->l1.physical ? 1 : MAX(m->l1.size / m->l1.ways / page_bytes, 1);
}

guint toy_largest_line(const struct toy *m)
{
	return MAX(m->l1.line, m->l2.line);
}
