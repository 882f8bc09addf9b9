"""Fixtures: a daemon for each test that asks for one."""

import os
import sys

import pytest

from command import TOP
from daemon import Daemon

sys.path.insert(0, os.path.join(TOP, "tests", "tools"))
from postgres import Postgres  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "shipped: reads all shipped rules, which takes seconds; left out under sanitizers, where "
        "`make test-rules` tries all of them")
    config.addinivalue_line(
        "markers", "plain: of the page in a browser, of a server or of much time; left out under sanitizers, where "
        "other tests ask the same code")


# Modules whose tests are marked `plain`.
PLAIN = {"test_console_page", "test_console_queue", "test_console_queue_looks", "test_queue_postgres", "test_webhooks",
         "test_cli_replay"}


def pytest_collection_modifyitems(items):
    """pytest puts a test's name into the environment, and no program starts with a larger one."""
    for item in items:
        if item.module.__name__.rsplit(".", 1)[-1] in PLAIN or "[postgres" in item.name or "-postgres" in item.name:
            item.add_marker("plain")
        assert len(item.nodeid) < 8000, "give it an id: %s..." % item.nodeid[:100]


@pytest.fixture
def make_daemon(tmp_path):
    """Makes and starts daemons; ends them after the test, which they must survive in good order."""
    made = []

    def make(**options):
        folder = tmp_path / ("filterd-%d" % len(made))
        folder.mkdir()
        daemon = Daemon(folder, **options)
        made.append(daemon)
        return daemon.start()

    yield make
    failures = []
    for daemon in made:
        try:
            daemon.stop()
        except AssertionError as failure:
            failures.append(failure)
    assert not failures, failures


@pytest.fixture
def daemon(make_daemon):
    return make_daemon()


# --- the queue's database, on both engines ---


@pytest.fixture(scope="session")
def postgres_server():
    with Postgres() as running:
        running.count = 0
        yield running


def new_store(request):
    """A database for a daemon, of the engine that the test is about: the value of the key `store`."""
    if request.param == "sqlite":
        return "var/queue.db"
    server = request.getfixturevalue("postgres_server")
    server.count += 1
    name = "own_%d" % server.count
    server.sql("CREATE DATABASE " + name)
    return server.uri_of(name)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request):
    return new_store(request)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shared_store(request):
    return new_store(request)
