"""Runs the built binary's subcommands: as a program would, or on a terminal of its own."""

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import termios
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FILTERD = os.environ.get("FILTERD", os.path.join(TOP, "build", "filterd"))
SECONDS = 60

RULES = """\
guidelines:
  threats: {title: Threats, review_at: 5, reject_at: 10}
  promotion: {title: Promotion, review_at: 5, reject_at: 10}
rules:
  - id: en/threats/direct
    guideline: threats
    reason: {en: "Threatens a person."}
    action: reject
    when: {phrase: "(i|we) will kill you"}
    tests:
      match: ["I will kill you"]
      no_match: ["ISIS said it would kill hostages"]
  - id: any/promotion/links
    guideline: promotion
    reason: "Many links."
    action: review
    when: {links: 3}
    tests:
      match: ["http://a.com http://b.com http://c.com"]
      no_match: ["see http://a.com"]
"""


class Result:
    """What a finished command said."""

    def __init__(self, code, out, err):
        self.code = code
        self.raw = out
        self.out = out.decode(errors="replace")
        self.err = err.decode(errors="replace")

    def json(self):
        return json.loads(self.out)


def filterd(*arguments, stdin=b"", cwd=None, env=None, seconds=SECONDS):
    if isinstance(stdin, str):
        stdin = stdin.encode()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    environment.update(env or {})
    done = subprocess.run([FILTERD, *arguments], input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, cwd=cwd or TOP, env=environment,
                          timeout=seconds)
    assert b"Sanitizer" not in done.stderr, done.stderr.decode(errors="replace")
    assert done.returncode >= 0, "killed by signal %d" % -done.returncode
    return Result(done.returncode, done.stdout, done.stderr)


def on_terminal(*arguments, columns=80, cwd=None, env=None, term="xterm"):
    """The same with a terminal as standard output and error; .out has both."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    environment.update({"TERM": term}, **(env or {}))
    child = subprocess.Popen([FILTERD, *arguments], stdin=subprocess.DEVNULL, stdout=theirs,
                             stderr=theirs, cwd=cwd or TOP, env=environment)
    os.close(theirs)
    text, deadline = b"", time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.5)[0]:
            continue
        try:
            piece = os.read(ours, 65536)
        except OSError:  # EIO: the child has closed its side
            break
        if not piece:
            break
        text += piece
    os.close(ours)
    return Result(child.wait(SECONDS), text.replace(b"\r\n", b"\n"), b"")


def write_rules(folder, text=RULES, name="rules.yaml"):
    """Writes a rule file below `folder` and gives the folder's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder)
