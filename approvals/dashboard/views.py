"""The pages of the menu entry Approvals that only show."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from approvals.dashboard import rows
from approvals.dashboard.forms import CompanyFilter, HistoryFilter
from approvals.dashboard.many import results_of
from approvals.dashboard.page import approval_page
from companies.portal import customer_area, kept_input, one_of, page_of
from companies.roles import Role
from config.kit.refused import NotYours


@require_safe
@customer_area
def approvals(request: HttpRequest) -> HttpResponse:
    """What I must answer, the soonest deadline first."""
    now = timezone.now()
    page = page_of(request, rows.to_decide(request.actor, now))
    shown = {
        "tabs": rows.tabs(request.actor, now, "approvals"),
        "page": page,
        "rows": rows.queue_rows(page, request.actor, now),
        "results": results_of(request),
    }
    return render(request, "dashboard/approvals.html", shown)


@require_safe
@customer_area
def approvals_asked(request: HttpRequest) -> HttpResponse:
    """What I asked for and is still open."""
    now = timezone.now()
    page = page_of(request, rows.asked(request.actor, now))
    shown = {
        "tabs": rows.tabs(request.actor, now, "approvals_asked"),
        "page": page,
        "rows": rows.queue_rows(page, request.actor, now),
    }
    return render(request, "dashboard/approvals_asked.html", shown)


@require_safe
@customer_area
def approvals_history(request: HttpRequest) -> HttpResponse:
    """What was answered, taken back or expired; the filter lives in the address."""
    now = timezone.now()
    chosen = HistoryFilter(request.GET)
    page = page_of(request, rows.history(request.actor, now, chosen))
    shown = {
        "tabs": rows.tabs(request.actor, now, "approvals_history"),
        "filter": chosen,
        "filtered": any(request.GET.get(name) for name in chosen.fields),
        "reset_url": reverse("dashboard:approvals_history"),
        "page": page,
        "rows": rows.queue_rows(page, request.actor, now),
    }
    return render(request, "dashboard/approvals_history.html", shown)


@require_safe
@customer_area
def approvals_company(request: HttpRequest) -> HttpResponse:
    """All approvals of the company, for its admins to read."""
    if request.actor.role is not Role.ADMIN:
        raise NotYours("Only an Admin sees all approvals of the company.")
    now = timezone.now()
    chosen = CompanyFilter(request.GET)
    page = page_of(request, rows.of_company(request.actor, now, chosen))
    shown = {
        "tabs": rows.tabs(request.actor, now, "approvals_company"),
        "filter": chosen,
        "filtered": any(request.GET.get(name) for name in chosen.fields),
        "reset_url": reverse("dashboard:approvals_company"),
        "page": page,
        "rows": rows.queue_rows(page, request.actor, now),
    }
    return render(request, "dashboard/approvals_company.html", shown)


@require_safe
@customer_area
def approval(request: HttpRequest, key: str) -> HttpResponse:
    """One approval: what is asked, who, why, until when, what happened, and the moves open to me."""
    found = one_of(rows.readable_by(request.actor).filter(key=key), "approval")
    shown = approval_page(found, request.actor, timezone.now(), kept_input(request))
    return render(request, "dashboard/approval.html", shown)
