"""`/customer-management/{tenant}/legal-entities`: customer companies.

Customers read their own ones, API clients the tenant's; only API clients write. A company that is
closed is gone for the API; what a write leaves out stays as it is.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.errors import ApiError
from companies.api.listing import METADATA_COLUMNS, ResourceView, chosen_fields, filtered
from companies.api.pieces import companies_wire, customer_companies
from companies.api.query import Column, Columns, Kind
from companies.api.reading import Body
from companies.models import Company
from companies.services.companies import Limit, Wanted, add_company, ancestors, change_company, close_company

READ = ("customermanagement.legalentity_read", "customermanagement.legalentity_read_own")
MANAGE = ("customermanagement.legalentity_manage",)
MISSING = "The legal entity with the requested code does not exist."

LEGAL_INFO = (
    "legalName",
    "registrationDate",
    "taxRegistrationNumber",
    "registrationAgency",
    "countryOfRegistration",
    "registrationId",
)
COLUMNS: Columns = {
    "id": Column("key"),
    "name": Column("name"),
    "type": Column("type", Kind.CHOICE, {word: word for word in Company.Type.values}),
    "parentId": Column("parent__key", nullable=True),
    "accountLimit.currency": Column("limit_currency"),
    "accountLimit.value": Column("purchase_limit", Kind.AMOUNT, nullable=True),
    **{f"legalInfo.{name}": Column(f"info_{name}", nullable=True) for name in LEGAL_INFO},
    **METADATA_COLUMNS,
}
PLAIN = {name: name for name in ("id", "name", "type", "parentId", *(f"legalInfo.{part}" for part in LEGAL_INFO))}


class LegalEntityView(ResourceView):
    """What all endpoints about companies share."""

    callers = ("customer", "service")
    missing = MISSING
    renamed = {
        "purchase_limit": "accountLimit.value",
        "limit_currency": "accountLimit.currency",
        "in_approval_group": "approvalGroup",
    }

    def company(self, key: str) -> Company:
        """One that the caller may see, or 404."""
        company: Company | None = customer_companies(self.actor).filter(key=key).first()
        if company is None:
            raise ApiError(404, MISSING)
        return company

    def answer(self, request: Request, text: str | None = None) -> Response:
        """A page of companies, filtered by the query, and by `text` where it came in the body."""
        rows = filtered(request, _searchable(customer_companies(self.actor)), COLUMNS, plain=PLAIN, text=text)
        page, headers = self.paged(request, rows)
        return Response(chosen_fields(request, companies_wire(page)), headers=headers)


class LegalEntities(LegalEntityView):
    """The list, and adding to it."""

    scopes = {"GET": READ, "POST": MANAGE}

    def get(self, request: Request, tenant: str) -> Response:
        """A bare list: one's own companies, or the tenant's."""
        return self.answer(request)

    def post(self, request: Request, tenant: str) -> Response:
        """A new company."""
        body = Body(request.data)
        key = body.text("id", longest=64, default="")
        wanted = read_company(body)
        return self.created(
            request,
            lambda once: add_company(
                actor=self.actor, tenant_id=self.caller.tenant.pk, key=key, wanted=wanted, once=once
            ),
        )


class LegalEntitySearch(LegalEntityView):
    """`POST …/search`: the list with `q` in the body."""

    scopes = {"POST": READ}

    def post(self, request: Request, tenant: str) -> Response:
        """Reads only; paging and sorting come in the query as in the list."""
        body = Body(request.data)
        text = body.text("q", default="")
        body.nothing_else()
        return self.answer(request, text)


class LegalEntity(LegalEntityView):
    """One company."""

    scopes = {"GET": READ, "PUT": MANAGE, "DELETE": MANAGE}

    def get(self, request: Request, tenant: str, key: str) -> Response:
        """The whole company."""
        return Response(chosen_fields(request, companies_wire([self.company(key)]))[0])

    def put(self, request: Request, tenant: str, key: str) -> Response:
        """204 for a change, 201 with the id for a company that was not there."""
        body = Body(request.data)
        if body.text("id", longest=64, default=key) != key:
            raise body.wrong("id", "is another one in the address")
        wanted = read_company(body)
        company = customer_companies(self.actor).filter(key=key).first()
        if company is not None:
            change_company(actor=self.actor, company_id=company.pk, wanted=wanted)
            return Response(status=204)
        made = add_company(actor=self.actor, tenant_id=self.caller.tenant.pk, key=key, wanted=wanted)
        return Response({"id": made.key}, status=201)

    def delete(self, request: Request, tenant: str, key: str) -> Response:
        """Closes the company; its orders and its history stay."""
        close_company(actor=self.actor, company_id=self.company(key).pk)
        return Response(status=204)


class ParentHierarchy(LegalEntityView):
    """`GET …/parent-hierarchy`: a company and those above it."""

    scopes = {"GET": READ}

    def get(self, request: Request, tenant: str, key: str) -> Response:
        """From the company upwards, as far as the caller may see."""
        chain = ancestors(self.company(key))
        visible = customer_companies(self.actor).in_bulk(chain)
        shown = []
        for pk in chain:
            if pk not in visible:
                break
            shown.append(visible[pk])
        return Response(companies_wire(shown))


def read_company(body: Body) -> Wanted:
    """What the client wants of a company; what it sends back as it got it is no change."""
    body.ignore("customerGroups", "restrictions")
    wanted = Wanted(
        name=body.text("name", longest=200) if "name" in body else None,
        type=body.choice("type", Company.Type.values) if "type" in body else None,
        parent_key=body.text("parentId", longest=64, default="") if "parentId" in body.data else None,
        legal_info=_legal_info(body.inner("legalInfo")),
        mixins=body.json("mixins"),
        limit=_limit(body),
        approval_group=_ids(body, "approvalGroup"),
        locations=_ids(body, "entitiesAddresses"),
        version=read_version(body),
    )
    body.nothing_else()
    return wanted


def read_version(body: Body) -> int | None:
    """`metadata.version`: the one that the client has seen. What else stands there came with reading it."""
    metadata = body.inner("metadata")
    if metadata is None:
        return None
    return metadata.integer("version")


def _limit(body: Body) -> Limit | None:
    """None where it is not mentioned, no amount where it is null."""
    limit = body.inner("accountLimit")
    if limit is None:
        return Limit(None) if "accountLimit" in body.data else None
    value = limit.number("value")
    currency = limit.text("currency", longest=3)
    limit.nothing_else()
    return Limit(value, currency)


def _legal_info(info: Body | None) -> dict[str, str] | None:
    if info is None:
        return None
    given = {name: info.text(name, longest=200, default="") for name in LEGAL_INFO if name in info}
    info.ignore(*LEGAL_INFO)
    info.nothing_else()
    return given


def _ids(body: Body, name: str) -> list[str] | None:
    """`[{"id": …}]`; what else stands in an entry came with reading it."""
    entries = body.items(name)
    return None if entries is None else [entry.text("id", longest=64) for entry in entries]


def _searchable(rows: QuerySet[Any]) -> QuerySet[Any]:
    """With the parts of the legal information as columns to ask for."""
    texts = {f"info_{name}": Cast(KeyTextTransform(name, "legal_info"), TextField()) for name in LEGAL_INFO}
    return rows.alias(**texts)
