"""What may every test ask for?"""

import os

# Playwright's synchronous interface runs an event loop in the test's thread, in which Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# A test speaks of what it set up: nothing of the shell's own mail or sites.
os.environ["COUNTERSIGN_MODE"] = "test"
os.environ.pop("EMAIL_URL", None)

import pytest
from django.core.cache import cache

from tests import servers
from tests.worker import WorkerProcess

pytest_plugins = ["tests.plugin"]

CHROMIUM_FLAGS = [
    "--no-sandbox",  # the sandbox needs rights that a container does not give; only our own pages are opened
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(autouse=True)
def _fresh_cache():
    """The cache is memory of this process; one test's throttle must not refuse the next test's request."""
    cache.clear()


@pytest.fixture(scope="session")
def browser():
    """A Chromium for the whole run; ask for `page` to have a window of your own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=servers.chromium(), args=CHROMIUM_FLAGS)
        yield started
        started.close()


@pytest.fixture
def new_page(browser, live_server):
    """Opens a window with cookies of its own, so that a scene can have several people: new_page(width=390)."""
    contexts = []

    def open_page(*, width: int = 1280, height: int = 900, javascript: bool = True):
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page):
    """A window as wide as a desk's; its addresses are relative to the server of this test."""
    return new_page()


@pytest.fixture(scope="session")
def redis_server():
    """A real Redis or Valkey: the one of REDIS_URL, or one for this run."""
    with servers.redis() as server:
        yield server


@pytest.fixture
def celery_worker_process(transactional_db, redis_server, tmp_path):
    """A real `celery worker` on the test's database and a real broker. Tasks published by the test reach it."""
    with WorkerProcess(redis_server.url, tmp_path) as worker:
        yield worker
