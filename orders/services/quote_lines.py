"""A quote while it is being edited: edits carried out in memory, priced once, then written with what they changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from approvals.services.steps import clean_comment
from catalog.models import Listing
from companies.actors import Actor
from companies.models import Customer
from config.kit.money import AMOUNT_LIMIT, UNIT_PRICE_DECIMALS, UNIT_PRICE_LIMIT, round_amount, spell
from config.kit.patches import Op, set_in
from config.kit.records import KEY_FORMAT
from config.kit.refused import Invalid, Late
from config.kit.storable import storable_json
from config.kit.wording import money_text
from orders.details import BILLING, SHIPPING, one_line
from orders.models import Quote, QuoteLine
from orders.quote_edits import (
    AddLine,
    Attach,
    ChangeLine,
    Edit,
    Price,
    RemoveLine,
    RemoveLines,
    SetAddress,
    SetCustomer,
    SetShipping,
    SetText,
    SetValidTo,
    Text,
)
from orders.quote_offers import offers_for
from orders.quote_priced import PricedQuote
from orders.quote_standing import may_be_quoted
from orders.services.cart_steps import MAX_LINES, clean_quantity
from orders.services.quote_steps import (
    LINES_COLUMNS,
    SHIPPING_COLUMNS,
    price_quote,
    save_lines,
    take_address,
    take_shipping,
)
from orders.services.quote_writer import Change

UNIT_STEP = Decimal(1).scaleb(-UNIT_PRICE_DECIMALS)
LONGEST_ATTACHED = 50_000
ITEMS, MIXINS = "items", "mixins"
LONGEST = {Text.CUSTOMER_REFERENCE: 200, Text.COMPANY_NAME: 200, Text.RESTRICTION: 200}
PATHS = {
    Text.EMPLOYEE_COMMENT: "/comment",
    Text.CUSTOMER_REFERENCE: "/customerReference",
    Text.CUSTOMER_COMMENT: "/customerComment",
    Text.COMPANY_NAME: "/companyName",
    Text.RESTRICTION: "/restriction",
}
FIELDS = {text: path[1:] for text, path in PATHS.items()}


def seller_of(owner_id: int | None, vendor_ids: Iterable[int]) -> int | None:
    """Whose sales price a quote: the reseller's, else the one vendor's of all lines; None: the platform's staff."""
    if owner_id is not None:
        return owner_id
    vendors = set(vendor_ids)
    return vendors.pop() if len(vendors) == 1 else None


def line_text(line: QuoteLine, currency: str) -> str:
    """A line in words: quantity, SKU, price per unit or as a total."""
    if line.is_total:
        price = f"{money_text(line.net, currency)} net in all"
    else:
        price = f"{money_text(line.unit_price, currency)} {'gross' if line.includes_tax else 'net'} each"
    return f"{line.quantity.normalize():f} x {line.product.sku} at {price}"


@dataclass(frozen=True, slots=True)
class Told:
    """A line as the history tells it, and all the figures that would make it another one."""

    text: str
    tax: str
    figures: tuple[Any, ...]


NO_LINE = Told("", "", ())


class Draft:
    """A locked (or new) quote with its lines in memory. `changes` and `columns` are for the writer."""

    def __init__(self, quote: Quote, lines: Iterable[QuoteLine]) -> None:
        self.quote = quote
        self.lines = list(lines)
        self.changes: list[Change] = []
        self.columns: set[str] = set()
        self.is_priced_anew = False
        self._before = {line.key: _told(line, quote.currency) for line in self.lines}
        self._removed: list[int] = []
        self._listings: dict[str, Listing] = {}

    @classmethod
    def of(cls, priced: PricedQuote) -> Draft:
        """A draft of what was read."""
        return cls(priced.quote, [line.line for line in priced.lines])

    def carry_out(self, edits: Iterable[Edit], actor: Actor) -> None:
        """Carry out edits in their order; raises `Invalid` naming the field."""
        wanted = list(edits)
        self._load(wanted, actor)
        for edit in wanted:
            match edit:
                case SetText():
                    self._set_text(edit)
                case SetValidTo():
                    self._set_valid_to(edit.value)
                case SetAddress():
                    self._set_address(edit)
                case SetShipping():
                    self._set_shipping(edit)
                case Attach():
                    self._attach(edit)
                case SetCustomer():
                    self._set_customer(edit.number)
                case _:
                    self._edit_lines(edit)

    def finish(self, now: datetime) -> None:
        """Price what was changed, and say how the lines differ. Two queries, none where prices stay."""
        if not self.is_priced_anew:
            return
        price_quote(self.quote, self.lines, now)
        self.columns |= {*LINES_COLUMNS, *SHIPPING_COLUMNS, "content_hash", "country"}
        after = {line.key: _told(line, self.quote.currency) for line in self.lines}
        for key in [*self._before, *(key for key in after if key not in self._before)]:
            old, new = self._before.get(key, NO_LINE), after.get(key, NO_LINE)
            if old != new:
                self.changes.append(Change(f"/items/{key}", *_apart(old, new)))
        self._follow_seller()

    def take_in_hand(self, actor: Actor) -> None:
        """Note who prices it, as the customer sees it."""
        self.quote.employee_id = actor.user_id
        self.quote.employee_ref, self.quote.employee_name = actor.reference[:64], actor.name[:200]
        self.columns |= {"employee", "employee_ref", "employee_name"}

    def save(self) -> None:
        """Write the lines of a quote that is saved itself; nothing where no line changed."""
        if self.is_priced_anew:
            save_lines(self.quote, self.lines, self._removed)

    def _changed(self, column: str, path: str, old: str, new: str) -> None:
        if old != new:
            self.columns.add(column)
            self.changes.append(Change(path, old, new))

    def _set_text(self, edit: SetText) -> None:
        text = clean_comment(edit.value, field=FIELDS[edit.text])
        longest = LONGEST.get(edit.text)
        if longest and len(text) > longest:
            raise Invalid(f"Use at most {longest} characters.", field=FIELDS[edit.text])
        old = getattr(self.quote, edit.text)
        setattr(self.quote, edit.text, text)
        self._changed(edit.text, PATHS[edit.text], old, text)

    def _set_valid_to(self, value: datetime | None) -> None:
        old, self.quote.valid_to = self.quote.valid_to, value
        self._changed("valid_to", "/validTo", _iso(old), _iso(value))

    def _set_address(self, edit: SetAddress) -> None:
        old = self.quote.addresses.get(edit.type)
        take_address(self.quote, edit.type, edit.key)
        new = self.quote.addresses.get(edit.type)
        path = {SHIPPING: "/shippingAddressId", BILLING: "/billingAddressId"}[edit.type]
        self.is_priced_anew = True
        if old != new:
            # Two addresses may differ in more than the line that tells them.
            self.columns.add("addresses")
            self.changes.append(Change(path, one_line(old or {}), one_line(new or {})))

    def _set_shipping(self, edit: SetShipping) -> None:
        old = _shipping_text(self.quote)
        net = None if edit.net is None else _amount(edit.net, "shipping.value", self.quote.currency)
        take_shipping(self.quote, edit.zone, edit.method, net)
        self.is_priced_anew = True
        self._changed("shipping", "/shipping", old, _shipping_text(self.quote))

    def _set_customer(self, number: str) -> None:
        quote = self.quote
        if quote.cart_id is not None or quote.approval_id is not None:
            raise Late("The customer of this quote cannot be changed any more.", code="customer_fixed")
        customers = Customer.objects.filter(tenant_id=quote.tenant_id).select_related("user")
        customer = customers.filter(number=number).first()
        if customer is None or not may_be_quoted(quote.tenant_id, quote.company_id, customer.user_id):
            raise Invalid("There is no such customer who may order here.", field="customerId")
        if customer.user_id == quote.owner_id:
            return
        former = customers.filter(user_id=quote.owner_id).values_list("number", flat=True).first()
        quote.owner, quote.owner_name = customer.user, customer.user.name
        self.columns.add("owner_name")
        self._changed("owner", "/customerId", former or "", number)
        for kind in quote.addresses if quote.company_id is None else ():
            # Where a private person lives is nothing that another one reads.
            self._set_address(SetAddress(kind, None))

    def _edit_lines(self, edit: AddLine | ChangeLine | RemoveLine | RemoveLines) -> None:
        match edit:
            case AddLine():
                self._add(edit)
            case ChangeLine():
                self._change(edit)
            case RemoveLine():
                self._remove(self._line(edit.line_key))
            case RemoveLines():
                for line in list(self.lines):
                    self._remove(line)
        self.is_priced_anew = True

    def _add(self, edit: AddLine) -> None:
        if len(self.lines) >= MAX_LINES:
            raise Invalid(f"A quote holds at most {MAX_LINES} lines.", field="items")
        line = QuoteLine(quote=self.quote, quantity=clean_quantity(edit.quantity))
        if edit.key:
            if not KEY_FORMAT.regex.fullmatch(edit.key) or any(other.key == edit.key for other in self.lines):
                raise Invalid("This id is taken, or is none.", field="items.id")
            line.key = edit.key
        self._offer(line, self._listing(edit.listing_key, edit.product_key))
        self._price(line, edit.price)
        self.lines.append(line)

    def _change(self, edit: ChangeLine) -> None:
        line = self._line(edit.line_key)
        former = line.quantity
        if edit.quantity is not None:
            line.quantity = clean_quantity(edit.quantity)
        if edit.listing_key or edit.product_key:
            self._offer(line, self._listing(edit.listing_key, edit.product_key))
        if edit.price is not None:
            self._price(line, edit.price)
        elif line.quantity != former:
            # What was agreed as a total was agreed for that quantity; the price per unit holds on.
            line.is_total = False

    def _remove(self, line: QuoteLine) -> None:
        self.lines.remove(line)
        if line.pk:
            self._removed.append(line.pk)
        if line.key in self.quote.mixins.get(ITEMS, {}):
            rest = {key: kept for key, kept in self.quote.mixins[ITEMS].items() if key != line.key}
            self.quote.mixins = {**self.quote.mixins, ITEMS: rest}
            self.columns.add("mixins")

    def _attach(self, edit: Attach) -> None:
        """Operations on the document; the objects that a path leads through are there without being made."""
        operation, parts = edit.operation, edit.operation.parts
        if parts[0] == ITEMS:
            self._line(parts[1])
        places = parts[: parts.index(MIXINS) + 1]
        before = _with_places(self.quote.mixins, places)
        after = storable_json(set_in(before, parts, operation), field=operation.path)
        is_object = operation.op is Op.REMOVE or isinstance(_at(after, places), Mapping)
        if not is_object or len(json.dumps(after)) > LONGEST_ATTACHED:
            raise Invalid(f"Attach objects of at most {LONGEST_ATTACHED} characters in all.", field=operation.path)
        self.quote.mixins = after
        self._changed("mixins", operation.path, _json_text(_at(before, parts)), _json_text(_at(after, parts)))

    def _line(self, key: str) -> QuoteLine:
        line = next((line for line in self.lines if line.key == key), None)
        if line is None:
            raise Invalid("There is no such line in this quote.", field="items")
        return line

    def _offer(self, line: QuoteLine, listing: Listing) -> None:
        """Sell by this listing, at its own price until another one is agreed."""
        line.listing, line.product = listing, listing.product
        line.list_unit_price, line.list_includes_tax = listing.unit_price, listing.includes_tax
        line.unit_price, line.includes_tax, line.is_total = listing.unit_price, listing.includes_tax, False

    def _price(self, line: QuoteLine, price: Price) -> None:
        if price.total_net is not None:
            line.net, line.is_total = _amount(price.total_net, "price.totalNetValue", self.quote.currency), True
        elif price.unit is not None:
            if not price.unit.is_finite() or not 0 <= price.unit < UNIT_PRICE_LIMIT:
                raise Invalid("A price is zero or more.", field="price.unitPrice")
            if price.unit != price.unit.quantize(UNIT_STEP):
                raise Invalid(f"Give a price of at most {UNIT_PRICE_DECIMALS} decimals.", field="price.unitPrice")
            line.unit_price, line.includes_tax, line.is_total = price.unit, line.list_includes_tax, False
        else:
            line.unit_price, line.includes_tax, line.is_total = line.list_unit_price, line.list_includes_tax, False

    def _load(self, edits: Iterable[Edit], actor: Actor) -> None:
        """The offers that the edits name, on this marketplace and in this currency. One query, or none."""
        named = [edit for edit in edits if isinstance(edit, AddLine | ChangeLine)]
        by_key = {edit.listing_key for edit in named if edit.listing_key}
        by_product = {edit.product_key for edit in named if edit.product_key and not edit.listing_key}
        if not by_key and not by_product:
            return
        offers = offers_for(self.quote, actor).filter(Q(key__in=by_key) | Q(product__key__in=by_product))
        # Of several plans the first is meant where only the product is named.
        offers = offers.select_related("plan", "product__tax_class", "product__vendor")
        for listing in offers.order_by("plan__position", "pk"):
            self._listings[listing.key] = listing
            self._listings.setdefault(f"product:{listing.product.key}", listing)

    def _listing(self, listing_key: str, product_key: str) -> Listing:
        listing = self._listings.get(listing_key or f"product:{product_key}")
        if listing is not None and product_key not in ("", listing.product.key):
            raise Invalid("This offer is of another product.", field="product.productId")
        if listing is None:
            field = "price.priceId" if listing_key else "product.productId"
            raise Invalid(f"This is not sold on {self.quote.marketplace.name}.", field=field)
        return listing

    def _follow_seller(self) -> None:
        vendors = {line.product.vendor_id for line in self.lines}
        seller_id = seller_of(self.quote.marketplace.owner_id, vendors) if vendors else self.quote.seller_id
        if seller_id != self.quote.seller_id:
            self.quote.seller_id = seller_id
            self.columns.add("seller")


def _told(line: QuoteLine, currency: str) -> Told:
    agreed = line.net if line.is_total else line.unit_price
    figures = (line.quantity, line.is_total, agreed, line.includes_tax, line.tax_rate, line.list_unit_price)
    return Told(line_text(line, currency), f"{spell(line.tax_rate)} % tax", (line.listing_id, *figures))


def _apart(old: Told, new: Told) -> tuple[str, str]:
    """Both in words; with their tax where nothing else that is told of them differs."""
    if old.text != new.text:
        return old.text, new.text
    return f"{old.text}, {old.tax}", f"{new.text}, {new.tax}"


def _amount(amount: Decimal, field: str, currency: str) -> Decimal:
    if not amount.is_finite() or not 0 <= amount < AMOUNT_LIMIT:
        raise Invalid("An amount is zero or more.", field=field)
    if amount != round_amount(amount, currency):
        raise Invalid(f"Amounts in {currency} are not that fine.", field=field)
    return amount


def _with_places(document: Mapping[str, Any], places: Sequence[str]) -> dict[str, Any]:
    """The document with an object at each of these places."""
    if not places:
        return dict(document)
    return {**document, places[0]: _with_places(document.get(places[0], {}), places[1:])}


def _at(document: Any, parts: Sequence[str]) -> Any:
    for part in parts:
        document = document.get(part) if isinstance(document, Mapping) else None
    return document


def _json_text(value: Any) -> str:
    return "" if value in (None, {}) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _shipping_text(quote: Quote) -> str:
    if not quote.shipping:
        return ""
    return f"{quote.shipping['methodId']} for {money_text(quote.shipping_net, quote.currency)} net"


def _iso(value: datetime | None) -> str:
    return value.isoformat() if value else ""
