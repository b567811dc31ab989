"""What is left to choose before an offer is ordered, or whom to ask; and doing it once it was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals.lifecycle import Status
from approvals.models import Approval, SubjectKind
from approvals.policy import Ruling, Verdict
from approvals.services import preview, request_approval
from companies.actors import Actor
from companies.models import DeliveryWindow
from config.kit.refused import Invalid, Late
from orders.dashboard.checkout_form import locations_of, windows_of
from orders.dashboard.content.amounts import Values, count_of
from orders.dashboard.content.cart import reason_box
from orders.dashboard.content.quote_history import changes_since, events_of
from orders.dashboard.content.quote_lines import compared, offered_lines, offered_totals
from orders.dashboard.content.quote_words import Reading, lead, seller_of
from orders.dashboard.content.splits import split_words
from orders.dashboard.quote_forms import AddressedOfferForm, AskApprovalForm, OrderOfferForm
from orders.details import SHIPPING
from orders.models import Checkout, Quote
from orders.quote_priced import PricedQuote, priced_quote
from orders.services.quote_accepting import accept_quote

CHANGED = "The offer has changed since you opened this page; nothing was ordered or asked. This is how it is now."


@dataclass(frozen=True, slots=True)
class AcceptPage:
    """An open offer about to be ordered or asked about, with the policy's ruling and the form for the rest.

    `approval` is a yes that was given already; then the ruling is no longer asked.
    """

    quote: Quote
    priced: PricedQuote
    ruling: Ruling
    approval: Approval | None
    form: OrderOfferForm | AskApprovalForm
    reading: Reading

    @property
    def orders(self) -> bool:
        """Confirming orders; else it asks somebody for their yes."""
        return self.approval is not None or self.ruling.permitted

    def context(self) -> Values:
        """The values of the template."""
        quote = self.quote
        company = quote.company
        return {
            "quote": quote,
            "form": self.form,
            "asks_where": isinstance(self.form, AddressedOfferForm),
            "seen_hash": quote.content_hash,
            "lead": lead(self.reading),
            "seller": seller_of(quote),
            "orders": self.orders,
            "reason": self._box(),
            "may": self.orders or bool(self.ruling.eligible) or self.ruling.nobody_can_approve,
            "problems": self.priced.problems,
            **offered_lines(self.priced),
            "lines_title": count_of(len(self.priced.lines), "line"),
            "sums": offered_totals(quote, self.priced),
            "compared": compared(quote),
            "currency": quote.currency,
            "ship_to": quote.addresses.get("SHIPPING"),
            "company": company,
            "gross": quote.lines_gross,
            "limit": company.purchase_limit if company else None,
            "limit_currency": company.limit_currency if company else "",
            **split_words(
                self.priced, shipping=quote.shipping_gross, asks=self.ruling.verdict is Verdict.NEEDS_APPROVAL
            ),
            "button": self._button(),
        }

    def went_through(self, actor: Actor, seen_hash: str) -> Checkout | Approval | None:
        """Order or ask; None where a refusal is shown in the form. Raises what is read on the quote's page."""
        if not self.form.is_valid():
            return None
        if seen_hash != self.quote.content_hash:
            self.form.add_error(None, [CHANGED, *self._changes(seen_hash)])
            return None
        try:
            return self._order(actor, seen_hash) if self.orders else self._ask(actor)
        except (Invalid, Late) as refusal:
            if refusal.code == "content_changed" and not refusal.details:
                raise Late(CHANGED, code=refusal.code, details=self._changes(seen_hash)) from refusal
            name = self.form.field_of(refusal.field)
            if name not in self.form.fields:
                raise
            self.form.add_error(name, " ".join((refusal.text, *refusal.details)))
            return None

    def _order(self, actor: Actor, seen_hash: str) -> Checkout:
        typed = self.form.cleaned_data
        return accept_quote(
            actor=actor,
            quote_id=self.quote.pk,
            details=self.form.details(),  # type: ignore[union-attr]  # the form of ordering
            comment=typed["comment"],
            seen_hash=seen_hash,
        ).settled()

    def _ask(self, actor: Actor) -> Approval:
        typed = self.form.cleaned_data
        return request_approval(
            actor=actor,
            kind=SubjectKind.QUOTE_CHECKOUT,
            subject_id=str(self.quote.pk),
            approver_id=typed.get("approver"),
            comment=typed.get("comment", ""),
            seen_gross=self.priced.subtotal.amount,
        ).settled()

    def _changes(self, seen_hash: str) -> list[str]:
        """What is different from what the reader had seen, in sentences."""
        found = changes_since(self.quote, events_of(self.quote), seen_hash, self.reading.now)
        return [f"{change}." for change in found]

    def _box(self) -> Values:
        if self.approval is not None:
            return {"tone": "free", "headline": f"{self.approval.decided_by_name} approved this: you can order it."}
        return reason_box(self.ruling, self.quote.company)

    def _button(self) -> Values:
        if self.orders:
            return {"label": "Accept and order", "hint": "Orders now, at the prices of this offer."}
        if self.ruling.nobody_can_approve:
            return {
                "label": "Tell the admins",
                "hint": "Nobody can approve this now; the admins of your company are told.",
            }
        return {"label": "Ask for approval", "hint": "Nothing is ordered yet. The offer stays open until its end."}


def accept_page(quote: Quote, actor: Actor, now: datetime, typed: Any = None) -> AcceptPage:
    """The page for the customer of an open offer; a constant number of queries."""
    priced, events = priced_quote(quote, now), events_of(quote)
    live = quote.approval if quote.approval is not None and quote.approval.is_live else None
    approval = live if live is not None and live.status == Status.APPROVED else None
    ruling = preview(actor=actor, kind=SubjectKind.QUOTE_CHECKOUT, subject_id=str(quote.pk), now=now)
    form: OrderOfferForm | AskApprovalForm
    if approval is not None or ruling.permitted:
        windows = windows_of(quote.marketplace, now.date())
        form = (
            OrderOfferForm(typed, windows=windows)
            if SHIPPING in quote.addresses
            else _addressed(quote, actor, windows, typed)
        )
    else:
        form = AskApprovalForm(typed, eligible=ruling.eligible)
    return AcceptPage(quote, priced, ruling, approval, form, Reading(quote, actor, now, len(priced.lines), events))


def _addressed(quote: Quote, actor: Actor, windows: Mapping[str, DeliveryWindow], typed: Any) -> AddressedOfferForm:
    """The form for an offer that does not say where it is delivered. One query."""
    country = quote.country
    initial = {"ship_contactName": actor.name, "ship_country": country, "bill_country": country}
    return AddressedOfferForm(typed, locations=locations_of(actor), windows=windows, initial=initial)
