#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares `staleline trace` with a model of its own on random traces: every stale read, every count.

usage: stale.py STALELINE TRACES [SEED]

The model is written from docs/trace.md: caches are lists of lines, a line is a dictionary of bytes, and a byte is the record that
wrote it. Traces have reads, writes, fetches, c, v, d and D; machines have one to three CPUs, an L2 or none, inclusive or not, LRU or
FIFO, write-through and write-back, with and without allocation, page maps of every kind, and TLBs or none.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

COUNTS = ['reads', 'writes', 'read_misses', 'write_misses', 'write_backs', 'bytes_from_below', 'bytes_to_below']
SHOWN = 20
SPACE = 0x200
MASK = (1 << 32) - 1


class Map:
    """Frames of pages; what is documented of each kind, and no array of all pages."""

    def __init__(self, kind, page, seed, colours):
        self.kind, self.page, self.seed, self.colours = kind, page, seed, colours if kind == 'colour' else 1
        self.frames, self.given = {}, {}

    def scatter(self, page):
        bits = 32 - (self.page.bit_length() - 1)
        half = (bits + 1) // 2
        low = (1 << half) - 1
        while True:
            for turn in range(4):
                x = ((page & low) + turn * 0x9e3779b9 & MASK) ^ (self.seed * 0x85ebca6b & MASK)
                x ^= x >> 16
                x = x * 0x7feb352d & MASK
                x ^= x >> 15
                x = x * 0x846ca68b & MASK
                x ^= x >> 16
                page = (page & low) << half | (page >> half ^ (x & low))
            if not page >> bits:
                return page

    def physical(self, address):
        page, colour = address // self.page, address // self.page % self.colours
        if page not in self.frames:
            if self.kind == 'identity':
                frame = page
            elif self.kind == 'random':
                frame = self.scatter(page)
            else:
                frame = self.given.get(colour, 0) * self.colours + colour
                self.given[colour] = self.given.get(colour, 0) + 1
            assert frame not in self.frames.values()
            self.frames[page] = frame
        return self.frames[page] * self.page + address % self.page


class Tlbs:
    """Entries of pairs of pages, a CPU's each; one generator of victims for all."""

    def __init__(self, cpus, entries, page, seed):
        self.entries = [[None] * entries for _ in range(cpus)]
        self.pair, self.random, self.refs, self.misses = 2 * page, seed, 0, 0

    def use(self, cpu, address):
        entries, pair = self.entries[cpu], address // self.pair
        if not entries:
            return
        self.refs += 1
        if pair in entries:
            return
        self.misses += 1
        self.random ^= self.random << 13 & MASK
        self.random ^= self.random >> 17
        self.random ^= self.random << 5 & MASK
        entries[self.random * len(entries) >> 32] = pair


class Line:
    def __init__(self, base):
        self.base, self.dirty, self.data = base, False, {}


class Cache:
    def __init__(self, size, ways, line, fifo, through, allocate):
        self.option = '%d,%d,%d,%s,%s,%s' % (size, ways, line, 'fifo' if fifo else 'lru', 'wt' if through else 'wb',
                                            'wa' if allocate else 'nwa')
        self.ways, self.line, self.fifo, self.through, self.allocate = ways, line, fifo, through, allocate
        self.sets = [[] for _ in range(size // ways // line)]
        self.count = dict.fromkeys(COUNTS, 0)

    def base(self, address):
        return address // self.line * self.line

    def set(self, address):
        return self.sets[address // self.line % len(self.sets)]

    def look(self, address):
        return next((line for line in self.set(address) if line.base == self.base(address)), None)

    def use(self, line):
        if not self.fifo:
            lines = self.set(line.base)
            lines.remove(line)
            lines.insert(0, line)

    def drop(self, line):
        self.set(line.base).remove(line)

    def lines(self):
        return [line for lines in self.sets for line in lines]


class Model:
    def __init__(self, draw):
        self.cpus = draw.choice([1, 1, 2, 3])
        line = draw.choice([4, 8, 16])
        self.snooped = draw.random() < 0.6
        self.coherent = draw.random() < 0.3
        self.turn = draw.choice([1, 3])

        def cache(line, through, allocate, sets=(1, 2, 4)):
            ways = draw.choice([1, 2, 4])
            return (line * ways * draw.choice(sets), ways, line, draw.random() < 0.3, through, allocate)

        l1 = cache(line, draw.random() < 0.25, draw.random() < 0.7)
        l1i = cache(draw.choice([line, 16]), False, True) if draw.random() < 0.5 else None
        self.l1d = [Cache(*l1) for _ in range(self.cpus)]
        self.l1i = [Cache(*l1i) for _ in range(self.cpus)] if l1i else []
        longest = max(line, l1i[2] if l1i else 0)
        self.l2 = None
        if draw.random() < 0.7:
            self.l2 = Cache(*cache(longest * draw.choice([1, 2]), draw.random() < 0.2, draw.random() < 0.8,
                                   (1, 2, 4, 16)))
        self.inclusive = self.l2 is not None and draw.random() < 0.4
        self.sector = min([line] + [c.line for c in self.l1i] + ([self.l2.line] if self.l2 else []))
        self.page = draw.choice([64, 128])
        self.index = draw.choice(['virtual', 'physical'])
        self.seed = draw.choice([1, 2, 0xffffffff, draw.randrange(1, 1 << 32)])
        caches = [self.l1d[0]] + self.l1i[:1] + ([self.l2] if self.l2 else [])
        colours = max([1] + [len(c.sets) * c.line // self.page for c in caches])
        # no way of an L1 is larger than a page, so that it has no aliases; those are compared elsewhere
        assert all(len(c.sets) * c.line <= self.page for c in self.l1d + self.l1i)
        self.map = Map(draw.choice(['identity', 'first-touch', 'colour', 'random']), self.page, self.seed, colours)
        self.tlbs = Tlbs(self.cpus, draw.choice([0, 2, 3]), self.page, self.seed)
        self.memory, self.newest = {}, {}
        self.stale, self.dropped = [], 0

    def options(self):
        options = ['--l1d', self.l1d[0].option, '--interleave', str(self.turn), '--check', 'yes',
                   '--map', self.map.kind, '--seed', str(self.seed), '--page-size', str(self.page), '--l1-index', self.index,
                   '--tlb', str(len(self.tlbs.entries[0])),
                   '--cpu-coherence', 'snooped' if self.snooped else 'none', '--dma', 'coherent' if self.coherent else 'noncoherent']
        if self.l1i:
            options += ['--l1i', self.l1i[0].option]
        if self.l2:
            options += ['--l2', self.l2.option]
        return options + (['--inclusive'] if self.inclusive else [])

    def above(self, l2_line):
        """The lines of first-level caches within a line of the L2."""
        for cache in self.l1d + self.l1i:
            for line in cache.lines():
                if line.base // self.l2.line * self.l2.line == l2_line.base:
                    yield cache, line

    def claim(self, l2_line, keep_data, stay):
        dirty = False
        for cache, line in list(self.above(l2_line)):
            dirty |= line.dirty
            if line.dirty and keep_data:
                l2_line.data.update(line.data)
                l2_line.dirty = True
            line.dirty = False
            if not stay:
                cache.drop(line)
        return dirty

    def l2_to_memory(self, line):
        self.memory.update(line.data)
        self.l2.count['write_backs'] += 1
        self.l2.count['bytes_to_below'] += self.l2.line

    def l2_line(self, address, whole):
        """The line, taken in if need be, and whether it was there."""
        line = self.l2.look(address)
        if line:
            self.l2.use(line)
            return line, True
        lines = self.l2.set(address)
        if len(lines) == self.l2.ways:
            victim = lines[-1]
            if self.inclusive:
                self.claim(victim, True, False)
            if victim.dirty:
                self.l2_to_memory(victim)
            self.l2.drop(victim)
        line = Line(self.l2.base(address))
        lines.insert(0, line)
        if not whole:
            line.data = {at: self.memory.get(at) for at in range(line.base, line.base + self.l2.line)}
            self.l2.count['bytes_from_below'] += self.l2.line
        return line, False

    def send_down(self, data, whole_line):
        """Bytes that leave a first-level cache."""
        if not self.l2:
            self.memory.update(data)
            return
        count = self.l2.count
        count['writes'] += 1
        address = min(data)
        if not self.l2.allocate and not self.l2.look(address):
            count['write_misses'] += 1
            count['bytes_to_below'] += len(data)
            self.memory.update(data)
            return
        line, there = self.l2_line(address, whole_line and len(data) == self.l2.line)
        count['write_misses'] += not there
        line.data.update(data)
        if self.l2.through:
            count['bytes_to_below'] += len(data)
            self.memory.update(data)
        else:
            line.dirty = True

    def write_back(self, cache, line):
        cache.count['write_backs'] += 1
        cache.count['bytes_to_below'] += cache.line
        self.send_down(dict(line.data), True)

    def ask_peers(self, cpu, address, store):
        for other, cache in enumerate(self.l1d):
            line = cache.look(address) if self.snooped and other != cpu else None
            if not line:
                continue
            if line.dirty:
                self.write_back(cache, line)
                line.dirty = False
            if store:
                cache.drop(line)

    def l1_line(self, cpu, cache, address, whole):
        line = cache.look(address)
        if line:
            cache.use(line)
            return line, True
        self.ask_peers(cpu, address, False)
        base, data = cache.base(address), {}
        whole = whole and not self.inclusive
        if not whole:
            cache.count['bytes_from_below'] += cache.line
            source = self.memory
            if self.l2:
                below, there = self.l2_line(address, False)
                self.l2.count['reads'] += 1
                self.l2.count['read_misses'] += not there
                source = below.data
            data = {at: source.get(at) for at in range(base, base + cache.line)}
        lines = cache.set(address)
        victim = lines.pop() if len(lines) == cache.ways else None
        line = Line(base)
        line.data = data
        lines.insert(0, line)
        if victim and victim.dirty:
            self.write_back(cache, victim)
        return line, False

    def compare(self, rule, cpu, number, start, size, data):
        for at in range(start, start + size):
            if data.get(at) != self.newest.get(at):
                self.stale.append((rule, cpu, number, at, data.get(at), self.newest.get(at)))
                return

    def read(self, cpu, number, address, size, fetch):
        cache = (self.l1i if fetch else self.l1d)[cpu]
        cache.count['reads'] += 1
        line, there = self.l1_line(cpu, cache, address, False)
        cache.count['read_misses'] += not there
        self.compare('stale-fetch' if fetch else 'stale-load', cpu, number, address, size, line.data)

    def write(self, cpu, number, address, size):
        cache = self.l1d[cpu]
        data = {at: (cpu, number) for at in range(address, address + size)}
        self.newest.update(data)
        cache.count['writes'] += 1
        self.ask_peers(cpu, address, True)
        there = cache.look(address) is not None
        cache.count['write_misses'] += not there
        if there or cache.allocate:
            line, _ = self.l1_line(cpu, cache, address, size == cache.line)
            line.data.update(data)
            line.dirty = not cache.through
        if cache.through or not (there or cache.allocate):
            cache.count['bytes_to_below'] += size
            self.send_down(data, False)

    def clean(self, cache, line):
        dirty = line.dirty
        if cache is self.l2 and self.inclusive:
            dirty |= self.claim(line, True, True)
        if dirty and cache is self.l2:
            self.l2_to_memory(line)
        elif dirty:
            self.write_back(cache, line)
        line.dirty = False

    def invalidate(self, cache, line):
        dirty = line.dirty
        if cache is self.l2 and self.inclusive:
            above = [line for _, line in self.above(line) if line.dirty]
            self.dropped += len(above)
            dirty |= self.claim(line, False, False)
        self.dropped += dirty
        cache.drop(line)

    def maintain(self, cpu, address, size, act):
        for cache in [self.l1d[cpu]] + ([self.l2] if self.l2 else []):
            for line in ([cache.look(address)] if size else cache.lines()):
                # of the whole L2 a line may have gone meanwhile
                if line and cache.look(line.base) is line:
                    act(cache, line)

    def snoop(self, address, write):
        for cache in self.l1d + ([self.l2] if self.l2 else []):
            line = cache.look(address)
            if not line:
                continue
            if cache is self.l2 and write and self.inclusive:
                self.claim(line, True, False)
            if line.dirty and cache is self.l2:
                self.l2_to_memory(line)
            elif line.dirty:
                self.write_back(cache, line)
            line.dirty = False
            if write:
                cache.drop(line)

    def device(self, cpu, number, address, size, write):
        seen = len(self.stale)
        while size and len(self.stale) == seen:
            part = min(size, self.page - address % self.page)
            self.device_in_page(cpu, number, self.map.physical(address), part, write)
            address, size = address + part, size - part

    def device_in_page(self, cpu, number, address, size, write):
        if self.coherent:
            for at in range(address // self.sector * self.sector, address + size, self.sector):
                self.snoop(at, write)
        if write:
            data = {at: (cpu, number) for at in range(address, address + size)}
            self.memory.update(data)
            self.newest.update(data)
        else:
            self.compare('stale-dma-read', cpu, number, address, size, self.memory)

    def record(self, cpu, number, kind, address, size):
        if kind in 'dD':
            self.device(cpu, number, address, size, kind == 'D')
        elif kind in 'cv':
            self.maintain(cpu, self.map.physical(address), size, self.clean if kind == 'c' else self.invalidate)
        elif kind == 'i' and not self.l1i:
            return
        else:
            length = (self.l1i if kind == 'i' else self.l1d)[cpu].line
            while size:
                part = min(size, length - address % length)
                self.tlbs.use(cpu, address)
                if kind == 'w':
                    self.write(cpu, number, self.map.physical(address), part)
                else:
                    self.read(cpu, number, self.map.physical(address), part, kind == 'i')
                address, size = address + part, size - part

    def flush(self):
        for cache in self.l1d + ([self.l2] if self.l2 else []):
            for line in cache.lines():
                if line.dirty:
                    self.clean(cache, line)


def draw_trace(draw, length):
    records = []
    for _ in range(length):
        kind = draw.choices('rwicvdD', [30, 30, 8, 6, 4, 8, 8])[0]
        size = draw.choice([1, 2, 4, 4, 4, 8, 16])
        address = draw.randrange(SPACE - 64) if draw.random() < 0.5 else draw.randrange(64)
        if kind in 'rwi' and draw.random() < 0.7:
            address = address // size * size
        if kind in 'cv' and draw.random() < 0.05:
            size = 0
        records.append((kind, address, size))
    return records


def check(staleline, folder, seed):
    draw = random.Random(seed)
    model = Model(draw)
    traces = [draw_trace(draw, 400) for _ in range(model.cpus)]
    paths = []
    for cpu, records in enumerate(traces):
        paths.append(os.path.join(folder, '%d.xdin' % cpu))
        with open(paths[-1], 'w', encoding='utf-8') as file:
            file.writelines('%s %x %x\n' % record for record in records)
    at = 0
    while at < 400:
        for cpu, records in enumerate(traces):
            for number in range(at, min(at + model.turn, 400)):
                model.record(cpu, number + 1, *records[number])
        at += model.turn
    model.flush()
    command = [staleline, 'trace', '--format', 'jsonl', *model.options(), *paths]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode not in (0, 1) or not objects:
        return '%s\n%s' % (' '.join(command), done.stderr)
    summary, wrong = objects[-1], []
    writer = lambda who: who and (paths.index(who['file']), who['line'])
    found = [(o['rule'], paths.index(o['file']), o['line'], o['address'], writer(o['got']), writer(o['newest']))
             for o in objects if o['type'] == 'stale']
    for want, got in zip(model.stale[:SHOWN] + [None] * SHOWN, found + [None] * SHOWN):
        if want != got:
            wrong.append('stale read: expected %s, found %s' % (want, got))
            break
    for rule in 'stale-load', 'stale-fetch', 'stale-dma-read':
        want = sum(s[0] == rule for s in model.stale)
        if summary['stale'][rule] != want:
            wrong.append('%s: expected %d, found %d' % (rule, want, summary['stale'][rule]))
    for name, caches in ('l1d', model.l1d), ('l1i', model.l1i), ('l2', [model.l2] if model.l2 else []):
        for field in COUNTS if caches else []:
            want = sum(cache.count[field] for cache in caches)
            if summary[name][field] != want:
                wrong.append('%s %s: expected %d, found %d' % (name, field, want, summary[name][field]))
    for field, want in ('refs', model.tlbs.refs), ('misses', model.tlbs.misses):
        found = summary.get('tlb', {}).get(field, 0)
        if found != want:
            wrong.append('tlb %s: expected %d, found %d' % (field, want, found))
    if summary['dropped_dirty'] != model.dropped:
        wrong.append('dropped_dirty: expected %d, found %d' % (model.dropped, summary['dropped_dirty']))
    return wrong and '%s\n  %s' % (' '.join(command), '\n  '.join(wrong))


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    staleline, traces = sys.argv[1], int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) == 4 else 1
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + traces):
            wrong = check(staleline, folder, seed)
            if wrong:
                bad += 1
                print('seed %d: %s' % (seed, wrong))
                if bad == 5:
                    break
    print('%d traces from seed %d, %d different' % (traces, first, bad))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
