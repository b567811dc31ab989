"""What did a client say of a cart or of its items? Bodies in, values for the services out.

Fields that nobody needs are left alone, as the services this API speaks do; what would change a
price, an owner or a status is read and refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rest_framework.request import Request

from catalog.api.yrn import product_key_of
from companies.api.errors import INVALID, ApiError
from companies.api.reading import Body
from companies.models import ApiToken
from config.kit.refused import Invalid, NotYours
from config.kit.storable import storable_json
from orders.details import BILLING, SHIPPING, read_details
from orders.services.cart_holders import Named
from orders.services.cart_items import ItemChange, NewItem, StatedPrice
from orders.services.cart_opening import CartFields

MOST_ITEMS = 200
MOST_ADDRESSES = 10
LONGEST_KEPT = 20_000
LONGEST_ID = 200
SERVER_SETS = ("orderId", "quoteId")
EXTERNAL = ("externalFees", "externalDiscounts", "linePrice", "lineTax")
EXTERNAL_SCOPE = "cart.cart_manage_external_prices"
CURRENCY, COUNTRY = re.compile(r"[A-Z]{3}"), re.compile(r"[A-Z]{2}")
_VERSION = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')


def new_cart(body: Body) -> tuple[str, Named, CartFields]:
    """Site, holder and fields of a cart to open."""
    _check_unlinked(body)
    _check_status(body, "OPEN")
    fields = _fields(body)
    if not fields.currency:
        raise body.wrong("currency", "is missing")
    named = Named(
        customer_number=body.text("customerId", longest=LONGEST_ID, default=""),
        company_key=body.text("legalEntityId", longest=LONGEST_ID, default=""),
    )
    return body.text("siteCode", longest=LONGEST_ID, default=""), named, fields


def cart_asked_for(request: Request, token: ApiToken | None) -> tuple[Named, CartFields]:
    """Holder and fields of the cart that a query asks for; a new one follows the session."""
    query = Body(request.query_params.dict())
    named = Named(
        customer_number=query.text("customerId", longest=LONGEST_ID, default=""),
        company_key=query.text("legalEntityId", longest=LONGEST_ID, default=""),
        session_key=query.text("sessionId", longest=LONGEST_ID, default=""),
    )
    fields = CartFields(
        type=query.text("type", longest=40, default=""),
        zip_code=query.text("zipCode", longest=11, default="") or None,
        country=_code(query, "countryCode", COUNTRY),
        session_currency=token.currency if token else "",
        session_country=token.country if token else "",
    )
    return named, fields


def cart_changes(body: Body) -> tuple[CartFields, Named, str]:
    """The fields to change, whose cart it is said to be, and the status that is named."""
    _check_unlinked(body)
    named = Named(
        customer_number=body.text("customerId", longest=LONGEST_ID, default=""),
        company_key=body.text("legalEntityId", longest=LONGEST_ID, default=""),
    )
    return _fields(body), named, body.text("status", longest=40, default="")


def new_item(body: Body, tenant_key: str) -> NewItem:
    """An item to add; it names the offer by `price.priceId`, and may say which product that is."""
    _check_internal(body)
    price = body.inner("price")
    if price is None:
        raise body.wrong("price", "is missing")
    return NewItem(
        quantity=body.number("quantity"),
        price=_stated(price, complete=True),
        product_key=_product_key(body, tenant_key),
        tax_code=body.text("taxCode", longest=LONGEST_ID, default=""),
        key=body.text("id", longest=64, default=""),
        separate=body.flag("keepAsSeparateLineItem", default=False),
        trial=body.flag("trial", default=False),
        mixins=kept(body, "mixins") or {},
    )


def item_change(body: Body, tenant_key: str, key: str, *, partial: bool) -> ItemChange:
    """A change of an item; what is left out stays, but in a full change the client's own additions go."""
    _check_internal(body)
    price = body.inner("price")
    mixins = kept(body, "mixins")
    return ItemChange(
        key=key,
        quantity=body.number("quantity") if body.raw("quantity") is not None else None,
        price=None if price is None else _stated(price, complete=not partial),
        product_key=_product_key(body, tenant_key),
        tax_code=body.text("taxCode", longest=LONGEST_ID, default=""),
        separate=body.flag("keepAsSeparateLineItem", default=False) if "keepAsSeparateLineItem" in body else None,
        mixins=mixins if partial or mixins is not None else {},
    )


def currency_of(body: Body) -> str:
    """The currency to change to, which has to be there."""
    currency = _code(body, "currency", CURRENCY)
    if currency is None:
        raise body.wrong("currency", "is missing")
    return currency


def batch_of(data: Any) -> list[Any]:
    """The entries of a batch; 400 for what is no list of 1 to 200."""
    if not isinstance(data, list) or not 1 <= len(data) <= MOST_ITEMS:
        message = f"must be a list of 1 to {MOST_ITEMS} items"
        raise ApiError(400, INVALID, details=[{"field": "body", "message": message}])
    return data


def source_keys(body: Body) -> list[str]:
    """The carts to merge, each once."""
    carts = body.texts("carts", longest=LONGEST_ID)
    if not carts:
        raise body.wrong("carts", "must be a list of cart ids")
    return list(dict.fromkeys(carts))


def version_seen(request: Request, body: Body | None = None) -> int | None:
    """The version of the cart that the client saw, where it says so: `If-Match`, or `metadata.version`."""
    header = request.headers.get("If-Match", "*").strip()
    if header != "*":
        found = _VERSION.fullmatch(header)
        if found is None:
            raise ApiError(400, INVALID, details=[{"field": "If-Match", "message": "must be a version"}])
        return int(found[1])
    metadata = body.raw("metadata") if body is not None else None
    version = metadata.get("version") if isinstance(metadata, Mapping) else None
    return version if isinstance(version, int) and not isinstance(version, bool) else None


def kept(body: Body, name: str) -> dict[str, Any] | None:
    """An object that is stored and given back as it came, None where there is none."""
    value = body.raw(name)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise body.wrong(name, "must be an object")
    return _kept(body, name, value)


def _kept(body: Body, name: str, value: Any) -> Any:
    stored = storable_json(value, field=name)
    if len(json.dumps(stored)) > LONGEST_KEPT:
        raise body.wrong(name, f"must have at most {LONGEST_KEPT} characters")
    return stored


def _fields(body: Body) -> CartFields:
    return CartFields(
        currency=_code(body, "currency", CURRENCY),
        type=body.text("type", longest=40, default="") if "type" in body else None,
        country=_code(body, "countryCode", COUNTRY),
        zip_code=body.text("zipCode", longest=11, default="") if "zipCode" in body else None,
        channel=kept(body, "channel"),
        addresses=_addresses(body),
        delivery_window=_window(body),
        mixins=kept(body, "mixins"),
    )


def _code(body: Body, name: str, pattern: re.Pattern[str]) -> str | None:
    code = body.text(name, longest=40, default="")
    if not code:
        return None
    if not pattern.fullmatch(code):
        raise body.wrong(name, f"{code!r} is no code")
    return code


def _window(body: Body) -> dict[str, Any] | None:
    """The delivery window as it was sent; `deliveryWindowId` alone is one with nothing but an id."""
    if "deliveryWindow" in body.data and body.raw("deliveryWindow") is None:
        return {}
    window = body.inner("deliveryWindow")
    if window is None:
        alone = body.text("deliveryWindowId", longest=LONGEST_ID, default="")
        return {"id": alone} if alone else None
    for name in ("id", "slotId", "deliveryDate"):
        window.text(name, longest=LONGEST_ID, default="")
    return kept(body, "deliveryWindow")


def _addresses(body: Body) -> list[Any] | None:
    """At most one address of each type, as they were sent; further ones are left out."""
    entries = body.items("addresses")
    if entries is None:
        return None
    if len(entries) > MOST_ADDRESSES:
        raise body.wrong("addresses", f"must be at most {MOST_ADDRESSES}")
    first: dict[str, Any] = {}
    for entry in entries:
        first.setdefault(entry.choice("type", (SHIPPING, BILLING)), entry.data)
    read_details({"addresses": list(first.values())})  # refuses what an address cannot hold
    return [_kept(body, "addresses", address) for address in first.values()]


def _check_unlinked(body: Body) -> None:
    """Which order and which quote came of a cart is for the server to say."""
    for name in SERVER_SETS:
        if body.raw(name) is not None:
            raise Invalid("This is set by the server alone.", field=name)


def _check_status(body: Body, *allowed: str) -> None:
    status = body.text("status", longest=40, default="")
    if status and status not in allowed:
        raise body.wrong("status", f"must be one of {', '.join(allowed)}")


def _check_internal(body: Body) -> None:
    """Prices, discounts and fees of the client's own need a scope that nobody has here."""
    if body.raw("itemType") == "EXTERNAL" or any(body.raw(name) for name in EXTERNAL):
        raise NotYours(f"Required scope(s): {EXTERNAL_SCOPE}")


def _stated(price: Body, *, complete: bool) -> StatedPrice:
    return StatedPrice(
        listing_key=price.text("priceId", longest=LONGEST_ID),
        original=_amount(price, "originalAmount"),
        effective=_amount(price, "effectiveAmount"),
        currency=price.text("currency", longest=40, default=""),
        complete=complete,
    )


def _amount(price: Body, name: str) -> Decimal | None:
    return None if price.raw(name) is None else price.number(name)


def _product_key(body: Body, tenant_key: str) -> str:
    """The product that the item says it is: by its YRN, or by what stands in `product`."""
    yrn = body.text("itemYrn", longest=LONGEST_ID, default="")
    if yrn:
        return product_key_of(yrn, tenant_key)
    product = body.inner("product")
    if product is None:
        return ""
    yrn = product.text("yrn", longest=LONGEST_ID, default="")
    return product_key_of(yrn, tenant_key) if yrn else product.text("id", longest=LONGEST_ID, default="")
