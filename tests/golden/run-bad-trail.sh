#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run-bad-trail.sh [--promote] STALELINE DIR
# DIR/cases has a case a line: NAME ARGUMENTS. Runs `STALELINE replay ARGUMENTS` from inside DIR. Expects exit
# status 2, nothing on stdout, and on stderr what DIR/NAME.expected holds. Prints each mismatch as a diff; exit 1
# if there is one.
# --promote writes the .expected files instead.
set -eu

usage='usage: run-bad-trail.sh [--promote] STALELINE DIR'
promote=no
if [ "${1:-}" = --promote ]; then
	promote=yes
	shift
fi
[ $# -eq 2 ] || { echo "$usage" >&2; exit 2; }
[ -x "$1" ] || { echo "run-bad-trail.sh: $1: not a program" >&2; exit 2; }
[ -f "$2/cases" ] || { echo "run-bad-trail.sh: $2: no cases" >&2; exit 2; }
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$2"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
unset FORCE_COLOR || true

bad=0
count=0
: >"$work/names"
while read -r name arguments; do
	case $name in
	'' | '#'*) continue ;;
	esac
	count=$((count + 1))
	echo "$name" >>"$work/names"
	status=0
	# the arguments are words without blanks, quotes and patterns
	# shellcheck disable=SC2086
	(set -f; exec timeout 60 "$program" replay $arguments --color never) \
		</dev/null >"$work/stdout" 2>"$work/stderr" || status=$?
	if [ $status -ne 2 ]; then
		echo "$name: exit status $status, expected 2"
		bad=$((bad + 1))
	fi
	if [ -s "$work/stdout" ]; then
		echo "$name: printed on stdout:"
		cat "$work/stdout"
		bad=$((bad + 1))
	fi
	if [ $promote = yes ]; then
		cp "$work/stderr" "$name.expected"
	elif [ ! -e "$name.expected" ]; then
		echo "$name: no $name.expected"
		bad=$((bad + 1))
	elif ! diff -u --label "$name.expected" --label "$name (printed)" \
		"$name.expected" "$work/stderr"; then
		bad=$((bad + 1))
	fi
done <cases
for expected in *.expected; do
	if ! grep -qxF -e "${expected%.expected}" "$work/names"; then
		echo "$expected: not in cases"
		bad=$((bad + 1))
	fi
done

if [ $bad -ne 0 ]; then
	echo "run-bad-trail.sh: $bad mismatches in $count cases"
	exit 1
fi
