#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What files and streams do to the program: several files, odd files, closed and full streams.

load helpers

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	good >good.yaml
}

good() {
	cat <<-'END'
		# Does anything happen?
		format: 1
		strategy: none
		pages:
		  pg: {zone: highmem}
		contexts:
		  a:
		    steps:
		      - kmap: {page: pg, as: v}
		      - write: {to: v+0x40}
		      - read: {from: v+0x40}
		      - kunmap: v
	END
}

@test "check: a good file" {
	staleline check good.yaml
	assert_status 0
	assert_stdout 'files: 1, cells: 1'
	[ -z "$stderr" ] || { show; false; }
}

@test "check: the scenarios that come with the program" {
	staleline check "$ROOT/scenarios"
	assert_status 0
	[ -z "$stderr" ] || { show; false; }
}

@test "check: one broken file among several, every file is read and the broken ones are named" {
	mkdir folder
	cp good.yaml folder/a.yaml
	sed 's/kmap:/kmpa:/' good.yaml >folder/b.yaml
	sed 's/highmem/himem/' good.yaml >folder/c.yaml
	staleline check folder good.yaml
	assert_status 2
	assert_stderr folder/b.yaml:9
	assert_stderr folder/c.yaml:5
	[[ $stderr != *folder/a.yaml* ]] || { show; false; }
	[[ $stderr != *good.yaml* ]] || { show; false; }
	[ -z "$output" ] || { show; false; }
}

@test "run, explore, test: a broken file among several runs none of them" {
	sed 's/kmap:/kmpa:/' good.yaml >bad.yaml
	for command in run explore; do
		staleline $command good.yaml bad.yaml
		assert_status 2
		assert_stderr bad.yaml:9
		[ -z "$output" ] || { show; false; }
	done
}

@test "empty, binary, huge and unreadable files are refused and named" {
	: >empty.yaml
	head -c 4096 /dev/zero >binary.yaml
	truncate -s 100M huge.yaml
	mkdir folder.yaml
	for file in empty.yaml binary.yaml huge.yaml folder.yaml missing.yaml /dev/null; do
		staleline check "$file"
		assert_status 2
		assert_stderr "$file"
		[ -z "$output" ] || { show; false; }
	done
	[ "$(id -u)" -eq 0 ] && return
	cp good.yaml locked.yaml
	chmod 000 locked.yaml
	staleline check locked.yaml
	assert_status 2
	assert_stderr locked.yaml
}

@test "a huge text is refused before it is read" {
	yes 'x: some text of a line that repeats' | head -c 100000000 >huge.yaml
	staleline check huge.yaml
	assert_status 2
	assert_stderr E0002
}

@test "CRLF and a byte order mark make no difference" {
	sed 's/$/\r/' good.yaml >crlf.yaml
	{ printf '\357\273\277'; cat good.yaml; } >bom.yaml
	staleline run good.yaml
	want=${output//good.yaml/FILE}
	want=${want//good/NAME}
	for file in crlf bom; do
		staleline run $file.yaml
		assert_status 0
		got=${output//$file.yaml/FILE}
		[ "${got//$file/NAME}" = "$want" ] || { show; false; }
	done
}

@test "a scenario from a pipe" {
	# shellcheck disable=SC2016 # expanded by the inner shell
	run --separate-stderr bash -c '"$1" check <(cat good.yaml)' - "$STALELINE"
	assert_status 0
}

@test "standard input closed" {
	# shellcheck disable=SC2016
	run --separate-stderr bash -c '"$1" run good.yaml <&-' - "$STALELINE"
	assert_status 0
	[ -z "$stderr" ] || { show; false; }
}

@test "a full disk is an error" {
	for arguments in 'run good.yaml' 'explore good.yaml' 'check good.yaml' 'list steps'; do
		# shellcheck disable=SC2016,SC2086
		run --separate-stderr bash -c 'p=$1; shift; "$p" "$@" >/dev/full' - "$STALELINE" $arguments
		[ "$status" -ne 0 ] || { echo "$arguments"; show; false; }
		[ -n "$stderr" ] || { echo "$arguments"; show; false; }
	done
}

@test "standard output closed is an error" {
	# shellcheck disable=SC2016
	run --separate-stderr bash -c '"$1" run good.yaml >&-' - "$STALELINE"
	[ "$status" -ne 0 ] || { show; false; }
	[ -n "$stderr" ] || { show; false; }
}

@test "a reader that stops after one line does no harm" {
	for arguments in 'run good.yaml' 'explore good.yaml' 'list steps'; do
		# shellcheck disable=SC2016,SC2086
		run --separate-stderr bash -c \
			'p=$1; shift; "$p" "$@" | head -n 1 >/dev/null; exit "${PIPESTATUS[0]}"' \
			- "$STALELINE" $arguments
		assert_no_crash
	done
}

@test "no escape sequences without a terminal, nor with NO_COLOR or TERM=dumb, unless asked for" {
	sed 's/kmap:/kmpa:/' good.yaml >bad.yaml
	for environment in A=1 COLUMNS=20 TERM=dumb NO_COLOR=1; do
		# shellcheck disable=SC2016
		run --separate-stderr env "$environment" "$STALELINE" run good.yaml
		assert_status 0
		[[ $output$stderr != *$'\033'* ]] || { show; false; }
		run --separate-stderr env "$environment" "$STALELINE" check bad.yaml
		assert_status 2
		[[ $output$stderr != *$'\033'* ]] || { show; false; }
	done
}

@test "what is printed does not depend on the terminal's width or on the locale" {
	staleline run good.yaml
	want=$output
	for environment in COLUMNS=20 TERM=dumb LC_ALL=C LC_ALL=C.UTF-8; do
		run --separate-stderr env "$environment" "$STALELINE" run good.yaml
		[ "$output" = "$want" ] || { show; false; }
	done
}

@test "two runs print the same bytes" {
	for arguments in 'run scenarios' 'explore scenarios/coherent' 'list steps' 'test scenarios/coherent --format jsonl'; do
		# shellcheck disable=SC2086
		(cd "$ROOT" && "$STALELINE" $arguments) >one 2>&1 || true
		# shellcheck disable=SC2086
		(cd "$ROOT" && "$STALELINE" $arguments) >two 2>&1 || true
		[ -s one ]
		cmp one two
	done
}

@test "list: every kind" {
	for what in machines strategies primitives steps keys rules; do
		staleline list $what
		assert_status 0
		[ "${#lines[@]}" -ge 3 ] || { show; false; }
		[ -z "$stderr" ] || { show; false; }
	done
	cd "$ROOT"
	staleline list scenarios
	assert_status 0
	assert_stdout scenarios/dma/readahead-sata.yaml
}

@test "list: what does not exist, and nothing" {
	staleline list strategie
	assert_status 2
	# shellcheck disable=SC2016
	assert_stderr 'did you mean `strategies`?'
	staleline list
	assert_status 2
	assert_stderr machines
	staleline list scenarios no-such-folder
	assert_status 2
	assert_stderr no-such-folder
}
