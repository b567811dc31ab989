"""What does a client say of the items of a quote, and of its shipping? Bodies in, edits out.

What an item is taxed with and what its unit is called are the product's own, whatever is said of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from companies.api.errors import ApiError
from companies.api.reading import Body
from companies.api.views import NEEDS_SCOPE
from config.kit.patches import Op, Operation
from config.kit.records import new_key
from orders.api.carts_input import EXTERNAL_SCOPE, LONGEST_ID
from orders.quote_edits import AddLine, Attach, ChangeLine, Edit, Price, SetShipping
from orders.services.quote_lines import ITEMS, MIXINS

# Where something can be attached, to a quote and to each of its items; of an item, to its product, too.
ATTACHED = ((MIXINS,), ("metadata", MIXINS))
ATTACHED_TO_ITEMS = (*ATTACHED, *(("product", *places) for places in ATTACHED))


def missing_scope(*scopes: str) -> ApiError:
    """The answer to who lacks all of these scopes, in the words of the service."""
    return ApiError(403, NEEDS_SCOPE, details=[f"Required scope(s): {', '.join(scopes)}"])


def added_items(value: Any, path: str) -> list[Edit]:
    """One item to add, or a list of them."""
    entries = value if isinstance(value, list) else [value]
    bodies = [Body(entry, f"{path}[{index}]") for index, entry in enumerate(entries)]
    if not bodies:
        raise Body({}, path).wrong("items", "must be an item or a list of them")
    return [edit for body in bodies for edit in _added(body)]


def changed_item(key: str, body: Body) -> list[Edit]:
    """Another quantity, price or product of an item; what is left out stays."""
    listing_key, price = _price(body.inner("price"))
    change = ChangeLine(
        key, quantity=_quantity(body), price=price, listing_key=listing_key, product_key=_product_key(body)
    )
    return [change, *attached(body, (ITEMS, key), ATTACHED_TO_ITEMS)]


def changed_price(key: str, body: Body) -> list[Edit]:
    """The price of an item: one net total, or a price per unit, net or gross as its offer is."""
    listing_key, price = _price(body)
    if price is None:
        raise body.wrong("totalNetValue", "is missing")
    return [ChangeLine(key, price=price, listing_key=listing_key)]


def removed_items(value: Any, path: str) -> list[str]:
    """The ids of items to remove, at least one."""
    entries = value if isinstance(value, list) else [value]
    keys = [Body(entry, f"{path}[{index}]").text("itemId", longest=LONGEST_ID) for index, entry in enumerate(entries)]
    if not keys:
        raise Body({}, path).wrong("itemId", "is missing")
    return keys


def shipping(body: Body, *, agreed: bool) -> SetShipping:
    """The shipping method; `value`, where it is `agreed` by an employee, is what it costs net."""
    zone, method = (body.text(name, longest=LONGEST_ID, default="") for name in ("zoneId", "methodId"))
    return SetShipping(zone, method, _number(body, "value") if agreed else None)


def attached(body: Body, before: tuple[str, ...] = (), places: tuple[tuple[str, ...], ...] = ATTACHED) -> list[Edit]:
    """What a body has at the places where something can be attached."""
    edits: list[Edit] = []
    for path in places:
        value: Any = body.data
        for part in path:
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is not None:
            edits.append(Attach(Operation(Op.ADD, (*before, *path), value)))
    return edits


def _added(body: Body) -> list[Edit]:
    listing_key, price = _price(body.inner("price"))
    key = body.text("itemId", longest=LONGEST_ID, default="") or new_key()
    quantity = _quantity(body)
    if quantity is None:
        raise body.wrong("quantity", "is missing")
    product_key = _product_key(body)
    if not listing_key and not product_key:
        raise body.wrong("product.productId", "is missing")
    line = AddLine(quantity, listing_key=listing_key, product_key=product_key, price=price or Price(), key=key)
    return [line, *attached(body, (ITEMS, key), ATTACHED_TO_ITEMS)]


def _quantity(body: Body) -> Decimal | None:
    """`{"quantity": 3, "unitCode": "piece"}`, or the number alone."""
    value = body.raw("quantity")
    if value is None:
        return None
    if isinstance(value, Mapping):
        return Body(value, f"{body.path}.quantity").number("quantity")
    return body.number("quantity")


def _price(price: Body | None) -> tuple[str, Price | None]:
    """The offer by its id, and what was agreed, if anything was. What was agreed in all holds."""
    if price is None:
        return "", None
    _check_internal(price)
    total, unit = _number(price, "totalNetValue"), _number(price, "unitPrice")
    listing_key = price.text("priceId", longest=LONGEST_ID, default="")
    if total is None and unit is None:
        return listing_key, None
    return listing_key, Price(total_net=total) if total is not None else Price(unit=unit)


def _product_key(body: Body) -> str:
    product = body.inner("product")
    if product is None:
        return ""
    _check_internal(product)
    return product.text("productId", longest=LONGEST_ID, default="")


def _check_internal(part: Body) -> None:
    """Products and prices from elsewhere need a scope that nobody has here."""
    if part.raw("type") not in (None, "INTERNAL"):
        raise missing_scope(EXTERNAL_SCOPE)


def _number(body: Body, name: str) -> Decimal | None:
    return None if body.raw(name) is None else body.number(name)
