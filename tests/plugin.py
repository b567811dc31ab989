"""What cannot run here, and what did run?

Tests that need something this run does not have are left out with a printed reason, never skipped in silence; and the
counts go into the file that COUNTERSIGN_REPORT names, so that `tests/run.py` can add up several runs.
"""

import gc
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from tests import servers

LEFT_OUT = pytest.StashKey[Counter]()
RAN = pytest.StashKey[Counter]()
MARKS = ("races", "browser", "worker")


def reasons_to_leave_out(config) -> dict[str, str]:
    """Mark -> why no test with it can run now."""
    reasons = {}
    if not on_postgresql():
        reasons["races"] = "SQLite has no row locks to race for; set DATABASE_URL or use `make test`"
        reasons["worker"] = "another process cannot see SQLite's test database in memory; use `make test`"
    if servers.chromium() is None:
        reasons["browser"] = "no Chromium on the PATH"
    return reasons


def on_postgresql() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith(("postgres", "psql", "pgsql"))


def pytest_configure(config):
    config.stash[LEFT_OUT] = Counter()
    config.stash[RAN] = Counter()


def pytest_collection_modifyitems(config, items):
    reasons = reasons_to_leave_out(config)
    kept, gone = [], []
    for item in items:
        mark = next((mark for mark in reasons if item.get_closest_marker(mark)), None)
        if mark:
            config.stash[LEFT_OUT][mark] += 1
            gone.append(item)
        else:
            kept.append(item)
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = kept


def pytest_collection_finish():
    # Ten thousand tests and all modules stay to the end: looking through them again and again finds nothing.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(session.config.stash[LEFT_OUT])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    # Every process of xdist collects everything, so they all left out the same: the first one's figures are enough.
    if not node.config.stash[LEFT_OUT]:
        node.config.stash[LEFT_OUT].update(getattr(node, "workeroutput", {}).get("left_out", {}))


class Counting:
    """Counts where the reports arrive: in the one process that talks to the terminal."""

    def __init__(self, config):
        self.ran = config.stash[RAN]

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.ran["failed"] += 1
        elif report.skipped:
            self.ran["xfailed" if hasattr(report, "wasxfail") else "skipped"] += 1
        elif report.when == "call":
            self.ran["passed"] += 1
            for mark in MARKS:
                if mark in report.keywords:
                    self.ran[mark] += 1

    def pytest_collectreport(self, report):
        if report.failed:
            self.ran["failed"] += 1


def pytest_sessionstart(session):
    if not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(Counting(session.config), "countersign-counting")


def pytest_terminal_summary(terminalreporter, config):
    for mark, count in config.stash[LEFT_OUT].items():
        terminalreporter.line(f"left out: {count} {mark} - {reasons_to_leave_out(config)[mark]}")
    if place := os.environ.get("COUNTERSIGN_REPORT"):
        Path(place).write_text(json.dumps(config.stash[RAN]))
