# SPDX-License-Identifier: GPL-2.0-or-later
"""A program on a pseudo terminal, for tests: what it shows, keys, resizing.

Waiting for a text fails after a minute; nothing else depends on time.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

PATIENCE = 60


class Terminal:
    """Runs COMMAND with stdin and stderr, and stdout unless it is captured, on a terminal of COLUMNS x ROWS."""

    def __init__(self, command, columns=80, rows=24, capture=False, env=None):
        self.master, slave = pty.openpty()
        self.resize(columns, rows, tell=False)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        environment = {**os.environ, 'TERM': 'xterm', **(env or {})}
        for name in ('NO_COLOR', 'FORCE_COLOR'):
            if name not in (env or {}):
                environment.pop(name, None)

        def own_terminal():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            command, stdin=slave, stderr=slave, stdout=subprocess.PIPE if capture else slave,
            preexec_fn=own_terminal, env=environment)
        self.seen = ''

    def resize(self, columns, rows, tell=True):
        self.columns, self.rows = columns, rows
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
        if tell:
            self.process.send_signal(signal.SIGWINCH)

    def read(self, seconds):
        """What the terminal gets within SECONDS, as far as there is anything."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return ''
        try:
            text = os.read(self.master, 65536).decode('utf-8', 'replace')
        except OSError:
            text = ''
        self.seen += text
        return text

    def wait_for(self, pattern):
        """Reads until the regular expression is in what was not waited for before; returns the match."""
        end = time.monotonic() + PATIENCE
        while True:
            match = re.search(pattern, self.seen)
            if match:
                self.seen = self.seen[match.end():]
                return match
            assert time.monotonic() < end and self.process.poll() is None or self.read(0), \
                f'never seen: {pattern}\nseen:\n{self.seen!r}'
            self.read(0.1)

    def send(self, keys):
        os.write(self.master, keys.encode())

    def finish(self):
        """Waits for the end; returns the exit code, what it showed since, and the captured stdout."""
        end = time.monotonic() + PATIENCE
        out = b''
        if self.process.stdout:
            os.set_blocking(self.process.stdout.fileno(), False)
        while self.process.poll() is None:
            assert time.monotonic() < end, f'it does not end; seen:\n{self.seen!r}'
            self.read(0.05)
            if self.process.stdout:
                out += self.process.stdout.read() or b''
        while self.read(0):
            pass
        if self.process.stdout:
            out += self.process.stdout.read() or b''
        return self.process.returncode, self.seen, out.decode()

    def frame(self, pattern=''):
        """The next whole screen, without escape sequences, in which the regular expression is."""
        while True:
            text = plain(self.wait_for(r'(?s)\x1b\[H(.*?)\x1b\[J').group(1)).replace('\r', '')
            if re.search(pattern, text):
                return text

    def restored(self):
        """The terminal's modes are what they were before."""
        return termios.tcgetattr(self.slave) == self.before


def plain(text):
    """TEXT without escape sequences."""
    return re.sub(r'\x1b(\[[0-9;?]*[A-Za-z]|[=>()][0-9A-Z]?)', '', text)
