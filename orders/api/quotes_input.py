"""What does a client ask for with a new quote? Bodies in, values for the services out."""

from __future__ import annotations

from dataclasses import dataclass

from companies.api.reading import Body
from orders.api.carts_input import LONGEST_ID
from orders.api.quotes_items import added_items, attached, shipping
from orders.details import BILLING, SHIPPING
from orders.quote_edits import Edit, SetAddress, SetText, SetValidTo, Text
from orders.services.quote_asking import Wishes


@dataclass(frozen=True, slots=True)
class NewQuote:
    """A quote as an employee makes it. The customer is named by number, else by e-mail address."""

    key: str
    customer_number: str
    customer_email: str
    company_key: str
    site_code: str
    currency: str
    edits: tuple[Edit, ...]
    has_items: bool


def cart_asked_about(body: Body) -> tuple[str, Wishes]:
    """The cart that a customer wants an offer for, and what is to be known about it."""
    chosen = body.inner("shipping")
    choice = shipping(chosen, agreed=False) if chosen is not None else None
    names = {SHIPPING: "shippingAddressId", BILLING: "billingAddressId"}
    return body.text("cartId", longest=LONGEST_ID), Wishes(
        address_keys={kind: body.text(name, longest=LONGEST_ID, default="") for kind, name in names.items()},
        zone=choice.zone if choice else "",
        method=choice.method if choice else "",
        reference=body.text("customerReference", default=""),
        comment=body.text("customerComment", default=""),
        key=body.text("id", longest=LONGEST_ID, default=""),
    )


def new_quote(body: Body) -> NewQuote:
    """A quote for a customer who did not ask."""
    number = body.text("customerId", longest=LONGEST_ID, default="")
    email = body.text("customerEmail", longest=LONGEST_ID, default="")
    if not number and not email:
        raise body.wrong("customerId", "is missing")
    edits: list[Edit] = [
        SetAddress(SHIPPING, body.text("shippingAddressId", longest=LONGEST_ID)),
        SetAddress(BILLING, body.text("billingAddressId", longest=LONGEST_ID)),
    ]
    if company_name := body.text("companyName", default=""):
        edits.append(SetText(Text.COMPANY_NAME, company_name))
    if "validTo" in body:
        edits.append(SetValidTo(body.moment("validTo")))
    if chosen := body.inner("shipping"):
        edits.append(shipping(chosen, agreed=True))
    items = body.items("items")
    if items:
        edits += added_items(body.raw("items"), "items")
    return NewQuote(
        key=body.text("id", longest=LONGEST_ID, default=""),
        customer_number=number,
        customer_email=email,
        company_key=body.text("legalEntityId", longest=LONGEST_ID, default=""),
        site_code=body.text("siteCode", longest=LONGEST_ID),
        currency=body.text("currency", longest=LONGEST_ID),
        edits=(*edits, *attached(body)),
        has_items=bool(items),
    )
