"""A change of a subscription as something that can be approved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from approvals.lifecycle import PURCHASE, Move
from approvals.models import Approval, SubjectKind
from approvals.policy import Item
from approvals.subjects import Content, Facts, Subject, primary_key
from companies.actors import Actor
from config.kit.money import Money
from config.kit.refused import Invalid, Late, Missing
from config.kit.wording import money_text, quantity_text
from orders.content import content_differences
from orders.models import Subscription, SubscriptionChange
from orders.services.subscription_ending import carry_on
from orders.services.subscription_writer import write_change
from orders.subscription_lifecycle import ChangeStatus
from orders.subscription_priced import PricedChange, priced_change


class SubscriptionChangeCheckout(Subject):
    """A change that somebody wants to order; its gross is what a period will cost more."""

    kind = SubjectKind.SUBSCRIPTION_CHANGE
    lifecycle = PURCHASE
    expires = True

    def fetch(self, actor: Actor, subject_id: str) -> SubscriptionChange:
        """A change of a subscription the actor has a part in."""
        change = _changes().filter(pk=primary_key(subject_id)).first()
        if change is None or not Subscription.objects.visible_to(actor).filter(pk=change.subscription_id).exists():
            raise Missing("There is no such change.")
        return change

    def settle(self, subject_id: str, now: datetime, record: Any = None) -> bool:
        """End a subscription whose time is over, and with it what was asked about it."""
        if record is not None and record.subscription.status_at(now) == record.subscription.status:
            return False
        pk = (
            Subscription.objects.over(now)
            .filter(changes__pk=primary_key(subject_id))
            .values_list("pk", flat=True)
            .first()
        )
        return pk is not None and carry_on(pk, now)

    def ends_at(self, subject_id: str) -> datetime | None:
        """The end of a trial, or of what is not renewed."""
        ending = Subscription.objects.filter(
            Q(is_trial=True) | Q(auto_renews=False), changes__pk=primary_key(subject_id)
        )
        return ending.values_list("renews_at", flat=True).first()

    def leaves_open(self, subject_id: str) -> Collection[str]:
        """Nothing: it goes on where it is, and is paid as it was."""
        return ()

    def bound_by(self, record: SubscriptionChange) -> int | None:
        """A change keeps the approval it was asked with while it is open."""
        return record.approval_id if record.is_open else None

    def lock(self, subject_id: str) -> SubscriptionChange:
        """The change, its subscription locked before it."""
        pk = primary_key(subject_id)
        Subscription.objects.locked().get(changes__pk=pk)
        return _changes().select_for_update(of=("self",), no_key=True).get(pk=pk)

    def check_askable(self, record: SubscriptionChange, facts: Facts) -> None:
        """Only a change that was just asked for."""
        priced: PricedChange = facts.basis
        if record.status != ChangeStatus.ASKED:
            raise Late(f"This change is {record.status} already.")
        if priced.problems:
            raise Invalid("This plan can no longer be ordered.", field="plan", details=priced.problems)

    def facts(self, record: SubscriptionChange, now: datetime) -> Facts:
        """What a period will cost more, tax included."""
        priced = priced_change(record)
        subscription = record.subscription
        (line,) = priced.lines
        return Facts(
            subject_id=str(record.pk),
            subject_key=record.key,
            label=f"{subscription.number}: {line.name.get('en', line.sku)}"[:200],
            tenant_id=subscription.tenant_id,
            site_code=subscription.marketplace.key,
            company=subscription.company,
            owner_id=record.requested_by_id,
            owner_name=record.requested_by_name,
            gross=priced.subtotal,
            items=(Item(line.name.get("en", line.sku), Money(line.amounts.gross, subscription.currency)),),
            basis=priced,
            lasting_id=subscription.number,
        )

    def content(self, record: SubscriptionChange, facts: Facts, details: Mapping[str, Any], now: datetime) -> Content:
        """The old and the new terms, and what a period will cost more."""
        return change_content(facts.basis)

    def differences(self, seen: Mapping[str, Any], present: Mapping[str, Any]) -> list[str]:
        """What changed between two contents, in sentences."""
        return content_differences(seen, present)

    def hold(self, record: SubscriptionChange, facts: Facts, approval: Approval, now: datetime) -> None:
        """The change stays the subscription's open one."""
        record.approval = approval
        record.save(update_fields=["approval"])

    def release(self, record: SubscriptionChange, approval: Approval, actor: Actor, now: datetime) -> None:
        """No yes, no change: another one may be asked for."""
        if record.approval_id == approval.pk and record.status == ChangeStatus.ASKED:
            refused = approval.status in ("DECLINED", "EXPIRED")
            write_change(record, ChangeStatus.REFUSED if refused else ChangeStatus.WITHDRAWN, now)

    def decided(self, record: SubscriptionChange, approval: Approval, move: Move, actor: Actor, now: datetime) -> None:
        """Releasing says it all; ordering is another step."""


def change_content(priced: PricedChange) -> Content:
    """What an approval binds of a change: the terms it is from and to. Names only help reading."""
    change = priced.source.change
    subscription = priced.source.subscription
    (line,) = priced.lines
    currency = subscription.currency
    difference = priced.totals.lines
    return Content(
        bound={
            "currency": currency,
            "subscription": subscription.pk,
            "from": change.old,
            "lines": [
                {
                    "listing": change.listing_id,
                    "product": subscription.product_id,
                    "sku": line.sku,
                    "quantity": change.quantity,
                    "unit_price": change.unit_price,
                    "includes_tax": change.includes_tax,
                    "tax_code": line.priced.tax_code,
                    "tax_rate": change.tax_rate,
                    "net": difference.net,
                    "tax": difference.tax,
                    "gross": difference.gross,
                }
            ],
            "net": difference.net,
            "tax": difference.tax,
            "gross": difference.gross,
            "period_gross": change.gross,
            "shipping_net": 0,
            "shipping_gross": 0,
            "total": difference.gross,
            "shipping": None,
            "addresses": {},
            "deliveryWindow": None,
        },
        shown={
            "subscription": subscription.number,
            "kind": change.kind,
            "company": subscription.company.name if subscription.company else "",
            "marketplace": subscription.marketplace.name,
            "period": change.plan.period,
            "from": change.old,
            "payment": {},
            "lines": [
                {
                    "product": subscription.product.key,
                    "name": line.name.get("en", line.sku),
                    "names": line.name,
                    "quantity": quantity_text(change.quantity),
                    "unit": line.unit,
                    "gross": money_text(difference.gross, currency),
                    "vendor": subscription.vendor.name,
                    "needs_review": line.needs_review,
                }
            ],
        },
    )


def _changes() -> Any:
    return SubscriptionChange.objects.select_related(
        "subscription__marketplace__owner",
        "subscription__company",
        "subscription__owner",
        "subscription__vendor",
        "subscription__seller",
        "subscription__plan",
        "subscription__product__tax_class",
        "subscription__product__vendor",
        "listing__plan",
        "plan",
    )
