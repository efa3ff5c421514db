#!/usr/bin/env python3
"""Makes the pictures of the book anew, below docs/images/.

    scripts/pictures.py               all of them
    scripts/pictures.py editor        those of the editor, or: coverage, explanation

The pages (coverage, explanation) are written by `sqrt` and photographed by Chromium. The editor is a Neovim in a terminal: the keys
of docs/howto/edit-in-an-editor.md are pressed in it, with the settings of docs/editors.md, and what stands on the screen is painted
by Chromium. It needs Chromium, Neovim 0.11 or later (`NVIM` says where), and pyte and Pillow, which it
installs into .venv if they are not there.
"""
import html, os, pathlib, pty, re, select, shutil, struct, subprocess, sys, tempfile, time, fcntl, termios

ROOT = pathlib.Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs/images"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
COLUMNS, ROWS = 112, 25


def photograph(page: pathlib.Path, name: str, width: int, height: int):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as profile:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        subprocess.run([chromium, *flags, f"--user-data-dir={profile}", f"--screenshot={IMAGES / name}",
                        f"--window-size={width},{height + 200}", page.as_uri()], check=True, capture_output=True)
    # Chromium leaves the last part of a window unpainted.
    from PIL import Image
    with Image.open(IMAGES / name) as picture:
        small = picture.convert("RGB").crop((0, 0, width, height)).quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(IMAGES / name, optimize=True)
    print(IMAGES / name)


def scratch(page: str, folder: pathlib.Path):
    """Writes the files of a page of the book, the last of each name."""
    text = (ROOT / "docs" / page).read_text()
    for name, content in re.findall(r"^```[^\n]* scratch=(\S+)\n(.*?)^```$", text, re.M | re.S):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def sqrt(*args, cwd, statuses=(0,)):
    done = subprocess.run(["sqrt", *map(str, args)], cwd=cwd, capture_output=True, text=True)
    assert done.returncode in statuses, done.stderr


def coverage(work: pathlib.Path):
    sqrt("test", "examples/complete", "--filter", "sensitive data*", "--coverage-format", "html", "--coverage-output", work / "c.html",
         cwd=ROOT)
    photograph(work / "c.html", "coverage.png", 1000, 1390)
    tutorial = work / "tutorial"
    scratch("tutorial.md", tutorial)
    (tutorial / "mail/more_test.yaml").unlink()
    sqrt("test", "mail", "--coverage", "--coverage-format", "html", "--coverage-output", work / "t.html", cwd=tutorial)
    photograph(work / "t.html", "tutorial-coverage.png", 1000, 940)


def explanation(work: pathlib.Path):
    example = "examples/sensitive-data-leak"
    calls = ["--format", "html", "--calls"]
    sqrt("explain", f"{example}/policy.sqrt", *calls, f"{example}/calls.jsonl", "--call", 5, "-o", work / "e.html", cwd=ROOT)
    photograph(work / "e.html", "explanation.png", 900, 960)
    tutorial = work / "explained"
    scratch("tutorial.md", tutorial)
    sqrt("explain", "mail/policy.sqrt", *calls, "calls.jsonl", "--call", 3, "-o", work / "w.html", cwd=tutorial)
    photograph(work / "w.html", "tutorial-explanation.png", 900, 922)


class Terminal:
    """Neovim in a terminal."""

    def __init__(self, folder: pathlib.Path, command):
        import pyte
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.child, self.pipe = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", XDG_CONFIG_HOME=str(folder), XDG_DATA_HOME=str(folder),
                              XDG_STATE_HOME=str(folder), XDG_CACHE_HOME=str(folder))
            os.execvp(command[0], command)
        fcntl.ioctl(self.pipe, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.settle()

    def settle(self, seconds=1.5):
        """Reads until nothing has been written for a while."""
        while select.select([self.pipe], [], [], seconds)[0]:
            try:
                written = os.read(self.pipe, 65536)
            except OSError:
                return
            # Sequences that pyte takes for text.
            written = re.sub(rb"\x1bP.*?\x1b\\|\x1b\[[>=?][0-9;]*[mnu]|\x1b\[[0-9]* q", b"", written, flags=re.S)
            self.stream.feed(written)

    def press(self, keys: str):
        os.write(self.pipe, keys.encode())
        self.settle()

    def paint(self, name: str, work: pathlib.Path):
        colour = lambda value, default: default if value == "default" else f"#{value}" if re.fullmatch("[0-9a-f]{6}", value) else value
        rows = []
        for y in range(ROWS):
            row = ""
            for x in range(COLUMNS):
                cell = self.screen.buffer[y][x]
                front, back = colour(cell.fg, "#14161b"), colour(cell.bg, "#e0e2ea")
                if cell.reverse:
                    front, back = back, front
                if (x, y) == (self.screen.cursor.x, self.screen.cursor.y):
                    front, back = "#e0e2ea", "#14161b"
                style = f"color:{front};background:{back}"
                style += ";font-weight:bold" if cell.bold else ""
                style += ";text-decoration:underline" if cell.underscore else ""
                style += ";font-style:italic" if cell.italics else ""
                row += f'<span style="{style}">{html.escape(cell.data or " ")}</span>'
            rows.append(row)
        style = "margin:0;background:#e0e2ea;font:14px/19px 'DejaVu Sans Mono',monospace;padding:8px"
        text = "\n".join(rows)
        page = work / "screen.html"
        page.write_text(f'<!doctype html><meta charset="utf-8"><body style="margin:0"><pre style="{style}">{text}</pre>')
        photograph(page, name, int(COLUMNS * 8.43) + 18, ROWS * 19 + 16)


def editor(work: pathlib.Path):
    folder = work / "editor"
    scratch("howto/edit-in-an-editor.md", folder)
    settings = re.search(r"^```lua\n(.*?)^```$", (ROOT / "docs/editors.md").read_text(), re.M | re.S).group(1)
    (folder / "init.lua").write_text(settings + "vim.o.background = 'light'\nvim.o.number = true\n")
    nvim = os.environ.get("NVIM", "nvim")
    terminal = Terminal(folder, [nvim, "-n", "-i", "NONE", "-u", "init.lua", "mail/policy.sqrt"])
    terminal.paint("editor-problems.png", work)
    for place in ["12G$", "2G035l", "17G05l"]:
        terminal.press(place)
        terminal.press("gra")
        terminal.press("1\r")
    terminal.press("19G4l")
    terminal.press("K")
    terminal.paint("editor-hover.png", work)
    terminal.press("\x1b12G")
    terminal.press("oshould deny when ")
    terminal.press("\x18\x0f")
    terminal.paint("editor-completion.png", work)
    terminal.press("\x19 in {int 21..};\x1b")
    terminal.press("0\x17d")
    terminal.paint("editor-order.png", work)
    terminal.press(":qa!\r")
    os.waitpid(terminal.child, 0)


def main():
    try:
        import PIL, pyte  # noqa: F401
    except ImportError:
        venv = ROOT / ".venv"
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin/pip", "install", "--quiet", "pyte==0.8.2", "pillow"], check=True)
        os.execv(venv / "bin/python", [venv / "bin/python", *sys.argv])
    subprocess.run(["cargo", "build", "--quiet", "--locked", "-p", "sqrt-cli"], cwd=ROOT, check=True)
    os.environ["PATH"] = f"{TARGET / 'debug'}:{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as work:
        for name in sys.argv[1:] or ["coverage", "explanation", "editor"]:
            {"coverage": coverage, "explanation": explanation, "editor": editor}[name](pathlib.Path(work))


main()
