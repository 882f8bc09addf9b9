"""Runs libFuzzer targets one after the other: run.py [--seconds N] TARGET...

New inputs that reach new code go to build/fuzz/TARGET.corpus, so the corpus in the repository grows
only on purpose. A crash is copied to tests/fuzz/TARGET.repro/, where every later test run finds it.
"""

import argparse
import glob
import os
import shutil
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INPUT_MAX = 65536  # bytes
INPUT_SECONDS = 10  # a single input slower than this is a finding


def fuzz(target, seconds):
    """True if the target ran for its time without a finding."""
    kept = os.path.join(TOP, "tests/fuzz")
    work = os.path.join(TOP, "build/fuzz")
    corpus = os.path.join(work, target + ".corpus")
    found = os.path.join(work, target + ".found", "")
    os.makedirs(corpus, exist_ok=True)
    shutil.rmtree(found, ignore_errors=True)
    os.makedirs(found)
    command = [os.path.join(work, "fuzz_" + target), "-max_total_time=%d" % seconds,
               "-timeout=%d" % INPUT_SECONDS, "-max_len=%d" % INPUT_MAX, "-rss_limit_mb=2048",
               "-print_final_stats=1", "-verbosity=0", "-artifact_prefix=" + found, corpus]
    command += [folder for folder in (os.path.join(kept, target + ".in"),
                                      os.path.join(kept, target + ".repro")) if os.path.isdir(folder)]
    words = os.path.join(kept, target + ".dict")
    if os.path.exists(words):
        command.append("-dict=" + words)
    code = subprocess.run(command, cwd=TOP).returncode
    for path in glob.glob(found + "*"):
        repro = os.path.join(kept, target + ".repro")
        os.makedirs(repro, exist_ok=True)
        shutil.copy(path, repro)
        print("kept: tests/fuzz/%s.repro/%s" % (target, os.path.basename(path)))
    return code == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("targets", nargs="+")
    options = parser.parse_args()
    failed = []
    for target in options.targets:
        print("== %s, %d s" % (target, options.seconds), flush=True)
        if not fuzz(target, options.seconds):
            failed.append(target)
    print("findings: %s" % (", ".join(failed) or "none"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
