#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `staleline explain`: every name that a report can print is explained, and every example shows what it says.

load helpers

names() {
	"$STALELINE" list rules | sed -n 's/^  \([a-z-]*\) .*/\1/p'
}

@test "every rule and warning is explained" {
	for name in $(names); do
		staleline explain "$name"
		assert_status 0
		assert_stdout "$name ("
	done
}

warnings() {
	"$STALELINE" list rules | sed -n '/^warnings/,$s/^  \([a-z-]*\) .*/\1/p'
}

causes() {
	sed -n 's/^CAUSE([A-Z0-9_]*, "\([a-z0-9-]*\)".*/\1/p' "$BATS_TEST_DIRNAME/../../src/causes.def" | grep -v '^unknown$'
}

@test "every example breaks what it is the example of" {
	cd "$BATS_TEST_DIRNAME/../.."
	for name in $(names) $(causes); do
		[ "$name" != machine-check ] || continue
		example=$("$STALELINE" explain "$name" | sed -n 's/^See it happen: staleline //p')
		[ -n "$example" ] || { echo "$name has no example"; false; }
		# shellcheck disable=SC2086
		staleline $example
		case " $(warnings | tr '\n' ' ') " in
		*" $name "*) assert_status 0 ;;
		*) assert_status 1 ;;
		esac
		assert_stdout "$name"
	done
}

@test "a name mistyped gets the nearest one" {
	staleline explain stale-lod
	assert_status 2
	assert_stderr "did you mean \`stale-load\`?"
}

@test "no name is a usage error" {
	staleline explain
	assert_status 2
}
