"""How does a quote look on paper? Lays out the document of `orders.quote_document` as a PDF.

The same document gives the same bytes, whenever and wherever it is laid out: no time of making, no
random ids, fonts from a package.
"""

from __future__ import annotations

import io
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from importlib import resources
from typing import Any, NamedTuple
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Paragraph, Spacer, Table

from config.kit.money import round_amount
from config.kit.wording import amount_text, quantity_text, text_in
from notifications.attachments import Attachment
from orders.models import Quote
from orders.quote_document import quote_document
from orders.quote_lifecycle import QuoteStatus
from orders.quote_words import WORDS, Words

TEXT, BOLD = "Countersign-Text", "Countersign-Bold"
INK, MUTED, RULE, TINT, NOTE = (HexColor(c) for c in ("#171b24", "#59626f", "#e1e5eb", "#f2f4f7", "#fff6e3"))
MARGIN, BOTTOM = 20 * mm, 24 * mm
WIDTH = A4[0] - 2 * MARGIN

NO_OFFER = (QuoteStatus.CREATING, QuoteStatus.AWAITING)

# Controls, halves of pairs and what Unicode does not know separate words; marks of direction and joining do not.
_UNSEEN = {"Cc": " ", "Cs": " ", "Cn": " ", "Cf": ""}

# Registered fonts collect the glyphs of a document while it is laid out: one document at a time.
_one_at_a_time = threading.Lock()


def quote_pdf(quote: Quote, language: str = "en", now: datetime | None = None) -> bytes:
    """The quote as a PDF, as it stands at `now` (aware UTC); in German for `de`, else in English."""
    return document_pdf(quote_document(quote, now or timezone.now()), language)


def quote_pdf_name(number: str, language: str = "en") -> str:
    """The file name of the PDF of the quote with this number."""
    return f"{words_for(language).quote}-{number}.pdf"


def attached_quote(facts: Mapping[str, Any], language: str) -> Attachment | None:
    """The file that goes with a mail about an offer: as it was when the notice was posted. Older notices have none."""
    document = facts.get("document")
    if not document:
        return None
    name = quote_pdf_name(document["number"], language)
    return Attachment(name, document_pdf(document, language), "application/pdf")


def document_pdf(document: Mapping[str, Any], language: str = "en") -> bytes:
    """The document of a quote (see `quote_document`) as a PDF."""
    with _one_at_a_time:
        _register_fonts()
        page_count = _lay_out(document, language, 0)[1]
        return _lay_out(document, language, page_count)[0]


def words_for(language: str) -> Words:
    """The labels in this language, for want of them in English."""
    return WORDS[_spoken(language)]


def _spoken(language: str) -> str:
    main = language.partition("-")[0].lower()
    return main if main in WORDS else "en"


class _Styles(NamedTuple):
    text: ParagraphStyle
    small: ParagraphStyle
    label: ParagraphStyle
    bold: ParagraphStyle
    right: ParagraphStyle
    right_small: ParagraphStyle
    right_bold: ParagraphStyle
    title: ParagraphStyle
    place: ParagraphStyle


def _styles() -> _Styles:
    text = ParagraphStyle("text", fontName=TEXT, fontSize=9.5, leading=13, textColor=INK)
    small = ParagraphStyle("small", text, fontSize=8, leading=10.5, textColor=MUTED)
    bold = ParagraphStyle("bold", text, fontName=BOLD)
    return _Styles(
        text=text,
        small=small,
        label=ParagraphStyle("label", small, leading=text.leading),
        bold=bold,
        right=ParagraphStyle("right", text, alignment=TA_RIGHT),
        right_small=ParagraphStyle("right_small", small, alignment=TA_RIGHT),
        right_bold=ParagraphStyle("right_bold", bold, alignment=TA_RIGHT),
        title=ParagraphStyle("title", bold, fontSize=20, leading=25),
        place=ParagraphStyle("place", bold, fontSize=11, leading=14),
    )


class _Letter:
    """One document in one language, as a list of parts that flow over the pages."""

    def __init__(self, document: Mapping[str, Any], language: str) -> None:
        self.document = document
        self.language = language
        self.words = words_for(language)
        self.styles = _styles()

    def parts(self) -> list[Flowable]:
        """Everything between the margins, in order."""
        return [
            self._head(),
            Spacer(0, 12 * mm),
            Paragraph(f"{self.words.quote} {plain(self.document['number'])}", self.styles.title),
            Spacer(0, 3 * mm),
            *self._standing(),
            self._who_and_what(),
            Spacer(0, 8 * mm),
            self._lines(),
            Spacer(0, 4 * mm),
            KeepTogether([self._totals()]),
            *self._comment(),
        ]

    def _head(self) -> Table:
        place, seller = self.document["marketplace"], self.document["seller"]
        address = self._address({**seller["address"], "companyName": ""})
        right = [Paragraph(plain(seller["name"]), self.styles.right_bold)] if seller["name"] != place else []
        right += [Paragraph(plain(line), self.styles.right_small) for line in [*address, seller["email"]] if line]
        return _plain_table([[[Paragraph(plain(place), self.styles.place)], right]], (0.5, 0.5))

    def _standing(self) -> list[Flowable]:
        """A sentence where this is no offer that can be accepted."""
        status = self.document["status"]
        if status == QuoteStatus.OPEN:
            return []
        sentence = self.words.standing[status].format(
            order=self.document["order"], valid_to=self._moment(self.document["valid_to"])
        )
        note = Table([[Paragraph(plain(sentence), self.styles.bold)]], colWidths=[WIDTH])
        note.setStyle([("BACKGROUND", (0, 0), (-1, -1), NOTE), *_padding(4 * mm, 2.5 * mm)])
        return [note, Spacer(0, 6 * mm)]

    def _who_and_what(self) -> Table:
        said, words, styles = self.document, self.words, self.styles
        billing, delivery = self._address(said["billing"]), self._address(said["delivery"])
        left: list[Flowable] = [Paragraph(words.customer, styles.small)]
        left.append(Paragraph(plain(said["company"] or said["customer"]), styles.bold))
        if said["company"]:
            left.append(Paragraph(plain(said["customer"]), styles.text))
        both = (
            [(words.both, billing)] if billing == delivery else [(words.billing, billing), (words.delivery, delivery)]
        )
        for label, lines in both:
            if lines:
                left += [Spacer(0, 2.5 * mm), Paragraph(label, styles.small)]
                left += [Paragraph(plain(line), styles.text) for line in lines]
        facts = [
            (words.number, said["number"]),
            (words.date, self._day(said["date"])),
            (words.valid_to, self._moment(said["valid_to"]) or ("" if said["status"] in NO_OFFER else words.no_end)),
            (words.reference, said["reference"]),
            (words.employee, said["employee"]),
            (words.order, said["order"]),
        ]
        rows = [
            [Paragraph(label, styles.label), Paragraph(plain(value), styles.text)] for label, value in facts if value
        ]
        return _plain_table([[left, "", _plain_table(rows, (0.36, 0.64), WIDTH * 0.46)]], (0.5, 0.04, 0.46))

    def _lines(self) -> Table:
        words, styles = self.words, self.styles
        head = [Paragraph(words.item, styles.small)]
        head += [
            Paragraph(label, styles.right_small)
            for label in (
                *(words.quantity, words.list_price, words.price, words.discount, words.tax),
                f"{words.net} {plain(self.document['currency'])}",
            )
        ]
        rows = [head, *(self._line(line) for line in self.document["lines"])]
        shares = (0.33, 0.09, 0.125, 0.145, 0.1, 0.08, 0.13)
        table = Table(rows, colWidths=[WIDTH * share for share in shares], repeatRows=1)
        table.setStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BACKGROUND", (0, 0), (-1, 0), TINT),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE),
                *_padding(1.6 * mm, 1.8 * mm),
            ]
        )
        return table

    def _line(self, line: Mapping[str, Any]) -> list[list[Paragraph]]:
        words, styles = self.words, self.styles
        name = text_in(line["names"], self.language) or line["sku"]
        unit = words.units.get(line["unit"], line["unit"])
        below = words.as_total if line["is_total"] else self._tax_word(line["includes_tax"])
        cut = Decimal(line["discount"])
        item = [Paragraph(plain(name), styles.text), Paragraph(plain(line["sku"]), styles.small)]
        renewal = words.renewals.get(line.get("period", ""), "")  # older documents do not say it
        if renewal:
            item.append(Paragraph(renewal, styles.small))
        return [
            item,
            self._stacked(self._number(quantity_text(Decimal(line["quantity"]))), unit),
            self._stacked(self._unit_price(line["list_price"]), self._tax_word(line["list_includes_tax"])),
            self._stacked(self._unit_price(line["price"], exact=not line["is_total"]), below),
            self._stacked(self._percent(cut) if cut else "–"),
            self._stacked(self._number(quantity_text(Decimal(line["tax_rate"]))) + " %"),
            self._stacked(self._amount(line["net"])),
        ]

    def _totals(self) -> Table:
        said, words = self.document, self.words
        sums, shipping, totals = said["sums"], said["shipping"], said["totals"]
        cut = Decimal(said["list_net"]) - Decimal(sums["net"])
        rows: list[tuple[str, str]] = []
        if cut:
            percent = self._percent(abs(Decimal(said["discount"])))
            rows.append((words.list_total, said["list_net"]))
            rows.append((f"{words.discount if cut > 0 else words.surcharge} ({percent})", str(-cut)))
        rows.append((words.lines_net, sums["net"]))
        if said["has_shipping"]:
            how = text_in(shipping["names"], self.language)
            rows.append((f"{words.shipping} ({how})" if how else words.shipping, shipping["net"]))
            rows.append((words.total_net, totals["net"]))
        rows.append((words.total_tax, totals["tax"]))
        cells = [self._total(label, value, self.styles.label, self.styles.right) for label, value in rows]
        cells.append(self._total(words.total, totals["gross"], self.styles.bold, self.styles.right_bold))
        table = _plain_table(cells, (0.6, 0.4), WIDTH * 0.55)
        table.hAlign = "RIGHT"
        table.setStyle([*_padding(1.6 * mm, 0.8 * mm), ("LINEABOVE", (0, -1), (-1, -1), 0.75, INK)])
        return table

    def _total(self, label: str, value: str, left: ParagraphStyle, right: ParagraphStyle) -> list[Paragraph]:
        amount = f"{self._amount(value)} {self.document['currency']}"
        return [Paragraph(plain(label), left), Paragraph(plain(amount), right)]

    def _comment(self) -> list[Flowable]:
        lines = [line for line in self.document["comment"].splitlines() if line.strip()]
        if not lines:
            return []
        label, *parts = [
            Paragraph(self.words.comment, self.styles.small),
            *(Paragraph(plain(line), self.styles.text) for line in lines),
        ]
        # The label never stands alone at the end of a page.
        return [Spacer(0, 8 * mm), KeepTogether([label, parts[0]]), *parts[1:]]

    def _address(self, address: Mapping[str, str]) -> list[str]:
        """The address line by line; the country as its two letters before the postcode's line end."""
        street = f"{address.get('street', '')} {address.get('streetNumber', '')}".strip()
        town = f"{address.get('zipCode', '')} {address.get('city', '')}".strip()
        own = address.get("companyName", "")
        lines = (
            *("" if own == self.document["company"] else own, address.get("contactName", "")),
            *(street, address.get("streetAppendix", ""), ", ".join(filter(None, (town, address.get("country", ""))))),
        )
        return [line for line in lines if line]

    def _stacked(self, value: str, below: str = "") -> list[Paragraph]:
        cell = [Paragraph(plain(value), self.styles.right)]
        return [*cell, Paragraph(plain(below), self.styles.right_small)] if below else cell

    def _tax_word(self, includes_tax: bool) -> str:
        """What a unit price is, where it is not net like everything else."""
        return self.words.includes_tax if includes_tax else ""

    def _unit_price(self, price: str, *, exact: bool = True) -> str:
        """A price per unit; one that only follows from a total is rounded, and says so."""
        amount, currency = Decimal(price), self.document["currency"]
        if exact or round_amount(amount, currency) == amount:
            return self._number(amount_text(amount, currency))
        return "≈ " + self._number(amount_text(round_amount(amount, currency), currency))

    def _amount(self, amount: str) -> str:
        return self._number(amount_text(Decimal(amount), self.document["currency"])).replace("-", "−")

    def _percent(self, percent: Decimal) -> str:
        return f"{self._number(f'{percent:.2f}')} %".replace("-", "−")

    def _number(self, number: str) -> str:
        """An English number as this language writes it."""
        return number.translate(str.maketrans(",.", self.words.separators))

    def _day(self, iso: str) -> str:
        return self.words.day(self._local(iso)) if iso else ""

    def _moment(self, iso: str) -> str:
        if not iso:
            return ""
        at = self._local(iso)
        return f"{self.words.day(at)}, {at:%H:%M} {at.tzname()}"

    def _local(self, iso: str) -> datetime:
        """The moment on the customer's clock."""
        try:
            zone = ZoneInfo(self.document["time_zone"])
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo("UTC")
        return datetime.fromisoformat(iso).astimezone(zone)


def plain(text: str) -> str:
    """Somebody's text for a paragraph: composed, without what cannot be seen, nothing in it taken for markup."""
    kept = "".join(_UNSEEN.get(unicodedata.category(c), c) for c in text)
    return escape(unicodedata.normalize("NFC", kept))


def _lay_out(document: Mapping[str, Any], language: str, page_count: int) -> tuple[bytes, int]:
    """The PDF and its number of pages; `page_count` is what the footers say."""
    letter, file = _Letter(document, language), io.BytesIO()
    words, number = letter.words, document["number"]

    def foot(canvas: Canvas, built: BaseDocTemplate) -> None:
        canvas.setFont(TEXT, 8)
        canvas.setFillColor(MUTED)
        canvas.drawString(MARGIN, 12 * mm, f"{words.quote} {number}")
        canvas.drawRightString(A4[0] - MARGIN, 12 * mm, words.page.format(page=built.page, of=page_count))

    built = BaseDocTemplate(
        file,
        pagesize=A4,
        title=f"{words.quote} {number}",
        author=document["seller"]["name"],
        subject="",
        creator="Countersign",
        lang=_spoken(language),
        invariant=1,
    )
    frame = Frame(MARGIN, BOTTOM, WIDTH, A4[1] - MARGIN - BOTTOM, 0, 0, 0, 0)
    built.addPageTemplates([PageTemplate(frames=[frame], onPage=foot)])
    built.build(letter.parts())
    return file.getvalue(), built.page


def _plain_table(rows: Sequence[Sequence[Any]], shares: Sequence[float], width: float = WIDTH) -> Table:
    """Cells beside each other without lines or space around them; one taller than a page goes on on the next."""
    table = Table(rows, colWidths=[width * share for share in shares], splitInRow=1)
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_padding(0, 0.4 * mm)])
    return table


def _padding(across: float, down: float) -> list[tuple[Any, ...]]:
    return [
        *((name, (0, 0), (-1, -1), across) for name in ("LEFTPADDING", "RIGHTPADDING")),
        *((name, (0, 0), (-1, -1), down) for name in ("TOPPADDING", "BOTTOMPADDING")),
    ]


def _register_fonts() -> None:
    if TEXT in pdfmetrics.getRegisteredFontNames():
        return
    files = resources.files("font_source_sans_pro") / "files"
    for name, file in ((BOLD, "SourceSansPro-Semibold.ttf"), (TEXT, "SourceSansPro-Regular.ttf")):
        with resources.as_file(files / file) as path:
            pdfmetrics.registerFont(TTFont(name, str(path)))
