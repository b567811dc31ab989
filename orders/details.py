"""How and where something is to be delivered and paid: checkout details, read and compared.

Pure. The spelling is that of the storefront API, since requests keep the details as they came:
`{"shipping": {"zoneId", "methodId"}, "addresses": [{"type": "SHIPPING", ...}], "deliveryWindow":
{"id", "slotId", "deliveryDate"}, "payment": {...}}`. Every part may be missing in a request; ordering
needs all but the delivery window. Amounts in them are somebody's statement and never used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from config.kit.money import spell
from config.kit.refused import Invalid
from config.kit.storable import storable_json, storable_text

SHIPPING, BILLING = "SHIPPING", "BILLING"
ADDRESS_FIELDS = {
    "contactName": "name",
    "companyName": "company",
    "street": "street",
    "streetNumber": "street number",
    "streetAppendix": "address line 2",
    "zipCode": "postcode",
    "city": "city",
    "state": "state",
    "country": "country",
    "contactPhone": "phone",
}
REQUIRED_FIELDS = ("contactName", "street", "zipCode", "city", "country")
LONGEST = {"zipCode": 11, "country": 2}
LONGEST_OTHERWISE = 200
MAX_ADDRESSES = 10

Address = dict[str, str]


@dataclass(frozen=True, slots=True)
class ShippingChoice:
    """A shipping method of a marketplace, by zone and method id."""

    zone: str
    method: str


@dataclass(frozen=True, slots=True)
class CheckoutDetails:
    """The details that were given; None or empty where they were left open."""

    shipping: ShippingChoice | None
    addresses: dict[str, Address]
    delivery_window: dict[str, str] | None
    payment: dict[str, Any]

    def bound(self) -> dict[str, Any]:
        """What an approval binds of it. Payment is free."""
        shipping = self.shipping
        return {
            "shipping": {"zoneId": shipping.zone, "methodId": shipping.method} if shipping else None,
            "addresses": self.addresses,
            "deliveryWindow": self.delivery_window,
        }

    def filled_from(self, other: CheckoutDetails) -> CheckoutDetails:
        """These details, with what they leave open taken from `other`; payment is the other's, if any."""
        return CheckoutDetails(
            self.shipping or other.shipping,
            {**other.addresses, **self.addresses},
            self.delivery_window or other.delivery_window,
            other.payment or self.payment,
        )


def read_details(raw: Mapping[str, Any]) -> CheckoutDetails:
    """Details as they came from a client; raises `Invalid` naming the part that cannot be used."""
    return CheckoutDetails(
        _shipping(raw.get("shipping")),
        _addresses(raw.get("addresses")),
        _window(raw.get("deliveryWindow")),
        _payment(raw),
    )


def check_complete(details: CheckoutDetails) -> None:
    """Raise `Invalid` for the first thing that ordering needs and the details do not have."""
    for kind, word in ((SHIPPING, "delivery"), (BILLING, "billing")):
        address = details.addresses.get(kind)
        if address is None:
            raise Invalid(f"Give a {word} address.", field=f"addresses.{kind}")
        for name in REQUIRED_FIELDS:
            if not address.get(name):
                raise Invalid(f"The {word} address needs a {ADDRESS_FIELDS[name]}.", field=f"addresses.{kind}.{name}")
    if details.shipping is None:
        raise Invalid("Choose how it is to be shipped.", field="shipping")
    if not details.payment:
        raise Invalid("Choose how it is to be paid.", field="payment")


def contradictions(agreed: CheckoutDetails, wanted: CheckoutDetails) -> list[str]:
    """Where `wanted` differs from something that was `agreed`; what was left open is free."""
    found = []
    if agreed.shipping and wanted.shipping and agreed.shipping != wanted.shipping:
        found.append(f"Shipping was approved as {agreed.shipping.method}, not {wanted.shipping.method}.")
    for kind, word in ((SHIPPING, "delivery"), (BILLING, "billing")):
        before, now = agreed.addresses.get(kind), wanted.addresses.get(kind)
        if before and now and before != now:
            found.append(f"The {word} address was approved as {one_line(before)}, not {one_line(now)}.")
    if agreed.delivery_window and wanted.delivery_window and agreed.delivery_window != wanted.delivery_window:
        found.append(
            f"Delivery was approved for {window_text(agreed.delivery_window)}, "
            f"not {window_text(wanted.delivery_window)}."
        )
    return found


def one_line(address: Mapping[str, str]) -> str:
    """An address in one line."""
    street = f"{address.get('street', '')} {address.get('streetNumber', '')}".strip()
    town = f"{address.get('zipCode', '')} {address.get('city', '')}".strip()
    parts = (address.get("contactName", ""), street, town, address.get("country", ""))
    return ", ".join(part for part in parts if part)


def window_text(window: Mapping[str, str]) -> str:
    """A delivery window in words."""
    return f"{window.get('deliveryDate', '')[:10]} ({window.get('slotId') or window.get('id', '')})"


def _shipping(raw: Any) -> ShippingChoice | None:
    if not raw:
        return None
    if not isinstance(raw, Mapping):
        raise Invalid("Shipping must name a zone and a method.", field="shipping")
    zone, method = _text(raw.get("zoneId"), "shipping.zoneId"), _text(raw.get("methodId"), "shipping.methodId")
    if not zone and not method:
        return None
    return ShippingChoice(zone, method)


def _addresses(raw: Any) -> dict[str, Address]:
    if not raw:
        return {}
    if not isinstance(raw, list) or len(raw) > MAX_ADDRESSES:
        raise Invalid("Addresses must be a list of a delivery and a billing address.", field="addresses")
    addresses: dict[str, Address] = {}
    for entry in raw:
        if not isinstance(entry, Mapping):
            raise Invalid("An address must have fields.", field="addresses")
        kind = _text(entry.get("type"), "addresses.type").upper()
        if not kind:  # kept with the details, but it is nobody's to say what it is for
            continue
        if kind not in (SHIPPING, BILLING):
            raise Invalid("An address is of type SHIPPING or BILLING.", field="addresses.type")
        if kind in addresses:
            raise Invalid(f"There are two addresses of type {kind}.", field=f"addresses.{kind}")
        addresses[kind] = _address(kind, entry)
    return addresses


def _address(kind: str, entry: Mapping[str, Any]) -> Address:
    address = {}
    for name in ADDRESS_FIELDS:
        field = f"addresses.{kind}.{name}"
        value = _text(entry.get(name), field)
        if len(value) > LONGEST.get(name, LONGEST_OTHERWISE):
            raise Invalid(f"This is too long; at most {LONGEST.get(name, LONGEST_OTHERWISE)} characters.", field=field)
        if value:
            address[name] = value
    country = address.get("country", "").upper()
    if country:
        if len(country) != 2 or not country.isalpha() or not country.isascii():
            raise Invalid("Give the country as two letters, such as DE.", field=f"addresses.{kind}.country")
        address["country"] = country
    return address


def _window(raw: Any) -> dict[str, str] | None:
    if not raw:
        return None
    if not isinstance(raw, Mapping):
        raise Invalid("A delivery window has an id, a slot and a date.", field="deliveryWindow")
    window = {name: _text(raw.get(name), f"deliveryWindow.{name}") for name in ("id", "slotId", "deliveryDate")}
    return {name: value for name, value in window.items() if value} or None


def _payment(raw: Mapping[str, Any]) -> dict[str, Any]:
    methods = raw.get("paymentMethods")
    payment = raw.get("payment")
    if isinstance(methods, list) and methods:
        payment = methods[0]
    if not payment:
        return {}
    if not isinstance(payment, Mapping):
        raise Invalid("A payment has a provider and a method.", field="payment")
    spelled: dict[str, Any] = _spelled(storable_json(payment, field="payment"))
    return spelled


def _spelled(value: Any) -> Any:
    """The same with fractions as text, since binary fractions have no one spelling for a snapshot."""
    match value:
        case float():
            return spell(Decimal(str(value)))
        case dict():
            return {name: _spelled(inner) for name, inner in value.items()}
        case list():
            return [_spelled(inner) for inner in value]
    return value


def _text(value: Any, field: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Invalid("This must be text.", field=field)
    text = str(value).strip()
    if not storable_text(text):
        raise Invalid("This text contains a character that cannot be stored.", field=field)
    return text
