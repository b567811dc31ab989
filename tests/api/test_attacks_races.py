"""What if somebody is quick? Signing out while the session is refreshed, and changing a cart while it is ordered."""

import threading
from concurrent.futures import wait
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from companies.models import ApiToken
from companies.services import tokens
from orders.models import Order
from tests.api.buying import place
from tests.api.carting import path
from tests.api.conftest import make_token
from tests.factories import TaxClassFactory, TaxRateFactory
from tests.threads import PATIENCE, aside, at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

VALIDATE = "/customer/{t}/validateauthtoken"


@pytest.fixture
def session(api, cast):
    """Rita's access and refresh token of one sign-in."""
    caller = api("rita")
    row, text = make_token(cast, "rita", kind="refresh")
    row.family = caller.row.family
    row.save()
    return caller, text


def renew(text):
    return tokens.renew_customer(tenant_id=ApiToken.objects.first().tenant_id, token=text)


def refreshed_meanwhile(monkeypatch, text, what):
    """Do `what` while a refresh has the lock and has not written its new tokens yet; the new ones."""
    issue, inside, go_on = tokens._issue, threading.Event(), threading.Event()

    def slow_issue(*args):
        inside.set()
        assert go_on.wait(PATIENCE)
        return issue(*args)

    monkeypatch.setattr(tokens, "_issue", slow_issue)
    with aside(lambda: renew(text)) as refreshing:
        assert inside.wait(PATIENCE)
        with aside(what) as ending:
            wait([ending], timeout=0.5)  # it waits for the lock
            assert not ending.done()
            go_on.set()
    return refreshing.result()


def good_ones(family):
    now = timezone.now()
    return [row for row in ApiToken.objects.filter(family=family).select_related("user") if row.is_good(now)]


def test_signing_out_ends_what_is_being_refreshed_at_that_moment(monkeypatch, api, session):
    caller, refresh = session

    fresh = refreshed_meanwhile(monkeypatch, refresh, lambda: tokens.sign_out(token=caller.row))

    assert good_ones(caller.row.family) == []
    assert api().get(VALIDATE, headers={"Authorization": f"Bearer {fresh.access}"}).status == 401


def test_a_copy_ends_what_is_being_refreshed_at_that_moment(monkeypatch, cast, session):
    caller, refresh = session
    old, copy = make_token(cast, "rita", kind="refresh")
    old.family, old.revoked_at = caller.row.family, timezone.now() - timedelta(seconds=1)
    old.save()

    def use_the_copy():
        with pytest.raises(tokens.BadToken):
            renew(copy)

    refreshed_meanwhile(monkeypatch, refresh, use_the_copy)

    assert good_ones(caller.row.family) == []


def test_a_refresh_that_is_sent_several_times_at_once_is_answered_each_time(session):
    """Pages of one storefront refresh together; none of them is a thief."""
    caller, refresh = session

    made = at_once(*(lambda: renew(refresh) for _ in range(6)))

    assert len({issued.access for issued in made}) == 6
    assert len(good_ones(caller.row.family)) == 1 + 1 + 12


def test_no_order_has_the_taxes_of_another_country_than_it_was_checked_with(cast, api):
    TaxRateFactory(tax_class=TaxClassFactory(tenant=cast.acme, code="STANDARD"), country="LU", rate=Decimal(5))
    for _ in range(10):
        cart = cast.cart("bea", {"DESK-01": 8})
        changing, ordering = api("bea"), api("bea")

        changed, ordered = at_once(
            lambda client=changing, cart=cart: client.put(path(cart), {"countryCode": "LU"}),
            lambda client=ordering, cart=cart: place(lambda _: client, "bea", cart),
        )

        assert (changed.status, ordered.status) in ((204, 400), (409, 200))
        if ordered.status == 400:
            api("bea").delete(path(cart))
    assert {(order.country, order.lines_gross) for order in Order.objects.all()} <= {("DE", Decimal(4760))}
