"""Directus on PostgreSQL, started for a measurement: both are this program's own, on free ports, and gone after it.

Directus comes from npm as ``bench/directus/package.json`` pins it, into the data folder; PostgreSQL from the system
(Debian: ``apt-get install postgresql``). Its schema cache is frozen (``CACHE_SCHEMA_FREEZE_ENABLED``), without which it
copies its schema for every request.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import urllib3

from bench.folder import ROOT
from local.dynamodb.server import free_port

SOURCES = ROOT / "bench" / "directus"
TOKEN = "bench"
_USER = "bench"
_PATIENCE = 300
_NODE = 22
_HINT = "Debian: apt-get install postgresql"


class CannotRun(Exception):
    """Something that the measurement needs is not there. The message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directus:
    """``url`` is that of its API; ``processes`` are its server, and PostgreSQL's first process."""

    url: str
    server: int
    postgres: int
    database_port: int


@contextmanager
def directus(folder: Path) -> Iterator[Directus]:
    """Directus without collections, for as long as the block. Raises CannotRun."""
    if not Path("/proc/self/stat").is_file():
        raise CannotRun("CPU times of processes are read from /proc, which this system has not")
    folder.mkdir(parents=True, exist_ok=True)
    modules = _installed(folder)
    node = _node(modules)
    with _postgres() as (port, postgres):
        url_port = free_port()
        environment = _environment(folder, port, url_port)
        cli = str(modules / "directus" / "cli.js")
        _run([node, "--no-node-snapshot", cli, "bootstrap"], environment, folder)
        log = (folder / "directus.log").open("ab")
        server = subprocess.Popen(
            [node, "--no-node-snapshot", cli, "start"],
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        url = f"http://127.0.0.1:{url_port}"
        try:
            _await(url, server)
            yield Directus(url=url, server=server.pid, postgres=postgres, database_port=port)
        finally:
            server.terminate()
            server.wait(30)
            log.close()


def _environment(folder: Path, database: int, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "DB_CLIENT": "pg",
        "DB_HOST": "127.0.0.1",
        "DB_PORT": str(database),
        "DB_DATABASE": "directus",
        "DB_USER": _USER,
        "DB_PASSWORD": _USER,
        "SECRET": "of a server that lives for one measurement",
        "ADMIN_EMAIL": "bench@example.com",
        "ADMIN_PASSWORD": "of-one-measurement",
        "ADMIN_TOKEN": TOKEN,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "NODE_ENV": "production",
        "CACHE_SCHEMA_FREEZE_ENABLED": "true",
        "TELEMETRY": "false",
        "LOG_LEVEL": "warn",
        "RATE_LIMITER_ENABLED": "false",
        "WEBSOCKETS_ENABLED": "false",
        "MAX_PAYLOAD_SIZE": "10mb",
        "EXTENSIONS_PATH": str(folder / "extensions"),
        "STORAGE_LOCAL_ROOT": str(folder / "uploads"),
    }


# ------------------------------------------------------------------------------------------------------------ installed


def _installed(folder: Path) -> Path:
    """The folder of npm's modules, filled if need be."""
    modules = folder / "node_modules"
    if (modules / "directus" / "cli.js").is_file():
        return modules
    if shutil.which("npm") is None:
        raise CannotRun("npm is not there, which installs Directus")
    for source in SOURCES.glob("package*.json"):
        shutil.copy(source, folder)
    _run(["npm", "ci", "--no-audit", "--no-fund"], dict(os.environ), folder)
    return modules


def _node(modules: Path) -> str:
    """A Node.js that Directus runs on: that of npm's package, or of the system."""
    packaged = sorted(modules.glob("node-linux-*/bin/node"))
    for node in [*map(str, packaged), shutil.which("node")]:
        if node is not None and _works(node, modules):
            return node
    raise CannotRun(f"no Node.js loads Directus' modules: it needs version {_NODE}, and a C++ compiler for isolated-vm")


def _works(node: str, modules: Path) -> bool:
    test = "require('isolated-vm')"
    done = subprocess.run([node, "--no-node-snapshot", "-e", test], cwd=modules, capture_output=True)
    return done.returncode == 0


# ------------------------------------------------------------------------------------------------------------- database


@contextmanager
def _postgres() -> Iterator[tuple[int, int]]:
    """The port and first process of a PostgreSQL with an empty database for Directus. Its data are in a temporary
    folder, which another user may enter: the data folder of a stack is its owner's alone.
    """
    temporary = tempfile.TemporaryDirectory(prefix="icosa-bench-", ignore_cleanup_errors=True)
    with temporary as data, _cluster(Path(data)) as running:
        yield running


@contextmanager
def _cluster(data: Path) -> Iterator[tuple[int, int]]:
    programs, port = _programs(), free_port()
    prefix: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        if shutil.which("runuser") is None:
            raise CannotRun("PostgreSQL does not run as root, and runuser is not there to start it as `postgres`")
        shutil.chown(data, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]
    cluster = data / "cluster"
    _run([*prefix, str(programs / "initdb"), "-D", str(cluster), "-U", _USER, "--auth=trust", "-E", "UTF8"], None, data)
    options = f"-p {port} -k {data} -c listen_addresses=127.0.0.1"
    control = [*prefix, str(programs / "pg_ctl"), "-D", str(cluster), "-w", "-l", str(data / "log")]
    _run([*control, "-o", options, "start"], None, data)
    try:
        sql(port, "CREATE DATABASE directus", database="postgres")
        yield port, int((cluster / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    finally:
        _run([*control, "-m", "immediate", "stop"], None, data)


def sql(port: int, statement: str, *, database: str = "directus", rows: bytes | None = None) -> None:
    """Run a statement; ``rows`` is what a COPY FROM STDIN reads."""
    command = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(port), "-U", _USER]
    done = subprocess.run([*command, database, "-c", statement], input=rows, capture_output=True)
    if done.returncode:
        raise CannotRun(f"psql: {done.stderr.decode()[-500:]}")


def _programs() -> Path:
    """The folder of PostgreSQL's programs, which Debian keeps out of the path."""
    if shutil.which("psql") is None:
        raise CannotRun(f"psql is not there ({_HINT})")
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True):
        return found.parent
    initdb = shutil.which("initdb")
    if initdb is None:
        raise CannotRun(f"initdb is not there ({_HINT})")
    return Path(initdb).parent


# ---------------------------------------------------------------------------------------------------------------- small


def _run(command: Sequence[str], environment: Mapping[str, str] | None, folder: Path) -> None:
    with (folder / "install.log").open("ab") as log:
        done = subprocess.run(command, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    if done.returncode:
        raise CannotRun(f"`{' '.join(command[:4])} …` failed; {folder / 'install.log'} says why")


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            if urllib3.request("GET", f"{url}/server/ping", retries=False, timeout=5).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.3)
    raise CannotRun("Directus did not start; directus.log in the folder says why")
