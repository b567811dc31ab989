"""`/customer-management/{tenant}/contact-assignments`: who is in a company.

Members read those of the company they act for; API clients read and write the tenant's.
"""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery
from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.errors import ApiError
from companies.api.legal_entities import read_version
from companies.api.listing import METADATA_COLUMNS, ResourceView, chosen_fields, filtered
from companies.api.pieces import companies_wire, customer_companies, numbers_of
from companies.api.query import Column, Columns, Kind
from companies.api.reading import Body
from companies.api.wire import contact_wire
from companies.models import Company, Customer, Member
from companies.roles import CompanyKind
from companies.services import deactivate_member
from companies.services.contacts import Contact, assign_contact, change_contact
from companies.services.idempotency import Once

READ = ("customermanagement.contactassignment_read", "customermanagement.legalentity_read_own")
MANAGE = ("customermanagement.contactassignment_manage",)
MISSING = "The contact assignment with the requested code does not exist."

COLUMNS: Columns = {
    "id": Column("key"),
    "legalEntity.id": Column("company__key"),
    "customer.id": Column("number"),
    "type": Column("type", Kind.CHOICE, {word: word for word in Member.Type.values}),
    "primary": Column("primary", Kind.BOOLEAN),
    **METADATA_COLUMNS,
}
PLAIN = {
    "legalEntityId": "legalEntity.id",
    "legalEntity.id": "legalEntity.id",
    "customer.id": "customer.id",
    "type": "type",
    "primary": "primary",
}


class ContactView(ResourceView):
    """What both endpoints share."""

    callers = ("customer", "service")
    missing = MISSING
    renamed = {"company": "legalEntity.id"}

    def rows(self) -> Any:
        """The contacts that the caller may see, with their users."""
        rows = Member.objects.visible_to(self.actor).active().filter(company__kind=CompanyKind.CUSTOMER)
        owner = Customer.objects.filter(user_id=OuterRef("user_id"), tenant_id=OuterRef("company__tenant_id"))
        return rows.alias(number=Subquery(owner.values("number")[:1])).select_related("user", "company__parent")

    def member(self, key: str) -> Member:
        """One of them, or 404."""
        member: Member | None = self.rows().filter(key=key).first()
        if member is None:
            raise ApiError(404, MISSING)
        return member

    def company(self, key: str) -> Company:
        """The company that a body names, or 400: it is not in the address."""
        company: Company | None = customer_companies(self.actor).filter(key=key).first()
        if company is None:
            raise ApiError(
                400,
                "There is no such legal entity.",
                details=[{"field": "legalEntity.id", "message": "There is no legal entity with this id."}],
            )
        return company

    def shown(self, members: list[Member]) -> list[dict[str, Any]]:
        """Contact assignments with their whole companies. Four queries at most."""
        companies = {member.company_id: member.company for member in members}
        entities = dict(zip(companies, companies_wire(list(companies.values())), strict=True))
        numbers = numbers_of(self.caller.tenant.pk, {member.user_id for member in members})
        return [contact_wire(member, entities[member.company_id], numbers) for member in members]

    def assign(self, body: Body, key: str, once: Once | None = None) -> Member:
        """What a body asks for."""
        company_key, number = _named(body, "legalEntity"), _named(body, "customer")
        contact = read_contact(body)
        company = self.company(company_key)
        return assign_contact(
            actor=self.actor, company_id=company.pk, number=number, key=key, contact=contact, once=once
        )


class Contacts(ContactView):
    """The list, and assigning somebody."""

    scopes = {"GET": READ, "POST": MANAGE}

    def get(self, request: Request, tenant: str) -> Response:
        """A bare list, of the company one acts for or of the tenant."""
        page, headers = self.paged(request, filtered(request, self.rows(), COLUMNS, plain=PLAIN))
        return Response(chosen_fields(request, self.shown(page)), headers=headers)

    def post(self, request: Request, tenant: str) -> Response:
        """Puts a customer into a company, as Contact."""
        body = Body(request.data)
        key = body.text("id", longest=64, default="")
        return self.created(request, lambda once: self.assign(body, key, once))


class ContactItem(ContactView):
    """One contact."""

    scopes = {"GET": READ, "PUT": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}

    def get(self, request: Request, tenant: str, key: str) -> Response:
        """The contact with its whole company."""
        return Response(chosen_fields(request, self.shown([self.member(key)]))[0])

    def put(self, request: Request, tenant: str, key: str) -> Response:
        """204 for a change, 201 with the id for a contact that was not there."""
        body = Body(request.data)
        member = self.rows().filter(key=key).first()
        if member is None:
            body.ignore("id")
            return Response({"id": self.assign(body, key).key}, status=201)
        return self._change(body, member)

    def patch(self, request: Request, tenant: str, key: str) -> Response:
        """As PUT, for a contact that is there."""
        return self._change(Body(request.data), self.member(key))

    def delete(self, request: Request, tenant: str, key: str) -> Response:
        """Ends the membership; the last active Admin stays."""
        deactivate_member(actor=self.actor, member_id=self.member(key).pk)
        return Response(status=204)

    def _change(self, body: Body, member: Member) -> Response:
        """What a contact is for; whose it is and of which company stays."""
        body.ignore("id", "legalEntity", "customer")
        if "legalEntity" in body and _named(body, "legalEntity") != member.company.key:
            raise body.wrong("legalEntity.id", "cannot be changed")
        if "customer" in body:
            number = numbers_of(self.caller.tenant.pk, {member.user_id}).get(member.user_id)
            if _named(body, "customer") != number:
                raise body.wrong("customer.id", "cannot be changed")
        change_contact(actor=self.actor, member_id=member.pk, contact=read_contact(body))
        return Response(status=204)


def read_contact(body: Body) -> Contact:
    """What the company uses the contact for."""
    contact = Contact(
        type=body.choice("type", Member.Type.values) if "type" in body else None,
        primary=body.flag("primary", default=False) if "primary" in body else None,
        mixins=body.json("mixins"),
        version=read_version(body),
    )
    body.ignore("type", "primary")
    body.nothing_else()
    return contact


def _named(body: Body, name: str) -> str:
    """The id in `{"id": …}`; what else stands there came with reading it."""
    inner = body.inner(name)
    if inner is None:
        raise body.wrong(name, "is missing")
    return inner.text("id", longest=64)
