#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# generate.sh DIR: writes the inputs that cannot or should not be kept as text: bytes that editors
# and version control change, and files that are large.
set -eu
cd "$1"

# Encodings.
printf 'name: one\nbytes: a\000b\n' >nul-byte.yaml
printf 'name: one\ntitle: "caf\351 noir"\n' >latin1.yaml
printf 'name: one\ntitle: "cut \342\202' >utf8-cut.yaml
printf '\377\376n\000:\000 \0001\000\n\000' >utf16-bom.yaml
printf 'n\000:\000 \0001\000\n\000' >utf16-no-bom.yaml
printf '\357\273\277name: 1\nname: 2\n' >bom.yaml
printf '\357\273\277a: {b: 1, b: 2}\n' >bom-column.yaml
printf '\357\273\277' >bom-only.yaml
printf 'name: one\r\npages:\r\n  pg: 1\r\n  pg: 2\r\n' >crlf.yaml
printf 'name: one\rpages:\r  pg: 1\r  pg: 2\r' >lone-cr.yaml
printf 'name: one\na: {b: x\033[31m}\n' >control.yaml
printf 'good: 1\r\nlist:\r\n- a\r\n' >good-crlf.yaml
printf '\357\273\277good: 1\n' >good-bom.yaml

# Files that are no files, empty or too large ones.
: >empty.yaml
mkdir -p directory.yaml
truncate -s 100M sparse.yaml
awk 'BEGIN { for (i = 0; i < 8388609; i += 64) printf "#%62s\n", "" }' >large.yaml

# Depth: the parser itself would take minutes for these.
awk 'BEGIN { for (i = 0; i < 200000; i++) printf "[" }' >deep-flow.yaml
awk 'BEGIN { for (i = 0; i < 200000; i++) printf "- "; print "a" }' >deep-block.yaml
awk 'BEGIN { for (i = 0; i < 65; i++) printf "%*sk:\n", i, ""; }' >deep-map.yaml
awk 'BEGIN { printf "a: &a "; for (i = 0; i < 40; i++) printf "["; for (i = 0; i < 40; i++) printf "]"
	printf "\nb: "; for (i = 0; i < 40; i++) printf "["; printf "*a"
	for (i = 0; i < 40; i++) printf "]"; print "" }' >deep-alias.yaml
awk 'BEGIN { for (i = 0; i < 64; i++) printf "["; for (i = 0; i < 64; i++) printf "]"; print "" }' \
	>good-depth-64.yaml

# Sizes.
awk 'BEGIN { print "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"
	for (i = 1; i < 10; i++) { printf "a%d: &a%d [", i, i
		for (k = 0; k < 10; k++) printf "%s*a%d", k ? ", " : "", i - 1
		print "]" } }' >alias-bomb.yaml
awk 'BEGIN { for (i = 0; i < 100001; i++) print "- x" }' >many-values.yaml
awk 'BEGIN { printf "a: ["; for (i = 0; i < 3000; i++) printf "x%d, ", i; print "{k: 1, k: 2}]" }' \
	>long-line.yaml
