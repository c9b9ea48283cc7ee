// SPDX-License-Identifier: GPL-2.0-or-later
#include "vocab.h"

#include <string.h>

#include "bus.h"
#include "kmtypes.h"

#define REQUIRED TRUE
#define OPTIONAL FALSE

#define ARG_LEN                                                                                    \
	{                                                                                          \
		"len", ARG_BYTES, OPTIONAL, "bytes"                                                \
	}
#define ARG_VALUE                                                                                  \
	{                                                                                          \
		"value", ARG_LABEL, OPTIONAL, "what reports call the data"                         \
	}
#define ARG_UNCACHED                                                                               \
	{                                                                                          \
		"uncached", ARG_YES, OPTIONAL, "a lowmem page through kseg1"                       \
	}
#define ARG_MAP_ID                                                                                 \
	{                                                                                          \
		"map", ARG_MAP, REQUIRED, "id of the step that mapped it"                          \
	}

static const struct step_spec steps[] = {
	{"alloc",
	 KF_step_alloc,
	 "take free pages into use; nothing is mapped, caches keep what they hold",
	 {{"pages", ARG_PAGES, REQUIRED, "the pages"}}},
	{"free",
	 KF_step_free,
	 "give pages back; caches keep what they hold",
	 {{"pages", ARG_PAGES, REQUIRED, "the pages"}}},
	{"write",
	 KF_step_store,
	 "store 4 bytes, or `len`",
	 {{"to", ARG_ADDRESS, REQUIRED, "where"}, ARG_LEN, ARG_VALUE, ARG_UNCACHED}},
	{"read",
	 KF_step_load,
	 "load 4 bytes, or `len`, and compare with the newest data",
	 {{"from", ARG_ADDRESS, REQUIRED, "where"}, ARG_LEN, ARG_UNCACHED}},
	{"fill",
	 KF_step_store,
	 "store a range, one step a line; the rest of the mapping unless `len`",
	 {{"to", ARG_ADDRESS, REQUIRED, "where"}, ARG_LEN, ARG_VALUE, ARG_UNCACHED}},
	{"scan",
	 KF_step_load,
	 "load a range, one step a line; the rest of the mapping unless `len`",
	 {{"from", ARG_ADDRESS, REQUIRED, "where"}, ARG_LEN, ARG_UNCACHED}},
	{"poll",
	 KF_step_poll,
	 "load 4 bytes until the write of step `until` is seen; not compared",
	 {{"from", ARG_ADDRESS, REQUIRED, "where"},
	  {"until", ARG_STEP, REQUIRED, "CONTEXT.STEP: the write to wait for"},
	  ARG_UNCACHED}},
	{"repeat",
	 KF_none,
	 "do the steps `times` times",
	 {{"times", ARG_COUNT, REQUIRED, "how often"}, {"steps", ARG_STEPS, REQUIRED, "what"}}},
	{"map-user",
	 KF_step_map_user,
	 "map pages into the process' address space",
	 {{"page", ARG_PAGES, REQUIRED, "the pages"},
	  {"as", ARG_NEW_HANDLE, REQUIRED, "name of the mapping"},
	  {"va", ARG_VA, OPTIONAL, "user address; chosen when left out"},
	  {"colour", ARG_COUNT, OPTIONAL, "cache colour of the chosen address"}}},
	{"unmap-user",
	 KF_step_unmap_user,
	 "take the ptes and TLB entries of a user mapping away",
	 {{"map", ARG_HANDLE, REQUIRED, "the mapping"}}},
	{"kmap",
	 KF_step_kmap,
	 "kmap(): a kernel address from the pkmap pool; may sleep",
	 {{"page", ARG_PAGE, REQUIRED, "the page"},
	  {"as", ARG_NEW_HANDLE, REQUIRED, "name of the mapping"}}},
	{"kunmap",
	 KF_step_kunmap,
	 "kunmap(): lazily, the mapping stays until the pool wraps",
	 {{"map", ARG_HANDLE, REQUIRED, "the mapping"}}},
	{"kmap-atomic",
	 KF_step_kmap_atomic,
	 "kmap_atomic(): a fixed slot of this CPU",
	 {{"page", ARG_PAGE, REQUIRED, "the page"},
	  {"as", ARG_NEW_HANDLE, REQUIRED, "name of the mapping"},
	  {"slot", ARG_SLOT, OPTIONAL, "km_type, KM_USER0 unless given"}}},
	{"kunmap-atomic",
	 KF_step_kunmap_atomic,
	 "kunmap_atomic(): pte and TLB entry stay, but for debug-highmem",
	 {{"map", ARG_HANDLE, REQUIRED, "the mapping"}}},
	{"dma-map-single",
	 KF_step_dma_map,
	 "dma_map_single() of bytes of a lowmem page",
	 {{"page", ARG_SG, REQUIRED, "a page, or {page, offset, len}"},
	  {"dir", ARG_DIRECTION, REQUIRED, "direction"},
	  {"dev", ARG_DEVICE, OPTIONAL, "the device"}}},
	{"dma-map-page",
	 KF_step_dma_map,
	 "dma_map_page()",
	 {{"page", ARG_SG, REQUIRED, "a page, or {page, offset, len}"},
	  {"dir", ARG_DIRECTION, REQUIRED, "direction"},
	  {"dev", ARG_DEVICE, OPTIONAL, "the device"}}},
	{"dma-map-sg",
	 KF_step_dma_map,
	 "dma_map_sg()",
	 {{"pages", ARG_SG, REQUIRED, "entries: pages, ranges or {page, offset, len}"},
	  {"dir", ARG_DIRECTION, REQUIRED, "direction"},
	  {"dev", ARG_DEVICE, OPTIONAL, "the device"}}},
	{"dma-unmap-single", KF_step_dma_unmap, "dma_unmap_single()", {ARG_MAP_ID}},
	{"dma-unmap-page", KF_step_dma_unmap, "dma_unmap_page()", {ARG_MAP_ID}},
	{"dma-unmap-sg", KF_step_dma_unmap, "dma_unmap_sg()", {ARG_MAP_ID}},
	{"dma-sync-single-for-cpu",
	 KF_step_dma_sync_for_cpu,
	 "dma_sync_single_for_cpu()",
	 {ARG_MAP_ID}},
	{"dma-sync-single-for-device",
	 KF_step_dma_sync_for_device,
	 "dma_sync_single_for_device()",
	 {ARG_MAP_ID}},
	{"dma-sync-sg-for-cpu", KF_step_dma_sync_for_cpu, "dma_sync_sg_for_cpu()", {ARG_MAP_ID}},
	{"dma-sync-sg-for-device",
	 KF_step_dma_sync_for_device,
	 "dma_sync_sg_for_device()",
	 {ARG_MAP_ID}},
	{"dev-start",
	 KF_step_dev_start,
	 "the device begins to move the mapping's data, burst by burst",
	 {{"dev", ARG_DEVICE, REQUIRED, "the device"},
	  {"map", ARG_MAP, REQUIRED, "id of the step that mapped the buffer"},
	  {"dir", ARG_DIRECTION, OPTIONAL,
	   "what the device does; the mapping's direction unless given"},
	  ARG_VALUE}},
	{"dev-transfer",
	 KF_step_dev_transfer,
	 "a device moves the mapping's data now, one burst a step, and the context waits for it",
	 {ARG_MAP_ID,
	  {"dir", ARG_DIRECTION, OPTIONAL,
	   "what the device does; the mapping's direction unless given"},
	  ARG_VALUE}},
	{"wait-irq",
	 KF_step_wait_irq,
	 "sleep until a completion of the device has been handled",
	 {{"dev", ARG_DEVICE, REQUIRED, "the device"}}},
	{"raise",
	 KF_step_raise,
	 "make a context with `on: raise` due",
	 {{"context", ARG_CONTEXT, REQUIRED, "the context"}}},
	{"cache-op",
	 KF_step_cache_op,
	 "a CACHE hit instruction, one step a line",
	 {{"op", ARG_CACHE_OP, REQUIRED, "its architectural name"},
	  {"at", ARG_ADDRESS, REQUIRED, "where"},
	  ARG_LEN}},
	{"sync",
	 KF_sync,
	 "the SYNC instruction: goes on when this CPU's write buffer is empty",
	 {{0}}},
	{"readahead",
	 KF_step_readahead,
	 "the block read path: allocate pages unmapped, dma_map_sg() under the host lock, start the device",
	 {{"pages", ARG_SG, REQUIRED, "entries: pages or ranges"},
	  {"dev", ARG_DEVICE, REQUIRED, "the disk"},
	  ARG_VALUE}},
	{"ata-qc-complete",
	 KF_step_ata_qc_complete,
	 "the disk's interrupt: dma_unmap_sg(), then the block softirq",
	 {{"map", ARG_MAP, REQUIRED, "id of the readahead step"},
	  {"raise", ARG_CONTEXT, OPTIONAL,
	   "softirq that completes the pages; done here unless given"}}},
	{"end-bio",
	 KF_step_end_bio,
	 "complete the pages of a readahead and wake who waits for them",
	 {{"map", ARG_MAP, REQUIRED, "id of the readahead step"}}},
	{"wait-on-page",
	 KF_step_wait_on_page,
	 "wait_on_page_locked(): sleep until the pages' I/O is done",
	 {{"pages", ARG_PAGES, REQUIRED, "the pages"}}},
	{"local-irq-disable", KF_local_irq_disable, "local_irq_disable()", {{0}}},
	{"local-irq-enable", KF_local_irq_enable, "local_irq_enable()", {{0}}},
	{"local-bh-disable", KF_local_bh_disable, "local_bh_disable()", {{0}}},
	{"local-bh-enable", KF_local_bh_enable, "local_bh_enable()", {{0}}},
	{"preempt-disable", KF_preempt_disable, "preempt_disable()", {{0}}},
	{"preempt-enable", KF_preempt_enable, "preempt_enable()", {{0}}},
};

const struct step_spec *vocab_steps(guint *count)
{
	*count = G_N_ELEMENTS(steps);
	return steps;
}

const struct step_spec *vocab_find(const char *name)
{
	guint i;

	for (i = 0; i < G_N_ELEMENTS(steps); i++)
		if (!strcmp(steps[i].name, name))
			return &steps[i];
	return NULL;
}

const char **vocab_names(void)
{
	const char **names = g_new0(const char *, G_N_ELEMENTS(steps) + 1);
	guint i;

	for (i = 0; i < G_N_ELEMENTS(steps); i++)
		names[i] = steps[i].name;
	return names;
}

const char *vocab_arg_kind(enum arg_type type)
{
	switch (type) {
	case ARG_ADDRESS:
		return "address";
	case ARG_PAGE:
		return "page";
	case ARG_PAGES:
		return "pages";
	case ARG_SG:
		return "pages or entries";
	case ARG_NEW_HANDLE:
		return "new name";
	case ARG_HANDLE:
		return "mapping";
	case ARG_SLOT:
		return "km_type";
	case ARG_DIRECTION:
		return "to-device, from-device or bidirectional";
	case ARG_DEVICE:
		return "device";
	case ARG_MAP:
		return "step id";
	case ARG_CONTEXT:
		return "context";
	case ARG_STEP:
		return "step of a context";
	case ARG_BYTES:
		return "bytes";
	case ARG_COUNT:
		return "number";
	case ARG_LABEL:
		return "name";
	case ARG_YES:
		return "yes or no";
	case ARG_VA:
		return "user address";
	case ARG_STEPS:
		return "steps";
	case ARG_CACHE_OP:
		return "CACHE op";
	case ARG_NONE:
		break;
	}
	return "";
}

const char *const *vocab_arg_words(enum arg_type type)
{
	static const char *const directions[] = {"bidirectional", "to-device", "from-device", NULL};
	static const char *ops[CACHE_OPS + 1], *slots[KM_TYPE_NR + 1];
	guint i;

	for (i = 0; i < CACHE_OPS; i++)
		ops[i] = cache_op_name(i);
	for (i = 0; i < KM_TYPE_NR; i++)
		slots[i] = km_type_name(i);
	return type == ARG_DIRECTION ? directions :
	       type == ARG_CACHE_OP  ? ops :
	       type == ARG_SLOT      ? slots :
				       NULL;
}
