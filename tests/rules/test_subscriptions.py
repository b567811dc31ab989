"""When does a period end, what follows a change, and what does it cost more?"""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orders.pricing import Amounts, difference_of
from orders.subscription_lifecycle import (
    Periods,
    first_period,
    period_end,
    periods_after_change,
    reads_ended,
    trial_period,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "period", "count", "end"),
    [
        ("2026-01-15T09:30", "month", 1, "2026-02-15T09:30"),
        ("2026-01-31T23:59", "month", 1, "2026-02-28T23:59"),
        ("2026-01-31T23:59", "month", 2, "2026-03-31T23:59"),  # the 31st again, not the 28th
        ("2026-01-31T00:00", "month", 3, "2026-04-30T00:00"),
        ("2024-01-30T00:00", "month", 1, "2024-02-29T00:00"),
        ("2026-11-30T12:00", "month", 3, "2027-02-28T12:00"),
        ("2026-12-01T12:00", "month", 1, "2027-01-01T12:00"),
        ("2024-02-29T12:00", "year", 1, "2025-02-28T12:00"),
        ("2024-02-29T12:00", "year", 4, "2028-02-29T12:00"),
        ("2026-05-10T00:00", "month", 24, "2028-05-10T00:00"),
    ],
)
def test_a_period_ends_on_the_day_it_began_or_the_last_of_a_shorter_month(start, period, count, end):
    assert period_end(at(start), period, count) == at(end)


def test_periods_follow_each_other_without_a_gap_or_a_drift():
    period = first_period(at("2026-01-31T10:00"), "month")
    ends = [period.ends_at]
    for _ in range(12):
        later = period.next("month")
        assert later.starts_at == period.ends_at
        period = later
        ends.append(period.ends_at)

    assert [end.day for end in ends] == [28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28]
    assert period.count == 13


RUNNING = Periods(at("2026-01-10T00:00"), 3, at("2026-03-10T00:00"), at("2026-04-10T00:00"))
NOW = at("2026-03-20T08:00")


@pytest.mark.parametrize(
    ("old", "new", "costs_more", "expected"),
    [
        ("month", "month", True, RUNNING),
        ("month", "month", False, RUNNING),
        ("month", "year", True, first_period(NOW, "year")),
        # What is paid already runs to its end; the next period has the new length.
        ("year", "month", False, Periods(RUNNING.ends_at, 0, RUNNING.starts_at, RUNNING.ends_at)),
    ],
)
def test_which_period_runs_after_a_change(old, new, costs_more, expected):
    assert periods_after_change(RUNNING, old, new, costs_more=costs_more, now=NOW) == expected


def test_what_was_paid_for_a_year_is_not_lost_with_a_change_to_months():
    year = first_period(at("2026-01-31T00:00"), "year")
    kept = periods_after_change(year, "year", "month", costs_more=False, now=NOW)

    assert kept.ends_at == at("2027-01-31T00:00")
    assert kept.next("month") == Periods(at("2027-01-31T00:00"), 1, at("2027-01-31T00:00"), at("2027-02-28T00:00"))


def test_a_trial_is_no_paid_period():
    assert trial_period(NOW, 14) == Periods(NOW, 0, NOW, at("2026-04-03T08:00"))


@pytest.mark.parametrize(
    ("status", "ends_at", "goes_on", "ended"),
    [
        ("active", NOW, False, True),
        ("active", NOW, True, False),
        ("active", at("2026-03-20T08:01"), False, False),
        ("active", None, False, False),
        ("awaiting", NOW, False, False),
        ("terminated", NOW, False, False),
    ],
)
def test_what_nobody_renews_reads_ended_at_once(status, ends_at, goes_on, ended):
    assert reads_ended(status, ends_at, NOW, goes_on=goes_on) is ended


@pytest.mark.parametrize(
    ("old", "new", "more"),
    [
        (("100", "19", "119"), ("300", "57", "357"), ("200", "38", "238")),
        (("300", "57", "357"), ("100", "19", "119"), ("0", "0", "0")),
        (("100", "19", "119"), ("100", "19", "119"), ("0", "0", "0")),
        # Another rate of tax: less net and more gross, or the other way round, never below nothing.
        (("100", "0", "100"), ("95", "18", "113"), ("0", "13", "13")),
        (("95", "18", "113"), ("100", "0", "100"), ("0", "0", "0")),
        (("0", "0", "0"), ("0.01", "0", "0.01"), ("0.01", "0", "0.01")),
    ],
)
def test_the_difference_in_price_is_never_below_nothing_and_adds_up(old, new, more):
    found = difference_of(*(Amounts(*map(Decimal, amounts)) for amounts in (old, new)))

    assert found == Amounts(*map(Decimal, more))
    assert found.net + found.tax == found.gross
