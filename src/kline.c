// SPDX-License-Identifier: GPL-2.0-or-later
#include "kline.h"

static const struct line {
	u32 fn;
	u32 at; /* an enum kstep, or the number of a call */
	u32 callee; /* enum kfunc; KF_none for a step */
	const char *what;
} lines[] = {
	[KL_NONE] = {KF_none, 0, KF_none, "-"},
#define KL_STEP(routine, id) [KL_##routine##_##id] = {KF_##routine, KS_##id, KF_none, #id},
#define KL_CALL(routine, number, callee)                                                           \
	[KL_##routine##_call_##number] = {KF_##routine, number, KF_##callee, #callee},
#include "klines.def"
};

static const u8 line_at[KF_COUNT][KS_LAST] = {
#define KL_STEP(routine, id) [KF_##routine][KS_##id] = KL_##routine##_##id,
#define KL_CALL(routine, number, callee) [KF_##routine][number] = KL_##routine##_call_##number,
#include "klines.def"
};

_Static_assert(KL_COUNT <= 256 && KL_COUNT <= LINES_MAX,
	       "more lines than line_at[] can tell apart");

static const char *const change_words[] = {
	[CHANGE_NONE] = "none",
#define CHANGE(id, word, text) [CHANGE_##id] = word,
#include "changes.def"
};

static const char *const change_texts[] = {
	[CHANGE_NONE] = "as the kernel has it",
#define CHANGE(id, word, text) [CHANGE_##id] = text,
#include "changes.def"
};

/* The changes besides `without` that the function with the effect knows. */
static const u32 step_changes[KS_LAST] = {
	[KS_local_irq_save] = BIT(CHANGE_IRQS_ON),
	[KS_local_irq_restore] = BIT(CHANGE_IRQS_ON),
	[KS_set_pte] = BIT(CHANGE_OTHER_PAGE) | BIT(CHANGE_OTHER_SLOT),
	[KS_pte_clear] = BIT(CHANGE_OTHER_SLOT),
	[KS_local_flush_tlb_one] = BIT(CHANGE_OTHER_ADDRESS),
	[KS_local_flush_tlb_page] = BIT(CHANGE_OTHER_ADDRESS),
	[KS_local_flush_tlb_kernel_range] = BIT(CHANGE_ONE_SHORT),
	[KS_cache_hit_op] = BIT(CHANGE_WRITEBACK_ONLY) | BIT(CHANGE_INVALIDATE_ONLY),
	[KS_dcache_first_line] = BIT(CHANGE_WRITEBACK_ONLY) | BIT(CHANGE_INVALIDATE_ONLY),
	[KS_dcache_last_line] = BIT(CHANGE_WRITEBACK_ONLY) | BIT(CHANGE_INVALIDATE_ONLY),
	[KS_scache_first_line] = BIT(CHANGE_WRITEBACK_ONLY) | BIT(CHANGE_INVALIDATE_ONLY),
	[KS_scache_last_line] = BIT(CHANGE_WRITEBACK_ONLY) | BIT(CHANGE_INVALIDATE_ONLY),
	[KS_pkmap_count_inc] = BIT(CHANGE_OTHER_SLOT),
	[KS_pkmap_count_dec] = BIT(CHANGE_OTHER_SLOT),
	[KS_pkmap_take] = BIT(CHANGE_OTHER_SLOT),
	[KS_pkmap_zero] = BIT(CHANGE_OTHER_SLOT),
	[KS_set_page_address] = BIT(CHANGE_OTHER_PAGE),
};

/* Those of a call, by the routine called: kline_redirect() makes them. */
static const u32 call_changes[KF_COUNT] = {
	[KF_local_flush_tlb_one] = BIT(CHANGE_OTHER_ADDRESS),
	[KF_flush_tlb_one] = BIT(CHANGE_OTHER_ADDRESS),
	[KF_kmap_high] = BIT(CHANGE_OTHER_PAGE),
	[KF_map_new_virtual] = BIT(CHANGE_OTHER_PAGE),
	[KF_kunmap_high] = BIT(CHANGE_OTHER_PAGE),
	[KF_blast_dcache_range] = BIT(CHANGE_ONE_SHORT),
	[KF_blast_scache_range] = BIT(CHANGE_ONE_SHORT),
};

enum kfunc kline_routine(enum kline line)
{
	return lines[line].fn;
}

const char *kline_what(enum kline line)
{
	return lines[line].what;
}

u32 kline_occurrence(enum kline line)
{
	u32 n = 1, i;

	/* a routine's lines stand together, and no two of its steps have one name */
	for (i = line - 1; i && lines[i].fn == lines[line].fn; i--)
		n += lines[i].callee != KF_none && lines[i].callee == lines[line].callee;
	return n;
}

u32 kline_changes(enum kline line)
{
	u32 more = lines[line].callee == KF_none ? step_changes[lines[line].at] :
						   call_changes[lines[line].callee];

	return line == KL_NONE ? 0 : BIT(CHANGE_WITHOUT) | more;
}

struct mutation kline_mutation(enum kline line, enum change change)
{
	return (struct mutation){lines[line].fn, lines[line].at, change};
}

enum kline kline_mutated(const struct mutation *m)
{
	return line_at[m->fn][m->at];
}

const char *change_word(enum change change)
{
	return change_words[change];
}

const char *change_text(enum change change)
{
	return change_texts[change];
}

bool kline_watched(struct act *a, u32 at)
{
	const struct mutation *m = &a->k->mutation;
	u32 fn = kstep_frame(a)->fn;
	u32 line = line_at[fn][at];

	a->change = CHANGE_NONE;
	if (!line)
		return true;
	a->w->line_done[line / 32] |= BIT(line % 32);
	if (m->fn == fn && m->at == at)
		a->change = m->change;
	return a->change != CHANGE_WITHOUT;
}

bool kline_left_out(const struct cell *k, u32 fn, u32 at)
{
	const struct mutation *m = &k->mutation;

	return m->fn == fn && m->at == at && m->change == CHANGE_WITHOUT;
}

/* The end of a range of cache lines: at least one stays, for a range of none is the routine's BUG_ON. */
static void one_line_short(const struct act *a, const u32 *address, const u32 *size, u32 line)
{
	u32 last = align_down(*address + *size - 1, line);

	if (last > *address)
		put(a->w, size, last - *address);
}

void kline_redirect(const struct act *a, enum kfunc fn)
{
	const u32 *arg = kstep_frame(a)->local;

	switch (a->change) {
	case CHANGE_OTHER_PAGE:
		put(a->w, &arg[0], kline_other(arg[0], a->k->pages));
		break;
	case CHANGE_OTHER_ADDRESS:
		put(a->w, &arg[0], arg[0] + 2 * cell_page_bytes(a->k));
		break;
	case CHANGE_ONE_SHORT:
		one_line_short(a, &arg[0], &arg[1],
			       1u << (fn == KF_blast_scache_range ? a->k->machine.l2.line_shift :
								    a->k->machine.l1d.line_shift));
		break;
	default:
		break;
	}
}
