// SPDX-License-Identifier: GPL-2.0-or-later
#include "ywrite.h"

#include <string.h>

enum {
	WIDTH = 120, /* columns of a line */
	INDENT = 2,
	KEY_MAX =
		200, /* libyaml wants keys of up to 1024 characters, unless they are marked with `?` */
};

/* May `text` stand unquoted within brackets, where also the comma and the brackets have a meaning? */
static gboolean plain_in_flow(const struct ynode *node)
{
	const char *p = node->text;

	if (*p == '$' && !node->quoted)
		p++;
	if (!g_ascii_isalnum(*p) && !(*p && strchr("./_", *p) && g_ascii_isalnum(p[1])))
		return FALSE;
	for (; *p; p++)
		if (!g_ascii_isalnum(*p) && !strchr("._/+-$", *p) &&
		    !(*p == ' ' && p[1] != ' ' && p[1]))
			return FALSE;
	return TRUE;
}

/* What is written as an escape; NEL, LS and PS break lines, too. */
static gboolean is_control(gunichar c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff;
}

static gboolean has_control(const char *text)
{
	const char *p;

	for (p = text; *p; p = g_utf8_next_char(p))
		if (is_control(g_utf8_get_char(p)))
			return TRUE;
	return FALSE;
}

/* May it stand unquoted as the rest of a line? */
static gboolean plain_in_block(const struct ynode *node)
{
	const char *text = node->text;
	gsize length = strlen(text);

	if (plain_in_flow(node))
		return TRUE;
	return length && g_ascii_isalnum(text[0]) && text[length - 1] != ' ' &&
	       text[length - 1] != ':' && !strstr(text, ": ") && !strstr(text, " #") &&
	       !has_control(text);
}

static void write_quoted(GString *out, const char *text)
{
	const char *p;

	g_string_append_c(out, '"');
	for (p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == '"' || c == '\\')
			g_string_append_printf(out, "\\%c", (char)c);
		else if (c == '\n')
			g_string_append(out, "\\n");
		else if (c == '\t')
			g_string_append(out, "\\t");
		else if (is_control(c))
			g_string_append_printf(out, "\\u%04x", c);
		else
			g_string_append_unichar(out, c);
	}
	g_string_append_c(out, '"');
}

static void indent(GString *out, guint depth)
{
	g_string_append_printf(out, "%*s", (int)(depth * INDENT), "");
}

/* `depth`: of the map, in a block. A long key stands behind `?`, and in a block on a line of its own. */
static void write_key(GString *out, const struct ynode *key, gboolean flow, guint depth)
{
	gboolean marked = strlen(key->text) > KEY_MAX;

	if (marked)
		g_string_append(out, "? ");
	if (plain_in_flow(key))
		g_string_append(out, key->text);
	else
		write_quoted(out, key->text);
	if (marked && flow) {
		g_string_append_c(out, ' ');
	} else if (marked) {
		g_string_append_c(out, '\n');
		indent(out, depth);
	}
	g_string_append_c(out, ':');
}

/* {name: {…}} */
static gboolean is_step(const struct ynode *node)
{
	return node->kind == Y_MAP && node->entries->len == 1 &&
	       g_array_index(node->entries, struct yentry, 0).value->kind == Y_MAP;
}

/* On one line, as far as it can be; FALSE: it cannot, and `out` holds rubbish. */
static gboolean write_flow(GString *out, const struct ynode *node)
{
	guint i;

	switch (node->kind) {
	case Y_SCALAR:
		if (plain_in_flow(node))
			g_string_append(out, node->text);
		else if (!ynode_is_empty(node))
			write_quoted(out, node->text);
		return TRUE;
	case Y_LIST:
		g_string_append_c(out, '[');
		for (i = 0; i < node->items->len; i++) {
			const struct ynode *item = node->items->pdata[i];

			/* [a, , b] is no YAML; steps stand each on a line of its own */
			if (ynode_is_empty(item) || is_step(item))
				return FALSE;
			g_string_append(out, i ? ", " : "");
			if (!write_flow(out, item))
				return FALSE;
		}
		g_string_append_c(out, ']');
		return TRUE;
	case Y_MAP:
		g_string_append_c(out, '{');
		for (i = 0; i < node->entries->len; i++) {
			const struct yentry *e = &g_array_index(node->entries, struct yentry, i);

			g_string_append(out, i ? ", " : "");
			write_key(out, e->key, TRUE, 0);
			g_string_append_c(out, ' ');
			if (!write_flow(out, e->value))
				return FALSE;
		}
		g_string_append_c(out, '}');
		return TRUE;
	}
	return FALSE;
}

static gboolean is_flat(const struct ynode *node)
{
	guint i;

	for (i = 0; node->kind == Y_LIST && i < node->items->len; i++)
		if (((struct ynode *)node->items->pdata[i])->kind != Y_SCALAR)
			return FALSE;
	for (i = 0; node->kind == Y_MAP && i < node->entries->len; i++)
		if (g_array_index(node->entries, struct yentry, i).value->kind != Y_SCALAR)
			return FALSE;
	return TRUE;
}

static gboolean is_hollow(const struct ynode *node)
{
	return (node->kind == Y_LIST && !node->items->len) ||
	       (node->kind == Y_MAP && !node->entries->len);
}

static gsize column(const GString *out)
{
	const char *line = strrchr(out->str, '\n');

	return (gsize)g_utf8_strlen(line ? line + 1 : out->str, -1);
}

/* Appends the value to the line, where it fits and `may`: it is part of an item of a list, or it is flat. */
static gboolean write_inline(GString *out, const struct ynode *node, gboolean may)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (!may || !write_flow(text, node))
		return FALSE;
	if (column(out) + (gsize)g_utf8_strlen(text->str, -1) > WIDTH && !is_hollow(node))
		return FALSE;
	g_string_append(out, text->str);
	return TRUE;
}

/* `>-` gives the words back with one space between them. */
static gboolean can_fold(const char *text)
{
	gsize length = strlen(text);

	return length && text[0] != ' ' && text[length - 1] != ' ' && !strstr(text, "  ") &&
	       !has_control(text);
}

static void write_folded(GString *out, const char *text, guint depth)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	guint i;

	g_string_append(out, ">-\n");
	indent(out, depth + 1);
	for (i = 0; words[i]; i++) {
		gsize room = (gsize)g_utf8_strlen(words[i], -1) + 1;

		if (i && column(out) + room > WIDTH) {
			g_string_append_c(out, '\n');
			indent(out, depth + 1);
		} else if (i) {
			g_string_append_c(out, ' ');
		}
		g_string_append(out, words[i]);
	}
}

/* Lines that `|` gives back as they are. */
static gboolean can_be_literal(const char *text)
{
	const char *p;

	if (!strchr(text, '\n') || strchr(" \n", text[0]) || g_str_has_suffix(text, "\n\n"))
		return FALSE;
	for (p = text; *p; p = g_utf8_next_char(p)) {
		if (*p != '\n' && is_control(g_utf8_get_char(p)))
			return FALSE;
		if (*p == ' ' && (p[1] == '\n' || !p[1]))
			return FALSE;
	}
	return TRUE;
}

static void write_literal(GString *out, const char *text, guint depth)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	gboolean whole = g_str_has_suffix(text, "\n");
	guint i;

	g_string_append(out, whole ? "|" : "|-");
	for (i = 0; lines[i] && !(whole && !lines[i + 1]); i++) {
		g_string_append_c(out, '\n');
		if (*lines[i])
			indent(out, depth + 1);
		g_string_append(out, lines[i]);
	}
}

static void write_scalar(GString *out, const struct ynode *node, guint depth)
{
	gboolean long_line = column(out) + (gsize)g_utf8_strlen(node->text, -1) > WIDTH;
	/* a plain `$name` stays plain */
	gboolean block = node->text[0] != '$' || node->quoted;

	if (block && can_be_literal(node->text))
		write_literal(out, node->text, depth);
	else if (block && long_line && can_fold(node->text))
		write_folded(out, node->text, depth);
	else if (plain_in_block(node))
		g_string_append(out, node->text);
	else if (!ynode_is_empty(node))
		write_quoted(out, node->text);
}

static void write_block(GString *out, const struct ynode *node, guint depth, gboolean begun);

/* The value behind `key:`; `item`: the key stands alone behind a dash. */
static void write_value(GString *out, const struct ynode *node, guint depth, gboolean item)
{
	/* the parts of a file are blocks */
	gboolean part = depth == 0 && node->kind == Y_MAP;

	if (ynode_is_empty(node))
		return;
	g_string_append_c(out, ' ');
	if (node->kind == Y_SCALAR) {
		write_scalar(out, node, depth);
	} else if (!write_inline(out, node, is_hollow(node) || item || (is_flat(node) && !part))) {
		g_string_truncate(out, out->len - 1);
		g_string_append_c(out, '\n');
		write_block(out, node, depth + 1, FALSE);
	}
}

/* What stands behind a dash. */
static void write_item(GString *out, const struct ynode *node, guint depth)
{
	gboolean one = node->kind == Y_MAP && node->entries->len == 1;

	if (ynode_is_empty(node))
		return;
	g_string_append_c(out, ' ');
	if (node->kind == Y_SCALAR)
		write_scalar(out, node, depth);
	else if (one || !write_inline(out, node, TRUE))
		write_block(out, node, depth + 1, TRUE);
}

static gboolean is_multiline(const GString *out, gsize from)
{
	return strchr(out->str + from, '\n') != NULL;
}

/* Maps and lists as blocks. `begun`: the first line is indented already, by a dash before it. */
static void write_block(GString *out, const struct ynode *node, guint depth, gboolean begun)
{
	gboolean apart = depth < 2 && node->kind == Y_MAP, before = FALSE;
	guint i, n = node->kind == Y_LIST ? node->items->len : node->entries->len;

	for (i = 0; i < n; i++) {
		g_autoptr(GString) one = g_string_new(NULL);
		gboolean many;

		if (!begun || i)
			indent(one, depth);
		else /* only its length counts */
			g_string_append(one, strrchr(out->str, '\n') ? strrchr(out->str, '\n') + 1 :
								       out->str);
		if (begun && !i)
			g_string_truncate(out, out->len - one->len);
		if (node->kind == Y_LIST) {
			g_string_append_c(one, '-');
			write_item(one, node->items->pdata[i], depth);
		} else {
			const struct yentry *e = &g_array_index(node->entries, struct yentry, i);

			write_key(one, e->key, FALSE, depth);
			write_value(one, e->value, depth, begun && n == 1);
		}
		/* parts of a file, and contexts, stand apart */
		many = is_multiline(one, 0) &&
		       (node->kind == Y_LIST ||
			g_array_index(node->entries, struct yentry, i).value->kind != Y_SCALAR);
		if (i && apart && (many || before))
			g_string_append_c(out, '\n');
		before = many;
		g_string_append(out, one->str);
		if (i + 1 < n)
			g_string_append_c(out, '\n');
	}
}

void ywrite(GString *out, const struct ynode *root)
{
	if (root->kind == Y_SCALAR || is_hollow(root)) {
		if (root->kind == Y_SCALAR && !plain_in_flow(root))
			write_quoted(out, root->text);
		else
			write_flow(out, root);
	} else {
		write_block(out, root, 0, FALSE);
	}
	g_string_append_c(out, '\n');
}
