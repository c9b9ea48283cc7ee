#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh EVENTS_BINARY N SEED
# Runs N random scenarios, SEED and the following, and has flat.py judge each schedule of theirs on its own.
# Exit 1 on a disagreement: prints the seed, the scenario and the access. KEEP=FOLDER keeps the files there.
set -eu

usage='usage: run.sh EVENTS_BINARY N SEED'
[ $# -eq 3 ] || { echo "$usage" >&2; exit 2; }
[ -x "$1" ] || { echo "run.sh: $1: not a program" >&2; exit 2; }
events=$1
count=$2
seed=$3
here=$(dirname "$0")
jobs=2

work=${KEEP:-}
if [ -z "$work" ]; then
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
fi
trap 'exit 130' INT TERM

# one shard: scenarios, their events, the verdict
shard() {
	mkdir -p "$work/$1"
	python3 "$here/random_scenarios.py" "$2" "$3" "$work/$1"
	{ "$events" "$work/$1" 2>"$work/$1.stderr" || echo "$?" >"$work/$1.status"; } |
		python3 "$here/flat.py" >"$work/$1.out" 2>>"$work/$1.stderr" ||
		echo "$?" >"$work/$1.verdict"
}

each=$(((count + jobs - 1) / jobs))
i=0
while [ $i -lt $jobs ]; do
	first=$((i * each))
	n=$((count - first < each ? count - first : each))
	rm -f "$work/$i.status" "$work/$i.verdict"
	[ $n -le 0 ] || shard $i $((seed + first)) $n &
	i=$((i + 1))
done
wait

cat "$work"/*.out | awk -F '\t' -v work="$work" '
	$1 == "DISAGREE" { n++; file = seed = $2; gsub(/.*\/|[.]yaml$/, "", seed); print "seed " seed ", cell \"" $3 "\", schedule " $4 ", " $5 ":"
		print "  " $6; print "  " $7
		while ((getline line < file) > 0) print "    " line }
	/^flat: / { split($0, f, " "); scenarios += f[2]; accesses += f[6]; violations += f[8] }
	END { printf "oracle: %d scenarios, %d accesses, %d violations agreed, %d disagreements\n",
		scenarios, accesses, violations, n; ran = scenarios
		print ran > (work "/ran") }'
ran=$(cat "$work/ran")

# the first disagreement ends a shard, and events with it
if cat "$work"/*.verdict >/dev/null 2>&1; then
	cat "$work"/*.stderr >&2
	exit 1
fi
if cat "$work"/*.status >/dev/null 2>&1; then
	cat "$work"/*.stderr >&2
	echo "run.sh: $events failed" >&2
	exit 1
fi
[ "$ran" -eq "$count" ] || { echo "run.sh: only $ran of $count scenarios ran" >&2; exit 1; }
