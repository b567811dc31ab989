"""The customer's pages of subscriptions: reading them, changing one, keeping a trial, ending."""

import pytest
from django.urls import reverse

from orders.models import Order, Subscription
from tests.stories.scenes import DAY, accept, again, decline, nothing_changes, reject
from tests.stories.subscriptions import ask_change, change, changes, running, sell_by_plan
from tests.world import scene

LIST, HOME = reverse("dashboard:subscriptions"), reverse("dashboard:home")


def page_of(subscription: Subscription) -> str:
    return reverse("dashboard:subscription", args=[subscription.number])


@scene
def plans(cast):
    return sell_by_plan(cast)


@pytest.fixture
def basic(cast, plans):
    return running(cast, "ana", plans["BASIC"])


def test_the_list_and_one_of_them(cast, basic, sign_in, words):
    ana = sign_in("ana")

    found = words(ana.get(LIST))
    assert basic.number in found
    assert "238.00" in found
    assert "gross per month" in found
    assert "Renewed on" in found
    page = words(ana.get(page_of(basic)))
    assert "is renewed by itself on" in page
    assert "Change plan or quantity" in page
    assert "It was delivered and runs." in page


def test_strangers_find_none_of_it(cast, basic, sign_in, words):
    for who in ("alice", "paula", "olga", "rita"):
        client = sign_in(who)
        assert basic.number not in words(client.get(LIST))
        for path in ("", "change/", "terminate/"):
            assert client.get(page_of(basic) + path).status_code == 404
        with nothing_changes():
            assert client.post(page_of(basic) + "stop/").status_code == 404


def test_a_change_is_previewed_confirmed_and_waits(cast, plans, basic, sign_in, words):
    ana, url = sign_in("ana"), page_of(basic) + "change/"
    wish = {"plan": plans["PRO"].key, "quantity": "3"}

    with nothing_changes():
        preview = ana.get(url, wish)
    shown = words(preview)
    assert "You can order this yourself." in shown
    assert "reviews it. Until it is accepted everything stays as it is." in shown
    assert "1,071.00 EUR" in shown

    done = ana.post(url, {**wish, "seen_gross": "1071.00"}, follow=True)

    order = Order.objects.get(kind="modification")
    assert f"reviews it as order {order.number}" in words(done)
    assert "A change is waiting" in words(done)
    page = ana.get(reverse("dashboard:order", args=[order.number]))
    assert "Before: Basic × 2." in words(page)
    assert page_of(basic) in page.content.decode()
    assert "Order again" not in words(page)
    with nothing_changes():
        ana.post(reverse("dashboard:order_again", args=[order.number]))
    assert again(basic).plan.code == "BASIC"
    # A second one is refused with the number of the first, and the first can be taken back.
    refused = ana.get(url, follow=True)
    assert refused.redirect_chain[-1][0] == page_of(basic)
    assert order.number in words(refused)
    ana.post(page_of(basic) + "withdraw/")
    assert (again(order).status, changes(basic)) == ("cancelled", ["withdrawn"])


def test_what_cannot_be_wished_for_is_said_at_the_field(cast, plans, basic, sign_in, words):
    ana, url = sign_in("ana"), page_of(basic) + "change/"
    for wish, said in (
        ({"plan": plans["PRO"].key, "quantity": "none"}, "Give the quantity as a number."),
        ({"plan": "nothing", "quantity": "2"}, "Choose one of these plans."),
        ({"plan": plans["BASIC"].key, "quantity": "2"}, "Nothing would be different."),
        ({"plan": plans["BASIC"].key, "quantity": "-1"}, "The quantity must be above zero."),
    ):
        response = ana.get(url, wish)
        assert response.status_code == 400
        assert said in words(response)
    # A price that nobody saw is not ordered.
    with nothing_changes():
        stale = ana.post(url, {"plan": plans["PRO"].key, "quantity": "3", "seen_gross": "1.00"})
    assert (stale.status_code, "The price has changed since you looked." in words(stale)) == (400, True)


def test_who_needs_approval_asks_for_it_there(cast, plans, sign_in, words):
    hers = running(cast, "rita", plans["BASIC"])
    rita, url = sign_in("rita"), page_of(hers) + "change/"
    wish = {"plan": plans["PRO"].key, "quantity": "2"}
    shown = words(rita.get(url, wish))
    assert "This needs approval." in shown
    assert "Ana Diaz" in shown

    sent = {**wish, "seen_gross": "714.00", "approver": cast.ana.pk, "comment": "It is too slow."}
    done = rita.post(url, sent, follow=True)

    assert "Ana Diaz is asked to approve" in words(done)
    approval = hers.changes.get().approval
    page = words(sign_in("ana").get(reverse("dashboard:approval", args=[approval.key])))
    assert "Before: Basic" in page
    assert "A month costs more, gross" in page
    decline(cast, "ana", approval, comment="Clean it up first.").settled()
    page = words(rita.get(page_of(hers)))
    assert "The last request to change it was rejected." in page
    assert "Clean it up first." in page


def test_a_rejected_change_says_so(cast, plans, basic, sign_in, words):
    """Case 9: "last request was rejected" stands on the subscription, with the reason."""
    reject(cast, "victor", change(cast, "ana", basic, plans["PRO"]), reason="Pro is sold out.")

    page = words(sign_in("ana").get(page_of(basic)))

    assert "The last request to change it was rejected." in page
    assert "Pro is sold out." in page


def test_a_trial_is_kept(cast, plans, sign_in, words):
    trial = running(cast, "ana", plans["BASIC"], trial=True)
    ana, url = sign_in("ana"), page_of(trial) + "change/"
    assert "You try this for nothing until" in words(ana.get(page_of(trial)))
    assert "To be paid for the first period" in words(ana.get(url))

    ana.post(url, {"plan": plans["BASIC"].key, "quantity": "2", "seen_gross": "238.00"})

    assert (Order.objects.get(checkout__change__isnull=False).kind, changes(trial)) == ("purchase", ["ordered"])


def test_stopping_resuming_and_terminating(cast, plans, basic, sign_in, words):
    ana = sign_in("ana")
    assert "ends on" in words(ana.post(page_of(basic) + "stop/", follow=True))
    assert "renewed by itself" in words(ana.post(page_of(basic) + "resume/", follow=True))
    order = change(cast, "ana", basic, plans["PRO"])
    accept(cast, "victor", order)
    ask = ana.get(page_of(basic) + "terminate/")
    assert f"Order {order.number}, whose delivery has not begun, is cancelled" in words(ask)
    assert "It ends at once, not with its period" in words(ask)
    assert again(basic).status == "active"

    done = ana.post(page_of(basic) + "terminate/", {"comment": "We have another one."}, follow=True)

    assert "It has ended. Nothing more is charged for it." in words(done)
    assert (again(basic).status, again(order).status) == ("terminated", "cancelled")
    ordered = words(ana.get(f"/dashboard/orders/{order.number}/"))
    assert f"Subscription {basic.number} was terminated." in ordered
    assert "The order was cancelled." in ordered
    assert "Delivery and payment" not in ordered
    late = ana.get(page_of(basic) + "terminate/", follow=True)
    assert "has ended" in words(late)


def test_an_overdue_request_reads_as_ended(cast, plans, sign_in, words):
    hers = running(cast, "rita", plans["BASIC"])
    approval = ask_change(cast, "rita", hers, plans["PRO"], "ana").settled()
    type(approval).objects.update(expires_at=approval.created_at)

    page = words(sign_in("rita").get(page_of(hers)))

    assert "A change is waiting" not in page
    assert "Change plan or quantity" in page


def test_the_shop_shows_plans_and_a_trial_goes_into_the_cart(cast, plans, sign_in, words):
    ana = sign_in("ana")
    shop = words(ana.get(reverse("dashboard:shop")))
    assert shop.count("3 plans, 14 days for nothing") == shop.count("Choose a plan") == shop.count("SERVER-01") == 1
    product = words(ana.get(reverse("dashboard:product", args=[plans["PRO"].key])))
    assert "per piece and month" in product
    assert "per piece and year" in product
    assert "Try 14 days for nothing" in product
    assert "Reviewed by Globex Systems before delivery" in product

    lines = reverse("dashboard:cart_lines")
    ana.post(lines, {"listing": plans["BASIC"].key, "quantity": "2", "trial": "1"})
    ana.post(lines, {"listing": plans["PRO"].key, "quantity": "1"})
    cart = words(ana.get(reverse("dashboard:cart")))
    assert "14 days for nothing, then 100.00 EUR net per piece and month if you keep it" in cart
    assert "For one month, then renewed by itself" in cart
    assert "Waits: Globex Systems reviews it first." in cart
    # What has no trial is not tried.
    assert "cannot be tried" in words(ana.post(lines, {"listing": plans["PRO"].key, "trial": "1"}, follow=True))


def test_the_home_page_shows_what_ends_soon(cast, plans, sign_in, words):
    trial = running(cast, "ana", plans["BASIC"], trial=True)
    assert trial.number not in words(sign_in("ana").get(HOME)).partition("Latest orders")[0]
    Subscription.objects.update(renews_at=trial.renews_at - 10 * DAY)

    page = words(sign_in("ana").get(HOME))

    assert "Trials and subscriptions that end soon" in page
    assert trial.number in page


def test_a_second_trial_is_refused_when_it_is_put_into_the_cart(cast, plans, sign_in, words):
    running(cast, "ana", plans["BASIC"], trial=True)

    bea = sign_in("bea")
    said = words(bea.post(reverse("dashboard:cart_lines"), {"listing": plans["BASIC"].key, "trial": "1"}, follow=True))

    assert "A product can be tried for nothing only once." in said
    assert Order.objects.filter(buyer=cast.bea).count() == 0


def test_the_pages_take_as_many_queries_for_many_as_for_few(cast, plans, sign_in, django_assert_max_num_queries):
    ana = sign_in("ana")
    subscriptions = [running(cast, "ana", plans["BASIC"], 1 + number) for number in range(4)]
    for each in subscriptions[:3]:
        change(cast, "ana", each, plans["PRO"])

    with django_assert_max_num_queries(8):
        ana.get(LIST)
    with django_assert_max_num_queries(14):
        ana.get(page_of(subscriptions[0]))
    with django_assert_max_num_queries(12):
        ana.get(page_of(subscriptions[3]) + "change/")
