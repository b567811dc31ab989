"""What do the tests of carts have in common? Items as storefronts send them, and carts as they come back.

item(cast, "DESK-01", 2)                    a desk at the price it has, twice
item(cast, "DESK-01", 2, priceId="x")       the same with another price row; None leaves a part out
"""

from tests.api.callers import code

CARTS = "/cart/{t}/carts"
NOT_AUTHORIZED = "User not authorized."
BAD_YRN = "Given yrn does not match yaas urn scheme"
OTHER_VERSION = (
    "The version of the object that you are trying to update has already changed. "
    "Please refresh and try again with the latest version!"
)
HELD = "This cart waits for its approval and cannot be changed. Take the request back first, or start a new cart."


def yrn(product, tenant="acme") -> str:
    """A product as the SDK spells it."""
    return f"urn:yaas:hybris:product:product:{tenant};{product.key}"


def price(listing, **changed) -> dict:
    """A price row with the amounts that were seen."""
    amount = float(listing.unit_price)
    row = {
        "priceId": listing.key,
        "originalAmount": amount,
        "effectiveAmount": amount,
        "currency": listing.currency,
        **changed,
    }
    return {name: part for name, part in row.items() if part is not None}


def item(cast, sku, quantity=1, marketplace="main", *, more=None, **changed) -> dict:
    """An item as storefronts add it; `changed` are parts of the price, `more` of the item."""
    body = {
        "itemYrn": yrn(cast.product(sku)),
        "quantity": quantity,
        "price": price(cast.listing(sku, marketplace), **changed),
        **(more or {}),
    }
    return {name: part for name, part in body.items() if part is not None}


def path(cart, *more) -> str:
    """The address of a cart, by its row or its id."""
    key = cart if isinstance(cart, str) else cart.key
    return "/".join((CARTS, key, *more))


def contents(body) -> dict:
    """What is in a cart on the wire: quantity by code."""
    return {line["product"]["code"]: line["quantity"] for line in body["items"]}


def not_found(cart) -> tuple:
    """The answer about a cart that is not there for the caller."""
    key = cart if isinstance(cart, str) else cart.key
    return 404, code(404, f"Cart with code {key} not found.")


def not_authorized(*why) -> tuple:
    """The answer to who may not."""
    return 403, code(403, NOT_AUTHORIZED, **({"details": list(why)} if why else {}))
