// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tree and the places of its nodes. What is refused, and in which words, is in
 * tests/golden/bad-yaml.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/scenario/ytree.h"

struct fixture {
	struct diag *diag;
	struct ytree *tree;
};

static int set_up(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->diag = diag_new();
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	ytree_free(f->tree);
	diag_free(f->diag);
	g_free(f);
	return 0;
}

static struct ynode *load(struct fixture *f, const char *text)
{
	g_autoptr(GString) out = g_string_new(NULL);

	ytree_free(f->tree);
	f->tree = ytree_load_text(f->diag, "test.yaml", text, strlen(text));
	if (!f->tree) {
		diag_print(f->diag, out, FALSE);
		fail_msg("refused:\n%s", out->str);
	}
	return f->tree->root;
}

static void refused(struct fixture *f, const char *text)
{
	guint before = diag_mark(f->diag);

	ytree_free(f->tree);
	f->tree = ytree_load_text(f->diag, "test.yaml", text, strlen(text));
	assert_null(f->tree);
	assert_true(diag_mark(f->diag) > before);
}

static struct ynode *item(const struct ynode *list, guint i)
{
	assert_int_equal(list->kind, Y_LIST);
	assert_true(i < list->items->len);
	return g_ptr_array_index(list->items, i);
}

static void place_is(struct span span, const char *want)
{
	g_autofree char *got =
		g_strdup_printf("%u:%u-%u:%u", span.line, span.col, span.end_line, span.end_col);

	assert_string_equal(got, want);
}

static void text_is(const struct ynode *node, const char *want)
{
	assert_non_null(node);
	assert_int_equal(node->kind, Y_SCALAR);
	assert_string_equal(node->text, want);
}

/* Nothing changes its type, and quotes are remembered. */
static void test_scalars_stay_text(void **state)
{
	struct ynode *root = load(*state, "[no, 010, 0x1F, 1e3, ~, null, '', \"a\\tb\", 'it''s']");
	const char *const texts[] = {"no", "010", "0x1F", "1e3", "~", "null", "", "a\tb", "it's"};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		text_is(item(root, i), texts[i]);
		assert_int_equal(item(root, i)->quoted, i > 5);
	}
}

static void test_get_and_kinds(void **state)
{
	struct ynode *root = load(*state, "a: 1\nb: [x]\nc: {d: e}\nnone:\nempty: ''\n");

	text_is(ynode_get(root, "a"), "1");
	assert_null(ynode_get(root, "z"));
	assert_null(ynode_get(ynode_get(root, "b"), "x"));
	assert_string_equal(ynode_kind_name(ynode_get(root, "a")), "a text");
	assert_string_equal(ynode_kind_name(ynode_get(root, "b")), "a list");
	assert_string_equal(ynode_kind_name(ynode_get(root, "c")), "a map");
	assert_string_equal(ynode_kind_name(ynode_get(root, "none")), "nothing");
	assert_string_equal(ynode_kind_name(ynode_get(root, "empty")), "a text");
}

/* A comma in an unquoted value begins a key without a value, which later checks report. */
static void test_key_without_value(void **state)
{
	struct ynode *root = load(*state, "{note: readahead, page is not kmapped}");
	const struct yentry *entry = &g_array_index(root->entries, struct yentry, 1);

	text_is(ynode_get(root, "note"), "readahead");
	text_is(entry->key, "page is not kmapped");
	place_is(entry->key->span, "1:19-1:38");
	assert_true(ynode_is_empty(entry->value));
}

/* The end of a block is that of its last child, although libyaml notices it lines later. */
static void test_places_of_blocks(void **state)
{
	struct ynode *root = load(*state, "# first\nlist:\n  - a\n  - {b: c}  # end\n\n\n"
					  "doc: |\n  one\n  two\n\nlast: x y  \n");

	place_is(root->span, "2:1-11:10");
	place_is(ynode_get(root, "list")->span, "3:3-4:11");
	place_is(item(ynode_get(root, "list"), 1)->span, "4:5-4:11");
	place_is(ynode_get(root, "doc")->span, "7:6-9:6");
	text_is(ynode_get(root, "doc"), "one\ntwo\n");
	place_is(ynode_get(root, "last")->span, "11:7-11:10");
}

/* libyaml begins a node at its `&` or `!`. */
static void test_places_behind_properties(void **state)
{
	struct ynode *root = load(*state, "a: &x 1\nb: !!str &y 2\nc: &z # why\n  - &q 3\n"
					  "d: &m !!map {k: v}\ne: &e\n&key f: 4\ng: ! no\n");

	place_is(ynode_get(root, "a")->span, "1:7-1:8");
	place_is(ynode_get(root, "b")->span, "2:13-2:14");
	place_is(ynode_get(root, "c")->span, "4:3-4:9");
	place_is(item(ynode_get(root, "c"), 0)->span, "4:8-4:9");
	place_is(ynode_get(root, "d")->span, "5:13-5:19");
	assert_true(ynode_is_empty(ynode_get(root, "e")));
	place_is(g_array_index(root->entries, struct yentry, 5).key->span, "7:6-7:7");
	assert_true(ynode_get(root, "g")->quoted);
}

static void test_places_count_code_points(void **state)
{
	struct ynode *root = load(*state, "{\xc3\xa9: \"\xe6\xbc\xa2\", b: c}");

	place_is(ynode_get(root, "\xc3\xa9")->span, "1:5-1:8");
	place_is(ynode_get(root, "b")->span, "1:13-1:14");
}

/* Only CR, LF and CRLF end a line, whatever else libyaml takes for one. */
static void test_line_breaks(void **state)
{
	struct ynode *root = load(*state, "a: 1\r\nb: 2\rc: \"\xe2\x80\xa8\"\nd: 4\n");

	place_is(ynode_get(root, "a")->span, "1:4-1:5");
	place_is(ynode_get(root, "b")->span, "2:4-2:5");
	place_is(ynode_get(root, "c")->span, "3:4-3:7");
	place_is(ynode_get(root, "d")->span, "4:4-4:5");
}

static void test_byte_order_mark(void **state)
{
	struct ynode *root = load(*state, "\xef\xbb\xbf{a: 1}\n");

	place_is(ynode_get(root, "a")->span, "1:5-1:6");
}

static void test_alias(void **state)
{
	struct ynode *root = load(*state, "a: &x {k: v}\nb: *x\nc: [*x, &x 2, *x]\n*x : key\n");
	struct ynode *a = ynode_get(root, "a"), *b = ynode_get(root, "b");

	assert_true(b->alias);
	assert_false(a->alias);
	assert_ptr_equal(b->entries, a->entries);
	place_is(b->span, "1:7-1:13");
	place_is(b->used_at, "2:4-2:6");
	place_is(a->used_at, "1:7-1:13");
	/* a name may be given again, and then means the later node */
	text_is(item(ynode_get(root, "c"), 2), "2");
	text_is(ynode_get(root, "2"), "key");
}

static void keys_are(const struct ynode *map, const char *want)
{
	g_autoptr(GString) got = g_string_new(NULL);

	for (guint i = 0; i < map->entries->len; i++) {
		const struct yentry *entry = &g_array_index(map->entries, struct yentry, i);

		g_string_append_printf(got, "%s%s=%s%s", i ? " " : "", entry->key->text,
				       entry->value->kind == Y_SCALAR ? entry->value->text : "...",
				       entry->merged ? "*" : "");
	}
	assert_string_equal(got->str, want);
}

/* Own keys win, earlier maps win over later ones, and nothing is merged below the top. */
static void test_merge(void **state)
{
	struct ynode *root = load(*state, "a: &a {x: 1, y: 2, deep: {p: 1}}\n"
					  "b: &b {y: 3, z: 4}\n"
					  "one: &one {own: 0, <<: *a, y: 9}\n"
					  "two: {<<: [*b, *a], deep: {q: 2}}\n"
					  "three: {<<: *one, z: 5}\n"
					  "quoted: {'<<': 1}\n"
					  "inline: {<<: {x: 7}}\n");

	keys_are(ynode_get(root, "one"), "own=0 x=1* deep=...* y=9");
	keys_are(ynode_get(root, "two"), "y=3* z=4* x=1* deep=...");
	keys_are(ynode_get(ynode_get(root, "two"), "deep"), "q=2");
	keys_are(ynode_get(root, "three"), "own=0* x=1* deep=...* y=9* z=5");
	keys_are(ynode_get(root, "quoted"), "<<=1");
	keys_are(ynode_get(root, "inline"), "x=7*");
	place_is(ynode_get(ynode_get(root, "one"), "x")->span, "1:11-1:12");
}

/* A file that is read twice is refused twice, although its faults are printed once. */
static void test_refused_again(void **state)
{
	struct fixture *f = *state;

	refused(f, "a: 1\na: 2\n");
	refused(f, "a: 1\na: 2\n");
	assert_int_equal(diag_count(f->diag), 1);
}

static void test_limits(void **state)
{
	struct fixture *f = *state;
	g_autofree char *open = g_strnfill(64, '['), *close = g_strnfill(64, ']');
	g_autofree char *deep = g_strconcat(open, close, NULL);
	g_autofree char *deeper = g_strconcat("[", open, close, "]", NULL);
	g_autoptr(GString) many = g_string_new(NULL);
	g_autofree char *large = g_malloc(YTREE_BYTES_MAX + 1);

	load(f, deep);
	refused(f, deeper);

	/* the list itself is one */
	for (guint i = 0; i < YTREE_NODES_MAX - 1; i++)
		g_string_append(many, "- x\n");
	load(f, many->str);
	g_string_append(many, "- x\n");
	refused(f, many->str);

	memset(large, ' ', YTREE_BYTES_MAX);
	large[YTREE_BYTES_MAX] = '\0';
	memcpy(large, "a: 1", 4);
	load(f, large);
	ytree_free(f->tree);
	f->tree = ytree_load_text(f->diag, "large", large, YTREE_BYTES_MAX + 1);
	assert_null(f->tree);
}

/* No size to ask for: the reading itself must stop. */
static void test_endless_file(void **state)
{
	struct fixture *f = *state;
	GPtrArray *faults;

	f->tree = ytree_load_file(f->diag, "/dev/zero");
	assert_null(f->tree);
	faults = diag_sorted(f->diag);
	assert_int_equal(faults->len, 1);
	assert_string_equal(((struct diag_fault *)g_ptr_array_index(faults, 0))->code, "E0002");
	g_ptr_array_unref(faults);
}

/* One long line: a place must not cost a walk from the line's beginning. */
static void test_long_line(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GString) text = g_string_new("[");
	struct ynode *last;

	for (guint i = 0; i < 90000; i++)
		g_string_append(
			text, "\"\xc3\xa9 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",");
	g_string_append(text, "end]");
	last = item(load(f, text->str), 90000);
	text_is(last, "end");
	assert_int_equal(last->span.col, 90000 * 56 + 2);
}

static void test_codes_are_in_order(void **state)
{
	guint count;
	const struct diag_code *codes = diag_code_list(&count);

	(void)state;
	assert_true(count > 0);
	for (guint i = 0; i < count; i++) {
		assert_int_equal(strlen(codes[i].code), 5);
		assert_true(*codes[i].title && *codes[i].explanation);
		assert_ptr_equal(diag_code_find(codes[i].code), &codes[i]);
		if (i)
			assert_true(strcmp(codes[i - 1].code, codes[i].code) < 0);
	}
	assert_null(diag_code_find("E9999"));
}

static void printed_is(struct fixture *f, gboolean colour, const char *want)
{
	g_autoptr(GString) out = g_string_new(NULL);

	diag_print(f->diag, out, colour);
	assert_string_equal(out->str, want);
}

/* The picture that the format's documentation shows. */
static void test_print(void **state)
{
	struct fixture *f = *state;
	const char *text = "one:\ncontexts:\n  reader:\n    run: 0\n    steps:\n"
			   "      - dma-map-gs:   {pages: [pg]}\n";
	const struct diag_source *src = diag_add_source(f->diag, "s.yaml", text, strlen(text));
	gsize at = strstr(text, "dma") - text, context = strstr(text, "reader") - text;

	for (int i = 0; i < 2; i++) {
		struct span span = diag_source_span(src, at, at + 10);
		struct diag_fault *fault;

		fault = diag_error(f->diag, "E0103", span, "unknown step `%s`", "dma-map-gs");
		diag_primary_label(fault, "not a step");
		diag_label(fault, diag_source_span(src, context, context + 7), "in this context");
		diag_help(fault, "did you mean `dma-map-sg`?");
		diag_note(fault, "`staleline list steps` shows all steps");
	}
	assert_int_equal(diag_count(f->diag), 1);
	printed_is(f, FALSE,
		   "error[E0103]: unknown step `dma-map-gs`\n"
		   "  --> s.yaml:6:9\n"
		   "   |\n"
		   "3  |   reader:\n"
		   "   |   ------- in this context\n"
		   "...\n"
		   "6  |       - dma-map-gs:   {pages: [pg]}\n"
		   "   |         ^^^^^^^^^^ not a step\n"
		   "   |\n"
		   "   = help: did you mean `dma-map-sg`?\n"
		   "   = note: `staleline list steps` shows all steps\n");
}

/* Faults of several files, in files without lines, and labels in other files. */
static void test_print_files(void **state)
{
	struct fixture *f = *state;
	const struct diag_source *a = diag_add_source(f->diag, "a.yaml", "one\ntwo\n\tthree\n", 15);
	const struct diag_source *b = diag_add_source(f->diag, "b\033.yaml", "x: y\n", 5);
	struct diag_fault *fault;

	diag_error(f->diag, "E0001", diag_source_whole(b), "second file");
	fault = diag_error(f->diag, "E0030", diag_source_span(a, 9, 14), "tab\nand label");
	diag_label(fault, diag_source_span(b, 0, 1), "other file");
	diag_label(fault, diag_source_span(a, 0, 3), "same file");
	diag_error(f->diag, "E0031", diag_source_span(a, 4, 100), "to the end");
	diag_error(f->diag, "E0032", (struct span){.src = NULL}, "no file");
	printed_is(f, FALSE,
		   "error[E0032]: no file\n"
		   "\n"
		   "error[E0031]: to the end\n"
		   "  --> a.yaml:2:1\n"
		   "   |\n"
		   "2  | two\n"
		   "   | ^^^\n"
		   "\n"
		   "error[E0030]: tab\\x0Aand label\n"
		   "  --> a.yaml:3:2\n"
		   "   |\n"
		   "1  | one\n"
		   "   | --- same file\n"
		   "2  | two\n"
		   "3  |         three\n"
		   "   |         ^^^^^\n"
		   "  ::: b\\x1B.yaml:1:1\n"
		   "   |\n"
		   "1  | x: y\n"
		   "   | - other file\n"
		   "\n"
		   "error[E0001]: second file\n"
		   "  --> b\\x1B.yaml\n");
}

static void test_print_colour(void **state)
{
	struct fixture *f = *state;
	const struct diag_source *a = diag_add_source(f->diag, "a.yaml", "one\n", 4);

	diag_error(f->diag, "E0030", diag_source_span(a, 0, 3), "bad");
	printed_is(f, TRUE,
		   "\033[1;31merror[E0030]\033[0m\033[1m: bad\033[0m\n"
		   "\033[1;34m  -->\033[0m a.yaml:1:1\n"
		   "\033[1;34m   |\033[0m\n"
		   "\033[1;34m1  |\033[0m one\n"
		   "\033[1;34m   |\033[0m \033[1;31m^^^\033[0m\n");
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_scalars_stay_text),
		WITH_FIXTURE(test_get_and_kinds),
		WITH_FIXTURE(test_key_without_value),
		WITH_FIXTURE(test_places_of_blocks),
		WITH_FIXTURE(test_places_behind_properties),
		WITH_FIXTURE(test_places_count_code_points),
		WITH_FIXTURE(test_line_breaks),
		WITH_FIXTURE(test_byte_order_mark),
		WITH_FIXTURE(test_alias),
		WITH_FIXTURE(test_merge),
		WITH_FIXTURE(test_refused_again),
		WITH_FIXTURE(test_limits),
		WITH_FIXTURE(test_endless_file),
		WITH_FIXTURE(test_long_line),
		WITH_FIXTURE(test_print),
		WITH_FIXTURE(test_print_files),
		WITH_FIXTURE(test_print_colour),
		cmocka_unit_test(test_codes_are_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
