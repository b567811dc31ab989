"""Where does the cast of a test come from? It is written once a process, and every test undoes only what it did itself.

The cast stands in a transaction of its own, in which the transactions of the tests are savepoints. A test that asks for
no cast finds an empty database, and one that needs real transactions writes the cast for itself.
"""

import pickle

from django.db import connection, transaction

from tests.cast import Cast, make_cast


class World:
    """The transaction that holds the cast of this process; `cast` is a copy for one test, None while there is none."""

    def __init__(self):
        self._held: transaction.Atomic | None = None
        self._written = b""

    def open(self) -> None:
        """Have the cast in the database. Some fifteen queries the first time, then none."""
        if self._held is None:
            self._held = transaction.atomic()
            # As those of Django's own test case: services that must be outermost take it for the ground.
            self._held._from_testcase = True
            self._held.__enter__()
            self._written = pickle.dumps(make_cast())

    def close(self) -> None:
        """Have an empty database."""
        if self._held is not None:
            transaction.set_rollback(True)
            self._held.__exit__(None, None, None)
            self._held = None

    @property
    def cast(self) -> Cast | None:
        return pickle.loads(self._written) if self._held else None  # noqa: S301  # written by us, a moment ago


class Kept:
    """Keeps the connection open when a test case of Django ends: PostgreSQL would start a process for the next."""

    def __enter__(self):
        connection.close = lambda: None

    def __exit__(self, *args):
        del connection.close
