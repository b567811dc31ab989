"""What can the reader do with an approval now: its moves as buttons, and why some are missing?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from approvals.board import moves_for
from approvals.dashboard.details_forms import open_parts
from approvals.dashboard.forms import CommentForm
from approvals.dashboard.things import said, thing_of
from approvals.lifecycle import Move, Status
from approvals.models import Approval
from approvals.standing import check, standing_towards
from companies.actors import Actor
from config.kit.refused import Late, NotYours

Values = dict[str, Any]

DECISIONS = (Move.APPROVE_AND_ORDER, Move.APPROVE)


def buttons(approval: Approval, actor: Actor, now: datetime, kept: Mapping[str, Any]) -> list[Values]:
    """The moves open to this reader for the move bar, in the order of their weight.

    `kept` is what the reader typed into one of them before it was refused.
    """
    build = {
        Move.APPROVE_AND_ORDER: _approve_and_order,
        Move.APPROVE: _approve,
        Move.DECLINE: _decline,
        Move.AMEND: _amend,
        Move.REASSIGN: _reassign,
        Move.CLOSE: _close,
        Move.PLACE_ORDER: _place_order,
        Move.GIVE_UP: _give_up,
    }
    made = []
    for move in moves_for(approval, actor, now):
        url = move_url(approval, move)
        typed = kept if kept.get("sent_to") == url else {}
        button = build[move](approval, actor, typed)
        made.append({"url": url, **button})
    return made


def move_url(approval: Approval, move: Move) -> str:
    """Where the move is sent to."""
    return reverse("dashboard:approval_move", args=[approval.key, move.value])


def page_url(approval: Approval) -> str:
    """Where the approval is read."""
    return reverse("dashboard:approval", args=[approval.key])


def obstacles(approval: Approval, actor: Actor, now: datetime) -> list[str]:
    """Why somebody whose move it would be cannot make it, in sentences: right or group was lost."""
    standing = standing_towards(approval, actor)
    status = approval.status_at(now)
    wanted: tuple[Move, ...] = ()
    if status == Status.PENDING and actor.user_id == approval.approver_id:
        wanted = DECISIONS
    elif approval.is_live and actor.user_id in (approval.requester_id, approval.approver_id):
        wanted = (Move.PLACE_ORDER,) if status == Status.APPROVED else ()
    found: list[str] = []
    for move in wanted:
        try:
            check(approval, move, standing, now)
        except (NotYours, Late) as refusal:
            found.append(refusal.text)
    return list(dict.fromkeys(found))


def _first_name(approval: Approval) -> str:
    return approval.requester_name.partition(" ")[0]


def _approve_and_order(approval: Approval, actor: Actor, typed: Mapping[str, Any]) -> Values:
    button = {"label": "Approve and place order", "kind": "primary"}
    if open_parts(approval):
        return {**button, "method": "get", "hint": thing_of(approval).left_open}
    return {**button, "hint": f"Orders at once, delivered and paid as {_first_name(approval)} asked."}


def _approve(approval: Approval, actor: Actor, typed: Mapping[str, Any]) -> Values:
    return {"label": "Approve", "hint": f"{_first_name(approval)} or you place the order later."}


def _decline(approval: Approval, actor: Actor, typed: Mapping[str, Any]) -> Values:
    name = _first_name(approval)
    return {
        "label": "Decline",
        "kind": "dangerous",
        "hint": said(thing_of(approval).decline_hint, approval),
        "needs_comment": True,
        "comment_label": "Why do you decline?",
        "comment_help": f"{name} reads this.",
        **_typed_again(typed),
    }


def _amend(approval: Approval, actor: Actor, typed: Mapping[str, Any]) -> Values:
    if not thing_of(approval).takes_details:
        return {"label": "Change the comment", "method": "get"}
    if actor.user_id == approval.requester_id:
        return {"label": "Change the request", "method": "get"}
    return {"label": "Change delivery", "method": "get"}


def _reassign(approval: Approval, actor: Actor, typed: Mapping[str, Any]) -> Values:
    mine = actor.user_id == approval.requester_id
    return {"label": "Ask somebody else" if mine else "Reassign", "method": "get"}


def _close(approval: Approval, actor: Actor, typed: Mapping[str, Any]) -> Values:
    return {
        "label": "Take back",
        "hint": thing_of(approval).close_hint,
        "fields": [_comment(approval.approver_name, typed, "close")],
        **_typed_again(typed),
    }


def _place_order(approval: Approval, actor: Actor, typed: Mapping[str, Any]) -> Values:
    button = {"label": "Place order", "kind": "primary"}
    if open_parts(approval):
        return {**button, "method": "get", "hint": thing_of(approval).left_open}
    return {
        **button,
        "hint": "Prices and availability are checked once more. It never costs more than was approved.",
    }


def _give_up(approval: Approval, actor: Actor, typed: Mapping[str, Any]) -> Values:
    mine = actor.user_id == approval.requester_id
    thing = thing_of(approval)
    return {
        "label": "Give the approval up",
        "kind": "dangerous",
        "hint": thing.give_up_hint if mine else thing.give_up_hint_of_other,
        "fields": [_comment("the others", typed, "give-up")],
        **_typed_again(typed),
    }


def _comment(reader: str, typed: Mapping[str, Any], place: str) -> Any:
    """An optional comment as a field of the move bar."""
    form = CommentForm(initial=typed.get("values", {}), auto_id=f"id_{place}_%s", label=f"A word to {reader}")
    return form["comment"]


def _typed_again(typed: Mapping[str, Any]) -> Values:
    """What was typed before a refusal, and what was wrong with it."""
    if not typed:
        return {}
    wrong = typed["text"] if typed["field"] == "comment" else ""
    return {"comment_value": typed["values"].get("comment", ""), "error": wrong}
