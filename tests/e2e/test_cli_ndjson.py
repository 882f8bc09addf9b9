"""filterd check --ndjson: requests in, answers out, in order, the same as the socket's bytes."""

import json
import os
import random
import select
import subprocess
import time

import pytest

from command import FILTERD, TOP, filterd, write_rules

TEXTS = ["A fair point.", "I will kill you", "i'll k1ll u", "http://a.com http://b.com http://c.com",
         "سلام", "Tu dikarî bibêjî", "日本語 text", "😀 I will kill you 😀", "", " ", "\u0000", "a\nb"]


def requests(count, seed=7):
    source = random.Random(seed)
    for number in range(count):
        yield {"id": "c-%d" % number, "text": source.choice(TEXTS) + " " + str(number % 7)}


def lines_of(items):
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


@pytest.fixture(name="rules")
def fixture_rules(tmp_path):
    return write_rules(tmp_path / "rules")


def test_one_answer_a_line_in_order(rules):
    result = filterd("check", "--ndjson", "-r", rules, stdin=lines_of(requests(500)))
    assert result.code == 0 and result.err == ""
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert [answer["id"] for answer in answers] == ["c-%d" % n for n in range(500)]
    assert {answer["verdict"] for answer in answers} == {"approve", "review", "reject"}


def test_threads_change_nothing(rules):
    wanted = filterd("check", "--ndjson", "-r", rules, stdin=lines_of(requests(9000))).raw
    assert wanted.count(b"\n") == 9000
    for threads in ("2", "5", "64"):
        got = filterd("check", "--ndjson", "-j", threads, "-r", rules,
                      stdin=lines_of(requests(9000)))
        assert got.raw == wanted


def test_bad_lines_are_answered_and_the_run_goes_on(rules):
    lines = [b'{"id":"a","text":"I will kill you"}', b"{nonsense", b'{"id":"b"}',
             b'{"id":"c","text":5}', b'{"id":"d","text":"\xff"}', b'{"text":"x","text":"y"}',
             b"[" * 1000, b'{"id":"e","text":"fine"}']
    result = filterd("check", "--ndjson", "-r", rules, stdin=b"\n".join(lines) + b"\n")
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert len(answers) == len(lines) and result.code == 0
    assert answers[0]["verdict"] == "reject" and answers[-1]["verdict"] == "approve"
    for number, answer in enumerate(answers[1:-1], 2):
        assert "verdict" not in answer
        assert answer["error"]["line"] == number and answer["error"]["code"]
    assert answers[2]["id"] == "b"


def test_a_wrong_first_line_is_merely_a_wrong_line(rules):
    result = filterd("check", "--ndjson", "-r", rules, stdin='GET /\n{"text":"I will kill you"}\n')
    wrong, right = [json.loads(line) for line in result.out.splitlines()]
    assert wrong["error"]["code"] == "bad_json" and wrong["error"]["line"] == 1
    assert right["verdict"] == "reject"


def test_line_ends_and_empty_lines(rules):
    text = b'\r\n{"id":"a","text":"x"}\r\n\n\n{"id":"b","text":"y"}'
    result = filterd("check", "--ndjson", "-r", rules, stdin=text)
    assert [json.loads(line)["id"] for line in result.out.splitlines()] == ["a", "b"]


def test_no_input_is_no_output(rules):
    result = filterd("check", "--ndjson", "-r", rules, stdin=b"")
    assert (result.code, result.out, result.err) == (0, "", "")


def test_each_request_is_answered_before_the_next_comes(rules):
    """A program may hold the two pipes and talk line by line."""
    child = subprocess.Popen([FILTERD, "check", "--ndjson", "-r", rules], cwd=TOP,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        for number in range(20):
            child.stdin.write(b'{"id":"%d","text":"I will kill you"}\n' % number)
            child.stdin.flush()
            assert select.select([child.stdout], [], [], 30)[0], "no answer"
            assert json.loads(child.stdout.readline())["id"] == str(number)
        child.stdin.close()
        assert child.wait(30) == 0
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def test_a_line_over_the_limit_is_answered(rules):
    text = b'{"text":"' + b"a" * (300 * 1024) + b'"}\n{"id":"after","text":"x"}\n'
    result = filterd("check", "--ndjson", "-r", rules, stdin=text)
    assert json.loads(result.out.splitlines()[0])["error"]["code"] == "too_large"


def test_a_reader_who_leaves_ends_the_run(rules):
    reading, writing = os.pipe()
    child = subprocess.Popen([FILTERD, "check", "--ndjson", "-r", rules], cwd=TOP,
                             stdin=subprocess.PIPE, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    os.close(reading)
    text = lines_of(requests(50000)).encode()
    try:
        child.communicate(text, timeout=60)
    except BrokenPipeError:
        pass
    assert child.wait(60) >= 0


def test_fast_enough_to_be_useful(rules):
    """20,000 requests well within what a person waits for; sanitizers included."""
    text = lines_of(requests(20000))
    began = time.monotonic()
    result = filterd("check", "--ndjson", "-r", rules, stdin=text)
    assert result.out.count("\n") == 20000
    assert time.monotonic() - began < 30
