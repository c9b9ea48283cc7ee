#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `staleline compare`: strategies side by side, and against an earlier comparison.

load helpers

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	scenario=scenarios/dma/l2-board-cache.yaml
}

@test "a table names scenarios, strategies, verdicts and costs" {
	staleline compare $scenario
	assert_status 0
	assert_stdout "l1-only"
	assert_stdout "DMA s"
	assert_stdout "cache ops"
	assert_stdout "No winner is declared"
}

@test "the baseline of an unchanged tree shows no change" {
	"$STALELINE" compare $scenario --format jsonl >"$BATS_TEST_TMPDIR/base"
	staleline compare $scenario --baseline "$BATS_TEST_TMPDIR/base"
	assert_status 0
	assert_stdout "changed since the baseline: 0"
}

@test "a verdict that changed, and a place that is gone, are named" {
	"$STALELINE" compare $scenario --format jsonl | sed 's/"verdict":"clean"/"verdict":"violates"/' \
		>"$BATS_TEST_TMPDIR/base"
	staleline compare $scenario --cell l2=no --baseline "$BATS_TEST_TMPDIR/base"
	assert_status 1
	assert_stdout "was violates, is clean"
	assert_stdout "is gone"
}

@test "a baseline that is none is bad input" {
	staleline compare $scenario --baseline $scenario
	assert_status 2
	assert_stderr "expected a line of"
}

@test "a limit is not success" {
	staleline compare $scenario --max-states 10
	assert_status 3
}

@test "every built-in strategy" {
	staleline compare $scenario --strategy all --cell l2=no
	assert_status 0
	assert_stdout "context-"
	assert_stdout "uncached"
}

@test "scenarios of one name are told apart by their paths" {
	mkdir "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	cp $scenario "$BATS_TEST_TMPDIR/a/x.yaml"
	sed 's/evictions: any/evictions: none/' $scenario >"$BATS_TEST_TMPDIR/b/x.yaml"
	cd "$BATS_TEST_TMPDIR"
	staleline compare a b
	assert_status 0
	assert_stdout "a/x.yaml"
	assert_stdout "b/x.yaml"
	"$STALELINE" compare a b --format jsonl | sort >places
	[ "$(sed 's/.*"place":"\([^"]*\)".*/\1/' places | sort | uniq -d | wc -l)" = 0 ]
}
