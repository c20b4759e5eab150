"""PostgreSQL and Redis for tests: the servers of TEST_DATABASE_URL and TEST_REDIS_URL, or throwaway ones.

A server that answers is used as a guest: databases are made under random names and dropped, Redis databases are
taken only when they are empty. Where none answers, a server of our own starts in a temporary folder on a free port
and ends with the process. `python -m tests.support.services install` puts the missing programs on the machine.
"""

from __future__ import annotations

import atexit
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
from psycopg import sql

from tests.support.waiting import wait_until

DEFAULT_DATABASE_URL = "postgres://postgres@127.0.0.1:5432"
DEFAULT_REDIS_URL = "redis://127.0.0.1:6379"
LEASE_KEY = "throughline-tests"
LEASE_SECONDS = 3600
DEBIAN_PACKAGES = {"PostgreSQL": "postgresql", "Redis": "redis-server"}


class Unavailable(Exception):
    """No server answers and none can be started here; the message says which, and what to do."""


@lru_cache(maxsize=1)
def postgres_server() -> str:
    """Return the address of a PostgreSQL server on which databases may be made, without a database name."""
    url = os.environ.get("TEST_DATABASE_URL", DEFAULT_DATABASE_URL)
    return url if postgres_answers(url) else start_postgres()


@lru_cache(maxsize=1)
def redis_server() -> str:
    """Return the address of a Redis server, without a database number."""
    url = os.environ.get("TEST_REDIS_URL", DEFAULT_REDIS_URL)
    return url if redis_answers(url) else start_redis()


@contextmanager
def postgres_database() -> Iterator[str]:
    """Make an empty database with a random name, give its address, and drop it with whoever is still connected."""
    server = postgres_server()
    name = f"tl_test_{secrets.token_hex(6)}"
    _administer(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield _at(server, name)
    finally:
        _administer(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def redis_database() -> Iterator[str]:
    """Take a Redis database that is empty, give its address, and empty it again."""
    server = redis_server()
    url = take_redis_database(server)
    try:
        yield url
    finally:
        with redis.Redis.from_url(url) as client:
            client.flushdb()


@contextmanager
def own_redis() -> Iterator[RedisServer]:
    """Start a Redis server, give it, and end it."""
    server = RedisServer()
    try:
        yield server
    finally:
        server.kill()


def take_redis_database(server: str) -> str:
    """Lease the last empty database of the server and return its address; raise Unavailable if all are in use."""
    for number in range(15, -1, -1):
        url = _at(server, str(number))
        with redis.Redis.from_url(url) as client:
            if client.dbsize() == 0 and client.set(LEASE_KEY, os.getpid(), nx=True, ex=LEASE_SECONDS):
                return url
    raise Unavailable(
        f"every database of {server} holds something; point TEST_REDIS_URL at a server for tests"
    )


def postgres_answers(url: str) -> bool:
    """Tell if a server answers there and lets us in."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def redis_answers(url: str) -> bool:
    """Tell if a server answers there and lets us in."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def start_postgres() -> str:
    """Start a PostgreSQL server of our own, stopped at exit, and return its address; raise Unavailable."""
    programs = postgres_programs()
    if programs is None:
        raise Unavailable(_missing("PostgreSQL", "TEST_DATABASE_URL"))
    account = _unprivileged()  # PostgreSQL refuses to run as root
    folder = _folder("tl-postgres-", account)
    port = free_port()
    options = (
        f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c full_page_writes=off -c max_connections=300"
    )
    control = [str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    _run([str(programs / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "-E", "UTF8",
          "--no-locale", "--no-sync"], folder, account)  # fmt: skip
    _run([*control, "-l", str(folder / "log"), "-o", options, "start"], folder, account)
    atexit.register(_run, [*control, "-m", "immediate", "stop"], folder, account)
    return f"postgres://postgres@127.0.0.1:{port}"


def start_redis() -> str:
    """Start a Redis server of our own, stopped at exit, and return its address; raise Unavailable."""
    return RedisServer().url


class RedisServer:
    """A Redis server that belongs to one test, which may flush, kill and restart it as it likes."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise Unavailable(_missing("Redis", "TEST_REDIS_URL"))
        self._program = program
        self._folder = _folder("tl-redis-", None)
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.kill)
        self.start()

    @property
    def url(self) -> str:
        """The address, without a database number."""
        return f"redis://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start the server, empty, on the port it always has, and wait until it answers."""
        self._process = subprocess.Popen(
            [
                self._program,
                "--port",
                str(self._port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                str(self._folder),
            ],
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the tests, which stop the server themselves
        )
        wait_until(lambda: redis_answers(self.url), what=f"Redis on port {self._port}")

    def kill(self) -> None:
        """End the server at once; what it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def postgres_programs() -> Path | None:
    """Return the folder of initdb and pg_ctl, the newest version first; None where there is none."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    found = [path for path in reversed(installed) if (path / "initdb").exists()]
    return found[0] if found else Path(on_path).parent if on_path else None


def install() -> str:
    """Install what is missing by apt, where this process may; return one line that says what it could not."""
    missing = []
    if (
        not postgres_answers(os.environ.get("TEST_DATABASE_URL", DEFAULT_DATABASE_URL))
        and not postgres_programs()
    ):
        missing.append("PostgreSQL")
    if not redis_answers(os.environ.get("TEST_REDIS_URL", DEFAULT_REDIS_URL)) and not shutil.which(
        "redis-server"
    ):
        missing.append("Redis")
    if not missing:
        return ""
    packages = [DEBIAN_PACKAGES[name] for name in missing]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return f"No {' and no '.join(missing)} here: their tests are skipped. Install {' '.join(packages)} to run them."
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", *command], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"apt-get {command[0]} failed: {done.stderr.strip().splitlines()[-1:]}"
    return ""


def _administer(server: str, statement: sql.Composed) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def _at(server: str, name: str) -> str:
    parts = urlsplit(server)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", "", ""))


def _missing(name: str, variable: str) -> str:
    return (
        f"no {name} answers and none is installed: apt-get install {DEBIAN_PACKAGES[name]}, or set {variable}"
    )


def _unprivileged() -> pwd.struct_passwd | None:
    """Return the account to step down to, or None where this process is no root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _folder(prefix: str, account: pwd.struct_passwd | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _run(command: list[str], folder: Path, account: pwd.struct_passwd | None) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        start_new_session=True,  # Ctrl-C is for the tests, which stop the server themselves
    )
    if done.returncode:
        raise Unavailable(f"{Path(command[0]).name} failed: {done.stderr.strip() or 'see its log'}")


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit("usage: python -m tests.support.services install")
    said = install()
    sys.stdout.write(f"{said}\n" if said else "")
