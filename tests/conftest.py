"""What may every test ask for?"""

import os

# Playwright's synchronous interface runs an event loop in the test's thread, in which Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# A test speaks of what it set up: nothing of the shell's own mail or sites.
os.environ["COUNTERSIGN_MODE"] = "test"
os.environ.pop("EMAIL_URL", None)

import pytest
from django.conf import settings
from django.core.cache import cache

from tests import servers
from tests.cast import make_cast
from tests.worker import WorkerProcess
from tests.world import Kept, World, scene_of

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
def django_db_modify_db_settings(django_db_modify_db_settings):
    """A run of several processes migrates once (`tests/run.py`): PostgreSQL copies what is ready."""
    if template := os.environ.get("COUNTERSIGN_TEST_TEMPLATE"):
        settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = template


@pytest.fixture(scope="session")
def _world():
    return World()


def _is_transactional(request) -> bool:
    marker = request.node.get_closest_marker("django_db")
    named = {"transactional_db", "live_server"} & set(request.fixturenames)
    return bool(named or (marker and marker.kwargs.get("transaction")))


@pytest.fixture
def _ground(request, django_db_setup, django_db_blocker, _world):
    """What is there before the test's own transaction begins: the cast for who asks for it, else nothing."""
    with django_db_blocker.unblock():
        if _is_transactional(request):
            _world.close()
            yield
            return
        with Kept():
            if "cast" in request.fixturenames:
                _world.open(scene_of(request))
            else:
                _world.close()
            yield


@pytest.fixture
def _django_db_helper(_ground, _django_db_helper):
    """pytest-django's own, on that ground."""


@pytest.fixture
def cast(db, _world):
    """Everybody, in a database of their own: see tests/cast.py."""
    return _world.cast() or make_cast()


@pytest.fixture(scope="module")
def browser(_world, django_db_blocker):
    """A Chromium for the tests of one file; ask for `page` to have a window of your own."""
    from playwright.sync_api import sync_playwright

    # Playwright's event loop gives this thread another connection, which knows nothing of the cast's transaction.
    with django_db_blocker.unblock():
        _world.close()
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
