"""What does one read first about an approval: the one sentence that tells it all, and its shorter forms?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from approvals.lifecycle import Status
from approvals.models import Approval
from companies.actors import Actor
from config.kit.wording import ago_text, day_text

SHORT_REASONS = {
    "limit_in_other_currency": "The limit is in another currency",
    "requester": "Requesters need approval for every order",
    "approval_group": "The approval group decides",
}


def lead(approval: Approval, actor: Actor, now: datetime, *, line_count: int, orders: Sequence[str]) -> str:
    """How it stands, for this reader: who asks whom for what, why, and what there is to do or to expect."""
    tellers = {
        Status.PENDING: _waiting,
        Status.APPROVED: _approved,
        Status.DECLINED: _declined,
        Status.CLOSED: _closed,
        Status.EXPIRED: _expired,
    }
    told = tellers[approval.status_at(now)](approval, actor, now, _what(approval, line_count))
    return _joined(told, f"It was ordered as {_listed(orders)}." if orders else "")


def why(approval: Approval) -> str:
    """The weightiest reason in a few words, without a full stop: `Over the limit by 812.40 EUR`."""
    for reason in approval.reasons:
        if reason["code"] == "over_limit":
            return f"Over the limit by {reason['figures']['excess']}"
        return SHORT_REASONS.get(reason["code"], reason["text"].removesuffix("."))
    return ""


def day_of(moment: datetime, now: datetime) -> str:
    """The day in the reader's zone."""
    return day_text(timezone.localtime(moment), timezone.localtime(now))


def cart_back(approval: Approval, actor: Actor, now: datetime) -> str:
    """Whose cart is free again; the sweep gives back what is overdue within a minute."""
    mine = actor.user_id == approval.requester_id
    if approval.is_overdue(now):
        return "Your cart comes back within a minute." if mine else ""
    return "Your cart is back." if mine else f"The cart of {approval.requester_name} is free again."


def _what(approval: Approval, line_count: int) -> str:
    lines = f" ({line_count} line{'' if line_count == 1 else 's'})" if line_count else ""
    company = f" for {approval.company.name}" if approval.company else ""
    return f"{approval.amount}{lines}{company}"


def _waiting(approval: Approval, actor: Actor, now: datetime, what: str) -> str:
    approver, requester = approval.approver_name, approval.requester_name
    by = day_of(approval.expires_at, now) if approval.expires_at else ""
    if actor.user_id == approval.approver_id:
        asked, until = f"{requester} asks you to approve {what}.", f"Answer by {by}."
    elif actor.user_id == approval.requester_id:
        asked, until = f"You asked {approver} to approve {what}.", f"{approver} can answer until {by}."
    else:
        asked, until = f"{requester} asks {approver} to approve {what}.", f"{approver} can answer until {by}."
    return _joined(asked, _stopped(why(approval)), until if by else "")


def _approved(approval: Approval, actor: Actor, now: datetime, what: str) -> str:
    said = f"{_decider(approval, actor)} approved {what} {_ago(approval, now)}."
    if approval.is_used:
        return said
    if approval.released_at is not None:
        return _joined(
            said, f"This was given up on {day_of(approval.released_at, now)}.", cart_back(approval, actor, now)
        )
    if actor.user_id == approval.requester_id:
        who = f"You or {approval.approver_name}"
    elif actor.user_id == approval.approver_id:
        who = f"You or {approval.requester_name}"
    else:
        who = f"{approval.requester_name} or {approval.approver_name}"
    return _joined(said, f"Nothing is ordered yet. {who} can place the order.")


def _declined(approval: Approval, actor: Actor, now: datetime, what: str) -> str:
    said = f"{_decider(approval, actor)} declined {what} {_ago(approval, now)}."
    return _joined(said, cart_back(approval, actor, now))


def _closed(approval: Approval, actor: Actor, now: datetime, what: str) -> str:
    said = f"{_decider(approval, actor)} took the request for {what} back {_ago(approval, now)}."
    return _joined(said, cart_back(approval, actor, now))


def _expired(approval: Approval, actor: Actor, now: datetime, what: str) -> str:
    mine = actor.user_id == approval.approver_id
    who = "You did" if mine else f"{approval.approver_name} did"
    ended = day_of(approval.expires_at, now) if approval.expires_at else ""
    said = f"{who} not answer in time: the request for {what} expired on {ended}."
    return _joined(said, cart_back(approval, actor, now))


def _decider(approval: Approval, actor: Actor) -> str:
    """The name of who ended it; `You` where the reader is the one it can only have been."""
    you = {approval.approver_id: approval.approver_name, approval.requester_id: approval.requester_name}
    if actor.user_id in you and approval.decided_by_name == you[actor.user_id]:
        return "You"
    return approval.decided_by_name or approval.approver_name


def _ago(approval: Approval, now: datetime) -> str:
    return ago_text(approval.decided_at, now) if approval.decided_at else ""


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def _stopped(text: str) -> str:
    return f"{text}." if text else ""


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
