"""A quote as something that can be approved: its acceptance."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet

from approvals.lifecycle import PURCHASE, Move
from approvals.models import Approval, SubjectKind
from approvals.policy import Item
from approvals.similar import Earlier
from approvals.subjects import Content, Facts, Subject, primary_key
from companies.actors import Actor
from companies.preferences import PreferenceKey, preference
from config.kit.canonical import plain
from config.kit.money import Money
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.content import content_differences
from orders.details import SHIPPING
from orders.earlier import earlier_orders
from orders.models import Quote
from orders.quote_content import quote_content
from orders.quote_lifecycle import QuoteStatus
from orders.quote_priced import PricedQuote, priced_quote
from orders.quote_standing import check_there, how_the_quote_stands
from orders.services.quote_steps import expire_quote, lock_whole


class QuoteCheckout(Subject):
    """An open quote that somebody wants to order at its prices."""

    kind = SubjectKind.QUOTE_CHECKOUT
    wire_name = "QUOTE"
    lifecycle = PURCHASE
    expires = True

    def fetch(self, actor: Actor, subject_id: str) -> Quote:
        """A quote the actor has a part in."""
        quote = _with_switch(Quote.objects.visible_to(actor)).filter(pk=primary_key(subject_id)).first()
        if quote is None:
            raise Missing("There is no such quote.")
        return quote

    def find(self, actor: Actor, subject_key: str) -> Quote:
        """The actor's own quote of the company they act for, or one they are asked to approve."""
        quote = _with_switch(Quote.objects.of_company(actor)).filter(key=subject_key).first()
        if quote is None:
            raise Missing("There is no such quote.")
        asked = quote.approval is not None and quote.approval.approver_id == actor.user_id
        if quote.owner_id != actor.user_id and not asked:
            raise NotYours("Only the person whose quote this is may ask about it.", code="not_owner")
        return quote

    def settle(self, subject_id: str, now: datetime, record: Any = None) -> bool:
        """Expire an offer whose time is over, and with it what was asked about it."""
        if record is None:
            overdue = Quote.objects.overdue(now).filter(pk=primary_key(subject_id)).exists()
        else:
            overdue = record.is_overdue(now)
        return overdue and expire_quote(primary_key(subject_id), now)

    def ends_at(self, subject_id: str) -> datetime | None:
        """Until when the offer holds."""
        return Quote.objects.filter(pk=primary_key(subject_id)).values_list("valid_to", flat=True).first()

    def leaves_open(self, subject_id: str) -> Collection[str]:
        """How it is paid; and where it goes, where the offer does not say that. Shipping is as offered, or none."""
        addresses = Quote.objects.filter(pk=primary_key(subject_id)).values_list("addresses", flat=True).first() or {}
        return ("payment",) if SHIPPING in addresses else ("ship_to", "bill_to", "payment")

    def earlier_orders(self, approval: Approval, actor: Actor, skus: Collection[str]) -> list[Earlier]:
        """Of the company's last purchases those that had some of these in them."""
        return earlier_orders(approval, actor, skus)

    def is_still(self, facts: Facts, bound: Mapping[str, Any]) -> bool:
        """Exactly the same offer."""
        return bool(plain(quote_content(facts.basis).bound) == bound)

    def bound_by(self, record: Quote) -> int | None:
        """A quote keeps its approval as long as that is live, and the one it was ordered by."""
        return record.approval_id

    def lock(self, subject_id: str) -> Quote:
        """The quote, locked, with what pricing needs."""
        return lock_whole(_with_switch(Quote.objects.locked()), primary_key(subject_id))

    def check_askable(self, record: Quote, facts: Facts) -> None:
        """Only an open offer whose lines can be bought can be asked about."""
        check_there(record)
        priced: PricedQuote = facts.basis
        if priced.status is not QuoteStatus.OPEN:
            raise Late(how_the_quote_stands(record, priced.now), code="quote_not_open")
        if not priced.lines:
            raise Invalid("This quote is empty.", field="quote", code="empty_quote")
        if priced.problems:
            raise Invalid("Some lines can no longer be ordered.", field="quote", details=priced.problems)

    def facts(self, record: Quote, now: datetime) -> Facts:
        """Gross subtotal and lines at the offered prices."""
        priced = priced_quote(record, now)
        return Facts(
            subject_id=str(record.pk),
            subject_key=record.key,
            label=_label(record, priced),
            tenant_id=record.tenant_id,
            site_code=record.marketplace.key,
            company=record.company,
            owner_id=record.owner_id,
            owner_name=record.owner_name,
            gross=priced.subtotal,
            items=tuple(
                Item(line.name.get("en", line.sku), Money(line.amounts.gross, record.currency)) for line in priced.lines
            ),
            approvals_on=record.quote_approval,  # type: ignore[attr-defined]  # annotated by _with_switch
            basis=priced,
        )

    def content(self, record: Quote, facts: Facts, details: Mapping[str, Any], now: datetime) -> Content:
        """The offer; it says itself how it is delivered."""
        return quote_content(facts.basis)

    def differences(self, seen: Mapping[str, Any], present: Mapping[str, Any]) -> list[str]:
        """What changed between two contents, in sentences."""
        return content_differences(seen, present)

    def hold(self, record: Quote, facts: Facts, approval: Approval, now: datetime) -> None:
        """Note which approval is about the present offer. The seller may still change it, which ends the approval."""
        record.approval = approval
        record.save(update_fields=["approval"])

    def release(self, record: Quote, approval: Approval, actor: Actor, now: datetime) -> None:
        """The customer may ask anew."""
        if record.approval_id == approval.pk:
            record.approval = None
            record.save(update_fields=["approval"])

    def decided(self, record: Quote, approval: Approval, move: Move, actor: Actor, now: datetime) -> None:
        """A quote stays open until it is accepted, declined or changed."""


def _with_switch(quotes: QuerySet[Quote]) -> QuerySet[Quote]:
    """With what the policy needs: whether quotes are approved at all is a preference of the tenant."""
    return quotes.select_related("marketplace__owner", "company", "owner", "approval", "tenant", "seller").annotate(
        quote_approval=preference(OuterRef("tenant_id"), PreferenceKey.QUOTE_APPROVAL)
    )


def _label(quote: Quote, priced: PricedQuote) -> str:
    if not priced.lines:
        return quote.number
    first, more = priced.lines[0], len(priced.lines) - 1
    name = first.name.get("en", first.sku)
    return f"{quote.number}: {name}{f' and {more} more' if more else ''}"[:200]
