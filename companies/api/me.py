"""`/customer/{tenant}/me`: the customer's own entry and addresses."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.errors import ApiError
from companies.api.json import instant
from companies.api.legal_entities import read_version
from companies.api.listing import ResourceView
from companies.api.reading import Body
from companies.api.sessions import SessionView
from companies.api.wire import ADDRESS_PARTS, address_wire
from companies.models import Company, Customer, CustomerAddress, Marketplace, Member
from companies.roles import CompanyKind
from companies.services.addresses import Address, add_address, change_address, remove_address
from companies.services.idempotency import Once
from config.kit.refused import NotYours, Refused

ANONYMOUS_NUMBER = "00000000"
NO_ADDRESS = "There is no such address."


class Me(SessionView):
    """The customer's entry; a visitor's says that there is none."""

    callers = ("customer", "anonymous")

    def get(self, request: Request, tenant: str) -> Response:
        """`expand=addresses` adds the addresses; mixins are always there."""
        wanted = _expanded(request)
        if self.caller.is_anonymous:
            return Response(self._visitor())
        body = self._customer()
        if "addresses" in wanted:
            addresses = [address_wire(row) for row in _addresses(self)]
            body["addresses"] = addresses
            default = next((address for address in addresses if address["isDefault"]), None)
            if default is not None:
                body["defaultAddress"] = default
        return Response(body)

    def _visitor(self) -> dict[str, Any]:
        return {
            "id": ANONYMOUS_NUMBER,
            "customerNumber": ANONYMOUS_NUMBER,
            "firstName": "Anonymous",
            "lastName": "Anonymous",
            "preferredSite": self._site().key,
            "accounts": [],
        }

    def _customer(self) -> dict[str, Any]:
        caller = self.caller
        user = caller.token.user
        customer = Customer.objects.visible_to(self.actor).filter(user=user).first()
        number = customer.number if customer else f"employee-{user.pk}"
        everywhere = self._memberships()
        members = [member for member in everywhere if member.company.kind == CompanyKind.CUSTOMER]
        sells_for = [member for member in everywhere if member.company.kind != CompanyKind.CUSTOMER]
        company = caller.company or (members[0].company if len(members) == 1 else None)
        site = self._site(company)
        return {
            "id": number,
            "customerNumber": number,
            "title": user.title,
            "firstName": user.first_name,
            "lastName": user.last_name,
            "contactEmail": user.email,
            "contactPhone": user.phone,
            "company": company.name if company else "",
            "preferredLanguage": user.language,
            "preferredCurrency": caller.token.currency or site.currency,
            "preferredSite": site.key,
            "accounts": [{"id": user.email}],
            "businessModel": "B2B" if self.actor.has_membership else "B2C",
            "b2b": {
                "legalEntities": [
                    {"id": member.company.key, "name": member.company.name, "contactAssignmentId": member.key}
                    for member in members
                ]
            },
            **({"sellers": [_seller(member) for member in sells_for]} if sells_for else {}),
            "mixins": customer.mixins if customer else {},
            "metadata": {"version": customer.version if customer else 1, "mixins": {}},
            **({"lastLogin": instant(user.last_login)} if user.last_login else {}),
        }

    def _memberships(self) -> list[Member]:
        """Of one's own, in all companies of the tenant."""
        rows = Member.objects.active().filter(user_id=self.actor.user_id, company__tenant=self.caller.tenant)
        return list(rows.select_related("company").order_by("company__name", "pk"))

    def _site(self, company: Company | None = None) -> Marketplace:
        """Where the company shops first, else where the session shops, else the tenant's first marketplace.

        One that is not saved where there is none.
        """
        code = self.caller.token.site_code
        rows = Marketplace.objects.filter(tenant=self.caller.tenant, is_active=True)
        # The parent marketplace has no owner, which databases sort in different ways.
        places = {place.key: place for place in rows.order_by(F("owner_id").asc(nulls_first=True), "pk")}
        first = next(iter(places.values()), Marketplace(key=code))
        home = company.home_marketplace_id if company else None
        return next((place for place in places.values() if home and place.pk == home), places.get(code, first))


def _seller(member: Member) -> dict[str, Any]:
    """A vendor or reseller that the person works for; its id binds a token to it."""
    company = member.company
    return {"id": company.key, "name": company.name, "kind": company.kind, "group": member.role}


class AddressView(ResourceView):
    """What the endpoints about addresses share."""

    family = SessionView.family
    callers = ("customer",)
    missing = NO_ADDRESS
    renamed = {column: name for name, column in ADDRESS_PARTS.items()}

    def error_of(self, refused: Refused) -> ApiError | None:
        """Who is no customer is 403."""
        if isinstance(refused, NotYours):
            return ApiError(403, refused.text)
        return super().error_of(refused)


class Addresses(AddressView):
    """The list, and adding to it."""

    def get(self, request: Request, tenant: str) -> Response:
        """A bare list, the default first."""
        return Response([address_wire(row) for row in _addresses(self)])

    def post(self, request: Request, tenant: str) -> Response:
        """A new address; the first one is the default."""
        address = read_address(Body(request.data))
        return self.created(request, lambda once: self._add(address, once))

    def _add(self, address: Address, once: Once | None) -> CustomerAddress:
        return add_address(actor=self.actor, address=address, once=once)


class AddressItem(AddressView):
    """One address."""

    def get(self, request: Request, tenant: str, key: str) -> Response:
        """The address."""
        address = CustomerAddress.objects.visible_to(self.actor).filter(key=key).first()
        if address is None:
            raise ApiError(404, NO_ADDRESS)
        return Response(address_wire(address))

    def put(self, request: Request, tenant: str, key: str) -> Response:
        """Writes what is there and leaves the rest; answers with the address."""
        address = read_address(Body(request.data))
        return Response(address_wire(change_address(actor=self.actor, address_key=key, address=address)))

    patch = put

    def delete(self, request: Request, tenant: str, key: str) -> Response:
        """Carts and orders have copies."""
        remove_address(actor=self.actor, address_key=key)
        return Response(status=204)


def read_address(body: Body) -> Address:
    """What the client wants of an address; what else storefronts keep with theirs is left alone."""
    parts = {
        column: body.text(name, longest=200, default="") for name, column in ADDRESS_PARTS.items() if name in body.data
    }
    return Address(
        **parts,
        tags=body.texts("tags", longest=100, most=20),
        mixins=body.json("mixins"),
        is_default=body.flag("isDefault", default=False) if "isDefault" in body else None,
        version=read_version(body),
    )


def _addresses(view: SessionView | AddressView) -> Any:
    return CustomerAddress.objects.visible_to(view.actor).order_by("-is_default", "pk")


def _expanded(request: Request) -> set[str]:
    """What `expand` names: addresses, and mixins under any name; 400 for anything else."""
    words = {word.strip() for word in request.query_params.get("expand", "").split(",") if word.strip()}
    unknown = sorted(word for word in words if word != "addresses" and not word.startswith("mixin:"))
    if unknown:
        raise ApiError(400, f"expand: there is no {unknown[0]!r} here.")
    return words
