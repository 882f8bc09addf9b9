"""The review queue on a PostgreSQL server: several daemons share it, and it goes away and comes back."""

import contextlib
import itertools
import json
import os
import random
import re
import select
import signal
import socket
import sys
import threading
import time

import pytest

from command import TOP, filterd
from daemon import Daemon, free_port, line_of, wait_for

sys.path.insert(0, os.path.join(TOP, "tests", "tools"))
from postgres import Postgres  # noqa: E402

LINKS = "see http://a.com http://b.com http://c.com"
FINE = "good morning"
KILL = "I will kill you"
numbers = itertools.count()  # of clients: each sends comments of its own


@pytest.fixture(scope="module")
def server():
    with Postgres() as running:
        running.count = 0
        yield running


@pytest.fixture
def base(server):
    """A database of its own on the server: its name."""
    server.count += 1
    name = "queue_%d" % server.count
    server.sql("CREATE DATABASE " + name)
    return name


@pytest.fixture
def queueing(make_daemon, server, base):
    return make_daemon(store=server.uri_of(base))


def review(number, **more):
    return dict({"id": "r-%d" % number, "text": "%s %d" % (LINKS, number)}, **more)


def rows(server, base, columns="queue_id, comment_id, revision, state"):
    return server.sql("SELECT %s FROM item ORDER BY seq" % columns, base)


def test_reviews_are_stored_and_worked_on(queueing, server, base):
    first = queueing.check(LINKS, id="c-1", site="english", author={"id": "u1", "name": "A\0\U0010ffffB"})
    assert first["queued"] is True and first["durable"] == "fsync" and first["revision"] == 1
    again = queueing.check(LINKS, id="c-1", site="english")
    assert again["queue_id"] == first["queue_id"]
    edited = queueing.check(LINKS + " again", id="c-1", site="english")
    assert edited["revision"] == 2 and edited["queue_id"] != first["queue_id"]
    for text, verdict in ((FINE, "approve"), (KILL, "reject")):
        assert queueing.check(text, id="c-2")["verdict"] == verdict
    assert rows(server, base, "comment_id, revision, state") == [["c-1", "1", "4"], ["c-1", "2", "0"]]

    def queue(*arguments):
        return filterd("queue", *arguments, cwd=queueing.folder)

    listed = [json.loads(line) for line in queue("--json").out.splitlines()]
    assert [item["queue_id"] for item in listed] == [edited["queue_id"]]
    superseded = queue("--json", "--state", "superseded").json()
    assert superseded["author_name"] == "A\0\U0010ffffB"
    assert queue("next", "--as", "ana").code == 0
    assert "claimed by ana" in queue("approve", edited["queue_id"], "--as", "ben").err
    done = queue("reject", edited["queue_id"], "--as", "ana", "--reason", "promotion", "--note", "x")
    assert done.code == 0, done.err
    assert queue("verify").code == 0
    server.sql("UPDATE decision SET actor = 'eve'", base)
    assert queue("verify").code == 1
    assert queueing.metrics()['filterd_store_rows_total{result="again"}'] == 1


# --- what is refused ---

@pytest.mark.parametrize("setting, said", [
    ("synchronous_commit = off", "synchronous_commit is off"), ("client_encoding = 'UTF8'", "")])
def test_a_server_that_forgets_is_refused(tmp_path, server, base, setting, said):
    server.sql("ALTER DATABASE %s SET %s" % (base, setting))
    daemon = Daemon(tmp_path / "d", store=server.uri_of(base))
    if not said:
        with daemon:
            return
    daemon.spawn()
    assert daemon.wait() == 78
    assert said in daemon.log()
    assert "filterd_schema" not in str(server.sql("SELECT tablename FROM pg_tables", base))


def test_a_server_without_fsync_is_refused(tmp_path):
    with Postgres(fsync="off") as forgetful:
        daemon = Daemon(tmp_path / "d", store=forgetful.uri)
        daemon.spawn()
        assert daemon.wait() == 78
        assert "fsync is off" in daemon.log()


def test_no_password_is_ever_shown(tmp_path, server):
    wrong = {
        "postgresql://filterd:s3cret@/none?host=" + server.folder: 75,
        "postgresql://filterd@/none?password=s3cret&host=" + server.folder: 75,
        "postgresql://filterd:s3cret@127.0.0.1:%d/db" % free_port(): 75,
        "postgresql://filterd:s3cret%zz@/db": 78,
        "postgresql://filterd@/db?passwd=s3cret": 78,
    }
    for number, (uri, code) in enumerate(wrong.items()):
        daemon = Daemon(tmp_path / str(number), store='"%s"' % uri)
        daemon.spawn()
        assert daemon.wait() == code, daemon.log()
        result = filterd("queue", "--store", uri)
        assert result.code in (74, 78)
        for said in (daemon.log(), result.err):
            assert "s3cret" not in said and "postgresql://" in said, said


# --- the server goes away ---

def load(daemon, promised, refused, stop, name, nameless=False):
    """Sends reviews one after the other until told to stop; a refused one again until it is stored."""
    number = 0
    while not stop.is_set():
        number += 1
        request = {"id": "%s-%d" % (name, number), "text": "%s %s %d" % (LINKS, name, number)}
        if nameless:
            del request["id"]
        try:
            with daemon.ndjson() as client:
                while True:
                    answer = client.ask(request)
                    if answer is None or "bye" in answer:
                        break
                    if answer.get("queued"):
                        promised.append((request.get("id", ""), answer["queue_id"]))
                        break
                    refused.append(answer["error"]["code"])
                    if stop.is_set() or nameless:
                        return
        except (OSError, AssertionError):
            return


@contextlib.contextmanager
def under_load(daemons, count=4, **more):
    """Clients for the daemons in turn; what they were promised and refused."""
    promised, refused, stop = [], [], threading.Event()
    threads = [threading.Thread(target=load, kwargs=more, args=(
        daemons[i % len(daemons)], promised, refused, stop, "k%d-%d" % (next(numbers), i)))
        for i in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield promised, refused
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        assert set(refused) <= {"queue_unavailable", "closing"}, refused


def check_kept(server, base, promised):
    """Every acknowledged comment is there, once."""
    found = {}
    for queue_id, comment, _, _ in rows(server, base):
        found.setdefault(comment, []).append(queue_id)
    lost = [c for c, queue_id in promised if found.get(c) != [queue_id]]
    assert not lost, lost
    assert all(len(ids) == 1 for comment, ids in found.items() if comment)


def test_the_server_stops_and_starts_under_load(queueing, server, base):
    assert queueing.check(**review(1))["queued"] is True
    with under_load([queueing]) as (promised, refused), queueing.http() as http:
        for number in (signal.SIGINT, signal.SIGQUIT):  # in good order, and as in a crash
            before = len(promised)
            wait_for(lambda: len(promised) > before + 20, "comments to be stored")
            server.stop(number)
            wait_for(lambda: http.request("GET", "/readyz").status == 503, "it to be not ready")
            began = time.monotonic()
            assert http.check(review(2)).json()["code"] == "queue_unavailable"
            assert time.monotonic() - began < 5
            assert http.check({"text": FINE}).json()["verdict"] == "approve"
            assert http.check({"text": KILL}).json()["verdict"] == "reject"
            server.start()
            wait_for(lambda: http.request("GET", "/readyz").status == 200, "it to be ready")
            before = len(promised)
            wait_for(lambda: len(promised) > before + 20, "comments to be stored")
    assert refused
    check_kept(server, base, promised)
    assert "stored again" in queueing.log() and queueing.child.poll() is None


def test_a_server_that_hangs_holds_nobody_else_up(make_daemon, server, base):
    """Its kernel takes what is sent; no answer ever comes."""
    daemon = make_daemon(store=server.uri_of(base), limits={"store_time": "500ms"})
    assert daemon.check(**review(1))["queued"] is True
    backend = int(server.sql("SELECT pid FROM pg_stat_activity WHERE datname = '%s'"
                             " AND application_name = 'filterd'" % base)[0][0])
    os.kill(backend, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert daemon.check(**review(2))["error"]["code"] == "queue_unavailable"
        assert daemon.check(FINE)["verdict"] == "approve"
        assert time.monotonic() - began < 3
        # That connection is given up after a while, and another made.
        wait_for(lambda: daemon.check(**review(2)).get("queued"), "another connection")
    finally:
        os.kill(backend, signal.SIGCONT)
    wait_for(lambda: len(rows(server, base)) == 2, "two rows")


def test_the_daemon_ends_in_time_while_the_server_is_gone(queueing, server):
    assert queueing.check(**review(1))["queued"] is True
    server.stop()
    try:
        began = time.monotonic()
        queueing.stop()
        assert time.monotonic() - began < 10
    finally:
        server.start()


def test_without_its_server_it_asks_to_be_started_anew(tmp_path, server):
    daemon = Daemon(tmp_path / "d", store="postgresql://filterd@/postgres?host=" + str(tmp_path))
    daemon.spawn()
    assert daemon.wait() == 75
    assert "the review queue cannot be opened" in daemon.log()


# --- a commit without an answer ---

class Cutter:
    """Between filterd and the server; cuts the connection when a COMMIT comes, before or after it."""

    def __init__(self, folder, server):
        self.folder, self.server = str(folder), server
        self.cuts = []  # what to do with the next commits: "before", "after"
        self.done = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(self.folder, ".s.PGSQL.5432"))
        self.listener.listen(16)
        self.ended = False
        self.threads = []
        self.spawn(self.accept)

    def spawn(self, target, *arguments):
        self.threads.append(threading.Thread(target=target, args=arguments, daemon=True))
        self.threads[-1].start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            if self.ended:
                return
            self.spawn(self.serve, client)

    def serve(self, client):
        with client, socket.socket(socket.AF_UNIX) as there:
            there.connect(os.path.join(self.server.folder, ".s.PGSQL.5432"))
            cutting = None
            while True:
                readable = select.select([client, there], [], [])[0]
                for side in readable:
                    try:
                        data = side.recv(1 << 20)
                    except ConnectionError:
                        return
                    if not data:
                        return
                    if side is there:
                        if cutting == "after":
                            # The server's answer is here: it has committed. Nobody hears of it.
                            self.done.append(cutting)
                            return
                        client.sendall(data)
                        continue
                    if data.startswith(b"Q") and b"COMMIT\0" in data and self.cuts:
                        cutting = self.cuts.pop(0)
                    if cutting == "before":
                        self.done.append(cutting)
                        return
                    there.sendall(data)

    def close(self):
        self.ended = True
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as last:
            last.connect(os.path.join(self.folder, ".s.PGSQL.5432"))
        self.listener.close()


def test_a_commit_without_an_answer_is_looked_up(tmp_path, make_daemon, server, base):
    """Also of comments without an id, which nothing tells apart but the queue id they were to get."""
    folder = tmp_path / "cut"
    folder.mkdir()
    cutter = Cutter(folder, server)
    daemon = make_daemon(store="postgresql://filterd@/%s?host=%s" % (base, folder))
    answers = []
    try:
        for cuts in (["after"], ["before"], ["after", "after"], ["before", "after"], ["after", "before"]):
            cutter.cuts = list(cuts)
            for request in ({"text": LINKS}, {"id": "c-%d" % len(answers), "text": LINKS}):
                answers.append(daemon.check(**request))
                assert answers[-1].get("queued") is True, answers[-1]
        with daemon.ndjson() as client:  # many with one commit
            cutter.cuts = ["after", "before", "after"]
            client.send(b"".join(line_of({"text": "%s %d" % (LINKS, n)}) for n in range(300)))
            client.half_close()
            answers += client.answers()
    finally:
        cutter.close()
    assert len(cutter.done) >= 11, cutter.done
    ids = [answer["queue_id"] for answer in answers]
    assert len(set(ids)) == len(ids) == 310
    assert sorted(ids) == sorted(row[0] for row in rows(server, base))
    metrics = daemon.metrics()
    assert metrics['filterd_store_rows_total{result="stored"}'] == 310
    assert metrics['filterd_store_rows_total{result="again"}'] == 0


def terminate(server, base):
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'"
               " AND application_name = 'filterd'" % base)


def test_nothing_is_lost_or_doubled_by_ended_backends(queueing, server, base):
    with under_load([queueing], nameless=True) as (nameless, _), under_load([queueing]) as (promised, _):
        for _ in range(12):
            before = len(promised)
            wait_for(lambda: len(promised) > before + 5, "comments to be stored")
            terminate(server, base)
    check_kept(server, base, promised)
    stored = [row[0] for row in rows(server, base) if row[1] == ""]
    assert sorted(stored) == sorted(queue_id for _, queue_id in nameless)


def test_nothing_acknowledged_is_lost_or_doubled_by_kill_9(tmp_path, server, base):
    random.seed(5)
    daemon = Daemon(tmp_path / "d", store=server.uri_of(base))
    promised = []
    for _ in range(int(os.environ.get("FILTERD_KILLS", "5"))):
        daemon.start()
        with under_load([daemon]) as (some, _):
            wait_for(lambda: some, "a comment to be stored")
            time.sleep(random.uniform(0.005, 0.08))  # when it dies is the point
            daemon.signal(signal.SIGKILL)
            daemon.wait()
        daemon.kill()
        promised += some
    check_kept(server, base, promised)


# --- several of them ---

def decided_once(decided, stored):
    """What is wrong with who decided what, by what the clients were told: (item, name) each."""
    by_item = {}
    for item, name in decided:
        by_item.setdefault(item, []).append(name)
    twice = ["%s decided by %s" % (item, " and ".join(names)) for item, names in by_item.items() if len(names) > 1]
    return twice + ["%s lost" % item for item in stored if item not in by_item]


def work(uri, name, decided, stop):
    """Claims some and decides them, as a moderator with the command line does."""
    while True:
        last = stop.is_set()
        page = filterd("queue", "next", "--json", "--store", uri, "--as", name)
        ids = [json.loads(line)["queue_id"] for line in page.out.splitlines()]
        if not ids and last:
            return
        for item in ids:
            done = filterd("queue", "approve", item, "--store", uri, "--as", name)
            if done.code == 0:
                decided.append((item, name))


def crowd(make_daemon, server, base, meanwhile):
    """Three daemons store, ten moderators decide; what was decided, and what was stored."""
    uri = server.uri_of(base)
    daemons = [make_daemon(store=uri, workers=1) for _ in range(3)]
    decided, stop = [], threading.Event()
    moderators = [threading.Thread(target=work, args=(uri, "m%d" % i, decided, stop)) for i in range(10)]
    stored = []
    for moderator in moderators:
        moderator.start()
    for number in range(60):
        # Each daemon is sent each comment: it is one item all the same.
        ids = {daemon.check(**review(number)).get("queue_id") for daemon in daemons}
        assert len(ids) == 1
        stored += ids
        meanwhile(number)
    stop.set()
    for moderator in moderators:
        moderator.join()
    return decided, stored


def test_three_daemons_and_ten_moderators_decide_each_once(make_daemon, server, base):
    def meanwhile(number):
        if number % 15 == 7:
            terminate(server, base)

    decided, stored = crowd(make_daemon, server, base, meanwhile)
    # A decision whose answer was lost by an ended backend stands, though nobody was told.
    told = {item for item, _ in decided}
    left = {row[0] for row in rows(server, base) if row[3] == "0"}
    standing = {row[0] for row in rows(server, base) if row[3] == "2"}
    assert decided_once(decided, []) == []
    assert told <= standing and standing | left == set(stored)
    assert server.sql("SELECT max(n) FROM (SELECT count(*) n FROM decision GROUP BY item) c", base) == [["1"]]
    assert filterd("queue", "verify", "--store", server.uri_of(base)).code == 0


def test_the_check_sees_an_item_that_is_decided_twice(make_daemon, server, base):
    """A fault on purpose: what is decided waits again."""
    server_daemon = make_daemon(store=server.uri_of(base))
    server_daemon.stop()
    server.sql("CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
               " IF NEW.seq % 10 = 0 AND NEW.version < 6 THEN NEW.state = 0; END IF; RETURN NEW; END $$;"
               "CREATE TRIGGER forget BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION forget()", base)
    decided, stored = crowd(make_daemon, server, base, lambda number: None)
    assert any("decided by" in fault for fault in decided_once(decided, stored))


def test_daemons_that_start_at_once_make_one_schema(tmp_path, server, base):
    daemons = [Daemon(tmp_path / str(i), store=server.uri_of(base)) for i in range(4)]
    for daemon in daemons:
        daemon.spawn()
    for daemon in daemons:
        wait_for(daemon.is_ready, "it to be ready")
    assert server.sql("SELECT count(*) FROM filterd_schema", base) == [["1"]]
    assert len({daemon.check(**review(1))["queue_id"] for daemon in daemons}) == 1
    for daemon in daemons:
        daemon.stop()


# --- in the sandbox, by name and password ---

def test_it_connects_again_in_the_sandbox(tmp_path, make_daemon):
    """Through a name that has to be looked up, with a password from a file."""
    port = free_port()
    with Postgres(listen_addresses="localhost", port=str(port)) as own:
        passwords = tmp_path / "passwords"
        passwords.write_text("localhost:%d:*:filterd:s3cret\n" % port)
        passwords.chmod(0o600)
        own.sql("ALTER USER filterd PASSWORD 's3cret'")
        with open(os.path.join(own.data, "pg_hba.conf"), "w", encoding="ascii") as access:
            access.write("local all all trust\nhost all all all scram-sha-256\n")
        own.sql("SELECT pg_reload_conf()")
        daemon = make_daemon(store="postgresql://filterd@localhost:%d/postgres" % port,
                             more="sandbox: auto", env={"PGPASSFILE": str(passwords)})
        assert daemon.check(**review(1))["queued"] is True
        for number in range(2, 4):
            own.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'filterd'")
            assert daemon.check(**review(number))["queued"] is True, daemon.log()
        assert re.search("sandbox: seccomp", daemon.log()) and "s3cret" not in daemon.log()
        daemon.stop()
