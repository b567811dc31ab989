"""Which products, and which offers of a marketplace, have their orders reviewed: setting it, many at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from catalog.models import Listing, NeedsReview, Product
from companies.actors import Actor
from companies.models import Company, Member
from companies.roles import Role
from companies.services.history import Changed, record_change
from companies.services.steps import clean_text, is_operator
from config.kit.refused import Invalid, Missing, NotYours

MOST_AT_ONCE = 200
LONGEST_REASON = 2_000


def flag_products(
    *,
    actor: Actor,
    product_ids: Collection[int],
    needs_review: str,
    reason: str = "",
    now: datetime | None = None,
) -> list[Product]:
    """Say whether orders for these products wait for a review: `yes`, `no` or `inherit`; those that changed.

    For active managers of their vendor, and for platform staff; all of them or none. It counts for orders placed from
    now on: what waits goes on waiting. One entry in the history per product (`product.review_set`).

    Raises `Missing` where one of them is not of the actor's company, `NotYours` for its other people, `Invalid` naming
    `needs_review`, `products` (none, or too many at once) or `reason`.
    """
    now, said = now or timezone.now(), _checked(needs_review, reason, product_ids, "products")
    with transaction.atomic():
        found = _locked(Product.objects.flagged_by(actor).select_related("vendor"), product_ids, "product")
        _check_in_charge(actor, {product.vendor_id: product.vendor for product in found})
        changed = [product for product in found if product.needs_review != needs_review]
        for product in changed:
            what = Changed("product.review_set", str(product), product.needs_review, needs_review, said)
            record_change(what, actor=actor, tenant_id=product.tenant_id, company=product.vendor, now=now)
            _set(product, needs_review, now)
        return changed


def flag_listings(
    *,
    actor: Actor,
    listing_ids: Collection[int],
    needs_review: str,
    reason: str = "",
    now: datetime | None = None,
) -> list[Listing]:
    """The same for offers of a marketplace, where it goes before what the product says; those that changed.

    For active managers of the company whose marketplace it is, and for platform staff. One entry per offer
    (`listing.review_set`). Refusals as for products, with the field `listings`.
    """
    now, said = now or timezone.now(), _checked(needs_review, reason, listing_ids, "listings")
    with transaction.atomic():
        rows = Listing.objects.flagged_by(actor).select_related("marketplace__owner", "product", "plan")
        found = _locked(rows, listing_ids, "offer")
        _check_in_charge(actor, {listing.marketplace.owner_id: listing.marketplace.owner for listing in found})
        changed = [listing for listing in found if listing.needs_review != needs_review]
        for listing in changed:
            place = listing.marketplace
            what = Changed(
                *("listing.review_set", _named(listing), listing.needs_review, needs_review, said),
                marketplace_id=place.pk,
            )
            record_change(what, actor=actor, tenant_id=place.tenant_id, company=place.owner, now=now)
            _set(listing, needs_review, now)
        return changed


def _checked(needs_review: str, reason: str, ids: Collection[int], field: str) -> str:
    if needs_review not in NeedsReview.values:
        raise Invalid("Choose yes, no, or that it follows.", field="needs_review")
    if not ids:
        raise Invalid("Choose at least one.", field=field)
    if len(ids) > MOST_AT_ONCE:
        raise Invalid(f"Change at most {MOST_AT_ONCE} at once.", field=field)
    return clean_text(reason, field="reason", longest=LONGEST_REASON)


def _locked(rows: QuerySet[Any], ids: Collection[int], what: str) -> list[Any]:
    """Several of a kind by id, as everywhere."""
    wanted = set(ids)
    found = list(rows.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk"))
    if len(found) != len(wanted):
        raise Missing(f"There is no such {what}.")
    return found


def _check_in_charge(actor: Actor, companies: dict[int | None, Company | None]) -> None:
    if is_operator(actor):
        return
    managed = Member.objects.active().filter(user_id=actor.user_id, role=Role.MANAGER, company_id=actor.company_id)
    if companies.keys() != {actor.company_id} or not managed.exists():
        names = _names(companies.values())
        raise NotYours(f"Only an active Manager of {names} may change this.")


def _names(companies: Iterable[Company | None]) -> str:
    return ", ".join(company.name for company in companies if company is not None)


def _named(listing: Listing) -> str:
    plan = f", {listing.plan.code}" if listing.plan else ""
    return f"{listing.product}{plan} on {listing.marketplace}"


def _set(row: Any, needs_review: str, now: datetime) -> None:
    row.needs_review = needs_review
    row.save(update_fields=["needs_review", *row.touched(now)])
