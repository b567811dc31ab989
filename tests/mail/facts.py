"""What is told in the tests: every fact of each family, and only the required ones."""

from tests.documents import make_document

LINES = [
    {"name": "Standing desk", "quantity": "4", "gross": "5,000.00 EUR"},
    {"name": "Office chair", "quantity": "2.5", "gross": "812.40 EUR"},
]
APPROVAL = {
    "requester": "Rita Okafor",
    "requester_group": "Requester",
    "approver": "Ana Diaz",
    "previous_approver": "Bea Lindt",
    "company": "Northwind GmbH",
    "label": "2 lines",
    "total": "5,812.40 EUR",
    "line_count": 2,
    "lines": LINES,
    "reasons": ["5,812.40 EUR gross is 812.40 EUR over the company's limit of 5,000.00 EUR."],
    "comment": "For the new colleagues.",
    "answer": "Use the framework contract.",
    "expires_at": "2026-12-01T13:05:00+00:00",
    "actor": "Tom Weber",
    "reason": "I am away.",
    "differences": ["Standing desk: 3 -> 4"],
    "order_numbers": ["100234"],
    "asked_by": "Rik Bakker of Resello BV",
}
ORDER = {
    "number": "100234",
    "customer": "Rita Okafor",
    "company": "Northwind GmbH",
    "marketplace": "Acme Main",
    "vendor": "Globex Systems",
    "total": "5,812.40 EUR",
    "lines": LINES,
    "actor": "Victor Lang",
    "reason": "Not available in your country.",
    "review_note": "Called the customer.",
    "instructions": [
        {
            "name": "Server management",
            "text": "Sign in with your work address.",
            "links": [{"label": "Console", "url": "https://console.example/start"}],
        }
    ],
    "placed_by": "Rik Bakker of Resello BV",
    "waits": "yes",
    "subscription": "",
    "change": "",
}
QUOTE = {
    "number": "Q1042",
    "customer": "Rita Okafor",
    "company": "Northwind GmbH",
    "marketplace": "Acme Main",
    "seller": "Globex Systems",
    "employee": "Sam Reed",
    "total": "5,100.00 EUR",
    "list_total": "5,812.40 EUR",
    "discount": "12.25",
    "valid_to": "2026-12-01T13:05:00+00:00",
    "reference": "PO-77",
    "lines": LINES,
    "actor": "Sam Reed",
    "comment": "Valid for the whole lot only.",
    "reason": "It comes too late",
    "differences": ["DESK-01: the unit price is 450.00 EUR; it was 500.00 EUR."],
    "order_number": "CS1042",
    "document": make_document(),
}
SUBSCRIPTION = {
    "number": "S1042",
    "customer": "Rita Okafor",
    "company": "Northwind GmbH",
    "marketplace": "Acme Main",
    "name": "Cloud backup, Basic",
    "quantity": "25",
    "price": "119.00 EUR",
    "period": "month",
    "renews_at": "2026-12-01T13:05:00+00:00",
    "is_trial": "",
    "actor": "Ana Diaz",
    "comment": "We move to another service.",
}
WEBHOOK = {
    "address": "https://hooks.globex.example/orders",
    "said": "answered 500",
    "about": "CS1042",
    "next_at": "2026-12-01T13:05:00+00:00",
}
ACCOUNT = {"account": "rita@northwind.example"}
FACTS = {
    "account": ACCOUNT,
    "approval": APPROVAL,
    "order": ORDER,
    "quote": QUOTE,
    "subscription": SUBSCRIPTION,
    "webhook": WEBHOOK,
}
REQUIRED = {
    "account": ("account",),
    "approval": ("requester", "total"),
    "order": ("number", "customer"),
    "quote": ("number", "customer"),
    "subscription": ("number", "customer"),
    "webhook": ("address", "said"),
}


def complete_facts(topic) -> dict:
    return FACTS[topic.name.partition(".")[0]]


def minimal_facts(topic) -> dict:
    return {name: complete_facts(topic)[name] for name in REQUIRED[topic.name.partition(".")[0]]}
