#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# replay --interactive, on a pseudo terminal: forward and back, sizes, no colour, no screen, no terminal.

load helpers

setup() {
	cd "$ROOT" || return
}

# play <<PYTHON: `start(columns, rows, env)` begins to step through a trail that breaks stale-dma-read at choice 14.
play() {
	PYTHONPATH=tests/cli python3 - "$STALELINE" <<<"
import re, signal, subprocess, sys
from terminal import Terminal, plain

FILE = 'tests/golden/report/cells.yaml'
CELL = 'strategy=none,l2=no,schedule=default'
found = subprocess.run([sys.argv[1], 'run', FILE, '--cell', CELL, '--print-trail'], capture_output=True, text=True)
TRAIL = re.search(r'(?m)^trail:  (.*)\$', found.stdout).group(1)
COMMAND = [sys.argv[1], 'replay', FILE, '--cell', CELL, '--interactive', '--trail', TRAIL]
LENGTH = int(subprocess.run([sys.argv[1], 'run', FILE, '--cell', CELL, '--format', 'jsonl'], capture_output=True,
                            text=True).stdout.split('\"transitions\":')[1].split(',')[0])

def start(columns=80, rows=24, env=None):
    return Terminal(COMMAND, columns=columns, rows=rows, env=env)

$(cat)"
}

@test "forward and back show the same states, whichever way they were come to" {
	play <<-'END'
		t = start()
		there = [t.frame(f'choice 0 of {LENGTH} ')]
		for i in range(1, LENGTH + 1):
		    t.send('n')
		    there.append(t.frame(f'choice {i} of '))
		for i in range(LENGTH - 1, -1, -1):
		    t.send('p')
		    assert t.frame(f'choice {i} of ') == there[i], i
		for keys, at in ('7n', 7), ('\x1b[C', 8), ('\x1bOD', 7), ('3p', 4), ('12g', 12), ('$', LENGTH), ('0g', 0), \
		        ('g9\r', 9), ('\x1b[H', 0), ('\x1b[F', LENGTH), ('99n', LENGTH):
		    t.send(keys)
		    frame = t.frame(f'choice {at} of (?s:.*)n next|choice {at} of (?s:.*)the trail ends')
		    assert frame.split('\n')[1:-1] == there[at].split('\n')[1:-1], (keys, frame)
		t.send('q')
		assert t.finish()[0] == 1 and t.restored()
	END
}

@test "what a choice did, what it changed, and what it broke" {
	play <<-'END'
		t = start()
		t.send('8n')
		frame = t.frame('choice 8 of ')
		assert 'did:  a does `store` in its step `write v+0x20` (line 20)' in frame, frame
		assert re.search(r'(?m)^caches D\$ cpu0 pg\+0x20..0x2f: none -> DIRTY data', frame), frame
		assert re.search(r'(?m)^memory pg\+0x20..0x2f: boot content -> boot content; newest: data', frame), frame
		assert re.search(r'(?m)^\* D\$ cpu0 pg\+0x20..0x2f: DIRTY data', frame), frame
		assert re.search(r'(?m)^  cpu0 KM_USER0 [0-9a-f]{8}: pg, in use 1', frame), frame
		t.send('v')
		frame = t.frame('choice 14 of ')
		assert 'stale-dma-read at a.start, pg+0x20: got `boot content`, the newest is `data`' in frame, frame
		t.send('v')
		t.frame('no violation after here')
		t.send('0gV')
		t.frame('no violation before here')
		t.send('$V')
		t.frame('choice 14 of ')
		t.send('0gcpg+0x20\r')
		t.frame('choice 8 of (?s:.*)a copy of pg.0x20 changed')
		t.send('c')
		t.frame('no copy of pg.0x20 changes after here')
		t.send('Cnothing+1\r')
		t.frame('`nothing.1` is no PAGE.OFFSET')
		t.send('0g/dma_map\r')
		t.frame('did:  a does `dma_map`')
		t.send('/\r')
		t.frame('no choice after here says `dma_map`')
		t.send('?')
		t.frame('to the next choice whose words contain a text')
		t.send('\x1b')
		t.frame('contexts')
		t.send('/never\x1b')
		t.frame('n next')
		t.send('q')
		assert t.finish()[0] == 1
	END
}

@test "every size of a terminal will do, also one that changes" {
	play <<-'END'
		t = start(40, 10)
		frame = t.frame('choice 0 of ')
		assert len(frame.split('\n')) == 10 and max(map(len, frame.split('\n'))) < 40, frame
		for columns, rows in (80, 24), (12, 3), (2, 1), (1, 1), (200, 50), (80, 24):
		    t.resize(columns, rows)
		    # frames of the size before may still come
		    frame = t.frame()
		    while len(frame.split('\n')) != rows or max(map(len, frame.split('\n'))) >= columns:
		        frame = t.frame()
		    t.send('n\x1b[B\x1b[6~\x1b[5~\x1b[A??')
		t.send('5g')
		t.frame('choice 5 of ')
		t.send('q')
		assert t.finish()[0] == 1 and t.restored()
	END
}

@test "NO_COLOR: nothing is coloured" {
	play <<-'END'
		for env, coloured in ({}, True), ({'NO_COLOR': '1'}, False):
		    t = start(env=env)
		    t.send('v')
		    shown = t.wait_for(r'(?s)choice 14 of .*?\x1b\[J').group(0)
		    assert ('\x1b[1;31m' in shown) == coloured, shown
		    assert coloured or not re.search(r'\x1b\[[0-9;]*3[0-9]', shown), shown
		    t.send('q')
		    assert t.finish()[0] == 1
	END
}

@test "Ctrl-C ends it with 130, in a question too; every end gives the terminal back" {
	play <<-'END'
		for keys in '\x03', '/dma\x03', 'g\x03':
		    t = start()
		    t.frame('choice 0 of ')
		    t.send(keys)
		    code, shown, _ = t.finish()
		    assert code == 130 and t.restored(), (keys, code)
		    assert '\x1b[?1049l' in shown, shown
		for number, wanted in (signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129):
		    t = start()
		    t.frame('choice 0 of ')
		    t.process.send_signal(number)
		    code, shown, _ = t.finish()
		    assert code == wanted and t.restored() and '\x1b[?1049l' in shown, (number, code, shown)
	END
}

@test "a dumb terminal is asked by line" {
	play <<-'END'
		t = start(env={'TERM': 'dumb'})
		t.wait_for('choice 0 of ')
		for line, pattern in ('8n', 'choice 8 of .*'), ('', 'choice 9 of '), ('p', 'choice 8 of '), \
		        ('12g', 'choice 12 of '), ('g 3', 'choice 3 of '), ('v', '! stale-dma-read at a.start'), \
		        ('s', r'TLB\r\n'), ('0g', 'choice 0 of '), ('c pg+0x20', 'a copy of pg.0x20 changed'), \
		        ('/ start', 'did:  a does `start device`'), ('what', 'A command is a line'):
		    t.send(line + '\n')
		    t.wait_for(pattern)
		t.send('q\n')
		code, shown, _ = t.finish()
		assert code == 1 and '\x1b' not in shown, shown
		t = start(env={'TERM': 'dumb'})
		t.wait_for('> ')
		t.send('\x03')
		assert t.finish()[0] == 130
		t = start(env={'TERM': 'dumb'})
		t.wait_for('> ')
		t.send('\x04')
		assert t.finish()[0] == 1
	END
}

@test "no terminal: exit 2 and a message" {
	trail=$("$STALELINE" run tests/golden/report/cells.yaml --cell strategy=ppc,l2=no,schedule=default --print-trail |
		sed -n 's/^trail:  //p')
	staleline replay tests/golden/report/cells.yaml --cell strategy=ppc,l2=no,schedule=default --trail "$trail" --interactive
	assert_status 2
	assert_stderr 'no terminal'
	[ -z "$output" ]
	staleline replay tests/golden/report/cells.yaml --cell strategy=ppc,l2=no,schedule=default --trail - --interactive
	assert_status 2
	assert_stderr '--trail @FILE'
	staleline replay tests/golden/report/cells.yaml --cell strategy=ppc,l2=no,schedule=default --trail "$trail" \
		--interactive --format jsonl
	assert_status 2
	assert_stderr 'jsonl'
}

@test "a trail that does not fit is told before anything is shown" {
	play <<-'END'
		t = Terminal(COMMAND[:-1] + ['2:e0,s0*3,d0'])
		code, shown, _ = t.finish()
		assert code == 2 and 'error' in plain(shown) and '\x1b[?1049h' not in shown, shown
	END
}
