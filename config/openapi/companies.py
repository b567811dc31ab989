"""Companies, contacts, locations, groups and settings in words."""

from __future__ import annotations

import re
from typing import Any

from config.openapi.shared import METADATA, SEEN_VERSION, TIMES_EXAMPLE
from config.openapi.words import (
    ANYTHING,
    CURRENCY,
    FIELDS,
    FLAG,
    FREE,
    NOTHING,
    NUMBER,
    TEXT,
    TEXTS,
    Answer,
    Endpoint,
    Schema,
    Service,
    chosen,
    given,
    many,
    maybe,
    obj,
    one_of,
    ref,
    said,
)

_COMPANY = "7351ad921d984c4bb12077c4793a2de3"
_OFFICE = "04db01a917c34862a049fa8b488cdec4"
_MEMBER = "4d55e74cf2864d00847e3a7f81a60568"
COMPANY_TYPE = one_of("COMPANY", "SUBSIDIARY")
CONTACT_TYPE = one_of("PRIMARY", "BILLING", "LOGISTICS", "CONTACT")
PLACE_TYPE = one_of("HEADQUARTER", "WAREHOUSE", "OFFICE")
LEGAL_INFO = given(
    {
        "legalName?": TEXT,
        "registrationDate?": TEXT,
        "taxRegistrationNumber?": TEXT,
        "registrationAgency?": TEXT,
        "countryOfRegistration?": TEXT,
        "registrationId?": TEXT,
    },
    strict=True,
)
CUSTOMER = obj({"id": TEXT, "name": TEXT, "surname": TEXT, "email": TEXT, "phone": TEXT})
LOCATION_EXAMPLE: dict[str, Any] = {
    "id": _OFFICE,
    "name": "Headquarters",
    "type": "HEADQUARTER",
    "contactDetails": {
        "emails": [],
        "phones": [],
        "addressLine1": "Hafenstrasse 12",
        "addressLine2": "",
        "city": "Hamburg",
        "state": "",
        "postcode": "20457",
        "countryCode": "DE",
        "tags": [],
    },
    "mixins": {},
    "metadata": TIMES_EXAMPLE,
}
COMPANY_EXAMPLE: dict[str, Any] = {
    "id": _COMPANY,
    "name": "Northwind GmbH",
    "type": "COMPANY",
    "accountLimit": {"currency": "EUR", "value": 5000},
    "legalInfo": {"legalName": "Northwind Handels GmbH"},
    "customerGroups": [{"id": f"{_COMPANY}-admin", "name": {"en": "B2B Admin"}, "role": "B2B_ADMIN"}],
    "entitiesAddresses": [LOCATION_EXAMPLE],
    "approvalGroup": [],
    "mixins": {},
    "metadata": TIMES_EXAMPLE,
}
_CONTACT: dict[str, Schema] = {
    "id": TEXT,
    "customer": CUSTOMER,
    "type": CONTACT_TYPE,
    "primary": FLAG,
    "mixins": FREE,
    "metadata": METADATA,
}
_CONTACT_EXAMPLE: dict[str, Any] = {
    "id": _MEMBER,
    "legalEntity": COMPANY_EXAMPLE,
    "customer": {
        "id": "C-rita",
        "name": "Rita",
        "surname": "Okafor",
        "email": "rita@northwind.example",
        "phone": "",
    },
    "type": "CONTACT",
    "primary": False,
    "mixins": {},
    "metadata": TIMES_EXAMPLE,
}
_NAMED = given({"id": TEXT})
_WANTED: dict[str, Schema] = {
    "id?": TEXT,
    "name?": TEXT,
    "type?": COMPANY_TYPE,
    "parentId?": maybe(TEXT),
    "accountLimit?": said(
        maybe(given({"currency": CURRENCY, "value": {"type": "number", "minimum": 0}}, strict=True)),
        "The purchase limit; null for none.",
    ),
    "legalInfo?": maybe(LEGAL_INFO),
    "approvalGroup?": said(maybe(many(_NAMED)), "Contact assignments of this company."),
    "entitiesAddresses?": maybe(many(_NAMED)),
    "customerGroups?": ANYTHING,
    "restrictions?": ANYTHING,
    "mixins?": maybe(FREE),
    "metadata?": maybe(SEEN_VERSION),
}
_DETAILS: dict[str, Schema] = {
    "emails": many(TEXT),
    "phones": many(TEXT),
    "addressLine1": TEXT,
    "addressLine2": TEXT,
    "city": TEXT,
    "state": TEXT,
    "postcode": TEXT,
    "countryCode": TEXT,
    "tags": many(TEXT),
}

SCHEMAS: dict[str, Schema] = {
    "LegalEntity": obj(
        {
            "id": TEXT,
            "name": TEXT,
            "type": COMPANY_TYPE,
            "parentId?": TEXT,
            "accountLimit?": said(
                obj({"currency": TEXT, "value": NUMBER}), "The purchase limit, compared with the gross subtotal."
            ),
            "legalInfo": FREE,
            "customerGroups": many(obj({"id": TEXT, "name": TEXTS, "role": TEXT})),
            "entitiesAddresses": many(ref("Location")),
            "approvalGroup": many(obj({**_CONTACT, "legalEntity": obj({"id": TEXT})})),
            "mixins": FREE,
            "metadata": METADATA,
        },
        "A company.",
        example=COMPANY_EXAMPLE,
    ),
    "LegalEntityWanted": given(
        _WANTED,
        "What is left out stays; a field that is none is refused.",
        example={"name": "Northwind GmbH", "accountLimit": {"currency": "EUR", "value": 5000}},
        strict=True,
    ),
    "ContactAssignment": obj({**_CONTACT, "legalEntity": ref("LegalEntity")}, example=_CONTACT_EXAMPLE),
    "ContactAssignmentWanted": given(
        {
            "id?": TEXT,
            "legalEntity?": _NAMED,
            "customer?": _NAMED,
            "type?": CONTACT_TYPE,
            "primary?": FLAG,
            "mixins?": maybe(FREE),
            "metadata?": maybe(SEEN_VERSION),
        },
        "A new one names company and customer.",
        example={"legalEntity": {"id": _COMPANY}, "customer": {"id": "C-rita"}, "type": "CONTACT"},
        strict=True,
    ),
    "Location": obj(
        {
            "id": TEXT,
            "name": TEXT,
            "type": PLACE_TYPE,
            "contactDetails": obj(_DETAILS),
            "mixins": FREE,
            "metadata": METADATA,
        },
        example=LOCATION_EXAMPLE,
    ),
    "LocationWanted": given(
        {
            "id?": TEXT,
            "legalEntityId?": TEXT,
            "legalEntity?": _NAMED,
            "name?": TEXT,
            "type?": PLACE_TYPE,
            "contactDetails?": given({f"{name}?": each for name, each in _DETAILS.items()}, strict=True),
            "mixins?": maybe(FREE),
            "metadata?": maybe(SEEN_VERSION),
        },
        "A new one may name its company; without, it is of none until a legal entity names it in `entitiesAddresses`.",
        example={
            "legalEntityId": _COMPANY,
            "name": "Warehouse",
            "type": "WAREHOUSE",
            "contactDetails": {"addressLine1": "Am Kai 1", "city": "Hamburg", "postcode": "20457", "countryCode": "DE"},
        },
        strict=True,
    ),
}

_MADE = {201: Answer("Made.", ref("Id"))}
_UPSERT = {204: Answer("Changed. There is no body."), 201: Answer("It was not there; made.", ref("Id"))}
_TAKEN = {409: "The id is taken, or the request is being carried out already."}
_VERSION = {409: "Another version was seen, or something forbids it now."}


def _kept(path: str, one: str, plural: str, schema: str, filters: tuple[str, ...]) -> dict[str, Endpoint]:
    """List, one, new, change and end of one kind of records; what one is called follows from its id."""
    name = re.sub("([A-Z])", r" \1", one.removesuffix("Id")).lower()
    word = name.replace(" ", "-")
    return {
        f"GET {path}": Endpoint(
            f"GET-customer-management-list-{plural}",
            plural.replace("-", " ").capitalize(),
            "A bare list: of the customer's own company, or of the tenant for an API client.",
            {200: Answer("A page of them.", many(chosen(schema)))},
            parameters=(FIELDS,),
            pages=True,
            filters=filters,
            plain=filters,
        ),
        f"POST {path}": Endpoint(
            f"POST-customer-management-create-{word}",
            f"Make a {name}",
            "",
            _MADE,
            body=ref(f"{schema}Wanted"),
            errors=_TAKEN,
            named=True,
        ),
        f"GET {path}/{{{one}}}": Endpoint(
            f"GET-customer-management-retrieve-{word}",
            f"One {name}",
            "",
            {200: Answer("The whole of it.", chosen(schema))},
            parameters=(FIELDS,),
        ),
        f"PUT {path}/{{{one}}}": Endpoint(
            f"PUT-customer-management-upsert-{word}",
            f"Change or make a {name}",
            "What is left out stays.",
            _UPSERT,
            body=ref(f"{schema}Wanted"),
            errors=_VERSION,
        ),
        f"DELETE {path}/{{{one}}}": Endpoint(f"DELETE-customer-management-remove-{word}", f"End a {name}", "", NOTHING),
    }


def _patched(path: str, name: str, schema: str) -> dict[str, Endpoint]:
    return {
        f"PATCH {path}": Endpoint(
            f"PATCH-customer-management-update-{name.replace(' ', '-')}",
            f"Change a {name}",
            "As PUT, for one that is there.",
            NOTHING,
            body=ref(f"{schema}Wanted"),
            errors=_VERSION,
        )
    }


_ENTITIES = "/customer-management/{tenant}/legal-entities"
_CONTACTS = "/customer-management/{tenant}/contact-assignments"
_LOCATIONS = "/customer-management/{tenant}/locations"
COMPANIES = Service(
    "Companies",
    "Legal entities with their purchase limit and approval group, the people in them, and their locations. Customers "
    "read their own company; API clients keep those of the tenant.",
    SCHEMAS,
    {
        **_kept(
            _ENTITIES,
            "legalEntityId",
            "legal-entities",
            "LegalEntity",
            ("id", "name", "type", "parentId", "legalInfo.legalName"),
        ),
        f"POST {_ENTITIES}/search": Endpoint(
            "POST-customer-management-search-legal-entities",
            "Search legal entities",
            "The list with `q` in the body. Reads only.",
            {200: Answer("A page of them.", many(chosen("LegalEntity")))},
            body=given({"q?": TEXT}, example={"q": "name:~north"}, strict=True),
            parameters=(FIELDS,),
            pages=True,
            filters=("id", "name", "type", "parentId"),
            plain=("id", "name", "type", "parentId"),
        ),
        f"GET {_ENTITIES}/{{legalEntityId}}/parent-hierarchy": Endpoint(
            "GET-customer-management-retrieve-parent-hierarchy",
            "A company and those above it",
            "As far as the caller may see.",
            {200: Answer("From the company upwards.", many(ref("LegalEntity")))},
        ),
        **_kept(
            _CONTACTS,
            "contactAssignmentId",
            "contact-assignments",
            "ContactAssignment",
            ("legalEntity.id", "legalEntityId", "customer.id", "type", "primary"),
        ),
        **_patched(f"{_CONTACTS}/{{contactAssignmentId}}", "contact assignment", "ContactAssignment"),
        **_kept(
            _LOCATIONS,
            "locationId",
            "locations",
            "Location",
            ("legalEntity.id", "legalEntityId", "name", "type", "contactDetails.city"),
        ),
        **_patched(f"{_LOCATIONS}/{{locationId}}", "location", "Location"),
    },
)
