"""Does everything hold? The whole suite on PostgreSQL, a real worker on Redis, and what may differ on SQLite.

`make test` calls this. More words on the command line go to pytest: `make test ARGS='-k approve'`.
"""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
# What differs between databases when it differs: locking, constraints, lists that search and sort, every request of the
# API, every page of the administration.
SQLITE_PART = (
    *("services", "stories", "fuzz", "admin/test_every_page.py"),
    *("control_panel/test_order_lists.py", "control_panel/test_quotes_lists.py", "control_panel/test_review_queue.py"),
    *("control_panel/test_subscriptions.py", "dashboard/test_approval_lists.py", "dashboard/test_orders.py"),
    *("dashboard/test_quotes.py", "dashboard/test_shop.py", "dashboard/test_subscriptions.py"),
)
NOTHING_COLLECTED = 5  # pytest's exit code


class Runs:
    """The parts of this run, what each of them counted, and what went wrong apart from tests."""

    def __init__(self, arguments: list[str]):
        self.arguments = arguments
        self.total = Counter()
        self.lines: list[str] = []
        self.broken: list[str] = []

    def pytest(self, title: str, *words: str, environ: Mapping[str, str]) -> Counter:
        print(f"\n=== {title}", flush=True)
        started = time.monotonic()
        with tempfile.NamedTemporaryFile(suffix=".json") as report:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", *words, *self.arguments],
                cwd=ROOT,
                env={**environ, "COUNTERSIGN_REPORT": report.name, "COUNTERSIGN_MODE": "test"},
                check=False,
            )
            text = Path(report.name).read_text()
        counts = Counter(json.loads(text)) if text else Counter()
        if done.returncode not in (0, 1, NOTHING_COLLECTED) or not text:
            self.broken.append(f"{title}: pytest ended with {done.returncode}")
        elif done.returncode == 1 and not counts["failed"]:
            counts["failed"] = 1
        self.total += counts
        self.lines.append(f"{title}: {summary(counts)} in {time.monotonic() - started:.0f} s")
        return counts

    def chosen_or(self, paths: list[str]) -> list[str]:
        """These paths, unless the command line names paths itself, which pytest is given in any case."""
        return [] if any((ROOT / word.split("::")[0]).exists() for word in self.arguments) else paths


def files_with(text: str) -> list[str]:
    """The files of tests in which this stands: to collect all others for a few tests takes longer than the tests."""
    return sorted(
        str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py") if text in path.read_text()
    )


def summary(counts: Counter) -> str:
    """`N passed, N failed`, and `, N skipped` when there are any."""
    text = f"{counts['passed']} passed, {counts['failed']} failed"
    if counts["skipped"] or counts["xfailed"]:
        text += f", {counts['skipped'] + counts['xfailed']} skipped"
    return text


def main(arguments: list[str]) -> int:
    runs = Runs(arguments)
    bare = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    parallel = ["-n", str(min(max(os.cpu_count() or 2, 2), 8)), "--dist", "worksteal"]
    ran = Counter()

    try:
        with servers.postgres() as database, migrated(database.url, bare) as template:
            on_postgres = bare | {"DATABASE_URL": database.url, "COUNTERSIGN_TEST_TEMPLATE": template}
            ran += runs.pytest(f"whole suite on {database.name}", "-m", "not worker", *parallel, environ=on_postgres)
            try:
                with servers.redis() as broker:
                    ran += runs.pytest(
                        f"Celery worker process on {broker.name}",
                        *("-m", "worker", *parallel, *runs.chosen_or(files_with("mark.worker"))),
                        environ=on_postgres | {"REDIS_URL": broker.url},
                    )
            except servers.Unavailable as unavailable:
                runs.lines.append(f"Redis: not run, {unavailable}")
    except servers.Unavailable as unavailable:
        runs.lines.append(f"PostgreSQL: not run, {unavailable}")

    # The long walks through all moves ask about rules, which are the same.
    folders = runs.chosen_or(
        [*(str(Path("tests", name)) for name in SQLITE_PART), "--ignore-glob=*_walk.py", "--nomigrations"]
    )
    # Their migrations are tried on SQLite, too, by the demo that a story starts.
    words = ("-m", "not browser", *parallel, *folders)
    runs.pytest("services, lists and operations of the API on SQLite", *words, environ=bare)

    if servers.chromium() is None:
        runs.lines.append("browser: not run, no Chromium")
    else:
        runs.lines.append(f"browser: {ran['browser']} passed")
    runs.lines.append(f"races on PostgreSQL: {ran['races']} passed")
    if not arguments:  # a chosen part need not contain everything
        runs.broken += missing(ran, os.environ)

    print("\n" + "\n".join(runs.lines))
    for reason in runs.broken:
        print(f"FAILED: {reason}")
    runs.total["failed"] += len(runs.broken)
    if not runs.total["passed"] and not runs.total["failed"]:
        print("FAILED: no test ran")
        runs.total["failed"] = 1
    print(summary(runs.total), flush=True)
    return 1 if runs.total["failed"] else 0


@contextlib.contextmanager
def migrated(url: str, environ: Mapping[str, str]) -> Iterator[str]:
    """The name of a database with all migrations, of which every process of the tests takes a copy."""
    name = f"countersign_{secrets.token_hex(4)}"
    url_of_it = urlsplit(url)._replace(path=f"/{name}").geturl()
    create, drop = (sql.SQL(word + " DATABASE {}").format(sql.Identifier(name)) for word in ("CREATE", "DROP"))
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(create)
    try:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env={**environ, "DATABASE_URL": url_of_it, "COUNTERSIGN_MODE": "test"},
            check=True,
        )
        yield name
    finally:
        with psycopg.connect(url, autocommit=True) as session:
            session.execute(drop)


def missing(ran: Counter, environ: Mapping[str, str]) -> list[str]:
    """What the environment requires (REQUIRE_...=1) and did not run."""
    required = {
        "REQUIRE_BROWSER": ("browser", "no browser test passed"),
        "REQUIRE_POSTGRES": ("races", "no race on PostgreSQL passed"),
        "REQUIRE_REDIS": ("worker", "no test with a Celery worker on Redis passed"),
    }
    return [
        f"{variable}=1, but {text}"
        for variable, (mark, text) in required.items()
        if environ.get(variable) == "1" and not ran[mark]
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
