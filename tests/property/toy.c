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

static void draw_policies(struct toy_cache *c, guint64 *seed)
{
	static const char *const replacements[] = {"fifo", "plru", "random", "any"};

	if (draw_odds(seed, 30))
		c->replacement = replacements[draw_below(seed, G_N_ELEMENTS(replacements))];
	c->write_through = draw_odds(seed, 15);
	c->no_allocate = draw_odds(seed, 15);
}

void toy_draw(struct toy *m, guint64 *seed, gboolean aliases)
{
	gboolean avoided = !aliases && draw_odds(seed, 15);

	*m = (struct toy){0};
	m->l1 = aliases || avoided ? aliasing[draw_below(seed, G_N_ELEMENTS(aliasing))] :
				     plain[draw_below(seed, G_N_ELEMENTS(plain))];
	m->l1.alias_free = avoided;
	draw_policies(&m->l1, seed);
	/* where stores do not allocate the other colours are another line of the model's */
	if (avoided && draw_odds(seed, 35))
		m->l1.no_allocate = TRUE;
	m->l2 = second[draw_below(seed, G_N_ELEMENTS(second))];
	if (m->l2.size) {
		draw_policies(&m->l2, seed);
		m->l2.inclusive = draw_odds(seed, 30);
	}
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
	if (c->replacement)
		g_string_append_printf(out, ", replacement: %s", c->replacement);
	if (c->write_through)
		g_string_append(out, ", write: through");
	if (c->no_allocate)
		g_string_append(out, ", allocate: no");
	if (c->alias_free)
		g_string_append(out, ", alias-free: yes");
	if (c->inclusive)
		g_string_append(out, ", inclusive: yes");
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
	struct toy_cache *c = n % 2 ? &m->l1 : &m->l2;

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
	case 7:
	case 8:
		c->replacement = NULL;
		return TRUE;
	case 9:
	case 10:
		c->write_through = FALSE;
		return TRUE;
	case 11:
	case 12:
		c->no_allocate = FALSE;
		return TRUE;
	case 13:
		m->l1.alias_free = FALSE;
		return TRUE;
	case 14:
		m->l2.inclusive = FALSE;
		return TRUE;
	default:
		return FALSE;
	}
}

guint toy_address_colours(const struct toy *m, guint page_bytes)
{
	return m->l1.physical ? 1 : MAX(m->l1.size / m->l1.ways / page_bytes, 1);
}

guint toy_colours(const struct toy *m, guint page_bytes)
{
	return m->l1.alias_free ? 1 : toy_address_colours(m, page_bytes);
}

guint toy_largest_line(const struct toy *m)
{
	return MAX(m->l1.line, m->l2.line);
}
