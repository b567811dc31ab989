"""How do companies, people and places look on the wire? Records in, plain values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from companies.api.json import instant
from companies.models import Company, CustomerAddress, Location, Member
from companies.roles import CUSTOMER_ROLES, Role
from config.kit.money import round_amount
from config.kit.records import Resource

GROUP_CODES = {role: f"B2B_{role.name}" for role in CUSTOMER_ROLES}
GROUP_DESCRIPTIONS = {
    Role.ADMIN: "Order freely, and approve for others.",
    Role.BUYER: "Order up to the purchase limit, and approve for Requesters.",
    Role.REQUESTER: "Ask for approval of each order.",
    Role.CONTACT: "Belong to the company, and order nothing.",
}

# The API's names of an address's parts, and our columns.
ADDRESS_PARTS = {
    "contactName": "contact_name",
    "companyName": "company_name",
    "street": "street",
    "streetNumber": "street_number",
    "streetAppendix": "street_appendix",
    "zipCode": "zip_code",
    "city": "city",
    "country": "country",
    "state": "state",
    "contactPhone": "phone",
}


def metadata_wire(record: Resource) -> dict[str, Any]:
    """Version and times of a record."""
    return {
        "version": record.version,
        "createdAt": instant(record.created_at),
        "modifiedAt": instant(record.modified_at),
    }


def company_wire(
    company: Company, *, locations: Iterable[Location], group: Iterable[Member], numbers: Mapping[int, str]
) -> dict[str, Any]:
    """A legal entity. `group` is its approval group with users, `numbers` those of customers by user."""
    body: dict[str, Any] = {"id": company.key, "name": company.name, "type": company.type}
    if company.parent is not None:
        body["parentId"] = company.parent.key
    if company.limit is not None:
        value = round_amount(company.limit.amount, company.limit.currency)
        body["accountLimit"] = {"currency": company.limit.currency, "value": value}
    return body | {
        "legalInfo": company.legal_info,
        "customerGroups": [
            {"id": group_id(company.key, role), "name": group_name(role), "role": GROUP_CODES[role]}
            for role in CUSTOMER_ROLES
        ],
        "entitiesAddresses": [location_wire(location) for location in locations],
        "approvalGroup": [contact_wire(member, {"id": company.key}, numbers) for member in group],
        "mixins": company.mixins,
        "metadata": metadata_wire(company),
    }


def contact_wire(member: Member, legal_entity: Mapping[str, Any], numbers: Mapping[int, str]) -> dict[str, Any]:
    """A contact assignment; `member` comes with its user."""
    user = member.user
    return {
        "id": member.key,
        "legalEntity": dict(legal_entity),
        "customer": {
            "id": numbers.get(user.pk, f"employee-{user.pk}"),
            "name": user.first_name,
            "surname": user.last_name,
            "email": user.email,
            "phone": user.phone,
        },
        "type": member.type,
        "primary": member.primary,
        "mixins": member.mixins,
        "metadata": metadata_wire(member),
    }


def location_wire(location: Location) -> dict[str, Any]:
    """A location. Street and number are one line; further addresses and numbers follow the first."""
    further = location.further
    emails = [location.email] if location.email else []
    phones = [location.phone] if location.phone else []
    return {
        "id": location.key,
        "name": location.name,
        "type": location.type,
        "contactDetails": {
            "emails": emails + further.get("emails", []),
            "phones": phones + further.get("phones", []),
            "addressLine1": street_line(location),
            "addressLine2": location.street_appendix,
            "city": location.city,
            "state": location.state,
            "postcode": location.zip_code,
            "countryCode": location.country,
            "tags": further.get("tags", []),
        },
        "mixins": location.mixins,
        "metadata": metadata_wire(location),
    }


def street_line(location: Location) -> str:
    """Street and number, as the API has them."""
    return f"{location.street} {location.street_number}".strip()


def address_wire(address: CustomerAddress) -> dict[str, Any]:
    """An address that a customer keeps."""
    parts = {name: getattr(address, column) for name, column in ADDRESS_PARTS.items()}
    return {
        "id": address.key,
        **parts,
        "isDefault": address.is_default,
        "tags": address.tags,
        "mixins": address.mixins,
        "metadata": metadata_wire(address),
    }


def group_id(company_key: str, role: str) -> str:
    """The id of a company's group; groups are no records of their own."""
    return f"{company_key}-{role}"


def group_name(role: Role) -> dict[str, str]:
    """As storefronts show it, and as they filter for it."""
    return {"en": f"B2B {role.label}"}


def group_wire(company: Company, role: Role) -> dict[str, Any]:
    """One of a company's groups; it changes with its company."""
    return {
        "id": group_id(company.key, role),
        "name": group_name(role),
        "description": {"en": GROUP_DESCRIPTIONS[role]},
        "code": GROUP_CODES[role],
        "userType": "CUSTOMER",
        "b2b": {"legalEntityId": company.key},
        "accessControls": [],
        "templates": [],
        "metadata": metadata_wire(company),
    }
