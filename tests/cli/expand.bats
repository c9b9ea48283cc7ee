#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# expand: what it prints is a scenario of one cell, with the same outcome, and says where its values stand.

load helpers

setup() {
	cd "$ROOT" || return
	nest=scenarios/nest/user-softirq-hardirq.yaml
}

# The numbers of a cell that do not depend on its name: verdict, rules, states, transitions.
numbers() {
	sed -n '/"type":"cell"/s/.*\("verdict":.*\)/\1/p'
}

# same COMMAND FILE CELL: COMMAND says the same of the cell and of what expand prints of it.
same() {
	"$STALELINE" expand "$2" --cell "$3" >"$BATS_TEST_TMPDIR/cell.yaml"
	"$STALELINE" "$1" "$2" --cell "$3" --format jsonl | numbers >"$BATS_TEST_TMPDIR/one" || true
	"$STALELINE" "$1" "$BATS_TEST_TMPDIR/cell.yaml" --format jsonl | numbers >"$BATS_TEST_TMPDIR/two" || true
	[ -s "$BATS_TEST_TMPDIR/one" ]
	diff "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
	"$STALELINE" test --quiet "$BATS_TEST_TMPDIR/cell.yaml"
}

@test "what it prints has the same states and verdict" {
	same test docs/examples/neighbour.yaml size=24,schedule=early
	same test docs/examples/neighbour.yaml size=24,schedule=all
	same test docs/examples/copybreak+no-sync.yaml strategy=none,zone=highmem,schedule=default
	same test docs/examples/copybreak.yaml strategy=lowmem-only,zone=highmem,schedule=all
	same test $nest strategy=shared-slot,machine=toy,evict=none,schedule=all
}

@test "through a pipe into test" {
	# shellcheck disable=SC2016
	run --separate-stderr bash -c '"$1" expand "$2" --cell "$3" | "$1" test /dev/stdin' - "$STALELINE" \
		$nest strategy=ppc,machine=toy,evict=none,schedule=all
	assert_status 0
	assert_stdout 'cells: 1 passed'
}

@test "origins: the file's own lines, other lines of it, presets, the command line" {
	staleline expand $nest --cell machine=toy,evict=none,schedule=all --strategy ppc
	assert_status 0
	assert_stdout "strategy: ppc  # --strategy"
	line=$(grep -n 'level: softirq' $nest | cut -d : -f 1)
	assert_stdout "level: softirq  # $nest:$line"
	assert_stdout "; len from line "
	assert_stdout "tlb: {entries: 8}  # machines/toy.yaml:"
	[[ $output != *'$'* ]] || { show; false; }
	staleline expand tests/golden/report/lock-recursion.yaml
	assert_status 0
	[ "${lines[0]}" = "$(head -n 1 tests/golden/report/lock-recursion.yaml)" ]
}

@test "a strategy file is named from here" {
	staleline expand $nest --cell machine=toy,evict=none,schedule=all --strategy docs/examples/ppc-no-irq.yaml
	assert_status 0
	assert_stdout 'strategy: docs/examples/ppc-no-irq.yaml  # --strategy'
}

@test "several cells: says which there are" {
	staleline expand docs/examples/neighbour.yaml --cell size=24
	assert_status 2
	[ -z "$output" ] || { show; false; }
	assert_stderr 'expand: 3 cells are selected; choose one:'
	assert_stderr '--cell strategy=lowmem-only,size=24,schedule=all'
	staleline expand scenarios/dma/readahead-sata.yaml
	assert_status 2
	[[ $stderr =~ 'and '[0-9]+' more' ]] || { show; false; }
	staleline expand
	assert_status 2
	staleline expand docs/examples/neighbour.yaml docs/examples/copybreak.yaml
	assert_status 2
}
