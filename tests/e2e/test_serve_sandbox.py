"""The sandbox as the kernel sees it, and reloading within it."""

import os

import pytest

from daemon import RULES, Daemon

OTHER = RULES.replace("I will kill you", "I will hurt you").replace("kill", "hurt")


def statuses(daemon):
    """What the kernel says about each thread: name -> value."""
    folder = "/proc/%d/task" % daemon.child.pid
    for task in os.listdir(folder):
        with open(os.path.join(folder, task, "status"), encoding="ascii") as status:
            yield dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)


def has(daemon, part):
    return "sandbox: %s is in force" % part in daemon.log()


def test_every_thread_is_in_it(make_daemon):
    daemon = make_daemon(workers=3, more="sandbox: auto")
    if not has(daemon, "seccomp"):
        pytest.skip("no seccomp: " + daemon.log())
    threads = list(statuses(daemon))
    assert len(threads) >= 5  # three workers, the reloading and the main thread
    assert {thread["Seccomp"] for thread in threads} == {"2"}
    assert {thread["NoNewPrivs"] for thread in threads} == {"1"}


def test_it_can_be_switched_off(make_daemon):
    daemon = make_daemon(more="sandbox: off")
    assert "sandbox" not in daemon.log()
    assert {thread["Seccomp"] for thread in statuses(daemon)} == {statuses_of_this_process()}


def statuses_of_this_process():
    with open("/proc/self/status", encoding="ascii") as status:
        return [line.split()[1] for line in status if line.startswith("Seccomp:")][0]


def test_all_of_it_or_no_start(tmp_path, make_daemon):
    probe = make_daemon()
    whole = has(probe, "seccomp") and has(probe, "Landlock")
    daemon = Daemon(tmp_path / "on", more="sandbox: on")
    if whole:
        with daemon:
            assert daemon.check("I will kill you")["verdict"] == "reject"
    else:
        daemon.spawn()
        assert daemon.wait() == 78
        assert "`sandbox: on`, but there is no " in daemon.log()
        assert not os.path.exists(daemon.unix)


def test_rules_in_the_place_of_others_are_read(make_daemon):
    """A folder that was renamed, or a link that points elsewhere now, is another one to Landlock."""
    daemon = make_daemon(more="sandbox: auto")
    rules = os.path.join(daemon.folder, "rules")
    before = daemon.version()
    os.rename(rules, rules + "-old")
    os.mkdir(rules)
    daemon.write_rules(OTHER)
    assert daemon.reload().status == 200
    after = daemon.version()
    assert after != before
    os.rename(rules, rules + "-new")
    os.symlink("rules-old", rules)
    assert daemon.reload().json()["version"] == before
    assert daemon.check("I will kill you")["verdict"] == "reject"


def test_rules_from_elsewhere_take_a_restart(make_daemon, tmp_path):
    daemon = make_daemon(more="sandbox: auto")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "rules.yaml").write_text(OTHER)
    before = daemon.version()
    daemon.edit_config("rules: [rules]", "rules: [%s]" % elsewhere)
    response = daemon.reload()
    if has(daemon, "Landlock"):
        assert response.status == 422
        assert "Permission denied" in response.json()["errors"][0]["text"]
        assert "restart" in response.json()["errors"][0]["hint"]
        assert daemon.version() == before
        daemon.stop()
        daemon.start()
    assert daemon.version() != before
