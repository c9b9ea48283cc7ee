#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run-bad-scenario.sh [--promote] STALELINE DIR
# Runs `STALELINE check NAME.yaml`, or `STALELINE test NAME.yaml` for names that begin with "test-", on
# every DIR/NAME.yaml from inside DIR. Expects exit status 2, nothing on stdout, and on stderr what
# DIR/NAME.expected holds. Prints each mismatch as a diff; exit 1 if there is one.
# --promote writes the .expected files instead.
set -eu

usage='usage: run-bad-scenario.sh [--promote] STALELINE DIR'
promote=no
if [ "${1:-}" = --promote ]; then
	promote=yes
	shift
fi
[ $# -eq 2 ] || { echo "$usage" >&2; exit 2; }
[ -x "$1" ] || { echo "run-bad-scenario.sh: $1: not a program" >&2; exit 2; }
[ -d "$2" ] || { echo "run-bad-scenario.sh: $2: not a directory" >&2; exit 2; }
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$2"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
unset FORCE_COLOR || true

bad=0
count=0
for input in *.yaml; do
	name=${input%.yaml}
	command=check
	case $name in
	test-*) command='test' ;;
	esac
	count=$((count + 1))
	status=0
	timeout 60 "$program" $command "$input" >"$work/stdout" 2>"$work/stderr" || status=$?
	if [ $status -ne 2 ]; then
		echo "$input: exit status $status, expected 2"
		bad=$((bad + 1))
	fi
	if [ -s "$work/stdout" ]; then
		echo "$input: printed on stdout:"
		cat "$work/stdout"
		bad=$((bad + 1))
	fi
	if [ $promote = yes ]; then
		cp "$work/stderr" "$name.expected"
	elif [ ! -e "$name.expected" ]; then
		echo "$input: no $name.expected"
		bad=$((bad + 1))
	elif ! diff -u --label "$name.expected" --label "$input (printed)" \
		"$name.expected" "$work/stderr"; then
		bad=$((bad + 1))
	fi
done
for expected in *.expected; do
	if [ ! -e "${expected%.expected}.yaml" ]; then
		echo "$expected: no such input"
		bad=$((bad + 1))
	fi
done

if [ $bad -ne 0 ]; then
	echo "run-bad-scenario.sh: $bad mismatches in $count files"
	exit 1
fi
