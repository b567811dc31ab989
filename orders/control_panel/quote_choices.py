"""What can be chosen for a quote: how it is shipped, and the addresses of its customer."""

from __future__ import annotations

from functools import cached_property

from companies.models import CustomerAddress, Location, ShippingMethod
from config.kit.wording import money_text
from orders.control_panel.quote_forms import AS_IT_STANDS
from orders.control_panel.quote_typed import PLACES
from orders.dashboard.content.amounts import in_reader_language
from orders.details import one_line
from orders.models import Quote

Pairs = list[tuple[str, str]]


class Choices:
    """The choices for one quote. What stands in it and cannot be chosen any more is a choice, too: to leave it."""

    def __init__(self, quote: Quote) -> None:
        self.quote = quote

    @cached_property
    def methods(self) -> list[ShippingMethod]:
        """How the marketplace ships, in the quote's currency. One query."""
        ways = ShippingMethod.objects.filter(
            marketplace_id=self.quote.marketplace_id, currency=self.quote.currency, is_active=True
        )
        return list(ways.order_by("net_price", "pk"))

    @cached_property
    def addresses(self) -> dict[str, str]:
        """The company's locations, of a private customer their addresses: by id, each in one line. One query."""
        if self.quote.company_id is not None:
            sites = Location.objects.filter(company_id=self.quote.company_id, is_active=True).select_related("company")
            return {site.key: f"{site.name}: {one_line(site.as_address())}" for site in sites.order_by("name", "pk")}
        own = CustomerAddress.objects.filter(
            customer__user_id=self.quote.owner_id, customer__tenant_id=self.quote.tenant_id
        )
        return {
            each.key: f"{each.contact_name}, {each.street} {each.street_number}, {each.zip_code} {each.city}"
            for each in own.order_by("-is_default", "pk")
        }

    def shipping(self) -> Pairs:
        """The methods with what they cost."""
        agreed, known = self.quote.shipping, {(method.zone, method.key) for method in self.methods}
        pairs = [("", "None agreed, at no cost")]
        if agreed and (agreed["zoneId"], agreed["methodId"]) not in known:
            name = in_reader_language(agreed.get("methodName") or agreed["methodId"])
            pairs.append((AS_IT_STANDS, f"{name} (no longer offered)"))
        for method in self.methods:
            cost = money_text(method.net_price, method.currency)
            pairs.append((str(method.pk), f"{in_reader_language(method.name) or method.key}, {cost}"))
        return pairs

    def places(self) -> dict[str, Pairs]:
        """The addresses to deliver to and to invoice."""
        return {name: self._places(self.quote.addresses.get(kind)) for name, kind in PLACES.items()}

    def _places(self, kept: dict[str, str] | None) -> Pairs:
        pairs = [("", "Left to the customer, with the order")]
        if kept and kept.get("id") not in self.addresses:
            pairs.append((AS_IT_STANDS, f"As the customer gave it: {one_line(kept)}"))
        return [*pairs, *self.addresses.items()]
