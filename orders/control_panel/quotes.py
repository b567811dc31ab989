"""Quotes as their seller sees them: what waits, all of them, one of them, and pricing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies.portal import kept_input, one_of, page_of, refusals, seller_area
from orders.control_panel import quote_rows as rows
from orders.control_panel.quote_buttons import MOVES, has_approval, reason_choices
from orders.control_panel.quote_desk import Desk
from orders.control_panel.quote_forms import ReasonForm
from orders.control_panel.quote_page import is_on_the_desk, quote_page
from orders.models import Quote
from orders.quote_lifecycle import QuoteMove, QuoteStatus
from orders.quote_pdf import quote_pdf, quote_pdf_name
from orders.quote_standing import check_quote, parties_of_quote
from orders.services.quote_changing import change_quote, remove_quote
from orders.services.quote_reasons import reasons_of


def back(request: HttpRequest, number: str, **address: Any) -> str:
    """A refusal is read on the page of the quote, where it shows how it stands now."""
    return reverse("control_panel:quote", args=[number])


@require_safe
@seller_area
def quotes(request: HttpRequest) -> HttpResponse:
    """The quotes that wait for an answer, the oldest first."""
    return _list(request, "quotes", rows.to_price(request.seller), rows.WaitingFilter)


@require_safe
@seller_area
def drafts(request: HttpRequest) -> HttpResponse:
    """The quotes that were begun for customers and not opened yet."""
    return _list(request, "quotes_drafts", rows.drafts(request.seller), rows.WaitingFilter)


@require_safe
@seller_area
def all_quotes(request: HttpRequest) -> HttpResponse:
    """All quotes, the latest first; the filter lives in the address."""
    return _list(request, "quotes_all", rows.all_quotes(request.seller), rows.QuoteFilter)


def _list(request: HttpRequest, place: str, found: rows.Quotes, filter_class: type[rows.QuoteFilter]) -> HttpResponse:
    chosen = filter_class(request.GET, queryset=found, marketplaces=rows.selling_places(request.seller))
    page = page_of(request, chosen.qs)
    shown = {
        "place": place,
        "tabs": rows.tabs(request.seller, place),
        "filter": chosen.form,
        "filtered": any(request.GET.get(name) for name in chosen.form.fields),
        "reset_url": reverse(f"control_panel:{place}"),
        "page": page,
        "rows": rows.quote_rows(page, request.seller, timezone.now(), with_status=place == "quotes_all"),
    }
    return render(request, "control_panel/quotes.html", shown)


@require_safe
@seller_area
def quote(request: HttpRequest, number: str) -> HttpResponse:
    """One quote: who wants what, how it stands, what happened; where it waits for a price, the place to give it."""
    found, now = _found(request, number), timezone.now()
    desk = Desk(found, request.seller, now) if is_on_the_desk(found, request.seller, now) else None
    shown = quote_page(found, request.seller, now, kept_input(request), desk)
    return render(request, "control_panel/quote.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@seller_area
@refusals(back=back)
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Price a quote; what was typed is shown with what it comes to until it is saved."""
    found, now = _found(request, number), timezone.now()
    check_quote(found, QuoteMove.REVISE, parties_of_quote(found, request.seller), now)
    desk = Desk(found, request.seller, now, request.POST if request.method == "POST" else None)
    if desk.save():
        messages.success(request, _said(desk))
        return redirect(rows.page_url(found))
    shown = quote_page(desk.quote, request.seller, now, {}, desk)
    status = 409 if desk.is_overtaken else 400 if shown["desk"]["errors"] else 200
    return render(request, "control_panel/quote.html", shown, status=status)


@require_POST
@seller_area
@refusals(back=back)
def move(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Decline to make an offer, or take an open one back; the customer reads why."""
    found, made = _found(request, number), MOVES[move]
    reasons = reason_choices(reasons_of(found.tenant_id), made)
    typed = ReasonForm(request.POST, reasons=reasons).typed()
    change_quote(
        actor=request.seller,
        quote_id=found.pk,
        move=made,
        reason_key=typed["reason"],
        comment=typed["comment"],
        seen_version=typed["seen_version"],
    )
    did = "declined" if made is QuoteMove.DECLINE_BY_MERCHANT else "taken back"
    messages.success(request, f"Quote {number} is {did}. {found.owner_name} is told.")
    return redirect(rows.page_url(found))


@require_POST
@seller_area
@refusals(back=back)
def delete(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Throw a draft away."""
    found = one_of(rows.drafts(request.seller).numbered(number), "draft")
    remove_quote(actor=request.seller, quote_id=found.pk)
    messages.success(request, f"The draft {number} is deleted.")
    return redirect("control_panel:quotes_drafts")


@require_safe
@seller_area
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The quote on paper, in the language in which its customer gets it."""
    found = _found(request, number)
    language = found.owner.language
    name = quote_pdf_name(found.number, language)
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(quote_pdf(found, language), content_type="application/pdf", headers=headers)


def _found(request: HttpRequest, number: str) -> Quote:
    return one_of(rows.quotes_of(request.seller).numbered(number), "quote")


def _said(desk: Desk) -> str:
    """What saving has done."""
    before, saved = desk.quote, desk.saved or desk.quote
    if desk.do == "open":
        return f"Quote {saved.number} is offered. {saved.owner_name} is told."
    if saved.version == before.version:
        return "Nothing was changed."
    if saved.status != QuoteStatus.OPEN:
        return "Saved. The customer sees none of it before you open the offer."
    ended = " The approval it waited for has ended." if has_approval(before) and not has_approval(saved) else ""
    return f"The offer is changed. {saved.owner_name} is told.{ended}"
