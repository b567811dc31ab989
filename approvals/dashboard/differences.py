"""Differences of contents in the words of the marketplace: the name of a way of shipping instead of its id, a day
instead of a date.

Histories keep the sentences as they were written when something changed, with the ids that were compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.utils.translation import get_language

from approvals.dashboard.content import day_name
from approvals.models import Approval
from companies.models import DeliveryWindow, ShippingMethod
from config.kit.refused import Late
from config.kit.wording import text_in

SHIPPING = (
    re.compile(r"(Shipping is )(.+)(; it was )(.+)(\.)"),
    re.compile(r"(Shipping was approved as )(.+)(, not )(.+)(\.)"),
)
WINDOW = re.compile(r"\b(\d{4}-\d{2}-\d{2}) \(([^()]*)\)")


def in_words(sentences: Iterable[str], approval: Approval) -> list[str]:
    """The sentences with names and days, where the marketplace knows them. A query for each kind that is named."""
    told = list(sentences)
    if any(pattern.fullmatch(each) for pattern in SHIPPING for each in told):
        told = [_with_methods(each, _method_names(approval)) for each in told]
    if any(WINDOW.search(each) for each in told):
        names = _window_names(approval)
        told = [WINDOW.sub(_naming(names), each) for each in told]
    return told


@contextmanager
def telling_in_words(approval: Approval) -> Iterator[None]:
    """A refusal that names differences names them in words."""
    try:
        yield
    except Late as refusal:
        raise Late(
            refusal.text, code=refusal.code, field=refusal.field, details=in_words(refusal.details, approval)
        ) from refusal


def _with_methods(sentence: str, names: dict[str, str]) -> str:
    for pattern in SHIPPING:
        found = pattern.fullmatch(sentence)
        if found:
            return "".join(names.get(part, part) for part in found.groups())
    return sentence


def _naming(names: dict[tuple[str, str], str]) -> Callable[[re.Match[str]], str]:
    def name(found: re.Match[str]) -> str:
        day, slot = found.groups()
        return f"{day_name(day)}, {names.get((day, slot), slot)}"

    return name


def _method_names(approval: Approval) -> dict[str, str]:
    """Ways of shipping by id; an id that stands for several in different zones has no one name."""
    found: dict[str, set[str]] = {}
    methods = ShippingMethod.objects.filter(
        marketplace__tenant_id=approval.tenant_id, marketplace__key=approval.site_code
    )
    for method in methods:
        found.setdefault(method.key, set()).add(text_in(method.name, get_language() or "en") or method.key)
    return {key: names.pop() for key, names in found.items() if len(names) == 1}


def _window_names(approval: Approval) -> dict[tuple[str, str], str]:
    windows = DeliveryWindow.objects.filter(
        marketplace__tenant_id=approval.tenant_id, marketplace__key=approval.site_code
    )
    named: dict[tuple[str, str], str] = {}
    for window in windows:
        day = window.delivery_on.isoformat()
        named |= {(day, window.slot): window.name, (day, window.key): window.name}
    return named
