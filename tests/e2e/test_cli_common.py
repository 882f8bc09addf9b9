"""What all subcommands share: help, typing errors, exit codes, colours, a reader who leaves."""

import os
import re
import subprocess

import pytest

from command import FILTERD, TOP, filterd, on_terminal, write_rules

COMMANDS = ["serve", "check", "lint", "test", "explain", "diff", "eval", "import", "queue", "replay", "token", "schema",
            "bench", "version", "help"]


def test_no_command_shows_them_all():
    result = filterd()
    assert result.code == 2
    assert result.out == ""
    for name in COMMANDS:
        assert re.search(r"^  %s +\S" % name, result.err, re.M), name


def test_help_lists_every_command_once():
    result = filterd("--help")
    assert result.code == 0 and result.err == ""
    assert re.findall(r"^  ([a-z]+) ", result.out, re.M) == COMMANDS
    assert filterd("help").out == result.out


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name):
    result = filterd(name, "--help")
    assert result.code == 0 and result.err == ""
    assert result.out.startswith("usage: filterd %s" % name)
    assert "-h, --help" in result.out
    assert filterd("help", name).out == result.out
    assert all(len(line) <= 100 for line in result.out.split("\n"))


@pytest.mark.parametrize("words, said", [
    (["chek"], "filterd: unknown command `chek`; did you mean `check`?"),
    (["lnit", "x"], "filterd: unknown command `lnit`; did you mean `lint`?"),
    (["banana"], "filterd: unknown command `banana`"),
    (["--jsn"], "filterd: unknown option `--jsn`"),
    (["check", "--lagn", "en", "x"],
     "filterd check: unknown option `--lagn`; did you mean `--lang`?"),
    (["lint", "--strcit"], "filterd lint: unknown option `--strcit`; did you mean `--strict`?"),
    (["check", "--color", "blue", "x"],
     "filterd check: `--color` is one of auto, always, never"),
    (["check", "-c"], "filterd check: `--config` needs a value: FILE"),
    (["check", "one", "two"], "filterd check: too many arguments: `two`"),
    (["check", "--ndjson", "text"],
     "filterd check: --ndjson reads requests from standard input alone"),
    (["schema", "ruels"], "filterd schema: "),
    (["help", "chek"], "unknown command `chek`; did you mean `check`?"),
])
def test_wrong_usage_says_what_was_meant(words, said):
    result = filterd(*words)
    assert result.code == 2
    assert result.out == ""
    assert said in result.err.split("\n")[0]
    assert "--help`" in result.err


def test_version_names_the_libraries():
    result = filterd("--version")
    assert result.code == 0
    for name in ["filterd", "libevent", "libyaml", "PCRE2", "OpenSSL", "Unicode"]:
        assert re.search(r"^%s \d+\.\d+" % name, result.out, re.M), name
    assert "JIT" in result.out
    assert filterd("version").out == result.out


def test_version_as_json():
    versions = filterd("version", "--json").json()
    assert set(versions) >= {"filterd", "libevent", "libyaml", "pcre2", "openssl", "unicode"}


def test_a_missing_configuration_is_named(tmp_path):
    result = filterd("check", "-c", str(tmp_path / "none.yaml"), "x")
    assert result.code == 78
    assert "none.yaml" in result.err and "No such file" in result.err


def test_neither_configuration_nor_rules_is_said(tmp_path):
    for command in (["check", "x"], ["serve"], ["lint"]):
        result = filterd(*command, cwd=tmp_path)
        assert result.code != 0, command
        assert "/etc/filterd/config.yaml" in result.out + result.err
        assert "-c" in result.out + result.err


def test_a_missing_rule_folder_is_named(tmp_path):
    result = filterd("check", "-r", str(tmp_path / "none"), "x")
    assert result.code == 78
    assert "none" in result.err


def test_config_yaml_of_the_current_folder_is_taken(tmp_path):
    write_rules(tmp_path / "mine")
    (tmp_path / "config.yaml").write_text("rules: [mine]\n")
    assert filterd("check", "I will kill you", cwd=tmp_path).code == 1
    (tmp_path / "config.yaml").write_text("rulez: [mine]\n")
    result = filterd("check", "I will kill you", cwd=tmp_path)
    assert result.code == 78
    assert "config.yaml:1:1: error:" in result.err and "did you mean `rules`?" in result.err


def test_rule_folders_replace_the_configured_ones(tmp_path):
    first = write_rules(tmp_path / "a")
    second = write_rules(tmp_path / "b", "guidelines: {g: {title: G}}\nrules:\n"
                         "  - {id: b, guideline: g, reason: b, action: reject, when: {words: zebra}}\n")
    assert filterd("check", "-r", first, "zebra").code == 0
    assert filterd("check", "-r", first, "-r", second, "zebra").code == 1
    assert filterd("check", "-r", first, "-r", second, "I will kill you").code == 1


def test_colours_only_on_a_terminal(tmp_path):
    words = ["check", "-r", write_rules(tmp_path / "rules"), "I will kill you"]
    assert "\033[" not in filterd(*words).out
    assert "\033[" in filterd(*words, "--color=always").out
    assert "\033[" in on_terminal(*words).out
    assert "\033[" not in on_terminal(*words, "--color=never").out
    assert "\033[" not in on_terminal(*words, env={"NO_COLOR": "1"}).out
    assert "\033[" in on_terminal(*words, env={"NO_COLOR": ""}).out
    assert "\033[" not in on_terminal(*words, term="dumb").out


def test_a_full_disk_is_no_success(tmp_path):
    words = [FILTERD, "check", "-r", write_rules(tmp_path / "rules"), "fine"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 74
    assert b"No space left on device" in done.stderr


@pytest.mark.parametrize("words", [["help"], ["schema"], ["explain", "x"], ["lint"]])
def test_a_reader_who_left_is_no_crash_and_no_noise(words, tmp_path):
    folder = write_rules(tmp_path / "rules")
    if words[0] not in ("help", "schema"):
        words = words + ["-r", folder]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([FILTERD, *words], stdout=writing, stderr=subprocess.PIPE, timeout=60)
    os.close(writing)
    assert done.returncode >= 0
    assert done.stderr == b""


def test_starts_with_closed_descriptors():
    script = 'exec "$0" version <&- >&- 2>&-'
    done = subprocess.run(["sh", "-c", script, FILTERD], timeout=60)
    assert done.returncode >= 0


@pytest.mark.shipped
def test_works_from_any_folder(tmp_path):
    result = filterd("lint", "-c", os.path.join(TOP, "config.example.yaml"), cwd=tmp_path)
    assert result.code == 0, result.err
