#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Machines that speculate: what a verdict without fills says, the event `fill`, trails with fills in them.

load helpers

setup() {
	cd "$ROOT" || return
	file=scenarios/dma/speculative-fill.yaml
	cell=strategy=lowmem-only,core=loads,post=no,dma=noncoherent
}

@test "a machine that speculates is not called clean without its fills, but under that assumption" {
	sed -e 's/fills: any/fills: none/' -e '/^expect:/,$d' $file >"$BATS_TEST_TMPDIR/none.yaml"
	staleline explore "$BATS_TEST_TMPDIR/none.yaml" --cell $cell
	assert_status 0
	assert_stdout 'complete; assumed: no fills'
	# on one that does not there is nothing to assume
	staleline explore "$BATS_TEST_TMPDIR/none.yaml" --cell ${cell/loads/none}
	assert_status 0
	assert_stdout '  clean  ('
	[[ $output != *assumed* ]] || { show; false; }
	# and where nothing is said, fills are on
	sed -e '/fills: any/d' -e '/^expect:/,$d' $file >"$BATS_TEST_TMPDIR/default.yaml"
	staleline explore "$BATS_TEST_TMPDIR/default.yaml" --cell $cell
	assert_status 1
	assert_stdout 'stale-load sometimes'
	staleline explore $file --cell $cell --limit fills=1
	assert_status 1
}

@test "a fill of the schedule: late where the line is still there, never on a machine that does not speculate" {
	sed -e 's/{at: driver.start, do: {fill: rx}}/{at: driver.map, do: {fill: rx}}/' -e '/^expect:/,$d' \
		$file >"$BATS_TEST_TMPDIR/late.yaml"
	staleline run "$BATS_TEST_TMPDIR/late.yaml" --cell $cell,schedule=prefetch
	assert_stdout 'the event at driver.map could not happen there; it happened as soon as it could'
	staleline run $file --cell ${cell/loads/none},schedule=prefetch
	assert_status 0
	assert_stdout 'never'
}

@test "the shortest trail has its fill, and replays; stepping through shows it, forward and back" {
	trail=$("$STALELINE" explore $file --cell $cell | sed -n 's/^replay: .* --trail //p')
	[[ $trail == *,p0.0.1000000,* ]] || { echo "$trail"; false; }
	staleline replay $file --cell $cell,schedule=all --trail "$trail"
	assert_status 1
	assert_stdout 'cause: refilled-during-dma'
	PYTHONPATH=tests/cli python3 - "$STALELINE" $file $cell,schedule=all "$trail" <<-'END'
		import re, sys
		from terminal import Terminal
		t = Terminal([sys.argv[1], 'replay', sys.argv[2], '--cell', sys.argv[3], '--interactive',
		              '--trail', sys.argv[4]], columns=100, rows=30)
		before = t.frame('choice 0 of ')
		t.send('/unasked\r')
		frame = t.frame('did: .*unasked')
		assert 'the D$ of cpu0 fills the line of 0x1000000 into set 0x0, unasked' in frame, frame
		assert re.search(r'(?m)^caches D\$ cpu0 rx\+0x0..0xf: none -> boot content', frame), frame
		t.send('p')
		frame = t.frame('choice 8 of ')
		assert not re.search(r'(?m)^. D\$ cpu0 rx\+0x0', frame), frame
		t.send('0g')
		assert t.frame('choice 0 of ') == before
		t.send('q')
		assert t.finish()[0] == 1 and t.restored()
	END
}

@test "on a real machine fills of the lines that are touched are searched, not of the whole page" {
	sed -e 's/preset: toy/preset: 24kec-rt5350/' -e '/^expect:/,$d' $file >"$BATS_TEST_TMPDIR/lowmem.yaml"
	staleline explore "$BATS_TEST_TMPDIR/lowmem.yaml" --cell $cell --max-states 10000
	assert_status 1
	assert_stdout 'stale-load sometimes'
	assert_stdout ' complete)'
	sed -e 's/preset: toy/preset: 24kec-rt5350/' -e '/^expect:/,$d' "${file%.yaml}+highmem.yaml" \
		>"$BATS_TEST_TMPDIR/highmem.yaml"
	staleline explore "$BATS_TEST_TMPDIR/highmem.yaml" --cell strategy=ppc,core=loads,post=no --max-states 10000
	assert_status 1
	assert_stdout 'stale-load sometimes'
	assert_stdout ' complete)'
	staleline explore "$BATS_TEST_TMPDIR/highmem.yaml" --cell strategy=ppc,core=loads,post=yes --max-states 10000
	assert_status 0
	assert_stdout '  clean  ('
}

@test "schedules by chance find what a fill breaks, either way" {
	for way in "" "--priorities 3"; do
		# shellcheck disable=SC2086
		staleline explore $file --cell $cell --random 2000 $way
		assert_status 1
		assert_stdout 'error[stale-load]'
		assert_stdout 'refilled-during-dma'
	done
}

@test "shrink keeps the machine's speculation, and takes away what is not needed for it" {
	staleline shrink $file --cell $cell,schedule=all -o "$BATS_TEST_TMPDIR/least.yaml"
	assert_status 0
	grep -q 'speculation: loads' "$BATS_TEST_TMPDIR/least.yaml"
	staleline explore "$BATS_TEST_TMPDIR/least.yaml"
	assert_status 1
	assert_stdout 'refilled-during-dma'
}
