#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Exit codes of run, explore and test, and the options that select cells, strategies and schedules.

load helpers

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	scenario >dma.yaml
}

# A page dirty in the cache through a fixmap slot, written back for the disk: `none` loses.
scenario() {
	cat <<-'END'
		# Does the disk read what was written?
		format: 1
		matrix:
		  axes:
		    strategy: [none, ppc]
		    schedule: [default, early, all]
		pages:
		  pg: {zone: highmem}
		devices:
		  disk: {}
		contexts:
		  a:
		    steps:
		      - kmap-atomic: {page: pg, as: v}
		      - write: {to: v+0x40, id: dirty}
		      - kunmap-atomic: v
		      - dma-map-sg: {pages: pg, dir: to-device, dev: disk, id: map}
		      - dev-start: {dev: disk, map: map}
		      - wait-irq: disk
		      - dma-unmap-sg: map
		schedules:
		  early:
		    - {after: a.dirty, do: {evict: pg+0x40}}
		explore: {evictions: any}
		expect:
		  - {when: {strategy: none, schedule: default}, verdict: violates, rules: {stale-dma-read: yes}}
		  - {when: {strategy: none, schedule: all}, verdict: violates, rules: {stale-dma-read: sometimes}}
		  - {when: {schedule: early}, verdict: clean}
		  - {when: {strategy: ppc, schedule: [default, all]}, verdict: clean}
	END
}

@test "run: 1 when a rule was broken, 0 when not" {
	staleline run dma.yaml
	assert_status 1
	assert_stdout violates
	staleline run dma.yaml --cell strategy=ppc
	assert_status 0
	assert_stdout 'nothing found in this schedule'
	[[ $output != *clean* ]] || { show; false; }
}

@test "explore: 1 when a rule can be broken, 0 when all is clean" {
	staleline explore dma.yaml
	assert_status 1
	assert_stdout violates
	staleline explore dma.yaml --cell strategy=ppc
	assert_status 0
	assert_stdout clean
}

@test "test: 0 as expected, 1 not as expected; the last line counts" {
	staleline test dma.yaml
	assert_status 0
	[ "${lines[-1]}" = 'cells: 6 passed, 0 failed, 0 skipped' ] || { show; false; }
	sed 's/schedule: \[default, all\]}, verdict: clean/schedule: [default, all]}, verdict: refused/' \
		dma.yaml >wrong.yaml
	staleline test wrong.yaml
	assert_status 1
	[ "${lines[-1]}" = 'cells: 4 passed, 2 failed, 0 skipped' ] || { show; false; }
}

@test "a limit: exit 3, inconclusive and never clean" {
	staleline explore dma.yaml --cell strategy=ppc --max-states 10
	assert_status 3
	assert_stdout inconclusive
	[[ $output != *clean* ]] || { show; false; }
	staleline test dma.yaml --cell strategy=ppc,schedule=all --max-states 10
	assert_status 3
	[ "${lines[-1]}" = 'cells: 0 passed, 1 failed, 0 skipped' ] || { show; false; }
	staleline run dma.yaml --cell strategy=ppc --max-steps 3
	assert_status 3
	assert_stdout inconclusive
}

@test "a limit of which half the cells say that something is wrong: exit 1" {
	sed 's/schedule: \[default, all\]}, verdict: clean/schedule: [default, all]}, verdict: refused/' \
		dma.yaml >wrong.yaml
	staleline test wrong.yaml --cell strategy=ppc --max-states 10
	assert_status 1
}

@test "a bound of the file is an assumption, --limit a limit; one that left nothing out is neither" {
	sed -i 's/evictions: any/evictions: none/' dma.yaml
	staleline explore dma.yaml --cell strategy=ppc
	assert_status 0
	assert_stdout 'complete; assumed: no evictions'
	staleline test dma.yaml --cell strategy=ppc,schedule=all
	assert_status 0
	staleline explore dma.yaml --cell strategy=ppc --limit evictions=none
	assert_status 3
	assert_stdout 'nothing found before --limit was hit'
	assert_stdout 'limited: no evictions'
	[[ $output != *clean* ]] || { show; false; }
	staleline test dma.yaml --cell strategy=ppc,schedule=all --limit evictions=none
	assert_status 3
	staleline explore dma.yaml --cell strategy=ppc --limit evictions=any,nested=1
	assert_status 0
	assert_stdout '  clean  ('
	[[ $output != *limited* && $output != *assumed* ]] || { show; false; }
	staleline explore dma.yaml --cell strategy=ppc --limit bursts=0 --format jsonl
	assert_status 3
	assert_stdout '"limit":"--limit","bounded":["bursts","evictions"]'
}

@test "--limit: an unknown kind, and what is no number: exit 2" {
	staleline explore dma.yaml --limit eviction=1
	assert_status 2
	assert_stderr 'did you mean `evictions`?'
	for n in evictions evictions= evictions=-1 evictions=1000001 evictions=few; do
		staleline explore dma.yaml --limit "$n"
		assert_status 2
		assert_stderr 'expected evictions=N'
	done
}

@test "limits that are no numbers: exit 2" {
	for n in 0 -1 ten 1.5 ''; do
		staleline explore dma.yaml --max-states "$n"
		assert_status 2
		assert_stderr max-states
	done
}

@test "--cell: one, several, and those of one option together" {
	staleline test dma.yaml --cell strategy=none,schedule=all
	assert_status 0
	[ "${lines[-1]}" = 'cells: 1 passed, 0 failed, 0 skipped' ] || { show; false; }
	staleline test dma.yaml --cell strategy=none,schedule=all --cell strategy=ppc
	assert_status 0
	[ "${lines[-1]}" = 'cells: 4 passed, 0 failed, 0 skipped' ] || { show; false; }
}

@test "--cell: nothing selected is exit 2, and what is unknown is named" {
	staleline test dma.yaml --cell strategy=flush-all
	assert_status 2
	[ -n "$stderr" ] || { show; false; }
	[ -z "$output" ] || { show; false; }
	staleline test dma.yaml --cell stratgy=none
	assert_status 2
	[ -n "$stderr" ] || { show; false; }
	staleline test dma.yaml --cell none
	assert_status 2
	assert_stderr AXIS=VALUE
}

@test "--strategy: built-in names replace the file's" {
	staleline explore dma.yaml --strategy flush-all,arm-reentrant
	assert_status 0
	assert_stdout flush-all
	assert_stdout arm-reentrant
	[[ $output != *ppc* ]] || { show; false; }
}

@test "--strategy: a file of the user's, relative to where one is" {
	mkdir mine folder
	printf 'name: mine\nslot: KM_SYNC_DCACHE\nsync-page: [kmap-atomic, cache-op, kunmap-atomic]\n' >mine/s.yaml
	mv dma.yaml folder
	staleline explore folder/dma.yaml --strategy mine/s.yaml
	assert_status 0
	assert_stdout clean
	sed -i 's/cache-op/cacheop/' mine/s.yaml
	staleline explore folder/dma.yaml --strategy mine/s.yaml
	assert_status 2
	assert_stderr mine/s.yaml:3
	# shellcheck disable=SC2016
	assert_stderr 'did you mean `cache-op`?'
	staleline explore folder/dma.yaml --strategy mine/t.yaml
	assert_status 2
	assert_stderr mine/t.yaml
}

@test "a strategy file that a scenario names is relative to the scenario" {
	mkdir folder
	sed 's/\[none, ppc\]/[none, mine.yaml]/; s/strategy: ppc/strategy: mine.yaml/' dma.yaml >folder/dma.yaml
	printf 'name: mine\nslot: KM_SYNC_DCACHE\nsync-page: [kmap-atomic, cache-op, kunmap-atomic]\n' >folder/mine.yaml
	staleline test folder/dma.yaml
	assert_status 0
	[ "${lines[-1]}" = 'cells: 6 passed, 0 failed, 0 skipped' ] || { show; false; }
}

@test "--strategy: a typing error gets a suggestion" {
	staleline run dma.yaml --strategy kmap-hihg-get
	assert_status 2
	# shellcheck disable=SC2016
	assert_stderr 'did you mean `kmap-high-get`?'
	staleline run dma.yaml --strategy ''
	assert_status 2
}

@test "--schedule: one schedule, and a typing error" {
	staleline run dma.yaml --schedule early
	assert_status 0
	staleline run dma.yaml --schedule default
	assert_status 1
	staleline run dma.yaml --schedule erly
	assert_status 2
	# shellcheck disable=SC2016
	assert_stderr 'did you mean `early`?'
}

@test "--format: jsonl is one object a line, the last one the summary" {
	staleline explore dma.yaml --format jsonl
	assert_status 1
	printf '%s\n' "$output" | python3 -c '
import json, sys
objects = [json.loads(line) for line in sys.stdin]
assert all("type" in o for o in objects), objects
assert objects[-1]["type"] == "summary", objects[-1]
assert sum(o["type"] == "violation" for o in objects) == objects[-1]["violations"]
'
}

@test "--format: a typing error" {
	staleline run dma.yaml --format humann
	assert_status 2
	# shellcheck disable=SC2016
	assert_stderr 'did you mean `human`?'
	staleline run dma.yaml --color sometimes
	assert_status 2
}

@test "a file without expect: run and explore take it, test does not" {
	sed '/^expect:/,$d' dma.yaml >plain.yaml
	staleline explore plain.yaml
	assert_status 1
	staleline test plain.yaml
	assert_status 2
	assert_stderr E0207
}

@test "a configuration that the kernel refuses" {
	sed 's/^pages:/machine: 24kc-ar9331\npages:/' dma.yaml >refused.yaml
	staleline run refused.yaml
	assert_status 0
	assert_stdout refused
}

# A long exploration: three contexts interrupted at any point.
endless() {
	cat <<-'END'
		format: 1
		strategy: none
		pages:
		  pg: {zone: highmem, count: 64}
		contexts:
		  a:
		    steps:
		      - map-user: {page: pg, as: u}
		      - repeat: {times: 1000, steps: [fill: u]}
		  b:
		    level: softirq
		    times: 1000
		    steps:
		      - kmap-atomic: {page: "pg[0]", as: v}
		      - fill: v
		      - kunmap-atomic: v
	END
}

@test "Ctrl-C: exit 130, and what is known is said" {
	endless >endless.yaml
	LINE='states, ' interrupt explore endless.yaml >out
	grep -q inconclusive out
	run ! grep -q clean out
}

@test "run: a handler that starts its own device again goes round until a limit" {
	cat >ring.yaml <<-'END'
	# Does the ring come to rest?
	format: 1
	machine: toy
	strategy: none
	pages: {pg: {zone: lowmem}}
	devices: {nic: {}}
	contexts:
	  driver:
	    steps:
	      - dma-map-single: {page: pg, dir: from-device, dev: nic, id: map}
	      - dev-start: {dev: nic, map: map}
	  irq:
	    level: hardirq
	    on: nic
	    steps:
	      - dev-start: {dev: nic, map: driver.map}
	END
	staleline run ring.yaml
	assert_status 3
	assert_stdout 'inconclusive: nothing found before the limit of steps was hit'
}

@test "run: a step that stores more often than can be told apart ends at the limit, too" {
	cat >often.yaml <<-'END'
	# Does the writer come to rest?
	format: 1
	machine: toy
	strategy: none
	pages: {pg: {zone: lowmem}}
	contexts:
	  reader:
	    steps:
	      - read: {from: pg}
	  irq:
	    level: hardirq
	    on: any
	    times: forever
	    steps:
	      - write: {to: pg+20}
	END
	staleline run often.yaml --max-steps 100M
	assert_status 3
	assert_stdout 'inconclusive: nothing found before the limit of steps was hit'
}
