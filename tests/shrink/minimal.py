#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks what `staleline shrink` promises, from outside: it knows the text of the result and the reports only.

usage: tests/shrink/minimal.py STALELINE ROOT FIRST-SEED COUNT

Takes a number of cells of ROOT/scenarios, and COUNT random scenarios (tests/oracle/random_scenarios.py), and
shrinks each. The result must pass `staleline test`, break the same rule at the same step, and be 1-minimal: each
line of a step is taken away, with the lines that name what it makes, each two of them, each context, device, page,
event and each optional key; the rest must not load, or lose the violation, or break a rule that the cell did not break.
"""
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile

# One of each family of scenarios, runs and explorations, and --rule and --step.
CELLS = [
    ('alias/two-colours.yaml', 'page=4KiB,colour=1,schedule=all', []),
    ('dma/l2-board-cache.yaml', 'strategy=l1-only,l2=yes,schedule=default', []),
    ('dma/lazy-kmap.yaml', 'strategy=kmap-high-get,pool=4,schedule=all', []),
    ('dma/partial-line.yaml', 'strategy=none,schedule=all', []),
    ('dma/partial-line+store-during.yaml', 'strategy=ppc,schedule=default', []),
    ('dma/readahead-sata.yaml', 'strategy=none,l2=yes,schedule=evict-after', []),
    ('dma/sg-three-pages.yaml', 'strategy=lowmem-only,schedule=all', []),
    ('dma/writeback-sata.yaml', 'strategy=none,l2=no,schedule=all', []),
    ('dma/zone-crossing.yaml', 'strategy=kmap-stack,schedule=default', ['--rule', 'unsynced-range']),
    ('nest/two-hardirqs.yaml', 'strategy=context-slots,schedule=default', ['--step', 'irq1.disk1-reads']),
    ('nest/user-softirq-hardirq.yaml', 'strategy=shared-slot,machine=toy,evict=none,schedule=all', []),
    ('tlb/buddy-page+remapped.yaml', 'schedule=all', []),
    ('tlb/missing-flush.yaml', 'mutation=without:kmap_atomic.local_flush_tlb_one,schedule=default', []),
    ('spin/one-cpu.yaml', 'strategy=strategies/slot-no-flush.yaml,lines=1,evictions=none,times=1', []),
]
# Without these the scenario would have more behaviour, or would be another one.
KEPT = re.compile(r'\s*(format|name|origin|strategy|matrix|axes|schedule|contexts|steps|pages|devices|schedules|'
                  r'explore|evictions|preset|machine|on|expect|l1d|kernel|tlb|default|dma|post-dma-flush|seed|[a-z-]+: \[default\])\b')
OPTIONAL = re.compile(r'(?:, (?:len|offset|to|uncached|slot|va|colour|dir|dev|free|pfn|raise|op|times|mm): '
                      r'[^,{}\[\]]+)')
LIMITS = ['--max-states', '20k']


class Program:
    def __init__(self, path, root):
        self.path, self.root = os.path.abspath(path), root

    def run(self, *arguments):
        return subprocess.run([self.path, *arguments], cwd=self.root, capture_output=True, text=True, check=False)

    def violations(self, command, path, *arguments):
        """({(rule, step)}, {rules}) of the one cell, or None when the file does not load or a limit was hit."""
        done = self.run(command, '--format', 'jsonl', path, *arguments)
        if done.returncode not in (0, 1):
            return None
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        found = {(line['rule'], line['step']) for line in lines if line['type'] == 'violation'}
        return found, {rule for rule, _ in found}


class Result:
    """The text of a shrunk scenario: which lines are items, and which belong to each other."""

    def __init__(self, text):
        self.lines = text.split('\n')
        self.explored = 'schedule: [' not in text
        self.end = self.lines.index('expect:')
        # the head speaks of where it comes from
        self.head = next(i for i, line in enumerate(self.lines) if re.match('(machine|strategy):', line))

    def block(self, at):
        """The line and what is indented below it."""
        indent = len(self.lines[at]) - len(self.lines[at].lstrip())
        end = at + 1
        while end < self.end and (not self.lines[end].strip() or
                                  len(self.lines[end]) - len(self.lines[end].lstrip()) > indent):
            end += 1
        return set(range(at, end))

    def context_of(self, at):
        while at and not re.match(r'  [\w-]+:', self.lines[at]):
            at -= 1
        return self.lines[at].strip().rstrip(':')

    def users(self, gone):
        """`gone`, and all lines that name something made there."""
        gone = set(gone)
        while True:
            more = set()
            for at in gone:
                made = set(re.findall(r'\b(?:as|id): ([\w-]+)', self.lines[at]))
                context = self.context_of(at)
                for other in range(self.end):
                    if other in gone or not self.lines[other].lstrip().startswith('- '):
                        continue
                    here = self.context_of(other) == context
                    for name in made:
                        named = re.findall(r'(?:map|to|from|at|after|until): "?(?:([\w-]+)\.)?' + re.escape(name) +
                                           r'(?![\w-])', self.lines[other])
                        more |= {other for c in named if (c == context or (not c and here))}
            if not more:
                return gone
            for at in more:
                gone |= self.block(at)

    def smaller(self):
        """(what is gone, text) for each thing that could go."""
        steps = [i for i, line in enumerate(self.lines[:self.end]) if re.match(r'\s+- ', line)]
        for at in steps:
            yield self.lines[at].strip(), self.without(self.users(self.block(at)))
        for one, two in itertools.combinations(steps, 2):
            yield (f'{self.lines[one].strip()} and {self.lines[two].strip()}',
                   self.without(self.users(self.block(one) | self.block(two))))
        for at in range(self.head, self.end):
            line = self.lines[at]
            if line.strip() and not KEPT.match(line) and at not in steps:
                yield line.strip(), self.without(self.users(self.block(at)))
            for match in OPTIONAL.finditer(line):
                # a range would grow without its length
                if ', len:' in match[0] and not re.search(r'- (write|read|cache-op)\b', line):
                    continue
                yield (f'{match[0][2:]} of {line.strip()}',
                       '\n'.join(self.lines[:at] + [line[:match.start()] + line[match.end():]] +
                                 self.lines[at + 1:self.end]))

    def without(self, gone):
        # a schedule without events is an empty list
        for at in range(self.end):
            block = self.block(at) - {at}
            if (block and at not in gone and re.match(r'  [\w-]+:$', self.lines[at]) and
                    all(i in gone or not self.lines[i].strip() for i in block)):
                return '\n'.join(line + ' []' if i == at else line for i, line in enumerate(self.lines[:self.end])
                                 if i not in gone) + '\n'
        return '\n'.join(line for i, line in enumerate(self.lines[:self.end]) if i not in gone) + '\n'


def check(program, name, path, arguments, options, folder):
    """True: there was something to shrink, and all is as promised."""
    shrunk = os.path.join(folder, 'shrunk.yaml')
    if os.path.exists(shrunk):
        os.remove(shrunk)
    done = program.run('shrink', path, *arguments, *options, *LIMITS, '-o', shrunk)
    if done.returncode in (1, 3) and not os.path.exists(shrunk):
        return False
    if done.returncode == 3:
        return False
    if done.returncode:
        sys.exit(f'{name}: exit {done.returncode}\n{done.stderr}')
    text = open(shrunk, encoding='utf-8').read()
    result = Result(text)
    command = 'explore' if result.explored else 'run'
    again = program.run('shrink', path, *arguments, *options, *LIMITS)
    if result.lines[6:] != again.stdout.split('\n')[6:] and 'strategies/' not in text:
        sys.exit(f'{name}: shrunk twice, the results differ')
    tested = program.run('test', '--quiet', shrunk)
    if tested.returncode:
        sys.exit(f'{name}: the result does not pass its test\n{text}\n{tested.stdout}{tested.stderr}')
    rule, step = re.search(r'staleline shrink: ([\w-]+) at (\S+|the end) of', ' '.join(text.split())).groups()
    limits = LIMITS if result.explored else []
    before = program.violations(command, path, *arguments, *limits)
    after = program.violations(command, shrunk, *limits)
    if not before or (rule, step) not in before[0]:
        sys.exit(f'{name}: {rule} at {step} is not what the cell breaks: {before}')
    if not after or (rule, step) not in after[0] or not after[1] <= before[1]:
        sys.exit(f'{name}: {rule} at {step} is not what the result breaks: {after}\n{text}')
    check.shrunk += 1
    for gone, rest in result.smaller():
        candidate = os.path.join(folder, 'candidate.yaml')
        with open(candidate, 'w', encoding='utf-8') as file:
            file.write(rest)
        check.tries += 1
        left = program.violations(command, candidate, *limits)
        if left and (rule, step) in left[0] and left[1] <= before[1]:
            sys.exit(f'{name}: {rule} at {step} stays without `{gone}`:\n{text}\n--- without:\n{rest}')
    return True


check.tries = 0
check.shrunk = 0


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    program = Program(sys.argv[1], sys.argv[2])
    first, count = int(sys.argv[3]), int(sys.argv[4])
    nothing = 0
    with tempfile.TemporaryDirectory() as folder:
        for path, cell, options in CELLS:
            if not check(program, f'{path}[{cell}]', os.path.join('scenarios', path), ['--cell', cell], options, folder):
                sys.exit(f'{path}[{cell}]: nothing was shrunk')
        for seed in range(first, first + count):
            text = subprocess.run([sys.executable, os.path.join(program.root, 'tests/oracle/random_scenarios.py'),
                                   str(seed)], capture_output=True, text=True, check=True).stdout
            path = os.path.join(folder, 'random.yaml')
            with open(path, 'w', encoding='utf-8') as file:
                file.write(text)
            nothing += not check(program, f'seed {seed}', path, [], [], folder)
    print(f'shrink: {check.shrunk} results, {check.tries} ways to make them smaller, none keeps the violation; '
          f'{nothing} random scenarios had nothing to shrink')
    # most random scenarios break something
    return 0 if check.shrunk > len(CELLS) + count // 3 or not count else 1


if __name__ == '__main__':
    sys.exit(main())
