"""Keeps the references in the READMEs equal to what the binary prints from its tables.

    docs.py [--build DIR]            compares; ends with `N passed, N failed`
    docs.py --write [--build DIR]    writes them

A reference stands between two lines, `<!-- reference:begin -->` and `<!-- reference:end -->`; in a
README that holds several, both lines have its name: `<!-- reference:begin NAME -->`.
"""

import argparse
import difflib
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Which README holds what `filterd reference NAME` prints.
REFERENCES = {
    "rules": "rules/README.md",
    "config": "filterd/rules/README.md",
    "cli": "filterd/cli/README.md",
    "codes": "filterd/wire/README.md",
    "fields": "filterd/wire/README.md",
    "limits": "filterd/wire/README.md",
    "metrics": "filterd/server/README.md",
    "routes": "filterd/server/README.md",
}


def generated(build, name):
    filterd = os.path.join(TOP, build, "filterd")
    done = subprocess.run([filterd, "reference", name], stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def markers(name, readme):
    alone = list(REFERENCES.values()).count(readme) == 1
    return ["<!-- reference:%s -->\n" % (word if alone else word + " " + name)
            for word in ("begin", "end")]


def parts(path, begin, end):
    """The file's text before, inside and after the markers; ValueError when they are missing."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before, has_begin, rest = text.partition(begin)
    inside, has_end, after = rest.partition(end)
    if not has_begin or not has_end:
        raise ValueError("has no lines %s and %s" % (begin.strip(), end.strip()))
    return before + begin, inside, end + after


def check(build, name, readme, write):
    """True if the README holds the reference, which --write sees to."""
    try:
        before, inside, after = parts(os.path.join(TOP, readme), *markers(name, readme))
        wanted = "\n" + generated(build, name).strip() + "\n\n"
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        print("%s: %s" % (readme, error))
        return False
    if inside == wanted:
        return True
    if not write:
        print("".join(difflib.unified_diff(inside.splitlines(True), wanted.splitlines(True),
                                           readme, "filterd reference " + name)))
        print("%s: differs from the tables; run `make docs`" % readme)
        return False
    with open(os.path.join(TOP, readme), "w", encoding="utf-8") as file:
        file.write(before + wanted + after)
    print("%s: written" % readme)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    results = [check(options.build, name, readme, options.write)
               for name, readme in REFERENCES.items()]
    print("%d passed, %d failed" % (sum(results), len(results) - sum(results)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
