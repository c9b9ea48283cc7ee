// SPDX-License-Identifier: GPL-2.0-or-later
#include "report.h"
void report_jsonl(struct reporter *r) { report_human(r); }
