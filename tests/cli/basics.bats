#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What holds for the program as a whole: help, version, and what it does with a wrong command line.

load helpers

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

@test "--version prints the name and the version" {
	staleline --version
	assert_status 0
	[[ $output =~ ^staleline\ [0-9]+\.[0-9]+(\.[0-9]+)?$ ]] || { show; false; }
	[ -z "$stderr" ]
}

@test "--help names the commands" {
	staleline --help
	assert_status 0
	for command in run explore test check list replay; do
		grep -qE "^ +$command( |\$)" <<<"$output" || { echo "no $command"; show; false; }
	done
	[ -z "$stderr" ]
}

@test "no arguments: usage on stderr, exit status 2" {
	staleline
	assert_status 2
	grep -qi '^usage:' <<<"$stderr" || { show; false; }
	[ -z "$output" ]
}

@test "an unknown command is named, with the nearest one" {
	staleline rn
	assert_status 2
	assert_stderr rn
	# shellcheck disable=SC2016 # backquotes are printed
	assert_stderr 'did you mean `run`?'
	[ -z "$output" ]
}

@test "an unknown command that is near to none gets no guess" {
	staleline xyzzyxyzzy
	assert_status 2
	assert_stderr xyzzyxyzzy
	[[ $stderr != *"did you mean"* ]] || { show; false; }
}

@test "an unknown option: exit status 2" {
	staleline --no-such-option
	assert_status 2
	assert_stderr no-such-option
	staleline run --no-such-option
	assert_status 2
	assert_stderr no-such-option
}

@test "every command has a --help of its own" {
	for command in run explore test check list replay; do
		staleline $command --help
		assert_status 0
		assert_stdout "$command"
		[ -z "$stderr" ] || { show; false; }
	done
}

@test "a command that needs a file and gets none: exit status 2" {
	for command in run explore test check; do
		staleline $command
		assert_status 2
		[ -n "$stderr" ] || { echo "$command says nothing"; show; false; }
		[ -z "$output" ] || { show; false; }
	done
}

@test "a file that is not there is named: exit status 2" {
	for command in run explore test check; do
		staleline $command no-such-file.yaml
		assert_status 2
		assert_stderr no-such-file.yaml
	done
}

@test "a directory is no scenario: exit status 2" {
	mkdir folder.yaml
	staleline run folder.yaml
	assert_status 2
	assert_stderr folder.yaml
}

@test "a reader that stops after one line does no harm" {
	# shellcheck disable=SC2016 # expanded by the inner shell
	run --separate-stderr bash -c '"$1" --help | head -n 1 >/dev/null; exit "${PIPESTATUS[0]}"' - "$STALELINE"
	assert_no_crash
}

@test "a reader that is gone before the first line does no harm" {
	# The writer starts when the reader's end is closed for certain: it has been waited for.
	# shellcheck disable=SC2016 # expanded by the inner shell
	run --separate-stderr bash -c 'exec 3> >(:); wait $!; "$1" --help >&3' - "$STALELINE"
	assert_no_crash
}

@test "an unknown option: the nearest one is suggested" {
	staleline explore --sed 3 scenarios
	assert_status 2
	assert_stderr 'Unknown option --sed; did you mean `--seed`?'
	staleline trace --l1e 4k,1,16 -
	assert_stderr 'did you mean `--l1d`?'
	staleline explore --xyzzy
	assert_status 2
	[[ $stderr != *'did you mean'* ]] || { show; false; }
}
