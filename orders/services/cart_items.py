"""Lines of a cart as clients of the API state them: several at once, each with the price they saw.

What a client says of a price is never used, only compared: the price is that of the offer behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from catalog.models import Listing
from companies.actors import Actor
from companies.preferences import PreferenceKey, values_of
from companies.services.idempotency import Once, remember_each
from config.kit.money import UNIT_PRICE_LIMIT, round_amount
from config.kit.records import KEY_FORMAT, new_key
from config.kit.refused import Invalid, Missing, Refused
from config.kit.wording import money_text
from orders.models import Cart, CartLine
from orders.services.cart_steps import MAX_LINES, clean_quantity, filling, touch, within_bounds

LINE_COLUMNS = ["quantity", "listing", "product", "is_separate", "mixins"]
MADE_LINE = "cart_line"
# A tenant lets clients leave something out of an item by setting one of these to true.
MAY_BE_LEFT_OUT = {
    "price.originalAmount": PreferenceKey.SKIP_ORIGINAL_AMOUNT,
    "price.effectiveAmount": PreferenceKey.SKIP_EFFECTIVE_AMOUNT,
    "price.currency": PreferenceKey.SKIP_CURRENCY,
}
_STEP = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class StatedPrice:
    """The offer a client wants, and what it says that this costs; None and empty where it says nothing.

    `complete` asks that nothing is left out, unless the tenant lets clients leave it out.
    """

    listing_key: str
    original: Decimal | None = None
    effective: Decimal | None = None
    currency: str = ""
    complete: bool = True


@dataclass(frozen=True, slots=True)
class NewItem:
    """What is to be added. `product_key` and `tax_code` are compared, where they are given.

    `trial`: a plan that is to be tried for nothing first.
    """

    quantity: Decimal | int
    price: StatedPrice
    product_key: str = ""
    tax_code: str = ""
    key: str = ""
    separate: bool = False
    trial: bool = False
    mixins: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What is to be changed of the line `key`; None leaves it as it is."""

    key: str
    quantity: Decimal | int | None = None
    price: StatedPrice | None = None
    product_key: str = ""
    tax_code: str = ""
    separate: bool | None = None
    mixins: dict[str, Any] | None = None


Result = CartLine | Refused


def add_item(
    *,
    actor: Actor,
    cart_id: int,
    item: NewItem,
    seen_version: int | None = None,
    once: Once | None = None,
    now: datetime | None = None,
) -> CartLine:
    """Put one item into an open cart; of what is there already, not apart, the quantity adds up.

    Raises `Invalid` for an offer that is not on sale here, that costs something else, or belongs to
    another product; further refusals as `filling`.
    """
    (result,) = _fill(actor, cart_id, [item], _Basket.add, seen_version, [once] if once else (), now)
    return made_line(result)


def add_items(
    *,
    actor: Actor,
    cart_id: int,
    items: Sequence[NewItem],
    parts: Sequence[Once] = (),
    now: datetime | None = None,
) -> list[Result]:
    """Several at once: for each the line, or why it was refused; the others are added all the same.

    `parts` are the items as parts of a request that happens once, one each; none for an unnamed request.
    """
    return _fill(actor, cart_id, items, _Basket.add, None, parts, now)


def change_item(
    *,
    actor: Actor,
    cart_id: int,
    change: ItemChange,
    seen_version: int | None = None,
    now: datetime | None = None,
) -> CartLine:
    """Change a line. Refusals as for `add_item`, and `Missing` (code `line`)."""
    (result,) = _fill(actor, cart_id, [change], _Basket.change, seen_version, (), now)
    return made_line(result)


def change_items(
    *, actor: Actor, cart_id: int, changes: Sequence[ItemChange], now: datetime | None = None
) -> list[Result]:
    """Several at once: for each the line, or why it was refused."""
    return _fill(actor, cart_id, changes, _Basket.change, None, (), now)


def _fill(
    actor: Actor,
    cart_id: int,
    wanted: Sequence[Any],
    step: Callable[[_Basket, Any], CartLine],
    seen_version: int | None,
    parts: Sequence[Once],
    now: datetime | None,
) -> list[Result]:
    """Carry out each of `wanted` on one locked cart; statements do not grow with their number."""
    now = now or timezone.now()
    with filling(actor, cart_id, now, seen_version) as cart:
        basket = _Basket(cart, [each.price for each in wanted if each.price is not None])
        results = [_attempt(step, basket, each) for each in wanted]
        if basket.write():
            touch(cart, now)
        made = [(part, each.pk) for part, each in zip(parts, results, strict=False) if isinstance(each, CartLine)]
        remember_each(made, MADE_LINE, now)
    return results


def _attempt(step: Callable[[_Basket, Any], CartLine], basket: _Basket, wanted: Any) -> Result:
    try:
        return step(basket, wanted)
    except Refused as refused:
        return refused


def made_line(result: Result) -> CartLine:
    """The line; raises the refusal where there is none."""
    if isinstance(result, Refused):
        raise result
    return result


class _Basket:
    """The lines of a locked cart while they change; nothing is written before `write`. Two queries."""

    def __init__(self, cart: Cart, prices: Iterable[StatedPrice]) -> None:
        self.cart = cart
        self.prices = tuple(prices)
        self.lines = list(cart.lines.select_related("listing__product__tax_class").order_by("position"))
        offers = Listing.objects.on_sale().filter(
            marketplace_id=cart.marketplace_id, key__in={price.listing_key for price in self.prices}
        )
        related = offers.select_related("plan", "product__tax_class") if self.prices else []
        self.offers = {listing.key: listing for listing in related}
        self.fresh: list[CartLine] = []
        self.changed: dict[int, CartLine] = {}

    def add(self, item: NewItem) -> CartLine:
        """A new line, or more of one that is there."""
        quantity = clean_quantity(item.quantity)
        listing = self._offer(item.price, item.product_key, item.tax_code)
        if item.trial and not (listing.plan and listing.plan.trial_days):
            raise Invalid("This cannot be tried for nothing.", field="trial")
        same = None if item.separate else self._line_of(listing, trial=item.trial)
        if same is not None:
            same.quantity = within_bounds(same.quantity + quantity, listing)
            self._note(same)
            return same
        if len(self.lines) >= MAX_LINES:
            raise Invalid(f"A cart holds at most {MAX_LINES} lines.", field="items")
        line = CartLine(
            cart=self.cart,
            key=self._free_key(item.key),
            position=self.lines[-1].position + 1 if self.lines else 1,
            listing=listing,
            product=listing.product,
            quantity=within_bounds(quantity, listing),
            is_separate=item.separate,
            is_trial=item.trial,
            mixins=item.mixins,
        )
        self.lines.append(line)
        self.fresh.append(line)
        return line

    def change(self, change: ItemChange) -> CartLine:
        """A line with another quantity, another offer, or other additions of the client."""
        line = next((line for line in self.lines if line.key == change.key), None)
        if line is None:
            raise Missing("There is no such line in this cart.", code="line", details=[change.key])
        listing = line.listing
        if change.price is not None:
            listing = self._offer(change.price, change.product_key, change.tax_code)
        else:
            _check_same(listing, change.product_key, change.tax_code)
        quantity = line.quantity if change.quantity is None else clean_quantity(change.quantity)
        line.quantity = within_bounds(quantity, listing)
        line.listing, line.product = listing, listing.product
        line.is_separate = line.is_separate if change.separate is None else change.separate
        line.mixins = line.mixins if change.mixins is None else change.mixins
        self._note(line)
        return line

    def write(self) -> bool:
        """Everything that changed, in two statements; False where nothing did."""
        CartLine.objects.bulk_create(self.fresh)
        CartLine.objects.bulk_update(self.changed.values(), LINE_COLUMNS)
        return bool(self.fresh or self.changed)

    def _note(self, line: CartLine) -> None:
        if line.pk is not None:
            self.changed[line.pk] = line

    def _line_of(self, listing: Listing, *, trial: bool) -> CartLine | None:
        alike = (line for line in self.lines if (line.listing_id, line.is_trial) == (listing.pk, trial))
        return next((line for line in alike if not line.is_separate), None)

    def _free_key(self, wanted: str) -> str:
        if not wanted:
            return new_key()
        if not KEY_FORMAT.regex.fullmatch(wanted):
            raise Invalid(str(KEY_FORMAT.message), field="id")
        if any(line.key == wanted for line in self.lines):
            raise Invalid("There is a line with this id in the cart already.", field="id")
        return wanted

    def _offer(self, price: StatedPrice, product_key: str, tax_code: str) -> Listing:
        """The offer behind a price, on sale here in the cart's currency and for what the client said."""
        listing = self.offers.get(price.listing_key)
        if listing is None:
            raise Invalid("There is no such price here.", field="price.priceId")
        if listing.currency != self.cart.currency:
            raise Invalid(
                f"This price is in {listing.currency}, the cart in {self.cart.currency}.", field="price.priceId"
            )
        _check_same(listing, product_key, tax_code)
        self._check_stated(price, listing)
        return listing

    def _check_stated(self, price: StatedPrice, listing: Listing) -> None:
        for name, stated in (("price.originalAmount", price.original), ("price.effectiveAmount", price.effective)):
            if stated is None:
                self._check_left_out(price, name)
            elif not _is_price(stated, listing):
                costs = money_text(listing.unit_price, listing.currency)
                raise Invalid(f"This costs {costs}, not {str(stated)[:40]}.", field=name)
        if not price.currency:
            self._check_left_out(price, "price.currency")
        elif price.currency != listing.currency:
            raise Invalid(f"This price is in {listing.currency}, not {price.currency}.", field="price.currency")

    def _check_left_out(self, price: StatedPrice, name: str) -> None:
        if price.complete and MAY_BE_LEFT_OUT[name] not in self._left_out:
            raise Invalid("This is missing.", field=name)

    @cached_property
    def _left_out(self) -> set[str]:
        """What this tenant lets clients leave out. One query, and only where something is."""
        switches = values_of(self.cart.tenant_id, MAY_BE_LEFT_OUT.values())
        return {key for key, is_on in switches.items() if is_on is True}


def _check_same(listing: Listing, product_key: str, tax_code: str) -> None:
    """What a client says of the product is that of the offer: neither names another."""
    if product_key and product_key != listing.product.key:
        raise Invalid("This price belongs to another product.", field="itemYrn")
    if tax_code and tax_code != listing.product.tax_class.code:
        raise Invalid(f"The tax class of this product is {listing.product.tax_class.code}.", field="taxCode")


def _is_price(stated: Decimal, listing: Listing) -> bool:
    """The listing's price, or that price rounded to the currency, as pages show it."""
    if not 0 <= stated < UNIT_PRICE_LIMIT:
        return False
    price = listing.unit_price
    return stated.quantize(_STEP) in (price, round_amount(price, listing.currency))
