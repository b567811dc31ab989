"""How does a test get a fresh demo, as `make demo` starts it: a process of its own, with data of its own?"""

import contextlib
import os
import signal
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import servers

START_TIMEOUT = 120  # seconds; it migrates and fills a database first, which takes ten on a machine at rest
NOT_THE_DEMOS = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL")


@dataclass(frozen=True)
class Demo:
    """A running demo: where it answers, and the environment in which its commands find its data."""

    port: int
    environ: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def running_demo(place: Path) -> Iterator[Demo]:
    """A demo below `place` that nobody has used yet."""
    port, log = servers.free_port(), place / "demo.log"
    environ = {name: value for name, value in os.environ.items() if name not in NOT_THE_DEMOS}
    environ |= {"COUNTERSIGN_MODE": "demo", "COUNTERSIGN_VAR": str(place / "var"), "PORT": str(port)}
    command = [sys.executable, "manage.py", "demo"]
    with servers.child(command, log=log, stop=signal.SIGTERM, env=environ, as_nobody=False) as process:
        end = time.monotonic() + START_TIMEOUT
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/ready"):
                break
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the demo did not start:\n{log.read_text()[-4000:]}")
            time.sleep(0.1)
        yield Demo(port, environ)
