"""`filterd replay`: the queue judged again, decisions in batches, and the backlog of a CMS."""

import json
import os
import pty
import select
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

from command import FILTERD, RULES, SECONDS, filterd, on_terminal, write_rules
from daemon import Daemon, wait_for

LINKS = "see http://a.com http://b.com http://c.com"
KILL = "I will kill you"
SPAM = "cheap watches"
# What holds comments at first; with RULES links still do, threats are rejected and watches are fine.
HOLDING = RULES.replace("action: reject", "action: review") + """\
  - id: en/promotion/watches
    guideline: promotion
    reason: "Watches."
    action: review
    when: {phrase: "cheap watches"}
    tests: {match: [cheap watches], no_match: [cheap cars]}
"""


def backlog(path, requests):
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(request) + "\n" for request in requests)
    return str(path)


def requests_of(count, texts=(LINKS, KILL, SPAM)):
    return [{"id": "c-%d" % i, "site": "english", "text": "%s %d" % (texts[i % len(texts)], i)}
            for i in range(count)]


class Place:
    """A folder with a configuration and a queue, and candidate rules beside it."""

    def __init__(self, folder, store="var/queue.db"):
        self.daemon = Daemon(folder, rules=HOLDING, store=store)
        self.path, self.folder = folder, self.daemon.folder
        self.new = write_rules(folder / "new")

    def run(self, *arguments, **options):
        return filterd("replay", *arguments, cwd=self.folder, **options)

    def start(self, *arguments):
        return subprocess.Popen([FILTERD, "replay", *arguments], cwd=self.folder,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def queue(self, *arguments):
        return filterd("queue", *arguments, cwd=self.folder)

    def fill(self, requests):
        path = backlog(os.path.join(self.folder, "filled.ndjson"), requests)
        result = self.run("--backlog", path)
        assert result.code == 0, result.err
        return [json.loads(line) for line in result.out.splitlines()]

    def rows(self, sql):
        base = sqlite3.connect(os.path.join(self.folder, "var", "queue.db"), timeout=SECONDS)
        try:
            return base.execute(sql).fetchall()
        finally:
            base.close()

    def states(self):
        return {state: count for state, count in self.queue("stats", "--json").json()["states"].items()
                if count}


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "place")


# --- what would change ---

def test_what_would_change_is_told_by_rule(place):
    place.fill(requests_of(12))
    same = place.run()
    assert same.code == 0 and "0 of 12 comments change" in same.out
    result = place.run("-r", place.new, "--examples", "2")
    assert result.code == 1 and result.err == ""
    for part in ("held, now reject: 4 comments", "en/threats/direct  (", "held, now approve: 4 comments",
                 "en/promotion/watches, a rule that is gone", "I will kill you 1", "cheap watches 2",
                 "still held", "any/promotion/links", "8 of 12 comments change (67 %)"):
        assert part in result.out, part
    assert result.out.count("  english  c-") == 4  # two examples of each
    assert place.states() == {"waiting": 12}
    found = place.run("-r", place.new, "--json").json()
    assert found["verdicts"]["review"] == {"approve": 4, "review": 4, "reject": 4}
    assert found["certain"] == {"approve": 4, "reject": 4, "claimed": 0, "escalated": 0}
    assert found["complete"] and found["applied"] is None
    groups = {(group["to"], group["rule"]): group for group in found["groups"]}
    assert set(groups) == {("reject", "en/threats/direct"), ("approve", "en/promotion/watches"),
                           ("review", "any/promotion/links")}
    gone = groups["approve", "en/promotion/watches"]
    assert (gone["is"], gone["count"], len(gone["examples"])) == ("gone", 4, 3)
    assert gone["examples"][0]["id"] == "c-2" and gone["examples"][0]["spans"] == [[0, 13]]


def test_filters_are_those_of_the_queue(place):
    place.fill(requests_of(6) + [{"id": "o-1", "site": "sorani", "text": KILL, "author": {"id": "u1"}}])
    for options, count in ((["--site", "sorani"], 1), (["--author", "u1"], 1), (["-n", "2"], 2),
                           (["--rule", "en/threats/direct"], 3), (["--guideline", "threats"], 3),
                           (["--state", "approved"], 0), (["--order", "newest", "-n", "1"], 1)):
        found = place.run("-r", place.new, "--json", *options).json()
        assert found["comments"] == count, options


def test_what_people_decided_is_compared(place):
    ids = [answer["queue_id"] for answer in place.fill(requests_of(3))]
    place.queue("approve", *ids, "--as", "ana")
    found = place.run("-r", place.new, "--state", "approved")
    assert "approved, now reject: 1 comment\n" in found.out
    assert "approved, now review: 1 comment\n" in found.out
    assert place.run("-r", place.new, "--state", "approved", "--apply", "--yes").code == 0
    assert place.states() == {"approved": 3}


def test_hostile_comments_stay_text(place):
    place.fill([{"id": "h-%d" % i, "text": "%s %s" % (KILL, text)} for i, text in enumerate(
        ["\u202edrow", "<script>alert(1)</script>", "\x1b[31m red", "\u0000 nul", "x" * 5000, "\u0634\u064f" * 50])])
    base = sqlite3.connect(os.path.join(place.folder, "var", "queue.db"))
    base.execute("UPDATE content SET answer = '{\"matches\":[{\"rule\":\"a\\u001b[2Jb\",\"guideline\":\"threats\","
                 "\"points\":5,\"action\":\"review\"}]' WHERE item = 2")
    base.execute("UPDATE content SET request = '{' WHERE item = 3")
    base.execute("UPDATE item SET site = 'a\x1b[2J' WHERE seq = 4")
    base.commit()
    base.close()
    shown = on_terminal("replay", "-r", "new", "--examples", "10", cwd=place.folder)
    assert shown.code == 1 and "1 cannot be read" in shown.out
    assert "\u202e" not in shown.out and "\x1b[31m r" not in shown.out and "\x1b[2J" not in shown.out
    assert "<U+202E>" in shown.out
    assert place.run("-r", place.new, "--json").json()["unreadable"] == 1
    gone = place.run("-r", write_rules(place.path / "none", RULES.replace("kill you", "kiss you")))
    assert "\x1b" not in gone.out and "a rule that is gone" in gone.out


def test_progress_is_shown_on_a_terminal(place):
    place.fill(requests_of(3))
    assert "judging [" in on_terminal("replay", cwd=place.folder, columns=100).out


# --- deciding ---

def test_apply_and_undo(place):
    ids = [answer["queue_id"] for answer in place.fill(requests_of(9))]
    assert place.queue("next", "--as", "ana").out.startswith(ids[0])
    assert place.queue("next", "--as", "ben").out.startswith(ids[1])  # a threat
    place.queue("escalate", ids[2], "--as", "ana")
    asked = place.run("-r", place.new, "--apply")
    assert asked.code == 1 and "without --yes" in asked.err and place.states() == {"waiting": 8, "escalated": 1}
    done = place.run("-r", place.new, "--apply", "--yes", "--note", "watches are fine")
    assert done.code == 0, done.err
    for part in ("1 are certain now, but claimed", "1 are certain now, but escalated",
                 "2 approved, 2 rejected as batch 1", "filterd replay --undo 1"):
        assert part in done.out, part
    assert place.states() == {"waiting": 4, "escalated": 1, "approved": 2, "rejected": 2}
    events = [json.loads(line) for line in place.queue("feed").out.splitlines()]
    assert {(event["actor"], event["act"], event["reason"]) for event in events} == {
        ("replay", "approve", ""), ("replay", "reject", "threats")}
    assert all(event["note"].startswith("replay 1 rules ") and event["note"].endswith(": watches are fine")
               for event in events)
    # A person takes one back and decides it again: it is theirs now.
    place.queue("undo", ids[5], "--as", "ana")
    place.queue("approve", ids[5], "--as", "ana")
    listed = place.run("--batches")
    assert "2 approved, 2 rejected, 1 of them taken back" in listed.out
    back = place.run("--undo", "1")
    assert back.code == 0 and "3 decisions taken back" in back.out
    assert place.states() == {"waiting": 7, "escalated": 1, "approved": 1}
    assert place.run("--undo", "1", "--json").json() == {
        "batch": 1, "undone": 0, "passed": 0, "complete": True}
    assert place.queue("verify").code == 0
    assert place.run("--batches", "--json").json()["undone"] == 4


def test_a_comment_that_was_touched_is_passed_over_by_undo(place):
    ids = [answer["queue_id"] for answer in place.fill(requests_of(3))]
    place.run("-r", place.new, "--apply", "--yes")
    base = sqlite3.connect(os.path.join(place.folder, "var", "queue.db"))
    base.execute("UPDATE item SET version = version + 1 WHERE queue_id = ?", (ids[1],))
    base.commit()
    base.close()
    back = place.run("--undo", "1")
    assert "1 decisions taken back; 1 comments were touched since" in back.out
    assert place.states() == {"waiting": 2, "rejected": 1}


def typed(answer, *arguments, cwd):
    """Runs on a terminal and types `answer` when asked; (exit code, what was shown)."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([FILTERD, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd)
    os.close(theirs)
    said, asked, deadline = b"", False, time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.5)[0]:
            continue
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        said += piece
        if not asked and b"[y/N]" in said:
            asked = True
            os.write(ours, answer)
    os.close(ours)
    return child.wait(SECONDS), said.decode()


@pytest.mark.parametrize("answer, code, states", [
    (b"y\n", 0, {"waiting": 1, "approved": 1, "rejected": 1}),
    (b"\n", 1, {"waiting": 3}),
    (b"no\n", 1, {"waiting": 3}),
], ids=["yes", "nothing", "no"])
def test_a_person_is_asked(place, answer, code, states):
    place.fill(requests_of(3))
    got, said = typed(answer, "replay", "-r", "new", "--apply", cwd=place.folder)
    assert (got, place.states()) == (code, states), said
    assert "Approve 1 and reject 1 of them? [y/N]" in said


def decided(place):
    return place.rows("SELECT count(*) FROM decision")[0][0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["int", "kill"])
def test_an_interrupted_apply_leaves_nothing_half(place, number):
    place.fill(requests_of(9000))
    child = place.start("-r", "new", "--apply", "--yes")
    wait_for(lambda: decided(place) > 0, "the first decisions")
    child.send_signal(number)
    out, err = child.communicate(timeout=SECONDS)
    first = decided(place)
    assert 0 < first < 6000
    if number == signal.SIGINT:
        assert child.returncode == 1 and b"interrupted" in err
        assert b"as batch 1" in out and b"%d" % (6000 - first) in out.replace(b",", b"")
    # Each decision is whole, belongs to the batch, and the rest can be decided or all be undone.
    assert place.queue("verify").code == 0
    assert place.rows("SELECT count(*) FROM batched")[0][0] == first
    assert ("(not finished)" in place.run("--batches").out) == (number == signal.SIGKILL)
    assert place.run("-r", place.new, "--apply", "--yes").code == 0
    assert place.states() == {"waiting": 3000, "approved": 3000, "rejected": 3000}
    assert "%d decisions" % first in place.run("--undo", "1").out.replace(",", "")
    assert place.states()["waiting"] == 3000 + first
    assert place.queue("verify").code == 0


def test_a_daemon_beside_it_goes_on_storing(tmp_path):
    place = Place(tmp_path / "place")
    place.fill(requests_of(6000))
    with place.daemon as daemon:
        answers, stop = [], threading.Event()

        def send():
            with daemon.ndjson() as client:
                while not stop.is_set():
                    number = len(answers)
                    answers.append(client.ask({"id": "d-%d" % number, "text": "%s %d" % (LINKS, number)}))

        thread = threading.Thread(target=send)
        thread.start()
        try:
            wait_for(lambda: answers, "the first answer")
            before = len(answers)
            result = place.run("-r", place.new, "--apply", "--yes")
            back = place.run("--undo", "1")
        finally:
            stop.set()
            thread.join()
        assert result.code == 0 and back.code == 0, result.err + back.err
        assert len(answers) > before
        assert all(answer.get("queued") for answer in answers), [a for a in answers if not a.get("queued")][:3]
        assert place.states() == {"waiting": 6000 + len(answers)}
        assert daemon.metrics()["filterd_store_well"] == 1
    assert place.queue("verify").code == 0


# --- the backlog ---

def test_a_backlog_is_answered_as_the_daemon_would_and_queued(place):
    texts = (LINKS, "good morning", KILL)
    requests = requests_of(300, texts) + [{"text": LINKS}, {"text": "no id"}]
    path = backlog(place.folder + "/b.ndjson", requests)
    with open(path, "a", encoding="utf-8") as out:
        out.write("{broken\n\n")
    result = place.run("--backlog", path, "--out", place.folder + "/answers")
    assert result.code == 1 and result.out == ""  # one line was refused
    assert ("101 approved, 0 rejected, 201 queued for review (0 of them were there already), 1 line refused"
            in result.err)
    with open(place.folder + "/answers", encoding="utf-8") as lines:
        answers = [json.loads(line) for line in lines]
    with open(path, "rb") as text:
        checked = filterd("check", "--ndjson", cwd=place.folder, stdin=text.read())
    plain = [json.loads(line) for line in checked.out.splitlines()]
    for answer, other in zip(answers, plain, strict=True):
        if answer.get("queued"):
            assert answer["durable"] == "fsync" and answer["revision"] == 1
        if "verdict" in answer:
            assert answer["queued"] == (answer["verdict"] == "review")
        for key in ("queued", "queue_id", "revision", "durable"):
            answer.pop(key, None)
            other.pop(key, None)
        assert answer == other
    assert answers[-1]["error"]["code"] == "bad_json" and answers[-1]["error"]["line"] == 303
    assert place.states() == {"waiting": 201}


def test_a_backlog_run_again_gives_the_same_items(place):
    requests = requests_of(200) + [{"text": LINKS + " nameless"}, {"text": KILL + " nameless"}]
    first = place.fill(requests)
    assert place.fill(requests) == first
    assert len({answer["queue_id"] for answer in first}) == 202
    assert place.states() == {"waiting": 202}
    nameless = place.rows("SELECT comment_id FROM item WHERE site = ''")
    assert len(nameless) == 2 and all(name.startswith("backlog-") and len(name) == 40 for name, in nameless)


def test_a_backlog_that_was_interrupted_is_run_again(place):
    requests = requests_of(20000)
    path = backlog(place.folder + "/b.ndjson", requests)
    for number in (signal.SIGKILL, signal.SIGINT):
        stored = place.rows("SELECT count(*) FROM item")[0][0] if number == signal.SIGINT else 0
        child = place.start("--backlog", path, "--out", "answers")
        if number == signal.SIGINT:
            wait_for(lambda: os.path.getsize(place.folder + "/answers") > 0, "the first answers")
        else:
            wait_for(lambda: os.path.exists(place.folder + "/var/queue.db-wal") and
                     place.rows("SELECT count(*) FROM sqlite_schema WHERE name = 'batch'")[0][0] and
                     place.rows("SELECT count(*) FROM item")[0][0] > stored, "more comments to be queued")
        child.send_signal(number)
        err = child.communicate(timeout=SECONDS)[1]
        count = place.rows("SELECT count(*) FROM item")[0][0]
        assert 0 < count < 20000
        # Whatever was answered is there.
        with open(place.folder + "/answers", encoding="utf-8") as lines:
            told = [json.loads(line)["queue_id"] for line in lines if line.endswith("\n")]
        assert set(told) <= {row[0] for row in place.rows("SELECT queue_id FROM item")}
        if number == signal.SIGINT:
            assert child.returncode == 1 and b"run it again for the rest" in err
    result = place.run("--backlog", path)
    assert result.code == 0, result.err
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert [answer["id"] for answer in answers] == [request["id"] for request in requests]
    assert [answer["queue_id"] for answer in answers][:len(told)] == told
    assert place.rows("SELECT count(*), count(DISTINCT comment_id) FROM item") == [(20000, 20000)]


def test_a_backlog_meets_what_the_daemon_has(make_daemon):
    daemon = make_daemon(store="var/queue.db")
    known = daemon.check(LINKS, id="c-1")
    path = backlog(daemon.folder + "/b.ndjson", [{"id": "c-1", "text": LINKS}, {"id": "c-2", "text": LINKS}])
    result = filterd("replay", "--backlog", path, cwd=daemon.folder)
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert result.code == 0 and answers[0]["queue_id"] == known["queue_id"] != answers[1]["queue_id"]
    assert "2 queued for review (1 of them were there already)" in result.err


# --- an export ---

def test_an_export_is_replayed(place):
    ids = [answer["queue_id"] for answer in place.fill(requests_of(6))]
    place.queue("approve", ids[1], "--as", "ana")
    exported = place.queue("--json").out + place.queue("--json", "--state", "approved").out
    found = filterd("replay", "-", "-r", place.new, "--json", cwd=place.folder, stdin=exported)
    assert found.code == 1, found.err
    same = found.json()
    assert same["verdicts"]["review"] == {"approve": 2, "review": 2, "reject": 1}
    assert same["verdicts"]["approve"] == {"approve": 0, "review": 0, "reject": 1}
    gone = [group for group in same["groups"] if group["rule"] == "en/promotion/watches"][0]
    assert gone["is"] == "gone" and gone["examples"][0]["queue_id"] == ids[2]
    assert gone["examples"][0]["spans"] == [[0, 13]]


def test_requests_are_compared_with_their_labels(place):
    path = backlog(place.folder + "/e.ndjson", [
        {"text": KILL, "label": "ok", "id": 7}, {"text": "fine", "label": "bad"}, {"text": "fine"},
        {"text": KILL, "label": "bad"}, [], {"request": 1}, {"request": {}, "state": "no"}, {"text": KILL, "label": 3}])
    found = place.run(path, "-r", place.new, "--json").json()
    assert found["verdicts"] == {"approve": {"approve": 0, "review": 0, "reject": 1},
                                 "review": {"approve": 1, "review": 0, "reject": 0},
                                 "reject": {"approve": 1, "review": 0, "reject": 1}}
    assert found["unreadable"] == 4
    assert not os.path.exists(place.folder + "/var")  # no store is needed


# --- the history ---

def history_of(daemon):
    base = sqlite3.connect(os.path.join(daemon.folder, "var", "queue.db"), timeout=SECONDS)
    try:
        return base.execute("SELECT comment_id, state FROM history ORDER BY seq").fetchall()
    finally:
        base.close()


def test_the_history_is_kept_and_replayed(make_daemon, tmp_path):
    daemon = make_daemon(store="var/queue.db", more="history: {approved: 50%, rejected: all}")
    for i in range(60):
        daemon.check("good morning %d" % i if i % 3 else "%s %d" % (KILL, i), id="c-%d" % i, site="english")
    daemon.check(LINKS, id="held")
    wait_for(lambda: len(history_of(daemon)) >= 25, "the history to be written")
    daemon.stop()  # what waits is written before it ends
    kept = history_of(daemon)
    rejected = [name for name, state in kept if state == 3]
    approved = [name for name, state in kept if state == 2]
    assert rejected == ["c-%d" % i for i in range(0, 60, 3)]
    assert 8 <= len(approved) <= 32 and "held" not in approved
    new = write_rules(tmp_path / "new", RULES.replace("will kill you\"", "will (kill|greet) you\"")
                      .replace("action: reject", "action: review"))
    found = filterd("replay", "--history", "-r", new, cwd=daemon.folder)
    assert found.code == 1, found.err
    assert "rejected, now review: 20 comments" in found.out and "en/threats/direct" in found.out
    one = filterd("replay", "--history", "--state", "approved", "--json", cwd=daemon.folder)
    assert one.code == 0 and one.json()["verdicts"]["approve"]["approve"] == len(approved)
    assert filterd("queue", "erase", "--yes", cwd=daemon.folder).out == "0 comments erased\n"
    base = sqlite3.connect(os.path.join(daemon.folder, "var", "queue.db"))
    base.execute("UPDATE history SET kept_ms = kept_ms - 31 * 86400000")
    base.commit()
    base.close()
    assert "%d comments erased" % len(kept) in filterd("queue", "erase", "--yes", cwd=daemon.folder).out
    assert history_of(daemon) == []
    with open(os.path.join(daemon.folder, "var", "queue.db"), "rb") as raw:
        assert b"good morning" not in raw.read()


def test_an_approval_does_not_wait_for_the_history(make_daemon):
    daemon = make_daemon(store="var/queue.db", more="history: {approved: all}")
    daemon.check("hello", id="first")
    wait_for(lambda: history_of(daemon), "the history to be written")
    base = sqlite3.connect(os.path.join(daemon.folder, "var", "queue.db"), timeout=SECONDS, isolation_level=None)
    base.execute("BEGIN IMMEDIATE")
    with daemon.ndjson() as client:
        for i in range(600):
            answer = client.ask({"id": "c-%d" % i, "text": "good morning"})
            assert answer["verdict"] == "approve" and answer["queued"] is False
    wait_for(lambda: daemon.metrics()['filterd_store_history_total{result="dropped"}'] > 200, "rows to be dropped")
    base.execute("ROLLBACK")
    base.close()
    before = len(history_of(daemon))

    def goes_on():
        daemon.check("and on", id="on-%d" % len(history_of(daemon)))
        return len(history_of(daemon)) > before
    wait_for(goes_on, "the history to go on")


@pytest.mark.parametrize("history, said", [
    ("{approved: 101%}", "must be `off`, `all` or a share"),
    ("{approved: 5.%}", "must be"), ("{approved: 1.234%}", "must be"), ("{rejected: some}", "`rejected` must be"),
    ("{approve: all}", "did you mean `approved`"),
])
def test_wrong_shares_are_told(tmp_path, history, said):
    daemon = Daemon(tmp_path / "d", more="history: " + history)
    result = filterd("lint", "-c", "config.yaml", cwd=daemon.folder)
    assert result.code != 0 and said in result.out + result.err
    assert "config.yaml:" in result.out + result.err


# --- mistakes ---

@pytest.mark.parametrize("arguments, code, said", [
    (["x", "y"], 2, "too many arguments"),
    (["--apply", "--undo", "1"], 2, "exclude each other"),
    (["--note", "x"], 2, "--note goes with"),
    (["--apply", "--note", "x" * 1025], 2, "at most 1024"),
    (["--out", "x"], 2, "go with --backlog"),
    (["filled.ndjson", "--apply"], 2, "FILE goes with none of"),
    (["filled.ndjson", "--site", "x"], 2, "judged whole"),
    (["none.ndjson"], 74, "none.ndjson"),
    (["--apply", "--json"], 2, "needs --yes"),
    (["--history", "--apply"], 2, "--history goes without"),
    (["--history", "--state", "waiting"], 2, "of approved and rejected"),
    (["--undo", "7"], 1, "there is no batch 7"),
    (["--undo", "0"], 2, "undo"),
    (["--store", "none.db"], 74, "none.db"),
    (["-r", "none"], 78, "none"),
    (["--backlog", "none"], 74, "none"),
    (["--backlog", "rules"], 74, "is a folder"),
    (["--backlog", "filled.ndjson", "--out", "./filled.ndjson"], 2, "overwrite"),
    (["--backlog", "filled.ndjson", "--out", "/dev/full"], 74, "/dev/full"),
])
def test_mistakes_are_told(place, arguments, code, said):
    place.fill(requests_of(3))
    result = place.run(*arguments)
    assert (result.code, said in result.err) == (code, True), result.err
    assert len(place.rows("SELECT * FROM item")) == 3


def test_off_is_told(tmp_path):
    place = Place(tmp_path / "place", store="off")
    for arguments in ([], ["--batches"], ["--undo", "1"]):
        result = place.run(*arguments)
        assert result.code == 78 and "store: off" in result.err
