"""Who decides an order that waits for its review: the auditing company's people, or platform staff in their place?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

from companies.models import Company, Marketplace, Member, User
from orders.models import Order

STAFF = "The platform's staff"


def reviewer_name(marketplace: Marketplace, seller: Company) -> str:
    """Who reviews what this seller sells there, by name; at the beginning of a sentence."""
    return STAFF if marketplace.platform_reviews else seller.name


def reviewer_of(order: Order) -> str:
    """Who reviews the order, by name; at the beginning of a sentence."""
    return reviewer_name(order.marketplace, order.auditing_company)


def pool_of(order: Order, reviewers: Collection[tuple[int, int]]) -> frozenset[int]:
    """Who of the auditing company decides the order; empty where platform staff do.

    `reviewers` are (company, user) pairs of the active auditors and managers. Empty where the company has none,
    where its only ones had it ordered themselves and a second person has to decide, and where the marketplace leaves
    reviews to the platform.
    """
    if order.marketplace.platform_reviews:
        return frozenset()
    had_it_ordered = (order.placed_by_id, order.buyer_id, order.asked_by_id)
    barred = had_it_ordered if order.marketplace.require_second_person else ()
    return frozenset(user for company, user in reviewers if company == order.auditing_company_id and user not in barred)


class Pools:
    """The people of several vendors and resellers, and platform staff for what nobody of them can do.

    One query, a second one only where staff are needed.
    """

    def __init__(self, company_ids: Iterable[int]) -> None:
        people = Member.objects.reviewing(company_ids).order_by("pk")
        self.reviewers: list[tuple[int, int]] = list(people.values_list("company_id", "user_id"))

    def of(self, company_id: int) -> list[int]:
        """Who reviews and delivers for this company."""
        return [user for company, user in self.reviewers if company == company_id] or self.staff

    def deciding(self, order: Order) -> list[int]:
        """Whom the review of this order waits for."""
        pool = pool_of(order, self.reviewers)
        return list(dict.fromkeys(user for _, user in self.reviewers if user in pool)) or self.staff

    @cached_property
    def staff(self) -> list[int]:
        """The platform's active staff."""
        return list(User.objects.filter(is_staff=True, is_active=True).order_by("pk").values_list("pk", flat=True))
