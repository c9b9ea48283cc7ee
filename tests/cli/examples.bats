#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The strategy files that the docs show do what the docs say of them.

load helpers

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	scenario=scenarios/nest/user-softirq-hardirq.yaml
}

@test "ppc without its irq save breaks where ppc does not" {
	staleline explore $scenario --cell machine=toy,evict=none --strategy docs/examples/ppc-no-irq.yaml
	assert_status 1
	assert_stdout "wrong-page"
	staleline explore $scenario --cell machine=toy,evict=none --strategy ppc
	assert_status 0
	assert_stdout "clean"
}

@test "a slot saved and restored out of single effects is clean" {
	staleline explore $scenario --cell machine=toy,evict=none --strategy docs/examples/save-restore.yaml
	assert_status 0
	assert_stdout "clean"
}
