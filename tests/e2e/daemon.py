"""A daemon of its own for each test, and clients for it: plain sockets, deadlines, no sleeps."""

import json
import os
import random
import re
import resource
import select
import signal
import socket
import subprocess
import time

from command import FILTERD, RULES, TOP

SECONDS = 30  # any single wait; never reached when things work

CONFIG = """\
rules: [rules]
workers: {workers}
listen:
  - {{address: "unix:run/ndjson.sock", protocol: ndjson, mode: "0600"}}
  - {{address: "unix:run/http.sock", protocol: http, mode: "0600"}}
  - {{address: "127.0.0.1:{ndjson_port}", protocol: ndjson}}
  - {{address: "127.0.0.1:{http_port}", protocol: http}}
limits: {{{limits}}}
store: {store}
{more}
"""

# The limits that tests about time use, so that none takes long.
SHORT = {"header_time": "300ms", "request_time": "600ms", "idle_time": "900ms",
         "write_time": "400ms", "drain_time": "700ms"}


def wait_for(condition, what, seconds=SECONDS):
    """Polls until condition() is true and returns what it gave."""
    deadline = time.monotonic() + seconds
    while True:
        got = condition()
        if got:
            return got
        assert time.monotonic() < deadline, "waited %s s in vain for %s" % (seconds, what)
        select.select([], [], [], 0.005)


def is_sanitized():
    with open(FILTERD, "rb") as program:
        text = program.read()
    return b"__asan_init" in text or b"__tsan_init" in text


given_ports = set()


def free_port():
    """Below the range from which the kernel takes ports for clients; never the same one twice."""
    while True:
        port = random.SystemRandom().randrange(10240, 32000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in given_ports:
            given_ports.add(port)
            return port


class Daemon:
    """filterd serve in a folder of its own; use as a context or through the fixture `daemon`."""

    def __init__(self, folder, rules=RULES, limits=None, more="", workers=2, files=None, env=None,
                 before=None, store="off"):
        self.folder = str(folder)
        self.rules_file = os.path.join(self.folder, "rules", "rules.yaml")
        self.log_file = os.path.join(self.folder, "log")
        self.unix = os.path.join(self.folder, "run", "ndjson.sock")
        self.unix_http = os.path.join(self.folder, "run", "http.sock")
        self.limits = dict(limits or {})
        self.more, self.workers = more, workers
        self.files = files
        self.store = store
        self.env = env or {}
        self.before = before
        self.child = None
        os.makedirs(os.path.join(self.folder, "rules"), exist_ok=True)
        self.write_rules(rules)
        self.write_config()

    def write_rules(self, text):
        """In one step, so that a reload never sees half a file."""
        with open(self.rules_file + "~", "w", encoding="utf-8") as out:
            out.write(text)
        os.rename(self.rules_file + "~", self.rules_file)

    def write_config(self, **limits):
        self.limits.update(limits)
        self.ndjson_port = getattr(self, "ndjson_port", None) or free_port()
        self.http_port = getattr(self, "http_port", None) or free_port()
        text = CONFIG.format(
            workers=self.workers, ndjson_port=self.ndjson_port, http_port=self.http_port,
            limits=", ".join("%s: %s" % item for item in self.limits.items()), more=self.more,
            store=self.store)
        with open(os.path.join(self.folder, "config.yaml"), "w", encoding="utf-8") as out:
            out.write(text)

    def edit_config(self, old, new):
        path = os.path.join(self.folder, "config.yaml")
        with open(path, encoding="utf-8") as config:
            text = config.read()
        assert old in text
        with open(path, "w", encoding="utf-8") as config:
            config.write(text.replace(old, new))

    # --- the process ---

    def _prepare(self):
        if self.files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.files, self.files))
        if self.before:
            self.before()

    def spawn(self, **options):
        with open(self.log_file, "ab") as log:
            self.child = subprocess.Popen(
                [FILTERD, "serve", "-c", "config.yaml"], cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env=dict(os.environ, **self.env),
                preexec_fn=self._prepare, **options)

    def start(self):
        self.spawn()
        wait_for(self.is_ready, "the daemon to be ready")
        return self

    def is_ready(self):
        code = self.child.poll()
        assert code is None, "ended with %s at once:\n%s" % (code, self.log())
        try:
            with self.http() as http:
                return http.request("GET", "/readyz").status == 200
        except OSError:
            return False

    def signal(self, number):
        self.child.send_signal(number)

    def wait(self, seconds=SECONDS):
        return self.child.wait(timeout=seconds)

    def stop(self):
        """Asks it to end; whatever it said must not be a sanitizer's report."""
        if self.child is None:
            return
        if self.child.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            code = self.wait()
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError("does not end:\n" + self.log()) from None
        self.child = None
        log = self.log()
        assert "Sanitizer" not in log and "runtime error" not in log, log
        assert code == 0, "ended with %d:\n%s" % (code, log)

    def kill(self):
        """Without any question, for tests that have seen its end already."""
        if self.child is not None and self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        self.child = None

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.stop()
        else:
            self.kill()

    # --- what it says ---

    def log(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as text:
            return text.read()

    def log_contains(self, pattern, seconds=SECONDS):
        return wait_for(lambda: re.search(pattern, self.log()), "the log to say " + pattern,
                        seconds)

    def metrics(self):
        """name{labels} -> number."""
        with self.http() as http:
            text = http.request("GET", "/metrics").body.decode()
        lines = [line for line in text.splitlines() if line and line[0] != "#"]
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}

    def rss(self):
        """[bytes] of resident memory."""
        with open("/proc/%d/statm" % self.child.pid) as statm:
            return int(statm.read().split()[1]) * resource.getpagesize()

    def grown(self, before):
        """[bytes] of resident memory more than `before`; 0 where a sanitizer keeps what is freed."""
        return 0 if is_sanitized() else self.rss() - before

    def cpu(self):
        """[s] of processor time used."""
        with open("/proc/%d/stat" % self.child.pid) as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def version(self):
        with self.http() as http:
            return http.request("GET", "/readyz").json()["rules"]

    # --- ways in ---

    def ndjson(self, tcp=False, **options):
        return Ndjson(("127.0.0.1", self.ndjson_port) if tcp else self.unix, **options)

    def http(self, unix=False, **options):
        return Http(self.unix_http if unix else ("127.0.0.1", self.http_port), **options)

    def check(self, text="hello", **fields):
        """One comment over a connection of its own."""
        with self.ndjson() as client:
            return client.ask(dict(fields, text=text))

    def reload(self):
        with self.http() as http:
            return http.request("POST", "/v1/rules/reload")


class Client:
    """A connected socket with a deadline on every read."""

    def __init__(self, address, receive_buffer=None, family=socket.AF_INET):
        family = socket.AF_UNIX if isinstance(address, str) else family
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(SECONDS)
        self.socket.connect(address)
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def send_while_reading(self, data):
        """Sends all of it and keeps what comes back meanwhile, as who pipelines much must."""
        self.socket.setblocking(False)
        deadline = time.monotonic() + SECONDS
        view = memoryview(data)
        while view:
            assert time.monotonic() < deadline, "%d bytes were not taken" % len(view)
            readable, writable, _ = select.select([self.socket], [self.socket], [], 1)
            if readable:
                assert self.fill(), "closed with %d bytes to send" % len(view)
            if writable:
                view = view[self.socket.send(view[:65536]):]
        self.socket.settimeout(SECONDS)

    def send_what_fits(self, data):
        """Sends until the other side takes no more for a while; how many bytes it took."""
        sent = 0
        self.socket.settimeout(0.3)
        try:
            while sent < len(data):
                sent += self.socket.send(data[sent:sent + 65536])
        except (TimeoutError, BlockingIOError):
            pass
        finally:
            self.socket.settimeout(SECONDS)
        return sent

    def send_until_closed(self, first, more, times):
        """Sends on and on, keeping what comes back, until the other side hangs up; bytes sent."""
        sent = 0
        deadline = time.monotonic() + SECONDS
        self.socket.setblocking(False)
        try:
            for data in [first] + [more] * times:
                view = memoryview(data)
                while view:
                    assert time.monotonic() < deadline
                    readable, writable, _ = select.select([self.socket], [self.socket], [], 1)
                    if readable and not self.fill() and not writable:
                        return sent
                    count = self.socket.send(view[:65536]) if writable else 0
                    view, sent = view[count:], sent + count
        except ConnectionError:
            pass
        return sent

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def fill(self):
        """Reads some more; false at the end of the stream."""
        data = self.socket.recv(1 << 20)
        self.buffer += data
        return bool(data)

    def line(self):
        """The next line without its end; None at the end of the stream."""
        while b"\n" not in self.buffer:
            if not self.fill():
                assert not self.buffer, "cut off: %r" % self.buffer
                return None
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line

    def rest(self):
        """Everything up to the end of the stream; a reset counts as one."""
        try:
            while self.fill():
                pass
        except ConnectionError:
            pass
        data, self.buffer = self.buffer, b""
        return data

    def is_closed(self):
        """Whether the server has hung up (without waiting)."""
        return bool(select.select([self.socket], [], [], 0)[0]) and not self.rest_now()

    def rest_now(self):
        try:
            return self.socket.recv(65536, socket.MSG_DONTWAIT | socket.MSG_PEEK)
        except ConnectionError:
            return b""

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes without a good-bye: the other side sees a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


class Ndjson(Client):
    def ask(self, request):
        self.send(line_of(request))
        return self.answer()

    def answer(self):
        """The next answer as an object; None at the end."""
        line = self.line()
        return None if line is None else json.loads(line)

    def answers(self):
        """All up to the end of the stream."""
        return [json.loads(line) for line in self.rest().splitlines()]


def line_of(request):
    return request if isinstance(request, bytes) else json.dumps(request).encode() + b"\n"


class Response:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def json(self):
        return json.loads(self.body)

    def lines(self):
        return [json.loads(line) for line in self.body.splitlines()]


class Http(Client):
    def request(self, method, path, body=None, fields=None):
        self.send(request_of(method, path, body, fields))
        return self.response(method == "HEAD")

    def check(self, request, media="application/json"):
        body = request if isinstance(request, bytes) else json.dumps(request).encode()
        return self.request("POST", "/v1/check", body, {"Content-Type": media})

    def response(self, head=False):
        """The next response; None when the connection ends instead."""
        status_line = self.line()
        if status_line is None:
            return None
        assert status_line.startswith(b"HTTP/1.1 ") and status_line.endswith(b"\r"), status_line
        status = int(status_line.split()[1])
        fields = {}
        while True:
            line = self.line().rstrip(b"\r").decode()
            if not line:
                break
            name, value = line.split(":", 1)
            assert name.lower() not in fields, "twice: " + name
            fields[name.lower()] = value.strip()
        if status == 100:
            return Response(status, fields, b"")
        return Response(status, fields, b"" if head else self.body(fields))

    def body(self, fields):
        if fields.get("transfer-encoding") == "chunked":
            return b"".join(iter(self.chunk, b""))
        if "content-length" not in fields:
            return self.rest()
        return self.exactly(int(fields["content-length"]))

    def exactly(self, count):
        while len(self.buffer) < count:
            assert self.fill(), "cut off: %r" % self.buffer
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def chunk(self):
        data = self.exactly(int(self.line(), 16))
        assert self.exactly(2) == b"\r\n"
        return data


def request_of(method, path, body=None, fields=None):
    lines = ["%s %s HTTP/1.1" % (method, path)]
    lines += ["%s: %s" % item for item in {"Host": "test", **(fields or {})}.items()]
    if body is not None:
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")


def check_request(text="hello", **fields):
    """A whole HTTP request that has one comment judged."""
    body = json.dumps(dict(fields, text=text)).encode()
    return request_of("POST", "/v1/check", body, {"Content-Type": "application/json"})


__all__ = ["Client", "Daemon", "Http", "Ndjson", "RULES", "SECONDS", "SHORT", "TOP", "check_request",
           "free_port", "line_of", "request_of", "wait_for"]
