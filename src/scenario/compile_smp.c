// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What on several CPUs the kernel does through an interprocessor interrupt. None is modelled, so that a cell
 * that could come to one is refused when it is loaded: the effect on other CPUs must not silently be missing.
 */
#include "compiler.h"

static const struct context_def *context_of(const struct compiler *c, guint step)
{
	return &g_array_index(c->out->contexts, struct context_def,
			      compiled_info(c->out, step)->context);
}

/* arch/mips/mm/highmem.c __kmap(): flush_tlb_one() on every CPU. A lowmem page gets its kseg0 address. */
static void kmap_check(struct compiler *c, guint step)
{
	const struct step *s = &g_array_index(c->out->steps, struct step, step);

	if (g_array_index(c->out->pages, struct page_info, s->arg[0]).highmem)
		diag_help(
			diag_error(c->b.diag, "E0280", compiled_info(c->out, step)->span,
				   "kmap: on several CPUs it flushes the address from all TLBs, by "
				   "interrupts between CPUs that are not modelled"),
			"use kmap-atomic, or a machine with `cpus: 1`");
}

/* arch/mips/kernel/smp.c flush_tlb_page(): local while no other CPU has the address space. */
static void unmap_check(struct compiler *c, guint step)
{
	const struct context_def *own = context_of(c, step);
	guint i;

	for (i = 0; i < c->out->contexts->len; i++) {
		const struct context_def *def =
			&g_array_index(c->out->contexts, struct context_def, i);

		if (def->level != LEVEL_PROCESS || def->mm != own->mm || def->cpu == own->cpu)
			continue;
		diag_help(
			diag_error(
				c->b.diag, "E0282", compiled_info(c->out, step)->span,
				"unmap-user: `%s` has the address space too, on CPU %u, whose TLB "
				"only an interrupt between CPUs can flush; none is modelled",
				compiled_context_name(c->out, i), def->cpu),
			"leave the mapping in place, or put both processes on one CPU");
		return;
	}
}

/* kernel/softirq.c raise_softirq(): the pending bit is the CPU's own. */
static void raise_check(struct compiler *c, guint step, guint target)
{
	const struct context_def *def =
		&g_array_index(c->out->contexts, struct context_def, target);

	if (def->level == LEVEL_SOFTIRQ && def->cpu != context_of(c, step)->cpu)
		diag_help(diag_error(c->b.diag, "E0283", compiled_info(c->out, step)->span,
				     "`%s` is a softirq of CPU %u: only that CPU can raise it",
				     compiled_context_name(c->out, target), def->cpu),
			  "give both contexts the same `cpu:`, or raise a hardirq");
}

/* Primitives that leave the other CPUs' caches alone here, where the kernel's routine goes to all of them. */
static void strategy_check(struct compiler *c)
{
	const struct strategy_file *s = c->out->strategy;
	guint i;

	for (i = 0; s && i < s->ops->len; i++) {
		const struct strategy_op *op = &g_array_index(s->ops, struct strategy_op, i);

		if (op->kind != SOP_CALL ||
		    (op->arg != KF_r4k_flush_data_cache_page && op->arg != KF_index_all))
			continue;
		diag_help(
			diag_error(
				c->b.diag, "E0281",
				c->request->strategy_at ?
					c->request->strategy_at->used_at :
					ynode_get(c->request->root, "machine")->used_at,
				"strategy `%s`: on several CPUs %s reaches all caches, by interrupts "
				"between CPUs that are not modelled",
				s->name, op->arg == KF_index_all ? "index-all" : "flush-data-page"),
			"choose another strategy, or a machine with `cpus: 1`");
		return;
	}
}

void smp_check(struct compiler *c)
{
	guint i;

	if (c->out->cell.machine.cpus == 1)
		return;
	for (i = 0; i < c->out->steps->len; i++) {
		const struct step *s = &g_array_index(c->out->steps, struct step, i);

		if (s->fn == KF_step_kmap)
			kmap_check(c, i);
		else if (s->fn == KF_step_unmap_user)
			unmap_check(c, i);
		else if (s->fn == KF_step_raise)
			raise_check(c, i, s->arg[0]);
		else if (s->fn == KF_step_ata_qc_complete && s->arg[2] != NO_ID)
			raise_check(c, i, s->arg[2]);
	}
	strategy_check(c);
}
