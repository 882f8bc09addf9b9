"""Runs clang-tidy over C files, two at a time: tidy.py FILE... -- COMPILER FLAGS

Checks are chosen in .clang-tidy. Prints only the files with findings; exit code 1 if there are any.
"""

import concurrent.futures
import subprocess
import sys

JOBS = 2


def tidy(name, flags):
    done = subprocess.run(["clang-tidy", "--quiet", "--warnings-as-errors=*", name, "--", *flags],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return name, done.returncode, (done.stdout + (done.stderr if done.returncode else b"")).decode()


def main():
    if "--" not in sys.argv:
        print(__doc__, file=sys.stderr)
        return 2
    cut = sys.argv.index("--")
    files, flags = sys.argv[1:cut], sys.argv[cut + 1:]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for name, code, text in pool.map(lambda f: tidy(f, flags), files):
            if code != 0:
                bad += 1
                print("--- %s\n%s" % (name, text.strip()), flush=True)
    print("clang-tidy: %d files, %d with findings" % (len(files), bad))
    return 1 if bad or not files else 0


if __name__ == "__main__":
    sys.exit(main())
