"""Keeps references in READMEs and schemas equal to what the binary prints from its tables.

    docs.py [--build DIR]            compares; ends with `N passed, N failed`
    docs.py --write [--build DIR]    writes them

A reference stands between two lines, `<!-- reference:begin -->` and `<!-- reference:end -->`; in a
README that holds several, both lines have its name: `<!-- reference:begin NAME -->`. A schema is a
file of its own, which editors find by a line at the head of YAML files.
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
    "filters": "filterd/wire/README.md",
    "metrics": "filterd/server/README.md",
    "roles": "filterd/server/README.md",
    "routes": "filterd/server/README.md",
}

# Which file is what `filterd schema NAME` prints.
SCHEMAS = {
    "rules": "rules/schema/rules.schema.json",
    "config": "rules/schema/config.schema.json",
    "tests": "rules/schema/tests.schema.json",
}


def generated(build, command, name):
    filterd = os.path.join(TOP, build, "filterd")
    done = subprocess.run([filterd, command, name], stdout=subprocess.PIPE, check=True)
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


def differs(path, inside, wanted, command):
    print("".join(difflib.unified_diff(inside.splitlines(True), wanted.splitlines(True),
                                       path, command)))
    print("%s: differs from the tables; run `make docs`" % path)
    return False


def written(path, text):
    os.makedirs(os.path.dirname(os.path.join(TOP, path)), exist_ok=True)
    with open(os.path.join(TOP, path), "w", encoding="utf-8") as file:
        file.write(text)
    print("%s: written" % path)
    return True


def check_reference(build, name, readme, write):
    """True if the README holds the reference, which --write sees to."""
    try:
        before, inside, after = parts(os.path.join(TOP, readme), *markers(name, readme))
        wanted = "\n" + generated(build, "reference", name).strip() + "\n\n"
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        print("%s: %s" % (readme, error))
        return False
    if inside == wanted:
        return True
    if write:
        return written(readme, before + wanted + after)
    return differs(readme, inside, wanted, "filterd reference " + name)


def check_schema(build, name, path, write):
    """The same for a file that is a schema."""
    try:
        wanted = generated(build, "schema", name)
    except (OSError, subprocess.CalledProcessError) as error:
        print("%s: %s" % (path, error))
        return False
    inside = ""
    if os.path.exists(os.path.join(TOP, path)):
        with open(os.path.join(TOP, path), encoding="utf-8") as file:
            inside = file.read()
    if inside == wanted:
        return True
    if write:
        return written(path, wanted)
    return differs(path, inside, wanted, "filterd schema " + name)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    results = [check_reference(options.build, name, readme, options.write)
               for name, readme in REFERENCES.items()]
    results += [check_schema(options.build, name, path, options.write)
                for name, path in SCHEMAS.items()]
    print("%d passed, %d failed" % (sum(results), len(results) - sum(results)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
