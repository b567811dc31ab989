"""How do tests do several things at the same moment? Each in a thread with a database connection of its own.

What a call raises reaches the test: a thread that died quietly would look like one that answered nothing.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection

# Seconds. Only a deadlock takes so long, on however busy a machine.
PATIENCE = 60


def _with_own_connection(call: Callable):
    try:
        connection.ensure_connection()  # connecting takes longer than what the threads contend for
        return call()
    finally:
        connection.close()


def at_once(*calls: Callable) -> list:
    """The answers of all calls, in their order, begun together; what one of them raised is raised here."""
    ready = threading.Barrier(len(calls))

    def begin(call: Callable):
        ready.wait(PATIENCE)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        running = [pool.submit(_with_own_connection, lambda call=call: begin(call)) for call in calls]
        return [each.result(PATIENCE) for each in running]


@contextmanager
def aside(call: Callable):
    """The future of a call that runs beside the block; the block's end waits for it."""
    with ThreadPoolExecutor(1) as pool:
        running: Future = pool.submit(_with_own_connection, call)
        yield running
        running.result(PATIENCE)
