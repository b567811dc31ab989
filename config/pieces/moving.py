"""How does a reader move about: moves, filters, tabs, pages, messages, forms?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template.context import Context

from config.pieces.library import Values, piece, value_of


@piece
def move_bar(
    context: Context,
    moves: Iterable[Any],
    comment_label: str = "",
    comment_help: str = "",
    comment_value: str = "",
    hidden: Mapping[str, str] | None = None,
    prefix: str = "move",
) -> Values:
    """What the reader can do here, each with what will happen.

    Moves that need nothing but a press share one form (and its optional comment); a move that asks
    for something opens a form of its own, without scripts; one with the id of a `form` of the page sends
    that. On a phone two moves stand in the bar, the comment and the other moves behind "More".
    """
    bar = [_in_bar(move) for move in moves]
    front = _front(bar)
    shares_form = any(row["kind_of_form"] == "plain" for row in bar)
    for row in bar:
        row["later"] = row not in front
    return {
        "moves": bar,
        "shares_form": shares_form,
        "has_more": bool(comment_label and shares_form) or len(bar) > len(front),
        "more_open": bool(comment_value) or any(row["later"] and row["open"] for row in bar),
        "comment_label": comment_label if shares_form else "",
        "comment_help": comment_help,
        "comment_value": comment_value,
        "hidden": dict(hidden or {}),
        "prefix": prefix,
        "csrf_token": context.get("csrf_token"),
    }


IN_FRONT = 2


def _in_bar(move: Any) -> Values:
    """A move, whether it is a link, sends a form of the page, is a press or asks for something, and is that open."""
    form = "plain"
    if value_of(move, "method") == "get":
        form = "link"
    elif value_of(move, "form"):
        form = "sending"
    elif any(value_of(move, name) for name in ("needs_comment", "fields", "hidden")):
        form = "asking"
    typed = bool(value_of(move, "error") or value_of(move, "comment_value"))
    return {"move": move, "kind_of_form": form, "open": typed, "kind": value_of(move, "kind") or "secondary"}


def _front(bar: list[Values]) -> list[Values]:
    """What a phone shows at once: what weighs most and what refuses, else the first."""
    weighty = [next((row for row in bar if row["kind"] == kind), None) for kind in ("primary", "dangerous")]
    front = [row for row in weighty if row is not None]
    front += [row for row in bar if row not in front]
    return front[:IN_FRONT]


@piece
def filter_bar(
    context: Context, form: BaseForm, reset_url: str = "", count: int | str | None = None, noun: str = ""
) -> Values:
    """A list's filters, whose state lives in the address; parameters of others are kept, the page is not."""
    request = context.get("request")
    ours = {form.add_prefix(name) for name in form.fields} | {"page"}
    kept = [(key, value) for key, values in (request.GET.lists() if request else ()) for value in values]
    return {
        "form": form,
        "reset_url": reset_url,
        "count": count,
        "noun": noun,
        "kept": [pair for pair in kept if pair[0] not in ours],
    }


@piece
def tabs(items: Iterable[Any], label: str) -> Values:
    """Parts of one page, each with its own address."""
    return {"items": list(items), "label": label}


@piece
def pager(context: Context, page: Page[Any], noun: str = "") -> Values:
    """Links to the other pages of a list, keeping the rest of the address."""
    request = context.get("request")

    def address_of(number: int) -> str:
        query = request.GET.copy() if request else None
        if query is None:
            return f"?page={number}"
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "noun": noun,
        "count": getattr(page.paginator, "count_words", page.paginator.count),
        "several": page.paginator.num_pages > 1,
        "previous_url": address_of(page.previous_page_number()) if page.has_previous() else "",
        "next_url": address_of(page.next_page_number()) if page.has_next() else "",
        "links": [
            {"number": number, "url": address_of(number) if isinstance(number, int) else ""} for number in numbers
        ],
    }


@piece
def empty_state(title: str, text: str = "", icon: str = "", action_label: str = "", action_url: str = "") -> Values:
    """What would be here, and the one thing to do."""
    return {"title": title, "text": text, "icon": icon, "action_label": action_label, "action_url": action_url}


FLASH_TONES = {"success": "good", "warning": "waiting", "error": "refused", "info": "closed", "debug": "closed"}


@piece
def flash(tone: str, text: str, more: str = "") -> Values:
    """What happened; `more` says what it means or what to do. Takes Django's message levels, too."""
    tone = FLASH_TONES.get(tone, tone)
    pictures = {"good": "check", "waiting": "warning", "refused": "warning"}
    return {"tone": tone, "text": text, "more": more, "icon": pictures.get(tone, "info")}


@piece
def form_errors(form: BaseForm) -> Values:
    """What is wrong with a form as one list, each entry linked to its field; nothing where nothing is."""
    fields = [field for field in form if field.errors] if form.is_bound else []
    return {"form": form, "fields": fields, "general": form.non_field_errors() if form.is_bound else []}


@piece
def form_field(field: BoundField, hint: str = "", placeholder: str = "") -> Values:
    """A field with its label above, help and error below; the widget is described by both."""
    kind = field.widget_type
    helped, wrong = bool(hint or field.help_text), bool(field.errors)
    described = [f"{field.auto_id}_{part}" for part, there in (("help", helped), ("error", wrong)) if there]
    attrs = {"aria-describedby": " ".join(described)} if described else {}
    if placeholder:
        attrs["placeholder"] = placeholder
    single = not field.use_fieldset
    return {
        "field": field,
        "kind": kind,
        "hint": hint or field.help_text,
        "widget": field.as_widget(attrs=attrs) if single else "",
        "described": " ".join(described),
        "optional": not field.field.required and kind != "checkbox",
    }
