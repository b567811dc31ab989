"""How does an approval read on the wire? Records in, plain values out; amounts as numbers of the currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import zip_longest
from typing import Any

from approvals.api.reading import ACTION
from approvals.lifecycle import Move
from approvals.models import Approval, ApprovalEvent
from approvals.policy import Person, Reason, Ruling
from approvals.services.permit import Outlook, Permission
from approvals.subjects import subject_of
from companies.api.history import event_body
from companies.api.json import instant, short
from companies.models import Customer, User
from config.kit.money import UNIT_PRICE_DECIMALS, round_amount

Values = dict[str, Any]
UNIT_STEP = Decimal(1).scaleb(-UNIT_PRICE_DECIMALS)


def approval_body(approval: Approval, now: datetime) -> Values:
    """The approval as everybody who sees it reads it; a row of `rows.seen_by`. What is empty is left out."""
    currency = approval.currency
    body = {
        "id": approval.key,
        "status": approval.status_at(now),
        "resourceType": subject_of(approval.subject_kind).wire_name,
        "action": ACTION,
        "approver": _user(approval.approver, approval.approver_number),
        "requestor": _user(approval.requester, approval.requester_number),
        "comment": approval.comment or None,
        "approverComment": approval.approver_comment or None,
        "expiryDate": instant(approval.expires_at) if approval.expires_at else None,
        "legalEntity": {"id": approval.company.key} if approval.company else None,
        "createdResource": {"id": approval.created_resource} if approval.created_resource else None,
        "details": _details(approval),
        "resource": resource_body(approval, approval.content or {}, currency),
        "metadata": {
            "version": approval.version,
            "createdAt": instant(approval.created_at),
            "modifiedAt": instant(approval.modified_at),
        },
        "contentHash": approval.content_hash,
        "reasons": [_reason(reason) for reason in approval.reasons],
        "givenUpAt": instant(approval.released_at) if approval.released_at else None,
    }
    return {name: value for name, value in body.items() if value is not None}


def listed_body(approval: Approval, now: datetime, orders: Iterable[str]) -> Values:
    """The approval with all orders that were made by it; the first of them is the created resource."""
    body = approval_body(approval, now)
    created = [{"id": number} for number in orders]
    return {**body, "createdResources": created} if created else body


def whole_body(
    approval: Approval, now: datetime, events: Iterable[ApprovalEvent], operations: Iterable[Move]
) -> Values:
    """The same with its history, and what the caller can do with it now through the API."""
    told = list(events)
    body = listed_body(approval, now, [number for event in told for number in event.facts.get("orders", [])])
    body["availableOperations"] = [move for move in operations if move is not Move.REASSIGN]
    body["events"] = [_event(event) for event in told]
    return body


def resource_body(approval: Approval, content: Mapping[str, Any], currency: str) -> Values:
    """The snapshot of what was asked about, as it was then. `amount` is what the totals come to, tax included.

    An item's `amount` and `unitPrice` are net or gross as its price was.
    """
    bound, shown = content.get("bound", {}), content.get("shown", {})
    rows = zip_longest(bound.get("lines", []), shown.get("lines", []), fillvalue={})
    lines = _sum(bound, "net", "tax", "gross", currency)
    shipping = _amount(bound, "shipping_net", currency), _amount(bound, "shipping_gross", currency)
    total = {
        "netValue": lines["netValue"] + shipping[0],
        "grossValue": lines["grossValue"] + shipping[1],
        "taxValue": lines["taxValue"] + shipping[1] - shipping[0],
    }
    body = {
        "id": approval.subject_key,
        "siteCode": approval.site_code,
        "items": [_item(line, seen, approval, currency) for line, seen in rows],
        "totalPrice": {"currency": currency, "amount": total["grossValue"], **total},
        "subTotalPrice": {"currency": currency, "amount": lines["grossValue"], **lines},
        "subtotalAggregate": {"currency": currency, **lines},
    }
    window = approval.details.get("deliveryWindow")
    return {**body, "deliveryWindow": window} if window else body


def permission_body(permission: Permission, now: datetime) -> Values:
    """Whether it may be ordered, and the approval that says so."""
    body: Values = {"action": ACTION, "permitted": permission.permitted}
    if permission.approval is not None:
        body |= {"status": permission.approval.status_at(now), "approvalId": permission.approval.key}
    return body


def outlook_body(outlook: Outlook, people: Mapping[int, Customer], now: datetime) -> Values:
    """The permission, and everything the policy says about it."""
    ruling, facts = outlook.ruling, outlook.facts
    limit = facts.company.limit if facts.company else None
    return {
        **permission_body(outlook.permission, now),
        "currency": facts.gross.currency,
        "grossValue": facts.gross.amount,
        "accountLimit": {"currency": limit.currency, "value": round_amount(limit.amount, limit.currency)}
        if limit
        else None,
        **ruling_body(ruling, people),
    }


def ruling_body(ruling: Ruling, people: Mapping[int, Customer]) -> Values:
    """What the policy answers: why, who could be asked, and what would avoid it."""
    return {
        "verdict": ruling.verdict,
        "reasons": [_ruled(reason) for reason in ruling.reasons],
        "approvers": approvers_body(ruling.eligible, people),
        "avoid": [_ruled(reason) for reason in ruling.avoid],
        "warnings": [_ruled(reason) for reason in ruling.warnings],
    }


def approvers_body(eligible: Iterable[Person], people: Mapping[int, Customer]) -> list[Values]:
    """Those who may be asked and whom the tenant knows as customers, in the order of their names."""
    known = (people[person.user_id] for person in eligible if person.user_id in people)
    return [_user(customer.user, customer.number) for customer in known]


def _user(user: User | None, number: str | None) -> Values | None:
    if user is None:
        return None
    return {"userId": number or "", "firstName": user.first_name, "lastName": user.last_name}


def _details(approval: Approval) -> Values | None:
    """As they came; the delivery window is shown with the resource. Only carts have details."""
    if subject_of(approval.subject_kind).wire_name != "CART":
        return None
    return {name: value for name, value in approval.details.items() if name != "deliveryWindow"}


def _item(line: Mapping[str, Any], seen: Mapping[str, Any], approval: Approval, currency: str) -> Values:
    product = str(seen.get("product") or line.get("product", ""))
    price = _sum(line, "net", "tax", "gross", currency)
    includes_tax = line.get("includes_tax") == "true"
    return {
        "quantity": Decimal(line.get("quantity", 0)),
        "itemId": seen.get("line", product),
        "itemYrn": f"urn:yaas:saasag:caasproduct:product:{approval.tenant.key};{product}",
        "itemPrice": {
            "currency": currency,
            "amount": price["grossValue"] if includes_tax else price["netValue"],
            **(_offered(line, seen) if "line" in seen else {"unitPrice": Decimal(line.get("unit_price", 0))}),
            "calculatedPrice": {"price": price},
        },
    }


def _offered(line: Mapping[str, Any], seen: Mapping[str, Any]) -> Values:
    """The price per unit before it was negotiated, and since; both net, as the quote itself says them."""
    quantity = Decimal(line["quantity"])
    listed = Decimal(seen["list_unit_price"])
    if seen["list_includes_tax"] == "true":
        listed = _each(seen["list_net"], quantity)
    return {"unitPrice": listed, "newUnitPrice": _each(line["net"], quantity)}


def _each(net: str, quantity: Decimal) -> Decimal:
    return short((Decimal(net) / quantity).quantize(UNIT_STEP, rounding=ROUND_HALF_UP))


def _sum(content: Mapping[str, Any], net: str, tax: str, gross: str, currency: str) -> dict[str, Decimal]:
    names = {"netValue": net, "grossValue": gross, "taxValue": tax}
    return {wire: _amount(content, name, currency) for wire, name in names.items()}


def _amount(content: Mapping[str, Any], name: str, currency: str) -> Decimal:
    return round_amount(Decimal(content.get(name, 0)), currency)


def _reason(reason: Mapping[str, Any]) -> Values:
    return {"code": reason["code"], "message": reason["text"], "figures": reason.get("figures", {})}


def _ruled(reason: Reason) -> Values:
    return {"code": reason.code, "message": reason.text, "figures": reason.figures}


def _event(event: ApprovalEvent) -> Values:
    differences = event.facts.get("differences")
    return event_body(event) | ({} if differences is None else {"differences": differences})
