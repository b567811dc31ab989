"""When two Admins remove each other at the same moment, does one of them stay?"""

import pytest

from companies.models import Change, Member
from companies.services import change_role, deactivate_member
from config.kit.refused import Refused
from tests.cast import make_cast
from tests.threads import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

ROUNDS = 20


def or_refusal(call):
    """The same call, answering with its refusal instead of raising it."""

    def answer():
        try:
            return call()
        except Refused as refusal:
            return refusal

    return answer


def test_one_admin_stays():
    cast = make_cast()
    ana, tom = cast.member("ana"), cast.member("tom")
    for _ in range(ROUNDS):
        Member.objects.filter(pk__in=(ana.pk, tom.pk)).update(role="admin", is_active=True)
        before = Change.objects.count()

        answers = at_once(
            or_refusal(lambda: change_role(actor=cast.actor("ana"), member_id=tom.pk, role="buyer")),
            or_refusal(lambda: deactivate_member(actor=cast.actor("tom"), member_id=ana.pk)),
        )

        refused = [answer for answer in answers if isinstance(answer, Refused)]
        assert len(refused) == 1, answers
        assert Member.objects.active().filter(company=cast.northwind, role="admin").count() == 1
        assert Change.objects.count() == before + 1
