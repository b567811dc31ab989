"""When two Admins remove each other at the same moment, does one of them stay?"""

import threading

import pytest
from django.db import close_old_connections, connection

from companies.models import Change, Member
from companies.services import change_role, deactivate_member
from config.kit.refused import Refused
from tests.cast import make_cast

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

ROUNDS = 20


def at_once(*calls):
    """Run the calls in threads that start together; what each returned or was refused with."""
    start, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        close_old_connections()
        start.wait()
        try:
            answers[place] = call()
        except Refused as refusal:
            answers[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def test_one_admin_stays():
    cast = make_cast()
    ana, tom = cast.member("ana"), cast.member("tom")
    for _ in range(ROUNDS):
        Member.objects.filter(pk__in=(ana.pk, tom.pk)).update(role="admin", is_active=True)
        before = Change.objects.count()

        answers = at_once(
            lambda: change_role(actor=cast.actor("ana"), member_id=tom.pk, role="buyer"),
            lambda: deactivate_member(actor=cast.actor("tom"), member_id=ana.pk),
        )

        refused = [answer for answer in answers if isinstance(answer, Refused)]
        assert len(refused) == 1, answers
        assert Member.objects.active().filter(company=cast.northwind, role="admin").count() == 1
        assert Change.objects.count() == before + 1
