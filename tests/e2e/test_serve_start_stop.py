"""Starting where that is possible, saying why where not; stopping without losing an answer."""

import ctypes
import json
import os
import signal
import socket
import stat
import subprocess
import time

import pytest

from command import FILTERD, filterd
from daemon import RULES, SHORT, Daemon, Ndjson, check_request, line_of, request_of, wait_for


def refused(folder, code=78, **options):
    """The daemon must not start; what it said."""
    daemon = Daemon(folder, **options)
    daemon.spawn()
    assert daemon.wait() == code, daemon.log()
    return daemon.log()


# --- starting ---

def test_broken_rules_are_refused(tmp_path):
    log = refused(tmp_path, rules=RULES.replace("links: 3", "linkz: 3"))
    assert "rules/rules.yaml:" in log and "linkz" in log


def test_no_rules_are_refused(tmp_path):
    assert "rules" in refused(tmp_path, rules="rules: []\n")


def test_a_failing_test_of_a_rule_is_refused(tmp_path):
    log = refused(tmp_path, rules=RULES.replace('match: ["I will kill you"]', 'match: ["hello"]'))
    assert "rules/rules.yaml:" in log


def test_a_broken_configuration_is_refused(tmp_path):
    log = refused(tmp_path, limits={"conections": 5})
    assert "config.yaml:" in log and "connections" in log


def test_an_address_in_use_is_refused(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        daemon = Daemon(tmp_path)
        daemon.http_port = taken.getsockname()[1]
        daemon.write_config()
        daemon.spawn()
        assert daemon.wait() == 78
    assert "127.0.0.1:%d" % daemon.http_port in daemon.log()
    assert not os.path.exists(daemon.unix)


def test_a_second_daemon_does_not_take_the_socket(make_daemon, tmp_path):
    first = make_daemon()
    second = Daemon(tmp_path / "second")
    second.edit_config("run/ndjson.sock", first.unix)
    second.spawn()
    assert second.wait() == 78
    assert "ndjson.sock" in second.log()
    assert first.check("a")["verdict"] == "approve"


def test_a_path_that_is_too_long_is_refused(tmp_path):
    daemon = Daemon(tmp_path)
    daemon.edit_config("run/ndjson.sock", "x" * 108)
    daemon.spawn()
    assert daemon.wait() == 78
    assert "config.yaml:4:" in daemon.log() and "108" in daemon.log()


def test_an_address_for_others_must_be_meant_and_takes_a_token(tmp_path):
    daemon = Daemon(tmp_path, store="var/queue.db")
    daemon.edit_config("127.0.0.1:%d" % daemon.http_port, "0.0.0.0:%d" % daemon.http_port)
    daemon.spawn()
    assert daemon.wait() == 78
    assert "config.yaml:7:" in daemon.log() and "public" in daemon.log()
    daemon.edit_config("protocol: http}\nlimits", "protocol: http, public: true}\nlimits")
    daemon.spawn()
    assert daemon.wait() == 78 and "config.yaml:7:" in daemon.log()
    assert "no token yet" in daemon.log() and "filterd token add" in daemon.log()
    assert filterd("token", "add", "cms", "--role", "cms", cwd=daemon.folder).code == 0
    with daemon:
        assert daemon.check("a")["verdict"] == "approve"


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")
def test_ipv6(tmp_path):
    daemon = Daemon(tmp_path, limits={"connections_per_address": 2})
    daemon.edit_config('"127.0.0.1:%d", protocol: ndjson' % daemon.ndjson_port,
                       '"[::1]:%d", protocol: ndjson' % daemon.ndjson_port)
    with daemon:
        clients = []
        for _ in range(3):
            client = Ndjson(("::1", daemon.ndjson_port), family=socket.AF_INET6)
            client.send(line_of({"text": "a"}))
            clients.append(client)
        assert ["verdict" in client.answer() for client in clients] == [True, True, False]
        for client in clients:
            client.close()


def test_a_leftover_socket_is_replaced(make_daemon, tmp_path):
    daemon = make_daemon()
    daemon.signal(signal.SIGKILL)
    daemon.wait()
    assert os.path.exists(daemon.unix)
    daemon.start()
    assert daemon.check("a")["verdict"] == "approve"


def test_a_file_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "ndjson.sock").write_text("precious")
    assert "a file of that name is in the way" in refused(tmp_path)
    assert (tmp_path / "run" / "ndjson.sock").read_text() == "precious"


def test_the_folder_of_a_socket_can_be_entered(make_daemon):
    daemon = make_daemon()
    assert stat.S_IMODE(os.stat(os.path.dirname(daemon.unix)).st_mode) == 0o750


def test_the_socket_has_its_mode_and_goes_with_the_daemon(make_daemon):
    daemon = make_daemon(before=lambda: os.umask(0))
    assert stat.S_IMODE(os.stat(daemon.unix).st_mode) == 0o600
    daemon.stop()
    assert not os.path.exists(daemon.unix)


def test_closed_standard_files_do_no_harm(tmp_path):
    daemon = Daemon(tmp_path, before=lambda: [os.close(fd) for fd in range(3)])
    with daemon:
        assert daemon.check("a")["verdict"] == "approve"


def test_a_log_that_nobody_reads_does_not_block(tmp_path):
    daemon = Daemon(tmp_path, more="log: {level: debug}")
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    try:
        while True:
            os.write(theirs, b"x" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(theirs, True)
    daemon.child = subprocess.Popen([FILTERD, "serve", "-c", "config.yaml"], cwd=daemon.folder,
                                    stdout=subprocess.DEVNULL, stderr=theirs)
    open(daemon.log_file, "w").close()
    wait_for(daemon.is_ready, "the daemon to be ready")
    for _ in range(100):
        assert daemon.check("I will kill you")["verdict"] == "reject"
    assert daemon.metrics()["filterd_log_dropped_total"] > 0
    daemon.stop()
    os.close(ours)
    os.close(theirs)


def test_a_reload_before_the_start_is_over_does_no_harm(tmp_path):
    daemon = Daemon(tmp_path)
    daemon.spawn()
    # It ignores the signal before it reads anything; until then it is not filterd yet.
    wait_for(lambda: ignores(daemon.child.pid, signal.SIGHUP), "the signal to be ignored")
    for _ in range(20):
        daemon.signal(signal.SIGHUP)
    wait_for(daemon.is_ready, "the daemon to be ready")
    daemon.stop()


def ignores(pid, number):
    """Whether the process ignores or handles the signal."""
    with open("/proc/%d/status" % pid) as status:
        fields = dict(line.split(":", 1) for line in status)
    return (int(fields["SigIgn"], 16) | int(fields["SigCgt"], 16)) >> (number - 1) & 1


# --- sockets of the service manager ---

def activated(daemon, sockets, names):
    """Starts it with listening sockets from descriptor 3 on."""
    count = len(sockets)
    numbers = [s.fileno() for s in sockets]

    def hand_over():
        high = [os.dup2(fd, 100 + i) for i, fd in enumerate(numbers)]
        for i, fd in enumerate(high):
            os.dup2(fd, 3 + i)
        os.environ["LISTEN_PID"] = str(os.getpid())

    # LISTEN_PID must be the daemon's own: only a shell in between knows it.
    daemon.env = {"LISTEN_FDS": str(count), "LISTEN_FDNAMES": ":".join(names)}
    with open(daemon.log_file, "ab") as log:
        daemon.child = subprocess.Popen(
            ["/bin/sh", "-c", 'LISTEN_PID=$$ exec "$0" serve -c config.yaml', FILTERD],
            cwd=daemon.folder, stdout=log, stderr=log, close_fds=False, preexec_fn=hand_over,
            env=dict(os.environ, **daemon.env))


def with_systemd():
    return b"libsystemd" in subprocess.run(["ldd", FILTERD], stdout=subprocess.PIPE).stdout


@pytest.mark.skipif(not with_systemd(), reason="built without libsystemd")
def test_sockets_of_the_service_manager_are_used(tmp_path):
    daemon = Daemon(tmp_path)
    with socket.create_server(("127.0.0.1", daemon.ndjson_port)) as one, \
            socket.create_server(("127.0.0.1", daemon.http_port)) as two:
        activated(daemon, [one, two], ["ndjson", "http"])
        wait_for(daemon.is_ready, "the daemon to be ready")
    with daemon.ndjson(tcp=True) as client:
        assert client.ask({"text": "a"})["verdict"] == "approve"
    assert not os.path.exists(daemon.unix)
    daemon.stop()


@pytest.mark.skipif(not with_systemd(), reason="built without libsystemd")
@pytest.mark.parametrize("kind, name, says", [
    (socket.SOCK_STREAM, "smtp", "smtp"), (socket.SOCK_DGRAM, "http", "no listening stream socket")])
def test_other_sockets_of_the_service_manager_are_refused(tmp_path, kind, name, says):
    daemon = Daemon(tmp_path)
    with socket.socket(socket.AF_INET, kind) as given:
        given.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            given.listen()
        activated(daemon, [given], [name])
        assert daemon.wait() == 78
    assert says in daemon.log()


@pytest.mark.skipif(not with_systemd(), reason="built without libsystemd")
def test_the_service_manager_is_told(tmp_path):
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(10)
        daemon = Daemon(tmp_path / "filterd", env={"NOTIFY_SOCKET": address})
        with daemon:
            assert manager.recv(4096) == b"READY=1"
            daemon.signal(signal.SIGHUP)
            assert manager.recv(4096).startswith(b"RELOADING=1")
            assert manager.recv(4096) == b"READY=1"
        assert manager.recv(4096) == b"STOPPING=1"


class Manager:
    """What systemd would hear of a daemon whose watchdog it waits for."""

    def __init__(self, folder, watchdog):
        self.address = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.address)
        self.env = {"NOTIFY_SOCKET": self.address, "WATCHDOG_USEC": str(int(watchdog * 1e6))}

    def hears(self, seconds):
        """The next message within so much time, or None."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(4096)
        except TimeoutError:
            return None

    def quiet(self, seconds):
        """Passes over what was said already; whether nothing more comes for so long."""
        while self.hears(0.001):
            pass
        return self.hears(seconds) is None


LIBC = ctypes.CDLL(None, use_errno=True)
PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WALL = 0x40000000  # waits for threads, too


class Stopped:
    """One thread of the daemon, found by its name, held as a debugger holds it."""

    def __init__(self, daemon, name):
        folder = "/proc/%d/task" % daemon.child.pid
        names = {}
        for task in os.listdir(folder):
            with open(os.path.join(folder, task, "comm"), encoding="ascii") as comm:
                names[comm.read().strip()] = int(task)
        self.thread = names[name]

    def ptrace(self, request):
        if LIBC.ptrace(request, self.thread, None, None) != 0:
            pytest.skip("no ptrace here: " + os.strerror(ctypes.get_errno()))

    def __enter__(self):
        self.ptrace(PTRACE_SEIZE)
        self.ptrace(PTRACE_INTERRUPT)
        os.waitpid(self.thread, WALL)

    def __exit__(self, *unused):
        LIBC.ptrace(PTRACE_DETACH, self.thread, None, None)


@pytest.mark.skipif(not with_systemd(), reason="built without libsystemd")
def test_the_watchdog_hears_while_all_workers_turn(tmp_path):
    manager = Manager(tmp_path, 0.8)
    daemon = Daemon(tmp_path / "filterd", env=manager.env, workers=3)
    with daemon:
        assert manager.hears(10) == b"READY=1"
        # Idle: every quarter of the time; also while it works.
        began = time.monotonic()
        assert [manager.hears(2) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        assert time.monotonic() - began < 0.8
        with Stopped(daemon, "worker 1"):
            wait_for(lambda: manager.quiet(0.5), "the watchdog to be left alone")
            daemon.log_contains("a worker does not turn")
        assert manager.hears(2) == b"WATCHDOG=1"
        assert daemon.check("I will kill you")["verdict"] == "reject"


@pytest.mark.skipif(not with_systemd(), reason="built without libsystemd")
def test_who_did_not_ask_for_a_watchdog_is_left_alone(tmp_path):
    manager = Manager(tmp_path, 0.2)
    daemon = Daemon(tmp_path / "filterd", env=dict(manager.env, WATCHDOG_PID="1"))
    with daemon:
        assert manager.hears(10) == b"READY=1"
        assert manager.quiet(0.3)


# --- stopping ---

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_daemon_ends_at_once(make_daemon, number):
    daemon = make_daemon()
    began = time.monotonic()
    daemon.signal(number)
    assert daemon.wait() == 0
    assert time.monotonic() - began < 2
    daemon.child = None


def test_idle_clients_are_told(make_daemon):
    daemon = make_daemon()
    with daemon.ndjson() as line, daemon.http() as http:
        line.ask({"text": "a"})
        line.ask({"text": "a"})
        http.check({"text": "a"})
        daemon.signal(signal.SIGTERM)
        assert line.answers() == [{"bye": "closing", "line": 2}]
        assert http.rest() == b""
        assert daemon.wait() == 0
        daemon.child = None


def test_a_request_under_way_is_answered(make_daemon):
    daemon = make_daemon()
    request, line = check_request("I will kill you"), line_of({"text": "I will kill you"})
    with daemon.http() as http, daemon.ndjson() as client:
        http.send(request[:-5])
        client.send(line[:-5])
        wait_for(lambda: received(daemon) == 0, "the first part to be read")
        daemon.signal(signal.SIGTERM)
        daemon.log_contains("stopping")
        http.send(request[-5:])
        client.send(line[-5:])
        response = http.response()
        assert response.json()["verdict"] == "reject"
        assert response.fields["connection"] == "close"
        assert client.answer()["verdict"] == "reject"
        assert client.answers() == [{"bye": "closing", "line": 1}]
        assert daemon.wait() == 0
        daemon.child = None


def received(daemon):
    """[bytes] that wait in the kernel for the daemon's TCP connections."""
    waiting = 0
    with open("/proc/net/tcp") as table:
        for row in table.readlines()[1:]:
            fields = row.split()
            if int(fields[1].split(":")[1], 16) == daemon.http_port and fields[3] == "01":
                waiting += int(fields[4].split(":")[1], 16)
    return waiting


def test_every_line_is_answered_or_named_as_not(make_daemon):
    """A client that keeps sending learns which of its lines were answered."""
    for _ in range(5):
        daemon = make_daemon()
        line = line_of({"id": "x", "text": "I will kill you"})
        with daemon.ndjson() as client:
            client.send(line * 2000)
            assert client.answer()["verdict"] == "reject"
            daemon.signal(signal.SIGTERM)
            answers = client.answers()
        assert answers[-1]["bye"] == "closing"
        assert answers[-1]["line"] == len(answers)  # the first answer was read before
        assert all(a["verdict"] == "reject" for a in answers[:-1])
        assert daemon.wait() == 0
        daemon.child = None


def test_a_request_that_does_not_end_ends_with_the_time_to_drain(make_daemon):
    daemon = make_daemon(limits=dict(SHORT, header_time="20s", request_time="20s"))
    with daemon.http() as http, daemon.ndjson() as client:
        http.send(check_request()[:-5])
        client.send(b'{"text":"never')
        wait_for(lambda: received(daemon) == 0, "the first part to be read")
        began = time.monotonic()
        daemon.signal(signal.SIGTERM)
        response = http.response()
        assert (response.status, response.json()["code"]) == (503, "closing")
        assert response.fields["connection"] == "close"
        assert json.loads(client.rest()) == {"bye": "closing", "line": 0}
        assert daemon.wait() == 0
        assert 0.6 <= time.monotonic() - began < 2
        daemon.child = None


def test_a_second_signal_ends_it_at_once(make_daemon):
    daemon = make_daemon(limits={"drain_time": "20s", "request_time": "20s"})
    with daemon.ndjson() as client:
        client.send(b'{"text":"never')
        client.send(b" ends")
        daemon.signal(signal.SIGTERM)
        daemon.log_contains("stopping")
        began = time.monotonic()
        daemon.signal(signal.SIGTERM)
        assert daemon.wait() == 1
        assert time.monotonic() - began < 1
    daemon.child = None


def test_stopping_under_load_loses_no_answer(make_daemon):
    for _ in range(10):
        daemon = make_daemon()
        clients = [daemon.ndjson() for _ in range(4)] + [daemon.http() for _ in range(4)]
        for client in clients[:4]:
            client.send(line_of({"text": "I will kill you"}) * 50)
        for client in clients[4:]:
            client.send(check_request("I will kill you"))
        for client in clients:
            client.fill()
        daemon.signal(signal.SIGTERM)
        for client in clients[:4]:
            answers = client.answers()
            assert answers[-1]["line"] == len(answers) - 1
        for client in clients[4:]:
            assert client.response().json()["verdict"] == "reject"
        for client in clients:
            client.close()
        assert daemon.wait() == 0
        daemon.child = None


def test_a_connection_that_came_too_late_is_told(make_daemon):
    daemon = make_daemon(limits={"drain_time": "5s"})
    with daemon.ndjson() as holding, daemon.http() as late:
        holding.send(b'{"text":"a')
        late.send(request_of("GET", "/readyz"))
        assert late.response().status == 200
        daemon.signal(signal.SIGTERM)
        assert late.rest() == b""
        daemon.log_contains("stopping")
        with pytest.raises(OSError):
            daemon.http().check({"text": "a"})
        holding.send(b'"}\n')
        answer = holding.answer()
        assert answer.get("verdict") == "approve", answer
        assert daemon.wait() == 0
        daemon.child = None
