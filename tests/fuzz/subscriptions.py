"""Which subscriptions are there in the fuzzed world? One for every move, whatever the demo has."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from catalog.models import Listing, Plan, Product
from companies.actors import actor_for
from companies.models import Company, Marketplace, Tenant, User
from orders.models import Subscription
from orders.services.subscription_changing import Wanted, ask_for_change

SKU = "FUZZ-PLAN"


def subscribe(tenant: Tenant) -> None:
    """Rita has one that runs, one that ends with its period, and two changes that Ana is asked about; Bea a trial."""
    offers = _offers(tenant)
    for name, more in (
        ("rita", {}),
        ("rita", {"auto_renews": False}),
        ("rita", {"asked": True}),
        ("rita", {"asked": True}),
        ("ana", {}),
        ("bea", {"is_trial": True, "began_as_trial": True}),
    ):
        user = User.objects.get(email__startswith=f"{name}@")
        actor, asked = actor_for(user, tenant), more.pop("asked", False)
        found = _subscription(offers[0], user, actor.company_id, more)
        if asked:
            approver = User.objects.get(email__startswith="ana@")
            wanted = Wanted(offers[1].key)
            ask_for_change(actor=actor, subscription_id=found.pk, wanted=wanted, approver_id=approver.pk).settled()


def plan_prices(tenant: Tenant) -> list[str]:
    """The offers by which these can be changed."""
    return list(Listing.objects.filter(product__tenant=tenant, product__sku=SKU).values_list("key", flat=True))


def _offers(tenant: Tenant) -> list[Listing]:
    like = Product.objects.filter(tenant=tenant, needs_review="no", listings__marketplace__key="main").first()
    product = Product.objects.create(
        tenant=tenant,
        vendor=like.vendor,
        sku=SKU,
        name={"en": "Anything by plan"},
        tax_class=like.tax_class,
        needs_review="no",
        provisioning="instant",
        sold_as="subscription",
    )
    place = Marketplace.objects.get(tenant=tenant, key="main")
    return [
        Listing.objects.create(
            marketplace=place,
            product=product,
            plan=Plan.objects.create(product=product, code=code, name={"en": code}, trial_days=14),
            unit_price=Decimal(price),
            currency=place.currency,
        )
        for code, price in (("SMALL", 10), ("LARGE", 20))
    ]


def _subscription(offer: Listing, owner: User, company_id: int | None, more: dict) -> Subscription:
    now, vendor = timezone.now(), offer.product.vendor
    return Subscription.objects.create(
        tenant=offer.product.tenant,
        marketplace=offer.marketplace,
        seller=vendor,
        vendor=vendor,
        owner=owner,
        owner_name=owner.name,
        company=Company.objects.filter(pk=company_id).first(),
        product=offer.product,
        plan=offer.plan,
        listing=offer,
        name=offer.product.name,
        quantity=2,
        unit_price=offer.unit_price,
        includes_tax=False,
        tax_rate=19,
        currency=offer.currency,
        country="DE",
        net=20,
        tax=Decimal("3.8"),
        gross=Decimal("23.8"),
        status="active",
        status_since=now,
        started_at=now,
        periods=1,
        period_starts_at=now,
        renews_at=now + timedelta(days=30),
        **more,
    )
