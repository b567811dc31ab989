"""Quotes as the tests of their pages need them, and the page on which they are priced as a browser would send it."""

from datetime import timedelta
from html.parser import HTMLParser

from django.urls import reverse
from django.utils import timezone

from orders.models import Quote
from orders.quote_edits import SetValidTo
from orders.quote_lifecycle import QuoteMove
from orders.services.quote_accepting import accept_quote
from orders.services.quote_asking import Wishes, ask_for_quote
from orders.services.quote_changing import change_quote

LIST = reverse("control_panel:quotes")
DRAFTS = reverse("control_panel:quotes_drafts")
ALL = reverse("control_panel:quotes_all")
NEW = reverse("control_panel:quote_new")


def page_of(quote) -> str:
    return reverse("control_panel:quote", args=[quote.number])


def edit_of(quote) -> str:
    return reverse("control_panel:quote_edit", args=[quote.number])


def move_of(quote, name: str) -> str:
    return reverse("control_panel:quote_move", args=[quote.number, name])


def fresh(quote) -> Quote:
    return Quote.objects.get(pk=quote.pk)


def ask(cast, name="rita", lines=None, marketplace="main", *, now=None, **wishes) -> Quote:
    """Somebody asks for an offer."""
    cart = cast.cart(name, lines or {"DESK-01": 2}, marketplace)
    return ask_for_quote(actor=cast.actor(name), cart_id=cart.pk, wishes=Wishes(**wishes), now=now)


def open_up(cast, quote, name="sam", *, valid_for=timedelta(days=5), edits=(), now=None) -> Quote:
    """Somebody of the seller opens it as it is."""
    now = now or timezone.now()
    valid = [] if valid_for is None else [SetValidTo(now + valid_for)]
    return change_quote(actor=cast.actor(name), quote_id=quote.pk, edits=[*edits, *valid], move=QuoteMove.OPEN, now=now)


def accept(cast, quote, name="ana") -> Quote:
    """Its customer orders it."""
    accept_quote(
        actor=cast.actor(name),
        quote_id=quote.pk,
        details={
            "shipping": {"zoneId": "deliveryarea", "methodId": "4-more_hours_timeframe"},
            "addresses": [{**cast.address(kind), "country": quote.country} for kind in ("SHIPPING", "BILLING")],
            "payment": {"provider": "invoice", "method": "invoice"},
        },
    ).settled()
    return fresh(quote)


class _Inputs(HTMLParser):
    """The inputs of one form with what stands in them, as a browser would send them."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside, self.values = form_id, False, []
        self.select, self.options, self.text = None, [], None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        if not self.inside:
            return
        if tag == "input" and given.get("name") and given.get("type") != "submit":
            self.values.append((given["name"], given.get("value") or ""))
        elif tag == "select":
            self.select, self.options = given["name"], []
        elif tag == "option":
            self.options.append((given.get("value") or "", "selected" in given))
        elif tag == "textarea":
            self.text = given["name"], []

    def handle_data(self, data):
        if self.text:
            self.text[1].append(data)

    def handle_endtag(self, tag):
        if tag == "textarea" and self.text:
            # Browsers leave out the first newline, and send the others in their own way.
            self.values.append((self.text[0], "".join(self.text[1]).removeprefix("\n").replace("\n", "\r\n")))
            self.text = None
        elif tag == "select" and self.select:
            # Where none is selected a browser takes the first.
            chosen = [value for value, selected in self.options if selected] or [value for value, _ in self.options]
            self.values.append((self.select, chosen[0]))
            self.select = None
        elif tag == "form":
            self.inside = False


class Pricing:
    """The page on which a quote is priced, in somebody's browser without scripts.

    `Pricing(client, quote).type(price="400").press("save")`: what is typed is of the only line, or of
    `line` (its id, or its SKU); terms by their names. Each answer is the page the next press is made on.
    """

    def __init__(self, client, quote, url: str = "") -> None:
        self.client, self.quote = client, quote
        self.read(client.get(url or page_of(quote)))

    def read(self, answer) -> None:
        self.answer = answer
        parser = _Inputs("offer")
        parser.feed(answer.content.decode())
        self.values: dict[str, list[str]] = {}
        for name, value in parser.values:
            self.values.setdefault(name, []).append(value)

    @property
    def lines(self) -> list[str]:
        return self.values.get("line", [])

    def value(self, name: str) -> str:
        return self.values[name][0]

    def of_line(self, name: str, line: str = "") -> str:
        return self.value(self._name(name, line))

    def _name(self, name: str, line: str) -> str:
        return f"line-{line or self.lines[0]}-{name}"

    def type(self, line: str = "", **typed: str):
        for name, value in typed.items():
            target = name if name in self.values else self._name(name, line)
            assert target in self.values, f"no input {target}"
            self.values[target] = [value]
        return self

    def press(self, do: str, *, follow: bool = True):
        """The answer to a button of the page."""
        answer = self.client.post(edit_of(self.quote), {**self.values, "do": [do]}, follow=follow)
        self.read(answer)
        return answer
