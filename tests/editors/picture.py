"""Draws the screen of a real Neovim with the real server as an SVG, for the README. A scene is a `neovim/picture-<scene>.lua`.

  sh tests/editors/install.sh neovim pyte && cargo build -p mx2lm-lsp
  python3 tests/editors/picture.py hash broken docs/images/neovim.svg
  python3 tests/editors/picture.py score demo docs/images/score.svg
"""

import fcntl
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time
from xml.sax.saxutils import escape

TESTS = pathlib.Path(__file__).resolve().parent
REPOSITORY = TESTS.parent.parent
EDITORS = pathlib.Path(os.environ.get("MX2LM_EDITORS", REPOSITORY / "target/editors"))
SERVER = os.environ.get("MX2LM_SERVER", str(REPOSITORY / "target/debug/mx2lm-lsp"))
sys.path.insert(0, str(EDITORS / "pyte-0.8.2"))

import pyte  # noqa: E402  (it lies beside the editors)

ROWS, COLUMNS = 29, 112
CELL, LINE, SIZE, MARGIN = 8.4, 18, 14, 12
PAPER, INK = "#14161b", "#e0e2ea"  # those of Neovim's own colours
NAMED = {
    "black": "#07080d", "red": "#ffc0b9", "green": "#b3f6c0", "brown": "#fce094",
    "blue": "#a6dbff", "magenta": "#ffcaff", "cyan": "#8cf8f7", "white": "#eef1f8",
}


def screen_of(program, folder, environment):
    """The screen once nothing has changed on it for a while."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    pid, handle = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ.update(environment)
        os.execv(program[0], program)
    fcntl.ioctl(handle, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    written = b""
    end = time.monotonic() + 20
    quiet = 2.0
    while time.monotonic() < end and select.select([handle], [], [], quiet)[0]:
        try:
            written += os.read(handle, 65536)
        except OSError:
            break
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    # questions to the terminal, which the emulator would print
    stream.feed(re.sub(rb"\x1bP.*?\x1b\\", b"", written, flags=re.DOTALL))
    return screen


def colour(name, default):
    if name == "default":
        return default
    return NAMED.get(name, f"#{name}" if len(name) == 6 else default)


def look(cell):
    ink, paper = colour(cell.fg, INK), colour(cell.bg, PAPER)
    if cell.reverse:
        ink, paper = paper, ink
    return ink, paper, cell.bold, cell.italics, cell.underscore


def runs(row):
    """Neighbouring cells that look the same, as (column, text, look)."""
    start, text, current = 0, "", None
    for column in range(COLUMNS):
        cell = row[column]
        if current is not None and look(cell) != current:
            yield start, text, current
            start, text = column, ""
        current = look(cell)
        text += cell.data
    yield start, text, current


def draw(screen):
    last = max((n for n in range(ROWS) if screen.display[n].strip(" ~")), default=0)
    width, height = COLUMNS * CELL + 2 * MARGIN, (last + 1) * LINE + 2 * MARGIN
    boxes, words = [], []
    for number in range(last + 1):
        top = MARGIN + number * LINE
        for column, text, (ink, paper, bold, italic, underlined) in runs(screen.buffer[number]):
            left, long = MARGIN + column * CELL, sum(1 for _ in text) * CELL
            if paper != PAPER:
                boxes.append(f'<rect x="{left:.1f}" y="{top}" width="{long:.1f}" height="{LINE}" fill="{paper}"/>')
            style = (' font-weight="bold"' if bold else "") + (' font-style="italic"' if italic else "")
            style += ' text-decoration="underline"' if underlined else ""
            for word in re.finditer(r"\S+(?: \S+)*", text):  # no viewer agrees with another on wider gaps
                at = left + word.start() * CELL
                long = len(word.group()) * CELL
                words.append(f'<text x="{at:.1f}" y="{top + SIZE}" fill="{ink}" textLength="{long:.1f}"{style}>{escape(word.group())}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
        f' font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="{SIZE}">\n'
        f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>\n' + "\n".join(boxes + words) + "\n</svg>\n"
    )


def main():
    scene, workspaces, picture = sys.argv[1], REPOSITORY / "tests/workspaces" / sys.argv[2], pathlib.Path(sys.argv[3]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        workspace = pathlib.Path(scratch, "harbour")
        shutil.copytree(workspaces, workspace)
        program = [
            str(EDITORS / "neovim-0.11.4/bin/nvim"), "--clean",
            "--cmd", f"set runtimepath^={REPOSITORY}/editors/neovim",
            "--cmd", "let g:mx2lm = #{ path: $MX2LM_SERVER }",
            "-c", f"luafile {TESTS}/neovim/picture.lua",
            "-c", f"luafile {TESTS}/neovim/picture-{scene}.lua",
        ]
        folders = {f"XDG_{name}_HOME": str(pathlib.Path(scratch, name)) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
        screen = screen_of(program, workspace, {"MX2LM_SERVER": SERVER, "TERM": "xterm-256color", "COLORTERM": "truecolor", **folders})
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text(draw(screen))
    print("\n".join(line.rstrip() for line in screen.display).rstrip())


main()
