#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# --format jsonl: every line is what the schema says, the last one is the summary, the counts are those of the
# human report, and the same command prints the same bytes.

load helpers

setup() {
	cd "$ROOT" || return
	reports=tests/golden/report
}

# The commands, a line each; only cells of a few hundred states.
commands() {
	cat <<-END
		run $reports/cells.yaml
		explore $reports/cells.yaml
		test $reports/cells.yaml
		test $reports/mismatch.yaml
		explore $reports/cells.yaml --cell strategy=ppc,l2=no --max-states 10
		explore $reports/cells.yaml --cell strategy=none,l2=no --first
		run $reports/cells.yaml --cell strategy=ppc,l2=no,schedule=default --max-steps 3
		replay $reports/cells.yaml --cell strategy=none,l2=no,schedule=all --trail 2:e0,s0*10,d0*3
		run $reports/refused.yaml $reports/vacuous.yaml $reports/warnings.yaml $reports/events.yaml
		run $reports/partial-line.yaml $reports/lost-write.yaml $reports/foreign-write.yaml $reports/leak.yaml
		explore $reports/partial-line.yaml $reports/lock-recursion.yaml $reports/sleep-in-atomic.yaml
		run $reports/deadlock.yaml $reports/bug-on.yaml $reports/dma-misuse.yaml $reports/bad-address.yaml
		run $reports/irqs-unbalanced.yaml $reports/slot-exhausted.yaml $reports/unsynced-range.yaml
		explore docs/examples/neighbour.yaml
		explore --worst $reports/cells.yaml --cell l2=no
		test docs/examples/neighbour.yaml
		run scenarios/dma/readahead-sata.yaml --cell l2=yes --quiet
		run scenarios/tlb/missing-flush.yaml scenarios/alias/two-colours.yaml
	END
}

# each FUNCTION: calls it with the words of every command.
each() {
	local words
	while read -r -a words; do
		"$1" "${words[@]}" || return
	done < <(commands)
}

# program ARGUMENT... >FILE: whatever the verdict; fails when the program does.
program() {
	local status=0
	timeout 60 "$STALELINE" "$@" </dev/null || status=$?
	case $status in
	0 | 1 | 3) ;;
	*)
		echo "$*: exit status $status" >&2
		return 1
		;;
	esac
}

@test "jsonl: every line is as schema/staleline-jsonl.schema.json says" {
	python=$(python_with jsonschema) || skip 'no python3 with jsonschema'
	valid() {
		program "$@" --format jsonl >"$BATS_TEST_TMPDIR/out" || return
		"$python" - "$BATS_TEST_TMPDIR/out" <<-'END' || { echo "of: $*"; return 1; }
			import json, sys
			import jsonschema
			with open("schema/staleline-jsonl.schema.json") as f:
			    schema = json.load(f)
			jsonschema.Draft7Validator.check_schema(schema)
			validator = jsonschema.Draft7Validator(schema)
			bad = 0
			with open(sys.argv[1]) as f:
			    for number, line in enumerate(f, 1):
			        for error in validator.iter_errors(json.loads(line)):
			            print(f"line {number}: {error.message}\n  {line}", end="")
			            bad = 1
			sys.exit(bad)
		END
	}
	each valid
}

@test "jsonl: the schema refuses a line without a key, of another type, of another version" {
	python=$(python_with jsonschema) || skip 'no python3 with jsonschema'
	program explore $reports/cells.yaml --format jsonl >"$BATS_TEST_TMPDIR/out"
	"$python" - "$BATS_TEST_TMPDIR/out" <<-'END'
		import json, sys
		import jsonschema
		with open("schema/staleline-jsonl.schema.json") as f:
		    validator = jsonschema.Draft7Validator(json.load(f))
		with open(sys.argv[1]) as f:
		    lines = [json.loads(line) for line in f]
		assert {o["type"] for o in lines} == {"cell", "violation", "warning", "summary"}
		for o in lines:
		    assert validator.is_valid(o), o
		    assert validator.is_valid({**o, "x-new": 1}), "a new key is allowed"
		    assert not validator.is_valid({**o, "type": "sell"})
		    assert not validator.is_valid({**o, "v": 2})
		    for key in o:
		        less = {k: v for k, v in o.items() if k != key}
		        assert not validator.is_valid(less), (o["type"], key)
		        assert not validator.is_valid({**o, key: [1, 2.5]}), (o["type"], key)
	END
}

@test "jsonl: the schema has every rule, warning and cause, and no other" {
	program list rules >"$BATS_TEST_TMPDIR/rules"
	python3 - "$BATS_TEST_TMPDIR/rules" <<-'END'
		import json, re, sys
		with open("schema/staleline-jsonl.schema.json") as f:
		    definitions = json.load(f)["definitions"]
		with open(sys.argv[1]) as f:
		    rules, warnings = re.split(r"(?m)^warnings:.*$", f.read())
		names = lambda text: re.findall(r"(?m)^  ([a-z-]+)", text)
		assert definitions["rule"]["enum"] == names(rules), names(rules)
		assert definitions["warningName"]["enum"] == names(warnings), names(warnings)
		with open("src/causes.def") as f:
		    causes = re.findall(r'(?m)^CAUSE\(\w+, "([^"]+)"', f.read())
		causes = [c for c in causes if c != "unknown"]
		assert definitions["cause"]["enum"] == causes + [None], causes
	END
}

@test "jsonl: docs/jsonl-format.md has every key" {
	program test $reports/mismatch.yaml --format jsonl >"$BATS_TEST_TMPDIR/out"
	python3 - "$BATS_TEST_TMPDIR/out" <<-'END'
		import json, sys
		with open("docs/jsonl-format.md") as f:
		    text = f.read()
		with open(sys.argv[1]) as f:
		    keys = {key for line in f for key in json.loads(line)}
		missing = sorted(key for key in keys if f"`{key}`" not in text)
		assert not missing, missing
	END
}

@test "jsonl: the last line is the summary, and it counts what is above it" {
	counts() {
		program "$@" --format jsonl >"$BATS_TEST_TMPDIR/out" || return
		case " $* " in
		*' --quiet '*) return ;;
		esac
		python3 - "$BATS_TEST_TMPDIR/out" <<-'END' || { echo "of: $*"; return 1; }
			import json, sys
			with open(sys.argv[1]) as f:
			    objects = [json.loads(line) for line in f]
			s = objects[-1]
			cells = [o for o in objects if o["type"] == "cell"]
			violations = [o for o in objects if o["type"] == "violation"]
			assert [o["type"] for o in objects].count("summary") == 1
			assert s["type"] == "summary", s
			assert s["cells"] == len(cells)
			assert s["violated"] == sum(c["verdict"] == "violates" for c in cells)
			assert s["violations"] == len(violations)
			assert s["warnings"] == sum(bool(c["warnings"]) for c in cells)
			assert s["refused"] == sum(c["verdict"] == "refused" for c in cells)
			assert s["states"] == sum(c["states"] for c in cells)
			assert s["transitions"] == sum(c["transitions"] for c in cells)
			assert s["complete"] == all(c["complete"] for c in cells)
			if "passed" in s:
			    assert s["passed"] == sum(c["passed"] for c in cells)
			    assert s["failed"] == sum(not c["passed"] for c in cells)
			# a cell comes after its violations and warnings, and has the same ones
			name = lambda o: (o["file"], o["cell"])
			for c in cells:
			    mine = [o for o in objects[: objects.index(c)] if o["type"] != "cell" and name(o) == name(c)]
			    assert {o["rule"] for o in mine if o["type"] == "violation"} == set(c["rules"]), c
			    assert {o["rule"] for o in mine if o["type"] == "warning"} == set(c["warnings"]), c
			    assert all(o["how"] == c["rules"][o["rule"]] for o in mine if o["type"] == "violation"), c
			    assert (c["verdict"] == "violates") == bool(c["rules"]), c
			    assert (c["verdict"] == "refused") == (c["refused"] is not None), c
			    assert c["complete"] == (c["limit"] is None), c
		END
	}
	each counts
}

@test "jsonl: the summary and the exit code are those of the human report" {
	agree() {
		local human jsonl
		timeout 60 "$STALELINE" "$@" --color never >"$BATS_TEST_TMPDIR/human" </dev/null && human=0 || human=$?
		timeout 60 "$STALELINE" "$@" --format jsonl >"$BATS_TEST_TMPDIR/out" </dev/null && jsonl=0 || jsonl=$?
		[ "$human" -eq "$jsonl" ] || { echo "$*: exit status $human and $jsonl"; return 1; }
		python3 - "$BATS_TEST_TMPDIR/human" "$BATS_TEST_TMPDIR/out" <<-'END' || { echo "of: $*"; return 1; }
			import json, re, sys
			with open(sys.argv[1]) as f:
			    closing = f.read().splitlines()[-1]
			with open(sys.argv[2]) as f:
			    s = json.loads(f.read().splitlines()[-1])
			if "passed" in s:
			    want = f"cells: {s['passed']} passed, {s['failed']} failed, {s['skipped']} skipped"
			else:
			    want = f"cells: {s['cells']}, violated: {s['violated']}, with warnings: {s['warnings']}"
			    if s["refused"]:
			        want += f", refused: {s['refused']}"
			    closing, incomplete, _ = closing.partition(", not complete: ")
			    assert bool(incomplete) != s["complete"], closing
			assert closing == want, (closing, want)
		END
	}
	each agree
}

@test "jsonl: replaying a violation's trail finds it again, at the same place" {
	program explore $reports/cells.yaml $reports/partial-line.yaml $reports/lock-recursion.yaml \
		--format jsonl >"$BATS_TEST_TMPDIR/out"
	python3 - "$STALELINE" "$BATS_TEST_TMPDIR/out" <<-'END'
		import json, shlex, subprocess, sys
		with open(sys.argv[2]) as f:
		    wanted = [o for o in map(json.loads, f) if o["type"] == "violation"]
		assert wanted
		for o in wanted:
		    command = [sys.argv[1]] + shlex.split(o["replay"])[1:] + ["--format", "jsonl"]
		    again = subprocess.run(command, capture_output=True, text=True, timeout=60)
		    assert again.returncode == 1, (command, again.returncode, again.stderr)
		    found = [p for p in map(json.loads, again.stdout.splitlines()) if p["type"] == "violation"]
		    keys = ("rule", "cause", "fixable_by_sync", "step", "line", "column", "place", "at")
		    assert any(all(p[k] == o[k] for k in keys) for p in found), (o, found)
	END
}

@test "the same command prints the same bytes, human and jsonl" {
	same() {
		local format
		for format in human jsonl; do
			program "$@" --color never --format "$format" >"$BATS_TEST_TMPDIR/first" || return
			program "$@" --color never --format "$format" >"$BATS_TEST_TMPDIR/second" || return
			cmp "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second" || { echo "of: $*"; return 1; }
		done
	}
	each same
}

@test "--strategy: the contrast is with the strategies of the file" {
	staleline run $reports/cells.yaml --strategy none --cell l2=no,schedule=default
	assert_status 1
	assert_stdout "contrast: the same schedule under"
}

@test "a bound of the file stands with the verdict" {
	staleline explore scenarios/nest/user-softirq-hardirq.yaml --cell strategy=ppc,machine=toy,evict=none
	assert_stdout "complete; assumed: no evictions)"
}

@test "reports keep to the terminal's width; without one, to 80 columns" {
	PYTHONPATH=tests/cli python3 - "$STALELINE" <<-'END'
		import re, subprocess, sys
		from terminal import Terminal, plain
		command = [sys.argv[1], 'explore', 'scenarios/nest/user-softirq-hardirq.yaml', '--strategy', 'shared-slot',
		           '--cell', 'machine=toy,evict=none']
		def table(text, columns):
		    lines = plain(text).replace('\r', '').splitlines()
		    begin = next(i for i, line in enumerate(lines) if line.startswith('shortest schedule'))
		    end = next(i for i, line in enumerate(lines) if line.startswith('replay:'))
		    assert all(len(line) <= columns for line in lines[begin:end]), lines
		    return '\n'.join(lines[begin:end])
		for columns in 30, 40, 76, 80, 200:
		    t = Terminal(command, columns=columns)
		    code, shown, _ = t.finish()
		    assert code == 1, (code, shown)
		    text = table(shown, columns)
		    for word in 'set_pte', 'wrong-page', 'TLB', 'contrast:':
		        assert word in text, (columns, word, text)
		    # a row is a line where there is room, a paragraph where there is next to none
		    row = r'35  user +Hit_Writeback_Inv_D [0-9a-f]{8} -> pg\[1\]\+0x0: no line +\. +\. +\(2\) wrong-page\n'
		    assert bool(re.search(row, text)) == (columns == 200), text
		    assert bool(re.search(r'\n      pte [0-9a-f]{8}: pg\[1\]\n', text)) == (columns <= 40), text
		done = subprocess.run(command, capture_output=True, text=True)
		table(done.stdout, 80)
	END
}

@test "a file of one strategy: the contrast is a built-in one, or there is none" {
	staleline explore scenarios/alias/two-colours.yaml --cell page=4KiB,colour=1,schedule=all
	assert_stdout 'contrast: the same interrupts and transfers under `uncached`'
	assert_stdout 'a built-in'
	staleline run $reports/foreign-write.yaml
	assert_stdout 'contrast: none.'
}

@test "a mutation that the file makes is named in the help, and the contrast is without it" {
	local cell=strategy=arm-reentrant,mutation=without:kunmap_high_l1_vipt.local_flush_tlb_one
	staleline explore scenarios/tlb/missing-flush.yaml --cell $cell,schedule=all
	assert_stdout 'contrast: the same interrupts and transfers without the mutation'
	assert_stdout "The file's mutation "'`without:kunmap_high_l1_vipt.local_flush_tlb_one`'
	staleline run scenarios/tlb/missing-flush.yaml --cell strategy=ppc,mutation=none,schedule=default \
		--mutation swapped:ppc.kmap-atomic
	assert_stdout '`--mutation` `swapped:ppc.kmap-atomic`'
}
