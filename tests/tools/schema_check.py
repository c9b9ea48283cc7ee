#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks YAML files against the JSON Schemas that `staleline schema` prints.

usage: schema_check.py STALELINE YAML_JSON good KIND FILE...
       schema_check.py STALELINE YAML_JSON bad FOLDER

good: every file must be valid as KIND (scenario, strategy, machine).
bad: of the broken files of FOLDER (tests/golden/bad-scenario), those whose fault is one of shape must not be.
Needs python3-jsonschema. Prints what is wrong; exit 1 if there is anything.
"""
import glob
import json
import os
import re
import subprocess
import sys

import jsonschema

# Faults of shape: another kind, an unknown key, word or step, a number that is none, a key that is missing, a
# name that is no name.
SHAPE = {'E0101', 'E0102', 'E0103', 'E0105', 'E0108', 'E0109', 'E0120', 'E0125', 'E0130', 'E0137', 'E0140',
         'E0141', 'E0144', 'E0153', 'E0160', 'E0161', 'E0176', 'E0187', 'E0190', 'E0196', 'E0206'}
# What the schemas do not say, with the reason.
BEYOND = {
    'add-key.yaml': 'the keys of a cell are the axes of the file',
    'dev-start-dir.yaml': 'depends on the direction of another step',
    'octal.yaml': 'YAML 1.2 reads 010 as ten, so an editor sees no fault',
    'schedule-neither.yaml': 'one of two keys',
}


def validator(program, kind):
    text = subprocess.run([program, 'schema', kind], check=True, capture_output=True).stdout
    schema = json.loads(text)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def load(tool, paths):
    # files that are no YAML at all are left out by the tool
    lines = subprocess.run([tool, *paths], capture_output=True, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def good(program, tool, kind, paths):
    check = validator(program, kind)
    values = load(tool, paths)
    bad = len(values) != len(paths) or not paths
    if bad:
        print(f'{len(paths)} files named, {len(values)} read')
    for path, value in values:
        for error in check.iter_errors(value):
            print(f'{path}: at {"/".join(map(str, error.path))}: {error.message[:300]}')
            bad = True
    return bad


def codes_of(path):
    with open(re.sub(r'\.yaml$', '.expected', path), encoding='utf-8') as f:
        text = f.read()
    # a fault of a strategy file has its place there
    return {code for code, place in re.findall(r'error\[(E\d+)\].*\n  --> (\S+)', text)
            if 'strategies/' not in place}


def bad(program, tool, folder):
    check = validator(program, 'scenario')
    wrong, refused = False, 0
    for path, value in load(tool, sorted(glob.glob(os.path.join(folder, '*.yaml')))):
        name, shape = os.path.basename(path), SHAPE & codes_of(path)
        valid = check.is_valid(value)
        if shape and name not in BEYOND and valid:
            print(f'{path}: {", ".join(sorted(shape))}, yet the schema takes it')
            wrong = True
        elif name in BEYOND and not valid:
            print(f'{path}: is refused now: no exception any more')
            wrong = True
        refused += bool(shape) and not valid
    strategies = validator(program, 'strategy')
    for path, value in load(tool, sorted(glob.glob(os.path.join(folder, 'strategies/*.yaml')))):
        expected = os.path.join(folder, f'strategy-file-{os.path.basename(path)}')
        if not os.path.exists(expected):
            continue
        with open(expected[:-len('yaml')] + 'expected', encoding='utf-8') as f:
            shape = SHAPE & set(re.findall(r'error\[(E\d+)\]', f.read()))
        if shape and strategies.is_valid(value):
            print(f'{path}: {", ".join(sorted(shape))}, yet the schema takes it')
            wrong = True
        refused += bool(shape)
    if refused < 80:
        print(f'only {refused} broken files are refused')
        wrong = True
    return wrong


def main():
    program, tool, what, *rest = sys.argv[1:]
    wrong = good(program, tool, rest[0], rest[1:]) if what == 'good' else bad(program, tool, rest[0])
    sys.exit(1 if wrong else 0)


main()
