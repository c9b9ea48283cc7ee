#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run-bad-trace.sh [--promote] STALELINE DIR
# Runs `STALELINE trace` on each NAME.FORMAT of DIR, from inside it, as input of that format, and expects exit status 2,
# nothing on stdout, and on stderr what NAME.expected holds. Prints each mismatch as a diff; exit 1 if there is one.
# --promote writes the .expected files instead.
set -eu

usage='usage: run-bad-trace.sh [--promote] STALELINE DIR'
promote=no
if [ "${1:-}" = --promote ]; then
	promote=yes
	shift
fi
[ $# -eq 2 ] || { echo "$usage" >&2; exit 2; }
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$2"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
unset FORCE_COLOR || true

bad=0
count=0
for input in *.din *.xdin *.dinbin *.lackey *.auto; do
	[ -e "$input" ] || continue
	count=$((count + 1))
	name=${input%.*}
	status=0
	timeout 60 "$program" trace --color never --input-format "${input##*.}" "$input" \
		</dev/null >"$work/stdout" 2>"$work/stderr" || status=$?
	if [ "$status" -ne 2 ] || [ -s "$work/stdout" ]; then
		echo "$input: exit status $status, expected 2 and nothing on stdout"
		cat "$work/stdout"
		bad=$((bad + 1))
	fi
	if [ $promote = yes ]; then
		cp "$work/stderr" "$name.expected"
	elif ! diff -u --label "$name.expected" --label "$input (printed)" "$name.expected" "$work/stderr"; then
		bad=$((bad + 1))
	fi
done
if [ $bad -ne 0 ] || [ $count -eq 0 ]; then
	echo "run-bad-trace.sh: $bad mismatches in $count traces"
	exit 1
fi
