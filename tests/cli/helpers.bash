# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # status, output and stderr are set by run
#
# Shared by the command-line tests: load it with "load helpers".

bats_require_minimum_version 1.5.0

# The top of the source tree, and the program under test: meson sets STALELINE.
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
STALELINE=${STALELINE:-$ROOT/build/staleline}
case $STALELINE in
/*) ;;
*) STALELINE=$PWD/$STALELINE ;;
esac

# staleline ARGUMENT...: runs the program; then $status, $output (stdout) and $stderr are set.
staleline() {
	run --separate-stderr "$STALELINE" "$@"
}

# The assertions say what they saw: bats prints the output of a failed test only.

show() {
	printf 'status: %s\nstdout:\n%s\nstderr:\n%s\n' "$status" "$output" "${stderr-}"
}

assert_status() {
	[ "$status" -eq "$1" ] && return
	echo "expected exit status $1"
	show
	return 1
}

# assert_stdout TEXT, assert_stderr TEXT: the stream contains the text.
assert_stdout() {
	[[ $output == *"$1"* ]] && return
	echo "expected on stdout: $1"
	show
	return 1
}

assert_stderr() {
	[[ ${stderr-} == *"$1"* ]] && return
	echo "expected on stderr: $1"
	show
	return 1
}

# The program ended by itself, or by SIGPIPE; not by another signal, an internal error (70) or a
# sanitizer's report (86, 23: see script/test).
assert_no_crash() {
	case $status in
	141) return ;;
	70 | 86 | 23) ;;
	*) [ "$status" -lt 128 ] && return ;;
	esac
	echo 'the program crashed'
	show
	return 1
}

# The first Python that has PACKAGE.
python_with() {
	local python
	for python in python3 /usr/bin/python3; do
		if "$python" -c "import $1" 2>/dev/null; then
			echo "$python"
			return
		fi
	done
	return 1
}

# interrupt ARGUMENT...: presses Ctrl-C once the progress line is there; prints stdout. $LINE is what the line has.
interrupt() {
	PYTHONPATH=$BATS_TEST_DIRNAME python3 - "$LINE" "$STALELINE" "$@" <<-'END'
		import sys
		from terminal import Terminal
		t = Terminal(sys.argv[2:], capture=True)
		t.wait_for(sys.argv[1])
		t.send('\x03')
		code, shown, out = t.finish()
		assert code == 130, (code, shown, out)
		# the line is erased before anything else is printed, and nothing else is said on stderr
		assert shown.rstrip().endswith('\x1b[K'), shown
		assert t.restored()
		print(out, end='')
	END
}
