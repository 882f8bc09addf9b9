"""Runs the benchmarks of tests/bench and prints what they report: run.py [--build DIR] [NAME...]

A benchmark is a program bench_NAME that prints its own table, each figure beside its reference
measured in the same run, and ends with a nonzero code when a ratio is worse than promised.
"""

import argparse
import glob
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("names", nargs="*", help="all when none is given")
    options = parser.parse_args()
    sources = sorted(glob.glob(os.path.join(TOP, "tests/bench/bench_*.c")))
    known = [os.path.basename(source)[len("bench_"):-2] for source in sources]
    missed = []
    for name in options.names or known:
        if name not in known:
            parser.error("no benchmark `%s`: %s" % (name, ", ".join(known)))
        program = os.path.join(TOP, options.build, "tests/bench/bench_" + name)
        print("== " + name, flush=True)
        if subprocess.run([program], cwd=TOP).returncode != 0:
            missed.append(name)
    print("slower than promised or failed: %s" % (", ".join(missed) or "none"))
    return 1 if missed or not known else 0


if __name__ == "__main__":
    sys.exit(main())
