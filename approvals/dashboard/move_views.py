"""The moves of an approval as they are sent from its pages: each translates into one service call."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from approvals import services
from approvals.dashboard import rows
from approvals.dashboard.buttons import page_url
from approvals.dashboard.details_forms import AmendForm, WindowForm
from approvals.dashboard.differences import telling_in_words
from approvals.dashboard.forms import AmendCommentForm, CommentForm, ReassignForm
from approvals.dashboard.things import said, thing_of
from approvals.lifecycle import Move
from approvals.models import Approval
from approvals.standing import check, standing_towards
from companies.portal import blame, customer_area, one_of, refusals
from config.kit.refused import Invalid, NotYours


def back(request: HttpRequest, key: str, **address: Any) -> str:
    """A refusal is read on the page of the approval, where it shows how it stands now."""
    return reverse("dashboard:approval", args=[key])


@require_POST
@customer_area
@refusals(back=back)
def approve(request: HttpRequest, key: str, move: str) -> HttpResponse:
    """Say yes; nothing is ordered yet."""
    found, typed = _found(request, key), CommentForm(request.POST).typed()
    with telling_in_words(found):
        services.approve(
            actor=request.actor, approval_id=found.pk, comment=typed["comment"], seen_hash=typed["seen_hash"]
        ).settled()
    messages.success(request, f"Approved. {found.requester_name} is told and can place the order; so can you.")
    return redirect(page_url(found))


@require_POST
@customer_area
@refusals(back=back)
def decline(request: HttpRequest, key: str, move: str) -> HttpResponse:
    """Say no, and why."""
    found = _found(request, key)
    typed = CommentForm(request.POST, required=f"Write why, so that {found.requester_name} knows what to change.")
    answer = typed.typed()
    with telling_in_words(found):
        services.decline(
            actor=request.actor, approval_id=found.pk, comment=answer["comment"], seen_hash=answer["seen_hash"]
        ).settled()
    messages.success(request, said(thing_of(found).declined, found))
    return redirect(page_url(found))


@require_POST
@customer_area
@refusals(back=back)
def close(request: HttpRequest, key: str, move: str) -> HttpResponse:
    """Take the request back."""
    found, typed = _found(request, key), CommentForm(request.POST).typed()
    services.close(actor=request.actor, approval_id=found.pk, comment=typed["comment"]).settled()
    messages.success(request, said(thing_of(found).closed, found))
    return redirect(page_url(found))


@require_POST
@customer_area
@refusals(back=back)
def give_up(request: HttpRequest, key: str, move: str) -> HttpResponse:
    """Let go of a yes that was not used."""
    found, typed = _found(request, key), CommentForm(request.POST).typed()
    services.give_up(actor=request.actor, approval_id=found.pk, comment=typed["comment"]).settled()
    messages.success(request, said(thing_of(found).given_up, found))
    return redirect(page_url(found))


@require_http_methods(["GET", "HEAD", "POST"])
@customer_area
@refusals(back=back)
def amend(request: HttpRequest, key: str, move: str) -> HttpResponse:
    """Change a waiting request: everything but the lines for its requester, the window for its approver."""
    found = _found(request, key)
    is_requester = request.actor.user_id == found.requester_id
    form = _amend_form(found, _sent(request, found, Move.AMEND), is_requester=is_requester)
    if request.method == "POST" and form.is_valid():
        try:
            services.amend(actor=request.actor, approval_id=found.pk, **form.changes()).settled()
        except Invalid as refusal:
            blame(form, refusal, form.WIRE_NAMES)
        else:
            other = found.approver_name if is_requester else found.requester_name
            messages.success(request, f"Changed. {other} is told what is different.")
            return redirect(page_url(found))
    shown = {
        "approval": found,
        "form": form,
        "is_requester": is_requester,
        "back_url": page_url(found),
        "has_details": thing_of(found).takes_details,
    }
    return render(request, "dashboard/approval_amend.html", shown, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_area
@refusals(back=back)
def reassign(request: HttpRequest, key: str, move: str) -> HttpResponse:
    """Put a waiting request to somebody else."""
    found = _found(request, key)
    sent = _sent(request, found, Move.REASSIGN)
    people = services.candidates(actor=request.actor, approval_id=found.pk)
    form = ReassignForm(sent, people=people, must_say_why=request.actor.user_id != found.requester_id)
    if request.method == "POST" and form.is_valid():
        chosen = {"approver_id": form.cleaned_data["approver"], "reason": form.cleaned_data["reason"]}
        try:
            moved = services.reassign(actor=request.actor, approval_id=found.pk, **chosen).settled()
        except Invalid as refusal:
            blame(form, refusal)
        else:
            messages.success(request, f"{moved.approver_name} is asked now; everybody concerned is told.")
            return redirect(page_url(found))
    shown = {"approval": found, "form": form, "back_url": page_url(found)}
    return render(request, "dashboard/approval_reassign.html", shown, status=400 if form.errors else 200)


def _amend_form(
    approval: Approval, sent: QueryDict | None, *, is_requester: bool
) -> AmendForm | WindowForm | AmendCommentForm:
    if thing_of(approval).takes_details:
        kind = AmendForm if is_requester else WindowForm
        return kind(sent, approval=approval, today=timezone.now().date())
    if is_requester:
        return AmendCommentForm(sent, approval=approval)
    raise NotYours("Only the comment of this request can be changed, by whoever asked.")


def _sent(request: HttpRequest, approval: Approval, move: Move) -> QueryDict | None:
    """What was typed, None to show an empty form; raises `Late` or `NotYours` where the move is not open."""
    check(approval, move, standing_towards(approval, request.actor), timezone.now())
    return request.POST if request.method == "POST" else None


def _found(request: HttpRequest, key: str) -> Approval:
    return one_of(rows.readable_by(request.actor).filter(key=key), "approval")
