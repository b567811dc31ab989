"""The quote service in words."""

from __future__ import annotations

from typing import Any

from config.openapi.quote_bodies import QUOTE_EXAMPLE, SCHEMAS
from config.openapi.words import FIELDS, NOTHING, Answer, Endpoint, Service, chosen, many, query, ref

FILTERS = (
    "metadata.createdAt",
    "status.value",
    "customer.customerId",
    "siteCode",
    "orderId",
    "validTo",
    "totalPrice.grossValue",
)
_QUOTE = "/quote/{tenant}/quotes/{quoteId}"
_REASON = "/quote/{tenant}/quote-reasons/{quoteReasonId}"
_KEY = QUOTE_EXAMPLE["id"]


def _problem(code: int, status: str, message: str, *details: str) -> dict[str, Any]:
    body: dict[str, Any] = {"code": code, "status": status, "message": message}
    return body | ({"details": list(details)} if details else {})


_UNKNOWN = {
    "resourceId": _KEY,
    **_problem(404, "Not Found", "Error while getting resource", f"Resource with id '{_KEY}' not found"),
}
_UNKNOWN_EXAMPLE = {404: {"Unknown": _UNKNOWN}}
_DUPLICATE = {409: {"The id is taken": _problem(409, "Conflict", "Duplicated key")}}
_NEEDS_APPROVAL = _problem(
    403,
    "Forbidden",
    "This order needs approval by Ana Diaz or Tom Weber.",
    "Requesters need approval for every order.",
)
_ORDERED = _problem(400, "BAD_REQUEST", "Quote Q1001 was accepted on 21 November 2026, 14:37 and ordered as CS1001.")
_PATHS = """All operations or none; one alone may come without the list. Whose each is:

* customers: `/customerReference`, `/customerComment`, and
  `/status` (`ACCEPTED`, `DECLINED`, `IN_PROGRESS` to ask for changes)
* employees: those, `/status` (`OPEN`, `IN_PROGRESS`, `DECLINED_BY_MERCHANT`), and
  `/validTo`, `/comment`, `/companyName`, `/restriction`, `/customerId`, `/billingAddressId`, `/shippingAddressId`,
  `/shipping`, `/items` (add one or several, replace all, remove by `itemId`), `/items/{itemId}` (replace, remove),
  `/items/{itemId}/price`, `/mixins…`, `/metadata/mixins…`, and the same below `/items/{itemId}` and its `/product`

A status is `{"value", "comment"?, "quoteReasonId"?}`; it is carried out after everything else. Accepting asks who may
order, like a checkout, and orders the quote; `expectedContentHash`, in the status or in the query, says which offer was
seen: another one now is answered 409."""

QUOTES = Service(
    "Quotes",
    "Prices that a seller offers a customer for certain lines, until a day. A customer sees the own quotes and those "
    "to approve, a seller's sales those of the own company, an API client the tenant's.",
    SCHEMAS,
    {
        "POST /quote/{tenant}/quotes": Endpoint(
            "POST-quote-create-quote",
            "Ask for an offer, or make one",
            "A customer names a cart: it is closed, and the quote is AWAITING an offer. An employee names a customer "
            "and what is offered: the quote is OPEN. Taxes are the server's own.",
            {201: Answer("Made.", ref("Id"))},
            body={"anyOf": [ref("QuoteFromCart"), ref("QuoteForCustomer")]},
            errors={404: "There is no such cart.", 409: "The id is taken, or the cart is not open."},
            examples=_DUPLICATE,
            named=True,
        ),
        "GET /quote/{tenant}/quotes": Endpoint(
            "GET-quote-list-quotes",
            "Quotes of the caller",
            "A bare list, the newest first. Every field that `q` knows is a parameter of its own, too: all fields of a "
            "quote but its addresses, its shipping and what is attached; of items their ids, quantities, products and "
            "offers.",
            {200: Answer("A page of them.", many(chosen("Quote")))},
            parameters=(FIELDS,),
            pages=True,
            filters=FILTERS,
            plain=FILTERS,
            localized=True,
        ),
        f"GET {_QUOTE}": Endpoint(
            "GET-quote-retrieve-quote",
            "One quote",
            "For its customer, its seller, and whoever is asked to approve it. What the seller has changed and not "
            "offered is not shown to the others: in its place stand the prices of the price list.",
            {200: Answer("The whole of it.", ref("Quote"))},
            examples=_UNKNOWN_EXAMPLE,
            localized=True,
        ),
        f"PATCH {_QUOTE}": Endpoint(
            "PATCH-quote-update-quote",
            "Change or answer a quote",
            _PATHS,
            NOTHING,
            body={"anyOf": [many(ref("QuoteOperation"), minItems=1), ref("QuoteOperation")]},
            parameters=(query("expectedContentHash", "The offer that was seen when accepting."),),
            errors={
                400: "An operation that cannot be carried out, or a status that does not lead there.",
                403: "The path is an employee's, or somebody else has to approve it first: the details say why.",
                409: "The offer changed since it was seen.",
            },
            examples={
                400: {"Ordered before": _ORDERED},
                403: {"An approval is needed": _NEEDS_APPROVAL},
                **_UNKNOWN_EXAMPLE,
            },
        ),
        f"DELETE {_QUOTE}": Endpoint(
            "DELETE-quote-remove-quote",
            "Delete a quote",
            "For employees. What waits for an approval of it ends; one that was ordered stays (400).",
            NOTHING,
            examples=_UNKNOWN_EXAMPLE,
        ),
        f"GET {_QUOTE}/history": Endpoint(
            "GET-quote-retrieve-quote-history",
            "What happened to a quote",
            "For employees: every value that was changed, oldest first.",
            {200: Answer("A bare list.", many(ref("QuoteChange")))},
            examples=_UNKNOWN_EXAMPLE,
        ),
        f"POST {_QUOTE}/pdf": Endpoint(
            "POST-quote-generate-quote-pdf",
            "A quote as a document",
            "In the language of `Accept-Language`: German or English. To a customer once there is an offer.",
            {200: Answer("The document.", {"type": "string", "format": "binary"}, media="application/pdf")},
            errors={409: "There is no offer yet."},
            examples=_UNKNOWN_EXAMPLE,
            localized=True,
        ),
        "POST /quote/{tenant}/quote-reasons": Endpoint(
            "POST-quote-create-quote-reason",
            "A further reason to decline or to ask for changes",
            "For API clients: reasons are the tenant's.",
            {201: Answer("Made.", ref("Id"))},
            body=ref("QuoteReasonWanted"),
            errors={409: "The id is taken, or there is one of the same type and code."},
            examples=_DUPLICATE,
            named=True,
        ),
        "GET /quote/{tenant}/quote-reasons": Endpoint(
            "GET-quote-list-reasons",
            "Reasons to decline or to ask for changes",
            "A bare list: the defaults, then the tenant's own.",
            {200: Answer("A page of them.", many(chosen("QuoteReason")))},
            parameters=(FIELDS,),
            pages=True,
            filters=("type", "code", "id", "message.en"),
            localized=True,
        ),
        f"GET {_REASON}": Endpoint(
            "GET-quote-retrieve-reason",
            "One reason",
            "",
            {200: Answer("The whole of it.", ref("QuoteReason"))},
            examples=_UNKNOWN_EXAMPLE,
            localized=True,
        ),
        f"PUT {_REASON}": Endpoint(
            "PUT-quote-update-reason",
            "Change a reason",
            "A default one is changed for this tenant alone; quotes that gave it keep what they were told.",
            NOTHING,
            body=ref("QuoteReasonChanged"),
            errors={409: "It was changed since, or there is one of the same type and code."},
            examples=_UNKNOWN_EXAMPLE,
        ),
        f"DELETE {_REASON}": Endpoint(
            "DELETE-quote-remove-reason",
            "Offer a reason no longer",
            "Quotes that gave it keep it.",
            NOTHING,
            examples=_UNKNOWN_EXAMPLE,
        ),
    },
)
