"""Which small words do pages share: statuses, money, quantities, people, times?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from config.kit import wording
from config.kit.money import spell
from config.pieces.library import Values, piece, register
from config.pieces.status_words import STATUS_WORDS

Number = Decimal | int | str


def number_of(value: Number) -> Decimal:
    """The value as a Decimal; templates also give integers and text."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


@register.filter(name="money")
def money_filter(amount: Number | None, currency: str) -> str:
    """The amount and its currency: `5,812.40 EUR`; nothing for no amount."""
    return "" if amount is None or amount == "" else wording.money_text(number_of(amount), currency)


@register.filter
def quantity(value: Number | None) -> str:
    """The quantity without trailing zeros."""
    return "" if value is None or value == "" else wording.quantity_text(number_of(value))


@register.filter
def plain_number(value: Number | None) -> str:
    """The number as a program reads it, without grouping or trailing zeros: the value of an input."""
    return "" if value is None or value == "" else spell(number_of(value))


@register.filter
def text_in(texts: Mapping[str, str] | str | None, language: str = "") -> str:
    """One language of a {language: text}: the given one, else the reader's, else English, else the first."""
    return wording.text_in(texts, language or get_language() or "en")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawing of the sprite; hidden from screen readers unless it is given a label of its own."""
    role = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}#{}"/></svg>', role, static("icons.svg"), name)


@piece
def status_badge(status: str, tone: str = "") -> Values:
    """A dot and a word. A known status brings its own word and tone; else the first is the word."""
    word, known_tone = STATUS_WORDS.get(str(status), (str(status), "closed"))
    return {"word": word, "tone": tone or known_tone}


@piece
def money(amount: Number | None, currency: str, tax_word: str = "") -> Values:
    """An amount with its currency, and whether it is net or gross."""
    if amount is None or amount == "":
        return {"amount": None}
    number = number_of(amount)
    text = wording.amount_text(number, currency)
    return {"amount": spell(number), "text": text, "currency": currency, "tax_word": tax_word}


@piece
def person(name: str, group: str = "", company: str = "") -> Values:
    """A person with group and company."""
    initials = "".join(word[0] for word in name.split()[:2]).upper()
    return {"name": name, "group": group, "company": company, "initials": initials}


@piece
def when(at: datetime | None, as_of: str = "") -> Values:
    """A moment in the reader's zone: in full, as `day`, or `relative` to now."""
    if at is None:
        return {"at": None}
    at, now = timezone.localtime(at), timezone.localtime(timezone.now())
    full = wording.moment_text(at, now)
    short = {"relative": wording.ago_text(at, now), "day": wording.day_text(at, now)}
    return {"at": at, "full": full, "text": short.get(as_of, full)}


@piece
def deadline(at: datetime | None, verb: str = "expires") -> Values:
    """Until when there is time; past deadlines say so (expires -> expired)."""
    if at is None:
        return {"at": None}
    at, now = timezone.localtime(at), timezone.localtime(timezone.now())
    past = at <= now
    if past:
        verb = {"due": "was due"}.get(verb, verb.removesuffix("s").removesuffix("e") + "ed")
    return {
        "at": at,
        "verb": verb,
        "span": wording.ago_text(at, now),
        "full": wording.moment_text(at, now),
        "urgency": "past" if past else "soon" if at - now < timedelta(days=1) else "",
    }
