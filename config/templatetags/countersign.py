"""The pieces that pages are put together from: what each is called and which plain values it takes.

Every piece is one template in `templates/components/`; a page loads them with
`{% load countersign %}`. Where a value is a thing (a line, an event, a move, ...) it may be a
mapping or an object with these names; what is not named may be left out. Every piece can be kept
for another piece: `{% money total "EUR" "gross" as total_text %}{% stat "This month" total_text %}`.
Tones are `waiting` (amber), `good` (green), `refused` (red) and `closed` (grey).

Small words
    {% icon "cart" %}                       also {% icon "bell" label="Notices" %}
    {% status_badge order.status %}         or {% status_badge "In review" "waiting" %}
    {% money amount "EUR" "gross" %}        the third word is `net`, `gross` or left out
    {% person "Rita Okafor" "Requester" "Northwind GmbH" %}
    {% when at %}                           `as_of="relative"` (2 hours ago) or `as_of="day"` (Tue 24 Nov)
    {% deadline expires_at "expires" %}     expires in 2 days, Tue 24 Nov 14:05 CET
    {{ amount|money:"EUR" }}  {{ quantity|quantity }}  {{ product.name|text_in }}  {{ texts|text_in:"de" }}

Blocks
    {% line_table lines "EUR" totals %}     caption, price_word="net", total_word="gross"
        line    name, sku, quantity, unit, unit_price, tax_rate (percent), total, url, detail, note, note_tone,
                old_quantity, old_unit_price, old_total (shown old -> new), state ("added", "removed"),
                edit {url, remove_url, step, min, max}: posts `quantity` there
        total   label, amount, hint, strong
    {% totals totals "EUR" %}               the same rows as a narrow list, for the side of a cart
    {% limit_bar gross "EUR" limit %}       limit None = no limit; limit_currency where it differs
    {% reason_box "needs" headline reasons %}   tone free, needs or forbidden; who=names, avoid=sentence(s)
    {% timeline events %}                   event: at, who, role, what, comment, tone, on_behalf_of, details (lines)
    {% progress_line steps %}               step: label, state (done, current, todo, skipped, refused), who, at
    {% key_values pairs %}                  pair: label, value, hint, url
    {% address location %}                  company_name, contact_name, street, street_number, ..., country
    {% quote comment "Rita Okafor" at %}    what somebody wrote
    {% stat "Waiting for me" 3 %}           hint, url, tone
    {% card "Delivery" %} ... {% endcard %} icon, action_label, action_url, flush=True (no padding, for tables)
    {% queue items "Approvals to decide" %} select="approval" puts a check box before each row
        item    title, url, key, who, group, company, detail, why, amount, currency, tax_word, status, tone, at,
                deadline, unread

    {% product_card product %}              in <ul class="products">: name, url, sku, vendor, text, note, price,
                currency, tax_word, unit, add_url with hidden {name: value} (posts there)

Moving about
    {% move_bar moves %}                    comment_label: one optional comment for all; hidden: {name: value} for all
        move    label, url, kind (primary, secondary, dangerous), hint, needs_comment, comment_label, comment_help,
                comment_value, error, fields (form fields), hidden {name: value}, name, value, method ("get" = a link)
    {% filter_bar form %}                   a GET form; reset_url, count, noun ("order")
    {% tabs items "Approvals" %}            item: label, url, count, current
    {% pager page %}                        a page of Django's Paginator; keeps the rest of the address
    {% empty_state "Nothing to decide" "text" %}    icon, action_label, action_url
    {% flash "good" "Approved." "What is next" %}   more may be left out; a Django message level is a tone, too

Forms
    {% form_errors form %}                  first in the form: what is wrong, with links to the fields
    {% form_field form.email %}             label above, help and error below it, linked for screen readers
    <button class="button">, "button button--secondary", "button button--dangerous", "button button--quiet"

Pages extend `base_dashboard.html`, `base_control_panel.html` or `base_plain.html` and fill the blocks
`title`, `breadcrumb`, `heading`, `status` (beside the heading), `lead` (the one sentence), `heading_actions`, and
either `content` (one column) or `above` (full width), `asked`, `aside` and `moves` (two columns on a desk; on a
phone one column with the moves in a bar at the bottom). The moves come first in the right column;
`{% block detail_class %}detail--moves-last{% endblock %}` puts them below the rest of it. Whole pages in
`templates/styleguide/` show how this goes together; they and every piece can be looked at under /styleguide/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import wraps
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from config.kit import wording
from config.kit.money import spell
from config.templatetags.status_words import STATUS_WORDS

register = template.Library()

Values = dict[str, Any]
Number = Decimal | int | str


def piece(build: Callable[..., Values]) -> Callable[..., SafeString]:
    """Make a tag of a function that answers the values of the component template of its name."""
    name = build.__name__

    @wraps(build)
    def rendered(*args: Any, **kwargs: Any) -> SafeString:
        return _render(name, build(*args, **kwargs))

    register.simple_tag(rendered, takes_context=build.__code__.co_varnames[:1] == ("context",), name=name)
    return rendered


def _render(name: str, values: Values) -> SafeString:
    # Stripped, so that a piece can stand before a full stop.
    html = get_template(f"components/{name}.html").render(values)
    return mark_safe(html.strip())  # noqa: S308 - the output of a template, escaped there


def _of(thing: Any, name: str, default: Any = None) -> Any:
    """A value of a mapping or an object, or the default."""
    if isinstance(thing, Mapping):
        return thing.get(name, default)
    return getattr(thing, name, default)


def _number(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _local(at: datetime) -> datetime:
    return timezone.localtime(at)


# Small words


@register.filter(name="money")
def money_filter(amount: Number | None, currency: str) -> str:
    """The amount and its currency: `5,812.40 EUR`; nothing for no amount."""
    return "" if amount is None or amount == "" else wording.money_text(_number(amount), currency)


@register.filter
def quantity(value: Number | None) -> str:
    """The quantity without trailing zeros."""
    return "" if value is None or value == "" else wording.quantity_text(_number(value))


@register.filter
def plain_number(value: Number | None) -> str:
    """The number as a program reads it, without grouping or trailing zeros: the value of an input."""
    return "" if value is None or value == "" else spell(_number(value))


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
    number = _number(amount)
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
    at, now = _local(at), _local(timezone.now())
    full = wording.moment_text(at, now)
    short = {"relative": wording.ago_text(at, now), "day": wording.day_text(at, now)}
    return {"at": at, "full": full, "text": short.get(as_of, full)}


@piece
def deadline(at: datetime | None, verb: str = "expires") -> Values:
    """Until when there is time; past deadlines say so (expires -> expired)."""
    if at is None:
        return {"at": None}
    at, now = _local(at), _local(timezone.now())
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


# Blocks


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    icon: str = "",
    action_label: str = "",
    action_url: str = "",
    *,
    flush: bool = False,
) -> SafeString:
    """A framed part of a page with a heading; `flush` leaves out the padding, for tables and lists."""
    values = {"title": title, "icon": icon, "action_label": action_label, "action_url": action_url}
    return _render("card", {**values, "content": content, "flush": flush})


@piece
def stat(label: str, value: Any, hint: str = "", url: str = "", tone: str = "") -> Values:
    """One figure that matters, large."""
    return {"label": label, "value": value, "hint": hint, "url": url, "tone": tone}


@piece
def key_values(pairs: Iterable[Any]) -> Values:
    """A definition list; a pair is (label, value) or has label, value, hint, url. Empty values are left out."""
    named = ("label", "value", "hint", "url")
    rows = [
        dict(zip(named, pair, strict=False))
        if isinstance(pair, tuple | list)
        else {name: _of(pair, name) for name in named}
        for pair in pairs
    ]
    return {"pairs": [row for row in rows if row["value"] not in (None, "")]}


ADDRESS_NAMES = (
    ("company_name", "companyName"),
    ("contact_name", "contactName"),
    ("street_appendix", "streetAppendix"),
    ("zip_code", "zipCode"),
    ("city", "city"),
    ("state", "state"),
    ("country", "country"),
    ("phone", "contactPhone"),
)


@piece
def address(location: Any, name: str = "") -> Values:
    """A postal address, from a location or from the API's spelling of one; `name` heads it."""
    found = {ours: _of(location, ours) or _of(location, wire) or "" for ours, wire in ADDRESS_NAMES}
    number = _of(location, "street_number") or _of(location, "streetNumber") or ""
    found["street"] = f"{_of(location, 'street') or ''} {number}".strip()
    found["place"] = f"{found['zip_code']} {found['city']}".strip()
    return {"name": name, **found}


@piece
def quote(text: str, who: str = "", at: datetime | None = None) -> Values:
    """What somebody wrote, as a quotation; nothing where nothing was written."""
    return {"text": text, "who": who, "at": at}


@piece
def reason_box(
    tone: str,
    headline: str,
    reasons: Iterable[str] = (),
    who: Iterable[str] | str = (),
    avoid: Iterable[str] | str = (),
) -> Values:
    """The ruling in words: free, needs (approval) or forbidden; why, who can approve, what would avoid it."""
    look = {"free": ("good", "check"), "needs": ("waiting", "approvals"), "forbidden": ("refused", "cross")}
    colour, picture = look[tone]
    names = [who] if isinstance(who, str) else list(who)
    ways = [avoid] if isinstance(avoid, str) else list(avoid)
    return {
        "tone": colour,
        "icon": picture,
        "headline": headline,
        "reasons": list(reasons),
        "who": _either(names),
        "avoid": [way for way in ways if way],
    }


def _either(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} or {names[-1]}"


@piece
def limit_bar(gross: Number, currency: str, limit: Number | None, limit_currency: str = "") -> Values:
    """The gross of a purchase against the limit; a limit in another currency counts as exceeded."""
    values: Values = {"gross": _number(gross), "currency": currency}
    if limit is None:
        return {**values, "unlimited": True}
    spent, allowed = _number(gross), _number(limit)
    values |= {"limit": allowed, "limit_currency": limit_currency or currency}
    if values["limit_currency"] != currency:
        return {**values, "incomparable": True}
    longest = max(spent, allowed) or Decimal(1)
    return {
        **values,
        "over": max(spent - allowed, Decimal(0)),
        "left": max(allowed - spent, Decimal(0)),
        "within_width": round(min(spent, allowed) / longest * 100),
        "over_width": round(max(spent - allowed, Decimal(0)) / longest * 100),
    }


@piece
def timeline(events: Iterable[Any]) -> Values:
    """Who did what when, in the given order, with comments as quotations."""
    return {"events": list(events)}


@piece
def progress_line(steps: Iterable[Any]) -> Values:
    """The stages of an order: done, current, still to come, skipped or refused; and who has it now."""
    rows: list[Values] = []
    number, words = 0, "not needed"
    for step in steps:
        row = {name: _of(step, name) for name in ("label", "state", "who", "at")}
        rows.append({**row, "words": words})
        if row["state"] in ("current", "refused"):
            number = len(rows)
        if row["state"] == "refused":
            words = "not reached"
    number = number or len(rows)
    return {"steps": rows, "number": number, "count": len(rows), "now": rows[number - 1] if rows else {}}


@piece
def queue(items: Iterable[Any], label: str, select: str = "") -> Values:
    """Things that wait, one row each; with `select` a check box of that name and the item's key."""
    return {"items": list(items), "label": label, "select": select}


@piece
def line_table(
    context: Context,
    lines: Iterable[Any],
    currency: str,
    totals: Iterable[Any] = (),
    caption: str = "Lines",
    price_word: str = "net",
    total_word: str = "gross",
) -> Values:
    """What is bought, line by line, with totals; what changed is shown old -> new."""
    rows = list(lines)
    return {
        "lines": rows,
        "currency": currency,
        "totals": list(totals),
        "caption": caption,
        "price_word": price_word,
        "total_word": total_word,
        "editable": any(_of(line, "edit") for line in rows),
        "csrf_token": context.get("csrf_token"),
    }


@piece
def totals(rows: Iterable[Any], currency: str) -> Values:
    """Sums beside their names, the amounts in one column; the rows are those of `line_table`."""
    return {"rows": list(rows), "currency": currency}


@piece
def product_card(context: Context, product: Any) -> Values:
    """A product of the shop, an item of `<ul class="products">`."""
    tax_word = _of(product, "tax_word") or ""
    return {"product": product, "tax_word": tax_word, "csrf_token": context.get("csrf_token")}


# Moving about


@piece
def move_bar(
    context: Context,
    moves: Iterable[Any],
    comment_label: str = "",
    comment_help: str = "",
    comment_value: str = "",
    hidden: Mapping[str, str] | None = None,
) -> Values:
    """What the reader can do here, each with what will happen.

    Moves that need nothing but a press share one form (and its optional comment); a move that asks
    for something opens a form of its own, without scripts.
    """
    rows = list(moves)
    links = [move for move in rows if _of(move, "method") == "get"]
    asking = [
        move
        for move in rows
        if move not in links and any(_of(move, name) for name in ("needs_comment", "fields", "hidden"))
    ]
    return {
        "plain": [move for move in rows if move not in links and move not in asking],
        "asking": asking,
        "links": links,
        "comment_label": comment_label,
        "comment_help": comment_help,
        "comment_value": comment_value,
        "hidden": dict(hidden or {}),
        "csrf_token": context.get("csrf_token"),
    }


@piece
def filter_bar(
    context: Context, form: BaseForm, reset_url: str = "", count: int | None = None, noun: str = ""
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


# Forms


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
