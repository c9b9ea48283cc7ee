#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run-bad-yaml.sh [--promote] YAML_CHECK DIR
# Runs the program YAML_CHECK on every DIR/NAME.yaml, and on what DIR/generate.sh writes, and compares
# what it prints with DIR/NAME.expected. Prints each mismatch as a diff; exit 1 if there is one.
# --promote writes the .expected files instead. "missing" is a name without a file.
set -eu

usage='usage: run-bad-yaml.sh [--promote] YAML_CHECK DIR'
promote=no
if [ "${1:-}" = --promote ]; then
	promote=yes
	shift
fi
[ $# -eq 2 ] || { echo "$usage" >&2; exit 2; }
[ -x "$1" ] || { echo "run-bad-yaml.sh: $1: not a program" >&2; exit 2; }
[ -d "$2" ] || { echo "run-bad-yaml.sh: $2: not a directory" >&2; exit 2; }
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
golden=$(cd "$2" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/in"
cp "$golden"/*.yaml "$work/in/"
"$golden/generate.sh" "$work/in"
cd "$work/in"

bad=0
count=0
for input in *.yaml missing.yaml; do
	name=${input%.yaml}
	count=$((count + 1))
	status=0
	timeout 60 "$program" "$input" >"$work/got" 2>"$work/stderr" || status=$?
	want=2
	[ -s "$work/got" ] || want=0
	if [ $status -ne $want ] || [ -s "$work/stderr" ]; then
		echo "$input: exit status $status, expected $want"
		cat "$work/stderr"
		bad=$((bad + 1))
	fi
	if [ $promote = yes ]; then
		cp "$work/got" "$golden/$name.expected"
	elif [ ! -e "$golden/$name.expected" ]; then
		echo "$input: no $name.expected"
		bad=$((bad + 1))
	elif ! diff -u --label "$name.expected" --label "$input (printed)" \
		"$golden/$name.expected" "$work/got"; then
		bad=$((bad + 1))
	fi
done
for expected in "$golden"/*.expected; do
	name=$(basename "$expected" .expected)
	if [ "$name" != missing ] && [ ! -e "$name.yaml" ]; then
		echo "$name.expected: no such input"
		bad=$((bad + 1))
	fi
done

if [ $bad -ne 0 ]; then
	echo "run-bad-yaml.sh: $bad mismatches in $count files"
	exit 1
fi
