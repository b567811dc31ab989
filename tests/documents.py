"""What does the document of a quote look like? Written out by hand, for tests without a database."""

from typing import Any


def make_line(**fields: Any) -> dict[str, Any]:
    """Nine desks for 400 instead of 500 EUR each."""
    return {
        "names": {"en": "Standing desk", "de": "Höhenverstellbarer Tisch"},
        "sku": "DESK-01",
        "unit": "piece",
        "quantity": "9",
        "list_price": "500",
        "list_includes_tax": False,
        "price": "400",
        "includes_tax": False,
        "is_total": False,
        "discount": "20",
        "tax_rate": "19",
        "net": "3600",
        "tax": "684",
        "gross": "4284",
        **fields,
    }


def make_document(**fields: Any) -> dict[str, Any]:
    """Globex Systems offers nine desks to Northwind GmbH."""
    return {
        "number": "Q1007",
        "status": "OPEN",
        "date": "2026-11-20T09:00:00+00:00",
        "valid_to": "2026-11-30T16:00:00+00:00",
        "time_zone": "Europe/Berlin",
        "reference": "PO 4711",
        "comment": "Delivered within two weeks.\n\nThe price holds for nine desks or more.",
        "order": "",
        "marketplace": "Acme Markets",
        "seller": {
            "name": "Globex Systems",
            "email": "sales@globex.example",
            "address": _address("Globex Systems", "", "Industriestraße", "5", "70565", "Stuttgart"),
        },
        "employee": "Sam Reed",
        "customer": "Rita Okafor",
        "company": "Northwind GmbH",
        "billing": _address("Northwind GmbH", "Rita Okafor", "Hafenstraße", "12", "20457", "Hamburg"),
        "delivery": _address("Northwind GmbH", "Lager Süd", "Am Kai", "3", "20457", "Hamburg"),
        "currency": "EUR",
        "lines": [make_line()],
        "list_net": "4500",
        "discount": "20",
        "sums": {"net": "3600", "tax": "684", "gross": "4284"},
        "shipping": {"net": "10", "tax": "1.9", "gross": "11.9", "names": {"en": "Courier", "de": "Kurier"}},
        "totals": {"net": "3610", "tax": "685.9", "gross": "4295.9"},
        "has_shipping": True,
        **fields,
    }


def _address(company: str, person: str, street: str, number: str, zip_code: str, city: str) -> dict[str, str]:
    return {
        "companyName": company,
        "contactName": person,
        "street": street,
        "streetNumber": number,
        "zipCode": zip_code,
        "city": city,
        "country": "DE",
    }
