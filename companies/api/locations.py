"""`/customer-management/{tenant}/locations`: where companies are.

Members read those of the company they act for; API clients read and write the tenant's. A new one
may name its company as `legalEntity` or `legalEntityId`; without, it is of none until a company names
it among its `entitiesAddresses`, and from then on it stays with that company.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Q
from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.errors import ApiError
from companies.api.legal_entities import read_version
from companies.api.listing import METADATA_COLUMNS, ResourceView, chosen_fields, filtered
from companies.api.pieces import customer_companies
from companies.api.query import Column, Columns, Kind
from companies.api.reading import Body
from companies.api.wire import location_wire, street_line
from companies.models import Location
from companies.roles import CompanyKind
from companies.services.idempotency import Once
from companies.services.locations import Place, add_location, change_location, remove_location

READ = ("customermanagement.location_read", "customermanagement.legalentity_read_own")
MANAGE = ("customermanagement.location_manage",)
MISSING = "The location with the requested code does not exist."
DETAILS = "contactDetails"
MOST_FURTHER = 20

COLUMNS: Columns = {
    "id": Column("key"),
    "legalEntity.id": Column("company__key", nullable=True),
    "name": Column("name"),
    "type": Column("type", Kind.CHOICE, {word: word for word in Location.Type.values}),
    "contactDetails.city": Column("city"),
    "contactDetails.state": Column("state"),
    "contactDetails.postcode": Column("zip_code"),
    "contactDetails.countryCode": Column("country"),
    **METADATA_COLUMNS,
}
PLAIN = {
    "legalEntityId": "legalEntity.id",
    "legalEntity.id": "legalEntity.id",
    **{name: name for name in COLUMNS if name not in METADATA_COLUMNS and name not in ("id", "legalEntity.id")},
}
_PARTS = {"city": "city", "state": "state", "postcode": "zip_code", "countryCode": "country"}


class LocationView(ResourceView):
    """What both endpoints share."""

    callers = ("customer", "service")
    missing = MISSING
    renamed = {
        "street": "contactDetails.addressLine1",
        "street_appendix": "contactDetails.addressLine2",
        "email": "contactDetails.emails",
        "phone": "contactDetails.phones",
        **{column: f"contactDetails.{name}" for name, column in _PARTS.items()},
    }

    def rows(self) -> Any:
        """The locations in use that the caller may see."""
        rows = Location.objects.visible_to(self.actor).filter(is_active=True)
        return rows.filter(Q(company=None) | Q(company__is_active=True, company__kind=CompanyKind.CUSTOMER))

    def location(self, key: str) -> Location:
        """One of them, or 404."""
        location: Location | None = self.rows().filter(key=key).first()
        if location is None:
            raise ApiError(404, MISSING)
        return location

    def add(self, body: Body, key: str, once: Once | None = None) -> Location:
        """What a body asks for."""
        body.ignore("id")
        named = _company_key(body)
        company = customer_companies(self.actor).filter(key=named).first() if named else None
        if named and company is None:
            raise body.wrong("legalEntityId", "there is no legal entity with this id")
        place, company_id = read_place(body), company.pk if company else None
        return add_location(actor=self.actor, company_id=company_id, place=place, key=key, once=once)


class Locations(LocationView):
    """The list, and adding to it."""

    scopes = {"GET": READ, "POST": MANAGE}

    def get(self, request: Request, tenant: str) -> Response:
        """A bare list, of the company one acts for or of the tenant."""
        page, headers = self.paged(request, filtered(request, self.rows(), COLUMNS, plain=PLAIN))
        return Response(chosen_fields(request, [location_wire(location) for location in page]), headers=headers)

    def post(self, request: Request, tenant: str) -> Response:
        """A new location of the company that the body names, or of none so far."""
        body = Body(request.data)
        key = body.text("id", longest=64, default="")
        return self.created(request, lambda once: self.add(body, key, once))


class LocationItem(LocationView):
    """One location."""

    scopes = {"GET": READ, "PUT": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}

    def get(self, request: Request, tenant: str, key: str) -> Response:
        """The location."""
        return Response(chosen_fields(request, [location_wire(self.location(key))])[0])

    def put(self, request: Request, tenant: str, key: str) -> Response:
        """204 for a change, 201 with the id for a location that was not there."""
        body = Body(request.data)
        location = self.rows().filter(key=key).first()
        if location is None:
            return Response({"id": self.add(body, key).key}, status=201)
        return self._change(body, location)

    def patch(self, request: Request, tenant: str, key: str) -> Response:
        """As PUT, for a location that is there."""
        return self._change(Body(request.data), self.location(key))

    def delete(self, request: Request, tenant: str, key: str) -> Response:
        """Takes it out of use."""
        remove_location(actor=self.actor, location_id=self.location(key).pk)
        return Response(status=204)

    def _change(self, body: Body, location: Location) -> Response:
        body.ignore("id")
        named = _company_key(body)
        if named and not customer_companies(self.actor).filter(pk=location.company_id, key=named).exists():
            raise body.wrong("legalEntityId", "cannot be changed")
        place = read_place(body)
        if place.street == street_line(location):
            place = replace(place, street=None, street_number=None)  # street and number stay apart
        change_location(actor=self.actor, location_id=location.pk, place=place)
        return Response(status=204)


def read_place(body: Body) -> Place:
    """What the client wants of a location; address lines and lists that are there replace what was."""
    details = body.inner(DETAILS)
    parts: dict[str, Any] = _read_details(details) if details is not None else {}
    place = Place(
        name=body.text("name", longest=200) if "name" in body else None,
        type=body.choice("type", Location.Type.values) if "type" in body else None,
        mixins=body.json("mixins"),
        version=read_version(body),
        **parts,
    )
    body.ignore("name", "type")
    body.nothing_else()
    return place


def _read_details(details: Body) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for name, column in _PARTS.items():
        if name in details.data:
            parts[column] = details.text(name, longest=100, default="")
    if "addressLine1" in details.data:
        parts |= {"street": details.text("addressLine1", longest=200, default=""), "street_number": ""}
    if "addressLine2" in details.data:
        parts["street_appendix"] = details.text("addressLine2", longest=100, default="")
    further: dict[str, list[str]] = {}
    for name, column in (("emails", "email"), ("phones", "phone")):
        values = details.texts(name, longest=254, most=MOST_FURTHER)
        if values is not None:
            parts[column], further[name] = (values[0] if values else ""), values[1:]
    tags = details.texts("tags", longest=100, most=MOST_FURTHER)
    if tags is not None:
        further["tags"] = tags
    if further:
        parts["further"] = further
    details.nothing_else()
    return parts


def _company_key(body: Body) -> str:
    """From `legalEntity.id` or `legalEntityId`; empty where neither is there."""
    entity = body.inner("legalEntity")
    if entity is not None:
        body.ignore("legalEntityId")
        return entity.text("id", longest=64)
    return body.text("legalEntityId", longest=64, default="")
