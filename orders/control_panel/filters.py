"""How does a seller narrow down and sort the lists of orders?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils import timezone

from companies.models import Marketplace
from orders.control_panel.forms import STATUS_LABELS
from orders.lifecycle import REVIEWED_KINDS, OrderKind, OrderStatus
from orders.models import Order, OrderLine

Orders = QuerySet[Order]
Choices = list[tuple[Any, str]]

TO_DELIVER = "to_deliver"
DELIVERING = (OrderStatus.PENDING, OrderStatus.PROVISIONING)
PRIVATE = "private"
KINDS = {
    OrderKind.PURCHASE: "New purchase",
    OrderKind.TRIAL: "Trial",
    OrderKind.MODIFICATION: "Change of a subscription",
    OrderKind.RENEWAL: "Renewal",
    OrderKind.TERMINATION: "Termination",
}
AGES = ((1, "A day or more"), (3, "3 days or more"), (7, "A week or more"))
OLDEST, NEWEST, LARGEST, SMALLEST, CUSTOMER = "oldest", "newest", "largest", "smallest", "customer"
SORTS = {
    OLDEST: ("Longest waiting", (F("status_since").asc(), F("pk").asc())),
    NEWEST: ("Latest", (F("created_at").desc(), F("pk").desc())),
    # What the reader may not see has no place in the order of amounts: see `sees_prices`.
    LARGEST: ("Largest amount", (F("seen_gross").desc(nulls_last=True), F("pk").asc())),
    SMALLEST: ("Smallest amount", (F("seen_gross").asc(nulls_last=True), F("pk").asc())),
    CUSTOMER: ("Customer", (F("company__name").asc(nulls_last=True), F("buyer_name").asc(), F("pk").asc())),
}


def _sorts(*names: str) -> Choices:
    return [(name, SORTS[name][0]) for name in names]


class ListFilter(django_filters.FilterSet):
    """What all lists of orders can be narrowed down by.

    `choices` are those of `marketplace`, `vendor` and `company`: where there is nothing to choose between, there is
    no filter for it.
    """

    kind = django_filters.ChoiceFilter(label="Kind", empty_label="Any", choices=list(KINDS.items()))
    marketplace = django_filters.ChoiceFilter(label="Marketplace", empty_label="All", field_name="marketplace__key")
    vendor = django_filters.ChoiceFilter(label="Vendor", empty_label="All", field_name="vendor")
    on_behalf = django_filters.ChoiceFilter(
        label="Placed",
        empty_label="By anybody",
        choices=[("yes", "On behalf of a customer"), ("no", "By the customer")],
        method="placed",
    )
    search = django_filters.CharFilter(
        label="Search",
        method="matching",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Customer, product, number"}),
    )

    shown: tuple[str, ...] = ()  # the filters in the order in which they stand

    class Meta:
        model = Order
        fields: list[str] = []

    def __init__(self, *args: Any, choices: Mapping[str, Choices], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, between in choices.items():
            self.filters[name].extra["choices"] = between
        dull = [name for name, between in choices.items() if len(between) < 2]
        self.filters = {name: self.filters[name] for name in self.shown if name not in dull}

    def placed(self, orders: Orders, name: str, value: str) -> Orders:
        """By sales for a customer, or by the customers themselves."""
        return orders.filter(on_behalf=value == "yes")

    def matching(self, orders: Orders, name: str, value: str) -> Orders:
        """By customer, company, product name (in the languages most names have), SKU or order number."""
        lines = OrderLine.objects.filter(order=OuterRef("pk"))
        named = Q(name__en__icontains=value) | Q(name__de__icontains=value) | Q(sku__icontains=value)
        customer = Q(buyer_name__icontains=value) | Q(company__name__icontains=value)
        numbered = Order.objects.numbered(value.strip().upper())
        return orders.filter(customer | Q(Exists(lines.filter(named))) | Q(pk__in=numbered))

    @property
    def order(self) -> tuple[OrderBy, ...]:
        """How the list is sorted: as it was chosen, else the first way."""
        self.form.is_valid()  # what is no choice is left out of what it has cleaned
        first = self.filters["sort"].extra["choices"][0][0]
        return SORTS[self.form.cleaned_data.get("sort") or first][1]

    @property
    def is_used(self) -> bool:
        """The list is narrowed down, or could be by what the address says."""
        return any(self.data.get(name) for name in self.filters if name != "sort")


def _sort(orders: Orders, name: str, value: str) -> Orders:
    """Sorted later, see `ListFilter.order`: filtering leaves the rows as they are."""
    return orders


class ReviewFilter(ListFilter):
    """Which waiting orders, and in which order."""

    kind = django_filters.ChoiceFilter(
        label="Kind", empty_label="Any", choices=[(kind, KINDS[kind]) for kind in REVIEWED_KINDS]
    )
    company = django_filters.ChoiceFilter(label="Customer company", empty_label="All", method="of_company")
    age = django_filters.ChoiceFilter(label="Waits for", empty_label="Any time", choices=AGES, method="waiting_for")
    sort = django_filters.ChoiceFilter(
        label="Sort by",
        empty_label=None,
        choices=_sorts(OLDEST, NEWEST, LARGEST, SMALLEST, CUSTOMER),
        method=_sort,
    )

    shown = ("search", "kind", "marketplace", "company", "vendor", "on_behalf", "age", "sort")

    def of_company(self, orders: Orders, name: str, value: str) -> Orders:
        """Of one company's people, or of customers in none."""
        return orders.filter(company=None) if value == PRIVATE else orders.filter(company_id=value)

    def waiting_for(self, orders: Orders, name: str, value: str) -> Orders:
        """For so many days or more."""
        return orders.filter(status_since__lte=timezone.now() - timedelta(days=int(value)))


class OrderFilter(ListFilter):
    """Which orders, and in which order."""

    status = django_filters.ChoiceFilter(
        label="Status",
        empty_label="Any",
        choices=[(TO_DELIVER, "To deliver"), *((status.value, label) for status, label in STATUS_LABELS.items())],
        method="standing",
    )
    sort = django_filters.ChoiceFilter(
        label="Sort by", empty_label=None, choices=_sorts(NEWEST, LARGEST, SMALLEST, CUSTOMER), method=_sort
    )

    shown = ("search", "status", "kind", "marketplace", "vendor", "on_behalf", "sort")

    def standing(self, orders: Orders, name: str, value: str) -> Orders:
        """In one status; what is to be delivered is in two."""
        return orders.filter(status__in=DELIVERING) if value == TO_DELIVER else orders.filter(status=value)


class OrderedFilter(OrderFilter):
    """Which of the orders that were all placed on behalf of customers."""

    shown = tuple(name for name in OrderFilter.shown if name != "on_behalf")


def marketplace_choices(places: Iterable[Marketplace]) -> Choices:
    """Marketplaces by the key that stands in the address."""
    return [(place.key, place.name) for place in places]


def choices_among(waiting: Orders) -> dict[str, Choices]:
    """The vendors and customer companies of these orders, to choose between. One query."""
    found = waiting.order_by().values_list("vendor_id", "vendor__name", "company_id", "company__name").distinct()
    vendors, companies = {}, {}
    for vendor_id, vendor, company_id, company in found:
        vendors[vendor_id] = vendor
        companies[company_id or PRIVATE] = company or "Private customers"
    return {"vendor": _by_name(vendors), "company": _by_name(companies)}


def _by_name(names: Mapping[Any, str]) -> Choices:
    return sorted(((str(key), name) for key, name in names.items()), key=lambda choice: (choice[1], choice[0]))
