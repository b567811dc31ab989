"""A quote on the desk of who prices it: what was typed into it, and what that comes to."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from catalog.models import Listing, Product, offer_name
from companies.actors import Actor
from companies.portal import blame
from config.kit.records import new_key
from config.kit.refused import Invalid, Late
from config.kit.wording import moment_text
from orders.control_panel.quote_choices import Choices
from orders.control_panel.quote_diff import FIELDS, edits_of
from orders.control_panel.quote_forms import MOMENT, PER_UNIT, LineForm, TermsForm, as_typed
from orders.control_panel.quote_rows import quotes_of
from orders.control_panel.quote_typed import REMOVED, Typed, base_in, put_together, typed_in, typed_of
from orders.dashboard.content.amounts import in_reader_language, tax_word
from orders.dashboard.forms import ShopFilter
from orders.models import Quote, QuoteLine
from orders.quote_lifecycle import QuoteMove, QuoteStatus
from orders.quote_offers import offers_for
from orders.quote_priced import PricedQuote, priced_quote
from orders.services.quote_changing import change_quote
from orders.services.quote_preview import preview_quote
from orders.services.quote_steps import settle_quote

SUGGESTED = timedelta(days=30)
SHOWN_OFFERS = 20
SAVING = ("save", "open")


class Desk:
    """One quote being priced. Nothing is kept between two requests: the page carries what was typed.

    `do` is the button that was pressed: `save`, `open`, `recalculate`, `find`, `keep`, or one of `remove`,
    `restore` and `replace` with the id of a line, or `take` with that of an offer, after a colon. `sent` is None
    for a page that is opened. `preview` is the quote as it would be with what was typed, as far as that is valid.
    """

    def __init__(self, quote: Quote, actor: Actor, now: datetime, sent: QueryDict | None = None) -> None:
        self.actor, self.now, self.sent = actor, now, sent
        self.do, _, self.argument = (sent.get("do", "recalculate").replace("\x00", "") if sent else "").partition(":")
        self.find = sent.get("q", "").strip() if sent else ""
        self.is_overtaken, self.seen = False, quote.version
        self.saved: Quote | None = None
        self._lay_out(quote)

    def _lay_out(self, quote: Quote) -> None:
        """Put the quote on the desk, and what was sent on top of it."""
        if self.sent is not None:
            settle_quote(quote, self.now)
        self.quote, self.choices = quote, Choices(quote)
        self.stored: PricedQuote = priced_quote(quote, self.now)
        self.lines: dict[str, QuoteLine] = {line.line.key: line.line for line in self.stored.lines}
        self.theirs = typed_of(quote, self.lines.values(), self.choices.methods, set(self.choices.addresses))
        if self._needs_an_end():
            self.theirs.terms["valid_to"] = self._suggested_end()
        self.typed: Typed = self.theirs
        self.replacing = ""
        if self.sent is not None:
            self.typed = put_together(base_in(self.sent), typed_in(self.sent), self.theirs)
            self.seen = _whole(self.sent.get("seen_version", ""))
            self.is_overtaken = self.seen != self.version
            self.replacing = self.sent.get("replacing", "")
            self._act()
        self._make_forms()
        self.preview = self.stored
        if self.sent is not None and self.is_valid:
            self._calculate()

    @property
    def version(self) -> int:
        """What the reader sees: that an offer is over is one more version, written with the next press."""
        return self.quote.version + self.quote.is_overdue(self.now)

    def save(self) -> bool:
        """Carry out `save` or `open` where that was pressed and can be: one service call.

        Where somebody was faster, or something is wrong, the desk shows it, with everything that was typed.
        Raises `Late` and `NotYours` where the quote cannot be priced (any more).
        """
        if self.do not in SAVING or self.is_overtaken or not self.is_valid:
            return False
        edits, move = edits_of(self), QuoteMove.OPEN if self.do == "open" else None
        if not edits and move is None:
            self.saved = self.quote
            return True
        try:
            self.saved = change_quote(
                actor=self.actor, quote_id=self.quote.pk, edits=edits, move=move, seen_version=self.seen, now=self.now
            )
        except Invalid as refusal:
            blame(self.terms, refusal, FIELDS)
        except Late as late:
            if late.code != "version":
                raise
            self._lay_out(quotes_of(self.actor).get(pk=self.quote.pk))
        return self.saved is not None

    @property
    def is_valid(self) -> bool:
        """Everything that was typed can be used."""
        whole = [self.terms.is_valid(), *(form.is_valid() for form in self.forms.values() if form)]
        return all(whole) and not self.unsold

    @property
    def unsold(self) -> list[str]:
        """The ids of new lines whose product cannot be sold here (any more)."""
        return [key for key, typed in self.typed.lines.items() if not typed["removed"] and self.offer_of(key) is None]

    # The lines

    @cached_property
    def offers(self) -> dict[str, Listing]:
        """The offers that new and replaced lines name, by id. One query, or none."""
        wanted = {typed["listing"] for key, typed in self.typed.lines.items() if not self.is_as_before(key)}
        if not wanted:
            return {}
        offers = offers_for(self.quote, self.actor).filter(key__in=wanted).select_related("plan", "product__vendor")
        return {offer.key: offer for offer in offers}

    def is_as_before(self, key: str) -> bool:
        """A line of the quote that still sells what it sold."""
        return key in self.lines and self.typed.lines[key]["listing"] == self.lines[key].listing.key

    def offer_of(self, key: str) -> Listing | None:
        """The offer a line is made of; None for a new one that cannot be sold here (any more)."""
        return self.lines[key].listing if self.is_as_before(key) else self.offers.get(self.typed.lines[key]["listing"])

    def product_of(self, key: str) -> Product:
        """What a line with an offer sells."""
        return (
            self.lines[key].product if self.is_as_before(key) else self.offers[self.typed.lines[key]["listing"]].product
        )

    def name_of(self, key: str) -> str:
        """What a line with an offer is called: the product, with its plan."""
        offer = self.offer_of(key)
        return in_reader_language(offer_name(self.product_of(key), offer.plan if offer else None))

    def listed(self, key: str) -> tuple[Any, bool]:
        """The list price per unit of a line with an offer, and whether it is gross."""
        if self.is_as_before(key):
            return self.lines[key].list_unit_price, self.lines[key].list_includes_tax
        offer = self.offers[self.typed.lines[key]["listing"]]
        return offer.unit_price, offer.includes_tax

    @cached_property
    def found(self) -> list[Listing]:
        """The offers that the search found, one more than is shown; none where nobody searched. One query."""
        if self.do not in ("find", "replace") and not self.find:
            return []
        offers = (
            offers_for(self.quote, self.actor).select_related("plan", "product__vendor").order_by("product__sku", "pk")
        )
        return list(ShopFilter({"q": self.find}, queryset=offers, categories=[]).qs[: SHOWN_OFFERS + 1])

    def _act(self) -> None:
        """What the buttons inside the page do."""
        lines, key = self.typed.lines, self.argument
        if self.do == "remove" and key in lines:
            if key in self.lines:
                lines[key]["removed"] = REMOVED
            else:
                del lines[key]
        elif self.do == "restore" and key in lines:
            lines[key]["removed"] = ""
        elif self.do == "replace":
            self.replacing = key
        elif self.do == "keep":
            self.replacing = self.find = ""
        elif self.do == "take":
            self._take(key)
        if self.replacing not in lines:
            self.replacing = ""

    def _take(self, listing_key: str) -> None:
        """Put the offer in the place of the line that is being replaced, else below the others."""
        offer = offers_for(self.quote, self.actor).filter(key=listing_key).first()
        if offer is None:
            return
        lines = self.typed.lines
        replaced = lines.get(self.replacing)
        lines[self.replacing if replaced else new_key()] = {
            "listing": offer.key,
            "quantity": replaced["quantity"] if replaced else "1",
            "price": as_typed(offer.unit_price, offer.currency),
            "by": PER_UNIT,
            "removed": "",
        }
        self.replacing = self.find = ""

    # What it comes to

    def _make_forms(self) -> None:
        self.terms = TermsForm(
            **self._given(self.typed.terms, ""),
            currency=self.quote.currency,
            methods=self.choices.shipping(),
            places=self.choices.places(),
            was_valid=self._was_valid(),
        )
        self.forms = {key: self._form(key) for key in self.typed.lines}

    def _form(self, key: str) -> LineForm | None:
        """None for a line that is taken out, or cannot be sold."""
        typed = self.typed.lines[key]
        if typed["removed"] or self.offer_of(key) is None:
            return None
        price, is_gross = self.listed(key)
        product = self.product_of(key)
        return LineForm(
            **self._given(typed, f"line-{key}"),
            currency=self.quote.currency,
            unit=product.unit,
            word=tax_word(is_gross),
            name=self.name_of(key),
            listed=price,
        )

    def _given(self, typed: dict[str, str], prefix: str) -> dict[str, Any]:
        if self.sent is None:
            return {"initial": typed, "prefix": prefix or None}
        start = f"{prefix}-" if prefix else ""
        return {"data": {f"{start}{name}": value for name, value in typed.items()}, "prefix": prefix or None}

    def _calculate(self) -> None:
        edits = edits_of(self)
        if not edits:
            return
        try:
            self.preview = preview_quote(actor=self.actor, quote_id=self.quote.pk, edits=edits, now=self.now)
        except Invalid as refusal:
            blame(self.terms, refusal, FIELDS)

    def _needs_an_end(self) -> bool:
        """An offer that is still to be made, or to be made again."""
        over = self.quote.valid_to is None or self.quote.valid_to <= self.now
        return over and self.quote.status_at(self.now) is not QuoteStatus.OPEN

    def _suggested_end(self) -> str:
        """The end of a day, as people mean it."""
        day = timezone.localtime(self.now) + SUGGESTED
        return day.replace(hour=23, minute=59).strftime(MOMENT)

    def _was_valid(self) -> str:
        if self.quote.valid_to is None or not self._needs_an_end():
            return ""
        return (
            f"It was valid until {moment_text(timezone.localtime(self.quote.valid_to), timezone.localtime(self.now))}."
        )


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else 0
