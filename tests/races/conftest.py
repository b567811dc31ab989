"""What may a race ask for? A cast on a real PostgreSQL, and several sessions that begin together."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from django.db import connection
from django.db.models import Max

from approvals.models import Approval
from approvals.outcomes import Outcome
from config.kit.refused import Refused
from notifications.models import Notice
from orders.models import Order
from tests.cast import make_cast
from tests.stories.scenes import check_histories, told

ROUNDS = 20
# Seconds by which the first or the second is held back, so that over the rounds each is the faster one.
HEAD_STARTS = (0, 0.001, -0.001, 0.003, -0.003, 0.008, -0.008, 0.015)


@pytest.fixture
def cast(transactional_db):
    return make_cast()


@dataclass
class Result:
    """How it ended for one of those who raced: what they got, or the refusal they read."""

    got: object = None
    refusal: Refused | None = None

    @property
    def won(self) -> bool:
        return self.refusal is None


class Race:
    """Runs attempts against each other, each in a session of its own, and remembers who won."""

    def __init__(self, round_number: int):
        self.round_number = round_number
        self.last = {model: _last(model) for model in (Approval, Order)}

    def run(self, *attempts) -> list[Result]:
        """All begin together. Whatever is no civil refusal fails the test: a deadlock, a broken constraint."""
        self.last[Notice] = _last(Notice)
        ready = threading.Barrier(len(attempts))
        lead = HEAD_STARTS[self.round_number % len(HEAD_STARTS)]

        def begin(place, attempt):
            try:
                connection.ensure_connection()  # connecting takes longer than the race
                ready.wait(20)
                held_back = max(0, lead) if place == 0 else max(0, -lead)
                if held_back:
                    time.sleep(held_back)
                answer = attempt()
                if isinstance(answer, Outcome):
                    return Result(answer.record, answer.refusal)
                return Result(answer)
            except Refused as refusal:
                return Result(refusal=refusal)
            finally:
                connection.close()

        with ThreadPoolExecutor(len(attempts)) as pool:
            running = [pool.submit(begin, place, attempt) for place, attempt in enumerate(attempts)]
            results = [each.result(60) for each in running]
        for result in results:
            assert result.won or result.refusal.text.strip(), "a refusal speaks to people"
        for model in (Approval, Order):
            check_histories(model.objects.filter(pk__gt=self.last[model]))
        return results

    def told(self) -> Counter:
        """What was told in the race, by topic and person."""
        return Counter(told(after=self.last[Notice]))


def _last(model) -> int:
    return model.objects.aggregate(last=Max("pk"))["last"] or 0


@pytest.fixture
def rounds():
    """Twenty races one after the other, in which each side gets its chance to be first."""
    return lambda: (Race(number) for number in range(ROUNDS))


def one_winner(results) -> int:
    """The place of the only one who was not refused."""
    winners = [place for place, result in enumerate(results) if result.won]
    assert len(winners) == 1, [result.refusal and result.refusal.text for result in results]
    return winners[0]
