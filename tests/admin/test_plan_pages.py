"""Can an administrator set up plans and their prices, and look at subscriptions without changing them?"""

import pytest
from django.urls import reverse

from catalog.models import Listing, Plan, Product
from orders.models import Subscription
from tests.admin.conftest import AdminPage, errors_of
from tests.stories.scenes import nothing_changes
from tests.stories.subscriptions import change, running, sell_by_plan, subscribe


def test_plans_first_then_their_prices(cast, staff):
    product = cast.product("VDI-01")
    product.listings.update(is_active=False)
    AdminPage(staff, product).send({"sold_as": "subscription"})
    plan = {
        "plans-TOTAL_FORMS": "1",
        "plans-0-code": "SEAT",
        "plans-0-name--en": "Per seat",
        "plans-0-period": "month",
        "plans-0-trial_days": "30",
        "plans-0-position": "1",
        "plans-0-is_active": "on",
    }
    AdminPage(staff, product).send(plan)
    made = Plan.objects.get(product=product)
    assert (made.code, made.name, made.trial_days) == ("SEAT", {"en": "Per seat"}, 30)

    rows = product.listings.count()
    offer = {
        "listings-TOTAL_FORMS": str(rows + 1),
        f"listings-{rows}-marketplace": str(cast.main.pk),
        f"listings-{rows}-plan": str(made.pk),
        f"listings-{rows}-unit_price": "12.50",
        f"listings-{rows}-currency": "EUR",
        f"listings-{rows}-is_active": "on",
    }
    without_plan = {**offer, f"listings-{rows}-plan": ""}
    assert "choose the plan this is the price of" in errors_of(AdminPage(staff, product).send(without_plan))
    AdminPage(staff, product).send(offer)
    assert Listing.objects.on_sale().get(product=product).plan == made
    again = {name.replace(f"-{rows}-", f"-{rows + 1}-"): value for name, value in offer.items()}
    again["listings-TOTAL_FORMS"] = str(rows + 2)
    assert "already offered here in this currency" in errors_of(AdminPage(staff, product).send(again))
    # Whoever subscribed agreed to the period: another one is another plan.
    AdminPage(staff, product).send({"plans-0-period": "year", "plans-0-code": "OTHER", "plans-0-trial_days": "7"})
    made.refresh_from_db()
    assert (made.code, made.period, made.trial_days) == ("SEAT", "month", 7)


@pytest.mark.parametrize(
    ("sku", "says"),
    [("SERVER-01", "choose the plan this is the price of"), ("DESK-01", "This plan is of another product.")],
)
def test_an_offer_fits_its_product(cast, staff, sku, says):
    plan = sell_by_plan(cast)["PRO"].plan
    offer = {
        "product": str(cast.product(sku).pk),
        "plan": "" if sku == "SERVER-01" else str(plan.pk),
        "marketplace": str(cast.resello.pk),
        "unit_price": "1",
        "currency": "EUR",
        "is_active": "on",
    }
    before = Listing.objects.count()

    assert says in errors_of(AdminPage(staff, model=Listing).send(offer))
    assert Listing.objects.count() == before
    Product.objects.filter(sku=sku).update(sold_as="once")
    offer |= {"product": str(plan.product_id), "plan": str(plan.pk)}
    if sku == "SERVER-01":
        assert "sold once, without plans" in errors_of(AdminPage(staff, model=Listing).send(offer))


def test_subscriptions_are_looked_at(cast, staff, django_assert_max_num_queries):
    plans = sell_by_plan(cast)
    for _ in range(3):
        subscribe(cast, "bea", plans["PRO"])
    theirs = running(cast, "ana", plans["BASIC"])
    change(cast, "ana", theirs, plans["PRO"])
    url = reverse("admin:orders_subscription_change", args=[theirs.pk])

    everything = reverse("admin:orders_subscription_changelist")
    with django_assert_max_num_queries(16):
        staff.get(everything)
    with django_assert_max_num_queries(22):
        page = staff.get(url).content.decode()
    found = staff.get(everything, {"q": theirs.number, "status": "active"})

    assert "Basic → Pro" in page
    assert "238.00 EUR per month" in page
    assert theirs.number in found.content.decode()
    with nothing_changes():
        assert staff.post(url, {"status": "terminated"}).status_code == 403
    assert Subscription.objects.get(pk=theirs.pk).status == "active"
