#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A flat oracle: decides from the log of a schedule which data rule each access breaks.

    events PATH | flat.py [--keep-going]

Reads what tests/tools/events.c prints; its head describes the lines. Written from the definition of wrong in
the design (write identities, the flat machine, one rule per access) and from nothing of src/. It keeps

  newest    the flat machine: the newest identity of each granule that was *meant* to be written;
  memory, lines  copies, moved by nothing but the fills, write-backs, drops and writes of the log.

Each load must return what the copy holds that it says it came from; what it returns is compared with
`newest`, and the rule that comes of it with the one staleline reports after the same choice. At the end the
copies must be the model's, and lost-write is decided.

--keep-going: prints all disagreements, not only the first.

Exit status 0: agreed on everything; 1: a disagreement, which is printed; 2: the log is broken.
"""
import sys

KSEG0, KSEG1, KSEG2 = 0x80000000, 0xA0000000, 0xC0000000
DATA_RULES = {'bad-address', 'wrong-page', 'stale-load', 'stale-dma-read', 'leak', 'lost-write'}
ENDING_RULES = {'bad-address', 'bug-on', 'slot-exhausted', 'machine-check', 'deadlock'}
ACCESSES = {'read', 'write', 'scan', 'fill', 'poll', 'cache-op'}
WRITERS = {'write', 'fill'}


class Disagreement(Exception):
    """staleline and this oracle say different things."""


class Cache:
    def __init__(self, number, line, sets, ways, virtual, page):
        self.number, self.line, self.sets, self.ways = number, line, sets, ways
        self.aliases = bool(virtual) and line * sets > page
        self.lines = {}  # (set, pa of the line) -> [dirty, tokens]
        self.used = {}  # set -> how many lines it has


class Run:
    """One schedule of one cell."""

    def __init__(self, title):
        self.title = title
        self.caches, self.pfn_page, self.in_use = [], {}, {}
        self.pfn = {}
        self.steps, self.maps, self.handles = {}, {}, {}
        self.devices, self.snoops = {}, False  # device -> the mapping it moves
        self.transfers = {}  # step that moves data in steps of its context -> the mapping
        self.memory = {}  # page -> tokens
        self.newest = {}  # (page, granule) -> identity; not there: the boot content
        self.order = {}  # (page, granule) -> {identity: how many came before}
        self.polled = {}  # (step, page, granule) -> identity this reader saw last
        self.leaks = set()  # granules of FROM_DEVICE mappings that nobody has written since
        self.batch, self.choice = [], 0
        self.expected = {}  # (rule, step) -> (page, offset, got, want) of this choice
        self.reported = {}
        self.broken = set()
        self.set_now = None  # the L1 set this choice works on, where that is not plain
        self.acts = []  # (what, cache, pa, dirty) since the last CACHE op
        self.buffer = {}  # (cache, pa) -> tokens of a line that left dirty and is not written back yet
        self.filled = {}  # L1 lines filled in this choice -> place
        self.ended = None
        self.final_memory, self.final_lines = {}, {}
        self.accesses = self.violations = 0

    # the header

    def geometry(self, f):
        self.page, self.granule, self.sector, self.uncached = (int(x) for x in f[1:])
        if self.page % self.granule or self.sector % self.granule:
            self.fail('a granule of %d bytes divides neither page nor line' % self.granule)

    def header(self, f):
        if f[0] == 'cache':
            self.caches.append(Cache(*(int(x) for x in f[1:]), self.page))
            if int(f[2]) % self.sector:
                self.fail('a line is not made of whole sectors')
        elif f[0] == 'page':
            page, pfn = int(f[1]), int(f[2])
            self.pfn_page[pfn], self.pfn[page] = page, pfn
            self.in_use[page] = f[3] == '1'
            self.memory[page] = [0] * (self.page // self.granule)
        elif f[0] == 'step':
            self.steps[int(f[1])] = (f[3], f[4], int(f[5]), int(f[6]), int(f[7]))
        else:
            n = [int(x) for x in f[3:]]
            entries = [(n[i], n[i + 1], n[i + 2]) for i in range(1, len(n), 3)]
            self.maps[int(f[1])] = (f[2], entries, f[3] == '1')

    # places

    def fail(self, text):
        raise Disagreement(text)

    def page_of(self, pa):
        page = self.pfn_page.get(pa // self.page)
        return page

    def key(self, cache, pa, dirty=None):
        """The line's set and address; where a cache has aliases the choice says which set."""
        if pa % cache.line:
            self.fail('%x is not the address of a line of cache %d' % (pa, cache.number))
        if not cache.aliases:
            return pa // cache.line % cache.sets, pa
        if self.set_now is not None:
            return self.set_now, pa
        # a snoop or an index op: colour by colour, which the log does not say
        there = sorted(k for k in cache.lines if k[1] == pa)
        for k in there:
            if dirty is None or cache.lines[k][0] == dirty:
                return k
        return (pa // cache.line % cache.sets, pa)

    def line_of(self, cache, va, pa):
        base = pa - pa % cache.line
        at = va if cache.aliases else pa
        return cache.lines.get((at // cache.line % cache.sets, base))

    def granules(self, page, offset, length):
        """Granules of a range, which may run on into the next pages."""
        if offset % self.granule or length % self.granule:
            self.fail('a place is not a multiple of the granule')
        n = self.page // self.granule
        at = page * n + offset // self.granule
        return [(g // n, g % n) for g in range(at, at + length // self.granule)]

    # copies

    def fill(self, number, pa, place):
        cache = self.caches[number]
        key = self.key(cache, pa)
        if key in cache.lines:
            self.fail('cache %d fills a line it has, %x' % (number, pa))
        if cache.used.get(key[0], 0) >= cache.ways:
            self.fail('cache %d fills a set that is full, %x' % (number, pa))
        count = cache.line // self.granule
        if place == 'memory':
            page = self.page_of(pa)
            if page is None:
                self.fail('a line of no page is filled, %x' % pa)
            at = pa % self.page // self.granule
            tokens = self.memory[page][at:at + count]
        elif place == 'l1':
            if not number:
                self.fail('the L1 fills itself, %x' % pa)
            tokens = [None] * count  # the write-back that follows writes all of it
        else:
            below = self.below(number, pa)
            at = pa % below[2] // self.granule
            tokens = below[1][at:at + count]
        cache.lines[key] = [0, tokens]
        cache.used[key[0]] = cache.used.get(key[0], 0) + 1
        if not number:
            self.filled[pa] = place

    def below(self, number, pa):
        """The L2's line below a line of the L1."""
        if number or len(self.caches) < 2:
            self.fail('cache %d has no cache below' % number)
        l2 = self.caches[1]
        base = pa - pa % l2.line
        line = l2.lines.get((base // l2.line % l2.sets, base))
        if line is None:
            self.fail('the L2 has no line of %x' % pa)
        return line[0], line[1], l2.line, line

    def writeback(self, number, pa, place):
        cache = self.caches[number]
        line = self.buffer.pop((number, pa), None) or cache.lines.get(self.key(cache, pa, 1))
        if line is None or not line[0]:
            self.fail('cache %d writes back a line that is not dirty, %x' % (number, pa))
        self.acts.append(('W', number, pa, 1))
        line[0] = 0
        if place == 'memory':
            page, at = self.page_of(pa), pa % self.page // self.granule
            self.memory[page][at:at + len(line[1])] = line[1]
        else:
            below = self.below(number, pa)
            at = pa % below[2] // self.granule
            below[1][at:at + len(line[1])] = line[1]
            below[3][0] = 1

    def remove(self, what, number, pa, dirty):
        cache = self.caches[number]
        key = self.key(cache, pa, dirty)
        line = cache.lines.pop(key, None)
        if line is None:
            self.fail('cache %d loses a line it does not have, %x' % (number, pa))
        if line[0] != dirty:
            self.fail('cache %d: line %x is %s' % (number, pa, 'dirty' if line[0] else 'clean'))
        cache.used[key[0]] -= 1
        self.acts.append((what, number, pa, dirty))

    # rules

    def breaks(self, rule, step, page, granule, got=None, want=None):
        self.expected.setdefault((rule, step), (page, granule * self.granule, got, want))

    def written(self, at, token, step):
        """A write meant for a granule: the flat machine has it at once."""
        if token >> 20 != step + 1:
            self.fail('identity %d is not one of step %d' % (token, step))
        order = self.order.setdefault(at, {0: 0})
        if token in order:
            self.fail('identity %d is written to page %d granule %d again' % (token, *at))
        order[token] = len(order)
        self.newest[at] = token
        self.leaks.discard(at)

    def compared(self, rule, at, token, step):
        want = self.newest.get(at, 0)
        if token == want:
            return
        if at in self.leaks:
            rule = 'leak'
        self.breaks(rule, step, at[0], at[1], token, want)

    def polls(self, at, token, step):
        order = self.order.get(at, {0: 0})
        seen = self.polled.get((step, at))
        if token not in order:
            self.breaks('stale-load', step, *at, token, self.newest.get(at, 0))
            return
        if seen is not None and order[token] < order[seen]:
            self.breaks('stale-load', step, *at, token, seen)
            return
        self.polled[step, at] = token

    def meant(self, step, va, page):
        """Does the log mean what the step's operand says?"""
        name, kind, ref, offset, length = self.steps[step]
        if name not in ACCESSES:
            return
        if kind == 'handle':
            base, first = self.handles[ref]
        else:
            base = (KSEG0 if kind == 'kseg0' else KSEG1) + self.pfn[ref] * self.page
            first = ref
        at = va - base
        if not offset <= at < offset + length:
            self.fail('step %d accesses %x, outside of its operand' % (step, va))
        if page is not None and page != first + at // self.page:
            self.fail('step %d means page %d, the log says %d' % (step, first + at // self.page, page))

    def is_uncached(self, va):
        return KSEG1 <= va < KSEG2 or self.uncached

    def reached(self, step, va, pa, page):
        """The granule meant; notes wrong-page. Returns it and where the access went."""
        if va % self.granule or pa % self.granule or (va - pa) % self.page:
            self.fail('%x is translated to %x' % (va, pa))
        actual = self.page_of(pa)
        if actual is None:
            self.fail('an access to no page, %x' % pa)
        self.meant(step, va, page)
        if KSEG0 <= va < KSEG2:
            if va & 0x1fffffff != pa:
                self.fail('%x is translated to %x' % (va, pa))
            if page is None:
                page = actual
        elif page is None:
            self.fail('%x means nothing' % va)
        granule = va % self.page // self.granule
        if page != actual:
            self.breaks('wrong-page', step, page, granule)
        return (page, granule), (actual, granule), page == actual

    # one line of the log each

    def load(self, f):
        step, va, pa, token = int(f[1]), int(f[2], 16), int(f[3], 16), int(f[5])
        at, actual, right = self.reached(step, va, pa, None if f[4] == '-' else int(f[4]))
        self.accesses += 1
        if self.is_uncached(va):
            held, place = self.memory[actual[0]][actual[1]], 'memory'
        else:
            l1 = self.caches[0]
            line = self.line_of(l1, va, pa)
            if line is None:
                self.fail('a cached load of %x leaves no line' % va)
            held = line[1][pa % l1.line // self.granule]
            place = self.filled.get(pa - pa % l1.line, 'l1')
        if place != f[6]:
            self.fail('load of %x: found in %s, the log says %s' % (va, place, f[6]))
        if held != token:
            self.fail('load of %x: the copy in %s is %d, the load got %d' % (va, place, held, token))
        if right:
            if self.steps[step][0] == 'poll':
                self.polls(at, token, step)
            else:
                self.compared('stale-load', at, token, step)

    def store(self, f):
        step, va, pa, token = int(f[1]), int(f[2], 16), int(f[3], 16), int(f[5])
        at, actual, _ = self.reached(step, va, pa, None if f[4] == '-' else int(f[4]))
        self.accesses += 1
        self.written(at, token, step)
        if self.steps[step][0] not in WRITERS:
            self.fail('step %d does not store' % step)
        if self.is_uncached(va):
            self.memory[actual[0]][actual[1]] = token
            return
        l1 = self.caches[0]
        line = self.line_of(l1, va, pa)
        if line is None:
            self.fail('a cached store to %x leaves no line' % va)
        line[0] = 1
        line[1][pa % l1.line // self.granule] = token

    def cache_op(self, f):
        step, op, va, pa, outcome = int(f[1]), f[2], int(f[3], 16), int(f[4], 16), f[5]
        page = None if f[6] == '-' else int(f[6])
        acts, self.acts = self.acts, []
        self.accesses += 1
        if op.startswith('Index'):
            if outcome == 'miss':
                if acts:
                    self.fail('an index op that found nothing did something')
                return
            number = 1 if op.endswith('SD') else 0
        else:
            self.meant(step, va, page)
            number = 1 if op.endswith('SD') else 0
            # an op that translates to another page does wrong, whatever it finds there
            if page is not None and self.page_of(pa) != page:
                self.breaks('wrong-page', step, page, va % self.page // self.granule)
            if self.is_uncached(va) or number >= len(self.caches):
                if acts or outcome != 'uncached':
                    self.fail('%s at %x: %s, should do nothing' % (op, va, outcome))
                return
        cache = self.caches[number]
        base = pa - pa % cache.line
        did = [(a[0], a[3]) for a in acts if a[1] == number and a[2] == base]
        others = [a for a in acts if (a[1] != number or a[2] != base) and not (number == 0 and a[1] == 1)]
        if others:
            self.fail('%s at %x also touched %s' % (op, va, others))
        at = va if not op.startswith('Index') else pa
        line = self.line_of(cache, at, pa) if not (op.startswith('Index') and cache.aliases) else None
        if op.startswith('Hit_Invalidate'):
            well = {'miss': [], 'clean': [('D', 0)], 'dropped': [('D', 1)]}
        elif '_Writeback_Inv' in op:
            well = {'miss': [], 'clean': [('D', 0)], 'wrote-back': [('W', 1), ('D', 0)]}
        else:
            well = {'miss': [], 'clean': [], 'wrote-back': [('W', 1)]}
        if well.get(outcome) != did:
            self.fail('%s at %x: %s, did %s' % (op, va, outcome, did))
        if '_Writeback_Inv' in op or 'Invalidate' in op:
            if line is not None:
                self.fail('%s at %x leaves the line' % (op, va))
        elif (line is None) != (outcome == 'miss') or (line and line[0]):
            self.fail('%s at %x: %s, but the line is %s' % (op, va, outcome, line))

    def device_write(self, f):
        step, page, offset, length, token = (int(x) for x in f[1:])
        self.accesses += 1
        if step in self.transfers:
            self.snoops = self.maps[self.transfers[step]][2]
        if self.snoops:
            self.snooped(page, offset, length)
        for at in self.granules(page, offset, length):
            self.written(at, token, step)
            self.memory[at[0]][at[1]] = token

    def snooped(self, page, offset, length):
        """A device that snoops takes the lines it writes out of all caches: nothing in the log says so."""
        start = self.pfn[page] * self.page + offset
        for cache in self.caches:
            for key, line in list(cache.lines.items()):
                if key[1] < start + length and start < key[1] + cache.line:
                    if line[0]:
                        self.fail('a snooping device drops the dirty line %x' % key[1])
                    del cache.lines[key]
                    cache.used[key[0]] -= 1

    def device_read(self, f):
        step, page, offset, token = (int(x) for x in f[1:])
        self.accesses += 1
        if step in self.transfers:
            self.snoops = self.maps[self.transfers[step]][2]
        at = self.granules(page, offset, self.granule)[0]
        if self.snoops and any(line[0] and k[1] // self.granule <= (self.pfn[page] * self.page + offset)
                               // self.granule < (k[1] + c.line) // self.granule
                               for c in self.caches for k, line in c.lines.items()):
            self.fail('a snooping device reads past a dirty line')
        if self.memory[at[0]][at[1]] != token:
            self.fail('a device read %d, memory holds %d' % (token, self.memory[at[0]][at[1]]))
        self.compared('stale-dma-read', at, token, step)

    def mapped(self, number):
        direction, entries, _ = self.maps[number]
        if direction == 'from-device':
            for page, offset, length in entries:
                self.leaks.update(self.granules(page, offset, length))

    def page_use(self, page, used):
        if self.in_use[page] == used:
            self.fail('page %d is in use twice, or free twice' % page)
        self.in_use[page] = used
        if not used:
            self.leaks = {at for at in self.leaks if at[0] != page}

    def finding(self, f):
        rule, step = f[1], int(f[2])
        place = (None if f[3] == '-' else int(f[3]), int(f[4]), int(f[5]), int(f[6]))
        if (rule, step) in self.reported:
            self.fail('%s of step %d is reported twice in a choice' % (rule, step))
        self.reported[rule, step] = place

    # a choice

    def applied(self, f):
        """All that one choice did is in self.batch; f is the choice."""
        self.choice += 1
        if self.ended:
            self.fail('the schedule goes on after its end')
        batch = self.batch
        if batch:
            self.batch, self.acts, self.filled = [], [], {}
            if self.caches[0].aliases:
                self.set_now = self.the_set(batch, f)
            if f[1] == 'device':
                self.snoops = self.maps[self.devices[int(f[2])]][2]
            index = None  # an index op is told before what it did
            for e in batch:
                if e[0] == 'O':
                    if index:
                        self.cache_op(index)
                    index = e if e[2].startswith('Index') else None
                    if index:
                        continue
                self.event(e)
            if index:
                self.cache_op(index)
            # an eviction writes back; a line that goes dirty was meant to be lost by an invalidate
            for a in self.acts:
                if a[0] == 'D' and a[3]:
                    self.fail('a dirty line is dropped by no invalidate, %x' % a[2])
            if self.buffer:
                self.fail('the write buffer is left full: %s' % self.buffer)
        if f[1] == 'finish':
            self.finished()
        if self.expected or self.reported:
            self.judge()

    def the_set(self, batch, f):
        l1 = self.caches[0]
        if f[1] in ('evict', 'fill'):
            return int(f[3]) if f[2] == '0' else None
        for e in batch:
            if e[0] in 'LS':
                return int(e[2], 16) // l1.line % l1.sets
            if e[0] == 'O' and not e[2].startswith('Index'):
                return int(e[3], 16) // l1.line % l1.sets
        return None

    def event(self, e):
        what = e[0]
        if what == 'L':
            self.load(e)
        elif what == 'S':
            self.store(e)
        elif what == 'O':
            self.cache_op(e)
        elif what == 'F':
            self.fill(int(e[1]), int(e[2], 16), e[3])
        elif what == 'W':
            self.writeback(int(e[1]), int(e[2], 16), e[3])
        elif what == 'D':
            self.remove('D', int(e[1]), int(e[2], 16), int(e[3]))
        elif what == 'E':
            number, pa, dirty = int(e[1]), int(e[2], 16), int(e[3])
            cache = self.caches[number]
            line = cache.lines.get(self.key(cache, pa, dirty))
            self.remove('E', number, pa, dirty)
            if dirty:
                self.buffer[number, pa] = line
        elif what == 'w':
            self.device_write(e)
        elif what == 'r':
            self.device_read(e)
        elif what == 'M':
            self.mapped(int(e[1]))
        elif what == 's':
            self.devices[int(e[1])] = int(e[2])
        elif what == 't':
            self.transfers[int(e[1])] = int(e[2])
        elif what == 'H':
            self.handles[int(e[1])] = (int(e[2], 16), int(e[3]))
        elif what in 'af':
            self.page_use(int(e[1]), what == 'a')
        elif what == '!':
            self.finding(e)
        elif what != 'U':
            raise ValueError(e)

    def judge(self):
        expected, self.expected = self.expected, {}
        reported, self.reported = self.reported, {}
        for (rule, step), place in expected.items():
            got = reported.get((rule, step))
            if got is None:
                self.fail('%s by step %d at %s: not reported' % (rule, step, place))
            if got[:2] != place[:2] or (place[2] is not None and got != place):
                self.fail('%s by step %d: at %s, reported at %s' % (rule, step, place, got))
            self.violations += 1
        for rule, step in reported:
            if rule not in DATA_RULES:
                continue
            self.broken.add(rule)
            if (rule, step) in expected or rule == 'lost-write':
                continue
            if rule == 'bad-address':
                self.violations += 1
                continue
            self.fail('%s by step %d at %s: reported, but not broken' % (rule, step, reported[rule, step]))
        if ENDING_RULES.intersection(rule for rule, _ in reported):
            self.ended = 'early'
        # lost-write is decided once, at the end
        lost = [p for (r, _), p in reported.items() if r == 'lost-write']
        if lost and lost[0][:2] not in self.lost:
            self.fail('lost-write at %s: reported, but lost are %s' % (lost[0], self.lost))
        if bool(lost) != bool(self.lost):
            self.fail('lost-write: lost are %s, reported is %s' % (self.lost, lost))
        self.violations += len(lost)

    lost = ()

    def finished(self):
        """A complete schedule: newest identities that are nowhere."""
        if any(rule == 'deadlock' for rule, _ in self.reported):
            return
        self.ended = 'complete'
        if self.broken & DATA_RULES:
            return
        lost = []
        for at, token in self.newest.items():
            if not self.in_use[at[0]] or at in self.leaks or self.memory[at[0]][at[1]] == token:
                continue
            pa = self.pfn[at[0]] * self.page + at[1] * self.granule
            for c in self.caches:
                base, i = pa - pa % c.line, pa % c.line // self.granule
                if any(k[1] == base and line[1][i] == token for k, line in c.lines.items()):
                    break
            else:
                lost.append((at[0], at[1] * self.granule))
        self.lost = sorted(lost)
        if lost and not self.reported:
            self.fail('lost-write: lost are %s, none is reported' % self.lost)

    # the end

    def final(self, f):
        if f[0] == 'm':
            page = int(f[1])
            tokens = [int(x) for x in f[2:]]
            if tokens != self.memory[page]:
                self.fail('at the end memory of page %d is %s, should be %s'
                          % (page, tokens, self.memory[page]))
        elif f[0] == 'u':
            if self.in_use[int(f[1])] != (f[2] == '1'):
                self.fail('at the end page %s: in use %s' % (f[1], f[2]))
        else:
            cache = self.caches[int(f[1])]
            key = int(f[2]), int(f[3], 16)
            line = cache.lines.pop(key, None)
            got = [int(f[4]), [int(x) for x in f[5:]]]
            if line != got:
                self.fail('at the end line %x of cache %s is %s, should be %s' % (key[1], f[1], got, line))

    def done(self):
        if self.stopped:
            return
        if self.how != self.ended:
            self.fail('the schedule ended %s, not %s' % (self.how, self.ended))
        for cache in self.caches:
            if cache.lines:
                self.fail('cache %d should still hold %s' % (cache.number, cache.lines))

    stopped, how = False, None


HEADERS = {'cache', 'page', 'step', 'map'}


def check(stream):
    """Yields (run, error or None) for each run of the log."""
    run = error = None
    number = 0
    for number, text in enumerate(stream, 1):
        f = text.split()
        what = f[0]
        if what == 'run':
            run, error = Run(text[4:].rstrip('\n').split('\t')), None
            continue
        if what == 'done':
            if not error:
                try:
                    run.done()
                except Disagreement as e:
                    error = (number, text, e)
            yield run, error
            run = None
            continue
        if error:
            continue
        if run is None:
            raise ValueError('line %d: outside of a run: %s' % (number, text.strip()))
        try:
            if what == '.':
                run.applied(f)
            elif what in HEADERS:
                run.header(f)
            elif what == 'geometry':
                run.geometry(f)
            elif what == 'end':
                run.stopped, run.how = f[1] == 'stopped', f[2]
            elif what in 'mul':
                run.final(f)
            else:
                run.batch.append(f)
        except (Disagreement, LookupError, TypeError) as e:
            error = (number, text, e)
    if run is not None:
        raise EOFError('line %d: the log ends in the middle of a run' % number)


def main():
    args = sys.argv[1:]
    keep_going = '--keep-going' in args
    runs = accesses = violations = disagreements = 0
    files = set()
    try:
        for run, error in check(sys.stdin):
            runs += 1
            files.add(run.title[0])
            accesses += run.accesses
            violations += run.violations
            if error:
                disagreements += 1
                number, text, why = error
                print('DISAGREE\t%s\tchoice %d\tline %d: %s\t%s: %s'
                      % ('\t'.join(run.title), run.choice, number, text.strip(), type(why).__name__, why))
                if not keep_going:
                    break
    except (EOFError, ValueError) as e:
        print('flat.py: %s' % e, file=sys.stderr)
        return 2
    print('flat: %d scenarios, %d runs, %d accesses, %d violations, %d disagreements'
          % (len(files), runs, accesses, violations, disagreements))
    return 1 if disagreements else 0


if __name__ == '__main__':
    sys.exit(main())
