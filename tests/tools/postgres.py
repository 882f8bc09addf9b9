"""A PostgreSQL server for tests: made in a temporary folder, on a Unix socket there, removed after.

    tests/tools/postgres.py COMMAND...     runs it with FILTERD_POSTGRES, the server's address, set

It syncs its data as a real one does, for filterd refuses a server that does not; in memory, where
there is room for it. It refuses to run as root and is then somebody else.
"""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SECONDS = 30  # any single wait; never reached when things work

SETTINGS = {
    "listen_addresses": "", "max_connections": "60", "shared_buffers": "32MB", "fsync": "on",
    "synchronous_commit": "on", "autovacuum": "off", "log_min_messages": "warning",
    "port": "5432", "max_wal_size": "64MB", "min_wal_size": "8MB",
}


def folder_of_programs():
    """Where Debian keeps the newest server's programs, or None."""
    found = [os.path.dirname(p) for p in glob.glob("/usr/lib/postgresql/*/bin/initdb")]
    found.sort(key=lambda p: int(p.split("/")[4]) if p.split("/")[4].isdigit() else 0)
    if found:
        return found[-1]
    other = shutil.which("initdb")
    return os.path.dirname(os.path.realpath(other)) if other else None


def roomy_folder():
    """Where syncing costs nothing, if that is possible; None: the usual place."""
    try:
        room = os.statvfs("/dev/shm")
    except OSError:
        return None
    return "/dev/shm" if room.f_bavail * room.f_frsize > 512 << 20 and os.access("/dev/shm", os.W_OK) else None


def as_somebody(command):
    """The command, to be run by nobody when root runs the tests, and ended when they end."""
    somebody = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        somebody += ["--reuid", str(nobody.pw_uid), "--regid", str(nobody.pw_gid), "--clear-groups"]
    return somebody + command


class Postgres:
    """A server; use as a context. Its address is `uri`, or uri_of() of another database."""

    def __init__(self, **settings):
        self.programs = folder_of_programs()
        assert self.programs, "PostgreSQL's programs are not here: apt-get install postgresql"
        self.settings = dict(SETTINGS, **settings)
        self.port = self.settings["port"]
        self.folder = tempfile.mkdtemp(prefix="filterd-pg-", dir=roomy_folder())
        self.data = os.path.join(self.folder, "data")
        self.log_file = os.path.join(self.folder, "log")
        self.child = None
        os.mkdir(self.data)
        os.chmod(self.folder, 0o777)
        if os.geteuid() == 0:
            os.chown(self.data, pwd.getpwnam("nobody").pw_uid, -1)
        self.call("initdb", "-D", self.data, "-N", "-U", "filterd", "-A", "trust", "-E", "UTF8",
                  "--locale", "C.UTF-8", "--no-instructions", "--wal-segsize", "4")

    def call(self, program, *arguments):
        command = as_somebody([os.path.join(self.programs, program), *arguments])
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=SECONDS, cwd=self.folder)
        assert done.returncode == 0, done.stdout.decode(errors="replace")
        return done.stdout.decode()

    def uri_of(self, database="postgres", **options):
        more = "".join("&%s=%s" % item for item in dict(options, port=self.port).items())
        return "postgresql://filterd@/%s?host=%s%s" % (database, self.folder, more)

    @property
    def uri(self):
        return self.uri_of()

    def start(self, **settings):
        self.settings.update(settings)
        command = [os.path.join(self.programs, "postgres"), "-D", self.data, "-k", self.folder]
        for item in self.settings.items():
            command += ["-c", "%s=%s" % item]
        with open(self.log_file, "ab") as log:
            self.child = subprocess.Popen(as_somebody(command), stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=log, cwd=self.folder)
        deadline = time.monotonic() + SECONDS
        ready = [os.path.join(self.programs, "pg_isready"), "-q", "-h", self.folder, "-p", self.port]
        while subprocess.run(ready).returncode != 0:
            assert self.child.poll() is None and time.monotonic() < deadline, self.log()
        return self

    def stop(self, number=signal.SIGINT):
        """SIGINT ends what is under way, SIGQUIT leaves everything as it is, as a crash does."""
        if self.child is not None:
            self.child.send_signal(number)
            self.child.wait(timeout=SECONDS)
        self.child = None

    def remove(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)

    def log(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as text:
            return text.read()

    def sql(self, text, database="postgres"):
        """What psql gives for it: a list of rows, each a list of texts."""
        command = [os.path.join(self.programs, "psql"), "-X", "-q", "-A", "-t", "-F", "\x1f", "-v",
                   "ON_ERROR_STOP=1", "-c", text, self.uri_of(database)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=SECONDS)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return [line.split("\x1f") for line in done.stdout.decode().splitlines()]

    def __enter__(self):
        return self.start()

    def __exit__(self, *unused):
        self.remove()


def main():
    with Postgres() as server:
        return subprocess.run(sys.argv[1:], env=dict(os.environ, FILTERD_POSTGRES=server.uri)).returncode


if __name__ == "__main__":
    sys.exit(main())
