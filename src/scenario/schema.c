// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "keys.h"
#include "presets.h"
#include "scalar.h"
#include "strategy_load.h"
#include "vocab.h"

#define DRAFT "http://json-schema.org/draft-07/schema#"
#define JSONL_RESOURCE "/staleline/schema/staleline-jsonl.schema.json"

/* Patterns of texts, without their anchors. */
#define NAME "[A-Za-z0-9_-]+"
#define NUMBER "(0x[0-9a-fA-F]+|0o[0-7]+|[0-9]+"
#define NUMBER_PLAIN NUMBER ")"
#define NUMBER_COUNT NUMBER "[kM]?)"
#define NUMBER_BYTES NUMBER "(B|KiB|MiB|GiB)?)"
#define OF_CONTEXT "(" NAME "\\.)?" NAME
#define INDEX "(\\[" NUMBER_BYTES "(\\.\\." NUMBER_BYTES ")?\\])?"
#define OFFSET "(\\+" NUMBER_BYTES ")?"
#define PAGES NAME INDEX
#define YES "(yes|no|true|false|on|off)"

const char *const schema_names[] = {"scenario", "strategy", "machine", "jsonl", NULL};

/* In a scenario `$name` may stand for any scalar; machine and strategy files have no cells. */
struct writer {
	gboolean cells;
};

static JsonObject *described(const char *text)
{
	JsonObject *o = json_object_new();

	if (text)
		json_object_set_string_member(o, "description", text);
	return o;
}

static void set_strings(JsonObject *o, const char *member, const char *const *words)
{
	JsonArray *list = json_array_new();

	for (; *words; words++)
		json_array_add_string_element(list, *words);
	json_object_set_array_member(o, member, list);
}

/* "a, b, c" */
static void set_types(JsonObject *o, const char *types)
{
	g_auto(GStrv) words = g_strsplit(types, ", ", -1);

	if (words[1])
		set_strings(o, "type", (const char *const *)words);
	else
		json_object_set_string_member(o, "type", types);
}

static JsonObject *of_types(const char *text, const char *types)
{
	JsonObject *o = described(text);

	set_types(o, types);
	return o;
}

static void set_pattern(const struct writer *w, JsonObject *o, const char *pattern)
{
	g_autofree char *whole = g_strdup_printf(w->cells ? "^(\\$.+|%s)$" : "^(%s)$", pattern);

	json_object_set_string_member(o, "pattern", whole);
}

/* A text; YAML may take it for a number. */
static JsonObject *text_like(const struct writer *w, const char *text, const char *pattern)
{
	JsonObject *o = of_types(text, "string, integer");

	set_pattern(w, o, pattern);
	return o;
}

static JsonObject *ref(const char *definition)
{
	g_autofree char *target = g_strdup_printf("#/definitions/%s", definition);
	JsonObject *o = json_object_new();

	json_object_set_string_member(o, "$ref", target);
	return o;
}

static JsonObject *list_of(const char *text, JsonObject *item)
{
	JsonObject *o = of_types(text, "array");

	json_object_set_object_member(o, "items", item);
	return o;
}

/* A map from names that are the user's. */
static JsonObject *map_of(const char *text, JsonObject *value)
{
	JsonObject *o = of_types(text, "object");

	json_object_set_object_member(o, "additionalProperties", value);
	return o;
}

static void set_name_pattern(JsonObject *map)
{
	JsonObject *names = json_object_new();

	json_object_set_string_member(names, "pattern", "^" NAME "$");
	json_object_set_object_member(map, "propertyNames", names);
}

static JsonObject *words_only(const char *text, const char *const *words)
{
	JsonObject *o = described(text);

	set_strings(o, "enum", words);
	return o;
}

/* One of the words, or what else is allowed; takes `other`, which may be NULL. */
static JsonObject *words_or(const struct writer *w, const char *text, const char *const *words,
			    JsonObject *other)
{
	JsonArray *ways = json_array_new();
	JsonObject *o;

	if (!w->cells && !other) {
		json_array_unref(ways);
		return words_only(text, words);
	}
	o = described(text);
	json_array_add_object_element(ways, words_only(NULL, words));
	if (other)
		json_array_add_object_element(ways, other);
	if (w->cells)
		json_array_add_object_element(ways, ref("variable"));
	json_object_set_array_member(o, "anyOf", ways);
	return o;
}

static JsonObject *presets(const struct writer *w, const char *text, const char *folder,
			   JsonObject *other)
{
	g_auto(GStrv) names = presets_names(folder);

	return words_or(w, text, (const char *const *)names, other);
}

static JsonObject *strategy_name(const char *text)
{
	/* a strategy is chosen before there are cells */
	struct writer plain = {0};
	JsonObject *path =
		of_types("the path of a strategy file, from this file's folder", "string");

	json_object_set_string_member(path, "pattern", "(/|\\.ya?ml$)");
	return presets(&plain, text, "strategies", path);
}

static JsonObject *number(const struct writer *w, const char *text, guint units, guint64 low,
			  guint64 high)
{
	JsonObject *o = text_like(w, text,
				  units & SCALAR_BYTES  ? NUMBER_BYTES :
				  units & SCALAR_COUNTS ? NUMBER_COUNT :
							  NUMBER_PLAIN);

	json_object_set_int_member(o, "minimum", (gint64)low);
	if (high < G_MAXINT64)
		json_object_set_int_member(o, "maximum", (gint64)high);
	return o;
}

static JsonObject *value_of(const struct writer *w, const struct key *key);

/* Adds what makes `o` a map with these keys; what is no map passes. */
static void set_keys(const struct writer *w, JsonObject *o, const struct keys *keys)
{
	JsonArray *required = json_array_new();
	JsonObject *properties = json_object_new();
	const struct key *key;

	for (key = keys->key; key->name; key++) {
		struct writer inner = {.cells = w->cells && !key->whole};

		json_object_set_object_member(properties, key->name, value_of(&inner, key));
		if (key->need != KEY_OPTIONAL)
			json_array_add_string_element(required, key->name);
	}
	if (json_array_get_length(required))
		json_object_set_array_member(o, "required", required);
	else
		json_array_unref(required);
	json_object_set_boolean_member(o, "additionalProperties", FALSE);
	if (keys->extra) {
		JsonObject *extra = json_object_new();

		json_object_set_object_member(extra, "^x-", described("yours; not looked at"));
		json_object_set_object_member(o, "patternProperties", extra);
	}
	json_object_set_object_member(o, "properties", properties);
}

static JsonObject *map_with(const struct writer *w, const char *text, const char *types,
			    const struct keys *keys)
{
	JsonObject *o = of_types(text, types);

	set_keys(w, o, keys);
	return o;
}

/* Axes with a value, or a list of values, each. */
static JsonObject *condition(const char *text)
{
	JsonObject *value = of_types(NULL, "string, number, boolean, array");

	json_object_set_object_member(value, "items", ref("scalar"));
	return map_of(text, value);
}

static JsonObject *axes(const char *text)
{
	JsonObject *values = list_of(NULL, ref("scalar")), *properties = json_object_new();
	JsonObject *schedules = list_of(
		"`default`, names under `schedules:`, and `all`: every schedule", ref("scalar"));
	JsonObject *strategies =
		list_of("built-in strategies, or paths of strategy files", strategy_name(NULL));
	JsonObject *map;

	json_object_set_int_member(values, "minItems", 1);
	json_object_set_int_member(strategies, "minItems", 1);
	json_object_set_int_member(schedules, "minItems", 1);
	map = map_of(text, values);
	json_object_set_object_member(properties, "strategy", strategies);
	json_object_set_object_member(properties, "schedule", schedules);
	json_object_set_object_member(map, "properties", properties);
	return map;
}

static JsonObject *sets(const char *text)
{
	static const char *const required[] = {"when", NULL};
	JsonObject *item = of_types(NULL, "object"), *properties = json_object_new();

	json_object_set_object_member(properties, "when",
				      condition("the cells that get the values beside it"));
	set_strings(item, "required", required);
	json_object_set_object_member(item, "properties", properties);
	return list_of(text, item);
}

static JsonObject *value_of(const struct writer *w, const struct key *key)
{
	JsonObject *o;

	switch (key->kind) {
	case KEY_ANY:
		return described(key->text);
	case KEY_TEXT:
		return of_types(key->text, "string, number, boolean");
	case KEY_NAME:
		return text_like(w, key->text, NAME);
	case KEY_YES:
		o = of_types(key->text, "boolean, string");
		set_pattern(w, o, YES);
		return o;
	case KEY_NUMBER:
		if (!key->words)
			return number(w, key->text, key->units, key->low, key->high);
		return words_or(w, key->text, key->words,
				number(w, NULL, key->units, key->low, key->high));
	case KEY_WORD:
		return words_or(w, key->text, key->words, NULL);
	case KEY_WORDS:
		return list_of(key->text, words_or(w, NULL, key->words, NULL));
	case KEY_MAP:
		return map_with(w, key->text, "object", key->of);
	case KEY_MAPS:
		return list_of(key->text, map_with(w, NULL, "object", key->of));
	case KEY_NAMED:
		o = map_of(key->text,
			   map_with(w, NULL, key->empty ? "object, null" : "object", key->of));
		set_name_pattern(o);
		return o;
	case KEY_YES_OR_MAP:
		o = map_with(w, key->text, "boolean, string, object", key->of);
		set_pattern(w, o, YES);
		return o;
	case KEY_PRESET:
		return presets(w, key->text, "machines", NULL);
	case KEY_MACHINE:
		return presets(w, key->text, "machines", map_with(w, NULL, "object", key->of));
	case KEY_STRATEGY:
		return strategy_name(key->text);
	case KEY_TRIGGER:
		return words_or(w, key->text, key->words,
				text_like(w, "a context or a device", NAME));
	case KEY_PAGE:
		return text_like(w, key->text, PAGES);
	case KEY_ADDRESS:
		return text_like(w, key->text, PAGES OFFSET);
	case KEY_STEP:
		return text_like(w, key->text, NAME "\\." NAME);
	case KEY_EVENT:
		o = map_with(w, key->text, "string, integer, object", key->of);
		set_pattern(w, o, NAME);
		return o;
	case KEY_SCHEDULES:
		o = map_of(key->text, list_of(NULL, map_with(w, NULL, "object", key->of)));
		set_name_pattern(o);
		return o;
	case KEY_AXES:
		return axes(key->text);
	case KEY_CONDITION:
		return condition(key->text);
	case KEY_CONDITIONS:
		return list_of(key->text, condition(NULL));
	case KEY_CELLS:
		return list_of(key->text, map_of(NULL, ref("scalar")));
	case KEY_SETS:
		return sets(key->text);
	case KEY_STEPS:
	case KEY_PROGRAM:
		return list_of(key->text, ref("step"));
	}
	bug("a key is of no kind", __FILE__, __LINE__);
}

/* Only hit ops may be named: index ops mean no page. */
static JsonObject *cache_ops(const struct writer *w, const char *text)
{
	const char *const *all = vocab_arg_words(ARG_CACHE_OP);
	g_autoptr(GPtrArray) hit = g_ptr_array_new();

	for (; *all; all++)
		if (g_str_has_prefix(*all, "Hit_"))
			g_ptr_array_add(hit, (gpointer)*all);
	g_ptr_array_add(hit, NULL);
	return words_or(w, text, (const char *const *)hit->pdata, NULL);
}

/* A page, a range of pages, a piece, or a list of them. */
static JsonObject *pieces(const struct writer *w, const char *text)
{
	JsonObject *o = map_with(w, text, "string, integer, object, array", &keys_piece);

	set_pattern(w, o, PAGES);
	json_object_set_object_member(o, "items", ref("piece"));
	return o;
}

static JsonObject *arg_value(const struct writer *w, const struct arg_spec *a)
{
	JsonObject *o;

	switch (a->type) {
	case ARG_ADDRESS:
		return text_like(w, a->text, OF_CONTEXT INDEX OFFSET);
	case ARG_PAGE:
	case ARG_PAGES:
		return text_like(w, a->text, PAGES);
	case ARG_SG:
		return pieces(w, a->text);
	case ARG_HANDLE:
	case ARG_MAP:
		return text_like(w, a->text, OF_CONTEXT);
	case ARG_NEW_HANDLE:
	case ARG_DEVICE:
	case ARG_CONTEXT:
		return text_like(w, a->text, NAME);
	case ARG_STEP:
		return text_like(w, a->text, NAME "\\." NAME);
	case ARG_SLOT:
	case ARG_DIRECTION:
		return words_or(w, a->text, vocab_arg_words(a->type), NULL);
	case ARG_CACHE_OP:
		return cache_ops(w, a->text);
	case ARG_BYTES:
		return number(w, a->text, SCALAR_BYTES, 0, G_MAXINT64);
	case ARG_COUNT:
		return number(w, a->text, SCALAR_COUNTS, 0, G_MAXINT64);
	case ARG_VA:
		return number(w, a->text, SCALAR_PLAIN, 0, G_MAXUINT32);
	case ARG_LABEL:
		return of_types(a->text, "string, number, boolean");
	case ARG_YES:
		o = of_types(a->text, "boolean, string");
		set_pattern(w, o, YES);
		return o;
	case ARG_STEPS:
		return list_of(a->text, ref("step"));
	case ARG_NONE:
		break;
	}
	bug("an argument is of no kind", __FILE__, __LINE__);
}

static guint args_required(const struct step_spec *s, guint from)
{
	guint i, n = 0;

	for (i = from; i < VOCAB_ARGS && s->arg[i].type != ARG_NONE; i++)
		n += s->arg[i].required;
	return n;
}

/*
 * What stands behind a step's name: a map of arguments; the first argument alone, where no other is required;
 * nothing, where none is.
 */
static JsonObject *step_args(const struct writer *w, const struct step_spec *s)
{
	gboolean alone = s->arg[0].type != ARG_NONE && !args_required(s, 1);
	g_autoptr(GString) types = g_string_new("object");
	JsonObject *properties = json_object_new(), *o = described(s->text), *first;
	JsonArray *required = json_array_new();
	const struct key *own;
	guint i;

	for (i = 0; i < VOCAB_ARGS && s->arg[i].type != ARG_NONE; i++) {
		json_object_set_object_member(properties, s->arg[i].name, arg_value(w, &s->arg[i]));
		if (s->arg[i].required)
			json_array_add_string_element(required, s->arg[i].name);
	}
	for (own = keys_step.key; own->name; own++)
		json_object_set_object_member(properties, own->name, value_of(w, own));
	if (!args_required(s, 0))
		g_string_append(types, ", null");
	if (alone) {
		first = json_object_get_object_member(properties, s->arg[0].name);
		bug_on(!json_object_has_member(first, "pattern"),
		       "a first argument that may stand alone is no text");
		g_string_append(types, ", string, integer");
		json_object_set_string_member(o, "pattern",
					      json_object_get_string_member(first, "pattern"));
	}
	set_types(o, types->str);
	if (json_array_get_length(required))
		json_object_set_array_member(o, "required", required);
	else
		json_array_unref(required);
	json_object_set_boolean_member(o, "additionalProperties", FALSE);
	json_object_set_object_member(o, "properties", properties);
	return o;
}

/* A map with one key, or its name alone where that is enough: `alone`, with `|` between the names. */
static JsonObject *one_key(const char *text, JsonObject *properties, const char *alone)
{
	g_autofree char *pattern = g_strdup_printf("^(%s)$", alone);
	JsonObject *o = of_types(text, "object, string");

	json_object_set_string_member(o, "pattern", pattern);
	/* never `oneOf`: editors then complain of a misspelt step in the words of all others */
	json_object_set_int_member(o, "minProperties", 1);
	json_object_set_int_member(o, "maxProperties", 1);
	json_object_set_boolean_member(o, "additionalProperties", FALSE);
	json_object_set_object_member(o, "properties", properties);
	return o;
}

static JsonObject *scenario_step(const struct writer *w)
{
	JsonObject *properties = json_object_new();
	g_autoptr(GString) alone = g_string_new(NULL);
	const struct step_spec *steps;
	guint count, i;

	steps = vocab_steps(&count);
	for (i = 0; i < count; i++) {
		json_object_set_object_member(properties, steps[i].name, step_args(w, &steps[i]));
		if (!args_required(&steps[i], 0))
			g_string_append_printf(alone, "%s%s", alone->len ? "|" : "", steps[i].name);
	}
	return one_key("a step: a map with one key, its name", properties, alone->str);
}

static JsonObject *strategy_step(const struct writer *w)
{
	const char *const *names = strategy_primitives();
	JsonObject *properties = json_object_new(), *branches;
	g_autoptr(GString) alone = g_string_new("sync-page");
	guint i;

	for (i = 0; names[i]; i++) {
		g_string_append_printf(alone, "|%s", names[i]);
		if (strategy_primitive_slot(names[i]))
			json_object_set_object_member(
				properties, names[i],
				words_only(strategy_primitive_text(names[i]),
					   keys_find(&keys_strategy, "slot")->words));
	}
	branches = map_with(w, "one condition, and `else`", "object", &keys_if);
	json_object_set_int_member(branches, "minProperties", 1);
	json_object_set_int_member(branches, "maxProperties", 2);
	json_object_set_object_member(properties, "if", branches);
	json_object_set_object_member(
		properties, "each-page",
		list_of("cut the range into page-sized pieces and do the steps for each",
			ref("step")));
	return one_key("a step: a primitive, or a map with one key", properties, alone->str);
}

static JsonObject *document(const struct writer *w, const char *title, const char *text,
			    const struct keys *keys, JsonObject *definitions)
{
	JsonObject *o = json_object_new();

	json_object_set_string_member(o, "$schema", DRAFT);
	json_object_set_string_member(o, "$comment", "SPDX-License-Identifier: GPL-2.0-or-later");
	json_object_set_string_member(o, "title", title);
	json_object_set_string_member(o, "description", text);
	set_types(o, "object");
	set_keys(w, o, keys);
	if (definitions)
		json_object_set_object_member(o, "definitions", definitions);
	return o;
}

static JsonObject *scenario_schema(void)
{
	struct writer w = {.cells = TRUE};
	JsonObject *definitions = json_object_new(), *variable, *piece;

	variable = of_types("the cell's value of an axis or of a `set`", "string");
	json_object_set_string_member(variable, "pattern", "^\\$.");
	json_object_set_object_member(definitions, "variable", variable);
	json_object_set_object_member(definitions, "scalar",
				      of_types(NULL, "string, number, boolean"));
	piece = map_with(&w, "a page, a range of pages, or a piece", "string, integer, object",
			 &keys_piece);
	set_pattern(&w, piece, PAGES);
	json_object_set_object_member(definitions, "piece", piece);
	json_object_set_object_member(definitions, "step", scenario_step(&w));
	return document(&w, "A scenario of staleline, format 1",
			"docs/scenario-format.md says what the keys mean.", &keys_scenario,
			definitions);
}

static JsonObject *strategy_schema(void)
{
	struct writer w = {0};
	JsonObject *definitions = json_object_new();

	json_object_set_object_member(definitions, "step", strategy_step(&w));
	return document(&w, "A strategy of staleline",
			"docs/strategy-format.md says what the keys mean.", &keys_strategy,
			definitions);
}

static JsonObject *machine_schema(void)
{
	struct writer w = {0};

	return document(&w, "A machine of staleline",
			"docs/scenario-format.md says what the keys mean.", &keys_machine, NULL);
}

static char *jsonl_schema(void)
{
	g_autoptr(GBytes) bytes = g_resources_lookup_data(JSONL_RESOURCE, 0, NULL);
	gsize length;
	const char *text;

	bug_on(!bytes, "the schema of the JSON lines is not built in");
	text = g_bytes_get_data(bytes, &length);
	return g_strndup(text, length);
}

char *schema_text(const char *name)
{
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autofree char *text = NULL;
	JsonObject *o;
	JsonNode *root;

	if (!strcmp(name, "jsonl"))
		return jsonl_schema();
	o = !strcmp(name, "strategy") ? strategy_schema() :
	    !strcmp(name, "machine")  ? machine_schema() :
					scenario_schema();
	root = json_node_new(JSON_NODE_OBJECT);
	json_node_take_object(root, o);
	json_generator_set_root(generator, root);
	json_node_unref(root);
	json_generator_set_pretty(generator, TRUE);
	json_generator_set_indent(generator, 2);
	text = json_generator_to_data(generator, NULL);
	return g_strdup_printf("%s\n", text);
}
