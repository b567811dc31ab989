"""How do subscriptions and changes of them look on the wire? Rows of `subscriptions_rows` in, plain values out.

Prices are per period, in the subscription's currency, net and gross. Whoever may not see them gets bodies without any
field that could hold one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from approvals.api.wire import ruling_body
from approvals.lifecycle import Status
from approvals.models import Approval
from catalog.api.languages import Languages
from catalog.api.plans import plan_body
from companies.actors import Actor
from companies.api.json import instant, short
from companies.api.pieces import numbers_of
from companies.models import Customer
from orders.api.plans_wire import Values, former_terms, period_price, values_body
from orders.api.subscriptions_rows import shows_prices
from orders.models import Subscription, SubscriptionChange
from orders.pricing import Amounts
from orders.services.subscription_changing import ChangeOutlook
from orders.subscription_lifecycle import ChangeStatus, SubscriptionMove
from orders.subscription_standing import CHANGING, subscription_moves_for_each

# What can be done with a subscription, in the words of its addresses; both changes are a POST to `changes`.
OPERATIONS = {
    SubscriptionMove.CHANGE: "change",
    SubscriptionMove.CONVERT: "keep",
    SubscriptionMove.STOP_RENEWING: "stop-renewing",
    SubscriptionMove.RESUME_RENEWING: "resume-renewing",
    SubscriptionMove.TERMINATE: "terminate",
}


def subscription_bodies(
    subscriptions: Sequence[Any], actor: Actor, languages: Languages, now: datetime, *, may_manage: bool
) -> list[Values]:
    """Subscriptions as this caller reads them, rows of `rows.seen_by`. One query for members, one for approvers."""
    if not subscriptions:
        return []
    numbers = _approvers([change for each in subscriptions for change in each.open_changes])
    moves = subscription_moves_for_each(subscriptions, actor, now)
    return [
        _subscription(subscription, actor, languages, now, numbers)
        | {"availableOperations": _operations(subscription, offered) if may_manage else []}
        for subscription, offered in zip(subscriptions, moves, strict=True)
    ]


def change_bodies(
    changes: Sequence[SubscriptionChange], actor: Actor, languages: Languages, now: datetime
) -> list[Values]:
    """Changes as this caller reads them. One query for approvers."""
    numbers = _approvers(changes)
    return [change_body(change, actor, languages, now, numbers) for change in changes]


def change_body(
    change: SubscriptionChange, actor: Actor, languages: Languages, now: datetime, numbers: Mapping[int, str]
) -> Values:
    """One change; `numbers` are the customer numbers of approvers, by user."""
    orders = [order.number for order in change.checkout.orders.all()] if hasattr(change, "checkout") else []
    body = {
        "id": change.key,
        "subscriptionId": change.subscription.number,
        "status": status_at(change, now),
        "statusSince": instant(change.status_since),
        "requestedBy": change.requested_by_name,
        **_terms(change, actor, languages),
        "orderId": orders[0] if orders else None,
        "approval": _approval(change.approval, actor, now, numbers),
        "metadata": {
            "version": change.version,
            "createdAt": instant(change.created_at),
            "modifiedAt": instant(change.modified_at),
        },
    }
    return {name: value for name, value in body.items() if value is not None}


def outlook_body(outlook: ChangeOutlook, people: Mapping[int, Customer], actor: Actor, languages: Languages) -> Values:
    """What a change would cost, whether it would be reviewed, and what the policy says of it."""
    (line,) = outlook.priced.lines
    return {
        "subscriptionId": outlook.change.subscription.number,
        **_terms(outlook.change, actor, languages),
        "needsReview": line.needs_review,
        "problems": outlook.priced.problems,
        "permitted": outlook.ruling.permitted,
        **ruling_body(outlook.ruling, people),
    }


def status_at(change: SubscriptionChange, now: datetime) -> ChangeStatus:
    """As it reads at a moment: a request that nobody answered in time is refused, written down or not."""
    if change.status == ChangeStatus.ASKED and change.approval and change.approval.status_at(now) == Status.EXPIRED:
        return ChangeStatus.REFUSED
    return ChangeStatus(change.status)


def _subscription(
    subscription: Any, actor: Actor, languages: Languages, now: datetime, numbers: Mapping[int, str]
) -> Values:
    product, owner = subscription.product, subscription.owner
    waiting = [change_body(change, actor, languages, now, numbers) for change in subscription.open_changes]
    moments = {
        "startedAt": subscription.started_at,
        "periodStartsAt": subscription.period_starts_at,
        "renewsAt": subscription.renews_at,
        "endedAt": subscription.ended_at,
    }
    body = {
        "id": subscription.number,
        "status": subscription.status_at(now),
        "statusSince": instant(subscription.status_since),
        "name": languages.localized(subscription.name),
        "product": {
            "id": product.key,
            "sku": product.sku,
            "code": product.sku,
            "name": languages.localized(product.name),
        },
        "plan": plan_body(subscription.plan, languages),
        "quantity": short(subscription.quantity),
        "priceId": subscription.listing.key,
        "price": _price(subscription, subscription.currency) if shows_prices(subscription, actor) else None,
        "isTrial": subscription.is_trial,
        "autoRenews": subscription.auto_renews,
        **{name: instant(at) for name, at in moments.items() if at is not None},
        "siteCode": subscription.marketplace.key,
        "currency": subscription.currency,
        "countryCode": subscription.country,
        "seller": {"id": subscription.seller.key, "name": subscription.seller.name},
        "customer": {
            "id": subscription.customer_number or "",
            "name": subscription.owner_name,
            "email": owner.email,
            "company": subscription.company.name if subscription.company else "",
        },
        "legalEntityId": subscription.company.key if subscription.company else None,
        "openChange": waiting[0] if waiting else None,
        "metadata": {
            "version": subscription.version,
            "createdAt": instant(subscription.created_at),
            "modifiedAt": instant(subscription.modified_at),
        },
    }
    return {name: value for name, value in body.items() if value is not None}


def _operations(subscription: Any, moves: Collection[SubscriptionMove]) -> list[str]:
    """Exactly what the caller may do now: while a change is under way there is no other."""
    return [OPERATIONS[move] for move in moves if not (subscription.is_busy and move in CHANGING)]


def _terms(change: SubscriptionChange, actor: Actor, languages: Languages) -> Values:
    """What the subscription shall become, and what it is or was; prices for whom they are meant."""
    subscription = change.subscription
    currency, priced = subscription.currency, shows_prices(subscription, actor)
    terms: Values = {
        "kind": change.kind,
        "plan": plan_body(change.plan, languages),
        "quantity": short(change.quantity),
        "priceId": change.listing.key,
        "changedFrom": former_terms(change.old, currency, priced=priced),
    }
    if priced:
        terms |= {"price": _price(change, currency), "difference": values_body(change.difference, currency)}
    return terms


def _price(terms: Subscription | SubscriptionChange, currency: str) -> Values:
    return period_price(
        terms.unit_price,
        includes_tax=terms.includes_tax,
        tax_rate=terms.tax_rate,
        amounts=Amounts(terms.net, terms.tax, terms.gross),
        currency=currency,
    )


def _approval(approval: Approval | None, actor: Actor, now: datetime, numbers: Mapping[int, str]) -> Values | None:
    """The request, for who asked and who is asked: nobody else reads it."""
    if approval is None or actor.user_id not in (approval.requester_id, approval.approver_id):
        return None
    approver = approval.approver
    body = {
        "id": approval.key,
        "status": approval.status_at(now),
        "approver": {
            "userId": numbers.get(approver.pk, ""),
            "firstName": approver.first_name,
            "lastName": approver.last_name,
        }
        if approver
        else None,
        "comment": approval.comment or None,
        "approverComment": approval.approver_comment or None,
        "expiryDate": instant(approval.expires_at) if approval.expires_at else None,
        "contentHash": approval.content_hash,
    }
    return {name: value for name, value in body.items() if value is not None}


def _approvers(changes: Iterable[SubscriptionChange]) -> dict[int, str]:
    asked = [change.approval for change in changes if change.approval is not None]
    if not asked:
        return {}
    return numbers_of(asked[0].tenant_id, {approval.approver_id for approval in asked if approval.approver_id})
