#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run-report.sh [--promote] STALELINE ROOT
# ROOT/tests/golden/report/cases has a case a line: NAME EXIT-CODE ARGUMENTS. Runs `STALELINE ARGUMENTS` from
# inside ROOT, so that paths are relative, with --color never, and expects the exit code, nothing on stderr, and on stdout what
# NAME.expected next to `cases` holds. Prints each mismatch as a diff; exit 1 if there is one.
# --promote writes the .expected files instead; codes in `cases` are never changed.
set -eu

usage='usage: run-report.sh [--promote] STALELINE ROOT'
promote=no
if [ "${1:-}" = --promote ]; then
	promote=yes
	shift
fi
[ $# -eq 2 ] || { echo "$usage" >&2; exit 2; }
[ -x "$1" ] || { echo "run-report.sh: $1: not a program" >&2; exit 2; }
[ -f "$2/tests/golden/report/cases" ] || { echo "run-report.sh: $2: no tests/golden/report/cases" >&2; exit 2; }
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$2"
dir=tests/golden/report

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
unset FORCE_COLOR || true

bad=0
count=0
: >"$work/names"
: >"$work/used"
while read -r name code arguments; do
	printf '%s\n' "$code" "$arguments" | tr ' ' '\n' | grep "^$dir/" >>"$work/used" || true
	case $name in
	'' | '#'*) continue ;;
	esac
	count=$((count + 1))
	if grep -qxF -e "$name" "$work/names"; then
		echo "$name: twice in $dir/cases"
		bad=$((bad + 1))
	fi
	echo "$name" >>"$work/names"
	status=0
	# the arguments are words without blanks, quotes and patterns
	# shellcheck disable=SC2086
	(set -f; exec timeout 60 "$program" $arguments --color never) \
		</dev/null >"$work/stdout" 2>"$work/stderr" || status=$?
	if [ "$status" -ne "$code" ]; then
		echo "$name: exit status $status, expected $code"
		bad=$((bad + 1))
	fi
	if [ -s "$work/stderr" ]; then
		echo "$name: printed on stderr:"
		cat "$work/stderr"
		bad=$((bad + 1))
	fi
	if [ $promote = yes ]; then
		cp "$work/stdout" "$dir/$name.expected"
	elif [ ! -e "$dir/$name.expected" ]; then
		echo "$name: no $dir/$name.expected"
		bad=$((bad + 1))
	elif ! diff -u --label "$dir/$name.expected" --label "$name (printed)" \
		"$dir/$name.expected" "$work/stdout"; then
		bad=$((bad + 1))
	fi
done <"$dir/cases"
for expected in "$dir"/*.expected; do
	name=$(basename "$expected" .expected)
	if ! grep -qxF -e "$name" "$work/names"; then
		echo "$expected: not in $dir/cases"
		bad=$((bad + 1))
	fi
done
for input in "$dir"/*.yaml; do
	if ! grep -qxF -e "$input" "$work/used"; then
		echo "$input: no case uses it"
		bad=$((bad + 1))
	fi
done

if [ $bad -ne 0 ]; then
	echo "run-report.sh: $bad mismatches in $count cases"
	exit 1
fi
