"""How does a test work with a real Celery worker in another process?"""

import contextlib
import email
import email.policy
import os
import signal
import sys
import time
import uuid
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from redis import Redis

from config.celery import app
from tests import servers


class WorkerProcess:
    """A `celery worker` child. It writes its mails into files, which `mails()` reads."""

    def __init__(self, redis_url: str, folder: Path):
        self.redis_url = redis_url
        self.folder = folder
        # Several runs may share a Redis; a queue's name is its own.
        self.prefix = f"countersign-test-{uuid.uuid4().hex[:12]}:"
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        mails = self.folder / "mails"
        mails.mkdir()
        environment = os.environ | {
            "COUNTERSIGN_MODE": "test",
            "DATABASE_URL": test_database_url(),
            "REDIS_URL": self.redis_url,
            "REDIS_PREFIX": self.prefix,
            "EMAIL_URL": f"filemail://{mails}",
            "LOG_LEVEL": "INFO",
        }
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--loglevel", "INFO"]
        command += ["--without-gossip", "--without-mingle", "--hostname", f"test-{uuid.uuid4().hex[:8]}@localhost"]
        self._stack.callback(self._sweep_queue)
        self._stack.enter_context(publishing_to(self.redis_url, self.prefix))
        self.process = self._stack.enter_context(
            servers.child(
                command, log=self.folder / "worker.log", stop=signal.SIGTERM, env=environment, as_nobody=False
            )
        )
        return self

    def __exit__(self, *failure):
        self._stack.close()

    def wait_until(self, holds, *, seconds: float = 30):
        """Ask `holds()` until it says something true, and return that; fail with the worker's log."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if answer := holds():
                return answer
            if self.process.poll() is not None:
                raise AssertionError(f"the worker ended:\n{self.log()}")
            time.sleep(0.05)
        raise AssertionError(f"nothing after {seconds} seconds; the worker says:\n{self.log()}")

    def mails(self) -> list[EmailMessage]:
        """What the worker has sent so far, oldest first."""
        found = sorted((self.folder / "mails").glob("*.log"), key=lambda path: path.stat().st_mtime)
        return [
            email.message_from_string(text.lstrip("\n"), policy=email.policy.default)
            for path in found
            for text in path.read_text().split(f"{'-' * 79}\n")
            if text.strip()
        ]

    def log(self) -> str:
        return (self.folder / "worker.log").read_text()[-4000:]

    def _sweep_queue(self):
        client = Redis.from_url(self.redis_url)
        for key in client.scan_iter(f"{self.prefix}*"):
            client.delete(key)
        client.close()


def test_database_url() -> str:
    """The address of the database that this very test uses."""
    known = connection.settings_dict
    secret = f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else ""
    return f"postgres://{quote(known['USER'])}{secret}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


test_database_url.__test__ = False  # its name begins like a test's


@contextlib.contextmanager
def publishing_to(redis_url: str, prefix: str):
    """What is asked of workers meanwhile goes to this broker, with the patience that production has."""
    before = {name: app.conf[name] for name in ("broker_url", "broker_transport_options")}
    app.conf.broker_url = redis_url
    app.conf.broker_transport_options = {**settings.REDIS_TRANSPORT_OPTIONS, "global_keyprefix": prefix}
    app._after_fork()  # forget the connections to the former broker
    try:
        yield
    finally:
        app.conf.update(before)
        app._after_fork()
