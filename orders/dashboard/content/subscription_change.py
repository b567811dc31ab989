"""What would another plan or quantity cost, who has to approve it, and doing it once it was confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals.models import Approval
from catalog.models import Listing
from companies.actors import Actor
from companies.portal import blame
from config.kit.refused import Invalid, Late
from orders.auditors import reviewer_name
from orders.dashboard.content.amounts import Values
from orders.dashboard.content.cart import reason_box
from orders.dashboard.content.subscription import compared
from orders.dashboard.content.subscription_words import day_of, lead, per, price_text
from orders.dashboard.subscription_forms import ConfirmForm, WishForm
from orders.models import Checkout, Subscription
from orders.services.subscription_changing import (
    ChangeOutlook,
    Wanted,
    ask_for_change,
    change_outlook,
    change_subscription,
)

FIELDS = {"plan": "plan", "quantity": "quantity"}


@dataclass(slots=True)
class ChangePage:
    """A wish for another plan or quantity (of a trial: to keep it), what it comes to, and the form to confirm it.

    `outlook` and `confirm` are there once what is wished for can be had.
    """

    subscription: Subscription
    actor: Actor
    now: datetime
    wish: WishForm
    outlook: ChangeOutlook | None = None
    confirm: ConfirmForm | None = None

    @property
    def is_wrong(self) -> bool:
        """Something that was typed has to be mended."""
        return bool(self.wish.errors or (self.confirm is not None and self.confirm.errors))

    def context(self) -> Values:
        """The values of the template."""
        subscription = self.subscription
        shown: Values = {
            "subscription": subscription,
            "name": subscription.name,
            "lead": lead(subscription, self.now),
            "heading": "Keep it" if subscription.is_trial else "Change plan or quantity",
            "wish": self.wish,
            "price_now": "" if subscription.is_trial else price_text(subscription),
        }
        if self.outlook is None or self.confirm is None:
            return shown
        company, ruling = subscription.company, self.outlook.ruling
        return {
            **shown,
            "confirm": self.confirm,
            **compared(self.outlook.change, subscription),
            "problems": self.outlook.priced.problems,
            "reason": reason_box(ruling, company),
            "may": ruling.permitted or bool(ruling.eligible) or ruling.nobody_can_approve,
            "notes": self._notes(),
            "button": self._button(),
            "company": company,
            "gross": self.outlook.change.difference_gross,
            "limit": company.purchase_limit if company else None,
            "limit_currency": company.limit_currency if company else "",
        }

    def went_through(self) -> Checkout | Approval | None:
        """Order or ask; None where a refusal is shown in the form. Raises what is read on the subscription's page."""
        if self.outlook is None or self.confirm is None or not self.confirm.is_valid():
            return None
        typed = self.confirm.cleaned_data
        change = self.outlook.change
        said = {
            "actor": self.actor,
            "subscription_id": self.subscription.pk,
            "wanted": Wanted(change.listing.key, change.quantity),
            "seen_gross": typed["seen_gross"],
        }
        try:
            if self.outlook.ruling.permitted:
                return change_subscription(**said).settled()
            return ask_for_change(**said, approver_id=typed.get("approver"), comment=typed.get("comment", "")).settled()
        except (Invalid, Late) as refusal:
            if isinstance(refusal, Late) and refusal.code != "total_changed":
                raise
            blame(self.confirm, refusal)  # type: ignore[arg-type]  # both have a text and a field
            return None

    def _notes(self) -> list[str]:
        """What happens after confirming, in the order in which it does."""
        if self.outlook is None:
            return []
        subscription, notes = self.subscription, []
        seller = reviewer_name(subscription.marketplace, subscription.seller)
        if not self.outlook.ruling.permitted:
            notes.append("Somebody of your company has to approve it first; nothing changes before.")
        if any(parcel.needs_review for parcel in self.outlook.priced.parcels):
            notes.append(f"{seller} reviews it. Until it is accepted everything stays as it is.")
        else:
            notes.append("It changes at once; the seller does not have to accept it.")
        return [*notes, *self.period_notes()]

    def period_notes(self) -> list[str]:
        """What becomes of the period that is paid already."""
        if self.outlook is None:
            return []
        change, subscription, notes = self.outlook.change, self.subscription, []
        period = change.plan.period
        if subscription.is_trial:
            notes.append(f"The first {period} begins then, and the trial ends with it.")
        elif period == subscription.plan.period:
            if subscription.renews_at:
                notes.append(f"The period goes on until {day_of(subscription.renews_at, self.now)}.")
        elif change.difference_gross > 0:
            notes.append(f"A new period, paid {per(period)}, begins with the change.")
        elif subscription.renews_at:
            day = day_of(subscription.renews_at, self.now)
            notes.append(f"What is paid already runs until {day}; then it goes on {per(period)}.")
        return notes

    def _button(self) -> Values:
        if self.outlook is None:
            return {}
        if self.outlook.ruling.permitted:
            label = "Keep it and order" if self.subscription.is_trial else "Order the change"
            return {"label": label, "hint": "Orders it at the price shown."}
        if self.outlook.ruling.nobody_can_approve:
            return {"label": "Tell the admins", "hint": "Nobody can approve this now; your admins are told."}
        return {"label": "Ask for approval", "hint": "Nothing is ordered yet."}


def change_page(
    subscription: Subscription, actor: Actor, now: datetime, asked: Mapping[str, Any], confirmed: Any = None
) -> ChangePage:
    """The page for the values in its address (`asked`), or for what was sent to confirm them.

    Raises `NotYours`, and `Late` where another change waits or it does not run. A constant number of queries.
    """
    offers = offers_for(subscription)
    current = next((offer.key for offer in offers if offer.plan_id == subscription.plan_id), "")
    start = {"plan": current, "quantity": f"{subscription.quantity.normalize():f}"}
    values = confirmed if confirmed is not None else asked
    wished = {name: values.get(name, start[name]) for name in start}
    was_asked = confirmed is not None or "plan" in asked or "quantity" in asked
    page = ChangePage(subscription, actor, now, WishForm(wished if was_asked else None, offers=offers, initial=start))
    wanted = Wanted(current, None)
    if was_asked:
        if not page.wish.is_valid():
            return page
        wanted = Wanted(page.wish.cleaned_data["plan"], page.wish.cleaned_data["quantity"])
    try:
        page.outlook = change_outlook(actor=actor, subscription_id=subscription.pk, wanted=wanted, now=now)
    except Invalid as refusal:
        # Nothing was wished for yet: the page only asks what it shall become.
        if was_asked:
            blame(page.wish, refusal, FIELDS)
        return page
    eligible = page.outlook.ruling.eligible
    shown = {"plan": wished["plan"], "quantity": wished["quantity"], "seen_gross": page.outlook.change.gross}
    page.confirm = ConfirmForm(confirmed, eligible=eligible, initial=shown, auto_id="id_confirm_%s")
    return page


def offers_for(subscription: Subscription) -> list[Listing]:
    """The plans it can be changed to, its own first of all where that is still offered. One query."""
    offers = Listing.objects.on_sale().filter(
        marketplace_id=subscription.marketplace_id,
        product_id=subscription.product_id,
        plan__isnull=False,
        currency=subscription.currency,
    )
    return list(offers.select_related("plan", "product").order_by("plan__position", "plan_id"))
