#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The progress line, and Ctrl-C: what is known is printed, what is not complete says so, and the exit code is 130.

load helpers

setup() {
	cd "$ROOT" || return
}

@test "explore: progress on a terminal; Ctrl-C says what is known" {
	LINE='states, .* transitions, .*/s, depth [0-9]+' interrupt explore tests/walk/victims.yaml \
		--cell strategy=l1-only >"$BATS_TEST_TMPDIR/out"
	grep -q 'inconclusive: interrupted before anything was found  (.* states, .* NOT COMPLETE)' "$BATS_TEST_TMPDIR/out"
	grep -q '^cells: 1, violated: 0, with warnings: [01], not complete: 1, not begun: 3$' "$BATS_TEST_TMPDIR/out"
}

@test "explore: a violation that was found before Ctrl-C is told" {
	LINE='states, .* transitions' interrupt explore tests/walk/victims.yaml --cell strategy=none,ways=2,line=16 \
		>"$BATS_TEST_TMPDIR/out"
	grep -q 'violates: .* (stopped by an interrupt from the keyboard)' "$BATS_TEST_TMPDIR/out"
	grep -q '^replay: ' "$BATS_TEST_TMPDIR/out"
}

@test "test: a cell that Ctrl-C stops has not passed" {
	sed 's/^matrix:/expect: [{when: {}, verdict: clean}]\nmatrix:/' tests/walk/victims.yaml >"$BATS_TEST_TMPDIR/v.yaml"
	LINE='1/4  .* states, ' interrupt test "$BATS_TEST_TMPDIR/v.yaml" --cell strategy=l1-only >"$BATS_TEST_TMPDIR/out"
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/out")" = 'cells: 0 passed, 1 failed, 3 skipped' ]
}

@test "run: progress, and Ctrl-C" {
	LINE='steps, .*/s' interrupt run tests/walk/forever.yaml --max-steps 1000000M >"$BATS_TEST_TMPDIR/out"
	grep -q 'interrupted' "$BATS_TEST_TMPDIR/out"
	grep -q 'not complete: 1' "$BATS_TEST_TMPDIR/out"
}

@test "compare: what Ctrl-C left undone reads as not complete" {
	LINE='states, ' interrupt compare tests/walk/victims.yaml >"$BATS_TEST_TMPDIR/out"
	grep -q '^Interrupted: ' "$BATS_TEST_TMPDIR/out"
	run ! grep -E '  ok( |$)|  -( |$)' "$BATS_TEST_TMPDIR/out"
}

@test "no progress with --quiet, on a dumb terminal, nor where stderr is none" {
	PYTHONPATH=tests/cli python3 - "$STALELINE" <<-'END'
		import subprocess, sys
		from terminal import Terminal
		command = [sys.argv[1], 'explore', 'tests/walk/victims.yaml', '--cell', 'strategy=none,ways=2,line=16',
		           '--max-states', '40k']
		for more, env in (['--quiet'], {}), ([], {'TERM': 'dumb'}):
		    t = Terminal(command + more, capture=True, env=env)
		    code, shown, out = t.finish()
		    assert code == 1 and shown == '' and out, (code, shown, out)
		done = subprocess.run(command, capture_output=True, text=True)
		assert done.stderr == '', done.stderr
	END
}

@test "the progress line keeps to the terminal's width" {
	PYTHONPATH=tests/cli python3 - "$STALELINE" <<-'END'
		import sys
		from terminal import Terminal, plain
		t = Terminal([sys.argv[1], 'explore', 'tests/walk/victims.yaml'], columns=24, capture=True)
		line = t.wait_for(r'\r[^\r]*states[^\r]*\x1b\[K').group(0)
		assert len(plain(line).strip('\r')) < 24, line
		t.send('\x03')
		code, _, _ = t.finish()
		assert code == 130
	END
}

@test "run: a readahead of 64 MiB, page by page, needs less than 200 MiB" {
	cat >"$BATS_TEST_TMPDIR/big.yaml" <<-'END'
		format: 1
		strategy: ppc
		pages:
		  ra: {zone: highmem, count: 16384, free: yes}
		devices:
		  sata0: {}
		contexts:
		  reader:
		    steps:
		      - readahead: {pages: "ra[0..16383]", dev: sata0, id: map}
		      - wait-on-page: {pages: "ra[0..16383]"}
		  sata-irq:
		    level: hardirq
		    on: sata0
		    steps:
		      - ata-qc-complete: {map: reader.map}
	END
	python3 - "$STALELINE" run "$BATS_TEST_TMPDIR/big.yaml" >"$BATS_TEST_TMPDIR/out" <<-'END'
		import resource, subprocess, sys
		code = subprocess.call(sys.argv[1:])
		kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
		# sanitizers keep shadow memory and freed blocks
		sanitized = b'__asan_init' in open(sys.argv[1], 'rb').read()
		assert code == 0 and (sanitized or kib < 200 << 10), (code, kib)
	END
	grep -q 'nothing found in this schedule' "$BATS_TEST_TMPDIR/out"
	LINE='steps, .*/s' interrupt run "$BATS_TEST_TMPDIR/big.yaml" >/dev/null
}
