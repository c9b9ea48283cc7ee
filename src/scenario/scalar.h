/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Typed reading of a scalar's text. YAML's own types play no role: `no`, `010` and `1e3` are texts
 * until the place that wants a number or a yes reads them here.
 *
 * Each function returns NULL and sets its result, or returns @why, filled with the reason in a form
 * that fits behind the name of the value ("expected a number such as 64, 0x40 or 4KiB"), and leaves
 * the result alone.
 */
#ifndef STALELINE_SCENARIO_SCALAR_H
#define STALELINE_SCENARIO_SCALAR_H

#include <glib.h>

enum { SCALAR_WHY = 160 }; /* bytes; longer reasons are cut at a character */

/* Which units a number may have, or-ed together. */
enum scalar_units {
	SCALAR_PLAIN = 0, /* none: 64, 0x40, 0o100 */
	SCALAR_COUNTS = 1, /* also k = 1000, M = 1000000 */
	SCALAR_BYTES = 2, /* also B, KiB, MiB, GiB */
};

/* Decimal, 0x hex or 0o octal, from 0 to 2^64 - 1; a unit only after a decimal number and without a
 * space. */
const char *scalar_u64(const char *text, guint units, guint64 *value, char why[SCALAR_WHY]);

/* yes, no, true, false, on, off, in lower case. */
const char *scalar_bool(const char *text, gboolean *value, char why[SCALAR_WHY]);

/* Whole milliseconds from `500ms`, `30s` or `2m`; the unit is required. */
const char *scalar_duration_ms(const char *text, guint64 *ms, char why[SCALAR_WHY]);

/* One or more of A-Z a-z 0-9 . _ -; there is no result besides the answer. */
const char *scalar_name(const char *text, char why[SCALAR_WHY]);

#endif
