/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One JSON object on a line of stdout, of whatever report: "v": 1 and its type come first. */
#ifndef STALELINE_REPORT_JSON_LINE_H
#define STALELINE_REPORT_JSON_LINE_H

#include <json-glib/json-glib.h>

JsonBuilder *json_line_begin(const char *type);
/* `text` NULL: null. */
void json_add_text(JsonBuilder *b, const char *name, const char *text);
void json_add_number(JsonBuilder *b, const char *name, guint64 number);
void json_add_yes(JsonBuilder *b, const char *name, gboolean yes);
/* Prints the object, and frees `b`. */
void json_line_print(JsonBuilder *b);

#endif
