"""Thousands of clients in one thread: what no number of Client objects with timeouts could be."""

import contextlib
import resource
import select
import socket
import time

import pytest

PER_ADDRESS = 200  # below the default of limits.connections_per_address


@contextlib.contextmanager
def files_for(count):
    """Lets this process and its children have so many descriptors, or skips the test."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        pytest.skip("needs %d file descriptors, the hard limit here is %d (ulimit -Hn)"
                    % (count, hard))
    if soft != resource.RLIM_INFINITY and soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
    try:
        yield count
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Member:
    """One client of a crowd."""

    def __init__(self, connected, kind):
        self.socket, self.kind = connected, kind
        self.began = time.monotonic()
        self.closed = None  # [s since it began] when the server hung up

    def send(self, data):
        """What of it the socket takes now; how many bytes that were."""
        try:
            return self.socket.send(data)
        except BlockingIOError:
            return 0
        except ConnectionError:
            return 0  # crowd.look() will see it

    def pump(self, data):
        """Sends as much as the other side takes without waiting."""
        view = memoryview(data)
        while view:
            count = self.send(view[:65536])
            if not count:
                break
            view = view[count:]
        return len(data) - len(view)

    def read(self, count):
        try:
            return self.socket.recv(count)
        except (BlockingIOError, ConnectionError):
            return b""


class Crowd:
    """Non-blocking clients, each PER_ADDRESS from another address of 127.0.0.0/8."""

    def __init__(self):
        self.members = {}
        self.hang_ups = select.epoll()

    def join(self, port, kind, receive_buffer=None):
        client = socket.socket()
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.bind(("127.0.1.%d" % (1 + len(self.members) // PER_ADDRESS), 0))
        client.settimeout(10)
        client.connect(("127.0.0.1", port))
        client.setblocking(False)
        member = self.members[client.fileno()] = Member(client, kind)
        self.hang_ups.register(client, select.EPOLLRDHUP)
        return member

    def look(self):
        """Notes who was hung up on since the last look."""
        for fd, _ in self.hang_ups.poll(0, 10000):
            self.hang_ups.unregister(fd)
            self.members[fd].closed = time.monotonic() - self.members[fd].began

    def open(self, *kinds):
        """Those who are still connected, of some kinds or of all."""
        return [member for member in self.members.values()
                if member.closed is None and (not kinds or member.kind in kinds)]

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.hang_ups.close()
        for member in self.members.values():
            member.socket.close()
