"""Groups, scopes and settings in words."""

from __future__ import annotations

from companies.preferences import PREFERENCES
from config.openapi.shared import METADATA, TIMES_EXAMPLE
from config.openapi.words import (
    ANYTHING,
    FLAG,
    NOTHING,
    TEXT,
    TEXTS,
    WHOLE,
    Answer,
    Endpoint,
    Schema,
    Service,
    given,
    many,
    maybe,
    obj,
    one_of,
    query,
    ref,
    said,
)

_COMPANY = "7351ad921d984c4bb12077c4793a2de3"
_MEMBER = "4d55e74cf2864d00847e3a7f81a60568"
_GROUPS = "/iam/{tenant}/groups"
_SETTINGS = "/configuration/{tenant}/configurations"
_OF_COMPANY = query("legalEntityId", "Of this company.")
_MADE = {201: Answer("Made.", ref("Id"))}

SCHEMAS: dict[str, Schema] = {
    "Group": obj(
        {
            "id": TEXT,
            "name": TEXTS,
            "description": TEXTS,
            "code": one_of("B2B_ADMIN", "B2B_BUYER", "B2B_REQUESTER", "B2B_CONTACT"),
            "userType": one_of("CUSTOMER"),
            "b2b": obj({"legalEntityId": TEXT}),
            "accessControls": many(ANYTHING),
            "templates": many(ANYTHING),
            "metadata": METADATA,
        },
        "What members of a company may do. Each company has four.",
        example={
            "id": f"{_COMPANY}-buyer",
            "name": {"en": "B2B Buyer"},
            "description": {"en": "Order up to the purchase limit, and approve for Requesters."},
            "code": "B2B_BUYER",
            "userType": "CUSTOMER",
            "b2b": {"legalEntityId": _COMPANY},
            "accessControls": [],
            "templates": [],
            "metadata": TIMES_EXAMPLE,
        },
    ),
    "GroupUser": obj(
        {"id": TEXT, "groupId": TEXT, "userId": TEXT, "userType": TEXT},
        example={"id": _MEMBER, "groupId": f"{_COMPANY}-buyer", "userId": "C-bea", "userType": "CUSTOMER"},
    ),
    "GroupUserWanted": given(
        {"userId": TEXT, "userType?": one_of("CUSTOMER", "EMPLOYEE")},
        example={"userId": "C-rita", "userType": "CUSTOMER"},
        strict=True,
    ),
    "Scopes": obj(
        {"userId": TEXT, "scopes": said(TEXT, "Separated by spaces.")},
        example={"userId": "C-rita", "scopes": "approval.approval_read_own tenant=acme"},
    ),
}
SETTINGS_SCHEMAS: dict[str, Schema] = {
    "Configuration": obj(
        {"key": TEXT, "value": ANYTHING, "version": WHOLE, "secured": FLAG},
        example={"key": "approval.default_expiryDays", "value": 10, "version": 1, "secured": False},
    ),
    "ConfigurationWanted": given(
        {
            "key": TEXT,
            "value": ANYTHING,
            "version?": maybe(WHOLE),
            "description?": TEXT,
            "secured?": FLAG,
            "restricted?": FLAG,
            "readOnly?": FLAG,
        },
        example={"key": "approval.default_expiryDays", "value": 14},
        strict=True,
    ),
}

IAM = Service(
    "Groups and scopes",
    "Each company has the groups Admin, Buyer, Requester and Contact; a member is in exactly one of them.",
    SCHEMAS,
    {
        f"GET {_GROUPS}": Endpoint(
            "GET-iam-list-tenant-user-groups",
            "Groups",
            "A bare list, company by company. `q` knows equality, and `name:~…` and `description:~…`.",
            {200: Answer("A page of them.", many(ref("Group")))},
            parameters=(
                query("b2b.legalEntityId", "Of this company."),
                _OF_COMPANY,
                query("userType", "`CUSTOMER`, in either case."),
                query("name", "A part of the name."),
                query("description", "A part of the description."),
                query("code", "Such as `B2B_ADMIN`."),
                query("id", "This one."),
                query("q", "Filters by the same fields."),
            ),
            pages=True,
        ),
        f"GET {_GROUPS}/{{groupId}}": Endpoint(
            "GET-iam-retrieve-group", "One group", "", {200: Answer("The group.", ref("Group"))}
        ),
        f"GET {_GROUPS}/{{groupId}}/users": Endpoint(
            "GET-iam-list-group-users",
            "Who is in a group",
            "",
            {200: Answer("A page of them.", many(ref("GroupUser")))},
            pages=True,
        ),
        f"POST {_GROUPS}/{{groupId}}/users": Endpoint(
            "POST-iam-add-user-to-group",
            "Move somebody into a group",
            "And out of the one they were in. 400 where it would leave the company without an admin.",
            _MADE,
            body=ref("GroupUserWanted"),
            errors={409: "They are in it already, or the request is being carried out."},
            named=True,
        ),
        f"DELETE {_GROUPS}/{{groupId}}/users/{{userId}}": Endpoint(
            "DELETE-iam-remove-user-from-group",
            "Take somebody out of a group",
            "They stay in the company as Contact. 400 for its last active Admin.",
            NOTHING,
        ),
        f"DELETE {_GROUPS}/{{groupId}}/users/{{userType}}/{{userId}}": Endpoint(
            "DELETE-iam-remove-user-of-type-from-group",
            "Take somebody out of a group",
            "The same, with the type of the user in the address.",
            NOTHING,
        ),
        "GET /iam/{tenant}/users/me/scopes": Endpoint(
            "GET-iam-retrieve-own-user-scopes",
            "What may this token do?",
            "By the group as it is now.",
            {200: Answer("The scopes.", ref("Scopes"))},
        ),
        "GET /iam/{tenant}/users/{userId}/groups": Endpoint(
            "GET-iam-list-groups-of-user",
            "The groups of a user",
            "`me` is the caller.",
            {200: Answer("A bare list.", many(ref("Group")))},
        ),
    },
)

CONFIGURATION = Service(
    "Configuration",
    "The tenant's settings, for API clients. System preferences are always there, with a default: "
    f"{', '.join(f'`{key}`' for key in sorted(PREFERENCES))}. Every other key is kept for the tenant's own programs "
    "and changes nothing here.",
    SETTINGS_SCHEMAS,
    {
        f"GET {_SETTINGS}": Endpoint(
            "GET-configuration-list-config",
            "Settings",
            "",
            {200: Answer("A bare list.", many(ref("Configuration")))},
            parameters=(query("keys", "Some of them, separated by commas."),),
        ),
        f"POST {_SETTINGS}": Endpoint(
            "POST-configuration-create-config",
            "Make settings",
            "All or none.",
            {201: Answer("Made.", many(ref("Configuration")))},
            body=many(ref("ConfigurationWanted"), minItems=1, maxItems=100),
            errors={409: "One of the keys is there already."},
            named=True,
        ),
        f"GET {_SETTINGS}/{{key}}": Endpoint(
            "GET-configuration-retrieve-config",
            "One setting",
            "",
            {200: Answer("Its value and version.", ref("Configuration"))},
        ),
        f"PUT {_SETTINGS}/{{key}}": Endpoint(
            "PUT-configuration-update-config",
            "Change a setting",
            "400 for a key that does not exist.",
            {200: Answer("The setting now.", ref("Configuration"))},
            body=ref("ConfigurationWanted"),
            errors={409: "Another version was seen."},
        ),
        f"DELETE {_SETTINGS}/{{key}}": Endpoint(
            "DELETE-configuration-remove-config",
            "Forget a setting",
            "A preference has its default again.",
            NOTHING,
        ),
    },
)
