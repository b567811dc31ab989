"""When is somebody reminded of what waits for them?"""

from datetime import UTC, datetime, timedelta

import pytest

from approvals.reminding import period_begun

SINCE = datetime(2026, 11, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)

CASES = [
    # days of the setting, days waited, day on which the present period began (None: no reminder)
    (2, 0, None),
    (2, 1.99, None),
    (2, 2, 2),
    (2, 3.99, 2),
    (2, 4, 4),
    (2, 9.5, 8),  # several periods were missed: one reminder
    (1, 1, 1),
    (7, 6.9, None),
    (7, 14.1, 14),
    (0, 400, None),  # no reminders
    (3, -1, None),  # a clock that is behind
]


@pytest.mark.parametrize(("days", "waited", "begun"), CASES)
def test_the_present_period(days, waited, begun):
    expected = None if begun is None else SINCE + begun * DAY

    assert period_begun(SINCE, days, SINCE + waited * DAY) == expected


def test_a_period_that_was_reminded_of_is_not_reminded_of_again():
    at = SINCE + 5 * DAY
    begun = period_begun(SINCE, 2, at)

    assert period_begun(begun, 2, at) is None
    assert period_begun(begun, 2, begun + 2 * DAY) == begun + 2 * DAY
    # Fewer days from now on: counted from the last reminder.
    assert period_begun(begun, 1, at) == at
