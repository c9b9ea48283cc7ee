#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `staleline mutate`: which lines of routines and strategies the cells of some scenarios need.

load helpers

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	pkmap=scenarios/tlb/missing-flush+pkmap.yaml
}

@test "a line that is needed is killed, with the rule and the cell" {
	staleline mutate --routine flush_all_zero_pkmaps $pkmap
	assert_status 0
	[[ $output =~ without:flush_all_zero_pkmaps.flush_tlb_kernel_range\ +killed\ +wrong-page\ +interrupt.map\ +[0-9]+ ]]
	assert_stdout "$pkmap[strategy=arm-reentrant,mutation=none]"
}

@test "a line that is not needed survives, and is named once more" {
	staleline mutate --routine kmap $pkmap
	assert_status 0
	[[ $output =~ without:kmap.flush_tlb_one\ +survived ]]
	assert_stdout "survived, left out: nobody notices. The line is a candidate for deletion"
	assert_stdout "survived, changed: nobody notices."
}

@test "what kills a mutant can be seen with --mutation" {
	staleline explore $pkmap -c strategy=arm-reentrant,mutation=none \
		--mutation without:flush_all_zero_pkmaps.flush_tlb_kernel_range
	assert_status 1
	assert_stdout "mutated: without:flush_all_zero_pkmaps.flush_tlb_kernel_range"
	assert_stdout "error[wrong-page]"
	assert_stdout "--mutation without:flush_all_zero_pkmaps.flush_tlb_kernel_range"
	replay=$(printf '%s\n' "$output" | sed -n 's/^replay: staleline //p' | head -n 1)
	eval "staleline $replay"
	assert_status 1
	assert_stdout "error[wrong-page]"
	# without the mutation the trail does not fit
	eval "staleline ${replay/--mutation*range /}"
	assert_status 2
	assert_stderr "E0303"
}

@test "--print-trail: each kill is repeated by the command printed, in as many choices as the table says" {
	staleline mutate --routine flush_all_zero_pkmaps --print-trail $pkmap
	assert_status 0
	table=$output
	kills=$(grep -c ' killed ' <<<"$table")
	[ "$kills" -gt 3 ]
	[ "$(grep -c '^replay: ' <<<"$table")" -eq "$kills" ]
	while read -r mutant rule; do
		command=$(grep -A1 -F "$mutant: $rule" <<<"$table" | sed -n 's/^replay: staleline //p')
		eval "staleline $command --print"
		assert_status 1
		assert_stdout "error[$rule]"
	done < <(sed -n 's/^  \([^ ]*\) *killed *\([^ ]*\) .*/\1 \2/p' <<<"$table")
	# no shorter schedule breaks the rule there
	choices=$(sed -n 's/^  without:flush_all_zero_pkmaps.pte_clear .*interrupt.map *\([0-9]*\) .*/\1/p' <<<"$table")
	staleline explore $pkmap -c strategy=arm-reentrant,mutation=none --no-reduction --format jsonl \
		--mutation without:flush_all_zero_pkmaps.pte_clear
	assert_stdout "\"at\":$choices,"
}

@test "Ctrl-C: what was not tried is neither killed nor survived" {
	# once it tries mutants, and is not at the cells as they are any more
	LINE='[0-9]+/[0-9]+ +[0-9:]+ +[a-z-]+:[a-z_]+' interrupt mutate --routine all scenarios/nest/four-contexts.yaml scenarios/dma >"$BATS_TEST_TMPDIR/out"
	grep -q '^interrupted: [0-9]* mutants were not tried' "$BATS_TEST_TMPDIR/out"
	grep -q 'inconclusive: 0$' "$BATS_TEST_TMPDIR/out"
}

@test "a line that no cell executes is said to be so, not to survive" {
	staleline mutate --routine kmap_local $pkmap
	assert_status 0
	[[ $output =~ without:kmap_local.set_pte\ +not\ executed ]]
	assert_stdout "survived: 0, not executed: "
}

@test "a change that cannot differ is equivalent" {
	cat >"$BATS_TEST_TMPDIR/one.yaml" <<-'EOT'
		# Is one page enough?
		format: 1
		machine: toy
		strategy: none
		pages: {pg: {zone: highmem}}
		contexts:
		  process:
		    steps:
		      - kmap-atomic: {page: pg, as: a}
		      - write: a
		      - kunmap-atomic: a
	EOT
	staleline mutate --routine kmap_atomic "$BATS_TEST_TMPDIR/one.yaml"
	assert_status 0
	[[ $output =~ other-page:kmap_atomic.set_pte\ +equivalent ]]
	[[ $output =~ without:kmap_atomic.set_pte\ +killed\ +bad-address ]]
}

@test "a limit does not count as killed" {
	staleline mutate --routine kmap --max-states 200 $pkmap
	assert_status 3
	assert_stdout "hit a limit"
	staleline mutate --strategy ppc --max-states 590 scenarios/tlb/missing-flush.yaml
	assert_status 3
}

@test "the steps of a strategy's program" {
	staleline mutate --strategy ppc scenarios/tlb/missing-flush.yaml
	assert_status 0
	[[ $output =~ without:ppc.irq-save\ +killed\ +wrong-page ]]
	[[ $output =~ swapped:ppc.cache-op\ +survived ]]
	# the steps that a cell's file names by a path
	staleline mutate --strategy strategies/push-only.yaml tests/golden/report/slot-exhausted.yaml
	assert_status 0
	assert_stdout ":push-only."
}

@test "bad names" {
	staleline mutate $pkmap
	assert_status 2
	assert_stderr "mutate what?"
	staleline mutate --routine kmap_atmic $pkmap
	assert_status 2
	assert_stderr "did you mean \`kmap_atomic\`?"
	staleline mutate --strategy flush-all $pkmap
	assert_status 2
	assert_stderr "no cell selected has the strategy \`flush-all\`"
	staleline mutate --strategy pcp $pkmap
	assert_status 2
	assert_stderr "did you mean \`ppc\`?"
	staleline explore $pkmap --mutation without:nobody.cache-op
	assert_status 2
	assert_stderr "of no routine and of no cell's strategy"
	staleline explore $pkmap --mutation without:kmap.flush_tlb_on
	assert_status 2
	assert_stderr "did you mean \`flush_tlb_one\`?"
	staleline list lines kmap_atmic
	assert_status 2
	assert_stderr "did you mean \`kmap_atomic\`?"
}

@test "words for groups of routines" {
	staleline mutate --routine tlbflush,flush_all_zero_pkmaps --format jsonl $pkmap
	assert_status 0
	assert_stdout '"mutant":"without:local_flush_tlb_page.local_irq_save"'
	assert_stdout '"mutant":"without:flush_all_zero_pkmaps.pte_clear"'
	[[ $output != *'"mutant":"without:kmap.'* ]]
}

@test "jsonl: every line is as the schema says, the last one counts them" {
	python=$(python_with jsonschema) || skip 'no python3 with jsonschema'
	"$STALELINE" mutate --routine kmap_model --format jsonl $pkmap |
		"$python" -c '
			import json, sys
			import jsonschema
			with open("schema/staleline-jsonl.schema.json") as f:
			    validator = jsonschema.Draft7Validator(json.load(f))
			lines = [json.loads(line) for line in sys.stdin]
			for line in lines:
			    validator.validate(line)
			mutants, last = lines[:-1], lines[-1]
			assert all(m["type"] == "mutant" for m in mutants) and last["type"] == "mutants"
			assert last["mutants"] == len(mutants)
			for fate in "killed", "survived", "not executed", "equivalent", "inconclusive", "not tried":
			    assert last[fate.replace(" ", "_")] == sum(m["fate"] == fate for m in mutants), fate
			assert last["killed"] and last["survived"]
			for m in mutants:
			    killed = m["fate"] == "killed"
			    assert killed == bool(m["scenario"]) == bool(m["replay"]), m
			    assert not killed or (m["rule"] in m["rules"] and m["choices"] > 0), m
		' | sed 's/^\t*//'
}

@test "with and without reduction every mutant has the same fate" {
	fates='s/.*"mutant":"\([^"]*\)","fate":"\([^"]*\)".*/\1 \2/p'
	staleline mutate --routine kmap_model --format jsonl $pkmap scenarios/kmap
	reduced=$(sed -n "$fates" <<<"$output")
	[[ $reduced == *" killed"* && $reduced == *" survived"* ]]
	staleline mutate --routine kmap_model --format jsonl --no-reduction $pkmap scenarios/kmap
	[ "$(sed -n "$fates" <<<"$output")" = "$reduced" ]
}

@test "the same run prints the same bytes" {
	staleline mutate --routine kmap_model $pkmap
	first=$output
	staleline mutate --routine kmap_model $pkmap
	[ "$output" = "$first" ]
}
