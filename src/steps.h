/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scenario's own steps as routines. What each takes from struct step (program.h):
 *
 *	step_load, step_store	at: the range
 *	step_poll		at: one place, arg[0] the step whose write it waits for
 *	step_alloc, step_free	arg[0] first page, arg[1] pages
 *	step_map_user		arg[0] first page, arg[1] pages, arg[2] handle, arg[3] first user address
 *	step_unmap_user		arg[1] pages, arg[2] handle
 *	step_kmap		arg[0] page, arg[2] handle
 *	step_kunmap		arg[2] handle
 *	step_kmap_atomic	arg[0] page, arg[1] km_type, arg[2] handle
 *	step_kunmap_atomic	arg[1] km_type, arg[2] handle
 *	step_dma_*		arg[0] mapping
 *	step_dev_start		arg[0] device, arg[1] mapping, arg[2] direction
 *	step_dev_transfer	arg[1] mapping, arg[2] direction
 *	step_wait_irq		arg[0] device
 *	step_raise		arg[0] context
 *	step_cache_op		at: the range, arg[0] enum cache_op
 *	step_readahead		arg[0] mapping, arg[1] device
 *	step_ata_qc_complete	arg[0] mapping, arg[1] device, arg[2] context to raise or NO_ID
 *	step_end_bio		arg[0] mapping
 *	step_wait_on_page	arg[0] first page, arg[1] pages
 *
 * Steps that are kernel routines of their own (local_irq_save …) name the routine itself.
 */
#ifndef STALELINE_STEPS_H
#define STALELINE_STEPS_H

#include "block.h"

#endif
