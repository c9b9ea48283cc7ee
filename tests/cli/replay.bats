#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Trails: where they come from and how they are given. What is wrong with one is in tests/golden/bad-trail.

load helpers

setup() {
	cd "$ROOT" || return
	file=tests/golden/report/cells.yaml
	cell=strategy=none,l2=no,schedule=all
}

# The trail of the first violation that exploring $file's $cell prints.
a_trail() {
	"$STALELINE" explore "$file" --cell "$cell" | sed -n 's/^replay: .* --trail //p'
}

@test "a trail is taken as text, from a file, and from standard input" {
	a_trail >"$BATS_TEST_TMPDIR/trail"
	staleline replay $file --cell $cell --trail "$(cat "$BATS_TEST_TMPDIR/trail")"
	assert_status 1
	assert_stdout 'error[stale-dma-read]'
	text=$output
	staleline replay $file --cell $cell --trail "@$BATS_TEST_TMPDIR/trail"
	assert_status 1
	[ "$output" = "$text" ]
	run --separate-stderr "$STALELINE" replay $file --cell $cell --trail - <"$BATS_TEST_TMPDIR/trail"
	assert_status 1
	[ "$output" = "$text" ]
	staleline replay $file --cell $cell --trail "@$BATS_TEST_TMPDIR/none"
	assert_status 2
	assert_stderr 'No such file'
}

@test "comments and layout of the file do not matter to a trail" {
	trail=$(a_trail)
	{
		sed 's/kmap-atomic: {page: pg, as: v}/kmap-atomic:\n          page: pg   # the page\n          as: v/' $file
		echo '# the end'
	} >"$BATS_TEST_TMPDIR/cells.yaml"
	cmp -s $file "$BATS_TEST_TMPDIR/cells.yaml" && return 1
	staleline replay "$BATS_TEST_TMPDIR/cells.yaml" --cell $cell --trail "$trail"
	assert_status 1
	assert_stdout 'error[stale-dma-read]'
}

@test "the trail of one schedule replays to what the schedule found" {
	for name in default early; do
		trail=$("$STALELINE" run $file --cell strategy=none,l2=no,schedule=$name --print-trail |
			sed -n 's/^trail:  //p' | head -n 1)
		[ -n "$trail" ]
		staleline run $file --cell strategy=none,l2=no,schedule=$name
		wanted=$status
		staleline replay $file --cell strategy=none,l2=no,schedule=$name --trail "$trail"
		assert_status "$wanted"
	done
}

@test "jsonl: every violation has a trail, and the trail of any of them replays to it" {
	for command in run explore test; do
		run "$STALELINE" $command scenarios/dma/partial-line.yaml scenarios/tlb $file --format jsonl
		[ "$status" -lt 2 ]
		python3 - "$STALELINE" <(echo "$output") <<-'END'
			import json, subprocess, sys
			seen = 0
			for line in open(sys.argv[2]):
			    o = json.loads(line)
			    if o["type"] == "cell" and o["schedule"] != "all":
			        assert o["trail"] and o["transitions"], o
			    if o["type"] != "violation":
			        continue
			    assert o["trail"], o
			    seen += 1
			    command = [sys.argv[1], "replay", o["file"], "--cell", o["cell"], "--trail", o["trail"],
			               "--format", "jsonl"]
			    again = subprocess.run(command, capture_output=True, text=True, timeout=60)
			    assert again.returncode == 1, (command, again.stderr)
			    found = [json.loads(p) for p in again.stdout.splitlines()]
			    keys = ("type", "rule", "cause", "step", "place", "at")
			    assert any(all(p.get(k) == o[k] for k in keys) for p in found), (o, found)
			assert seen
		END
	done
}

@test "a long trail comes as a here-document that a shell can run" {
	cat >"$BATS_TEST_TMPDIR/long.yaml" <<-'END'
		# Does the device read the last of many writes?
		format: 1
		machine: {preset: toy}
		pages:
		  pg: {zone: lowmem}
		devices:
		  disk: {}
		contexts:
		  a:
		    steps:
		      - repeat: {times: 100, steps: [{write: {to: pg, id: data}}]}
		      - dma-map-page: {page: pg, dir: to-device, dev: disk, id: map}
		      - dev-start: {dev: disk, map: map}
		      - wait-irq: disk
		schedules:
		  evict: [{after: a.data, do: {evict: pg}}]
	END
	# each write but the last one is evicted
	evicts=$("$STALELINE" run "$BATS_TEST_TMPDIR/long.yaml" --strategy none --schedule evict --print-trail |
		sed -n 's/^trail: .*,\(x[^,]*\),.*/\1/p' | head -n 1)
	[ -n "$evicts" ]
	trail=2:e0
	for _ in $(seq 99); do trail=$trail,s0,$evicts; done
	staleline replay "$BATS_TEST_TMPDIR/long.yaml" --strategy none --trail "$trail,s0*4,d0"
	assert_status 1
	assert_stdout 'error[stale-dma-read]'
	text=$output
	command=$(sed -n '/^replay: /,/^END$/p' <<<"$text" | sed 's/^replay: //')
	[[ $command == *"--trail - <<'END'"* ]]
	PATH=$(dirname "$STALELINE"):$PATH run --separate-stderr sh -c "$command"
	assert_status 1
	[ "$output" = "$text" ]
}

@test "--print names the choices, and is for people" {
	staleline replay $file --cell $cell --trail "$(a_trail)" --print
	assert_status 1
	assert_stdout "local_flush_tlb_one  kmap-atomic pg   $file:"
	assert_stdout 'disk  reads memory'
	staleline replay $file --cell $cell --trail "$(a_trail)" --print --format jsonl
	assert_status 2
}
