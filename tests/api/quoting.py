"""What do the tests of the quote service have in common? Addresses, bodies as clients send them, and a whole quote.

item(cast, "DESK-01", 2, total=900)           an item as an employee sends it
asks(cast, cart)                              a body that asks for an offer for a cart
made(cast, item(cast, "DESK-01"))             a body that makes a quote for Rita
status("ACCEPTED")                            the operation that accepts
"""

from tests.api.callers import PROBLEMS, code

QUOTES = "/quote/{t}/quotes"
REASONS = "/quote/{t}/quote-reasons"
READ, MANAGE = "quote.quote_read", "quote.quote_manage"


def at(quote, *more) -> str:
    """The address of a quote, by its row or its id."""
    key = quote if isinstance(quote, str) else quote.key
    return "/".join((QUOTES, key, *more))


def operation(path, value=None, op="REPLACE") -> dict:
    return {"op": op, "path": path} | ({} if op == "REMOVE" and value is None else {"value": value})


def status(value, **more) -> dict:
    """The operation that sets a status."""
    return operation("/status", {"value": value, **more})


def asks(cast, cart, **changed) -> dict:
    """What a storefront sends to ask for an offer; None leaves a part out."""
    body = {
        "cartId": cart if isinstance(cart, str) else cart.key,
        "shippingAddressId": cast.headquarters.key,
        "billingAddressId": cast.headquarters.key,
        "shipping": {
            "value": 10,
            "methodId": "4-more_hours_timeframe",
            "zoneId": "deliveryarea",
            "shippingTaxCode": "STANDARD",
        },
        **changed,
    }
    return {name: part for name, part in body.items() if part is not None}


def item(cast, sku, quantity=1, *, total=None, marketplace="main", **more) -> dict:
    """An item with its offer, and what the whole of it costs net."""
    listing, product = cast.listing(sku, marketplace), cast.product(sku)
    price = {"priceId": listing.key, "unitPrice": float(listing.unit_price)}
    price |= {"totalNetValue": float(listing.unit_price * quantity) if total is None else total}
    return {
        "quantity": {"quantity": quantity, "unitCode": product.unit},
        "price": {**price, "tax": {"taxClass": "STANDARD", "taxRate": 19}},
        "product": {"productId": product.key},
        **more,
    }


def made(cast, *items, **changed) -> dict:
    """What an employee sends to make a quote for Rita; None leaves a part out."""
    body = {
        "customerId": "C-rita",
        "siteCode": "main",
        "currency": "EUR",
        "billingAddressId": cast.headquarters.key,
        "shippingAddressId": cast.headquarters.key,
        "items": list(items) or None,
        **changed,
    }
    return {name: part for name, part in body.items() if part is not None}


def unknown(quote) -> tuple:
    """The answer about a quote that is not there for the caller."""
    key = quote if isinstance(quote, str) else quote.key
    details = [f"Resource with id '{key}' not found"]
    return 404, {"resourceId": key, **code(404, "Error while getting resource", details=details)}


def lacks(*scopes) -> tuple:
    """The answer to who lacks all of these scopes."""
    return 403, code(403, "You need a scope for this action.", details=[f"Required scope(s): {', '.join(scopes)}"])


def wrong(*details) -> tuple:
    """The answer to a body that cannot be taken: `field: why`."""
    return 400, code(400, PROBLEMS, details=list(details))
