"""Is a named request carried out once, whatever is repeated, and are its answers kept apart?"""

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from companies.actors import Actor, Channel
from companies.models import IdempotencyKey, Tenant
from companies.services.idempotency import (
    KEPT_FOR,
    KEY_REUSED,
    Made,
    Once,
    forget_expired,
    made_before,
    once_only,
    remember,
    whose,
)
from companies.tasks import forget_old_requests, forget_old_tokens
from config.kit.refused import Invalid, Late
from tests.threads import PATIENCE, at_once

NOW = timezone.now()


@pytest.fixture
def tenant(db):
    return Tenant.objects.create(key="acme", name="Acme")


@pytest.fixture
def once(tenant):
    return Once(tenant.pk, "user:5@12", "POST /things", "key-1", "d" * 64)


def other(once, **fields):
    return Once(**{name: fields.get(name, getattr(once, name)) for name in Once.__slots__})


class Maker:
    """A service that makes something numbered; `refusal` is raised instead."""

    def __init__(self, once, refusal=None):
        self.once = once
        self.refusal = refusal
        self.made = 0

    def __call__(self):
        with transaction.atomic():
            if self.refusal:
                raise self.refusal
            self.made += 1
            remember(self.once, "thing", self.made, NOW)
            return f"made {self.made}"


def again(made):
    return f"again {made.record_id}"


def test_without_a_key_everything_is_made_as_often_as_it_is_asked_for(tenant):
    make = Maker(None)

    assert [once_only(None, NOW, make, again) for _ in range(2)] == ["made 1", "made 2"]
    assert not IdempotencyKey.objects.exists()


def test_the_same_request_is_carried_out_once(once):
    make = Maker(once)

    assert [once_only(once, NOW, make, again) for _ in range(3)] == ["made 1", "again 1", "again 1"]
    assert make.made == 1
    row = IdempotencyKey.objects.get()
    assert (row.made_kind, row.made_id, row.expires_at - row.created_at) == ("thing", "1", KEPT_FOR)


def test_another_body_under_the_same_key_is_refused(once):
    once_only(once, NOW, Maker(once), again)
    make = Maker(other(once, body_digest="e" * 64))

    with pytest.raises(Invalid) as refused:
        once_only(make.once, NOW, make, again)

    assert (refused.value.code, make.made) == (KEY_REUSED, 0)


@pytest.mark.parametrize("field", ["actor", "route", "key"])
def test_somebody_else_and_another_address_have_keys_of_their_own(once, field):
    once_only(once, NOW, Maker(once), again)
    different = other(once, **{field: "something else"})

    assert once_only(different, NOW, Maker(different), again) == "made 1"


def test_a_refusal_is_not_kept(once):
    with pytest.raises(Late):
        once_only(once, NOW, Maker(once, Late("Too late.")), again)

    assert not IdempotencyKey.objects.exists()
    assert once_only(once, NOW, Maker(once), again) == "made 1"


def test_whoever_is_overtaken_by_the_same_request_gets_its_answer(once):
    def overtaken():
        with transaction.atomic():
            remember(once, "thing", 7, NOW)
        raise Late("Somebody is already asked about this.")

    assert once_only(once, NOW, overtaken, again) == "again 7"


def test_remembering_twice_makes_nothing_twice(once):
    remember(once, "thing", 1, NOW)

    with pytest.raises(Late), transaction.atomic():
        remember(once, "thing", 2, NOW)

    assert made_before(once, NOW) == Made("thing", "1")


def test_keys_are_forgotten_after_their_time(once):
    remember(once, "thing", 1, NOW)
    later = NOW + KEPT_FOR + timedelta(seconds=1)

    assert forget_expired(NOW) == 0
    assert once_only(once, later, Maker(once), again) == "made 1"
    assert forget_expired(later + KEPT_FOR) == 1
    assert not IdempotencyKey.objects.exists()


def test_the_schedule_forgets_them(once):
    remember(once, "thing", 1, NOW - KEPT_FOR - timedelta(hours=1))
    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert {forget_old_requests.name, forget_old_tokens.name} <= tasks
    assert (forget_old_requests(), forget_old_tokens()) == (1, 0)


def test_the_same_person_for_another_company_is_somebody_else():
    def person(**more):
        return Actor("user", "5", "Rita", Channel.API, user_id=5, **more)

    assert whose(person()) == "user:5"
    assert whose(person(company_id=12)) == "user:5@12"
    assert whose(Actor("session", "abc", "Visitor", Channel.API, session_key="abc")) == "session:abc"


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_time_make_one(once):
    both_asked = threading.Barrier(2)

    def make():
        with transaction.atomic():
            both_asked.wait(PATIENCE)
            remember(once, "thing", threading.get_ident(), NOW)
            return f"made {threading.get_ident()}"

    answers = at_once(*[lambda: once_only(once, NOW, make, again)] * 2)

    assert sorted(answer.split()[0] for answer in answers) == ["again", "made"]
    assert len({answer.split()[1] for answer in answers}) == 1
