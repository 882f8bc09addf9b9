"""Holds the source tree to its layout: one table of layers, one of the top level.

A folder of filterd/ may include its own headers and those of lower layers; the layers of
libfilterd.a may not include libevent; every folder that holds sources has a README.md; every C
file begins with its purpose, every header with `#pragma once`. Ends with `N passed, N failed`.
"""

import glob
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# The order in which a comment passes: each may include those before it.
LAYERS = ["base", "text", "match", "rules", "moderate", "import", "store", "wire", "console", "server",
          "cli"]
LIBRARY = LAYERS[:LAYERS.index("moderate") + 1]

# What a visitor sees, and the dotfiles that tools need.
TOP_LEVEL = {"filterd", "rules", "tests", "Makefile", "config.example.yaml", "README.md", "LICENSE"}
DOTFILES = {".ci", ".clang-format", ".clang-tidy", ".gitignore"}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
LINES_MAX = 1000


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, stdout=subprocess.PIPE)
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    return [name for name in names if name and os.path.exists(os.path.join(TOP, name))]


def includes(path):
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            found = INCLUDE.match(line)
            if found:
                yield number, found.group(1), found.group(2)


def check_includes(layer):
    """What is wrong with the #include lines of a layer."""
    allowed = LAYERS[:LAYERS.index(layer) + 1]
    for path in sorted(glob.glob(os.path.join(TOP, "filterd", layer, "*.[ch]"))):
        name = os.path.relpath(path, TOP)
        for number, kind, header in includes(path):
            folder = header.split("/")[0]
            if kind == "<":
                if layer in LIBRARY and header.startswith(("event2/", "event.h", "evhttp")):
                    yield "%s:%d: libfilterd.a must do without libevent" % (name, number)
            elif "/" not in header:
                yield "%s:%d: write `%s/%s`" % (name, number, layer, header)
            elif folder not in LAYERS:
                yield "%s:%d: `%s` is no layer" % (name, number, folder)
            elif folder not in allowed:
                yield "%s:%d: %s/ may not use %s/, a higher layer" % (name, number, layer, folder)


def check_form(path):
    """What is wrong with the form of one C file."""
    name = os.path.relpath(path, TOP)
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    if not lines[0].startswith("/*"):
        yield "%s:1: the first line tells the file's purpose" % name
    if path.endswith(".h") and "#pragma once" not in lines:
        yield "%s: `#pragma once` is missing" % name
    if len(lines) > LINES_MAX:
        yield "%s: more than %d lines" % (name, LINES_MAX)


def check_top():
    names = {name.split("/")[0] for name in tracked()} or set(os.listdir(TOP)) - {".git", "build"}
    for name in sorted(names - TOP_LEVEL - DOTFILES):
        yield "%s: not part of the top level" % name
    for name in sorted(TOP_LEVEL - names):
        yield "%s: missing at the top level" % name


def check_folders():
    known = set(LAYERS)
    for path in sorted(glob.glob(os.path.join(TOP, "filterd", "*", ""))):
        name = os.path.basename(os.path.dirname(path))
        if name not in known and os.listdir(path):
            yield "filterd/%s: not in the table of layers" % name


def check_readmes():
    folders = ["filterd", "rules", "tests"]
    folders += ["filterd/" + layer for layer in LAYERS]
    for folder in folders:
        if not os.path.isdir(os.path.join(TOP, folder)):
            continue
        if not os.path.exists(os.path.join(TOP, folder, "README.md")):
            yield "%s: has no README.md" % folder


def main():
    passed = failed = 0
    sources = sorted(glob.glob(os.path.join(TOP, "filterd", "*", "*.[ch]")) +
                     glob.glob(os.path.join(TOP, "filterd", "*.[ch]")) +
                     glob.glob(os.path.join(TOP, "tests", "*", "*.[ch]")))
    checks = [("includes of " + layer, check_includes(layer)) for layer in LAYERS
              if os.path.isdir(os.path.join(TOP, "filterd", layer))]
    checks += [("form", (problem for path in sources for problem in check_form(path)))]
    checks += [("top level", check_top()), ("folders", check_folders()),
               ("READMEs", check_readmes())]
    for name, problems in checks:
        problems = list(problems)
        passed += not problems
        failed += bool(problems)
        for problem in problems:
            print("%s: %s" % (name, problem))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
