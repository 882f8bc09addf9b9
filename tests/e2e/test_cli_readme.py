"""The README's commands do what it shows: each is run, and its answer compared."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

from command import FILTERD, TOP

SECONDS = 60


def console_blocks(path):
    """(command, shown output) pairs of the ```console blocks of a file."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for block in re.findall(r"^```console\n(.*?)^```", text, re.M | re.S):
        command, shown = None, []
        for line in block.split("\n"):
            if line.startswith("$ "):
                if command:
                    yield command, "\n".join(shown).strip("\n")
                command, shown = line[2:], []
            else:
                shown.append(line)
        if command:
            yield command, "\n".join(shown).strip("\n")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(name="place", scope="module")
def fixture_place(tmp_path_factory):
    """A copy of what a visitor has, served by the shipped configuration on free ports."""
    folder = tmp_path_factory.mktemp("readme")
    ndjson, http = free_port(), free_port()
    shutil.copytree(os.path.join(TOP, "rules"), folder / "rules")
    with open(os.path.join(TOP, "config.example.yaml"), encoding="utf-8") as file:
        config = file.read()
    assert "127.0.0.1:8786" in config and "127.0.0.1:8787" in config
    (folder / "config.example.yaml").write_text(
        config.replace(":8786", ":%d" % ndjson).replace(":8787", ":%d" % http))
    os.mkdir(folder / "build")
    os.symlink(FILTERD, folder / "build" / "filterd")
    log = open(folder / "log", "wb")
    child = subprocess.Popen(["build/filterd", "serve", "-c", "config.example.yaml"], cwd=folder,
                             stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", http), 1).close()
            break
        except OSError:
            assert child.poll() is None and time.monotonic() < deadline, \
                (folder / "log").read_text()[-500:]
            time.sleep(0.05)
    yield folder, ndjson, http
    child.send_signal(signal.SIGTERM)
    try:
        assert child.wait(SECONDS) == 0
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        log.close()


def comparable(text):
    """Without what differs from run to run: rule set versions, times."""
    text = re.sub(r'("rules":|rules )"?[0-9a-f]{8}"?', r"\1VERSION", text)
    text = re.sub(r'"version":"[0-9a-f]{8}"', '"version":"VERSION"', text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "TIME", text)
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def matches(wanted, got):
    """A shown line of `…` stands for any number of lines, `…` in a line for anything."""
    pattern = "\n".join("(?:.*\n?)*?" if line == "…" else
                        re.escape(line).replace("…", ".*") for line in wanted)
    return re.fullmatch(pattern.replace("(?:.*\n?)*?\n", "(?:.*\n)*?"), "\n".join(got)) is not None


@pytest.mark.shipped
@pytest.mark.parametrize("command, shown", console_blocks(os.path.join(TOP, "README.md")))
def test_command_of_the_readme(command, shown, place):
    folder, ndjson, http = place
    done = subprocess.run(command.replace("8786", str(ndjson)).replace("8787", str(http)),
                          shell=True, cwd=folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
    got = done.stdout.decode()
    assert "Sanitizer" not in got, got
    assert matches(comparable(shown), comparable(got)), \
        "%s\n--- shown\n%s\n--- got\n%s" % (command, shown, got)


def test_the_rule_file_of_the_readme_passes_its_own_tests(tmp_path):
    with open(os.path.join(TOP, "README.md"), encoding="utf-8") as file:
        rules = re.findall(r"^```yaml\n(.*?)^```", file.read(), re.M | re.S)
    for number, text in enumerate(rules):
        (tmp_path / ("rules%d.yaml" % number)).write_text(text, encoding="utf-8")
    done = subprocess.run([FILTERD, "lint", "--strict", "-r", str(tmp_path)], timeout=SECONDS,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize("target", ["run", "test", "deps", "lint", "bench", "fuzz", "docs", "install"])
def test_make_targets_of_the_readme_exist(target):
    done = subprocess.run(["make", "-n", target, "DESTDIR=/nowhere"], cwd=TOP, timeout=SECONDS,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()


def links(path):
    with open(path, encoding="utf-8") as file:
        return re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read())


def readmes():
    listed = [os.path.join(folder, name) for folder, folders, names in os.walk(TOP)
              for name in names if name.endswith(".md") and "/build" not in folder
              and "/.git" not in folder]
    return sorted(os.path.relpath(path, TOP) for path in listed)


@pytest.mark.parametrize("path", readmes())
def test_links_lead_somewhere(path):
    folder = os.path.dirname(os.path.join(TOP, path))
    for link in links(os.path.join(TOP, path)):
        assert os.path.exists(os.path.join(folder, link)), "%s: %s" % (path, link)
