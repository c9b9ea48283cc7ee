#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `staleline shrink`: what it takes, what it says when there is nothing to do, and its limits. That results are
# minimal is checked by tests/shrink/minimal.py.

load helpers

setup() {
	cd "$ROOT" || return
	scenario=scenarios/dma/readahead-sata.yaml
	cell=strategy=none,l2=no,schedule=evict-after
	least=$BATS_TEST_TMPDIR/least.yaml
}

@test "the result passes its own test, and says where it comes from" {
	staleline shrink $scenario --cell $cell -o "$least"
	assert_status 0
	assert_stdout "steps and 3 of 3 contexts are left, after"
	grep -q '1-minimal' "$least"
	grep -q 'stale-load at reader.user-read of' "$least"
	staleline test --quiet "$least"
	assert_status 0
	assert_stdout "cells: 1 passed, 0 failed, 0 skipped"
}

@test "what is printed is what is written, twice the same" {
	staleline shrink $scenario --cell $cell
	assert_status 0
	first=$output
	staleline shrink $scenario --cell $cell
	[ "$output" = "$first" ]
	"$STALELINE" shrink $scenario --cell $cell -o "$least"
	[ "$(cat "$least")" = "$first" ]
}

@test "the least cannot be shrunk any further" {
	"$STALELINE" shrink $scenario --cell $cell -o "$least"
	staleline shrink "$least"
	assert_status 0
	[ "$(sed -n '/^machine/,$p' <<<"$output")" = "$(sed -n '/^machine/,$p' "$least")" ]
}

@test "the cause may be another one, but with --cause" {
	staleline shrink $scenario --cell $cell
	assert_stdout "cause: not-invalidated"
	[[ $output != *evict-after:* ]]
	staleline shrink $scenario --cell $cell --cause
	assert_status 0
	assert_stdout "cause: clobbered-by-writeback"
	assert_stdout "do: {evict: pg}"
}

@test "the rule and the step can be chosen" {
	two="scenarios/dma/zone-crossing.yaml --cell strategy=kmap-stack,schedule=default"
	# shellcheck disable=SC2086
	staleline shrink $two --rule unsynced-range
	assert_status 0
	assert_stdout "rules: {unsynced-range: yes}"
	# shellcheck disable=SC2086
	staleline shrink $two --step writer.disk-read
	assert_status 0
	assert_stdout "stale-dma-read at writer.disk-read of"
}

@test "a write that is lost at the end is kept by the name of the end" {
	staleline shrink tests/golden/report/lost-write.yaml --step "the end" --rule lost-write
	assert_status 0
	assert_stdout "at: the end"
}

@test "a strategy file is named from where the result stands" {
	mkdir -p "$BATS_TEST_TMPDIR/a"
	staleline shrink tests/golden/report/slot-exhausted.yaml -o "$BATS_TEST_TMPDIR/a/least.yaml"
	assert_status 0
	staleline test --quiet "$BATS_TEST_TMPDIR/a/least.yaml"
	assert_status 0
	staleline shrink docs/examples/neighbour.yaml --cell size=24,schedule=early \
		--strategy strategies/lowmem-only.yaml -o "$BATS_TEST_TMPDIR/a/least.yaml"
	assert_status 0
	staleline test --quiet "$BATS_TEST_TMPDIR/a/least.yaml"
	assert_status 0
}

@test "no violation is no success" {
	staleline shrink $scenario --cell strategy=ppc,l2=no,schedule=default
	assert_status 1
	assert_stderr "nothing to shrink: found nothing"
	[ -z "$output" ]
}

@test "another violation than the one asked for is named" {
	staleline shrink $scenario --cell $cell --rule lost-write
	assert_status 1
	assert_stderr "found stale-load at reader.user-read"
}

@test "a refused cell is not shrunk" {
	staleline shrink tests/golden/report/refused.yaml
	assert_status 1
	assert_stderr "nothing to shrink: refused:"
}

@test "one cell of one file" {
	staleline shrink $scenario
	assert_status 2
	assert_stderr "shrink takes one cell"
	staleline shrink scenarios/dma --cell $cell
	assert_status 2
	staleline shrink
	assert_status 2
	assert_stderr "no scenario file is given"
}

@test "misspelt rules and steps get the nearest" {
	staleline shrink $scenario --cell $cell --rule stale-laod
	assert_status 2
	assert_stderr "did you mean \`stale-load\`?"
	staleline shrink $scenario --cell $cell --step reader.user-raed
	assert_status 2
	assert_stderr "did you mean \`reader.user-read\`?"
	staleline shrink $scenario --cell $cell --budget few
	assert_status 2
	assert_stderr "--budget: expected a number"
	staleline shrink $scenario --cell $cell -o "$BATS_TEST_TMPDIR/none/least.yaml"
	assert_status 2
	assert_stderr "--output:"
}

@test "a limit before a violation is found" {
	staleline shrink scenarios/nest/two-hardirqs.yaml --cell strategy=shared-slot,schedule=all --max-states 10
	assert_status 3
	assert_stderr "a limit was hit first"
	[ -z "$output" ]
}

@test "a budget that is used up leaves a smaller scenario, not proven to be the least" {
	staleline shrink $scenario --cell $cell --budget 5
	assert_status 3
	assert_stdout "Not proven to be minimal"
	assert_stderr "a limit ended it after 5 tries"
	printf '%s\n' "$output" >"$least"
	staleline test --quiet "$least"
	assert_status 0
}

@test "what goes only together goes together" {
	cat >"$BATS_TEST_TMPDIR/pair.yaml" <<-'END'
		# Does it matter to an alias that preemption is off?
		format: 1
		strategy: none
		machine:
		  preset: toy
		  l1d: {size: 128, ways: 1, line: 16}
		pages:
		  pg: {zone: lowmem}
		contexts:
		  process:
		    steps:
		      - preempt-disable
		      - map-user: {page: pg, as: u, colour: 1}
		      - write: {to: u}
		      - preempt-enable
		      - read: {from: pg, id: look}
	END
	staleline shrink "$BATS_TEST_TMPDIR/pair.yaml"
	assert_status 0
	assert_stdout "at: process.look"
	[[ $output != *preempt* ]]
}

@test "Ctrl-C: the least so far is printed, and is not called minimal; exit 130" {
	PYTHONPATH=$BATS_TEST_DIRNAME python3 - "$STALELINE" "$ROOT/tests/walk/victims.yaml" <<-'END'
		import sys
		from terminal import Terminal
		t = Terminal([sys.argv[1], 'shrink', sys.argv[2], '--cell', 'strategy=none,ways=2,line=16'], capture=True)
		t.wait_for('states, ')
		t.send('\x03')
		code, shown, out = t.finish()
		assert code == 130 and 'interrupted after' in shown, (code, shown, out)
		assert not out or '# Not proven to be minimal: it was interrupted.' in out, out
	END
}
