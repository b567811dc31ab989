"""Does every operation answer as the document says, whatever it is sent and whoever calls?

`FUZZ_EXAMPLES=1000` sends so many different requests to each operation, other ones on each run; without it they are few
and always the same.
"""

from random import Random

import pytest
from hypothesis import given

from tests.fuzz.answers import answer_to
from tests.fuzz.bounds import bounded, undone
from tests.fuzz.calls import OPERATIONS, able, by_the_book, calls

pytestmark = [
    pytest.mark.fuzz,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),  # of requests that schemathesis gave up
]
TRIES = 300


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_answers_as_documented(world, name):
    @bounded(10)
    @given(call=calls(name, world))
    def whatever_it_is_sent(call):
        with undone():
            answer_to(*call)

    whatever_it_is_sent()


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_can_succeed(world, name):
    """Else the requests above would only ever have tried how it refuses."""
    operation, chance, refusals = OPERATIONS[name], Random(1), set()  # noqa: S311 - no secret
    callers = able(operation, world)
    for _ in range(TRIES // len(callers)):
        for caller in callers:
            with undone():
                status, body = answer_to(caller, by_the_book(operation, world, caller, chance.choice))
            if status < 300:
                return
            refusals.add(f"{status} to {caller}: {str(body)[:300]}")
    pytest.fail(f"{name} was always refused: has tests/fuzz/world.py ids for it?\n" + "\n".join(sorted(refusals)))
