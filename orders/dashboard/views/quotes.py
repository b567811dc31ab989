"""Quotes as the customer sees them: the list, one quote, its PDF, and the customer's words on it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from companies.portal import customer_area, kept_input, one_of, page_of, refusals
from config.kit.refused import Invalid, Late, Missing
from orders.dashboard.content.quote import quote_page, reading_of
from orders.dashboard.content.quotes import own_quotes, quote_rows
from orders.dashboard.quote_forms import AnswerForm, NoteForm, QuoteFilter, checked
from orders.models import Quote
from orders.quote_lifecycle import REASON_OF, QuoteMove
from orders.quote_pdf import quote_pdf, quote_pdf_name
from orders.services.quote_changing import change_quote
from orders.services.quote_reasons import reasons_of

ANSWERS = {
    QuoteMove.ASK_CHANGE: "You asked for changes. The seller is told and makes you another offer.",
    QuoteMove.DECLINE: "You declined the offer. The seller is told.",
}


def back(request: HttpRequest, number: str, **_: str) -> str:
    """A refusal is read on the page of the quote, where it shows how it stands now."""
    return reverse("dashboard:quote", args=[number])


def find(request: HttpRequest, number: str) -> Quote:
    """The quote with this number as the reader sees it, with what its pages show; raises `Missing`."""
    quotes = Quote.objects.visible_to(request.actor).numbered(number)
    return one_of(quotes.select_related("marketplace__owner", "seller", "company", "owner", "approval"), "quote")


@require_safe
@customer_area
def quotes(request: HttpRequest) -> HttpResponse:
    """My quotes: open offers first, then the newest; filtered by status."""
    now = timezone.now()
    found = QuoteFilter(request.GET, queryset=own_quotes(request.actor, now))
    page = page_of(request, found.qs)
    shown = {
        "filter": found.form,
        "filtered": bool(request.GET.get("status")),
        "page": page,
        "rows": quote_rows(page, request.actor, now),
    }
    return render(request, "dashboard/quotes.html", shown)


@require_safe
@customer_area
def quote(request: HttpRequest, number: str) -> HttpResponse:
    """One quote: how it stands, what is offered, what can be answered, what happened."""
    shown = quote_page(find(request, number), request.actor, timezone.now(), kept_input(request))
    return render(request, "dashboard/quote.html", shown)


@require_safe
@customer_area
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The offer on paper, in the reader's language; while there is none, that is said instead (409)."""
    found, language = find(request, number), get_language() or "en"
    if not reading_of(found, request.actor, timezone.now()).shows_offer:
        raise Late(f"There is no offer in quote {found.number} yet.")
    headers = {"Content-Disposition": f'attachment; filename="{quote_pdf_name(found.number, language)}"'}
    return HttpResponse(quote_pdf(found, language), content_type="application/pdf", headers=headers)


@require_POST
@customer_area
@refusals(back=back)
def note(request: HttpRequest, number: str) -> HttpResponse:
    """Change one's reference and comment."""
    found, form = find(request, number), NoteForm(request.POST)
    checked(form)
    change_quote(actor=request.actor, quote_id=found.pk, edits=form.edits())
    messages.success(request, "Saved. The seller reads it on the quote.")
    return redirect("dashboard:quote", number)


@require_POST
@customer_area
@refusals(back=back)
def answer(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Decline the offer, or ask for changes in it."""
    if move not in ANSWERS:
        raise Missing("There is no such answer.")
    found, wanted = find(request, number), QuoteMove(move)
    typed = checked(AnswerForm(request.POST, reasons=reasons_of(found.tenant_id, REASON_OF[wanted])))
    change_quote(
        actor=request.actor,
        quote_id=found.pk,
        move=wanted,
        reason_key=typed["reason"],
        comment=typed["comment"],
        seen_version=_version(request),
    )
    messages.success(request, ANSWERS[wanted])
    return redirect("dashboard:quote", number)


def _version(request: HttpRequest) -> int:
    """Which version of the quote the reader had seen."""
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdecimal() and len(version) < 10):
        raise Invalid("This page is out of date. Look at the quote again, then answer.")
    return int(version)
