"""Where does the cast of a test come from? It is written once a process, and every test undoes only what it did itself.

The cast stands in a transaction of its own, in which the transactions of the tests are savepoints. A test that asks for
no cast finds an empty database, and one that needs real transactions writes the cast for itself. What many tests in a
row begin with is a `scene` on top of the cast, in a transaction between the two.
"""

import pickle
from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from django.db import connection, transaction

from tests.cast import Cast, make_cast

Build = Callable[[Cast], Any]


def scene(build: Build):
    """Makes of `build(cast)` a fixture that is written once for all tests in a row that ask for it.

    What it gives, and the cast that the test gets with it, are copies of what was there when it was built. Where
    a test asks for two, the second is built for that test alone.
    """

    @wraps(build, assigned=("__doc__", "__module__", "__name__", "__qualname__"), updated=())
    def shared(cast, _world):
        return _world.built if _world.stands_on(build) else build(cast)

    del shared.__wrapped__  # pytest would take its arguments for those of the fixture
    shared.scene = build
    return pytest.fixture(shared)


def scene_of(request) -> Build | None:
    """The first scene that a test asks for."""
    fixtures = request.node._fixtureinfo.name2fixturedefs
    asked = (fixtures[name][-1].func for name in request.fixturenames if name in fixtures)
    return next((function.scene for function in asked if hasattr(function, "scene")), None)


class World:
    """The transactions that hold the cast of this process and the scene that was last asked for.

    `built` is what the scene gave, for the test that has the copy of the cast.
    """

    def __init__(self):
        self._cast = Held()
        self._scene = Held()
        self._build: Build | None = None
        self.built: Any = None

    def open(self, build: Build | None = None) -> None:
        """Have the cast in the database, and this scene. No query where the test before had the same."""
        self.built = None
        if not self._cast.written:
            self._cast.enter()
            self._cast.written = pickle.dumps((make_cast(), None))
        if self._build is not build:
            self._scene.leave()
            self._build = build
            if build is not None:
                self._scene.enter()
                cast, _ = self._cast.copy()
                self._scene.written = pickle.dumps((cast, build(cast)))

    def close(self) -> None:
        """Have an empty database."""
        self._scene.leave()
        self._cast.leave()
        self._build = self.built = None

    def stands_on(self, build: Build) -> bool:
        """Whether the scene is there; `built` is its copy then."""
        return bool(self._scene.written) and self._build is build

    def cast(self) -> Cast | None:
        """A copy for one test; None while nobody is there."""
        held = self._scene if self._scene.written else self._cast
        if not held.written:
            return None
        cast, self.built = held.copy()
        return cast


class Held:
    """A transaction that stays open from test to test, and what was written in it."""

    def __init__(self):
        self._atomic: transaction.Atomic | None = None
        self.written = b""

    def enter(self) -> None:
        self._atomic = transaction.atomic()
        # As those of Django's own test case: services that must be outermost take it for the ground.
        self._atomic._from_testcase = True
        self._atomic.__enter__()

    def leave(self) -> None:
        if self._atomic is not None:
            transaction.set_rollback(True)
            self._atomic.__exit__(None, None, None)
        self._atomic, self.written = None, b""

    def copy(self) -> tuple[Cast, Any]:
        return pickle.loads(self.written)  # noqa: S301  # written by us, a moment ago


class Kept:
    """Keeps the connection open when a test case of Django ends: PostgreSQL would start a process for the next."""

    def __enter__(self):
        connection.close = lambda: None

    def __exit__(self, *args):
        del connection.close
