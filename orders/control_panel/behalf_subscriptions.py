"""Which subscriptions of customers may this seller change, and what comes of another plan or quantity?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from approvals.models import Approval
from companies.actors import Actor
from companies.portal import blame
from config.kit.refused import Invalid, Late
from orders.auditors import reviewer_name
from orders.control_panel.behalf_cart import policy_box
from orders.dashboard.content.amounts import in_reader_language
from orders.dashboard.content.subscription_change import ChangePage, change_page
from orders.dashboard.content.subscription_words import amount_of, badge, per
from orders.models import Checkout, Subscription
from orders.services.on_behalf import customer_of
from orders.services.subscription_changing import Wanted
from orders.services.subscription_on_behalf import (
    CustomersChange,
    ask_for_customers_change,
    change_for_customer,
    check_customer_decides_none,
    customers_outlook,
)
from orders.subscription_lifecycle import SubscriptionStatus

Values = dict[str, Any]


def customers_subscriptions(actor: Actor, now: datetime) -> QuerySet[Subscription]:
    """The running subscriptions that the actor's company sold, by customer."""
    sold = Subscription.objects.visible_to(actor).filter(seller_id=actor.company_id)
    parts = ("product__tax_class", "plan", "seller", "vendor", "company", "marketplace__tenant", "owner")
    running = sold.with_status(SubscriptionStatus.ACTIVE, now).select_related(*parts)
    return running.order_by("company__name", "owner_name", "pk")


def subscription_rows(subscriptions: Iterable[Subscription], now: datetime) -> list[Values]:
    """One row each: what it is, whose, how much of it, what a period costs."""
    rows = []
    for each in subscriptions:
        word, tone = badge(each, now)
        rows.append(
            {
                "key": each.number,
                "url": reverse("control_panel:behalf_subscription", args=[each.number]),
                "title": in_reader_language(each.name),
                "who": each.owner_name,
                "company": each.company.name if each.company else "private customer",
                "detail": each.number,
                "why": f"{amount_of(each)}, {per(each.plan.period)}",
                "status": word,
                "tone": tone,
                "amount": each.gross,
                "currency": each.currency,
                "tax_word": "gross",
            }
        )
    return rows


@dataclass(frozen=True, slots=True)
class BehalfChange:
    """A wish for another plan or quantity in a customer's name; `seen` is there once it can be had."""

    page: ChangePage
    actor: Actor
    seen: CustomersChange | None

    def context(self) -> Values:
        """The values of the template: the customer's page, in words for who orders for somebody else."""
        subscription = self.page.subscription
        shown = {**self.page.context(), "company": None, "owner": subscription.owner_name}
        if self.seen is None or self.page.confirm is None:
            return shown
        ruling = self.seen.outlook.ruling
        fields = self.page.confirm.fields
        if "comment" in fields:
            fields["approver"].label, fields["comment"].label = "Who shall be asked?", "Why is this needed?"
            fields["comment"].help_text = "Whoever is asked reads it, and the customer."
        return {
            **shown,
            "reason": policy_box(ruling, subscription),
            "notes": [*self._notes(self.seen), *self.page.period_notes()],
            "button": _button(self.seen),
        }

    def went_through(self) -> Checkout | Approval | None:
        """Order or ask; None where a refusal is shown in the form."""
        confirm = self.page.confirm
        if self.seen is None or confirm is None or not confirm.is_valid():
            return None
        typed, change = confirm.cleaned_data, self.seen.outlook.change
        said: Values = {
            "actor": self.actor,
            "subscription_id": self.page.subscription.pk,
            "wanted": Wanted(change.listing.key, change.quantity),
            "seen_gross": typed["seen_gross"],
        }
        try:
            if self.seen.outlook.ruling.permitted:
                return change_for_customer(**said).settled()
            asked = {"approver_id": typed.get("approver"), "comment": typed.get("comment", "")}
            return ask_for_customers_change(**said, **asked).settled()
        except (Invalid, Late) as refusal:
            if isinstance(refusal, Late) and refusal.code != "total_changed":
                raise
            blame(confirm, refusal)  # type: ignore[arg-type]  # both have a text and a field
            return None

    def _notes(self, seen: CustomersChange) -> list[str]:
        subscription = self.page.subscription
        reviewer, owner = reviewer_name(subscription.marketplace, subscription.seller), subscription.owner_name
        if not seen.outlook.ruling.permitted:
            return [f"It becomes the request of {owner}; nothing changes before somebody there approves it."]
        told = f"{owner} is told that you ordered it."
        if seen.waits:
            return [f"{reviewer} reviews it. Until it is accepted everything stays as it is.", told]
        return ["It is accepted as you order it.", told]


def behalf_change(
    subscription: Subscription, actor: Actor, now: datetime, asked: Mapping[str, Any], confirmed: Any = None
) -> BehalfChange:
    """The page for the values in its address (`asked`), or for what was sent to confirm them.

    Raises `NotYours`, `Late` where another change waits, `Invalid` (code `customer_gone`).
    """
    check_customer_decides_none(subscription, now)
    page = change_page(subscription, customer_of(subscription), now, asked, confirmed)
    if page.outlook is None:
        return BehalfChange(page, actor, None)
    wanted = Wanted(page.outlook.change.listing.key, page.outlook.change.quantity)
    return BehalfChange(
        page, actor, customers_outlook(actor=actor, subscription_id=subscription.pk, wanted=wanted, now=now)
    )


def _button(seen: CustomersChange) -> Values:
    if seen.outlook.ruling.permitted:
        return {"label": "Order the change", "hint": "For the customer, at the price shown."}
    if seen.outlook.ruling.nobody_can_approve:
        return {"label": "Tell the admins", "hint": "Nobody can approve this now; the customer's admins are told."}
    return {"label": "Send for approval", "hint": "Nothing is ordered yet."}
