#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `staleline explore --worst`: the largest figures of all schedules, and trails to them.

load helpers

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	scenario=scenarios/nest/user-softirq-hardirq.yaml
	cell=strategy=arm-reentrant,machine=toy,evict=none
}

@test "one thread and two say the same, trails and all" {
	"$STALELINE" explore --worst -j1 $scenario --cell $cell --format jsonl >"$BATS_TEST_TMPDIR/one"
	"$STALELINE" explore --worst -j2 $scenario --cell $cell --format jsonl >"$BATS_TEST_TMPDIR/two"
	cmp "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
	[ "$(grep -c '"type":"worst"' "$BATS_TEST_TMPDIR/one")" -ge 10 ]
}

@test "with and without reduction the same is the worst" {
	local way
	for way in '' --no-reduction; do
		# shellcheck disable=SC2086
		"$STALELINE" explore --worst $way -j1 scenarios/tlb/kunmap-atomic.yaml --format jsonl |
			grep '"type":"worst"' | sed 's/"trail".*//; /nest/d' >"$BATS_TEST_TMPDIR/ways$way"
	done
	[ -s "$BATS_TEST_TMPDIR/ways" ]
	diff "$BATS_TEST_TMPDIR/ways" "$BATS_TEST_TMPDIR/ways--no-reduction"
}

@test "every command that it prints shows a schedule" {
	local command n=0
	"$STALELINE" explore --worst $scenario --cell $cell |
		sed -n 's/^  >>> staleline //p' >"$BATS_TEST_TMPDIR/commands"
	while read -r command; do
		# shellcheck disable=SC2086
		staleline $command
		assert_status 0
		n=$((n + 1))
	done <"$BATS_TEST_TMPDIR/commands"
	[ $n -ge 8 ]
}

@test "without --worst there is none of it" {
	staleline explore $scenario --cell $cell --format jsonl
	assert_status 0
	[[ $output != *'"type":"worst"'* ]]
}

@test "a search that was cut short says at least" {
	staleline explore --worst --max-states 2000 -j1 $scenario --cell $cell
	assert_status 3
	assert_stdout 'at least'
	assert_stdout 'At least: not all schedules were tried.'
}
