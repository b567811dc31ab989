"""Is what is asked the cart that the requester had before their eyes?"""

from decimal import Decimal

import pytest

from approvals.models import Approval, ApprovalEvent
from approvals.services import request_approval
from config.kit.refused import Late
from notifications.models import Notice


def ask(cast, cart, seen):
    return request_approval(
        actor=cast.actor("rita"),
        kind="cart_checkout",
        subject_id=str(cart.pk),
        approver_id=cast.ana.pk,
        seen_gross=Decimal(seen),
    ).settled()


def test_a_price_that_rose_behind_the_page_is_not_asked_for(cast):
    cart = cast.cart("rita", {"DESK-01": 1})
    listing = cast.listing("DESK-01")
    listing.unit_price = Decimal(600)
    listing.save()

    with pytest.raises(Late, match=r"714\.00 EUR") as refused:
        ask(cast, cart, "595.00")

    cart.refresh_from_db()
    assert refused.value.code == "total_changed"
    assert cart.status == "open"
    assert not Approval.objects.exists()
    assert not ApprovalEvent.objects.exists()
    assert not Notice.objects.exists()


def test_what_was_seen_is_asked_for(cast):
    approval = ask(cast, cast.cart("rita", {"DESK-01": 1}), "595")
    assert approval.gross == Decimal(595)
