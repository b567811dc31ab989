"""What do the fuzz tests share? One seeded world, rolled back at the end."""

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction

from tests.fuzz.world import build


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker, _world):
    """The seeded demo with everybody's tokens. What an example does is taken back, so each finds it whole."""
    # The handler would close a connection that is in a transaction, and with it the world.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock():
        _world.close()  # the cast of the tests before has no place beside the demo
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
