#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random scenarios that move data about: stores, loads, DMA, syncs and lines that are lost.

    random_scenarios.py SEED COUNT FOLDER    writes FOLDER/SEED.yaml, SEED + 1 …
    random_scenarios.py SEED                 prints the one of that seed
"""
import os
import random
import sys

PAGE = 64
STRATEGIES = ['none', 'none', 'lowmem-only', 'lowmem-only', 'kmap-high-get', 'arm-reentrant', 'ppc',
              'shared-slot', 'shared-slot', 'flush-all', 'context-slots', 'kmap-stack', 'kmap-local',
              'l1-only', 'uncached']
L1 = ['{size: 128, ways: 2, line: 16, index: virtual}'] * 4 + [
    '{size: 32, ways: 1, line: 16, index: virtual}',
    '{size: 64, ways: 2, line: 16, index: virtual}',
    '{size: 128, ways: 2, line: 32, index: virtual}',
    '{size: 64, ways: 4, line: 8, index: virtual}',
    '{size: 256, ways: 2, line: 16, index: physical}']
ALIASING = ['{size: 128, ways: 1, line: 16, index: virtual}',
            '{size: 256, ways: 2, line: 16, index: virtual}',
            '{size: 128, ways: 1, line: 32, index: virtual}']
OPS = ['Hit_Invalidate_D', 'Hit_Invalidate_D', 'Hit_Writeback_Inv_D', 'Hit_Writeback_D',
       'Hit_Invalidate_SD', 'Hit_Writeback_Inv_SD', 'Hit_Writeback_SD']
SLOTS = ['KM_USER0', 'KM_USER0', 'KM_IRQ0', 'KM_SOFTIRQ0', 'KM_SYNC_DCACHE']
DIRECTIONS = ['to-device', 'from-device', 'from-device', 'bidirectional']


class Context:
    def __init__(self, name, level, on):
        self.name, self.level, self.on = name, level, on
        self.lines, self.ids, self.handles, self.maps = [], [], [], []


class Generator:
    def __init__(self, seed):
        self.r = random.Random(seed * 2654435761 + 17)
        self.n = 0

    def odds(self, percent):
        return self.r.random() * 100 < percent

    def pick(self, of):
        return of[int(self.r.random() * len(of))]

    def below(self, n):
        return int(self.r.random() * n)

    def step(self, c, name, arguments):
        self.n += 1
        c.ids.append('s%d' % self.n)
        c.lines.append('      - %s: {%s%sid: s%d}' % (name, arguments, ', ' if arguments else '', self.n))
        return 's%d' % self.n

    def range(self, most=PAGE):
        """An offset and a length within a page."""
        if self.odds(35):
            offset = 16 * self.below(PAGE // 16)
        else:
            offset = self.unit * self.below(PAGE // self.unit)
        room = min(PAGE - offset, most) // self.unit
        return offset, self.unit * (1 + self.below(room))

    def address(self, c):
        """A mapping of this context, or a lowmem page; and whether it is one of those."""
        if c.handles and self.odds(75):
            return self.pick(c.handles)[0], False
        low = [p for p in range(self.pages) if not self.high[p]]
        if not low:
            return (self.pick(c.handles)[0], False) if c.handles else (None, False)
        return 'p%d' % self.pick(low), True

    def touch(self, c):
        name, plain = self.address(c)
        if name is None:
            return
        uncached = ', uncached: yes' if plain and self.odds(12) else ''
        offset, length = self.range(24 if self.odds(80) else PAGE)
        what = self.below(100)
        if what < 45:
            if self.unit <= 4 and self.odds(40):
                self.step(c, 'write', 'to: %s+%d%s' % (name, min(offset, PAGE - 4) & ~3, uncached))
            else:
                self.step(c, 'write', 'to: %s+%d, len: %d%s' % (name, offset, length, uncached))
        elif what < 80:
            self.step(c, 'read', 'from: %s+%d, len: %d%s' % (name, offset, length, uncached))
        elif what < 86:
            self.step(c, 'fill', 'to: %s+%d%s' % (name, offset, uncached))
        elif what < 92:
            self.step(c, 'scan', 'from: %s+%d%s' % (name, offset, uncached))
        else:
            self.step(c, 'cache-op', 'op: %s, at: %s+%d, len: %d' % (self.pick(OPS), name, offset, length))

    def unmap(self, c, index):
        name, how = c.handles.pop(index)
        self.step(c, how, 'map: %s' % name)
        if self.odds(4):
            c.handles.append((name, how))  # what follows may use it after its unmap

    def mapping(self, c):
        self.h += 1
        name = 'h%d' % self.h
        page = 'page: p%d, as: %s' % (self.below(self.pages), name)
        what = self.below(4 if c.level == 'process' else 2)
        if what < 2:
            self.step(c, 'kmap-atomic', '%s, slot: %s' % (page, self.pick(SLOTS)))
            c.handles.append((name, 'kunmap-atomic'))
        elif what == 2:
            self.step(c, 'kmap', page)
            c.handles.append((name, 'kunmap'))
        else:
            self.step(c, 'map-user', page + (', colour: %d' % self.below(2) if self.aliases else ''))
            c.handles.append((name, 'unmap-user'))
        for _ in range(1 + self.below(3)):
            self.touch(c)
        if self.odds(85 if what < 2 else 50):
            self.unmap(c, len(c.handles) - 1)

    def buffer(self, kind, direction):
        pages = [p for p in range(self.pages) if kind != 'single' or not self.high[p]]
        entries, start = [], self.below(len(pages))
        for i in range(1 if kind != 'sg' else min(len(pages), 1 + self.below(3))):
            page = pages[(start + i) % len(pages)]
            if self.odds(30):
                entries.append('{page: p%d}' % page)
            else:
                entries.append('{page: p%d, offset: %d, len: %d}' % (page, *self.range()))
        if kind == 'sg':
            return 'pages: [%s], dir: %s' % (', '.join(entries), direction)
        return 'page: %s, dir: %s' % (entries[0], direction)

    def dma(self, c):
        kind = self.pick(['single', 'page', 'sg', 'sg'])
        if kind == 'single' and all(self.high):
            kind = 'page'
        direction = self.pick(DIRECTIONS)
        device = 'd%d' % self.below(self.devices)
        map_id = self.step(c, 'dma-map-' + kind, '%s, dev: %s' % (self.buffer(kind, direction), device))
        sync = 'sg' if kind == 'sg' else 'single'
        if self.odds(25):
            self.touch(c)
        if self.odds(85):
            going = direction if direction != 'bidirectional' else self.pick(DIRECTIONS[:2])
            if self.odds(3):
                going = self.pick(DIRECTIONS[:2])
            waits = self.odds(20)
            if waits:
                start = self.step(c, 'dev-transfer', 'map: %s, dir: %s' % (map_id, going))
            else:
                start = self.step(c, 'dev-start', 'dev: %s, map: %s, dir: %s' % (device, map_id, going))
            if self.odds(20):
                self.touch(c)
            # a device that a handler serves wakes the waiter when the handler has run
            if c.level == 'process' and not waits:
                self.step(c, 'wait-irq', 'dev: ' + device)
            self.starts.append((c.name, start))
        for _ in range(self.below(3) if self.odds(40) else 0):
            self.step(c, 'dma-sync-%s-for-%s' % (sync, self.pick(['cpu', 'device'])), 'map: ' + map_id)
            if self.odds(60):
                self.touch(c)
        if self.odds(90):
            self.step(c, 'dma-unmap-' + kind, 'map: ' + map_id)
        for _ in range(self.below(3)):
            self.touch(c)

    def readahead(self, c):
        page = self.below(self.pages)
        if not self.free[page]:
            self.step(c, 'free', 'pages: p%d' % page)
        self.free[page] = False
        read = self.step(c, 'readahead', 'pages: p%d, dev: d0' % page)
        if self.served:
            if not self.completes:
                self.completes = '%s.%s' % (c.name, read)
                if c.level == 'process':
                    self.step(c, 'wait-on-page', 'pages: p%d' % page)
        else:
            if c.level == 'process':
                self.step(c, 'wait-irq', 'dev: d0')
            self.step(c, 'ata-qc-complete', 'map: ' + read)

    def turn(self, c):
        what = self.below(100)
        if what < 30:
            self.mapping(c)
        elif what < 52:
            self.touch(c)
        elif what < 84:
            self.dma(c)
        elif what < 89 and c.level == 'process':
            self.readahead(c)
        elif what < 93:
            page = self.below(self.pages)
            self.step(c, 'alloc' if self.free[page] else 'free', 'pages: p%d' % page)
            self.free[page] = not self.free[page]
        elif what < 96:
            name, _ = self.address(c)
            if name:
                c.lines.append('      - repeat: {times: %d, steps: [{write: {to: %s+%d, len: %d}}, '
                               '{read: {from: %s, len: %d}}]}'
                               % (2 + self.below(3), name, *self.range(16), name, self.unit))
        elif what < 98:
            how = self.pick(['local-irq', 'local-bh', 'preempt'])
            self.step(c, how + '-disable', '')
            self.touch(c)
            self.step(c, how + '-enable', '')
        elif c.handles:
            self.unmap(c, self.below(len(c.handles)))

    def schedule(self, contexts, name):
        lines = ['  %s:' % name]
        for _ in range(1 + self.below(3)):
            c = self.pick(contexts)
            if not c.ids:
                continue
            at = '%s.%s' % (c.name, self.pick(c.ids))
            if self.odds(35):
                at = 'after: ' + at
            else:
                at = 'at: ' + at + (', op: %d' % (1 + self.below(4)) if self.odds(30) else '')
            others = [o for o in contexts if o is not c and o.level != 'process']
            if others and self.odds(55):
                do = self.pick(others).name
            else:
                what = self.pick(['evict', 'fill', 'fill']) if self.speculates else 'evict'
                do = '{%s: p%d+%d}' % (what, self.below(self.pages), 4 * self.below(PAGE // 4))
            lines.append('    - {%s, do: %s}' % (at, do))
        return lines if len(lines) > 1 else []

    def scenario(self):
        self.unit = self.pick([4, 4, 4, 4, 8, 8, 2, 1])
        self.aliases = self.odds(15)
        self.pages, self.devices = 1 + self.below(3), 1 + self.below(2)
        self.high = [self.odds(50) for _ in range(self.pages)]
        self.free = [self.odds(8) for _ in range(self.pages)]
        self.h, self.starts, self.completes = 0, [], None
        self.served = False
        strategy = self.pick(STRATEGIES)
        # the slots of kmap-local belong to a task: refused with preempt
        preempt = 'no' if strategy == 'kmap-local' else 'yes'
        out = ['format: 1', 'strategy: ' + strategy, 'machine:', '  preset: toy',
               '  l1d: ' + self.pick(ALIASING if self.aliases else L1)]
        if self.odds(45):
            out.append('  l2: {size: %d, ways: %d, line: %d}'
                       % (self.pick([128, 128, 256]), self.pick([1, 2]), self.pick([32, 32, 64])))
        out.append('  tlb: {entries: %d}' % (3 + self.below(5)))
        if self.odds(8):
            out.append('  dma: coherent')
        if self.odds(8):
            out.append('  post-dma-flush: yes')
        self.speculates = self.odds(25)
        if self.speculates:
            out.append('  speculation: loads')
        out += ['kernel:', '  last-pkmap: %d' % self.pick([2, 4]),
                '  hardirq-nesting: %s' % self.pick(['no', 'no', 'yes']),
                '  preempt: %s' % self.pick(['no', 'no', 'no', preempt]), 'force: yes', 'pages:']
        for p in range(self.pages):
            out.append('  p%d: {zone: %s%s}' % (p, 'highmem' if self.high[p] else 'lowmem',
                                                ', free: yes' if self.free[p] else ''))
        out.append('devices:')
        for d in range(self.devices):
            out.append('  d%d: {%s}' % (d, 'dma: coherent' if self.odds(7) else ''))
        contexts = [Context('c0', 'process', None)]
        for i in range(1, 1 + self.below(4)):
            level = self.pick(['hardirq', 'hardirq', 'softirq', 'process'])
            on = 'any'
            if level == 'process':
                on = 'c0' if self.odds(60) else None
            elif level == 'hardirq' and self.odds(25):
                on, self.served = 'd0', True
            contexts.append(Context('c%d' % i, level, on))
        for c in contexts:
            turns = 2 + self.below(4) if c.level == 'process' else 1 + self.below(2)
            if c.on == 'd0' and self.completes and self.odds(90):
                self.step(c, 'ata-qc-complete', 'map: ' + self.completes)
            for _ in range(turns):
                self.turn(c)
            for i in range(len(c.handles) - 1, -1, -1):
                if c.handles[i][1] == 'kunmap-atomic':
                    self.unmap(c, i)
            if not c.ids:
                self.step(c, 'preempt-disable', '')
                self.step(c, 'preempt-enable', '')
        out.append('contexts:')
        for c in contexts:
            out.append('  %s:' % c.name)
            out.append('    level: ' + c.level)
            if c.on:
                out.append('    on: ' + c.on)
            out.append('    steps:')
            out += c.lines
        schedules = []
        for name in 'ab'[:self.below(3)]:
            schedules += self.schedule(contexts, name)
        if schedules:
            out.append('schedules:')
            out += schedules
        return '\n'.join(out) + '\n'


def main():
    if len(sys.argv) == 2:
        sys.stdout.write(Generator(int(sys.argv[1])).scenario())
        return 0
    if len(sys.argv) != 4:
        print('usage: random_scenarios.py SEED [COUNT FOLDER]', file=sys.stderr)
        return 2
    seed, count, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    for i in range(seed, seed + count):
        with open(os.path.join(folder, '%d.yaml' % i), 'w', encoding='ascii') as f:
            f.write(Generator(i).scenario())
    return 0


if __name__ == '__main__':
    sys.exit(main())
