#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shows on small trees that each lint passes what is right and refuses what is wrong.
# Each case begins from a good tree, spoils one thing, and looks for the complaint about it.
set -eu

lint=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
spdx='SPDX-License-Identifier: GPL-2.0-or-later'
passed=0
failed=0

# accepts WHAT LINT: it passes the tree as it stands, and is silent.
accepts() {
	if out=$("$lint/$2" . 2>&1) && [ -z "$out" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'not ok: %s accepts %s; it said:\n%s\n' "$2" "$1" "$out"
	fi
}

# refuses WHAT LINT COMPLAINT: it fails, with this text somewhere in one line of its own form.
refuses() {
	status=0
	out=$("$lint/$2" . 2>&1) || status=$?
	if [ $status -eq 1 ] && printf '%s\n' "$out" | grep -E '^[^ ]+:[0-9]+: ' | grep -qF -- "$3"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'not ok: %s refuses %s with "%s"; it ended with status %s and said:\n%s\n' \
			"$2" "$1" "$3" $status "$out"
	fi
}

fresh() {
	cd /
	rm -rf "$tree"
	mkdir -p "$tree"
	cd "$tree"
}

### floors

table() {
	mkdir -p docs
	{
		echo '<!-- floors:begin -->'
		echo '| floor | library | files | what it owns |'
		echo '|-------|---------|-------|--------------|'
		cat
		echo '<!-- floors:end -->'
	} >docs/architecture.md
}

floors_tree() {
	fresh
	mkdir -p src/cmd
	table <<-'EOT'
		| F0 | libmodel | `src/base.h` | names |
		| F1 | libmodel | src/world.h src/world.c =src/mate.h src/steps.def src/flush.h | state |
		| F5 | libapp | src/report.h src/report.c @version.h | reports |
		| F6 | libapp | src/cmd/*.c | commands |
		| F7 | main | src/main.c | the table |
	EOT
	echo '#include <stdint.h>' >src/base.h
	printf '#include "base.h"\n' >src/world.h
	printf '#include <string.h>\n#include "world.h"\n#include "mate.h"\n#include "steps.def"\n' >src/world.c
	: >src/mate.h
	: >src/flush.h
	: >src/steps.def
	printf '#include <glib.h>\n' >src/report.h
	printf '#include "report.h"\n#include "world.h"\n' >src/report.c
	printf '#include <stdio.h>\n#include "../report.h"\n#include "world.h"\n' >src/cmd/run.c
	printf '  #  include "report.h"\n#include "version.h"\n' >src/main.c
}

floors_tree
accepts 'a tree whose includes all go down' floors
floors_tree
echo '#include "report.h"' >>src/world.c
refuses 'an include upward' floors 'src/world.c:5: F1 includes "report.h" of F5'
floors_tree
echo '#include "../world.h"' >>src/cmd/run.c
echo '#include "cmd/own.h"' >>src/report.c
: >src/cmd/own.h
table <<-'EOT'
	| F0 | libmodel | src/base.h | names |
	| F1 | libmodel | src/world.h src/world.c =src/mate.h src/steps.def src/flush.h | state |
	| F5 | libapp | src/report.h src/report.c | reports |
	| F6 | libapp | src/cmd/*.c src/cmd/own.h | commands |
	| F7 | main | src/main.c @version.h | the table |
EOT
refuses 'an include upward into a folder' floors 'src/report.c:3: F5 includes "cmd/own.h" of F6'
floors_tree
echo '#include "flush.h"' >>src/world.c
refuses 'a header of the same floor' floors '"flush.h" is of the same floor'
floors_tree
echo '#include "version.h"' >>src/world.c
refuses 'a generated header of a higher floor' floors 'includes "version.h" of F5'
floors_tree
echo '#include "nothing.h"' >>src/report.c
refuses 'an include that leads nowhere' floors 'src/report.c:3: "nothing.h" is neither'
floors_tree
echo '#include "world.c"' >>src/report.c
refuses 'an included .c file' floors 'only headers'
floors_tree
echo '#include STEPS' >>src/report.c
refuses 'an include of a macro' floors 'macro'
for header in glib.h stdio.h stdlib.h time.h; do
	floors_tree
	echo "#include <$header>" >>src/world.c
	refuses "$header in the model" floors "src/world.c:5: libmodel includes <$header>"
done
floors_tree
: >src/stray.c
refuses 'a file in no row' floors 'src/stray.c:1: stands in no row'
floors_tree
rm src/flush.h
refuses 'a row that names a missing file' floors 'src/flush.h: no such file'
floors_tree
sed -i 's,^| F6.*,| F6 | libapp | src/cmd/*.c src/report.c | commands |,' docs/architecture.md
refuses 'a file in two rows' floors 'src/report.c stands in line 6 already'
floors_tree
sed -i 's,| F5 | libapp |,| F5 | libfoo |,' docs/architecture.md
refuses 'an unknown library' floors 'unknown library "libfoo"'
floors_tree
sed -i 's,| F6 | libapp |,| F6 | libmodel |,' docs/architecture.md
refuses 'a model above the application' floors 'F6 of libmodel lies above F5 of libapp'
floors_tree
sed -i '/floors:end/d' docs/architecture.md
refuses 'a table without its end' floors 'no table between'
floors_tree
rm docs/architecture.md
refuses 'a tree without the page' floors 'cannot be read'

### spdx

spdx_tree() {
	fresh
	mkdir -p script tests/data docs
	printf '/* %s */\n' "$spdx" >a.c
	printf '<!-- %s -->\n# Title\n' "$spdx" >docs/a.md
	printf '#!/bin/sh\n# %s\n' "$spdx" >script/go
	printf '# Can it be?\n# %s\n' "$spdx" >a.yaml
	echo 'plain text' >notes
	echo 'int x;' >tests/data/b.c
	echo 'text' >COPYING
	echo '# golden' >out.md.expected
}

spdx_tree
accepts 'a tree with all its lines' spdx
spdx_tree
mkdir build-asan
: >build-asan/generated.c
accepts 'a build directory' spdx
for name in a.c a.h a.def a.yaml a.sh a.py a.bats docs/a.md meson.build; do
	spdx_tree
	echo 'nothing' >$name
	refuses "$name without the line" spdx "$name:1: no \"SPDX"
done
spdx_tree
printf '#!/bin/sh\necho\n' >script/go
refuses 'a script without the line' spdx 'script/go:1: '
spdx_tree
printf '\n\n\n/* %s */\n' "$spdx" >a.c
refuses 'the line too far down' spdx 'a.c:1: '
spdx_tree
printf '/* %s: MIT */\n' "${spdx%%:*}" >a.c
refuses 'another licence' spdx 'a.c:1: '
if command -v git >/dev/null; then
	spdx_tree
	git init -q .
	echo 'ignored.c' >.gitignore
	echo 'int x;' >ignored.c
	accepts 'a file that git ignores' spdx
	echo 'int x;' >untracked.c
	refuses 'a file that git does not know yet' spdx 'untracked.c:1: '
	git add untracked.c
	refuses 'a file that git tracks' spdx 'untracked.c:1: '
	rm untracked.c
	accepts 'a tracked file that is gone' spdx
fi

### catalogue

catalogue_tree() {
	fresh
	mkdir -p scenarios/dma
	printf '# Can a store be lost?\n# %s\nformat: 1\norigin: mail\nexpect:\n  - {}\n' "$spdx" \
		>scenarios/dma/a.yaml
	sed '1s/store/load/' scenarios/dma/a.yaml >scenarios/dma/b+c.yaml
	cat >scenarios/README.md <<-'EOT'
		Try scenarios/dma/a.yaml first.
		```
		- dma/a.yaml
		```
		| file | question |
		|------|----------|
		| [dma/a.yaml](dma/a.yaml) | Can a store be lost? |

		- [dma/b+c.yaml](dma/b+c.yaml): Can a load be lost?
	EOT
}

catalogue_tree
accepts 'a table row and a list item' catalogue
catalogue_tree
# shellcheck disable=SC2016 # backquotes of markdown
sed -i 's,^- .*,* `dma/b+c.yaml` — Can a load be lost?,' scenarios/README.md
accepts 'a path in backquotes and a dash' catalogue
catalogue_tree
sed -i '1s/?/./' scenarios/dma/a.yaml
refuses 'a first line that asks nothing' catalogue 'scenarios/dma/a.yaml:1: the first line'
catalogue_tree
sed -i '1s/^# //' scenarios/dma/a.yaml
refuses 'a first line that is no comment' catalogue 'scenarios/dma/a.yaml:1: the first line'
for key in origin expect; do
	catalogue_tree
	sed -i "s/^$key:/x$key:/" scenarios/dma/a.yaml
	refuses "a scenario without $key:" catalogue "scenarios/dma/a.yaml:1: no key \"$key:\""
done
catalogue_tree
: >scenarios/dma/a.yaml
refuses 'an empty scenario' catalogue 'scenarios/dma/a.yaml:1: '
catalogue_tree
sed -i '/b+c/d' scenarios/README.md
refuses 'a scenario that is not listed' catalogue 'scenarios/dma/b+c.yaml:1: is not listed'
catalogue_tree
echo '- dma/a.yaml: Can a store be lost?' >>scenarios/README.md
refuses 'a scenario listed twice' catalogue 'is listed in line 7 already'
catalogue_tree
sed -i '7s/store/page/' scenarios/README.md
refuses 'another question in a table row' catalogue 'scenarios/README.md:7: '
catalogue_tree
sed -i '9s/lost?/lost or kept?/' scenarios/README.md
refuses 'another question in a list item' catalogue 'scenarios/README.md:9: '
catalogue_tree
rm scenarios/dma/a.yaml
refuses 'a listed file that is gone' catalogue 'scenarios/dma/a.yaml: no such file'
catalogue_tree
rm scenarios/README.md
refuses 'a catalogue without its list' catalogue 'cannot be read'
fresh
refuses 'a tree without scenarios' catalogue 'no scenarios'

### citations

# routine COMMENT-LINE...: src/a.c with one routine under this comment.
routine() {
	fresh
	mkdir -p src
	{
		echo 'KFUNC(prototype);'
		echo '#define KFUNC(name) int name(void)'
		printf '%s\n' "$@"
		echo 'KFUNC(kmap_high)'
		echo '{'
		echo '}'
	} >src/a.c
}

routine '/* mm/highmem.c kmap_high(), 2.6.36. Left out: nothing. */'
accepts 'a file and its version' citations
routine '/*' ' * arch/mips/mm/c-r4k.c, range ops, as of' ' * 2.6.35.' ' */'
accepts 'a comment of several lines' citations
routine '// include/linux/highmem.h, 5.11'
accepts 'a line comment' citations
routine '/* The scenario step kmap. */'
accepts 'a step of a scenario' citations
routine '/* A primitive of the strategy context-slots. */'
accepts 'a primitive of a strategy' citations
routine '/* Maps a page. */'
refuses 'a comment that cites nothing' citations 'src/a.c:4: kmap_high: the comment names no kernel file'
routine '/* mm/highmem.c kmap_high() */'
refuses 'a kernel file without a version' citations 'src/a.c:4: kmap_high: the comment names a kernel file but no version'
routine ''
refuses 'a routine without a comment' citations 'kmap_high: no comment'
routine '/* mm/highmem.c, 2.6.36 */' 'int x;'
refuses 'a comment of something else' citations 'src/a.c:5: kmap_high: no comment'
routine '/* mm/highmem.c, 2.6.36 */'
printf '\nstatic KFUNC(second)\n{\n}\n' >>src/a.c
refuses 'a second routine without one' citations 'src/a.c:8: second: no comment'

### klines

# klines_tree TABLE: src/klines.def, and routines with a helper, a macro and a scenario step.
klines_tree() {
	fresh
	mkdir -p src
	printf '%s\n' "$1" >src/klines.def
	cat >src/a.c <<-'EOT'
		#define UNLOCK_CALL(n) \
			do { \
				K_CALL(n, spin_unlock_irq); \
				K_CALL((n) + 1, spin_unlock); \
			} while (0)
		KFUNC(unmap)
		{
			K_BEGIN(frame);
			K_STEP(set_pte)
				pte_set(a, 1);
			K_LINE(save_pte)
				SET(L->saved, 1);
			UNLOCK_CALL(3);
			K_PLACE(irq_return);
			K_END;
		}
		static enum k_result walk(struct act *a,
					  u32 line)
		{
			K_ACCESS(cache_hit_op, result, op(a, line));
		}
		KFUNC(blast)
		{
			return walk(a, 16);
		}
		KFUNC(step_read)
		{
			K_ACCESS(load, result, x(a));
		}
	EOT
}

KLINES='KL_STEP(unmap, set_pte)
KL_STEP(unmap, save_pte)
KL_CALL(unmap, 3, spin_unlock_irq)
KL_CALL(unmap, 4, spin_unlock)
KL_STEP(blast, cache_hit_op)'
klines_tree "$KLINES"
accepts 'a table with every line' klines
klines_tree "$(echo "$KLINES" | grep -v save_pte)"
refuses 'a table that lacks a line' klines 'src/klines.def:1: unmap: the routine has KL_STEP(unmap, set_pte), KL_STEP(unmap, save_pte)'
klines_tree "$(echo "$KLINES" | grep -v blast)"
refuses 'a table that lacks a routine' klines 'src/klines.def:1: blast: the routine has KL_STEP(blast, cache_hit_op)'
klines_tree "$(echo "$KLINES" | sed 's/4, spin_unlock)/5, spin_unlock)/')"
refuses 'another number of a call' klines 'src/klines.def:1: unmap: the routine has'
klines_tree "$KLINES
KL_STEP(gone, set_pte)"
refuses 'a line of no routine' klines 'src/klines.def:6: gone: the routine has no lines'

### tables

# tables_tree: a strategy and a machine, embedded, and the tables that name the strategy.
tables_tree() {
	fresh
	mkdir -p src docs strategies machines
	echo 'name: one' >strategies/one.yaml
	echo 'name: box' >machines/box.yaml
	printf '<file>%s</file>\n' machines/box.yaml strategies/one.yaml >src/staleline.gresource.xml
	printf '| strategy | what it does | stands for |\n|---|---|---|\n| `one` | x | y |\n' |
		tee README.md >docs/strategy-format.md
}

tables_tree
accepts 'what is embedded and in the tables' tables
echo 'name: two' >strategies/two.yaml
refuses 'a strategy that is not embedded' tables 'strategies/two.yaml is not embedded'
refuses 'a strategy without a row' tables 'docs/strategy-format.md:1: strategy two has no row'
tables_tree
rm strategies/one.yaml
refuses 'a row without a file' tables 'README.md:1: strategy one has a row but no file'
tables_tree
echo 'name: other' >machines/box.yaml
refuses 'another name than the file has' tables 'machines/box.yaml:1: name: is not box'

### libmodel-symbols

# library NAME: build/lib/libmodel.a of two sources, the second one's text from stdin.
library() {
	fresh
	mkdir -p lib
	cat >model.c
	printf 'int model_x(void);\nint main_(void) { return model_x(); }\n' >other.c
	gcc -w -O0 -c model.c other.c
	ar rc lib/libmodel.a model.o other.o
}

library <<-'EOT'
	#include <string.h>
	void bug(const char *what);
	int model_x(void) { char a[9]; memset(a, model_x(), 9); bug(a); return memcmp(a, a + 1, 3); }
EOT
accepts 'memset, memcmp, bug and its own symbols' libmodel-symbols
for call in 'malloc(3)' 'rand()' 'time(0)' 'puts("")' 'abort()'; do
	library <<-EOT
		#include <stdio.h>
		#include <stdlib.h>
		#include <time.h>
		int model_x(void) { $call; return 0; }
	EOT
	refuses "a call of $call" libmodel-symbols " ${call%%(*} is not for the model"
done
library <<-'EOT'
	int other(void) { return 0; }
EOT
refuses 'a symbol that nobody defines' libmodel-symbols 'model_x is not for the model'
fresh
refuses 'a build directory without the library' libmodel-symbols 'no libmodel.a'

printf 'lint selftest: %s passed, %s failed\n' $passed $failed
[ $failed -eq 0 ]
