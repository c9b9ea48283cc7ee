#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The JSON Schemas: what is shipped is what the program prints, and they say what the loader says.

load helpers

setup() {
	cd "$ROOT" || return
	YAML_JSON=${YAML_JSON:-$(dirname "$STALELINE")/tests/yaml_json}
}

check() {
	local python
	python=$(python_with jsonschema) || skip 'no python3 with jsonschema'
	"$python" tests/tools/schema_check.py "$STALELINE" "$YAML_JSON" "$@"
}

@test "the shipped schemas are what the program prints" {
	"$STALELINE" schema | cmp - schema/staleline-scenario-v1.schema.json || {
		echo 'To accept the new one: build/staleline schema >schema/staleline-scenario-v1.schema.json'
		false
	}
	"$STALELINE" schema scenario | cmp - schema/staleline-scenario-v1.schema.json
	"$STALELINE" schema jsonl | cmp - schema/staleline-jsonl.schema.json
}

@test "schema: what does not exist" {
	staleline schema scenarios
	assert_status 2
	# shellcheck disable=SC2016
	assert_stderr 'did you mean `scenario`?'
	staleline schema scenario machine
	assert_status 2
}

@test "every scenario that comes with the program is valid" {
	mapfile -t files < <(find scenarios tests/walk tests/golden/report docs/examples -name '*.yaml' \
		-not -path '*/strategies/*' | xargs grep -l '^contexts:')
	[ ${#files[@]} -ge 30 ]
	check good scenario "${files[@]}"
}

@test "every strategy and every machine that comes with the program is valid" {
	mapfile -t files < <(find strategies scenarios/*/strategies docs/examples -name '*.yaml' |
		xargs grep -L '^contexts:')
	[ ${#files[@]} -ge 14 ]
	check good strategy "${files[@]}"
	check good machine machines/*.yaml
}

@test "broken files whose fault is one of shape are not" {
	check bad tests/golden/bad-scenario
}

@test "every key and every step is in the docs" {
	local n=0
	pages=$(cat docs/scenario-format.md docs/strategy-format.md)
	for word in $("$STALELINE" list keys | sed -n 's/^    \([a-z0-9-]*[a-z0-9]\) .*/\1/p') \
		$("$STALELINE" list primitives | cut -d ' ' -f 1); do
		[[ $pages == *"\`$word"* || $pages == *"$word: "* ]] || { echo "not in the docs: $word"; false; }
		n=$((n + 1))
	done
	[ $n -ge 80 ] || { echo "only $n words"; false; }
}

@test "every rule and warning is in docs/model.md" {
	local n=0
	for word in $("$STALELINE" list rules | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
		grep -q "^| \`$word\`" docs/model.md || { echo "not in docs/model.md: $word"; false; }
		n=$((n + 1))
	done
	[ $n -ge 20 ] || { echo "only $n words"; false; }
}

@test "a modeline may stand in a scenario, below its question" {
	sed '1a # yaml-language-server: $schema=schema/staleline-scenario-v1.schema.json' \
		docs/examples/neighbour.yaml >"$BATS_TEST_TMPDIR/modeline.yaml"
	staleline test "$BATS_TEST_TMPDIR/modeline.yaml"
	assert_status 0
	staleline run "$BATS_TEST_TMPDIR/modeline.yaml" --cell schedule=default,size=32
	assert_status 0
	assert_stdout "$(sed -n '1s/^# //p' docs/examples/neighbour.yaml)"
}
