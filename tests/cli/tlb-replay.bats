# SPDX-License-Identifier: GPL-2.0-or-later
load helpers

log="$ROOT/tests/data/qemu-tlb/log.24Kc.s1.xz"

@test "tlb-replay: every line of the logs agrees, but those that show QEMU itself" {
	run "$TLB_REPLAY" "$ROOT"/tests/data/qemu-tlb/log.*.xz
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = '9022 lines, 0 mismatches, 9 artefacts' ]
}

@test "tlb-replay: reads a plain log, and one from standard input" {
	xz -dc "$log" >"$BATS_TEST_TMPDIR/log"
	run "$TLB_REPLAY" "$BATS_TEST_TMPDIR/log"
	[ "$status" -eq 0 ]
	[ "$output" = '3001 lines, 0 mismatches, 3 artefacts' ]
	gzip "$BATS_TEST_TMPDIR/log"
	run "$TLB_REPLAY" - <"$BATS_TEST_TMPDIR/log.gz"
	[ "$status" -eq 0 ]
	[ "$output" = '3001 lines, 0 mismatches, 3 artefacts' ]
}

# each changes one answer of the log
@test "tlb-replay: an answer that differs is a mismatch" {
	for change in \
		'/^LD .* -> V /s/-> V 0/-> V 1/' \
		'/^TP .* -> 8/s/-> 80000000/-> 00000001/' \
		'/^LD .* -> E 00000000/s/-> E 00000000/-> E 00000180/' \
		'/^ST .* -> E 00000180 1 /s/180 1/180 3/' \
		'/^TR /s/0$/8/'; do
		# the first line that the pattern matches
		pattern=${change%/s/*}/
		xz -dc "$log" | sed "0,$pattern{$change}" >"$BATS_TEST_TMPDIR/log"
		run "$TLB_REPLAY" "$BATS_TEST_TMPDIR/log"
		[ "$status" -eq 1 ]
		[[ "${lines[-1]}" == '3001 lines, 1 mismatches, '* ]]
	done
}

@test "tlb-replay: an answer that no older entry explains is no artefact" {
	xz -dc "$log" | sed '2911s/01030000/01040000/' >"$BATS_TEST_TMPDIR/log"
	run "$TLB_REPLAY" "$BATS_TEST_TMPDIR/log"
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = '3001 lines, 1 mismatches, 2 artefacts' ]
}

@test "tlb-replay: what is no log, or only half of one, is refused" {
	run "$TLB_REPLAY" "$ROOT/README.md"
	[ "$status" -eq 2 ]
	[[ "$output" == *'README.md:1: expected `# tlbref1 prid'* ]]
	xz -dc "$log" | head -n 100 >"$BATS_TEST_TMPDIR/log"
	run "$TLB_REPLAY" "$BATS_TEST_TMPDIR/log"
	[ "$status" -eq 2 ]
	head -c 2000 "$log" >"$BATS_TEST_TMPDIR/log.xz"
	run "$TLB_REPLAY" "$BATS_TEST_TMPDIR/log.xz"
	[ "$status" -eq 2 ]
	[[ "$output" == *'the xz data end too early'* ]]
	run "$TLB_REPLAY" no-such-log
	[ "$status" -eq 2 ]
}
