"""How does it run in production? PostgreSQL, Redis, web, worker and schedule as processes, on this machine.

`make engine` calls this. With DATABASE_URL and REDIS_URL it uses yours and leaves your data as they are; without, it
starts both for as long as it runs, fills the database with the demo's cast, and forgets everything at the end.
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
# For an empty database of its own; a given one is never filled with invented people.
SEED_WHEN_EMPTY = (
    "from companies.models import Tenant; from django.core.management import call_command;"
    "Tenant.objects.exists() or call_command('seed_demo'); call_command('seed_demo', logins=True)"
)


def main() -> int:
    started = time.monotonic()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, interrupted)
    try:
        with contextlib.ExitStack() as stack:
            place = Path(tempfile.mkdtemp(prefix="countersign-engine-"))
            stack.callback(shutil.rmtree, place, ignore_errors=True)
            database = stack.enter_context(servers.postgres(durable=True))
            broker = stack.enter_context(servers.redis())
            print(f"{database.name}, {broker.name}", flush=True)
            port = os.environ.get("PORT") or servers.free_port()
            environ = environment(place, database.url, broker.url, port)
            manage("migrate", "--verbosity", "0", environ=environ)
            manage("collectstatic", "--noinput", "--verbosity", "0", environ=environ)
            if "DATABASE_URL" not in os.environ:
                manage("shell", "--verbosity", "0", "-c", SEED_WHEN_EMPTY, environ=environ)
            children = [
                stack.enter_context(servers.child(command, log=None, stop=signal.SIGTERM, env=environ, as_nobody=False))
                for command in programs(place, port)
            ]
            wait_for_first_answer(port)
            print(f"\nCountersign answers at http://127.0.0.1:{port}")
            print(f"Ready after {time.monotonic() - started:.1f} s. Ctrl-C stops everything.", flush=True)
            return watch(children)
    except KeyboardInterrupt:
        print("\nStopped.")
        return 0
    except (servers.Unavailable, subprocess.CalledProcessError) as failure:
        print(failure, file=sys.stderr)
        return 1


def environment(place: Path, database_url: str, redis_url: str, port) -> dict[str, str]:
    """Production's settings; what is not given holds for this run only. TLS ends elsewhere, and here nowhere."""
    mails = place / "mails"
    mails.mkdir()
    default = {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "HISTORY_KEYS": f"engine:{secrets.token_urlsafe(40)}",
        "WEBHOOK_KEYS": f"engine:{secrets.token_urlsafe(40)}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "HTTPS": "False",
        "EMAIL_URL": f"filemail://{mails}",
        "STATIC_ROOT": str(place / "static"),
        "LOG_LEVEL": "WARNING",
    }
    fixed = {"COUNTERSIGN_MODE": "production", "DATABASE_URL": database_url, "REDIS_URL": redis_url}
    return default | os.environ | fixed


def programs(place: Path, port) -> list[list]:
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--quiet", "-A", "config"]
    size = str(max(os.cpu_count() or 2, 2))
    return [
        [
            *(*python, "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", size),
            *("--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "warning"),
            *("--keep-alive", "75", "--limit-request-line", "8190"),
        ],
        [*celery, "worker", "--concurrency", size, "--loglevel", "WARNING"],
        [*celery, "beat", "--schedule", place / "schedule", "--loglevel", "WARNING"],
    ]


def manage(*words: str, environ: dict[str, str]) -> None:
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environ, check=True)


def wait_for_first_answer(port) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/ready", timeout=5):
            return
        time.sleep(0.1)
    raise servers.Unavailable(f"the web process does not answer on port {port}; is the port in use?")


def watch(children: list[subprocess.Popen]) -> int:
    """Until somebody stops it, or one of the processes ends, which stops the others."""
    while True:
        for child in children:
            if child.poll() is not None:
                print(f"This ended with {child.returncode}: {' '.join(child.args)}", file=sys.stderr)
                return 1
        time.sleep(0.5)


def interrupted(number, frame):
    # Once is enough: a second Ctrl-C must not break the orderly stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
