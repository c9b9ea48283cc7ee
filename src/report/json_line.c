// SPDX-License-Identifier: GPL-2.0-or-later
#include "json_line.h"

#include <stdio.h>

JsonBuilder *json_line_begin(const char *type)
{
	JsonBuilder *b = json_builder_new();

	json_builder_begin_object(b);
	json_builder_set_member_name(b, "v");
	json_builder_add_int_value(b, 1);
	json_builder_set_member_name(b, "type");
	json_builder_add_string_value(b, type);
	return b;
}

void json_add_text(JsonBuilder *b, const char *name, const char *text)
{
	json_builder_set_member_name(b, name);
	if (text)
		json_builder_add_string_value(b, text);
	else
		json_builder_add_null_value(b);
}

void json_add_number(JsonBuilder *b, const char *name, guint64 number)
{
	json_builder_set_member_name(b, name);
	json_builder_add_int_value(b, (gint64)number);
}

void json_add_yes(JsonBuilder *b, const char *name, gboolean yes)
{
	json_builder_set_member_name(b, name);
	json_builder_add_boolean_value(b, yes);
}

void json_line_print(JsonBuilder *b)
{
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *text = NULL;

	json_builder_end_object(b);
	root = json_builder_get_root(b);
	json_generator_set_root(generator, root);
	text = json_generator_to_data(generator, NULL);
	puts(text);
	g_object_unref(b);
}
