"""Helix in a pseudo-terminal, looked at through a terminal emulator, with the configuration of editors/helix.

Run by tests/editors/run.sh; the workspace is a copy and may be written to.
  MX2LM_SERVER  the server     MX2LM_WORKSPACE  the copy of tests/workspaces/editor
usage: e2e.py HELIX LANGUAGES_TOML SCRATCH
"""

import fcntl
import hashlib
import os
import pathlib
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

import pyte

ROWS, COLUMNS = 40, 220


class Terminal:
    """A program on a screen of its own."""

    def __init__(self, program, environment):
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            os.environ.update(environment)
            os.execv(program[0], program)
        fcntl.ioctl(self.handle, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def read(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.handle], [], [], left)[0]:
                return
            try:
                self.stream.feed(os.read(self.handle, 65536))
            except OSError:  # the terminal is closed when the program has ended
                return

    def sees(self, text):
        return any(text in line for line in self.screen.display)

    def type(self, *keys):
        for key in keys:  # an escape read together with the next key would be Alt
            os.write(self.handle, key.encode())
            self.read(0.3)

    def ended(self):
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def stop(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def wait(terminal, what, probe, seconds=15):
    end = time.monotonic() + seconds
    while not probe() and time.monotonic() < end:
        terminal.read(0.05)
    held = bool(probe())
    print("ok   " if held else "FAIL ", what, flush=True)
    if not held:
        print("\n".join(line.rstrip() for line in terminal.screen.display if line.strip()))
        sys.exit(1)


def main():
    helix, languages, scratch = (pathlib.Path(given).resolve() for given in sys.argv[1:4])
    workspace = pathlib.Path(os.environ["MX2LM_WORKSPACE"])
    descriptor = workspace / "tides/object.json"
    declared = re.search(r'"hash": "(sha256:[0-9a-f]+)"', descriptor.read_text()).group(1)
    computed = "sha256:" + hashlib.sha256((workspace / "tides/tides.json").read_bytes()).hexdigest()

    settings = scratch / "helix"
    settings.mkdir(parents=True)
    (settings / "config.toml").write_text('[editor]\nend-of-line-diagnostics = "hint"\n')
    table = languages.read_text().replace('command = "mx2lm-lsp"', f'command = "{os.environ["MX2LM_SERVER"]}"')
    (settings / "languages.toml").write_text(table)

    libraries = helix / "usr/lib/x86_64-linux-gnu"
    program = [str(libraries / "ld-linux-x86-64.so.2"), "--library-path", str(libraries), str(helix / "usr/lib/hx/hx")]
    environment = {
        "TERM": "xterm-256color",
        "HELIX_RUNTIME": str(helix / "usr/lib/hx/runtime"),
        "XDG_CONFIG_HOME": str(scratch),
        "XDG_CACHE_HOME": str(scratch),
    }
    os.chdir(workspace)
    terminal = Terminal([*program, "-v", "--log", str(scratch / "helix.log"), str(descriptor)], environment)
    try:
        wait(terminal, "a diagnostic on the screen", lambda: terminal.sees("payload-hash") or terminal.sees("is not the hash"))
        terminal.type("]d", " k")
        wait(terminal, "hover shows the computed hash", lambda: terminal.sees(computed))
        terminal.type("\x1b", " a")
        wait(terminal, "a menu of fixes", lambda: terminal.sees(computed[:14]))
        terminal.type("\r")
        wait(terminal, "the fix is applied", lambda: terminal.sees(computed) and not terminal.sees(declared))
        terminal.type("\x1b", ":w\r")
        wait(terminal, "the true hash is on disk", lambda: f'"hash": "{computed}"' in descriptor.read_text())
        terminal.type("\x1b", ":q!\r")
        wait(terminal, "the editor ends", terminal.ended)
    finally:
        terminal.stop()


main()
