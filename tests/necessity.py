#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds docs/necessity.md against what `staleline mutate` says.

usage: necessity.py STALELINE ROOT [--strategies]

Mutates the strategies of the page's table `strategy` and, unless --strategies, all kernel routines, in the cells of
scenarios/. Every mutant that is not killed must stand in the page's table `mutant`, with its fate, and no other; the
numbers of the tables `strategy` and `routine` must be those of the run. Prints each difference; exit 1 if there is
one.
"""
import collections
import json
import os
import re
import subprocess
import sys

PAGE = 'docs/necessity.md'
MUTANT = re.compile(r'`([a-z0-9-]+:[^`]+)`')


def tables(path):
    """Yields (line, first head, cells) of each row below a head."""
    head = None
    with open(path, encoding='utf-8') as page:
        for number, line in enumerate(page, 1):
            if not line.startswith('|'):
                head = None
                continue
            cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
            if head is None:
                head = cells
            elif not set(line.strip()) <= set('|-: '):
                yield number, head, cells


def mutate(program, root, arguments):
    run = subprocess.run([program, 'mutate', *arguments, '--format', 'jsonl', 'scenarios'], cwd=root,
                         stdout=subprocess.PIPE, check=False)
    # a limit is a fate of its own
    if run.returncode not in (0, 3):
        sys.exit(f'{" ".join(arguments)}: exit status {run.returncode}')
    lines = [json.loads(line) for line in run.stdout.decode('utf-8').splitlines()]
    return {line['mutant']: line['fate'] for line in lines if line['type'] == 'mutant'}


def main():
    program, root = os.path.abspath(sys.argv[1]), sys.argv[2]
    short = sys.argv[3:] == ['--strategies']
    faults = []
    page = list(tables(os.path.join(root, PAGE)))
    names = [cells[0].strip('`') for _, head, cells in page if head[0] == 'strategy']
    fates = mutate(program, root, ['--strategy', ','.join(names)])
    if not short:
        fates.update(mutate(program, root, ['--routine', 'all']))

    counts = collections.defaultdict(collections.Counter)
    for mutant, fate in fates.items():
        target = mutant.split(':', 1)[1].rsplit('.', 1)[0]
        groups = [target] if target in names else [target, 'all']
        for group in groups:
            counts[group][fate] += 1
            counts[group]['mutants'] += 1

    explained = {}
    for number, head, cells in page:
        place = f'{PAGE}:{number}'
        if head[0] == 'mutant':
            for mutant in MUTANT.findall(cells[0]):
                if mutant in explained:
                    faults.append(f'{place}: {mutant}: explained twice')
                explained[mutant] = cells[1]
                if mutant not in fates:
                    if not short:
                        faults.append(f'{place}: {mutant}: there is no such mutant')
                elif fates[mutant] != cells[1]:
                    faults.append(f'{place}: {mutant}: {fates[mutant]}, not {cells[1]}')
        elif head[0] == 'strategy' or (head[0] == 'routine' and not short):
            name = cells[0].strip('`')
            for key, cell in zip(head[1:], cells[1:]):
                if counts[name][key] != int(cell):
                    faults.append(f'{place}: {name}: {key}: {counts[name][key]}, not {cell}')
    for mutant, fate in fates.items():
        if fate != 'killed' and mutant not in explained:
            faults.append(f'{PAGE}: {mutant}: {fate}, and not explained')
    for fault in faults:
        print(fault)
    print(f'mutants: {len(fates)}, {sum(fate != "killed" for fate in fates.values())} of them not killed')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
