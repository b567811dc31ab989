"""Who calls? The same eleven in every permission table, and what is said to those who may not."""

from datetime import timedelta

import pytest

from companies.scopes import CLIENT_SCOPES

INVALID = {"fault": {"faultstring": "Invalid access token", "detail": {"errorcode": "oauth.v2.InvalidAccessToken"}}}
EXPIRED = {
    "fault": {
        "faultstring": "Access Token expired",
        "detail": {"errorcode": "keymanagement.service.access_token_expired"},
    }
}
PROBLEMS = "There are validation problems, see details section for more information"
FORBIDDEN = "The access to the requested resource has been forbidden by the server."

ADMIN, BUYER, REQUESTER, CONTACT = "admin", "buyer", "requester", "contact"
COLLEAGUE, STRANGER, PRIVATE, VENDOR = "former member", "stranger", "private", "vendor"
OTHER_TENANT, SERVICE, SCOPELESS, FOREIGN_SERVICE = "other tenant", "service", "no scope", "foreign service"
VISITOR, STALE, NOBODY = "visitor", "expired", "nobody"
MEMBERS = (ADMIN, BUYER, REQUESTER, CONTACT)
CUSTOMERS = (*MEMBERS, COLLEAGUE, STRANGER, PRIVATE)
EVERYBODY = (*CUSTOMERS, VENDOR, OTHER_TENANT, SERVICE, SCOPELESS, FOREIGN_SERVICE, VISITOR, STALE, NOBODY)


def caller_called(who, api, anonymous_api, service_api):
    """One of EVERYBODY, around Northwind."""
    people = {
        ADMIN: "ana",
        BUYER: "bea",
        REQUESTER: "rita",
        CONTACT: "carl",
        COLLEAGUE: "dora",
        STRANGER: "alice",
        PRIVATE: "paula",
        VENDOR: "victor",
        OTHER_TENANT: "olga",
    }
    match who:
        case "service":
            return service_api(*CLIENT_SCOPES)
        case "no scope":
            return service_api()
        case "foreign service":
            return service_api(*CLIENT_SCOPES, tenant="other")
        case "visitor":
            return anonymous_api()
        case "expired":
            return api("ana", life=timedelta(hours=-1))
        case "nobody":
            return api()
    return api(people[who])


def code(status, message, **more):
    """A body of the family that carts, companies and groups share."""
    words = {400: "BAD_REQUEST", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict"}
    words[422] = "Unprocessable Entity"
    return {"code": status, "status": words[status], "message": message, **more}


def expected(table, who):
    """The status that a table has for somebody: its own entry, or what all such callers get."""
    if who in table:
        return table[who]
    if who in (STALE, NOBODY):
        return 401
    return table.get("others", 403)


each = pytest.mark.parametrize("who", EVERYBODY)
