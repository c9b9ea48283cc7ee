// SPDX-License-Identifier: GPL-2.0-or-later
#include "program.h"

u32 cell_page_of(const struct cell *k, u32 pa)
{
	u32 pfn = pa >> k->machine.page_shift;
	u32 i;

	for (i = 0; i < k->ranges; i++)
		if (pfn - k->range[i].pfn < k->range[i].count)
			return k->range[i].first + (pfn - k->range[i].pfn);
	return NO_ID;
}
