"""`filterd queue` on a database that a daemon filled and still writes to."""

import json
import os
import sqlite3

import pytest

from command import filterd, on_terminal
from daemon import Daemon

LINKS = "see http://a.com http://b.com http://c.com"


@pytest.fixture
def desk(make_daemon):
    """A daemon with three comments in its queue, and `filterd queue` for it."""
    daemon = make_daemon(store="var/queue.db")
    ids = [daemon.check("%s %d" % (LINKS, i), id="c-%d" % i, site="english" if i else "sorani",
                        author={"id": "u%d" % i, "name": "Ana \u202e%d" % i}, article={"title": "Budget"})["queue_id"]
           for i in range(3)]

    def run(*arguments, **options):
        return filterd("queue", *arguments, cwd=daemon.folder, **options)

    run.daemon, run.ids = daemon, ids
    return run


def listed(desk, *arguments):
    result = desk("--json", *arguments)
    assert result.code == 0, result.err
    return [json.loads(line) for line in result.out.splitlines()]


def test_list_filters_and_pages(desk):
    assert [item["queue_id"] for item in listed(desk)] == desk.ids
    assert [item["id"] for item in listed(desk, "--site", "sorani")] == ["c-0"]
    assert [item["id"] for item in listed(desk, "--author", "u2")] == ["c-2"]
    assert [item["id"] for item in listed(desk, "--order", "newest", "-n", "1")] == ["c-2"]
    assert len(listed(desk, "--rule", "any/promotion/links")) == 3
    assert listed(desk, "--rule", "none") == listed(desk, "--min-score", "99") == []
    item = listed(desk, "--site", "sorani")[0]
    assert item["request"]["text"] == LINKS + " 0" and item["answer"]["verdict"] == "review"
    assert (item["state"], item["version"], item["author_name"]) == ("waiting", 1, "Ana \u202e0")
    page = desk("-n", "2")
    assert "2 of 3" in page.out and "the next page: --after " in page.out
    after = page.out.rsplit("--after ", 1)[1].strip()
    assert [item["id"] for item in listed(desk, "--after", after)] == ["c-2"]
    assert desk("--after", "nonsense").code == 2


def test_show_tells_where_why_and_what_was_decided(desk):
    assert desk("reject", desk.ids[0], "--as", "ana", "--reason", "promotion", "--note", "third time").code == 0
    shown = desk("show", desk.ids[0])
    assert shown.code == 0
    for part in (desk.ids[0], "rejected", LINKS, "^^^^^^^^^^^^", "any/promotion/links", "Many links.",
                 "Ana <U+202E>0", "Budget", "reject by ana: promotion", "third time"):
        assert part in shown.out, part
    assert "\u202e" not in shown.out
    coloured = on_terminal("queue", "show", desk.ids[0], cwd=desk.daemon.folder)
    assert "\x1b[" in coloured.out and "\u202e" not in coloured.out


def test_decisions_and_their_conflicts(desk):
    one, two, three = desk.ids
    assert desk("next", "--as", "ana").out.startswith(one)
    assert desk("next", "--as", "ben").out.startswith(two)
    taken = desk("approve", one, "--as", "ben")
    assert taken.code == 1 and "claimed by ana" in taken.err
    assert desk("release", one, "--as", "ana").code == 0
    # One that cannot be decided does not keep the others from it.
    several = desk("approve", one, "no-such-item", three, "--as", "eva")
    assert several.code == 1 and "there is no `no-such-item`" in several.err
    assert [item["state"] for item in listed(desk, "--state", "approved")] == ["approved", "approved"]
    again = desk("reject", one, "--as", "eva")
    assert again.code == 1 and "cannot reject what is approved" in again.err
    events = [json.loads(line) for line in desk("feed").out.splitlines()]
    assert [(event["id"], event["act"]) for event in events] == [("c-0", "approve"), ("c-2", "approve")]
    assert desk("undo", one, "--as", "eva").code == 0
    assert desk("undo", one, "--as", "eva").code == 1
    assert {item["queue_id"] for item in listed(desk)} == {one, two}
    events = [json.loads(line) for line in desk("feed").out.splitlines()]
    assert [(event["id"], event["act"]) for event in events] == [
        ("c-0", "approve"), ("c-2", "approve"), ("c-0", "undo")]
    assert [json.loads(line)["act"] for line in desk("feed", "--after", "2").out.splitlines()] == ["undo"]
    assert desk("stats", "--json").json()["states"]["approved"] == 1


def test_verify_finds_what_was_changed(desk):
    desk("approve", *desk.ids, "--as", "ana")
    fine = desk("verify")
    assert fine.code == 0 and "3 decisions" in fine.out
    base = sqlite3.connect(os.path.join(desk.daemon.folder, "var", "queue.db"))
    base.execute("UPDATE decision SET actor = 'eve' WHERE seq = 2")
    base.commit()
    base.close()
    found = desk("verify")
    assert found.code == 1 and "decision 2: was changed" in found.out


def test_erase_asks_first_and_leaves_what_is_young(desk):
    desk("approve", desk.ids[0], "--as", "ana")
    assert desk("erase").code == 2
    assert "0 comments erased" in desk("erase", "--yes").out
    base = sqlite3.connect(os.path.join(desk.daemon.folder, "var", "queue.db"))
    base.execute("UPDATE item SET settled_ms = settled_ms - 31 * 86400000 WHERE state = 2")
    base.commit()
    base.close()
    assert "1 comments erased" in desk("erase", "--yes").out
    assert "the text was erased" in desk("show", desk.ids[0]).out
    assert listed(desk, "--state", "approved")[0]["request"] is None


@pytest.mark.parametrize("arguments, code, said", [
    (["aprove"], 2, "did you mean `approve`"),
    (["approve"], 2, "needs a queue id"),
    (["stats", "x"], 2, "takes no queue id"),
    (["show", "x"], 1, "there is no `x`"),
    (["note", "ID"], 2, "needs --note"),
    (["reject", "ID", "--reason", "No Code"], 2, "a reason is a code"),
    (["list", "--store", "none.db"], 74, "none.db"),
    (["list", "--store", "config.yaml"], 78, "config.yaml"),
])
def test_mistakes_are_told(desk, arguments, code, said):
    result = desk(*[desk.ids[0] if argument == "ID" else argument for argument in arguments])
    assert (result.code, said in result.err) == (code, True), result.err


def test_off_is_told(tmp_path):
    daemon = Daemon(tmp_path / "d")
    result = filterd("queue", cwd=daemon.folder)
    assert result.code == 78 and "store: off" in result.err
