#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh CAUSES_BINARY N SEED
# The causes of the data violations in N random scenarios, SEED and the following (tests/oracle/random_scenarios.py).
# Prints what tests/tools/causes prints; exit 1 where a violation cannot be repeated by the way causes are checked, or
# where more than 1 in 100 has no cause that stands. KEEP=FOLDER keeps the files there.
set -eu

usage='usage: run.sh CAUSES_BINARY N SEED'
[ $# -eq 3 ] || { echo "$usage" >&2; exit 2; }
[ -x "$1" ] || { echo "run.sh: $1: not a program" >&2; exit 2; }

work=${KEEP:-}
if [ -z "$work" ]; then
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
fi
trap 'exit 130' INT TERM
mkdir -p "$work"
python3 "$(dirname "$0")/../oracle/random_scenarios.py" "$3" "$2" "$work"
"$1" --all --states 3000 --unknown 10 "$work"
