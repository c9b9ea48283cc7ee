# SPDX-License-Identifier: GPL-2.0-or-later
load helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	data=$ROOT/tests/data/dinero
	xz -dc "$data/ls200k.data.din.xz" | head -n 5000 >ls.din
	caches='--l1d 4k,2,16 --l2 16k,4,32'
}

# summary PYTHON-EXPRESSION ARGUMENT...: the expression over the last JSON line `s` holds
summary() {
	local expression=$1
	shift
	staleline trace --format jsonl "$@"
	printf '%s\n' "$output" | python3 -c "
import json, sys
s = json.loads(sys.stdin.read().splitlines()[-1])
assert s['type'] == 'summary' and s['v'] == 1
if not ($expression):
    sys.exit(f'{s}')"
}

@test "trace: the same references in every format, packed or not, from a file or a pipe, count the same" {
	python3 - <<-'END'
		import struct
		rows = [line.split() for line in open('ls.din')]
		refs = [(int(label), int(address, 16) & ~3) for label, address in rows]
		open('ls.xdin', 'w').writelines(f'{"rwi"[k]} {a:x} 4\n' for k, a in refs)
		open('ls.lackey', 'w').writelines(
		    (f'I  {a:08x},4\n' if k == 2 else f' {"LS"[k]} {a:08x},4\n') for k, a in refs)
		open('ls.bin', 'wb').write(b''.join(struct.pack('<IHBB', a, 4, k, 0) for k, a in refs))
		open('odd.din', 'w').writelines(
		    ('# remark\n\n' if i % 7 == 0 else '') + f'  {k}\t 0x00000000{a:x} and more\r\n'
		    for i, (k, a) in enumerate(refs))
	END
	sed 's/^==.*//' ls.lackey >plain.lackey
	# the last line needs no end
	head -c -1 ls.din >cut.din
	gzip -k ls.din
	xz -k ls.xdin
	{ head -n 100 ls.din | gzip; tail -n +101 ls.din | gzip; } >two.gz
	# shellcheck disable=SC2086
	staleline trace --format csv $caches ls.din
	[ "$status" -eq 0 ]
	want=$output
	for trace in ls.xdin ls.lackey ls.bin odd.din cut.din ls.din.gz ls.xdin.xz two.gz; do
		# shellcheck disable=SC2086
		staleline trace --format csv $caches "$trace"
		[ "$output" = "$want" ] || { echo "$trace"; show; return 1; }
	done
	# shellcheck disable=SC2086
	output=$(cat ls.bin | "$STALELINE" trace --format csv $caches -)
	[ "$output" = "$want" ]
	# shellcheck disable=SC2086
	output=$(cat ls.xdin.xz | "$STALELINE" trace --format csv $caches -)
	[ "$output" = "$want" ]
}

@test "trace: a modify of lackey is a read and a write, a reference across a line one for each" {
	printf ' M 1000,4\n L 100e,4\nI  2000,2\n' >m.lackey
	summary "s['l1d']['reads'] == 3 and s['l1d']['writes'] == 1 and s['split'] == 1 and s['ignored'] == 1" \
		--l1d 1k,1,16 m.lackey
	summary "s['l1i']['refs'] == 1 and s['l1i']['bytes_from_below'] == 32" --l1d 1k,1,16 --l1i 1k,1,32 m.lackey
}

@test "trace: a store of a whole line reads nothing, one of half a line does" {
	printf 'w 1000 10\nw 2000 8\n' >w.xdin
	summary "s['l1d']['write_misses'] == 2 and s['l1d']['bytes_from_below'] == 16 and s['l1d']['bytes_to_below'] == 32" \
		--l1d 1k,1,16 w.xdin
}

@test "trace: a missing write-back and a missing invalidate before and after a device are found" {
	printf 'w 1000 4\nd 1000 4\nc 1000 4\nd 1000 4\nr 2000 4\nD 2000 4\nr 2000 4\nv 2000 4\nr 2000 4\n' >dma.xdin
	staleline trace --l1d 1k,1,16 dma.xdin
	assert_status 1
	assert_stdout 'dma.xdin:2: stale-dma-read of 00001000: got what memory held at the start, newest is what line 1 wrote'
	assert_stdout 'dma.xdin:7: stale-load of 00002000: got what memory held at the start, newest is what line 6 wrote'
	assert_stdout 'stale reads: 1 loads, 0 fetches, 1 by devices'
	# the same from a pipe, which cannot be read twice
	summary "s['stale'] == {'stale-load': 1, 'stale-fetch': 0, 'stale-dma-read': 1}" --l1d 1k,1,16 - <dma.xdin
	staleline trace --l1d 1k,1,16 --dma coherent dma.xdin
	assert_status 0
	staleline trace --l1d 1k,1,16 --check no dma.xdin
	assert_status 0
}

@test "trace: bytes of a line are told apart: a device that writes beside what was read is harmless" {
	printf 'r 1000 4\nD 1004 4\nr 1000 4\nw 1001 1\nd 1000 1\n' >beside.xdin
	summary "s['stale'] == {'stale-load': 0, 'stale-fetch': 0, 'stale-dma-read': 0}" --l1d 1k,1,16 beside.xdin
	printf 'r 1000 4\nD 1003 1\nr 1000 4\n' >one.xdin
	summary "s['stale']['stale-load'] == 1" --l1d 1k,1,16 one.xdin
}

@test "trace: code that was written and not written back is a stale fetch, through an L2 it is not" {
	printf 'w 1000 4\ni 1000 4\n' >code.xdin
	summary "s['stale']['stale-fetch'] == 1" --check yes --l1d 1k,1,16 --l1i 1k,1,16 code.xdin
	printf 'w 1000 4\nc 1000 4\ni 1000 4\n' >synced.xdin
	summary "s['stale']['stale-fetch'] == 0" --check yes --l1d 1k,1,16 --l1i 1k,1,16 synced.xdin
}

@test "trace: two addresses of one line in sets of other colours are copies of their own" {
	# a way of 8 KiB and pages of 4 KiB: with a map that sends both to one frame there would be an alias; identity has none
	printf 'w 1000 4\nr 3000 4\nr 1000 4\n' >colours.xdin
	summary "s['stale']['stale-load'] == 0 and s['l1d']['misses'] == 3" --check yes --l1d 8k,1,16 colours.xdin
}

@test "trace: an invalidated dirty line is counted, and its data are missed" {
	printf 'w 1000 4\nv 1000 4\nr 1000 4\n' >dropped.xdin
	summary "s['dropped_dirty'] == 1 and s['stale']['stale-load'] == 1" --check yes --l1d 1k,1,16 dropped.xdin
	printf 'w 1000 4\nw 2000 4\nv 0 0\nc 0 0\nr 1000 4\n' >whole.xdin
	summary "s['dropped_dirty'] == 2 and s['l1d']['write_backs'] == 0" --l1d 1k,2,16 whole.xdin
}

@test "trace: several traces are those of as many CPUs with L1s of their own and one L2" {
	printf 'w 1000 4\nr 1000 4\n' >a.xdin
	printf 'r 1000 4\nr 1000 4\n' >b.xdin
	# one record each: CPU 1 reads memory before CPU 0 writes back
	staleline trace --cpu-coherence none --check yes --l1d 1k,1,16 --l2 4k,1,16 a.xdin b.xdin
	assert_status 1
	assert_stdout 'b.xdin:1: stale-load of 00001000: got what memory held at the start, newest is what a.xdin:1 wrote'
	staleline trace --check yes --l1d 1k,1,16 --l2 4k,1,16 a.xdin b.xdin
	assert_status 0
	# each store takes the other's copy away
	printf 'w 1000 4\nw 1000 4\n' >e.xdin
	summary "s['l1d']['misses'] == 4 and s['l1d']['invalidated'] == 2 and s['stale']['stale-load'] == 0" \
		--classify --check yes --l1d 1k,1,16 e.xdin e.xdin
	summary "s['l1d']['misses'] == 2" --classify --cpu-coherence none --l1d 1k,1,16 e.xdin e.xdin
	staleline trace --format jsonl --l1d 1k,1,16 --l2 4k,1,16 a.xdin b.xdin
	[[ "${lines[0]}" == '{"v":1,"type":"cpu","cpu":0,"l1d":{"refs":2,'* ]]
	[[ "${lines[1]}" == '{"v":1,"type":"cpu","cpu":1,"l1d":{"refs":2,"reads":2,'* ]]
	# two ways of a set, used by turns of 1 and of 2: the L2 sees the order
	printf '0 0\n0 1000\n0 0\n0 1000\n' >c.din
	printf '0 2000\n0 3000\n0 2000\n0 3000\n' >d.din
	summary "s['l2']['misses'] == 8" --l1d 16,1,16 --l2 32,2,16 --interleave 1 c.din d.din
	summary "s['l2']['misses'] == 4" --l1d 16,1,16 --l2 32,2,16 --interleave 4 c.din d.din
}

@test "trace: page maps by first touch, by colour and by chance move pages and keep offsets" {
	# two pages that collide in a direct-mapped, physically indexed cache of one page
	printf '0 10000000\n0 20000000\n0 10000000\n0 20000000\n' >pages.din
	summary "s['l1d']['misses'] == 4" --l1-index physical --l1d 8k,1,16 pages.din
	summary "s['l1d']['misses'] == 2" --l1-index physical --l1d 8k,1,16 --map first-touch pages.din
	# both pages have colour 0
	summary "s['l1d']['misses'] == 4" --l1-index physical --l1d 8k,1,16 --map colour pages.din
	# where the index is virtual the map cannot matter
	summary "s['l1d']['misses'] == 4" --l1d 8k,1,16 --map first-touch pages.din
	staleline trace --format csv --map random --seed 7 --l1d 4k,2,16 --l2 16k,1,32 ls.din
	one=$output
	staleline trace --format csv --map random --seed 7 --l1d 4k,2,16 --l2 16k,1,32 ls.din
	[ "$output" = "$one" ]
	staleline trace --format csv --map random --seed 8 --l1d 4k,2,16 --l2 16k,1,32 ls.din
	[ "$output" != "$one" ]
}

@test "trace: a TLB of pairs of pages misses once for each pair while it has room" {
	python3 -c 'for i in range(8): print(f"0 {0x10000000 + i * 4096:x}")' >pairs.din
	summary "s['tlb'] == {'refs': 8, 'misses': 4}" --l1d 1k,1,16 --tlb 64 pairs.din
	summary "s['tlb'] == {'refs': 8, 'misses': 2}" --l1d 1k,1,16 --tlb 64 --page-size 8KiB pairs.din
	summary "'tlb' not in s" --l1d 1k,1,16 pairs.din
}

@test "trace: --classify tells capacity from conflict" {
	# four lines of one set in a direct-mapped cache of 64: conflicts; 128 lines in turn: capacity
	python3 -c 'for r in range(3):
	    for i in range(4): print(f"0 {i * 1024:x}")' >conflict.din
	summary "s['l1d']['compulsory'] == 4 and s['l1d']['conflict'] == 8 and s['l1d']['capacity'] == 0" \
		--classify --l1d 1k,1,16 conflict.din
	python3 -c 'for r in range(3):
	    for i in range(128): print(f"0 {i * 16:x}")' >capacity.din
	summary "s['l1d']['compulsory'] == 128 and s['l1d']['conflict'] == 0 and s['l1d']['capacity'] == 256" \
		--classify --l1d 1k,1,16 capacity.din
	printf 'r 1000 4\nv 1000 4\nr 1000 4\n' >taken.xdin
	summary "s['l1d']['invalidated'] == 1 and s['l1d']['conflict'] == 0" --classify --l1d 1k,1,16 taken.xdin
}

# the classes by the definition: a fully associative LRU cache, and a set of what was seen
@test "trace: --classify agrees with a plain fully associative LRU cache" {
	for size in 16 64 256; do
		staleline trace --format jsonl --classify --l1d $((size * 16)),2,16 ls.din
		printf '%s\n' "$output" | python3 -c "
import json, sys
from collections import OrderedDict
s = json.loads(sys.stdin.read().splitlines()[-1])['l1d']
sets, full, seen, count = {}, OrderedDict(), set(), {'compulsory': 0, 'capacity': 0, 'conflict': 0}
for row in open('ls.din'):
    line = int(row.split()[1], 16) // 16
    ways = sets.setdefault(line % ($size // 2), [])
    there = line in full
    full[line] = True
    full.move_to_end(line)
    if len(full) > $size:
        full.popitem(last=False)
    if line not in ways:
        count['compulsory' if line not in seen else 'conflict' if there else 'capacity'] += 1
        del ways[1:]
    else:
        ways.remove(line)
    ways.insert(0, line)
    seen.add(line)
assert all(s[k] == v for k, v in count.items()), (s, count)"
	done
}

@test "trace: windows add up to the whole" {
	# shellcheck disable=SC2086
	staleline trace --format jsonl --windows 700 $caches ls.din
	printf '%s\n' "$output" | python3 -c "
import json, sys
*windows, s = [json.loads(line) for line in sys.stdin]
assert [w['window'] for w in windows] == list(range(8)) and s['windows'] == 8
for cache in 'l1d', 'l2':
    for field, value in s[cache].items():
        assert value == sum(w[cache][field] for w in windows), field
assert [w['records'] for w in windows] == [700] * 7 + [100]"
	# shellcheck disable=SC2086
	staleline trace --windows 1k $caches ls.din
	assert_stdout 'window  records  l1d misses  l2 misses  memory reads  memory writes'
}

@test "trace: machines by name; what does not fit is said" {
	staleline trace --machine 1004kc-mt7621 ls.din
	assert_status 0
	assert_stdout 'l2: 256 KiB, 8-way, 32-byte lines, lru, wb, wa'
	assert_stdout 'tlb, 32 entries:'
	staleline trace --machine 1004kc-mt7622 ls.din
	assert_status 2
	assert_stderr 'did you mean `1004kc-mt7621`?'
	staleline trace --l1d 4k,1,32 --l2 16k,1,16 ls.din
	assert_status 2
	assert_stderr "the L2's lines are smaller"
	staleline trace --l1d 4k,3,16 ls.din
	assert_status 2
	staleline trace --l1d 48,3,16,plru ls.din
	assert_status 2
	assert_stderr 'power of two of ways'
	staleline trace --l1d 4k,1,16,lruu ls.din
	assert_stderr 'did you mean `lru`?'
	staleline trace --map colours --l1d 4k,1,16 ls.din
	assert_stderr 'did you mean `colour`?'
	staleline trace --l1d 4k,1,16
	assert_status 2
	staleline trace --l1d 4k,1,16 no-such.din
	assert_status 2
	assert_stderr 'error[E0240]'
	staleline trace --l1d 4k,1,16 . 
	assert_status 2
}

@test "trace: what is wrong with a cache is pointed at, for all caches at once" {
	staleline trace --l1d 32k,2,33 --l2 256k,4,32,lru,fifo ls.din
	assert_status 2
	[ "$stderr" = "staleline: --l1d: expected lines of 4 to 256 bytes, a power of two
  32k,2,33
        ^^
staleline: --l2: \`fifo\` after \`lru\`: one of them is enough
  256k,4,32,lru,fifo
                ^^^^
Try 'staleline trace --help'." ]
	staleline trace - - <ls.din
	assert_status 2
	assert_stderr 'standard input cannot be two traces'
}

@test "trace: hits and misses are all references" {
	# shellcheck disable=SC2086
	summary "all(s[c]['hits'] + s[c]['misses'] == s[c]['refs'] > s[c]['hits'] > 0 for c in ('l1d', 'l2'))" $caches ls.din
}

@test "trace: a long trace that is interrupted says how far it came, and exits with 130" {
	mkfifo pipe
	yes '0 1000' >pipe 3>&- &
	PYTHONPATH=$BATS_TEST_DIRNAME python3 - "$STALELINE" <<-'END'
		import sys
		from terminal import Terminal
		t = Terminal([sys.argv[1], 'trace', '--l1d', '4k,1,16', 'pipe'], capture=True)
		t.wait_for('records, ')
		t.send('\x03')
		code, shown, out = t.finish()
		assert code == 130 and not out and 'interrupted after' in shown, (code, shown, out)
	END
}

@test "trace: nothing of the clock is on stdout, and nothing on stderr where that is no terminal" {
	staleline trace --l1d 4k,1,16 ls.din
	one=$output
	[ -z "$stderr" ]
	staleline trace --l1d 4k,1,16 ls.din
	[ "$output" = "$one" ]
}

@test "bench/trace: against a program that stands in for Dinero IV, and against one that counts otherwise" {
	cat >dinero <<-'END'
		#!/usr/bin/env python3
		# takes Dinero IV's options, counts by what is under test, and reports as Dinero IV does
		import json, os, subprocess, sys
		given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
		assert given['-l1-drepl'] == given['-l2-urepl'] == 'l' and given['-l1-dwback'] == given['-l1-dwalloc'] == 'a', given
		caches = [('l1-dcache', 'l1d', given['-l1-dsize'] + ',' + given['-l1-dassoc'] + ',' + given['-l1-dbsize']),
		          ('l2-ucache', 'l2', given['-l2-usize'] + ',' + given['-l2-uassoc'] + ',' + given['-l2-ubsize'])]
		done = subprocess.run([os.environ['STALELINE'], 'trace', '--format', 'jsonl', '--input-format',
		                       {'d': 'din', 'b': 'dinbin'}[given['-informat']],
		                       *[word for _, name, size in caches for word in ('--' + name, size)], '-'],
		                      stdout=subprocess.PIPE, check=True)
		summary = json.loads(done.stdout.splitlines()[-1])
		print('---Simulation begins.\n---Simulation complete.')
		for title, name, _ in caches:
		    c = summary[name]
		    print('%s\n Metrics\t\t      Total\t      Instrn\t       Data\t       Read\t      Write\t       Misc' % title)
		    print(' -----------------\t      ------\t      ------\t      ------\t      ------\t      ------\t      ------')
		    print(' Demand Fetches\t\t%12d\t%12d\t%12d' % (c['refs'] + int(os.environ.get('WRONG', 0)), 0, c['refs']))
		    print('  Fraction of total\t      1.0000\t      0.0000\t      1.0000')
		    print('\n Demand Misses\t\t%12d\t%12d\t%12d' % (c['misses'], 0, c['misses']))
		    print('  Demand miss rate\t      0.0100\t      0.0000\t      0.0100\n')
		print('---Execution complete.')
	END
	chmod +x dinero
	export STALELINE
	# nothing is said of how fast either is: the exit code is that of the bars
	run --separate-stderr env DINERO=./dinero "$ROOT/bench/trace" --no-build --only-dinero --runs 1
	[ "$status" -le 1 ] || { show; false; }
	[[ $output == *'Dinero, text'*'Dinero, binary'*'text at least 3 times'*'binary at least 3 times'* ]] || { show; false; }
	[[ ${lines[-1]} =~ ^bars:\ [0-2]\ passed,\ [0-2]\ failed$ ]] || { show; false; }
	run --separate-stderr env DINERO=./dinero WRONG=1 "$ROOT/bench/trace" --no-build --only-dinero --runs 1
	assert_status 1
	assert_stderr 'does not count the same, text'
	run --separate-stderr env DINERO=./nothing "$ROOT/bench/trace" --no-build --only-dinero
	assert_status 1
	assert_stderr 'no such program'
}
