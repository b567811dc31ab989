"""What does it cost? Prices for the place a token shops at, or for one that an API client names."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.amounts import shown_unit_price, taxed, unit_price_decimals
from catalog.api.languages import Languages, languages_of
from catalog.api.plans import plan_body
from catalog.places import place_called
from catalog.prices import ItemType, PriceAnswer, PriceQuestion, match_prices
from companies.api.json import short
from companies.api.reading import Body
from companies.api.views import ApiView
from companies.models import Marketplace
from config.kit.money import AMOUNT_LIMIT, minor_units

MOST_ITEMS = 1_000
LARGEST_QUANTITY = Decimal(10) ** 7


class MatchByContext(ApiView):
    """`POST /price/{tenant}/match-prices-by-context`: prices where the session shops."""

    callers = ("anonymous", "customer")

    def post(self, request: Request, tenant: str) -> Response:
        """Site, currency and country are the session's, else the home marketplace's. Reads only."""
        asked = _questions(Body(request.data))
        token = self.caller.token
        place = place_called(self.caller.tenant.pk, token.site_code)
        if place is None:
            return Response([])
        currency, country = token.currency or place.currency, token.country or place.country
        return Response(_answers(asked, place, currency, country, languages_of(request)))


class Match(ApiView):
    """`POST /price/{tenant}/match-prices`: prices for a site, currency and country that are named."""

    callers = ("service",)
    client_scopes = ("price.price_read",)

    def post(self, request: Request, tenant: str) -> Response:
        """Prices are the same for all companies: `legalEntityId` and `principal` change nothing. Reads only."""
        body = Body(request.data)
        currency, site = body.text("targetCurrency", longest=3), body.text("siteCode", longest=64)
        location = body.inner("targetLocation")
        if location is None:
            raise body.wrong("targetLocation", "is missing")
        country = location.text("countryCode", longest=2)
        asked = _questions(body)
        place = place_called(self.caller.tenant.pk, site)
        return Response(_answers(asked, place, currency, country, languages_of(request)) if place else [])


def _questions(body: Body) -> list[tuple[PriceQuestion, str]]:
    """What is asked for, each with the unit it was asked in."""
    items = body.items("items")
    if items is None:
        raise body.wrong("items", "is missing")
    if len(items) > MOST_ITEMS:
        raise body.wrong("items", f"must be at most {MOST_ITEMS}")
    return [_question(item) for item in items]


def _question(item: Body) -> tuple[PriceQuestion, str]:
    item_id, amount = item.inner("itemId"), item.inner("quantity")
    if item_id is None:
        raise item.wrong("itemId", "is missing")
    if amount is None:
        raise item.wrong("quantity", "is missing")
    kind = ItemType(item_id.choice("itemType", ItemType))
    quantity = amount.raw("quantity")
    if isinstance(quantity, bool) or not isinstance(quantity, int | Decimal) or not 0 < quantity < LARGEST_QUANTITY:
        raise amount.wrong("quantity", "must be a number above zero")
    unit = amount.text("unitCode", longest=40, default="")
    return PriceQuestion(kind, item_id.text("id", longest=200), Decimal(quantity)), unit


def _answers(
    asked: list[tuple[PriceQuestion, str]], place: Marketplace, currency: str, country: str, languages: Languages
) -> list[dict[str, Any]]:
    units = {id(question): unit for question, unit in asked}
    questions = [question for question, _ in asked]
    answers = match_prices(questions, marketplace=place, currency=currency, country=country, now=timezone.now())
    return [
        _body(answer, units[id(answer.question)], place, country, languages)
        for answer in answers
        if answer.listing.unit_price * answer.question.quantity * 2 < AMOUNT_LIMIT
    ]


def _body(answer: PriceAnswer, unit: str, place: Marketplace, country: str, languages: Languages) -> dict[str, Any]:
    """Values are net or gross as `includesTax` says; `tax.prices` has each of them both ways."""
    listing, question = answer.listing, answer.question
    product, currency = listing.product, listing.currency
    decimals = unit_price_decimals(listing.unit_price, currency)
    unit_price = shown_unit_price(listing.unit_price, currency)
    each = _values(listing.unit_price, answer, decimals)
    total = _values(listing.unit_price * question.quantity, answer, minor_units(currency))
    unit = unit or product.unit
    return {
        "priceId": listing.key,
        "itemId": {
            "itemType": question.item_type,
            "id": question.item_id,
            "name": languages.localized(product.name),
        },
        **({"plan": plan_body(listing.plan, languages)} if listing.plan else {}),
        "site": {"code": place.key},
        "currency": currency,
        "location": {"countryCode": country},
        "originalValue": unit_price,
        "effectiveValue": unit_price,
        "totalValue": total["grossValue" if listing.includes_tax else "netValue"],
        "quantity": {"quantity": short(question.quantity), "unitCode": unit},
        "includesTax": listing.includes_tax,
        "tax": {
            "taxClass": product.tax_class.code,
            "taxRate": short(answer.tax_rate),
            "prices": {"originalValue": each, "effectiveValue": each, "totalValue": total},
        },
        "priceModel": {
            "id": "gross" if listing.includes_tax else "net",
            "includesTax": listing.includes_tax,
            "includesMarkup": False,
            "measurementUnit": {"quantity": 1, "unitCode": product.unit},
            "tierDefinition": {
                "tierType": "BASIC",
                "tiers": [{"minQuantity": {"quantity": 0, "unitCode": product.unit}}],
            },
        },
        "tierValues": [{"priceValue": unit_price}],
    }


def _values(amount: Decimal, answer: PriceAnswer, decimals: int) -> dict[str, Decimal]:
    values = taxed(amount, includes_tax=answer.listing.includes_tax, tax_rate=answer.tax_rate, decimals=decimals)
    return {"netValue": values.net, "grossValue": values.gross, "taxValue": values.tax}
