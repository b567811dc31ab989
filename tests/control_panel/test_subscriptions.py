"""The seller's pages of subscriptions: whose there are, how they stand, and no prices that are a reseller's."""

import pytest
from django.urls import reverse

from catalog.models import Listing
from orders.models import Subscription
from tests.stories.scenes import reject
from tests.stories.subscriptions import ask_change, change, running, sell_by_plan, subscribe, terminate

LIST = reverse("control_panel:subscriptions")


def page_of(subscription: Subscription) -> str:
    return reverse("control_panel:subscription", args=[subscription.number])


def test_the_list_is_searched_and_filtered(cast, sign_in, words, django_assert_max_num_queries):
    plans = sell_by_plan(cast)
    mine, other = running(cast, "ana", plans["BASIC"]), running(cast, "alice", plans["PRO"])
    terminate(cast, "alice", other)
    order = change(cast, "ana", mine, plans["PRO"])
    victor = sign_in("victor")

    with django_assert_max_num_queries(8):
        page = words(victor.get(LIST))
    assert mine.number in page
    assert other.number in page
    assert "To be reviewed: Basic → Pro" in page
    for query, found in (
        ({"search": "contoso"}, [other]),
        ({"search": mine.number.lower()}, [mine]),
        ({"search": "SERVER"}, [mine, other]),
        ({"status": "terminated"}, [other]),
        ({"status": "active"}, [mine]),
        ({"search": "nothing of this name"}, []),
    ):
        page = words(victor.get(LIST, query))
        assert [each for each in (mine, other) if each.number in page] == found, query

    page = words(victor.get(page_of(mine)))
    assert f"Review {order.number}" in page
    assert "714.00 EUR" in page
    assert "Ana Diaz asked for a change" in page


def test_what_a_company_decides_on_its_own_is_not_told_to_the_seller(cast, sign_in, words):
    plans = sell_by_plan(cast)
    hers = running(cast, "rita", plans["BASIC"])
    ask_change(cast, "rita", hers, plans["PRO"], "ana", comment="Do not tell Globex.").settled()

    page = words(sign_in("victor").get(page_of(hers)))

    assert "Do not tell Globex." not in page
    assert "asked" not in page
    assert "A change waits" not in page


def test_a_vendor_sees_what_was_resold_once_it_runs_and_never_the_price(cast, sign_in, words):
    sell_by_plan(cast, "SERVER-01", "main", "resello")
    offers = {each.plan.code: each for each in Listing.objects.filter(marketplace=cast.resello, plan__isnull=False)}
    Listing.objects.filter(pk=offers["BASIC"].pk).update(unit_price=123)
    Listing.objects.filter(pk=offers["PRO"].pk).update(unit_price=333)
    subscribe(cast, "tess", offers["BASIC"], marketplace="resello")
    waiting = Subscription.objects.get()
    victor, roos = sign_in("victor"), sign_in("roos")
    assert waiting.number in words(roos.get(LIST))
    assert victor.get(page_of(waiting)).status_code == 404

    resold = running(cast, "alice", offers["BASIC"], by="roos", marketplace="resello")
    reject(cast, "roos", change(cast, "alice", resold, offers["PRO"]), reason="Not before January.")
    change(cast, "alice", resold, offers["PRO"])
    for response in (victor.get(LIST), victor.get(page_of(resold))):
        seen = words(response)
        assert resold.number in seen
        for secret in ("123", "246", "297.66", "333", "805.86", "January", "asked for a change", "To be reviewed"):
            assert secret not in seen, secret
    page = words(roos.get(page_of(resold)))
    assert "297.66 EUR" in page
    assert "805.86 EUR" in page


@pytest.mark.parametrize("who", ["ines", "hal"])
def test_strangers_find_none_of_it(cast, sign_in, words, who):
    theirs = running(cast, "ana", sell_by_plan(cast)["BASIC"])

    client = sign_in(who)

    assert theirs.number not in words(client.get(LIST))
    assert client.get(page_of(theirs)).status_code == 404
