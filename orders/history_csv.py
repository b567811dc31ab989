"""What happened to an order, as a table that a spreadsheet opens: times in UTC, one row per event, with its hash."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.http import HttpResponse

from companies.api.history import event_body
from orders.models import Order, OrderEvent

COLUMNS = (
    *("number", "at", "kind", "by", "role", "onBehalfOf", "fromStatus", "toStatus"),
    *("comment", "channel", "contentHash", "hash"),
)
# A spreadsheet would run what begins with one of these; a quote in front makes it text.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def history_csv(order: Order, events: Iterable[OrderEvent], *, inside: bool, priced: bool = True) -> HttpResponse:
    """The history as a file; `inside` is who reads the comments that the seller keeps to itself.

    Without `priced` the digests of the content are left out: prices are in them, and can be guessed by trying.
    """
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for event in events:
        body = event_body(event)
        body["comment"] = event.comment if inside else event.comment_for_customer
        if not priced:
            body.pop("contentHash", None)
        table.writerow([_cell(body.get(name)) for name in COLUMNS])
    # The mark in front tells spreadsheets that this is UTF-8.
    response = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{order.number}-history.csv"'
    return response


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
