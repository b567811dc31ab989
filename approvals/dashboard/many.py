"""Several requests of the inbox are approved or declined at once: what is sent, what is asked, what came of it."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from approvals import services
from approvals.dashboard import rows
from approvals.dashboard.forms import CommentForm
from approvals.models import Approval
from companies.portal import KeyConverter, customer_area, refusals
from config.kit.many import Result
from config.kit.refused import Invalid

Values = dict[str, Any]

CHOSEN = "request"
RESULTS = "approval_results"
_CHOICE = re.compile(rf"({KeyConverter.regex}):([0-9a-f]{{0,64}})")


def back(request: HttpRequest) -> str:
    """What still waits."""
    return reverse("dashboard:approvals")


@require_POST
@customer_area
@refusals(back=back)
def approve(request: HttpRequest) -> HttpResponse:
    """Say yes to the chosen requests; nothing is ordered yet."""
    return _told(request, "approved", services.approve_many(actor=request.actor, seen=_seen(request)))


@require_POST
@customer_area
@refusals(back=back)
def decline(request: HttpRequest) -> HttpResponse:
    """Ask for the one reason that all who asked will read; with it, say no to the chosen requests."""
    seen = _seen(request)
    form = CommentForm(
        request.POST if "comment" in request.POST else None,
        label="Why do you decline?",
        required="Write why, so that they know what to change.",
    )
    if form.is_bound and form.is_valid():
        comment = form.cleaned_data["comment"]
        return _told(request, "declined", services.decline_many(actor=request.actor, seen=seen, comment=comment))
    now = timezone.now()
    found = list(rows.to_decide(request.actor, now).filter(key__in=seen))
    if not found:
        raise Invalid("Choose at least one request that waits for you.", field=CHOSEN)
    shown = {"form": form, "rows": rows.queue_rows(found, request.actor, now), "back_url": back(request)}
    # Also those that wait no more: what became of them is told with the others.
    shown["choices"] = [f"{key}:{content_hash}" for key, content_hash in seen.items()]
    return render(request, "dashboard/approvals_decline.html", shown, status=400 if form.errors else 200)


def results_of(request: HttpRequest) -> Values | None:
    """What became of the requests that were decided a moment ago; once."""
    kept: Values | None = request.session.pop(RESULTS, None)
    return kept


def _seen(request: HttpRequest) -> dict[str, str]:
    """The content hash that the page showed, by the key of each request that was chosen."""
    sent = map(_CHOICE.fullmatch, request.POST.getlist(CHOSEN))
    return {choice[1]: choice[2] for choice in sent if choice}


def _told(request: HttpRequest, word: str, results: list[Result]) -> HttpResponse:
    done = [result for result in results if result.done]
    count = f"{len(results)} request{'' if len(results) == 1 else 's'}"
    found = rows.own(request.actor).filter(key__in=[result.key for result in results])
    request.session[RESULTS] = {
        "title": f"{len(done)} of {count} {word}",
        "rows": _result_rows(word, results, {approval.key: approval for approval in found}),
    }
    return redirect(back(request))


def _result_rows(word: str, results: list[Result], approvals: dict[str, Approval]) -> list[Values]:
    shown = []
    for result in results:
        approval = approvals.get(result.key)
        text = result.refusal.text if result.refusal else result.text
        if approval is not None and result.done:
            text = f"{approval.requester_name} is told" + (" and can place the order." if word == "approved" else ".")
        shown.append(
            {
                "title": approval.subject_label if approval else "A request that is not yours to see",
                "url": reverse("dashboard:approval", args=[approval.key]) if approval else "",
                "word": word.capitalize() if result.done else "Left as it was",
                "tone": ("good" if word == "approved" else "refused") if result.done else "waiting",
                "text": text,
            }
        )
    return shown
