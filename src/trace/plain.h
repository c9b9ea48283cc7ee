/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The second compile of caches, hierarchy and TLB (plain.c.in): without the journal, in one piece with what drives them,
 * and under names of their own. A function that is missing here is defined twice, which the linker refuses.
 */
#ifndef STALELINE_TRACE_PLAIN_H
#define STALELINE_TRACE_PLAIN_H

#define WORLD_PLAIN

#define world_pick plain_world_pick
#define cell_page_of plain_cell_page_of

#define cache_find plain_cache_find
#define cache_touch plain_cache_touch
#define cache_full plain_cache_full
#define cache_victim plain_cache_victim
#define cache_insert plain_cache_insert
#define cache_remove plain_cache_remove
#define cache_next_busy_set plain_cache_next_busy_set

#define cache_op_name plain_cache_op_name
#define cache_op_is_l2 plain_cache_op_is_l2
#define hierarchy_l1 plain_hierarchy_l1
#define hierarchy_fill plain_hierarchy_fill
#define hierarchy_fetch plain_hierarchy_fetch
#define hierarchy_store plain_hierarchy_store
#define hierarchy_find plain_hierarchy_find
#define hierarchy_op plain_hierarchy_op
#define hierarchy_peers_op plain_hierarchy_peers_op
#define hierarchy_evict plain_hierarchy_evict
#define hierarchy_snoop plain_hierarchy_snoop
#define hierarchy_drain plain_hierarchy_drain
#define hierarchy_drain_for_l2 plain_hierarchy_drain_for_l2

#define tlb_init plain_tlb_init
#define tlb_probe plain_tlb_probe
#define tlb_translate plain_tlb_translate
#define tlb_conflicts plain_tlb_conflicts
#define tlb_replaceable plain_tlb_replaceable
#define tlb_write_random plain_tlb_write_random
#define tlb_write_index plain_tlb_write_index
#define tlb_read_index plain_tlb_read_index
#define tlb_write_halves plain_tlb_write_halves
#define tlb_drop plain_tlb_drop

#endif
