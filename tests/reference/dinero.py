#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares the counts of `staleline trace` with those of Dinero IV, row by row.

usage: dinero.py STALELINE SYN DATA

DATA holds rows.tsv, the packed traces and SHA256SUMS; SYN makes the synthetic traces. Their content is checked against the
digest that was recorded with the counts. Exact rows have to agree to the digit, those of random replacement within 2%.
"""
import hashlib
import json
import lzma
import os
import subprocess
import sys
import tempfile

FIELDS = ['refs', 'reads', 'writes', 'read_misses', 'write_misses', 'bytes_from_below', 'bytes_to_below']


def trace_bytes(name, syn, data):
    if name.startswith('syn'):
        return subprocess.run([syn, name[3], '1000000'], check=True, capture_output=True).stdout
    with lzma.open(os.path.join(data, name + '.xz')) as packed:
        return packed.read()


def summary(staleline, path, options):
    informat = 'xdin' if path.endswith('.xdin') else 'din'
    done = subprocess.run([staleline, 'trace', '--format', 'jsonl', '--input-format', informat, *options, path],
                          check=True, capture_output=True, text=True)
    last = json.loads(done.stdout.splitlines()[-1])
    assert last['type'] == 'summary'
    return last


def differs(how, want, got):
    if want == '-':
        return False
    if how == 'exact':
        return int(want) != got
    return abs(int(want) - got) > 0.02 * int(want)


def main():
    staleline, syn, data = sys.argv[1:]
    with open(os.path.join(data, 'rows.tsv'), encoding='utf-8') as table:
        rows = [line.rstrip('\n').split('\t') for line in table if not line.startswith('#')]
    with open(os.path.join(data, 'SHA256SUMS'), encoding='utf-8') as sums:
        digests = {name: digest for digest, name in (line.split() for line in sums)}
    faults, exact, near, seen = [], 0, 0, {}
    with tempfile.TemporaryDirectory() as folder:
        for number, trace, how, options, cache, *wants in rows:
            path = os.path.join(folder, trace)
            if not os.path.exists(path):
                content = trace_bytes(trace, syn, data)
                if hashlib.sha256(content).hexdigest() != digests[trace]:
                    sys.exit(f'{trace}: not the trace whose counts are known')
                with open(path, 'wb') as file:
                    file.write(content)
            runs = [options.split()] + ([options.split() + ['--no-final-flush']] if number == '7' else [])
            found = []
            for run in runs:
                key = (trace, *run)
                if key not in seen:
                    seen[key] = summary(staleline, path, run)
                found.append(seen[key][cache])
            got = [found[0][field] for field in FIELDS] + [found[-1]['write_backs'], found[0]['write_backs']]
            for field, want, value in zip(FIELDS + ['written back without flush', 'written back'], wants, got):
                if differs(how, want, value):
                    faults.append(f'table {number}, {trace}, {options}, {cache}: {field} {value}, Dinero {want}')
            exact += how == 'exact'
            near += how != 'exact'
    for fault in faults:
        print(fault)
    print(f'{exact} rows exact, {near} within 2%, {len(faults)} numbers differ')
    return 1 if faults or not exact else 0


sys.exit(main())
