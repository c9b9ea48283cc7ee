#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# explore --random: schedules by chance.

load helpers

nest=$ROOT/scenarios/nest/two-hardirqs.yaml
broken=strategy=shared-slot,schedule=all
clean=strategy=ppc,schedule=all

@test "a violation: exit 1, with the seed and a trail that replays" {
	staleline explore $nest --cell $broken --random 300 --seed 7
	assert_status 1
	assert_stdout '300 schedules by chance, seed 7'
	assert_stdout 'NOT COMPLETE'
	assert_stdout 'staleline replay'
	staleline explore $nest --cell $broken --random 300 --seed 7 --format jsonl
	assert_status 1
	trail=$(sed -n 's/.*"type":"violation".*"trail":"\([^"]*\)".*/\1/p' <<<"$output" | head -1)
	[ -n "$trail" ]
	staleline replay $nest --cell $broken --trail "$trail"
	assert_status 1
	assert_stdout violates
}

@test "nothing found: exit 3, inconclusive and never clean" {
	for way in '' '--priorities 3'; do
		staleline explore $nest --cell $clean --random 50 $way
		assert_status 3
		assert_stdout 'inconclusive: nothing found in 50 schedules by chance'
		[[ $output != *clean* ]] || { show; false; }
	done
	staleline explore $nest --cell $clean --random 50 --priorities 3 --format jsonl
	assert_status 3
	assert_stdout '"random":{"schedules":50,"seed":1,"priorities":3,"length":100000,"stopped":0}'
	assert_stdout '"complete":false'
}

@test "the same seed prints the same bytes for any number of threads" {
	for way in '' '--priorities 2'; do
		staleline explore $nest --cell $broken --random 200 --seed 3 $way -j1 --verbose
		one=$output
		staleline explore $nest --cell $broken --random 200 --seed 3 $way -j3 --verbose
		[ "$output" = "$one" ] || { show; false; }
	done
}

@test "--first stops at the first schedule that breaks a rule; a mutant is found" {
	staleline explore $nest --cell $broken --random 5000 --priorities 3 --first --format jsonl
	assert_status 1
	[[ $output != *'"schedules":5000'* ]] || { show; false; }
	staleline explore $nest --cell $clean --mutation without:ppc.irq-save --random 5000 --priorities 3
	assert_status 1
	assert_stdout violates
}

@test "--max-steps: schedules stop there, and it is said" {
	staleline explore $nest --cell $clean --random 5 --max-steps 20
	assert_status 3
	assert_stdout '5 stopped after 20'
}

@test "what does not go together, and what is no number: exit 2" {
	staleline explore $nest --seed 3
	assert_status 2
	assert_stderr '--seed goes with --random'
	staleline explore $nest --max-steps 3
	assert_status 2
	assert_stderr '--max-steps goes with --random'
	staleline explore $nest --random 10 --exact
	assert_status 2
	assert_stderr '--exact does not go with --random'
	for option in '--random 0' '--random few' '--random 9 --seed x' '--random 9 --priorities 1001'; do
		staleline explore $nest $option
		assert_status 2
		assert_stderr "expected a number"
	done
}
