"""What is sold here? Products by id, by code, by name, and as a searched list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.languages import Languages, languages_of
from catalog.api.plans import plan_body
from catalog.api.yrn import product_key_of, product_yrn
from catalog.models import Plan, Product, SoldAs
from catalog.tax import countries_of
from companies.api.errors import INVALID, ApiError
from companies.api.json import instant
from companies.api.query import Column, Kind, searched, sorted_rows
from companies.api.reading import Body, only_query
from companies.api.views import ApiView
from config.kit.query import fields_of, parse_query, parse_sort

PRODUCT_TYPE = "BASIC"
MOST_YRNS = 200
# What lists take: `fields`, `expand` and `rawValue` ask for less or more of each product, which is always whole here.
LIST_QUERY = ("q", "sort", "pageNumber", "pageSize", "fields", "expand", "rawValue")

COLUMNS: dict[str, Column] = {
    "id": Column("key"),
    "code": Column("sku"),
    "sku": Column("sku"),
    "productType": Column("product_type"),
    "published": Column("is_active", Kind.BOOLEAN),
    "soldAs": Column("sold_as", Kind.CHOICE, {each.value: each.value for each in SoldAs}),
    "metadata.version": Column("version", Kind.INTEGER),
    "metadata.createdAt": Column("created_at", Kind.INSTANT),
    "metadata.modifiedAt": Column("modified_at", Kind.INSTANT),
}
# Texts per language: `name` is the reader's, `name.de` the German one.
_LOCALIZED = re.compile(r"(name|description)(?:\.([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?))?")


class ProductView(ApiView):
    """Products are open to everybody with a token; an API client needs to be allowed to read them."""

    client_scopes = ("product.product_read",)
    max_page_size = 1_000

    def products(self) -> QuerySet[Product]:
        """What the caller may see, with what a body needs."""
        plans = Plan.objects.filter(is_active=True).order_by("position", "pk")
        products = Product.objects.visible_to(self.actor).select_related("tax_class")
        return products.prefetch_related(Prefetch("plans", plans))

    def listed(self, request: Request, q: str) -> Response:
        """One page of the products that `q` asks for."""
        languages = languages_of(request)
        sort = request.query_params.get("sort", "")
        columns, rows = _searchable(self.products(), q, sort, languages)
        rows = sorted_rows(searched(rows, q, columns), sort, columns, default=("sku", "pk"))
        page, headers = self.paged(request, rows)
        return Response(product_bodies(page, self.caller.tenant.key, languages), headers=headers)


class Products(ProductView):
    """`GET /product/{tenant}/products`."""

    def get(self, request: Request, tenant: str) -> Response:
        """By `q`, sorted, a page at a time."""
        only_query(request, LIST_QUERY)
        return self.listed(request, request.query_params.get("q", ""))


class ProductSearch(ProductView):
    """`POST /product/{tenant}/products/search`: as the list, with a `q` that may be longer than an address."""

    def post(self, request: Request, tenant: str) -> Response:
        """Reads only, and may be repeated."""
        only_query(request, LIST_QUERY)
        body = Body(request.data)
        q = body.text("q", default="")
        body.nothing_else()
        return self.listed(request, q)


class ProductsByYrn(ProductView):
    """`POST /product/{tenant}/search`: what the lines of a cart name, in any order."""

    def post(self, request: Request, tenant: str) -> Response:
        """Products that are not there are left out."""
        yrns = Body(request.data).raw("yrns")
        if not isinstance(yrns, list) or len(yrns) > MOST_YRNS or not all(isinstance(yrn, str) for yrn in yrns):
            message = f"must be a list of at most {MOST_YRNS} texts"
            raise ApiError(400, INVALID, details=[{"field": "yrns", "message": message}])
        keys = {product_key_of(yrn, tenant) for yrn in yrns}
        found = self.products().filter(key__in=keys).order_by("sku", "pk")
        return Response(product_bodies(found, tenant, languages_of(request)))


class ProductById(ProductView):
    """`GET /product/{tenant}/products/{id}`."""

    def get(self, request: Request, tenant: str, product_id: str) -> Response:
        """One product; 404 for one that is not published."""
        product = self.products().filter(key=product_id).first()
        if product is None:
            raise ApiError(404, f"Product with id {product_id} not found.")
        return Response(product_bodies([product], tenant, languages_of(request))[0])


def product_bodies(products: Iterable[Product], tenant_key: str, languages: Languages) -> list[dict[str, Any]]:
    """Products as the API shows them, with their plans. One query for the countries of their tax classes."""
    rows = list(products)
    countries = countries_of({product.tax_class_id for product in rows}) if rows else {}
    return [_body(product, tenant_key, languages, countries.get(product.tax_class_id, ())) for product in rows]


def _body(product: Product, tenant_key: str, languages: Languages, countries: Iterable[str]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": product.key,
        "yrn": product_yrn(tenant_key, product.key),
        "code": product.sku,
        "name": languages.localized(product.name),
        "productType": PRODUCT_TYPE,
        "published": product.is_active,
        "soldAs": product.sold_as,
        "taxClasses": dict.fromkeys(countries, product.tax_class.code),
        "metadata": {
            "version": product.version,
            "createdAt": instant(product.created_at),
            "modifiedAt": instant(product.modified_at),
        },
    }
    if product.sold_as == SoldAs.SUBSCRIPTION:
        body["plans"] = [plan_body(plan, languages) for plan in product.plans.all()]
    if product.description:
        body["description"] = languages.localized(product.description)
    if product.mixins:
        body["mixins"] = product.mixins
    return body


def _searchable(
    rows: QuerySet[Product], q: str, sort: str, languages: Languages
) -> tuple[Mapping[str, Column], QuerySet[Product]]:
    """The columns that may be asked for, among them those of every language that is, and rows that have them."""
    asked = fields_of(parse_query(q)) | {order.field for order in parse_sort(sort)}
    columns = dict(COLUMNS)
    # Cast, so that it can be sorted by: to PostgreSQL a bare text in ORDER BY is a mistake.
    rows = rows.alias(product_type=Cast(Value(PRODUCT_TYPE), TextField()))
    for number, field in enumerate(sorted(asked)):
        if localized := _LOCALIZED.fullmatch(field):
            alias = f"text_{number}"
            text = KeyTextTransform(localized[2] or languages.wanted[0], localized[1])
            # Cast, so that it is compared as text: the comparisons of JSON values expect JSON.
            rows = rows.alias(**{alias: Cast(text, TextField())})
            columns[field] = Column(alias, nullable=True)
    return columns, rows
