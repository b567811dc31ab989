"""May somebody who said yes still order after losing the right to order?"""

import pytest
from django.utils import timezone

from approvals.board import moves_for
from approvals.lifecycle import Move
from companies.roles import Role
from config.kit.refused import NotYours
from orders.models import Checkout
from orders.services import checkout
from tests.stories import scenes


def test_an_approver_who_became_a_contact_places_no_order(cast):
    approval = scenes.ask(cast, "rita", scenes.OVER, "ana")
    scenes.approving.approve(actor=cast.actor("ana"), approval_id=approval.pk).settled()
    member = cast.member("ana")
    member.role = Role.CONTACT
    member.save()
    approval.refresh_from_db()

    with pytest.raises(NotYours, match="may not order"):
        checkout.place_approved_order(actor=cast.actor("ana"), approval_id=approval.pk)

    assert Move.PLACE_ORDER not in moves_for(approval, cast.actor("ana"), timezone.now())
    assert Move.PLACE_ORDER in moves_for(approval, cast.actor("rita"), timezone.now())
    assert not Checkout.objects.exists()
