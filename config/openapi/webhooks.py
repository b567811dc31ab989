"""What vendors' systems are told, in words: the events of webhooks, their bodies and their headers."""

from __future__ import annotations

from typing import Any

from config.openapi.shared import ADDRESS_FIELDS
from config.openapi.words import INSTANT, NUMBER, TEXT, TEXTS, Schema, many, obj, ref, said

_NAMED = obj({"id": TEXT, "name": TEXT})
_PRODUCT = obj({"id": TEXT, "sku": TEXT, "name": TEXTS})


def _or_none(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


_COMPANY = said(_or_none(_NAMED), "Null for a private customer.")

SCHEMAS: dict[str, Schema] = {
    "DeliveryWanted": obj(
        {
            "id": said(TEXT, "Of `/order-v2/{tenant}/deliveries/{deliveryId}`, where its end is said."),
            "entryId": TEXT,
            "state": TEXT,
            "product": _PRODUCT,
            "plan": _or_none(TEXT),
            "quantity": NUMBER,
            "unit": TEXT,
            "subscriptionId": _or_none(TEXT),
            "changedFrom": said(
                _or_none(obj({"plan": _or_none(TEXT), "quantity": _or_none(NUMBER)})),
                "Of a modification: what the subscription was before.",
            ),
        }
    ),
    "OrderTold": obj(
        {
            "order": obj(
                {
                    "id": TEXT,
                    "kind": TEXT,
                    "reviewStatus": TEXT,
                    "siteCode": TEXT,
                    "created": INSTANT,
                    "reason": said(TEXT, "Why it was cancelled."),
                }
            ),
            "customer": obj({"name": TEXT, "email": TEXT, "company": _COMPANY}),
            "shippingAddress": _or_none(obj({f"{name}?": each for name, each in ADDRESS_FIELDS.items()})),
            "deliveries": many(ref("DeliveryWanted")),
        },
        "An order as its vendor's system is told of it: never with prices.",
    ),
    "SubscriptionTold": obj(
        {
            "subscription": obj(
                {
                    "id": TEXT,
                    "product": _PRODUCT,
                    "plan": TEXT,
                    "quantity": NUMBER,
                    "endedAt": _or_none(INSTANT),
                }
            ),
            "reason": TEXT,
            "customer": obj({"name": TEXT, "company": _COMPANY}),
        }
    ),
}

_EVENTS = {
    "order.to_deliver": (
        "An order is yours to deliver",
        (
            "Told once the order may be delivered, never while it waits for its review; after a retry again, for what "
            "failed. Answer with 2xx as soon as you have it, and say by `POST .../deliveries/{deliveryId}/complete` or "
            "`fail` how it went."
        ),
        ref("OrderTold"),
    ),
    "order.cancelled": ("An order was cancelled", "Stop what you began of it.", ref("OrderTold")),
    "subscription.terminated": ("A subscription has ended", "Stop what it pays for.", ref("SubscriptionTold")),
    "webhook.test": ("A test", "Asked for by a manager of the vendor.", obj({"message": TEXT})),
}
_HEADERS = {
    "webhook-id": "The event: the same on every attempt, so that a repeat is recognised.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
    "webhook-signature": "`v1,` and a signature after Standard Webhooks; two of them for a day after a new secret.",
}


def webhooks() -> dict[str, Any]:
    """The `webhooks` of the document: each event as a request that a vendor's system gets."""
    return {topic: {"post": _told(topic, *words)} for topic, words in _EVENTS.items()}


def _told(topic: str, summary: str, text: str, data: Schema) -> dict[str, Any]:
    body = obj({"type": {"type": "string", "const": topic}, "timestamp": INSTANT, "data": data})
    return {
        "operationId": f"WEBHOOK-{topic.replace('.', '-').replace('_', '-')}",
        "summary": summary,
        "description": text,
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": what, "schema": TEXT}
            for name, what in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "2XX": {"description": "You have it."},
            "410": {"description": "You want no more calls at all: they wait until the endpoint is switched on again."},
            "429": {"description": "Call later; `Retry-After` says when."},
            "default": {"description": "Anything else, a redirect too, is tried again, ever more rarely, for days."},
        },
    }
